"""Pins: each kind against a hand calculation on the tutorial, and what is refused."""

import pandas as pd
import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import (
    CarbonSettings,
    DataError,
    ScenarioSettings,
    VerificationError,
    read_tables,
    scenario_from_tables,
)
from scenarios.ledger import rates
from scenarios.loading import BUNDLED
from scenarios.schema import TABLES

SETTINGS = ScenarioSettings(
    name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.0
)
EXACT = SolverSettings(mip_gap=0.0)
ALL_ORE = 352e6  # docs/tutorial.md
# A tonne of scrap steel on grid power: 1.375 x 1608 + 1.1 x 120 + 400 + 300, less 1730 of the ore route.
MORE = 1.375 * 1608 + 132 + 700 - 1730


def pinned(**cells):
    """Return the tutorial's scenario with one pin."""
    tables = read_tables(BUNDLED / "tutorial")
    row = {column.name: column.default for column in TABLES["pins"].all_columns} | {"pin": "mine", "row": 2}
    blank = {c.name: "" if c.kind == "text" else float("nan") for c in TABLES["pins"].all_columns}
    filled = {name: blank[name] if value is None and name in blank else value for name, value in row.items()}
    tables["pins"] = pd.DataFrame([filled | cells])
    return scenario_from_tables(tables, SETTINGS)


def solved(**cells):
    return optimize(pinned(**cells), EXACT)


def scrap_steel(plan, year):
    return float(plan["run"].sel(operation="mill_arc_furnace:scrap_route", period=year))


def test_without_pins_all_is_ore():
    plan = optimize(scenario_from_tables(read_tables(BUNDLED / "tutorial"), SETTINGS), EXACT)
    assert plan.attrs["objective"] == pytest.approx(ALL_ORE)


def test_a_minimum_in_one_year():
    plan = solved(decision="run", process="scrap_route", from_year=2026, minimum=10_000)
    assert plan.attrs["objective"] == pytest.approx(ALL_ORE + 10_000 * MORE)
    assert [scrap_steel(plan, year) for year in (2025, 2026)] == pytest.approx([0, 10_000])


@pytest.mark.parametrize("cells", [{}, {"site": "mill"}, {"line": "mill_arc_furnace"}])
def test_a_least_share(cells):
    plan = solved(decision="run", process="scrap_route", minimum_share=0.1, **cells)
    if "line" in cells:  # the only process of its line: already all of it
        assert plan.attrs["objective"] == pytest.approx(ALL_ORE)
    else:
        assert plan.attrs["objective"] == pytest.approx(ALL_ORE + 2 * 10_000 * MORE)


def test_a_largest_share_of_lanes_and_a_maximum():
    both = {"decision": "flow", "site": "yard", "destination": "base"}
    free = optimize(pinned(**both, maximum=1e9), EXACT)
    assert free.attrs["objective"] == pytest.approx(ALL_ORE)
    one = solved(decision="run", process="ore_route", to_year=2025, maximum=90_000)
    assert scrap_steel(one, 2025) == pytest.approx(10_000)
    assert one.attrs["objective"] == pytest.approx(ALL_ORE + 10_000 * MORE)
    other = solved(decision="run", process="ore_route", maximum_share=0.9, from_year=2026)
    assert other.attrs["objective"] == pytest.approx(ALL_ORE + 10_000 * MORE)


def test_an_intervention_is_decided_in_its_year():
    plan = solved(
        decision="adopt", intervention="mill_energy_management", from_year=2026, to_year=2026, minimum=1
    )
    assert plan["adopt"].sel(intervention="mill_energy_management").to_numpy().tolist() == [0, 1]
    assert plan.attrs["objective"] == pytest.approx(ALL_ORE + 0.5e6)
    over_both = solved(decision="adopt", intervention="mill_energy_management", minimum=1)
    assert float(over_both["adopt"].sum()) == 1  # once in its years, not in each


def test_a_broken_pin_is_caught_when_the_plan_is_verified():
    scenario = pinned(decision="purchase", offer="yard_scrap", minimum=1000)
    plan = optimize(
        scenario_from_tables(read_tables(BUNDLED / "tutorial"), SETTINGS, CarbonSettings()), EXACT
    )
    with pytest.raises(VerificationError, match="pin mine"):
        verify(scenario, plan, rates(scenario))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"decision": "flow"}, "states no bound"),
        ({"decision": "flow", "minimum": 2, "maximum": 1}, "lies below the minimum"),
        ({"decision": "purchase", "mode": "truck", "maximum": 1}, "does not apply to purchase"),
        ({"decision": "purchase", "offer": "no_such", "maximum": 1}, "is not in offers"),
        ({"decision": "purchase", "region": "nowhere", "maximum": 1}, "matches nothing"),
        ({"decision": "flow", "site": "city", "maximum": 1}, "matches nothing"),
        ({"decision": "flow", "from_year": 2050, "maximum": 1}, "outside the horizon"),
        ({"decision": "adopt", "minimum_share": 0.1}, "is not meant for adopt"),
    ],
)
def test_what_is_refused(cells, message):
    with pytest.raises(DataError, match=message):
        pinned(**cells)
