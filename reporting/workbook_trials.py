"""Tables of the workbook about the trials: by account, customer, source of uncertainty and lost site."""

from __future__ import annotations

import xarray as xr

from reporting.appearance import cost_account, emission_account
from reporting.disruptions import workbook_disruptions
from reporting.gates import workbook_gates
from reporting.intervals import ENDS
from reporting.language import gettext as _
from reporting.moments import lengths, moments, whole_number
from reporting.payload import Payload
from reporting.reading import array, labels
from reporting.responses import workbook_responses
from reporting.uncertain_figures import workbook_factors
from reporting.workbook_columns import KEY, PERIOD, YEARS, Column, Row, Table


def trial_tables(payload: Payload, plan: xr.Dataset, outcome: xr.Dataset | None) -> list[Table]:
    """Return the tables, none without trials; ladder, resilience, stocks and orders only if asked for."""
    risk = payload["risk"]
    if risk is None or outcome is None:
        return []
    found = [plan_against_trials(payload, plan, outcome), customer_service(payload)]
    found += [workbook_disruptions(payload)] if risk["disruptions"] else []
    found += [workbook_factors(payload, plan)] if risk["factor_chances"] else []
    found += [workbook_responses(payload, outcome, plan)] if risk["responses"] else []
    found += [workbook_gates(outcome, plan)] if risk["gates"] else []
    found += [_ladder(payload)] if risk["ladder"] is not None else []
    found += [_resilience(payload)] if risk["resilience"] is not None else []
    found += [_stocks(payload)] if risk["stocks"] is not None else []
    return found + ([_ordering(payload)] if risk["ordering"] is not None else [])


def plan_against_trials(payload: Payload, plan: xr.Dataset, outcome: xr.Dataset) -> Table:
    """Return each account and period as planned, its mean over the trials and the interval; no zero rows."""
    rows: list[Row] = []
    times = list(zip(map(whole_number, moments(plan)), lengths(plan), strict=True))
    money = payload["scenario"]["currency"]
    for kind, dim, named, unit in (
        ("cost", "cost_account", cost_account, f"{money} in period"),
        ("emissions", "emission_account", emission_account, "t CO2e per year"),
    ):
        planned = array(plan, kind, dim, "period")
        ends = [array(outcome, f"account_{kind}{end}", dim, "period") for end in ENDS]
        for i, key in enumerate(labels(plan, dim)):
            for t, (start, years) in enumerate(times):
                values = [planned[i, t], *(end[i, t] for end in ends)]
                if any(abs(value) > 1e-6 for value in values):
                    rows.append([unit, named(key).label, key, start, years, *values, values[1] - values[0]])
    columns = [
        Column("Unit", width=20),
        Column("Account", width=32),
        Column("Key", width=30),
        PERIOD,
        YEARS,
        *(Column(n, "whole", 18) for n in ("Plan", "Mean of futures", "95% low", "95% high", "Difference")),
    ]
    meaning = _("What each account is in the plan and over the simulated futures.")
    return Table("PlanAgainstTrials", meaning, columns, rows)


def customer_service(payload: Payload) -> Table:
    """Return each customer's fill and service level by period, with intervals."""
    names = [f"{name}{end}" for name in ("fill", "served") for end in ENDS]
    rows: list[Row] = [
        [customer["name"], whole_number(start), *(customer[name][t] for name in names)]
        for customer in payload["risk"]["customers"]
        for t, start in enumerate(payload["periods"]["start"])
    ]
    heads = ("Delivered", "Delivered 95% low", "Delivered 95% high", "Served in full", "Full 95% low")
    columns = [
        Column("Customer and product", width=30),
        PERIOD,
        *(Column(head, "share", 18) for head in (*heads, "Full 95% high")),
    ]
    meaning = _(
        "Share of demand delivered within the period, mean over the futures, and share of futures in which "
        "the customer got all of it."
    )
    return Table("CustomerService", meaning, columns, rows)


def _ladder(payload: Payload) -> Table:
    money = payload["scenario"]["currency"]
    shown = [
        (f"{money} added", "cost_added", "money"),
        (f"{money} added, 95% low", "cost_added_low", "money"),
        (f"{money} added, 95% high", "cost_added_high", "money"),
        (f"{money} sd", "cost_sd", "money"),
        ("t CO2e added", "emissions_added", "whole"),
        ("t CO2e added, 95% low", "emissions_added_low", "whole"),
        ("t CO2e added, 95% high", "emissions_added_high", "whole"),
        ("t CO2e sd", "emissions_sd", "whole"),
        ("Service added", "service_added", "share"),
        ("Service, worst future", "service_worst", "share"),
        ("Chance of missing a cap", "chance_any", "share"),
        ("Chance, 95% low", "chance_any_low", "share"),
        ("Chance, 95% high", "chance_any_high", "share"),
    ]
    rows: list[Row] = [
        [row["source"], *(row[key] for _, key, _ in shown)] for row in payload["risk"]["ladder"]
    ]
    columns = [Column("Source", width=24), *(Column(head, form, 20) for head, _, form in shown)]
    meaning = _(
        "What one source of uncertainty alone adds to the plan: present cost, emissions and share of demand "
        "delivered over the horizon."
    )
    return Table("Ladder", meaning, columns, rows)


def _resilience(payload: Payload) -> Table:
    found, money = payload["risk"]["resilience"], payload["scenario"]["currency"]
    shown = [
        ("Days to survive", "days_to_survive", "whole"),
        ("Days to recover", "days_to_recover", "whole"),
        (f"{money} present cost of the outage", "outage_cost", "money"),
        ("t CO2e of the outage", "outage_emissions", "whole"),
        ("Units not delivered", "outage_undelivered", "whole"),
    ]
    rows: list[Row] = [
        [row["name"], row["key"], row["role"], *(row[key] for _, key, _ in shown)] for row in found["rows"]
    ]
    columns = [Column("Supplier or site", width=34), KEY, Column("Role", width=12)]
    columns += [Column(head, form, 22) for head, _, form in shown]
    meaning = _(
        "One supplier or site stands still from the start of {year}, nothing else varies. Cost, CO2e and "
        "units are of an outage of {days} days."
    ).format(year=f"{found['year']:.0f}", days=f"{found['days']:.0f}")
    return Table("Resilience", meaning, columns, rows, note=_("Blank days: longer than a year."))


def _stocks(payload: Payload) -> Table:
    found = payload["risk"]["stocks"]
    shown = [
        ("Days kept now", "stock_now", "amount"),
        ("Days to add", "stock_more", "amount"),
        ("Units to add", "stock_more_units", "whole"),
        ("Served on the day, now", "served_now", "share"),
        ("Served on the day, then", "served_then", "share"),
    ]
    rows: list[Row] = [[row["name"], *(row[key] for _, key, _ in shown)] for row in found["rows"]]
    columns = [Column("Customer and product", width=30), *(Column(h, form, 22) for h, _, form in shown)]
    meaning = _("Stock at each customer that serves {share} % of demand on its day.")
    meaning = meaning.format(share=f"{100 * found['target']:g}")
    return Table("SafetyStocks", meaning, columns, rows, note=_("Blank days: 60 more are not enough."))


def _ordering(payload: Payload) -> Table:
    shown = [
        ("Orders a year", "orders_per_year", "amount"),
        ("Mean order", "order_size", "amount"),
        ("Mean stock", "ordering_stock", "amount"),
        ("Mean stock, days", "ordering_stock_days", "amount"),
        ("Evenings without stock", "ordering_empty", "share"),
    ]
    rows: list[Row] = [
        [row["name"], row["policy"], *(row[key] for _, key, _ in shown)]
        for row in payload["risk"]["ordering"]
    ]
    columns = [Column("Site and product", width=30), Column("Policy", width=18)]
    columns += [Column(head, form, 22) for head, _, form in shown]
    meaning = _(
        "Sites that order by a policy in the futures, in product units and days of largest planned use."
    )
    return Table("ReorderPolicies", meaning, columns, rows)
