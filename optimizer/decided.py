"""Which decisions are made before the future is known, and plans in which they are held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayVar
from optimizer.future_settings import DecidedNow, FuturesSettings
from optimizer.models.columns import every_period
from optimizer.models.sourcing import switched_offers
from optimizer.session import PlanSession
from scenarios.errors import ConfigError
from scenarios.scenario import Floats, Integers, Labels, Scenario
from scenarios.typed import did_you_mean

ALL = "all"
Columns = Mapping[str, Integers]  # by name of a decision, positions in its flat array (element, period)


@dataclass(frozen=True)
class Decided:
    """Decisions made now: where they stand in each family of the model, and their values.

    Attributes
    ----------
    columns : as :func:`decided_columns` gives them. values : one each, natural units.
    """

    columns: Columns
    values: Mapping[str, Floats]

    def hold(self, session: PlanSession) -> None:
        """Hold the decisions in a session's problem as it stands; its next change sets them free."""
        for name, where in self.columns.items():
            variable: ArrayVar = getattr(session.model, name)
            lower, upper = variable.lower.copy(), variable.upper.copy()
            lower[where] = upper[where] = np.clip(self.values[name], lower[where], upper[where])
            session.bound(name, lower, upper)

    @contextmanager
    def held_in(self, session: PlanSession) -> Iterator[None]:
        """Hold the decisions in a session for a while."""
        former = {
            name: (variable.lower.copy(), variable.upper.copy())
            for name, variable in ((name, getattr(session.model, name)) for name in self.columns)
        }
        self.hold(session)
        try:
            yield
        finally:
            for name, (lower, upper) in former.items():
                session.bound(name, lower, upper)


def decided_columns(scenario: Scenario, settings: FuturesSettings) -> dict[str, Integers]:
    """Return which columns of which families are decided now; families without any are left out.

    Raises
    ------
    ConfigError : a committed offer does not exist, or nothing at all is decided now.
    """
    periods = len(scenario.periods)
    elements: dict[str, Integers] = {}
    if DecidedNow.INTERVENTIONS in settings.decided_now:
        elements["adopt"] = np.arange(len(scenario.interventions.label))
    if DecidedNow.CONTRACTS in settings.decided_now:
        elements["contract"] = np.flatnonzero(scenario.supplies.contractable)
    if DecidedNow.SUPPLIERS in settings.decided_now:
        elements["use_offer"] = np.arange(len(switched_offers(scenario)))
    if DecidedNow.LANES in settings.decided_now:
        elements["use_lane"] = np.arange(len(scenario.lanes.opened))
    if settings.committed_offers:
        elements["purchase"] = _committed(scenario, settings.committed_offers)
    now = np.ones(periods, dtype=bool)
    if settings.until is not None:
        now = scenario.periods.start < settings.until
    columns = {
        name: every_period(chosen, periods)[np.tile(now, len(chosen))]
        for name, chosen in elements.items()
        if len(chosen)
    }
    columns = {name: where for name, where in columns.items() if len(where)}
    if not columns:
        message = (
            "futures.decided_now names nothing that this scenario decides: each future would be a plan of "
            "its own. Name other decisions, or offers in futures.committed_offers"
        )
        raise ConfigError(message)
    return columns


def _committed(scenario: Scenario, names: list[str]) -> Integers:
    labels = list(scenario.offers.label)
    if ALL in names:
        return np.arange(len(labels))
    for name in names:
        if name not in labels:
            message = f"futures.committed_offers: no offer {name!r}{did_you_mean(name, labels)}"
            raise ConfigError(message)
    return np.array([labels.index(name) for name in names], dtype=np.int64)


def require_same_decisions(base: Scenario, other: Scenario, columns: Columns, future: str) -> None:
    """Raise ConfigError where a decision made now is not the same one in a future."""
    for name in columns:
        if not np.array_equal(decision_labels(base, name), decision_labels(other, name)) or not (
            np.array_equal(base.periods.start, other.periods.start)
        ):
            message = (
                f"future {future!r} decides on other {name} than the scenario: what is decided now must "
                "exist in every future"
            )
            raise ConfigError(message)


def decision_labels(scenario: Scenario, name: str) -> Labels:
    """Return the labels of a family of decisions that can be made now, (n,)."""
    return {
        "adopt": lambda: scenario.interventions.label,
        "contract": lambda: scenario.supplies.label,
        "use_offer": lambda: scenario.offers.label[switched_offers(scenario)],
        "use_lane": lambda: scenario.lanes.label[scenario.lanes.opened],
        "purchase": lambda: scenario.offers.label,
    }[name]()


def read_decided(model: pyo.ConcreteModel, columns: Columns) -> Decided:
    """Return the decisions of a solved model; whole numbers come back whole."""
    values = {}
    for name, where in columns.items():
        variable: ArrayVar = getattr(model, name)
        found = variable.value_array[where]
        values[name] = np.round(found) if variable.whole else found.copy()
    return Decided(columns, values)
