"""How a scenario table is described: columns with units, bounds and meaning.

Validation, the templates of ``zerolane init``, the data page of the docs and the attributes of
result Datasets all read this module, so a column is described once.

Units: quantities are in the product's own unit per year (tonnes unless the product says
otherwise), money in the scenario's currency, emissions in t CO2e, electricity in MWh, power in
MW, distance in km. A table marked ``by_period`` may carry a ``period`` column (a calendar year);
rows without a period hold always, given years are interpolated linearly in between.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "number", "integer", "flag", "list", "period"]

QUALITY_MARKS = ("measured", "published", "estimated")


@dataclass(frozen=True)
class Column:
    """One column: what may stand in it and what it means."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = False
    default: object = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    refers_to: str = ""  # table whose key this value must appear in


@dataclass(frozen=True)
class Table:
    """One table: its key, its columns, and whether rows may differ by period."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    by_period: bool = False
    numbers_by_period: tuple[str, ...] = field(default=())

    def column(self, name: str) -> Column:
        """Return the column called `name`; raises KeyError when there is none."""
        return {c.name: c for c in self.all_columns}[name]

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Own columns, then ``period`` where allowed, then ``source`` and ``quality``."""
        return self.columns + (PERIOD if self.by_period else ()) + PROVENANCE

    @property
    def full_key(self) -> tuple[str, ...]:
        """Columns that together may occur once."""
        return self.key + (("period",) if self.by_period else ())


def text(name: str, meaning: str, **rules: object) -> Column:
    """A text column."""
    return Column(name, "text", meaning, **rules)  # type: ignore[arg-type]


def number(name: str, unit: str, meaning: str, **rules: object) -> Column:
    """A numeric column with its unit."""
    return Column(name, "number", meaning, unit=unit, **rules)  # type: ignore[arg-type]


def integer(name: str, unit: str, meaning: str, **rules: object) -> Column:
    """A whole-number column with its unit."""
    return Column(name, "integer", meaning, unit=unit, **rules)  # type: ignore[arg-type]


def flag(name: str, meaning: str) -> Column:
    """A yes/no column, no by default."""
    return Column(name, "flag", meaning, default=False)


def names(name: str, meaning: str, **rules: object) -> Column:
    """A column holding names separated by semicolons."""
    return Column(name, "list", meaning, default=(), **rules)  # type: ignore[arg-type]


PERIOD = (
    Column(
        "period",
        "period",
        "calendar year, or month such as 2025-03, the row holds for; blank: always",
        unit="year",
    ),
)
PROVENANCE = (
    text("source", "where the figures of the row come from", default=""),
    text("quality", "how good the figures are", default="estimated", choices=QUALITY_MARKS),
)
