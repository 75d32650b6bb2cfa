"""The terminal's closing table of a comparison: a row a pathway, and what must be known beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reporting.figures import shorten
from reporting.language import gettext as _
from reporting.run_folder import COMPARISON, near
from reporting.terminal import terminal_console

LONGEST = 28  # of a name in the table
SHOWN = ("emissions", "cumulative", "cost", "capital", "chance")


def show_comparison(comparison: Mapping[str, Any], out: Path, console: Console | None = None) -> None:
    """Print pathways by cost, those not separated in one group, then notes, what is worse, and where all is.

    A figure that is not clearly another than that of every other pathway is printed dim.
    """
    console = console or terminal_console()
    rows = {row["key"]: row for row in comparison["rows"]}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 1), header_style="dim")
    table.add_column(_("Pathway"), no_wrap=True)
    for key in SHOWN:
        table.add_column(rows[key]["name"], justify="right")
    titles = {part["key"]: shorten(part["title"], LONGEST) for part in comparison["pathways"]}
    for group in comparison["order"]:
        for place, key in enumerate(group):
            tied = "= " if place else ""
            style = "bold" if comparison["chosen_by_user"] and key == comparison["chosen"] else ""
            cells = [_cell(rows[name]["cells"][key]) for name in SHOWN]
            table.add_row(Text(f"{tied}{titles[key]}"), *cells, style=style)
    for part in comparison["pathways"]:
        if "infeasible" in part:
            table.add_row(Text(titles[part["key"]]), Text(_("no plan")), *[""] * (len(SHOWN) - 1))
    console.print()
    console.print(table)
    console.print()
    for text in comparison["notes"]:
        console.print(Text(f" {text}", style="dim"))
    for worse in comparison["worse"] or []:
        console.print(Text(f" {worse['text']}", style="red"))
    folder = near(out.absolute())
    print(f"\n{_('Comparison'):<10} {folder / COMPARISON}\n{folder}")  # noqa: T201 - scripts read it


def _cell(cell: Mapping[str, Any]) -> Text:
    """Return a figure, with the ends of its interval where it has one."""
    text = cell["text"]
    if cell["low"] is not None:
        text = _("{share} ({interval})").format(share=text, interval=cell["more"])
    return Text(text, style="dim" if cell["clear"] is False else "")
