"""Settings of the simulation, as typed and checked dataclasses that double as Hydra structured configs."""

from __future__ import annotations

import dataclasses
from dataclasses import field
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid")
Share = Annotated[float, Field(ge=0, le=1)]
Spread = Annotated[float, Field(ge=0, le=2)]
Points = Annotated[float, Field(ge=0, le=100)]
NotNegative = Annotated[float, Field(ge=0)]


class Engine(StrEnum):
    """What plays the days: all give the same trials to 1e-9.

    ``kernel`` is compiled and fast, ``plain`` is the same source in plain Python, ``numpy`` an independent
    writing of it that refuses late go-lives, whole vehicles, hubs of limited capacity, stores, returns,
    disposal, timetables, gates, ramps, responses and reorder policies.
    """

    KERNEL = "kernel"
    PLAIN = "plain"
    NUMPY = "numpy"


class Replan(StrEnum):
    """When the plan is made again inside a trial, with what the trial knows by then."""

    NONE = "none"
    YEARLY = "yearly"


class Decisions(StrEnum):
    """What a plan made again may change: quantities alone, or decisions that lie ahead too."""

    KEPT = "kept"
    FREE = "free"


@dataclass(config=STRICT)
class UncertaintySettings:
    """What may go otherwise than planned. With every figure zero a trial is the plan's twin.

    A cv is a standard deviation over the mean. Factors have mean one, so that uncertainty alone
    does not move the average. Outages start at random (exponential times, counted while up).

    Attributes
    ----------
    demand_annual_cv : level of a customer's demand in a calendar year.
    demand_persistence : correlation of that level from year to year.
    demand_correlation : correlation of the levels of all customers of one product (the market).
    demand_daily_cv : demand of a day about the year's level.
    lead_time_cv : door-to-door time of an arc, drawn anew each week.
    supplier_disruptions_per_year, supplier_disruption_mean_days : a supplier delivers nothing.
    lane_disruptions_per_year, lane_disruption_mean_days : a lane is closed.
    site_disruptions_per_year, site_disruption_mean_days : a plant, base or hub stands still, e.g. by
        order of the authorities.
    breakdowns_per_year, repair_mean_days : a line stands still.
    renewable_cv : yearly output of a power contract or an onsite plant.
    renewable_daily_cv : its output on a typical day about the year's level, where matching is by the hour.
    intervention_delay_mean_years : from the planned to the real go-live, exponential.
    disruptions : factor on the probability of the scenario's own disruptions that nothing sets off; 0: none
        of them happens.
    purchase_price_cv : level of a product's price in a calendar year, the same for all who offer it.
    freight_price_cv, power_price_cv : the same of a mode, and of a region's grid or of another power option;
        power contracts keep the price agreed.
    carbon_price_cv : the same of the carbon price.
    price_persistence : correlation of all these levels from year to year.
    input_need_cv : what a site's processes need of an input in a calendar year: grade and yield, e.g. of
        scrap.
    intervention_effect_cv : what an intervention saves over what it should; one draw for the whole horizon,
        and never more than all there is.
    intervention_dropout : chance that an adopted intervention never goes live; it is paid all the same.
    departure_delay_mean_days : from the timetable to the real departure of a train or ship, exponential.
    gates : factor on the time that gates take; 0: vehicles pass at once.
    ramp_up : factor on the years in which interventions reach their full effect; 0: at once.
    programmes : part of the luck of supplier programmes that is played: chances not to reach a stage, and
        times until it is; 0: all go as planned.
    supplier_score_sd : points of 100 by which chance moves a supplier's score from one scoring to the next,
        standard deviation; grades and quotas follow. 0: scores are as planned.
    supplier_score_persistence : part of what chance did to a score that is left at the next scoring; 1: a
        random walk.
    """

    demand_annual_cv: Spread = 0.05
    demand_persistence: Share = 0.6
    demand_correlation: Share = 0.5
    demand_daily_cv: Spread = 0.15
    lead_time_cv: Spread = 0.3
    supplier_disruptions_per_year: NotNegative = 0.25
    supplier_disruption_mean_days: NotNegative = 14.0
    lane_disruptions_per_year: NotNegative = 0.5
    lane_disruption_mean_days: NotNegative = 3.0
    site_disruptions_per_year: NotNegative = 0.2
    site_disruption_mean_days: NotNegative = 6.0
    breakdowns_per_year: NotNegative = 4.0
    repair_mean_days: NotNegative = 1.5
    renewable_cv: Spread = 0.08
    renewable_daily_cv: Spread = 0.0
    intervention_delay_mean_years: NotNegative = 0.25
    disruptions: Share = 1.0
    purchase_price_cv: Spread = 0.0
    freight_price_cv: Spread = 0.0
    power_price_cv: Spread = 0.0
    carbon_price_cv: Spread = 0.0
    price_persistence: Share = 0.0
    input_need_cv: Spread = 0.0
    intervention_effect_cv: Spread = 0.0
    intervention_dropout: Share = 0.0
    departure_delay_mean_days: NotNegative = 0.0
    gates: Share = 1.0
    ramp_up: Share = 1.0
    programmes: Share = 1.0
    supplier_score_sd: Points = 0.0
    supplier_score_persistence: Share = 0.0

    @classmethod
    def off(cls) -> UncertaintySettings:
        """Return the settings under which nothing varies."""
        return cls(**{f.name: 0.0 for f in dataclasses.fields(cls)})


@dataclass(config=STRICT)
class FactorSettings:
    """How well emission factors are known: cv of a lognormal of mean one; zero: exactly.

    Attributes
    ----------
    own_cv, supplier_cv, sector_cv, regional_cv, national_cv : footprint of an offer by its data tier; one
        factor an offer in the first two, one a product in the others.
    freight_cv : one factor a mode. grid_cv : one a region. process_cv : direct emissions, one a process.
    draws : of all factors in each trial; what happened is played once.
    """

    own_cv: Spread = 0.0
    supplier_cv: Spread = 0.0
    sector_cv: Spread = 0.0
    regional_cv: Spread = 0.0
    national_cv: Spread = 0.0
    freight_cv: Spread = 0.0
    grid_cv: Spread = 0.0
    process_cv: Spread = 0.0
    draws: Annotated[int, Field(ge=1, le=100_000)] = 200


@dataclass(config=STRICT)
class PrecisionSettings:
    """How precise the figures have to be before the trials may end.

    Attributes
    ----------
    fewest_trials : before the first look; rare shortages need 40 or more, or the interval is too narrow.
    cost, emissions, service : half-width of the interval of the mean, share of the mean.
    chance : half-width of the interval of a chance of missing a cap; 0.05 takes about 400 trials near 50 %.
    """

    fewest_trials: Annotated[int, Field(ge=2)] = 40
    cost: Annotated[float, Field(gt=0)] = 0.005
    emissions: Annotated[float, Field(gt=0)] = 0.005
    service: Annotated[float, Field(gt=0)] = 0.005
    chance: Annotated[float, Field(gt=0)] = 0.1


@dataclass(config=STRICT)
class SimulationSettings:
    """How a plan is tried.

    Attributes
    ----------
    trials : number of trials; the most there may be where a precision is asked for.
    precision : end the trials, in steps of 20, once the figures are as precise as this; none: run all.
    seed : root of all random streams.
    antithetic : trials come in pairs of opposite luck, 2k + 1 the mirror of 2k; intervals are of pair means.
    price_draws : of all uncertain prices in each trial, besides the one that it pays; ranges of the cost are
        then over all of them. 0: none.
    confidence : of the intervals reported.
    workers : processes; none: one a core, where there is enough to do. The results do not depend on it.
    gain : share of the deviation from the planned stock position that is corrected a day.
    patience_days : a shortfall is first left to those who fell short, who make it good within their
        capacity; each day, one part in so many of what is left is handed to others.
    safety_days : opening stock beyond the plan's own need, in days of the largest planned use.
    buffer_days : the same for what passes from one operation to the next within a site.
    surge : how far a day may exceed a yearly capacity's daily share to catch up; what was
        used since the start of the period never exceeds what the capacity allowed until then.
    target_chance : largest chance of missing a cap in any period; the plan is made again, further below
        the caps, until trials with fresh seeds confirm it. None: the plan stays as it is, as it
        does when the plan of a former run is tried again.
    replan : `yearly`: when a calendar year opens, the rest of the plan is made again in each trial, with the
        demand seen, what comes late, what is in store and what was emitted; none: plans stay as they are.
    replan_decisions : whether quantities alone may then change, or interventions, contracts and suppliers
        too: a search for whole numbers each time, to the gap and within the time of the solver's settings.
    uncertainty : what may go otherwise than planned.
    factors : how well emission factors are known; adds the chance of missing a cap with that in it.
    engine : what plays the days.
    trial : replay the trial of this number alone.
    journal : also write the replayed trial's journal: every quantity on its day, with cost and emissions.
    ladder : also try the plan under one source of uncertainty at a time; as many trials for each.
    resilience : also take each used supplier and site down, to see how long the plan lives without it and
        how long it takes to recover.
    resilience_year : in which it stands still from the first day on; none: the first.
    resilience_days : how long, for the time to recover and for what the outage costs.
    resilience_service : share of a day's demand that a customer has to get to count as served.
    service_target : share of demand to be served on its day; with it, the stock that each customer needs for
        that is proposed from recorded days of the trials. None: no proposal.
    """

    trials: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    precision: PrecisionSettings | None = None
    seed: Annotated[int, Field(ge=0)] = 20251
    antithetic: bool = False
    price_draws: Annotated[int, Field(ge=0, le=10_000)] = 0
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    workers: Annotated[int, Field(ge=1, le=256)] | None = 1  # a script would need a guard for more
    gain: Annotated[float, Field(gt=0, le=1)] = 0.2
    patience_days: Annotated[float, Field(ge=1)] = 10.0
    safety_days: NotNegative = 14.0
    buffer_days: NotNegative = 2.0
    surge: Spread = 0.1
    target_chance: Annotated[float, Field(gt=0, lt=1)] | None = None
    replan: Replan = Replan.NONE
    replan_decisions: Decisions = Decisions.KEPT
    uncertainty: UncertaintySettings = field(default_factory=UncertaintySettings)
    factors: FactorSettings = field(default_factory=FactorSettings)
    engine: Engine = Engine.KERNEL
    trial: Annotated[int, Field(ge=0)] | None = None
    journal: bool = False
    ladder: bool = False
    resilience: bool = False
    resilience_year: int | None = None
    resilience_days: Annotated[int, Field(ge=1)] = 30
    resilience_service: Share = 0.95
    service_target: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def journal_of_one_trial(self) -> SimulationSettings:
        """Refuse a journal of many trials."""
        if self.journal and self.trial is None:
            message = "simulation.journal=true needs simulation.trial=N, the number of the trial to replay"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def whole_pairs(self) -> SimulationSettings:
        """Refuse half a pair, and pairs where a chance is to be confirmed by independent trials."""
        if not self.antithetic:
            return self
        odd = {"simulation.trials": self.trials % 2}
        if self.precision is not None:
            odd["simulation.precision.fewest_trials"] = self.precision.fewest_trials % 2
        for name in (name for name, rest in odd.items() if rest):
            message = f"simulation.antithetic=true plays trials in pairs: give {name} an even number"
            raise ValueError(message)
        if self.target_chance is not None:
            message = "simulation.target_chance needs independent trials: set simulation.antithetic=false"
            raise ValueError(message)
        return self
