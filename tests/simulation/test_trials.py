"""Trials: the same for any number of workers, aligned across plans, independent of what is not used."""

import dataclasses

import numpy as np
import pytest
import xarray as xr

from optimizer import SolverSettings, optimize
from scenarios import CarbonSettings, PathwaySettings, ScenarioSettings, scenario_from_tables
from simulation import SimulationSettings, UncertaintySettings, simulate
from simulation import trials as trials_module


def outcome_of(case, **changes):
    return simulate(case.scenario, case.plan, SimulationSettings(**{"trials": 3, **changes}))


def same(one, other, tolerance=0.0):
    for name in ("cost", "cost_npv", "emissions", "cap_emissions", "delivered", "required"):
        np.testing.assert_allclose(
            one[name].to_numpy(), other[name].to_numpy(), rtol=tolerance, atol=tolerance
        )


@pytest.fixture(scope="module")
def base(two_routes):
    return outcome_of(two_routes)


def test_same_seed_same_outcome_another_seed_another(two_routes, base):
    same(base, outcome_of(two_routes))
    other = outcome_of(two_routes, seed=7)
    assert (other["cost_npv"].to_numpy() != base["cost_npv"].to_numpy()).all()


def test_trials_differ_from_each_other(base):
    assert len(set(base["cost_npv"].to_numpy())) == 3


def test_more_trials_begin_with_the_same_ones(two_routes, base):
    more = outcome_of(two_routes, trials=5)
    same(base, more.isel(trial=slice(3)))


def test_workers_do_not_matter(two_routes, base, monkeypatch):
    started = []
    processes = trials_module.processes

    def counted(workers, *rest):
        started.append(workers)
        return processes(workers, *rest)

    monkeypatch.setattr(trials_module, "WORTH_PROCESSES", 0.0)
    monkeypatch.setattr(trials_module, "processes", counted)
    told = []
    settings = SimulationSettings(trials=3, workers=2)
    spread = simulate(
        two_routes.scenario, two_routes.plan, settings, lambda done, all_: told.append((done, all_))
    )
    for found in (base, spread):
        found.attrs["simulate_seconds"] = 0.0  # all but the time it took
    xr.testing.assert_identical(spread, base)
    assert started == [2]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_few_trials_stay_in_this_process(two_routes, base, monkeypatch):
    monkeypatch.setattr(trials_module, "processes", lambda *given: pytest.fail("a pool for nothing"))
    same(base, outcome_of(two_routes, workers=2))


def relabelled(case, scenario):
    """Return the case's plan on another scenario's labels: zero for what is new."""
    families = ("offer", "arc", "operation", "supply", "intervention", "cover", "demand", "line", "site")
    plural = {"supply": "supplies"}
    labels = {f: getattr(scenario, plural.get(f, f"{f}s")).label.astype(str) for f in families}
    numbers = case.plan.drop_vars([c for c in case.plan.coords if c not in case.plan.dims])
    return dataclasses.replace(case, scenario=scenario, plan=numbers.reindex(labels, fill_value=0.0))


def scenario_of(tables):
    settings = ScenarioSettings(
        name="case", data="tutorial", discount_rate=0.05, first_year=2027, last_year=2029
    )
    carbon = CarbonSettings(cap_2027=1.0, cap_2028=0.85, cap_2029=0.74)
    return scenario_from_tables(tables, settings, carbon, PathwaySettings())


def test_an_unused_supplier_and_its_lane_change_nothing(make, two_routes, base):
    tables = make.two_route_tables()
    ore = tables["offers"][tables["offers"]["offer"] == "port_ore"].iloc[0].to_dict()
    lane = tables["lanes"][tables["lanes"]["origin"] == "port"].iloc[0].to_dict()
    tables["sites"] = make.rows(tables["sites"], {"site": "a_port", "role": "supplier"})
    tables["offers"] = make.rows(
        tables["offers"], {**ore, "offer": "a_port_ore", "site": "a_port", "price": 9000}
    )
    tables["lanes"] = make.rows(tables["lanes"], {**lane, "origin": "a_port"})
    richer = relabelled(two_routes, scenario_of(tables))
    assert len(richer.scenario.arcs.label) == len(two_routes.scenario.arcs.label) + 1
    same(base, outcome_of(richer))


def test_the_order_of_rows_changes_nothing(make, two_routes, base):
    tables = make.two_route_tables()
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in tables.items()}
    case = relabelled(two_routes, scenario_of(turned))
    assert list(case.scenario.offers.label) == list(two_routes.scenario.offers.label)[::-1]
    same(base, outcome_of(case), tolerance=1e-12)


def test_common_luck_survives_another_plan(make, two_routes):
    """Another plan of the same world meets the same demand, whatever it uses."""
    tables = make.two_route_tables()
    tables["lines"].loc[tables["lines"]["line"] == "mill_arc_furnace", "capacity"] = 60_000
    scenario = scenario_of(tables)
    other = dataclasses.replace(two_routes, scenario=scenario, plan=optimize(scenario, SolverSettings()))
    mine, theirs = outcome_of(two_routes), outcome_of(other)
    assert (mine["required"].to_numpy() == theirs["required"].to_numpy()).all()
    assert (mine["cost_npv"].to_numpy() != theirs["cost_npv"].to_numpy()).all()


def test_a_longer_horizon_begins_with_the_shorter_one(make):
    tables = make.tutorial_tables()
    short = make.solved(tables, first_year=2025, last_year=2026)
    long = make.solved(tables, first_year=2025, last_year=2029)
    one, other = outcome_of(short), outcome_of(long).isel(period=slice(2))
    for name in ("cost", "emissions", "delivered", "required"):
        np.testing.assert_allclose(other[name].to_numpy(), one[name].to_numpy(), rtol=1e-12, atol=1e-6)


@pytest.mark.parametrize(
    "field", ["supplier_disruption_mean_days", "lane_disruption_mean_days", "repair_mean_days"]
)
def test_what_never_happens_changes_nothing(make, two_routes, field):
    """Outages that last days but never start leave the twin, as do outages that last no time."""
    certain = make.trials(two_routes).run(0)
    for changes in (
        {field: 30.0},
        {f.name: 9.0 for f in dataclasses.fields(UncertaintySettings) if "per_year" in f.name},
    ):
        account = make.trials(two_routes, make.uncertain(**changes)).run(0)
        assert account.cost_npv == certain.cost_npv
        assert (account.emissions == certain.emissions).all()


def test_each_uncertainty_moves_something(make, two_routes):
    """Every figure of the settings is connected: none is a dead knob."""
    certain = make.trials(two_routes).run(0)
    switches = {
        "demand_annual_cv": {"demand_annual_cv": 0.1},
        "demand_daily_cv": {"demand_daily_cv": 0.3},
        "lead_time_cv": {"lead_time_cv": 1.5},
        "supplier": {"supplier_disruptions_per_year": 3.0, "supplier_disruption_mean_days": 30.0},
        "lane": {"lane_disruptions_per_year": 3.0, "lane_disruption_mean_days": 30.0},
        "site": {"site_disruptions_per_year": 3.0, "site_disruption_mean_days": 30.0},
        "breakdown": {"breakdowns_per_year": 20.0, "repair_mean_days": 4.0},
        "renewable_cv": {"renewable_cv": 0.2},
        "delay": {"intervention_delay_mean_years": 0.5},
    }
    for name, changes in switches.items():
        trials = make.trials(two_routes, make.uncertain(**changes))
        result, account = make.trial(trials), trials.run(0)
        if name == "lead_time_cv":  # stock absorbs it: only goods on the way tell
            assert (result.mean_transit != make.trial(make.trials(two_routes)).mean_transit).any()
        else:
            assert account.cost_npv != certain.cost_npv, name
    for name in ("demand_persistence", "demand_correlation"):
        drawn = [
            make.trials(two_routes, make.uncertain(demand_annual_cv=0.1, **{name: value})).run(0).cost_npv
            for value in (0.0, 0.9)
        ]
        assert drawn[0] != drawn[1], name
