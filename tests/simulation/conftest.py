"""Small cases that the tests of the simulation share, with plans from the optimiser."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
import pytest
import xarray as xr

from optimizer import SolverSettings, optimize
from scenarios import (
    CarbonSettings,
    PathwaySettings,
    Scenario,
    ScenarioSettings,
    read_tables,
    scenario_from_tables,
)
from scenarios.loading import BUNDLED
from simulation.settings import SimulationSettings, UncertaintySettings
from simulation.trial import Trial
from simulation.trial_result import TrialResult
from simulation.trials import Trials, prepare

EXACT = SolverSettings(mip_gap=0.0)
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Case:
    """A scenario and the plan made from it."""

    scenario: Scenario
    plan: xr.Dataset


def tutorial_tables() -> Tables:
    return {name: frame.copy() for name, frame in read_tables(BUNDLED / "tutorial").items()}


def solved(tables: Tables, carbon: CarbonSettings | None = None, **horizon: int) -> Case:
    years = {"first_year": 2025, "last_year": 2026, **horizon}
    settings = ScenarioSettings(name="case", data="tutorial", discount_rate=0.05, **years)
    scenario = scenario_from_tables(tables, settings, carbon or CarbonSettings(), PathwaySettings())
    return Case(scenario, optimize(scenario, EXACT))


def rows(like: pd.DataFrame, *records: dict[str, object]) -> pd.DataFrame:
    """Return `like` with `records` appended; a blank is what the first row has there."""
    template = like.iloc[0].to_dict() if len(like) else {}
    return pd.concat([like, pd.DataFrame([{**template, **record} for record in records])], ignore_index=True)


def two_route_tables() -> Tables:
    """Return the tutorial with a second ore port, hot metal between two lines, and more to decide.

    Oxygen is bought at the mill's own gate, and the lane from the second port has a capacity.

    The mill's blast furnace makes hot metal; its converter turns it into steel with little scrap or,
    once ``more_scrap`` unlocks it, with more. Energy management also spares ore, and the lanes to the
    city can go electric.
    """
    tables = tutorial_tables()
    tables["sites"] = rows(tables["sites"], {"site": "port_2", "role": "supplier", "lat": 39.2, "lon": 119.5})
    tables["products"] = rows(
        tables["products"],
        {"product": "hot_metal", "name": "Hot metal"},
        {"product": "oxygen", "name": "Oxygen"},
    )
    ore = tables["offers"][tables["offers"]["offer"] == "port_ore"].iloc[0].to_dict()
    tables["offers"] = rows(
        tables["offers"],
        {**ore, "offer": "port_2_ore", "site": "port_2", "price": 820, "capacity": 90_000},
        {**ore, "offer": "mill_oxygen", "site": "mill", "product": "oxygen", "price": 300},
    )
    tables["offers"].loc[tables["offers"]["offer"] == "port_ore", "capacity"] = 100_000
    lane = tables["lanes"][tables["lanes"]["origin"] == "port"].iloc[0].to_dict()
    tables["lanes"] = rows(
        tables["lanes"], {**lane, "origin": "port_2", "lead_days": 5.0, "capacity": 80_000}
    )
    tables["lines"] = rows(
        tables["lines"],
        {"line": "mill_converter", "site": "mill", "name": "Converter", "capacity": 110_000},
    )
    tables["lines"].loc[tables["lines"]["line"] == "mill_arc_furnace", "capacity"] = 15_000
    tables["interventions"].loc[tables["interventions"]["intervention"] == "mill_solar", "capex"] = 1e6
    processes = {
        "process": "converter_low",
        "name": "Converter",
        "direct_emissions": 0.1,
        "electricity": 0.05,
    }
    tables["processes"] = rows(
        tables["processes"], processes, {**processes, "process": "converter_high", "operating_cost": 300}
    )
    recipes = tables["recipes"]
    of_ore_route = recipes["process"] == "ore_route"
    recipes.loc[of_ore_route & (recipes["product"] == "steel"), "product"] = "hot_metal"
    entries = (
        ("converter_low", "hot_metal", -0.95),
        ("converter_low", "scrap", -0.1),
        ("converter_low", "oxygen", -0.06),
        ("converter_low", "steel", 1.0),
        ("converter_high", "hot_metal", -0.8),
        ("converter_high", "scrap", -0.25),
        ("converter_high", "oxygen", -0.05),
        ("converter_high", "steel", 1.0),
    )
    columns = ("process", "product", "quantity")
    tables["recipes"] = rows(recipes, *(dict(zip(columns, entry, strict=True)) for entry in entries))
    tables["line_processes"] = rows(
        tables["line_processes"],
        {"line": "mill_converter", "process": "converter_low", "locked": False},
        {"line": "mill_converter", "process": "converter_high", "locked": True},
    )
    more_scrap = {"intervention": "more_scrap", "kind": "scrap share", "site": "mill", "capex": 1e6}
    tables["interventions"] = rows(tables["interventions"], {**more_scrap, "lead_years": 0})
    blank = dict.fromkeys(("site", "region", "line", "process", "mode", "product", "offer", "option"), "")
    tables["effects"] = rows(
        tables["effects"],
        {**blank, "intervention": "more_scrap", "effect": "unlocks_process", "process": "converter_high"},
        {
            **blank,
            "intervention": "mill_energy_management",
            "effect": "cuts_input",
            "process": "ore_route",
            "product": "iron_ore",
            "amount": 0.02,
        },
        {
            **blank,
            "intervention": "mill_energy_management",
            "effect": "cuts_freight_emissions",
            "site": "mill",
            "amount": 0.5,
        },
    )
    return tables


@dataclass(frozen=True)
class Make:
    """How to make cases and try them."""

    solved = staticmethod(solved)
    tutorial_tables = staticmethod(tutorial_tables)
    two_route_tables = staticmethod(two_route_tables)
    rows = staticmethod(rows)

    @staticmethod
    def uncertain(**changes: float) -> UncertaintySettings:
        """Return settings in which only `changes` vary."""
        return replace(UncertaintySettings.off(), **changes)

    @staticmethod
    def trials(case: Case, uncertainty: UncertaintySettings | None = None, **policy: float) -> Trials:
        uncertainty = uncertainty or UncertaintySettings.off()
        return prepare(case.scenario, case.plan, SimulationSettings(uncertainty=uncertainty, **policy))

    @staticmethod
    def trial(trials: Trials, index: int = 0) -> TrialResult:
        settings = trials.settings
        return Trial(trials.network, trials.opening, settings, settings.uncertainty, index).run()


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


@pytest.fixture(scope="session")
def tutorial() -> Case:
    """The tutorial with its cap: the arc furnace takes over a part in 2026."""
    return solved(tutorial_tables(), CarbonSettings(cap_2026=0.7))


@pytest.fixture(scope="session")
def two_routes() -> Case:
    """Three years, the second a leap year, under a cap that needs every lever."""
    carbon = CarbonSettings(cap_2027=1.0, cap_2028=0.85, cap_2029=0.74)
    return solved(two_route_tables(), carbon, first_year=2027, last_year=2029)
