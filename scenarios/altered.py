"""A scenario in which some inputs are otherwise, each named by a key and given an amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from scenarios.build import load_scenario
from scenarios.errors import ConfigError
from scenarios.scenario import Scenario
from scenarios.settings import CarbonSettings
from scenarios.table_change_settings import changes_of
from scenarios.typed import did_you_mean
from scenarios.variations import INPUTS, swing, usual, varied

EXTRA_CARBON_PRICE = "extra_carbon_price"  # currency per t, the same in all years
DATA, CARBON, CAP = "data.", "carbon.", "cap_"
SCALE, ADD = ".scale", ".add"  # of a column of a table
NAMES = (*INPUTS, EXTRA_CARBON_PRICE)


def altered(scenario: Scenario, changes: Mapping[str, float]) -> Scenario:
    """Return the scenario with all `changes` made.

    Parameters
    ----------
    changes : amounts by key: an input of :data:`scenarios.variations.INPUTS`, as a factor on what the tables
        say; ``extra_carbon_price``, currency per t on top of the pathway's own, in all years, on its priced
        accounts; ``data.TABLE[COLUMN].scale``, ``.add`` or ``.set``, for which the tables are read again;
        ``carbon.cap_2035``, a milestone of the main cap.

    Raises
    ------
    ConfigError : a key means nothing, or its amount cannot be.
    DataError : a changed table breaks rules.
    """
    tables = {key: amount for key, amount in changes.items() if key.startswith(DATA)}
    if tables:
        scenario = _read_again(scenario, tables)
    for key, amount in changes.items():
        if key == EXTRA_CARBON_PRICE:
            scenario = _priced(scenario, amount)
        elif key.startswith(CARBON):
            scenario = _capped(scenario, key, amount)
        elif not key.startswith(DATA):
            scenario = varied(scenario, _known(key), amount)
    return scenario


def usual_amount(scenario: Scenario, name: str) -> float:
    """Return the amount of an input at which the scenario is what it is."""
    if name == EXTRA_CARBON_PRICE or name.endswith(ADD):
        return 0.0
    return 1.0 if name.endswith(SCALE) else usual(scenario, _known(name))


def wide_range(scenario: Scenario, name: str) -> tuple[float, float]:
    """Return how far an input is looked at unless told otherwise: half and twice; a price to 1,000 a t."""
    if name == EXTRA_CARBON_PRICE:
        return 0.0, 1000.0
    if name.endswith(SCALE) or not INPUTS[_known(name)].is_rate:
        return 0.5, 2.0
    return swing(scenario, name)


def usual_swing(scenario: Scenario, name: str) -> tuple[float, float]:
    """Return how far an input goes down and up in a future unless told otherwise; a price to 100 a t."""
    if name == EXTRA_CARBON_PRICE:
        return 0.0, 100.0
    return (0.8, 1.2) if name.endswith(SCALE) else swing(scenario, _known(name))


def existing(scenario: Scenario) -> list[str]:
    """Return the names of all inputs that a scenario has any of."""
    return [name for name, given in INPUTS.items() if given.exists(scenario)] + [EXTRA_CARBON_PRICE]


def _known(name: str) -> str:
    if name not in NAMES:
        known = f"{', '.join(NAMES)}, data.TABLE[COLUMN].scale"
        message = f"no input {name!r} to change{did_you_mean(name, NAMES)}; use some of: {known}"
        raise ConfigError(message)
    return name


def _priced(scenario: Scenario, amount: float) -> Scenario:
    if not amount >= 0:
        message = f"{EXTRA_CARBON_PRICE} cannot be {amount:g}: a price on top is not negative"
        raise ConfigError(message)
    carbon, periods = scenario.carbon, scenario.periods
    own = periods.interpolate(carbon.price or {0: 0.0}, before_first=0.0)
    starts = np.asarray(periods.start, dtype=float)
    years = range(int(starts[0]), periods.end)
    price = np.interp(years, starts, own) + amount
    by_year = {year: float(value) for year, value in zip(years, price, strict=True)}
    return replace(scenario, carbon=replace(carbon, price=by_year))


def _capped(scenario: Scenario, key: str, amount: float) -> Scenario:
    name = key.removeprefix(CARBON)
    known = [field.name for field in fields(CarbonSettings) if field.name.startswith(CAP)]
    known = [cap for cap in known if cap.removeprefix(CAP).isdigit()]
    if name not in known or not amount >= 0:
        message = f"{key}: {amount:g} changes no milestone of the main cap; write e.g. carbon.cap_2035: 0.5"
        raise ConfigError(message)
    milestone: dict[str, Any] = {name: amount}
    return replace(scenario, carbon=replace(scenario.carbon, **milestone))


def _read_again(scenario: Scenario, tables: Mapping[str, float]) -> Scenario:
    settings = scenario.settings
    changes = {**settings.changes, **changes_of(tables)}
    settings = replace(settings, data=str(scenario.path), changes=changes)
    return load_scenario(settings, scenario.carbon, scenario.pathway, (), scenario.electricity)
