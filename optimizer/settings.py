"""Settings of the solver, as a typed and checked dataclass that is also a Hydra structured config."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from scenarios.settings import STRICT


class Presolve(Enum):
    """Whether HiGHS simplifies the model before solving it."""

    CHOOSE = "choose"
    ON = "on"
    OFF = "off"


class Strategy(Enum):
    """How a plan with whole decisions is looked for.

    exact : branch and bound on the whole model. large : a bound by linear relaxation, a constructed plan,
    and branch and bound on parts of it. auto : large beyond the size of `large_columns`, else exact.
    """

    AUTO = "auto"
    EXACT = "exact"
    LARGE = "large"


@dataclass(config=STRICT)
class DiagnosisSettings:
    """What to do when there is no plan: look for the cheapest changes of policy that make one possible.

    Attributes
    ----------
    automatic : whether an infeasible run is diagnosed at once.
    alternatives : how many further sets of changes are looked for, beside the cheapest.
    seconds : wall time for all of it.
    margin : room added to every proposed limit, as a share of the change, against rounding.
    carbon_price : of each tCO2e over a cap, currency.
    demand_price : of each unit of demand that must be met and is not; none: ten times the dearest offer.
    goods_price : of each unit off a share, a minimum use, a pin; none: the price of the dearest offer.
    power_price : of each MWh off the green share; none: the price of the dearest power option.
    money_price : of each currency unit over a budget.
    count_price : of each supplier or intervention more or fewer than asked for, currency.
    """

    automatic: bool = True
    alternatives: Annotated[int, Field(ge=0, le=3)] = 3
    seconds: Annotated[float, Field(gt=0)] = 180.0
    margin: Annotated[float, Field(ge=0, le=1)] = 1e-3
    carbon_price: Annotated[float, Field(ge=0)] = 1000.0
    demand_price: Annotated[float | None, Field(ge=0)] = None
    goods_price: Annotated[float | None, Field(ge=0)] = None
    power_price: Annotated[float | None, Field(ge=0)] = None
    money_price: Annotated[float, Field(ge=0)] = 1.0
    count_price: Annotated[float, Field(ge=0)] = 1e6


@dataclass(config=STRICT)
class SolverSettings:
    """How HiGHS works and when it stops.

    Attributes
    ----------
    mip_gap : stop when no plan can be better by more than this share of the cost.
    time_limit_seconds : wall time; the best plan found by then is kept.
    cleanup_seconds : wall time, on top of the limit, for the last LP: yes/no decisions rounded and fixed,
        quantities solved again, which makes balances exact and gives the duals.
    node_limit : branch-and-bound nodes; none: no limit. Unlike a time limit it repeats exactly.
    threads : of HiGHS; for many runs, use processes of one thread each.
    seed : of HiGHS's own random choices.
    presolve : whether the model is simplified first; choose: all but small ones with whole decisions.
    interior_point_columns : LPs with more columns than this are solved by interior point, others by simplex.
    crossover : whether an interior point solution is moved to a vertex: slower, cleaner values and duals.
    rounding_binaries : MIPs with more yes/no decisions than this start from a rounded relaxation.
    strategy : how whole decisions are looked for (see `Strategy`); the plan says which one was used.
    large_columns, large_decisions : `auto` takes a model with more columns and more undecided whole-number
        columns than these for large.
    log_file : where HiGHS writes its log; empty: no log.
    diagnosis : what to do when there is no plan.
    """

    mip_gap: Annotated[float, Field(ge=0, le=1)] = 1e-3
    time_limit_seconds: Annotated[float, Field(gt=0)] = 600.0
    cleanup_seconds: Annotated[float, Field(gt=0)] = 60.0
    node_limit: Annotated[int | None, Field(ge=0)] = None
    threads: Annotated[int, Field(ge=1)] = 1
    seed: Annotated[int, Field(ge=0, le=2147483647)] = 1
    presolve: Presolve = Presolve.CHOOSE
    interior_point_columns: Annotated[int, Field(ge=0)] = 50_000
    crossover: bool = True
    rounding_binaries: Annotated[int, Field(ge=0)] = 200
    strategy: Strategy = Strategy.AUTO
    large_columns: Annotated[int, Field(ge=0)] = 50_000
    large_decisions: Annotated[int, Field(ge=0)] = 300
    log_file: str = ""
    diagnosis: DiagnosisSettings = field(default_factory=DiagnosisSettings)
