"""Runs many trials, in this process or in several; the result does not depend on how many."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import xarray as xr

from scenarios.scenario import Scenario
from simulation.accounting import Account, Accounts
from simulation.network import Network, build_network
from simulation.opening import Opening, opening_balance
from simulation.settings import SimulationSettings, UncertaintySettings
from simulation.trial import Trial

Progress = Callable[[int, int], None]
WORTH_PROCESSES = 4.0  # seconds of trials below which more processes only cost time
THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class Trials:
    """All that the trials of one plan share."""

    network: Network
    opening: Opening
    accounts: Accounts
    settings: SimulationSettings

    def twin(self) -> Account:
        """Return the trial in which nothing varies."""
        return self._book(UncertaintySettings.off(), 0)

    def run(self, index: int) -> Account:
        """Return trial `index`; the same in any process and any order."""
        return self._book(self.settings.uncertainty, index)

    def _book(self, uncertainty: UncertaintySettings, index: int) -> Account:
        return self.accounts.book(Trial(self.network, self.opening, self.settings, uncertainty, index).run())


def prepare(scenario: Scenario, plan: xr.Dataset, settings: SimulationSettings) -> Trials:
    """Return the trials of a plan, ready to run."""
    network = build_network(scenario, plan)
    opening = opening_balance(network, settings.safety_days, settings.buffer_days)
    return Trials(network, opening, Accounts(scenario, plan), settings)


def run_all(trials: Trials, seconds_each: float, progress: Progress | None = None) -> list[Account]:
    """Return trials 0 .. n - 1 in order, in several processes when that is asked for and pays.

    Parameters
    ----------
    seconds_each : estimate of one trial's time.
    progress : called with trials done and trials in all, from this process.
    """
    count = trials.settings.trials
    workers = min(trials.settings.workers, count)
    if workers == 1 or count * seconds_each < WORTH_PROCESSES:
        return _collect(map(trials.run, range(count)), count, progress)
    chunk = max(1, min(count // (4 * workers), round(1.0 / max(seconds_each, 1e-3))))
    pool_of = multiprocessing.get_context("spawn").Pool
    with _one_thread_each(), pool_of(workers, _start, (_portable(trials),)) as pool:
        return _collect(pool.imap(_run, range(count), chunk), count, progress)


def _portable(trials: Trials) -> Trials:
    """Return the trials without what only their set-up needs: tables, and settings that cannot be sent."""
    unused: Any = None
    scenario = replace(trials.network.scenario, tables={}, carbon=unused, pathway=unused)
    return replace(trials, network=replace(trials.network, scenario=scenario))


def _collect(accounts: Iterator[Account], count: int, progress: Progress | None) -> list[Account]:
    found = []
    for account in accounts:
        found.append(account)
        if progress is not None:
            progress(len(found), count)
    return found


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let numerical libraries of new processes use one thread each."""
    before = {name: os.environ.get(name) for name in THREAD_LIMITS}
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_in_this_process: list[Trials] = []


def _start(trials: Trials) -> None:
    _in_this_process[:] = [trials]


def _run(index: int) -> Account:
    return _in_this_process[0].run(index)
