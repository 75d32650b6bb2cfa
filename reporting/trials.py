"""What the trials say by account, customer, source of uncertainty and lost site, for every view."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.appearance import cost_account, emission_account
from reporting.intervals import ENDS, WAIT
from reporting.moments import moments
from reporting.names import pair_names
from reporting.reading import array, labels, number, numbers, site_names

Rows = list[dict[str, Any]]
LADDER = ("cost_added", "emissions_added", "service_added", "chance_any")  # each with an interval
LADDER_PLAIN = ("cost_sd", "emissions_sd", "service_worst")
STOCKS = ("stock_now", "stock_more", "stock_more_units", "served_now", "served_then")
ORDERS = ("orders_per_year", "order_size", "ordering_stock", "ordering_stock_days", "ordering_empty")
RESPONSES = ("share", "total_quantity", "total_cost", "total_emissions")  # each with an interval
DISRUPTIONS = ("share", "cost_added", "unmet_added")  # each with an interval
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
    ``responses`` : a row for each response to shortfalls, None where the scenario has none.
    ``ordering`` : a row for each site and product with a reorder policy, None where all follow the plan.
    """
    return {
        "accounts": _accounts(plan, outcome),
        "customers": _customers(plan, outcome),
        "ladder": _ladder(outcome) if "source" in outcome.dims else None,
        "resilience": _resilience(plan, outcome) if "disrupted" in outcome.dims else None,
        "stocks": _stocks(plan, outcome) if "kept" in outcome.dims else None,
        "responses": _responses(outcome) if "response" in outcome.dims else None,
        "ordering": _ordering(plan, outcome) if "ordering" in outcome.dims else None,
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


def _customers(plan: xr.Dataset, outcome: xr.Dataset) -> Rows:
    keys = labels(outcome, "demand")
    names = pair_names(plan, keys)
    values = {
        f"{short}{end}": array(outcome, f"customer_{name}{end}", "demand", "period")
        for short, name in (("fill", "fill"), ("served", "served"))
        for end in ENDS
    }
    return [
        {"key": key, "name": names[key], **{name: numbers(array_[i]) for name, array_ in values.items()}}
        for i, key in enumerate(keys)
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


def _ordering(plan: xr.Dataset, outcome: xr.Dataset) -> Rows:
    keys = labels(outcome, "ordering")
    names = pair_names(plan, keys)
    values = {name: numbers(array(outcome, name, "ordering")) for name in ORDERS}
    policies = [str(name) for name in outcome["ordering_policy"].values]
    return [
        {"key": key, "name": names[key], "policy": policies[i], **{name: values[name][i] for name in ORDERS}}
        for i, key in enumerate(keys)
    ]


def _stocks(plan: xr.Dataset, outcome: xr.Dataset) -> dict[str, Any]:
    keys = labels(outcome, "kept")
    names = pair_names(plan, keys)
    values = {name: numbers(array(outcome, name, "kept")) for name in STOCKS}  # None: out of reach
    rows = [
        {"key": key, "name": names[key], **{name: values[name][i] for name in STOCKS}}
        for i, key in enumerate(keys)
    ]
    return {"target": number(outcome.attrs["service_target"]), "rows": rows}


def _responses(outcome: xr.Dataset) -> Rows:
    names = [f"{name}{end}" for name in RESPONSES for end in ENDS]
    values = {name: numbers(array(outcome, f"response_{name}", "response")) for name in names}
    kinds = labels(outcome, "response_kind")
    return [
        {"key": key, "kind": kinds[i], **{name: values[name][i] for name in names}}
        for i, key in enumerate(labels(outcome, "response"))
    ]


def disruption_rows(outcome: xr.Dataset) -> Rows | None:
    """Return a row for each disruption, how often it came and what it adds; None without any.

    What it adds is None where fewer than two futures are with it or without it.
    """
    if "disruption" not in outcome.dims:
        return None
    names = [f"{name}{end}" for name in DISRUPTIONS for end in ENDS]
    values = {name: numbers(array(outcome, f"disruption_{name}", "disruption")) for name in names}
    times = array(outcome, "disruption_times", "trial", "disruption").mean(axis=0)
    return [
        {"key": key, "times": float(times[i]), **{name: values[name][i] for name in names}}
        for i, key in enumerate(labels(outcome, "disruption"))
    ]


def factor_chances(outcome: xr.Dataset) -> list[dict[str, Any]] | None:
    """Return, by cap, chances of missing it over periods, factors known and not; None when all are known."""
    if "chance_with_factors" not in outcome:
        return None
    known = {"": "chance_of_missing", "_low": "chance_low", "_high": "chance_high"}
    columns = {f"known{end}": array(outcome, name, "cap", "period") for end, name in known.items()}
    columns |= {f"chance{end}": array(outcome, f"chance_with_factors{end}", "cap", "period") for end in ENDS}
    return [
        {"key": key, **{name: numbers(values[i]) for name, values in columns.items()}}
        for i, key in enumerate(labels(outcome, "cap"))
    ]


def price_range(outcome: xr.Dataset) -> dict[str, Any] | None:
    """Return the range of present cost over draws of the prices, None when there are none."""
    if "cost_with_prices_quantile" not in outcome:
        return None
    at = {"p5": 0.05, "median": 0.5, "p95": 0.95}
    levels = outcome["cost_with_prices_quantile"]
    found = {
        key: number(levels.sel(quantile=level, method="nearest", tolerance=1e-6)) for key, level in at.items()
    }
    ends = {
        key: number(outcome[f"cost_with_prices_tail_mean{end}"])
        for key, end in (("mean", ""), ("low", "_low"), ("high", "_high"))
    }
    return {**found, "worst": ends}


def gate_rows(outcome: xr.Dataset) -> Rows | None:
    """Return a row for each gate, of the period in which vehicles wait longest; None without gates."""
    if "gate_site" not in outcome.dims:
        return None
    wait, low, high = (array(outcome, name, "gate_site", "period") for name in WAIT)
    vehicles = array(outcome, "gate_vehicles", "trial", "gate_site", "period").mean(axis=0)
    nights, wrong = (
        array(outcome, name, "gate_site", "period") for name in ("gate_overnight", "gate_misgraded")
    )
    periods = [str(start) for start in moments(outcome)]
    rows = []
    for g, key in enumerate(labels(outcome, "gate_site")):
        t = int(wait[g].argmax())
        figures = {"wait": wait, "wait_low": low, "wait_high": high, "vehicles": vehicles}
        figures |= {"nights": nights, "misgraded": wrong}
        rows.append(
            {"key": key, "period": periods[t], **{name: float(of[g, t]) for name, of in figures.items()}}
        )
    return rows
