"""What each lever brings and how inputs swing the plan, as the views read them; None where not asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.moments import lengths
from reporting.names import activity_names, called
from reporting.reading import FloatArray, array, labels, number

NOTHING = 1e-6  # share of today's emissions below which a cut is none


def abatement(plan: xr.Dataset, reference: xr.Dataset, accounts: list[str]) -> dict[str, Any] | None:
    """Gather the abatement curve.

    Parameters
    ----------
    accounts : emission accounts that make the total.

    Returns
    -------
    ``levers`` : one row each, in the order of the scenario: ``key``, ``family`` (intervention, power,
    suppliers, mode), ``name``, ``used``, ``way`` (how the rest of the plan was treated); ``cut``, tCO2e over
    the horizon that the plan would emit more without it, ``cut_last``, tCO2e a year in the last period,
    ``cost``, present value it adds, ``per_tonne``, None where it cuts nothing; the same of the lever alone in
    today's chain under ``alone_``. ``dearest`` : present currency per t of the dearest tonne that a cap buys,
    None without caps. ``total`` : what the plan cuts over the horizon.
    """
    if "lever" not in plan.dims:
        return None
    years = np.asarray(lengths(plan), dtype=float)
    today = _total(reference, accounts, years)
    names, modes = labels(plan, "lever_name"), activity_names(plan, "mode")
    found = []
    for i, (key, family) in enumerate(zip(labels(plan, "lever"), labels(plan, "lever_family"), strict=True)):
        row = plan.isel(lever=i)
        found.append(
            {
                "key": key,
                "family": family,
                "name": called(modes, names[i]) if family == "mode" else names[i].replace("_", " "),
                "used": bool(row["lever_used"] > 0.5),
                "way": str(row["lever_way"].values),
                **_brought(row, "", years, today),
                **_brought(row, "alone_", years, today),
            }
        )
    dearest = float(np.max(plan["cap_price"].values, initial=0.0))
    return {
        "levers": found,
        "dearest": dearest if dearest > 0 else None,
        "total": today - _total(plan, accounts, years),
    }


def _total(dataset: xr.Dataset, accounts: list[str], years: FloatArray) -> float:
    yearly = array(dataset.sel(emission_account=accounts), "emissions", "emission_account", "period")
    return float(yearly.sum(axis=0) @ years)


def _brought(row: xr.Dataset, prefix: str, years: FloatArray, today: float) -> dict[str, float | None]:
    cut = array(row, f"lever_{prefix}cut", "period")
    in_all, cost = number(cut @ years), number(row[f"lever_{prefix}cost"])
    counts = in_all is not None and abs(in_all) > NOTHING * max(abs(today), 1.0)
    per_tonne = cost / in_all if counts and in_all is not None and cost is not None else None
    return {
        f"{prefix}cut": in_all,
        f"{prefix}cut_last": number(cut[-1]),
        f"{prefix}cost": cost,
        f"{prefix}per_tonne": per_tonne,
    }


def tornado(plan: xr.Dataset, accounts: list[str]) -> dict[str, Any] | None:
    """Gather the swings of the plan's inputs, the widest in cost first.

    Returns
    -------
    ``cost`` and ``emissions`` of the plan, present value and tCO2e over the horizon; ``inputs`` : one row
    each: ``key``, ``kind`` (factor on what the tables say, or rate), ``usual``, and ``ends``, low and high:
    ``amount``, ``state`` (solved, same, impossible, unknown), ``cost``, ``slack`` (how much lower the least
    cost may be, by the gap of the solve), ``emissions``, ``cost_change`` and
    ``emissions_change`` from the plan, ``clear``: whether the change in cost is more than the gaps of both
    solves, ``decisions``: interventions decided otherwise.
    """
    if "tornado_input" not in plan.dims:
        return None
    years = np.asarray(lengths(plan), dtype=float)
    cost = float(plan["cost_npv"].sum())
    gap = number(plan.attrs.get("gap")) or 0.0
    emitted = _total(plan, accounts, years)
    base = {"cost": cost, "bound": cost - abs(cost * gap), "emissions": emitted}
    found = [
        {
            "key": key,
            "kind": kind,
            "usual": number(plan["tornado_usual"].values[i]),
            "ends": [_end(plan.isel(tornado_input=i, tornado_end=e), base, years) for e in range(2)],
        }
        for i, (key, kind) in enumerate(
            zip(labels(plan, "tornado_input"), labels(plan, "tornado_kind"), strict=True)
        )
    ]
    return {"cost": cost, "emissions": emitted, "inputs": sorted(found, key=swing, reverse=True)}


def _end(row: xr.Dataset, base: dict[str, float], years: FloatArray) -> dict[str, Any]:
    state = str(row["tornado_state"].values)
    cost, bound = number(row["tornado_cost"]), number(row["tornado_bound"])
    emitted = number(array(row, "tornado_emissions", "period") @ years)
    if state == "same":
        cost, bound, emitted = base["cost"], base["bound"], base["emissions"]
    clear = cost is not None and bound is not None and (bound > base["cost"] or cost < base["bound"])
    return {
        "end": str(row["tornado_end"].values),
        "amount": number(row["tornado_amount"]),
        "state": state,
        "cost": cost,
        "slack": None if cost is None or bound is None else cost - bound,
        "cost_change": None if cost is None else cost - base["cost"],
        "emissions": emitted,
        "emissions_change": None if emitted is None else emitted - base["emissions"],
        "clear": clear and state != "same",
        "decisions": number(row["tornado_changed"]),
    }


def swing(row: dict[str, Any]) -> float:
    """Return between which changes in cost an input moves the plan."""
    changes = [end["cost_change"] for end in row["ends"] if end["cost_change"] is not None]
    return max([0.0, *changes]) - min([0.0, *changes])
