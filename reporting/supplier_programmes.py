"""Supplier programmes and primary data: who is how far by when, and what data would remove at which cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.moments import lengths
from reporting.reading import array, labels

REACHED = ("stage_reached_mean", "stage_reached_low", "stage_reached_high")


def funnel(plan: xr.Dataset, outcome: xr.Dataset | None) -> list[dict[str, Any]]:
    """Return each stage of each programme by period: seats, who is expected, and who came in trials."""
    if "stage_seats" not in plan:
        return []
    dims = ("programme_stage", "period")
    seats, expected = (array(plan, name, *dims) for name in ("stage_seats", "stage_expected"))
    tried = outcome is not None and REACHED[0] in outcome
    came = [array(outcome, name, *dims) for name in REACHED] if outcome is not None and tried else None
    return [
        {
            "stage": name.replace("_", " "),
            "seats": seats[k].tolist(),
            "expected": expected[k].tolist(),
            "reached": None if came is None else [values[k].tolist() for values in came],
        }
        for k, name in enumerate(labels(plan, "programme_stage"))
    ]


def data_worth(plan: xr.Dataset, outcome: xr.Dataset | None) -> list[dict[str, Any]]:
    """Return interventions that verify footprints, the cheapest data first; none where nothing does.

    ``markup`` and ``uncertainty`` are tCO2e over the horizon: default mark-up removed, and standard
    deviation of the footprint's emissions removed (None without trials under uncertain factors).
    ``price`` is currency per tonne of both, None where there is nothing to remove.
    """
    if "verification_cost" not in plan:
        return []
    years = np.asarray(lengths(plan), dtype=float)
    dims = ("verification", "period")
    marked, emitted = (array(plan, f"verification_{name}", *dims) @ years for name in ("markup", "emissions"))
    cost, chance = (array(plan, f"verification_{name}", "verification") for name in ("cost", "chance"))
    narrowed = None
    if outcome is not None and "verification_uncertainty" in outcome:
        narrowed = array(outcome, "verification_uncertainty", "verification")
    name_of = dict(zip(labels(plan, "intervention"), labels(plan, "intervention_name"), strict=True))
    bought = np.atleast_1d((array(plan, "adopt", "intervention", "period") > 0.5).any(axis=1))
    chosen = dict(zip(labels(plan, "intervention"), list(bought), strict=True))
    rows = []
    for k, label in enumerate(labels(plan, "verification")):
        uncertainty = None if narrowed is None else float(narrowed[k])
        removed = float(marked[k]) + (uncertainty or 0.0)
        rows.append(
            {
                "key": label,
                "name": name_of[label] or label,
                "cost": float(cost[k]),
                "chance": float(chance[k]),
                "emissions": float(emitted[k]),
                "markup": float(marked[k]),
                "uncertainty": uncertainty,
                "price": float(cost[k]) / removed if removed > 0 else None,
                "bought": bool(chosen[label]),
            }
        )
    return sorted(rows, key=lambda row: (row["price"] is None, row["price"] or 0.0, row["key"]))
