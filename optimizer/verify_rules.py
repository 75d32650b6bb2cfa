"""Pins and custom rules recomputed from a plan's activities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.linear_rules import LinearRules
from scenarios.scenario import Floats, Scenario

Finding = tuple[str, Floats, Floats]


def planner_rules(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    """Yield each pin and custom rule with how far it is missed and the size of what it bounds."""
    for what, rules in _families(s):
        if len(rules.label):
            yield from _bounded(what, rules, x)


def _families(s: Scenario) -> Iterator[tuple[str, LinearRules]]:
    yield "pin", s.pins
    yield "custom rule", s.custom_rules
    yield "enforced", s.target_rules
    yield "cap on", s.basin_rules


def _bounded(what: str, rules: LinearRules, x: dict[str, Floats]) -> Iterator[Finding]:
    part, whole = rules.sums(x)
    low, high = np.isfinite(rules.lower), np.isfinite(rules.upper)
    missed = np.zeros(len(part))
    missed[low] = np.maximum(rules.lower[low] * whole[low] - part[low], 0.0)
    missed[high] = np.maximum(missed[high], part[high] - rules.upper[high] * whole[high])
    entries = [*rules.part, *rules.whole]
    for r, label in enumerate(rules.label):
        sizes = [np.abs(e.coefficient * x[e.decision][e.element, e.period])[e.row == r] for e in entries]
        yield f"{what} {label}", missed[[r]], np.concatenate([np.array([1.0]), *sizes])
