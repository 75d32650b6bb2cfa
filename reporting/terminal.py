"""The terminal's last word: a summary table of plan and reference, what stands under it, and studies."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
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
    percent,
    phrases,
    shorten,
    whole_percent,
)
from reporting.findings import cap_chance, certainty, headline
from reporting.footprint_tables import hotspot_title, primary_line
from reporting.freight_tables import beside_line
from reporting.futures_page import futures_line
from reporting.gates import gate_tables
from reporting.language import gettext as _
from reporting.payload import Payload, cap_line, main_cap
from reporting.power_page import power_line
from reporting.programme_tables import programme_tables
from reporting.progress import terminal_console
from reporting.responses import response_tables
from reporting.risk_tables import RiskTable, studies
from reporting.rulebook_tables import rulebook_line
from reporting.run_folder import PAGE, WORKBOOK, near
from reporting.run_warnings import warnings_file
from reporting.target_tables import target_line, target_tables, task_lines
from reporting.vocabulary import retold

BLOCKS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
WARNINGS_SHOWN = 3


def show_summary(payload: Payload, console: Console | None = None, folder: Path | None = None) -> None:
    """Print the headline, plan beside reference, the chance of missing the cap, and the solver's word.

    `folder` is the run folder, whose file of warnings is told of.
    """
    console = console or terminal_console()
    console.print()
    console.print(Text(headline(payload), style="bold"))
    scenario, periods = payload["scenario"], payload["periods"]
    years = f"{periods['first']}\u2013{periods['end']}"
    where = phrases(part for part in (scenario["company"], scenario["title"], years) if part)
    demo = f"  {_('demonstration data')}" if scenario["demo"] else ""
    console.print(Text(f"{where}{demo}", style="dim"))
    console.print()
    console.print(_comparison(payload))
    console.print()
    lines = Table.grid(padding=(0, 0, 0, 1))
    lines.add_column(width=18)
    lines.add_column()
    for name, text, style in [*_lines(payload), *_warnings(payload, folder)]:
        lines.add_row(Text(name, style="dim"), Text(text, style=style))
    console.print(lines)
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
    heads = ["", f"{scale.unit} CO\u2082e {periods['last']}", _("On {year}").format(year=periods["first"])]
    heads += [f"{periods['first']}\u2013{periods['last']}"] if several else []
    heads += [_("{unit} in all").format(unit=totals.unit), _("Cost, NPV"), _("Capital")]
    for position, head in enumerate(heads):
        left = position == 0 or (several and position == 3)
        table.add_column(head, justify="left" if left else "right", no_wrap=True)
    base = emissions["reference"][0]
    for key, name in (("reference", _("Reference")), ("plan", shorten(payload["pathway"]["title"], 24))):
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
        row = [_("Cap"), scale.show(cap[-1]), percent(moved, signed=True) if moved is not None else ""]
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
        if cost["extra_share"] is not None:
            text = phrases([text, percent(cost["extra_share"], signed=True)])
        unclear = _("{cost}: no clear difference, within the solver's gap")
        found.append((_("Extra cost"), text if cost["clear"] else unclear.format(cost=text), ""))
    found.append((_("Missing the cap"), *_chance(payload)))
    said = certainty(payload)
    if said is not None:
        found.append(
            (
                _("Certainty"),
                _("{price}: {said}").format(price=said[0], said=said[1]),
                "" if said[2] else "yellow",
            )
        )
    chosen = sum(row["chosen"] for row in payload["interventions"])
    taken = _("{chosen} of {number} on offer")
    taken = taken.format(chosen=count(chosen), number=count(len(payload["interventions"])))
    found.append((_("Decisions"), taken, ""))
    hot = payload["hotspots"]
    optional = (
        (_("Primary data"), primary_line(payload)),
        (_("Hotspots"), hotspot_title(hot) if hot is not None else None),
        (_("Futures"), futures_line(payload)),
        (_("Scope 2"), power_line(payload)),
    )
    found += [(name, text, "") for name, text in optional if text is not None]
    solved = [solver_status(solver)]
    if solver["solve_seconds"] is not None:
        solved.append(duration(solver["solve_seconds"]))
    found.append((_("Solver"), phrases(solved), "" if solver["status"] == "optimal" else "yellow"))
    risk = payload["risk"]
    if risk is not None and risk["site_days"] is not None:
        played, when = steps_played(risk)
        found.append((_("Simulation"), _("{played} {when}").format(played=played, when=when), ""))
    if risk is not None and risk["twin_error"] is not None:
        good = risk["twin_error"] <= 1e-6
        error = _("largest relative error {error}").format(error=f"{risk['twin_error']:.1e}")
        found.append((_("Twin check"), error, "" if good else "red"))
    lines = (
        (_("Beside"), beside_line(payload)),
        (_("Rulebooks"), rulebook_line(payload)),
        (_("Carbon money"), carbon_money_line(payload)),
    )
    found += [(name, text, "") for name, text in lines if text is not None]
    targets = target_line(payload)
    if targets is not None:
        found.append((_("Targets"), *targets))
    found += [(shorten(title, 18), text, "") for title, text in task_lines(payload)]
    return found


def _warnings(payload: Payload, folder: Path | None) -> list[tuple[str, str, str]]:
    """Return how many warnings there are and where they stand, and the first of them."""
    kept = warnings_file(folder) if folder is not None else None
    warnings = kept.read_text(encoding="utf-8").splitlines() if kept else payload["scenario"]["warnings"]
    if not warnings:
        return []
    first = [("", shorten(retold(text), 160), "yellow") for text in warnings[:WARNINGS_SHOWN]]
    number = count(len(warnings))
    told = _("{number}, in {file}").format(number=number, file=near(kept)) if kept else number
    return [(_("Warnings"), told, "yellow"), *first]


def _chance(payload: Payload) -> tuple[str, str]:
    """Return the chance of missing the cap as text and colour."""
    if main_cap(payload) is None:
        return _("no cap"), "dim"
    chance = cap_chance(payload)
    if payload["risk"] is None or chance is None:
        return _("not simulated"), "yellow"
    share, trials = chance["share"], payload["risk"]["trials"]
    between = interval(chance["low"], chance["high"])
    told = _("{share} in {year} ({missed} of {total} futures, 95% interval {interval})").format(
        share=whole_percent(share),
        year=chance["year"],
        missed=count(chance["missed"]),
        total=count(trials),
        interval=between,
    )
    return told, "red" if share >= 0.5 else "yellow" if share >= 0.2 else "green"


def places_text(folder: Path) -> str:
    """Return where page, workbook and all else of a run are."""
    files = {_("Report"): near(folder / PAGE), _("Workbook"): near(folder / WORKBOOK)}
    told = [f"{name}{' ' * (11 - cell_len(name))}{place}" for name, place in files.items()]
    return "\n".join([*told, str(near(folder))])
