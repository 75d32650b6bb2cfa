"""Changes of limits, and a scenario in which they are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.policy import AT_LEAST
from scenarios.scenario import Floats, Scenario
from scenarios.settings import LimitUnit


@dataclass(frozen=True)
class Change:
    """One limit that moves, in one period.

    Attributes
    ----------
    rule, element, period : where the limit stands; period -1: no single one.
    year, when : calendar year and name of the period, None and empty without one.
    old, new : the limit, in `limit_unit`. missed : how far the old one is missed, in `unit`.
    worth : present value of the miss at the settings' price, currency.
    """

    rule: str
    kind: str
    name: str
    side: int
    element: int
    period: int
    year: int | None
    when: str
    old: float
    new: float
    limit_unit: str
    missed: float
    unit: str
    worth: float


def applied(scenario: Scenario, changes: Iterable[Change]) -> Scenario:
    """Return the scenario with the limits of a set of changes, for :func:`optimizer.optimize`.

    Caps are restated in tonnes for every period in which they hold, so that the baseline stays what
    it was.
    """
    for change in changes:
        scenario = _APPLY[change.rule](scenario, change)
    return scenario


def _moved(values: Floats, change: Change) -> Floats:
    moved = np.array(values, dtype=float)
    if moved.ndim == 2:
        moved[change.element, change.period] = change.new
    else:
        worst = max if change.side > 0 else min  # one limit for all periods: the loosest
        kept = moved[change.element]
        moved[change.element] = worst(kept, change.new)
    return moved


def _with(family: Any, field: str, change: Change) -> Any:
    """Return a family of the scenario with one limit of one field moved."""
    return replace(family, **{field: _moved(getattr(family, field), change)})


def _apply_cap(scenario: Scenario, change: Change) -> Scenario:
    """Move a cap that :func:`in_tonnes` has restated."""
    cap = scenario.carbon.all_caps[change.name]
    if scenario.periods.monthly:  # limits are by year: the loosest month sets them all
        limit = {year: max(value, change.new) for year, value in cap.limit.items()}
    else:
        limit = {**cap.limit, int(scenario.periods.start[change.period]): change.new}
    caps = {**scenario.carbon.caps, change.name: replace(cap, limit=limit)}
    return replace(scenario, carbon=replace(scenario.carbon, caps=caps))


def in_tonnes(scenario: Scenario, labels: list[str], limits: Floats) -> Scenario:
    """Return the scenario with its caps restated in tonnes by period; `limits` (C, T), inf: none yet."""
    caps = dict(scenario.carbon.caps)
    for label, row in zip(labels, limits, strict=True):
        held = np.flatnonzero(np.isfinite(row))
        by_year = {int(scenario.periods.start[t]): float(row[t]) for t in held}
        if scenario.periods.monthly and by_year:
            by_year = {min(by_year): float(row[held].max())}
        if by_year:
            cap = scenario.carbon.all_caps[label]
            caps[label] = replace(cap, limit=by_year, unit=LimitUnit.TONNES)
    return replace(scenario, carbon=replace(scenario.carbon, caps=caps))


def _apply_demand(scenario: Scenario, change: Change) -> Scenario:
    return replace(
        scenario, demands=replace(scenario.demands, quantity=_moved(scenario.demands.quantity, change))
    )


def _apply_use(scenario: Scenario, change: Change) -> Scenario:
    lines = scenario.lines
    return replace(scenario, lines=replace(lines, minimum_use=_moved(lines.minimum_use, change)))


def _apply_sourcing(scenario: Scenario, change: Change) -> Scenario:
    rules = scenario.sourcing_rules
    field = ("minimum" if change.side == AT_LEAST else "maximum") + (
        "_count" if change.rule == "supplier_count" else "_share"
    )
    return replace(scenario, sourcing_rules=_with(rules, field, change))


def _apply_change(scenario: Scenario, change: Change) -> Scenario:
    limits = scenario.purchase_limits
    field = "lowest" if change.side == AT_LEAST else "highest"
    return replace(scenario, purchase_limits=_with(limits, field, change))


def _apply_green(scenario: Scenario, change: Change) -> Scenario:
    levers, start = scenario.pathway.levers, scenario.periods.start
    share = scenario.periods.interpolate(levers.minimum_green_share, before_first=0.0)
    share[change.period] = change.new
    by_year = {int(year): float(value) for year, value in zip(start, share, strict=True)}
    levers = replace(levers, minimum_green_share=by_year)
    return replace(scenario, pathway=replace(scenario.pathway, levers=levers))


def _apply_matched(scenario: Scenario, change: Change) -> Scenario:
    share = scenario.electricity.share_by_period(scenario.periods)
    share[change.period] = change.new
    by_year = {int(year): float(value) for year, value in zip(scenario.periods.start, share, strict=True)}
    return replace(scenario, electricity=replace(scenario.electricity, matched_share=by_year))


def _apply_budget(scenario: Scenario, change: Change) -> Scenario:
    return replace(
        scenario, budgets=replace(scenario.budgets, amount=_moved(scenario.budgets.amount, change))
    )


def _apply_ceiling(scenario: Scenario, change: Change) -> Scenario:
    ceilings = scenario.ceilings
    return replace(scenario, ceilings=replace(ceilings, maximum=_moved(ceilings.maximum, change)))


def _apply_disposal(scenario: Scenario, change: Change) -> Scenario:
    disposals = scenario.disposals
    return replace(scenario, disposals=replace(disposals, limit=_moved(disposals.limit, change)))


def _apply_count(scenario: Scenario, change: Change) -> Scenario:
    counts, field = scenario.intervention_counts, "minimum" if change.side == AT_LEAST else "maximum"
    counts = _with(counts, field, change)
    return replace(scenario, intervention_counts=counts)


def _apply_seats(scenario: Scenario, change: Change) -> Scenario:
    seats = _with(scenario.programmes.seats, "most", change)
    return replace(scenario, programmes=replace(scenario.programmes, seats=seats))


def _apply_lane(scenario: Scenario, change: Change) -> Scenario:
    return replace(scenario, lanes=_with(scenario.lanes, "minimum", change))


def _apply_order(scenario: Scenario, change: Change) -> Scenario:
    return replace(scenario, offers=_with(scenario.offers, "minimum_order", change))


def _apply_share_if_used(scenario: Scenario, change: Change) -> Scenario:
    return replace(scenario, sourcing_rules=_with(scenario.sourcing_rules, "share_if_used", change))


def _apply_single_source(scenario: Scenario, change: Change) -> Scenario:
    single = scenario.demands.single_source.copy()
    single[change.element] = False
    return replace(scenario, demands=replace(scenario.demands, single_source=single))


def _apply_hub(scenario: Scenario, change: Change) -> Scenario:
    return replace(scenario, hubs=_with(scenario.hubs, "capacity", change))


def _apply_return(scenario: Scenario, change: Change) -> Scenario:
    return replace(scenario, returns=_with(scenario.returns, "minimum_share", change))


def _apply_rows(family: str) -> Any:
    def apply(scenario: Scenario, change: Change) -> Scenario:
        rules, field = getattr(scenario, family), "lower" if change.side == AT_LEAST else "upper"
        return replace(scenario, **{family: _with(rules, field, change)})

    return apply


def _apply_target(scenario: Scenario, change: Change) -> Scenario:
    """Let a target stand at its new limit in one period; its other periods stay as they are."""
    moved = scenario.targets.moved.copy()
    moved[[f"target {label}" == change.name for label in scenario.targets.label], change.period] = change.new
    return replace(scenario, targets=replace(scenario.targets, moved=moved))


_APPLY = {
    "overrun": _apply_cap,
    "unmet": _apply_demand,
    "minimum_use": _apply_use,
    "least_share": _apply_sourcing,
    "largest_share": _apply_sourcing,
    "supplier_count": _apply_sourcing,
    "change_limited": _apply_change,
    "production_ceiling": _apply_ceiling,
    "disposal_limit": _apply_disposal,
    "green_share": _apply_green,
    "matched_share": _apply_matched,
    "budget_kept": _apply_budget,
    "intervention_count": _apply_count,
    "seats_given": _apply_seats,
    "lane_minimum": _apply_lane,
    "minimum_order": _apply_order,
    "share_if_used": _apply_share_if_used,
    "one_lane_serves": _apply_single_source,
    "hub_capacity": _apply_hub,
    "least_returned": _apply_return,
    "pin_kept": _apply_rows("pins"),
    "custom_rule_kept": _apply_rows("custom_rules"),
    "target_kept": _apply_target,
    "basin_water": _apply_rows("basin_rules"),
}
