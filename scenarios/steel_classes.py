"""Steel classes as targets: which mill, which class, and what is summed to tell whether it is reached.

With a yield y of steel per t of metal charged, the line of a class, E/Q <= b - m S/M, is linear in the
plan's decisions: E + m y S <= b Q. E: emissions under the rulebook at the mill; Q: what it makes of the
boundary's product; S and M: scrap and all metal charged. y is the largest that the mill's recipes give, so
that what keeps the linear line is in the class by its exact scrap share too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.errors import ConfigError, Problem
from scenarios.rulebook_files import Rulebook, SteelClass, find_rulebook, folder_of
from scenarios.typed import did_you_mean

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import Scenario
    from scenarios.settings import CarbonSettings, ClassTarget
    from scenarios.target_measures import Terms

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Tables = Mapping[str, pd.DataFrame]

MEASURE = "steel_class"
PROGRAMME = "steel classes"


def with_classes(tables: Tables, carbon: CarbonSettings, path: Path) -> tuple[Tables, list[Problem]]:
    """Return the tables with a target for each of `carbon.classes`, and lines filled into all class targets.

    The same when given again. Problems: targets of the table whose rulebook or class does not exist.
    Raises ConfigError for settings that name no mill, rulebook or class.
    """
    frame, folder = tables["targets"], folder_of(path)
    if not carbon.classes and not (frame["measure"] == MEASURE).any():
        return tables, []
    rows = [_target(name, asked, tables, folder) for name, asked in carbon.classes.items()]
    frame = frame[~frame["target"].isin([row["target"] for row in rows])]
    added = pd.DataFrame(rows, columns=frame.columns)
    frame = pd.concat([frame, added], ignore_index=True) if len(frame) else added
    return _with_lines({**tables, "targets": frame.astype(tables["targets"].dtypes)}, folder)


def _with_lines(tables: Tables, folder: Path | None) -> tuple[Tables, list[Problem]]:
    """Return the tables with the line of its class as the value of every class target."""
    frame, problems = tables["targets"].copy(), []
    for i, row in frame[frame["measure"] == MEASURE].iterrows():
        found = _class_of(row["rulebook"], row["level"], folder, "targets")
        if isinstance(found, str):
            column = "level" if row["level"] and "class" in found else "rulebook"
            fix = "name a rulebook and a class of it"
            problems.append(Problem("targets", found, fix, row["row"], column, row[column]))
            continue
        frame.loc[i, "value"] = found[1].base
        for column, allowed, fix in (
            ("kind", row["kind"] == "at_most", "write at_most: a class bounds emissions"),
            ("site", bool(row["site"]), "name the mill"),
        ):
            if not allowed:
                rule = "is no kind of a class target" if column == "kind" else "of which mill is not said"
                problems.append(Problem("targets", rule, fix, row["row"], column, row[column]))
    return {**tables, "targets": frame}, problems


def _class_of(scheme: str, level: str, folder: Path | None, said: str) -> tuple[Rulebook, SteelClass] | str:
    """Return a rulebook and a class of it, or what is wrong with their names."""
    try:
        book = find_rulebook(scheme, folder, said)
    except ConfigError as error:
        return str(error)
    known = [each.label for each in book.classes]
    if not known:
        return f"{said}: {book.name} has no classes"
    try:
        return book, book.level(level)
    except KeyError:
        hint = did_you_mean(level, known)
        return f"{said}: {book.name} has no class {level!r}{hint}. Use: {', '.join(known)}"


def _target(name: str, asked: ClassTarget, tables: Tables, folder: Path | None) -> dict[str, object]:
    """Return one class target as a row of table ``targets``."""
    said = f"carbon.classes.{name}"
    found = _class_of(asked.scheme, asked.level, folder, said)
    if isinstance(found, str):
        raise ConfigError(found)
    book, level = found
    site = mill_named(asked.site or name, tables, said)
    sites = tables["sites"].drop_duplicates("site").set_index("site")["name"]
    shown = sites[site] or site
    row: dict[str, object] = dict.fromkeys(tables["targets"].columns, "")
    return row | {
        "target": f"{site} {book.label} {level.label}",
        "name": f"{shown}: {book.name} {level.label}",
        "programme": PROGRAMME,
        "measure": MEASURE,
        "kind": "at_most",
        "value": level.base,
        "year": float(asked.by),
        "baseline_year": np.nan,
        "baseline": np.nan,
        "site": site,
        "accounts": (),
        "rulebook": book.label,
        "level": level.label,
        "enforce": True,
        "source": said,
        "quality": "estimated",
        "row": 0,
    }


def mill_named(name: str, tables: Tables, said: str) -> str:
    """Return the site that `name` means: its label, its name, or the one mill whose label has it as a word.

    A mill is a site with a line that runs a process which makes crude or hot rolled steel. Raises
    ConfigError when none or several are meant.
    """
    mills = _mills(tables)
    names = dict(zip(tables["sites"]["site"], tables["sites"]["name"], strict=True))
    if name in names:
        found = [name]
    else:
        word = name.strip().lower()
        found = [site for site in mills if names[site].lower() == word]
        found = found or [site for site in mills if word in re.split(r"[\s_\-,()]+", site.lower())]
        found = found or [s for s in mills if word in re.split(r"[\s_\-,()]+", names[s].lower())]
    if len(found) == 1 and found[0] in mills:
        return found[0]
    if len(found) > 1:
        message = f"{said}: {name!r} may be any of {', '.join(found)}; write `site` with one of them"
    elif found:
        message = f"{said}: site {name!r} makes no steel; mills: {', '.join(mills)}"
    else:
        known = ", ".join(mills) or "none: no product of this scenario is marked as steel"
        message = f"{said}: no mill {name!r}{did_you_mean(name, mills)}. Mills: {known}"
    raise ConfigError(message)


def _mills(tables: Tables) -> list[str]:
    products = tables["products"]
    steel = set(products.loc[products["material"].isin(["crude_steel", "hot_rolled_steel"]), "product"])
    recipes = tables["recipes"]
    makes = set(recipes.loc[recipes["product"].isin(steel) & (recipes["quantity"] > 0), "process"])
    runs = tables["line_processes"]
    lines = set(runs.loc[runs["process"].isin(makes), "line"])
    return list(dict.fromkeys(tables["lines"].loc[tables["lines"]["line"].isin(lines), "site"]))


def class_terms(scenario: Scenario, ledger: Ledger, book: Rulebook, level: SteelClass, here: Flags) -> Terms:
    """Return what a class bounds: emissions with the scrap term, (E + m y S), per unit made, Q."""
    from scenarios.rulebook_ledger import under_rulebook
    from scenarios.steel_sites import charge, largest_yield, steel_sites
    from scenarios.target_measures import Terms

    steel = steel_sites(scenario, book.boundary)
    part = dict(under_rulebook(book, scenario, ledger).coefficients(here))
    charged = charge(scenario, book)
    worth = level.slope * largest_yield(scenario, book, here)
    every = np.ones(len(scenario.periods))
    mine = here[scenario.operations.site]
    part["run"] = part.get("run", 0.0) + worth * (charged.scrap * mine)[:, None] * every
    covers = scenario.covers
    on = covers.family == "operation"
    on[on] = mine[covers.element[on]]
    if charged.spared_scrap.any():
        part["covered"] = part.get("covered", 0.0) - worth * (charged.spared_scrap * on)[:, None] * every
    part = {name: each for name, each in part.items() if each.any()}
    return Terms(part, {"run": (steel.output * mine)[:, None] * every})


def class_of_filters(filters: Mapping[str, object], scenario: Scenario) -> tuple[Rulebook, SteelClass]:
    """Return the rulebook and the class that a target names."""
    book = find_rulebook(str(filters["rulebook"]), folder_of(scenario.path), "targets")
    return book, book.level(str(filters["level"]))
