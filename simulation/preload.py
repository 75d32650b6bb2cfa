"""What the server of processes does before its first fork: import trials, and load the machine code."""

from __future__ import annotations

import sys
from pickle import UnpicklingError
from types import TracebackType

from simulation.kernel import run_days
from simulation.layout import empty_world
from simulation.streams import Streams
from simulation.trials import Trials

__all__ = ["Trials"]  # what a process is sent first


def tell(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """Say what a new process failed of, but not that who asked for it was stopped before it was whole."""
    if not issubclass(kind, (EOFError, UnpicklingError)):
        sys.__excepthook__(kind, error, where)


sys.excepthook = tell

run_days(0, 0, empty_world())
Streams(0, 0).uniforms_of(("anything",), "at all", 1)
