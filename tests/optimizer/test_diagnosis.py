"""Diagnosis: what it proposes, applied, makes a plan possible; by hand on the tutorial."""

import pandas as pd
import pytest

from optimizer import SolverSettings, optimize
from optimizer.settings import DiagnosisSettings
from scenarios import (
    CapSettings,
    CarbonSettings,
    InfeasibleError,
    LeverSettings,
    PathwaySettings,
    ScenarioSettings,
    load_scenario,
    read_tables,
    scenario_from_tables,
)
from scenarios.loading import BUNDLED
from scenarios.schema import TABLES
from scenarios.settings import CapKind, LimitUnit

EXACT = SolverSettings(mip_gap=0.0)
SCRAP = {"decision": "run", "where": {"process": "scrap_route"}}


def tutorial(carbon=None, rules=(), levers=None):
    settings = ScenarioSettings(
        name="tutorial",
        data="tutorial",
        first_year=2025,
        last_year=2026,
        discount_rate=0.0,
        rules=list(rules),
    )
    pathway = PathwaySettings(levers=levers or LeverSettings())
    return load_scenario(settings, carbon or CarbonSettings(), pathway)


def refused(scenario, **diagnosis):
    settings = SolverSettings(mip_gap=0.0, diagnosis=DiagnosisSettings(**diagnosis))
    with pytest.raises(InfeasibleError) as caught:
        optimize(scenario, settings)
    return caught.value


def no_more_than(quantity, **values):
    return {"name": "no scrap", "unit": "t/year", "limit": quantity, "terms": [SCRAP]} | values


@pytest.fixture(scope="module")
def too_tight():
    scenario = tutorial(CarbonSettings(cap_2026=0.1))
    return scenario, refused(scenario).diagnosis


def test_the_cheapest_fix_is_the_hand_calculation_and_solves(too_tight):
    scenario, diagnosis = too_tight
    # Scrap in 2026: the base with phase II sorts 50,000 t: 45,455 t of scrap steel, which save 1.949 t each.
    least = 207_000 - 1.949 * 50_000 / 1.1
    (change,) = diagnosis.fixes[0].changes
    assert (change.kind, change.name, change.year) == ("cap", "total", 2026)
    assert change.old == pytest.approx(20_700)
    assert change.missed == pytest.approx(least - 20_700, rel=1e-6)
    assert diagnosis.fixes[0].worth == pytest.approx(1000 * change.missed)
    plan = optimize(diagnosis.fixed(scenario), EXACT)
    assert plan.attrs["status"] == "optimal"
    assert plan.attrs["objective"] <= diagnosis.fixes[0].plan_cost * (1 + 1e-9)


def test_the_setting_it_names_solves_too(too_tight):
    _, diagnosis = too_tight
    (override,) = diagnosis.fixes[0].overrides
    key, _, value = override.partition("=")
    assert key == "carbon.cap_2026"
    assert optimize(tutorial(CarbonSettings(cap_2026=float(value))), EXACT).attrs["status"] == "optimal"


@pytest.mark.parametrize("unit", [LimitUnit.TONNES, LimitUnit.SHARE_OF_BASELINE])
def test_a_fix_allows_for_margins(unit):
    """118.4 kt is the least; a cap planned 10 % below its limit has to be 131.6 kt to allow it."""
    limit = {LimitUnit.TONNES: 20_700.0, LimitUnit.SHARE_OF_BASELINE: 0.1}[unit]
    carbon = {"margins": {"all": {2026: 0.1}}}
    cap = {"limit": {2026: limit}, "unit": unit}
    scenario = tutorial(CarbonSettings(caps={"all": CapSettings(**cap)}, **carbon))
    (override,) = refused(scenario).diagnosis.fixes[0].overrides
    key, _, value = override.partition("=")
    assert key == "carbon.caps.all.limit.2026"
    least = (207_000 - 1.949 * 50_000 / 1.1) / 0.9
    assert float(value) == pytest.approx(least if unit is LimitUnit.TONNES else least / 207_000, rel=2e-3)
    optimize(
        tutorial(CarbonSettings(caps={"all": CapSettings(**cap | {"limit": {2026: float(value)}})}, **carbon))
    )


def test_alternatives_leave_the_first_rule_alone_and_solve(too_tight):
    scenario, diagnosis = too_tight
    other = diagnosis.fixes[1]
    assert {change.kind for change in other.changes} == {"demand"}
    assert other.worth > diagnosis.fixes[0].worth
    assert optimize(diagnosis.fixed(scenario, 1), EXACT).attrs["status"] == "optimal"


def test_the_conflict_is_said_by_business_names(too_tight):
    _, diagnosis = too_tight
    parts = {part.rule: part for part in diagnosis.conflict.parts}
    assert parts["cap_respected"].members == ("total 2026",)
    assert parts["unmet"].members == ("city:steel 2026",)
    assert "mill:steel 2026" in parts["node_balance"].members
    assert "these cannot all hold together" in diagnosis.text


def test_the_text_is_in_the_planners_words(too_tight):
    _, diagnosis = too_tight
    first = diagnosis.text.splitlines()[2]
    assert "cap 'total' of 2026 is missed by 97.7 kt: 20.7 kt -> 118.5 kt, worth 97.7" in first
    assert diagnosis.as_data()["fixes"][0]["changes"][0]["unit"] == "tCO2e/year"


def test_a_custom_rule_in_the_way_is_the_cheapest_change():
    scenario = tutorial(CarbonSettings(cap_2026=0.9), [no_more_than(0)], LeverSettings(interventions=False))
    diagnosis = refused(scenario, goods_price=10.0).diagnosis
    (change,) = diagnosis.fixes[0].changes
    # 20.7 kt to save at 2.07 - 0.121 t each, with certificates.
    assert (change.kind, change.name, change.year) == ("custom rule", "no scrap", 2026)
    assert change.missed == pytest.approx(20_700 / 1.949, rel=1e-6)
    assert optimize(diagnosis.fixed(scenario), EXACT).attrs["status"] == "optimal"
    kinds = [{change.kind for change in fix.changes} for fix in diagnosis.fixes]
    assert {"cap"} in kinds


def test_what_a_unit_is_worth_decides():
    scenario = tutorial(CarbonSettings(cap_2026=0.9), [no_more_than(0)], LeverSettings(interventions=False))
    dear = refused(scenario, goods_price=1e6, alternatives=0).diagnosis
    assert [change.kind for change in dear.fixes[0].changes] == ["cap"]


def test_a_green_share_nobody_can_meet():
    levers = LeverSettings(interventions=False, power=["grid"], minimum_green_share={2026: 0.3})
    scenario = tutorial(rules=[no_more_than(10_000, sense="at_least")], levers=levers)
    diagnosis = refused(scenario).diagnosis
    kinds = [{change.kind for change in fix.changes} for fix in diagnosis.fixes]
    assert {"green share"} in kinds
    assert {"custom rule"} in kinds
    for number in range(len(kinds)):
        assert optimize(diagnosis.fixed(scenario, number), EXACT).attrs["status"] == "optimal"


@pytest.mark.parametrize("kind", [CapKind.INTENSITY, CapKind.CUMULATIVE])
def test_other_kinds_of_cap(kind):
    limit = {2026: 0.2} if kind is CapKind.INTENSITY else {2026: 20_000.0}
    cap = CapSettings(limit=limit, kind=kind, unit=LimitUnit.TONNES)
    scenario = tutorial(CarbonSettings(caps={"mine": cap}))
    diagnosis = refused(scenario, alternatives=0).diagnosis
    assert [change.name for change in diagnosis.fixes[0].changes] == ["mine"]
    assert optimize(diagnosis.fixed(scenario), EXACT).attrs["status"] == "optimal"


def test_it_can_be_switched_off():
    assert refused(tutorial(CarbonSettings(cap_2026=0.1)), automatic=False).diagnosis is None


@pytest.mark.nightly
def test_the_steel_case_under_a_cap_of_one_percent():
    settings = ScenarioSettings(
        name="steel_north_china",
        data="steel_north_china",
        first_year=2025,
        last_year=2035,
        demo_data=True,
    )
    scenario = load_scenario(settings, CarbonSettings(cap_2026=0.01))
    with pytest.raises(InfeasibleError) as caught:
        optimize(scenario, SolverSettings(time_limit_seconds=300))
    diagnosis = caught.value.diagnosis
    assert diagnosis.conflict.smallest
    policies = [part for part in diagnosis.conflict.parts if part.policy]
    assert {part.rule for part in policies} == {"cap_respected", "minimum_use"}
    assert [len(part.members) for part in policies] == [1, 1]  # one mill's minimum use is over the cap
    assert max(map(len, diagnosis.text.splitlines()[9:])) <= 120
    assert {change.kind for change in diagnosis.fixes[0].changes} == {"cap"}
    plan = optimize(diagnosis.fixed(scenario), SolverSettings(mip_gap=0.05, time_limit_seconds=600))
    assert plan.attrs["status"] in ("optimal", "feasible")


def from_table(name, carbon=None, **cells):
    tables = read_tables(BUNDLED / "tutorial")
    row = {}
    for column in TABLES[name].all_columns:
        blank = {"text": "", "list": (), "flag": False}.get(column.kind, float("nan"))
        row[column.name] = blank if column.default is None else column.default
    tables[name] = pd.DataFrame([row | {"row": 2} | cells])
    settings = ScenarioSettings(
        name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.0
    )
    return scenario_from_tables(tables, settings, carbon)


@pytest.mark.parametrize(
    ("table", "cells", "kind", "missed"),
    [
        # 20,000 t of scrap in 2025 make 18,182 t of steel.
        (
            "pins",
            {
                "pin": "mine",
                "decision": "run",
                "process": "scrap_route",
                "to_year": 2025,
                "minimum": 30_000.0,
            },
            "pin",
            30_000 - 20_000 / 1.1,
        ),
        ("ceilings", {"ceiling": "mine", "product": "steel", "maximum": 99_000.0}, "ceiling", 1_000),
        # Without phase II 18,182 t of scrap steel save 35.4 kt of the 41.4 kt asked for.
        ("budgets", {"budget": "mine", "amount": 26e6}, "budget", 1e6),
    ],
)
def test_other_policies_are_named_and_mended(table, cells, kind, missed):
    carbon = CarbonSettings(cap_2026=0.8) if table == "budgets" else CarbonSettings()
    scenario = from_table(table, carbon, **cells)
    prices = {"money_price": 0.01} if table == "budgets" else {}
    diagnosis = refused(scenario, alternatives=0, **prices).diagnosis
    change = diagnosis.fixes[0].changes[0]
    assert (change.kind, change.name) == (kind, "mine")
    assert change.missed == pytest.approx(missed, rel=1e-6)
    assert optimize(diagnosis.fixed(scenario), EXACT).attrs["status"] == "optimal"
