"""What a plan and its trials say of targets, statuses, parks, basins, labels and tasks, for the payload."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from reporting.moments import period_keys
from reporting.names import called, product_names
from reporting.reading import FloatArray, array, labels, number, numbers, site_names

MET, MISSED, NOT_DUE, NOT_MEASURED = "met", "missed", "not due", "not measured"


def programme(plan: xr.Dataset, outcome: xr.Dataset | None, counted: list[str]) -> dict[str, Any]:
    """Gather targets with limit, plan and simulated figures by period, and what else programmes ask for.

    `counted` : emission accounts that make the total. What the plan does not have comes back empty.
    """
    return {
        "targets": _targets(plan, outcome) if "target_value" in plan else [],
        "statuses": _statuses(plan) if "site_status" in plan else [],
        "parks": _parks(plan, counted) if "site_park" in plan.coords else [],
        "basins": _basins(plan) if "basin_water" in plan else [],
        "labels": _labels(plan) if "demand_label" in plan else [],
        "life_cycle": _life_cycle(plan) if "intervention_life_cycle" in plan.coords else [],
        "tasks": json.loads(plan.attrs.get("tasks_json", "[]")),
    }


def _targets(plan: xr.Dataset, outcome: xr.Dataset | None) -> list[dict[str, Any]]:
    dims = ("target", "period")
    value, limit, missed = (array(plan, f"target_{name}", *dims) for name in ("value", "limit", "missed"))
    told = {name: labels(plan, f"target_{name}") for name in ("name", "programme", "measure", "kind", "unit")}
    played = outcome is not None and "target_mean" in outcome
    found = []
    for k, key in enumerate(labels(plan, "target")):
        row: dict[str, Any] = {"key": key} | {name: words[k] for name, words in told.items()}
        row["enforced"] = bool(plan["target_enforced"].values[k])
        row["limit"], row["plan"] = numbers(limit[k]), numbers(value[k])
        row["missed"] = [bool(m) for m in missed[k] > 0]
        row["verdict"] = verdict(value[k], limit[k], missed[k])
        row["price"] = (
            numbers(array(plan, "dual_target_kept", *dims)[k]) if "dual_target_kept" in plan else None
        )
        row["simulated"] = None
        if played and outcome is not None:
            row["simulated"] = {
                name: numbers(array(outcome, f"target_{name}", *dims)[k])
                for name in ("mean", "mean_low", "mean_high", "chance", "chance_low", "chance_high")
            }
        found.append(row)
    return found


def programme_summary(plan: xr.Dataset, outcome: xr.Dataset | None) -> dict[str, Any]:
    """Return what ``summary.json`` says: verdicts and yearly figures of targets, and tasks exercised."""
    shown = programme(plan, outcome, [])
    periods = period_keys(plan)
    targets = {
        row["key"]: {
            "verdict": row["verdict"],
            "limit": dict(zip(periods, row["limit"], strict=True)),
            "plan": dict(zip(periods, row["plan"], strict=True)),
            "simulated": dict(zip(periods, row["simulated"]["mean"], strict=True))
            if row["simulated"]
            else {},
        }
        for row in shown["targets"]
    }
    tasks = {each["list"]: [t["number"] for t in each["tasks"] if t["by"]] for each in shown["tasks"]}
    return {"targets": targets, "tasks_exercised": tasks}


def verdict(value: FloatArray, limit: FloatArray, missed: FloatArray) -> str:
    """Return what a plan makes of a target: met, missed, not due within the horizon, or not measured."""
    if not np.nan_to_num(value).any() and not np.isfinite(limit).any():
        return NOT_MEASURED  # the case has no such figures
    if not np.isfinite(limit).any():
        return NOT_DUE
    return MISSED if missed.any() else MET


def _statuses(plan: xr.Dataset) -> list[dict[str, Any]]:
    reached, names = array(plan, "site_status", "status", "site", "period"), site_names(plan)
    sites = labels(plan, "site")
    return [
        {
            "key": status,
            "count": [int(n) for n in reached[s].sum(axis=0)],
            "first": [names[sites[i]] for i in np.flatnonzero(reached[s, :, 0] > 0)],
            "last": [names[sites[i]] for i in np.flatnonzero(reached[s, :, -1] > 0)],
        }
        for s, status in enumerate(labels(plan, "status"))
    ]


def _parks(plan: xr.Dataset, counted: list[str]) -> list[dict[str, Any]]:
    """Return each park's emissions, energy and water by period: sums over its sites."""
    of_site = np.array(labels(plan, "site_park"))
    emitted = array(
        plan.sel(emission_account=counted), "site_emissions", "emission_account", "site", "period"
    )
    figures = {"emissions": emitted.sum(axis=0)}
    figures |= {
        name: array(plan, f"site_{name}", "site", "period")
        for name in ("energy", "water")
        if f"site_{name}" in plan
    }
    return [
        {
            "key": park,
            "sites": int((of_site == park).sum()),
            **{name: numbers(values[of_site == park].sum(axis=0)) for name, values in figures.items()},
        }
        for park in dict.fromkeys(of_site.tolist())
        if park
    ]


def _life_cycle(plan: xr.Dataset) -> list[dict[str, Any]]:
    """Return how many interventions of each life-cycle category are on offer, and how many are decided."""
    about = [text.split("; ") for text in labels(plan, "intervention_life_cycle")]
    decided = np.asarray((array(plan, "adopt", "intervention", "period") > 0.5).any(axis=1))
    names = dict.fromkeys(name for each in about for name in each if name)
    members = {name: [i for i, each in enumerate(about) if name in each] for name in names}
    return [
        {"key": name, "offered": len(mine), "decided": int(decided[mine].sum())}
        for name, mine in members.items()
    ]


def _basins(plan: xr.Dataset) -> list[dict[str, Any]]:
    drawn, limit = (array(plan, f"basin_{name}", "basin", "period") for name in ("water", "limit"))
    return [
        {"key": basin, "drawn": numbers(drawn[b]), "limit": numbers(limit[b])}
        for b, basin in enumerate(labels(plan, "basin"))
    ]


def _labels(plan: xr.Dataset) -> list[dict[str, Any]]:
    """Return what is delivered with a label class, by customer and period."""
    footprint, names = array(plan, "demand_footprint", "demand", "period"), site_names(plan)
    earned = plan["demand_label"].transpose("demand", "period").values
    product, site = labels(plan, "demand_product"), labels(plan, "demand_site")
    goods = product_names(plan)
    return [
        {
            "product": called(goods, product[d]),
            "customer": names[site[d]],
            "footprint": [number(v) for v in footprint[d]],
            "label": [str(v) for v in earned[d]],
        }
        for d in range(len(product))
        if any(str(v) for v in earned[d])
    ]
