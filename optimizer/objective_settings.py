"""What a plan is to achieve, as typed and checked dataclasses that are also Hydra structured configs."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from scenarios.settings import STRICT


class ObjectiveKind(Enum):
    """What is made as small as can be."""

    LEAST_COST = "least_cost"
    LEAST_EMISSIONS = "least_emissions"  # within a budget; among such plans the cheapest
    WEIGHTED = "weighted"  # present cost + carbon_weight x emissions
    LEXICOGRAPHIC = "lexicographic"  # the first goal, then the next among the plans that all but reach it


class EmissionMeasure(Enum):
    """Which emissions an objective or a frontier is about, over the accounts of the pathway's total."""

    CUMULATIVE = "cumulative"  # t over the horizon
    LAST_YEAR = "last_year"  # t a year in the last period


class BudgetUnit(Enum):
    """How a budget is written."""

    CURRENCY = "currency"  # present cost
    SHARE_OVER_LEAST_COST = "share_over_least_cost"  # 0.05: five per cent more than the cheapest plan costs


class Goal(Enum):
    """A goal of a lexicographic order."""

    COST = "cost"
    EMISSIONS = "emissions"


@dataclass(config=STRICT)
class ObjectiveSettings:
    """What the plan minimises.

    Attributes
    ----------
    emissions : which emissions count.
    budget : least_emissions only: present cost the plan may have; none: whatever it takes.
    budget_unit : how `budget` is written.
    carbon_weight : weighted only: currency per t, not discounted.
    order : lexicographic only: the goals, first things first.
    tolerance : lexicographic only: share of a goal's best value given up for the goals after it.
    """

    kind: ObjectiveKind = ObjectiveKind.LEAST_COST
    emissions: EmissionMeasure = EmissionMeasure.CUMULATIVE
    budget: float | None = None
    budget_unit: BudgetUnit = BudgetUnit.SHARE_OVER_LEAST_COST
    carbon_weight: Annotated[float, Field(ge=0)] = 0.0
    order: list[Goal] = field(default_factory=lambda: [Goal.EMISSIONS, Goal.COST])
    tolerance: Annotated[float, Field(ge=0, le=1)] = 0.0

    @model_validator(mode="after")
    def settings_fit_the_kind(self) -> ObjectiveSettings:
        """Refuse settings that the kind would silently ignore, and orders that miss or repeat a goal."""
        given = {
            ObjectiveKind.LEAST_EMISSIONS: ("budget", self.budget is not None),
            ObjectiveKind.WEIGHTED: ("carbon_weight", self.carbon_weight > 0),
            ObjectiveKind.LEXICOGRAPHIC: ("tolerance", self.tolerance > 0),
        }
        for kind, (name, is_set) in given.items():
            if is_set and self.kind is not kind:
                message = (
                    f"objective.{name} belongs to objective.kind={kind.value}, not to {self.kind.value}: "
                    f"set objective.kind={kind.value} or leave objective.{name} out"
                )
                raise ValueError(message)
        if sorted(goal.value for goal in self.order) != ["cost", "emissions"]:
            message = f"objective.order {[g.value for g in self.order]}: name cost and emissions once each"
            raise ValueError(message)
        if self.budget is not None and self.budget < 0:
            message = f"objective.budget {self.budget:g}: a budget cannot be negative"
            raise ValueError(message)
        return self


@dataclass(config=STRICT)
class ParetoSettings:
    """The cost-carbon frontier of ``zerolane pareto``.

    Attributes
    ----------
    points : plans on the frontier, both ends included.
    emissions : which emissions stand against cost.
    mip_gap : stop a point when no plan can be better by more than this share; none: ``solver.mip_gap``,
        and no less than 1 % with more decisions than ``solver.rounding_binaries``.
    seconds_per_point : wall time of the search for whole-number decisions at each point, where the
        relaxation's bound does not already prove a neighbour's or a rounded plan good enough; none:
        ``solver.time_limit_seconds``, and no more than 60 with so many decisions.
    """

    points: Annotated[int, Field(ge=2, le=200)] = 12
    emissions: EmissionMeasure = EmissionMeasure.CUMULATIVE
    mip_gap: Annotated[float | None, Field(ge=0, le=1)] = None
    seconds_per_point: Annotated[float | None, Field(gt=0)] = None


@dataclass(config=STRICT)
class BreakEvenSettings:
    """From which carbon price interventions pay; see :func:`optimizer.break_even.break_even_prices`.

    Attributes
    ----------
    interventions : by name; ``all``: all that the pathway allows; empty: none is asked about.
    highest_price : currency per t, where the search ends.
    tolerance : currency per t by which a price may be off, beside the gap of the solves.
    """

    interventions: list[str] = field(default_factory=list)
    highest_price: Annotated[float, Field(gt=0)] = 10_000.0
    tolerance: Annotated[float, Field(gt=0)] = 0.01
