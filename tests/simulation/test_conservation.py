"""Nothing is lost or made from nothing: mass by product, recomputed from activities alone."""

import numpy as np
import pytest

from simulation.trial import Trial


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


def test_little_holds_day_by_day_for_drawn_lead_times(make):
    """The area under goods on the way is every tonne sent times its days on the way within the run."""
    tables = make.tutorial_tables()
    tables["lanes"]["lead_days"] = [2.0, 4.0, 30.0, 9.0]
    case = make.solved(tables)
    trials = make.trials(case, make.uncertain(lead_time_cv=0.7), safety_days=200.0)
    trial = Trial(trials.network, trials.opening, trials.settings, trials.settings.uncertainty, 0)
    result, days = trial.run(), trials.network.days
    day = np.arange(days.count)
    head, area = trials.network.template.arcs["head"], np.zeros(len(result.mean_transit))
    on_the_way = np.minimum(trial.world.lead[day // 7], (days.count - day)[:, None])
    assert len(np.unique(trial.world.lead)) > 20
    sent = trials.network.planned.flow[days.period]  # stock absorbs the luck: dispatch goes as planned
    np.add.at(area, head, (sent * on_the_way).sum(axis=0))
    coming = trials.opening.coming
    area += (coming * np.arange(len(coming))[:, None]).sum(axis=0)
    assert result.mean_transit * days.count == pytest.approx(area, rel=1e-9)
