"""What the plan's claims to green power would be worth by the same hour, as figures of its Dataset."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scenarios.claim_rates import claim_premium, price_beyond_grid
from scenarios.claims import met_by_hour, put_out, stranded
from scenarios.power import HOURS_PER_DAY, Hours
from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Figures = dict[str, tuple[tuple[str, ...], Floats]]

CLAIM_MEANINGS = {
    "stranded": ("MWh/year", "claims to green power that would not count by the same hour and deliverable"),
    "stranded_emissions": ("tCO2e/year", "emissions that come back where those claims do not count"),
    "stranded_premium": ("currency/year", "paid for those claims beyond plain grid power"),
    "price_beyond_grid": ("currency/MWh", "what a MWh bought costs beyond plain grid power of its site"),
    "hour_load": ("MWh/year", "load of own sites in a typical hour, all its days together"),
    "hour_matched": ("MWh/year", "what of it claims that count meet in the hour itself"),
}


def claim_figures(scenario: Scenario, activities: Mapping[str, Floats]) -> Figures:
    """Return what would not count, by supply and period, and how the load is met by the typical hour.

    Empty where nothing is known of the hours of claims.
    """
    claims, power = scenario.claims, activities["power"]
    if not len(claims):
        return {}
    lost = stranded(scenario, power, activities["claimed"])
    own = (scenario.sites.owner[scenario.supplies.site] == "own")[:, None]
    dims = ("supply", "period")
    figures: Figures = {
        "stranded": (dims, lost),
        "stranded_emissions": (dims, lost * claims.unclaimed * own),
        "stranded_premium": (dims, lost * claim_premium(scenario)),
        "price_beyond_grid": (dims, price_beyond_grid(scenario)),
    }
    if len(claims.hours) and not scenario.electricity.hourly:
        met = met_by_hour(scenario, power, put_out(scenario, activities))
        figures["hour_load"] = (("slice", "period"), met.load)
        figures["hour_matched"] = (("slice", "period"), met.matched)
    return figures


def slice_coordinates(hours: Hours) -> dict[str, tuple[str, NDArray] | NDArray]:
    """Return the coordinates of typical hours: day of the year, hour, and the hours a year it stands for."""
    if not len(hours):
        return {}
    hour = np.arange(len(hours))
    return {
        "slice": hour,
        "slice_day": ("slice", np.repeat(hours.day_number, HOURS_PER_DAY)),
        "slice_hour": ("slice", hour % HOURS_PER_DAY),
        "slice_weight": ("slice", hours.weight),
    }
