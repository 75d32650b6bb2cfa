"""Settlement of electricity: contracts as they put out, certificates as planned, the grid the rest."""

import numpy as np
import pytest

from simulation.power import renewable_factors, settle, site_loads
from simulation.streams import Streams, mean_one_lognormal


@pytest.fixture
def settled(make, two_routes):
    trials = make.trials(two_routes)
    plan, network = two_routes.plan, trials.network
    run, covered = plan["run"].to_numpy().T, plan["covered"].to_numpy().T

    def power(load=1.0, solar=1.0):
        available = np.ones((3, 3))
        available[:, network.scenario.supplies.kind == "onsite"] = solar
        # Scale what draws electricity; recipes do not matter here.
        return settle(network, run * load, covered * load, available)

    return power


def kinds(case):
    return list(case.scenario.supplies.kind)


def test_as_planned_is_the_plan(settled, two_routes):
    assert settled() == pytest.approx(two_routes.plan["power"].to_numpy().T, rel=1e-12)


def test_less_sun_is_bought_from_the_grid(settled, two_routes):
    planned, found = two_routes.plan["power"].to_numpy().T, settled(solar=0.75)
    sun, grid = kinds(two_routes).index("onsite"), kinds(two_routes).index("grid")
    assert found[:, sun] == pytest.approx(0.75 * planned[:, sun])
    assert found[:, grid] - planned[:, grid] == pytest.approx(0.25 * planned[:, sun])
    assert found.sum(axis=1) == pytest.approx(planned.sum(axis=1))


def test_certificates_stay_as_bought_when_load_grows(settled, two_routes):
    planned, found = two_routes.plan["power"].to_numpy().T, settled(load=1.1)
    certificate, grid = kinds(two_routes).index("certificate"), kinds(two_routes).index("grid")
    assert found[:, certificate] == pytest.approx(planned[:, certificate])
    assert found[:, grid] == pytest.approx(planned[:, grid] + 0.1 * planned.sum(axis=1))


def test_nothing_is_used_beyond_the_load(settled, two_routes):
    planned, found = two_routes.plan["power"].to_numpy().T, settled(load=0.5)
    assert found.sum(axis=1) == pytest.approx(0.5 * planned.sum(axis=1))
    assert (found >= 0).all()
    sun = kinds(two_routes).index("onsite")
    assert found[:, sun] == pytest.approx(planned[:, sun])  # the sun comes first


def test_loads_are_what_recipes_draw_less_what_is_saved(two_routes):
    run, covered = two_routes.plan["run"].to_numpy().T, two_routes.plan["covered"].to_numpy().T
    loads = site_loads(two_routes.scenario, run, covered)
    mill = list(two_routes.scenario.sites.label).index("mill")
    assert loads[:, mill] == pytest.approx(two_routes.plan["power"].to_numpy().sum(axis=0))
    assert loads.sum() == pytest.approx(loads[:, mill].sum())


def test_renewable_output_varies_by_year_with_mean_one(make, two_routes):
    network = make.trials(two_routes).network
    chance = make.uncertain(renewable_cv=0.1)
    drawn = np.array([renewable_factors(network, chance, Streams(1, k)) for k in range(1500)])
    sun = kinds(two_routes).index("onsite")
    assert drawn[:, :, sun].mean() == pytest.approx(1, abs=0.01)
    assert drawn[:, :, sun].std(axis=0) == pytest.approx([0.1] * 3, rel=0.1)
    assert (drawn[:, :, kinds(two_routes).index("grid")] == 1).all()


def test_half_years_share_the_output_of_their_year(make):
    case = make.solved(make.tutorial_tables(), months_per_period=6)
    trials = make.trials(case, make.uncertain(renewable_cv=0.3))
    found = renewable_factors(trials.network, trials.settings.uncertainty, Streams(1, 0))
    supplies = case.scenario.supplies
    sun = int(np.flatnonzero(supplies.kind == "onsite")[0])
    luck = mean_one_lognormal(Streams(1, 0).normals(f"power {supplies.label[sun]}", "output", 2), 0.3)
    assert found[:, sun] == pytest.approx(np.repeat(luck, 2), rel=1e-12)
