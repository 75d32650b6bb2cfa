"""Stocks, returns, disposal and ceilings: each solved by hand, with and without.

A port sells ore at 10, from 2026 on at 20; a mill turns it into steel for 1, and a town needs 100 t
of steel a year. Freight is free.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import (
    DataError,
    InfeasibleError,
    ScenarioSettings,
    VerificationError,
    read_tables,
    scenario_from_tables,
)
from scenarios.flow_families import lagged_share
from scenarios.ledger import rates
from scenarios.periods import make_periods

SETTINGS = ScenarioSettings(name="ore", first_year=2025, last_year=2026, discount_rate=0.0)
EXACT = SolverSettings(mip_gap=0.0)
CASE = {
    "sites": "site role lat lon region owner\nport supplier 40 118 north partner\n"
    "mill plant 40 119 north own\ntown customer 40 120 south own",
    "products": "product\nore\nsteel\nslag\nold",
    "offers": "offer site product price footprint period\n"
    "port_ore port ore 10 0 2025\nport_ore port ore 20 0 2026",
    "modes": "mode cost_per_tkm\nroad 0",
    "lanes": "origin destination mode products\n"
    "port mill road ore;slag\nmill town road steel\ntown mill road old",
    "processes": "process operating_cost\nsmelt 1\nremelt 3",
    "recipes": "process product quantity\nsmelt ore -1\nsmelt steel 1\nremelt old -1\nremelt steel 1",
    "lines": "line site capacity\nfurnace mill 1000",
    "line_processes": "line process\nfurnace smelt\nfurnace remelt",
    "demand": "site product quantity\ntown steel 100",
}
PLAIN = 100 * 11 + 100 * 21


def scenario(settings=SETTINGS, **changes):
    """Return the case with tables replaced: text in columns split by blanks, ``-`` for a blank cell."""
    with TemporaryDirectory() as folder:
        for name, text in (CASE | changes).items():
            rows = [line.split() for line in text.splitlines()]
            cells = [",".join("" if cell == "-" else cell for cell in row) for row in rows]
            (Path(folder) / f"{name}.csv").write_text("\n".join(cells))
        return scenario_from_tables(read_tables(Path(folder)), settings)


def solved(settings=SETTINGS, **changes):
    return optimize(scenario(settings, **changes), EXACT)


def values(plan, variable, label):
    return plan[variable].sel({plan[variable].dims[0]: label}).to_numpy().tolist()


def test_without_stocks_each_year_buys_its_own():
    plan = solved()
    assert plan.attrs["objective"] == pytest.approx(PLAIN)
    assert plan.sizes["store"] == plan.sizes["return"] == plan.sizes["disposal"] == 0


# ---------------------------------------------------------------- stocks


@pytest.mark.parametrize(("holding", "stored"), [(4, 60), (12, 0)])
def test_stock_is_kept_where_it_is_cheaper_than_buying_later(holding, stored):
    plan = solved(storage=f"site product capacity holding_cost\nmill ore 60 {holding}")
    assert values(plan, "stock", "mill:ore") == pytest.approx([stored, 0])
    assert values(plan, "purchase", "port_ore") == pytest.approx([100 + stored, 100 - stored])
    assert plan.attrs["objective"] == pytest.approx(PLAIN - stored * (10 - holding))
    assert plan["cost"].sel(cost_account="storage").to_numpy() == pytest.approx([stored * holding, 0])


def test_products_and_opening_stocks_can_be_kept_too():
    plan = solved(storage="site product capacity holding_cost opening\ntown steel - 4 30")
    # 30 t are there; the rest of both years is made in the first.
    assert values(plan, "run", "furnace:smelt") == pytest.approx([170, 0])
    assert values(plan, "stock", "town:steel") == pytest.approx([100, 0])
    assert plan.attrs["objective"] == pytest.approx(170 * 11 + 100 * 4)


def test_stocks_are_quantities_and_flows_are_rates_where_periods_are_long():
    settings = replace(SETTINGS, last_year=2028, years_per_period=2)
    offers = (
        "offer site product price footprint period\nport_ore port ore 10 0 2025\nport_ore port ore 20 0 2027"
    )
    plan = solved(settings, offers=offers, storage="site product capacity holding_cost\nmill ore 60 1")
    assert values(plan, "stock", "mill:ore") == pytest.approx([60, 0])
    assert values(plan, "purchase", "port_ore") == pytest.approx([130, 70])
    assert plan.attrs["objective"] == pytest.approx(200 * 11 + 200 * 21 - 60 * 10 + 60 * 1 * 2)


def test_verify_notices_a_stock_that_does_not_add_up():
    case = scenario(storage="site product capacity holding_cost\nmill ore 60 4")
    plan, ledger = optimize(case, EXACT), rates(case)
    for change, complaint in ((-1.0, "node balance"), (5.0, "store capacity")):
        broken = plan.copy(deep=True)
        broken["stock"][0, 0] += change
        with pytest.raises(VerificationError, match=complaint):
            verify(case, broken, ledger)


# ---------------------------------------------------------------- ceilings


def test_a_ceiling_bounds_what_is_made_in_its_year():
    demand = "site product quantity shortage_cost\ntown steel 100 50"
    ceilings = "ceiling product region maximum period\ncrude steel north 100 2025\ncrude steel north 70 2026"
    plan = solved(demand=demand, ceilings=ceilings)
    assert values(plan, "unmet", "town:steel") == pytest.approx([0, 30])
    assert plan.attrs["objective"] == pytest.approx(100 * 11 + 70 * 21 + 30 * 50)
    assert solved(demand=demand)["unmet"].sum() == 0
    with pytest.raises(DataError, match="bounds nothing"):
        scenario(ceilings="ceiling product region maximum\ncrude steel south 70")


# ---------------------------------------------------------------- disposal

SLAG = CASE["recipes"] + "\nsmelt slag 0.3"


def test_a_by_product_needs_a_way_out_and_pays_for_it():
    with pytest.raises(InfeasibleError):
        solved(recipes=SLAG)
    plan = solved(recipes=SLAG, disposal="site product cost emissions\nmill slag 5 0.1")
    assert values(plan, "discard", "mill:slag") == pytest.approx([30, 30])
    assert plan.attrs["objective"] == pytest.approx(PLAIN + 2 * 30 * 5)
    assert plan["emissions"].sel(emission_account="scope3_waste").to_numpy() == pytest.approx([3, 3])
    anywhere = solved(recipes=SLAG, disposal="product cost\nslag 5")
    assert anywhere.attrs["objective"] == pytest.approx(PLAIN + 2 * 30 * 5)


def test_a_full_landfill_bounds_what_is_made():
    demand = "site product quantity shortage_cost\ntown steel 100 50"
    plan = solved(recipes=SLAG, demand=demand, disposal="product cost capacity\nslag 5 24")
    assert values(plan, "run", "furnace:smelt") == pytest.approx([80, 80])
    assert plan["discard"].sum("disposal").to_numpy() == pytest.approx([24, 24])


def test_a_price_paid_for_waste_is_a_revenue():
    plan = solved(recipes=SLAG, disposal="site product cost\nmill slag -2")
    assert plan.attrs["objective"] == pytest.approx(PLAIN - 2 * 30 * 2)


# ---------------------------------------------------------------- goods that come back

RETURNS = "demand_site product returned_product site share minimum_share lag_years stream collection_cost"


def test_what_was_sold_a_year_ago_comes_back_and_is_used_where_it_pays():
    plan = solved(returns=f"{RETURNS}\ntown steel old mill 0.4 0 1 0 6")
    # 40 t of the first year's steel come back in the second: 6 + 3 against 20 + 1.
    assert values(plan, "returned", "town>mill:steel>old") == pytest.approx([0, 40])
    assert values(plan, "run", "furnace:remelt") == pytest.approx([0, 40])
    assert plan.attrs["objective"] == pytest.approx(PLAIN - 40 * (21 - 9))
    assert float(plan["cost"].sel(cost_account="collection", period=2026)) == pytest.approx(240)
    dear = solved(returns=f"{RETURNS}\ntown steel old mill 0.4 0 1 0 30")
    assert dear["returned"].sum() == 0


def test_a_least_share_comes_back_whether_it_pays_or_not():
    plan = solved(returns=f"{RETURNS}\ntown steel old mill 0.4 0.1 1 0 30")
    assert values(plan, "returned", "town>mill:steel>old") == pytest.approx([0, 10])
    assert plan.attrs["objective"] == pytest.approx(PLAIN + 10 * (33 - 21))


def test_a_stream_comes_back_at_the_customer_and_travels_on():
    plan = solved(returns=f"{RETURNS}\ntown steel old - 0 0 0 25 0")
    assert values(plan, "returned", "town>town:steel>old") == pytest.approx([25, 25])
    assert values(plan, "flow", "town>mill:road:old") == pytest.approx([25, 25])
    assert plan.attrs["objective"] == pytest.approx(PLAIN - 25 * (11 - 3) - 25 * (21 - 3))


def test_what_is_not_delivered_does_not_come_back():
    demand = "site product quantity shortage_cost\ntown steel 100 5"  # cheaper left unserved
    plan = solved(demand=demand, returns=f"{RETURNS}\ntown steel old mill 0.4 0 1 0 0")
    assert plan["returned"].sum() == 0


def test_lags_that_do_not_fit_the_periods_lose_nothing():
    periods = make_periods(replace(SETTINGS, last_year=2032, years_per_period=4))
    share = lagged_share([3], periods)[0]
    # Deliveries of 2025-2028 are back in 2028-2031: a quarter of the first period, three of the second.
    assert share.ravel() == pytest.approx([0.25, 0, 0.75, 0.25])
    assert lagged_share([1], make_periods(SETTINGS))[0].tolist() == [[0, 0], [1, 0]]


def test_verify_notices_returns_beyond_what_was_sold():
    case = scenario(returns=f"{RETURNS}\ntown steel old mill 0.4 0.1 1 0 6")
    plan, ledger = optimize(case, EXACT), rates(case)
    for change, complaint in ((1.0, "returns at most"), (-35.0, "returns at least")):
        broken = plan.copy(deep=True)
        broken["returned"][0, 1] += change
        with pytest.raises(VerificationError, match=complaint):
            verify(case, broken, ledger)


def test_returns_of_what_nobody_gets_are_refused():
    with pytest.raises(DataError, match="is delivered there"):
        scenario(returns=f"{RETURNS}\nmill steel old - 0.4 0 1 0 6")
    with pytest.raises(DataError, match="is above the share"):
        scenario(returns=f"{RETURNS}\ntown steel old mill 0.1 0.4 1 0 6")
