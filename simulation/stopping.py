"""When enough trials have been run: a rule on the first n, so that any number of workers stops alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from scenarios.caps import main_accounts
from scenarios.scenario import Scenario
from simulation.accounting import Account
from simulation.layout import Flags
from simulation.settings import PrecisionSettings
from simulation.statistics import chance_interval, mean_interval

BATCH = 20  # trials between two looks


@dataclass(frozen=True)
class Watched:
    """What the rule looks at: accounts of the pathway's total, (accounts,), and caps that hold, (caps, T)."""

    counted: Flags
    held: Flags


def watched(scenario: Scenario, plan: xr.Dataset) -> Watched:
    """Return what the rule looks at in the trials of a plan."""
    counted = np.isin(plan["emission_account"].to_numpy().astype(str), list(main_accounts(scenario)))
    return Watched(counted, np.isfinite(plan["cap_limit"].transpose("cap", "period").to_numpy()))


def next_look(done: int, precision: PrecisionSettings | None, most: int) -> int:
    """Return how many trials to have before the rule is looked at (again)."""
    if precision is None:
        return most
    return min(precision.fewest_trials if done < precision.fewest_trials else done + BATCH, most)


def still_too_wide(
    accounts: Sequence[Account],
    watch: Watched,
    precision: PrecisionSettings,
    confidence: float,
    pairs: bool = False,
) -> list[str]:
    """Return which figures are not as precise as asked for, in words; empty when all are.

    Mean cost, mean emissions of each period and mean service of each period by the half-width of their
    Student intervals, each chance of missing a cap by that of its Wilson interval. The confidence is
    shared among the figures (Bonferroni), because the rule looks at all of them (Law 2015, 9.4). `pairs` :
    trials are antithetic pairs.
    """
    if len(accounts) < 2:
        return ["one trial has no interval"]
    cost = np.array([account.cost_npv for account in accounts])[:, None]
    emissions = np.array([account.emissions[watch.counted].sum(axis=0) for account in accounts])
    required = np.array([account.required.sum(axis=0) for account in accounts])
    delivered = np.array([account.delivered.sum(axis=0) for account in accounts])
    service = np.divide(delivered, required, out=np.ones_like(required), where=required > 0)
    missed = np.array([account.cap_missed[watch.held] for account in accounts])
    figures = 1 + emissions.shape[1] + service.shape[1] + missed.shape[1]
    each = 1 - (1 - confidence) / figures
    found = []
    for name, values, asked in (
        ("cost", cost, precision.cost),
        ("emissions", emissions, precision.emissions),
        ("service", service, precision.service),
    ):
        mean, low, _ = mean_interval(values, each, pairs)
        width = np.divide(mean - low, np.abs(mean), out=np.zeros_like(mean), where=mean != 0)
        if width.max(initial=0.0) > asked:
            found.append(f"{name} to {width.max():.2%} of {asked:.2%}")
    _, low, high = chance_interval(missed, each, pairs)
    half = float(((high - low) / 2).max(initial=0.0))
    if half > precision.chance:
        found.append(f"chance of missing a cap to {half:.1%} of {precision.chance:.1%}")
    return found


def rule_in_words(count: int, precision: PrecisionSettings | None, wide: Sequence[str]) -> str:
    """Return which rule ended the trials."""
    if precision is None:
        return "fixed number of trials"
    if wide:
        return f"largest number of trials, {count}, reached before the precision: {'; '.join(wide)}"
    return f"precision reached after {count} trials"
