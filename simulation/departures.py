"""When trains and ships leave in a trial, and what their timetables mean for the first morning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from scenarios.disruptions import first_day
from scenarios.scenario import Scenario
from simulation.layout import Floats, Integers, World
from simulation.selection import Used
from simulation.settings import UncertaintySettings
from simulation.streams import Streams

if TYPE_CHECKING:
    from simulation.network import Network

LONGEST_GAP = 366  # days: how far back the departure before the first day may lie


def enter_timetables(scenario: Scenario, used: Used, world: World, days: int) -> World:
    """Return the world with the lanes that have a timetable, and the departures of its days."""
    timetables, lanes = scenario.timetables, world.lanes
    if not len(timetables.capacity):
        return world._replace(departures=np.zeros((days, 0), dtype=np.int64))
    row = timetables.row_of[used.lane]
    timed = np.flatnonzero(row >= 0)
    lanes["timetable"][timed] = np.arange(len(timed))
    lanes["takes"][timed] = timetables.capacity[row[timed]]
    begin, day = first_day(scenario.periods), np.arange(days)
    departures = [timetables.leaves(int(r), day, begin) for r in row[timed]]
    return world._replace(departures=np.array(departures, dtype=np.int64).reshape(len(timed), days).T.copy())


def late_departures(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Integers:
    """Return how many departures there are on each day when each is late by luck, (H, timed lanes).

    Delays are exponential, rounded to whole days; nothing that happens in a trial changes them, so all are
    drawn before the first day, one a departure, and none of them stops the days in between.
    """
    planned, mean = network.template.departures, uncertainty.departure_delay_mean_days
    if mean == 0 or not planned.size:
        return planned
    real, last = np.zeros_like(planned), len(planned) - 1
    names = [network.entities["lane"][k] for k in np.flatnonzero(network.template.lanes["timetable"] >= 0)]
    for column, name in enumerate(names):
        luck = streams.exponentials(name, "departure")
        for day in np.flatnonzero(planned[:, column]).tolist():
            late = day + math.floor(next(luck) * mean + 0.5)
            if late <= last:
                real[late, column] += planned[day, column]
    return real


def under_way(network: Network, coming: Floats, lead: Integers) -> Floats:
    """Add to `coming` what left by timetable before the first day; return what waits then, (A,).

    At the first period's rates, each departure taking what was released since the one before it.
    """
    scenario, template = network.scenario, network.template
    waiting = np.zeros(len(template.arcs))
    timetables, begin = scenario.timetables, first_day(scenario.periods)
    for k in np.flatnonzero(template.lanes["timetable"] >= 0).tolist():
        row, lane = int(timetables.row_of[network.used.lane[k]]), template.lanes[k]
        arcs = np.arange(lane["first_arc"], lane["end_arc"])
        before = np.arange(-int(lead[arcs].max(initial=0)) - LONGEST_GAP, 0)
        left = before[timetables.leaves(row, before, begin)]
        waiting[arcs] = network.planned.flow[0, arcs] * (-1 - left[-1] if len(left) else 0)
        for gap, day in zip(np.diff(left), left[1:], strict=True):
            there = arcs[day + lead[arcs] >= 0]
            np.add.at(
                coming,
                (day + lead[there], template.arcs["head"][there]),
                gap * network.planned.flow[0, there],
            )
    return waiting


def load_waiting(world: World, waiting: Floats) -> None:
    """Let `waiting`, product units by arc, (A,), wait at its origin for a departure."""
    arcs, lanes = world.arcs, world.lanes
    arcs["loaded"] = waiting
    lanes["loaded"] = np.bincount(arcs["lane"], waiting * arcs["mass"], len(lanes))
