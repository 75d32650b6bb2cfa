"""Reading the tables of a scenario: a folder of CSV or Parquet files, or one ``.xlsx`` workbook."""

from __future__ import annotations

import csv
import difflib
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from scenarios.errors import ConfigError, DataError, Problem
from scenarios.schema import TABLES, Column, Table

BUNDLED = Path(__file__).resolve().parent / "data"
FIRST_DATA_ROW = 2  # the header is row 1, as a spreadsheet shows it
SETTINGS = "settings"  # what such a workbook carries beside its tables
INPUT = "Input "  # what the names of the sheets with tables begin with, in a workbook that also holds results
TRUE_WORDS, FALSE_WORDS = {"yes", "true", "1", "y", "x"}, {"no", "false", "0", "n", ""}


def find_data(data: str, search: Sequence[Path] = ()) -> Path:
    """Return the folder or workbook that `data` names.

    Looks for a bundled case, an absolute path, a path below each of `search`, and a path below
    the working directory, in this order. Raises ConfigError when there is none.
    """
    if not data:
        message = "scenario.data is empty: name a bundled case, a folder of tables or an .xlsx file"
        raise ConfigError(message)
    candidates = [BUNDLED / data] if Path(data).name == data else []
    candidates += [root / data for root in search] + [Path(data).expanduser()]
    for candidate in candidates:
        if candidate.exists():
            return candidate.resolve()
    bundled = ", ".join(sorted(p.name for p in BUNDLED.iterdir() if p.is_dir()))
    looked = ", ".join(str(c) for c in candidates)
    message = f"scenario.data {data!r} not found. Looked at: {looked}. Bundled cases: {bundled}"
    raise ConfigError(message)


def read_tables(path: Path) -> dict[str, pd.DataFrame]:
    """Read and type every table at `path`; absent optional tables come back empty.

    Each frame has the schema's columns with defaults filled in, numbers as float, and a column
    ``row`` with the line in the file. Raises DataError listing every problem of form: unknown
    tables and columns, missing columns, cells of the wrong type, out of range, or not allowed.

    Tables that have not changed since they were last read are not read again: of many runs of one case,
    as in a sweep, each has its own copy.
    """
    files = [path] if is_workbook(path) else sorted(path.iterdir())
    stats = [file.stat() if file.exists() else file.lstat() for file in files]
    seen = [(s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for s in stats]
    files_seen = tuple(zip([file.name for file in files], seen, strict=True))
    return {name: frame.copy() for name, frame in _tables_as_of(path, files_seen).items()}


@lru_cache(maxsize=1)
def _tables_as_of(path: Path, _seen: object) -> dict[str, pd.DataFrame]:
    """Return the tables at `path` as its files are at the moment."""
    problems: list[Problem] = []
    raw = _raw_tables(path, problems)
    problems += [
        Problem(name, "unknown table", f"use one of: {', '.join(TABLES)}{_did_you_mean(name, TABLES)}")
        for name in sorted(set(raw) - set(TABLES))
    ]
    frames = {}
    for table in TABLES.values():
        if table.name not in raw:
            if table.required:
                problems.append(
                    Problem(table.name, "the table is missing", "add it; `zerolane init` shows its columns")
                )
            raw[table.name] = pd.DataFrame(columns=[c.name for c in table.all_columns], dtype=str)
        frames[table.name] = _typed(raw[table.name], table, problems)
    if problems:
        raise DataError(in_files(problems, path))
    return frames


def raw_tables(path: Path) -> dict[str, pd.DataFrame]:
    """Return the tables at `path` as they stand there, all cells text, by line; raises DataError as above."""
    problems: list[Problem] = []
    raw = _raw_tables(path, problems)
    if problems:
        raise DataError(in_files(problems, path))
    return raw


def _raw_tables(path: Path, problems: list[Problem]) -> dict[str, pd.DataFrame]:
    return _read_workbook(path) if is_workbook(path) else _read_folder(path, problems)


def is_workbook(path: Path) -> bool:
    """Return whether the tables at `path` are the sheets of a workbook."""
    return path.suffix.lower() == ".xlsx"


def input_sheet(table: str) -> str:
    """Return the name of the sheet of a table in a workbook that also holds results."""
    return f"{INPUT}{table}"


def in_files(problems: Sequence[Problem], path: Path) -> list[Problem]:
    """Return the problems with the file or workbook sheet each of them stands in."""
    sheets = sheet_names(path) if is_workbook(path) else []
    carried = {name.removeprefix(INPUT) for name in sheets if name.startswith(INPUT)}

    def file_of(table: str) -> str:
        if is_workbook(path):
            return f"{path.name}, sheet {input_sheet(table) if table in carried else table}"
        found = [
            f"{table}{ending}" for ending in (".csv", ".parquet") if (path / f"{table}{ending}").exists()
        ]
        return found[0] if found else table

    return [replace(problem, file=problem.file or file_of(problem.table)) for problem in problems]


def _read_folder(path: Path, problems: list[Problem]) -> dict[str, pd.DataFrame]:
    raw: dict[str, pd.DataFrame] = {}
    for file in sorted(path.iterdir()):
        if file.name.startswith("."):
            continue
        try:
            if file.suffix.lower() == ".csv":
                raw[file.stem] = _read_csv(file, problems)
            elif file.suffix.lower() == ".parquet":
                raw[file.stem] = _as_text(pd.read_parquet(file))
        except (OSError, ValueError, UnicodeDecodeError, csv.Error) as error:
            problems.append(Problem(file.name, f"cannot be read ({error})", "save it again as UTF-8 CSV"))
    return raw


def _read_csv(file: Path, problems: list[Problem]) -> pd.DataFrame:
    text = file.read_bytes().decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text), strict=True))
    if not lines:
        return pd.DataFrame()
    header, kept, numbers = [name.strip() for name in lines[0]], [], []
    for number, line in enumerate(lines[1:], FIRST_DATA_ROW):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(header):
            problems.append(
                Problem(
                    file.stem,
                    f"has {len(line)} cells where the header has {len(header)}",
                    "quote text that holds commas",
                    number,
                )
            )
            continue
        kept.append(line)
        numbers.append(number)
    frame = pd.DataFrame(kept, columns=header, dtype=str)
    frame.index = pd.Index(numbers, dtype=int)
    return frame


def _read_workbook(path: Path) -> dict[str, pd.DataFrame]:
    """Return the sheets that are tables: those named as inputs where there are such, else all but notes."""
    names = sheet_names(path)
    carried = [name for name in names if name.startswith(INPUT)]
    if any(name.removeprefix(INPUT) in TABLES for name in carried):
        found = read_sheets(path, [name for name in carried if name != input_sheet(SETTINGS)])
        return {name.removeprefix(INPUT): frame for name, frame in found.items()}
    # Sheets that are notes for people are recognised by name, never silently by content.
    return read_sheets(path, [name for name in names if not name.lower().startswith(("read me", "note"))])


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook; raises DataError when it cannot be read."""
    return _opened(path, lambda book: [str(name) for name in book.sheet_names])


def read_sheets(path: Path, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return sheets of a workbook, all cells text, by line; raises DataError when it cannot be read."""
    if not names:
        return {}
    options: dict[str, Any] = {"dtype": object, "keep_default_na": False}
    found = _opened(path, lambda book: pd.read_excel(book, sheet_name=list(names), **options))
    return {str(name): _as_text(frame) for name, frame in found.items()}


def sheet_if_any(path: Path, name: str) -> pd.DataFrame | None:
    """Return one sheet as text, None when there is none of that name."""
    return read_sheets(path, [name])[name] if name in sheet_names(path) else None


def _opened(path: Path, read: Callable[[pd.ExcelFile], Any]) -> Any:
    try:
        with pd.ExcelFile(path) as book:
            return read(book)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        problem = Problem(
            path.name, f"the workbook cannot be read ({error})", "open it in a spreadsheet and save as .xlsx"
        )
        raise DataError([problem]) from error


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with every cell as text, whole floats without the point, blanks as ''."""

    def shown(value: object) -> str:
        if value is None or (isinstance(value, float) and pd.isna(value)):
            return ""
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value)

    text = frame.map(shown)
    text.columns = pd.Index([str(c).strip() for c in frame.columns])
    text.index = pd.RangeIndex(FIRST_DATA_ROW, FIRST_DATA_ROW + len(frame))
    return text[(text != "").any(axis=1)]


def typed_table(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return rows of text as one typed table, as :func:`read_tables` does; raises DataError as it does."""
    problems: list[Problem] = []
    frame = _typed(raw, table, problems)
    if problems:
        raise DataError(problems)
    return frame


def _typed(raw: pd.DataFrame, table: Table, problems: list[Problem]) -> pd.DataFrame:
    """Return `raw` with the schema's columns and types, appending what is wrong to `problems`."""
    known = {c.name for c in table.all_columns}
    for name in raw.columns:
        if name not in known:
            fix = f"remove it or use one of: {', '.join(sorted(known))}{_did_you_mean(name, known)}"
            problems.append(Problem(table.name, "unknown column", fix, column=str(name)))
    for name in sorted({c for c in raw.columns if list(raw.columns).count(c) > 1}):
        problems.append(Problem(table.name, "the column stands twice", "keep one of them", column=str(name)))
        raw = raw.loc[:, ~raw.columns.duplicated()]
    typed: dict[str, object] = {}
    for column in table.all_columns:
        if column.name not in raw.columns:
            if column.required:
                fix = f"add the column ({column.meaning}{', ' + column.unit if column.unit else ''})"
                problems.append(Problem(table.name, "the column is missing", fix, column=column.name))
            cells = pd.Series([""] * len(raw), index=raw.index, dtype=object)
        else:
            cells = raw[column.name].astype(object).map(lambda cell: str(cell).strip())
        missing_column = column.required and column.name not in raw.columns
        typed[column.name] = typed_cells(cells, column, table, [] if missing_column else problems)
    frame = pd.DataFrame(typed, index=raw.index)
    frame["row"] = raw.index.astype(int)
    return frame.reset_index(drop=True)


def typed_cells(cells: pd.Series, column: Column, table: Table, problems: list[Problem]) -> pd.Series:
    """Return cells of text, indexed by their line, in the type of their column; appends to `problems`."""

    def complain(row: int, value: object, rule: str, fix: str) -> None:
        problems.append(Problem(table.name, rule, fix, int(row), column.name, value))

    if column.required:
        for row in cells.index[cells == ""]:
            complain(row, "", "the cell is empty", f"fill in {column.meaning}")
    if column.kind == "period":
        return _numbers(_as_years(cells), column, complain)
    if column.kind in ("number", "integer"):
        return _numbers(cells, column, complain)
    if column.kind == "flag":
        for row, cell in cells[~cells.str.lower().isin(TRUE_WORDS | FALSE_WORDS)].items():
            complain(row, cell, "is neither yes nor no", "write yes or no")  # type: ignore[arg-type]
        return cells.str.lower().isin(TRUE_WORDS)
    if column.kind == "list":
        return cells.map(lambda cell: tuple(part.strip() for part in cell.split(";") if part.strip()))
    text = cells.where(cells != "", "" if column.default is None else str(column.default))
    if column.choices:
        for row, cell in text[~text.isin(column.choices) & (text != "")].items():
            hint = _did_you_mean(str(cell), column.choices)
            complain(row, cell, "is not allowed here", f"use one of: {', '.join(column.choices)}{hint}")  # type: ignore[arg-type]
    return text.astype(object)


def _as_years(cells: pd.Series) -> pd.Series:
    """Return months such as 2025-03, also as a spreadsheet writes them, as years in decimals."""

    def year(cell: str) -> str:
        month = re.fullmatch(r"(\d{4})-(\d{1,2})(-01( 00:00:00)?)?", cell)
        if month is None or not 1 <= int(month[2]) <= 12:
            return cell
        return repr((int(month[1]) * 12 + int(month[2]) - 1) / 12)

    return cells.map(year)


def _numbers(cells: pd.Series, column: Column, complain: object) -> pd.Series:
    filled = cells != ""
    values = pd.to_numeric(cells.where(filled), errors="coerce").astype(float)
    unit = f" in {column.unit}" if column.unit else ""
    wrong = filled & (values.isna() | values.abs().eq(float("inf")))
    for row, cell in cells[wrong].items():
        complain(row, cell, "is not a number", f"write {column.meaning} as a number{unit}")  # type: ignore[operator]
    if column.kind == "period":
        parts = values * 12
        for row, cell in cells[filled & ~wrong & ((parts - parts.round()).abs() > 1e-6)].items():
            complain(row, cell, "is neither a year nor a month", "write it like 2025 or 2025-03")  # type: ignore[operator]
    if column.kind == "integer":
        for row, cell in cells[filled & ~wrong & (values % 1 != 0)].items():
            complain(row, cell, "is not a whole number", f"write {column.meaning} without decimals")  # type: ignore[operator]
    if column.minimum is not None:
        for row, cell in cells[filled & (values < column.minimum)].items():
            complain(
                row,
                cell,
                f"is below {column.minimum:g}",
                f"write a value of at least {column.minimum:g}{unit}",
            )  # type: ignore[operator]
    if column.maximum is not None:
        for row, cell in cells[filled & (values > column.maximum)].items():
            complain(
                row,
                cell,
                f"is above {column.maximum:g}",
                f"write a value of at most {column.maximum:g}{unit}",
            )  # type: ignore[operator]
    return values if column.default is None else values.fillna(float(column.default))  # type: ignore[arg-type]


def _did_you_mean(word: str, known: object) -> str:
    close = difflib.get_close_matches(str(word), list(known), n=1)  # type: ignore[call-overload]
    return f" (did you mean {close[0]!r}?)" if close else ""
