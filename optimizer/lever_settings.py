"""What is asked about a plan's levers and inputs, as typed dataclasses that are also Hydra configs."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from scenarios.settings import STRICT


@dataclass(config=STRICT)
class AbatementSettings:
    """What each lever brings in the plan; see :func:`optimizer.abatement.abatement_curve`.

    Attributes
    ----------
    curve : whether it is asked for: two solves or so a lever.
    most : levers up to which interventions stand one by one; beyond, kinds of them do.
    seconds : wall time of one solve.
    """

    curve: bool = False
    most: Annotated[int, Field(ge=1, le=200)] = 16
    seconds: Annotated[float, Field(gt=0)] = 60.0


@dataclass(config=STRICT)
class TornadoSettings:
    """How cost and emissions of the plan move with its inputs; see :func:`optimizer.tornado.tornado`.

    Attributes
    ----------
    inputs : by name, see :data:`scenarios.variations.INPUTS`; ``all``: all that the scenario has; empty:
        none.
    ranges : by name, lowest and highest amount: factors on what the tables say (0.9 and 1.1), of the discount
        rate the rates (0.04 and 0.08), of a column of a table, ``data.offers[price].scale``, what it is
        changed by. An input with a range is asked for.
    seconds : wall time of one solve.
    """

    inputs: list[str] = field(default_factory=list)
    ranges: dict[str, list[float]] = field(default_factory=dict)
    seconds: Annotated[float, Field(gt=0)] = 120.0

    @model_validator(mode="after")
    def ranges_have_two_ends(self) -> TornadoSettings:
        """Refuse a range that is not two rising amounts of zero or more."""
        for name, ends in self.ranges.items():
            if len(ends) != 2 or not 0 <= ends[0] < ends[1]:
                said = f"tornado.ranges.{name} {list(ends)}"
                message = f"{said}: give the lowest and the highest amount, e.g. [0.9,1.1]"
                raise ValueError(message)
        return self
