"""Queues at gates against the closed forms of queueing theory, and against an event-by-event twin."""

import heapq
import math

import numpy as np
import pytest

from simulation.gates import pass_gates
from simulation.layout import ENTRANCE, GATE, NODE, STAGE, VEHICLE, empty_world, records
from simulation.streams import Streams

ROOM = 4096


def world_of(stages, days, hours=10.0, payload=1.0, entrances=1, seed=1, up=None):
    """Return a world of one gate with `stages`, (servers, hours, cv, grade error) each."""
    gates = records(GATE, 1)
    gates["hours"], gates["payload"] = hours, payload
    gates["end_entrance"], gates["end_stage"], gates["end_vehicle"] = entrances, len(stages), ROOM
    gates["brings"] = 1
    rows = records(STAGE, len(stages))
    for s, (servers, time, cv, error) in enumerate(stages):
        rows[s]["servers"], rows[s]["hours"], rows[s]["cv"], rows[s]["grade_error"] = servers, time, cv, error
    first = np.cumsum([0, *(servers for servers, *_ in stages)])
    rows["first_server"] = first[:-1]
    rows["lasts"], rows["errs"] = 2 + np.arange(len(stages)), 2 + len(stages) + np.arange(len(stages))
    doors = records(ENTRANCE, entrances)
    doors["node"], doors["mass"] = np.arange(entrances), 1.0
    nodes = records(NODE, entrances)
    nodes["gated"] = True
    streams = Streams(seed, 0)
    names = ("gate", *(f"gate {s}" for s in range(len(stages))))
    luck = [streams.started(names[:1], purpose) for purpose in ("arrivals", "loads")]
    luck += [streams.started(names[1:], purpose) for purpose in ("service", "grade")]
    return empty_world()._replace(
        truck_gates=gates,
        stages=rows,
        entrances=doors,
        nodes=nodes,
        vehicles=records(VEHICLE, ROOM),
        free_at=np.zeros(int(first[-1])),
        turns=np.zeros(ROOM, dtype=np.uint32),
        luck=np.vstack(luck),
        coming=np.zeros((1, entrances)),
        site_up=np.ones((days, 1)) if up is None else up,
    )


def play(world, coming):
    """Let `coming`, (days, entrances), in units, arrive day by day; return stock at the end of each day."""
    stock = []
    for day, today in enumerate(coming):
        world.coming[0] = today
        world.nodes["transit"] += today
        pass_gates(day, world)
        stock.append(world.nodes["stock"].copy())
    return np.array(stock)


def erlang_c(servers, load):
    """Return the chance to wait in M/M/c with `load` = arrival rate x service time (Erlang 1917)."""
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last)


@pytest.mark.parametrize(("servers", "use"), [(1, 0.6), (2, 0.7), (5, 0.8)])
def test_mean_wait_of_m_m_c(servers, use):
    """Vehicles of a Poisson number a day, at random times, are a Poisson stream; to 3 %, three deviations."""
    hours, time = 10.0, 0.05
    rate = use * servers / time
    days = int(1e6 / (rate * hours))
    coming = np.random.default_rng(5).poisson(rate * hours, (days, 1)).astype(float)
    world = world_of([(servers, time, 1.0, 0.0)], days, hours)
    play(world, coming)
    gate = world.truck_gates[0]
    expected = erlang_c(servers, use * servers) * time / (servers * (1 - use))
    assert gate.waited / gate.arrived == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("cv", [0.0, 0.5, 1.0])
def test_mean_wait_of_m_g_1(cv):
    """Pollaczek-Khinchine: rate E[S^2] / 2 (1 - use); with cv 0 M/D/1, half the wait of M/M/1."""
    hours, time, use = 10.0, 0.05, 0.7
    rate = use / time
    days = int(1e6 / (rate * hours))
    coming = np.random.default_rng(7).poisson(rate * hours, (days, 1)).astype(float)
    world = world_of([(1, time, cv, 0.0)], days, hours)
    play(world, coming)
    gate = world.truck_gates[0]
    expected = rate * time * time * (1 + cv * cv) / (2 * (1 - use))
    assert gate.waited / gate.arrived == pytest.approx(expected, rel=0.03)


def one_by_one(stages, counts, opening, seed=1):
    """Return waits in each stage, hours in queue up to each closing time and goods through by then.

    An event calendar of a tandem queue: arrivals and ends of services in the order of time.
    """
    streams, most = Streams(seed, 0), int(sum(counts))
    comes = iter(streams.uniforms("gate", "arrivals", most).tolist())
    lasts = [iter(streams.uniforms(f"gate {s}", "service", most).tolist()) for s in range(len(stages))]
    closing = np.cumsum(opening)
    calendar, number = [], 0
    for day, count in enumerate(counts):
        time, left = 0.0, count
        while left > 0:
            time += (1 - time) * (1 - (1 - next(comes)) ** (1 / left))
            heapq.heappush(calendar, (closing[day] - opening[day] + time * opening[day], number, 0))
            number, left = number + 1, left - 1
    free = [servers for servers, *_ in stages]
    queues = [[] for _ in stages]
    waits, through = [], []
    while calendar:
        now, who, s = heapq.heappop(calendar)
        if s > 0:
            free[s - 1] += 1
        if s < len(stages):
            queues[s].append((now, who))
        else:
            through.append(now)
        for k in (s - 1, s):
            if 0 <= k < len(stages) and queues[k] and free[k]:
                since, first = queues[k].pop(0)
                waits.append((since, now))
                free[k] -= 1
                _, time, cv, _ = stages[k]
                extra = -math.log1p(-next(lasts[k]))
                heapq.heappush(calendar, (now + time * (1 - cv + cv * extra), first, k + 1))
    waited = [sum(max(min(end, until) - since, 0.0) for since, end in waits) for until in closing]
    return waits, np.array(waited), np.array([sum(time < until for time in through) for until in closing])


def test_three_stages_equal_an_event_calendar_to_rounding():
    """Weighbridge, unloading, grading; overtaking between stages, nights, a day without opening hours."""
    stages = [(2, 0.35, 0.8, 0.0), (1, 0.12, 1.0, 0.0), (3, 0.5, 0.0, 0.0)]
    counts = np.random.default_rng(3).integers(20, 80, 120)
    up = np.ones((120, 1))
    up[10], up[30:33] = 0.4, 0.0
    counts[30:33] = 0
    world = world_of(stages, 120, hours=9.0, up=up)
    stock, waited = [], []
    for day, count in enumerate(counts):
        world.coming[0] = count
        pass_gates(day, world)
        stock.append(float(world.nodes["stock"][0]))
        waited.append(float(world.truck_gates["waited"][0]))
    _, expected, through = one_by_one(stages, counts, 9.0 * up[:, 0])
    assert stock == pytest.approx(through, abs=1e-9)
    assert waited == pytest.approx(expected, rel=1e-9)


def test_little_holds_on_the_path():
    """Hours waited are the integral of the number in queue: L = rate x W, to rounding."""
    stages = [(2, 0.25, 1.0, 0.0)]
    counts = [*np.random.default_rng(9).integers(30, 90, 60).tolist(), *[0] * 30]  # empty at the end
    world = world_of(stages, len(counts), hours=8.0)
    play(world, np.array(counts, dtype=float)[:, None])
    waits, _, _ = one_by_one(stages, counts, np.full(len(counts), 8.0))
    steps = sorted([(since, 1) for since, _ in waits] + [(start, -1) for _, start in waits])
    integral, queue, before = 0.0, 0, 0.0
    for time, change in steps:
        integral += queue * (time - before)
        queue, before = queue + change, time
    gate = world.truck_gates[0]
    assert gate.passed == gate.arrived == sum(counts)
    assert gate.queued == 0
    assert gate.waited == pytest.approx(integral, rel=1e-9)


def test_who_is_not_through_at_closing_time_goes_on_next_morning():
    """Ten vehicles, an hour each, one server, eight hours a day: seven are through, then the rest."""
    world = world_of([(1, 1.0, 0.0, 0.0)], 2, hours=8.0, payload=25.0)
    stock = play(world, np.array([[250.0], [0.0]]))[:, 0]
    gate = world.truck_gates[0]
    assert stock[0] in (150.0, 175.0)  # the first one is not there at once
    assert stock[1] == pytest.approx(250.0)
    assert (gate.arrived, gate.passed) == (10, 10)
    assert gate.stayed == 10 - stock[0] / 25
    assert world.nodes["transit"][0] == pytest.approx(0.0, abs=1e-9)


def test_goods_share_vehicles_of_their_own_and_none_are_lost():
    coming = np.random.default_rng(2).uniform(0, 400, (50, 3))
    world = world_of([(3, 0.2, 0.5, 0.25)], 60, hours=12.0, payload=24.0, entrances=3)
    play(world, np.vstack([coming, np.zeros((10, 3))]))
    assert world.nodes["stock"] == pytest.approx(coming.sum(axis=0), rel=1e-12)
    assert world.truck_gates["arrived"][0] == np.ceil(coming / 24.0).sum()
    assert world.truck_gates["misgraded"][0] == pytest.approx(0.25 * coming.sum(), rel=0.1)


def test_a_full_waiting_room_loses_nothing():
    """Far more comes than can be served: the rest waits outside, and is served in the end."""
    world = world_of([(1, 0.01, 0.0, 0.0)], 20, hours=10.0)
    stock = play(world, np.array([[9000.0], *[[0.0]] * 19]))[:, 0]
    assert stock[0] == pytest.approx(999, abs=2)
    assert np.diff(stock[:8]) == pytest.approx(1000, abs=1)
    assert stock[-1] == pytest.approx(9000)
    gate = world.truck_gates[0]
    assert gate.waited == pytest.approx(sum(0.01 * n for n in range(9000)), rel=0.08)
