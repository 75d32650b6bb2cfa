"""Programme targets in trials: what each measures, and how often it is missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from scenarios.ledger import Ledger
from scenarios.scenario import Scenario
from scenarios.targets import held_limits, missed, target_terms, target_values
from simulation.layout import Floats
from simulation.statistics import chance_interval, mean_interval

DIMS = ("target", "period")
Variable = tuple[tuple[str, ...], Floats, dict[str, str]]


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
    data: dict[str, Variable] = {
        "target_value": (("trial", *DIMS), values, _told("what the target measures", "see target_unit"))
    }
    mean = mean_interval(values, confidence, pairs)
    chance = chance_interval(np.array([each.missed for each in found]) > 0, confidence, pairs)
    for end, figure, share in zip(("", "_low", "_high"), mean, chance, strict=True):
        words = {"": "", "_low": ", lower end of its interval", "_high": ", upper end of its interval"}[end]
        data[f"target_mean{end}"] = (DIMS, figure, _told(f"mean over the trials{words}", "see target_unit"))
        data[f"target_chance{end}"] = (
            DIMS,
            np.where(limited, share, np.nan),
            _told(f"share of trials that missed the target{words}", "1"),
        )
    names = [name for name in plan.coords if str(name).startswith("target")]
    return xr.Dataset(data, coords={name: plan[name] for name in names})


def _told(meaning: str, units: str) -> dict[str, str]:
    return {"units": units, "long_name": meaning}
