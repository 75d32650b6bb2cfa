"""Primary data: what is added to footprints that nobody verified, and which interventions verify them.

A default mark-up makes a default figure cost more than a measured one, as the CBAM rules do with default
values for goods whose emissions are not shown. Verifying an offer's footprint removes its mark-up, and from
then on the offer is known as well as the data tier ``supplier`` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_integers
from scenarios.periods import SAME_MOMENT, Periods

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import CarbonSettings, Floats, Integers, Offers, Scenario

VERIFIED_TIER = "supplier"


@dataclass(frozen=True)
class Verifications:
    """Offers whose footprint an intervention verifies, entries (M,)."""

    intervention: NDArray[np.int64] = field(default_factory=no_integers)
    offer: NDArray[np.int64] = field(default_factory=no_integers)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.offer)


def with_markups(offers: Offers, frame: pd.DataFrame, carbon: CarbonSettings, periods: Periods) -> Offers:
    """Return the offers with their default mark-ups, (O, T): their own, else that of their data tier."""
    stated = frame.drop_duplicates("offer")["default_markup"].to_numpy(float)
    of_tier = {
        tier: periods.interpolate(by_year, before_first=0.0)
        for tier, by_year in carbon.default_markups.items()
        if by_year
    }
    none = np.zeros(len(periods))
    usual = np.array([of_tier.get(str(tier), none) for tier in offers.data_tier]).reshape(-1, len(periods))
    return replace(offers, markup=np.where(np.isnan(stated)[:, None], usual, stated[:, None]))


def verified_offers(scenario: Scenario, share: Floats) -> Floats:
    """Return the share of each offer's footprints that is verified, (O, T).

    Parameters
    ----------
    share : of each period in which each intervention is at work, or its chance to be, (I, T).
    """
    entries, periods = scenario.verifications, share.shape[-1]
    found = np.zeros((len(scenario.offers.label), periods))
    np.maximum.at(found, entries.offer, share[entries.intervention])
    return np.minimum(found, 1.0)


def at_work(scenario: Scenario, in_effect: Floats) -> Floats:
    """Return the chance that each intervention of a plan is at work, (I, T): 1 but for stages."""
    chance = scenario.programmes.chance_of(len(in_effect))
    return (in_effect > 0.5) * chance[:, None]


def verifying(scenario: Scenario) -> Integers:
    """Return the interventions that verify footprints, (W,)."""
    return np.unique(scenario.verifications.intervention)


def verification_coordinates(scenario: Scenario) -> dict[str, Any]:
    """Return the coordinate of what :func:`worth_of_data` is about; none where nothing verifies."""
    members = verifying(scenario)
    return {"verification": scenario.interventions.label[members].astype(str)} if len(members) else {}


def worth_of_data(
    scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats]
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Return what a plan's Dataset says of primary data, nothing where no intervention verifies any.

    ``verified`` (offer, period) is the chance that a footprint is primary data by then. Of each
    intervention that verifies: its cost, chance, and what mark-up and emissions the planned purchases of
    its offers have, whether the plan adopts it or not: what its data would be about.
    """
    members, entries = verifying(scenario), scenario.verifications
    if not len(members):
        return {}
    row = np.searchsorted(members, entries.intervention)
    chance = scenario.programmes.chance_of(len(scenario.interventions.label))[members]
    stated = activities["purchase"] * scenario.offers.footprint
    shape = (len(members), len(scenario.periods))
    emitted, marked = np.zeros(shape), np.zeros(shape)
    np.add.at(emitted, row, stated[entries.offer])
    np.add.at(marked, row, (stated * scenario.offers.markup)[entries.offer])
    by_period = ("verification", "period")
    return {
        "verified": (
            ("offer", "period"),
            verified_offers(scenario, at_work(scenario, activities["in_effect"])),
        ),
        "verification_cost": (("verification",), _cost_of(scenario, ledger, members)),
        "verification_chance": (("verification",), chance),
        "verification_markup": (by_period, marked * chance[:, None]),
        "verification_emissions": (by_period, emitted),
    }


def _cost_of(scenario: Scenario, ledger: Ledger, members: Integers) -> Floats:
    """Return the present value of each intervention with all that it requires, decided as early as can be.

    As the ledger books what is adopted, works and is indebted for it, (W,).
    """
    s, loans = scenario.interventions, scenario.loans
    start, count = scenario.periods.start, len(members)
    adopt, works = (np.zeros((count, len(s.label), len(start))) for _ in range(2))
    for m, target in enumerate(members.tolist()):
        for i in sorted(_needed_by(target, s.requires)):
            first = int(np.searchsorted(start, s.earliest[i]))
            if first < len(start):
                age = start + SAME_MOMENT - (start[first] + s.lead_years[i])
                adopt[m, i, first] = 1.0
                works[m, i] = (age >= 0) & (age < s.life_years[i])
    indebted = np.einsum("mbd,bdt->mbt", adopt[:, loans.intervention], loans.repaid)
    return ledger.price({"adopt": adopt, "in_effect": works, "indebted": indebted}).cost_npv


def _needed_by(target: int, requires: Sequence[Integers]) -> set[int]:
    """Return an intervention and all that it requires, however indirectly."""
    needed, ahead = {target}, [target]
    while ahead:
        more = set(requires[ahead.pop()].tolist()) - needed
        needed |= more
        ahead += sorted(more)
    return needed
