"""A plan to start from that decides otherwise than plans before, reached from one of them step by step.

A search that starts from nothing finds no plan for minutes on chains with hundreds of decisions, and
rounding the relaxation mostly breaks a cap or the budget. From a plan, what it leaves out is added, as much
at once as is allowed, and then what it takes is left out, as long as a plan remains.
"""

from __future__ import annotations

import numpy as np

from optimizer.models.variables import decision_window
from optimizer.session import PlanSession
from optimizer.solution import Solution, Status
from optimizer.start import round_decisions
from scenarios.scenario import Floats, Integers

HALF = 0.5  # threshold of rounding: every decision here is whole
SMALLEST = 1 / 16  # of the decisions to change, tried last


def start_apart(session: PlanSession, adopted: Floats, wanted: Floats) -> Solution | None:
    """Return a plan of the session with some decisions of `adopted` changed; None where none was found.

    Parameters
    ----------
    session : that minimises cost, from which linear programs follow each other fast; its bounds are as
        before afterwards.
    adopted : decisions of a plan, (I, T).
    wanted : how much a decision that is taken instead of left counts, (I,).

    Raises
    ------
    KeyboardInterrupt : stopped by the user.
    """
    scenario = session.instance.scenario
    window = decision_window(scenario)
    first = np.eye(len(scenario.periods))[window.argmax(axis=1)]
    taken = adopted.sum(axis=1) > HALF
    each, years = scenario.interventions, scenario.periods.discount_yearly.sum()
    cheap = np.argsort(each.capex + each.programme_cost + each.opex * years, kind="stable")
    add = cheap[(~taken & (wanted > 0) & window.any(axis=1))[cheap]]
    leave = cheap[(taken & (wanted < 0))[cheap]]  # the smallest first: caps can mostly do without
    best, held = None, adopted
    for members, values, share in ((add, first, 1.0), (leave, np.zeros_like(first), 0.5)):
        found, reached = _as_many(session, held, members, values, share)
        if found is not None:
            best, held = found, reached
    return best


def _as_many(
    session: PlanSession, adopted: Floats, members: Integers, values: Floats, share: float
) -> tuple[Solution | None, Floats]:
    """Return the plan in which a share of `members`, halved until there is one, take new values."""
    relaxed, adopt = session.highs(relaxed=True), session.model.adopt
    lower, upper = adopt.lower.copy(), adopt.upper.copy()
    best, reached = None, adopted
    while len(members) and best is None and share >= SMALLEST:
        changed = members[: max(round(share * len(members)), 1)]
        goal = adopted.copy()
        goal[changed] = values[changed]
        decided = round_decisions(goal, HALF, session.instance)  # keeps prerequisites and exclusions
        adopt.lower[:] = adopt.upper[:] = np.clip(decided.ravel(), lower, upper)
        relaxed.push_columns(adopt)
        found = relaxed.run()
        if found.stopped_by_user:
            raise KeyboardInterrupt
        if found.status is Status.OPTIMAL:
            best, reached = found, decided
        share /= 2
    adopt.lower[:], adopt.upper[:] = lower, upper
    relaxed.push_columns(adopt)
    return best, reached
