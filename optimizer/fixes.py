"""Sets of changes that make a plan possible, in the planner's words and as data."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optimizer.changes import Change
from optimizer.elastic import Elastic, Found
from optimizer.models.instance import Instance
from optimizer.policy import AT_LEAST, Policy
from scenarios.caps import cap_margins
from scenarios.scenario import Scenario
from scenarios.settings import MAIN_CAP, LimitUnit

WHOLE = ("supplier_count", "intervention_count", "seats_given", "one_lane_serves")
TABLE = {
    "demand": "demand: quantity, or give it a shortage_cost",
    "minimum use": "lines: minimum_use",
    "sourcing share": "sourcing_rules: minimum_share or maximum_share",
    "quota": "grades: minimum_share or maximum_share, or pathway.sourcing.quotas=false",
    "supplier count": "sourcing_rules: minimum_count or maximum_count",
    "limit on change": "pathway.change.largest",
    "green share": "pathway.levers.minimum_green_share",
    "matched share": "electricity.matched_share",
    "budget": "budgets: amount",
    "intervention count": "intervention_counts: minimum or maximum",
    "seats of a programme": "programme_stages: most_seats_a_year",
    "ceiling": "ceilings: maximum",
    "disposal limit": "disposal: capacity",
    "lane minimum": "lanes: minimum",
    "minimum order": "offers: minimum_order",
    "share if used": "sourcing_rules: share_if_used",
    "single source": "demand: single_source no",
    "hub capacity": "hubs: capacity",
    "minimum return": "returns: minimum_share",
    "pin": "pins: minimum, maximum or share",
    "custom rule": "scenario.rules: limit",
    "target": "targets: value, or enforce no",
    "water cap": "water_caps: maximum",
}


@dataclass(frozen=True)
class Fix:
    """A set of changes.

    Attributes
    ----------
    worth : what the changes are worth at the settings' prices, present value.
    plan_cost : present value of the cheapest plan found under them; nan if none was found in time.
    gap : how much cheaper a plan could at most be, as a share.
    unserved : units of demand that this plan leaves unserved at their shortage cost, over all years.
    excess : by how much a set of changes, of those not yet listed, could at most be cheaper, a share
        of `worth`.
    overrides : settings that make the changes, where settings can.
    """

    changes: tuple[Change, ...]
    worth: float
    plan_cost: float
    gap: float
    unserved: float
    excess: float
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
        found.excess,
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


def _overrides(changes: list[Change], asked: Instance) -> list[str]:
    """Return command-line settings for what settings can change: caps and the green share."""
    scenario, found = asked.scenario, []
    if scenario.periods.monthly:
        return []
    margins = cap_margins(asked.caps, scenario)
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
            else:
                limit /= 1 - float(margins[c, t])  # what is planned for is below what is stated
            stated_as = f"carbon.cap_{year}" if label == MAIN_CAP else f"carbon.caps.{label}.limit.{year}"
            found.append(f"{stated_as}={rounded_up(limit):.6g}")
    found += [
        f"pathway.levers.minimum_green_share.{change.year}={max(change.new - 1e-6, 0):.6f}"
        for change in changes
        if change.kind == "green share"
    ]
    matched = {change.period: change.new - 1e-6 for change in changes if change.kind == "matched share"}
    if matched:
        share = scenario.electricity.share_by_period(scenario.periods)
        years = zip(scenario.periods.start.tolist(), share.tolist(), strict=True)
        stated_by = [f"{year}: {max(matched.get(t, now), 0):.6f}" for t, (year, now) in enumerate(years)]
        found.append(f"'electricity.matched_share={{{', '.join(stated_by)}}}'")
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
    return in_words(value, change.limit_unit)


def stated(policy: Policy, row: int) -> str:
    """Return what one row of a policy asks for, e.g. ``at most 3,650 kt``."""
    side = "at most" if policy.side > 0 else "at least"
    return f"{side} {in_words(float(policy.limit[row]), policy.limit_unit)}"


def in_words(value: float, unit: str) -> str:
    """Return a limit in its unit, readable."""
    if unit == "share":
        return f"{value:.1%}"
    if unit in ("offers", "interventions", "lanes"):
        return f"{value:.0f} {unit}"
    return amount(value, unit)


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
