"""The tidy tables of the workbook: one row an observation, units in the headers, nothing merged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr

from reporting.appearance import cost_account, emission_account
from reporting.language import gettext as _
from reporting.moments import lengths, moments, whole_number
from reporting.names import activity_names, called, product_names
from reporting.payload import Payload, counted_accounts
from reporting.programme_tables import programme_sheets
from reporting.reading import FloatArray, array, labels, moved_tonnes, number, offer_units, site_names
from reporting.scope2 import unread_accounts
from reporting.workbook_carbon_money import carbon_money_sheets
from reporting.workbook_columns import KEY, PATHWAY, PERIOD, SITE, YEARS, Column, Row, Table
from reporting.workbook_customers import customer_accounts, customers, frontier_table
from reporting.workbook_footprints import footprint_sheets
from reporting.workbook_freight import freight_sheets
from reporting.workbook_futures import futures_sheets
from reporting.workbook_levers import lever_sheets
from reporting.workbook_no_regret import no_regret_sheets
from reporting.workbook_power import claim_sheets, power_table
from reporting.workbook_rulebooks import rulebook_sheets
from reporting.workbook_suppliers import supplier_tables
from reporting.workbook_targets import target_sheets
from reporting.workbook_trials import trial_tables

FIRST_ROW = 3  # tables start in row 4: title, meaning, blank
MOST_ROWS = 1_000_000  # Excel ends at 1,048,576
PLAN, REFERENCE = "Plan", "Reference"
YEARLY = "t CO2e per year"
SMALLEST = 1e-6  # what is less is solver dust


def paid(payload: Payload) -> str:
    """Return the header of the money column; free of signs that Excel reads as syntax."""
    return f"{re.sub(r'[^A-Za-z ]', '', payload['scenario']['currency']) or 'Amount'} in period"


def tables(
    payload: Payload, plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset | None = None
) -> list[Table]:
    """Return the tables in the order of their sheets; zero rows are left out of the large ones."""
    both = [(PLAN, plan), (REFERENCE, reference)]
    return [
        _emissions(both, counted_accounts(plan)),
        _cost(both, paid(payload)),
        _npv(both, paid(payload).removesuffix(" in period")),
        _flows(both),
        _purchases(both),
        *supplier_tables(both, paid(payload).replace(" in period", " per year")),
        *footprint_sheets(payload, plan),
        *programme_sheets(payload),
        *target_sheets(payload),
        *rulebook_sheets(payload),
        *carbon_money_sheets(payload),
        *no_regret_sheets(payload),
        *futures_sheets(payload),
        *freight_sheets(payload),
        _production(both),
        power_table(both),
        *claim_sheets(both, paid(payload).replace(" in period", " per year")),
        _interventions(payload),
        *lever_sheets(payload),
        _caps(payload),
        _simulation(payload),
        *trial_tables(payload, plan, outcome),
        *([t(both, paid(payload)) for t in (customers, customer_accounts)] if "serve_cost" in plan else []),
        *([frontier_table(payload)] if payload["frontier"] else []),
        _sites(plan, payload),
    ]


Both = Sequence[tuple[str, xr.Dataset]]


def _periods(dataset: xr.Dataset) -> list[tuple[int | None, Any]]:
    """Return start, a month as 202503, and length of each period."""
    return list(zip(map(whole_number, moments(dataset)), lengths(dataset), strict=True))


def _emissions(both: Both, counted: list[str]) -> Table:
    rows, unread = [], unread_accounts(*(dataset for _, dataset in both))
    for pathway, dataset in both:
        values = array(dataset, "emissions", "emission_account", "period")
        for i, account in enumerate(labels(dataset, "emission_account")):
            if account in unread:
                continue
            name, kept = emission_account(account).label, "yes" if account in counted else "no"
            rows += [
                [pathway, name, account, kept, start, years, values[i, t], values[i, t] * years]
                for t, (start, years) in enumerate(_periods(dataset))
            ]
    columns = [
        PATHWAY,
        Column("Account", width=32),
        Column("Key", width=34),
        Column("In total", width=10),
        PERIOD,
        YEARS,
        Column(YEARLY, "whole", 18),
        Column("t CO2e in period", "whole", 18),
    ]
    return Table(
        "Emissions",
        _("Emissions by account. In total: no marks the other scope 2 methods."),
        columns,
        rows,
        YEARLY,
    )


def _cost(both: Both, header: str) -> Table:
    rows = []
    for pathway, dataset in both:
        values = array(dataset, "cost", "cost_account", "period")
        for i, account in enumerate(labels(dataset, "cost_account")):
            rows += [
                [pathway, cost_account(account).label, account, start, years, values[i, t]]
                for t, (start, years) in enumerate(_periods(dataset))
            ]
    columns = [
        PATHWAY,
        Column("Account", width=28),
        Column("Key", width=18),
        PERIOD,
        YEARS,
        Column(header, "money", 22),
    ]
    return Table(
        "Cost", _("Cost by account as paid in the whole period, not discounted."), columns, rows, header
    )


def _npv(both: Both, currency: str) -> Table:
    header = f"{currency} net present value"
    rows = []
    for pathway, dataset in both:
        values = array(dataset, "cost_npv", "cost_account")
        rows += [
            [pathway, cost_account(a).label, a, values[i]]
            for i, a in enumerate(labels(dataset, "cost_account"))
        ]
    columns = [
        PATHWAY,
        Column("Account", width=28),
        Column("Key", width=18),
        Column(header, "money", 30),
    ]
    return Table(
        "NPV", _("Cost by account over the horizon, discounted to the base year."), columns, rows, header
    )


def _used(values: FloatArray) -> Iterator[tuple[int, int]]:
    """Yield the positions of what is more than solver dust."""
    yield from zip(*(axis.tolist() for axis in np.nonzero(np.abs(values) > SMALLEST)), strict=True)


def _flows(both: Both) -> Table:
    rows: list[Row] = []
    for pathway, dataset in both:
        names, periods = site_names(dataset), _periods(dataset)
        values, km = moved_tonnes(dataset), array(dataset, "arc_distance_km", "arc")
        ends = [labels(dataset, f"arc_{end}") for end in ("product", "mode", "origin", "destination")]
        goods, modes = product_names(dataset), activity_names(dataset, "mode")
        for i, t in _used(values):
            product, mode, origin, destination = (end[i] for end in ends)
            start, moved = periods[t][0], values[i, t]
            where = [names.get(origin, origin), names.get(destination, destination)]
            what = [goods[product], called(modes, mode)]
            rows.append([pathway, *what, *where, start, km[i], moved, moved * km[i]])
    columns = [
        PATHWAY,
        Column("Product", width=16),
        Column("Mode", width=16),
        Column("From", width=32),
        Column("To", width=32),
        PERIOD,
        Column("km", "whole", 9),
        Column("t per year", "whole", 16),
        Column("tonne-km per year", "whole", 20),
    ]
    kept = rows if len(rows) <= MOST_ROWS else sorted(rows, key=lambda row: -row[7])[:MOST_ROWS]
    left = sum(row[7] for row in rows) - sum(row[7] for row in kept)
    note = _("The {number} smallest flows are left out: {tonnes} t in all.") if len(kept) < len(rows) else ""
    note = note.format(number=f"{len(rows) - len(kept):,}", tonnes=f"{left:,.0f}")
    return Table(
        "Flows",
        _("What moves between sites; lanes without flow are left out."),
        columns,
        kept,
        "t per year",
        note,
    )


def _purchases(both: Both) -> Table:
    rows = []
    for pathway, dataset in both:
        names, periods = site_names(dataset), _periods(dataset)
        values, unit = array(dataset, "purchase", "offer", "period"), offer_units(dataset)
        product, site, tier = (labels(dataset, f"offer_{name}") for name in ("product", "site", "tier"))
        goods = [product_names(dataset)[key] for key in product]
        rows += [
            [pathway, goods[i], names.get(site[i], site[i]), tier[i], periods[t][0], values[i, t], unit[i]]
            for i, t in _used(values)
        ]
    columns = [
        PATHWAY,
        Column("Product", width=16),
        Column("Supplier", width=34),
        Column("Data tier", width=12),
        PERIOD,
        Column("Bought per year", "whole", 16),
        Column("Unit", width=10),
    ]
    return Table("Purchases", _("What is bought from whom."), columns, rows, "Bought per year")


def _production(both: Both) -> Table:
    rows = []
    for pathway, dataset in both:
        names, periods = site_names(dataset), _periods(dataset)
        values = array(dataset, "run", "operation", "period")
        site, line, process = (labels(dataset, f"operation_{name}") for name in ("site", "line", "process"))
        work = [called(activity_names(dataset, "process"), key) for key in process]
        rows += [
            [pathway, names.get(site[i], site[i]), line[i], work[i], periods[t][0], values[i, t]]
            for i, t in _used(values)
        ]
    columns = [
        PATHWAY,
        SITE,
        Column("Line", width=30),
        Column("Process", width=22),
        PERIOD,
        Column("t per year", "whole", 16),
    ]
    meaning = _("What each line runs, in units of the process's activity.")
    return Table("Production", meaning, columns, rows, "t per year")


def _interventions(payload: Payload) -> Table:
    rows = [
        [row["name"], row["kind"], row["site"], "yes" if row["chosen"] else "no", *_when(row)]
        for row in payload["interventions"]
    ]
    columns = [
        Column("Intervention", width=48),
        Column("Kind", width=26),
        Column("Site", width=32),
        Column("Chosen", width=10),
        Column("Decided", "year", 10),
        Column("Works from", "year", 12),
        Column("Works to", "year", 12),
    ]
    note = _("Works to is the last year within the horizon.")
    return Table(
        "Interventions", _("Every intervention on offer and what the plan decides."), columns, rows, note=note
    )


def _when(row: dict[str, Any]) -> Row:
    return [whole_number(row[key]) for key in ("decided", "works_from", "works_to")]


def _caps(payload: Payload) -> Table:
    rows = []
    for cap in payload["caps"]:
        for t, start in enumerate(map(whole_number, payload["periods"]["start"])):
            limit, own = cap["limit"][t], cap["plan"][t]
            if limit is not None:
                room = None if own is None else limit - own
                rows.append(
                    [cap["key"], "yes" if cap["main"] else "no", start, limit, own, room, cap["dual"][t]]
                )
    columns = [
        Column("Cap", width=20),
        Column("Main", width=8),
        PERIOD,
        Column("Limit", "amount", 18),
        Column("Plan", "amount", 18),
        Column("Room", "amount", 16),
        Column("Worth of 1 t a year more", "amount", 26),
    ]
    meaning = _(
        "Caps in t CO2e per year, or in the cap's own unit. "
        "The worth is a net present value; 0 may also mean not known."
    )
    return Table("Caps", meaning, columns, rows)


def _simulation(payload: Payload) -> Table:
    risk, rows = payload["risk"], []
    main = next((cap for cap in payload["caps"] if cap["main"]), None)
    if risk is not None:
        chance = next((row for row in risk["caps"] if main is not None and row["key"] == main["key"]), None)
        for t, start in enumerate(map(whole_number, payload["periods"]["start"])):
            row = [start, *(risk["quantiles"][key][t] for key in ("0.05", "0.25", "0.5", "0.75", "0.95"))]
            row += [risk["plan"][t], main["limit"][t] if main is not None else None, risk["trials"]]
            held = chance is not None and main is not None and main["limit"][t] is not None
            row += [
                chance[key][t] if held and chance is not None else None
                for key in ("missed", "chance", "low", "high")
            ]
            service = risk["service"]
            row += [service[key][t] if service is not None else None for key in ("mean", "p5")]
            rows.append(row)
    columns = [PERIOD]
    columns += [
        Column(f"{name} t CO2e per year", "whole", 22)
        for name in ("P5", "P25", "Median", "P75", "P95", "Plan")
    ]
    columns += [Column("Cap limit", "amount", 18), Column("Trials", "year", 8), Column("Missed", "year", 8)]
    columns += [
        Column(n, "share", 20)
        for n in ("Chance of missing", "95% low", "95% high", "Delivered, mean", "Delivered, worst 1 in 20")
    ]
    meaning = _("Ranges over the simulated futures and the chance of missing the main cap.")
    return Table("Simulation", meaning, columns, rows, note="" if rows else _("The plan was not simulated."))


def _sites(plan: xr.Dataset, payload: Payload) -> Table:
    region = labels(plan, "site_region")
    periods = payload["periods"]
    rows = [
        [
            site["name"],
            site["key"],
            site["role"],
            site["owner"],
            region[i],
            site["lat"],
            site["lon"],
            site["tonnes"],
            *site["emissions"],
        ]
        for i, site in enumerate(payload["network"]["sites"])
    ]
    columns = [
        SITE,
        KEY,
        Column("Role", width=12),
        Column("Owner", width=10),
        Column("Region", width=18),
        Column("Latitude", "degrees", 10),
        Column("Longitude", "degrees", 10),
        Column(f"t through it {periods['last']}", "whole", 20),
        Column(f"t CO2e {periods['first']}, first", "whole", 20),
        Column(f"t CO2e {periods['last']}, last", "whole", 20),
    ]
    return Table(
        "Sites",
        _("Places of the case, what passes through them and the plan's emissions booked there."),
        columns,
        rows,
    )


def clean(value: Any) -> Any:
    """Return `value` as Excel can hold it: blank instead of what is not finite, plain Python numbers."""
    return value if isinstance(value, (str, int)) or value is None else number(value)
