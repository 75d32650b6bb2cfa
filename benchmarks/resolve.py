"""Asking again: ``python -m benchmarks.resolve [--json]``.

A frontier and a parameter sweep of generated networks, by a fresh build for every point and by one session
that only sends numbers. Linear: the small network without whole-number rules; mixed: the tiny one with
them. Fresh and session take turns point by point, their optima are asserted equal (mixed: within the gap),
and the share of the session's time outside HiGHS is told: arrays, transfer and reading back. Of the mixed
sweep, a start from the first plan and two processes are measured too. Seconds are CPU of the process, of
two processes wall.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks.generated import scenario
from benchmarks.timing import Record, Spent, finish, measured, show, spread
from optimizer.models.objective import emissions_within_target
from optimizer.points import Points
from optimizer.runner import Runner
from optimizer.session import PlanSession
from optimizer.settings import SolverSettings
from optimizer.solution import Solution
from scenarios.scenario import Floats, Scenario

TARGET = "emissions_within_target"
FEWEST = 2  # points, however long they take
SAME = 1e-6  # relative, of two linear programs
TIGHTEST = 0.6  # share of the cheapest plan's emissions above the least: where the frontier begins


class DifferentError(Exception):
    """Two ways to the same answer gave different ones."""


@dataclass
class Clock:
    """CPU seconds spent inside HiGHS."""

    inside: float = 0.0


@contextmanager
def counted() -> Iterator[Clock]:
    """Count the CPU time of HiGHS while the block runs."""
    clock, run = Clock(), Runner.run

    def timed(runner: Runner, *words: Any) -> Any:
        began = time.process_time()
        try:
            return run(runner, *words)
        finally:
            clock.inside += time.process_time() - began

    Runner.run = timed  # type: ignore[assignment,method-assign]
    try:
        yield clock
    finally:
        Runner.run = run  # type: ignore[method-assign]


def one_changed(case: Scenario, number: int, seed: int = 7) -> Scenario:
    """Return the case with one parameter changed: a product's price or footprint, freight, or the cap."""
    rng = np.random.default_rng([seed, number])
    factor, offers, arcs = rng.uniform(0.85, 1.15), case.offers, case.arcs
    chosen = np.where(offers.product == rng.choice(offers.product), factor, 1.0)[:, None]
    kind = number % 4
    if kind == 0:
        return replace(case, offers=replace(offers, price=offers.price * chosen))
    if kind == 1:
        return replace(case, offers=replace(offers, footprint=offers.footprint * chosen))
    if kind == 2:
        return replace(case, arcs=replace(arcs, cost=arcs.cost * factor))
    caps = {
        name: replace(cap, limit={year: value * (0.8 + 0.2 * factor) for year, value in cap.limit.items()})
        for name, cap in case.carbon.caps.items()
    }
    return replace(case, carbon=replace(case.carbon, caps=caps))


def all_changed(case: Scenario, number: int, seed: int = 7) -> Scenario:
    """Return the case with every price, footprint, freight cost (15 %) and demand (5 %) drawn anew."""
    rng = np.random.default_rng([seed, number])

    def near(values: Floats, width: float = 0.15) -> Floats:
        return values * rng.uniform(1 - width, 1 + width, values.shape)

    offers, arcs, demands = case.offers, case.arcs, case.demands
    return replace(
        case,
        offers=replace(offers, price=near(offers.price), footprint=near(offers.footprint)),
        arcs=replace(arcs, cost=near(arcs.cost)),
        demands=replace(demands, quantity=near(demands.quantity, 0.05)),
    )


@dataclass
class Compared:
    """What points cost by fresh builds and by a session: CPU seconds, and those of HiGHS within."""

    fresh: list[Spent]
    again: list[Spent]
    fresh_inside: float
    again_inside: float
    rebuilds: int
    worst: float  # relative difference of optima

    def record(self) -> Record:
        """Return the figures; fresh points are of a part of the sweep, so means are compared."""
        fresh, again = ([spent.cpu for spent in each] for each in (self.fresh, self.again))
        return {
            "points": len(again),
            "fresh points": len(fresh),
            "fresh s a point": spread(fresh),
            "session s a point": spread(again),
            "times faster": (sum(fresh) / len(fresh)) / (sum(again) / len(again)),
            "outside HiGHS, fresh": 1 - self.fresh_inside / sum(fresh),
            "outside HiGHS, session": 1 - self.again_inside / sum(again),
            "models built": self.rebuilds,
            "largest difference": self.worst,
        }


def compare(
    fresh: Callable[[int], Solution],
    again: Callable[[int], Solution],
    points: int,
    every: int,
    held: dict[str, PlanSession],
    same: float,
    stop: float,
) -> Compared:
    """Return both ways' times, taking turns: `fresh` at every so many points, `again` at all until `stop`.

    Raises
    ------
    DifferentError : optima differ by more than `same`.
    """
    found = Compared([], [], 0.0, 0.0, 0, 0.0)
    for number in range(points):
        if number >= FEWEST and time.monotonic() > stop:
            break
        with counted() as clock:
            found.again.append(measured(partial(again, number)))
        found.again_inside += clock.inside
        if number % every:
            continue
        with counted() as clock:
            found.fresh.append(measured(partial(fresh, number)))
        found.fresh_inside += clock.inside
        one, other = found.again[-1].answer, found.fresh[-1].answer
        if one.has_values != other.has_values:
            message = f"point {number}: {one.termination}, but fresh: {other.termination}"
            raise DifferentError(message)
        if one.has_values:
            apart = abs(one.objective - other.objective) / abs(other.objective)
            found.worst = max(found.worst, apart)
            if apart > same:
                message = f"point {number}: {one.objective}, but fresh: {other.objective}"
                raise DifferentError(message)
    found.rebuilds = held["session"].rebuilds
    return found


def frontier(
    case: Scenario, settings: SolverSettings, points: int, relaxed: bool = False, stop: float = math.inf
) -> Compared:
    """Return what a frontier costs, tight to loose, both ways."""

    def begun() -> PlanSession:
        session = PlanSession(free, settings)
        session.add(TARGET, emissions_within_target)
        return session

    free = replace(case, carbon=replace(case.carbon, caps={}))
    first = begun()
    row, loose = getattr(first.model, TARGET), first.solve(relaxed=relaxed)
    most = float((row.matrix @ np.concatenate([loose.value(v) for v in row.variables]))[0])
    targets = np.linspace(TIGHTEST, 1.0, points) * most
    held: dict[str, PlanSession] = {}
    solvers: list[Points] = []
    plans: list[Solution] = []

    def again(number: int) -> Solution:
        if not held:
            held["session"] = begun()
            solvers.append(Points(held["session"]))
        session = held["session"]
        session.bound(TARGET, upper=targets[number])
        if relaxed:
            return session.solve(relaxed=True, follow=True)
        plans.append(solvers[0].solve(plans[-1:], afresh=not number))
        return plans[-1]

    def fresh(number: int) -> Solution:
        own = begun()
        own.bound(TARGET, upper=targets[number])
        return own.solve(relaxed=relaxed, follow=True)

    return compare(fresh, again, points, 1, held, SAME if relaxed else 2 * settings.mip_gap, stop)


def sweep(
    case: Scenario,
    settings: SolverSettings,
    change: Callable[[Scenario, int], Scenario],
    points: int,
    every: int = 1,
    relaxed: bool = False,
    started: bool = False,
    stop: float = math.inf,
) -> Compared:
    """Return what a sweep of parameters costs, both ways; `started`: each from the first case's plan.

    Making a changed case is no part of either; the session's build and first solve are.
    """
    held: dict[str, PlanSession] = {}
    starts: list[Solution] = []
    cases = [change(case, number) for number in range(points)]

    def again(number: int) -> Solution:
        if not held:
            held["session"] = PlanSession(case, settings)
            starts.extend([held["session"].solve()] if started else [])
        session = held["session"]
        session.change(cases[number])
        near = change is not all_changed
        return session.solve(starts[0] if starts else None, relaxed=relaxed, near=near)

    def fresh(number: int) -> Solution:
        return PlanSession(cases[number], settings).solve(relaxed=relaxed, follow=True)

    return compare(fresh, again, points, every, held, SAME if relaxed else 2 * settings.mip_gap, stop)


def part(size: str, settings: SolverSettings, numbers: Sequence[int]) -> list[float]:
    """Return the optima of some points of a mixed sweep; runs in a process of its own."""
    case = scenario(size)
    session = PlanSession(case, settings)
    found = []
    for number in numbers:
        session.change(one_changed(case, number))
        found.append(session.solve().objective)
    return found


def processes(size: str, settings: SolverSettings, points: int) -> Record:
    """Return wall seconds of a mixed sweep by one process and by two, and that their answers are equal."""
    began = time.perf_counter()
    with ProcessPoolExecutor(1) as pool:
        one = pool.submit(part, size, settings, range(points)).result()
    alone, began = time.perf_counter() - began, time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        halves = [pool.submit(part, size, settings, range(first, points, 2)) for first in (0, 1)]
        two = [half.result() for half in halves]
    both = time.perf_counter() - began
    if [one[0::2], one[1::2]] != two:
        message = "two processes answer otherwise than one"
        raise DifferentError(message)
    return {"points": points, "one process, wall s": alone, "two, wall s": both, "times faster": alone / both}


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print the table; an optimum that differs ends it with a DifferentError."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resolve", description=__doc__)
    parser.add_argument("--linear", default="small", help="size of the linear case")
    parser.add_argument("--mixed", default="tiny", help="size of the case with whole numbers")
    parser.add_argument("--points", type=int, default=20, help="points of a frontier")
    parser.add_argument("--sweep", type=int, default=200, help="points of the linear sweep")
    parser.add_argument("--every", type=int, default=5, help="sweep: a fresh build at every so many points")
    parser.add_argument("--minutes", type=float, default=7.0, help="points beyond are left out")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    chosen = parser.parse_args(words)
    settings = SolverSettings(mip_gap=5e-3, time_limit_seconds=60)
    end = time.monotonic() + 60 * chosen.minutes
    linear, mixed = scenario(chosen.linear), scenario(chosen.mixed)
    points, many, few = chosen.points, chosen.sweep, max(chosen.sweep // 10, 2)
    of_linear, of_mixed = f"linear ({chosen.linear})", f"mixed ({chosen.mixed})"
    parts: dict[str, Callable[[float], Compared]] = {
        f"frontier, {of_linear}": lambda stop: frontier(linear, settings, points, relaxed=True, stop=stop),
        f"sweep of single parameters, {of_linear}": lambda stop: sweep(
            linear, settings, one_changed, many, chosen.every, relaxed=True, stop=stop
        ),
        f"sweep of all numbers, {of_linear}": lambda stop: sweep(
            linear, settings, all_changed, few, relaxed=True, stop=stop
        ),
        f"frontier, {of_mixed}": lambda stop: frontier(mixed, settings, points, stop=stop),
        f"sweep of single parameters, {of_mixed}": lambda stop: sweep(
            mixed, settings, one_changed, few, stop=stop
        ),
        f"the same from the first plan, {of_mixed}": lambda stop: sweep(
            mixed, settings, one_changed, few, started=True, stop=stop
        ),
    }
    records = {}
    for number, (name, part_of) in enumerate(parts.items()):
        left = end - time.monotonic()
        records[name] = part_of(time.monotonic() + left / (len(parts) - number)).record()
        print(f"{name}: {records[name]['times faster']:.3g} times faster", flush=True)
    show("Fresh builds against one session, CPU seconds", [{"what": n} | r for n, r in records.items()])
    workers = processes(chosen.mixed, settings, few)
    show("The mixed sweep by two processes", [workers])
    finish({"benchmark": "resolve", "cases": records, "processes": workers}, chosen.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
