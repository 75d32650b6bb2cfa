"""The plan under each rulebook, for page and terminal: totals, classes of mills, and what classes cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reporting.figures import (
    clauses,
    counted,
    emission_scale,
    enumerated,
    listed,
    money,
    percent,
    phrases,
    plain,
    sentences,
    with_unit,
)
from reporting.language import N_, ngettext
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.risk_tables import RiskTable

NOTHING = "\u2013"
NO_CLASS = N_("none")
MOST_BOOKS = 4  # named in a line


@dataclass(frozen=True)
class RulebookSection:
    """The section of the page: its title, what stands below it, tables, and notes."""

    title: str
    sub: str
    tables: list[RiskTable]
    folded: list[RiskTable]
    notes: list[str]


def rulebook_section(payload: Payload) -> RulebookSection | None:
    """Return the section about rulebooks; None where the plan was not told under any."""
    shown = payload["rulebooks"]
    if not shown["books"]:
        return None
    tables = [_totals(payload)]
    by_class = _classes(payload)
    folded = [*([by_class] if by_class else []), *_mills(payload), *_products(payload), _treated(payload)]
    first = _class_counts(payload)
    if first is not None:
        tables.append(first)
    cost = _class_cost(payload)
    if cost is not None:
        tables.append(cost)
    return RulebookSection(
        _title(payload),
        _(
            "One plan, counted as each rulebook counts it: what lies within its boundary, by its own "
            "factors. Reference is today's chain under the same rulebook."
        ),
        tables,
        folded,
        _notes(payload),
    )


def _title(payload: Payload) -> str:
    shown = payload["rulebooks"]
    books = [book for book in shown["books"] if book["reference"] is not None]
    if shown["flips"]:
        sides = shown["flips"][0]["lower"]
        named = {book["key"]: _(book["name"]) for book in shown["books"]}
        fewer = min(sides, key=lambda name: len(sides[name]))
        which, more = (
            listed([named[key] for key in sides[fewer][:MOST_BOOKS]]),
            len(sides[fewer]) - MOST_BOOKS,
        )
        if more > 0:
            which = _("{names} and {number} more").format(names=which, number=more)
        said = (
            ngettext(
                "The ranking flips: {names} counts less for Reference",
                "The ranking flips: {names} count less for Reference",
                len(sides[fewer]),
            )
            if fewer == "reference"
            else ngettext(
                "The ranking flips: {names} counts less for the plan",
                "The ranking flips: {names} count less for the plan",
                len(sides[fewer]),
            )
        )
        return said.format(names=which)
    cuts = [(_cut(book), _(book["name"])) for book in books if _cut(book) is not None]
    if not cuts:
        return _("The plan under {rulebooks}").format(rulebooks=counted(len(shown["books"]), "rulebook"))
    least, most = min(cuts, key=_first), max(cuts, key=_first)
    seen = {"most": percent(-_first(most), signed=True), "least": percent(-_first(least), signed=True)}
    if abs(_first(most) - _first(least)) < 5e-4:
        return _("All {number} rulebooks see the same change of {most}").format(number=len(cuts), **seen)
    said = _("No rulebook changes the ranking; by {last} {cutting} sees {most}, {keeping} {least}")
    return said.format(last=payload["periods"]["last"], cutting=most[1], keeping=least[1], **seen)


def _first(pair: tuple[float | None, str]) -> float:
    return pair[0] or 0.0


def _cut(book: dict[str, Any]) -> float | None:
    """Return the cut of the last period against Reference in it, as a share."""
    if book["reference"] is None:
        return None
    before, after = book["reference"]["emissions"][-1], book["plan"]["emissions"][-1]
    return None if not before or after is None else 1 - after / before


def _totals(payload: Payload) -> RiskTable:
    shown, last = payload["rulebooks"]["books"], payload["periods"]["last"]
    both = [book[name]["emissions"][-1] for book in shown for name in ("plan", "reference") if book[name]]
    scale = emission_scale(max((abs(v) for v in both if v is not None), default=0.0))
    rows = []
    for book in shown:
        cut, before = _cut(book), book["reference"]
        rows.append(
            [
                phrases([_(book["name"]), _(book["version"])]),
                NOTHING if before is None else scale.show(before["emissions"][-1] or 0.0),
                scale.show(book["plan"]["emissions"][-1] or 0.0),
                NOTHING if cut is None else percent(-cut, signed=True),
                NOTHING if before is None else _figure(before["intensity"][-1]),
                _figure(book["plan"]["intensity"][-1]),
                _boundary(book["boundary"]),
            ]
        )
    return RiskTable(
        _("What each rulebook counts in {last}").format(last=last),
        _("{unit} CO\u2082e a year, and t per unit of what it counts up to").format(unit=scale.unit),
        [
            *(_("Rulebook"), _("Reference"), _("Plan"), _("Change"), _("Reference, per unit")),
            *(_("Plan, per unit"), _("Counts up to")),
        ],
        rows,
    )


def _boundary(name: str) -> str:
    return _("what is delivered") if name == "chain" else _(name.replace("_", " "))


def _figure(value: float | None) -> str:
    return NOTHING if value is None else plain(value)


def _books_with_classes(payload: Payload) -> list[dict[str, Any]]:
    classed = {mill["rulebook"] for mill in payload["rulebooks"]["mills"] if mill["class"] is not None}
    return [book for book in payload["rulebooks"]["books"] if book["key"] in classed]


def _class_counts(payload: Payload) -> RiskTable | None:
    """Return how many mills are in each class at the end, Reference beside the plan."""
    rows = []
    for book in _books_with_classes(payload):
        mills = [m for m in payload["rulebooks"]["mills"] if m["rulebook"] == book["key"]]
        rows.append([_(book["name"]), *(_counts(mills, key) for key in ("reference_class", "class"))])
    if not rows:
        return None
    title = _("Classes of the mills in {last}").format(last=payload["periods"]["last"])
    headers = [_("Scheme"), _("Reference"), _("Plan")]
    return RiskTable(title, _("Class, and how many mills reach it"), headers, rows)


def _counts(mills: list[dict[str, Any]], key: str) -> str:
    """Return each class with the number of mills in it at the end."""
    found: dict[str, int] = {}
    for mill in mills:
        if mill[key] is not None and mill["made"][-1]:
            name = mill[key][-1] or _(NO_CLASS)
            found[name] = found.get(name, 0) + 1
    said = _("{name}: {number}")
    return enumerated(said.format(name=n, number=number) for n, number in sorted(found.items())) or NOTHING


def _classes(payload: Payload) -> RiskTable | None:
    """Return the class of each mill by scheme, with the years in which it changes."""
    books = _books_with_classes(payload)
    years = [str(label).partition("\u2013")[0] for label in payload["periods"]["labels"]]
    by_site: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    for mill in payload["rulebooks"]["mills"]:
        if mill["class"] is not None:
            names[mill["site"]] = mill["name"]
            by_site.setdefault(mill["site"], {})[mill["rulebook"]] = _changes(mill, years)
    if not by_site:
        return None
    return RiskTable(
        _("Class of each mill by year"),
        _("The best class whose line holds at the mill's scrap share, and from when on it is another"),
        [_("Mill"), *(_(book["name"]) for book in books)],
        [[names[s], *(of.get(book["key"], NOTHING) for book in books)] for s, of in by_site.items()],
        folded=True,
    )


def _changes(mill: dict[str, Any], years: list[str]) -> str:
    """Return the class of the first year, and each other one with its first year."""
    found: list[str] = []
    before: str | None = None
    for year, name, figure in zip(years, mill["class"], mill["intensity"], strict=True):
        now = NOTHING if figure is None else name or _(NO_CLASS)
        if now != before:
            since = _("{name} from {year}").format(name=now, year=year)
            found.append(now if before is None else since)
        before = now
    return phrases(found)


def _mills(payload: Payload) -> list[RiskTable]:
    """Return each mill's intensity at the end under the rulebooks of mills."""
    mills, last = payload["rulebooks"]["mills"], payload["periods"]["last"]
    books = [b for b in payload["rulebooks"]["books"] if any(m["rulebook"] == b["key"] for m in mills)]
    if not books:
        return []
    by_site: dict[str, dict[str, dict[str, Any]]] = {}
    for mill in mills:
        by_site.setdefault(mill["site"], {})[mill["rulebook"]] = mill
    rows = []
    for of_site in by_site.values():
        shares = [m["scrap_share"][-1] for m in of_site.values() if m["scrap_share"][-1] is not None]
        found = [of_site.get(book["key"]) for book in books]
        rows.append(
            [
                next(iter(of_site.values()))["name"],
                percent(shares[0]) if shares else NOTHING,
                *(_figure(m["intensity"][-1]) if m is not None else NOTHING for m in found),
            ]
        )
    return [
        RiskTable(
            _("Each mill under each rulebook in {last}").format(last=last),
            _("t CO\u2082e per unit of what the rulebook counts up to, and scrap in the metal charged"),
            [_("Mill"), _("Scrap"), *(_(book["name"]) for book in books)],
            rows,
            folded=True,
        )
    ]


def _products(payload: Payload) -> list[RiskTable]:
    """Return what each rulebook counts for a unit of each product at the end."""
    books, last = payload["rulebooks"]["books"], payload["periods"]["last"]
    told = [{each["name"]: each for each in book["products"]} for book in books]
    names = list(dict.fromkeys(name for of_book in told for name in of_book))
    rows = [
        [
            _(book["name"]),
            *(_figure(of[name]["intensity"][-1]) if name in of else NOTHING for name in names),
        ]
        for book, of in zip(books, told, strict=True)
    ]
    title = _("Each product under each rulebook in {last}").format(last=last)
    unit = _("t CO\u2082e per unit delivered, or made where a rulebook counts mills")
    return [RiskTable(title, unit, [_("Rulebook"), *names], rows, folded=True)] if names else []


def _treated(payload: Payload) -> RiskTable:
    """Return what becomes of the ledger under each rulebook, so that nothing is lost or counted twice."""
    books, last = payload["rulebooks"]["books"], payload["periods"]["last"]
    parts = ("counted", "replaced", "left_out", "instead")
    largest = max((abs(book["treated"][part][-1] or 0.0) for book in books for part in parts), default=0.0)
    scale = emission_scale(largest)
    rows = []
    for book in books:
        counted_, replaced, left_out, instead = (book["treated"][part][-1] or 0.0 for part in parts)
        figures = (counted_, instead, counted_ + instead, replaced, left_out, counted_ + replaced + left_out)
        rows.append([_(book["name"]), *(scale.show(v) for v in figures)])
    unit = _(
        "{unit} CO\u2082e a year. Every entry of the ledger, under every method of scope 2, is counted, "
        "replaced or left out, once"
    )
    heads = (_("Rulebook"), _("Counted"), _("By own factors"), _("Total"), _("Replaced"), _("Left out"))
    return RiskTable(
        _("What becomes of the ledger in {last}").format(last=last),
        unit.format(unit=scale.unit),
        [*heads, _("Ledger")],
        rows,
        folded=True,
    )


def _class_cost(payload: Payload) -> RiskTable | None:
    """Return each class asked for: what the plan reaches, and what it costs."""
    asked = payload["rulebooks"]["classes_cost"]
    if asked is None:
        return None
    currency = payload["scenario"]["currency"]
    rows = []
    for target in payload["programme"]["targets"]:
        if target["measure"] != "steel_class":
            continue
        held = [t for t, limit in enumerate(target["limit"]) if limit is not None]
        at = held[0] if held else -1
        price = max((v or 0.0 for v in target["price"] or [0.0]), default=0.0)
        rows.append(
            [
                target["name"],
                NOTHING if not held else str(payload["periods"]["labels"][at]),
                _figure(target["limit"][at]),
                _figure(target["plan"][at]),
                _("{amount} per t a year").format(amount=money(price, currency))
                if price > 0
                else _("nothing: it holds by itself"),
            ]
        )
    cost = asked["npv"]
    said = (
        _("carbon.cost_of_classes=true solves again without them")
        if cost is None
        else _said_cost(asked, currency)
    )
    unit = _("t CO\u2082e per t made, scrap term added, against the line without scrap. Cost: {cost}")
    return RiskTable(
        _("Steel classes asked for"),
        unit.format(cost=said),
        [_("Mill and class"), _("From"), _("Line"), _("Plan"), _("One t a year more is worth")],
        rows,
    )


def _said_cost(asked: dict[str, Any], currency: str) -> str:
    said = _("{amount} net present value against the same pathway without them")
    if asked["gap"]:
        said = _("{amount} net present value against the same pathway without them, give or take {gap}")
    return said.format(amount=money(asked["npv"], currency), gap=money(asked["gap"] or 0.0, currency))


def _notes(payload: Payload) -> list[str]:
    passed = _(
        "Goods that one mill takes in from another stand in both mills' figures and once in the total."
    )
    source = _("docs/accounting.md says what each rulebook counts, by which formula and source.")
    found = [sentences([passed, source])]
    if not payload["rulebooks"]["mills"]:
        found.append(
            _("Rulebooks of steel apply where column material of table products says which goods are steel.")
        )
    return found


def rulebook_line(payload: Payload) -> str | None:
    """Return one line for the terminal: range of totals, and whether the ranking flips."""
    books = payload["rulebooks"]["books"]
    totals = [(book["plan"]["emissions"][-1] or 0.0, _(book["name"])) for book in books]
    if not totals:
        return None
    scale = emission_scale(max(abs(total[0]) for total in totals))
    low, high = min(totals), max(totals)
    said = _("the ranking flips") if payload["rulebooks"]["flips"] else _("same ranking")
    ends = _("{low} ({lowest}) to {high} ({highest})").format(
        low=scale.show(low[0]),
        lowest=low[1],
        high=with_unit(scale.show(high[0]), scale.unit),
        highest=high[1],
    )
    return _("{year}: {said}").format(year=payload["periods"]["last"], said=clauses([ends, said]))
