"""The generated networks are ordinary scenarios, the same for the same seed, with the sizes they promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks import generated
from benchmarks.families import families_of
from benchmarks.growth import fitted_exponent
from benchmarks.timing import alternate, plain, ratios, spread
from optimizer.models.build import build_model
from scenarios import load_scenario


def test_the_same_seed_gives_the_same_tables():
    one, other = (generated.network(20, 2, seed=3) for _ in range(2))
    assert one.keys() == other.keys()
    for name, frame in one.items():
        pd.testing.assert_frame_equal(frame, other[name])
    assert not generated.network(20, 2, seed=4)["lanes"].equals(one["lanes"])


def test_no_lane_leaves_a_collection_point_beyond_its_radius_and_none_stands_alone():
    case = generated.scenario("small")
    served = case.sites.role[case.arcs.origin] == "collection"
    assert case.arcs.great_circle_km[served].max() <= 101
    assert set(case.arcs.origin[served]) == set(np.flatnonzero(case.sites.role == "collection"))
    assert case.warnings == ()


def test_written_tables_read_back_as_the_same_scenario(tmp_path):
    size = generated.SIZES["tiny"]
    tables = generated.tables_of(size)
    generated.write_folder(tables, tmp_path / "case")
    settings = generated.settings_of(size, str(tmp_path / "case"))
    read = load_scenario(settings, generated.carbon_of(tables, size))
    made = generated.scenario_of(tables, size)
    assert read.arcs.label.tolist() == made.arcs.label.tolist()
    np.testing.assert_allclose(read.arcs.cost, made.arcs.cost)
    np.testing.assert_allclose(read.demands.quantity, made.demands.quantity)


@pytest.mark.parametrize(
    ("size", "columns", "decisions"), [("tiny", (500, 2000), 44), ("small", (6000, 10000), 200)]
)
def test_sizes_are_what_they_are_called(size, columns, decisions):
    given = families_of(build_model(generated.instance_of(generated.scenario(size))))
    assert columns[0] < given.columns < columns[1]
    assert given.size["whole"] == decisions


def test_contenders_take_turns_and_figures_are_medians():
    order = []
    found = alternate(
        {"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=3, most={"b": 1}
    )
    assert order == ["a", "b", "a", "a"]
    assert [len(found[name]) for name in "ab"] == [3, 1]
    assert spread([3.0, 1.0, 2.0]).median == 2.0
    assert ratios([2.0, 9.0], [1.0, 3.0]).most == 3.0
    assert plain({"x": spread([1.0])}) == {"x": {"median": 1.0, "least": 1.0, "most": 1.0, "count": 1}}


def test_the_exponent_of_a_power_is_found():
    sizes = [1.0, 2.0, 4.0, 8.0]
    assert fitted_exponent(sizes, [3 * s**1.5 for s in sizes]) == pytest.approx(1.5)
