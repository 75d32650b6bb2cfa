"""The conflict by business names: which rules, together, cannot all hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimizer.arrays import ArrayConstraint, ArrayVar
from optimizer.elastic import Elastic
from optimizer.highs import HighsModel
from optimizer.models.build import RULES, build_model
from optimizer.models.instance import Instance
from optimizer.policy import policies, prices
from optimizer.rule_names import element_name, element_names, first_entry, meaning
from optimizer.settings import SolverSettings
from optimizer.solution import Status
from scenarios.scenario import Integers

FROM_LP_AND_IRREDUCIBLE = 2 + 4  # HiGHS's iis_strategy; its default, 0, finds nothing
UPPER, BOXED = 3, 4
MANY = 200  # bounds; more are not irreducible
BOUND_MEANINGS = {
    "unmet": "demand that must be met",
    "purchase": "what an offer can sell",
    "flow": "what a lane can carry",
    "run": "what a line can run",
    "power": "power options the pathway allows",
    "contract": "contracts the pathway allows",
    "adopt": "interventions that cannot be decided then (window, lead time or not allowed by the pathway)",
}


@dataclass(frozen=True)
class Part:
    """One kind of rule in a conflict: what it asks for and who is concerned.

    Attributes
    ----------
    rule : component of the formulation, see docs/formulation.md.
    meaning : what it ensures, in words. policy : whether a planner may change it.
    members : names with their year.
    """

    rule: str
    meaning: str
    policy: bool
    members: tuple[str, ...]


class ConflictModel(HighsModel):
    """A linear relaxation whose conflict can be asked for."""

    def conflict(self, seconds: float) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return rows, columns and which bounds of these of an irreducible conflict; all empty if none."""
        self._set("iis_strategy", FROM_LP_AND_IRREDUCIBLE)
        self._set("iis_time_limit", float(seconds))
        _, found = self._highs.getIis()
        return np.array(found.row_index_), np.array(found.col_index_), np.array(found.col_bound_)

    def place(self, component: Any) -> slice:
        """Return the rows of a constraint or the columns of a variable."""
        layout = self._compiled.layout
        return layout.rows(component) if isinstance(component, ArrayConstraint) else layout.columns(component)


def find_conflict(
    elastic: Elastic, instance: Instance, settings: SolverSettings, seconds: float, periods: Integers
) -> tuple[Part, ...] | None:
    """Return the rules that contradict each other even in the linear relaxation, policy first.

    The rows that the elastic relaxation's duals point to are a conflict already; HiGHS makes it
    irreducible. None when the relaxation has a plan: then the conflict is one of whole decisions,
    which an irreducible subsystem of a linear program cannot show.

    Parameters
    ----------
    periods : positions of the periods whose policy is looked at; all are when these do not suffice.
    """
    model = build_model(instance)
    certificate = elastic.certificate(periods)
    if certificate is not None:
        for rule in RULES:
            component = getattr(model, rule.__name__)
            component.active_mask[:] = np.isin(np.arange(component.n), certificate[rule.__name__])
    highs = ConflictModel(model, settings, relax_integrality=True)
    if highs.run().status is not Status.INFEASIBLE:
        if certificate is None:
            return None
        for rule in RULES:
            getattr(model, rule.__name__).active_mask[:] = True
        highs = ConflictModel(model, settings, relax_integrality=True)
        if highs.run().status is not Status.INFEASIBLE:
            return None
    rows, columns, bounds = highs.conflict(seconds)
    parts = [*_row_parts(model, highs, instance, settings, rows)]
    parts += _column_parts(model, highs, instance, columns[np.isin(bounds, (UPPER, BOXED))], certificate)
    return tuple(sorted(parts, key=lambda part: (not part.policy, len(part.members))))


def _row_parts(
    model: pyo.ConcreteModel,
    highs: ConflictModel,
    instance: Instance,
    settings: SolverSettings,
    rows: NDArray[Any],
) -> list[Part]:
    scenario, start = instance.scenario, instance.scenario.periods.label
    known: dict[str, dict[int, str]] = {}
    for policy in policies(model, instance, prices(scenario, settings.diagnosis)):
        names = known.setdefault("cap_respected" if policy.rule == "overrun" else policy.rule, {})
        for row, name, period in zip(policy.row, policy.name, policy.period, strict=True):
            names[int(row)] = f"{name} {start[period]}" if period >= 0 else str(name)
    labels = {
        "node_balance": scenario.nodes.label,
        "standing_capacity": scenario.lines.label,
        "line_capacity": scenario.lines.label,
        "effect_follows_adoption": scenario.interventions.label,
    }
    element_of = element_names(instance)
    parts = []
    for rule in RULES:
        component = getattr(model, rule.__name__)
        if not component.n:
            continue
        place = highs.place(component)
        mine = rows[(rows >= place.start) & (rows < place.stop)] - place.start
        lower, upper = component.effective_bounds()
        mine = mine[np.isfinite(lower[mine]) | np.isfinite(upper[mine])]
        if not len(mine):
            continue
        members = []
        for row in sorted(mine.tolist()):
            if row in known.get(rule.__name__, {}):
                members.append(known[rule.__name__][row])
            elif rule.__name__ in labels:
                label, period = divmod(row, len(start))
                members.append(f"{labels[rule.__name__][label]} {start[period]}")
            else:
                members.append(first_entry(component, row, element_of))
        parts.append(Part(rule.__name__, meaning(rule), rule.__name__ in known, tuple(members)))
    return parts


def _column_parts(
    model: pyo.ConcreteModel,
    highs: ConflictModel,
    instance: Instance,
    columns: NDArray[Any],
    certificate: dict[str, Integers] | None,
) -> list[Part]:
    names, parts = element_names(instance), []
    for variable in model.component_objects(pyo.Var):
        if not isinstance(variable, ArrayVar) or not variable.n or variable.local_name == "overrun":
            continue
        place, name = highs.place(variable), variable.local_name
        mine = columns[(columns >= place.start) & (columns < place.stop)] - place.start
        if name == "unmet":
            mine = mine[variable.upper[mine] == 0]  # the rest may be unmet, at a price
        if len(columns) > MANY and certificate is not None:  # stopped before it was irreducible
            mine = mine[np.isin(mine, certificate[name])]
        if len(mine):
            members = tuple(element_name(variable, int(i), names) for i in sorted(mine.tolist()))
            parts.append(
                Part(name, BOUND_MEANINGS.get(name, f"largest value of {name}"), name == "unmet", members)
            )
    return parts
