"""The bundled supplier cases on short horizons: they have a plan, and its figures reconcile."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from optimizer import SolverSettings, optimize
from reporting.coverage import coverage, hotspots
from reporting.payload import counted_accounts
from reporting.supplier_programmes import data_worth
from scenarios import CarbonSettings, ScenarioSettings, load_scenario, read_tables, scenario_from_tables
from scenarios.custom_rule_settings import CustomRule, RuleTerm, Sense
from scenarios.loading import BUNDLED
from scenarios.settings import LeverSettings, PathwaySettings, SourcingSettings

MARKED = ["rod_shihezi", "glass_bengbu", "glass_xianyang", "aluminium_urumqi", "silver_wuxi"]
SEARCH = SolverSettings(mip_gap=0.01)
TODAY = PathwaySettings(sourcing=SourcingSettings(report_only=["science_based_spend"]))
NOTHING_NEW = PathwaySettings(
    levers=LeverSettings(interventions=False), sourcing=SourcingSettings(report_only=["science_based_spend"])
)


def case(name: str, last_year: int, years: int) -> ScenarioSettings:
    return ScenarioSettings(
        name=name, data=name, first_year=2025, last_year=last_year, years_per_period=years
    )


@pytest.fixture(scope="module")
def electronics() -> xr.Dataset:
    settings = case("electronics", 2030, 3)
    return optimize(load_scenario(settings, CarbonSettings(cap_2028=0.85), TODAY), SEARCH)


@pytest.fixture(scope="module")
def modules() -> xr.Dataset:
    """Five suppliers act by 2031, whatever else is cheaper."""
    acting = RuleTerm(decision="in_effect", where={"kind": "green_partner action"})
    rule = CustomRule(name="acting", terms=[acting], limit={2031: 5.0}, unit="1", sense=Sense.AT_LEAST)
    settings = replace(case("pv_modules", 2031, 1), rules=[rule])
    return optimize(load_scenario(settings, CarbonSettings(cap_2030=0.8), PathwaySettings()), SEARCH)


@pytest.mark.parametrize("name", ["electronics", "modules"])
def test_a_plan_serves_everybody_within_one_percent(name: str, request: pytest.FixtureRequest) -> None:
    plan = request.getfixturevalue(name)
    assert plan.attrs["gap"] <= 0.01
    assert float(plan["unmet"].sum()) == pytest.approx(0, abs=1e-6)
    held = plan["cap_limit"].notnull()
    assert bool((plan["cap_emissions"] <= plan["cap_limit"] * (1 + 1e-6)).where(held, True).all())


@pytest.mark.parametrize("name", ["electronics", "modules"])
def test_what_is_paid_to_suppliers_is_what_purchases_cost(name: str, request: pytest.FixtureRequest) -> None:
    plan = request.getfixturevalue(name)
    paid = plan["offer_spend"].sum("offer")
    assert paid.values == pytest.approx(plan["cost"].sel(cost_account="purchase").values, rel=1e-9)
    suppliers = plan["offer_emissions"].groupby("offer_site").sum("offer")
    booked = plan["site_emissions"].sel(
        emission_account="scope3_purchased_goods", site=suppliers["offer_site"].values
    )
    ours = suppliers.transpose("offer_site", "period").values
    assert ours == pytest.approx(booked.transpose("site", "period").values, rel=1e-9, abs=1e-6)


def test_purchases_stay_within_the_quotas_of_grades(electronics: xr.Dataset) -> None:
    plan = electronics
    bought = plan["purchase"].transpose("offer", "period")
    total = bought.groupby("offer_product").sum("offer")
    checked = 0
    for supplier in plan["supplier"].values:
        mine = bought[plan["offer_site"].values == supplier]
        most = plan["quota_maximum"].sel(supplier=supplier).values
        for product in np.unique(mine["offer_product"].values):
            share = mine[mine["offer_product"].values == product].sum("offer").values
            assert (share <= most * total.sel(offer_product=product).values * (1 + 1e-6) + 1e-6).all()
            checked += 1
    assert checked >= 46


def test_a_better_grade_lets_a_supplier_sell_more() -> None:
    """A cheap maker of processors graded D may sell 15 %; all its indicators at best make it A: 70 %."""
    tables = read_tables(BUNDLED / "electronics")
    settings = case("electronics", 2025, 1)
    share = {}
    for grade in ("D", "A"):
        if grade == "A":
            card = tables["scorecard"]
            best = tables["indicators"].set_index("indicator")["best"].fillna(1.0)
            mine = card["site"] == "cpu_chengdu"
            card.loc[mine, "value"] = card.loc[mine, "indicator"].map(best)
        plan = optimize(scenario_from_tables(tables, settings, None, NOTHING_NEW), SEARCH)
        cpu = plan["purchase"].isel(period=0)[plan["offer_product"].values == "cpu"]
        sold = float(cpu[cpu["offer_site"].values == "cpu_chengdu"].sum() / cpu.sum())
        assert str(plan["supplier_grade"].sel(supplier="cpu_chengdu").values[0]) == grade
        share[grade] = sold
    assert share["D"] == pytest.approx(0.15, abs=1e-6)
    assert 0.15 + 1e-3 < share["A"] <= 0.7 + 1e-6


def test_without_a_budget_the_funnel_stays_empty() -> None:
    nothing_new = PathwaySettings(levers=LeverSettings(interventions=False))
    plan = optimize(load_scenario(case("pv_modules", 2030, 1), None, nothing_new), SEARCH)
    assert float(plan["stage_seats"].sum()) == 0
    assert float(plan["stage_expected"].sum()) == 0


def test_footprints_fall_only_after_action(modules: xr.Dataset) -> None:
    """And the mark-up of a tenth with what is verified: an inventory says what there was, no more."""
    plan = modules
    offered = (plan["offer_footprint"] * plan["purchase"]).transpose("offer", "period")
    marked = xr.where(plan["offer"].isin(MARKED), 0.1 / 1.1, 0.0) * offered * plan["verified"]
    saved = (offered - marked - plan["offer_emissions"]).groupby("offer_site").sum("offer")
    acting = plan["in_effect"][np.char.find(plan["intervention"].values.astype(str), ":action:") > 0]
    assert float(acting.isel(period=-1).sum()) >= 5
    for site in saved["offer_site"].values:
        mine = acting[acting["intervention_site"].values == site]
        idle = mine.sum("intervention").values < 0.5
        assert np.abs(saved.sel(offer_site=site).values[idle]).max(initial=0) < 1e-3


def test_data_of_marked_averages_are_ranked(modules: xr.Dataset) -> None:
    """Each marked offer of a supplier that may be asked: what is marked is a tenth of its footprint."""
    ranked = {row["key"]: row for row in data_worth(modules, None)}
    years = modules["years"]
    for offer in MARKED:
        row = ranked[f"green_partner:inventory:{modules['offer_site'].sel(offer=offer).item()}"]
        bought = modules["purchase"].sel(offer=offer) * modules["offer_footprint"].sel(offer=offer) / 1.1
        assert row["markup"] == pytest.approx(0.1 * 0.95 * 0.8 * float((bought * years).sum()))
        assert row["price"] is None or row["price"] == pytest.approx(row["cost"] / row["markup"])


def test_no_fewer_improvements_would_lift_a_supplier(electronics: xr.Dataset) -> None:
    """Of 33 indicators: as many as there are chosen, less one, never reach the next grade."""
    last = electronics.isel(period=-1)
    lowest = dict(zip(last["grade"].values, last["grade_lowest_score"].values, strict=True))
    checked = 0
    for supplier in last["supplier"].values:
        mine = last.sel(supplier=supplier)
        grade = str(mine["improvement_grade"].values)
        if not grade:
            continue
        gain = 100 * last["indicator_weight"].values * (1 - mine["indicator_points"].values)
        chosen = mine["improvement"].values > 0.5
        needed = lowest[grade] - float(mine["score"])
        assert gain[chosen].sum() >= needed - 1e-6
        assert np.sort(gain)[::-1][: chosen.sum() - 1].sum() < needed - 1e-7
        checked += 1
    assert checked >= 30


def test_what_is_known_of_purchases_and_who_emits_most(electronics: xr.Dataset) -> None:
    plan = electronics
    known, emitted = coverage(plan), plan["offer_emissions"].transpose("offer", "period").values
    assert known is not None
    for measure in ("spend", "tonnes", "emissions"):
        assert np.sum([row[measure] for row in known["tiers"]], axis=0) == pytest.approx(1)
    stated = np.isin(plan["offer_tier"].values, ["own", "supplier"])
    assert known["primary"]["emissions"] == pytest.approx(emitted[stated].sum(axis=0) / emitted.sum(axis=0))
    hot = hotspots(plan, counted_accounts(plan))
    assert hot is not None
    assert hot["sites"][-1]["cumulative"] >= 0.8 > hot["sites"][-2]["cumulative"]


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["pv_modules", "electronics"])
@pytest.mark.parametrize(
    "caps", [{}, {"cap_2030": 0.78, "cap_2035": 0.62}, {"cap_2030": 0.72, "cap_2035": 0.52}]
)
def test_every_pathway_has_a_plan_that_serves_everybody(name: str, caps: dict[str, float]) -> None:
    pathway = TODAY if name == "electronics" else PathwaySettings()
    scenario = load_scenario(case(name, 2035, 1), CarbonSettings(**caps), pathway)
    plan = optimize(scenario, SEARCH)
    assert plan.attrs["gap"] <= 0.01
    assert float(plan["unmet"].sum()) == pytest.approx(0, abs=1e-6)
