"""Two plans under the same luck: paired differences of what their trials cost, emitted and delivered."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import xarray as xr

from scenarios.errors import ConfigError
from simulation.layout import Floats
from simulation.statistics import Difference, discordant_difference, paired_difference

MEASURES = {"cost": "currency", "emissions": "tCO2e", "emissions_last": "tCO2e/year", "missed": "1"}
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
    reason = _differ_in([before, after])
    if reason == "periods":
        message = "the trials are of different periods"
        raise ConfigError(message)
    if reason == "pairs":
        message = "the trials of one plan come in antithetic pairs: try both plans the same way"
        raise ConfigError(message)
    if reason:
        message = f"the trials differ in {reason}: try both plans under the same settings of simulation"
        raise ConfigError(message)
    count = min(before.sizes["trial"], after.sizes["trial"])
    if count < 2:
        message = "a paired comparison needs at least two trials of each plan"
        raise ConfigError(message)
    confidence, pairs = float(before.attrs["confidence"]), _in_pairs(before)
    measured = [_measured(outcome.isel(trial=slice(count))) for outcome in (after, before)]
    return {
        name: paired_difference(values, measured[1][name], confidence, pairs)
        for name, values in measured[0].items()
    }


def paired_among(tried: Mapping[str, tuple[xr.Dataset | None, str]]) -> xr.Dataset | None:
    """Return :func:`paired_differences` of plans, each with its main cap; None if one has no trials."""
    outcomes = {name: outcome for name, (outcome, _) in tried.items() if outcome is not None}
    if not tried or len(outcomes) < len(tried):
        return None
    return paired_differences(outcomes, {name: cap for name, (_, cap) in tried.items()})


def paired_differences(outcomes: Mapping[str, xr.Dataset], main_caps: Mapping[str, str]) -> xr.Dataset:
    """Return what every plan does otherwise than every other in the same futures.

    Parameters
    ----------
    outcomes : trials by the name of their plan. main_caps : by the same name, the cap that a plan may
        miss; empty where it has none.

    Returns
    -------
    ``mean``, ``low`` and ``high`` of ``plan`` less ``other`` over ``measure``: present cost, emissions over
    the horizon and of the last period, and the share of futures that miss the main cap in its last period;
    NaN where one has no cap. Attributes: ``trials`` compared, and ``differs_in``, why the futures are not the
    same, empty where they are; else all is NaN: a setting of :data:`SHARED`, ``periods``, ``pairs`` or
    ``trials``.
    """
    names = list(outcomes)
    found = np.full((3, len(names), len(names), len(MEASURES)), np.nan)
    count = min((outcome.sizes["trial"] for outcome in outcomes.values()), default=0)
    reason = _differ_in(list(outcomes.values())) or ("trials" if count < 2 else "")
    if not reason and len(names) > 1:
        first = next(iter(outcomes.values()))
        sure, pairs = float(first.attrs["confidence"]), _in_pairs(first)
        seen = [_decisive(outcomes[n].isel(trial=slice(count)), main_caps.get(n, "")) for n in names]
        for i, one in enumerate(seen):
            for j, other in enumerate(seen):
                for m, name in enumerate(MEASURES):
                    if i == j or name not in one or name not in other:
                        continue
                    if name == "missed" and not pairs:
                        found[:, i, j, m] = discordant_difference(one[name], other[name], sure)
                    else:
                        difference = paired_difference(one[name], other[name], sure, pairs)
                        found[:, i, j, m] = difference.mean, difference.low, difference.high
    dims = ("plan", "other", "measure")
    return xr.Dataset(
        {end: (dims, values) for end, values in zip(("mean", "low", "high"), found, strict=True)},
        coords={"plan": names, "other": names, "measure": list(MEASURES)},
        attrs={"trials": count, "differs_in": reason},
    )


def _differ_in(outcomes: list[xr.Dataset]) -> str:
    """Return the first thing that keeps trials from sharing their futures; empty when they do."""
    first, *rest = outcomes or [xr.Dataset()]
    for other in rest:
        for name, words in SHARED.items():
            if first.attrs[name] != other.attrs[name]:
                return words
        if first["period"].to_numpy().tolist() != other["period"].to_numpy().tolist():
            return "periods"
        if _in_pairs(first) != _in_pairs(other):
            return "pairs"
    return ""


def _decisive(outcome: xr.Dataset, main_cap: str) -> dict[str, Floats]:
    """Return each of :data:`MEASURES` that there is as one value a trial, (n,)."""
    measured = _measured(outcome)
    last = str(outcome["period"].to_numpy()[-1])
    found = {
        "cost": measured["cost, present value"],
        "emissions": measured["emissions over the horizon"],
        "emissions_last": measured[f"emissions {last}"],
    }
    if main_cap and main_cap in outcome["cap"].to_numpy().tolist():
        row = outcome.sel(cap=main_cap)
        held = np.flatnonzero(np.isfinite(row["chance_of_missing"].transpose("period").to_numpy()))
        if held.size:
            missed = row["cap_missed"].transpose("trial", "period").to_numpy()
            found["missed"] = missed[:, held[-1]].astype(float)
    return found


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


def comparison_text(before: xr.Dataset | None, after: xr.Dataset | None, currency: str) -> str:
    """Return the paired differences as a table in words and figures; raises as `paired_comparison` does."""
    if before is None or after is None:
        return "\nnot both plans were simulated: no comparison of their futures"
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
