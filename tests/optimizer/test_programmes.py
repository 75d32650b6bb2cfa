"""Supplier programmes and primary data in the plan, by hand on the ore case.

Near sells 100 t of ore a year at 10, with 1 tCO2e a tonne; an emitted tonne costs 10. Trained, inventory and
action cost 10, 20 and 50 a seat and take 6, 6 and 12 months, so that what is begun in 2025 counts from 2026
(trained, inventory) and 2027 (action) on. Action is reached with 0.8 x 0.5 = 0.4 and then cuts 40 %, so 16 t
a year are to be expected.
"""

import pytest
from pydantic import ValidationError

from optimizer import optimize
from optimizer.verify_programmes import programme_findings
from scenarios import (
    CarbonSettings,
    DataError,
    InfeasibleError,
    ScenarioSettings,
    scenario_from_tables,
)
from tests.optimizer.ore_case import EXACT, tables

SETTINGS = ScenarioSettings(name="ore", first_year=2025, last_year=2028, discount_rate=0.0)
PRICED = {"price": {2025: 10.0}, "priced_accounts": ["scope3_purchased_goods"]}
OFFERS = """offer site product price footprint default_markup
near_ore near ore 10 1 -
far_ore far ore 12 1 -
green_ore green ore 15 1 -"""
STAGES = """programme stage after seat_cost chance delay_months footprint_cut most_seats_a_year
partners trained - 10 1 6 0 -
partners inventory trained 20 0.8 6 0 -
partners action inventory 50 0.5 12 0.4 -"""
NEAR, ALL = "programme site\npartners near", "programme site\npartners near\npartners far\npartners green"
CASE = {"offers": OFFERS, "programme_stages": STAGES, "programme_suppliers": NEAR}
DATA = {
    "offers": OFFERS.replace("near ore 10 1 -", "near ore 10 1 0.5"),
    "interventions": "intervention kind programme_cost\nask_near data 30",
    "effects": "intervention effect site\nask_near verifies_footprint near",
}


def scenario(carbon=PRICED, settings=SETTINGS, **changes):
    return scenario_from_tables(tables(**changes), settings, CarbonSettings(**carbon))


def solved(carbon=PRICED, settings=SETTINGS, **changes):
    return optimize(scenario(carbon, settings, **changes), EXACT)


def seats(plan):
    """Return the year in which each seat is taken."""
    taken = plan["adopt"].to_series()
    return {str(seat): int(year) for seat, year in taken[taken > 0.5].index}


def test_a_programme_is_bought_stage_by_stage_where_it_pays():
    plan = solved(**CASE)
    begun = {"partners:trained:near": 2025, "partners:inventory:near": 2026, "partners:action:near": 2026}
    assert seats(plan) == begun
    assert plan["in_effect"].sel(intervention="partners:action:near").values.tolist() == [0, 0, 1, 1]
    emitted = plan["emissions"].sel(emission_account="scope3_purchased_goods")
    assert emitted.values == pytest.approx([100, 100, 84, 84])
    assert plan["cost"].sel(cost_account="programme").values == pytest.approx([10, 70, 0, 0])
    assert plan.attrs["objective"] == pytest.approx(4 * 1000 + 10 * (100 + 100 + 84 + 84) + 80)
    assert plan["stage_seats"].values.tolist() == [[0, 1, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1]]
    assert plan["stage_expected"].sel(programme_stage="partners action").values == pytest.approx(
        [0, 0, 0.4, 0.4]
    )
    of_action = plan.sel(intervention="partners:action:near")
    assert (str(of_action["intervention_stage"].values), float(of_action["intervention_chance"])) == (
        "action",
        pytest.approx(0.4),
    )


def test_a_programme_too_dear_is_left():
    plan = solved(carbon={}, **CASE)
    assert seats(plan) == {}


def test_with_zero_budget_the_funnel_stays_empty():
    plan = solved(**CASE, budgets="budget amount\nnone 0")
    assert seats(plan) == {}
    assert not plan["stage_seats"].values.any()
    assert plan.attrs["objective"] == pytest.approx(8000)
    exact = solved(**CASE, budgets="budget amount\nenough 80")
    assert len(seats(exact)) == 3
    assert len(seats(solved(**CASE, budgets="budget amount\nshort 79"))) == 0


def test_counts_are_of_seats_or_of_what_is_expected():
    count = "rule kind by_year minimum counted\nmany partners_inventory 2028 2 {}"
    case = CASE | {"programme_suppliers": ALL}

    def given(counted):
        frames = tables(**case, intervention_counts=count.format(counted))
        frames["intervention_counts"]["kind"] = "partners inventory"
        return optimize(scenario_from_tables(frames, SETTINGS), EXACT)

    assert sum(":inventory:" in seat for seat in seats(given("decided"))) == 2
    plan = given("expected")  # 2 x 0.8 are too few
    assert sum(":inventory:" in seat for seat in seats(plan)) == 3
    assert float(
        plan["stage_expected"].sel(programme_stage="partners inventory", period=2028)
    ) == pytest.approx(2.4)
    assert plan.attrs["objective"] == pytest.approx(4000 + 3 * 30)


def test_no_more_seats_than_there_are_in_a_year():
    case = CASE | {
        "programme_suppliers": ALL,
        "programme_stages": STAGES.replace("partners trained - 10 1 6 0 -", "partners trained - 10 1 6 0 1"),
    }

    def by(year, number):
        frames = tables(**case, intervention_counts=f"rule kind by_year minimum\nmany x {year} {number}")
        frames["intervention_counts"]["kind"] = "partners trained"
        return scenario_from_tables(frames, SETTINGS)

    plan = optimize(by(2028, 3), EXACT)
    assert sorted(seats(plan).values()) == [2025, 2026, 2027]
    with pytest.raises(InfeasibleError, match="seats of a programme 'partners trained 202"):
        optimize(by(2027, 3), EXACT)
    adopt = plan["adopt"].transpose("intervention", "period").values
    assert not any(beyond.any() for _, beyond, _ in programme_findings(by(2028, 3), {"adopt": adopt}))
    adopt[:, 0] = 1.0
    found = {rule: float(beyond[0]) for rule, beyond, _ in programme_findings(by(2028, 3), {"adopt": adopt})}
    assert found["seats of partners trained in 2025"] == 2


def test_seats_of_a_long_period_are_those_of_its_years():
    settings = ScenarioSettings(name="ore", first_year=2025, last_year=2029, years_per_period=3)
    stages = STAGES.replace("partners trained - 10 1 6 0 -", "partners trained - 10 1 6 0 2")
    limits = scenario(settings=settings, **CASE | {"programme_stages": stages}).programmes.seats
    assert limits.label.tolist() == ["partners trained 2025", "partners trained 2028"]
    assert limits.most.tolist() == [6, 4]
    months = ScenarioSettings(name="ore", first_year=2025, last_year=2026, months_per_period=3)
    limits = scenario(settings=months, **CASE | {"programme_stages": stages}).programmes.seats
    assert [when.tolist() for when in limits.periods] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert limits.most.tolist() == [2, 2]


def test_a_supplier_may_go_part_of_the_way_from_a_year_on_and_cut_otherwise():
    suppliers = (
        "programme site earliest last_stage footprint_cut\n"
        "partners near 2026 - 0.3\npartners far - inventory -"
    )
    plan = solved(**CASE | {"programme_suppliers": suppliers})
    assert seats(plan)["partners:trained:near"] == 2026
    emitted = plan["emissions"].sel(emission_account="scope3_purchased_goods")
    assert emitted.values == pytest.approx([100, 100, 100, 88])  # 0.4 x 30 %
    assert "partners:action:far" not in plan["intervention"].values


def test_asking_for_data_removes_the_default_markup():
    year = ScenarioSettings(name="ore", first_year=2025, last_year=2025, discount_rate=0.0)
    plan = solved(settings=year, **DATA)
    assert seats(plan) == {"ask_near": 2025}
    assert plan.attrs["objective"] == pytest.approx(1000 + 100 * 10 + 30)
    assert float(plan["verified"].sel(offer="near_ore", period=2025)) == 1
    ranked = plan.sel(verification="ask_near")
    assert float(ranked["verification_cost"]) == 30
    assert ranked["verification_markup"].values == pytest.approx([50])
    unasked = solved(carbon={}, settings=year, **DATA)
    assert seats(unasked) == {}
    assert unasked["emissions"].sel(emission_account="scope3_purchased_goods").values == pytest.approx([150])
    assert unasked.sel(verification="ask_near")["verification_markup"].values == pytest.approx([50])


def test_markups_of_data_tiers_rise_by_year_and_an_offer_has_its_own():
    carbon = PRICED | {"default_markups": {"national": {2026: 0.1, 2028: 0.3}}}
    markup = scenario(carbon, **DATA).offers.markup
    assert markup[0] == pytest.approx([0.5] * 4)
    assert markup[1] == pytest.approx([0, 0.1, 0.2, 0.3])
    with pytest.raises(ValidationError, match=r"default_markups\.guess is no data tier"):
        CarbonSettings(default_markups={"guess": {2026: 0.1}})


def test_an_inventory_that_verifies_is_planned_by_its_chance():
    stages = """programme stage after seat_cost chance verifies_footprint
partners trained - 10 1 no
partners inventory trained 20 0.8 yes"""
    case = {"offers": DATA["offers"], "programme_stages": stages, "programme_suppliers": NEAR}
    year = ScenarioSettings(name="ore", first_year=2025, last_year=2025, discount_rate=0.0)
    plan = solved(settings=year, **case)
    assert plan["emissions"].sel(emission_account="scope3_purchased_goods").values == pytest.approx([110])
    assert float(plan["verified"].sel(offer="near_ore", period=2025)) == pytest.approx(0.8)
    assert plan["verification_cost"].values == pytest.approx([30])
    assert plan["verification_markup"].values.ravel() == pytest.approx([40])


def test_data_bought_twice_is_refused():
    twice = {
        "interventions": DATA["interventions"] + "\nask_all data 50",
        "effects": DATA["effects"] + "\nask_all verifies_footprint near",
    }
    with pytest.raises(DataError, match=r"together cut 200% \(markup cut\)"):
        scenario(**DATA | twice)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"programme_stages": STAGES.replace("action inventory", "action target")},
            "row 2, column after: 'target': is no other stage of partners. Fix: add the stage, or use one of",
        ),
        (
            {"programme_stages": STAGES.replace("trained - 10", "trained action 10")},
            "programme_stages, row 0, column after: 'action': comes after itself",
        ),
        (
            {"programme_suppliers": "programme site\nothers near"},
            "programme_suppliers, row 0, column programme: 'others': is not in programme_stages",
        ),
        (
            {"programme_suppliers": "programme site last_stage\npartners near target"},
            "row 0, column last_stage: 'target': is no stage of partners. Fix: leave it blank, or use one of",
        ),
        (
            {"programme_suppliers": "programme site\npartners near\npartners near"},
            "row 1, column programme: 'programme=partners, site=near': the key stands twice",
        ),
        (
            {"programme_suppliers": "programme site\npartners mill"},
            "row 0, column site: 'mill': sells nothing whose footprint could change",
        ),
        (
            {"programme_suppliers": "programme site last_stage footprint_cut\npartners near trained 0.3"},
            "column footprint_cut: 0.3: no stage cuts footprints on its way",
        ),
        (
            {"programme_suppliers": "programme site earliest latest\npartners near 2027 2026"},
            "column latest: 2026.0: latest lies before earliest",
        ),
        (
            {"effects": "intervention effect offer\npartners:action:near unlocks_offer far_ore"},
            "hangs on a stage that may not be reached, and cannot be had in part",
        ),
        ({"programme_suppliers": "programme site"}, "no supplier may take part"),
    ],
)
def test_bad_programmes_are_named(changes, said):
    with pytest.raises(DataError) as caught:
        scenario(**CASE | changes)
    assert said in str(caught.value)


def test_a_chance_is_between_0_and_1():
    with pytest.raises(AssertionError, match="is above 1"):
        tables(programme_stages=STAGES.replace(" 0.8 ", " 1.8 "))


def test_all_that_is_wrong_is_said_at_once():
    stages = STAGES.replace("action inventory", "action target")
    suppliers = "programme site earliest latest\npartners near 2027 2026\npartners mill - -"
    with pytest.raises(DataError) as caught:
        scenario(programme_stages=stages, programme_suppliers=suppliers, offers=OFFERS)
    assert len(caught.value.problems) == 2  # without its last stage the programme cuts nothing at the mill
