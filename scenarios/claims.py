"""Which claims to green power would count by the same hour: the proposed third reading of scope 2.

Today a claim counts over the year (GHG Protocol Scope 2 Guidance, 2015). The draft revision asks that power
is generated in the hour of its use and deliverable where it is used; what no such claim covers takes the
factor of unclaimed power. The draft is not final: shares of certificates that meet it and factors of
unclaimed power are data of the user, and blank means that nothing shows that a certificate counts.

Under annual matching what would count is worked out from the plan on typical days: own plants first, then
contracts, then imports, each up to what is left of the hour's load. Under hourly matching the plan itself is
by the hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats
from scenarios.power import Hours, output_of_megawatts
from scenarios.settings import Scope2

if TYPE_CHECKING:
    from scenarios.scenario import Scenario
    from scenarios.settings import CarbonSettings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

IN_ORDER = ("onsite", "ppa", "import")  # what meets an hour's load, before the grid
ACCOUNT = f"scope2_{Scope2.SAME_HOUR.value}"


def _no_flags() -> Flags:
    return np.zeros(0, dtype=bool)


@dataclass(frozen=True)
class Claims:
    """What is known of each supply's claim, (U,); empty where nothing is.

    Attributes
    ----------
    claims : whether a supply claims to be green.
    share : part of its claim that is generated in the hour of use; nan: as its profile meets the load.
    deliverable : whether it is generated where it is used, or shown to be delivered there.
    unclaimed : tCO2e per MWh of power without a claim, (U, T).
    hours : typical hours on which output meets load; empty where no option has a profile.
    """

    claims: Flags = field(default_factory=_no_flags)
    share: Floats = field(default_factory=no_floats)
    deliverable: Flags = field(default_factory=_no_flags)
    unclaimed: Floats = field(default_factory=no_floats)
    hours: Hours = field(default_factory=Hours)

    def __len__(self) -> int:
        """Return how many supplies the reading is known for: all, or none."""
        return len(self.claims)


@dataclass(frozen=True)
class MetByHour:
    """How the load is met by the hour.

    Attributes
    ----------
    claimed : MWh a year of each supply's power whose claim counts, (U, T).
    load, matched : MWh a year of own sites in each typical hour, and what of it such claims meet, (H, T).
    """

    claimed: Floats
    load: Floats
    matched: Floats


def decides_by_hour(carbon: CarbonSettings) -> bool:
    """Return whether a cap or a price reads scope 2 by the same hour."""
    named = [*carbon.priced_accounts, *(name for cap in carbon.all_caps.values() for name in cap.accounts)]
    return carbon.scope2 is Scope2.SAME_HOUR or ACCOUNT in named


def linear_share(scenario: Scenario) -> Floats:
    """Return the part of each supply's power whose claim counts where that is a figure of its own, (U,).

    Under hourly matching what profiles, storage and imports give is of the same hour as the load; by the year
    only what imports without a profile give.
    """
    claims, kind = scenario.claims, scenario.supplies.kind
    if not len(claims):
        return np.zeros(len(kind))
    hourly = (*IN_ORDER, "storage") if scenario.electricity.hourly else ("import",)
    by_itself = np.isin(kind.astype(str), hourly)
    share = np.where(np.isnan(claims.share), by_itself, claims.share)
    return np.asarray(share * claims.deliverable * claims.claims, dtype=float)


def put_out(scenario: Scenario, activities: Mapping[str, Floats]) -> Floats:
    """Return MWh a year put out by contracts and own plants, used or not, (U, T).

    A plant that a microgrid shares is left what its other sites do not take, which they follow hour by hour.
    """
    supplies, power = scenario.supplies, activities["power"]
    output = output_of_megawatts(scenario, activities["contracted"], activities["in_effect"])
    passed_on = np.flatnonzero(supplies.source != np.arange(len(supplies.source)))
    np.subtract.at(output, supplies.source[passed_on], power[passed_on])
    output[passed_on] = power[passed_on]
    return np.maximum(output, 0.0)


def claim_activities(
    scenario: Scenario, activities: Mapping[str, Floats], available: Floats | None = None
) -> dict[str, Floats]:
    """Return ``claimed``, MWh a year of each supply's power whose claim counts, (U, T); empty where unknown.

    Parameters
    ----------
    available : what was put out over what was planned, (U, T); none: all of it.
    """
    claims, power = scenario.claims, activities["power"]
    if not len(claims):
        return {}
    if scenario.electricity.hourly or not len(claims.hours):
        return {"claimed": power * linear_share(scenario)[:, None]}
    output = put_out(scenario, activities)
    return {
        "claimed": met_by_hour(scenario, power, output if available is None else output * available).claimed
    }


def met_by_hour(scenario: Scenario, power: Floats, output: Floats) -> MetByHour:
    """Return what of `power` would count by the hour under annual matching.

    Parameters
    ----------
    power : MWh a year used of each supply, (U, T).
    output : MWh a year put out by contracts and own plants, used or not, (U, T).
    """
    supplies, claims = scenario.supplies, scenario.claims
    fraction = claims.hours.weight / claims.hours.weight.sum()
    claimed = np.zeros_like(power)
    load = np.zeros((len(fraction), power.shape[1]))
    matched = np.zeros_like(load)
    for site in np.unique(supplies.site):
        members = np.flatnonzero(supplies.site == site)
        of_site = power[members].sum(axis=0)[:, None] * (claims.hours.load[site] * fraction)  # (T, H)
        left = of_site.copy()
        for u in _in_order(supplies.kind[members], members):
            if not (claims.deliverable[u] and power[u].any()):
                continue
            given = _by_hour(scenario, u, power[u], output[u], fraction)
            if given is None:
                continue
            used = np.minimum(given, left)
            whole = used.sum(axis=1)
            # Never more than the plan itself claims: what it leaves unused is no claim.
            part = np.divide(np.minimum(whole, power[u]), whole, out=np.zeros_like(whole), where=whole > 0)
            claimed[u] = whole * part
            left -= used * part[:, None]
        if scenario.sites.owner[site] == "own":
            load += of_site.T
            matched += (of_site - left).T
    return MetByHour(claimed, load, matched)


def _in_order(kind: NDArray[np.object_], members: Integers) -> list[int]:
    """Return the supplies of a site that claim to be green, in the order in which they meet its load."""
    others = [k for k in dict.fromkeys(kind) if k not in (*IN_ORDER, "grid")]
    return [int(u) for name in (*IN_ORDER, *others) for u in members[kind == name]]


def _by_hour(scenario: Scenario, u: int, power: Floats, output: Floats, fraction: Floats) -> Floats | None:
    """Return MWh a year that supply `u` could give to each typical hour, (T, H); none: nothing is shown."""
    supplies, claims = scenario.supplies, scenario.claims
    share = claims.share[u]
    if np.isnan(share) and supplies.profile[u]:
        amount = output if supplies.kind[u] in ("ppa", "onsite") else power
        return amount[:, None] * (claims.hours.output[u] * fraction)
    if np.isnan(share):
        share = 1.0 if supplies.kind[u] == "import" else 0.0
    if share == 0.0:
        return None
    return power[:, None] * (share * claims.hours.load[supplies.site[u]] * fraction)


def stranded(scenario: Scenario, power: Floats, claimed: Floats) -> Floats:
    """Return MWh a year of claims that would not count, (U, T)."""
    return np.maximum(power - claimed, 0.0) * scenario.claims.claims[:, None]
