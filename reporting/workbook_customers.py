"""Tables of the workbook about customers and about the frontier."""

from __future__ import annotations

import xarray as xr

from reporting.appearance import cost_account, emission_account
from reporting.language import gettext as _
from reporting.moments import moments, whole_number
from reporting.names import pair_names
from reporting.payload import Payload, counted_accounts
from reporting.reading import array, labels
from reporting.workbook_columns import PATHWAY, PERIOD, Column, Row, Table

REMAINDER = "Not of any customer"


def customers(both: list[tuple[str, xr.Dataset]], money: str) -> Table:
    """Return cost and carbon to serve each customer, with the remainder: sums are the plan's own totals."""
    rows: list[Row] = []
    for pathway, plan in both:
        if "serve_cost" not in plan:
            continue
        counted = counted_accounts(plan)
        delivered = array(plan, "delivered", "demand", "period")
        cost = plan["serve_cost"].transpose("cost_account", "demand", "period").to_numpy().sum(axis=0)
        chosen = plan["serve_emissions"].sel(emission_account=counted)
        carbon = chosen.transpose("emission_account", "demand", "period").to_numpy().sum(axis=0)
        rest = plan["serve_cost_remainder"].sum("cost_account").to_numpy()
        rest_carbon = plan["serve_emissions_remainder"].sel(emission_account=counted).sum("emission_account")
        for t, start in enumerate(map(whole_number, moments(plan))):
            years = float(plan["years"].to_numpy()[t])
            for d, label in enumerate(pair_names(plan, labels(plan, "demand")).values()):
                amount = delivered[d, t] * years
                each = (cost[d, t] / amount, carbon[d, t] * years / amount) if amount > 0 else (None, None)
                rows.append([pathway, label, start, delivered[d, t], cost[d, t], carbon[d, t], *each])
            blank = [pathway, REMAINDER, start, None]
            rows.append([*blank, rest[t], float(rest_carbon.to_numpy()[t]), None, None])
    columns = [
        PATHWAY,
        Column("Customer and product", width=30),
        PERIOD,
        Column("Delivered per year", "whole", 16),
        Column(money, "money", 20),
        Column("t CO2e per year", "whole", 16),
        Column("Cost per unit", "amount", 14),
        Column("t CO2e per unit", "amount", 14),
    ]
    return Table(
        "Customers",
        _("What each customer's goods have cost and emitted along the paths they took."),
        columns,
        rows,
        note=_("Goods mix in proportion at every site; what is of no customer stands in a line of its own."),
    )


def customer_accounts(both: list[tuple[str, xr.Dataset]], money: str) -> Table:
    """Return the same by account, zeros left out."""
    rows: list[Row] = []
    for pathway, plan in both:
        if "serve_cost" not in plan:
            continue
        called_demands = pair_names(plan, labels(plan, "demand")).values()
        for name, dim, shown, unit in (
            ("serve_cost", "cost_account", cost_account, money),
            ("serve_emissions", "emission_account", emission_account, "t CO2e per year"),
        ):
            values = plan[name].transpose(dim, "demand", "period").to_numpy()
            rest = plan[f"{name}_remainder"].transpose(dim, "period").to_numpy()
            for a, account in enumerate(labels(plan, dim)):
                for t, start in enumerate(map(whole_number, moments(plan))):
                    entries = [*zip(called_demands, values[a, :, t], strict=True)]
                    entries.append((REMAINDER, rest[a, t]))
                    rows += [
                        [pathway, label, shown(account).label, start, float(value), unit]
                        for label, value in entries
                        if abs(value) > 1e-6
                    ]
    columns = [
        PATHWAY,
        Column("Customer and product", width=30),
        Column("Account", width=32),
        PERIOD,
        Column("Amount", "money", 18),
        Column("Unit", width=18),
    ]
    meaning = _("Cost and carbon to serve by account; both scope 2 methods are listed.")
    return Table("CustomerAccounts", meaning, columns, rows)


def frontier_table(payload: Payload) -> Table:
    """Return the points of the frontier."""
    found = payload["frontier"]
    names = ("emissions", "cost", "gap", "price_by_dual", "price_by_difference", "plan_file")
    rows: list[Row] = [
        [point + 1, *(found[name][point] for name in names)] for point in range(len(found["cost"]))
    ]
    money = payload["scenario"]["currency"]
    columns = [
        Column("Point", "year", 8),
        Column("t CO2e", "whole", 16),
        Column(f"{money} present cost", "money", 22),
        Column("Gap", "share", 10),
        Column(f"{money} per t same decisions", "amount", 24),
        Column(f"{money} per t to the tighter point", "amount", 26),
        Column("Plan file", width=18),
    ]
    return Table("Frontier", _("The cheapest plan for each amount of emissions."), columns, rows)
