"""From plain values (YAML, command line) to typed settings, with every problem said at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from scenarios.errors import ConfigError

UNKNOWN = {"unexpected_keyword_argument", "extra_forbidden"}


def default_values(types: Mapping[str, type]) -> dict[str, dict[str, Any]]:
    """Return the defaults of each section as plain values that YAML can hold."""
    return {section: TypeAdapter(kind).dump_python(kind(), mode="json") for section, kind in types.items()}


def typed_settings(types: Mapping[str, type], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return one typed and checked object for each section of `types`.

    Raises ConfigError naming every unknown key, wrong type, value out of range and broken rule.
    """
    settings, problems = {}, []
    for section, kind in types.items():
        try:
            settings[section] = TypeAdapter(kind).validate_python(values.get(section) or {})
        except ValidationError as error:
            problems += list(_problems(section, error, default_values({section: kind})))
    if problems:
        raise ConfigError("\n  ".join(problems) if len(problems) == 1 else "\n  ".join(["settings", *problems]))
    return settings


def known_keys(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Return all dotted keys of nested plain values, sections before what is in them."""
    for key, value in values.items():
        yield f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from known_keys(value, f"{prefix}{key}.")


def did_you_mean(key: str, known: Iterator[str] | list[str]) -> str:
    """Return a hint naming the known key closest to `key`, or nothing."""
    close = difflib.get_close_matches(key, list(known), n=1, cutoff=0.75)
    return f"; did you mean {close[0]}?" if close else ""


def _problems(section: str, error: ValidationError, defaults: Mapping[str, Any]) -> Iterator[str]:
    for item in error.errors(include_url=False):
        key = ".".join([section, *(str(part) for part in item["loc"])])
        if item["type"] in UNKNOWN:
            yield f"{key}: unknown setting{did_you_mean(key, known_keys(defaults))}"
        elif item["type"] == "value_error":  # a rule of ours: its own words
            yield f"{key}: {item['ctx']['error']}"
        else:
            yield f"{key}={item['input']!r}: {item['msg'][0].lower()}{item['msg'][1:]}"
