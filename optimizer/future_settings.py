"""Futures that one plan has to be good for, as typed and checked dataclasses and Hydra structured configs."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from scenarios.future_settings import FutureSettings
from scenarios.settings import STRICT


class DecidedNow(Enum):
    """A family of decisions that are made before the future is known, the same in all of them."""

    INTERVENTIONS = "interventions"  # what is built, switched or signed up for, and when
    CONTRACTS = "contracts"  # megawatts of power contracted
    SUPPLIERS = "suppliers"  # which offers are bought from, where a rule asks whether
    LANES = "lanes"  # which lanes are opened, where that is a decision


class FutureMethod(Enum):
    """How the plan over all futures is found."""

    EXTENSIVE = "extensive"  # one model of all futures together: exact, on one machine
    HEDGING = "hedging"  # each future by itself, again and again until they agree: progressive hedging


@dataclass(config=STRICT)
class FuturesSettings:
    """Two-stage planning: what is decided now suits all futures, everything else follows when one is known.

    Attributes
    ----------
    of : the futures; none: the plan is made for the scenario alone.
    file : futures in their place: a CSV with columns name, weight and one a changed key, or the
        ``points.json`` of a sweep, whose points then are the futures.
    decided_now : families of decisions that all futures share.
    committed_offers : offers, by name, whose purchases are agreed now; ``all``: every one.
    until : decisions of periods that start before this year are made now, later ones when the future is
        known; none: all are made now.
    risk_weight : what the costly futures count beside the expected cost, 0 to 1; 0: expected cost alone.
    risk_share : alpha of the conditional value at risk: the mean cost of the costliest 1 - alpha of chance.
    method : how the plan is found.
    worth : whether to tell what it is worth to plan for all futures, and to know which one comes.
    rho : hedging only: price of disagreement, as a share of what one unit of the decision costs.
    iterations : hedging only: the most there are.
    agreement : hedging only: mean distance from the common decision at which futures agree.
    processes : hedging only: processes under MPI; 1: this one, without MPI.
    launcher : hedging only: how processes are started, e.g. ``srun -n {processes}``.
    """

    of: list[FutureSettings] = field(default_factory=list)
    file: str = ""
    decided_now: list[DecidedNow] = field(
        default_factory=lambda: [DecidedNow.INTERVENTIONS, DecidedNow.CONTRACTS]
    )
    committed_offers: list[str] = field(default_factory=list)
    until: int | None = None
    risk_weight: Annotated[float, Field(ge=0, le=1)] = 0.0
    risk_share: Annotated[float, Field(ge=0, lt=1)] = 0.9
    method: FutureMethod = FutureMethod.EXTENSIVE
    worth: bool = True
    rho: Annotated[float, Field(gt=0)] = 0.1
    iterations: Annotated[int, Field(ge=1)] = 100
    agreement: Annotated[float, Field(gt=0)] = 1e-2
    processes: Annotated[int, Field(ge=1)] = 1
    launcher: str = "mpiexec -n {processes}"

    @model_validator(mode="after")
    def futures_told_apart(self) -> FuturesSettings:
        """Refuse two futures of one name, and futures stated twice over."""
        names = [future.name for future in self.of]
        for name in names:
            if names.count(name) > 1:
                message = f"futures.of names {name!r} twice: give every future a name of its own"
                raise ValueError(message)
        if self.of and self.file:
            message = "futures.of and futures.file both state futures: leave one of them out"
            raise ValueError(message)
        return self

    @property
    def asked_for(self) -> bool:
        """Whether there is more than the scenario to plan for."""
        return bool(self.of or self.file)
