"""A reader of MPS files, free or fixed with names that hold no blanks."""

from __future__ import annotations

import gzip
import math
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Mps:
    """A mixed-integer program as its file states it: minimise `cost`, rows with a sense and a right side.

    Attributes
    ----------
    rows : sense by row, one of E, L, G.
    entries : coefficient by row, by column.
    bounds : lowest and highest value by column.
    """

    rows: dict[str, str] = field(default_factory=dict)
    right: dict[str, float] = field(default_factory=dict)
    ranges: dict[str, float] = field(default_factory=dict)
    cost: dict[str, float] = field(default_factory=dict)
    offset: float = 0.0
    entries: dict[str, dict[str, float]] = field(default_factory=dict)
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def columns_of(self, row: str) -> dict[str, float]:
        """Return the coefficients of one row by column."""
        return {column: of[row] for column, of in self.entries.items() if row in of}


def read_mps(file: Path) -> Mps:
    """Read an MPS file, packed by gzip or not; raises ValueError for sections it does not know."""
    opened = gzip.open if file.suffix == ".gz" else open
    model, section, objective, whole = Mps(), "", "", False
    free_rows: set[str] = set()
    with opened(file, "rt", encoding="latin-1") as lines:
        for line in lines:
            if line.startswith("*") or not line.strip():
                continue
            cells = line.split()
            if not line[0].isspace():
                section = cells[0]
                if section not in ("NAME", "ROWS", "COLUMNS", "RHS", "BOUNDS", "RANGES", "ENDATA"):
                    message = f"{file.name}: unknown section {section}"
                    raise ValueError(message)
            elif section == "ROWS":
                if cells[0] != "N":
                    model.rows[cells[1]] = cells[0]
                elif objective:
                    free_rows.add(cells[1])
                else:
                    objective = cells[1]
            elif section == "COLUMNS":
                whole = _column(model, cells, objective, free_rows, whole)
            elif section == "RHS":
                _right_side(model, cells, objective)
            elif section == "BOUNDS":
                _bound(model, cells)
            elif section == "RANGES":
                pairs = cells[len(cells) % 2 :]
                model.ranges.update({row: float(r) for row, r in zip(pairs[::2], pairs[1::2], strict=True)})
    return model


def _column(model: Mps, cells: list[str], objective: str, free_rows: set[str], whole: bool) -> bool:
    """Note an entry; return whether the columns that follow are whole numbers, which markers change."""
    if "'MARKER'" in cells:
        return "'INTORG'" in cells
    name = cells[0]
    of = model.entries.setdefault(name, {})
    model.bounds.setdefault(name, (0.0, math.inf))
    if whole:
        model.whole.add(name)
    for row, value in zip(cells[1::2], cells[2::2], strict=True):
        if row == objective:
            model.cost[name] = float(value)
        elif row not in free_rows:
            of[row] = float(value)
    return whole


def _right_side(model: Mps, cells: list[str], objective: str) -> None:
    pairs = cells[len(cells) % 2 :]  # the name of the set may be left out
    for row, value in zip(pairs[::2], pairs[1::2], strict=True):
        if row == objective:
            model.offset = -float(value)
        else:
            model.right[row] = float(value)


def _bound(model: Mps, cells: list[str]) -> None:
    kind = cells[0]
    column = cells[2] if len(cells) > 2 and cells[2] in model.bounds else cells[1]  # the set may have no name
    value = math.nan if cells[-1] == column else float(cells[-1])
    low, high = model.bounds[column]
    changed = {
        "UP": (low, value),
        "UI": (low, value),
        "LI": (value, high),
        "LO": (value, high),
        "FX": (value, value),
        "FR": (-math.inf, math.inf),
        "MI": (-math.inf, high),
        "PL": (low, math.inf),
        "BV": (0.0, 1.0),
    }
    if kind not in changed:
        message = f"bound {kind} of {column} is not read"
        raise ValueError(message)
    model.bounds[column] = changed[kind]
    if kind in ("BV", "UI", "LI"):
        model.whole.add(column)
