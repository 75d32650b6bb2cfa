"""Sets of changes that make a plan possible: in the planner's words, as data, and applied to a scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.elastic import Elastic, Found
from optimizer.models.instance import Instance
from optimizer.policy import AT_LEAST, Policy
from scenarios.scenario import Floats, Scenario
from scenarios.settings import MAIN_CAP, LimitUnit

WHOLE = ("supplier_count", "intervention_count")
TABLE = {
    "demand": "demand: quantity, or give it a shortage_cost",
    "minimum use": "lines: minimum_use",
    "sourcing share": "sourcing_rules: minimum_share or maximum_share",
    "supplier count": "sourcing_rules: minimum_count or maximum_count",
    "limit on change": "pathway.change.largest",
    "green share": "pathway.levers.minimum_green_share",
    "budget": "budgets: amount",
    "intervention count": "intervention_counts: minimum or maximum",
    "ceiling": "ceilings: maximum",
    "disposal limit": "disposal: capacity",
    "pin": "pins",
    "custom rule": "scenario.rules: limit",
}


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


@dataclass(frozen=True)
class Fix:
    """A set of changes.

    Attributes
    ----------
    worth : what the changes are worth at the settings' prices, present value.
    plan_cost : present value of the cheapest plan found under them; nan if none was found in time.
    gap : how much cheaper a plan could at most be, as a share.
    unserved : units of demand that this plan leaves unserved at their shortage cost, over all years.
    proven : whether no set of changes is cheaper (of those not yet listed).
    overrides : settings that make the changes, where settings can.
    """

    changes: tuple[Change, ...]
    worth: float
    plan_cost: float
    gap: float
    unserved: float
    proven: bool
    overrides: tuple[str, ...]

    def lines(self, currency: str) -> list[str]:
        """Return the changes in words, one line for each rule."""
        groups: dict[tuple[str, str], list[Change]] = {}
        for change in self.changes:
            groups.setdefault((change.kind, change.name), []).append(change)
        kinds = [kind for kind, _ in groups]
        lines = []
        for (kind, name), mine in groups.items():
            if kinds.count(kind) <= SHOWN:
                lines.append(_line(kind, name, mine, currency))
        for kind in dict.fromkeys(k for k in kinds if kinds.count(k) > SHOWN):
            mine = [c for c in self.changes if c.kind == kind]
            worst = sorted({c.name for c in mine}, key=lambda n: -sum(c.worth for c in mine if c.name == n))
            lines.append(
                f"{kind} of {len(worst)}: {', '.join(worst[:SHOWN])} and others, together missed by "
                f"{amount(sum(c.missed for c in mine), mine[0].unit)}, "
                f"worth {money(sum(c.worth for c in mine), currency)}"
            )
        return lines


SHOWN = 4


def make_fix(elastic: Elastic, found: Found, asked: Instance) -> Fix:
    """Return a set of changes as a fix, with the cost of the cheapest plan under it."""
    scenario = asked.scenario
    changes = [
        _change(s.policy, k, float(missed), float(new), scenario)
        for s, amounts, limits in zip(elastic.softened, found.amounts, found.new_limits, strict=True)
        for k, (missed, new) in enumerate(zip(amounts, limits, strict=True))
        if missed > 0
    ]
    plan = elastic.cheapest_plan(found)
    unserved = 0.0
    if plan.has_values:
        unmet = plan.value(elastic.model.unmet).reshape(scenario.demands.quantity.shape)
        unserved = float((unmet * scenario.periods.years)[np.isfinite(scenario.demands.shortage_cost)].sum())
    return Fix(
        tuple(changes),
        found.price,
        float(plan.objective),
        float(plan.gap),
        unserved,
        found.proven,
        tuple(_overrides(changes, asked)),
    )


def _change(policy: Policy, k: int, missed: float, new: float, scenario: Scenario) -> Change:
    period = int(policy.period[k])
    if policy.rule in WHOLE:
        new = math.ceil(new - 1e-2) if policy.side > 0 else math.floor(new + 1e-2)
    if policy.side == AT_LEAST and policy.limit[k] >= 0:
        new = max(new, 0.0)
    return Change(
        rule=policy.rule,
        kind=policy.kind,
        name=str(policy.name[k]),
        side=policy.side,
        element=int(policy.element[k]),
        period=period,
        year=None if period < 0 else int(scenario.periods.start[period]),
        when="" if period < 0 else scenario.periods.label[period],
        old=float(policy.limit[k]),
        new=float(new),
        limit_unit=policy.limit_unit,
        missed=missed,
        unit=policy.unit,
        worth=float(policy.price[k]) * missed,
    )


def applied(scenario: Scenario, fix: Fix) -> Scenario:
    """Return the scenario with the limits of a fix, for :func:`optimizer.optimize`.

    Caps are restated in tonnes for every period in which they hold, so that the baseline stays what
    it was.
    """
    for change in fix.changes:
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


def _apply_rows(family: str) -> Any:
    def apply(scenario: Scenario, change: Change) -> Scenario:
        rules, field = getattr(scenario, family), "lower" if change.side == AT_LEAST else "upper"
        return replace(scenario, **{family: _with(rules, field, change)})

    return apply


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
    "budget_kept": _apply_budget,
    "intervention_count": _apply_count,
    "pin_kept": _apply_rows("pins"),
    "custom_rule_kept": _apply_rows("custom_rules"),
}


def _overrides(changes: list[Change], asked: Instance) -> list[str]:
    """Return command-line settings for what settings can change: caps and the green share."""
    scenario, found = asked.scenario, []
    if scenario.periods.monthly:
        return []
    for c, label in enumerate(cap.label for cap in asked.caps):
        new = {
            change.period: change.new for change in changes if change.kind == "cap" and change.name == label
        }
        if not new:
            continue
        stated = scenario.carbon.all_caps[label]
        share = scenario.periods.interpolate(stated.limit, before_first=np.inf)
        for t in np.flatnonzero(np.isfinite(asked.limits[c])).tolist():
            year, limit = int(scenario.periods.start[t]), new.get(t, float(asked.limits[c, t]))
            if stated.unit is LimitUnit.SHARE_OF_BASELINE:
                if share[t] <= 0:
                    break
                limit *= float(share[t]) / float(asked.limits[c, t])
            stated_as = f"carbon.cap_{year}" if label == MAIN_CAP else f"carbon.caps.{label}.limit.{year}"
            found.append(f"{stated_as}={rounded_up(limit):.6g}")
    found += [
        f"pathway.levers.minimum_green_share.{change.year}={max(change.new - 1e-6, 0):.6f}"
        for change in changes
        if change.kind == "green share"
    ]
    return found


def rounded_up(value: float, digits: int = 5) -> float:
    """Return `value` rounded up to so many digits."""
    if value <= 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(value)) + 1 - digits)
    return math.ceil(value / step - 1e-9) * step


def _line(kind: str, name: str, mine: list[Change], currency: str) -> str:
    """Return one rule's changes in words."""
    few = mine if len(mine) <= SHOWN else [mine[0], max(mine, key=lambda c: c.missed), mine[-1]]
    few = list({c.when: c for c in few}.values())
    parts = []
    for c in few:
        when = f"{c.when} " if c.when else ""
        parts.append(f"{when}is missed by {amount(c.missed, c.unit)}: {limit(c, c.old)} -> {limit(c, c.new)}")
    more = f" ({len(mine)} periods in all)" if len(few) < len(mine) else ""
    where = "" if kind == "cap" else f" [{TABLE[kind]}]"
    worth = money(sum(c.worth for c in mine), currency)
    of = " of" if few[0].when else ""
    return f"{kind} {name!r}{of} {'; '.join(parts)}{more}, worth {worth}{where}"


def limit(change: Change, value: float) -> str:
    """Return a limit as the planner writes it."""
    if change.limit_unit == "share":
        return f"{value:.1%}"
    if change.limit_unit in ("offers", "interventions"):
        return f"{value:.0f}"
    return amount(value, change.limit_unit)


def amount(value: float, unit: str) -> str:
    """Return a quantity in readable size, e.g. 41 kt for tonnes of CO2e."""
    head, _, rest = unit.partition("/")
    if head == "tCO2e" and rest in ("", "year"):
        return f"{value / 1e3:,.1f} kt" if value < 1e7 else f"{value / 1e6:,.1f} Mt"
    return f"{value:,.4g} {unit}" if abs(value) < 1000 else f"{value:,.0f} {unit}"


def money(value: float, currency: str) -> str:
    """Return an amount of money in readable size."""
    for size, word in ((1e9, "billion "), (1e6, "million ")):
        if abs(value) >= size:
            return f"{value / size:,.4g} {word}{currency}"
    return f"{value:,.0f} {currency}"
