"""The scenario as labelled arrays: what the optimiser and the simulation read.

Every class is a family of elements. Text arrays hold labels, integer arrays point to positions in
other families, and arrays of shape (n, T) differ by period. Quantities are per year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.borders import Borders
from scenarios.carbon_markets import CarbonMarkets
from scenarios.change import PurchaseLimits
from scenarios.claims import Claims
from scenarios.credits import Avoided, Offsets, Pools
from scenarios.disruptions import Disruptions
from scenarios.electricity_settings import ElectricitySettings
from scenarios.empty_arrays import no_floats, no_labels
from scenarios.factory_status import FactoryScores
from scenarios.flows import Ceilings, Disposals, Hubs, Returns, Stores
from scenarios.gates import Gates
from scenarios.impacts import Impacts
from scenarios.investment import Budgets, InterventionCounts, Loans
from scenarios.labels import ProductLabels
from scenarios.linear_rules import LinearRules
from scenarios.periods import Periods
from scenarios.policies import ReorderPolicies
from scenarios.power import Certificates, Hours, Microgrids, PowerAreas, Storages, Supplies
from scenarios.price_preferences import PricePreferences
from scenarios.primary_data import Verifications
from scenarios.programmes import ProgrammeStages
from scenarios.responses import Responses
from scenarios.scorecards import Scorecards
from scenarios.settings import CarbonSettings, PathwaySettings, ScenarioSettings
from scenarios.sourcing import OfferTiers, SourcingRules
from scenarios.targets import ProgrammeTargets
from scenarios.timetables import Timetables
from scenarios.uncertainty import UncertaintyRows

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]


@dataclass(frozen=True)
class Sites:
    """Places, (S,)."""

    label: Labels
    name: Labels
    role: Labels
    region: Labels
    owner: Labels
    lat: Floats
    lon: Floats
    service_radius_km: Floats  # inf: unlimited


@dataclass(frozen=True)
class Products:
    """Things moved, made or bought, (P,)."""

    label: Labels
    name: Labels
    unit: Labels
    tonnes_per_unit: Floats


@dataclass(frozen=True)
class Nodes:
    """Site and product pairs that anything can happen at, (N,)."""

    label: Labels
    site: Integers
    product: Integers


@dataclass(frozen=True)
class Offers:
    """What suppliers sell, (O,) and (O, T)."""

    label: Labels
    site: Integers
    product: Integers
    node: Integers
    price: Floats
    capacity: Floats  # inf: unlimited
    footprint: Floats
    data_tier: Labels
    locked: Flags
    minimum_order: Floats  # (O,), 0: none
    factor: Labels = field(default_factory=no_labels)  # (O,), row of `factors` it takes, "": its own figure
    factor_cv: Floats = field(default_factory=no_floats)  # (O,), nan: the general level of its data tier
    markup: Floats = field(default_factory=no_floats)  # (O, T), share added while it is not verified

    @property
    def booked_footprint(self) -> Floats:
        """What is booked for a unit while its footprint is not verified, tCO2e/unit, (O, T)."""
        return self.footprint * (1 + self.markup)


@dataclass(frozen=True)
class Lanes:
    """Ways from site to site by one mode, (K,)."""

    label: Labels
    origin: Integers
    destination: Integers
    mode: Integers
    capacity: Floats  # t/year, inf: unlimited
    fixed_cost: Floats  # currency/year while used
    minimum: Floats  # t/year if used at all
    whole_vehicles: Flags  # paid by the trip, full or not
    payload: Floats  # t/trip
    least_load: Floats  # of the payload with which a whole vehicle leaves in trials
    longest_wait_days: Floats  # for it in trials, inf: until it is full

    @property
    def opened(self) -> Integers:
        """Positions of lanes on which being used is a decision."""
        return np.flatnonzero((self.fixed_cost > 0) | (self.minimum > 0))

    @property
    def by_trip(self) -> Integers:
        """Positions of lanes paid by the whole vehicle."""
        return np.flatnonzero(self.whole_vehicles)


@dataclass(frozen=True)
class Arcs:
    """One product on one lane, (A,) and (A, T). Costs and factors are per product unit."""

    label: Labels
    lane: Integers
    origin: Integers
    destination: Integers
    mode: Integers
    product: Integers
    tail: Integers  # node left
    head: Integers  # node reached
    distance_km: Floats
    great_circle_km: Floats
    lead_days: Floats
    tonnes_per_unit: Floats
    cost: Floats
    line_haul: Floats  # part of the cost that vehicles cost by the km
    tank_to_wheel: Floats  # (A, T)
    well_to_tank: Floats  # (A, T): electric modes follow the grid
    locked: Flags
    load_factor: Floats  # (A, T), nan: of no known vehicle
    haul_left: Floats  # (A, T), share of the cost that fuller vehicles leave


@dataclass(frozen=True)
class Lines:
    """Installed capacity, (L,) and (L, T)."""

    label: Labels
    name: Labels
    site: Integers
    capacity: Floats
    minimum_use: Floats
    fixed_cost: Floats


@dataclass(frozen=True)
class Operations:
    """A process on a line, (R,)."""

    label: Labels
    line: Integers
    site: Integers
    process: Labels
    use: Floats
    maximum_share: Floats
    locked: Flags
    electricity: Floats
    direct: Floats
    operating_cost: Floats


@dataclass(frozen=True)
class Recipe:
    """Entries of the input-output matrix, (E,): quantity made (+) or used (-) per unit of activity."""

    operation: Integers
    node: Integers
    quantity: Floats


@dataclass(frozen=True)
class Demands:
    """What customers need, (D,) and (D, T)."""

    label: Labels
    site: Integers
    product: Integers
    node: Integers
    quantity: Floats
    shortage_cost: Floats  # inf: must be met
    single_source: Flags  # one arc into the node in a period
    tolerance_days: Floats  # how long a customer waits in trials; inf: to the end of the period


@dataclass(frozen=True)
class Interventions:
    """Discrete choices, (I,)."""

    label: Labels
    name: Labels
    kind: Labels
    site: Integers  # -1: no single site
    allowed: Flags
    capex: Floats
    programme_cost: Floats  # paid once, of which nothing is left
    opex: Floats
    lead_years: Integers
    life_years: Integers
    earliest: Integers
    latest: Integers
    requires: tuple[Integers, ...]
    exclusive_group: Labels
    maximum_modules: Integers  # capex, opex and capacities are per module
    subsidy_share: Floats  # of the capex
    ramp_up_years: Floats  # in trials, from going live to the full effect

    @property
    def modular(self) -> Integers:
        """Positions of interventions that may be built more than once."""
        return np.flatnonzero(self.maximum_modules > 1)


@dataclass(frozen=True)
class CapacityChanges:
    """What interventions add to (+) or take from (-) lines, entries (C,)."""

    intervention: Integers
    line: Integers
    amount: Floats


@dataclass(frozen=True)
class Unlocks:
    """What interventions make available, entries (C,): ``operation``, ``arc`` or ``offer`` elements."""

    intervention: Integers
    family: Labels
    element: Integers


@dataclass(frozen=True)
class PowerAdditions:
    """MW that interventions add behind the meter, entries (C,)."""

    intervention: Integers
    supply: Integers
    megawatt: Floats


@dataclass(frozen=True)
class Covers:
    """Pairs of an intervention and an activity it improves, (V,); cuts are shares of its figure."""

    label: Labels
    intervention: Integers
    family: Labels  # operation, arc or offer
    element: Integers
    electricity_cut: Floats
    direct_cut: Floats
    footprint_cut: Floats
    markup_cut: Floats  # of the default mark-up, not of the footprint
    freight_cut: Floats
    operating_cost: Floats  # currency per unit of activity, added
    fuel_cut: Floats
    water_cut: Floats
    input_cover: Integers  # entries (M,) of inputs that are cut: cover,
    input_node: Integers  # node,
    input_quantity: Floats  # and quantity spared per unit covered

    def of(self, family: str) -> Integers:
        """Return the positions of covers of one activity family."""
        return np.flatnonzero(self.family == family)


@dataclass(frozen=True)
class Scenario:
    """All data of one case under one pathway."""

    settings: ScenarioSettings
    carbon: CarbonSettings
    pathway: PathwaySettings
    periods: Periods
    sites: Sites
    products: Products
    modes: Labels
    nodes: Nodes
    offers: Offers
    lanes: Lanes
    arcs: Arcs
    lines: Lines
    operations: Operations
    recipe: Recipe
    demands: Demands
    supplies: Supplies
    sourcing_rules: SourcingRules
    offer_tiers: OfferTiers
    purchase_limits: PurchaseLimits
    interventions: Interventions
    capacity_changes: CapacityChanges
    unlocks: Unlocks
    power_additions: PowerAdditions
    covers: Covers
    hubs: Hubs
    stores: Stores
    returns: Returns
    disposals: Disposals
    ceilings: Ceilings
    loans: Loans
    intervention_counts: InterventionCounts
    budgets: Budgets
    tables: Mapping[str, pd.DataFrame]
    path: Path
    warnings: tuple[str, ...] = ()
    pins: LinearRules = field(default_factory=LinearRules)
    custom_rules: LinearRules = field(default_factory=LinearRules)
    disruptions: Disruptions = field(default_factory=Disruptions)
    uncertainty: UncertaintyRows = field(default_factory=UncertaintyRows)
    timetables: Timetables = field(default_factory=Timetables)
    gates: Gates = field(default_factory=Gates)
    policies: ReorderPolicies = field(default_factory=ReorderPolicies)
    responses: Responses = field(default_factory=Responses)
    programmes: ProgrammeStages = field(default_factory=ProgrammeStages)
    verifications: Verifications = field(default_factory=Verifications)
    scorecards: Scorecards = field(default_factory=Scorecards)
    impacts: Impacts = field(default_factory=Impacts)
    labels: ProductLabels = field(default_factory=ProductLabels)
    factory_scores: FactoryScores = field(default_factory=FactoryScores)
    preferences: PricePreferences = field(default_factory=PricePreferences)
    targets: ProgrammeTargets = field(default_factory=ProgrammeTargets)
    target_rules: LinearRules = field(default_factory=LinearRules)
    basin_rules: LinearRules = field(default_factory=LinearRules)
    markets: CarbonMarkets = field(default_factory=CarbonMarkets)
    borders: Borders = field(default_factory=Borders)
    electricity: ElectricitySettings = field(default_factory=ElectricitySettings)
    hours: Hours = field(default_factory=Hours)
    storages: Storages = field(default_factory=Storages)
    certificates: Certificates = field(default_factory=Certificates)
    power_areas: PowerAreas = field(default_factory=PowerAreas)
    microgrids: Microgrids = field(default_factory=Microgrids)
    claims: Claims = field(default_factory=Claims)
    avoided: Avoided = field(default_factory=Avoided)
    pools: Pools = field(default_factory=Pools)
    offsets: Offsets = field(default_factory=Offsets)

    @property
    def name(self) -> str:
        """Short name of the scenario."""
        return self.settings.name

    @property
    def title(self) -> str:
        """Title shown to people."""
        return self.settings.title or self.settings.name

    @property
    def company(self) -> str:
        """The reporting company."""
        return self.settings.company

    @property
    def currency(self) -> str:
        """Currency of all money."""
        return self.settings.currency
