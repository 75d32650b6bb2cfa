"""What is true: tables, checks, labelled arrays, the ledger and bundled cases."""

from scenarios.build import load_scenario, scenario_from_tables
from scenarios.electricity_settings import ElectricitySettings
from scenarios.errors import (
    ConfigError,
    DataError,
    InfeasibleError,
    Problem,
    SolverError,
    UnboundedError,
    UnplayableError,
    VerificationError,
    ZerolaneError,
)
from scenarios.loading import read_tables
from scenarios.scenario import Scenario
from scenarios.settings import CapSettings, CarbonSettings, LeverSettings, PathwaySettings, ScenarioSettings

__all__ = [
    "CapSettings",
    "CarbonSettings",
    "ConfigError",
    "DataError",
    "ElectricitySettings",
    "InfeasibleError",
    "LeverSettings",
    "PathwaySettings",
    "Problem",
    "Scenario",
    "ScenarioSettings",
    "SolverError",
    "UnboundedError",
    "UnplayableError",
    "VerificationError",
    "ZerolaneError",
    "load_scenario",
    "read_tables",
    "scenario_from_tables",
]
