"""Electricity: supplies of sites, typical hours, storage, certificates, areas, microgrids.

Whatever a scenario has no table or column for is empty here, and no rule of the model stands on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.electricity_settings import ElectricitySettings
from scenarios.empty_arrays import no_floats, no_integers, no_labels

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]

HOURS_PER_YEAR = 8760.0
HOURS_PER_DAY = 24
BY_THE_HOUR = ("ppa", "onsite", "import", "storage")  # kinds matched by the hour
GREEN = ("certificate", "ppa", "onsite", "import", "storage")  # all but plain grid power
BEHIND_THE_METER = ("onsite", "storage")  # MW at the site, built or leased


def _no_table() -> Floats:
    return np.zeros((0, 0))


@dataclass(frozen=True)
class Supplies:
    """Ways to get electricity at a site, (U,) and (U, T)."""

    label: Labels
    site: Integers
    option: Labels
    option_name: Labels
    kind: Labels
    allowed: Flags
    price: Floats
    maximum_share: Floats
    capacity_factor: Floats
    term_years: Integers
    location_factor: Floats
    market_factor: Floats
    source: Integers  # (U,), supply whose MW it draws on: itself, but for what a microgrid passes on
    contractable: Flags  # (U,), MW can be contracted or leased
    capacity_price: Floats  # currency per MW and year
    take_or_pay: Floats  # (U,), share of a contract's output paid whether used or not
    profile: Labels  # "": none

    @property
    def own_plant(self) -> Flags:
        """Which supplies draw on MW of their own, not on those of another site of the microgrid, (U,)."""
        own: Flags = self.source == np.arange(len(self.source))
        return own

    @property
    def flexible(self) -> Integers:
        """Positions of contracts of which not all is paid whether used or not."""
        return np.flatnonzero((self.kind == "ppa") & (self.take_or_pay < 1))

    @property
    def output_per_mw(self) -> Floats:
        """MWh a year from one MW, (U, T)."""
        return self.capacity_factor * HOURS_PER_YEAR


@dataclass(frozen=True)
class Hours:
    """Typical hours of a year; empty where matching is by the year.

    Attributes
    ----------
    day_number : typical days by their number in the year, from 1, (D,). day_weight : days a year, (D,).
    member : typical day that stands for each day of the year, (365,).
    output : output over its mean of the year, (U, H), H = 24 D; ones for storage,
        zeros where not by the hour.
    load : load over its mean of the year, (S, H).
    most : output over capacity of an import, (U, H); ones for the others.
    """

    day_number: Integers = field(default_factory=no_integers)
    day_weight: Integers = field(default_factory=no_integers)
    member: Integers = field(default_factory=no_integers)
    output: Floats = field(default_factory=_no_table)
    load: Floats = field(default_factory=_no_table)
    most: Floats = field(default_factory=_no_table)

    def __len__(self) -> int:
        """Return how many typical hours there are."""
        return len(self.day_number) * HOURS_PER_DAY

    @property
    def weight(self) -> Floats:
        """Hours a year that each typical hour stands for, (H,), summing to 8760."""
        return np.repeat(self.day_weight, HOURS_PER_DAY).astype(float)

    @property
    def before(self) -> Integers:
        """The hour before each typical hour in its own day, the last before the first, (H,)."""
        hour = np.arange(len(self))
        first = hour % HOURS_PER_DAY == 0
        return np.where(first, hour + HOURS_PER_DAY - 1, hour - 1)


@dataclass(frozen=True)
class Storages:
    """Storage at sites, one per supply of that kind, (B,); empty where matching is by the year.

    Attributes
    ----------
    supply : its supply. hours : MWh that a MW holds. efficiency : of what is charged, what comes back.
    charging_supply, charging_storage : pairs of a source of green power and a storage at its site, (C,).
    """

    supply: Integers = field(default_factory=no_integers)
    hours: Floats = field(default_factory=no_floats)
    efficiency: Floats = field(default_factory=no_floats)
    charging_supply: Integers = field(default_factory=no_integers)
    charging_storage: Integers = field(default_factory=no_integers)
    charging_label: Labels = field(default_factory=no_labels)


@dataclass(frozen=True)
class Certificates:
    """Certificates bought apart from power, by option, (C,) and (C, T), and by lot: option and vintage, (Q,).

    Attributes
    ----------
    price : currency per MWh. limit : MWh a year that can be bought, inf: no limit.
    of_supply : option of each supply, -1: none, (U,).
    lot_option, lot_vintage : option and period of each lot. valid : whether it may be retired then, (Q, T).
    """

    label: Labels = field(default_factory=no_labels)
    price: Floats = field(default_factory=_no_table)
    limit: Floats = field(default_factory=_no_table)
    of_supply: Integers = field(default_factory=no_integers)
    lot_label: Labels = field(default_factory=no_labels)
    lot_option: Integers = field(default_factory=no_integers)
    lot_vintage: Integers = field(default_factory=no_integers)
    valid: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))


@dataclass(frozen=True)
class PowerAreas:
    """Roof and land for plants of one's own, (Q,); entries (M,) of the supplies that stand on them."""

    label: Labels = field(default_factory=no_labels)
    area: Floats = field(default_factory=no_floats)  # ha
    entry_area: Integers = field(default_factory=no_integers)
    entry_supply: Integers = field(default_factory=no_integers)
    entry_per_mw: Floats = field(default_factory=no_floats)  # ha/MW


@dataclass(frozen=True)
class Microgrids:
    """Parks whose sites share plants, (G,); entries (M,) of the supplies that are passed on in each."""

    label: Labels = field(default_factory=no_labels)
    capacity: Floats = field(default_factory=no_floats)  # MW, inf: no limit
    entry_park: Integers = field(default_factory=no_integers)
    entry_supply: Integers = field(default_factory=no_integers)


def output_of_megawatts(scenario: Scenario, contracted: Floats, in_effect: Floats) -> Floats:
    """Return MWh a year put out by contracts and own plants, used or not, (U, T).

    Parameters
    ----------
    contracted : MWh a year under contract, (U, T). in_effect : interventions at work, (I, T).
    """
    additions, output = scenario.power_additions, contracted.copy()
    megawatt = additions.megawatt[:, None] * in_effect[additions.intervention]
    np.add.at(output, additions.supply, megawatt * scenario.supplies.output_per_mw[additions.supply])
    return output


def is_matched(scenario: Scenario) -> Flags:
    """Return which supplies count towards the matched share, (U,), by the year or by the hour."""
    kinds = BY_THE_HOUR if scenario.electricity.hourly else GREEN
    return np.isin(scenario.supplies.kind.astype(str), kinds)


def by_the_hour(scenario: Scenario) -> Integers:
    """Return the supplies that are matched by the hour, none where matching is by the year."""
    if not len(scenario.hours):
        return no_integers()
    return np.flatnonzero(scenario.hours.output.any(axis=1))


def by_the_year(scenario: Scenario) -> Scenario:
    """Return the scenario matched by the year and without a target, as today's chain is seen."""
    return replace(scenario, electricity=ElectricitySettings(), hours=Hours(), storages=Storages())
