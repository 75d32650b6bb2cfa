"""Studies join the outcome, touch nothing of it, and survive the file."""

from __future__ import annotations

import dataclasses

import xarray as xr

from simulation import SimulationSettings, simulate
from simulation.studies import with_studies


def test_all_studies_join_the_outcome(tutorial, tmp_path):
    settings = SimulationSettings(trials=2, ladder=True, resilience=True, service_target=0.9)
    outcome, told = simulate(tutorial.scenario, tutorial.plan, settings), []
    found = with_studies(tutorial.scenario, tutorial.plan, outcome, settings, told.append)
    for name, values in outcome.data_vars.items():
        xr.testing.assert_equal(found[name].reset_coords(drop=True), values.reset_coords(drop=True))
    assert {"source", "disrupted", "kept"} <= set(found.dims)
    assert found.attrs["trials"] == 2
    assert (found.attrs["resilience_days"], found.attrs["service_target"]) == (30, 0.9)
    assert [line.split(":")[0] for line in told[::4]] == ["ladder", "resilience", "stocks"]
    found.to_netcdf(tmp_path / "outcome.nc")
    with xr.open_dataset(tmp_path / "outcome.nc") as again:
        for name in ("ladder_cost_added", "days_to_survive", "stock_more"):
            xr.testing.assert_equal(again[name].load(), found[name])


def test_nothing_asked_nothing_joined(tutorial):
    settings = SimulationSettings(trials=1)
    outcome = simulate(tutorial.scenario, tutorial.plan, settings)
    assert with_studies(tutorial.scenario, tutorial.plan, outcome, settings) is outcome
    alone = dataclasses.replace(settings, trial=3, ladder=True)
    assert with_studies(tutorial.scenario, tutorial.plan, outcome, alone) is outcome
