"""Enforced targets as rows over decisions, for the model and for its second opinion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.linear_rules import LinearRules, Row, gathered
from scenarios.status_rows import status_rows
from scenarios.target_measures import Terms
from scenarios.targets import ProgrammeTargets, baselines, target_limits, target_terms, target_values
from scenarios.water_caps import entries_in

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]


def with_target_rules(
    scenario: Scenario, ledger: Ledger, of_today: Mapping[str, Floats] | None
) -> tuple[Scenario, Floats]:
    """Return the scenario with rows for its enforced targets, and the limits (K, T) of all of them.

    `of_today` : activities of today's chain, and ``delivered``; needed where a target has no baseline of its
    own. Raises KeyError when they are needed and not given.
    """
    targets, periods = scenario.targets, scenario.periods
    if not len(targets.label):
        return scenario, np.zeros((0, len(periods)))
    terms = target_terms(scenario, ledger)
    today = None if of_today is None else target_values(terms, of_today, len(periods))
    of = baselines(targets, today, periods) if targets.judged else targets.baseline
    limits = target_limits(targets, of, periods)
    rows = [
        row
        for k in np.flatnonzero(targets.enforce).tolist()
        if targets.judged
        for row in _rows(targets, k, terms[k], limits[k], periods.start)
    ]
    return replace(scenario, target_rules=gathered(rows) if rows else LinearRules()), limits


def _rows(
    targets: ProgrammeTargets, k: int, terms: Terms, limits: Floats, start: NDArray[np.int64] | Floats
) -> Sequence[Row]:
    """Return the rows of one target: by period its sum against the limit, or against the period before."""
    label, unit = f"target {targets.label[k]}", targets.unit[k]
    found = []
    if terms.count is not None:
        held = np.flatnonzero(limits == targets.value[k]).tolist()  # a fix of an impossible plan moves it
        return [row for t in held for row in status_rows(label, *terms.count, t)]
    if targets.kind[k] == "no_rise":
        peak = targets.year[k]
        for t in range(1, len(start)):
            if np.isnan(peak) or start[t] > peak:
                allowed = float(np.nan_to_num(targets.moved[k, t], nan=0.0))
                part = (*entries_in(terms.part, t), *entries_in(terms.part, t - 1, -1.0))
                found.append(Row(label, t, -np.inf, allowed, unit, part))
        return found
    least = targets.kind[k] == "at_least"
    for t in np.flatnonzero(np.isfinite(limits)).tolist():
        low, high = (float(limits[t]), np.inf) if least else (-np.inf, float(limits[t]))
        summed = entries_in(terms.part, t)
        whole = () if terms.whole is None else entries_in(terms.whole, t)
        found.append(Row(label, t, low, high, unit, summed, whole, is_share=terms.whole is not None))
    return found
