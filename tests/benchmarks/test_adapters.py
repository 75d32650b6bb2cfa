"""Published models in miniature, each solved by hand, through the same scenario as any company's case."""

import numpy as np
import pytest

from benchmarks.adapters_activities import activities
from benchmarks.adapters_location import location, median, two_stage
from benchmarks.adapters_lots import lot_sizing
from benchmarks.adapters_network import network, transportation
from benchmarks.adapters_stochastic import server_location
from benchmarks.external import solve
from benchmarks.readers_location import Location, Median, TwoStage
from benchmarks.readers_mps import Mps
from benchmarks.readers_network import Network
from benchmarks.readers_periods import LotSizing
from benchmarks.readers_stochastic import Servers
from benchmarks.tables import NotCoveredError, Problem, complete, places
from optimizer import SolverSettings
from scenarios import read_tables

EXACT = SolverSettings(mip_gap=0.0, time_limit_seconds=20)


def value(problem):
    answer = solve(problem, "small", EXACT)
    assert answer.status == "optimal", answer
    assert answer.bound == pytest.approx(answer.value)
    return answer.value


# Two facilities of 6 for 30 and 20; customers of 5 and 4. Serving all of a customer costs:
SMALL = Location(
    capacity=np.array([6.0, 6.0]),
    fixed=np.array([30.0, 20.0]),
    demand=np.array([5.0, 4.0]),
    cost=np.array([[5.0, 40.0], [50.0, 8.0]]),
)


def test_without_capacities_one_facility_serves_both():
    # F1 alone 30 + 5 + 40 = 75, F2 alone 20 + 50 + 8 = 78, both 50 + 5 + 8 = 63
    assert value(location(SMALL, capacitated=False, single_source=False)) == pytest.approx(63)


def test_demand_splits_where_room_is_short():
    # room of 9 in all, taken up: F1 6, F2 3, so a quarter of the second customer comes from F1
    tight = Location(np.array([6.0, 3.0]), SMALL.fixed, SMALL.demand, SMALL.cost)
    assert value(location(tight, capacitated=True, single_source=False)) == pytest.approx(50 + 5 + 6 + 10)


def test_a_single_source_may_not_split():
    # F2 holds the 4 of the second customer, F1 the 5 of the first; with 3 there the split is not allowed
    assert value(location(SMALL, capacitated=True, single_source=True)) == pytest.approx(63)
    tight = Location(np.array([6.0, 3.0]), SMALL.fixed, SMALL.demand, SMALL.cost)
    assert solve(location(tight, capacitated=True, single_source=True), "small", EXACT).status == "infeasible"


def test_a_customer_without_demand_still_has_to_be_served():
    # the second customer takes no room but costs 40 or 8: F1 alone 30 + 5 + 40, both 50 + 5 + 8
    idle = Location(SMALL.capacity, SMALL.fixed, np.array([5.0, 0.0]), SMALL.cost)
    assert value(location(idle, capacitated=True, single_source=False)) == pytest.approx(63)


def test_two_stages_open_what_the_goods_pass():
    # plant 1 for 10 and depot 2 for 5: 3 units at 1 + 2; depot 1 would save 1 a unit but costs 9
    small = TwoStage(
        demand=np.array([[3.0]]),
        plant_capacity=np.array([[5.0], [5.0]]),
        plant_fixed=np.array([10.0, 40.0]),
        inbound=np.array([[[1.0, 1.0], [0.0, 0.0]]]),
        depot_capacity=np.array([[4.0], [4.0]]),
        depot_fixed=np.array([9.0, 5.0]),
        outbound=np.array([[[1.0], [2.0]]]),
    )
    assert value(two_stage(small)) == pytest.approx(10 + 5 + 3 * (1 + 2))


def test_two_stages_respect_the_capacity_of_a_depot_by_product():
    small = TwoStage(
        demand=np.array([[3.0, 1.0]]),
        plant_capacity=np.array([[5.0, 5.0]]),
        plant_fixed=np.array([10.0]),
        inbound=np.zeros((2, 1, 2)),
        depot_capacity=np.array([[2.0, 9.0], [9.0, 9.0]]),
        depot_fixed=np.array([1.0, 5.0]),
        outbound=np.zeros((2, 2, 1)),
    )
    assert value(two_stage(small)) == pytest.approx(15)  # depot 1 alone, for 1, has room for 2 of 3


def test_medians_are_counted_and_filled():
    points = np.array([0.0, 1.0, 10.0, 11.0])
    distance = np.abs(points[:, None] - points)
    free = Median(1, distance, np.ones(4), np.inf)
    assert value(median(free)) == pytest.approx(20)
    assert value(median(Median(2, distance, np.ones(4), np.inf))) == pytest.approx(2)
    narrow = Median(2, distance, np.array([1.0, 1.0, 2.0, 1.0]), 3.0)
    assert value(median(narrow)) == pytest.approx(2)
    # room of 4 and 2: with demands 2, 2, 1, 1 no two points on the left fit into one median
    full = Median(2, distance, np.array([2.0, 2.0, 1.0, 1.0]), 3.0)
    assert value(median(full)) == pytest.approx(20)


def test_fixed_charges_bundle_flows_on_one_arc():
    # two commodities from 1 to 3: alone over the direct arc each (4 + 10), together over 2 (1 + 1, 6 + 6)
    small = Network(
        tail=("n1", "n1", "n2"),
        head=("n3", "n2", "n3"),
        cost=np.array([4.0, 1.0, 1.0]),
        capacity=np.array([9.0, 9.0, 9.0]),
        fixed=np.array([10.0, 6.0, 6.0]),
        supply=({"n1": 1.0}, {"n1": 2.0}),
        demand=({"n3": 1.0}, {"n3": 2.0}),
    )
    assert value(network(small)) == pytest.approx(12 + 3 * 2)


def test_parallel_arcs_are_arcs_of_their_own():
    small = Network(
        tail=("n1", "n1", "n1"),
        head=("n2", "n2", "n1"),
        cost=np.array([1.0, 2.0, 0.0]),
        capacity=np.array([3.0, 9.0, 9.0]),
        fixed=np.array([0.0, 5.0, 0.0]),
        supply=({"n1": 5.0},),
        demand=({"n2": 5.0},),
    )
    assert value(network(small)) == pytest.approx(3 + 2 * 2 + 5)


def test_a_network_without_room_is_infeasible():
    small = Network(("n1",), ("n2",), np.ones(1), np.array([3.0]), np.ones(1), ({"n1": 5.0},), ({"n2": 5.0},))
    assert solve(network(small), "small", EXACT).status == "infeasible"


def fixed_charge(second_row="E"):
    """Two sources of 3 and 2, one sink of 5."""
    model = Mps(rows={"a1": "E", "a2": second_row, "b": "E", "g1": "L", "g2": "L"})
    model.right = {"a1": 3.0, "a2": 2.0, "b": 5.0}
    for k, size in (("1", 3.0), ("2", 2.0)):
        model.entries[f"x{k}"] = {f"a{k}": 1.0, "b": 1.0, f"g{k}": 1.0}
        model.entries[f"y{k}"] = {f"g{k}": -size}
        model.bounds |= {f"x{k}": (0.0, np.inf), f"y{k}": (0.0, 1.0)}
    model.whole = {"y1", "y2"}
    model.cost = {"x1": 1.0, "x2": 2.0, "y1": 10.0, "y2": 20.0}
    model.offset = 4.0
    return model


def test_a_fixed_charge_transportation_problem_is_recognised():
    assert value(transportation(fixed_charge())) == pytest.approx(3 + 4 + 30 + 4)


def test_what_is_no_transportation_problem_is_said_so():
    with pytest.raises(NotCoveredError, match="x2 is not a flow"):
        transportation(fixed_charge("L"))
    other = fixed_charge()
    other.entries["y1"]["g2"] = -1.0
    with pytest.raises(NotCoveredError, match="own"):
        transportation(other)


def test_setups_take_time_from_the_machine():
    # one item, 4 hours a period, needs 1 then 3 units of an hour; a setup takes an hour and costs 10
    small = LotSizing(
        capacity=4.0,
        hours=np.array([1.0]),
        holding_cost=np.array([2.0]),
        setup_hours=np.array([1.0]),
        setup_cost=np.array([10.0]),
        demand=np.array([[1.0], [3.0]]),
    )
    assert value(lot_sizing(small)) == pytest.approx(20)  # all at once needs 4 + 1 hours
    quick = LotSizing(4.0, small.hours, small.holding_cost, np.zeros(1), small.setup_cost, small.demand)
    assert value(lot_sizing(quick)) == pytest.approx(10 + 3 * 2)


def test_servers_are_opened_before_the_clients_are_known():
    # one client comes in both futures, the other in the second only; they take 2 each and pay 6 and 4.
    # Server 1 holds 3 for 3: -3 + 1/2 * 6 + 1/2 * (6 + 4 - 1000); server 2 holds 3 for 2 as well, pays 5, 3
    small = Servers(
        capacity=3.0,
        fixed=np.array([3.0, 2.0]),
        revenue=np.array([[6.0, 5.0], [4.0, 3.0]]),
        use=np.full((2, 2), 2.0),
        present=np.array([[True, False], [True, True]]),
    )
    assert value(server_location(small)) == pytest.approx(5 - 6 - 3 / 2)


def test_activities_behind_opening_costs_are_recognised():
    # make 4 of a good by x (1 each, up to 3, opened for 5) or z (4 each); both take an hour of 9
    model = Mps(rows={"good": "E", "hours": "L", "open": "G"}, right={"good": 4.0, "hours": 9.0})
    model.entries = {
        "x": {"good": 1.0, "hours": 1.0, "open": -1.0},
        "z": {"good": 1.0, "hours": 1.0},
        "y": {"open": 3.0},
    }
    model.bounds = {"x": (0.0, np.inf), "z": (0.0, np.inf), "y": (0.0, 1.0)}
    model.cost, model.whole = {"x": 1.0, "z": 4.0, "y": 5.0}, {"y"}
    assert value(activities(model)) == pytest.approx(5 + 3 + 4)
    model.bounds["z"] = (2.0, np.inf)  # shifted: 2 of z at least, the rest by z again or by x
    assert value(activities(model)) == pytest.approx(5 + 2 + 8)
    model.right["hours"] = 3.0
    assert solve(activities(model), "small", EXACT).status == "infeasible"
    model.entries["y"]["hours"] = 1.0
    with pytest.raises(NotCoveredError, match="row hours ties"):
        activities(model)


def test_tables_in_memory_are_those_that_files_would_give(tmp_path):
    problem = location(SMALL, capacitated=True, single_source=True)
    for name, frame in problem.tables.items():
        if len(frame):
            shown = frame.drop(columns="row").map(
                lambda cell: "; ".join(cell) if isinstance(cell, tuple) else cell
            )
            shown = shown.replace({True: "yes", False: "no"})
            shown.to_csv(tmp_path / f"{name}.csv", index=False)
    read = Problem(read_tables(tmp_path))
    for name, frame in problem.tables.items():
        if len(frame):
            assert read.tables[name].equals(frame), name
    assert value(read) == value(problem)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"shops": {}}, "unknown tables"),
        ({"modes": {"mode": ["road"], "colour": "red", "cost_per_tkm": 0.0}}, "unknown columns"),
        ({"modes": {"mode": ["road"]}}, "cost_per_tkm is missing"),
        ({"modes": {"mode": ["road"], "cost_per_tkm": -1.0}}, "not allowed"),
        ({"sites": places(["a"], "factory")}, "not allowed"),
        ({"interventions": {"intervention": ["a"], "kind": "b", "life_years": 1.5}}, "not allowed"),
    ],
)
def test_the_back_door_is_shut(tables, message):
    with pytest.raises(ValueError, match=message):
        complete(**tables)
