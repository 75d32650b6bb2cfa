"""Custom rules as they are written in a scenario's settings."""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from pydantic import ConfigDict, model_validator
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid")


class Sense(Enum):
    """How the sum of a rule stands to its limit."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    EQUAL = "equal"


class Span(Enum):
    """Over what a rule sums."""

    EACH_YEAR = "each_year"  # in every period, a year
    HORIZON = "horizon"  # over all years together


@dataclass(config=STRICT)
class RuleTerm:
    """One part of a rule's sum: a coefficient times the decisions that pass the filters.

    Attributes
    ----------
    decision : purchase, flow, run, power, contract, contracted, standing, stock, returned, discard, use_lane,
        trips, unmet, delivered, adopt, in_effect.
    where : filters by name, each a value or a list of values, e.g. ``{site: base, mode: [rail, truck]}``.
    coefficient : in `coefficient_unit`, which the decision's unit times it must give the rule's.
    """

    decision: str
    where: dict[str, str | list[str]] = field(default_factory=dict)
    coefficient: float = 1.0
    coefficient_unit: str = "1"


@dataclass(config=STRICT)
class CustomRule:
    """A linear rule over named decisions: sum of terms, sense, limit.

    Attributes
    ----------
    unit : of the sum and the limit, e.g. ``t/year``; checked against every term.
    limit : one number, or by calendar year: linear in between, held after the last, none before the first.
    span : in each year, or over the horizon (yearly quantities times years; decisions counted once).
    in_reference : whether today's chain, which caps are shares of, keeps the rule too.
    """

    name: str
    terms: list[RuleTerm]
    limit: float | dict[int, float]
    unit: str
    sense: Sense = Sense.AT_MOST
    span: Span = Span.EACH_YEAR
    in_reference: bool = False

    @model_validator(mode="after")
    def sums_something(self) -> CustomRule:
        """Refuse a rule without terms or without a limit."""
        if not self.terms:
            message = f"scenario.rules {self.name!r} has no terms"
            raise ValueError(message)
        if isinstance(self.limit, dict) and (
            not self.limit or (self.span is Span.HORIZON and len(self.limit) > 1)
        ):
            message = f"scenario.rules {self.name!r}: limit needs a year; over the horizon, one number"
            raise ValueError(message)
        return self
