"""The terminal: a summary table, and live progress of solving and simulating.

On a terminal progress is one line that renews itself; otherwise, and where ``CI`` is set, it is a
few plain lines. Progress goes to standard error, results to standard output.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from reporting.basis import solver_status, steps_played
from reporting.carbon_money_tables import carbon_money_line
from reporting.disruptions import disruption_tables
from reporting.figures import (
    change,
    count,
    duration,
    emission_scale,
    interval,
    money,
    money_scale,
    percent,
    shorten,
    whole_percent,
)
from reporting.findings import cap_chance, certainty, headline
from reporting.footprint_tables import hotspot_title, primary_line
from reporting.freight_tables import beside_line
from reporting.gates import gate_tables
from reporting.payload import Payload, cap_line, main_cap
from reporting.power_page import power_line
from reporting.programme_tables import programme_tables
from reporting.responses import response_tables
from reporting.risk_tables import RiskTable, studies
from reporting.rulebook_tables import rulebook_line
from reporting.target_tables import target_line, target_tables, task_lines

BLOCKS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
QUIET_SECONDS = 5.0  # between two plain lines about the same solve


class Moment(Protocol):
    """What a running solve tells: anything not known yet is None or infinite."""

    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    nodes: int | None


def terminal_console(stderr: bool = False) -> Console:
    """Return a console that leaves numbers uncoloured and does not wrap plain output."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=120)


def lively(console: Console) -> bool:
    """Return whether a line may renew itself: a terminal, and not a build server."""
    return console.is_terminal and not os.environ.get("CI")


def show_summary(payload: Payload, console: Console | None = None) -> None:
    """Print the headline, plan beside reference, the chance of missing the cap, and the solver's word."""
    console = console or terminal_console()
    console.print()
    console.print(Text(headline(payload), style="bold"))
    scenario, periods = payload["scenario"], payload["periods"]
    where = ", ".join(part for part in (scenario["company"], scenario["title"]) if part)
    demo = "  demonstration data" if scenario["demo"] else ""
    console.print(Text(f"{where}, {periods['first']}\u2013{periods['end']}{demo}", style="dim"))
    console.print()
    console.print(_comparison(payload))
    console.print()
    for name, text, style in _lines(payload):
        console.print(Text.assemble((f" {name:<18}", "dim"), (text, style)))
    for study in (
        *target_tables(payload),
        *programme_tables(payload),
        *disruption_tables(payload),
        *response_tables(payload),
        *gate_tables(payload),
        *studies(payload),
    ):
        console.print()
        console.print(Text(f" {study.title}"))
        console.print(Text(f" {study.unit}", style="dim"))
        console.print(_as_table(study))


def _as_table(study: RiskTable) -> Table:
    """Return a table of the page as one of the terminal."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 1), header_style="dim")
    for position, head in enumerate(study.headers):
        table.add_column(head, justify="right" if position else "left", no_wrap=position > 0)
    for row in study.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _comparison(payload: Payload) -> Table:
    """Return plan and reference as two rows."""
    emissions, cost, periods = payload["emissions"], payload["cost"], payload["periods"]
    currency, cap = payload["scenario"]["currency"], cap_line(payload)
    lists = [emissions["plan"], emissions["reference"], *([cap] if cap else [])]
    top = max((v for values in lists for v in values if v is not None), default=0.0)
    scale, totals = emission_scale(top), emission_scale(max(emissions["cumulative"].values()))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 1), header_style="dim")
    several = len(periods["start"]) > 1
    heads = ["", f"{scale.unit} CO\u2082e {periods['last']}", f"On {periods['first']}"]
    heads += [f"{periods['first']}\u2013{periods['last']}"] if several else []
    heads += [f"{totals.unit} in all", "Cost, NPV", "Capital"]
    for position, head in enumerate(heads):
        left = position == 0 or (several and position == 3)
        table.add_column(head, justify="left" if left else "right", no_wrap=True)
    base = emissions["reference"][0]
    for key, name in (("reference", "Reference"), ("plan", shorten(payload["pathway"]["title"], 24))):
        moved = change(emissions[key][-1], base)
        row = [name, scale.show(emissions[key][-1]), percent(moved, signed=True) if moved is not None else ""]
        row += [sparkline(emissions[key], top)] if several else []
        row += [
            totals.show(emissions["cumulative"][key]),
            money(cost["npv"][key], currency),
            money(cost["capital"][key], currency),
        ]
        table.add_row(*(Text(cell) for cell in row), style="bold" if key == "plan" else "")
    if cap and cap[-1] is not None:
        moved = change(cap[-1], base)
        row = ["Cap", scale.show(cap[-1]), percent(moved, signed=True) if moved is not None else ""]
        table.add_row(
            *(Text(cell) for cell in [*row, *([sparkline(cap, top)] if several else []), "", "", ""]),
            style="dim",
        )
    return table


def sparkline(values: list[float | None], top: float) -> str:
    """Return values as blocks on a scale from zero to `top`, so that rows compare; gaps are blank."""
    if top <= 0:
        return BLOCKS[0] * len(values)
    steps = len(BLOCKS) - 1
    return "".join(" " if v is None else BLOCKS[round(steps * min(max(v / top, 0.0), 1.0))] for v in values)


def _lines(payload: Payload) -> list[tuple[str, str, str]]:
    """Return the lines under the table: name, text, colour."""
    cost, solver, currency = payload["cost"], payload["solver"], payload["scenario"]["currency"]
    found = []
    if not cost["same"]:
        text = money(cost["extra"], currency, signed=True)
        text += f", {percent(cost['extra_share'], signed=True)}" if cost["extra_share"] is not None else ""
        found.append(
            (
                "Extra cost",
                text if cost["clear"] else f"{text}: no clear difference, within the solver's gap",
                "",
            )
        )
    found.append(("Missing the cap", *_chance(payload)))
    said = certainty(payload)
    if said is not None:
        found.append(("Certainty", f"{said[0]}: {said[1]}", "" if said[2] else "yellow"))
    chosen = sum(row["chosen"] for row in payload["interventions"])
    found.append(("Decisions", f"{count(chosen)} of {count(len(payload['interventions']))} on offer", ""))
    primary = primary_line(payload)
    if primary is not None:
        found.append(("Primary data", primary, ""))
    if payload["hotspots"] is not None:
        found.append(("Hotspots", hotspot_title(payload["hotspots"]), ""))
    readings = power_line(payload)
    if readings is not None:
        found.append(("Scope 2", readings, ""))
    time_used = f", {duration(solver['solve_seconds'])}" if solver["solve_seconds"] is not None else ""
    found.append(
        ("Solver", solver_status(solver) + time_used, "" if solver["status"] == "optimal" else "yellow")
    )
    risk = payload["risk"]
    if risk is not None and risk["site_days"] is not None:
        found.append(("Simulation", " ".join(steps_played(risk)), ""))
    if risk is not None and risk["twin_error"] is not None:
        good = risk["twin_error"] <= 1e-6
        found.append(
            ("Twin check", f"largest relative error {risk['twin_error']:.1e}", "" if good else "red")
        )
    lines = (
        ("Beside", beside_line(payload)),
        ("Rulebooks", rulebook_line(payload)),
        ("Carbon money", carbon_money_line(payload)),
    )
    found += [(name, text, "") for name, text in lines if text is not None]
    targets = target_line(payload)
    if targets is not None:
        found.append(("Targets", *targets))
    found += [(shorten(title, 18), text, "") for title, text in task_lines(payload)]
    warnings = payload["scenario"]["warnings"]
    found += [("Warning", shorten(text, 160), "yellow") for text in warnings[:3]]
    if len(warnings) > 3:
        found.append(("", f"and {len(warnings) - 3} more", "yellow"))
    return found


def _chance(payload: Payload) -> tuple[str, str]:
    """Return the chance of missing the cap as text and colour."""
    if main_cap(payload) is None:
        return "no cap", "dim"
    chance = cap_chance(payload)
    if payload["risk"] is None or chance is None:
        return "not simulated", "yellow"
    share, trials = chance["share"], payload["risk"]["trials"]
    between = interval(chance["low"], chance["high"])
    seen = f"{count(chance['missed'])} of {count(trials)} futures, 95% interval {between}"
    return (
        f"{whole_percent(share)} in {chance['year']} ({seen})",
        "red" if share >= 0.5 else "yellow" if share >= 0.2 else "green",
    )


@contextmanager
def solve_progress(label: str, console: Console | None = None) -> Iterator[Callable[[Moment], None]]:
    """Show a running solve; yields the function to call with each :class:`Moment`.

    The function never raises: an exception inside a solver's callback would end the solve.
    """
    console = console or terminal_console(stderr=True)
    if lively(console):
        with Live(console=console, refresh_per_second=4, transient=True) as live:
            live.update(Text(f"{label}  building"))
            yield _quietly(lambda moment: live.update(Text(f"{label}  {describe(moment)}")))
        return
    last: dict[str, float | None] = {"time": -math.inf, "gap": math.inf}

    def tell(moment: Moment) -> None:
        now, gap = time.monotonic(), _finite(moment.gap)
        if now - float(last["time"] or 0.0) >= QUIET_SECONDS and gap != last["gap"]:
            last.update(time=now, gap=gap)
            console.print(Text(f"{label}  {describe(moment)}"))

    yield _quietly(tell)


def describe(moment: Moment) -> str:
    """Return a moment of a solve in words; what is not known yet is left out."""
    parts = [duration(moment.seconds)]
    incumbent, bound, gap = _finite(moment.incumbent), _finite(moment.bound), _finite(moment.gap)
    if incumbent is not None:
        parts.append(f"best {_amount(incumbent)}")
    if bound is not None:
        parts.append(f"bound {_amount(bound)}")
    unknown = "no plan yet" if incumbent is None else "no bound yet"
    parts.append(f"gap {percent(gap)}" if gap is not None else unknown)
    if moment.nodes is not None and moment.nodes > 0:
        parts.append(f"{moment.nodes:,} nodes")
    return "  ".join(parts)


def _amount(value: float) -> str:
    """Return an amount of money with enough digits to see a small gap move."""
    scale = money_scale(value)
    return f"{value / scale.divisor:,.5g} {scale.unit}".rstrip()


def _finite(value: float | None) -> float | None:
    """Return `value` when it is a number that says something."""
    return value if value is not None and math.isfinite(value) else None


def _quietly(show: Callable[[Moment], None]) -> Callable[[Moment], None]:
    """Return `show` made safe to call from inside a solver."""

    def safe(moment: Moment) -> None:
        try:
            show(moment)
        except (OSError, ValueError, TypeError) as error:  # a closed terminal must not end the solve
            if sys.stderr and not sys.stderr.closed:
                sys.stderr.write(f"progress not shown: {error}\n")

    return safe


@contextmanager
def trial_progress(total: int | None = None, console: Console | None = None) -> Iterator[Callable[..., None]]:
    """Show running trials; yields a function to call with the trials done and how many in all, if known."""
    console = console or terminal_console(stderr=True)
    if lively(console):
        columns = (
            TextColumn("Simulating"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("futures"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("trials", total=total)
            yield lambda done, all_trials=None: bar.update(
                task, completed=done, **({} if all_trials is None else {"total": all_trials})
            )
        return
    told: set[int] = set()

    def tell(done: int, all_trials: int | None = None) -> None:
        whole = all_trials or total
        if not whole:
            return
        quarter = 4 * done // whole
        if quarter > max(told, default=0):
            told.add(quarter)
            console.print(Text(f"Simulating  {count(done)} of {count(whole)} futures"))

    yield tell
