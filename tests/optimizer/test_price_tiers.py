"""Minimum orders and quantity discounts solved by hand: the plan without them, and the plan with them."""

import pytest

from optimizer import optimize
from tests.optimizer.ore_case import EXACT, OFFERS, bought, rule, scenario, solved


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
