"""Two plans under the same luck: paired differences of what their trials cost, emitted and delivered."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from scenarios.errors import ConfigError
from simulation.layout import Floats
from simulation.statistics import Difference, paired_difference

SHARED = {
    "seed": "seed",
    "uncertainty_json": "uncertainty",
    "policy_json": "policy",
    "confidence": "confidence",
}


def paired_comparison(before: xr.Dataset, after: xr.Dataset) -> dict[str, Difference]:
    """Return what `after` does otherwise than `before` in the same futures, by what is measured.

    Trial n of both has the same demand, outages and lead times wherever both plans have the same customer,
    site or lane, so the luck that both share cancels out.

    Parameters
    ----------
    before, after : outcomes of trials of one scenario; of unequal numbers of trials, the first count.

    Returns
    -------
    Differences of present cost (currency), emissions over the horizon and of each period (tCO2e, tCO2e a
    year) and the share of demand delivered, over all trials.

    Raises
    ------
    ConfigError : the outcomes do not share their luck, or there is but one trial.
    """
    for name, words in SHARED.items():
        if before.attrs[name] != after.attrs[name]:
            message = f"the trials differ in {words}: try both plans under the same settings of simulation"
            raise ConfigError(message)
    if before["period"].to_numpy().tolist() != after["period"].to_numpy().tolist():
        message = "the trials are of different periods"
        raise ConfigError(message)
    count = min(before.sizes["trial"], after.sizes["trial"])
    if count < 2:
        message = "a paired comparison needs at least two trials of each plan"
        raise ConfigError(message)
    confidence, pairs = float(before.attrs["confidence"]), _in_pairs(before)
    if pairs != _in_pairs(after):
        message = "the trials of one plan come in antithetic pairs: try both plans the same way"
        raise ConfigError(message)
    measured = [_measured(outcome.isel(trial=slice(count))) for outcome in (after, before)]
    return {
        name: paired_difference(values, measured[1][name], confidence, pairs)
        for name, values in measured[0].items()
    }


def _in_pairs(outcome: xr.Dataset) -> bool:
    """Return whether trials come in antithetic pairs; those of runs from before there were any do not."""
    return bool(outcome.attrs.get("antithetic", 0))


def _measured(outcome: xr.Dataset) -> dict[str, Floats]:
    """Return each measure as one value a trial, (n,)."""
    counted = json.loads(outcome.attrs["counted_accounts_json"])
    totals = {
        "emissions": outcome["emissions"].sel(emission_account=counted).sum("emission_account"),
        "asked": outcome["required"].sum("demand"),
        "given": outcome["delivered"].sum("demand"),
    }
    emissions, asked, given = (total.transpose("trial", "period").to_numpy() for total in totals.values())
    years = outcome["years"].to_numpy()
    periods = [str(period) for period in outcome["period"].to_numpy()]
    return {
        "cost, present value": outcome["cost_npv"].to_numpy(),
        "emissions over the horizon": emissions @ years,
        **{f"emissions {period}": emissions[:, t] for t, period in enumerate(periods)},
        "share of demand delivered": (given @ years) / np.maximum(asked @ years, 1e-12),
    }


def comparison_text(before: xr.Dataset, after: xr.Dataset, currency: str) -> str:
    """Return the paired differences as a table in words and figures; raises as `paired_comparison` does."""
    found = paired_comparison(before, after)
    trials, sure = min(before.sizes["trial"], after.sizes["trial"]), float(before.attrs["confidence"])
    units = {
        "cost": (f"million {currency}", 1e6),
        "emissions": ("kt CO2e", 1e3),
        "share": ("percentage points", 1e-2),
    }
    lines = [f"\nin {trials} futures that both plans share: mean difference and its {sure:.0%} interval"]
    for name, one in found.items():
        unit, divisor = units[name.split()[0].rstrip(",")]
        ends = f"{one.low / divisor:+,.3f} to {one.high / divisor:+,.3f} {unit}"
        narrower = f"; {one.factor:.1f} times narrower than unpaired" if np.isfinite(one.factor) else ""
        clear = "" if one.clear else "; no clear difference"
        lines.append(f"  {name:<28}{one.mean / divisor:+,.3f} ({ends}{narrower}{clear})")
    return "\n".join(lines)
