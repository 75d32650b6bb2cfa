"""What stands beside the chain's emissions: spared to others, displaced, and bought to offset."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.language import N_
from reporting.moments import period_keys
from reporting.reading import array, labels, number, numbers

QUANTILES = (0.05, 0.95)
SPARED, DISPLACED = "avoided_emissions", "displaced_emissions"
NAMES = {
    SPARED: N_("Avoided by the use of goods"),
    DISPLACED: N_("Emitted by rivals instead"),
    "avoided_coal": N_("Standard coal avoided"),
    "displaced_coal": N_("Standard coal that rivals use instead"),
    "offsets_retired": N_("Offsets bought and retired"),
    "nature_based_removals_retired": N_("Nature-based removals bought and retired"),
    "engineered_removals_retired": N_("Engineered removals bought and retired"),
}


def beside(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset | None) -> dict[str, Any] | None:
    """Gather the lines beside the emissions, per year in the unit of each; None where the plan has none.

    Returns
    -------
    ``counted_under``: names of the caps that count offsets. ``lines``: account, name, unit, figures of plan
    and reference by period, and what 90 % of trials lie between. ``pools``: name, drawn and today by period,
    product units. ``offsets``: name, kind, t by period.
    """
    if "beside" not in plan:
        return None
    ours = array(plan, "beside", "beside_account", "period")
    theirs = array(reference, "beside", "beside_account", "period") if "beside" in reference else None
    tried = None if outcome is None or "beside" not in outcome else outcome["beside"]
    units = labels(plan, "beside_unit")
    lines = []
    for k, account in enumerate(labels(plan, "beside_account")):
        if not ours[k].any() and (theirs is None or not theirs[k].any()):
            continue
        spread = None
        if tried is not None:
            drawn = array(tried.sel(beside_account=account).to_dataset(), "beside", "trial", "period")
            low, high = np.quantile(drawn, QUANTILES, axis=0)
            spread = {"low": numbers(low), "high": numbers(high)}
        lines.append(
            {
                "account": account,
                "name": NAMES[account],
                "unit": units[k].removesuffix("/year"),
                "plan": numbers(ours[k]),
                "reference": None if theirs is None else numbers(theirs[k]),
                "trials": spread,
            }
        )
    pools = [
        {
            "name": name,
            "drawn": numbers(array(plan, "pool_drawn", "pool", "period")[g]),
            "today": numbers(array(plan, "pool_today", "pool", "period")[g]),
        }
        for g, name in enumerate(labels(plan, "pool_name"))
    ]
    bought = array(plan, "offset_bought", "offset", "period")
    offsets = [
        {"name": name, "kind": kind, "bought": numbers(bought[f])}
        for f, (name, kind) in enumerate(
            zip(labels(plan, "offset_name"), labels(plan, "offset_kind"), strict=True)
        )
        if bought[f].any()
    ]
    counted_under = [name for name in plan["beside"].attrs["counted_under"].split(";") if name]
    return {"counted_under": counted_under, "lines": lines, "pools": pools, "offsets": offsets}


def beside_summary(plan: xr.Dataset) -> dict[str, Any]:
    """Return what ``summary.json`` says beside the emissions: by account and period, per year in its unit."""
    if "beside" not in plan:
        return {}
    values = array(plan, "beside", "beside_account", "period")
    keys = period_keys(plan)
    return {
        account: dict(zip(keys, map(number, values[k]), strict=True))
        for k, account in enumerate(labels(plan, "beside_account"))
        if values[k].any()
    }
