"""Carbon markets by hand: allocation, purchase, banking, sale, tax and the internal price."""

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import VerificationError
from scenarios.ledger import rates
from tests.optimizer.carbon_money_tables import carbon_case, market

EXACT = SolverSettings(mip_gap=0.0)
HOME = {"markets": ["home"]}
TWO_YEARS = {"last_year": 2026}
BENCHMARK = {"allocations": [{"market": "home", "process": "coal", "benchmark": 1.5}]}
FALLING = {
    "allocations": [
        {"market": "home", "process": "coal", "benchmark": 1.5, "free_share": share, "period": year}
        for year, share in ((2025, 1.0), (2026, 0.5))
    ]
}
EITHER = {
    "allocations": [
        {"market": "home", "process": process, "benchmark": 1.5} for process in ("coal", "electric")
    ]
}


def planned(*parts, carbon=HOME, **settings):
    return optimize(carbon_case(parts, carbon, **settings), EXACT)


def bought(plan):
    return plan["allowance_bought"].sel(market="home").values


@pytest.mark.parametrize(
    ("limit", "quantity", "bank", "paid"),
    [
        (None, [175, 0], 125, 1_750),  # 400 t less 225 free, all of it at the first year's price
        (0, [50, 125], 0, 50 * 10 + 125 * 30),
        (40, [90, 85], 40, 90 * 10 + 85 * 30),
    ],
)
def test_allowances_are_bought_when_they_are_cheap_and_banked_as_far_as_allowed(limit, quantity, bank, paid):
    parts = (market({2025: 10, 2026: 30}, bank_limit=limit, sale_share=0), FALLING)
    # the electric route would save 1.5 t at 30 for 100: coal stays
    plan = planned(*parts, **TWO_YEARS)
    assert bought(plan) == pytest.approx(quantity)
    assert plan["bank"].sel(market="home").values == pytest.approx([bank, 0])
    assert float(plan["cost_npv"].sel(cost_account="allowances")) == pytest.approx(paid)
    assert plan.attrs["objective"] == pytest.approx(20_000 + paid)
    assert plan["market_emitted"].values.ravel() == pytest.approx([200, 200])
    assert plan["market_allocated"].values.ravel() == pytest.approx([150, 75])


def test_a_bank_to_begin_with_is_spent():
    plan = planned(market(10, opening_bank=30), BENCHMARK)
    assert bought(plan) == pytest.approx([20])


def test_periods_of_several_years_count_their_length():
    plan = planned(market(10, opening_bank=30), BENCHMARK, last_year=2026, years_per_period=2)
    assert bought(plan) == pytest.approx([(2 * 50 - 30) / 2])
    assert float(plan["cost"].sel(cost_account="allowances").sum()) == pytest.approx(700)


@pytest.mark.parametrize(
    ("sale_share", "emitted", "cost"),
    [
        (1, 50, 20_000 - 100 * 100),  # all electric: 100 allowances to spare
        (0, 150, 100 * 100 + 100 / 3 * 100),  # as clean as the free allocation pays for, no cleaner
    ],
)
def test_what_is_to_spare_is_sold_where_it_can_be(sale_share, emitted, cost):
    plan = planned(market(100, sale_share=sale_share, bank_limit=0), EITHER)
    assert float(plan["market_emitted"].sum()) == pytest.approx(emitted)
    assert plan.attrs["objective"] == pytest.approx(cost)


def test_what_is_given_is_not_sold_while_more_is_emitted():
    """The 75 t of the second year are not sold at 30 and replaced by what was bought at 10."""
    plan = planned(market({2025: 10, 2026: 30}), FALLING, **TWO_YEARS)
    assert bought(plan) == pytest.approx([175, 0])
    assert plan["allowance_sold"].values.ravel() == pytest.approx([0, 0])


def test_nothing_is_sold_where_nothing_is_given():
    plan = planned(market({2025: 10, 2026: 60}), **TWO_YEARS)
    assert plan["allowance_sold"].values.ravel() == pytest.approx([0, 0])
    assert bought(plan) == pytest.approx([400, 0])


def test_all_that_is_emitted_may_be_given():
    all_free = {"allocations": [{"market": "home", "free_share": 1}]}
    plan = planned(market(10), all_free)
    assert bought(plan) == pytest.approx([0])
    assert plan["market_allocated"].values.ravel() == pytest.approx([200])


def test_a_row_for_one_site_stands_for_that_of_all():
    rows = {
        "allocations": [
            *BENCHMARK["allocations"],
            {**BENCHMARK["allocations"][0], "site": "mill", "benchmark": 1},
        ]
    }
    assert bought(planned(market(10), rows)) == pytest.approx([100])


@pytest.mark.parametrize("regions", ["home", "abroad"])
def test_only_own_sites_of_its_regions_are_covered(regions):
    plan = planned(market(10, regions=regions))
    assert bought(plan) == pytest.approx([200 if regions == "home" else 0])


def test_a_tax_is_a_market_without_allocation():
    plan = planned(market(70, sale_share=0, bank_limit=0))
    assert plan.attrs["objective"] == pytest.approx(20_000 + 50 * 70)  # 1.5 t less at 70 are worth 100


def test_a_setting_stands_for_the_prices_of_the_table():
    carbon = {**HOME, "market_prices": {"home": {2025: 70}}}
    assert planned(market(10), carbon=carbon).attrs["objective"] == pytest.approx(20_000 + 50 * 70)


def test_a_market_that_is_not_named_costs_nothing():
    plan = planned(market(1_000), carbon={})
    assert plan.attrs["objective"] == pytest.approx(10_000)
    assert plan.sizes["market"] == 0


def test_an_internal_price_decides_and_is_not_paid():
    plan = planned(carbon={"internal_price": {2025: 70}})
    assert float(plan["emissions"].sel(emission_account="scope1").sum()) == pytest.approx(50)
    assert plan.attrs["total_cost_npv"] == pytest.approx(20_000)
    assert plan.attrs["objective"] == pytest.approx(20_000 + 50 * 70)
    assert planned(carbon={"internal_price": {2025: 60}}).attrs["total_cost_npv"] == pytest.approx(10_000)


@pytest.mark.parametrize("name", ["allowance_bought", "bank"])
def test_verify_finds_allowances_that_do_not_add_up(name):
    scenario = carbon_case((market(10), BENCHMARK), HOME, **TWO_YEARS)
    plan = optimize(scenario, EXACT)
    verify(scenario, plan, rates(scenario))
    plan[name] = plan[name] + np.array([[-10.0, 0]] if name == "allowance_bought" else [[0, 10.0]])
    with pytest.raises(VerificationError, match=r"allowances of home"):
        verify(scenario, plan, rates(scenario))
