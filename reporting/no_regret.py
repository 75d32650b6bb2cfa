"""Which decisions nearly all good plans share and what flips the others, as the views read it."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.measures import interventions
from reporting.reading import FloatArray, array, document, labels, number, numbers

FAMILIES = ("alternative", "sampled_future")
FIGURES, RANGE = ("value", "near", "far", "reach"), ("usual", "low", "high")


def no_regret(plan: xr.Dataset) -> dict[str, Any] | None:
    """Gather plans nearly as cheap, plans of other futures, what they decide and what flips decisions.

    Returns
    -------
    None where it was not asked for. Else ``asked`` : ``plans`` beside the plan, ``within`` (share of cost),
    ``present`` (share from which a decision counts as in nearly all), ``ended`` (asked, no_more, time),
    ``unproven`` (plans that may not be as different as can be, as time was up).
    ``alternatives`` and ``futures`` : one row a plan, the plan itself first among the alternatives: ``name``,
    ``cost`` and ``low`` (present value, and what no plan with these decisions can undercut), ``emissions``
    (tCO2e over the horizon), ``other`` (decisions taken otherwise than in the plan). ``missing`` : futures
    without a plan, by name, and whether that is proven. ``decisions`` : one row an intervention that the
    pathway can decide: ``key``, ``name``, ``kind``, ``site``, ``chosen`` (in the plan), ``alternatives`` and
    ``futures`` (share of plans with it, the plan counted in both; None where there are none), ``verdict``
    (always, never, mixed; None without other plans). ``inputs`` : ``key``, ``usual``, ``low``, ``high``.
    ``flips`` : one row a decision and input asked about: ``decision``, ``input``, ``open`` and, ``below`` and
    ``above`` the usual value, ``value`` (None: it does not flip), ``near``, ``far``, ``reach``.
    """
    if "alternative" not in plan.dims:
        return None
    told = document(plan, "alternatives_json")
    decided = {
        family: array(plan, f"{family}_decided", family, "intervention") > 0.5
        for family in FAMILIES
        if plan.sizes[family]
    }
    ours = decided["alternative"][0]
    shares = _shares(decided, ours, int(told["plans"]))
    return {
        "asked": {name: told[name] for name in ("plans", "within", "present", "ended", "unproven")},
        "alternatives": _plans(plan, "alternative", ours, [""] * plan.sizes["alternative"]),
        "futures": _plans(plan, "sampled_future", ours, labels(plan, "sampled_future")),
        "missing": told["missing"],
        "decisions": _decisions(plan, shares, float(told["present"])),
        "inputs": [
            {
                "key": key,
                **{name: float(plan[f"tipping_{name}"].values[i]) for name in ("usual", "low", "high")},
            }
            for i, key in enumerate(labels(plan, "tipping_input"))
        ],
        "flips": _flips(plan),
    }


def _shares(decided: dict[str, Any], ours: Any, plans: int) -> dict[str, FloatArray | None]:
    """Return the share of plans with each decision, (I,), of alternatives and of futures."""
    futures = decided.get("sampled_future")
    return {
        "alternatives": decided["alternative"].mean(axis=0) if plans else None,
        "futures": None if futures is None else np.vstack([ours, futures]).mean(axis=0),
    }


def _plans(plan: xr.Dataset, family: str, ours: FloatArray, names: list[str]) -> list[dict[str, Any]]:
    if not names:
        return []
    decided = array(plan, f"{family}_decided", family, "intervention") > 0.5
    columns = {
        "cost": numbers(plan[f"{family}_cost"].values),
        "low": numbers(plan[f"{family}_cost_low"].values),
        "emissions": numbers(plan[f"{family}_emissions"].values),
        "other": (decided != ours).sum(axis=1).tolist(),
    }
    return [
        {"name": name, **{column: values[p] for column, values in columns.items()}}
        for p, name in enumerate(names)
    ]


def _decisions(
    plan: xr.Dataset, shares: dict[str, FloatArray | None], present: float
) -> list[dict[str, Any]]:
    """Return a row an intervention that can be decided, as the plan lists them."""
    place = {key: i for i, key in enumerate(labels(plan, "intervention"))}
    known = plan["decision_known"].values > 0.5
    found = []
    for row in interventions(plan):
        i = place[row["key"]]
        if known[i] or row["chosen"]:
            each = {name: None if share is None else float(share[i]) for name, share in shares.items()}
            told = {name: row[name] for name in ("key", "name", "kind", "site", "chosen")}
            found.append({**told, **each, "verdict": _verdict([*each.values()], present)})
    return found


def _verdict(shares: list[float | None], present: float) -> str | None:
    known = [share for share in shares if share is not None]
    if not known:
        return None
    if min(known) >= present - 1e-9:
        return "always"
    return "never" if max(known) == 0 else "mixed"


def _flips(plan: xr.Dataset) -> list[dict[str, Any]]:
    asked = array(plan, "tipping_asked", "tipping_input", "intervention") > 0.5
    dims = ("tipping_side", "tipping_input", "intervention")
    figures = {name: array(plan, f"tipping_{name}", *dims) for name in (*FIGURES, "open")}
    inputs, keys = labels(plan, "tipping_input"), labels(plan, "intervention")
    return [
        {
            "decision": keys[i],
            "input": inputs[p],
            "open": bool((figures["open"][:, p, i] > 0).any()),
            **{
                side: {name: number(figures[name][s, p, i]) for name in FIGURES}
                for s, side in enumerate(labels(plan, "tipping_side"))
            },
        }
        for i, p in np.argwhere(asked.T).tolist()
    ]
