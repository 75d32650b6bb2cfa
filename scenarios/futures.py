"""Futures: scenarios of the same chain in which some inputs are otherwise, each with its chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from scenarios.altered import CAP, CARBON, altered, usual_amount
from scenarios.errors import ConfigError, DataError
from scenarios.future_settings import FutureSettings
from scenarios.scenario import Scenario

SET = ".set"


@dataclass(frozen=True)
class Future:
    """One future: its name, its chance (all sum to one) and the scenario that it is.

    Attributes
    ----------
    as_given : whether it is the scenario as it stands, with nothing changed.
    changes : what is otherwise in it, by key of :func:`scenarios.altered.altered`.
    """

    name: str
    chance: float
    scenario: Scenario
    as_given: bool = False
    changes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Futures:
    """What may come.

    Attributes
    ----------
    mean : the scenario in which every changed amount is its chance-weighted mean; None where there is none,
        `no_mean` says why.
    """

    members: Sequence[Future]
    mean: Scenario | None = None
    no_mean: str = ""


def make_futures(stated: Sequence[FutureSettings], scenario: Scenario) -> Futures:
    """Return the scenario of every future, and that of their mean.

    Raises
    ------
    ConfigError : a change names what does not exist. DataError : a future's tables break rules. Both name
        the future.
    """
    weights = np.array([future.weight for future in stated], dtype=float)
    chance = weights / weights.sum()
    members = []
    for future, share in zip(stated, chance.tolist(), strict=True):
        members.append(
            Future(future.name, share, _changed(scenario, future), not future.changes, dict(future.changes))
        )
    keys = list(dict.fromkeys(key for future in stated for key in future.changes))
    amounts = {key: [future.changes.get(key, _as_given(scenario, key)) for future in stated] for key in keys}
    unknown = [key for key, given in amounts.items() if None in given]
    if unknown:
        reason = f"{unknown[0]} is changed in some futures only and has no amount in the others"
        return Futures(members, None, reason)
    mean = {key: float(chance @ np.array(given, dtype=float)) for key, given in amounts.items()}
    try:
        return Futures(members, altered(scenario, mean))
    except DataError as error:
        return Futures(members, None, str(error))


def _changed(scenario: Scenario, future: FutureSettings) -> Scenario:
    if not future.changes:
        return scenario
    try:
        return altered(scenario, future.changes)
    except ConfigError as error:
        message = f"future {future.name!r}: {error}"
        raise ConfigError(message) from error
    except DataError as error:
        error.args = (f"future {future.name!r}: {error}",)
        raise


def _as_given(scenario: Scenario, key: str) -> float | None:
    """Return the amount of a key at which the scenario is as it stands; None where no number says that."""
    if key.endswith(SET):
        return None
    if key.startswith(CARBON + CAP):
        value = getattr(scenario.carbon, key.removeprefix(CARBON), None)
        return None if value is None else float(value)
    return usual_amount(scenario, key)
