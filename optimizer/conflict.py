"""The conflict by business names: which rules, together, cannot all hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from numpy.typing import NDArray

from optimizer.arrays import ArrayConstraint, ArrayVar
from optimizer.elastic import Elastic, Found
from optimizer.fixes import stated
from optimizer.highs import HighsModel
from optimizer.models.build import RULES, build_model
from optimizer.models.instance import Instance
from optimizer.policy import Policy
from optimizer.rule_names import element_name, element_names, first_entry, meaning
from optimizer.settings import SolverSettings
from optimizer.smallest import Clash, proof, smallest_clash
from optimizer.solution import Status
from scenarios.scenario import Integers

FROM_LP_AND_IRREDUCIBLE = 2 + 4  # HiGHS's iis_strategy; its default, 0, finds nothing
UPPER, BOXED = 3, 4
MANY = 200  # bounds; more are not irreducible
BOUND_MEANINGS = {
    "unmet": "demand that must be met",
    "purchase": "what an offer can sell",
    "flow": "what a lane, and where it comes from, can bring",
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
    members : names with their year. limits : what each asks for, of policies only.
    """

    rule: str
    meaning: str
    policy: bool
    members: tuple[str, ...]
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """Policies that cannot all hold, and the data by which they cannot.

    Attributes
    ----------
    parts : policies first; none when nothing was isolated in the time allowed.
    smallest : whether without any one of the policies there is a plan.
    whole : whether they contradict each other only because decisions are whole; data are not listed then.
    """

    parts: tuple[Part, ...]
    smallest: bool
    whole: bool


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
    elastic: Elastic, instance: Instance, settings: SolverSettings, periods: Integers, found: Sequence[Found]
) -> Conflict:
    """Return policies that contradict each other, as few as can be, and the data they run into.

    The policies come from a deletion filter (:mod:`optimizer.smallest`). Of the rows that prove the
    contradiction of the linear relaxation HiGHS then keeps an irreducible subsystem.

    Parameters
    ----------
    periods : positions of the periods whose policy is looked at; all are when these do not suffice.
    found : sets of changes already known, with their plans.
    """
    try:
        clash = smallest_clash(elastic, periods, found)
    except TimeoutError:
        return Conflict((), smallest=False, whole=False)
    parts = _policy_parts(elastic, clash)
    certificate = proof(elastic, clash)
    if certificate is not None or not clash.rules:
        parts += _data_parts(elastic, instance, settings, clash, certificate)
    return Conflict(tuple(parts), clash.smallest, clash.whole)


def _policy_parts(elastic: Elastic, clash: Clash) -> list[Part]:
    """Return the policies of a clash, one part a kind."""
    start, by_name = elastic.instance.scenario.periods.label, {rule.__name__: rule for rule in RULES}
    parts = []
    for number in dict.fromkeys(number for number, _ in clash.rules):
        policy = elastic.softened[number].policy
        rows = sorted(row for n, row in clash.rules if n == number)
        when = ["" if policy.period[row] < 0 else f" {start[policy.period[row]]}" for row in rows]
        members = tuple(f"{policy.name[row]}{year}" for row, year in zip(rows, when, strict=True))
        asked = tuple(
            f"{policy.kind} {policy.name[row]!r}{year}: {stated(policy, row)}"
            for row, year in zip(rows, when, strict=True)
        )
        rule = _rule_of(policy)
        said = BOUND_MEANINGS["unmet"] if rule == "unmet" else meaning(by_name[rule])
        parts.append(Part(rule, said, policy=True, members=members, limits=asked))
    return parts


def _data_parts(
    elastic: Elastic,
    instance: Instance,
    settings: SolverSettings,
    clash: Clash,
    certificate: dict[str, Integers] | None,
) -> list[Part]:
    """Return the data of an irreducible infeasible subsystem in which the policies of the clash stand."""
    model = build_model(instance)
    policy_rows = _hold_only(model, elastic, clash)
    for name, proving in (certificate or {}).items():
        component = getattr(model, name, None)
        if isinstance(component, ArrayConstraint):
            component.active_mask &= np.isin(np.arange(component.n), proving)
    highs = ConflictModel(model, settings, relax_integrality=True)
    if highs.run().status is not Status.INFEASIBLE:  # a price too small to count was left out
        return []
    rows, columns, bounds = highs.conflict(elastic.slice_of(6))
    parts = _row_parts(model, highs, instance, rows, policy_rows)
    parts += _column_parts(model, highs, instance, columns[np.isin(bounds, (UPPER, BOXED))], certificate)
    return sorted(parts, key=lambda part: len(part.members))


def _hold_only(model: pyo.ConcreteModel, elastic: Elastic, clash: Clash) -> dict[str, Integers]:
    """Let every policy go but those of the clash; return the rows of all policies by rule."""
    known: dict[str, list[Integers]] = {}
    for s in elastic.softened:
        known.setdefault(_rule_of(s.policy), []).append(s.policy.row)
    policy_rows = {rule: np.concatenate(parts) for rule, parts in known.items()}
    held = {rule: [np.zeros(0, dtype=np.int64)] for rule in known}
    for number, row in clash.rules:
        policy = elastic.softened[number].policy
        held[_rule_of(policy)].append(policy.row[[row]])
    for rule, rows in policy_rows.items():
        free = np.setdiff1d(rows, np.concatenate(held[rule]))
        if rule == "unmet":
            model.unmet.upper[free] = elastic.instance.scenario.demands.quantity.ravel()[free]
        else:
            getattr(model, rule).active_mask[free] = False
    return policy_rows


def _rule_of(policy: Policy) -> str:
    """Return the constraint a policy stands in; the variable, where demand must be met."""
    return "cap_respected" if policy.rule == "overrun" else policy.rule


def _row_parts(
    model: pyo.ConcreteModel,
    highs: ConflictModel,
    instance: Instance,
    rows: NDArray[Any],
    policy_rows: dict[str, Integers],
) -> list[Part]:
    scenario, start = instance.scenario, instance.scenario.periods.label
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
        mine = mine[~np.isin(mine, policy_rows.get(rule.__name__, []))]
        lower, upper = component.effective_bounds()
        mine = mine[np.isfinite(lower[mine]) | np.isfinite(upper[mine])]
        if not len(mine):
            continue
        members = []
        for row in sorted(mine.tolist()):
            if rule.__name__ in labels:
                label, period = divmod(row, len(start))
                members.append(f"{labels[rule.__name__][label]} {start[period]}")
            else:
                members.append(first_entry(component, row, element_of))
        parts.append(Part(rule.__name__, meaning(rule), policy=False, members=tuple(members)))
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
        if (
            not isinstance(variable, ArrayVar)
            or not variable.n
            or variable.local_name in ("overrun", "unmet")
        ):
            continue
        place, name = highs.place(variable), variable.local_name
        mine = columns[(columns >= place.start) & (columns < place.stop)] - place.start
        if len(columns) > MANY and certificate is not None:  # stopped before it was irreducible
            mine = mine[np.isin(mine, certificate[name])]
        if len(mine):
            members = tuple(element_name(variable, int(i), names) for i in sorted(mine.tolist()))
            said = BOUND_MEANINGS.get(name, f"largest value of {name}")
            parts.append(Part(name, said, policy=False, members=members))
    return parts
