"""What a policy is: a rule that a planner may change, and what each unit of change is worth.

Physics (balances, capacities, recipes, lead times) is never given up in a diagnosis; policy may be.
Which rules are policy stands in `policies.py` and `policies_network.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import Term
from optimizer.models.columns import HOURS_PER_YEAR
from optimizer.settings import DiagnosisSettings
from scenarios.scenario import Floats, Integers, Labels, Scenario

AT_MOST, AT_LEAST = 1, -1


@dataclass(frozen=True)
class Policy:
    """One side of one kind of rule, (k,) rows.

    Attributes
    ----------
    rule : Pyomo component that is softened; ``overrun`` and ``unmet`` are variables that soften already.
    side : AT_MOST if the limit is missed upwards, AT_LEAST downwards.
    row : rows of the component, or elements of the variable.
    element, period : position in the family the limit stands in; period -1: no single one.
    limit : as the planner wrote it; base: row units per unit of limit, at the model's present values.
    price : present value of one unit of miss, currency.
    """

    rule: str
    kind: str
    side: int
    row: Integers
    name: Labels
    element: Integers
    period: Integers
    limit: Floats
    limit_unit: str
    unit: str
    price: Floats
    base: Callable[[], Floats]


@dataclass(frozen=True)
class Prices:
    """What a unit of miss is worth, currency, with the defaults of the settings filled in."""

    carbon: float
    demand: float
    goods: float
    power: float
    money: float
    count: float

    def of(self, unit: str, currency: str) -> float:
        """Return the price of a rule that is counted in `unit`."""
        head = unit.partition("/")[0]
        known = {
            "MWh": self.power,
            "tCO2e": self.carbon,
            currency: self.money,
            "MW": self.power * HOURS_PER_YEAR,
        }
        return known.get(head, self.count if head in ("1", "count", "share", "") else self.goods)


def prices(scenario: Scenario, settings: DiagnosisSettings) -> Prices:
    """Return the prices; by default goods cost what the dearest offer does, power the dearest option."""
    dearest = max(float(np.abs(scenario.offers.price).max(initial=0.0)), 1.0)
    power = max(float(np.abs(scenario.supplies.price).max(initial=0.0)), 1.0)

    def filled(value: float | None, default: float) -> float:
        return default if value is None else value

    return Prices(
        settings.carbon_price,
        filled(settings.demand_price, 10 * dearest),
        filled(settings.goods_price, dearest),
        filled(settings.power_price, power),
        settings.money_price,
        settings.count_price,
    )


def weight(scenario: Scenario, period: Integers) -> Floats:
    """Return present values of one currency unit a year; 1 where there is no single period."""
    return np.where(period < 0, 1.0, scenario.periods.discount_yearly[np.maximum(period, 0)])


def grid(elements: Integers, periods: int) -> tuple[Integers, Integers]:
    """Return element and period of every row laid out (element, period)."""
    return np.repeat(elements, periods), np.tile(np.arange(periods), len(elements))


def goods_unit(scenario: Scenario) -> str:
    """Return the products' unit a year, or ``unit/year`` when products differ in it."""
    units = {str(unit) for unit in scenario.products.unit}
    return f"{units.pop() if len(units) == 1 else 'unit'}/year"


def ones(count: int) -> Callable[[], Floats]:
    """Return the `base` of limits that are in the row's own unit."""
    return lambda: np.ones(count)


def present_values(model: pyo.ConcreteModel, scenario: Scenario) -> dict[str, Floats]:
    """Return the present values of the model's decisions as arrays (n, T)."""
    periods = len(scenario.periods)
    found = {
        v.local_name: v.value_array.reshape(-1, periods)
        for v in model.component_objects(pyo.Var)
        if hasattr(v, "value_array") and v.n % periods == 0
    }
    return found | {"delivered": scenario.demands.quantity - found["unmet"]}


def evaluated(terms: list[Term], rows: int) -> Floats:
    """Return the sums of terms by row at the variables' present values."""
    total = np.zeros(rows)
    for part in terms:
        np.add.at(total, part.row, part.coefficient * part.variable.value_array[part.column])
    return total
