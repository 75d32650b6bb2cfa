"""A plan over several futures, as the views read it."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.names import activity_names, called, product_names
from reporting.reading import FloatArray, array, document, labels, number, numbers, offer_units, site_names

MOST = 8  # quantities that follow the future, of each family
NOTHING = 1e-6  # of a family's largest quantity: less is no difference


def futures(plan: xr.Dataset, accounts: list[str]) -> dict[str, Any] | None:
    """Gather what the futures cost and emit with what is decided now, and what that is worth.

    Parameters
    ----------
    accounts : emission accounts that make the total.

    Returns
    -------
    None where the plan is for the scenario alone. Else ``asked`` : ``method``, ``risk_weight``,
    ``risk_share``, ``until`` and ``decided_now`` (families). ``objective``, ``bound``, ``gap``, ``expected``
    and ``tail`` (mean cost of the costliest 1 - risk_share of chance), currency, present value.
    ``planning`` : what the decisions that are best for the mean of all futures cost more; ``knowing`` :
    what knowing the future could save; each ``value``, ``low``, ``high`` as far as gaps leave it open,
    or None.
    ``mean_fails_in`` : futures in which those decisions leave no plan; ``no_mean`` : why there is no mean.
    ``hedging`` : ``iterations``, ``disagreement``, ``agreed``, ``processes``; None for one model of all.
    ``members`` : one row a future: ``name``, ``chance``, ``cost``, ``alone`` (were it known to come),
    ``of_mean`` (with the decisions best for the mean), ``emissions`` (tCO2e a year in the last period),
    ``unmet`` (share of demand over the horizon). ``follows`` : one row a quantity of the last period that
    follows the future: ``family`` (purchase or run), ``name``, ``unit`` (empty: units of its own),
    ``values`` (one a future).
    """
    if "future" not in plan.dims:
        return None
    told = document(plan, "futures_json")
    nothing = [None] * plan.sizes["future"]
    costs = {
        key: numbers(plan[name].values) if name in plan else nothing
        for key, name in (
            ("chance", "future_chance"),
            ("cost", "future_total"),
            ("alone", "future_total_alone"),
            ("of_mean", "future_total_of_mean"),
        )
    }
    emitted = array(
        plan.sel(emission_account=accounts), "future_emissions", "future", "emission_account", "period"
    )
    unmet = _unmet(plan)
    rows = [
        {
            "name": name,
            **{key: values[f] for key, values in costs.items()},
            "emissions": number(emitted[f, :, -1].sum()),
            "unmet": None if unmet is None else number(unmet[f]),
        }
        for f, name in enumerate(labels(plan, "future"))
    ]
    return {
        "asked": {key: told[key] for key in ("method", "risk_weight", "risk_share", "until", "decided_now")},
        **{key: told[key] for key in ("objective", "bound", "gap")},
        "expected": told["expected_cost"],
        "tail": told["tail_cost"],
        "planning": told["value_of_planning"],
        "knowing": told["value_of_knowing"],
        "mean_fails_in": told["mean_plan_fails_in"],
        "no_mean": told["no_mean"],
        "hedging": told.get("hedging"),
        "members": rows,
        "follows": [*_purchases(plan), *_runs(plan)],
    }


def _unmet(plan: xr.Dataset) -> FloatArray | None:
    """Return the share of demand that each future leaves unserved, (F,)."""
    if "future_unmet" not in plan or "future_delivered" not in plan:
        return None
    years = array(plan, "years", "period")
    left, served = (
        array(plan, f"future_{name}", "future", "demand", "period").sum(axis=1) @ years
        for name in ("unmet", "delivered")
    )
    whole = left + served
    return np.divide(left, whole, out=np.zeros_like(left), where=whole > 0)


def _purchases(plan: xr.Dataset) -> list[dict[str, Any]]:
    if "future_purchase" not in plan:
        return []
    sites, goods = site_names(plan), product_names(plan)
    names = [
        f"{called(goods, product)}, {sites.get(site, site)}"
        for product, site in zip(labels(plan, "offer_product"), labels(plan, "offer_site"), strict=True)
    ]
    return _rows(
        "purchase", array(plan, "future_purchase", "future", "offer", "period"), names, offer_units(plan)
    )


def _runs(plan: xr.Dataset) -> list[dict[str, Any]]:
    if "future_run" not in plan:
        return []
    sites, processes = site_names(plan), activity_names(plan, "process")
    names = [
        f"{called(processes, process)}, {sites.get(site, site)}"
        for process, site in zip(
            labels(plan, "operation_process"), labels(plan, "operation_site"), strict=True
        )
    ]
    unit = "t" if all(p["unit"] == "t" for p in document(plan, "products_json").values()) else ""
    values = array(plan, "future_run", "future", "operation", "period")
    return _rows("run", values, names, [unit] * len(names))


def _rows(family: str, values: FloatArray, names: list[str], units: list[str]) -> list[dict[str, Any]]:
    """Return the quantities that follow the future most, those of one name together, (F, n, T) in."""
    sums: dict[tuple[str, str], FloatArray] = {}
    for i, key in enumerate(zip(names, units, strict=True)):
        sums[key] = sums.get(key, np.zeros(values.shape[0])) + values[:, i, -1]
    largest = max((float(np.abs(v).max(initial=0.0)) for v in sums.values()), default=0.0)
    apart = {key: float(np.ptp(v)) for key, v in sums.items() if np.ptp(v) > NOTHING * largest}
    order = sorted(apart, key=lambda key: -apart[key])[:MOST]
    return [
        {"family": family, "name": name, "unit": unit, "values": numbers(sums[name, unit])}
        for name, unit in order
    ]
