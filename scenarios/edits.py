"""Edits of a workbook: what differs from the tables and settings that its plan was made with.

The hidden sheet ``Inputs as run`` holds these, a row of cells as one JSON list.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from scenarios.errors import DataError, Problem
from scenarios.loading import SETTINGS, input_sheet, raw_tables, sheet_if_any
from scenarios.schema import TABLES

AS_RUN = "Inputs as run"
LONGEST = 32_000  # signs of a cell; Excel ends at 32,767


@dataclass(frozen=True)
class Edit:
    """One cell, row or table that is not as it was when the plan was made."""

    sheet: str
    row: int | None
    column: str
    key: str
    before: str
    after: str

    def __str__(self) -> str:
        """Return the edit in a line: sheet, row, what it is about, column, before and after."""
        place = f"{self.sheet}, row {self.row}" if self.row is not None else self.sheet
        place += f" ({self.key})" if self.key else ""
        place += f", {self.column}" if self.column else ""
        return f"{place}: {self.before or 'blank'} -> {self.after or 'blank'}"


def as_run_rows(tables: Mapping[str, pd.DataFrame]) -> Iterator[list[str]]:
    """Yield the rows of the hidden sheet: table, line of it, its cells as JSON in as many cells as needed."""
    for name, frame in tables.items():
        lines = [(1, list(frame.columns)), *zip(frame.index, frame.to_numpy().tolist(), strict=True)]
        for row, cells in lines:
            text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
            yield [name, str(row), *(text[k : k + LONGEST] for k in range(0, len(text), LONGEST))]


def tables_as_run(path: Path) -> dict[str, pd.DataFrame] | None:
    """Return tables and settings as they were when the workbook was written; None when it does not say.

    Raises DataError when the hidden sheet was changed.
    """
    frame = sheet_if_any(path, AS_RUN)
    if frame is None:
        return None
    found: dict[str, list[tuple[int, list[str]]]] = {}
    try:
        for name, row, *parts in frame.itertuples(index=False):
            found.setdefault(name, []).append((int(row), json.loads("".join(parts))))
        return {
            name: pd.DataFrame([c for _, c in rows[1:]], [r for r, _ in rows[1:]], rows[0][1], dtype=object)
            for name, rows in found.items()
        }
    except (ValueError, TypeError) as error:
        fix = "delete the sheet: only the list of edits is lost"
        raise DataError([Problem(AS_RUN, "was changed", fix, file=f"{path.name}, sheet {AS_RUN}")]) from error


def edits(path: Path) -> list[Edit]:
    """Return what was edited in a workbook since its run; nothing when it does not say what it was."""
    before = tables_as_run(path)
    if before is None:
        return []
    after = {**raw_tables(path)}
    settings = sheet_if_any(path, input_sheet(SETTINGS))
    if settings is not None:
        after[SETTINGS] = settings
    return [
        edit for name in {**before, **after} for edit in _edits_of(name, before.get(name), after.get(name))
    ]


def _edits_of(name: str, before: pd.DataFrame | None, after: pd.DataFrame | None) -> Iterator[Edit]:
    """Yield the edits of one table; rows are known by their key, or by their place where it is not one."""
    sheet = input_sheet(name)
    if before is None:
        yield Edit(sheet, None, "", "", "no sheet", "a new sheet")
        return
    if after is None:
        yield Edit(sheet, None, "", "", "a sheet", "no sheet")
        return
    keys = ("setting",) if name == SETTINGS else TABLES[name].full_key if name in TABLES else ()
    key = [column for column in keys if column in before.columns and column in after.columns]
    old, new = _by_key(before, key), _by_key(after, key)
    if len(old) < len(before) or len(new) < len(after):  # a key twice
        key, old, new = [], _by_key(before, []), _by_key(after, [])
    columns = list(dict.fromkeys([*before.columns, *after.columns]))
    for place in {**old, **new}:
        about = ", ".join(part for part in place if part) if key else ""
        if place not in new:
            yield Edit(sheet, None, "", about or f"row {old[place][0]}", "a row", "no row")
        elif place not in old:
            yield Edit(sheet, new[place][0], "", about, "no row", "a new row")
        else:
            (_, was), (row, now) = old[place], new[place]
            for column in columns:
                one, other = was.get(column, ""), now.get(column, "")
                if not _alike(one, other):
                    yield Edit(sheet, row, column, about, one, other)


def _by_key(frame: pd.DataFrame, key: list[str]) -> dict[tuple[str, ...], tuple[int, dict[str, str]]]:
    """Return line and cells of each row by its key, by its place without one."""
    found = {}
    for place, (row, cells) in enumerate(zip(frame.index, frame.to_numpy().tolist(), strict=True)):
        named = dict(zip(frame.columns, map(str, cells), strict=True))
        found[tuple(named[k] for k in key) if key else (str(place),)] = (int(row), named)
    return found


def _alike(one: str, other: str) -> bool:
    """Return whether two cells say the same, 0.50 and 0.5 or true and TRUE included."""
    if one.strip() == other.strip() or {one.lower(), other.lower()} in ({"true"}, {"false"}):
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def saved_since(path: Path) -> bool:
    """Return whether somebody has saved a workbook since it was written, by what the file says of itself."""
    with zipfile.ZipFile(path) as book:
        said = book.read("docProps/core.xml").decode()
    times = [re.search(rf"<dcterms:{word}[^>]*>([^<]*)<", said) for word in ("created", "modified")]
    return len({time and time[1] for time in times}) > 1
