"""Distances, and lanes as a fact of geography."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import ScenarioSettings, load_scenario
from scenarios.geography import EARTH_RADIUS_KM, great_circle_km

latitude, longitude = st.floats(-89, 89), st.floats(-180, 180)


def test_quarter_of_the_equator():
    assert great_circle_km(0, 0, 0, 90) == pytest.approx(np.pi / 2 * EARTH_RADIUS_KM)


def test_beijing_to_shanghai():
    # Published great-circle distance of the city centres: about 1,067 km.
    assert great_circle_km(39.9042, 116.4074, 31.2304, 121.4737) == pytest.approx(1067, abs=3)


@given(latitude, longitude, latitude, longitude, latitude, longitude)
def test_distance_is_a_metric(a, b, c, d, e, f):
    ab, bc, ac = great_circle_km(a, b, c, d), great_circle_km(c, d, e, f), great_circle_km(a, b, e, f)
    assert ab == pytest.approx(great_circle_km(c, d, a, b))
    assert ac <= ab + bc + 1e-6


def test_no_lane_leaves_a_scrap_base_beyond_its_radius():
    scenario = load_scenario(ScenarioSettings(data="steel_north_china"))
    bases = scenario.sites.role[scenario.arcs.origin] == "scrap_base"
    assert bases.sum() > 0
    assert scenario.arcs.great_circle_km[bases].max() <= 100.0


def test_nearest_keeps_the_closest_origins():
    from scenarios.network import generate_arcs

    sites = pd.DataFrame(
        {
            "site": ["a", "b", "c", "mill"],
            "role": ["supplier"] * 3 + ["plant"],
            "lat": [0.0] * 4,
            "lon": [1.0, 2.0, 3.0, 0.0],
            "service_radius_km": np.nan,
        }
    )
    mode = {
        "mode": "truck",
        "cost_per_tkm": 1.0,
        "handling_cost": 2.0,
        "circuity": 1.5,
        "speed_km_per_h": 50.0,
    }
    modes = pd.DataFrame(
        [mode | {"terminal_hours": 0.0, "minimum_km": 0.0, "maximum_km": np.nan, "locked": False}]
    )
    rule = {"origin_role": "supplier", "destination_role": "plant", "product": "ore", "mode": "truck"}
    rules = pd.DataFrame([rule | {"max_km": np.nan, "nearest": 2.0, "locked": False}])
    lanes = pd.DataFrame(columns=["origin", "destination", "mode", "products"])
    tables = {"sites": sites, "modes": modes, "lane_rules": rules, "lanes": lanes}
    arcs, problems = generate_arcs(tables, {(s, "ore") for s in "abc"}, {("mill", "ore")})
    assert not problems
    assert arcs["origin"].tolist() == ["a", "b"]
    degree = np.pi / 180 * EARTH_RADIUS_KM
    assert arcs["distance_km"].tolist() == pytest.approx([1.5 * degree, 3 * degree])
    assert arcs["cost"].tolist() == pytest.approx([1.5 * degree + 2, 3 * degree + 2])
