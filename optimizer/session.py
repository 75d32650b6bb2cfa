"""A scenario's model kept in HiGHS, to be asked again with other numbers.

A changed cap, price, factor, demand, bound or pin becomes new arrays through the same rule functions that
built the model; no new Pyomo model is made. The solver gets the arrays again and starts from the vertex of
the first instance, so that an answer depends on its numbers alone and not on what was solved before:
points of a sweep can be solved in any order and by any number of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import xarray as xr
from numpy.typing import ArrayLike

from optimizer.arrays import ArrayConstraint, ArrayObjective, ArrayVar
from optimizer.bridge import compile_model
from optimizer.highs import HighsModel, Progress
from optimizer.models.build import RULES, build_model
from optimizer.models.inputs import Differences, Names, noting
from optimizer.models.instance import Instance, make_instance
from optimizer.models.objective import least_cost
from optimizer.models.variables import add_variables
from optimizer.settings import SolverSettings
from optimizer.solution import Solution
from scenarios.caps import Cap, cap_limits, cap_margins, cap_terms
from scenarios.ledger import rates
from scenarios.plans import activities_of
from scenarios.scenario import Floats, Scenario
from scenarios.target_rows import with_target_rules

RULE_NAMES = frozenset(rule.__name__ for rule in RULES)
Rule = Callable[[Any, Instance], ArrayConstraint | ArrayObjective]


def posed(scenario: Scenario, reference: xr.Dataset | None = None) -> tuple[Instance, Floats]:
    """Return a scenario as an instance, and the limits (C, T) of its caps before their margins.

    Parameters
    ----------
    reference : the plan of :func:`optimizer.reference_plan`; needed where a cap is a share of its
        first year.

    Raises
    ------
    ConfigError : the pathway names what the scenario does not have.
    KeyError : a cap or a target is a share of a baseline and there is no reference.
    """
    ledger = rates(scenario)
    caps = cap_terms(scenario, ledger)
    limits = cap_limits(caps, scenario, _baseline(scenario, caps, reference))
    scenario, _ = with_target_rules(scenario, ledger, None if reference is None else activities_of(reference))
    return make_instance(scenario, ledger, caps, limits * (1 - cap_margins(caps, scenario))), limits


def _baseline(scenario: Scenario, caps: list[Cap], reference: xr.Dataset | None) -> Mapping[str, float]:
    if reference is None:
        return {}
    activities, years = activities_of(reference), scenario.periods.years
    first = np.ones_like(years)  # a cumulative baseline is one year's emissions, whatever the period's length
    return {cap.label: float(cap.value(activities, first)[0]) for cap in caps}


class PlanSession:
    """One model, solved again and again.

    Attributes
    ----------
    model : the Pyomo model, its arrays as of the last change.
    instance : the problem as it stands.
    rebuilds : models built so far, the first included. One is enough as long as lanes, offers,
        families and periods stay; a change of those builds another, and is counted.

    Raises
    ------
    As :func:`posed`.
    """

    def __init__(
        self,
        scenario: Scenario | Instance,
        settings: SolverSettings | None = None,
        reference: xr.Dataset | None = None,
    ) -> None:
        self.settings = settings or SolverSettings()
        self.rebuilds = 0
        self._extra: dict[str, Rule] = {}
        self._goal = least_cost.__name__
        self.instance = self._posed(scenario, reference)
        self.model: pyo.ConcreteModel
        self._build()

    @staticmethod
    def _posed(scenario: Scenario | Instance, reference: xr.Dataset | None) -> Instance:
        return scenario if isinstance(scenario, Instance) else posed(scenario, reference)[0]

    def _build(self) -> None:
        self.model = build_model(self.instance)
        self.rebuilds += 1
        for name, rule in self._extra.items():
            self.model.add_component(name, rule(self.model, self.instance))
        self._activate()
        self._noted: dict[str, Names] = {}  # what each rule read when it was last asked
        self._absent: dict[str, ArrayVar] = {}  # empty families of the last change that the model has
        self._forget()

    def _forget(self) -> None:
        """Give up what HiGHS holds: the model has other components now."""
        self._held: dict[bool, HighsModel] = {}
        self._stale: set[bool] = set()
        self._first = compile_model(self.model)  # whose vertex every linear program starts from

    # ------------------------------------------------------------ changes

    def change(self, scenario: Scenario | Instance, reference: xr.Dataset | None = None) -> None:
        """Take the numbers of a changed scenario.

        Parameters
        ----------
        reference : as for :func:`posed`.

        Raises
        ------
        As :func:`posed`; the session then stands where it stood.
        """
        former, self.instance = self.instance, self._posed(scenario, reference)
        try:
            fits = self._renew(Differences(former, self.instance))
        except Exception:
            self.instance, self._noted = former, {}  # half renewed: the next change asks every rule
            raise
        if not fits:
            self._build()
        self._stale = set(self._held)

    def _renew(self, differences: Differences) -> bool:
        """Write the numbers of the instance into the model; return False where they do not fit."""
        if self._is_new("add_variables", differences, ()):
            written = SimpleNamespace()
            instance, names = noting(self.instance)
            add_variables(written, instance)  # takes attributes as a model does
            self._noted["add_variables"] = frozenset(names)
            if not self._take_variables(written):
                return False
        asked: list[str] = []
        for rule in (*RULES, least_cost):
            if self._is_new(rule.__name__, differences, asked):
                asked.append(rule.__name__)
                if not self._ask(rule.__name__, rule):
                    return False
        return all(self._ask(name, rule) for name, rule in self._extra.items())

    def _is_new(self, name: str, differences: Differences, asked: Sequence[str]) -> bool:
        """Return whether a rule has to be asked: it never was, or something that it read has changed."""
        read = self._noted.get(name)
        return read is None or not read.isdisjoint(asked) or differences.among(read - RULE_NAMES)

    def _take_variables(self, written: SimpleNamespace) -> bool:
        """Take over bounds; families that the changed scenario does not have are held at 0."""
        absent = {}
        for name, new in vars(written).items():
            held = getattr(self.model, name)
            if new.n not in (held.n, 0) or new.whole != held.whole:
                return False
            held.lower[:], held.upper[:] = (new.lower, new.upper) if new.n else (0.0, 0.0)
            held.fixed_mask[:] = False
            if new.n != held.n:
                absent[name] = new
        if absent.keys() != self._absent.keys():
            self._noted = {"add_variables": self._noted["add_variables"]}  # rows of another width
        self._absent = absent
        return True

    def _ask(self, name: str, rule: Rule) -> bool:
        """Ask one rule for its numbers and take them over; rows that are no more hold nothing."""
        instance, names = noting(self.instance)
        new, held = rule(_View(self.model, self._absent, names), instance), getattr(self.model, name)
        self._noted[name] = frozenset(names)
        if isinstance(new, ArrayObjective):
            held.terms = [(variable, cost) for variable, cost in new.terms if variable.n]
            held.constant = new.constant
            return True
        if new.n not in (held.n, 0):
            return False
        held.active_mask[:] = new.n > 0
        if new.n:
            held.lower[:], held.upper[:], held.matrix = new.lower, new.upper, new.matrix
            held.variables = [variable for variable in new.variables if variable.n]
            held.offsets = np.cumsum([0, *(variable.n for variable in held.variables)])
        return True

    def add(self, name: str, rule: Rule) -> None:
        """Add a rule or an objective of its own to the model; one of the same name is replaced."""
        self.drop(name)
        self._extra[name] = rule
        self.model.add_component(name, rule(self.model, self.instance))
        self._activate()
        self._forget()

    def ask_again(self, name: str) -> None:
        """Take the numbers of an objective that was added again; its costs are sent and nothing else."""
        self._ask(name, self._extra[name])
        for kind, highs in self._held.items():
            if kind not in self._stale:
                highs.push_objective()

    def drop(self, *names: str) -> None:
        """Remove what was added under these names, or nothing."""
        for name in names:
            if self._extra.pop(name, None) is not None:
                self.model.del_component(name)
                self._goal = least_cost.__name__ if self._goal == name else self._goal
                self._forget()
        self._activate()

    def minimise(self, name: str = "least_cost") -> None:
        """Make one objective of the model the active one."""
        if name != self._goal:
            self._goal = name
            self._activate()
            self._stale = set(self._held)

    def _activate(self) -> None:
        for objective in self.model.component_objects(pyo.Objective):
            objective.activate() if objective.local_name == self._goal else objective.deactivate()

    def bound(
        self,
        name: str,
        lower: ArrayLike | None = None,
        upper: ArrayLike | None = None,
    ) -> None:
        """Change the bounds of a decision or a rule, in natural units; nothing else is sent."""
        component = getattr(self.model, name)
        for side, values in ((component.lower, lower), (component.upper, upper)):
            if values is not None:
                side[:] = np.ravel(values)
        self._noted.pop("add_variables" if isinstance(component, ArrayVar) else name, None)
        for kind, highs in self._held.items():
            if kind not in self._stale:
                push = highs.push_columns if isinstance(component, ArrayVar) else highs.push_rows
                push(component)

    # ------------------------------------------------------------ solving

    @property
    def solved(self) -> Any:
        """The model as the instance has it: families that only former instances had are empty."""
        return _View(self.model, self._absent, set())

    def highs(self, relaxed: bool = False) -> HighsModel:
        """Return the model inside HiGHS, all changes sent; `relaxed`: without whole-number rules."""
        if relaxed not in self._held:
            self._held[relaxed] = HighsModel(self.model, self.settings, relax_integrality=relaxed)
        elif relaxed in self._stale:
            self._held[relaxed].refresh()
        self._stale.discard(relaxed)
        return self._held[relaxed]

    def solve(
        self,
        start: Solution | None = None,
        progress: Progress | None = None,
        relaxed: bool = False,
        follow: bool = False,
        near: bool = True,
        duals: bool = True,
    ) -> Solution:
        """Solve the instance as it stands and load the plan into the model.

        Parameters
        ----------
        start : a plan of this session to begin from; it speeds up a search for whole numbers, and may
            pick another of several plans within the gap.
        relaxed : without whole-number rules.
        follow : begin where the last solve ended: quicker for small steps such as those of a frontier,
            but of several best plans the one found then depends on the order.
        near : whether a linear program starts from the vertex of the session's first instance: several
            times faster where few numbers differ from it, a little slower where most of them do.
        duals : whether they are needed; if not, a large linear program is solved faster.
        """
        highs = self.highs(relaxed)
        if start is not None and highs.is_mip:
            highs.suggest(start)
        if near and not (follow or highs.is_mip or highs.has_base):
            highs.start_from(self._first)
        solution = highs.run(progress, afresh=not follow, near=near, duals=duals)
        highs.load(solution)
        return solution


class _View:
    """The model as rules read it: families that a changed scenario lacks are empty, rules read are noted."""

    def __init__(self, model: pyo.ConcreteModel, absent: Mapping[str, ArrayVar], names: set[str]) -> None:
        self._model, self._absent, self._names = model, absent, names

    def __getattr__(self, name: str) -> Any:
        if name in RULE_NAMES:
            self._names.add(name)
        return self._absent.get(name) if name in self._absent else getattr(self._model, name)
