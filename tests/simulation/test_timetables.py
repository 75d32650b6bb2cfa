"""Trains and ships: goods wait for the next departure, as long as the closed forms say."""

import numpy as np
import pandas as pd
import pytest

from simulation.departures import late_departures
from simulation.engines import play
from simulation.kernel import run_days
from simulation.layout import ARC_RECORD, LANE, NODE, empty_world, records
from simulation.plain import plain_run_days
from simulation.streams import Streams
from simulation.trial import Trial
from simulation.vehicles import depart

TRAIN = {"timetable": "trains", "origin": "port", "every_days": 5.0, "offset_days": 2.0}


def timed_tables(make, *rows):
    tables = make.tutorial_tables()
    blank = dict.fromkeys(("origin", "destination", "mode", "region", "source"), "")
    blank |= {"weekdays": (), "quality": "estimated"}
    filled = [{**blank, "row": 2 + i, **row} for i, row in enumerate(rows)]
    columns = list(tables["timetables"].columns)
    tables["timetables"] = pd.DataFrame(filled).reindex(columns=columns)
    numbers = ["every_days", "offset_days", "capacity"]
    tables["timetables"][numbers] = tables["timetables"][numbers].astype(float)
    return tables


@pytest.fixture(scope="module")
def timed(make):
    return make.solved(timed_tables(make, TRAIN), last_year=2025)


def ore(trials):
    """Return the place of the mill's ore among the used nodes, its planned arrivals a day and lead days."""
    network = trials.network
    node = network.labels("node").tolist().index("mill:iron_ore")
    arc = int(np.flatnonzero(network.template.arcs["head"] == node)[0])
    return node, float(network.planned.flow[0, arc]), round(network.scenario.arcs.lead_days[arc]) or 1


def arrivals(trials, node, shut=None):
    """Return what arrives at a node each day of trial 0, with a lane `shut` on some days."""
    found, settings = [], trials.settings

    def noted(first, last, world):
        for day in range(first, last):
            found.append(float(world.coming[day % len(world.coming), node]))
            run_days(day, day + 1, world)

    trial = Trial(trials.network, trials.opening, settings, settings.uncertainty, 0, noted)
    trial.enter_outages()
    if shut is not None:
        trial.world.lane_up[shut] = 0.0
    trial.run()
    return found


def test_goods_wait_half_the_gap_and_a_day_less(make, timed):
    """Released daily, leaving every n-th day, they wait 0 .. n - 1 days: L = flow (lead + (n - 1) / 2)."""
    trials = make.trials(timed)
    node, flow, lead = ore(trials)
    result = make.trial(trials)
    assert trials.network.days.count % 5 == 0
    assert result.mean_transit[node] == pytest.approx(flow * (lead + 2), rel=1e-9)
    assert result.mass_error < 1e-9


def test_nothing_arrives_between_trains(make, timed):
    trials = make.trials(timed)
    node, flow, lead = ore(trials)
    arrived = arrivals(trials, node)
    expected = np.zeros(len(arrived))
    expected[(2 + lead) % 5 :: 5] = 5 * flow
    assert arrived == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "row",
    [
        TRAIN,
        {**TRAIN, "every_days": 30.0, "offset_days": 100.0},
        {"timetable": "all", "weekdays": ("mon", "thu")},
        {"timetable": "all", "every_days": 1.0},
        {**TRAIN, "capacity": 1760.0},
    ],
)
def test_the_twin_meets_the_plan(make, row):
    case = make.solved(timed_tables(make, row))
    trials = make.trials(case)
    twin = trials.twin()
    assert twin.cost_npv == pytest.approx(float(case.plan["cost_npv"].sum()), rel=1e-9)
    planned = case.plan["emissions"].transpose("emission_account", "period").to_numpy()
    assert twin.emissions == pytest.approx(planned, rel=1e-9, abs=1e-6)
    assert twin.delivered == pytest.approx(twin.required, rel=1e-9)


def test_a_full_train_leaves_the_rest_for_the_next_one(make):
    """Of four days' goods on Monday a part stays for Thursday, which takes it with those of three days."""
    tables = timed_tables(make, {**TRAIN, "every_days": np.nan, "offset_days": np.nan, "capacity": 1500.0})
    tables["timetables"]["weekdays"] = [("mon", "thu")]
    case = make.solved(tables, last_year=2025)
    trials = make.trials(case)
    node, flow, lead = ore(trials)
    assert 7 * flow < 2 * 1500 < 8 * flow
    arrived = arrivals(trials, node)[7 * 30 :]
    kinds = sorted({round(float(amount), 6) for amount in arrived})
    assert kinds == pytest.approx([0.0, 7 * flow - 1500, 1500], rel=1e-6)
    assert np.flatnonzero(np.isclose(arrived, 1500)).tolist() == [
        day
        for day in range(len(arrived))
        if (day + 7 * 30 - lead + 2) % 7 == 0  # 2025 begins on a Wednesday
    ]


def test_a_closed_lane_holds_the_train_until_it_opens(make, timed):
    trials = make.trials(timed)
    node, flow, lead = ore(trials)
    lane = trials.network.labels("lane").tolist().index("port>mill:truck")
    arrived = arrivals(trials, node, shut=(slice(7, 9), lane))  # the train of day 7 leaves on day 9
    expected = {7 + lead: 0.0, 8 + lead: 0.0}
    for day, amount in expected.items():
        assert arrived[day] == pytest.approx(amount, abs=1e-9)
    assert arrived[9 + lead] > 4 * flow
    assert arrived[12 + lead] > 0


def test_late_departures_are_counted_once_and_come_late(make, timed):
    trials = make.trials(timed)
    planned = trials.network.template.departures
    assert planned.sum() == 73
    found = [
        late_departures(trials.network, make.uncertain(departure_delay_mean_days=3.0), Streams(1, i))
        for i in range(200)
    ]
    days = np.arange(len(planned))
    late = [(one[:, 0] @ days - planned[:, 0] @ days) / 73 for one in found if one.sum() == 73]
    rounded = sum(np.exp(-(k + 0.5) / 3.0) for k in range(200))  # chances of more than k days
    assert np.mean(late) == pytest.approx(rounded, rel=0.05)  # mean of a rounded exponential
    off = late_departures(trials.network, make.uncertain(), Streams(1, 0))
    assert (off == planned).all()


def test_late_trains_bring_goods_later_and_lose_none(make, timed):
    sure, late = (make.trials(timed, make.uncertain(departure_delay_mean_days=mean)) for mean in (0.0, 4.0))
    node, _, _ = ore(sure)
    before = np.mean([make.trial(sure, i).mean_transit[node] for i in range(10)])
    results = [make.trial(late, i) for i in range(10)]
    assert np.mean([result.mean_transit[node] for result in results]) > before
    assert max(result.mass_error for result in results) < 1e-9


def test_compiled_and_plain_agree(make, timed):
    trials = make.trials(timed, make.uncertain(departure_delay_mean_days=2.0, demand_daily_cv=0.3))
    shared = (trials.network, trials.opening, trials.settings, trials.settings.uncertainty)
    compiled, plain = (Trial(*shared, 1, *days).run() for days in ((), (plain_run_days(),)))
    for name, values in compiled.activities.items():
        assert plain.activities[name] == pytest.approx(values, rel=1e-9, abs=1e-9), name
    assert play(*shared, 1).mean_transit == pytest.approx(compiled.mean_transit)


@pytest.mark.parametrize("payload", [2, 5, 13])
def test_a_full_vehicle_waits_for_its_load(payload):
    """One unit a day, Q to a vehicle: the mean number waiting is (Q - 1) / 2, the wait (Q - 1) / (2 rate)."""
    lanes, arcs = records(LANE, 1), records(ARC_RECORD, 1)
    lanes["payload"], lanes["end_arc"], lanes["timetable"] = payload, 1, -1
    lanes["least_load"], lanes["longest_wait"] = 1.0, np.inf
    days = 20 * payload
    world = empty_world()._replace(
        lanes=lanes,
        by_trip=np.zeros(1, dtype=np.uint32),
        arcs=arcs,
        nodes=records(NODE, 1),
        coming=np.zeros((3, 1)),
        lead=np.ones((days, 1), dtype=np.int64),
        site_up=np.ones((days, 1)),
        lane_up=np.ones((days, 1)),
        closes=np.zeros(days, dtype=bool),
    )
    waiting = []
    for day in range(days):
        arcs["loaded"] += 1.0
        lanes["loaded"] += 1.0
        depart(day, world)
        waiting.append(float(arcs["loaded"][0]))
    assert lanes["booked"][0] == 20
    assert np.mean(waiting) == pytest.approx((payload - 1) / 2, rel=1e-12)
