"""Which public tasks and pledge actions a scenario exercises, by versioned lists in ``scenarios/tasks``.

A list is a CSV file: each task in our own words, and in ``exercised_by`` what of a scenario's tables shows
it, any of the clauses between semicolons:

``table``            the table has a row
``table.column``     some row has the column filled in (a flag: yes; a number: not zero)
``table.column=a``   some row has the value, or holds it among its names
``settings.name``    the setting of the scenario, the carbon rules or the pathway is filled in
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from scenarios.errors import ConfigError
from scenarios.typed import did_you_mean

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

FOLDER = Path(__file__).resolve().parent / "tasks"
SETTINGS = "settings"


def task_lists() -> list[str]:
    """Return the names of the lists there are."""
    return sorted(file.stem for file in FOLDER.glob("*.csv"))


@cache
def task_list(name: str) -> pd.DataFrame:
    """Return a list: number, aspect, task, exercised_by, source. Raises ConfigError when there is none."""
    if name not in task_lists():
        known = task_lists()
        message = f"scenario.task_lists: no list {name!r}{did_you_mean(name, known)}. Use: {', '.join(known)}"
        raise ConfigError(message)
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)


def task_coverage(scenario: Scenario) -> list[dict[str, Any]]:
    """Return for each list its name, titles and tasks: number, aspect, task, and by what it is exercised."""
    found = []
    for name in scenario.settings.task_lists:
        frame = task_list(name)
        tasks = [
            {
                "number": int(row["number"]),
                "aspect": row["aspect"],
                "task": row["task"],
                "by": exercised(row["exercised_by"], scenario),
            }
            for row in frame.to_dict("records")
        ]
        titles = {key: str(frame[key].iloc[0]) for key in ("title", "short")}
        found.append({"list": name, **titles, "tasks": tasks})
    return found


def exercised(clauses: str, scenario: Scenario) -> list[str]:
    """Return those of the clauses that hold for the scenario; none: the task is not exercised."""
    return [clause for clause in map(str.strip, clauses.split(";")) if clause and _holds(clause, scenario)]


def _holds(clause: str, scenario: Scenario) -> bool:
    place, _, wanted = clause.partition("=")
    table, _, column = place.partition(".")
    if table == SETTINGS:
        owners: tuple[Any, ...] = (
            scenario.settings,
            scenario.carbon,
            scenario.pathway,
            scenario.pathway.levers,
        )
        owner = next(each for each in owners if hasattr(each, column))
        return bool(getattr(owner, column))
    rows = scenario.tables[table]
    if not column:
        return len(rows) > 0
    cells = rows[column]
    if wanted:
        return any(wanted == cell or (isinstance(cell, tuple) and wanted in cell) for cell in cells)
    if cells.dtype.kind in "fbi":
        return bool((cells.fillna(0) != 0).any())
    return any(cell not in ("", ()) for cell in cells)
