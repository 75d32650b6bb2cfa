"""Why there is no plan, in the planner's words, and what would make one possible."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optimizer.conflict import Part, find_conflict
from optimizer.elastic import Elastic
from optimizer.fixes import Fix, amount, applied, in_tonnes, make_fix, money
from optimizer.models.instance import Instance
from optimizer.settings import SolverSettings
from scenarios.scenario import Scenario

SHOWN, PARTS = 5, 10


@dataclass(frozen=True)
class Diagnosis:
    """What stands in the way of a plan.

    Attributes
    ----------
    fixes : sets of changes that make a plan possible, the cheapest first.
    conflict : rules that contradict each other, policy first; None when only whole decisions do.
    instance : the problem that has no plan.
    """

    currency: str
    fixes: tuple[Fix, ...]
    conflict: tuple[Part, ...] | None
    instance: Instance

    @property
    def text(self) -> str:
        """The diagnosis for people."""
        lines = ["no plan meets all rules."]
        if not self.fixes:
            lines[0] += " Even with every policy given up none is found: the data contradict each other"
        for number, fix in enumerate(self.fixes):
            title = f"Alternative {number}" if number else "Cheapest changes that make a plan possible"
            lines.append(f"{title}, worth {money(fix.worth, self.currency)}:")
            lines += [f"  - {line}" for line in fix.lines(self.currency)]
            lines.append(f"  {_plan_words(fix, self.currency)}")
            if fix.overrides:
                lines.append(f"  by settings: {' '.join(fix.overrides)}")
        lines += _conflict_words(self.conflict)
        return "\n".join(lines)

    def as_data(self) -> dict[str, Any]:
        """Return the diagnosis as plain values, the content of ``diagnosis.json``."""
        return {
            "format": 1,
            "currency": self.currency,
            "fixes": [
                {
                    **asdict(fix),
                    "words": fix.lines(self.currency),
                    "plan": _plan_words(fix, self.currency),
                }
                for fix in self.fixes
            ],
            "conflict": None if self.conflict is None else [asdict(part) for part in self.conflict],
            "text": self.text,
        }

    def fixed(self, scenario: Scenario, number: int = 0) -> Scenario:
        """Return the scenario with the changes of one fix, for :func:`optimizer.optimize`."""
        labels = [cap.label for cap in self.instance.caps]
        return applied(in_tonnes(scenario, labels, self.instance.limits), self.fixes[number])


def diagnose(instance: Instance, settings: SolverSettings) -> Diagnosis:
    """Return what stands in the way of a plan, the cheapest changes that remove it, and alternatives.

    Policy (caps, demand, minimum use, sourcing, green share, pins, budgets, counts, custom rules) may
    be missed at the prices of ``settings.diagnosis``; the sum is minimised, so a miss is no larger
    than it must be. Physics stays.
    """
    elastic = Elastic(instance, settings)
    fixes = [
        make_fix(elastic, found, instance)
        for found in elastic.sets(1 + settings.diagnosis.alternatives)
        if found.names(elastic.softened)
    ]
    worst = max((c for fix in fixes[:1] for c in fix.changes), key=lambda c: c.worth, default=None)
    periods = np.arange(len(instance.scenario.periods)) if worst is None else np.array([worst.period])
    seconds = min(elastic.seconds_left, settings.diagnosis.seconds / 4)
    conflict = find_conflict(elastic, instance, settings, seconds, periods)
    return Diagnosis(instance.scenario.currency, tuple(fixes), conflict, instance)


def _plan_words(fix: Fix, currency: str) -> str:
    if not np.isfinite(fix.plan_cost):
        return "the plan under them was not found in the time allowed"
    words = f"the cheapest plan then costs {money(fix.plan_cost, currency)}, present value"
    if fix.gap > 1e-4:
        words += f" (at most {fix.gap:.1%} more than the least)"
    if fix.unserved > 0:
        words += f", and leaves {amount(fix.unserved, 'units')} of demand unserved at its shortage cost"
    return words


def _conflict_words(conflict: tuple[Part, ...] | None) -> list[str]:
    if conflict is None:
        return ["Conflict: only whole decisions contradict each other; without them a plan exists."]
    if not conflict:
        return ["Conflict: not isolated in the time allowed."]
    lines = ["Conflict: these cannot all hold together:"]
    for part in conflict[:PARTS]:
        names = ", ".join(part.members[:SHOWN])
        more = f" and {len(part.members) - SHOWN} more" if len(part.members) > SHOWN else ""
        lines.append(f"  - {part.meaning}: {names}{more}{'' if part.policy else ' (data)'}")
    if len(conflict) > PARTS:
        lines.append(f"  - and {len(conflict) - PARTS} more kinds of rule")
    return lines
