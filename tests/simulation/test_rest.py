"""What has nothing to do is passed over, and steps in when it is needed: not a bit of a trial changes."""

from dataclasses import replace

import numpy as np
import pytest

from simulation import UncertaintySettings
from simulation.kernel import run_days
from simulation.trial import Trial
from simulation.work import list_work

ORE = {
    "flow": ("arc", "port>mill:truck:iron_ore", "port_2>mill:truck:iron_ore"),
    "purchase": ("offer", "port_ore", "port_2_ore"),
}
IDLE = ("idle_operations", "idle_arcs")
ROUGH = {
    "supplier_disruptions_per_year": 6.0,
    "supplier_disruption_mean_days": 20.0,
    "breakdowns_per_year": 12.0,
    "repair_mean_days": 8.0,
    "lane_disruptions_per_year": 6.0,
    "lane_disruption_mean_days": 10.0,
    "intervention_delay_mean_years": 1.0,
    "demand_daily_cv": 0.3,
}


@pytest.fixture(scope="module")
def one_port(two_routes):
    """Return two routes whose ore comes from both ports in the first year, and from one alone after it."""
    plan = two_routes.plan.copy(deep=True)
    for name, (dim, *ports) in ORE.items():
        values = plan[name].transpose(dim, "period").to_numpy().copy()
        first, second = (plan[dim].to_numpy().tolist().index(label) for label in ports)
        assert (values[second] > 0).all()
        values[first, 1:] += values[second, 1:]
        values[second, 1:] = 0.0
        plan[name] = ((dim, "period"), values)
    return replace(two_routes, plan=plan)


def played(trials, index, nobody_rests):
    """Return what happened, and how often something that rested in the morning did not in the evening."""
    woken = dict.fromkeys(IDLE, 0)

    def days(first, last, world):
        for day in range(first, last):
            if nobody_rests:
                for name in IDLE:
                    getattr(world, name)[:] = False
                list_work(world)
            before = {name: getattr(world, name).copy() for name in IDLE}
            run_days(day, day + 1, world)
            for name in IDLE:
                woken[name] += int((before[name] & ~getattr(world, name)).sum())

    settings = trials.settings
    trial = Trial(trials.network, trials.opening, settings, settings.uncertainty, index, days)
    return trial.run(), woken


def test_resting_changes_nothing(make, one_port):
    trials = make.trials(one_port, make.uncertain(**ROUGH), surge=0.5)
    stepped_in = dict.fromkeys(IDLE, 0)
    for index in range(8):
        rested, woken = played(trials, index, nobody_rests=False)
        worked, _ = played(trials, index, nobody_rests=True)
        stepped_in = {name: stepped_in[name] + woken[name] for name in IDLE}
        for name, values in worked.activities.items():
            assert np.array_equal(rested.activities[name], values), name
        for name in ("delivered", "closing_stock", "closing_transit", "mean_stock", "mean_transit"):
            assert np.array_equal(getattr(rested, name), getattr(worked, name)), name
    assert min(stepped_in.values()) > 0, stepped_in


def test_who_has_nothing_to_do_rests(make, one_port):
    """An arc rests in a period in which nothing is planned on it, and nothing is owed from before."""
    trials = make.trials(one_port)
    seen = []

    def days(first, last, world):
        seen.append((trials.network.days.period[first], world.idle_arcs.copy()))
        run_days(first, last, world)

    Trial(trials.network, trials.opening, trials.settings, UncertaintySettings.off(), 0, days).run()
    for period, idle in seen:
        assert np.array_equal(idle, trials.network.planned.flow[period] == 0)
    assert any(idle.any() for _, idle in seen)
