"""What a table of the workbook is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter.format import Format

from reporting.language import speaking
from reporting.settings import Language

Row = list[Any]
Formats = dict[str, Format]


@dataclass(frozen=True)
class Column:
    """One column: its header and how its numbers are written."""

    header: str
    form: str = "text"  # text, year, whole, amount, share, money, degrees
    width: float = 14


def plainly(name: Callable[..., str], *of: Any) -> str:
    """Return what `name` says of something in English, as the cells of tables are in every language."""
    with speaking(Language.ENGLISH):
        return name(*of)


# Columns that many tables have.
PATHWAY = Column("Pathway", width=12)
SITE = Column("Site", width=34)
KEY = Column("Key", width=22)
PERIOD = Column("Period", "year", 10)
YEARS = Column("Years", "year", 8)


def number_columns(form: str, width: float, *headers: str) -> list[Column]:
    """Return columns of numbers written alike."""
    return [Column(header, form, width) for header in headers]


@dataclass(frozen=True)
class Table:
    """One table on a sheet of its own; `name` is also the name of the Excel table."""

    name: str
    meaning: str
    columns: list[Column]
    rows: list[Row]
    bar: str = ""  # header of the column that carries data bars
    note: str = field(default="")
