"""What a plan says of electricity beside its yearly quantities: hours, matched share, certificate lots."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scenarios.claim_results import slice_coordinates
from scenarios.power import HOURS_PER_YEAR, by_the_hour, is_matched
from scenarios.scenario import Floats, Scenario

Data = dict[str, tuple[tuple[str, ...], Floats]]

HOURLY = ("hourly_used", "hourly_charged", "hourly_level")

POWER_MEANINGS = {
    "beyond": ("MWh/year", "used of a contract above what is paid anyway"),
    "charged": ("MWh/year", "green power put into storage"),
    "certificate_bought": ("MWh/year", "certificates bought apart from power"),
    "certificate_retired": ("MWh/year", "certificates of a lot retired in the period"),
    "hourly_used": ("MW", "used in a typical hour; of storage, given back"),
    "hourly_charged": ("MW", "put into storage in a typical hour"),
    "hourly_level": ("MWh", "held by a storage at the end of a typical hour"),
    "hour_load": ("MWh/year", "load of own sites in a typical hour"),
    "hour_matched": ("MWh/year", "load of own sites matched by green power in a typical hour"),
    "matched_share": ("1", "share of the own sites' load met by green power, as electricity.matching says"),
    "dual_matched_share": ("currency/MWh", "present value of one more MWh a year to be matched"),
}


def used_beyond(scenario: Scenario, activities: Mapping[str, Floats]) -> Floats:
    """Return MWh a year used of contracts above what is paid anyway, (contracts taken or paid in part, T)."""
    supplies, charging = scenario.supplies, scenario.storages.charging_supply
    used = activities["power"].copy()
    np.add.at(used, charging, activities["charged"])
    paid = activities["contracted"] * supplies.take_or_pay[:, None]
    beyond: Floats = np.maximum(used - paid, 0.0)[supplies.flexible]
    return beyond


def power_figures(scenario: Scenario, activities: Mapping[str, Floats]) -> Data:
    """Return the variables of a plan about electricity, by name.

    Parameters
    ----------
    activities : with ``hourly_used``, ``hourly_charged`` and ``hourly_level`` where matching is hourly,
        laid out (element and typical hour, period).
    """
    supplies, hours = scenario.supplies, scenario.hours
    own = scenario.sites.owner[supplies.site] == "own"
    load = activities["power"][own].sum(axis=0)
    matched = activities["power"][own & is_matched(scenario)].sum(axis=0)
    share = np.divide(matched, load, out=np.zeros_like(load), where=load > 0)
    found: Data = {"matched_share": (("period",), share)}
    if not len(hours):
        return found
    periods = len(scenario.periods)
    for name, dim in zip(HOURLY, ("hourly_supply", "charging", "stored"), strict=True):
        found[name] = ((dim, "slice", "period"), activities[name].reshape(-1, len(hours), periods))
    members = by_the_hour(scenario)
    of_site = np.zeros((len(scenario.sites.label), periods))
    np.add.at(of_site, supplies.site[own], activities["power"][own])
    by_hour = np.einsum("sh,st->ht", hours.load, of_site) * (hours.weight / HOURS_PER_YEAR)[:, None]
    used = found["hourly_used"][1][own[members]].sum(axis=0) * hours.weight[:, None]
    found["hour_load"] = (("slice", "period"), by_hour)
    found["hour_matched"] = (("slice", "period"), used)
    return found


def power_coordinates(scenario: Scenario) -> dict[str, tuple[str, NDArray] | NDArray]:
    """Return the coordinates of :func:`power_figures`, and what the certificate lots are."""
    certificates, periods = scenario.certificates, scenario.periods
    found: dict[str, tuple[str, NDArray] | NDArray] = {}
    if len(certificates.lot_label):
        last = np.array([np.flatnonzero(row).max() for row in certificates.valid], dtype=np.int64)
        found |= {
            "certificate_lot_option": (
                "certificate_lot",
                certificates.label[certificates.lot_option].astype(str),
            ),
            "certificate_lot_vintage": ("certificate_lot", periods.start[certificates.lot_vintage]),
            "certificate_lot_valid_to": ("certificate_lot", periods.start[last]),
        }
    if len(scenario.hours):
        members = by_the_hour(scenario)
        found |= {
            "hourly_supply": scenario.supplies.label[members].astype(str),
            "stored": scenario.supplies.label[scenario.storages.supply].astype(str),
            **slice_coordinates(scenario.hours),
        }
    return found
