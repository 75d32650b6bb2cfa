"""What pools and offsets cost, and what is booked beside the chain's emissions."""

from __future__ import annotations

import numpy as np

from scenarios.credits import Floats
from scenarios.rate import Rate
from scenarios.scenario import Integers, Scenario

RETIRED = {
    "offset": "offsets_retired",
    "nature_based_removal": "nature_based_removals_retired",
    "engineered_removal": "engineered_removals_retired",
}


def credit_rates(scenario: Scenario) -> list[Rate]:
    """Return what dearer bands of pools cost on top, and what offsets cost where they can be bought."""
    pools, offsets = scenario.pools, scenario.offsets
    found = [Rate("taken", "pool_premium", pools.premium, _nowhere(pools.premium))]
    if offsets_wanted(scenario):
        found.append(Rate("offset_bought", "offsets", offsets.price, _nowhere(offsets.price)))
    return found


def beside_rates(scenario: Scenario) -> list[Rate]:
    """Return what is booked beside the chain's emissions: spared, displaced and bought."""
    avoided, pools, offsets = scenario.avoided, scenario.pools, scenario.offsets
    found = []
    for activity, uses in avoided.uses.items():
        site = _site_of(activity, scenario)
        for account, per_unit in (("avoided_emissions", avoided.emissions), ("avoided_coal", avoided.coal)):
            total = np.zeros((len(site), len(scenario.periods)))
            np.add.at(total, uses.element, uses.quantity[:, None] * per_unit[uses.row])
            found.append(Rate(activity, account, total, site))
    for account in ("displaced_emissions", "displaced_coal"):
        per_unit = getattr(pools, account)
        found.append(Rate("taken", account, per_unit, _nowhere(per_unit)))
    if offsets_wanted(scenario):
        for kind, account in RETIRED.items():
            mine = np.repeat((offsets.kind == kind).astype(float)[:, None], len(scenario.periods), axis=1)
            found.append(Rate("offset_bought", account, mine, _nowhere(mine)))
    return [rate for rate in found if rate.per_unit.any()]


def offsets_wanted(scenario: Scenario) -> bool:
    """Return whether anything can make the plan buy offsets: a cap that includes them, or a rule on them."""
    if not len(scenario.offsets.label):
        return False
    named = any(entries.decision == "offset_bought" for entries in scenario.custom_rules.part)
    return named or any(cap.includes_offsets for cap in scenario.carbon.all_caps.values())


def _nowhere(values: Floats) -> Integers:
    return np.full(len(values), -1, dtype=np.int64)


def _site_of(activity: str, s: Scenario) -> Integers:
    """Return the site of each element of an activity, -1: none."""
    if activity == "run":
        return s.operations.site
    if activity == "delivered":
        return s.demands.site
    site = np.full(len(s.covers.label), -1, dtype=np.int64)
    mine = s.covers.of("operation")
    site[mine] = s.operations.site[s.covers.element[mine]]
    return site
