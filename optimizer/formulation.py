"""The formulation as a page, from the docstrings of the rules: ``python -m optimizer.formulation``."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from optimizer.models import futures, objective
from optimizer.models.build import RULES
from optimizer.models.variables import add_variables

PAGE = Path(__file__).resolve().parent.parent / "docs" / "formulation.md"
HEAD = """# The formulation

Generated from the docstrings of `optimizer/models/` by `python -m optimizer.formulation`; a test fails
when this page is stale. Quantities are per year, money is present value in the scenario's currency,
emissions are tCO2e. Each rule carries the name of its Pyomo component, and of its dual.
"""


def page() -> str:
    """Return the page as Markdown."""
    parts = [HEAD, "## Decisions", _table(inspect.getdoc(add_variables) or "")]
    parts += ["## Objectives", *(_rule(rule) for rule in (*objective.OBJECTIVES, *objective.GOALS))]
    parts += ["## Several futures", *(_rule(rule) for rule in futures.RULES)]
    module: ModuleType | None = None
    for rule in RULES:
        if inspect.getmodule(rule) is not module:
            module = inspect.getmodule(rule)
            title = (inspect.getdoc(module) or "").splitlines()[0]
            parts.append(f"## {title}")
        parts.append(_rule(rule))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _rule(rule: Callable[..., Any]) -> str:
    """Return one rule: its name, what it ensures, the formula and the notes."""
    doc = inspect.getdoc(rule) or ""
    formula = re.search(r"\.\. math:: (.*?)\n\n", doc, re.DOTALL)
    if formula is None:
        message = f"{rule.__name__} has no formula in its docstring"
        raise ValueError(message)
    before, after = doc[: formula.start()].strip(), doc[formula.end() :].strip()
    mathematics = " ".join(line.strip() for line in formula.group(1).splitlines())
    notes = [f"- {note}" for note in _notes(after)]
    return "\n\n".join([f"### {rule.__name__}", before, f"$${mathematics}$$", "\n".join(notes)])


def _notes(text: str) -> list[str]:
    """Return the notes (Index, Unit, Dual, Source) one a line, continued lines joined."""
    notes: list[str] = []
    for line in text.splitlines():
        if re.match(r"(Index|Unit|Dual|Source):", line) or not notes:
            notes.append(line.strip())
        else:
            notes[-1] += " " + line.strip()
    return notes


def _table(text: str) -> str:
    """Return the table of a docstring as a Markdown table; columns are split where its ruler is."""
    lines = text.splitlines()
    rulers = [i for i, line in enumerate(lines) if line.startswith("===")]
    spans = [(m.start(), m.end()) for m in re.finditer("=+", lines[rulers[0]])]
    spans[-1] = (spans[-1][0], 10_000)
    rows = [
        [line[a:b].strip() for a, b in spans]
        for line in (lines[rulers[0] + 1], *lines[rulers[1] + 1 : rulers[2]])
    ]
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(spans), *body])


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")


if __name__ == "__main__":
    main()
