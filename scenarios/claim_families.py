"""From tables to what is known of claims to green power by the same hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from scenarios.claims import Claims, decides_by_hour
from scenarios.electricity_settings import Matching
from scenarios.errors import ConfigError
from scenarios.power_families import make_hours
from scenarios.scenario import Floats, Scenario
from scenarios.values_by_period import by_period

Tables = Mapping[str, pd.DataFrame]


def make_claims(tables: Tables, scenario: Scenario) -> Claims:
    """Return what is known of the claims of all supplies.

    Where no option has a profile, a share of the same hour or a mark, nothing is known and the claims are
    empty, unless caps and prices read scope 2 by the hour or matching is hourly.

    Raises
    ------
    ConfigError : they do, and under annual matching an option lacks its share of the same hour.
    """
    supplies, sites = scenario.supplies, scenario.sites
    options = tables["power_options"].drop_duplicates("option").set_index("option")
    told = (options["profile"] != "") | options["same_hour_share"].notna() | options["not_deliverable"]
    asked = decides_by_hour(scenario.carbon)
    if not (asked or told.any() or scenario.electricity.hourly):
        return Claims()
    if asked and not scenario.electricity.hourly:
        _shares_known(options[(options["kind"] != "grid") & options["same_hour_share"].isna()].index)
    rows = options.loc[list(supplies.option)]
    hours = scenario.hours
    if not len(hours) and (supplies.profile != "").any():
        hours = make_hours(tables, sites, supplies, replace(scenario.electricity, matching=Matching.HOURLY))
    return Claims(
        claims=supplies.kind != "grid",
        share=rows["same_hour_share"].to_numpy(float),
        deliverable=~rows["not_deliverable"].to_numpy(bool),
        unclaimed=_unclaimed(tables, scenario),
        hours=hours,
    )


def _shares_known(missing: pd.Index) -> None:
    """Refuse to plan by the same hour with what is only known once the plan is there."""
    if len(missing):
        message = (
            "scope 2 by the same hour: under annual matching every power option that claims to be green "
            f"states its power_options.same_hour_share; {', '.join(missing)} do not. State it, or match by "
            "the hour: electricity.matching=hourly"
        )
        raise ConfigError(message)


def _unclaimed(tables: Tables, scenario: Scenario) -> Floats:
    """Return the factor of power without a claim at each supply's site, (U, T)."""
    periods, supplies = scenario.periods, scenario.supplies
    frame = tables["grid_factors"]
    frame = frame.assign(unclaimed_factor=frame["unclaimed_factor"].fillna(frame["factor"]))
    values = by_period(frame, ["region"], "unclaimed_factor", periods, np.nan)
    of_region = dict(zip(frame["region"].drop_duplicates(), values, strict=True))
    found = [of_region[region] for region in scenario.sites.region[supplies.site]]
    return np.array(found, dtype=float).reshape(len(supplies.label), len(periods))
