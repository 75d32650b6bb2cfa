"""From the objective asked for to a sequence of solves: one, or one for each goal in turn."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from optimizer.models.objective import (
    cost_within_budget,
    emissions_within_target,
    least_emissions,
    weighted_cost,
)
from optimizer.objective_settings import BudgetUnit, EmissionMeasure, Goal, ObjectiveKind, ObjectiveSettings
from optimizer.session import PlanSession
from optimizer.solution import Solution, Status
from scenarios.errors import InfeasibleError

Solve = Callable[[Solution | None], Solution]  # given a plan to start from, solve what is active
OWN = ("weighted_cost", "least_emissions", "cost_within_budget", "emissions_within_target")

SLACK = 1e-7  # share of a goal's value by which rounding may miss it


@dataclass(frozen=True)
class Stage:
    """One solve of a sequence: what was minimised, what came out and how far it is proven.

    `limit` : the most the goal may be in the stages that follow; inf in the last one.
    """

    goal: str
    value: float
    bound: float
    gap: float
    limit: float = math.inf


@dataclass(frozen=True)
class Outcome:
    """The last solution of a sequence, what it minimised, and all stages."""

    solution: Solution
    goal: str  # cost, emissions or weighted
    stages: tuple[Stage, ...]


def solve_objective(session: PlanSession, objective: ObjectiveSettings, solve: Solve) -> Outcome:
    """Solve the problem of a session for the objective asked for.

    Parameters
    ----------
    solve : solves the session as it stands and loads the plan; given an earlier solution to start from.

    Returns
    -------
    The outcome; when a stage finds no plan, that stage's solution is the last one.

    Raises
    ------
    InfeasibleError : the budget is below what the cheapest plan costs.
    """
    kind, measure = objective.kind, objective.emissions
    session.drop(*OWN)
    if kind is ObjectiveKind.WEIGHTED:
        session.add("weighted_cost", lambda m, i: weighted_cost(m, i, measure, objective.carbon_weight))
        session.minimise("weighted_cost")
        return _finished("weighted", solve(None), ())
    if kind is ObjectiveKind.LEAST_EMISSIONS:
        return _within_budget(session, objective, solve)
    if kind is ObjectiveKind.LEXICOGRAPHIC:
        return _in_order(session, objective, tuple(objective.order), solve)
    return _finished("cost", solve(None), ())


def _finished(goal: str, solution: Solution, before: tuple[Stage, ...]) -> Outcome:
    stage = Stage(goal, solution.objective, solution.bound, solution.gap)
    return Outcome(solution, goal, (*before, stage))


def _held(outcome: Outcome, limit: float) -> tuple[Stage, ...]:
    """Return the stages of `outcome`, the last with the limit that holds from now on."""
    return (*outcome.stages[:-1], replace(outcome.stages[-1], limit=limit))


def _within_budget(session: PlanSession, objective: ObjectiveSettings, solve: Solve) -> Outcome:
    """Emit as little as the budget allows, then spend as little as that takes."""
    if objective.budget is None:
        return _in_order(session, objective, (Goal.EMISSIONS, Goal.COST), solve)
    cheapest = solve(None)
    first = _finished("cost", cheapest, ())
    if not cheapest.has_values:
        return first
    budget = objective.budget
    if objective.budget_unit is BudgetUnit.SHARE_OVER_LEAST_COST:
        budget = cheapest.objective + abs(cheapest.objective) * objective.budget
    elif budget < cheapest.bound:
        message = (
            f"objective.budget of {budget:,.0f} is less than any plan can cost: {cheapest.bound:,.0f}. "
            "Raise it, or write it as a share with objective.budget_unit=share_over_least_cost"
        )
        raise InfeasibleError(message)
    room = budget + SLACK * abs(budget)
    session.add("cost_within_budget", lambda m, i: cost_within_budget(m, i, room))
    goals = (Goal.EMISSIONS, Goal.COST)
    start = cheapest if cheapest.objective <= room else None
    return _in_order(session, objective, goals, solve, _held(first, room), start)


def _in_order(
    session: PlanSession,
    objective: ObjectiveSettings,
    goals: tuple[Goal, ...],
    solve: Solve,
    before: tuple[Stage, ...] = (),
    start: Solution | None = None,
) -> Outcome:
    """Reach each goal as far as it goes, holding the goals before it within the tolerance."""
    outcome: Outcome | None = None
    measure = objective.emissions
    tolerance = objective.tolerance if objective.kind is ObjectiveKind.LEXICOGRAPHIC else 0.0
    session.add("least_emissions", lambda m, i: least_emissions(m, i, measure))
    for place, goal in enumerate(goals):
        session.minimise("least_emissions" if goal is Goal.EMISSIONS else "least_cost")
        outcome = _finished(goal.value, solve(start), before)
        start = outcome.solution
        if not start.has_values or start.status is Status.INFEASIBLE or place == len(goals) - 1:
            break
        limit = start.objective + (tolerance + SLACK) * abs(start.objective)
        before = _held(outcome, limit)
        _hold(session, goal, limit, measure)
    assert outcome is not None  # noqa: S101 - there is always a goal
    return outcome


def _hold(session: PlanSession, goal: Goal, limit: float, measure: EmissionMeasure) -> None:
    """Let a goal be no more than `limit` from now on."""
    if goal is Goal.COST:
        session.add("cost_within_budget", lambda m, i: cost_within_budget(m, i, limit))
    else:
        session.add("emissions_within_target", lambda m, i: emissions_within_target(m, i, measure, limit))


def described(outcome: Outcome, objective: ObjectiveSettings) -> dict[str, object]:
    """Return the attributes of a plan that say what it minimises and how it was reached."""
    stages = [
        {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in s.items()
        }
        for s in map(asdict, outcome.stages)
    ]
    return {
        "objective_kind": objective.kind.value,
        "objective_goal": outcome.goal,
        "objective_emissions": objective.emissions.value,
        "carbon_weight": objective.carbon_weight,
        "stages_json": json.dumps(stages),
    }
