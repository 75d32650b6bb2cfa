"""From the plans of all futures to one Dataset: the plan of the scenario, and every future beside it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from optimizer.decided import Decided
from optimizer.extensive import Risk
from optimizer.future_settings import FuturesSettings
from optimizer.hedging import Hedged
from optimizer.solution import relative_gap
from scenarios.errors import VerificationError
from scenarios.futures import Futures
from scenarios.plans import ACTIVITY_DIMS
from scenarios.scenario import Floats, Scenario

Figures = tuple[Floats, Floats]  # cost and proven bound of each future (F,), nan where there is no plan
SAME = 1e-6  # of the largest value, within which decisions made now agree between plans
BY_FUTURE = {  # what every future has of its own, and what it is
    "cost": "paid in the period in each future, undiscounted",
    "cost_npv": "present cost over the horizon in each future",
    "emissions": "emissions by account in each future",
    "cap_limit": "limit of each cap in each future",
    "cap_emissions": "what each cap bounds, in each future",
}


@dataclass(frozen=True)
class FutureResult:
    """What came out of planning for all futures.

    Attributes
    ----------
    alone : of each future as if it were known to come. of_mean : of each future with the decisions that are
        best for the mean of all. Both None where nobody asked.
    costs : of each future with the decisions made now (F,); objective : what they come to; bound : proven.
    """

    alone: Figures | None = None
    of_mean: Figures | None = None
    decided: Decided = field(default_factory=lambda: Decided({}, {}))
    objective: float = math.nan
    bound: float = math.nan
    costs: Floats = field(default_factory=lambda: np.zeros(0))
    seconds: float = 0.0
    hedged: Hedged | None = None


def with_future_figures(
    plan: xr.Dataset,
    scenario: Scenario,
    solved: Sequence[xr.Dataset],
    futures: Futures,
    settings: FuturesSettings,
    result: FutureResult,
    mip_gap: float,
) -> xr.Dataset:
    """Return the plan with every future's own beside it.

    Variables ``future_NAME`` with dimension ``future`` for what is bought, moved, run and so on, for costs,
    emissions and caps; ``decided_now_NAME``, 1 where a decision is made now; ``future_chance``,
    ``future_cost`` and, where asked for, ``future_cost_alone`` and ``future_cost_of_mean_plan``; in
    ``futures_json`` what is proven and what planning for all is worth.

    Raises
    ------
    VerificationError : the plans of two futures differ in what is decided now.
    """
    members = futures.members
    chance = np.array([future.chance for future in members])
    require_agreement(solved, result.decided)
    names = [name for name in ACTIVITY_DIMS if all(name in each for each in solved)]
    data: dict[str, xr.Variable] = {}
    for name in (*names, *BY_FUTURE):
        parts = [each[name] for each in solved]
        if all(part.sizes == parts[0].sizes for part in parts):  # a future may lack lanes that others have
            said = BY_FUTURE.get(name, f"{plan[name].attrs.get('long_name', name)}, in each future")
            attributes = {"units": parts[0].attrs["units"], "long_name": said}
            values = np.stack([part.to_numpy() for part in parts])
            data[f"future_{name}"] = xr.Variable(("future", *parts[0].dims), values, attributes)
    for name, where in result.decided.columns.items():
        if name in ACTIVITY_DIMS:
            now = np.zeros(plan[name].size)
            now[where] = 1.0
            attributes = {"units": "0 or 1", "long_name": "decided before the future is known"}
            data[f"decided_now_{name}"] = xr.Variable(
                plan[name].dims, now.reshape(plan[name].shape), attributes
            )
    money = {
        "future_total": (result.costs, "present cost of each future, with what is decided now"),
        "future_total_alone": (
            None if result.alone is None else result.alone[0],
            "present cost of each future, if it were known to come",
        ),
        "future_total_of_mean": (
            None if result.of_mean is None else result.of_mean[0],
            "present cost of each future, with what is best for the mean of all; nan: it then has no plan",
        ),
    }
    for name, (amounts, said) in money.items():
        if amounts is not None:
            attributes = {"units": scenario.currency, "long_name": said}
            data[name] = xr.Variable(("future",), amounts, attributes)
    data["future_chance"] = xr.Variable(
        ("future",), chance, {"units": "1", "long_name": "chance of the future"}
    )
    coords = {"future": np.array([future.name for future in members], dtype=str)}
    found = summary(futures, settings, result, chance)
    plan = plan.assign_coords(coords).assign(data)
    return plan.assign_attrs(_said_of_the_solve(plan, found, len(members), mip_gap)).assign_attrs(
        futures_json=json.dumps(found, ensure_ascii=False),
        solve_seconds=float(plan.attrs["solve_seconds"]) + result.seconds,
    )


def _said_of_the_solve(
    plan: xr.Dataset, found: Mapping[str, Any], futures: int, mip_gap: float
) -> dict[str, object]:
    """Return status, gap and words of a plan whose decisions are proven over all futures together."""
    gap = found["gap"]
    good = gap is not None and (gap <= mip_gap or plan.attrs["status"] != "optimal")
    shown = "no bound" if gap is None else f"gap {100 * gap:.2f} %"
    return {
        "status": plan.attrs["status"] if good else "feasible",
        "termination": f"decided over {futures} futures to {shown}; {plan.attrs['termination']}",
        "gap": math.nan if gap is None else max(gap, float(plan.attrs["gap"])),
    }


def require_agreement(solved: Sequence[xr.Dataset], decided: Decided) -> None:
    """Raise VerificationError where two futures differ in what is decided now."""
    for name, where in decided.columns.items():
        if name not in ACTIVITY_DIMS:  # which offers may be used is not in a plan: what is bought shows it
            continue
        values = np.array([each[name].to_numpy().ravel()[where] for each in solved])
        apart = np.ptp(values, axis=0).max(initial=0.0)
        if not apart <= SAME * max(1.0, float(np.abs(values).max(initial=0.0))):
            message = (
                f"plans of different futures disagree on {name}, decided before they are known: {apart:.3g}"
            )
            raise VerificationError(message)


def summary(
    futures: Futures, settings: FuturesSettings, result: FutureResult, chance: Floats
) -> dict[str, object]:
    """Return what is proven of the decisions made now, and what they are worth, as plain values.

    ``value_of_planning``: what the decisions that are best for the mean cost more (value of the stochastic
    solution); ``value_of_knowing``: what could be saved by knowing which future comes (expected value of
    perfect information). Each is a range, as far as gaps leave it open; None where it is not known. Source:
    Birge and Louveaux 2011, chapter 4.
    """
    risk = Risk(chance, settings.risk_weight, settings.risk_share)
    gap = relative_gap(result.objective, min(result.bound, result.objective))
    bound = result.bound if math.isfinite(result.bound) else None
    found: dict[str, object] = {
        "method": settings.method.value,
        "decided_now": sorted(result.decided.columns),
        "until": settings.until,
        "risk_weight": settings.risk_weight,
        "risk_share": settings.risk_share,
        "objective": result.objective,
        "bound": bound,
        "gap": gap if math.isfinite(gap) else None,
        "expected_cost": float(chance @ result.costs),
        "tail_cost": risk.tail(result.costs),
        "value_of_planning": None,
        "value_of_knowing": None,
        "mean_plan_fails_in": [],
        "no_mean": futures.no_mean,
    }
    least = min(result.bound, result.objective) if bound is not None else -math.inf
    if result.alone is not None:
        known, proven = (risk.objective(figures) for figures in result.alone)
        found["value_of_knowing"] = _range(result.objective - known, least - known, result.objective - proven)
    if result.of_mean is not None and len(result.of_mean[0]):
        cost, _ = result.of_mean
        fails = np.isnan(cost)
        found["mean_plan_fails_in"] = [
            future.name for future, failed in zip(futures.members, fails, strict=True) if failed
        ]
        if not fails.any():
            without = risk.objective(cost)
            found["value_of_planning"] = _range(
                without - result.objective, without - result.objective, without - least
            )
    if result.hedged is not None:
        found["hedging"] = {
            "iterations": result.hedged.iterations,
            "disagreement": result.hedged.disagreement,
            "agreed": result.hedged.disagreement <= settings.agreement,
            "processes": result.hedged.processes,
        }
    return found


def _range(value: float, low: float, high: float) -> dict[str, float | None]:
    ends = {"value": value, "low": low, "high": high}  # none of them can be below zero: only gaps make it so
    return {name: max(end, 0.0) if math.isfinite(end) else None for name, end in ends.items()}
