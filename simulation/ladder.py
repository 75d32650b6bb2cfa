"""The ladder: one source of uncertainty at a time, and what each adds to cost, emissions and lost service.

Every rung has the same luck as the trials with all sources on (streams are keyed by entity and purpose), so
rungs differ by their source alone. What the sources do together beyond what each does alone is stated.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import xarray as xr

from scenarios.replanning import Replanner
from scenarios.scenario import Scenario
from simulation.experiment import asked_for
from simulation.intervals import WILSON, told, with_ends
from simulation.layout import Floats
from simulation.service import fill_of
from simulation.settings import SimulationSettings, UncertaintySettings
from simulation.statistics import chance_interval, mean_interval
from simulation.trials import Progress, Trials, prepare, run_all

DISRUPTIONS = "disruptions of the scenario"
GATES, RAMPS = "queues at gates", "ramp-up of interventions"
PROGRAMMES, SCORES = "supplier programmes", "supplier scores"
SOURCES = {
    "yearly demand": ("demand_annual_cv", "demand_persistence", "demand_correlation"),
    "daily demand": ("demand_daily_cv",),
    "lead times": ("lead_time_cv",),
    "supplier outages": ("supplier_disruptions_per_year", "supplier_disruption_mean_days"),
    "lane closures": ("lane_disruptions_per_year", "lane_disruption_mean_days"),
    "site outages": ("site_disruptions_per_year", "site_disruption_mean_days"),
    "line breakdowns": ("breakdowns_per_year", "repair_mean_days"),
    "renewable output": ("renewable_cv", "renewable_daily_cv"),
    "late interventions": ("intervention_delay_mean_years",),
    "purchase prices": ("purchase_price_cv", "price_persistence"),
    "freight prices": ("freight_price_cv", "price_persistence"),
    "power prices": ("power_price_cv", "price_persistence"),
    "carbon price": ("carbon_price_cv", "price_persistence"),
    "input needs": ("input_need_cv",),
    "effects of interventions": ("intervention_effect_cv",),
    "interventions dropped": ("intervention_dropout",),
    "late departures": ("departure_delay_mean_days",),
    GATES: ("gates",),
    RAMPS: ("ramp_up",),
    PROGRAMMES: ("programmes",),
    SCORES: ("supplier_score_sd", "supplier_score_persistence"),
    DISRUPTIONS: ("disruptions",),
}
ALL = "all together"
MEASURES = {
    "cost": "present value of all cost",
    "emissions": "emissions of the pathway's accounts over the horizon",
    "service": "share of demand delivered over the horizon",
}


def one_source(uncertainty: UncertaintySettings, source: str) -> UncertaintySettings:
    """Return the settings in which `source` alone varies, as much as it does in `uncertainty`."""
    return replace(
        UncertaintySettings.off(), **{name: getattr(uncertainty, name) for name in SOURCES[source]}
    )


def sources_of(uncertainty: UncertaintySettings) -> list[str]:
    """Return the sources that vary: those whose first figure, and mean length if any, is above zero."""
    found = []
    for source, names in SOURCES.items():
        decisive = names if names[-1].endswith("_days") else names[:1]
        if all(getattr(uncertainty, name) > 0 for name in decisive):
            found.append(source)
    return found


def ladder(
    scenario: Scenario,
    plan: xr.Dataset,
    outcome: xr.Dataset,
    settings: SimulationSettings,
    progress: Progress | None = None,
    replanner: Replanner | None = None,
) -> xr.Dataset:
    """Return what each source of uncertainty alone does to the plan, beside all of them together.

    Parameters
    ----------
    outcome : the trials with all sources on; each rung has as many trials, from the same seed.
    progress : called with trials done and in all, over all rungs.
    replanner : makes the plan again inside trials, where the settings ask for that.

    Returns
    -------
    Dataset over ``source``, the last being all together. For cost, emissions (tCO2e over the horizon) and
    service: ``ladder_<measure>_added`` against the plan's twin, with the Student interval of its mean
    (``_low``, ``_high``), and ``ladder_<measure>_sd`` over trials; ``ladder_service_worst`` of the worst
    trial; ``ladder_chance_any`` of missing any cap in any period, with Wilson's interval.
    """
    count, seed = outcome.sizes["trial"], int(outcome.attrs["seed"])
    settings = replace(settings, trials=count, seed=seed, precision=None, price_draws=0)
    trials = prepare(scenario, plan, settings, asked_for(settings, replanner))
    there = {
        DISRUPTIONS: len(scenario.disruptions.label),
        GATES: len(scenario.gates.site),
        RAMPS: np.count_nonzero(scenario.interventions.ramp_up_years),
        PROGRAMMES: len(scenario.programmes),
        SCORES: len(scenario.scorecards.supplier),
    }
    sources = [source for source in sources_of(settings.uncertainty) if there.get(source, 1)]
    twin = _measured_alone(trials, UncertaintySettings.off(), outcome, None, (0, 0), 1)
    rungs = []
    for done, source in enumerate(sources):
        alone = one_source(settings.uncertainty, source)
        at = (done * settings.trials, len(sources) * settings.trials)
        rungs.append(_measured_alone(trials, alone, outcome, progress, at, settings.trials))
    rungs.append(_measured(outcome))
    found = xr.Dataset(coords={"source": [*sources, ALL]})
    _add_measures(found, rungs, twin, settings.confidence, settings.antithetic)
    return found


def _measured_alone(
    trials: Trials,
    uncertainty: UncertaintySettings,
    outcome: xr.Dataset,
    progress: Progress | None,
    at: tuple[int, int],
    count: int,
) -> dict[str, Floats]:
    """Run `count` trials under another uncertainty and return their measures."""
    pairs = trials.settings.antithetic and count > 1  # the twin is one trial
    settings = replace(trials.settings, uncertainty=uncertainty, trials=count, antithetic=pairs)

    def tell(done: int, _: int) -> None:
        if progress is not None:
            progress(at[0] + done, at[1])

    accounts, _ = run_all(
        replace(trials, settings=settings),
        float(outcome.attrs["simulate_seconds"]) / outcome.sizes["trial"],
        tell,
    )
    names = ("cost_npv", "emissions", "required", "delivered", "cap_missed")
    dims = {
        "cost_npv": ("trial",),
        "emissions": ("trial", "emission_account", "period"),
        "required": ("trial", "demand", "period"),
        "delivered": ("trial", "demand", "period"),
        "cap_missed": ("trial", "cap", "period"),
    }
    values = {name: (dims[name], np.array([getattr(a, name) for a in accounts])) for name in names}
    coords = {name: outcome[name] for name in ("emission_account", "years", "cap")}
    here = xr.Dataset(values, coords=coords, attrs=outcome.attrs)
    here["chance_of_missing"] = outcome["chance_of_missing"]
    return _measured(here)


def _measured(outcome: xr.Dataset) -> dict[str, Floats]:
    """Return each measure as one value a trial, (n,); `missed` says whether any cap was, in any period."""
    counted = json.loads(outcome.attrs["counted_accounts_json"])
    years = outcome["years"].to_numpy()
    emitted = outcome["emissions"].sel(emission_account=counted).sum("emission_account")
    asked, given = (
        outcome[name].transpose("trial", "demand", "period").to_numpy().sum(axis=1) @ years
        for name in ("required", "delivered")
    )
    holds = np.isfinite(outcome["chance_of_missing"])
    return {
        "cost": outcome["cost_npv"].to_numpy(),
        "emissions": emitted.transpose("trial", "period").to_numpy() @ years,
        "service": fill_of(given, asked),
        "missed": (outcome["cap_missed"].astype(bool) & holds).any(("cap", "period")).to_numpy(),
    }


def _add_measures(
    found: xr.Dataset, rungs: list[dict[str, Floats]], twin: dict[str, Floats], confidence: float, pairs: bool
) -> None:
    units, by = {"cost": "currency", "emissions": "tCO2e", "service": "1"}, ("source",)
    for name, meaning in MEASURES.items():
        added = np.array([mean_interval(rung[name] - twin[name][0], confidence, pairs) for rung in rungs])
        spread = np.array([rung[name].std(ddof=1) if len(rung[name]) > 1 else 0.0 for rung in rungs])
        words = f"mean change of the {meaning} against the plan's twin"
        found.update(with_ends(f"ladder_{name}_added", by, added.T, units[name], words))
        words = f"standard deviation over trials of the {meaning}"
        found[f"ladder_{name}_sd"] = (by, spread, told(units[name], words))
    worst = np.array([rung["service"].min() for rung in rungs])
    meaning = "share of demand delivered in the worst trial"
    found["ladder_service_worst"] = (by, worst, told("1", meaning))
    missed = np.array([rung["missed"] for rung in rungs]).T
    share, words = (
        chance_interval(missed, confidence, pairs),
        "share of trials that missed any cap in any period",
    )
    found.update(with_ends("ladder_chance_any", by, share, "1", words, called=WILSON))
