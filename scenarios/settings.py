"""Settings of a scenario and of the pathway applied to it, as typed and checked dataclasses.

They double as Hydra structured configs: constraints stand inside ``Annotated`` with plain
defaults, choices are enums, which is what OmegaConf and pydantic both accept.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from scenarios.custom_rule_settings import CustomRule
from scenarios.table_change_settings import TableChange
from scenarios.tables_footprints import DATA_TIERS
from scenarios.tables_power import POWER_KINDS

STRICT = ConfigDict(extra="forbid")
FIRST_CAP_YEAR, LAST_CAP_YEAR = 2020, 2060
MAIN_CAP = "total"


class Scope2(Enum):
    """Which scope 2 method caps and prices read; location and market are always reported both."""

    LOCATION = "location"
    MARKET = "market"
    SAME_HOUR = "same_hour"  # as proposed by the revision of the GHG Protocol: same hour, deliverable


class CapKind(Enum):
    """What a cap bounds."""

    ABSOLUTE = "absolute"  # emissions of a year
    INTENSITY = "intensity"  # emissions per unit of product delivered
    CUMULATIVE = "cumulative"  # emissions from the first year up to the given year


class LimitUnit(Enum):
    """How a cap's limits are written."""

    SHARE_OF_BASELINE = "share_of_baseline"
    TONNES = "tonnes"


@dataclass(config=STRICT)
class ScenarioSettings:
    """What one case is: where its tables are, its horizon and its money.

    Attributes
    ----------
    data : name of a bundled case, a folder of tables or one ``.xlsx`` file.
    first_year, last_year : calendar years, both included.
    years_per_period : length of a period, years; the last one may be shorter.
    months_per_period : length of a period in months, a part of a year; 0: periods are of whole years.
    base_year : year money is discounted to.
    discount_rate : real rate, share a year.
    rules : linear rules over named decisions, see :class:`scenarios.custom_rule_settings.CustomRule`.
    footprints : folder of shared footprints, PACT and iLEAP, beside the tables or as a path; empty: none. See
        :func:`scenarios.exchange_input.with_shared` and table `exchange_ids`.
    targets : presets of programme targets judged beside the table `targets`: spn, one_percent,
        peak_2030_neutral_2060.
    indicators : ready-made set of scorecard indicators used beside the table `indicators`: six_families.
    task_lists : lists of public tasks that a run says the scenario exercises which of.
    changes : what is done to values of the tables once they are read, by a name of the user's choice; on the
        command line short ``data.offers[price,product=ore].scale=1.2``.
    """

    name: str = "scenario"
    title: str = ""
    company: str = ""
    data: str = ""
    currency: str = "CNY"
    first_year: Annotated[int, Field(ge=1990, le=2200)] = 2025
    last_year: Annotated[int, Field(ge=1990, le=2200)] = 2035
    years_per_period: Annotated[int, Field(ge=1, le=20)] = 1
    months_per_period: Annotated[int, Field(ge=0, le=12)] = 0
    base_year: Annotated[int, Field(ge=1990, le=2200)] = 2025
    discount_rate: Annotated[float, Field(ge=0, le=1)] = 0.06
    demo_data: bool = False
    rules: list[CustomRule] = field(default_factory=list)
    footprints: str = ""
    targets: list[str] = field(default_factory=list)
    indicators: str = ""
    task_lists: list[str] = field(default_factory=lambda: ["shanghai_2024", "zero_carbon_pledge"])
    changes: dict[str, TableChange] = field(default_factory=dict)

    @model_validator(mode="after")
    def years_in_order(self) -> ScenarioSettings:
        """Refuse a horizon that ends before it starts."""
        if self.last_year < self.first_year:
            message = f"scenario.last_year {self.last_year} lies before scenario.first_year {self.first_year}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def months_fill_years(self) -> ScenarioSettings:
        """Refuse months that do not add up to a year, or beside years."""
        if self.months_per_period and (12 % self.months_per_period or self.years_per_period != 1):
            message = (
                f"scenario.months_per_period {self.months_per_period}: use 1, 2, 3, 4, 6 or 12, and leave "
                "years_per_period at 1"
            )
            raise ValueError(message)
        return self


@dataclass(config=STRICT)
class CapSettings:
    """One cap on emissions.

    Attributes
    ----------
    limit : limit by calendar year; linear in between, held after the last, none before the first.
    accounts : emission accounts summed; empty: scope 1, the chosen scope 2 and all of scope 3.
    owner, site, region : count only emissions booked at such sites; empty: all.
    product : denominator of an intensity cap; empty: everything delivered.
    overrun_price : currency per t above the limit; none: the cap is hard.
    rulebook : rulebook whose emissions are counted, by what it counts and by its factors, instead of
        `accounts`; see docs/accounting.md.
    includes_offsets : whether offsets and removals of table `offsets` count against it; otherwise they stand
        on lines of their own.
    offset_kinds : kinds that count: offset, nature_based_removal, engineered_removal; empty: all.
    largest_offset_share : most that they may make up for, as a share of what the cap counts before them.
    """

    limit: dict[int, float] = field(default_factory=dict)
    kind: CapKind = CapKind.ABSOLUTE
    unit: LimitUnit = LimitUnit.SHARE_OF_BASELINE
    accounts: list[str] = field(default_factory=list)
    owner: str = ""
    site: str = ""
    region: str = ""
    product: str = ""
    overrun_price: float | None = None
    rulebook: str = ""
    includes_offsets: bool = False
    offset_kinds: list[str] = field(default_factory=list)
    largest_offset_share: Annotated[float, Field(ge=0, le=1)] = 1.0

    @model_validator(mode="after")
    def limits_not_negative(self) -> CapSettings:
        """Refuse negative limits."""
        for year, value in self.limit.items():
            if value < 0:
                message = f"carbon cap limit of {year} is {value}: a limit cannot be negative"
                raise ValueError(message)
        return self


@dataclass(config=STRICT)
class ClassTarget:
    """A steel class that a mill reaches, and keeps.

    Attributes
    ----------
    scheme : rulebook with classes, e.g. ResponsibleSteel.
    level : class, e.g. 2.
    by : calendar year from which the mill is in the class or a better one.
    site : the mill; empty: the name the target stands under in `carbon.classes`.
    """

    scheme: str
    level: str
    by: int
    site: str = ""

    @model_validator(mode="before")
    @classmethod
    def level_as_text(cls, values: Any) -> Any:
        """Take a level that is written as a number."""
        given = getattr(values, "kwargs", values)
        if isinstance(given, dict) and isinstance(given.get("level"), int):
            given["level"] = str(given["level"])
        return values


def _carbon_fields() -> list[tuple[str, Any, Any]]:
    """Return ``cap_2020 .. cap_2060``: milestones of the main cap as plain keys for the command line."""
    share = Annotated[float | None, Field(ge=0)]
    return [(f"cap_{year}", share, None) for year in range(FIRST_CAP_YEAR, LAST_CAP_YEAR + 1)]


@dataclass(config=STRICT)
class _CarbonBase:
    """Carbon rules of a pathway.

    Attributes
    ----------
    cap_2020 .. cap_2060 : milestones of the main cap, named ``total``, as a share of the baseline
        (emissions of the first year with today's assets); linear in between, held after the last.
    cap_kind : what the milestones bound.
    includes_offsets, largest_offset_share : of the main cap, as in :class:`CapSettings`.
    scope2 : which scope 2 method the caps and the price read.
    price : currency per t by calendar year, on `priced_accounts`.
    internal_price : currency per t by calendar year, on `priced_accounts`, that decisions count with and
        nobody pays: it is booked to no account.
    markets : markets of table `carbon_markets` that hold: allowances are bought, banked and surrendered.
    borders : border adjustments of table `border_adjustments` that hold.
    market_prices : by market, prices by calendar year in place of those of table `carbon_prices`.
    caps : further caps by name.
    margins : by name of a hard cap and year, how far below its limit to plan, as a share of the limit,
        so that it still holds when things go otherwise; linear in between, none before the first.
        The limit itself stays what it is.
    default_markups : by data tier and year, what is added to a footprint that is not verified, as a share of
        it; linear in between, none before the first.
    classes : steel classes that mills reach, by mill: `{scheme: ResponsibleSteel, level: 2, by: 2030}`.
    cost_of_classes : whether to solve again without them, to tell what they cost.
    rulebooks : rulebooks under which a plan is told; all: those that apply.
    """

    scope2: Scope2 = Scope2.MARKET
    cap_kind: CapKind = CapKind.ABSOLUTE
    includes_offsets: bool = False
    largest_offset_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    price: dict[int, float] = field(default_factory=dict)
    priced_accounts: list[str] = field(default_factory=lambda: ["scope1"])
    internal_price: dict[int, float] = field(default_factory=dict)
    markets: list[str] = field(default_factory=list)
    borders: list[str] = field(default_factory=list)
    market_prices: dict[str, dict[int, Annotated[float, Field(ge=0)]]] = field(default_factory=dict)
    caps: dict[str, CapSettings] = field(default_factory=dict)
    margins: dict[str, dict[int, Annotated[float, Field(ge=0, lt=1)]]] = field(default_factory=dict)
    default_markups: dict[str, dict[int, Annotated[float, Field(ge=0)]]] = field(default_factory=dict)
    classes: dict[str, ClassTarget] = field(default_factory=dict)
    cost_of_classes: bool = False
    rulebooks: list[str] = field(default_factory=lambda: ["all"])

    @model_validator(mode="after")
    def markups_of_data_tiers(self) -> _CarbonBase:
        """Refuse mark-ups of what is no data tier."""
        for tier in self.default_markups:
            if tier not in DATA_TIERS:
                known = ", ".join(DATA_TIERS)
                message = f"carbon.default_markups.{tier} is no data tier: use some of {known}"
                raise ValueError(message)
        return self

    @property
    def milestones(self) -> dict[int, float]:
        """Milestones of the main cap that are set, by year."""
        found = {y: getattr(self, f"cap_{y}") for y in range(FIRST_CAP_YEAR, LAST_CAP_YEAR + 1)}
        return {year: value for year, value in found.items() if value is not None}

    @property
    def all_caps(self) -> dict[str, CapSettings]:
        """All caps with a limit by name, the main one first."""
        main: dict[str, CapSettings] = {}
        if self.milestones:
            main[MAIN_CAP] = CapSettings(
                limit=self.milestones,
                kind=self.cap_kind,
                includes_offsets=self.includes_offsets,
                largest_offset_share=self.largest_offset_share,
            )
        return main | {name: cap for name, cap in self.caps.items() if cap.limit}


if TYPE_CHECKING:

    class CarbonSettings(_CarbonBase):
        """Carbon rules of a pathway; the milestones are added below, one field a year."""

        def __init__(self, **values: Any) -> None: ...

else:
    CarbonSettings = dataclass(config=STRICT)(
        dataclasses.make_dataclass(
            "CarbonSettings",
            _carbon_fields(),
            bases=(_CarbonBase,),
            namespace={"__doc__": _CarbonBase.__doc__, "__module__": __name__},
        )
    )


@dataclass(config=STRICT)
class LeverSettings:
    """Which levers a pathway may pull.

    Attributes
    ----------
    interventions : whether anything new may be decided at all.
    kinds : intervention kinds allowed; empty: all.
    power : power option kinds allowed (grid, certificate, ppa, onsite, import, storage).
    minimum_green_share : by year, share of the own sites' load from certificate, ppa and onsite.
    """

    interventions: bool = True
    kinds: list[str] = field(default_factory=list)
    power: list[str] = field(default_factory=lambda: [*POWER_KINDS])
    minimum_green_share: dict[int, float] = field(default_factory=dict)


@dataclass(config=STRICT)
class ChangeSettings:
    """How far purchases may move away from a given plan.

    Attributes
    ----------
    plan : a ``plan.nc`` of a former run, or its run folder; empty: no limit.
    largest : largest change of what is bought from an offer, as a share of what the plan buys, in
        every period that the plan has.
    new_suppliers : whether offers that the plan does not buy from may be bought from without limit;
        otherwise not at all.
    """

    plan: str = ""
    largest: Annotated[float, Field(ge=0)] = 0.2
    new_suppliers: bool = False


@dataclass(config=STRICT)
class SourcingSettings:
    """Which rules about suppliers a pathway keeps.

    Attributes
    ----------
    quotas : whether purchases stay within the quotas of the suppliers' grades.
    report_only : sourcing rules by name whose share is reported and not bound.
    """

    quotas: bool = True
    report_only: list[str] = field(default_factory=list)


@dataclass(config=STRICT)
class PathwaySettings:
    """The policy and ambition applied to a scenario."""

    name: str = "least_cost"
    title: str = "Least cost"
    description: str = ""
    levers: LeverSettings = field(default_factory=LeverSettings)
    change: ChangeSettings = field(default_factory=ChangeSettings)
    sourcing: SourcingSettings = field(default_factory=SourcingSettings)
