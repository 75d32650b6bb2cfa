"""What the server of processes does before its first fork: import trials, and load the machine code."""

from __future__ import annotations

from simulation.kernel import run_days
from simulation.layout import empty_world
from simulation.streams import Streams
from simulation.trials import Trials

__all__ = ["Trials"]  # what a process is sent first

run_days(0, 0, empty_world())
Streams(0, 0).uniforms_of(("anything",), "at all", 1)
