"""What ``zerolane init`` writes: a small case that runs as it stands, and what each column means.

The example rows are those of the bundled tutorial; the columns come from the schema, so that the
files show everything a table may hold.
"""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

from scenarios.errors import ConfigError
from scenarios.loading import BUNDLED
from scenarios.schema import QUALITY_MARKS, TABLES, Table
from scenarios.tables_page import table_lines

EXAMPLE = BUNDLED / "tutorial"
HORIZON = {
    "first_year": 2025,
    "last_year": 2026,
    "years_per_period": 1,
    "base_year": 2025,
    "discount_rate": 0.0,
}
CAP = 0.7  # of the last year, as a share of the baseline: the example can meet it

SETTINGS = """\
# What the case is: where its tables are, its horizon and its money.
name: {name}
title: {title}
company: My company
data: tables # the folder beside this one; a workbook would be tables.xlsx
currency: CNY
first_year: {first_year}
last_year: {last_year}
years_per_period: {years_per_period}
base_year: {base_year} # money is discounted to this year
discount_rate: {discount_rate} # real, a year
demo_data: true # the report says that the figures are made up; delete with your own figures
"""

PATHWAY = """\
# @package _global_
# A pathway of your own: zerolane run --config-dir {folder} scenario={name} pathway={name}
pathway:
  name: {name}
  title: Our target
  description: The cap we have set ourselves; every lever is open.
carbon: # shares of the first year's emissions with today's assets, linear in between
  cap_{last_year}: {cap}
"""


def case_name(folder: Path) -> str:
    """Return the name of a case in `folder`: its last part in letters, digits and underscores."""
    name = re.sub(r"\W+", "_", folder.expanduser().absolute().name).strip("_").lower()
    if not name:
        message = f"{str(folder)!r} gives no name for a case: use letters or digits, e.g. my_case"
        raise ConfigError(message)
    return name


def named_folder(words: Sequence[str]) -> Path:
    """Return the folder that the words after ``init`` name; raises ConfigError unless they name one."""
    if len(words) != 1 or words[0].startswith("-") or "=" in words[0]:
        message = "init needs one folder to write to, e.g. zerolane init my_case"
        raise ConfigError(message)
    return Path(words[0])


def write_template(folder: Path, taken: Collection[str] = ()) -> str:
    """Write a case that validates and runs as it stands; return its name.

    Makes ``scenario/<name>.yaml``, ``pathway/<name>.yaml``, ``tables/*.csv`` and ``README.md`` in
    `folder`, all or nothing.

    Parameters
    ----------
    folder : where to write; must be absent or empty. Its last part names the case.
    taken : names that a case cannot have.

    Raises
    ------
    ConfigError : `folder` holds something already, or its name cannot be one of a case.
    """
    folder = folder.expanduser().absolute()
    name = case_name(folder)
    if name in taken:
        message = f"{name!r} is the name of a shipped choice: give another name"
        raise ConfigError(message)
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        message = f"{folder} exists already and is not an empty folder: give another name"
        raise ConfigError(message)
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    words = {
        "name": name,
        "folder": folder.name,
        "title": name.replace("_", " ").capitalize(),
        "cap": CAP,
    } | HORIZON
    try:
        for part in ("scenario", "pathway", "tables"):
            (partial / part).mkdir(parents=True)
        (partial / "scenario" / f"{name}.yaml").write_text(SETTINGS.format(**words), encoding="utf-8")
        (partial / "pathway" / f"{name}.yaml").write_text(PATHWAY.format(**words), encoding="utf-8")
        for table in TABLES.values():
            _write_table(partial / "tables" / f"{table.name}.csv", table)
        (partial / "README.md").write_text(explanation(folder.name, name), encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return name


def _write_table(file: Path, table: Table) -> None:
    """Write all columns of the schema with the tutorial's rows; only the header where it has none."""
    example, rows = EXAMPLE / file.name, []
    if example.exists():
        with example.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [c.name for c in table.all_columns], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def explanation(folder: str, name: str) -> str:
    """Return the README of a case: how to run it and what every column means, in Markdown."""
    lines = [
        f"# {name}",
        "",
        "A small case that runs as it stands. Replace its rows by your own, then:",
        "",
        "```sh",
        f"zerolane validate --config-dir {shlex.quote(folder)} scenario={name}",
        f"zerolane run --config-dir {shlex.quote(folder)} scenario={name}",
        f"zerolane run --config-dir {shlex.quote(folder)} scenario={name} pathway={name}",
        "```",
        "",
        f"`scenario/{name}.yaml` holds the horizon and the money, `pathway/{name}.yaml` a cap of your own,",
        "`tables/` the chain. Each table is a CSV file in UTF-8; all of them as sheets of one workbook work",
        "the same (`data: tables.xlsx`). A table with a header and no rows, or left out, means that the",
        "chain has no such thing. `validate` lists all problems with file, row, column, value, rule and fix.",
        "",
        "Quantities are per year. A table with a `period` column may give several years; values in between",
        "are interpolated. Lists within a cell are separated by semicolons.",
        f"`quality` says how good the figures of a row are: {', '.join(QUALITY_MARKS)}.",
    ]
    return "\n".join([*lines, *table_lines()]) + "\n"
