"""The rows of the comparison strip: how far, how much, at what price, how sure, by what above all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reporting.figures import change, counted, interval, money, percent, tonnes, whole_percent
from reporting.findings import cap_chance
from reporting.language import gettext as _
from reporting.payload import Payload, main_cap
from reporting.separation import Separation

Cell = dict[str, Any]
Make = Callable[[Payload], Cell]


def rows(parts: Sequence[Mapping[str, Any]], apart: Mapping[str, Separation]) -> list[dict[str, Any]]:
    """Return one row a figure that pathways are compared in, each with a cell a pathway that has a plan.

    Returns
    -------
    ``key``, ``name`` and ``unit`` of each row and ``cells`` by pathway: ``value`` in that unit or None;
    ``text`` as shown and ``more``, its base; ``low`` and ``high`` where there is an interval; ``clear``,
    whether the figure is clearly another than that of every other pathway, None where there is none.
    """
    planned = {str(part["key"]): part["payload"] for part in parts if "payload" in part}
    first = next(iter(planned.values()))
    last, currency, several = (
        first["periods"]["last"],
        first["scenario"]["currency"],
        len(first["periods"]["start"]) > 1,
    )
    emissions = _("Emissions by {last}") if several else _("Emissions in {last}")
    made: list[tuple[str, str, str, Make, str]] = [
        ("emissions", emissions.format(last=last), "share", _change, "last"),
        ("cumulative", _("Emissions in all"), "tCO2e", _cumulative, "emissions"),
        ("cost", _("Extra cost over Reference"), currency, _extra_cost, "cost"),
        ("capital", _("Capital to commit"), currency, _capital, "capital"),
        ("chance", _("Chance of missing the cap"), "share", _chance, "chance"),
        ("lever", _("Largest cut in {last}").format(last=last), "tCO2e/year", _lever, ""),
    ]
    return [
        {"key": key, "name": name, "unit": unit, "cells": _cells(planned, cell, apart.get(rule))}
        for key, name, unit, cell, rule in made
    ]


def _cells(planned: Mapping[str, Any], make: Make, rule: Separation | None) -> dict[str, Cell]:
    """Return the cells of one row by pathway."""
    found = {key: make(payload) for key, payload in planned.items()}
    for key, cell in found.items():
        others = [other for other in found if other != key and found[other]["value"] is not None]
        if rule is not None and others and cell["value"] is not None:
            cell["clear"] = all(rule(key, other) != 0 for other in others)
    return found


def _cell(
    value: float | None, text: str, more: str = "", low: float | None = None, high: float | None = None
) -> Cell:
    return {"value": value, "text": text, "more": more, "low": low, "high": high, "clear": None}


def _change(payload: Payload) -> Cell:
    """Return how far emissions of the last year lie from Reference's first year, or its only one."""
    emissions = payload["emissions"]
    ours = emissions["plan"][-1]
    share = change(ours, emissions["reference"][0])
    yearly = _("{amount} CO\u2082e a year").format(amount=tonnes(ours))
    if share is None:
        return _cell(None, tonnes(ours), _("Reference emits nothing"))
    return _cell(share, percent(share, signed=True), yearly)


def _cumulative(payload: Payload) -> Cell:
    totals = payload["emissions"]["cumulative"]
    share = change(totals["plan"], totals["reference"])
    more = "" if share is None else _("{change} against Reference").format(change=percent(share, signed=True))
    return _cell(totals["plan"], _("{amount} CO\u2082e").format(amount=tonnes(totals["plan"])), more)


def _extra_cost(payload: Payload) -> Cell:
    """Return present cost over Reference; that it is not clear of Reference is said in words."""
    cost, currency = payload["cost"], payload["scenario"]["currency"]
    share = cost["extra_share"]
    if cost["same"]:
        return _cell(0.0, money(0.0, currency), _("The same cost as Reference"))
    text = money(cost["extra"], currency, signed=True)
    if not cost["clear"]:
        return _cell(cost["extra"], text, _("No clear difference from Reference"))
    more = (
        "" if share is None else _("{share} of supply-chain cost").format(share=percent(share, signed=True))
    )
    return _cell(cost["extra"], text, more)


def _capital(payload: Payload) -> Cell:
    capital = payload["cost"]["capital"]["plan"]
    decided = sum(row["chosen"] for row in payload["interventions"])
    more = _("For {decisions}").format(decisions=counted(decided, "decision")) if decided else ""
    return _cell(capital, money(capital, payload["scenario"]["currency"]), more)


def _chance(payload: Payload) -> Cell:
    """Return the chance of missing the main cap in its last year, with its 95 % interval."""
    if main_cap(payload) is None:
        return _cell(None, _("no cap"))
    chance = cap_chance(payload)
    if chance is None:
        return _cell(None, _("not simulated"))
    ends = _("95% interval {interval}").format(interval=interval(chance["low"], chance["high"]))
    return _cell(chance["share"], whole_percent(chance["share"]), ends, chance["low"], chance["high"])


def _lever(payload: Payload) -> Cell:
    """Return the largest part of the cut in the last year, tCO2e a year, by its name."""
    parts = [(part["values"][-1] or 0.0, part["label"]) for part in payload["cuts"]["parts"]]
    amount, label = max(parts, default=(0.0, ""))
    if amount <= 0.5:
        return _cell(None, _("no cut"))
    named = _(label)
    yearly = _("{amount} CO\u2082e a year").format(amount=tonnes(amount))
    return _cell(amount, named[:1].upper() + named[1:], yearly)
