"""The ladder: one source at a time, on the same luck, against all off and all on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from simulation import SimulationSettings, UncertaintySettings, simulate
from simulation.ladder import ALL, SOURCES, ladder, one_source, sources_of
from simulation.statistics import wilson_interval
from simulation.studies import with_studies


def test_every_figure_belongs_to_one_source():
    shared = ("price_persistence",)  # of all prices
    names = [name for fields in SOURCES.values() for name in fields if name not in shared] + [*shared]
    assert sorted(names) == sorted(f.name for f in dataclasses.fields(UncertaintySettings))


def test_one_source_alone():
    alone = one_source(UncertaintySettings(), "supplier outages")
    assert (alone.supplier_disruptions_per_year, alone.supplier_disruption_mean_days) == (0.25, 14.0)
    assert sources_of(alone) == ["supplier outages"]
    usual = sources_of(UncertaintySettings())
    assert [source for source in SOURCES if getattr(UncertaintySettings(), SOURCES[source][0]) > 0] == usual
    assert sources_of(UncertaintySettings.off()) == []
    assert sources_of(dataclasses.replace(alone, supplier_disruption_mean_days=0.0)) == []


@pytest.fixture(scope="module")
def tried(two_routes, make):
    """Two sources, demand of a year and breakdowns of lines, tried 6 times."""
    uncertainty = make.uncertain(demand_annual_cv=0.1, breakdowns_per_year=20.0, repair_mean_days=4.0)
    settings = SimulationSettings(trials=6, uncertainty=uncertainty, ladder=True)
    outcome = simulate(two_routes.scenario, two_routes.plan, settings)
    return settings, outcome, ladder(two_routes.scenario, two_routes.plan, outcome, settings)


def test_a_rung_is_the_trials_with_that_source_alone(two_routes, tried):
    settings, outcome, found = tried
    assert found["source"].to_numpy().tolist() == ["yearly demand", "line breakdowns", ALL]
    alone = dataclasses.replace(settings, uncertainty=one_source(settings.uncertainty, "line breakdowns"))
    by_hand = simulate(two_routes.scenario, two_routes.plan, alone)
    planned = float(two_routes.plan["cost_npv"].sum())
    for source, trials in (("line breakdowns", by_hand), (ALL, outcome)):
        rung, cost = found.sel(source=source), trials["cost_npv"].to_numpy()
        assert float(rung["ladder_cost_added"]) == pytest.approx(cost.mean() - planned, rel=1e-6)
        assert float(rung["ladder_cost_sd"]) == pytest.approx(cost.std(ddof=1))
        half = 2.570582 * cost.std(ddof=1) / np.sqrt(6)  # t(5, 0.975)
        ends = float(rung["ladder_cost_added_high"] - rung["ladder_cost_added_low"])
        assert ends == pytest.approx(2 * half, rel=1e-6)
        emitted = (trials["emissions_mean"] - trials["plan_emissions"]) @ trials["years"]
        assert float(rung["ladder_emissions_added"]) == pytest.approx(float(emitted), rel=1e-6)
        served = trials["delivered"].sum("demand") @ trials["years"]
        share = (served / (trials["required"].sum("demand") @ trials["years"])).to_numpy()
        assert float(rung["ladder_service_added"]) == pytest.approx(share.mean() - 1, abs=1e-9)
        assert float(rung["ladder_service_worst"]) == pytest.approx(share.min())
        ends = ("chance_any", "chance_any_low", "chance_any_high")
        assert [float(rung[f"ladder_{n}"]) for n in ends] == [float(trials[n]) for n in ends]


def test_nothing_varies_nothing_is_added(two_routes):
    settings = SimulationSettings(trials=2, uncertainty=UncertaintySettings.off(), ladder=True)
    outcome = simulate(two_routes.scenario, two_routes.plan, settings)
    found = with_studies(two_routes.scenario, two_routes.plan, outcome, settings)
    assert found["source"].to_numpy().tolist() == [ALL]
    for name in ("cost_added", "cost_sd", "emissions_added", "service_added"):
        assert float(found[f"ladder_{name}"][0]) == pytest.approx(0.0, abs=1e-3)
    assert float(found["ladder_chance_any_high"][0]) == pytest.approx(float(wilson_interval(0, 2)[1]))
    assert found.attrs["stopping_rule"] == "fixed number of trials"
