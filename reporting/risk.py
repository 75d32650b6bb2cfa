"""What the simulated futures say: ranges, the chance of missing each cap, service."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.reading import array, document, labels, number, numbers
from reporting.trials import disruption_rows, factor_chances, gate_rows, price_range, trial_tables

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def risk(plan: xr.Dataset, outcome: xr.Dataset) -> dict[str, Any] | None:
    """Sum up the simulated futures.

    Returns
    -------
    None when there are no trials; else quantiles of emissions (tCO2e per year) by period, chances
    by cap and period with counts, chance of missing a cap in any year, discounted cost and service.
    """
    trials = int(outcome.sizes.get("trial", 0) or outcome.attrs.get("trials", 0))
    if trials == 0:
        return None
    quantiles = {
        f"{level:g}": numbers(
            outcome["emissions_quantile"].sel(quantile=level, method="nearest", tolerance=1e-6).values
        )
        for level in LEVELS
    }
    return {
        "trials": trials,
        "seed": number(outcome.attrs.get("seed")),
        "stopping_rule": str(outcome.attrs.get("stopping_rule", "")),
        "quantiles": quantiles,
        "plan": numbers(array(outcome, "plan_emissions", "period")),
        "caps": [_cap(outcome, i, name) for i, name in enumerate(_cap_names(outcome))],
        "any": _chance(outcome, "chance_any", trials),
        "cost": _cost(plan, outcome),
        "service": _service(outcome),
        **trial_tables(plan, outcome),
        "disruptions": disruption_rows(outcome),
        "factor_chances": factor_chances(outcome),
        "gates": gate_rows(outcome),
        "price_range": price_range(outcome),
        "twin_error": number(outcome.attrs.get("twin_max_relative_error")),
        "seconds": number(outcome.attrs.get("simulate_seconds")),
        "site_days": number(outcome.attrs.get("site_days")),
        "events": number(outcome.attrs.get("events")),
        "uncertainty": document(outcome, "uncertainty_json"),
        "certainty": document(outcome, "certainty_json") or None,
        "replans": _replans(outcome),
    }


def _replans(outcome: xr.Dataset) -> dict[str, Any] | None:
    """Return what a plan made again could change, how often it was, and how often there was none."""
    if "replans" not in outcome:
        return None
    return {
        "decisions": str(outcome.attrs["replan_decisions"]),
        "asked": int(outcome["replans"].sum()),
        "kept": int(outcome["replans_kept"].sum()),
    }


def _cap_names(outcome: xr.Dataset) -> list[str]:
    """Return the caps of the outcome."""
    return labels(outcome, "cap") if outcome.sizes.get("cap", 0) else []


def _cap(outcome: xr.Dataset, position: int, name: str) -> dict[str, Any]:
    """Gather how often one cap was missed, by period and ever."""
    missed = np.asarray(
        outcome["cap_missed"].isel(cap=position).transpose("trial", "period").values, dtype=bool
    )
    row = outcome.isel(cap=position)
    return {
        "key": name,
        "missed": [int(v) for v in missed.sum(axis=0).tolist()],
        "chance": numbers(array(row, "chance_of_missing", "period")),
        "low": numbers(array(row, "chance_low", "period")),
        "high": numbers(array(row, "chance_high", "period")),
        "ever": _chance(row, "chance_ever", len(missed)),
    }


def _chance(outcome: xr.Dataset, name: str, trials: int) -> dict[str, Any]:
    """Gather a chance without dimensions: how often it happened, its share of trials and the interval."""
    chance, low, high = (float(outcome[name + end]) for end in ("", "_low", "_high"))
    return {"missed": round(chance * trials), "chance": chance, "low": low, "high": high}


def _cost(plan: xr.Dataset, outcome: xr.Dataset) -> dict[str, Any]:
    """Give the range of discounted cost beside the plan's."""
    drawn = array(outcome, "cost_npv", "trial")
    low, middle, high = (float(v) for v in np.quantile(drawn, [0.05, 0.5, 0.95]))
    return {
        "plan": float(array(plan, "cost_npv", "cost_account").sum()),
        "p5": low,
        "median": middle,
        "p95": high,
        "worst": {
            key: number(outcome[f"cost_tail_mean{end}"])
            for key, end in (("mean", ""), ("low", "_low"), ("high", "_high"))
        },
    }


def _service(outcome: xr.Dataset) -> dict[str, Any] | None:
    """Give the share of demand delivered, mean and the worst 1 in 20, None without demand."""
    fill = array(outcome, "fill_rate", "trial", "period")
    if not np.isfinite(fill).any():
        return None
    return {"mean": numbers(np.nanmean(fill, axis=0)), "p5": numbers(np.nanquantile(fill, 0.05, axis=0))}
