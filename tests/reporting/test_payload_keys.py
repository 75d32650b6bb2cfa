"""docs/payload.md names every key of the payload that there is, and none that there is not."""

from __future__ import annotations

import re
from typing import Any

import pytest
import xarray as xr

from reporting.comparison import build_comparison
from reporting.payload import build_payload
from reporting.payload_keys import COMPARISON_KEYS, KEYS, PAGE, Key, page, paths

ASKED_FOR = {"abatement", "tornado", "no_regret", "futures", "frontier"}  # by runs of their own


def unnamed(content: dict[str, Any], keys: list[Key]) -> list[str]:
    """Return paths that no line is about, and keys below a ``.*`` that its line does not name."""
    found = []
    for path in paths(content):
        line = next((key for key in keys if key.covers(path)), None)
        empty = [key for key in keys if key.path.startswith((f"{path}.", f"{path}["))]  # nothing below it
        if line is None:
            found += [] if empty else [path]
        elif line.path.endswith(".*"):
            below = re.split(r"[.\[]", path[len(line.path) - 1 :])[0] if "{" not in line.path else ""
            named = re.findall(r"`([^`]+)`", line.meaning)
            found += [path] if below and below not in named and not any("{" in n for n in named) else []
    return found


def test_the_page_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m reporting.payload_keys"


def test_every_key_of_a_payload_is_named(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    payload = build_payload(plan, reference, outcome)
    assert unnamed(payload, KEYS) == []
    parts = [{"key": key, "title": key, "folder": key, "payload": payload} for key in ("a", "b")]
    comparison = build_comparison(parts, baseline="a")
    assert unnamed(comparison, COMPARISON_KEYS) == []


def test_no_key_is_named_that_is_not_there(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    payload = build_payload(plan, reference, outcome)
    assert {key.path.split(".")[0].removesuffix("[]") for key in KEYS} == set(payload)
    found = list(paths(payload))
    for key in KEYS:
        stem = key.path.split("[")[0].split("{")[0].removesuffix(".*").removesuffix(".")
        assert any(path.startswith(stem) for path in found), f"{key.path} is not in the payload"


@pytest.mark.parametrize(
    ("line", "path", "covered"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.bc", False),
        ("a.b[]", "a.b", False),
        ("a.*", "a.b.c[].d", True),
        ("a.*", "ab", False),
        ("a[].*", "a[].x", True),
        ("a.{name}.*", "a.any.x[]", True),
    ],
)
def test_what_a_line_is_about(line: str, path: str, covered: bool) -> None:
    assert Key(line, "", "").covers(path) is covered


def test_an_unnamed_key_is_found():
    keys = [Key("a", "", ""), Key("b.*", "", "`x`")]
    assert unnamed({"a": 1, "b": {"x": 1, "y": 2}, "c": [1]}, keys) == ["b.y", "c[]"]
