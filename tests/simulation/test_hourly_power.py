"""Power hour by hour in trials: a mill of 1 MW, wind by day, storage, certificates, all by hand."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from scenarios import CarbonSettings, PathwaySettings
from scenarios.certificates import record_of
from scenarios.electricity_settings import ElectricitySettings, Matching
from scenarios.settings import CapSettings, LeverSettings, LimitUnit, Scope2
from simulation.accounting import relative_errors
from simulation.engines import play
from simulation.network import build_network
from simulation.power import daily_factors, settlement
from simulation.settings import SimulationSettings, UncertaintySettings
from simulation.streams import Streams
from simulation.trials import prepare
from tests.optimizer.power_case import LOAD, mill

EXACT = SolverSettings(mip_gap=0.0)
HOURLY = ElectricitySettings(matching=Matching.HOURLY, typical_days=2)
GREEN = PathwaySettings(levers=LeverSettings(minimum_green_share={2025: 1.0}))
WIND = {"option": "park", "kind": "ppa", "price": 50.0, "profile": "by_day", "capacity_factor": 0.5}
BATTERY = {
    "option": "battery",
    "kind": "storage",
    "price": 0.0,
    "capacity_price": 1000.0,
    "storage_hours": 12,
    "efficiency": 0.8,
}
STOCK = {"option": "gec", "kind": "certificate", "price": 100.0, "certificate_price": 10.0}


class Played:
    """A plan and what is settled of it when load and output deviate."""

    def __init__(self, options, **more):
        self.scenario = mill(options, **more)
        self.plan = optimize(self.scenario, EXACT)
        self.network = build_network(self.scenario, self.plan)

    def settled(self, load=1.0, output=1.0, by_day=1.0):
        """Return what is settled by activity, and MWh by option."""
        planned, supplies = self.network.as_planned, self.scenario.supplies
        available = np.where(supplies.kind == "ppa", output, 1.0) * np.ones((1, len(supplies.label)))
        days = len(self.scenario.hours.day_number)
        daily = by_day * np.ones((1, days, len(supplies.label))) if days else None
        found = settlement(self.network, planned["run"] * load, planned["covered"] * load, available, daily)
        return found, dict(zip(supplies.option, found["power"][0], strict=True))

    def twin_error(self):
        trials = prepare(self.scenario, self.plan, SimulationSettings(trials=2))
        return max(relative_errors(trials.twin(), self.plan).values())


@pytest.fixture(scope="module")
def windy():
    return Played([WIND], electricity=HOURLY)


@pytest.fixture(scope="module")
def stored():
    return Played([WIND, BATTERY], electricity=HOURLY)


def test_the_twin_is_the_plan_by_the_hour(windy, stored):
    assert windy.twin_error() < 1e-9
    assert stored.twin_error() < 1e-9


def test_half_the_wind_meets_half_of_each_hour_and_the_grid_the_rest(windy):
    _, used = windy.settled(output=0.5)
    assert used == pytest.approx({"park": LOAD / 4, "grid": 0.75 * LOAD})


def test_wind_beyond_the_plan_meets_no_more_than_the_load_of_its_hour(windy):
    _, used = windy.settled(output=1.5)
    assert used == pytest.approx({"park": LOAD / 2, "grid": LOAD / 2})


def test_half_the_load_takes_half_in_every_hour(windy):
    _, used = windy.settled(load=0.5)
    assert used == pytest.approx({"park": LOAD / 4, "grid": LOAD / 4})


def test_more_load_takes_wind_beyond_the_plan(windy):
    """1.2 MW of load by day, 1.5 MW of output: 1.2 MW in half the hours."""
    _, used = windy.settled(load=1.2, output=1.5)
    assert used == pytest.approx({"park": 1.2 * LOAD / 2, "grid": 1.2 * LOAD / 2})


def test_storage_does_as_much_of_its_plan_as_charges_it(stored):
    """2.25 MW by day: 1 used, 1.25 charged, 1 MW back by night. At 0.8 of it: 1.8 less 1.0 charged is 0.8."""
    found, used = stored.settled(output=0.8)
    assert used == pytest.approx({"park": 0.8 * LOAD / 2, "battery": 0.8 * LOAD / 2, "grid": 0.2 * LOAD})
    assert found["charged"][0] == pytest.approx([0.8 * 1.25 * LOAD / 2])


def test_luck_of_a_day_counts_as_luck_of_its_hours(stored):
    found, used = stored.settled(by_day=np.array([0.8]))
    assert used["battery"] == pytest.approx(0.8 * LOAD / 2)
    assert found["charged"][0] == pytest.approx([0.8 * 1.25 * LOAD / 2])


def test_a_contract_is_paid_beyond_its_minimum_as_far_as_it_is_used():
    half = Played([WIND | {"take_or_pay": 0.5, "price": 70.0, "capacity_price": 1.0}], electricity=HOURLY)
    assert half.twin_error() < 1e-9
    assert half.settled()[0]["beyond"][0] == pytest.approx([LOAD / 4])
    assert half.settled(output=0.75)[0]["beyond"][0] == pytest.approx([LOAD / 8])
    assert half.settled(output=0.4)[0]["beyond"][0] == pytest.approx([0.0])


def test_certificates_are_retired_for_what_is_used_and_never_twice():
    case = Played([STOCK], pathway=GREEN)
    assert case.twin_error() < 1e-9
    found, used = case.settled(load=0.5)
    assert used == pytest.approx({"gec": LOAD / 2, "grid": 0.0})
    assert found["certificate_bought"].sum() == pytest.approx(LOAD)
    assert found["certificate_retired"].sum() == pytest.approx(LOAD / 2)
    record = record_of(
        case.plan.assign(certificate_retired=(("certificate_lot", "period"), found["certificate_retired"].T))
    )
    assert [entry.event for entry in record.entries] == ["bought", "retired", "expired"]
    account = prepare(case.scenario, case.plan, SimulationSettings(trials=2)).run(0)
    assert account.power is not None
    assert account.power.left == pytest.approx(LOAD - account.power.retired.sum())


def test_caps_by_the_same_hour_hold_in_plan_and_twin():
    cap = CapSettings(limit={2025: 0.25 * LOAD * 0.5}, unit=LimitUnit.TONNES)
    carbon = CarbonSettings(scope2=Scope2.SAME_HOUR, caps={"hourly": cap})
    case = Played([WIND | {"price": 150.0}, BATTERY], carbon=carbon, electricity=HOURLY)
    emitted = float(case.plan["emissions"].sel(emission_account="scope2_same_hour").sum())
    assert emitted == pytest.approx(0.25 * LOAD * 0.5)
    assert case.twin_error() < 1e-9


def test_days_vary_only_by_the_hour_and_when_they_are_told_to(windy):
    streams, still = Streams(1, 0), UncertaintySettings.off()
    assert (daily_factors(windy.network, still, streams) == 1.0).all()
    lively = daily_factors(windy.network, replace(still, renewable_daily_cv=0.3), streams)
    park = windy.scenario.supplies.kind == "ppa"
    assert (lively[:, :, park] != 1.0).all()
    assert (lively[:, :, ~park] == 1.0).all()
    by_year = Played([WIND]).network
    assert daily_factors(by_year, replace(still, renewable_daily_cv=0.3), streams) is None


def test_trials_tell_how_much_of_the_load_is_matched():
    case = Played([WIND | {"maximum_share": 0.5}])
    trials = prepare(case.scenario, case.plan, SimulationSettings(trials=2))
    assert trials.twin().power.matched == pytest.approx([0.5])
    assert trials.twin().power.counts == pytest.approx([0.5])


def test_trials_book_what_was_played_and_not_what_was_planned(stored):
    windy_year = replace(UncertaintySettings.off(), renewable_cv=0.3)
    trials = prepare(stored.scenario, stored.plan, SimulationSettings(trials=2))
    planned = float(stored.plan["charged"].sum())
    charged = [
        float(
            play(trials.network, trials.opening, trials.settings, windy_year, i, None)
            .activities["charged"]
            .sum()
        )
        for i in range(6)
    ]
    assert min(charged) < 0.99 * planned
    assert max(charged) == pytest.approx(planned)  # never more than planned
