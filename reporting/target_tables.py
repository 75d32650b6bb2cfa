"""Targets, factory statuses, parks, basins, labels and public tasks, for page, terminal and summary."""

from __future__ import annotations

from typing import Any

from reporting.appearance import humanise
from reporting.figures import counted, interval, listed, percent, plain, shorten, tonnes, whole_percent
from reporting.payload import Payload
from reporting.risk_tables import RiskTable
from reporting.targets import MET, MISSED, NOT_DUE, NOT_MEASURED

Target = dict[str, Any]
NOTHING = "\u2013"
WORDS = {
    MET: "met",
    MISSED: "missed",
    NOT_DUE: "no limit yet",
    NOT_MEASURED: "no figures",
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
        return f"none of {len(targets)} is due or can be measured", "yellow"
    text = f"{len(due) - len(missed)} of {counted(len(due), 'target')} met"
    if missed:
        names = [target["name"] for target in missed[:MOST_NAMED]]
        more = [f"{len(missed) - MOST_NAMED} more"] if len(missed) > MOST_NAMED else []
        text += f"; missed: {listed([*names, *more])}"
    return text, "yellow" if missed else "green"


def task_lines(payload: Payload) -> list[tuple[str, str]]:
    """Return for each list of public tasks its short title and which of them the scenario exercises."""
    found = []
    for each in payload["programme"]["tasks"]:
        done = [str(task["number"]) for task in each["tasks"] if task["by"]]
        text = f"{len(done)} of {len(each['tasks'])} exercised"
        found.append((each["short"], f"{text}: {', '.join(done)}" if done else text))
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
                f"{each['title']}: the scenario exercises {done} of {len(each['tasks'])}",
                "In our own words; exercised by: the tables and settings of the case that show it",
                ["Task", "Aspect", "What it asks", "Exercised by"],
                [
                    [str(task["number"]), task["aspect"], task["task"], ", ".join(task["by"]) or NOTHING]
                    for task in each["tasks"]
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
    return "; ".join(f"{title}: {text}" for title, text in task_lines(payload))


def amount(value: float | None, unit: str) -> str:
    """Return a figure of a target with its unit."""
    if value is None:
        return NOTHING
    if unit == "share":
        return percent(value)
    if unit == "tCO2e/year":
        return f"{tonnes(value)} CO\u2082e"
    if unit == "count":
        return f"{value:.0f}"
    said = unit.removesuffix("/year").replace("tCO2e", "t CO\u2082e").replace("/", " a ")
    return f"{plain(value)} {said}"


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
                WORDS[target["verdict"]] + (", kept" if target["enforced"] else ""),
            ]
        )
    return RiskTable(
        "Targets: limit, plan, simulated",
        "First year missed, else last year with a limit; all are in the workbook. Simulated: mean of futures",
        ["Target", "Year", "Limit", "Plan", "Simulated", "Missed in", "Verdict"],
        rows,
    )


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
    heads = ["Target", "Year", "Limit", "Plan", "Simulated", "Missed in"]
    return RiskTable(
        "Targets by year: target, plan, simulated", "Units as in the limit", heads, rows, folded=True
    )


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
    return f"{whole_percent(said['chance'][t])} ({interval(said['chance_low'][t], said['chance_high'][t])})"


def _statuses(payload: Payload, statuses: list[dict[str, Any]]) -> RiskTable:
    first, last = payload["periods"]["first"], payload["periods"]["last"]
    best = max(statuses, key=lambda row: row["count"][-1])
    return RiskTable(
        f"{counted(best['count'][-1], 'site')} with the status {humanise(best['key']).lower()} in {last}",
        "Sites that pass all entry thresholds: scores as stated, emissions and power as planned",
        ["Status", f"Sites {first}", f"Sites {last}", f"Which in {last}"],
        [
            [
                humanise(row["key"]),
                str(row["count"][0]),
                str(row["count"][-1]),
                shorten("; ".join(row["last"]), 90) or NOTHING,
            ]
            for row in statuses
        ],
    )


def _parks(payload: Payload, parks: list[dict[str, Any]]) -> RiskTable:
    first, last = payload["periods"]["first"], payload["periods"]["last"]
    largest = max(parks, key=lambda row: row["emissions"][-1] or 0.0)
    drawn = [name for name in ("energy", "water") if name in parks[0]]
    units = {"energy": "MWh", "water": "m3"}
    return RiskTable(
        f"{humanise(largest['key'])} emits {tonnes(largest['emissions'][-1] or 0.0)} CO\u2082e in {last}",
        "Sums over the sites of each park or district, a year",
        [
            "Park",
            "Sites",
            f"CO\u2082e {first}",
            f"CO\u2082e {last}",
            *(f"{humanise(n)} {last}" for n in drawn),
        ],
        [
            [
                shorten(humanise(row["key"]), 36),
                str(row["sites"]),
                *(tonnes(row["emissions"][t] or 0.0) for t in (0, -1)),
                *(f"{plain(row[name][-1] or 0.0)} {units[name]}" for name in drawn),
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
        f"{fullest['key']} is drawn on up to {whole_percent(used(fullest))} of its cap",
        "Water that the sites of a basin draw, m3 a year",
        ["Basin", f"Drawn {last}", f"Cap {last}", "Most of the cap used"],
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
    decided = [humanise(row["key"]).lower() for row in rows if row["decided"]]
    return RiskTable(
        f"Decisions are about {listed(decided)}" if decided else "No decision is about a life-cycle category",
        "Interventions by category of the full life cycle; one may be of several",
        ["Category", "On offer", "Decided"],
        [[humanise(row["key"]), str(row["offered"]), str(row["decided"])] for row in rows],
    )


def _labels(payload: Payload, rows: list[dict[str, Any]]) -> RiskTable:
    first, last = payload["periods"]["first"], payload["periods"]["last"]
    best = sorted(rows, key=lambda row: (row["label"][-1] or "~", row["product"]))
    earned = sorted({row["label"][-1] for row in rows if row["label"][-1]})
    return RiskTable(
        f"Delivered goods earn {listed([f'class {name}' for name in earned]) or 'no class'} in {last}",
        "Class by what is emitted along the way of one unit, tCO\u2082e, up to the customer",
        [
            "Product and customer",
            f"Footprint {first}",
            f"Class {first}",
            f"Footprint {last}",
            f"Class {last}",
        ],
        [
            [
                f"{row['product']}, {row['customer']}",
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
