"""From result Datasets to one versioned JSON document that every view reads.

The payload holds sums and labels only, in base units (t CO2e, currency, t, MWh); views choose
units and words. Its totals equal the sums of the Datasets; a test says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from reporting.appearance import cost_account, emission_account
from reporting.beside import beside
from reporting.carbon_money import carbon_money
from reporting.coverage import coverage, hotspots
from reporting.freight import freight
from reporting.frontier import frontier_payload
from reporting.futures import futures
from reporting.language import N_
from reporting.language import gettext as _
from reporting.levers import abatement, tornado
from reporting.measures import cuts, interventions
from reporting.moments import last_moment, lengths, moments
from reporting.network import mixes, network
from reporting.no_regret import no_regret
from reporting.power import power
from reporting.reading import FloatArray, array, document, labels, number, numbers
from reporting.risk import risk
from reporting.rulebooks import rulebooks
from reporting.scope2 import methods_read, unread_accounts
from reporting.settings import ReportSettings
from reporting.supplier_programmes import data_worth, funnel
from reporting.supplier_scores import asked_shares
from reporting.suppliers import suppliers
from reporting.targets import programme
from scenarios.accounts import total_accounts
from scenarios.settings import Scope2

SCHEMA = 1
DIGITS = 10  # of numbers in report.json

Payload = dict[str, Any]


def build_payload(
    plan: xr.Dataset,
    reference: xr.Dataset,
    outcome: xr.Dataset | None = None,
    frontier: xr.Dataset | None = None,
    shown: ReportSettings | None = None,
) -> Payload:
    """Gather everything the report, the terminal and ``summary.json`` show.

    Parameters
    ----------
    plan, reference : Datasets of the optimiser for the same scenario and periods.
    outcome : Dataset of the simulation of `plan`; None when it was not simulated.
    frontier : the cost-carbon frontier that the plan is shown on; None when it was not asked for.
    shown : language and map of the views; None: as by default.

    Returns
    -------
    JSON-serialisable dict. Lists over periods have one number a period; emissions, tonnes and MWh
    are per year of the period, costs are for the whole period and undiscounted, ``npv`` is
    discounted to the base year. ``schema`` grows when a key changes its meaning.

    Raises
    ------
    ValueError
        When plan, reference and outcome do not share their periods.
    """
    for name, other in (("reference", reference), ("outcome", outcome)):
        if other is not None and not np.array_equal(other["period"].values, plan["period"].values):
            message = f"plan and {name} have different periods: they are results of different scenarios"
            raise ValueError(message)
    attrs = plan.attrs
    return {
        "schema": SCHEMA,
        "shown": shown_as(shown or ReportSettings()),
        "scenario": {
            "name": str(attrs.get("scenario", "")),
            "title": str(attrs.get("title", "") or attrs.get("scenario", "")),
            "company": str(attrs.get("company", "")),
            "currency": str(attrs.get("currency", "CNY")),
            "demo": bool(int(attrs.get("demo_data", 0))),
            "base_year": int(attrs.get("base_year", plan["period"].values[0])),
            "discount_rate": number(attrs.get("discount_rate")),
            "data_quality": document(plan, "data_quality_json"),
            "warnings": [str(text) for text in document(plan, "warnings_json")],
        },
        "pathway": {
            "name": str(attrs.get("pathway", "")),
            "title": _(str(attrs.get("pathway_title", "") or attrs.get("pathway", "") or N_("This plan"))),
            "description": _(str(attrs.get("pathway_description", ""))),
        },
        "periods": _periods(plan),
        "solver": _solver(plan),
        "reference_solver": _solver(reference),
        "emissions": _emissions(plan, reference),
        "cost": _cost(plan, reference),
        "caps": _caps(plan),
        "demand": _demand(plan),
        "cuts": cuts(plan, reference, counted_accounts(plan)),
        "interventions": interventions(plan),
        "network": network(plan, counted_accounts(plan)),
        "mixes": mixes(plan, reference),
        "power": power(plan, reference, outcome),
        "freight": freight(plan, reference),
        "beside": beside(plan, reference, outcome),
        "coverage": coverage(plan),
        "hotspots": hotspots(plan, counted_accounts(plan)),
        "suppliers": suppliers(plan, outcome),
        "asked_shares": asked_shares(plan),
        "risk": None if outcome is None else risk(plan, outcome),
        "funnel": funnel(plan, outcome),
        "data_worth": data_worth(plan, outcome),
        "rulebooks": rulebooks(plan, reference),
        "carbon_money": carbon_money(plan, reference),
        "programme": programme(plan, outcome, counted_accounts(plan)),
        "abatement": abatement(plan, reference, counted_accounts(plan)),
        "tornado": tornado(plan, counted_accounts(plan)),
        "no_regret": no_regret(plan),
        "futures": futures(plan, counted_accounts(plan)),
        "frontier": None if frontier is None else frontier_payload(frontier, plan, reference),
    }


def shown_as(settings: ReportSettings) -> dict[str, str]:
    """Return how the views are asked to be shown, key ``shown`` of a payload."""
    return {"language": settings.language.value, "map": settings.map.value}


def payload_text(content: Mapping[str, Any]) -> str:
    """Return a payload, or a comparison of some, as the text of ``report.json``: one line, ten digits."""
    return json.dumps(_rounded(content), ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def _rounded(content: Any) -> Any:
    """Return nested values with numbers cut to :data:`DIGITS`, which is more than any solve is good for."""
    if isinstance(content, Mapping):
        return {key: _rounded(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_rounded(value) for value in content]
    return float(f"{content:.{DIGITS}g}") if isinstance(content, float) else content


def counted_accounts(plan: xr.Dataset) -> list[str]:
    """Return the emission accounts that make the total: all but the other scope 2 method."""
    counted = total_accounts(Scope2(plan.attrs["scope2"]))
    return [account for account in labels(plan, "emission_account") if account in counted]


def total_emissions(dataset: xr.Dataset, accounts: list[str]) -> FloatArray:
    """Return the sum of `accounts` by period, tCO2e per year."""
    return array(dataset.sel(emission_account=accounts), "emissions", "emission_account", "period").sum(
        axis=0
    )


def _periods(plan: xr.Dataset) -> dict[str, Any]:
    """Describe the time axis."""
    start, years = moments(plan), lengths(plan)
    ends = [last_moment(s, y) for s, y in zip(start, years, strict=True)]
    shown = [str(s) if s == e else f"{s}\u2013{e % 100:02d}" for s, e in zip(start, ends, strict=True)]
    return {
        "start": start,
        "years": years,
        "labels": shown,
        "first": start[0],
        "last": start[-1],
        "end": ends[-1],
    }


def _solver(dataset: xr.Dataset) -> dict[str, Any]:
    """Say how the numbers were found and how good they are."""
    attrs = dataset.attrs
    keys = ("objective", "bound", "gap", "variables", "constraints", "nonzeros", "binaries")
    return {
        "status": str(attrs.get("status", "unknown")),
        "termination": str(attrs.get("termination", "")),
        **{key: number(attrs.get(key)) for key in (*keys, "build_seconds", "solve_seconds")},
    }


def _emissions(plan: xr.Dataset, reference: xr.Dataset) -> dict[str, Any]:
    """Gather emissions by account and in total, of plan and reference."""
    counted = counted_accounts(plan)
    accounts = labels(plan, "emission_account")
    years = np.asarray(plan["years"].values, dtype=float)
    ours, theirs = (array(d, "emissions", "emission_account", "period") for d in (plan, reference))
    totals = {"plan": total_emissions(plan, counted), "reference": total_emissions(reference, counted)}
    method = Scope2(plan.attrs["scope2"])
    other = Scope2.LOCATION if method is Scope2.MARKET else Scope2.MARKET
    unread = unread_accounts(plan, reference)
    methods: dict[str, dict[str, list[float | None]]] = {}
    for name in methods_read(plan, reference):
        chosen = [account for account in accounts if account in total_accounts(name)]
        methods[name.value] = {
            "plan": numbers(total_emissions(plan, chosen)),
            "reference": numbers(total_emissions(reference, chosen)),
        }
    return {
        "scope2": method.value,
        "other_scope2": other.value,
        "accounts": [
            {
                "key": account,
                "label": emission_account(account).label,
                "group": emission_account(account).group,
                "counted": account in counted,
                "plan": numbers(ours[i]),
                "reference": numbers(theirs[i]),
            }
            for i, account in enumerate(accounts)
            if account not in unread
        ],
        "plan": numbers(totals["plan"]),
        "reference": numbers(totals["reference"]),
        "cumulative": {key: float(value @ years) for key, value in totals.items()},
        "methods": methods,
        "baseline": number(plan.attrs.get("baseline_emissions")),
    }


def _cost(plan: xr.Dataset, reference: xr.Dataset) -> dict[str, Any]:
    """Gather cost by account, the extra cost over the reference and whether it is clear of the gaps."""
    accounts = labels(plan, "cost_account")
    ours, theirs = (array(d, "cost", "cost_account", "period") for d in (plan, reference))
    our_npv, their_npv = (array(d, "cost_npv", "cost_account") for d in (plan, reference))
    extra = float(our_npv.sum() - their_npv.sum())
    gaps = (number(plan.attrs.get("gap")), number(reference.attrs.get("gap")))
    totals = (our_npv.sum(), their_npv.sum())
    slack = None
    if gaps[0] is not None and gaps[1] is not None:
        slack = float(abs(gaps[0] * totals[0]) + abs(gaps[1] * totals[1]))
    counted = counted_accounts(plan)
    years = np.asarray(plan["years"].values, dtype=float)
    cut = float((total_emissions(reference, counted) - total_emissions(plan, counted)) @ years)
    reference_total = float(their_npv.sum())
    same = abs(extra) <= 1e-9 * max(abs(reference_total), 1.0)
    capital = {
        name: float(values[accounts.index("capex")].sum()) if "capex" in accounts else 0.0
        for name, values in (("plan", ours), ("reference", theirs))
    }
    return {
        "accounts": [
            {
                "key": account,
                "label": cost_account(account).label,
                "plan": numbers(ours[i]),
                "reference": numbers(theirs[i]),
                "npv_plan": float(our_npv[i]),
                "npv_reference": float(their_npv[i]),
            }
            for i, account in enumerate(accounts)
        ],
        "plan": numbers(ours.sum(axis=0)),
        "reference": numbers(theirs.sum(axis=0)),
        "npv": {"plan": float(our_npv.sum()), "reference": reference_total},
        "extra": 0.0 if same else extra,
        "extra_share": extra / reference_total if reference_total else None,
        "slack": slack,
        "clear": slack is not None and abs(extra) > slack and not same,
        "same": same,
        "per_tonne_cut": extra / cut if cut > 0 else None,
        "capital": capital,
    }


def _caps(plan: xr.Dataset) -> list[dict[str, Any]]:
    """Gather every cap: its limit, what the plan emits under it, and the price of its dearest tonne.

    ``comparable`` says that the cap bounds the page's yearly total, so that it may be drawn beside
    it; intensities, running totals and caps on some sites or accounts only are not.
    """
    names = labels(plan, "cap") if plan.sizes.get("cap", 0) else []
    main = str(plan.attrs.get("main_cap", ""))
    total = total_emissions(plan, counted_accounts(plan))
    found = []
    for i, name in enumerate(names):
        row = plan.isel(cap=i)
        bounded = array(row, "cap_emissions", "period")
        limit = numbers(array(row, "cap_limit", "period"))
        if any(value is not None for value in limit):
            found.append(
                {
                    "key": name,
                    "main": name == main,
                    "comparable": bool(np.allclose(bounded, total, rtol=1e-6)),
                    "limit": limit,
                    "plan": numbers(bounded),
                    "dual": numbers(array(row, "dual_cap_respected", "period")),
                }
            )
    return found


def main_cap(payload: Payload) -> dict[str, Any] | None:
    """Return the main cap, of whatever kind; None when the pathway has none."""
    return next((dict(cap) for cap in payload["caps"] if cap["main"]), None)


def cap_line(payload: Payload) -> list[float | None] | None:
    """Return the main cap's limits by period, tCO2e per year, when it bounds the yearly total; else None."""
    cap = main_cap(payload)
    return list(cap["limit"]) if cap is not None and cap["comparable"] else None


def _demand(plan: xr.Dataset) -> dict[str, Any]:
    """Sum what was needed and what stayed unmet, per year."""
    needed, unmet = (array(plan, name, "demand", "period") for name in ("required", "unmet"))
    return {"required": numbers(needed.sum(axis=0)), "unmet": numbers(unmet.sum(axis=0))}
