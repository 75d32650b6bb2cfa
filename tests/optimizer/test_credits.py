"""Avoided emissions, contested pools and offsets: each solved by hand.

A city sells scrap at 10 a tonne and a mine ore at 30 (footprint 2); a mill makes 100 t of steel a year from a
tonne of either. With scrap alone that costs 1,000 a year.
"""

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import (
    CarbonSettings,
    ConfigError,
    DataError,
    ScenarioSettings,
    VerificationError,
    scenario_from_tables,
)
from scenarios.accounts import BESIDE_ACCOUNTS, COST_ACCOUNTS, EMISSION_ACCOUNTS
from scenarios.custom_rule_settings import CustomRule
from scenarios.ledger import rates
from scenarios.settings import CapKind, CapSettings, LimitUnit
from tests.optimizer.ore_case import tables

EXACT = SolverSettings(mip_gap=0.0)
SETTINGS = ScenarioSettings(name="scrap", first_year=2025, last_year=2025, discount_rate=0.0)
CASE = {
    "sites": "site role lat lon region owner\ncity supplier 40 118 north partner\n"
    "mine supplier 41 118 north partner\nmill plant 40 119 north own\ntown customer 40 120 south partner",
    "products": "product\nscrap\nore\nsteel",
    "offers": "offer site product price capacity footprint\nyard city scrap 10 - 0\nmine_ore mine ore 30 - 2",
    "processes": "process direct_emissions\nmelt 0\nsmelt 0",
    "recipes": "process product quantity\nmelt scrap -1\nmelt steel 1\nsmelt ore -1\nsmelt steel 1",
    "lines": "line site capacity\nfurnace mill 200",
    "line_processes": "line process\nfurnace melt\nfurnace smelt",
    "lanes": "origin destination mode products\ncity mill road scrap\nmine mill road ore\n"
    "mill town road steel",
    "demand": "site product quantity\ntown steel 100",
}
POOL = "pool product today rival_share displaced_emissions displaced_coal capacity"


def scenario(carbon=None, settings=SETTINGS, **changes):
    return scenario_from_tables(tables(**(CASE | changes)), settings, carbon)


def solved(carbon=None, settings=SETTINGS, **changes):
    return optimize(scenario(carbon, settings, **changes), EXACT)


def beside(plan, account):
    return plan["beside"].sel(beside_account=account).to_numpy().tolist()


def paid(plan, account):
    return float(plan["cost"].sel(cost_account=account).sum())


# ---------------------------------------------------------------- avoided


def test_what_scrap_spares_stands_on_a_line_of_its_own():
    plain = solved()
    plan = solved(avoided="avoided product emissions coal\nby_scrap scrap 1.6 0.35")
    assert beside(plan, "avoided_emissions") == pytest.approx([160])
    assert beside(plan, "avoided_coal") == pytest.approx([35])
    assert plan["avoided_use"].sel(avoided="by_scrap").to_numpy() == pytest.approx([100])
    for name in ("emissions", "cost", "purchase", "run"):
        assert (plan[name].to_numpy() == plain[name].to_numpy()).all()  # nothing is netted
    assert "beside" not in plain


def test_avoided_emissions_are_counted_where_the_row_says():
    rows = "avoided product counted process region emissions\n"
    plan = solved(avoided=f"{rows}melted scrap use melt - 1\nsold steel delivery - south 0.1")
    assert plan["avoided_use"].to_numpy().ravel() == pytest.approx([100, 100])
    assert beside(plan, "avoided_emissions") == pytest.approx([110])


def test_what_an_intervention_spares_of_the_input_avoids_nothing():
    plan = solved(
        avoided="avoided product emissions\nby_scrap scrap 1.6",
        interventions="intervention kind capex life_years\nless yield 0 5",
        effects="intervention effect process product amount\nless cuts_input melt scrap 0.1",
    )
    assert float(plan["purchase"].sel(offer="yard").sum()) == pytest.approx(90)
    assert beside(plan, "avoided_emissions") == pytest.approx([144])


# ---------------------------------------------------------------- pools


def test_a_pool_that_only_reports_moves_nothing():
    plain, plan = solved(), solved(pools=f"{POOL}\nregion scrap 40 0.5 1.6 0.35 -")
    assert (plan["purchase"].to_numpy() == plain["purchase"].to_numpy()).all()
    assert plan.attrs["variables"] == plain.attrs["variables"]
    assert beside(plan, "displaced_emissions") == pytest.approx([60 * 0.5 * 1.6])  # beyond today's 40
    assert beside(plan, "displaced_coal") == pytest.approx([60 * 0.5 * 0.35])
    assert plan["pool_drawn"].to_numpy().ravel() == pytest.approx([100])
    assert plan["taken"].to_numpy().ravel() == pytest.approx([40, 60])


def test_a_rising_price_makes_scrap_worth_taking_only_so_far():
    # 10 up to 30 t, 25 up to 70, 35 beyond: dearer than ore at 30.
    plan = solved(
        pools=f"{POOL}\nregion scrap 0 0 0 0 -",
        pool_steps="pool from_quantity premium\nregion 30 15\nregion 70 25",
    )
    assert float(plan["purchase"].sel(offer="yard").sum()) == pytest.approx(70)
    assert paid(plan, "pool_premium") == pytest.approx(40 * 15)
    assert paid(plan, "purchase") == pytest.approx(70 * 10 + 30 * 30)
    assert plan.attrs["objective"] == pytest.approx(700 + 900 + 600)


def test_a_pool_gives_no_more_than_it_has():
    plan = solved(pools=f"{POOL} period\nregion scrap 20 1 1.6 0 60 2025")
    assert float(plan["purchase"].sel(offer="yard").sum()) == pytest.approx(60)
    assert plan["taken"].to_numpy().ravel() == pytest.approx([20, 40])
    assert beside(plan, "displaced_emissions") == pytest.approx([64])


def test_bands_follow_today_s_tonnes_through_the_years():
    settings = ScenarioSettings(name="scrap", first_year=2025, last_year=2026, discount_rate=0.0)
    pools = scenario(
        settings=settings,
        pools=f"{POOL} period\nregion scrap 20 1 1 0 - 2025\nregion scrap 50 1 1 0 - 2026",
        pool_steps="pool from_quantity premium\nregion 30 5",
    ).pools
    assert pools.lower.T.tolist() == [[0, 20, 30], [0, 30, 50]]
    assert pools.premium.T.tolist() == [[0, 0, 5], [0, 5, 5]]
    assert pools.displaced_emissions.T.tolist() == [[0, 1, 1], [0, 0, 1]]
    taken = pools.taken(np.array([[40.0, 40.0], [0.0, 0.0]]))
    assert taken.T.tolist() == [[20, 10, 10], [30, 10, 0]]


# ---------------------------------------------------------------- offsets

OFFSETS = "offset kind price capacity counts\nforest nature_based_removal 5 30 0.5\nstove offset 8 - 1"
MINED = {
    "offers": "offer site product price capacity footprint\nyard city scrap 10 20 0\nmine_ore mine ore 30 - 2"
}


def capped(limit=100.0, **settings):
    cap = CapSettings(limit={2025: limit}, unit=LimitUnit.TONNES, **settings)
    return CarbonSettings(caps={"ours": cap})


def test_no_cap_no_offsets():
    plain, plan = solved(**MINED), solved(offsets=OFFSETS, **MINED)
    assert plan.attrs["variables"] == plain.attrs["variables"]
    assert paid(plan, "offsets") == 0
    assert float(plan["offset_bought"].sum()) == 0


def test_offsets_count_only_under_a_cap_that_says_so():
    # 80 t of ore emit 160; the cap allows 100 and no scrap is left.
    with pytest.raises(Exception, match="cap"):
        solved(capped(), offsets=OFFSETS, **MINED)
    plan = solved(capped(includes_offsets=True), offsets=OFFSETS, **MINED)
    bought = plan["offset_bought"].sum("period").to_series()
    assert bought.to_dict() == pytest.approx({"forest": 0, "stove": 60})  # 8 a counted t, not 10
    assert paid(plan, "offsets") == pytest.approx(480)
    assert beside(plan, "offsets_retired") == pytest.approx([60])
    assert float(plan["cap_emissions"].sum()) == pytest.approx(100)
    gross = plan["emissions"].sel(emission_account="scope3_purchased_goods")
    assert float(gross.sum()) == pytest.approx(160)  # never netted


def test_a_cap_may_count_removals_alone_by_their_quality():
    removals = {"includes_offsets": True, "offset_kinds": ["nature_based_removal"]}
    plan = solved(capped(145.0, **removals), offsets=OFFSETS, **MINED)
    assert plan["offset_bought"].to_numpy().ravel() == pytest.approx([30, 0])  # 15 of 30 count
    assert beside(plan, "nature_based_removals_retired") == pytest.approx([30])
    with pytest.raises(Exception, match="cap"):
        solved(capped(144.0, **removals), offsets=OFFSETS, **MINED)


def test_a_cap_may_count_offsets_up_to_a_share():
    # A quarter of 160 is 40, so 120 is the lowest cap that holds.
    share = {"includes_offsets": True, "largest_offset_share": 0.25}
    plan = solved(capped(120.0, **share), offsets=OFFSETS, **MINED)
    assert plan["offset_bought"].to_numpy().ravel() == pytest.approx([0, 40])
    with pytest.raises(Exception, match="cap"):
        solved(capped(119.0, **share), offsets=OFFSETS, **MINED)


@pytest.mark.parametrize(
    ("kind", "limit", "bought"), [(CapKind.INTENSITY, 1.0, 60), (CapKind.CUMULATIVE, 100.0, 60)]
)
def test_offsets_count_under_caps_of_every_kind(kind, limit, bought):
    plan = solved(capped(limit, includes_offsets=True, kind=kind), offsets=OFFSETS, **MINED)
    assert float(plan["offset_bought"].sum()) == pytest.approx(bought)


def test_the_main_cap_counts_offsets_where_carbon_says_so():
    carbon = CarbonSettings(cap_2025=0.5, includes_offsets=True)
    plan = solved(carbon, offsets=OFFSETS, **MINED)
    assert float(plan["offset_bought"].sel(offset="stove").sum()) == pytest.approx(80)


def test_a_rule_may_ask_for_removals_without_a_cap():
    wanted = CustomRule(
        name="removals",
        terms=[{"decision": "offset_bought", "where": {"kind": "nature_based_removal"}}],
        sense="at_least",
        limit=10.0,
        unit="tCO2e/year",
    )
    settings = ScenarioSettings(**{**vars(SETTINGS), "rules": [wanted]})
    plan = solved(settings=settings, offsets=OFFSETS)
    assert plan["offset_bought"].to_numpy().ravel() == pytest.approx([10, 0])
    assert paid(plan, "offsets") == pytest.approx(50)


# ---------------------------------------------------------------- verification and bad input


def test_verify_finds_what_does_not_add_up():
    case = scenario(
        capped(120.0, includes_offsets=True, largest_offset_share=0.25),
        offsets=OFFSETS,
        pools=f"{POOL}\nregion scrap 5 0 0 0 60",
        pool_steps="pool from_quantity premium\nregion 10 1",
        **MINED,
    )
    plan, ledger = optimize(case, EXACT), rates(case)
    assert verify(case, plan, ledger) < 1e-6
    moved = plan.copy(deep=True)
    moved["taken"][0] -= 3
    moved["taken"][2] += 3
    with pytest.raises(VerificationError, match="fill in order"):
        verify(case, moved, ledger)
    more = plan.copy(deep=True)
    more["offset_bought"][1] += 10
    with pytest.raises(VerificationError, match="share of offsets"):
        verify(case, more, ledger)


def test_beside_accounts_are_in_no_total():
    assert not set(BESIDE_ACCOUNTS) & {*COST_ACCOUNTS, *EMISSION_ACCOUNTS}
    case = scenario(avoided="avoided product emissions\nby_scrap scrap 1.6", offsets=OFFSETS)
    assert not {rate.account for rate in rates(case).rates} & set(BESIDE_ACCOUNTS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"avoided": "avoided product emissions\nby_scrap steel 1"}, "no process uses such goods there"),
        (
            {"avoided": "avoided product counted emissions\nby_scrap ore delivery 1"},
            "no customer asks for such goods there",
        ),
        ({"avoided": "avoided product\nby_scrap scrap"}, "spares nothing"),
        (
            {"avoided": "avoided product counted process emissions\nby_scrap steel delivery melt 1"},
            "says nothing about what is delivered",
        ),
        (
            {"avoided": "avoided product region emissions\nby_scrap scrap moon 1"},
            "no site lies in this region",
        ),
        ({"pools": "pool product\nregion steel"}, "no offer draws on it"),
        ({"pools": "pool product\nregion scrap\nother scrap"}, "shares offers with pool region"),
        ({"pools": "pool product rival_share\nregion scrap 0.5"}, "moves nothing"),
        (
            {
                "pools": "pool product\nregion scrap",
                "pool_steps": "pool from_quantity premium\nregion 10 5\nregion 20 4",
            },
            "falls as more is taken",
        ),
        ({"offsets": "offset kind price\nforest nature_based_removal 5\nforest offset 6"}, "stands twice"),
    ],
)
def test_bad_tables_are_named(changes, said):
    with pytest.raises(DataError, match=said):
        scenario(**changes)


@pytest.mark.parametrize(
    ("cap", "offsets", "said"),
    [
        ({"site": "mill"}, OFFSETS, "for the whole company"),
        ({"offset_kinds": ["magic"]}, OFFSETS, "do not exist"),
        ({"offset_kinds": ["engineered_removal"]}, OFFSETS, "has none of: engineered_removal"),
        ({}, "offset kind price", "has none of"),
    ],
)
def test_caps_that_cannot_count_offsets_are_refused(cap, offsets, said):
    with pytest.raises(ConfigError, match=said):
        solved(capped(includes_offsets=True, **cap), offsets=offsets)
