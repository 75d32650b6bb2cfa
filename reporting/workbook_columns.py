"""What a table of the workbook is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = list[Any]


@dataclass(frozen=True)
class Column:
    """One column: its header and how its numbers are written."""

    header: str
    form: str = "text"  # text, year, whole, amount, share, money, degrees
    width: float = 14


@dataclass(frozen=True)
class Table:
    """One table on a sheet of its own; `name` is also the name of the Excel table."""

    name: str
    meaning: str
    columns: list[Column]
    rows: list[Row]
    bar: str = ""  # header of the column that carries data bars
    note: str = field(default="")
