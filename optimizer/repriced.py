"""One solve of many by a session: its plan priced by the ledger and checked, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from optimizer.results import make_plan, read_activities
from optimizer.session import PlanSession
from optimizer.solution import Solution, Status
from optimizer.verify import verify
from scenarios.caps import main_accounts
from scenarios.scenario import Floats


@dataclass(frozen=True)
class Repriced:
    """What a solve came to.

    Attributes
    ----------
    cost : present value of all that is booked. low : that no plan can cost less than, by the solve's bound.
    emitted : tCO2e a year over the accounts of the pathway's total, (T,).
    plan : the plan Dataset; None without a plan.
    impossible : proven that no plan meets the rules; False where none was found in time.
    """

    cost: float = np.nan
    low: float = np.nan
    emitted: Floats = field(default_factory=lambda: np.zeros(0))
    plan: xr.Dataset | None = None
    solution: Solution | None = None
    impossible: bool = False

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.plan is not None


def repriced(session: PlanSession, solution: Solution, limits: Floats | None = None) -> Repriced:
    """Return what a solution of a session costs and emits.

    Parameters
    ----------
    limits : of the caps before their margins, (C, T); None: they do not hold.

    Raises
    ------
    KeyboardInterrupt : stopped by the user.
    VerificationError : the plan breaks the scenario's rules when recomputed.
    """
    if solution.stopped_by_user:
        raise KeyboardInterrupt
    if not solution.has_values:
        return Repriced(solution=solution, impossible=solution.status is Status.INFEASIBLE)
    instance = session.instance
    scenario, ledger = instance.scenario, instance.ledger
    activities = read_activities(session.solved, scenario)
    if limits is None:
        limits = np.full((len(instance.caps), len(scenario.periods)), np.inf)
    plan = make_plan(scenario, ledger, instance.caps, limits, activities)
    verify(scenario, plan, ledger)
    cost = float(plan["cost_npv"].sum())
    counted = plan["emissions"].sel(emission_account=list(main_accounts(scenario)))
    emitted = counted.sum("emission_account").to_numpy()
    gap = max(solution.objective - solution.bound, 0.0) if np.isfinite(solution.bound) else 0.0
    return Repriced(cost, cost - gap, emitted, plan, solution)
