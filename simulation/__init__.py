"""Tries a plan: trials under uncertainty, day by day, priced with the scenario's ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.settings import SimulationSettings, UncertaintySettings

if TYPE_CHECKING:
    from simulation.experiment import simulate
    from simulation.warm import warm_up

__all__ = ["SimulationSettings", "UncertaintySettings", "simulate", "warm_up"]


def __getattr__(name: str) -> Any:
    """Import the simulation, with numba and SimPy, only when it is used."""
    if name == "simulate":
        from simulation.experiment import simulate as function

        return function
    if name == "warm_up":
        from simulation.warm import warm_up as begin

        return begin
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
