"""The uncertainty table: whose level a row sets, and what its distributions and groups do."""

import numpy as np
import pytest
from scipy.special import ndtri

from simulation.draws import demand_factors, go_live_days, lead_days, planned_lead_days
from simulation.levels import outage_level, related, shaped
from simulation.power import renewable_factors
from simulation.settings import UncertaintySettings
from simulation.streams import Streams
from simulation.trial import Trial
from tests.simulation.extra_tables import table, with_tables

EVEN = (np.arange(100_000) + 0.5) / 100_000  # the mean of inverses is an integral


@pytest.fixture(scope="module")
def tried(make, two_routes):
    """Return trials of one plan with a table of uncertainty, which the plan does not read."""

    def trials(*records, **level):
        tables = make.two_route_tables() | {"uncertainty": table("uncertainty", *records)}
        level = make.uncertain(**level) if level else UncertaintySettings()
        return make.trials(with_tables(two_routes, tables), level)

    return trials


@pytest.mark.parametrize("distribution", ["lognormal", "gamma", "triangular", "uniform"])
def test_factors_have_mean_one_and_the_cv_asked_for(distribution):
    factors = shaped(ndtri(EVEN), 0.4, distribution)
    assert factors.mean() == pytest.approx(1, abs=1e-4)
    assert factors.std() == pytest.approx(0.4, rel=2e-3)
    assert (np.diff(factors) > 0).all()  # more luck is more
    assert factors.min() >= 0


def test_no_rows_and_rows_that_say_the_general_level_are_the_same_to_the_bit(tried):
    general = UncertaintySettings()
    same = (
        {"kind": "yearly_demand", "cv": general.demand_annual_cv},
        {"kind": "daily_demand", "cv": general.demand_daily_cv},
        {"kind": "lead_time", "cv": general.lead_time_cv},
        {"kind": "renewable_output", "cv": general.renewable_cv},
        {"kind": "supplier_outage", "per_year": general.supplier_disruptions_per_year},
        {"kind": "site_outage", "per_year": general.site_disruptions_per_year},
        {"kind": "lane_outage", "per_year": general.lane_disruptions_per_year},
        {"kind": "line_breakdown", "per_year": general.breakdowns_per_year},
        {"kind": "late_go_live", "mean_years": general.intervention_delay_mean_years},
    )
    without, with_rows = tried(), tried(*same)
    for index in range(2):
        one, other = without.run(index), with_rows.run(index)
        assert one.cost_npv == other.cost_npv
        assert np.array_equal(one.emissions, other.emissions)
        assert np.array_equal(one.closing_stock, other.closing_stock)
        assert one.events == other.events


def test_a_trial_in_which_nothing_varies_is_the_twin_whatever_the_rows_say(tried):
    wild = tried({"kind": "daily_demand", "cv": 2}, {"kind": "site_outage", "per_year": 9, "mean_days": 9})
    assert wild.twin().cost_npv == tried().twin().cost_npv


def test_only_the_lanes_named_vary(tried):
    trials = tried(
        {"kind": "lead_time", "cv": 0},
        {"kind": "lead_time", "origin": "port_2", "cv": 0.8, "distribution": "gamma"},
        lead_time_cv=0.3,
    )
    network = trials.network
    drawn = lead_days(network, trials.settings.uncertainty, Streams(1, 0))
    from_port_2 = np.char.startswith(network.labels("arc").astype(str), "port_2>")
    assert from_port_2.any()
    assert (drawn[:, ~from_port_2] == planned_lead_days(network)[~from_port_2]).all()
    assert len(set(drawn[:, from_port_2].ravel().tolist())) > 3


def test_the_row_with_most_filters_holds_and_a_blank_is_the_general_level(tried):
    trials = tried(
        {"kind": "supplier_outage", "region": "north", "per_year": 2, "mean_days": 8},
        {"kind": "supplier_outage", "site": "port", "per_year": 5},
        {"kind": "supplier_outage", "per_year": 1, "mean_days": 7},
        supplier_disruptions_per_year=0.5,
        supplier_disruption_mean_days=14.0,
    )
    often, long = outage_level(trials.network, "supplier_outage", 0.5, 14.0)
    sites = trials.network.labels("site").tolist()
    region = trials.network.scenario.sites.region[trials.network.used.site]
    assert (often[sites.index("port")], long[sites.index("port")]) == (5, 14)
    assert (often[sites.index("yard")], long[sites.index("yard")]) == (2, 8)
    assert often[sites.index("mill")] == 0.5  # not a supplier
    assert region[sites.index("yard")] == "north"
    trial = Trial(trials.network, trials.opening, trials.settings, trials.settings.uncertainty, 0)
    trial.enter_outages()
    down = (trial.world.site_up < 1).any(axis=0)
    assert not down[sites.index("mill")]
    assert down[sites.index("port")]


def test_a_group_shares_its_luck(tried):
    """Correlation one on all lanes by lorry: all have the same weeks, and each trial its own."""
    shared = {"kind": "lead_time", "mode": "truck", "cv": 0.8, "group": "roads", "correlation": 1}
    trials = tried(shared, lead_time_cv=0.3)
    arcs, streams = trials.network.entities["arc"], Streams(1, 0)
    alone = streams.normals_of(arcs, "lead", 50)
    found = related(trials.network, "lead_time", alone, "lead", streams, np.arange(len(arcs)))
    assert len(arcs) > 3
    assert (found == streams.normals("group roads", "lead", 50)[:, None]).all()
    half = tried({**shared, "correlation": 0.5}, lead_time_cv=0.3)
    found = related(half.network, "lead_time", alone, "lead", streams, np.arange(len(arcs)))
    mixed = np.sqrt(0.5) * (alone + streams.normals("group roads", "lead", 50)[:, None])
    assert found == pytest.approx(mixed, rel=1e-12)


def test_days_that_persist(tried):
    """The correlation of a customer's demand from one day to the next, within four standard errors."""
    trials = tried({"kind": "daily_demand", "cv": 0.2, "persistence": 0.9}, demand_daily_cv=0.1)
    level = trials.settings.uncertainty
    paths = [np.log(demand_factors(trials.network, level, Streams(1, i))[:, 0]) for i in range(20)]
    found = np.mean([np.corrcoef(path[1:], path[:-1])[0, 1] for path in paths])
    assert found == pytest.approx(0.9, abs=4 * np.sqrt((1 - 0.9**2) / (20 * len(paths[0]))) + 0.01)


def test_demand_of_a_market_of_its_own(tried):
    """Correlation one and persistence one: one level for all years, of the group named."""
    row = {"kind": "yearly_demand", "cv": 0.3, "correlation": 1, "persistence": 1, "group": "builders"}
    trials = tried(row, demand_annual_cv=0.1)
    factors = demand_factors(trials.network, trials.settings.uncertainty, Streams(1, 0))[:, 0]
    normal = Streams(1, 0).normals("market builders", "annual", 1)
    assert factors == pytest.approx(shaped(normal, 0.3, "lognormal")[0], rel=1e-12)


def test_one_intervention_is_late_and_one_plant_scatters(tried):
    trials = tried(
        {"kind": "late_go_live", "mean_years": 0},
        {"kind": "late_go_live", "intervention": "more_scrap", "mean_years": 0.5},
        {"kind": "renewable_output", "cv": 0},
        {"kind": "renewable_output", "option": "solar", "cv": 0.3, "distribution": "uniform"},
        intervention_delay_mean_years=0.1,
        renewable_cv=0.05,
    )
    network, level = trials.network, trials.settings.uncertainty
    days = go_live_days(network, level, Streams(1, 0))
    late = np.isfinite(days) & (days > network.days.first[:-1, None])
    member = network.scenario.interventions.label.tolist().index("more_scrap")
    assert np.flatnonzero(late.any(axis=0)).tolist() == [member]
    output = renewable_factors(network, level, Streams(1, 0))
    solar = network.scenario.supplies.option == "solar"
    assert (output[:, ~solar] == 1).all()
    assert (np.abs(output[:, solar] - 1) <= 0.3 * np.sqrt(3)).all()
    assert (output[:, solar] != 1).all()
