"""What is asked about plans nearly as cheap, as a typed dataclass that is also a Hydra config."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from scenarios.settings import STRICT


@dataclass(config=STRICT)
class AlternativesSettings:
    """Which decisions hold whatever happens; see :mod:`optimizer.alternatives` and :mod:`optimizer.tipping`.

    Attributes
    ----------
    plans : plans beside the one that is made, nearly as cheap and as different as can be; 0: none.
    within : how much more than the plan they may cost, a share of its present cost.
    present : share of the plans from which on a decision is said to be in nearly all of them.
    futures : by name, what is otherwise in each, by key of :func:`scenarios.altered.altered`, e.g.
        ``{dear_ore: {purchase_prices: 1.3}, later: {carbon.cap_2035: 0.7}}``.
    swings : inputs of which both ends of the tornado's range are a future each; ``all``: all there are.
    inputs : inputs for which it is asked from which value on each contested decision flips; ``all``: all
        there are.
    ranges : by name, lowest and highest value looked at; none: half and twice what the tables say.
    decisions : interventions by name for which that is asked; none: those that are contested, `most` of them.
    most : such interventions at the most, those in about half of the plans first.
    tolerance : share of the range by which a value may be off.
    seconds : wall time of one solve.
    """

    plans: Annotated[int, Field(ge=0, le=100)] = 0
    within: Annotated[float, Field(gt=0, le=1)] = 0.01
    present: Annotated[float, Field(gt=0.5, le=1)] = 0.9
    futures: dict[str, dict[str, float]] = field(default_factory=dict)
    swings: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    ranges: dict[str, list[float]] = field(default_factory=dict)
    decisions: list[str] = field(default_factory=list)
    most: Annotated[int, Field(ge=1, le=200)] = 12
    tolerance: Annotated[float, Field(gt=0, lt=0.5)] = 0.01
    seconds: Annotated[float, Field(gt=0)] = 60.0

    @model_validator(mode="after")
    def ranges_have_two_ends(self) -> AlternativesSettings:
        """Refuse a range that is not two rising values of zero or more."""
        for name, ends in self.ranges.items():
            if len(ends) != 2 or not 0 <= ends[0] < ends[1]:
                message = (
                    f"alternatives.ranges.{name} {list(ends)}: give the lowest and the highest value, e.g. "
                    "[0.5,2]"
                )
                raise ValueError(message)
        return self

    @property
    def asked_for(self) -> bool:
        """Whether anything is asked."""
        return bool(self.plans or self.futures or self.swings or self.inputs or self.ranges)
