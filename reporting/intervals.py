"""Means of trials with their intervals: how they are named, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporting.figures import plain

ENDS = ("", "_low", "_high")  # of a name: the mean, and the ends of its interval
WAIT = tuple(f"gate_wait_minutes{end}" for end in ENDS)


def between(row: Mapping[str, Any], name: str, divisor: float, *, signed: bool = False) -> str:
    """Return a figure of `row` over `divisor`, with half its interval: ``+2.1 \u00b1 0.6``."""
    half = (row[f"{name}_high"] - row[f"{name}_low"]) / 2
    return f"{plain(row[name] / divisor, signed=signed)} \u00b1 {plain(half / divisor)}"
