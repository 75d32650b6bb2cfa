"""Day-by-day simulation: ``python -m benchmarks.simulate [--json]``.

A distribution tree of plants, depots and shops is run day by day under the same demand by zerolane and by
others: SimPy as textbooks write it (a process for every site and every shipment, Containers and Stores),
salabim, SupplyNetPy and stockpyl. All take the same decisions: base stock, reviewed daily, lead times in
whole days, shops serve those who wait first. zerolane plays its own plan of the tree with ``gain=1``, which
is base stock here; it also draws the demand that the others are handed, books every flow and prices cost and
emissions with the ledger, which the others do not.

The same sample path is asserted: what every shop was served, and the closing and mean stock of every site.
SupplyNetPy ships whole orders only and starts with nothing on the way, so its path is its own. Three tables:

1. all of them on a small network and one year;
2. zerolane and textbook SimPy on 510 sites and ten years (the source not counted);
3. where the time of a trial goes there, under demand alone and under every uncertainty zerolane knows.

Seconds are CPU seconds of one run, contenders taking turns. stockpyl may live in an environment of its own:
``--stockpyl PYTHON``. Packages that are not installed are left out and named.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks import textbook_simpy
from benchmarks.distribution import LEADS, Distribution, distribution, planned
from benchmarks.simulate_given import TIERS, Given, Path
from benchmarks.simulate_peers import run_salabim, run_stockpyl, run_supplynetpy
from benchmarks.timing import Record, Spent, alternate, finish, measured, ratios, show, spread
from simulation import SimulationSettings, UncertaintySettings
from simulation.trial import Trial
from simulation.trials import Trials, prepare

SMALL, LARGE = (2, 8, 40, 1), (10, 50, 450, 10)  # plants, depots, shops, years
OURS, TEXTBOOK = "zerolane", "SimPy, textbook"
SAME_PATH = 1e-9  # relative: sums are rounded in another order
SAFETY_DAYS = 3.0  # of opening stock, so that shops run short now and then
DEMAND_CV = 0.5
ROUNDS, LARGE_ROUNDS = 3, 2
PACKAGES = ("simpy", "numba", "salabim", "supplynetpy")
ALONE = 5  # trials of zerolane in the third table


@dataclass(frozen=True)
class Tried:
    """A tree, its trials in zerolane, and what the others are given."""

    tree: Distribution
    trials: Trials
    given: Given

    def zerolane(self) -> Path:
        """Draw, run, book and price trial 0."""
        trials = self.trials
        trial = Trial(trials.network, trials.opening, trials.settings, trials.settings.uncertainty, 0)
        result = trial.run()
        trials.accounts.book(result)
        at = self.at
        served = (result.delivered * trials.network.scenario.periods.years).sum(axis=1)
        return Path(served, result.closing_stock[at], result.mean_stock[at], result.events)

    @property
    def at(self) -> np.ndarray:
        """Positions of the sites among the network's nodes, tier by tier."""
        return np.concatenate(positions(self.tree, self.trials))


def positions(tree: Distribution, trials: Trials) -> list[np.ndarray]:
    """Return the node of each site, one array a tier."""
    node = {str(label).partition(":")[0]: n for n, label in enumerate(trials.network.labels("node"))}
    return [np.array([node[name] for name in tree.names(tier)]) for tier in range(TIERS)]


def tried(
    size: tuple[int, int, int, int], safety_days: float = SAFETY_DAYS, demand_cv: float = DEMAND_CV
) -> Tried:
    """Return a tree with its plan ready to be tried, compiled and run once."""
    tree = distribution(*size)
    scenario = tree.scenario()
    only_demand = replace(UncertaintySettings.off(), demand_daily_cv=demand_cv)
    settings = SimulationSettings(gain=1.0, safety_days=safety_days, uncertainty=only_demand)
    trials = prepare(scenario, planned(scenario), settings)
    trials.run(0)
    network, opening = trials.network, trials.opening
    rate = np.zeros(len(network.template.nodes))
    rate[network.template.arcs["head"]] = network.planned.flow[0]
    at = positions(tree, trials)
    given = Given(
        parents=tree.parents,
        leads=LEADS,
        stock=tuple(opening.stock[nodes] for nodes in at),
        rate=tuple(rate[nodes] for nodes in at),
        demand=Trial(network, opening, settings, only_demand, 0).world.demand,
        closes=frozenset((network.days.first[1:] - 1).tolist()),
    )
    return Tried(tree, trials, given)


def main(words: Sequence[str] | None = None) -> int:
    """Run all, print the tables; return 1 when a path differs that must not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulate", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each contender, small network")
    parser.add_argument("--large-rounds", type=int, default=LARGE_ROUNDS, help="the same, 510 sites")
    parser.add_argument("--minutes", type=float, default=9.0, help="no further large round ends after this")
    parser.add_argument("--stockpyl", default=sys.executable, metavar="PYTHON", help="a Python with stockpyl")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    chosen = parser.parse_args(words)
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    faults: list[str] = []
    stop = time.monotonic() + 60 * chosen.minutes
    small = compare_all(tried(SMALL), chosen.rounds, chosen.stockpyl, faults)
    network = tried(LARGE)
    large = compare_textbook(network, chosen.large_rounds, stop, faults)
    alone = look_inside(network)
    for fault in faults:
        print(f"FAULT: {fault}")
    finish({"small": small, "large": large, "alone": alone, "faults": faults}, chosen.json, PACKAGES)
    return 1 if faults else 0


def compare_all(case: Tried, rounds: int, stockpyl_python: str, faults: list[str]) -> Record:
    """Run every contender on the small network."""
    contenders: dict[str, Callable[[], object]] = {
        OURS: case.zerolane,
        TEXTBOOK: partial(textbook_simpy.run, case.given),
    }
    absent = []
    for name, module, run in (
        ("salabim", "salabim", run_salabim),
        ("SupplyNetPy", "SupplyNetPy", run_supplynetpy),
    ):
        if importlib.util.find_spec(module):
            contenders[name] = partial(run, case.given)
        else:
            absent.append(name)
    if stockpyl_python != sys.executable or importlib.util.find_spec("stockpyl"):
        contenders["stockpyl"] = partial(run_stockpyl, case.given, stockpyl_python)
    else:
        absent.append("stockpyl")
    spent = alternate(contenders, rounds)
    paths = {name: _path(found[0]) for name, found in spent.items()}
    seconds = {name: [_seconds(one) for one in found] for name, found in spent.items()}
    rows, record = [], {}
    for name, taken in seconds.items():
        away = paths[name].difference(paths[TEXTBOOK])
        if name != "SupplyNetPy" and away > SAME_PATH:
            faults.append(f"{name} went another way than the textbook: {away:.1e}")
        times = ratios(taken, seconds[OURS])
        record[name] = {"seconds": spread(taken), "over_ours": times, "path_difference": away}
        rows.append({
            "contender": name,
            "CPU s": spread(taken),
            "site-days/s": case.tree.sites * case.given.days / spread(taken).median,
            "times ours": times,
            "path": "its own" if away > SAME_PATH else f"the same ({away:.0e})",
        })  # fmt: skip
    notes = [f"not installed: {', '.join(absent)} (pip install zerolane[bench])"] if absent else []
    show(f"{case.tree.sites} sites, {case.given.days} days, {rounds} rounds", rows, notes)
    return record


def compare_textbook(case: Tried, rounds: int, stop: float, faults: list[str]) -> Record:
    """Run zerolane and the textbook on the large network; no round begins that would not end by `stop`."""
    contenders: dict[str, Callable[[], object]] = {
        OURS: case.zerolane,
        TEXTBOOK: partial(textbook_simpy.run, case.given),
    }
    spent, longest = alternate(contenders, 1), 0.0
    for _ in range(1, rounds):
        longest = max(longest, sum(found[-1].wall for found in spent.values()))
        if time.monotonic() + longest > stop:
            break
        for name, found in alternate(contenders, 1).items():
            spent[name] += found
    ours, theirs = ([_seconds(one) for one in spent[name]] for name in contenders)
    path, base = _path(spent[OURS][0]), _path(spent[TEXTBOOK][0])
    away, faster = path.difference(base), ratios(theirs, ours)
    if away > SAME_PATH:
        faults.append(f"{OURS} went another way than the textbook on the large network: {away:.1e}")
    site_days = case.tree.sites * case.given.days
    rows = []
    for name, taken, events in ((OURS, ours, path.events), (TEXTBOOK, theirs, base.events)):
        speed = site_days / spread(taken).median
        rows.append({"contender": name, "CPU s": spread(taken), "events": events, "site-days/s": speed})
    title = f"{case.tree.sites} sites, {case.given.days} days, {site_days:,} site-days, {len(ours)} rounds"
    show(title, rows, [f"textbook over ours: {faster}; path the same to {away:.0e}"])
    return {"seconds": spread(ours), "textbook_seconds": spread(theirs), "textbook_over_ours": faster,
            "path_difference": away, "events": path.events, "textbook_events": base.events}  # fmt: skip


def look_inside(case: Tried) -> Record:
    """Take a trial of the large network apart: drawing beforehand, running, pricing."""
    trials, record, rows = case.trials, {}, []
    for name, uncertainty in (
        ("demand alone", trials.settings.uncertainty),
        ("every uncertainty", UncertaintySettings()),
    ):
        parts: dict[str, list[float]] = {"sampling": [], "running": [], "pricing": []}
        for index in range(ALONE):
            make = measured(
                partial(Trial, trials.network, trials.opening, trials.settings, uncertainty, index)
            )
            enter = measured(make.answer.enter_outages)
            run = measured(make.answer.run)
            price = measured(partial(trials.accounts.book, run.answer))
            parts["sampling"].append(make.thread + enter.thread)
            parts["running"].append(run.thread)
            parts["pricing"].append(price.thread)
        beside = [a + b for a, b in zip(parts["running"], parts["pricing"], strict=True)]
        record[name] = {part: spread(taken) for part, taken in parts.items()} | {
            "without_sampling": spread(beside),
            "events": run.answer.events,
        }
        rows.append({
            "trial under": name,
            **{f"{part} s": spread(taken) for part, taken in parts.items()},
            "without sampling s": spread(beside),
            "events": run.answer.events,
        })  # fmt: skip
    show(f"one trial of zerolane at {case.tree.sites} sites, CPU seconds of {ALONE} trials", rows)
    return record


def _path(spent: Spent) -> Path:
    return spent.answer[0] if isinstance(spent.answer, tuple) else spent.answer


def _seconds(spent: Spent) -> float:
    """Return CPU seconds: those told by a run in another Python, else those of this process."""
    return spent.answer[1] if isinstance(spent.answer, tuple) else spent.cpu


if __name__ == "__main__":
    sys.exit(main())
