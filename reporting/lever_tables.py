"""The page's section on levers: what each brings, what does not, and how inputs swing the plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from reporting.charts_levers import lever_name, ranked
from reporting.charts_tornado import tornado_title
from reporting.figures import DASH, clauses, count, money, percent, phrases, sentences, tonnes
from reporting.language import N_
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.risk_tables import RiskTable

WAYS = {
    "held": N_("rest as planned"),
    "freed": N_("quantities free to change"),
    "dropped": N_("others given up too where they no longer pay"),
    "needed": N_("no plan without it"),
    "unknown": N_("no plan found in time"),
}


@dataclass(frozen=True)
class LeversSection:
    """Title, sentence and tables of the section, and what is said where something was not asked for."""

    title: str
    sub: str
    tables: list[RiskTable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tornado: str = ""


def levers_section(payload: Payload) -> LeversSection | None:
    """Return the section; None where neither was asked for."""
    found, swings = payload["abatement"], payload["tornado"]
    if found is None and swings is None:
        return None
    if found is None:
        missing = _("What each lever brings is solved for with abatement.curve=true.")
        return LeversSection(tornado_title(payload), _tornado_sub(), notes=[missing])
    notes = (
        []
        if swings is not None
        else [_("How inputs swing the plan is solved for with tornado.inputs=[all].")]
    )
    return LeversSection(
        _title(payload),
        _sub(payload),
        [_table(payload)] if found["levers"] else [],
        notes,
        tornado_title(payload) if swings is not None else "",
    )


def _title(payload: Payload) -> str:
    """Say which lever brings most in the plan."""
    rows = ranked(payload)
    if not payload["abatement"]["levers"]:
        return _("The pathway has no lever to pull")
    if not rows:
        return _("No lever brings a cut that the rest of the plan would not make")
    most = max(rows, key=lambda row: row["cut"])
    return _("Largest lever: {lever}. Without it the plan would emit {tonnes} more").format(
        lever=lever_name(most), tonnes=tonnes(most["cut"])
    )


def _sub(payload: Payload) -> str:
    """Say what is measured, and that it does not add up."""
    found = payload["abatement"]
    brought = sum(row["cut"] for row in ranked(payload))
    said = [
        _(
            "A lever is taken out and the plan solved again: the rest stays as planned as far as it can, and "
            "caps charge the price of their dearest tonne instead of binding."
        )
    ]
    if brought > 0:
        said.append(
            _(
                "Added up, the levers bring {brought}; the plan cuts {total}: they work through each other."
            ).format(brought=tonnes(brought), total=tonnes(found["total"]))
        )
    return sentences(said)


def _tornado_sub() -> str:
    return _("Each bar is the best plan if one input were at its lowest or highest, all else as it is.")


def _table(payload: Payload) -> RiskTable:
    """Return every lever: in the plan, and alone in today's chain."""
    currency = payload["scenario"]["currency"]
    order = {row["key"]: i for i, row in enumerate(ranked(payload))}
    rows = sorted(
        payload["abatement"]["levers"], key=lambda row: (order.get(row["key"], len(order)), not row["used"])
    )
    ways = any(row["used"] and row["way"] != "held" for row in rows)
    figures = [_("cut"), _("cost"), _("a tonne")]
    headers = [_("Lever"), *figures, *(_("alone: {figure}").format(figure=name) for name in figures)]
    return RiskTable(
        _("What each lever brings, in the plan and alone"),
        _("CO\u2082e over the horizon and net present value; alone: added to today's chain"),
        [*headers, _("How")] if ways else headers,
        [
            [
                lever_name(row),
                *_three(row, "", currency),
                *_three(row, "alone_", currency),
                *([_way(row)] if ways else []),
            ]
            for row in rows
            if row["used"] or row["alone_per_tonne"] is not None or abs(row["alone_cost"] or 0.0) >= 1
        ],
    )


def _three(row: dict[str, Any], prefix: str, currency: str) -> list[str]:
    cut, cost, each = (row[f"{prefix}{name}"] for name in ("cut", "cost", "per_tonne"))
    if cut is None or cost is None:
        return [DASH] * 3
    return [
        tonnes(cut) if each is not None else tonnes(0.0),
        money(cost, currency),
        DASH if each is None or cut < 0 else money(each, currency),
    ]


def _way(row: dict[str, Any]) -> str:
    return _(WAYS[row["way"]]) if row["used"] else _("not used in the plan")


@dataclass(frozen=True)
class DecideBy:
    """Decisions in the order they fall due, or groups of them, with money committed."""

    table: RiskTable
    note: str


FEW = 12  # decisions up to which each has its own row; beyond, each year has


def decide_by(payload: Payload) -> DecideBy | None:
    """Return what to decide by when; None where the plan decides nothing."""
    chosen = sorted(
        (row for row in payload["interventions"] if row["chosen"]),
        key=lambda row: (row["decided"], row["works_from"] or row["decided"], row["kind"], row["name"]),
    )
    if not chosen:
        return None
    currency = payload["scenario"]["currency"]
    known = all(row["capital"] is not None for row in chosen)
    groups = _each(chosen) if len(chosen) <= FEW else _by_year(chosen)
    rows, committed = [], 0.0
    in_all = sum(row["capital"] or 0.0 for row in chosen)
    for year, name, works, members in groups:
        paid = sum(row["capital"] or 0.0 for row in members)
        committed += paid
        cells = [name, str(year), works]
        if known:
            share = percent(committed / in_all) if in_all > 0 else DASH
            cells += [money(paid, currency), money(committed, currency), share]
        rows.append(cells)
    headers = [_("Decision"), _("Decide by"), _("Works from")]
    if known:
        headers += [_("Capital"), _("Committed so far"), _("Share")]
    first = chosen[0]["decided"]
    due = [row for row in chosen if row["decided"] == first]
    said = _("{count} of {total} decisions fall due in {year}.").format(
        count=count(len(due)), total=count(len(chosen)), year=first
    )
    if known and in_all > 0:
        said = _(
            "{count} of {total} decisions fall due in {year}, with {money} of capital, not discounted."
        ).format(
            count=count(len(due)),
            total=count(len(chosen)),
            year=first,
            money=money(sum(row["capital"] for row in due), currency),
        )
    basis = _("The date is that of the plan: the start of the work less its lead time.")
    note = "" if known else _("The money each decision commits is not in this run: run it again.")
    return DecideBy(RiskTable(_("What to decide by when"), sentences([said, basis]), headers, rows), note)


Group = tuple[Any, str, str, list[dict[str, Any]]]


def _each(chosen: list[dict[str, Any]]) -> list[Group]:
    return [(row["decided"], _named(row), _works([row]), [row]) for row in chosen]


def _by_year(chosen: list[dict[str, Any]]) -> list[Group]:
    """Gather what falls due together, its kinds by how many there are of each."""
    years: dict[Any, list[dict[str, Any]]] = {}
    for row in chosen:
        years.setdefault(row["decided"], []).append(row)
    return [(year, _kinds(members), _works(members), members) for year, members in years.items()]


def _kinds(members: list[dict[str, Any]]) -> str:
    """Name what is decided: kinds with how many, or a decision that is the only one of its kind."""
    counts = Counter(row["kind"] for row in members)
    named = []
    for kind, many in counts.most_common():
        alone = next(row for row in members if row["kind"] == kind)
        words = _("{count} \u00d7 {kind}").format(count=count(many), kind=kind)
        named.append(alone["name"] if many == 1 else words)
    return clauses(named)


def _named(row: dict[str, Any]) -> str:
    site = row["site"]
    known = not site or site.partition(",")[0] in row["name"]
    return str(row["name"]) if known else phrases([row["name"], site])


def _works(members: list[dict[str, Any]]) -> str:
    """Return when a group works: its first and last year."""
    years = sorted({row["works_from"] for row in members if row["works_from"] is not None})
    if not years:
        return _("after the horizon")
    return str(years[0]) if len(years) == 1 else f"{years[0]}\u2013{years[-1]}"
