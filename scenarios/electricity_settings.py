"""Settings of electricity: how green power is matched with the load, and how much of it is wanted."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

if TYPE_CHECKING:
    from scenarios.periods import Floats, Periods

Share = Annotated[float, Field(ge=0, le=1)]


class Matching(Enum):
    """Over what time green power counts as used."""

    ANNUAL = "annual"  # output of a year against the load of the year
    HOURLY = "hourly"  # output of an hour against the load of the hour, on typical days


@dataclass(config=ConfigDict(extra="forbid"))
class ElectricitySettings:
    """How green power meets the load.

    Attributes
    ----------
    matching : annual, or hourly on typical days chosen from `power_profiles`. By the hour, certificates
        of a year match nothing and storage may shift output.
    matched_share : share of the own sites' load met by green power so matched, at least; one figure for
        all years, or by year, linear in between and none before the first. None: no target.
    typical_days : how many days stand for the year where matching is hourly; 365: all of them.
    premium_curve : matched shares to plan for one after the other, for the cost premium; empty: none.
    """

    matching: Matching = Matching.ANNUAL
    matched_share: Share | dict[int, Share] | None = None
    typical_days: Annotated[int, Field(ge=1, le=365)] = 8
    premium_curve: list[Share] = field(default_factory=list)

    @property
    def hourly(self) -> bool:
        """Whether green power is matched by the hour."""
        return self.matching is Matching.HOURLY

    def share_by_period(self, periods: Periods) -> Floats:
        """Return the matched share asked for in each period, (T,); zero where there is no target."""
        given = self.matched_share
        if given is None or given == {}:
            return periods.interpolate({0: 0.0})
        by_year = given if isinstance(given, dict) else {0: given}
        return periods.interpolate(by_year, before_first=0.0)
