"""One solve among neighbours: as good a plan as asked for, with as little search as that takes.

The linear relaxation gives a bound. The decisions of neighbouring plans and the relaxation's own,
rounded, are held in turn and the rest solved as a linear program: a plan that comes within the gap of
the bound is proved good enough without any search. Only where none does, branch and bound looks on,
from the best of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayVar
from optimizer.session import PlanSession
from optimizer.solution import Solution, Status, relative_gap
from optimizer.start import THRESHOLDS, round_decisions

WHOLE = 1e-6  # how far from a whole number a decision may be that was not held at one


class Points:
    """Solves of one session whose bounds change; the session's settings say the gap of each.

    Parameters
    ----------
    seconds : wall time of each search for whole numbers; none: the time limit of the session.

    Attributes
    ----------
    searches : solves that needed branch and bound.
    """

    def __init__(self, session: PlanSession, seconds: float | None = None) -> None:
        self.session, self.searches = session, 0
        self.seconds = session.settings.time_limit_seconds if seconds is None else seconds
        self._whole = [
            variable
            for variable in session.model.component_objects(pyo.Var)
            if isinstance(variable, ArrayVar) and variable.whole and variable.n
        ]
        decisions = np.count_nonzero(session.model.adopt.upper > 0)
        self._rounds = decisions > session.settings.rounding_binaries

    def solve(self, starts: Sequence[Solution] = (), afresh: bool = False) -> Solution:
        """Return the best plan of the session as it stands, within its gap where time allows.

        Parameters
        ----------
        starts : plans of neighbouring solves, the likeliest first.
        afresh : far from the last solve: its relaxation is no place to begin from.

        Returns
        -------
        Solution whose bound is the better of relaxation and search, with the duals of the linear
        program in which all decisions are held.
        """
        relaxation = self._stopped(self.session.highs(relaxed=True).run(afresh=afresh))
        if relaxation.status is Status.INFEASIBLE or (relaxation.has_values and not self._whole):
            return relaxation
        solved = relaxation.status is Status.OPTIMAL
        least = relaxation.objective if solved else -np.inf
        best, offered = None, None
        for found in self._candidates(starts, relaxation if solved else None):
            if found.status is not Status.OPTIMAL:
                continue
            offered = _cheaper(offered, found)
            if self._is_whole(found):
                best = _cheaper(best, found)
                if relative_gap(best.objective, min(least, best.objective)) <= self.session.settings.mip_gap:
                    return self._proved(best, least)
        self.searches += 1
        exact = self.session.highs()
        exact.settings = replace(exact.settings, time_limit_seconds=self.seconds)
        start = best or offered
        if start is not None:
            exact.suggest(start)
        searched = exact.run(afresh=True)
        bound = float(np.fmax(searched.bound, least))
        self._stopped(searched)
        if best is not None and (not searched.has_values or best.objective < searched.objective):
            return self._proved(replace(best, termination=searched.termination), bound)
        return self._proved(searched, bound) if searched.has_values else searched

    def _candidates(self, starts: Sequence[Solution], relaxation: Solution | None) -> Iterator[Solution]:
        """Yield plans with all decisions of a neighbour held, then with the relaxation's own, rounded."""
        for start in filter(lambda start: start.has_values, starts):
            yield self._held({v.name: (v, np.round(start.value(v))) for v in self._whole})
        if self._rounds and relaxation is not None:
            adopt, instance = self.session.model.adopt, self.session.instance
            wanted = relaxation.value(adopt).reshape(-1, len(instance.scenario.periods))
            for threshold in THRESHOLDS:
                decided = round_decisions(wanted, threshold, instance).ravel()
                yield self._held({adopt.name: (adopt, decided)})

    def _held(self, decisions: dict[str, tuple[ArrayVar, np.ndarray]]) -> Solution:
        """Return the solution of the linear program in which some decisions are held."""
        relaxed = self.session.highs(relaxed=True)
        former = [
            (variable, variable.lower.copy(), variable.upper.copy()) for variable, _ in decisions.values()
        ]
        for variable, decided in decisions.values():
            variable.lower[:] = variable.upper[:] = np.clip(decided, variable.lower, variable.upper)
            relaxed.push_columns(variable)
        found = relaxed.run()
        for variable, lower, upper in former:
            variable.lower[:], variable.upper[:] = lower, upper
            relaxed.push_columns(variable)
        return self._stopped(found)

    def _is_whole(self, solution: Solution) -> bool:
        return all(
            np.abs(values - np.round(values)).max() <= WHOLE for values in map(solution.value, self._whole)
        )

    def _proved(self, solution: Solution, bound: float) -> Solution:
        """Return a plan whose decisions were held, with what is proved of it."""
        bound = min(bound, solution.objective)
        gap = relative_gap(solution.objective, bound)
        good = gap <= self.session.settings.mip_gap
        words = f"solved to gap {100 * gap:.2f} %" if good else solution.termination
        return replace(
            solution,
            bound=bound,
            gap=gap,
            status=Status.OPTIMAL if good else Status.FEASIBLE,
            termination=words,
            binaries=sum(int((v.upper > v.lower).sum()) for v in self._whole),
        )

    @staticmethod
    def _stopped(solution: Solution) -> Solution:
        if solution.stopped_by_user:
            raise KeyboardInterrupt
        return solution


def _cheaper(one: Solution | None, other: Solution) -> Solution:
    return other if one is None or other.objective < one.objective else one
