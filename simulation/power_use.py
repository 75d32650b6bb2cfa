"""What trials make of green power: how much of the load it meets, and what becomes of certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scenarios.power import is_matched
from scenarios.scenario import Scenario
from simulation.intervals import Variables, told, with_ends
from simulation.layout import Floats
from simulation.statistics import mean_interval

if TYPE_CHECKING:
    from simulation.accounting import Account


@dataclass(frozen=True)
class PowerUse:
    """Green power of a trial.

    Attributes
    ----------
    matched : share of the own sites' load met by green power, as the plan matches it, (T,).
    counts : share of it met by claims that count by the same hour and deliverable, (T,); nan: not known.
    retired : certificates retired, MWh a year, (C, T). left : bought and never retired, MWh, (C,).
    """

    matched: Floats
    counts: Floats
    retired: Floats
    left: Floats


def power_use(scenario: Scenario, activities: Mapping[str, Floats]) -> PowerUse | None:
    """Return what became of green power; none where neither hours nor certificates are known of."""
    certificates, years = scenario.certificates, scenario.periods.years
    if not (len(scenario.claims) or len(certificates.label)):
        return None
    power = activities["power"]
    own = scenario.sites.owner[scenario.supplies.site] == "own"
    load = power[own].sum(axis=0)

    def share(amount: Floats) -> Floats:
        return np.divide(amount, load, out=np.zeros_like(load), where=load > 0)

    counts = np.full_like(load, np.nan)
    if "claimed" in activities:
        counts = share(activities["claimed"][own].sum(axis=0))
    retired = np.zeros((len(certificates.label), len(years)))
    left = np.zeros(len(certificates.label))
    if len(certificates.label):
        np.add.at(retired, certificates.lot_option, activities["certificate_retired"])
        left = ((activities["certificate_bought"] - retired) * years).sum(axis=1)
    matched = share(power[own & is_matched(scenario)].sum(axis=0))
    return PowerUse(matched, counts, retired, left)


def power_of(accounts: Sequence[Account], scenario: Scenario, confidence: float, pairs: bool) -> Variables:
    """Return what trials say of green power, for the outcome; nothing where nothing is known of it."""
    used = [account.power for account in accounts if account.power is not None]
    if not used:
        return {}
    found: Variables = {}
    for name, words in (
        ("matched", "share of the own sites' load met by green power"),
        ("counts", "share of it met by claims that count by the same hour"),
    ):
        values = np.array([getattr(each, name) for each in used])
        found[f"power_{name}"] = (("trial", "period"), values, told("1", words))
        estimate = mean_interval(values, confidence, pairs)
        found |= with_ends(f"power_{name}_mean", ("period",), estimate, "1", f"mean {words}")
    if len(scenario.certificates.label):
        retired = np.array([each.retired for each in used])
        left = np.array([each.left for each in used])
        dims = ("trial", "certificate", "period")
        found["certificates_retired"] = (dims, retired, told("MWh/year", "certificates retired"))
        meaning = "certificates bought and never retired"
        found["certificates_left"] = (("trial", "certificate"), left, told("MWh", meaning))
    return found
