"""Errors a user may meet, each with the exit code of the command line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class ZerolaneError(Exception):
    """Base of all expected errors; its text is meant for the user."""

    exit_code = 1


class ConfigError(ZerolaneError):
    """A setting is unknown, of the wrong type, or out of range."""

    exit_code = 2


class UnfinishedError(ZerolaneError):
    """Points of a sweep have no answer."""


class StoppedError(ZerolaneError):
    """Stopped by Ctrl-C with something left that the text tells of."""

    exit_code = 130


class UnplayableError(ZerolaneError):
    """The plan does what the simulation cannot play yet."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the scenario data, where it is and how to fix it."""

    table: str
    rule: str
    fix: str
    row: int | None = None  # line in the file, the header being line 1
    column: str = ""
    value: object = ""
    file: str = ""

    def __str__(self) -> str:
        """Return one line: place, value, rule, fix."""
        place = self.file or self.table
        if self.row is not None:
            place += f", row {self.row}"
        if self.column:
            place += f", column {self.column}"
        shown = "" if self.value == "" else f": {self.value!r}"
        return f"{place}{shown}: {self.rule}. Fix: {self.fix}."


class DataError(ZerolaneError):
    """The scenario tables break rules; carries every problem found, not only the first."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the scenario data"
        super().__init__("\n".join([head, *(f"  {i}. {p}" for i, p in enumerate(self.problems, 1))]))


class InfeasibleError(ZerolaneError):
    """No plan meets all hard rules; the text says which rules stand in the way.

    `diagnosis`, where one was made, offers `text`, `as_data()` and `fixed(scenario)`.
    """

    exit_code = 4

    def __init__(self, message: str, diagnosis: Any = None) -> None:
        super().__init__(message)
        self.diagnosis = diagnosis


class UnboundedError(ZerolaneError):
    """Cost can fall without end: a price or a bound is missing."""

    exit_code = 4


class SolverError(ZerolaneError):
    """The solver stopped without a plan.

    `bound` : what no plan can cost less than, currency, as far as it was proven; nan if nothing was.
    """

    exit_code = 5

    def __init__(self, message: str, bound: float = math.nan) -> None:
        super().__init__(message)
        self.bound = bound


class VerificationError(ZerolaneError):
    """The plan does not satisfy its own rules when recomputed."""

    exit_code = 6
