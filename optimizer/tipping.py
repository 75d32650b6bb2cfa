"""From which value of an input on a decision flips: with it and without it, the plan is solved again.

An input is moved down and up from where it is; at each value the cheapest plan with the decision is held
against the cheapest one without it, every other decision free. The nearest value between which the cheaper of
both changes is found by halving. What is looked at are four values over the range and those in between where
it flips: a decision that flips and flips back between two of them is not seen. Near the flip both cost
nearly the same, and a solve is only good to its gap: values between which the gap leaves it open are told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from optimizer.alternative_settings import AlternativesSettings
from optimizer.alternatives import TOLD
from optimizer.models.alternatives import chosen_as_told
from optimizer.models.instance import Instance
from optimizer.optimize import solve_session
from optimizer.session import PlanSession, posed
from optimizer.settings import SolverSettings
from optimizer.solution import Solution, Status
from scenarios.altered import altered, usual_amount
from scenarios.scenario import Floats, Scenario

LOOKED_AT = (0.5, 1.0)  # of the way to an end
STEPS = 30  # of one search
Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class _Answer:
    """The cheapest plan, what no plan can cost less than, and its decisions, (I,)."""

    cost: float
    low: float
    decided: Floats


@dataclass(frozen=True)
class Tip:
    """Where one decision flips on one side of an input's own value.

    Attributes
    ----------
    value : from which on it is otherwise; nan: it does not flip up to `reach`.
    near, far : the last value at which it clearly stays and the first at which it has clearly flipped; nan
        where the gaps of the solves leave that open.
    reach : how far was looked: the end of the range, or where plans end; nan: not answered in time.
    open : whether the gap leaves it open at the input's own value which is cheaper; no flip is looked for.
    """

    value: float = np.nan
    near: float = np.nan
    far: float = np.nan
    reach: float = np.nan
    open: bool = False


class _NoAnswerError(Exception):
    """A solve ended without a plan and without a proof that there is none."""


class Tipping:
    """Looks for values that flip decisions; solves are shared between decisions.

    Parameters
    ----------
    scenario, reference : as for :func:`optimizer.alternatives.find_alternatives`.

    Attributes
    ----------
    solves : made so far.
    """

    def __init__(
        self,
        scenario: Scenario,
        asked: AlternativesSettings,
        settings: SolverSettings,
        reference: xr.Dataset | None = None,
    ) -> None:
        self._scenario, self._asked, self._reference = scenario, asked, reference
        settings = replace(settings, time_limit_seconds=min(asked.seconds, settings.time_limit_seconds))
        self._session = PlanSession(scenario, settings, reference)
        self._session.add(TOLD, chosen_as_told)
        self._free = np.zeros(len(scenario.interventions.label)), np.ones(len(scenario.interventions.label))
        self._at: tuple[str, float] | None = None
        self._last: Solution | None = None
        self._instances: dict[tuple[str, float], Instance] = {}
        self._answers: dict[tuple[str, float, int, bool], _Answer | None] = {}
        self.solves = 0

    def between(self, intervention: int, name: str, low: float, high: float, now: bool) -> tuple[Tip, Tip]:
        """Return where a decision flips below and above the own value of an input.

        Parameters
        ----------
        intervention : position. name : of the input. low, high : the range looked at.
        now : whether the plan decides it.
        """
        usual = usual_amount(self._scenario, name)
        return (
            self._answered(intervention, name, usual, min(low, usual), now),
            self._answered(intervention, name, usual, max(high, usual), now),
        )

    def _answered(self, i: int, name: str, usual: float, end: float, now: bool) -> Tip:
        """Return where a decision flips, or that time did not suffice."""
        try:
            return self._towards(i, name, usual, end, now)
        except _NoAnswerError:
            return Tip()

    def _towards(self, i: int, name: str, usual: float, end: float, now: bool) -> Tip:
        """Return where a decision flips between an input's own value and one end."""
        seen: dict[float, tuple[float, float]] = {}

        def stays(value: float) -> bool | None:
            found = self._advantage(i, name, value)
            if found is None:
                return None
            seen[value] = found if now else (-found[1], -found[0])
            return sum(seen[value]) >= 0  # the middle of what the gaps leave open

        here = stays(usual)
        if here is not True or seen[usual][0] <= 0:  # the gap leaves it open, or the plan is not
            return Tip(reach=usual, open=here is not None)
        if end == usual:
            return Tip(reach=usual)
        kept, flipped, reach = usual, None, usual
        for share in LOOKED_AT:
            value = usual + share * (end - usual)
            still = stays(value)
            if still is None:
                break
            reach = value
            if not still:
                flipped = value
                break
            kept = value
        if flipped is None:
            return Tip(reach=reach)
        for _ in range(STEPS):
            if abs(flipped - kept) <= self._asked.tolerance * abs(end - usual):
                break
            middle = (kept + flipped) / 2
            if stays(middle) is False:
                flipped = middle
            else:
                kept = middle
        value = (kept + flipped) / 2
        clearly = [v for v, (least, _) in seen.items() if least > 0 and abs(v - usual) <= abs(value - usual)]
        flips = [v for v, (_, most) in seen.items() if most < 0 and abs(v - usual) >= abs(value - usual)]
        near = max(clearly, key=lambda v: abs(v - usual), default=np.nan)
        far = min(flips, key=lambda v: abs(v - usual), default=np.nan)
        return Tip(value, near, far, reach)

    def _advantage(self, i: int, name: str, value: float) -> tuple[float, float] | None:
        """Return the least and the most that a decision saves at a value; None where there is no plan."""
        free = self._solve(name, value, -1, decided=True)
        if free is None:
            return None
        has = free.decided[i] > 0
        other = self._solve(name, value, i, decided=not has)
        with_it, without = (free, other) if has else (other, free)
        if with_it is None:
            return -np.inf, -np.inf
        if without is None:
            return np.inf, np.inf
        return without.low - with_it.cost, without.cost - with_it.low

    def _solve(self, name: str, value: float, i: int, decided: bool) -> _Answer | None:
        """Return the cheapest plan at a value with a decision made or ruled out; -1: free."""
        if value == usual_amount(self._scenario, name):  # the same problem whatever the input
            name, value = "", 0.0
        key = (name, value, i, decided)
        if key not in self._answers:
            self._answers[key] = self._solved(*key)
        return self._answers[key]

    def _posed(self, name: str, value: float) -> Instance:
        """Return the problem at a value; kept, as many decisions are asked about at the same values."""
        if (name, value) not in self._instances:
            changed = altered(self._scenario, {name: value} if name else {})
            self._instances[name, value] = posed(changed, self._reference)[0]
        return self._instances[name, value]

    def _solved(self, name: str, value: float, i: int, decided: bool) -> _Answer | None:
        session = self._session
        if (name, value) != self._at:
            session.change(self._posed(name, value))
            self._at = (name, value)
        lower, upper = self._free[0].copy(), self._free[1].copy()
        if i >= 0:
            lower[i], upper[i] = (1.0, 1.0) if decided else (0.0, 0.0)
        session.bound(TOLD, lower, upper)
        solution = solve_session(session, None, self._last, follow=False)
        self.solves += 1
        if solution.stopped_by_user:
            raise KeyboardInterrupt
        if not solution.has_values:
            if solution.status is Status.INFEASIBLE:
                return None
            raise _NoAnswerError(solution.termination)
        self._last = solution
        periods = len(self._scenario.periods)
        taken = solution.value(session.model.adopt).reshape(-1, periods).sum(axis=1) > 0.5
        low = solution.bound if np.isfinite(solution.bound) else solution.objective
        return _Answer(solution.objective, min(low, solution.objective), taken.astype(float))


def contested(shares: Sequence[Floats], known: Floats, most: int) -> list[int]:
    """Return interventions that are in some plans and not in others, those in about half of them first.

    Parameters
    ----------
    shares : of the plans that have each, (I,), for each family of plans.
    known : which the pathway can decide, (I,).
    """
    mixed = np.max([np.minimum(share, 1 - share) for share in shares], axis=0)
    order = sorted(np.flatnonzero((mixed > 0) & (known > 0)).tolist(), key=lambda i: (-mixed[i], i))
    return order[:most]
