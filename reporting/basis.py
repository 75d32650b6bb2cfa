"""What the numbers rest on: data quality, assumptions, caps with their prices, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporting.figures import (
    DASH,
    count,
    counted,
    duration,
    money,
    percent,
    plain,
    rate,
    shorten,
    tonnes,
    whole_percent,
)
from reporting.payload import Payload, main_cap
from reporting.scope2 import in_words
from reporting.titles import quality_counts

MARKS = (("measured", "#0b4f6c"), ("published", "#5f9fbf"), ("estimated", "#dcc48f"))


def assumptions(payload: Payload) -> list[tuple[str, str, str]]:
    """Return the assumptions that matter: name, value, what it means."""
    periods, scenario, solver = payload["periods"], payload["scenario"], payload["solver"]
    yearly = scenario["discount_rate"]
    lengths = set(periods["years"])
    step = "periods of different length"
    if len(lengths) == 1:
        length = lengths.pop()
        known = counted(length, "year") if length >= 1 else counted(round(length * 12), "month")
        step = f"periods of {known}"
    size = counted(len(periods["start"]), "period")
    rows = [
        ("Pathway", payload["pathway"]["title"], payload["pathway"]["description"]),
        ("Horizon", f"{periods['first']}{DASH}{periods['end']}", f"{size}, {step}"),
        (
            "Discount rate",
            f"{rate(yearly)} a year" if yearly is not None else "not stated",
            f"to {scenario['base_year']}; money is {scenario['currency']} in constant prices",
        ),
        (
            "Reference",
            "as is",
            "the same case with today's assets and grid power: nothing new, no cap",
        ),
        ("Cap", *_cap_row(payload)),
        ("Scope 2", in_words(payload["emissions"]["scope2"]), _other_method(payload)),
        ("Offsets", "none", "no offsets, removals or avoided emissions in any line"),
        (
            "Solver",
            solver_status(solver),
            "; ".join(part for part in (solver["termination"], _size(solver)) if part),
        ),
    ]
    risk = payload["risk"]
    if risk is None:
        rows.append(("Simulation", "none", "the plan was not tried; every number is the plan's own"))
        return rows
    seed = f", seed {risk['seed']:.0f}" if risk["seed"] is not None else ""
    rows.append(
        ("Simulation", counted(risk["trials"], "future") + seed, risk["stopping_rule"] or "fixed number")
    )
    if risk["replans"] is not None:
        rows.append(("Plans made again", *_made_again(risk["replans"])))
    if risk["site_days"] is not None:
        rows.append(("Steps", *steps_played(risk)))
    if risk["twin_error"] is not None:
        error = risk["twin_error"]
        shown = "exactly" if error == 0 else f"to {error:.0e} of each number".replace("e-0", "e-")
        rows.append(
            (
                "Twin check",
                "repeats the plan" if error <= 1e-6 else "differs",
                f"uncertainty off: the plan is met {shown}",
            )
        )
    return rows


def steps_played(risk: dict[str, Any]) -> tuple[str, str]:
    """Return what all futures together played, and how long that took."""
    played = f"{count(risk['site_days'])} site-days, {count(risk['events'])} events"
    return played, f"of all futures together, in {duration(risk['seconds'])}"


def _cap_row(payload: Payload) -> tuple[str, str]:
    """Describe the main cap."""
    cap = main_cap(payload)
    if cap is None:
        return "none", "the total is not capped in this pathway"
    starts = payload["periods"]["start"]
    held = [(year, limit) for year, limit in zip(starts, cap["limit"], strict=True) if limit is not None]
    if not cap["comparable"]:
        return (
            f"from {held[0][0]}",
            "bounds an intensity or a running total, so it is not drawn beside yearly emissions",
        )
    (first, early), (last, late) = held[0], held[-1]
    value = tonnes(late) if first == last else f"{tonnes(early)} \u2192 {tonnes(late)}"
    return value, f"CO\u2082e a year, {first}{DASH}{last}" if first != last else f"CO\u2082e in {first}"


def _other_method(payload: Payload) -> str:
    """Say what the total would be with the other scope 2 method."""
    other = payload["emissions"]["other_scope2"]
    value = payload["emissions"]["methods"][other]["plan"][-1]
    return f"{in_words(other)}, the plan's total in {payload['periods']['last']} is {tonnes(value)}"


def solver_status(solver: dict[str, Any]) -> str:
    """Say whether the solver finished and with which gap."""
    gap = (
        "gap unknown"
        if solver["gap"] is None
        else "gap 0"
        if solver["gap"] == 0
        else f"gap {percent(solver['gap'])}"
    )
    words = {"optimal": "solved", "feasible": "stopped early"}
    return f"{words.get(solver['status'], solver['status'])}, {gap}"


def _size(solver: dict[str, Any]) -> str:
    """Say how large the model was and how long it took."""
    parts = [
        f"{count(solver[key])} {name}"
        for key, name in (
            ("variables", "variables"),
            ("constraints", "constraints"),
            ("binaries", "yes/no choices"),
        )
        if solver[key] is not None
    ]
    if solver["solve_seconds"] is not None:
        parts.append(f"{duration(solver['solve_seconds'])} to solve")
    return ", ".join(parts)


def uncertainties(payload: Payload) -> list[tuple[str, str]]:
    """Return what the simulation varied, as names and values; nested settings are joined by a colon."""
    if payload["risk"] is None:
        return []
    rows: list[tuple[str, str]] = []

    def walk(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{name}: {_words(key)}" if name else _words(key).capitalize(), inner)
        elif isinstance(value, bool):
            rows.append((name, "yes" if value else "no"))
        elif isinstance(value, (int, float)):
            rows.append((name, plain(value)))
        elif isinstance(value, list):
            rows.append((name, ", ".join(map(str, value)) or "none"))
        elif value not in (None, ""):
            rows.append((name, str(value)))

    walk("", payload["risk"]["uncertainty"])
    return rows


def _words(key: str) -> str:
    return str(key).replace("_", " ")


def quality(payload: Payload) -> list[dict[str, Any]]:
    """Return input rows by table and mark: name, count and shares to draw, all tables first."""
    tables = {k: v for k, v in payload["scenario"]["data_quality"].items() if isinstance(v, dict)}
    rows = [_quality_row("All tables", quality_counts(payload))]
    rows += [_quality_row(_words(name).capitalize(), marks) for name, marks in tables.items()]
    return [row for row in rows if row["count"] > 0]


def _quality_row(name: str, marks: dict[str, Any]) -> dict[str, Any]:
    """Return one table's counts as shares."""
    numbers = {mark: int(marks.get(mark, 0)) for mark, _ in MARKS}
    total = sum(numbers.values())
    shown = [f"{count(number)} {mark}" for mark, number in numbers.items() if number]
    parts = [
        {"mark": mark, "colour": colour, "count": numbers[mark], "share": numbers[mark] / total}
        for mark, colour in MARKS
        if total and numbers[mark]
    ]
    return {
        "name": name,
        "count": total,
        "parts": parts,
        "text": ", ".join(shown),
    }


def cap_prices(payload: Payload) -> dict[str, Any] | None:
    """Return each cap's limit, emissions and dearest tonne in its last year; None without caps."""
    currency, rows = payload["scenario"]["currency"], []
    for cap in payload["caps"]:
        held = [i for i, limit in enumerate(cap["limit"]) if limit is not None]
        at = held[-1]
        limit, own = cap["limit"][at], cap["plan"][at]
        show = tonnes if cap["comparable"] else plain
        dual = cap["dual"][at]
        tight = own is not None and limit - own <= 1e-3 * abs(limit)
        if dual is not None and abs(dual) > 5e-4:
            price = f"{currency} {plain(abs(dual) / payload['periods']['years'][at])}"
        else:
            price = "not known" if tight or dual is None else "0, room is left"
        rows.append(
            [_words(cap["key"]), str(payload["periods"]["start"][at]), show(limit), show(own or 0.0), price]
        )
    return {"headers": ["Cap", "Year", "Limit", "Plan", "Dearest tonne"], "rows": rows} if rows else None


def limits(payload: Payload) -> list[str]:
    """Return what this report leaves out, in sentences."""
    emissions, risk, solver = payload["emissions"], payload["risk"], payload["solver"]
    has_scope3 = any(a["key"].startswith("scope3") for a in emissions["accounts"])
    found = []
    if payload["scenario"]["demo"]:
        found.append("The data is for demonstration: do not decide on it.")
    if has_scope3:
        found.append(
            "Scope 3 holds purchased goods and transport (categories 1, 4 and 9). Use of sold products, "
            "end of life and other categories are outside the model."
        )
    found.append("No offsets, removals or avoided emissions are counted.")
    slack = payload["cost"]["slack"]
    if slack:
        amount = money(slack, payload["scenario"]["currency"])
        found.append(
            f"The plan is cheapest within the solver's gap only: a plan up to {amount} cheaper may exist."
        )
    elif slack is None:
        found.append("The solver's gap is unknown: a cheaper plan may exist.")
    if solver["status"] != "optimal":
        found.append("The solver was stopped before it finished.")
    if risk is None:
        found.append(
            "The plan was not simulated: nothing here says how it holds when demand, supply or delivery vary."
        )
    else:
        error = max(round(100 * 1.96 * 0.5 / risk["trials"] ** 0.5), 1)
        found.append(
            "Simulated futures vary only what is listed under the assumptions, and with "
            f"{count(risk['trials'])} of them a chance is known to about \u00b1{error} points at worst."
        )
    estimated = quality_counts(payload).get("estimated", 0)
    rows = sum(quality_counts(payload).values())
    if estimated:
        share = whole_percent(estimated / rows)
        found.append(f"{count(estimated)} of {count(rows)} input rows ({share}) are estimates.")
    if max(payload["periods"]["years"]) > 1:
        found.append(
            "A period longer than a year has one plan for all its years; "
            "amounts are per year unless they say otherwise."
        )
    found += [f"Warning of the data: {shorten(text, 200)}" for text in payload["scenario"]["warnings"][:5]]
    if len(payload["scenario"]["warnings"]) > 5:
        found.append(
            f"{len(payload['scenario']['warnings']) - 5} more warnings of the data are in the manifest."
        )
    found.append("Demand and prices are forecasts of the input tables, not of zerolane.")
    return found


def _made_again(replans: Mapping[str, Any]) -> tuple[str, str]:
    """Return how plans were made again inside futures, and what came of it."""
    what = "quantities and decisions" if replans["decisions"] == "free" else "quantities"
    said = f"{what} of the years ahead, {counted(replans['asked'], 'time')} in all futures together"
    if replans["kept"]:
        said += f"; {replans['kept']:,} of them there was no plan, and the one there was stayed"
    return "each year", said
