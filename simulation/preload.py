"""What the server of processes does before its first fork: import trials, and load the machine code."""

from __future__ import annotations

import sys
from pickle import UnpicklingError
from types import TracebackType

import numpy as np

from simulation.kernel import run_days
from simulation.layout import empty_world
from simulation.lead_steps import draw_lead_days
from simulation.outages import enter_outages
from simulation.possible import enter_situation, take_late_capacity
from simulation.streams import Streams
from simulation.trials import Trials

__all__ = ["Trials"]  # what a process is sent first


def tell(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """Say what a new process failed of, but not that who asked for it was stopped before it was whole."""
    if not issubclass(kind, (EOFError, UnpicklingError)):
        sys.__excepthook__(kind, error, where)


sys.excepthook = tell

no_numbers, no_flags, nobody = np.zeros(0), np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)
run_days(0, 0, empty_world())
streams = Streams(0, 0)
streams.uniforms_of(("anything",), "at all", 1)
enter_outages(np.ones((0, 0)), (), "at all", (no_numbers, no_numbers), streams)
draw_lead_days(streams.started((), "at all"), nobody, nobody, no_numbers, np.zeros((0, 0), dtype=np.int64))
enter_situation(
    empty_world(),
    no_numbers,
    no_flags,
    (no_numbers, nobody, nobody, no_numbers, no_numbers),
    (no_numbers, nobody),
    ((no_flags, nobody, nobody),) * 3,
    ((no_flags,) * 3, (no_flags,) * 3, (no_numbers,) * 3, np.zeros((3, 3, 0))),
)
take_late_capacity(
    empty_world().lines, (nobody, nobody, no_flags, no_numbers), no_numbers, no_numbers, no_numbers
)
