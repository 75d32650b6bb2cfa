"""Choosing: array components, the formulation, solving, and verified plans."""

from optimizer.optimize import build, optimize, reference_plan
from optimizer.settings import SolverSettings

__all__ = ["SolverSettings", "build", "optimize", "reference_plan"]
