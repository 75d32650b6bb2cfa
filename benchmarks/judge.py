"""How a found value compares with a published one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

FAULTS = ("DIFFERENT", "BETTER THAN PROVEN", "failed")


@dataclass(frozen=True)
class Answer:
    """What the optimiser said of one instance, in the instance's own figure.

    Attributes
    ----------
    status : optimal, feasible, infeasible, no plan, relaxed (a condition the tables cannot say is not met),
        failed or not covered.
    sign : 1 for a cost, -1 for a profit.
    """

    status: str
    value: float = math.nan
    bound: float = math.nan
    gap: float = math.nan
    reason: str = ""
    sign: float = 1.0


@dataclass(frozen=True)
class Verdict:
    """The comparison in one word, and (found - published) / published."""

    word: str
    relative_error: float = math.nan


def judged(answer: Answer, case: dict[str, Any], earlier: dict[str, Any]) -> Verdict:
    """Return how an answer compares with the published value, or with our earlier solve without one.

    match : solved to optimality and equal within the instance's tolerance, or infeasible as expected.
    bracketed : stopped, the value looked for lies between bound and value.
    bounded : stopped before any plan, the value looked for lies on the right side of the bound.
    better : below a best-known value that nobody proved.
    computed : solved; there is nothing to compare with.
    open : stopped before any plan or bound, or never solved by anyone; what is known does not contradict.
    """
    if answer.status in ("not covered", "failed", "relaxed"):
        return Verdict(answer.status)
    if answer.status == "infeasible":
        return Verdict("match" if earlier.get("verdict") == "infeasible" else "DIFFERENT")
    proven = case["kind"] == "optimal"
    target = case["published"]
    if target is None and earlier.get("verdict") in ("computed", "match"):
        target, proven = earlier.get("objective"), True
    if target is None:
        return Verdict(_unpublished(answer, earlier, float(case["tol"])))
    return _compared(answer, float(target), float(case["tol"]), proven)


def _unpublished(answer: Answer, earlier: dict[str, Any], tolerance: float) -> str:
    """Return the word for an instance of which at most a bracket of ours is known."""
    if earlier.get("verdict") == "infeasible":
        return "DIFFERENT"
    best, bound = (earlier.get(key) for key in ("objective", "bound"))
    above = bound is not None and answer.sign * (answer.value - bound) < -tolerance
    below = best is not None and answer.sign * (answer.bound - best) > tolerance
    if above or below:
        return "DIFFERENT"
    return "computed" if answer.status == "optimal" else "open"


def _compared(answer: Answer, target: float, tolerance: float, proven: bool) -> Verdict:
    slack = tolerance + 1e-6 * abs(target)
    reaches = math.isnan(answer.bound) or answer.sign * (answer.bound - target) <= slack
    if answer.status == "no plan":
        return Verdict("DIFFERENT" if not reaches else "bounded" if math.isfinite(answer.bound) else "open")
    beyond = answer.sign * (answer.value - target)  # above zero: worse than the value looked for
    error = (answer.value - target) / abs(target) if target else answer.value
    if answer.status == "optimal" and abs(beyond) <= tolerance:
        return Verdict("match", error)
    if beyond < -tolerance:
        return Verdict("BETTER THAN PROVEN" if proven else "better", error)
    if answer.status != "optimal" and reaches:
        return Verdict("bracketed", error)
    return Verdict("DIFFERENT", error)
