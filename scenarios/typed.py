"""From what was written (YAML, command line) to typed settings, with every problem said at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from scenarios.errors import ConfigError, DataError

UNKNOWN = {"unexpected_keyword_argument", "extra_forbidden"}


@dataclass(frozen=True)
class Composed:
    """The settings of one run as composed from files and words, not typed yet.

    Attributes
    ----------
    values : plain values by section.
    overrides : what was written on the command line, ``key=value``.
    search : the user's own folders of choices.
    number : of the point of a sweep; None without one.
    """

    values: dict[str, Any]
    overrides: list[str]
    search: list[Path]
    number: int | None


def default_values(types: Mapping[str, type]) -> dict[str, dict[str, Any]]:
    """Return the defaults of each section as plain values that YAML can hold."""
    return {section: TypeAdapter(kind).dump_python(kind(), mode="json") for section, kind in types.items()}


def typed_settings(types: Mapping[str, type], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return one typed and checked object for each section of `types`.

    Raises ConfigError naming every unknown key, wrong type, value out of range and broken rule.
    """
    settings: dict[str, Any] = {}
    problems: list[str] = []
    for section, kind in types.items():
        try:
            settings[section] = TypeAdapter(kind).validate_python(values.get(section) or {})
        except ValidationError as error:
            problems += list(_problems(section, error, default_values({section: kind})))
    refuse(problems)
    return settings


def refuse(problems: Sequence[str]) -> None:
    """Raise ConfigError with all `problems` of settings, if there are any."""
    if problems:
        head = [f"{len(problems)} settings cannot be used:"] if len(problems) > 1 else []
        raise ConfigError("\n  ".join([*head, *problems]))


def problem_of(make: Callable[[], object], place: str = "") -> list[str]:
    """Return what `make` complains about, told with its place among the settings; nothing where it works."""
    try:
        make()
    except (ConfigError, DataError) as error:
        return [f"{place}: {error}" if place else str(error)]
    return []


def known_keys(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Return all dotted keys of nested plain values, sections before what is in them."""
    for key, value in values.items():
        yield f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from known_keys(value, f"{prefix}{key}.")


def did_you_mean(key: str, known: Iterable[str]) -> str:
    """Return a hint naming the known key closest to `key`, or the one that ends like it, or nothing."""
    keys, depth = list(known), key.count(".")
    close = difflib.get_close_matches(key, [k for k in keys if k.count(".") == depth], n=1)
    close = close or [k for k in keys if k.rpartition(".")[2] == key.rpartition(".")[2]]
    return f" (did you mean {close[0]}?)" if close else ""


def _problems(section: str, error: ValidationError, defaults: Mapping[str, Any]) -> Iterator[str]:
    for item in error.errors(include_url=False):
        key = ".".join([section, *(str(part) for part in item["loc"])])
        if item["type"] in UNKNOWN:
            yield f"{key}: unknown setting{did_you_mean(key, known_keys(defaults))}"
        elif item["type"] == "value_error":  # a rule of ours, in its own words
            yield str(item["ctx"]["error"])
        else:
            yield f"{key}={item['input']!r}: {item['msg'][0].lower()}{item['msg'][1:]}"


def own_choices(words: Sequence[str], shipped: Path) -> list[Path]:
    """Return the folders that ``--config-dir`` names among the words of a command line.

    Raises ConfigError when a file in them has the name of a shipped one, which would win unseen.
    """
    folders = [Path(w.split("=", 1)[1]) for w in words if w.startswith(("--config-dir=", "-cd="))]
    folders += [Path(name) for flag, name in pairwise(words) if flag in ("--config-dir", "-cd")]
    for file in (f for folder in folders for f in sorted(folder.glob("*/*.yaml"))):
        if (shipped / file.parent.name / file.name).exists():
            message = f"{file} has the name of a shipped choice, which would win: rename it"
            raise ConfigError(message)
    return [folder.absolute() for folder in folders]


def composition_error(error: Exception, values: Mapping[str, Any]) -> ConfigError:
    """Return what the composition of settings complained about, short and with the nearest known name.

    Parameters
    ----------
    error : with ``options`` where a choice of a group does not exist.
    values : all settings there are, nested.
    """
    options = getattr(error, "options", None)
    name = re.search(r"Could not (?:override|find) '([^']+)'", str(error))
    if name and options is not None:
        group, _, choice = name[1].rpartition("/")
        return ConfigError(
            f"no {group} {choice!r}{did_you_mean(choice, options)}. Choices: {', '.join(options)}"
        )
    if name:
        return ConfigError(f"unknown setting {name[1]}{did_you_mean(name[1], known_keys(values))}")
    if hasattr(error, "override"):
        return ConfigError(
            f"cannot read {error.override!r}: write key=value, in quotes where it holds blanks or commas"
        )
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return ConfigError("; ".join(line for line in lines if "hydra.cc/docs" not in line))
