"""Readers on files small enough to check by eye."""

import gzip

import numpy as np
import pytest

from benchmarks import readers_location as location
from benchmarks.readers_mps import read_mps
from benchmarks.readers_network import read_dow, read_fcnet
from benchmarks.readers_periods import read_clsp
from benchmarks.readers_stochastic import read_server_location


def written(folder, text, name="file.txt"):
    file = folder / name
    file.write_bytes(text.encode("latin-1"))
    return file


def test_orlib_costs_are_turned_to_facility_by_customer(tmp_path):
    found = location.read_orlib_cap(written(tmp_path, "2 3\n9 70.\n8 60.\n5\n1 2\n4\n3 4\n0\n5 6\n"))
    assert found.capacity.tolist() == [9, 8]
    assert found.fixed.tolist() == [70, 60]
    assert found.demand.tolist() == [5, 4, 0]
    assert found.cost.tolist() == [[1, 3, 5], [2, 4, 6]]


def test_the_word_capacity_stands_for_a_number(tmp_path):
    text = "1 1\ncapacity 7\n3 2\n"
    assert location.read_orlib_cap(written(tmp_path, text), capacity=8000).capacity.tolist() == [8000]


def test_nul_bytes_are_blanks(tmp_path):
    found = location.read_holmberg(written(tmp_path, "1 2\n9\x005\n3 4\n6 7\n"))
    assert (found.capacity.tolist(), found.fixed.tolist()) == ([9], [5])
    assert (found.demand.tolist(), found.cost.tolist()) == ([3, 4], [[6, 7]])


def test_a_file_that_ends_early_is_refused(tmp_path):
    with pytest.raises(ValueError, match="ends after 4 numbers"):
        location.read_holmberg(written(tmp_path, "1 2\n9 5\n"))


def test_diaz_gives_customers_first_and_may_end_with_control_z(tmp_path):
    found = location.read_diaz(written(tmp_path, "2 1\n6 7\n3 4\n50\n9\x1a"))
    assert (found.cost.tolist(), found.demand.tolist()) == ([[6, 7]], [3, 4])
    assert (found.fixed.tolist(), found.capacity.tolist()) == ([50], [9])


def test_tbed1_costs_are_per_unit(tmp_path):
    found = location.read_tbed1(written(tmp_path, "1 2\n3 4\n9\n50\n6 7\n"))
    assert found.cost.tolist() == [[18, 28]]


def test_ufllib(tmp_path):
    found = location.read_ufllib(written(tmp_path, "FILE: A\n2 2 0\n1 50 6 7\n2 60 8 9\n"))
    assert (found.fixed.tolist(), found.cost.tolist()) == ([50, 60], [[6, 7], [8, 9]])


def test_distances_of_the_capacitated_median_are_rounded_down(tmp_path):
    found = location.read_pmedcap(written(tmp_path, "1 99\n2 1 10\n1 0 0 3\n2 1 1 4\n"))
    assert (found.p, found.capacity, found.demand.tolist()) == (1, 10, [3, 4])
    assert found.distance.tolist() == [[0, 1], [1, 0]]


def test_median_distances_follow_the_graph_and_the_last_line_of_an_edge(tmp_path):
    found = location.read_pmed(written(tmp_path, "3 3 1\n1 2 9\n2 3 5\n2 1 4\n"))
    assert found.distance.tolist() == [[0, 4, 9], [4, 0, 5], [9, 5, 0]]


def test_two_stage(tmp_path):
    numbers = "1 1 2 1\n3\n4\n8 50\n1.5\n9 60\n2 2.5\n"
    found = location.read_tscflp(written(tmp_path, numbers))
    assert found.demand.tolist() == [[3], [4]]
    assert (found.plant_capacity.tolist(), found.plant_fixed.tolist()) == ([[8]], [50])
    assert (found.depot_capacity.tolist(), found.depot_fixed.tolist()) == ([[9]], [60])
    assert (found.inbound.tolist(), found.outbound.tolist()) == ([[[1.5]]], [[[2, 2.5]]])


def test_dow(tmp_path):
    found = read_dow(written(tmp_path, "TITLE:\n2 1 1\n1 2 5 9 70 1 1\n1 2 4\n"))
    assert (found.tail, found.head) == (("n1",), ("n2",))
    assert (found.cost.tolist(), found.capacity.tolist(), found.fixed.tolist()) == ([5], [9], [70])
    assert (found.supply, found.demand) == (({"n1": 4.0},), ({"n2": 4.0},))


FCNET = """Set n / n1*n3 /;
yupp('n1','n1','a1')=0;
Parameter fcost(m,n,s) /
$ondelim
 n1 n2 a1 10
 n1 n2 a2 -1
$offdelim
/;
Parameter vcost(m,n,s) /
$ondelim
 n1 n2 a1 2
 n1 n2 a2 3
$offdelim
/;
Parameter demand(n) /
 n1 4
 n2 -4
/;
* Upper bound for flow on any arc
fcost(m,n,s) = 30 * fcost(m,n,s);
demand(n) = -demand(n);
u = -sum(n$(demand(n)<0), demand(n));
xupp(m,n,s)$(fcost(m,n,s) or vcost(m,n,s)) = u;
loop((m,n,s)$(fcost(m,n,s)<0),
   fcost(m,n,s)=0;
   vcost(m,n,s)=0;
);
"""


def test_statements_after_the_tables_count(tmp_path):
    found = read_fcnet(written(tmp_path, FCNET))
    assert (found.fixed.tolist(), found.cost.tolist()) == ([300, 0], [2, 0])
    assert found.capacity.tolist() == [4, 4]
    assert (found.supply, found.demand) == (({"n1": 4.0},), ({"n2": 4.0},))


def test_a_statement_nobody_knows_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"unknown statement .*demand"):
        read_fcnet(written(tmp_path, FCNET + "demand('n1') = 7;\n"))


MPS = """* comment
NAME tiny
ROWS
 N cost
 N spare
 E a
 L g
COLUMNS
 x cost 2 a 1
 x g 1 spare 5
 m1 'MARKER' 'INTORG'
 y cost 7
 y g -4
 m2 'MARKER' 'INTEND'
 z a 1
RHS
 r a 3 cost -11
BOUNDS
 BV b y
 UP b x 2
 MI z
ENDATA
"""


def test_mps(tmp_path):
    file = tmp_path / "tiny.mps.gz"
    file.write_bytes(gzip.compress(MPS.encode()))
    found = read_mps(file)
    assert (found.rows, found.right, found.offset) == ({"a": "E", "g": "L"}, {"a": 3.0}, 11.0)
    assert found.entries == {"x": {"a": 1.0, "g": 1.0}, "y": {"g": -4.0}, "z": {"a": 1.0}}
    assert (found.cost, found.whole) == ({"x": 2.0, "y": 7.0}, {"y"})
    assert found.bounds == {"x": (0.0, 2.0), "y": (0.0, 1.0), "z": (-np.inf, np.inf)}


def test_lot_sizing(tmp_path):
    text = "2 3\n1\n90\n1 .5 4 6\n2 .25 8 7\n1 2\n3 4\n5 6\n\n Bi hi time cost\n = 1 2 3\n"
    found = read_clsp(written(tmp_path, text))
    assert (found.capacity, found.hours.tolist(), found.holding_cost.tolist()) == (90, [1, 2], [0.5, 0.25])
    assert (found.setup_hours.tolist(), found.setup_cost.tolist()) == ([4, 8], [6, 7])
    assert found.demand.tolist() == [[1, 2], [3, 4], [5, 6]]


FUTURE = """param Capacity := 9.0 ;
param FixedCost :=
1 40
2 60
;
param Revenue:
  1 2:=
 1 5 6
 2 7 8
;
param Demand:
  1 2:=
 1 5 6
 2 7 8
;
param ClientPresent:=
1 1
2 0
;
"""


def test_server_location(tmp_path):
    written(tmp_path, FUTURE, "Scenario1.dat")
    written(tmp_path, FUTURE.replace("2 0", "2 1"), "Scenario2.dat")
    written(tmp_path, "set Nodes := a ;", "ScenarioStructure.dat")
    found = read_server_location(tmp_path)
    assert (found.capacity, found.fixed.tolist()) == (9, [40, 60])
    assert found.revenue.tolist() == found.use.tolist() == [[5, 6], [7, 8]]
    assert found.present.tolist() == [[True, False], [True, True]]
    written(tmp_path, FUTURE.replace("2 60", "2 61"), "Scenario2.dat")
    with pytest.raises(ValueError, match="FixedCost differs"):
        read_server_location(tmp_path)
