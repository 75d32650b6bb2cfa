"""The suppliers' part of the page: one table of all, and a page for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reporting.appearance import humanise
from reporting.coverage import HOTSPOT_SHARE
from reporting.figures import (
    Scale,
    between,
    clauses,
    count,
    counted,
    emission_scale,
    enumerated,
    money,
    money_scale,
    money_unit,
    phrases,
    plain,
    shorten,
    unit_name,
    whole_percent,
)
from reporting.language import gettext as _
from reporting.language import ngettext
from reporting.names import in_sentence, listed_names
from reporting.payload import Payload

MOST_SUPPLIERS = 60  # the rest is in the workbook


@dataclass(frozen=True)
class Rows:
    """A table: headers and rows of text, the first cell of each a name."""

    headers: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class SupplierPage:
    """What the plan does with one supplier: its name, sentences about it, and figures by year."""

    name: str
    what: str
    sentences: list[str]
    numbers: Rows


@dataclass(frozen=True)
class SupplierSection:
    """The section of the page: finding, explanation, table of all and pages of each."""

    title: str
    sub: str
    unit: str
    table: Rows
    shares: Rows | None
    pages: list[SupplierPage]
    left_out: str


def supplier_section(payload: Payload) -> SupplierSection | None:
    """Return the section about suppliers; None when the run does not say what is paid to whom."""
    shown = payload["suppliers"][:MOST_SUPPLIERS]
    if not shown:
        return None
    left = len(payload["suppliers"]) - len(shown)
    units = {"money": _money(shown, payload["scenario"]["currency"]), "carbon": _carbon(shown).unit}
    unit = _(
        "Spend in {money} and emissions up to the gate in {carbon} CO\u2082e, a year; the most paid first"
    )
    more = ngettext("{suppliers} is in the workbook.", "{suppliers} are in the workbook.", left)
    return SupplierSection(
        title=_title(payload),
        sub=_("What is bought of whom, how well its footprint is known, and where its programme stands."),
        unit=unit.format(**units),
        table=_overview(payload, shown),
        shares=_shares(payload),
        pages=[_page(payload, row) for row in shown],
        left_out=more.format(suppliers=counted(left, "more supplier")) if left else "",
    )


def _title(payload: Payload) -> str:
    """Say how few suppliers make most of the emissions bought in the last year."""
    last = payload["periods"]["last"]
    emitted = sorted((row["emissions"][-1] or 0.0 for row in payload["suppliers"]), reverse=True)
    used = sum(row["used"] for row in payload["suppliers"])
    total, summed, needed = sum(emitted), 0.0, 0
    suppliers = counted(len(emitted), "supplier")
    if total <= 0:
        return _("{number} of {suppliers} are used").format(number=count(used), suppliers=suppliers)
    while summed < HOTSPOT_SHARE * total:
        summed, needed = summed + emitted[needed], needed + 1
    said = ngettext(
        "{number} of {suppliers} makes {share} of the emissions bought in {last}",
        "{number} of {suppliers} make {share} of the emissions bought in {last}",
        needed,
    )
    share = whole_percent(summed / total)
    return said.format(number=count(needed), suppliers=suppliers, share=share, last=last)


def _money_scale(rows: list[dict[str, Any]]) -> Scale:
    return money_scale(max((max(row["spend"]) for row in rows), default=0.0))


def _money(rows: list[dict[str, Any]], currency: str) -> str:
    return money_unit(_money_scale(rows), currency)


def _carbon(rows: list[dict[str, Any]]) -> Scale:
    return emission_scale(max((max(row["emissions"]) for row in rows), default=0.0))


def _overview(payload: Payload, shown: list[dict[str, Any]]) -> Rows:
    """Return one row a supplier."""
    first, last = payload["periods"]["first"], payload["periods"]["last"]
    paid, carbon = _money_scale(shown), _carbon(shown)
    total = sum(row["spend"][-1] for row in payload["suppliers"]) or 1.0
    scored, enrolled = any(row["scored"] for row in shown), any(row["stages"] for row in shown)
    headers = [_("Supplier"), _("Supplies"), _("Footprint known"), _("Spend {year}"), f"{last}", _("Share")]
    headers += [_("CO\u2082e {year}"), f"{last}"]
    headers += [_("Score {year}"), f"{last}"] if scored else []
    headers += [_("Programme")] if enrolled else []
    rows = []
    for row in shown:
        cells = [shorten(row["name"], 44), _products(row), _known(row)]
        cells += [paid.show(row["spend"][0]), paid.show(row["spend"][-1])]
        cells += [whole_percent(row["spend"][-1] / total)]
        cells += [carbon.show(row["emissions"][0]), carbon.show(row["emissions"][-1])]
        if scored:
            cells += [_graded(row["scored"], 0), _graded(row["scored"], -1)]
        if enrolled:
            cells += [_furthest(row)]
        rows.append(cells)
    return Rows([header.format(year=first) for header in headers], rows)


def _shares(payload: Payload) -> Rows | None:
    """Return what sourcing rules ask for, what the plan has in the last year, and what a point costs."""
    if not payload["asked_shares"]:
        return None
    first, last = payload["periods"]["first"], payload["periods"]["last"]
    currency = payload["scenario"]["currency"]
    rows = []
    for row in payload["asked_shares"]:
        price = row["point_price"][-1]
        asked = [
            said.format(share=whole_percent(row[bound][-1]))
            for bound, said in (("minimum", _("at least {share}")), ("maximum", _("at most {share}")))
            if row[bound][-1] is not None
        ]
        held = phrases(asked) or "\u2013"
        named = _("{rule}, share of {measure}")
        rows.append(
            [
                named.format(rule=humanise(row["rule"]), measure=_(row["measure"])),
                *(_share(row["share"][at]) for at in (0, -1)),
                held if row["kept"] else phrases([held, _("reported only")]),
                "\u2013" if price is None or not row["kept"] else f"{money(price, currency)}",
            ]
        )
    asked_in = _("Asked in {year}").format(year=last)
    return Rows([_("Shares of purchases"), str(first), str(last), asked_in, _("Price of one point")], rows)


def _share(value: float | None) -> str:
    return "\u2013" if value is None else whole_percent(value)


def _products(row: dict[str, Any]) -> str:
    return shorten(listed_names(list(dict.fromkeys(offer["name"] for offer in row["offers"]))), 60)


def _known(row: dict[str, Any]) -> str:
    """Name the data tiers of what the supplier offers, and say what the plan verifies."""
    tiers = enumerated(dict.fromkeys(_(offer["tier"]) for offer in row["offers"]))
    chance = max((_best(offer["verified"]) for offer in row["offers"]), default=0.0)
    return tiers if chance <= 0 else phrases([tiers, _("to be verified")])


def _best(values: list[float | None] | None) -> float:
    return max((value or 0.0 for value in values or []), default=0.0)


def _graded(scored: dict[str, Any] | None, at: int) -> str:
    """Return score and grade of a period."""
    if scored is None or scored["score"][at] is None:
        return "\u2013"
    return f"{plain(scored['score'][at])} {scored['grade'][at]}".strip()


def _furthest(row: dict[str, Any]) -> str:
    """Name the last stage that the supplier has a seat in."""
    seats = [stage for stage in row["stages"] if stage["decided"] is not None]
    if not seats:
        return _("no seat") if row["stages"] else "\u2013"
    return f"{humanise(seats[-1]['stage']).lower()} {seats[-1]['decided']}"


def _page(payload: Payload, row: dict[str, Any]) -> SupplierPage:
    """Return the page of one supplier."""
    sentences = [] if row["used"] else [_("The plan buys nothing here.")]
    return SupplierPage(
        name=row["name"],
        what=phrases(filter(None, (row["region"], _products(row), "" if row["used"] else _("not used")))),
        sentences=[*sentences, *_programme(row), *_improvement(payload, row)],
        numbers=_by_year(payload, row),
    )


def _programme(row: dict[str, Any]) -> list[str]:
    """Say which seats the supplier takes, when, and with which chance it gets there."""
    found = []
    for programme in dict.fromkeys(stage["programme"] for stage in row["stages"]):
        mine = [stage for stage in row["stages"] if stage["programme"] == programme]
        seats = [_seat(stage) for stage in mine if stage["decided"] is not None]
        said = clauses(seats) if seats else _("no seat in this plan")
        found.append(_("{programme}: {said}.").format(programme=humanise(programme), said=said))
    return found


def _seat(stage: dict[str, Any]) -> str:
    """Say when a seat in a stage is taken, when it is reached and how likely."""
    said = (
        _("{stage} from {decided} with a chance of {chance}")
        if stage["from"] is None
        else _("{stage} from {decided}, reached {reached} with a chance of {chance}")
    )
    return said.format(
        stage=humanise(stage["stage"]).lower(),
        decided=stage["decided"],
        reached=stage["from"],
        chance=whole_percent(stage["chance"]),
    )


def _improvement(payload: Payload, row: dict[str, Any]) -> list[str]:
    """Say what would lift the supplier to the next grade, as its scorecard stands in the last year."""
    scored = row["scored"]
    if scored is None or not scored["improve"]:
        return []
    currency, plan = payload["scenario"]["currency"], scored["improve"]
    said = (
        _("To grade {grade} with the fewest improvements after {year}: {names}, for about {cost}.")
        if plan["cost"] > 0
        else _("To grade {grade} with the fewest improvements after {year}: {names}.")
    )
    return [
        said.format(
            grade=plan["grade"],
            year=payload["periods"]["last"],
            names=clauses(plan["indicators"]),
            cost=money(plan["cost"], currency),
        )
    ]


def _by_year(payload: Payload, row: dict[str, Any]) -> Rows:
    """Return the figures of one supplier by period."""
    paid, carbon = _money_scale([row]), _carbon([row])
    currency = payload["scenario"]["currency"]
    rows, products = [], [offer["name"] for offer in row["offers"]]
    for offer in row["offers"]:
        name = offer["name"] if products.count(offer["name"]) == 1 else _told_apart(row["key"], offer)
        unit = unit_name(offer["unit"])
        if _best(offer["bought"]) > 0:
            rows.append([phrases([name, unit]), *map(_figure, offer["bought"])])
        said = _("{name}, t CO\u2082e a {unit}")
        rows.append([said.format(name=name, unit=unit), *map(_figure, offer["footprint"])])
        if _best(offer["verified"]) > 0:
            verified = [whole_percent(value or 0.0) for value in offer["verified"]]
            rows.append([_("{name}, chance that it is verified").format(name=name), *verified])
    if row["used"]:
        spend = _("Spend, {money}").format(money=money_unit(paid, currency))
        rows.append([spend, *(paid.show(v) for v in row["spend"])])
        emitted = _("Emissions, {unit} CO\u2082e").format(unit=carbon.unit)
        rows.append([emitted, *(carbon.show(v) for v in row["emissions"])])
    if row["scored"] is not None:
        scored = row["scored"]
        rows.append([_("Score, of 100"), *map(_figure, scored["score"])])
        rows.append([_("Grade"), *scored["grade"]])
        for said, values in (
            (_("Quota, least of a product"), scored["minimum"]),
            (_("Quota, most of a product"), scored["maximum"]),
        ):
            if any(value is not None for value in values):
                cells = ["\u2013" if value is None else whole_percent(value) for value in values]
                rows.append([said, *cells])
        rows += _tried(scored["simulated"])
    return Rows([_("A year"), *payload["periods"]["labels"]], rows)


def _told_apart(supplier: str, offer: dict[str, Any]) -> str:
    """Return the name of one of several offers of a product, with what its short name adds to the site's."""
    more = offer["offer"].removeprefix(supplier).replace("_", " ").strip()
    return phrases([offer["name"], in_sentence(more) if more else _("as usual")])


def _tried(simulated: dict[str, Any] | None) -> list[list[str]]:
    """Return the rows of a supplier's score in trials; none where scores do not drift."""
    if simulated is None:
        return []
    spans = zip(simulated["low"], simulated["high"], strict=True)
    rows = [
        [_("Score in trials, mean"), *map(_figure, simulated["mean"])],
        [_("Interval of that mean"), *(between(_figure(low), _figure(high)) for low, high in spans)],
    ]
    if any(chance is not None for chance in simulated["below"]):
        rows.append([_("Chance of a lower grade than planned"), *map(_share, simulated["below"])])
    return rows


def _figure(value: float | None) -> str:
    return "\u2013" if value is None else plain(value)
