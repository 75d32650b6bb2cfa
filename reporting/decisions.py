"""What gets built when: a timetable by decision, or by kind and year when there are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reporting.figures import clauses, counted, listed, shorten
from reporting.language import gettext as _
from reporting.moments import after, last_moment
from reporting.payload import Payload

FEW = 16  # up to this many decisions each has its own bar
MOST = 150


@dataclass(frozen=True)
class Bar:
    """One decision: where its bar lies in percent of the horizon, and in words."""

    name: str
    site: str
    start: float
    lead: float
    works: float
    words: str


@dataclass(frozen=True)
class Cell:
    """One kind in one year: how many work, whether some are being built, how dark to draw it (0 to 1)."""

    text: str
    shade: float
    building: bool
    words: str


@dataclass(frozen=True)
class Kind:
    """One kind of intervention over the years."""

    name: str
    used: str
    cells: list[Cell]
    bars: list[Bar]


@dataclass(frozen=True)
class Timetable:
    """All decisions, by kind."""

    kinds: list[Kind]
    labels: list[str]
    ticks: list[tuple[int, float]]
    many: bool
    total: int
    hidden: int
    unused: str


def timetable(payload: Payload) -> Timetable:
    """Return the timetable of what the plan decides; kinds in the order they start."""
    periods = payload["periods"]
    chosen = [row for row in payload["interventions"] if row["chosen"]]
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(chosen, key=lambda r: (r["decided"], r["name"])):  # kinds in the order they start
        kinds.setdefault(row["kind"], []).append(row)
    start, end = periods["first"], after(periods["end"], periods["years"][-1])
    years = range(int(start), round(end), max(1, int(end - start) // 5))
    return Timetable(
        kinds=[_kind(payload, name, rows) for name, rows in kinds.items()],
        labels=periods["labels"],
        ticks=[(year, (year - start) * 100 / (end - start)) for year in years],
        many=len(chosen) > FEW,
        total=len(chosen),
        hidden=max(len(chosen) - MOST, 0),
        unused=_unused(payload, set(kinds)),
    )


def sentence(text: str) -> str:
    """Return a kind's name with a capital first letter and spaces for underscores."""
    words = text.replace("_", " ")
    return words[:1].upper() + words[1:]


def _kind(payload: Payload, name: str, rows: list[dict[str, Any]]) -> Kind:
    """Gather one kind: counts by period and a bar for each decision."""
    offered = sum(row["kind"] == name for row in payload["interventions"])
    cells: list[Cell] = []
    before = ""
    for start, years in zip(payload["periods"]["start"], payload["periods"]["years"], strict=True):
        last = last_moment(start, years)
        at_work = sum(
            row["works_from"] is not None and row["works_from"] <= last and row["works_to"] >= start
            for row in rows
        )
        building = sum(
            row["decided"] <= last and (row["works_from"] is None or row["works_from"] > last) for row in rows
        )
        text = str(at_work) if at_work else ""
        said = (
            _("{year}: {at_work} at work, {building} being built")
            if building
            else _("{year}: {at_work} at work")
        )
        words = said.format(year=start, at_work=at_work, building=building)
        cells.append(Cell(text if text != before else "", _shade(at_work / len(rows)), building > 0, words))
        before = text
    used = _("{used} of {offered}").format(used=len(rows), offered=offered)
    return Kind(sentence(name), used, cells, [_bar(payload, row) for row in rows[:MOST]])


def _shade(share: float) -> float:
    """Return how dark a share is drawn; the greys on which neither white nor ink reads are skipped."""
    if share <= 0:
        return 0.0
    return 0.1 + 0.64 * share if share <= 0.5 else 0.8 + 0.28 * (share - 0.5)


def _bar(payload: Payload, row: dict[str, Any]) -> Bar:
    """Place one decision on the horizon."""
    periods = payload["periods"]
    start, end = periods["first"], after(periods["end"], periods["years"][-1])
    since = row["works_from"] if row["works_from"] is not None else end
    until = min(after(row["works_to"], periods["years"][-1]), end) if row["works_to"] is not None else end
    scale = 100 / (end - start)
    site = "" if not row["site"] or row["site"] in row["name"] else row["site"]
    return Bar(
        name=row["name"],
        site=site,
        start=(row["decided"] - start) * scale,
        lead=max(since - row["decided"], 0) * scale,
        works=max(until - since, 0) * scale,
        words=_when(row, periods["end"]),
    )


def _when(row: dict[str, Any], end: Any) -> str:
    """Say in words when something is decided and works."""
    years = {"decided": row["decided"], "since": row["works_from"], "until": row["works_to"], "end": end}
    if row["works_from"] is None:
        said = _("decided {decided}, works after {end}")
    elif row["works_from"] == row["decided"]:
        said = _("from {since}") if row["works_to"] >= end else _("from {since}, until {until}")
    elif row["works_to"] >= end:
        said = _("decided {decided}, works from {since}")
    else:
        said = _("decided {decided}, works from {since}, until {until}")
    return said.format(**years)


def _unused(payload: Payload, used: set[str]) -> str:
    """Name what the plan never uses: kinds with their number, or names when there are few."""
    left = [row for row in payload["interventions"] if not row["chosen"]]
    if not left:
        return ""
    if len(left) <= 6:
        return _("{said}.").format(said=clauses(shorten(row["name"], 60) for row in left))
    whole = [kind for kind in dict.fromkeys(row["kind"] for row in left) if kind not in used]
    if not whole:
        single = counted(len(left), "single intervention")
        return _("Every kind on offer is used in part; {single} are not.").format(single=single)
    kinds = {kind: sum(row["kind"] == kind for row in left) for kind in whole}
    names = [_("{name} ({number})").format(name=k.replace("_", " "), number=n) for k, n in kinds.items()]
    return _("{said}.").format(said=sentence(listed(names)))
