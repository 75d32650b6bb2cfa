"""Quotas of grades and shares by an indicator: plans solved by hand, by enumeration, and seen by verify."""

import itertools
import re
from functools import cache

import numpy as np
import pytest

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.verify_sourcing import sourcing_findings
from scenarios import (
    ConfigError,
    InfeasibleError,
    LeverSettings,
    PathwaySettings,
    ScenarioSettings,
    load_scenario,
    scenario_from_tables,
)
from scenarios.plans import activities_of
from scenarios.settings import SourcingSettings
from tests.optimizer.ore_case import EXACT, bought, scenario, solved
from tests.optimizer.score_case import CARDS, GRADES, HELP, QUOTAS, RAISES, SCORECARD, YEARS


def kpi(share, product="ore", measure="spend"):
    return f"rule product indicator measure minimum_share\nkpi {product} sbt {measure} {share}"


# ---------------------------------------------------------------- quotas


def test_a_quota_follows_the_grade():
    # near is a C: at most 20; green is an A: at least 10
    assert solved(**QUOTAS) == (pytest.approx([20, 70, 10]), pytest.approx(200 + 840 + 150))


def test_raising_one_score_by_a_grade_changes_the_feasible_share():
    better = SCORECARD.replace("near sbt 0", "near sbt 1")  # 80 points: a B, at most 60
    assert solved(**QUOTAS | {"scorecard": better}) == (
        pytest.approx([60, 30, 10]),
        pytest.approx(600 + 360 + 150),
    )


def test_the_quota_of_a_period_goes_by_the_score_before():
    rows = [line if line.startswith("site") else f"{line} -" for line in SCORECARD.splitlines()]
    table = "\n".join(rows).replace("value", "value period").replace("near sbt 0 -", "near sbt 0 2025")
    plan = optimize(scenario(**QUOTAS | {"scorecard": f"{table}\nnear sbt 1 2026"}, settings=YEARS), EXACT)
    assert plan["supplier_grade"].sel(supplier="near").values.tolist() == ["C", "B", "B"]
    assert [bought(plan, year)[0] for year in (2025, 2026, 2027)] == pytest.approx([20, 20, 60])
    assert plan["quota_maximum"].sel(supplier="near").values.tolist() == [0.2, 0.2, 0.6]
    assert np.isnan(plan["quota_minimum"].sel(supplier="near")).all()


def test_a_product_of_one_supplier_has_no_quota():
    alone = {"offers": "offer site product price\nnear_ore near ore 10"}
    rows = "site indicator value\nnear sbt 0"
    assert solved(**QUOTAS | alone | {"scorecard": rows})[0] == pytest.approx([100])


def test_a_pathway_may_drop_quotas_and_shares():
    free = PathwaySettings(sourcing=SourcingSettings(quotas=False, report_only=["kpi"]))
    plan = optimize(scenario(pathway=free, **QUOTAS, sourcing_rules=kpi(0.5)), EXACT)
    assert bought(plan) == pytest.approx([100, 0, 0])
    assert plan["rule_share"].sel(sourcing_rule="kpi").values.tolist() == [0]
    assert "quota_maximum" not in plan
    with pytest.raises(ConfigError, match=r"report_only: no sourcing rule 'kpy' \(did you mean kpi\?\)"):
        scenario(
            pathway=PathwaySettings(sourcing=SourcingSettings(report_only=["kpy"])),
            **QUOTAS,
            sourcing_rules=kpi(0.5),
        )


def test_the_reference_owes_neither_quotas_nor_shares_by_an_indicator():
    assert bought(reference_plan(scenario(**QUOTAS, sourcing_rules=kpi(0.5)), EXACT)) == pytest.approx(
        [100, 0, 0]
    )


def test_an_impossible_quota_is_named():
    tight = GRADES.replace("A 90 0.1 0.8", "A 90 - 0.3")  # 0.2 + 0.3 + 0.3: no one may sell the rest
    with pytest.raises(InfeasibleError, match=r"quota.*of near for ore"):
        solved(**QUOTAS | {"grades": tight})


# ---------------------------------------------------------------- interventions that raise scores


def test_an_intervention_lifts_a_grade_and_the_quota_follows_a_period_later():
    late = HELP.replace("30 20 0", "30 20 1")  # decided 2025, at work from 2026 on
    plan = optimize(scenario(**QUOTAS, interventions=late, effects=RAISES, settings=YEARS), EXACT)
    assert plan["score"].sel(supplier="near").values.tolist() == pytest.approx([40, 80, 80])
    assert [bought(plan, year)[0] for year in (2025, 2026, 2027)] == pytest.approx([20, 20, 60])
    shown = plan["rule_maximum"].sel(sourcing_rule="quota of near for ore as B").values
    np.testing.assert_array_equal(shown, [np.nan, np.nan, 0.6])


def test_an_intervention_that_costs_more_than_the_quota_saves_is_left():
    dear = HELP.replace("30 20 0", "3000 3 0")  # a grade saves 80 a year
    plan = optimize(scenario(**QUOTAS, interventions=dear, effects=RAISES, settings=YEARS), EXACT)
    assert float(plan["adopt"].sum()) == 0
    assert [bought(plan, year)[0] for year in (2025, 2026, 2027)] == pytest.approx([20, 20, 20])


def test_what_may_not_be_decided_lifts_nobody():
    none = PathwaySettings(levers=LeverSettings(interventions=False))
    plan = optimize(
        scenario(pathway=none, **QUOTAS, interventions=HELP, effects=RAISES, settings=YEARS), EXACT
    )
    assert bought(plan)[0] == pytest.approx(20)


TWO = "intervention kind capex life_years\naudit programme {} 3\nsolar programme {} 3"
TWO_RAISES = """intervention effect site indicator amount
audit raises_score near sbt 1
solar raises_score near ren 0.7
solar raises_score far ren 0.9"""


@cache
def with_score_raised_by_hand(audit, solar, rule):
    cards = SCORECARD.replace("near sbt 0", f"near sbt {audit}")
    cards = cards.replace("near ren 0.2", f"near ren {0.2 + 0.7 * solar}")
    cards = cards.replace("far ren 0.6", f"far ren {1.0 if solar else 0.6}")
    return solved(**QUOTAS | {"scorecard": cards}, sourcing_rules=rule)[1]


def cheapest_by_enumeration(capex, rule):
    """Return the least cost over all sets of interventions, each with a scorecard raised by hand."""
    return min(
        3 * with_score_raised_by_hand(audit, solar, rule) + audit * capex[0] + solar * capex[1]
        for audit, solar in itertools.product([0, 1], repeat=2)
    )


@pytest.mark.parametrize(
    ("capex", "rule"),
    [
        ((100, 10), kpi(0.85)),
        ((260, 260), kpi(0.5, measure="quantity")),
        ((500, 20), kpi(0.5, measure="quantity")),
    ],
)
def test_grades_and_shares_with_interventions_are_exact(capex, rule):
    case = QUOTAS | {"interventions": TWO.format(*capex), "effects": TWO_RAISES, "sourcing_rules": rule}
    plan = optimize(scenario(**case, settings=YEARS), EXACT)
    assert plan.attrs["objective"] == pytest.approx(cheapest_by_enumeration(capex, rule))


# ---------------------------------------------------------------- shares by an indicator


def test_a_share_of_spend_binds_and_its_price_is_the_cost_of_a_point():
    plan = optimize(scenario(**CARDS, sourcing_rules=kpi(0.5)), EXACT)
    assert bought(plan) == pytest.approx([1200 / 22, 1000 / 22, 0])  # 10 x = 12 y
    assert plan["rule_share"].values.tolist() == [[pytest.approx(0.5)]]
    costs = [solved(**CARDS, sourcing_rules=kpi(0.5 + step))[1] for step in (-1e-3, 1e-3)]
    point = (costs[1] - costs[0]) / 0.2  # of two thousandths of the share
    assert float(plan["rule_point_price"].item()) == pytest.approx(point, rel=1e-3)
    assert float(plan["dual_least_share"].item()) > 0


def test_a_share_may_rise_by_year():
    table = "rule product indicator measure period minimum_share"
    rows = [f"kpi ore sbt quantity {year} {share}" for year, share in ((2025, 0.28), (2027, 0.95))]
    plan = optimize(scenario(**CARDS, sourcing_rules="\n".join([table, *rows]), settings=YEARS), EXACT)
    found = plan["rule_share"].sel(sourcing_rule="kpi").values
    assert found.tolist() == pytest.approx([0.28, (0.28 + 0.95) / 2, 0.95])
    np.testing.assert_allclose(plan["rule_minimum"].values[0], found)


def test_a_share_without_a_bound_is_only_reported():
    table = "rule product indicator indicator_at_least\nrenewables ore ren 0.6"
    plan = optimize(scenario(**CARDS, sourcing_rules=table), EXACT)
    assert bought(plan) == pytest.approx([100, 0, 0])
    assert plan["rule_share"].values.tolist() == [[0]]
    assert np.isnan(plan["rule_minimum"].values).all()


def test_an_indicator_may_be_bounded_from_above():
    table = "rule product indicator indicator_at_least maximum_share\nrenewables ore ren 0.1 0.6"
    only = "site indicator value\nnear ren 0.2"
    assert solved(indicators=CARDS["indicators"], scorecard=only, sourcing_rules=table)[0] == pytest.approx(
        [60, 40, 0]
    )


# ---------------------------------------------------------------- second opinion


@pytest.mark.parametrize("broken", ["quota of near for ore", "sourcing rule kpi"])
def test_verify_sees_a_broken_quota_and_share(broken):
    free = PathwaySettings(sourcing=SourcingSettings(quotas=False, report_only=["kpi"]))
    case = {**QUOTAS, "sourcing_rules": kpi(0.5)}
    x = activities_of(optimize(scenario(pathway=free, **case), EXACT))
    off = {
        rule: float(np.max(violation, initial=0))
        for rule, violation, _ in sourcing_findings(scenario(**case), x)
    }
    # all is bought from near: 100 where 20 may be, and none of the spend of 1000 counts
    assert off[broken] == pytest.approx({"quota of near for ore": 80, "sourcing rule kpi": 500}[broken])


# ---------------------------------------------------------------- the bundled case


ONE_YEAR = ScenarioSettings(data="electronics", first_year=2025, last_year=2025)


def test_electronics_meets_its_shares_at_a_price_and_buys_more_from_a_better_supplier():
    given = load_scenario(ONE_YEAR)
    cards = given.scorecards
    assert len(cards.indicator) >= 30
    assert len(cards.supplier) >= 40
    plan = optimize(given, SolverSettings(mip_gap=0.01))
    kpi = plan.sel(sourcing_rule="science_based_spend")
    assert float(kpi["rule_share"].item()) == pytest.approx(float(kpi["rule_minimum"].item()))
    assert float(kpi["rule_point_price"].item()) > 0
    quotas = plan.isel(sourcing_rule=plan["rule_kind"].values == "quota", period=0)
    full = (quotas["rule_share"] >= quotas["rule_maximum"] - 1e-6) & (quotas["dual_largest_share"] > 0)
    dearest = str(quotas["sourcing_rule"].values[np.argmax(np.where(full, quotas["rule_point_price"], -1))])
    _, supplier, product = re.match(r"(quota of )(\S+) for (\S+)", dearest).groups()

    raised = dict(given.tables)
    best = dict(zip(cards.indicator, cards.best, strict=True))
    mine = raised["scorecard"]["site"] == supplier
    value = raised["scorecard"]["indicator"].map(best).where(mine, raised["scorecard"]["value"])
    raised["scorecard"] = raised["scorecard"].assign(value=value)
    after = optimize(scenario_from_tables(raised, ONE_YEAR), SolverSettings(mip_gap=0.01))

    def share(of):
        here = of["offer_product"].values == product
        bought = of["purchase"].isel(period=0).values
        return bought[here & (of["offer_site"].values == supplier)].sum() / bought[here].sum()

    assert share(after) > share(plan) + 0.01
