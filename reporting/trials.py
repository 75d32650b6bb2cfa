"""What the trials say by account, customer, source of uncertainty and lost site, for every view."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.appearance import cost_account, emission_account
from reporting.reading import array, labels, number, numbers, site_names

Rows = list[dict[str, Any]]
ENDS = ("", "_low", "_high")
LADDER = ("cost_added", "emissions_added", "service_added", "chance_any")  # each with an interval
LADDER_PLAIN = ("cost_sd", "emissions_sd", "service_worst")
STOCKS = ("stock_now", "stock_more", "stock_more_units", "served_now", "served_then")
OUTAGE = ("days_to_survive", "days_to_recover", "outage_cost", "outage_emissions", "outage_undelivered")


def trial_tables(plan: xr.Dataset, outcome: xr.Dataset) -> dict[str, Any]:
    """Return what the trials say in rows.

    Returns
    -------
    ``accounts`` : cost paid and tCO2e over the horizon of each account, in the plan and over the trials.
    ``customers`` : by demand, lists over periods: share delivered and share of trials served in full.
    ``ladder`` : a row for each source of uncertainty, None when it was not asked for.
    ``resilience`` : when, how long and a row for each lost site, None when it was not asked for.
    ``stocks`` : the service target and a row for each customer's stock, None when it was not asked for.
    """
    return {
        "accounts": _accounts(plan, outcome),
        "customers": _customers(outcome),
        "ladder": _ladder(outcome) if "source" in outcome.dims else None,
        "resilience": _resilience(plan, outcome) if "disrupted" in outcome.dims else None,
        "stocks": _stocks(outcome) if "kept" in outcome.dims else None,
    }


def _accounts(plan: xr.Dataset, outcome: xr.Dataset) -> Rows:
    years = np.asarray(plan["years"].values, dtype=float)
    rows: Rows = []
    for kind, named, weight in (
        ("cost", cost_account, np.ones_like(years)),
        ("emissions", emission_account, years),
    ):
        dim = "cost_account" if kind == "cost" else "emission_account"
        planned = array(plan, kind, dim, "period") @ weight
        means = [array(outcome, f"account_{kind}_total{end}", dim) for end in ENDS]
        rows += [
            {
                "kind": kind,
                "key": key,
                "label": named(key).label,
                "plan": float(planned[i]),
                **{name: float(v[i]) for name, v in zip(("mean", "low", "high"), means, strict=True)},
            }
            for i, key in enumerate(labels(plan, dim))
        ]
    return rows


def _customers(outcome: xr.Dataset) -> Rows:
    values = {
        f"{short}{end}": array(outcome, f"customer_{name}{end}", "demand", "period")
        for short, name in (("fill", "fill"), ("served", "served"))
        for end in ENDS
    }
    return [
        {"key": label, **{name: numbers(array_[i]) for name, array_ in values.items()}}
        for i, label in enumerate(labels(outcome, "demand"))
    ]


def _ladder(outcome: xr.Dataset) -> Rows:
    names = [f"{name}{end}" for name in LADDER for end in ENDS] + list(LADDER_PLAIN)
    values = {name: numbers(array(outcome, f"ladder_{name}", "source")) for name in names}
    return [
        {"source": source, **{name: values[name][i] for name in names}}
        for i, source in enumerate(labels(outcome, "source"))
    ]


def _resilience(plan: xr.Dataset, outcome: xr.Dataset) -> dict[str, Any]:
    names, attrs = site_names(plan), outcome.attrs
    role = dict(zip(labels(plan, "site"), labels(plan, "site_role"), strict=True))
    values = {name: numbers(array(outcome, name, "disrupted")) for name in OUTAGE}  # None: never
    rows = [
        {"key": key, "name": names[key], "role": role[key], **{name: values[name][i] for name in OUTAGE}}
        for i, key in enumerate(labels(outcome, "disrupted"))
    ]
    return {
        "year": number(attrs["resilience_year"]),
        "days": number(attrs["resilience_days"]),
        "service": number(attrs["resilience_service"]),
        "rows": rows,
    }


def _stocks(outcome: xr.Dataset) -> dict[str, Any]:
    values = {name: numbers(array(outcome, name, "kept")) for name in STOCKS}  # None: out of reach
    rows = [
        {"key": key, **{name: values[name][i] for name in STOCKS}}
        for i, key in enumerate(labels(outcome, "kept"))
    ]
    return {"target": number(outcome.attrs["service_target"]), "rows": rows}
