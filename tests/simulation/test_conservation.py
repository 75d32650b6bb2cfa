"""Nothing is lost or made from nothing: mass by product, recomputed from activities alone."""

import numpy as np
import pytest


def balance(trials, result):
    """Return (in, out) by product from opening, activities, recipes and closing."""
    scenario, network, opening = trials.network.scenario, trials.network, trials.opening
    years, count = scenario.periods.years, len(scenario.products.label)
    product = scenario.nodes.product
    came, went = np.zeros(count), np.zeros(count)

    def total(name):
        return (result.activities[name] * years).sum(axis=1)

    used = product[network.used.node]
    np.add.at(came, used, opening.stock + opening.transit)
    np.add.at(went, used, result.closing_stock + result.closing_transit)
    np.add.at(came, scenario.offers.product, total("purchase"))
    recipe = scenario.recipe
    moved = recipe.quantity * total("run")[recipe.operation]
    np.add.at(came, product[recipe.node], np.maximum(moved, 0))
    np.add.at(went, product[recipe.node], np.maximum(-moved, 0))
    covers = scenario.covers
    np.add.at(went, product[covers.input_node], -covers.input_quantity * total("covered")[covers.input_cover])
    np.add.at(went, scenario.demands.product, (result.delivered * years).sum(axis=1))
    return came, went


@pytest.mark.parametrize("index", [0, 1, 2])
def test_mass_balances_by_product_in_a_rough_world(make, two_routes, index):
    rough = make.uncertain(
        demand_annual_cv=0.2,
        demand_daily_cv=0.5,
        lead_time_cv=0.8,
        supplier_disruptions_per_year=2,
        supplier_disruption_mean_days=30,
        lane_disruptions_per_year=4,
        lane_disruption_mean_days=10,
        site_disruptions_per_year=2,
        site_disruption_mean_days=20,
        breakdowns_per_year=20,
        repair_mean_days=4,
        intervention_delay_mean_years=0.7,
    )
    trials = make.trials(two_routes, rough)
    result = make.trial(trials, index)
    came, went = balance(trials, result)
    assert np.abs(came - went).max() <= 1e-9 * came.max()
    assert result.mass_error < 1e-9
    assert float((result.required - result.delivered).sum()) > 0  # rough enough to hurt
    assert result.closing_stock.min() > -1e-6


def test_goods_on_the_way_follow_littles_law(make):
    """Mean on the way = rate x lead time, exactly, when both are constant."""
    tables = make.tutorial_tables()
    tables["lanes"]["lead_days"] = [2.0, 4.0, 30.0, 9.0]
    case = make.solved(tables)
    trials = make.trials(case)
    result = make.trial(trials)
    template, planned = trials.network.template, trials.network.planned
    lead = dict(zip(case.scenario.arcs.label, case.scenario.arcs.lead_days, strict=True))
    rate = (planned.flow * trials.network.days.in_period[:, None]).sum(axis=0) / trials.network.days.count
    expected = np.zeros(len(template.nodes))
    days = [lead[label] for label in trials.network.labels("arc")]
    np.add.at(expected, template.arcs["head"], rate * days)
    assert set(days) <= {2.0, 4.0, 30.0, 9.0}
    assert result.mean_transit == pytest.approx(expected, rel=1e-9)


def test_little_holds_for_drawn_lead_times(make):
    """Arrivals while the run lasts: the area under goods on the way is the sum of times on the way."""
    case = make.solved(make.tutorial_tables())
    trials = make.trials(case, make.uncertain(lead_time_cv=1.0))
    result = make.trial(trials)
    mean_days = result.mean_transit / trials.network.planned.flow[0][0]
    steel = list(trials.network.labels("node")).index("city:steel")
    # 100 km at 50 km/h take one day whatever the luck, ore's 250 km more now and then
    assert result.mean_transit[steel] == pytest.approx(trials.network.planned.flow[0].max(), rel=0.5)
    assert np.isfinite(mean_days).all()
