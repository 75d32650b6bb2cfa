"""A scenario with one of its inputs dearer or cheaper, larger or smaller: what a tornado swings.

Each input is one function on the labelled arrays, so that families, lanes and rules stay what they are
and a model already built takes the changed numbers. Amounts are factors on what the tables say, but for
the discount rate, which is given as it is. Interventions, contracts and rules do not change with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scenarios.errors import ConfigError
from scenarios.periods import make_periods
from scenarios.scenario import Scenario
from scenarios.typed import did_you_mean

Change = Callable[[Scenario, float], Scenario]


@dataclass(frozen=True)
class Input:
    """One input that can be varied.

    Attributes
    ----------
    swing : how far down and up it goes unless told otherwise: a share of it, or points of a rate.
    change : returns the scenario with a factor on it, or a rate in its place.
    exists : whether the scenario has any of it.
    """

    swing: float
    change: Change
    exists: Callable[[Scenario], bool]
    is_rate: bool = False


def _demand(scenario: Scenario, factor: float) -> Scenario:
    """All demand."""
    demands = scenario.demands
    return replace(scenario, demands=replace(demands, quantity=demands.quantity * factor))


def _purchase_prices(scenario: Scenario, factor: float) -> Scenario:
    """Prices of all offers and their quantity discounts."""
    offers, tiers = scenario.offers, scenario.offer_tiers
    tiers = replace(tiers, price=tiers.price * factor, intercept=tiers.intercept * factor)
    return replace(scenario, offers=replace(offers, price=offers.price * factor), offer_tiers=tiers)


def _freight_cost(scenario: Scenario, factor: float) -> Scenario:
    """Cost of moving goods on all lanes, what lanes cost while used included."""
    arcs, lanes = scenario.arcs, scenario.lanes
    arcs = replace(arcs, cost=arcs.cost * factor, line_haul=arcs.line_haul * factor)
    return replace(scenario, arcs=arcs, lanes=replace(lanes, fixed_cost=lanes.fixed_cost * factor))


def _electricity_prices(scenario: Scenario, factor: float) -> Scenario:
    """Prices of all ways to get electricity, of certificates too."""
    supplies, certificates = scenario.supplies, scenario.certificates
    supplies = replace(
        supplies, price=supplies.price * factor, capacity_price=supplies.capacity_price * factor
    )
    certificates = replace(certificates, price=certificates.price * factor)
    return replace(scenario, supplies=supplies, certificates=certificates)


def _operating_cost(scenario: Scenario, factor: float) -> Scenario:
    """Operating cost of all processes."""
    operations = scenario.operations
    return replace(
        scenario, operations=replace(operations, operating_cost=operations.operating_cost * factor)
    )


def _capex(scenario: Scenario, factor: float) -> Scenario:
    """Capital of all interventions and the loans that pay it; budgets stay."""
    interventions, loans = scenario.interventions, scenario.loans
    loans = replace(
        loans,
        amount=loans.amount * factor,
        instalment=loans.instalment * factor,
        left=loans.left * factor,
    )
    interventions = replace(interventions, capex=interventions.capex * factor)
    return replace(scenario, interventions=interventions, loans=loans)


def _carbon_price(scenario: Scenario, factor: float) -> Scenario:
    """The pathway's carbon price and the prices of its markets."""
    carbon, markets = scenario.carbon, scenario.markets
    carbon = replace(carbon, price={year: price * factor for year, price in carbon.price.items()})
    return replace(scenario, carbon=carbon, markets=replace(markets, price=markets.price * factor))


def _footprints(scenario: Scenario, factor: float) -> Scenario:
    """Footprints of all that is bought."""
    offers = scenario.offers
    return replace(scenario, offers=replace(offers, footprint=offers.footprint * factor))


def _grid_factors(scenario: Scenario, factor: float) -> Scenario:
    """Emission factors of the electricity that sites use; those of vehicles stay."""
    supplies = scenario.supplies
    supplies = replace(
        supplies,
        location_factor=supplies.location_factor * factor,
        market_factor=supplies.market_factor * factor,
    )
    return replace(scenario, supplies=supplies)


def _freight_factors(scenario: Scenario, factor: float) -> Scenario:
    """Emission factors of all vehicles."""
    arcs = scenario.arcs
    arcs = replace(arcs, tank_to_wheel=arcs.tank_to_wheel * factor, well_to_tank=arcs.well_to_tank * factor)
    return replace(scenario, arcs=arcs)


def _process_emissions(scenario: Scenario, factor: float) -> Scenario:
    """Direct emissions of all processes."""
    operations = scenario.operations
    return replace(scenario, operations=replace(operations, direct=operations.direct * factor))


def _discount_rate(scenario: Scenario, rate: float) -> Scenario:
    """The real discount rate, a share a year."""
    settings = replace(scenario.settings, discount_rate=rate)
    return replace(scenario, settings=settings, periods=make_periods(settings))


def _any(values: np.ndarray) -> bool:
    return bool(np.any(values))


INPUTS: dict[str, Input] = {
    "demand": Input(0.1, _demand, lambda s: _any(s.demands.quantity)),
    "purchase_prices": Input(0.2, _purchase_prices, lambda s: _any(s.offers.price)),
    "freight_cost": Input(0.2, _freight_cost, lambda s: _any(s.arcs.cost) or _any(s.lanes.fixed_cost)),
    "electricity_prices": Input(
        0.2, _electricity_prices, lambda s: _any(s.supplies.price) or _any(s.supplies.capacity_price)
    ),
    "operating_cost": Input(0.2, _operating_cost, lambda s: _any(s.operations.operating_cost)),
    "capex": Input(0.2, _capex, lambda s: s.pathway.levers.interventions and _any(s.interventions.capex)),
    "carbon_price": Input(
        0.5, _carbon_price, lambda s: any(s.carbon.price.values()) or _any(s.markets.price)
    ),
    "footprints": Input(0.2, _footprints, lambda s: _any(s.offers.footprint)),
    "grid_factors": Input(0.2, _grid_factors, lambda s: _any(s.supplies.location_factor)),
    "freight_factors": Input(
        0.2, _freight_factors, lambda s: _any(s.arcs.tank_to_wheel) or _any(s.arcs.well_to_tank)
    ),
    "process_emissions": Input(0.2, _process_emissions, lambda s: _any(s.operations.direct)),
    "discount_rate": Input(0.02, _discount_rate, lambda _: True, is_rate=True),
}


def varied(scenario: Scenario, name: str, amount: float) -> Scenario:
    """Return the scenario with one input changed.

    Parameters
    ----------
    name : one of :data:`INPUTS`. amount : factor on it; of ``discount_rate`` the rate itself, a share a year.

    Raises
    ------
    ConfigError : there is no such input, or the amount is negative.
    """
    if name not in INPUTS:
        known = ", ".join(INPUTS)
        message = f"no input {name!r} to vary{did_you_mean(name, INPUTS)}; use some of: {known}"
        raise ConfigError(message)
    if not amount >= 0:
        message = f"{name} cannot be varied to {amount:g}: factors and rates are not negative"
        raise ConfigError(message)
    return INPUTS[name].change(scenario, amount)


def swing(scenario: Scenario, name: str) -> tuple[float, float]:
    """Return how far an input goes down and up unless told otherwise, as amounts of :func:`varied`."""
    given = INPUTS[name]
    if given.is_rate:
        rate = scenario.settings.discount_rate
        return max(rate - given.swing, 0.0), rate + given.swing
    return 1 - given.swing, 1 + given.swing


def usual(scenario: Scenario, name: str) -> float:
    """Return the amount at which an input is what the tables say."""
    return scenario.settings.discount_rate if INPUTS[name].is_rate else 1.0
