"""Allowances, borders and break-even prices of a plan, as the views read them."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.names import product_names
from reporting.reading import array, labels, numbers, site_names

SMALLEST = 1e-6  # what is less is solver dust
PAID = ("allowances", "border_adjustment")


def carbon_money(plan: xr.Dataset, reference: xr.Dataset) -> dict[str, Any]:
    """Gather what emissions cost in markets and at borders, and from which price interventions pay.

    Returns
    -------
    ``markets`` : one row a market: price, tCO2e a year emitted, given for free, bought and sold, t carried
    over. ``borders`` : one row a good of an exporting site: units exported and declared at the default
    value, by period. ``due`` : one row an exporting site: t a year paid for and currency paid. ``cost`` :
    currency by account and period, of plan and reference. ``break_even`` : one row an intervention that was
    asked about: ``price`` in currency per t, None where ``says`` is ``pays``, ``never`` or ``impossible``.
    """
    return {
        "markets": _markets(plan),
        "borders": _goods(plan),
        "due": _due(plan),
        "cost": {
            account: {"plan": numbers(_paid(plan, account)), "reference": numbers(_paid(reference, account))}
            for account in PAID
        },
        "break_even": _break_even(plan),
    }


def carbon_money_summary(plan: xr.Dataset, reference: xr.Dataset) -> dict[str, Any]:
    """Return what ``summary.json`` says: markets, payments at borders, break-even prices, if any."""
    shown = carbon_money(plan, reference)
    found = {name: shown[name] for name in ("markets", "due", "break_even") if shown[name]}
    return {"carbon_money": found} if found else {}


def _paid(dataset: xr.Dataset, account: str) -> np.ndarray:
    if account not in labels(dataset, "cost_account"):
        return np.zeros(dataset.sizes["period"])
    return array(dataset.sel(cost_account=[account]), "cost", "cost_account", "period")[0]


def _markets(plan: xr.Dataset) -> list[dict[str, Any]]:
    """Return the markets that hold, in the order of the scenario."""
    if "market_price" not in plan:
        return []
    figures = {
        "price": "market_price",
        "emitted": "market_emitted",
        "allocated": "market_allocated",
        "bought": "allowance_bought",
        "sold": "allowance_sold",
        "bank": "bank",
    }
    values = {key: array(plan, name, "market", "period") for key, name in figures.items()}
    named = zip(labels(plan, "market"), labels(plan, "market_name"), strict=True)
    return [
        {"key": key, "name": name, **{figure: numbers(rows[m]) for figure, rows in values.items()}}
        for m, (key, name) in enumerate(named)
    ]


def _goods(plan: xr.Dataset) -> list[dict[str, Any]]:
    """Return the goods that cross a border, the most exported first."""
    if "border_exported" not in plan:
        return []
    exported, default = (
        array(plan, name, "border_good", "period") for name in ("border_exported", "at_default")
    )
    sites, goods = site_names(plan), product_names(plan)
    columns = zip(
        *(labels(plan, f"border_good_{part}") for part in ("border", "site", "product")), strict=True
    )
    found = [
        {
            "border": border,
            "site": sites[site],
            "product": goods[product],
            "exported": numbers(exported[g]),
            "at_default": numbers(default[g]),
        }
        for g, (border, site, product) in enumerate(columns)
        if exported[g].max(initial=0.0) > SMALLEST
    ]
    return sorted(found, key=lambda row: (-(row["exported"][-1] or 0.0), row["site"]))


def _due(plan: xr.Dataset) -> list[dict[str, Any]]:
    """Return what exporting sites pay for, the largest of the last period first."""
    if "border_exported" not in plan:
        return []
    due, names = array(plan, "border_due", "border_site", "period"), site_names(plan)
    price = array(plan, "border_price", "border_good", "period")
    border_of_good = labels(plan, "border_good_border")
    years = np.asarray(plan["years"].values, dtype=float)
    found = []
    columns = zip(labels(plan, "border_site_border"), labels(plan, "border_site_site"), strict=True)
    for d, (border, site) in enumerate(columns):
        paid = due[d] * price[border_of_good.index(border)] * years
        found.append({"border": border, "site": names[site], "due": numbers(due[d]), "paid": numbers(paid)})
    return sorted(found, key=lambda row: (-(row["due"][-1] or 0.0), row["site"]))


def _break_even(plan: xr.Dataset) -> list[dict[str, Any]]:
    """Return interventions asked about, those that pay from the lowest price on first."""
    if "break_even_price" not in plan:
        return []
    price, low, high, saved = (
        array(plan, f"break_even_{name}", "intervention") for name in ("price", "low", "high", "saved")
    )
    adopted = array(plan, "adopt", "intervention", "period").sum(axis=1) > 0
    asked = np.asarray(plan["break_even_asked"].values, dtype=bool)
    names, kinds = labels(plan, "intervention_name"), labels(plan, "intervention_kind")
    found = []
    for i in np.flatnonzero(asked)[np.argsort(price[asked], kind="stable")].tolist():
        says = "impossible" if np.isnan(price[i]) else "never" if price[i] > 0 else "pays"
        known = bool(np.isfinite(price[i]))
        found.append(
            {
                "name": names[i] or labels(plan, "intervention")[i],
                "kind": kinds[i],
                "adopted": bool(adopted[i]),
                "says": "from" if known else says,
                **{
                    key: float(values[i]) if known and np.isfinite(values[i]) else None
                    for key, values in (("price", price), ("low", low), ("high", high), ("saved", saved))
                },
            }
        )
    return found
