"""Runs many trials, in this process or in several; the result does not depend on how many."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import xarray as xr

from scenarios.replanning import Replanner
from scenarios.scenario import Scenario
from simulation.accounting import Account, Accounts
from simulation.engines import play
from simulation.network import Network, build_network
from simulation.opening import Opening, opening_balance
from simulation.replanning import Recourse, open_to_plans, recourse_of
from simulation.selection import yearly
from simulation.settings import SimulationSettings, UncertaintySettings
from simulation.stopping import next_look, rule_in_words, still_too_wide, watched
from simulation.workers import cores, processes

Progress = Callable[[int, int], None]
WORTH_PROCESSES = 10.0  # seconds of trials below which more processes only cost time


@dataclass
class Trials:
    """All that the trials of one plan share; with a recourse, the plan is made again inside them."""

    network: Network
    opening: Opening
    accounts: Accounts
    settings: SimulationSettings
    recourse: Recourse | None = None

    def twin(self) -> Account:
        """Return the plan's twin: nothing varies, and all follow the plan, whatever their policies."""
        off = UncertaintySettings.off()
        shared = (self.network.by_plan(), self.opening.by_plan(), self.settings)
        return self.accounts.book(play(*shared, off, 0, self.recourse))

    def calm(self) -> Account:
        """Return the trial in which nothing varies and policies order."""
        return self._book(UncertaintySettings.off(), 0)

    def run(self, index: int) -> Account:
        """Return trial `index`; the same in any process and any order."""
        return self._book(self.settings.uncertainty, index)

    def _book(self, uncertainty: UncertaintySettings, index: int) -> Account:
        shared = (self.network, self.opening, self.settings)
        return self.accounts.book(play(*shared, uncertainty, index, self.recourse))


def prepare(
    scenario: Scenario,
    plan: xr.Dataset,
    settings: SimulationSettings,
    replanner: Replanner | None = None,
) -> Trials:
    """Return the trials of a plan, ready to run.

    Parameters
    ----------
    replanner : makes the plan again when a calendar year opens; none: it stays as it is.
    """
    active = yearly(plan, "in_effect") > 0.5
    open_to = None if replanner is None else open_to_plans(scenario, active, replanner.free)
    network = build_network(scenario, plan, open_to)
    opening = opening_balance(network, settings.safety_days, settings.buffer_days)
    accounts = Accounts(scenario, plan, settings.factors)
    recourse = None if replanner is None else recourse_of(replanner, accounts.caps)
    return Trials(network, opening, accounts, settings, recourse)


def run_all(
    trials: Trials, seconds_each: float, progress: Progress | None = None
) -> tuple[list[Account], str]:
    """Return trials 0 .. n - 1 in order, and the rule that ended them in words.

    Several processes are used when that is asked for and pays. Where a precision is asked for, the rule
    looks at the first 40, 60, 80 ... trials, so that any number of workers stops at the same one.

    Parameters
    ----------
    seconds_each : estimate of one trial's time.
    progress : called with trials done and the most there may be, from this process.
    """
    most = trials.settings.trials
    workers = min(trials.settings.workers or cores(), most)
    if workers == 1 or most * seconds_each < WORTH_PROCESSES:
        return _until_precise(trials, lambda look: map(trials.run, look), progress)
    with processes(workers, _start, (_portable(trials),)) as pool:

        def run(look: range) -> Iterator[Account]:
            chunk = max(1, min(len(look) // (4 * workers), round(0.3 / max(seconds_each, 1e-3))))
            return pool.imap(_run, look, chunk)

        return _until_precise(trials, run, progress)


def _until_precise(
    trials: Trials, run: Callable[[range], Iterable[Account]], progress: Progress | None
) -> tuple[list[Account], str]:
    """Run trials from one look of the rule to the next until it is content, or there are no more."""
    precision, most = trials.settings.precision, trials.settings.trials
    watch = watched(trials.network.scenario, trials.network.plan)
    found: list[Account] = []
    wide: list[str] = []
    while len(found) < most:
        for account in run(range(len(found), next_look(len(found), precision, most))):
            found.append(account)
            if progress is not None:
                progress(len(found), most)
        if precision is not None:
            pairs = trials.settings.antithetic
            wide = still_too_wide(found, watch, precision, trials.settings.confidence, pairs)
            if not wide:
                break
    return found, rule_in_words(len(found), precision, wide)


def _portable(trials: Trials) -> Trials:
    """Return the trials without what only their set-up needs: tables, and settings that cannot be sent."""
    unused: Any = None
    scenario = replace(trials.network.scenario, tables={}, carbon=unused, pathway=unused)
    network = replace(trials.network, scenario=scenario)
    _ = network.entities, network.as_planned, network.spells  # once, not in every process
    return replace(trials, network=network)


_in_this_process: list[Trials] = []


def _start(trials: Trials) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked, which ends these
    _in_this_process[:] = [trials]


def _run(index: int) -> Account:
    return _in_this_process[0].run(index)
