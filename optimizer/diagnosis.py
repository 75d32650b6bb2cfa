"""Why there is no plan, in the planner's words, and what would make one possible."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from optimizer.changes import applied, in_tonnes
from optimizer.conflict import Conflict, find_conflict
from optimizer.elastic import Elastic
from optimizer.fixes import Fix, amount, make_fix, money
from optimizer.models.instance import Instance
from optimizer.settings import SolverSettings
from scenarios.scenario import Scenario

NEAR = 1.5e-3  # gap that is not worth a word
SHOWN, DATA, NAMED = 8, 4, 3  # policies, kinds of data, and names of one kind that the text gives
BRIEFLY = {
    "standing_capacity": "capacity of lines, with what interventions add to it",
    "onsite_output": "onsite power as far as it is built",
    "option_share": "largest shares of power options",
    "adopt": "interventions that cannot be decided by then",
}
BOOKKEEPING = (
    *("node_balance", "load_met", "effect_follows_adoption", "adopted_once"),
    *("covered", "covered_within_activity", "covered_only_if_active", "covered_when_active"),
    "covered_within_capacity",
    *("present_with_a_module", "present_with_any_module", "chosen_when_decided", "loan_repaid"),
    *("lane_opened", "enough_trips", "arc_open_with_origin", "moved_only_if_serving", "contracted_output"),
    *("arc_open_with_destination", "arc_open_with_hub"),
    *("bought_only_if_used", "used_only_if_bought", "purchase_in_tiers", "tier_reached", "tier_left"),
    *("one_tier", "in_effect", "standing"),
    *("hours_make_year", "charging_makes_year", "storage_level", "paid_beyond", "certificates_cover"),
)


@dataclass(frozen=True)
class Diagnosis:
    """What stands in the way of a plan.

    Attributes
    ----------
    fixes : sets of changes that make a plan possible, the cheapest first.
    conflict : policies that contradict each other, and the data by which they do.
    instance : the problem that has no plan.
    """

    currency: str
    fixes: tuple[Fix, ...]
    conflict: Conflict
    instance: Instance

    @property
    def text(self) -> str:
        """The diagnosis for people."""
        lines = ["no plan meets all rules."]
        if not self.fixes:
            lines[0] += " Even with every policy given up none is found: the data contradict each other"
        for number, fix in enumerate(self.fixes):
            title = f"Alternative {number}" if number else "Cheapest changes that make a plan possible"
            near = f" (the cheapest are worth at most {fix.excess:.1%} less)" if fix.excess > NEAR else ""
            lines.append(f"{title}, worth {money(fix.worth, self.currency)}{near}:")
            lines += [f"  - {line}" for line in fix.lines(self.currency)]
            lines.append(f"  {_plan_words(fix, self.currency)}")
            if fix.overrides:
                lines.append(f"  by settings: {' '.join(fix.overrides)}")
        lines += _conflict_words(self.conflict)
        return "\n".join(lines)

    def as_data(self) -> dict[str, Any]:
        """Return the diagnosis as plain values, the content of ``diagnosis.json``."""
        return {
            "format": 2,
            "currency": self.currency,
            "fixes": [
                {
                    **asdict(fix),
                    "words": fix.lines(self.currency),
                    "plan": _plan_words(fix, self.currency),
                }
                for fix in self.fixes
            ],
            "conflict": asdict(self.conflict),
            "text": self.text,
        }

    def fixed(self, scenario: Scenario, number: int = 0) -> Scenario:
        """Return the scenario with the changes of one fix, for :func:`optimizer.optimize`."""
        labels = [cap.label for cap in self.instance.caps]
        scenario = in_tonnes(scenario, labels, self.instance.limits)
        # The limits are net of margins already.
        scenario = replace(scenario, carbon=replace(scenario.carbon, margins={}))
        return applied(scenario, self.fixes[number].changes)


def diagnose(instance: Instance, settings: SolverSettings) -> Diagnosis:
    """Return what stands in the way of a plan, the cheapest changes that remove it, and alternatives.

    Policy (caps, demand, minimum use, sourcing, green share, pins, budgets, counts, custom rules) may
    be missed at the prices of ``settings.diagnosis``; the sum is minimised, so a miss is no larger
    than it must be. Physics stays.
    """
    elastic = Elastic(instance, settings)
    found = [one for one in elastic.sets(1 + settings.diagnosis.alternatives) if one.names(elastic.softened)]
    fixes = [make_fix(elastic, one, instance) for one in found]
    worst = max((c for fix in fixes[:1] for c in fix.changes), key=lambda c: c.worth, default=None)
    periods = np.arange(len(instance.scenario.periods)) if worst is None else np.array([worst.period])
    conflict = find_conflict(elastic, instance, settings, periods, found)
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


def _conflict_words(conflict: Conflict) -> list[str]:
    if not conflict.parts:
        return ["Conflict: not isolated in the time allowed."]
    policies = [part for part in conflict.parts if part.policy]
    data = [part for part in conflict.parts if not part.policy]
    needed = "without any one of them there is a plan" if conflict.smallest else "not shown to be smallest"
    because = ", because decisions are whole" if conflict.whole else ""
    lines = [f"Conflict: these cannot all hold together{because} ({needed}):"] if policies else []
    asked = [limit for part in policies for limit in part.limits]
    lines += [f"  - {limit}" for limit in asked[:SHOWN]]
    if len(asked) > SHOWN:
        lines.append(f"  - and {len(asked) - SHOWN} more, listed in diagnosis.json")
    told = [part for part in data if part.rule not in BOOKKEEPING][:DATA]
    if told:
        lines.append("  given these data:" if policies else "Conflict: these data cannot all hold together:")
        lines += [f"  - {BRIEFLY.get(part.rule, part.meaning)}: {_some(part.members)}" for part in told]
    rest = sum(len(part.members) for part in data if part not in told)
    if rest:
        lines.append(f"  linked by {rest} balances and other rows, listed in diagnosis.json")
    return lines


def _some(names: tuple[str, ...]) -> str:
    members = list(dict.fromkeys(names))
    if len(members) <= NAMED:
        return ", ".join(members)
    return f"{len(members)}, e.g. {members[0]}"
