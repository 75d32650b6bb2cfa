"""Closing the loop: plan so far below the caps that they hold as surely as asked.

A plan whose cap binds misses it in half of all futures or more, for whatever moves emissions moves them
across the limit. So the plan is tried, each cap and period gets the margin that the trials call for, and
the plan is made again, until the caps hold. Trials that set a margin are too kind to the plan they helped
to make (Kleijnen 2008; shared luck), so the last word is had by trials with seeds that set nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from scenarios.errors import InfeasibleError
from scenarios.replanning import Replanner
from scenarios.scenario import Scenario
from simulation.experiment import simulate
from simulation.layout import Flags, Floats
from simulation.settings import SimulationSettings
from simulation.statistics import wilson_interval
from simulation.trials import Progress

Margins = dict[str, dict[int, float]]  # share of the limit by cap and year
Replan = Callable[[Scenario], xr.Dataset]
Tell = Callable[[str], None]

MOST_ROUNDS = 12  # of trying a plan
PATIENCE = 3  # rounds on the same seed within which the chance has to fall
STRETCH = 1.05  # of each step: spread shrinks less than the emissions it is about
CONFIRMED = 2.0  # the upper bound on fresh seeds may be this many times the target
LARGEST_MARGIN = 0.99


@dataclass(frozen=True)
class Round:
    """One plan tried: its cost, the seed and whether it had set no margin, and the worst cap and period."""

    seed: int
    fresh: bool
    cost_npv: float
    chance: float
    chance_high: float


@dataclass
class _Calibration:
    """What is known so far: margins (caps, T), and the rounds that led there."""

    margins: Floats
    seed: int
    fresh: bool = True
    rounds: list[Round] = field(default_factory=list)

    def next_seed(self) -> None:
        self.seed, self.fresh = self.seed + 1, True

    def stuck(self) -> bool:
        """Return whether the last rounds on this seed did not lower the worst chance."""
        chances = [one.chance for one in self.rounds if one.seed == self.seed]
        return len(chances) > PATIENCE and chances[-1] >= chances[-1 - PATIENCE]


def hold_caps(
    scenario: Scenario,
    plan: xr.Dataset,
    settings: SimulationSettings,
    replan: Replan,
    progress: Progress | None = None,
    tell: Tell | None = None,
    replanner: Replanner | None = None,
) -> tuple[xr.Dataset, xr.Dataset]:
    """Return a plan whose hard caps are missed with at most the target chance, and its trials.

    Parameters
    ----------
    plan : of the scenario as it is, from which the cost of certainty is counted.
    settings : `target_chance` is the largest chance of missing a cap in a period; the trials are as many
        as asked for, or as it takes to show so small a chance.
    replan : makes the plan of the scenario with other margins; may raise InfeasibleError.
    progress : called with trials done and in all, for each plan tried.
    tell : called with a line after each plan tried.
    replanner : makes the plan again inside trials, as for :func:`simulation.experiment.simulate`.

    Returns
    -------
    plan, outcome : the last plan tried and its trials. ``certainty_json`` of the outcome holds the target,
        whether it was met and confirmed on fresh seeds, why not otherwise, the margins, the rounds, and
        what the certainty costs against `plan`.

    Raises
    ------
    ValueError : no target chance is set.
    """
    target = settings.target_chance
    if target is None:
        message = "hold_caps needs a target chance"
        raise ValueError(message)
    settings = _enough_trials(settings, fewest_trials(target, settings.confidence))
    hard = _hard(scenario, plan)
    found = _Calibration(plan["cap_margin"].transpose("cap", "period").to_numpy().copy(), settings.seed)
    cost_before, reason = float(plan["cost_npv"].sum()), ""
    while True:
        outcome = simulate(scenario, plan, replace(settings, seed=found.seed), progress, replanner)
        high = np.where(hard, outcome["chance_high"].to_numpy(), 0.0)
        _note(found, plan, outcome, hard, tell)
        accepted = high.max(initial=0.0) <= (
            CONFIRMED * target if found.rounds[1:] and found.fresh else target
        )
        if accepted and found.fresh:
            break
        if len(found.rounds) >= MOST_ROUNDS:
            reason = f"not reached after trying {MOST_ROUNDS} plans"
            break
        if found.stuck():
            reason = "wider margins no longer help: what goes wrong is not a matter of a few percent"
            break
        if accepted:
            found.next_seed()
            continue
        found.fresh = False
        found.margins = raised(found.margins, plan, outcome, hard, target)
        try:
            plan = replan(with_margins(scenario, _by_year(found.margins, plan)))
        except InfeasibleError:
            reason = "no plan can stay as far below the caps as the trials call for"
            break
    outcome.attrs["certainty_json"] = json.dumps(_told(found, plan, cost_before, settings, reason))
    return plan, outcome


def _enough_trials(settings: SimulationSettings, fewest: int) -> SimulationSettings:
    """Return the settings with so many trials at least, also before a precision may end them."""
    precision = settings.precision
    if precision is not None:
        precision = replace(precision, fewest_trials=max(precision.fewest_trials, fewest))
    return replace(settings, trials=max(settings.trials, fewest), precision=precision)


def with_margins(scenario: Scenario, margins: Margins) -> Scenario:
    """Return the scenario planned for limits that are lower by `margins`."""
    return replace(scenario, carbon=replace(scenario.carbon, margins=margins))


def fewest_trials(target: float, confidence: float) -> int:
    """Return how many trials can show a chance below `target` although it happened half as often.

    With fewer, one unlucky trial would decide, and no margin may help in that one.
    """
    count = 1
    while allowed_misses(target, count, confidence) < target / 2 * count:
        count += 1
    return count


def allowed_misses(target: float, trials: int, confidence: float) -> int:
    """Return the most misses in so many trials whose Wilson upper bound is at most `target`; -1 for none."""
    _, high = wilson_interval(np.arange(trials + 1), trials, confidence)
    return int(np.searchsorted(high, target, side="right")) - 1


def raised(margins: Floats, plan: xr.Dataset, outcome: xr.Dataset, hard: Flags, target: float) -> Floats:
    """Return margins (caps, T) under which the same luck, in proportion, would keep every hard cap.

    In trial k + 1 from the top, k being the misses allowed, emissions were r times the plan's; planning
    for the limit over r puts that trial at the limit.
    """
    allowed = allowed_misses(target, outcome.sizes["trial"], outcome.attrs["confidence"])
    order = ("cap", "period")
    emitted = np.sort(outcome["cap_emissions"].transpose("trial", *order).to_numpy(), axis=0)
    decisive = emitted[-1 - max(allowed, 0)]
    limit, planned = (plan[name].transpose(*order).to_numpy() for name in ("cap_limit", "cap_emissions"))
    over = hard & (decisive > limit)
    wanted = 1 - np.divide(planned, decisive, out=np.ones_like(planned), where=over)
    step = np.maximum(wanted - margins, 0.0)
    return np.minimum(margins + STRETCH * step, LARGEST_MARGIN)


def _hard(scenario: Scenario, plan: xr.Dataset) -> Flags:
    """Return which caps and periods must hold, (caps, T): limits there are and that nobody pays to pass."""
    caps = scenario.carbon.all_caps
    firm = np.array([caps[str(name)].overrun_price is None for name in plan["cap"].to_numpy()], dtype=bool)
    return np.isfinite(plan["cap_limit"].transpose("cap", "period").to_numpy()) & firm[:, None]


def _by_year(margins: Floats, plan: xr.Dataset) -> Margins:
    years = [int(year) for year in plan["period"].to_numpy()]
    return {
        str(name): dict(zip(years, map(float, row), strict=True))
        for name, row in zip(plan["cap"].to_numpy(), margins, strict=True)
        if row.any()
    }


def _note(found: _Calibration, plan: xr.Dataset, outcome: xr.Dataset, hard: Flags, tell: Tell | None) -> None:
    worst = [
        float(np.where(hard, outcome[name].to_numpy(), 0.0).max(initial=0.0))
        for name in ("chance_of_missing", "chance_high")
    ]
    found.rounds.append(Round(found.seed, found.fresh, float(plan["cost_npv"].sum()), *worst))
    if tell is not None:
        tell(
            f"plan {len(found.rounds)}: worst chance of missing a cap {worst[0]:.1%}, at most {worst[1]:.1%}"
        )


def _told(
    found: _Calibration, plan: xr.Dataset, cost_before: float, settings: SimulationSettings, reason: str
) -> dict[str, object]:
    cost = float(plan["cost_npv"].sum())
    return {
        "target_chance": settings.target_chance,
        "confidence": settings.confidence,
        "trials": settings.trials,
        "confirmed": not reason,
        "reason": reason,
        "margins": _by_year(plan["cap_margin"].transpose("cap", "period").to_numpy(), plan),
        "rounds": [vars(one) for one in found.rounds],
        "cost_before": cost_before,
        "cost_after": cost,
        "cost_of_certainty": cost - cost_before,
        "gap": float(plan.attrs["gap"]),
    }
