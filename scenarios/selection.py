"""Naming decisions: which there are, by which filters they are picked, in which unit they are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenarios.plans import ACTIVITY_DIMS, coordinates
from scenarios.scenario import Integers, Scenario
from scenarios.typed import did_you_mean

# "unit" stands for the unit of the product; decisions without a unit here cannot be named.
UNITS = {
    "purchase": "unit/year",
    "flow": "unit/year",
    "run": "unit/year",
    "standing": "unit/year",
    "power": "MWh/year",
    "contract": "MW",
    "contracted": "MWh/year",
    "stock": "unit",
    "returned": "unit/year",
    "discard": "unit/year",
    "use_lane": "1",
    "trips": "trips",
    "unmet": "unit/year",
    "delivered": "unit/year",
    "offset_bought": "tCO2e/year",
    "adopt": "1",
    "in_effect": "1",
}
PLAIN = frozenset({"1", "count", "share", ""})
ALIASES = {"yr": "year", "years": "year", "a": "year"}


@dataclass(frozen=True)
class Selector:
    """Picks elements of a scenario's decisions by filters such as ``site`` or ``mode``."""

    scenario: Scenario

    @cached_property
    def _coordinates(self) -> dict[str, tuple[str, NDArray[np.str_]]]:
        """Return all text coordinates as (dimension, values); a dimension is its own."""
        found: dict[str, tuple[str, NDArray[np.str_]]] = {}
        for name, stated in coordinates(self.scenario, []).items():
            dim, values = stated if isinstance(stated, tuple) else (name, stated)
            if np.asarray(values).dtype.kind == "U":
                found[name] = (dim, np.asarray(values))
        return found

    def filters(self, decision: str) -> dict[str, NDArray[np.str_]]:
        """Return the filters of a decision and, for each, the value of every element."""
        dim, s = ACTIVITY_DIMS[decision], self.scenario
        known = {
            name.removeprefix(f"{dim}_"): values
            for name, (owner, values) in self._coordinates.items()
            if owner == dim and (name == dim or name.startswith(f"{dim}_"))
        }
        if dim == "arc":
            known["site"] = known["origin"]
            known["lane"] = np.asarray(s.lanes.label[s.arcs.lane] if len(s.arcs.lane) else [], dtype=str)
        if dim in ("operation", "line"):
            known["product"] = self._products(dim)
        if "site" in known:
            at = {label: i for i, label in enumerate(s.sites.label)}
            position = np.array([at.get(site, -1) for site in known["site"].tolist()], dtype=np.int64)
            for name in ("region", "owner", "role"):
                of_site = np.append(getattr(s.sites, name), "")
                known.setdefault(name, np.asarray(of_site[position], dtype=str))
        return known

    def _products(self, dim: str) -> NDArray[np.str_]:
        """Return the first product that each operation, or the first operation of each line, makes."""
        s = self.scenario
        product = np.full(len(s.operations.label), "", dtype=object)
        for e in np.flatnonzero(s.recipe.quantity > 0)[::-1]:
            product[s.recipe.operation[e]] = s.products.label[s.nodes.product[s.recipe.node[e]]]
        if dim == "line":
            of_line = np.full(len(s.lines.label), "", dtype=object)
            for r in range(len(product) - 1, -1, -1):
                of_line[s.operations.line[r]] = product[r]
            product = of_line
        return np.asarray(product, dtype=str)

    def pick(self, decision: str, where: Mapping[str, Iterable[str]]) -> Integers:
        """Return the elements whose value of every filter is one of those given."""
        known = self.filters(decision)
        keep = np.ones(len(known[ACTIVITY_DIMS[decision]]), dtype=bool)
        for name, values in where.items():
            keep &= np.isin(known[name], list(values))
        return np.flatnonzero(keep)

    def units(self, decision: str, elements: Integers) -> set[str]:
        """Return the units in which the elements are counted; more than one when products differ in it."""
        unit = UNITS[decision]
        if not unit.startswith("unit"):
            return {unit}
        products = self.filters(decision)["product"][elements]
        unit_of = dict(zip(self.scenario.products.label, self.scenario.products.unit, strict=True))
        return {unit.replace("unit", str(unit_of.get(p, "unit")), 1) for p in set(products.tolist())}

    def problem(self, decision: str, where: Mapping[str, Iterable[str]]) -> str:
        """Return what is wrong with a decision and its filters, or nothing."""
        if decision not in UNITS:
            hint = did_you_mean(decision, UNITS)
            return f"decision {decision!r} does not exist{hint}. Use: {', '.join(UNITS)}"
        known = self.filters(decision)
        for name, values in where.items():
            if name not in known:
                return (
                    f"{decision} has no filter {name!r}{did_you_mean(name, known)}. Use: {', '.join(known)}"
                )
            for value in values:
                if value not in known[name]:
                    present = sorted(set(known[name].tolist()))
                    return f"{decision} has no {name} {value!r}{did_you_mean(value, present)}"
        if not len(self.pick(decision, where)):
            shown = ", ".join(f"{name} {' or '.join(values)}" for name, values in where.items())
            return f"no {decision} has all of: {shown}"
        return ""


def unit_powers(text: str) -> dict[str, int]:
    """Return the exponent of each unit in text such as ``CNY/t`` or ``MWh/t/year``; 1 has none."""
    powers: dict[str, int] = {}
    for position, group in enumerate(text.replace(" ", "").split("/")):
        for word in group.split("*"):
            if word in PLAIN:
                continue
            name = ALIASES.get(word, word)
            powers[name] = powers.get(name, 0) + (1 if position == 0 else -1)
    return {name: power for name, power in powers.items() if power}


def same_unit(left: str, *factors: str) -> bool:
    """Return whether a unit equals the product of others."""
    total: dict[str, int] = {}
    for factor in factors:
        for name, power in unit_powers(factor).items():
            total[name] = total.get(name, 0) + power
    return {name: power for name, power in total.items() if power} == unit_powers(left)


def in_years(scenario: Scenario, first: float, last: float) -> Integers:
    """Return the periods that hold any year from `first` to `last`; nan: no limit on that side."""
    start, years = scenario.periods.start, scenario.periods.years
    keep = np.ones(len(start), dtype=bool)
    if not np.isnan(first):
        keep &= start + years > first
    if not np.isnan(last):
        keep &= start < last + 1
    return np.flatnonzero(keep)
