"""What a plan says of its suppliers: points, score, grade, quota, what to improve, shares against rules."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from scenarios.improvement import improvement_plan
from scenarios.scenario import Floats, Scenario
from scenarios.score_thresholds import VERIFIED
from scenarios.scorecards import Scorecards

AT_WORK = 0.5  # of what is 0 or 1
Data = dict[str, tuple[tuple[str, ...], np.ndarray]]

MEANINGS = {
    "score": ("points", "score of a supplier, 0 to 100, with interventions in effect"),
    "supplier_grade": ("", "grade by the score of the period; the quota follows in the period after"),
    "indicator_points": ("share", "of the points of an indicator that a supplier earns"),
    "quota_minimum": ("share", "least that is bought from a supplier of a product that others offer too"),
    "quota_maximum": ("share", "most that is bought from a supplier of a product that others offer too"),
    "improvement": (
        "0 or 1",
        "indicators to bring to best for the next grade: fewest, then cheapest",
    ),
    "improvement_cost": ("currency", "of these improvements"),
    "improvement_grade": ("", "grade they lead to; empty in the highest"),
    "rule_share": ("share", "of purchases or spend that a sourcing rule is about"),
    "rule_minimum": ("share", "the least that the rule asks; NaN where none"),
    "rule_maximum": ("share", "the most that the rule allows; NaN where none"),
}


def supplier_figures(
    scenario: Scenario, activities: Mapping[str, Floats], spend: Floats
) -> tuple[Data, dict[str, object]]:
    """Return variables and coordinates that a plan has of scorecards and sourcing rules; none without them.

    Parameters
    ----------
    activities : of the plan, arrays (n, T).
    spend : currency on each offer, (O, T), in the same unit of time for all.
    """
    data: Data = {}
    coords: dict[str, object] = {}
    if len(scenario.sourcing_rules.label):
        _rules(scenario, activities, spend, data, coords)
    if len(scenario.scorecards.supplier):
        _scores(scenario, activities["in_effect"], data, coords)
    return data, coords


def _scores(scenario: Scenario, in_effect: Floats, data: Data, coords: dict[str, object]) -> None:
    cards, periods = scenario.scorecards, len(scenario.periods)
    points = cards.points_with(in_effect)
    score = cards.score_of(points)
    by_supplier = ("supplier", "period")
    coords["supplier"] = scenario.sites.label[cards.supplier].astype(str)
    coords["indicator"] = cards.indicator.astype(str)
    coords["indicator_name"] = ("indicator", cards.indicator_name.astype(str))
    coords["indicator_family"] = ("indicator", cards.family.astype(str))
    coords["indicator_weight"] = ("indicator", cards.weight)
    data["score"] = (by_supplier, score)
    data["indicator_points"] = (("supplier", "indicator", "period"), points)
    if not len(cards.grade):
        return
    coords["grade"] = cards.grade.astype(str)
    coords["grade_lowest_score"] = ("grade", cards.lowest_score)
    grade = cards.grade_of(score)
    data["supplier_grade"] = (by_supplier, cards.grade[grade].astype(str))
    governs = grade[:, cards.scored_in]
    if scenario.sourcing_rules.quotas_kept:
        data["quota_minimum"] = (by_supplier, cards.minimum_share[governs])
        data["quota_maximum"] = (by_supplier, cards.maximum_share[governs])
    _improvements(cards, points, data, periods)


def _improvements(cards: Scorecards, points: Floats, data: Data, periods: int) -> None:
    shape = (len(cards.supplier), periods)
    chosen = np.zeros((shape[0], len(cards.indicator), periods))
    cost, following = np.zeros(shape), np.full(shape, "", dtype=object)
    for v in range(shape[0]):
        for t in range(periods):
            if t and np.array_equal(points[v, :, t], points[v, :, t - 1]):
                chosen[v, :, t], cost[v, t] = chosen[v, :, t - 1], cost[v, t - 1]
                following[v, t] = following[v, t - 1]
                continue
            found = improvement_plan(cards, points[v, :, t])
            chosen[v, list(found.indicators), t] = 1.0
            cost[v, t] = found.cost
            following[v, t] = cards.grade[found.grade] if found.grade >= 0 else ""
    data["improvement"] = (("supplier", "indicator", "period"), chosen)
    data["improvement_cost"] = (("supplier", "period"), cost)
    data["improvement_grade"] = (("supplier", "period"), following.astype(str))


def _rules(
    scenario: Scenario,
    activities: Mapping[str, Floats],
    spend: Floats,
    data: Data,
    coords: dict[str, object],
) -> None:
    rules, cards = scenario.sourcing_rules, scenario.scorecards
    shape = rules.minimum_share.shape
    share, held = np.full(shape, np.nan), np.ones(shape, dtype=bool)
    reached = thresholds_reached(scenario, activities["in_effect"])
    for r in range(shape[0]):
        bought = spend if rules.by_spend[r] else activities["purchase"]
        counted = rules.counted[r].copy()
        for j in np.flatnonzero(rules.lift_rule == r).tolist():
            lifted = rules.lift_weight[j] * reached[rules.lift_threshold[j]]
            counted[rules.members[r] == rules.lift_offer[j]] += lifted
        part, whole = (counted * bought[rules.members[r]]).sum(axis=0), bought[rules.among[r]].sum(axis=0)
        share[r] = np.divide(part, whole, out=np.full(shape[1], np.nan), where=whole > 0)
        if rules.held_from[r] >= 0:
            held[r] &= reached[rules.held_from[r]][cards.scored_in]
        if rules.held_until[r] >= 0:
            held[r] &= ~reached[rules.held_until[r]][cards.scored_in]
    dims = ("sourcing_rule", "period")
    coords["sourcing_rule"] = rules.label.astype(str)
    coords["rule_measure"] = ("sourcing_rule", np.where(rules.by_spend, "spend", "quantity"))
    coords["rule_kind"] = ("sourcing_rule", rules.kind.astype(str))
    coords["rule_kept"] = ("sourcing_rule", rules.kept)
    data["rule_share"] = (dims, share)
    data["rule_minimum"] = (dims, np.where(held, rules.minimum_share, np.nan))
    data["rule_maximum"] = (dims, np.where(held, rules.maximum_share, np.nan))


def thresholds_reached(scenario: Scenario, in_effect: Floats) -> np.ndarray:
    """Return whether each threshold is reached with the interventions in effect, (K, T)."""
    cards, asked = scenario.scorecards, scenario.scorecards.thresholds
    if not len(asked.supplier):
        return np.zeros((0, len(scenario.periods)), dtype=bool)
    points = cards.points_with(in_effect)
    return np.array(
        [
            in_effect[v] > AT_WORK
            if n == VERIFIED
            else cards.reaches(int(v), int(n), float(threshold), points[v])
            for v, n, threshold in zip(asked.supplier, asked.indicator, asked.threshold, strict=True)
        ]
    )


def described(plan: xr.Dataset, currency: str) -> xr.Dataset:
    """Return the plan with units and meanings of what :func:`supplier_figures` gave."""
    for name, (units, meaning) in MEANINGS.items():
        if name in plan:
            plan[name].attrs = {"units": units.replace("currency", currency), "long_name": meaning}
    return plan
