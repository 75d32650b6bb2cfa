"""Why an offer is not bought: what it would add to the cost, and the rules that stand against it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from optimizer.arrays import ArrayVar
from optimizer.fixes import amount
from optimizer.highs import HighsModel
from optimizer.models.build import RULES, build_model
from optimizer.models.instance import Instance, make_instance
from optimizer.policy import goods_unit
from optimizer.rule_names import element_names, first_entry, meaning
from optimizer.settings import SolverSettings
from optimizer.solution import Solution
from scenarios.caps import cap_terms
from scenarios.errors import ConfigError, SolverError
from scenarios.ledger import rates
from scenarios.plans import activities_of
from scenarios.scenario import Floats, Scenario
from scenarios.typed import did_you_mean

NEGLIGIBLE = 1e-6  # of the price
INTERNAL = ("node_balance", "load_met", "standing_capacity", "effect_follows_adoption")


@dataclass(frozen=True)
class Reason:
    """One rule that makes the offer dearer (+) or worth more (-), currency per unit bought."""

    rule: str
    meaning: str
    name: str
    cost: float


@dataclass(frozen=True)
class Year:
    """What the plan says of the offer in one period.

    Attributes
    ----------
    bought, capacity : unit a year.
    adds : what one more unit bought would add to the cost, currency a unit, in money of that year;
        negative: saves, and something holds it back. break_even : the price below which it would pay.
    way : nodes that the cheapest way from it leads through.
    """

    year: int
    bought: float
    capacity: float
    price: float
    adds: float
    break_even: float
    way: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class WhyNot:
    """Why an offer is bought or not, year by year."""

    offer: str
    currency: str
    unit: str
    years: tuple[Year, ...]

    @property
    def text(self) -> str:
        """The answer for people."""
        lines = [f"offer {self.offer!r}, with the interventions of the plan:"]
        per = f"{self.currency}/{self.unit.split('/')[0]}"
        for y in self.years:
            head = f"  {y.year}: {amount(y.bought, self.unit)} bought" if y.bought > 0 else f"  {y.year}: not bought"
            if abs(y.adds) <= NEGLIGIBLE * max(abs(y.price), 1.0):
                lines.append(f"{head}; one more unit changes no cost: it is as good as what is bought")
            elif y.adds > 0:
                lines.append(
                    f"{head}; one more unit adds {y.adds:,.2f} {per} to the cost of the plan: it would pay "
                    f"at a price below {y.break_even:,.2f} instead of {y.price:,.2f} {per}"
                )
            else:
                lines.append(f"{head}; one more unit would save {-y.adds:,.2f} {per}, but there is none to be had")
            lines += [
                f"    {'costs' if r.cost > 0 else 'gains'} {abs(r.cost):,.2f} {per}: {r.meaning} ({r.name})"
                for r in y.reasons
            ]
        return "\n".join(lines)


def why_not(
    scenario: Scenario, plan: xr.Dataset, offer: str, settings: SolverSettings | None = None
) -> WhyNot:
    """Return why `offer` is bought or not in a plan of the scenario.

    The plan's yes/no decisions are held and the rest is solved again as a linear program. One more
    unit adds the reduced costs of its purchase and of the steps from it to goods that the plan uses;
    the price of what it replaces is in the duals.

    Raises
    ------
    ConfigError : there is no such offer. SolverError : the plan cannot be solved again.
    """
    found = np.flatnonzero(scenario.offers.label == offer)
    if not len(found):
        known = [str(label) for label in scenario.offers.label]
        message = f"no offer {offer!r}{did_you_mean(offer, known)}. Offers: {', '.join(known[:20])}"
        raise ConfigError(message)
    ledger = rates(scenario)
    limits = plan["cap_limit"].to_numpy()
    caps = cap_terms(scenario, ledger)
    instance = make_instance(scenario, ledger, caps, np.where(np.isnan(limits), np.inf, limits))
    model = build_model(instance)
    for variable in model.component_objects(pyo.Var):
        if isinstance(variable, ArrayVar) and variable.whole and variable.local_name in plan:
            variable.lower[:] = variable.upper[:] = np.round(plan[variable.local_name].to_numpy().ravel())
    settings = settings or SolverSettings()
    solution = HighsModel(model, replace(settings, crossover=True)).run()
    if not solution.has_values or not len(solution.column_duals):
        message = f"the plan could not be solved again: {solution.termination}"
        raise SolverError(message)
    walk = _Walk(model, instance, solution, activities_of(plan))
    years = tuple(walk.year(int(found[0]), t) for t in range(len(scenario.periods)))
    return WhyNot(offer, scenario.currency, goods_unit(scenario), years)


class _Walk:
    """Follows an offer's goods to where the plan uses them, adding up reduced costs."""

    def __init__(
        self, model: pyo.ConcreteModel, instance: Instance, solution: Solution, x: dict[str, Floats]
    ) -> None:
        self.model, self.instance, self.solution, self.x = model, instance, solution, x
        self.scenario = instance.scenario
        shape = (-1, len(self.scenario.periods))
        self.reduced = {
            name: solution.reduced_cost(getattr(model, name)).reshape(shape)
            for name in ("purchase", "flow", "run")
        }
        self.duals = {rule.__name__: solution.dual(getattr(model, rule.__name__)) for rule in RULES}

    def year(self, offer: int, t: int) -> Year:
        s, now = self.scenario, self.scenario.periods.discount_yearly[t]
        cost, steps, way = self._cheapest_way(int(s.offers.node[offer]), t)
        adds = (float(self.reduced["purchase"][offer, t]) + cost) / now
        price = float(s.offers.price[offer, t])
        return Year(
            int(s.periods.start[t]),
            float(self.x["purchase"][offer, t]),
            float(s.offers.capacity[offer, t]),
            price,
            adds,
            price - adds,
            tuple(str(s.nodes.label[n]) for n in way),
            tuple(self._reasons([("purchase", offer, 1.0), *steps], t)),
        )

    def _cheapest_way(self, start: int, t: int) -> tuple[float, list[tuple[str, int, float]], list[int]]:
        """Return reduced cost per unit, steps (decision, element, per unit) and nodes to goods in use.

        Goods are in use where the plan moves, makes or needs some: there the balance's dual is
        settled. Steps are lanes and processes; Dijkstra over reduced costs, which are not negative.
        """
        s, x = self.scenario, self.x
        live = np.zeros(len(s.nodes.label))
        np.add.at(live, s.arcs.head, x["flow"][:, t])
        np.add.at(live, s.offers.node, x["purchase"][:, t])
        np.add.at(live, s.demands.node, s.demands.quantity[:, t])
        made = np.maximum(s.recipe.quantity, 0) * x["run"][s.recipe.operation, t]
        np.add.at(live, s.recipe.node, made)
        queue: list[tuple[float, int, float, list[tuple[str, int, float]], list[int]]]
        queue, seen, number = [(0.0, start, 1.0, [], [start])], set(), 0
        while queue and number < len(s.nodes.label) * 4:
            cost, node, factor, steps, way = heapq.heappop(queue)
            if live[node] > 0:
                return cost, steps, way
            if node in seen:
                continue
            seen.add(node)
            number += 1
            for decision, element, per_unit, target in self._steps(node):
                step = max(float(self.reduced[decision][element, t]), 0.0) * per_unit
                out = factor * (1.0 if decision == "flow" else per_unit * self._yield(element, target))
                more = [*steps, (decision, element, factor * per_unit)]
                heapq.heappush(queue, (cost + factor * step, target, out, more, [*way, target]))
        return 0.0, [], [start]

    def _steps(self, node: int) -> Iterator[tuple[str, int, float, int]]:
        """Yield (decision, element, decision per unit of goods, node reached) of what can be done here."""
        s = self.scenario
        for arc in np.flatnonzero(s.arcs.tail == node).tolist():
            yield "flow", arc, 1.0, int(s.arcs.head[arc])
        for entry in np.flatnonzero((s.recipe.node == node) & (s.recipe.quantity < 0)).tolist():
            operation = int(s.recipe.operation[entry])
            outputs = np.flatnonzero((s.recipe.operation == operation) & (s.recipe.quantity > 0))
            for output in outputs.tolist()[:1]:
                target = int(s.recipe.node[output])
                yield "run", operation, 1.0 / -float(s.recipe.quantity[entry]), target

    def _yield(self, operation: int, node: int) -> float:
        mine = (self.scenario.recipe.operation == operation) & (self.scenario.recipe.node == node)
        return float(self.scenario.recipe.quantity[mine].sum())

    def _reasons(self, steps: list[tuple[str, int, float]], t: int) -> Iterator[Reason]:
        """Yield the rules with a price among those that the steps stand in, dearest first."""
        s, now = self.scenario, self.scenario.periods.discount_yearly[t]
        names, found = element_names(self.instance), []
        for rule in RULES:
            component, dual = getattr(self.model, rule.__name__), self.duals[rule.__name__]
            if rule.__name__ in INTERNAL or not component.n:
                continue
            for decision, element, per_unit in steps:
                variable = getattr(self.model, decision)
                places = [k for k, v in enumerate(component.variables) if v is variable]
                if not places:
                    continue
                column = int(component.offsets[places[0]]) + element * len(s.periods) + t
                entries = component.matrix[:, [column]].tocoo()
                for row, value in zip(entries.coords[0].tolist(), entries.data.tolist(), strict=True):
                    cost = -float(dual[row]) * value * per_unit / now
                    if abs(cost) > NEGLIGIBLE * max(abs(float(s.offers.price[:, t].max())), 1.0):
                        found.append(
                            Reason(rule.__name__, meaning(rule), first_entry(component, row, names), cost)
                        )
        yield from sorted(found, key=lambda reason: -abs(reason.cost))
