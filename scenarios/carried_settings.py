"""Settings that the workbook of a run carries beside its tables, so that they can be edited and run again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from scenarios.errors import ConfigError, DataError, Problem
from scenarios.loading import SETTINGS, input_sheet, sheet_if_any
from scenarios.typed import did_you_mean, typed_settings

# What a choice of a group settles, where that is more than the section of its name.
SECTIONS_OF_GROUP = {"pathway": ("pathway", "carbon")}
PLACES = ("data",)  # of the scenario: the workbook itself


def settings_table(values: Mapping[str, Any], sections: Sequence[str]) -> pd.DataFrame:
    """Return settings as columns `setting` and `value`, the value as YAML; sections without any are left out.

    Nested names are dotted; what has other keys than names, such as years, stays one value.
    """
    rows = [
        [key, _written(value)]
        for section in sections
        for key, value in _leaves(values.get(section) or {}, section)
        if key not in {f"scenario.{place}" for place in PLACES}
    ]
    return pd.DataFrame(rows, columns=["setting", "value"], dtype=object)


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    named = isinstance(value, Mapping) and all(str(k).isidentifier() for k in value)
    if not named or not value:
        yield key, value
        return
    for name, part in value.items():
        yield from _leaves(part, f"{key}.{name}")


def _written(value: Any) -> str:
    """Return a value as one line of YAML; None as a blank."""
    if value is None:
        return ""
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
    return str(text.removesuffix("\n").removesuffix("\n..."))


def read_settings(path: Path) -> tuple[dict[str, Any], dict[str, int]] | None:
    """Return the settings by section that a workbook carries, and their rows by key; None when it has none.

    Raises DataError naming sheet, row and column of what cannot be read.
    """
    frame = sheet_if_any(path, input_sheet(SETTINGS))
    if frame is None:
        return None
    fix = "keep the columns `setting` and `value`"
    missing = [name for name in ("setting", "value") if name not in frame.columns]
    if missing:
        raise DataError([_problem(path, None, name, "", "the column is missing", fix) for name in missing])
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    rows: dict[str, int] = {}
    for row, key, text in zip(frame.index, frame["setting"].str.strip(), frame["value"], strict=True):
        try:
            _put(found, key.split("."), yaml.safe_load(text))
        except (yaml.YAMLError, TypeError):
            fix = "write it as on the command line, e.g. 0.5, [a, b] or {2030: 0.5}"
            problems.append(_problem(path, int(row), "value", text, f"{key} cannot be read", fix))
        if key in rows:
            fix = f"keep it or that of row {rows[key]}"
            problems.append(_problem(path, int(row), "setting", key, "the setting stands twice", fix))
        rows[key] = int(row)
    if problems:
        raise DataError(problems)
    return found, rows


def _put(target: dict[str, Any], names: Sequence[str], value: Any) -> None:
    """Put a value under nested names; TypeError where one of them holds a value already."""
    for name in names[:-1]:
        target = target.setdefault(name, {})
        if not isinstance(target, dict):
            raise TypeError(name)
    target[names[-1]] = {} if value is None and len(names) == 1 else value


def _problem(path: Path, row: int | None, column: str, value: object, rule: str, fix: str) -> Problem:
    return Problem(SETTINGS, rule, fix, row, column, value, f"{path.name}, sheet {input_sheet(SETTINGS)}")


def with_carried_settings(
    values: Mapping[str, Any], path: Path, overrides: Sequence[str], types: Mapping[str, type]
) -> dict[str, Any]:
    """Return the settings that the workbook at `path` carries; what the command line says stands.

    Parameters
    ----------
    values : the settings as composed, by section, with all that the command line says.
    overrides : what was written on the command line, ``key=value``.
    types : typed settings by section, to tell sheet and row of what they refuse.

    Raises
    ------
    DataError : a setting of the workbook cannot be read.
    ConfigError : a setting of the workbook is unknown, of the wrong type or out of range.
    """
    read = read_settings(path)
    if read is None:
        return dict(values)
    carried, rows = read
    _refuse_unknown(f"{path.name}, sheet {input_sheet(SETTINGS)}", carried, rows, types)
    settled = {**values, **carried}
    for place in PLACES:
        settled["scenario"] = {**settled["scenario"], place: values["scenario"][place]}
    for override in overrides:
        names = override.lstrip("+~").split("=")[0].split("@")[0].split(".")
        if len(names) == 1:
            settled |= {
                name: values[name] for name in SECTIONS_OF_GROUP.get(names[0], names) if name in values
            }
        elif names[0] in types:
            settled[names[0]] = _with_leaf(settled[names[0]], values[names[0]], names[1:])
    return settled


def _with_leaf(target: Any, source: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return `target` with what `source` has under `names`, without it where `source` has nothing there."""
    result, (name, *rest) = dict(target or {}), names
    source = source or {}
    key = next((k for k in source if str(k) == name), name)
    if key not in source:
        result.pop(key, None)
    else:
        result[key] = _with_leaf(result.get(key), source[key], rest) if rest else source[key]
    return result


def _refuse_unknown(
    sheet: str, carried: Mapping[str, Any], rows: Mapping[str, int], types: Mapping[str, type]
) -> None:
    """Raise ConfigError, naming rows of `sheet`, when settings of a workbook are not ones that a run has."""
    for key, row in rows.items():
        section = key.partition(".")[0]
        if section not in types:
            message = f"{sheet}, row {row}: no settings {section!r}{did_you_mean(section, types)}"
            raise ConfigError(message)
    try:
        typed_settings({section: types[section] for section in carried}, carried)
    except ConfigError as error:
        told = str(error)
        for key, row in rows.items():
            told = re.sub(rf"^(\s*)({re.escape(key)}\b)", rf"\1row {row}, \2", told, flags=re.MULTILINE)
        message = f"{sheet}: {told}"
        raise ConfigError(message) from error
