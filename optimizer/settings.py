"""Settings of the solver, as a typed and checked dataclass that is also a Hydra structured config."""

from __future__ import annotations

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
    presolve : whether the model is simplified first.
    interior_point_columns : LPs with more columns than this are solved by interior point, others by simplex.
    crossover : whether an interior point solution is moved to a vertex: slower, cleaner values and duals.
    rounding_binaries : MIPs with more yes/no decisions than this start from a rounded relaxation.
    log_file : where HiGHS writes its log; empty: no log.
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
    log_file: str = ""
