"""Each sourcing rule on a case solved by hand: the plan without it, and the plan with it.

Two ports and a yard sell ore to a mill that needs 100 t a year at its gate; freight is free. Prices:
near 10, far 12, green 15 currency a tonne.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.verify import verify
from scenarios import (
    ConfigError,
    DataError,
    InfeasibleError,
    PathwaySettings,
    ScenarioSettings,
    VerificationError,
    scenario_from_tables,
)
from scenarios.ledger import rates
from scenarios.loading import _typed
from scenarios.schema import TABLES
from scenarios.settings import ChangeSettings

SETTINGS = ScenarioSettings(name="ore", first_year=2025, last_year=2025, discount_rate=0.0)
EXACT = SolverSettings(mip_gap=0.0)
SITES = """site role lat lon region group tags
near supplier 40 118 north big -
far supplier 41 118 south big science_based_target
green supplier 42 118 south small -
mill plant 40 119 north - -
town customer 40 120 north - -"""
OFFERS = """offer site product price capacity data_tier tags minimum_order tier_pricing
near_ore near ore 10 - national - 0 all_unit
far_ore far ore 12 - supplier - 0 all_unit
green_ore green ore 15 - own labelled 0 all_unit"""
CASE = {
    "sites": SITES,
    "products": "product\nore",
    "offers": OFFERS,
    "modes": "mode cost_per_tkm\nroad 0",
    "lanes": "origin destination mode products\n"
    "near mill road ore\nfar mill road ore\ngreen mill road ore\nmill town road ore",
    "demand": "site product quantity\ntown ore 100",
}


@cache
def typed(name, text):
    """Return one table as read from a file: columns split by blanks, ``-`` for a blank cell."""
    head, *rows = [line.split() for line in text.splitlines()]
    if name == "offers" and "footprint" not in head:
        head, rows = [*head, "footprint"], [[*row, "0"] for row in rows]
    cells = [["" if cell == "-" else cell for cell in row] for row in rows]
    problems = []
    frame = _typed(pd.DataFrame(cells, columns=head, dtype=str), TABLES[name], problems)
    assert not problems, problems
    return frame


def tables(**changes):
    """Return the case with tables replaced."""
    empty = {name: " ".join(column.name for column in table.columns) for name, table in TABLES.items()}
    return {name: typed(name, text) for name, text in (empty | CASE | changes).items()}


def scenario(pathway=None, settings=SETTINGS, **changes):
    return scenario_from_tables(tables(**changes), settings, pathway=pathway)


def rule(**columns):
    given = {"rule": "tested", "product": "ore"} | columns
    return f"{' '.join(given)}\n{' '.join(str(cell) for cell in given.values())}"


def bought(plan, year=2025):
    return [float(q) for q in plan["purchase"].sel(period=year)]


def solved(**changes):
    plan = optimize(scenario(**changes), EXACT)
    return bought(plan), plan.attrs["objective"]


def problems(**changes):
    with pytest.raises(DataError) as caught:
        scenario(**changes)
    return [problem.rule for problem in caught.value.problems]


def test_without_rules_the_cheapest_sells_all():
    assert solved() == ([100, 0, 0], pytest.approx(1000))


# ---------------------------------------------------------------- shares


@pytest.mark.parametrize(
    ("columns", "expected", "cost"),
    [
        ({"site": "near", "maximum_share": 0.6}, [60, 40, 0], 60 * 10 + 40 * 12),
        ({"region": "south", "minimum_share": 0.3}, [70, 30, 0], 70 * 10 + 30 * 12),
        ({"group": "small", "minimum_share": 0.2}, [80, 0, 20], 80 * 10 + 20 * 15),
        ({"group": "big", "maximum_share": 0.9}, [90, 0, 10], 90 * 10 + 10 * 15),
        ({"tag": "labelled", "minimum_share": 0.25}, [75, 0, 25], 75 * 10 + 25 * 15),
        ({"tag": "science_based_target", "minimum_share": 0.5}, [50, 50, 0], 50 * 10 + 50 * 12),
        ({"data_tiers": "own;supplier", "minimum_share": 0.4}, [60, 40, 0], 60 * 10 + 40 * 12),
        # x t at 12 are half of the spend: 12 x = 10 (100 - x)
        (
            {"tag": "science_based_target", "measure": "spend", "minimum_share": 0.5},
            [100 * 12 / 22, 100 * 10 / 22, 0],
            100 * 240 / 22,
        ),
    ],
)
def test_share_bounds(columns, expected, cost):
    plan, objective = solved(sourcing_rules=rule(**columns))
    assert plan == pytest.approx(expected)
    assert objective == pytest.approx(cost)


def test_a_rule_without_product_is_about_everything_bought():
    columns = {"product": "-", "site": "near", "measure": "spend", "maximum_share": 0.25}
    plan, objective = solved(sourcing_rules=rule(**columns))
    # a quarter of the spend buys near ore: 10 x = (12 (100 - x)) / 3, x = 400 / 14
    assert plan == pytest.approx([400 / 14, 100 - 400 / 14, 0])
    assert objective == pytest.approx(4000 / 14 * 4)


# ---------------------------------------------------------------- counts


def test_dual_sourcing_buys_a_real_share_from_two():
    plan, objective = solved(sourcing_rules=rule(minimum_count=2, share_if_used=0.3))
    assert plan == pytest.approx([70, 30, 0])
    assert objective == pytest.approx(700 + 360)


def test_a_share_if_used_alone_drops_small_suppliers():
    capped = OFFERS.replace("near_ore near ore 10 -", "near_ore near ore 10 85")
    assert solved(offers=capped)[0] == pytest.approx([85, 15, 0])
    plan, objective = solved(offers=capped, sourcing_rules=rule(share_if_used=0.2))
    assert plan == pytest.approx([80, 20, 0])
    assert objective == pytest.approx(800 + 240)


def test_a_share_if_used_may_be_of_spend():
    columns = {"minimum_count": 2, "share_if_used": 0.5, "measure": "spend"}
    plan, _ = solved(sourcing_rules=rule(**columns))
    assert plan == pytest.approx([1200 / 22, 1000 / 22, 0])  # 10 x = 12 y


def test_counts_see_the_filters():
    plan, objective = solved(sourcing_rules=rule(region="south", minimum_count=2, share_if_used=0.1))
    assert plan == pytest.approx([80, 10, 10])
    assert objective == pytest.approx(800 + 120 + 150)
    capped = OFFERS.replace("near_ore near ore 10 -", "near_ore near ore 10 50")
    capped = capped.replace("far_ore far ore 12 -", "far_ore far ore 12 30")
    assert solved(offers=capped)[0] == pytest.approx([50, 30, 20])
    plan, _ = solved(offers=capped, sourcing_rules=rule(group="big", maximum_count=1))
    assert plan == pytest.approx([50, 0, 50])


def test_a_maximum_count_leaves_small_purchases_alone():
    capped = OFFERS.replace("near_ore near ore 10 -", "near_ore near ore 10 99.95")
    plan, _ = solved(offers=capped, sourcing_rules=rule(maximum_count=2))
    assert plan == pytest.approx([99.95, 0.05, 0])


# ---------------------------------------------------------------- minimum orders and tiers


def test_minimum_order_is_met_or_nothing_is_bought():
    small = OFFERS.replace("near_ore near ore 10 - national - 0", "near_ore near ore 10 90 national - 0")
    assert solved(offers=small) == (pytest.approx([90, 10, 0]), pytest.approx(900 + 120))
    whole = small.replace("far ore 12 - supplier - 0", "far ore 12 - supplier - 20")
    # 20 t of far ore at 12 (1,040 in all) beat 10 t of green ore at 15 (1,050)
    assert solved(offers=whole) == (pytest.approx([80, 20, 0]), pytest.approx(800 + 240))
    large = small.replace("far ore 12 - supplier - 0", "far ore 12 - supplier - 60")
    assert solved(offers=large) == (pytest.approx([90, 0, 10]), pytest.approx(900 + 150))


def test_all_unit_discount_holds_for_every_unit():
    # far ore costs 9 for all from 60 t on: 100 t cost 900 instead of 1,000
    tiers = "offer from_quantity price\nfar_ore 60 9"
    assert solved(offer_tiers=tiers) == (pytest.approx([0, 100, 0]), pytest.approx(900))
    # where only 50 t can be had, the discount is out of reach
    capped = OFFERS.replace("far ore 12 -", "far ore 12 50")
    assert solved(offers=capped, offer_tiers=tiers) == (pytest.approx([100, 0, 0]), pytest.approx(1000))


def test_buying_more_than_needed_at_the_higher_price_reaches_the_discount():
    # near ore: 80 t at most. Without tiers 20 t come from far at 12.
    capped = OFFERS.replace("near ore 10 -", "near ore 10 80")
    assert solved(offers=capped)[1] == pytest.approx(800 + 240)
    # far ore at 9.8 from 30 t on: 30 t there and 70 t near cost 994, but all 100 t there cost 980
    tiers = "offer from_quantity price\nfar_ore 30 9.8"
    assert solved(offers=capped, offer_tiers=tiers) == (pytest.approx([0, 100, 0]), pytest.approx(980))
    # at 11 from 30 t on: 30 t of it cost 330, 20 t at 12 cost 240 and save 10 t of near ore at 10
    tiers = "offer from_quantity price\nfar_ore 30 11"
    plan, objective = solved(offers=capped, offer_tiers=tiers)
    assert plan == pytest.approx([70, 30, 0])
    assert objective == pytest.approx(700 + 330)


def test_incremental_discount_holds_beyond_the_step_only():
    steps = OFFERS.replace("far ore 12 - supplier - 0 all_unit", "far ore 12 - supplier - 0 incremental")
    # 100 t: 60 x 12 + 40 x 6 = 960 < 1,000
    tiers = "offer from_quantity price\nfar_ore 60 6"
    plan = optimize(scenario(offers=steps, offer_tiers=tiers), EXACT)
    assert bought(plan) == pytest.approx([0, 100, 0])
    assert plan.attrs["objective"] == pytest.approx(960)
    assert plan["tier_used"].to_numpy().ravel().tolist() == [0, 1]
    assert float(plan["cost_npv"].sel(cost_account="purchase")) == pytest.approx(960)
    # 60 x 12 + 40 x 8 = 1,040: too little for the step
    assert solved(offers=steps, offer_tiers="offer from_quantity price\nfar_ore 60 8")[0][0] == 100


def test_incremental_prices_of_three_steps_are_summed():
    steps = OFFERS.replace("far ore 12 - supplier - 0 all_unit", "far ore 12 - supplier - 0 incremental")
    tiers = "offer from_quantity price\nfar_ore 20 10\nfar_ore 50 6"
    # 20 x 12 + 30 x 10 + 50 x 6 = 840
    assert solved(offers=steps, offer_tiers=tiers) == (pytest.approx([0, 100, 0]), pytest.approx(840))


def test_dearer_tiers_are_a_surcharge():
    # near ore at 13 for all from 70 t on: the rest comes from far at 12
    tiers = "offer from_quantity price\nnear_ore 70 13"
    assert solved(offer_tiers=tiers) == (pytest.approx([70, 30, 0]), pytest.approx(700 + 360))


def test_spend_shares_read_the_price_of_the_tier():
    # far ore at 9 from 60 t on sells all; near ore must be a fifth of the spend: 10 x = 0.25 x 9 (100 - x)
    tiers = "offer from_quantity price\nfar_ore 60 9"
    columns = {"site": "near", "measure": "spend", "minimum_share": 0.2}
    plan, objective = solved(offer_tiers=tiers, sourcing_rules=rule(**columns))
    assert plan == pytest.approx([225 / 12.25, 100 - 225 / 12.25, 0])
    assert objective == pytest.approx(5 * 10 * 225 / 12.25)


def test_tiers_and_minimum_order_of_one_offer():
    steps = OFFERS.replace("far ore 12 - supplier - 0", "far ore 12 - supplier - 30")
    capped = steps.replace("near ore 10 -", "near ore 10 75").replace("green ore 15 -", "green ore 15 10")
    tiers = "offer from_quantity price\nfar_ore 20 11"
    assert solved(offers=capped, offer_tiers=tiers) == (pytest.approx([70, 30, 0]), pytest.approx(700 + 330))


# ---------------------------------------------------------------- one lane to a customer

TWO_PLANTS = {
    "sites": "site role lat lon region\nwest plant 40 118 north\neast plant 40 119 north\n"
    "town customer 40 120 north\nport customer 40 121 north",
    "offers": "offer site product price capacity\nwest_ore west ore 10 100\neast_ore east ore 11 100",
    "lanes": "origin destination mode products cost\nwest town road ore 0\neast town road ore 0\n"
    "west port road ore 5\neast port road ore 1",
}


@pytest.mark.parametrize("shortage", ["-", "1000"])
def test_single_sourced_customers_are_served_by_one_lane(shortage):
    head = "site product quantity shortage_cost single_source"
    split = f"{head}\ntown ore 80 {shortage} no\nport ore 60 {shortage} no"
    plan = optimize(scenario(**TWO_PLANTS, demand=split), EXACT)
    # port from east 60 (12), town from west 80 (10): nobody is split, so the rule changes nothing
    assert plan.attrs["objective"] == pytest.approx(60 * 12 + 80 * 10)
    split = f"{head}\ntown ore 110 {shortage} no\nport ore 60 {shortage} no"
    plan = optimize(scenario(**TWO_PLANTS, demand=split), EXACT)
    assert plan.attrs["objective"] == pytest.approx(100 * 10 + 10 * 11 + 60 * 12)
    single = split.replace("60 - no", "60 - yes").replace("60 1000 no", "60 1000 yes")
    assert optimize(scenario(**TWO_PLANTS, demand=single), EXACT).attrs["objective"] == pytest.approx(1830)


def test_a_single_sourced_customer_moves_whole():
    head = "site product quantity single_source"
    free = f"{head}\ntown ore 70 no\nport ore 60 no"
    smaller = TWO_PLANTS | {"offers": TWO_PLANTS["offers"].replace("ore 11 100", "ore 11 65")}
    # 65 t of east: 60 to the port, 5 to the town would cost more than west's 10: town from west
    assert optimize(scenario(**smaller, demand=free), EXACT).attrs["objective"] == pytest.approx(1420)
    tight = smaller | {"offers": smaller["offers"].replace("ore 10 100", "ore 10 66")}
    plan = optimize(scenario(**tight, demand=free.replace("ore 70", "ore 65")), EXACT)
    assert plan.attrs["objective"] == pytest.approx(650 + 720)
    # 68 t for the town: 66 from west and 2 from east, if it may be split
    split = optimize(scenario(**tight, demand=free.replace("ore 70", "ore 68")), EXACT)
    assert split.attrs["objective"] == pytest.approx(660 + 22 + 720)
    single = free.replace("ore 70 no", "ore 68 yes")
    with pytest.raises(InfeasibleError):
        optimize(scenario(**tight, demand=single), EXACT)
    # with a price of shortage, the town is served by west alone and 2 t stay unmet
    head = "site product quantity shortage_cost single_source"
    plan = optimize(scenario(**tight, demand=f"{head}\ntown ore 68 50 yes\nport ore 60 50 no"), EXACT)
    assert plan.attrs["objective"] == pytest.approx(660 + 100 + 720)


def test_what_a_single_sourced_customer_has_itself_needs_no_lane():
    own = TWO_PLANTS | {"offers": TWO_PLANTS["offers"] + "\ntown_ore town ore 9 30"}
    demand = "site product quantity single_source\ntown ore 110 yes"
    # 30 t of its own and 80 t from west; without them no lane could bring 110 t
    plan = optimize(scenario(**own, demand=demand), EXACT)
    assert bought(plan) == pytest.approx([80, 0, 30])


def test_modes_of_one_way_are_lanes_of_their_own():
    modes = "mode cost_per_tkm\nroad 0\nrail 0"
    lanes = "origin destination mode products cost capacity\n"
    lanes += "west town road ore 2 -\nwest town rail ore 0 50"
    case = {**TWO_PLANTS, "modes": modes, "lanes": lanes}
    demand = "site product quantity single_source\ntown ore 80"
    split = optimize(scenario(**case, demand=demand + " no"), EXACT)
    assert split.attrs["objective"] == pytest.approx(800 + 30 * 2)
    single = optimize(scenario(**case, demand=demand + " yes"), EXACT)
    assert single.attrs["objective"] == pytest.approx(800 + 80 * 2)


def test_the_lane_may_change_between_years():
    settings = replace(SETTINGS, last_year=2026)
    offers = "offer site product price period\nwest_ore west ore 10 2025\nwest_ore west ore 20 2026\n"
    offers += "east_ore east ore 11 2025\neast_ore east ore 11 2026"
    demand = "site product quantity single_source\ntown ore 50 yes"
    plan = optimize(scenario(settings=settings, **(TWO_PLANTS | {"offers": offers}), demand=demand), EXACT)
    assert bought(plan, 2025) == [50, 0]
    assert bought(plan, 2026) == [0, 50]


def test_single_sourcing_has_an_integral_relaxation_without_capacities():
    from optimizer.highs import solve
    from optimizer.models.build import build_model
    from optimizer.models.instance import make_instance

    demand = "site product quantity single_source\ntown ore 50 yes\nport ore 60 yes"
    case = scenario(**TWO_PLANTS, demand=demand)
    model = build_model(make_instance(case, rates(case), [], np.zeros((0, 1))))
    solution = solve(model, EXACT, relax_integrality=True)
    serve = solution.value(model.serve)
    assert set(np.round(serve, 9)) == {0.0, 1.0}
    assert solution.objective == pytest.approx(50 * 10 + 60 * 12)


# ---------------------------------------------------------------- change against a given plan


def changed(tmp_path, **settings):
    given = optimize(scenario(sourcing_rules=rule(region="south", minimum_share=0.5)), EXACT)
    file = tmp_path / "plan.nc"
    given.drop_attrs().to_netcdf(file)
    change = ChangeSettings(plan=str(settings.pop("plan", file)), **settings)
    return scenario(pathway=PathwaySettings(change=change))


def test_change_is_limited_around_the_given_plan(tmp_path):
    # given 50 near, 50 far; a fifth may change
    assert bought(optimize(changed(tmp_path, largest=0.2), EXACT)) == pytest.approx([60, 40, 0])
    assert bought(optimize(changed(tmp_path, largest=1.0), EXACT)) == pytest.approx([100, 0, 0])
    assert bought(optimize(changed(tmp_path, largest=0.0), EXACT)) == pytest.approx([50, 50, 0])
    assert bought(optimize(changed(tmp_path, plan=""), EXACT)) == pytest.approx([100, 0, 0])


def test_new_suppliers_are_barred_unless_asked_for(tmp_path):
    dear = changed(tmp_path, largest=0.2)
    free = changed(tmp_path, largest=0.2, new_suppliers=True)
    assert np.isfinite(dear.purchase_limits.highest).all()
    assert np.isinf(free.purchase_limits.highest[2]).all()
    assert bought(optimize(free, EXACT)) == pytest.approx([60, 40, 0])


def test_the_reference_is_not_bound_by_the_given_plan(tmp_path):
    assert bought(reference_plan(changed(tmp_path, largest=0.0), EXACT)) == pytest.approx([100, 0, 0])


def test_a_run_folder_names_its_plan(tmp_path):
    assert bought(optimize(changed(tmp_path, plan=tmp_path, largest=0.2), EXACT)) == pytest.approx(
        [60, 40, 0]
    )


def test_a_missing_or_foreign_plan_is_said(tmp_path):
    with pytest.raises(ConfigError, match="not found"):
        changed(tmp_path, plan="nowhere.nc")
    other = tmp_path / "other.nc"
    optimize(scenario(**TWO_PLANTS, demand=CASE["demand"]), EXACT).drop_attrs().to_netcdf(other)
    with pytest.raises(ConfigError, match="shares no offer"):
        changed(tmp_path, plan=other)
    other.write_text("not a plan")
    with pytest.raises(ConfigError, match="cannot be read"):
        changed(tmp_path, plan=other)


# ---------------------------------------------------------------- checks and verification


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"sourcing_rules": rule()}, "states no bound"),
        ({"sourcing_rules": rule(minimum_share=0.6, maximum_share=0.5, site="far")}, "below the minimum"),
        ({"sourcing_rules": rule(minimum_count=3, share_if_used=0.4)}, "more than there is"),
        ({"sourcing_rules": rule(group="huge", minimum_share=0.6)}, "no site is of this group"),
        ({"sourcing_rules": rule(tag="gold", minimum_share=0.6)}, "no site or offer has this tag"),
        ({"sourcing_rules": rule(data_tiers="own;guess", minimum_share=0.6)}, "is not a data tier"),
        ({"sourcing_rules": rule(site="mill", minimum_share=0.6)}, "no offer fits the rule"),
        ({"sourcing_rules": rule(region="south", minimum_count=3)}, "more offers than fit"),
        ({"sourcing_rules": rule(maximum_share=0.6)}, "always 1"),
        ({"offers": OFFERS.replace("near ore 10 - national - 0", "near ore 10 50 national - 60")}, "ordered"),
        (
            {
                **TWO_PLANTS,
                "lanes": TWO_PLANTS["lanes"]
                .replace("cost\n", "cost capacity\n")
                .replace("ore 0", "ore 0 20")
                .replace("ore 5", "ore 5 20")
                .replace("ore 1", "ore 1 20"),
                "demand": "site product quantity single_source\ntown ore 30 yes",
            },
            "no single lane carries it",
        ),
    ],
)
def test_broken_tables_are_named(changes, complaint):
    assert any(complaint in problem for problem in problems(**changes)), problems(**changes)


@pytest.mark.parametrize(
    ("changes", "variable", "element", "value", "complaint"),
    [
        ({"offers": OFFERS.replace("national - 0", "national - 50")}, "purchase", 0, 30.0, "minimum order"),
        (
            {"offer_tiers": "offer from_quantity price\nnear_ore 60 9"},
            "purchase",
            0,
            50.0,
            "price of the tier",
        ),
        (
            {"offer_tiers": "offer from_quantity price\nnear_ore 60 9"},
            "tier_purchase",
            1,
            1.0,
            "purchase by tier",
        ),
        ({"sourcing_rules": rule(share_if_used=0.3)}, "purchase", 1, 5.0, "share if used"),
        ({"sourcing_rules": rule(maximum_count=1)}, "purchase", 1, 5.0, "sourcing rule tested"),
    ],
)
def test_verify_catches_broken_sourcing(changes, variable, element, value, complaint):
    case = scenario(**changes)
    plan = optimize(case, EXACT)
    plan[variable][element] = value
    with pytest.raises(VerificationError) as caught:
        verify(case, plan, rates(case))
    from optimizer.verify_sourcing import sourcing_findings
    from scenarios.plans import activities_of

    assert str(caught.value)
    worst = {
        name for name, off, _ in sourcing_findings(case, activities_of(plan)) if np.max(off, initial=0) > 1e-3
    }
    assert any(complaint in name for name in worst), worst
