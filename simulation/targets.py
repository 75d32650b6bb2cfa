"""Programme targets in trials: what each measures, and how often it is missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from scenarios.ledger import Ledger
from scenarios.scenario import Scenario
from scenarios.targets import held_limits, missed, target_terms, target_values
from simulation.intervals import WILSON, Variables, told, with_ends
from simulation.layout import Floats
from simulation.statistics import chance_interval, mean_interval

DIMS = ("target", "period")


@dataclass(frozen=True)
class TargetUse:
    """What targets measured in a trial, and where they were missed, (K, T) each."""

    value: Floats
    missed: Floats


class TargetBook:
    """Measures the targets of a plan in its trials, by the limits that the plan was held against."""

    def __init__(self, scenario: Scenario, ledger: Ledger, plan: xr.Dataset) -> None:
        told = len(scenario.targets.label) > 0 and "target_limit" in plan
        self._targets, self._periods = scenario.targets, scenario.periods
        self._terms = target_terms(scenario, ledger) if told else []
        self._limits = plan["target_limit"].transpose(*DIMS).to_numpy() if told else np.zeros((0, 0))

    def use(self, activities: Mapping[str, Floats]) -> TargetUse | None:
        """Return the figures of a trial; none where there are no targets.

        `activities` : of the ledger, and ``delivered``.
        """
        if not self._terms:
            return None
        values = target_values(self._terms, activities, len(self._periods))
        held = held_limits(self._targets, self._limits, values, self._periods)
        return TargetUse(values, missed(self._targets, held, values).astype(float))


def targets_of(
    used: Sequence[TargetUse | None], plan: xr.Dataset, confidence: float, pairs: bool = False
) -> xr.Dataset:
    """Return what targets measured over the trials as variables of the outcome; empty where there are none.

    ``target_value`` (trial, target, period); its mean with an interval, ``target_mean``, ``_low``, ``_high``,
    and the share of trials that missed it, ``target_chance``, ``_low``, ``_high`` (target, period), nan where
    there is no limit.
    """
    found = [each for each in used if each is not None]
    if not found:
        return xr.Dataset()
    values = np.array([each.value for each in found])
    limited = np.isfinite(plan["target_limit"].transpose(*DIMS).to_numpy())
    mean = mean_interval(values, confidence, pairs)
    chance = chance_interval(np.array([each.missed for each in found]) > 0, confidence, pairs)
    shares = np.where(limited, np.array(chance), np.nan)
    unit, meaning = "see target_unit", "share of trials that missed the target"
    data: Variables = {
        "target_value": (("trial", *DIMS), values, told(unit, "what the target measures")),
        **with_ends("target_mean", DIMS, mean, unit, "mean over the trials"),
        **with_ends("target_chance", DIMS, shares, "1", meaning, called=WILSON),
    }
    names = [name for name in plan.coords if str(name).startswith("target")]
    return xr.Dataset(data, coords={name: plan[name] for name in names})
