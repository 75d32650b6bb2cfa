"""A first plan for a model too large for branch and bound: the relaxation's decisions, fixed bit by bit.

Diving with a way back. Each step solves the relaxation with what is decided so far, takes the decisions
it wants most as made, and goes on until nothing is split. What is not made is dropped only when it is
hardly wanted, a base or hub opened costs what it costs, one closed may leave its customers to nobody; or
when it would take more of a budget than it is wanted (`optimizer.shared_room`).
When a step leaves no plan, its decisions are taken back and fewer are made at once; where a single
decision costs too much, both ways are tried. All
whole-number columns are treated alike; rows that allow one of several yes/no columns (an intervention
in one of the periods, a lane of several, a tier) tell which belong together.

Source: LP diving with limited backtracking (Berthold 2006, primal heuristics for mixed integer programs).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizer.arrays import Floats
from optimizer.restricted import Found, Problem
from optimizer.shared_room import SharedRoom
from scenarios.scenario import Integers

SPLIT = 1e-5  # from a whole number, beyond the solver's own tolerance
NEARLY = 0.1  # from a whole number: decided with the many
HARDLY = 0.005  # wanted of a choice that is dropped
EARLY = 0.25  # of the share of the column wanted most
TIE = 1e-3  # weight of how far the column itself is from whole, among choices wanted alike
FIRST_SHARE = 0.25  # of the split choices decided in one step
GREEDY = 0.05  # share of what is left of a budget: a choice that takes more may be dropped instead
MOST_TOLL = 0.1  # of a step of several choices: budget taken, and wanted of what is dropped
GROWTH = 1.4  # of that share after a step that went well; a quarter after one that did not
LOSS = 0.02  # share of the objective that all decisions together may cost
DEAR = 0.02  # share of the objective: a choice that costs more either way may take the place of another
MOST_TRIED = 4  # others that it may take the place of
MOST_STEPS = 120
FEW = 12  # split choices that branch and bound settles at once
WORTH = 0.02  # share of the objective by which its plan may be worse than the relaxation

Solve = Callable[[Floats, Floats], Found]  # within column bounds
Relax = Callable[[Floats, Floats, bool], Found]  # whether columns left out are priced


def choices(problem: Problem) -> Integers:
    """Return a number for each column (n,): yes/no columns of which one row allows one share it.

    -1 for columns that need not be whole; a whole-number column in no such row is alone.
    """
    matrix = problem.matrix
    entries = np.diff(matrix.indptr)
    binary = problem.whole & (problem.lower >= 0) & (problem.upper <= 1)
    row_of = np.repeat(np.arange(len(entries)), entries)
    alike = np.zeros(len(entries), dtype=bool)
    filled = entries > 0
    least, most = (np.full(len(entries), np.nan) for _ in range(2))
    least[filled] = np.minimum.reduceat(matrix.data, matrix.indptr[:-1][filled])
    most[filled] = np.maximum.reduceat(matrix.data, matrix.indptr[:-1][filled])
    others = np.bincount(row_of[~binary[matrix.indices]], minlength=len(entries))
    alike[filled] = np.isclose(least[filled], most[filled]) & (most[filled] > 0)
    packing = alike & (others == 0) & (entries > 1) & np.isclose(problem.row_upper, most)
    group = np.where(problem.whole, np.arange(len(problem.cost)), -1)
    taken = np.zeros(len(group), dtype=bool)
    for row in np.flatnonzero(packing)[np.argsort(entries[packing], kind="stable")].tolist():
        members = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
        if not taken[members].any():
            group[members] = members.min()
            taken[members] = True
    return group


@dataclass
class Dive:
    """What is decided so far: bounds of all columns, how many relaxations it took, whether it was stopped.

    `few` split choices are left to branch and bound.
    """

    problem: Problem
    group: Integers
    lower: Floats
    upper: Floats
    steps: int = 0
    stopped: bool = False
    few: int = FEW

    def __post_init__(self) -> None:
        self.room = SharedRoom(self.problem, self.group)
        self.doubts: dict[int, float] = {}  # of the columns raised, how far they were from wanted whole

    def run(self, first: Found, relax: Relax, finish: Solve, bearable: Callable[[], float]) -> Found | None:
        """Return a plan of whole numbers, or None when the dive ends without one or is stopped.

        A step that leaves no plan, or costs much more than the last one, is taken back and a smaller one
        is made. Where a single choice does, both ways are tried and the cheaper one is taken.

        Parameters
        ----------
        relax : solves the relaxation. finish : searches within them for whole
            numbers; asked when few choices are left split, all others held.
        bearable : what any step may cost now, as a share of the objective; more when time runs short. A step
            of many choices may cost their share of `LOSS`.
        """
        found, share, best, few = first, FIRST_SHARE, None, self.few
        everything = max(len(np.unique(self.group[self._split(first.values)])), 1)
        while self.steps < MOST_STEPS and not self._is_stopped:
            split = self._split(found.values)
            if not len(split):
                return found if best is None or found.objective < best.objective else best
            count = len(np.unique(self.group[split]))
            if count <= few:
                few = count // 2  # where the search ends without a plan, the next waits until it is easier
                ended = self._note(finish(*self._around(found.values, split)))
                best = ended if best is None or ended.objective < best.objective else best
                if best.objective - found.objective <= WORTH * abs(found.objective):
                    break
            before = self.lower.copy(), self.upper.copy()
            made = self._decide(found.values, split, share)
            following = self._relax(relax, made == 1)  # of many, one that looks costly is taken back anyway
            if not (following.has_values or following.infeasible):
                break  # out of time
            jump = following.objective - found.objective
            worth = max(bearable(), LOSS * made / everything) * abs(found.objective)
            if following.has_values and jump <= worth:
                found, share = following, min(share * GROWTH, FIRST_SHARE)
            elif made > 1:
                self.lower, self.upper = before
                share /= 4
            else:
                changed = (self.lower != before[0]) | (self.upper != before[1])
                choice = split[np.isin(self.group[split], self.group[changed])]
                other = self._cheaper_way(found, split, following, before, relax)
                if not other.objective - found.objective <= DEAR * abs(found.objective):
                    other = self._exchange(found, choice, other, before, relax)
                found = other
                if not found.has_values:
                    break
        return best if best is not None and best.has_values else None

    def _cheaper_way(
        self, found: Found, split: Integers, one: Found, before: tuple[Floats, Floats], relax: Relax
    ) -> Found:
        """Decide a single choice the other way round, unless the first way was cheaper after all."""
        first = self.lower, self.upper
        self.lower, self.upper = before[0].copy(), before[1].copy()
        raised, dropped = first[0] != before[0], first[1] != before[1]
        self.upper[raised] = np.maximum(np.floor(found.values[raised] + SPLIT), self.lower[raised])
        if dropped.any():
            mine = split[np.isin(self.group[split], self.group[dropped])]
            best = mine[np.argmax(found.values[mine])]
            self.lower[best] = np.minimum(np.ceil(found.values[best]), self.upper[best])
        other = self._relax(relax, priced=True)
        if one.has_values and not other.objective < one.objective:
            self.lower, self.upper = first
            return one
        return other

    def _exchange(
        self, found: Found, choice: Integers, one: Found, before: tuple[Floats, Floats], relax: Relax
    ) -> Found:
        """Make the choice that was too dear either way in place of one made before, where a budget lacks.

        Those that were wanted least when they were made are tried, at most `MOST_TRIED`; each once in a dive.
        """
        best, kept, tried = one, (self.lower, self.upper), 0
        wanted = self._first_wanted(found.values, choice)
        made = [column for column in self.doubts if before[0][column] > self.problem.lower[column]]
        for column in sorted(made, key=lambda each: -self.doubts[each]):
            if tried == MOST_TRIED:
                break
            lower = before[0].copy()
            lower[column] = self.problem.lower[column]
            lower[wanted] = np.ceil(found.values[wanted])
            if not self.room.makes_room(before[0], lower):
                continue
            tried += 1
            del self.doubts[column]
            self.lower, self.upper = lower, before[1].copy()
            other = self._relax(relax, priced=True)
            if other.objective < best.objective:
                best, kept = other, (self.lower, self.upper)
        self.lower, self.upper = kept
        return best

    @property
    def _is_stopped(self) -> bool:
        return self.stopped

    def _note(self, answer: Found) -> Found:
        self.steps += 1
        self.stopped |= answer.stopped_by_user
        return answer

    def _relax(self, relax: Relax, priced: bool) -> Found:
        return self._note(relax(self.lower, self.upper, priced))

    def _around(self, values: Floats, split: Integers) -> tuple[Floats, Floats]:
        """Return bounds that leave the split choices open and hold all other whole numbers."""
        lower, upper = held(self.problem, values)
        mine = self.problem.whole & np.isin(self.group, self.group[split])
        lower[mine], upper[mine] = self.lower[mine], self.upper[mine]
        return lower, upper

    def _split(self, values: Floats) -> Integers:
        """Return the whole-number columns that are not whole."""
        whole = np.flatnonzero(self.problem.whole)
        return whole[np.abs(values[whole] - np.round(values[whole])) > SPLIT]

    def _decide(self, values: Floats, split: Integers, share: float) -> int:
        """Decide the split choices that are wanted most; return how many.

        A choice is made by raising the column of it that is wanted most, and dropped as a whole when it is
        hardly wanted, or less than the part it would take of what is left of a budget. Those all but decided
        go together; of the others the share that is cheapest in budget or wanted least, at least one.
        """
        group, whole = self.group, np.flatnonzero(self.problem.whole)
        many = np.unique(group[split])
        best = self._first_wanted(values, split)
        floor = np.floor(values[whole] + SPLIT)
        wanted = np.bincount(group[whole], values[whole] - floor, minlength=len(group))[many]
        kept = np.bincount(group[whole], self.lower[whole] + floor, minlength=len(group))[many]
        needed = self.room.needed(best, values, self.lower)
        hardly = wanted <= HARDLY
        dropping = (kept <= 0) & (hardly | ((needed > GREEDY) & (wanted < needed)))
        missing = np.maximum(1 - wanted, 0.0) + TIE * (np.ceil(values[best]) - values[best])
        doubt = np.where(dropping, wanted, missing)
        toll = np.where(dropping, np.where(hardly, 0.0, wanted), needed)
        order = np.argsort(toll + TIE * doubt, kind="stable")
        number = int(np.ceil(share * len(many)))
        if share == FIRST_SHARE:
            number = max(number, int((doubt < NEARLY).sum()))
        affordable = int(np.searchsorted(np.cumsum(toll[order]), MOST_TOLL))
        chosen = order[: max(min(number, affordable), 1)]
        raised = best[chosen][~dropping[chosen]]
        self.lower[raised] = np.minimum(np.ceil(values[raised]), self.upper[raised])
        self.doubts |= dict(zip(raised.tolist(), doubt[chosen][~dropping[chosen]].tolist(), strict=True))
        dropped = whole[np.isin(group[whole], many[chosen][dropping[chosen]])]
        self.upper[dropped] = self.lower[dropped]
        return len(chosen)

    def _first_wanted(self, values: Floats, split: Integers) -> Integers:
        """Return of each split choice, in the order of their numbers, the column to raise.

        The first that is wanted nearly as much as the one wanted most: the columns of a decision stand in
        the order of time, and what is done later than wanted leaves a gap.
        """
        group = self.group
        most = np.zeros(len(group))
        np.maximum.at(most, group[split], values[split])
        wanted = np.sort(split[values[split] >= EARLY * most[group[split]]])
        return wanted[np.unique(group[wanted], return_index=True)[1]]


def held(problem: Problem, values: Floats) -> tuple[Floats, Floats]:
    """Return column bounds that hold all whole-number columns at their (rounded) values."""
    lower, upper = problem.lower.copy(), problem.upper.copy()
    whole = problem.whole
    rounded = np.clip(np.round(values[whole]), lower[whole], upper[whole])
    lower[whole] = upper[whole] = rounded
    return lower, upper
