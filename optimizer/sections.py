"""The sections of the configuration that say how to choose: their names and typed settings."""

from __future__ import annotations

from optimizer.alternative_settings import AlternativesSettings
from optimizer.future_settings import FuturesSettings
from optimizer.lever_settings import AbatementSettings, TornadoSettings
from optimizer.objective_settings import BreakEvenSettings, ObjectiveSettings, ParetoSettings
from optimizer.settings import SolverSettings

SECTIONS: dict[str, type] = {
    "objective": ObjectiveSettings,
    "solver": SolverSettings,
    "pareto": ParetoSettings,
    "break_even": BreakEvenSettings,
    "abatement": AbatementSettings,
    "tornado": TornadoSettings,
    "alternatives": AlternativesSettings,
    "futures": FuturesSettings,
}
