"""The columns of every table in words, from the schema: ``python -m scenarios.tables_page``."""

from __future__ import annotations

import sys
from pathlib import Path

from scenarios.schema import QUALITY_MARKS, TABLES, Column

PAGE = Path(__file__).resolve().parent.parent / "docs" / "tables.md"
HEAD = f"""# The tables of a scenario

Generated from the schema by `python -m scenarios.tables_page`; a test fails when this page is stale.

Each table is a CSV or Parquet file of its name in one folder, or a sheet of one `.xlsx`. A table left
out means that the chain has no such thing. Quantities are per year, in the product's own unit. A table
with a `period` column may give several years; values in between are interpolated. Names within one
cell are separated by semicolons. `quality` says how good the figures of a row are:
{", ".join(QUALITY_MARKS)}.
"""


def page() -> str:
    """Return the page as Markdown."""
    return HEAD + "\n".join(table_lines()) + "\n"


def table_lines() -> list[str]:
    """Return one section a table: what it holds, its key, and what may stand in each column."""
    lines: list[str] = []
    for table in TABLES.values():
        lines += ["", f"## {table.name}{' (required)' if table.required else ''}", "", table.meaning]
        lines += [f"One row per {', '.join(table.full_key)}.", ""]
        lines += ["| column | what it is | unit | may be | if blank |", "|---|---|---|---|---|"]
        lines += [_column_row(column) for column in table.all_columns]
    return lines


def _column_row(column: Column) -> str:
    if column.choices:
        allowed = ", ".join(column.choices)
    elif column.refers_to:
        allowed = f"{'names' if column.kind == 'list' else 'a name'} from {column.refers_to}"
    elif column.kind == "flag":
        allowed = "yes, no"
    else:
        bounds = [f"{low:g} or more" for low in [column.minimum] if low is not None]
        bounds += [f"{high:g} or less" for high in [column.maximum] if high is not None]
        allowed = ", ".join([column.kind, *bounds])
    if column.required:
        blank = "**required**"
    elif column.kind == "flag":
        blank = "no"
    else:
        blank = str(column.default) if column.default not in (None, "", ()) else "-"
    return f"| `{column.name}` | {column.meaning} | {column.unit or '-'} | {allowed} | {blank} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")


if __name__ == "__main__":
    main()
