"""Vehicles that leave with a part load: how many trips, how full and how long goods wait, counted by hand.

A port sends 9.125 t a day, every day, by vehicles of 25 t (the plan's 3330.625 t a year), so every number
of trips, load and wait follows from whole-number arithmetic.
"""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from scenarios import DataError, ScenarioSettings, read_tables, scenario_from_tables
from simulation import SimulationSettings, UncertaintySettings
from simulation.accounting import relative_errors
from simulation.kernel import run_days
from simulation.outages import lose
from simulation.plain import plain_run_days
from simulation.trial import Trial
from simulation.trials import prepare

DAILY, PAYLOAD, DAYS = 9.125, 25.0, 365
CASE = {
    "sites": "site role lat lon region owner\n"
    "port supplier 40 118 north partner\nmill customer 40 119 north own",
    "products": "product\nore",
    "offers": "offer site product price footprint\nport_ore port ore 10 1",
    "modes": "mode cost_per_tkm tank_to_wheel payload_t\nroad 0 100 25",
    "lanes": "origin destination mode products distance_km cost whole_vehicles least_load longest_wait_days\n"
    "port mill road ore 100 4 {whole} {least} {wait}",
    "demand": "site product quantity\nmill ore 3330.625",
}


def scenario_of(least="-", wait="-", whole="yes"):
    with TemporaryDirectory() as folder:
        for name, text in CASE.items():
            lines = text.format(least=least, wait=wait, whole=whole).splitlines()
            cells = [",".join("" if cell == "-" else cell for cell in line.split()) for line in lines]
            (Path(folder) / f"{name}.csv").write_text("\n".join(cells))
        settings = ScenarioSettings(name="ore", first_year=2025, last_year=2025, discount_rate=0.0)
        return scenario_from_tables(read_tables(Path(folder)), settings)


def trials_of(**rule):
    scenario = scenario_of(**rule)
    plan = optimize(scenario, SolverSettings(mip_gap=0.0))
    assert plan["trips"].item() == math.ceil(DAILY * DAYS / PAYLOAD) == 134
    return prepare(scenario, plan, SimulationSettings(uncertainty=UncertaintySettings.off()))


def departures(trials, close=()):
    """Return trips and tonnes that left on each day, and the result."""
    seen = []

    def days(first, last, world):
        for day in range(first, last):
            before = float(world.lanes["booked"][0]), float(world.lanes["loaded"][0])
            run_days(day, day + 1, world)
            left = before[1] + float(world.arcs["done"][0]) - float(world.lanes["loaded"][0])
            seen.append((float(world.lanes["booked"][0]) - before[0], left))

    shared = (trials.network, trials.opening, trials.settings, trials.settings.uncertainty, 0)
    trial = Trial(*shared, days)
    for start, end in close:
        lose(trial.world.lane_up[:, 0], start, end)
    result = trial.run()
    return np.array(seen), result


def by_hand(leaves):
    """Return tonnes that leave each day when `leaves(rest, waited)` says whether a part load goes."""
    load, waited, left = 0.0, -1, []
    for day in range(DAYS):
        load += DAILY
        waited += 1
        full = math.floor(load / PAYLOAD + 1e-9)
        gone = full * PAYLOAD
        if leaves(load - gone, waited) or day == DAYS - 1:
            gone = load
        left.append(gone)
        if gone:
            waited = 0 if load > gone else -1
        load -= gone
    return np.array(left)


@pytest.mark.parametrize(
    ("rule", "leaves"),
    [
        ({}, lambda rest, waited: False),
        ({"least": 0.73}, lambda rest, waited: rest >= 18.25),
        ({"least": 0.74}, lambda rest, waited: rest >= 18.5),
        ({"wait": 0}, lambda rest, waited: rest > 0),
        ({"wait": 2}, lambda rest, waited: waited >= 2 and rest > 0),
        ({"least": 0.9, "wait": 1}, lambda rest, waited: rest >= 22.5 or (waited >= 1 and rest > 0)),
    ],
    ids=["full ones only", "73 % full", "74 % full", "at once", "after two days", "90 % full or next day"],
)
def test_vehicles_leave_as_counted_by_hand(rule, leaves):
    trials = trials_of(**rule)
    seen, result = departures(trials)
    expected = by_hand(leaves)
    assert seen[:, 1] == pytest.approx(expected, abs=1e-6)
    trips = np.ceil(expected / PAYLOAD - 1e-9)
    assert seen[:-1, 0] == pytest.approx(trips[:-1])
    assert result.activities["trips"].sum() == pytest.approx(trips.sum(), abs=1)
    assert result.mass_error < 1e-9
    assert result.delivered.sum() == pytest.approx(DAILY * DAYS)


def test_every_day_a_vehicle_costs_more_than_the_plan_and_the_twin_does_not():
    trials = trials_of(wait=0)
    assert max(relative_errors(trials.twin(), trials.network.plan).values()) < 1e-9
    freight = list(trials.network.plan["cost_account"].to_numpy()).index("freight")
    paid = trials.calm().cost[freight].sum()
    assert paid == pytest.approx(365 * 100.0)  # a trip is 25 t at 4
    assert trials.twin().cost[freight].sum() == pytest.approx(134 * 100.0)


def test_goods_wait_while_the_lane_is_shut_and_leave_when_it_opens():
    seen, _ = departures(trials_of(wait=2), close=[(100, 110)])
    assert (seen[100:110] == 0).all()
    assert seen[110, 1] > DAILY  # with what was loaded before
    assert seen[110, 0] == math.ceil(seen[110, 1] / PAYLOAD - 1e-9)


def test_compiled_and_plain_python_load_alike():
    trials = trials_of(least=0.74, wait=2)
    shared = (trials.network, trials.opening, trials.settings, trials.settings.uncertainty, 0)
    fast, slow = Trial(*shared).run(), Trial(*shared, plain_run_days()).run()
    for name, values in fast.activities.items():
        assert (slow.activities[name] == values).all(), name


@pytest.mark.parametrize(
    ("rule", "column", "said"),
    [
        ({"least": 0.5, "whole": "no"}, "least_load", "no whole vehicle leaves here"),
        ({"wait": 3, "whole": "no"}, "longest_wait_days", "no whole vehicle leaves here"),
        ({"least": 1.5}, "least_load", "is above 1"),
    ],
)
def test_wrong_part_loads_are_found(rule, column, said):
    with pytest.raises(DataError) as caught:
        scenario_of(**rule)
    found = [p for p in caught.value.problems if said in p.rule]
    assert [(p.table, p.row, p.column) for p in found] == [("lanes", 2, column)]
    assert found[0].fix
