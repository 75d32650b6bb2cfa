"""The page's section on what emissions cost: markets, borders and break-even prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reporting.figures import (
    Scale,
    between,
    clauses,
    currency_name,
    emission_scale,
    enumerated,
    money,
    money_on,
    plain,
    sentences,
)
from reporting.language import N_
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.risk_tables import RiskTable

NOTHING = "\u2013"
MOST = 20  # rows of a table
SAID = {
    "pays": N_("pays without any"),
    "never": N_("above the highest asked"),
    "impossible": N_("cannot be chosen"),
}


@dataclass(frozen=True)
class CarbonMoneySection:
    """Title and tables of the section, and what is left out of them."""

    title: str
    tables: list[RiskTable] = field(default_factory=list)
    note: str = ""


def carbon_money_section(payload: Payload) -> CarbonMoneySection | None:
    """Return the section; None where no market or border holds and nothing was asked about."""
    shown = payload["carbon_money"]
    if not (shown["markets"] or shown["due"] or shown["break_even"]):
        return None
    found = [_market(market, payload) for market in shown["markets"]]
    if shown["due"]:
        found.append(_borders(payload))
    if shown["break_even"]:
        found.append(_break_even(payload))
    return CarbonMoneySection(_title(payload), found, _note(payload))


def carbon_money_line(payload: Payload) -> str | None:
    """Return the section's finding for the terminal; None where there is no section."""
    section = carbon_money_section(payload)
    return None if section is None else section.title


def _title(payload: Payload) -> str:
    shown, currency = payload["carbon_money"], payload["scenario"]["currency"]
    paid = {account: sum(rows["plan"]) for account, rows in shown["cost"].items()}
    before = {account: sum(rows["reference"]) for account, rows in shown["cost"].items()}
    if not shown["markets"] and not shown["due"]:
        known = [row for row in shown["break_even"] if row["says"] == "from"]
        if not known:
            return _("From which carbon price interventions pay")
        price = money_on(Scale(1.0, ""), known[0]["price"], currency)
        return _("{name} pays from {price} a t on").format(name=known[0]["name"], price=price)
    total, reference = sum(paid.values()), sum(before.values())
    said = (
        _("The plan pays {amount} for its emissions, Reference {reference}")
        if total >= 0
        else _("The plan earns {amount} for its emissions, Reference {reference}")
    )
    return said.format(amount=money(abs(total), currency), reference=money(reference, currency))


def _note(payload: Payload) -> str:
    notes = []
    if payload["carbon_money"]["markets"]:
        notes.append(
            _("Own sites of a market hold one account together; what is left at the end is worth nothing.")
        )
    if payload["carbon_money"]["due"]:
        notes.append(
            _(
                "An exporting site declares a part of what its processes do, by route; what it does not make "
                "itself counts at the default value."
            )
        )
    if payload["carbon_money"]["break_even"]:
        notes.append(
            _(
                "Break-even prices are the same in all years, on the accounts of carbon.priced_accounts, "
                "come on top of what is paid already, and count without the pathway's caps, every other "
                "decision free."
            )
        )
    return sentences(notes)


def _market(market: dict[str, Any], payload: Payload) -> RiskTable:
    currency = payload["scenario"]["currency"]
    amounts = ("emitted", "allocated", "bought", "sold", "bank")
    scale = emission_scale(max(max(market[name]) for name in amounts))
    rows = [
        [label, plain(market["price"][t]), *(scale.show(market[name][t]) for name in amounts)]
        for t, label in enumerate(payload["periods"]["labels"])
    ]
    price = _("Price, {currency}/t").format(currency=currency_name(currency))
    headers = [_("Year"), price, _("Emitted"), _("Free"), _("Bought"), _("Sold"), _("Carried over")]
    unit = _("{unit} CO\u2082e a year; carried over at the close").format(unit=scale.unit)
    return RiskTable(market["name"], unit, headers, rows)


def _borders(payload: Payload) -> RiskTable:
    shown, currency, last = (
        payload["carbon_money"],
        payload["scenario"]["currency"],
        payload["periods"]["last"],
    )
    goods: dict[tuple[str, str], list[str]] = {}
    for good in shown["borders"]:
        units = plain(good["exported"][-1])
        goods.setdefault((good["border"], good["site"]), []).append(
            _("{units} {product}").format(units=units, product=good["product"])
        )
    rows = [
        [
            row["site"],
            row["border"],
            enumerated(goods.get((row["border"], row["site"]), [])) or NOTHING,
            plain(row["due"][-1]),
            money(row["paid"][-1], currency),
        ]
        for row in shown["due"][:MOST]
    ]
    left = len(shown["due"]) - len(rows)
    unit = [_("Net of free allocation and prices paid at home")]
    if left:
        unit.append(_("{number} more sites are in the workbook").format(number=left))
    headers = [_("Exporting site"), _("Border"), _("Units exported"), _("t CO\u2082e paid for"), _("Paid")]
    return RiskTable(_("Paid at borders in {last}").format(last=last), clauses(unit), headers, rows)


def _break_even(payload: Payload) -> RiskTable:
    shown, currency = payload["carbon_money"]["break_even"], payload["scenario"]["currency"]
    rows = [
        [
            row["name"],
            _("in the plan") if row["adopted"] else NOTHING,
            _(SAID[row["says"]]) if row["price"] is None else plain(row["price"]),
            _between(row),
            NOTHING if row["saved"] is None else plain(row["saved"]),
        ]
        for row in shown
    ]
    since = _("From {currency}/t").format(currency=currency_name(currency))
    headers = [_("Intervention"), _("Decided"), since, _("Between, by the gap"), _("t CO\u2082e saved")]
    unit = _("Emissions saved over the horizon at that price")
    return RiskTable(_("Break-even carbon price"), unit, headers, rows)


def _between(row: dict[str, Any]) -> str:
    if row["low"] is None or row["high"] is None:
        return NOTHING
    return between(plain(row["low"]), plain(row["high"]))
