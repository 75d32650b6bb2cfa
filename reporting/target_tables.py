"""Targets, factory statuses, parks, basins, labels and public tasks, for page, terminal and summary."""

from __future__ import annotations

from typing import Any

from reporting.appearance import humanise
from reporting.figures import (
    clauses,
    counted,
    enumerated,
    interval,
    listed,
    percent,
    phrases,
    plain,
    shorten,
    tonnes,
    unit_name,
    whole_percent,
    with_unit,
)
from reporting.language import N_
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.risk_tables import RiskTable
from reporting.targets import MET, MISSED, NOT_DUE, NOT_MEASURED

Target = dict[str, Any]
NOTHING = "\u2013"
WORDS = {
    MET: N_("met"),
    MISSED: N_("missed"),
    NOT_DUE: N_("no limit yet"),
    NOT_MEASURED: N_("no figures"),
}
MOST_LABELS = 12
MOST_NAMED = 2  # of missed targets in a line


def target_line(payload: Payload) -> tuple[str, str] | None:
    """Return how many targets the plan meets, as text and colour; None where there are none."""
    targets = payload["programme"]["targets"]
    if not targets:
        return None
    missed = [target for target in targets if target["verdict"] == MISSED]
    due = [target for target in targets if target["verdict"] in (MET, MISSED)]
    if not due:
        return _("none of {number} is due or can be measured").format(number=len(targets)), "yellow"
    met = _("{met} of {targets} met")
    text = met.format(met=len(due) - len(missed), targets=counted(len(due), "target"))
    if not missed:
        return text, "green"
    names = [target["name"] for target in missed[:MOST_NAMED]]
    if len(missed) > MOST_NAMED:
        names.append(_("{number} more").format(number=len(missed) - MOST_NAMED))
    return clauses([text, _("missed: {names}").format(names=listed(names))]), "yellow"


def task_lines(payload: Payload) -> list[tuple[str, str]]:
    """Return for each list of public tasks its short title and which of them the scenario exercises."""
    found = []
    for each in payload["programme"]["tasks"]:
        done = [str(task["number"]) for task in each["tasks"] if task["by"]]
        said = _("{done} of {all} exercised: {tasks}") if done else _("{done} of {all} exercised")
        text = said.format(done=len(done), all=len(each["tasks"]), tasks=enumerated(done))
        found.append((_(each["short"]), text))
    return found


def target_tables(payload: Payload) -> list[RiskTable]:
    """Return the tables about targets, statuses, parks, basins and labels that have something to say."""
    shown = payload["programme"]
    found = []
    if shown["targets"]:
        found.append(_disclosure(payload, shown["targets"]))
    if shown["statuses"]:
        found.append(_statuses(payload, shown["statuses"]))
    if shown["parks"]:
        found.append(_parks(payload, shown["parks"]))
    if shown["basins"]:
        found.append(_basins(payload, shown["basins"]))
    if shown["labels"]:
        found.append(_labels(payload, shown["labels"]))
    if shown["life_cycle"]:
        found.append(_life_cycle(shown["life_cycle"]))
    return found


def folded_tables(payload: Payload) -> list[RiskTable]:
    """Return what waits for a click: the targets by year, and each list of tasks."""
    targets = payload["programme"]["targets"]
    found = [_by_year(payload, targets)] if targets else []
    for each in payload["programme"]["tasks"]:
        done = sum(bool(task["by"]) for task in each["tasks"])
        found.append(
            RiskTable(
                _("{title}: the scenario exercises {done} of {all}").format(
                    title=_(each["title"]), done=done, all=len(each["tasks"])
                ),
                _("In our own words; exercised by: the tables and settings of the case that show it"),
                [_("Task"), _("Aspect"), _("What it asks"), _("Exercised by")],
                [
                    [str(t["number"]), _(t["aspect"]), _(t["task"]), enumerated(t["by"]) or NOTHING]
                    for t in each["tasks"]
                ],
                folded=True,
            )
        )
    return found


def section_title(payload: Payload) -> str:
    """Say how the plan stands to its targets, or how much of the public tasks the case is about."""
    line = target_line(payload)
    if line is not None:
        return line[0][:1].upper() + line[0][1:]
    said = _("{title}: {text}")
    return clauses(said.format(title=title, text=text) for title, text in task_lines(payload))


def amount(value: float | None, unit: str) -> str:
    """Return a figure of a target with its unit."""
    if value is None:
        return NOTHING
    if unit == "share":
        return percent(value)
    if unit == "tCO2e/year":
        return _("{amount} CO\u2082e").format(amount=tonnes(value))
    if unit == "count":
        return f"{value:.0f}"
    whole, slash, each = unit.removesuffix("/year").partition("/")
    text = with_unit(plain(value), _("t CO\u2082e") if whole == "tCO2e" else unit_name(whole))
    return _("{amount} a {unit}").format(amount=text, unit=unit_name(each)) if slash else text


def judged_period(target: Target) -> int | None:
    """Return the period a target is shown at: the first it misses, else the last with a limit."""
    held = [t for t, limit in enumerate(target["limit"]) if limit is not None]
    missed = [t for t in held if target["missed"][t]]
    return missed[0] if missed else held[-1] if held else None


def _disclosure(payload: Payload, targets: list[Target]) -> RiskTable:
    rows = []
    for target in targets:
        t, unit = judged_period(target), target["unit"]
        rows.append(
            [
                target["name"],
                payload["periods"]["labels"][t] if t is not None else NOTHING,
                _limit(target, t),
                amount(target["plan"][t], unit) if t is not None else NOTHING,
                _simulated(target, t),
                _chance(target, t),
                phrases([_(WORDS[target["verdict"]]), *([_("kept")] if target["enforced"] else [])]),
            ]
        )
    return RiskTable(
        _("Targets: limit, plan, simulated"),
        _(
            "First year missed, else last year with a limit; all are in the workbook. Simulated: mean of "
            "futures"
        ),
        [*_heads(), _("Verdict")],
        rows,
    )


def _heads() -> list[str]:
    return [_("Target"), _("Year"), _("Limit"), _("Plan"), _("Simulated"), _("Missed in")]


def _by_year(payload: Payload, targets: list[Target]) -> RiskTable:
    rows = [
        [
            target["name"],
            payload["periods"]["labels"][t],
            _limit(target, t),
            amount(target["plan"][t], target["unit"]),
            _simulated(target, t),
            _chance(target, t),
        ]
        for target in targets
        for t, value in enumerate(target["plan"])
        if value is not None
    ]
    title = _("Targets by year: target, plan, simulated")
    return RiskTable(title, _("Units as in the limit"), _heads(), rows, folded=True)


def _limit(target: Target, t: int | None) -> str:
    if t is None or target["limit"][t] is None:
        return NOTHING
    sign = "\u2265" if target["kind"] == "at_least" else "\u2264"
    return f"{sign} {amount(target['limit'][t], target['unit'])}"


def _simulated(target: Target, t: int | None) -> str:
    return (
        amount(target["simulated"]["mean"][t], target["unit"])
        if t is not None and target["simulated"]
        else NOTHING
    )


def _chance(target: Target, t: int | None) -> str:
    """Return the share of futures that miss the target, with its interval."""
    if t is None or not target["simulated"] or target["simulated"]["chance"][t] is None:
        return NOTHING
    said = target["simulated"]
    ends = interval(said["chance_low"][t], said["chance_high"][t])
    return _("{share} ({interval})").format(share=whole_percent(said["chance"][t]), interval=ends)


def _statuses(payload: Payload, statuses: list[dict[str, Any]]) -> RiskTable:
    first, last = payload["periods"]["first"], payload["periods"]["last"]
    best = max(statuses, key=lambda row: row["count"][-1])
    return RiskTable(
        _("{sites} with the status {status} in {last}").format(
            sites=counted(best["count"][-1], "site"), status=_(humanise(best["key"]).lower()), last=last
        ),
        _("Sites that pass all entry thresholds: scores as stated, emissions and power as planned"),
        [
            _("Status"),
            *(_("Sites {year}").format(year=year) for year in (first, last)),
            _("Which in {last}").format(last=last),
        ],
        [
            [
                _(humanise(row["key"])),
                str(row["count"][0]),
                str(row["count"][-1]),
                shorten(clauses(row["last"]), 90) or NOTHING,
            ]
            for row in statuses
        ],
    )


def _parks(payload: Payload, parks: list[dict[str, Any]]) -> RiskTable:
    first, last = payload["periods"]["first"], payload["periods"]["last"]
    largest = max(parks, key=lambda row: row["emissions"][-1] or 0.0)
    drawn = [name for name in ("energy", "water") if name in parks[0]]
    units = {"energy": "MWh", "water": "m3"}
    heads = {"energy": _("Energy {year}"), "water": _("Water {year}")}
    return RiskTable(
        _("{park} emits {amount} CO\u2082e in {last}").format(
            park=humanise(largest["key"]), amount=tonnes(largest["emissions"][-1] or 0.0), last=last
        ),
        _("Sums over the sites of each park or district, a year"),
        [
            _("Park"),
            _("Sites"),
            *(_("CO\u2082e {year}").format(year=year) for year in (first, last)),
            *(heads[n].format(year=last) for n in drawn),
        ],
        [
            [
                shorten(humanise(row["key"]), 36),
                str(row["sites"]),
                *(tonnes(row["emissions"][t] or 0.0) for t in (0, -1)),
                *(with_unit(plain(row[name][-1] or 0.0), units[name]) for name in drawn),
            ]
            for row in parks
        ],
    )


def _basins(payload: Payload, basins: list[dict[str, Any]]) -> RiskTable:
    def used(row: dict[str, Any]) -> float:
        return max(
            (d / most for d, most in zip(row["drawn"], row["limit"], strict=True) if most and d is not None),
            default=0.0,
        )

    fullest, last = max(basins, key=used), payload["periods"]["last"]
    return RiskTable(
        _("{basin} is drawn on up to {share} of its cap").format(
            basin=fullest["key"], share=whole_percent(used(fullest))
        ),
        _("Water that the sites of a basin draw, m3 a year"),
        [
            _("Basin"),
            _("Drawn {year}").format(year=last),
            _("Cap {year}").format(year=last),
            _("Most of the cap used"),
        ],
        [
            [
                shorten(row["key"], 36),
                plain(row["drawn"][-1] or 0.0),
                plain(row["limit"][-1]) if row["limit"][-1] is not None else NOTHING,
                whole_percent(used(row)),
            ]
            for row in basins
        ],
    )


def _life_cycle(rows: list[dict[str, Any]]) -> RiskTable:
    decided = [_(humanise(row["key"])).lower() for row in rows if row["decided"]]
    title = _("No decision is about a life-cycle category")
    if decided:
        title = _("Decisions are about {categories}").format(categories=listed(decided))
    return RiskTable(
        title,
        _("Interventions by category of the full life cycle; one may be of several"),
        [_("Category"), _("On offer"), _("Decided")],
        [[_(humanise(row["key"])), str(row["offered"]), str(row["decided"])] for row in rows],
    )


def _labels(payload: Payload, rows: list[dict[str, Any]]) -> RiskTable:
    first, last = payload["periods"]["first"], payload["periods"]["last"]
    best = sorted(rows, key=lambda row: (row["label"][-1] or "~", row["product"]))
    earned = sorted({row["label"][-1] for row in rows if row["label"][-1]})
    classes = [_("class {name}").format(name=name) for name in earned]
    return RiskTable(
        _("Delivered goods earn {classes} in {last}").format(
            classes=listed(classes) or _("no class"), last=last
        ),
        _("Class by what is emitted along the way of one unit, tCO\u2082e, up to the customer"),
        [
            _("Product and customer"),
            *(
                head.format(year=year)
                for year in (first, last)
                for head in (_("Footprint {year}"), _("Class {year}"))
            ),
        ],
        [
            [
                phrases([row["product"], row["customer"]]),
                *(
                    text
                    for t in (0, -1)
                    for text in (
                        plain(row["footprint"][t]) if row["footprint"][t] is not None else NOTHING,
                        row["label"][t] or NOTHING,
                    )
                ),
            ]
            for row in best[:MOST_LABELS]
        ],
    )
