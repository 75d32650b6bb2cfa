"""Interventions come up to their full effect in trials, month by month, by the area under a ramp."""

import numpy as np
import pytest

from scenarios import CarbonSettings, DataError, ScenarioSettings, load_scenario
from scenarios.errors import UnplayableError
from scenarios.loading import BUNDLED
from simulation.engines import play
from simulation.power import onsite_built
from simulation.ramp_up import RampUp, ramp_up
from simulation.settings import Engine, SimulationSettings

DAYS_PER_YEAR = 365.25


def ramping(make, years, tables=None):
    """Return the tutorial, or other tables, with all interventions ramping up over `years`."""
    tables = tables or make.tutorial_tables()
    tables["interventions"]["ramp_up_years"] = float(years)
    return tables


@pytest.fixture(scope="module")
def slow(make):
    carbon = CarbonSettings(cap_2027=1.0, cap_2028=0.85, cap_2029=0.74)
    tables = ramping(make, 1.0, make.two_route_tables())
    return make.solved(tables, carbon, first_year=2027, last_year=2029)


def test_the_plan_and_its_twin_know_no_ramp(make, slow, two_routes):
    assert float(slow.plan["cost_npv"].sum()) == float(two_routes.plan["cost_npv"].sum())
    twin, quick = make.trials(slow).twin(), make.trials(two_routes).twin()
    assert twin.cost_npv == quick.cost_npv
    assert (twin.emissions == quick.emissions).all()


def test_no_ramp_up_years_change_no_bit(make, two_routes):
    varied = make.uncertain(intervention_delay_mean_years=0.3, demand_daily_cv=0.2)
    ramped = make.uncertain(intervention_delay_mean_years=0.3, demand_daily_cv=0.2, ramp_up=1.0)
    one, other = (make.trials(two_routes, u).run(2) for u in (varied, ramped))
    assert one.cost_npv == other.cost_npv
    assert (one.emissions == other.emissions).all()


def test_each_month_has_the_mean_effect_of_its_ramp(make, slow):
    network = make.trials(slow).network
    ramp = RampUp(network, 1.0)
    (i,) = np.flatnonzero(network.scenario.interventions.label == "more_scrap")
    t = int(np.flatnonzero(network.active[:, i])[0])
    go_live = np.full(network.active.shape[1], 100.0)
    live = np.zeros(network.active.shape[1], dtype=bool)
    live[i] = True
    month, shares, day = DAYS_PER_YEAR / 12, [], 100.0
    for k in range(12):
        share, following = ramp.reached(day, t, go_live, live)
        shares.append(share[i])
        assert following == pytest.approx(100 + (k + 1) * month)
        assert ramp.reached(day + 0.9 * month, t, go_live, live)[0][i] == share[i]
        day = following
    assert shares == pytest.approx([(k + 0.5) / 12 for k in range(12)])
    share, following = ramp.reached(day, t, go_live, live)
    assert (share[i], following) == (1.0, np.inf)
    assert share.sum() == 1.0


def test_onsite_power_is_the_area_under_the_ramp(make, slow):
    """Live at the start of a period of 365 days, a year's ramp: half of it, less what 365.25 lacks."""
    network = make.trials(slow).network
    (i,) = np.flatnonzero(network.scenario.interventions.label == "mill_solar")
    begin = int(np.flatnonzero(network.active[:, i])[0])
    go_live = np.full(network.active.shape, np.inf)
    go_live[begin:, i] = network.days.first[begin]
    ramp = RampUp(network, 1.0)
    (u,) = np.unique(network.scenario.power_additions.supply)
    share = onsite_built(network, go_live, ramp)[begin:, u]
    days = network.days.in_period[begin]
    expected = [min(days, DAYS_PER_YEAR) ** 2 / (2 * DAYS_PER_YEAR) / days]
    expected[0] += max(days - DAYS_PER_YEAR, 0.0) / days
    assert share[0] == pytest.approx(expected[0], rel=1e-12)
    assert share[1:] == pytest.approx(1.0, abs=1e-3)
    assert onsite_built(network, go_live)[begin:, u] == pytest.approx(1.0)


def test_savings_come_up_with_the_ramp(make):
    """Energy management covers all the mill runs: in its first year half of that, then all of it."""
    tables = ramping(make, 0.0)
    interventions = tables["interventions"]
    interventions.loc[interventions["intervention"] == "mill_energy_management", "ramp_up_years"] = 1.0
    case = make.solved(tables, CarbonSettings(cap_2026=0.7), last_year=2027)
    trials = make.trials(case, make.uncertain(ramp_up=1.0))
    covers = case.scenario.covers
    name = case.scenario.interventions.label[covers.intervention]
    managed = np.flatnonzero((name == "mill_energy_management") & (covers.family == "operation"))
    planned = case.plan["covered"].transpose("cover", "period").to_numpy()[managed].sum(axis=0)
    (begin,) = np.flatnonzero(case.plan["adopt"].sel(intervention="mill_energy_management") > 0.5)
    real = make.trial(trials).activities["covered"][managed].sum(axis=0)
    assert real[begin] == pytest.approx(0.5 * planned[begin], rel=0.01)
    assert real[begin + 1 :] == pytest.approx(planned[begin + 1 :], rel=0.01)


def test_capacity_comes_up_and_what_it_replaces_goes(make, slow):
    trials = make.trials(slow, make.uncertain(ramp_up=1.0))
    twin, account = trials.twin(), trials.run(0)
    assert account.mass_error < 1e-9
    assert account.emissions.sum() > twin.emissions.sum()
    half = make.trials(slow, make.uncertain(ramp_up=0.5)).run(0)
    assert twin.emissions.sum() < half.emissions.sum() < account.emissions.sum()


def test_a_ramp_begins_when_the_intervention_really_goes_live(make, slow):
    late = make.uncertain(ramp_up=1.0, intervention_delay_mean_years=0.4)
    account = make.trials(slow, late).run(1)
    only_late = make.trials(slow, make.uncertain(intervention_delay_mean_years=0.4)).run(1)
    assert account.emissions.sum() > only_late.emissions.sum()
    assert account.events > only_late.events


def test_what_was_there_before_does_not_ramp(make, slow):
    network = make.trials(slow).network
    before = slow.plan.copy(deep=True)
    before["adopt"][:] = 0.0
    ramp = RampUp(network.with_plan(before), 1.0)
    assert (ramp.days == 0).all()
    assert ramp_up(network, make.uncertain()) is None


def test_the_numpy_engine_refuses_ramps_by_name(make, slow):
    trials = make.trials(slow)
    settings = SimulationSettings(engine=Engine.NUMPY, uncertainty=make.uncertain(ramp_up=1.0))
    with pytest.raises(UnplayableError, match="interventions that ramp up"):
        play(trials.network, trials.opening, settings, settings.uncertainty, 0)


def test_a_negative_ramp_is_found(tmp_path):
    import shutil

    shutil.copytree(BUNDLED / "tutorial", tmp_path / "tables")
    file = tmp_path / "tables" / "interventions.csv"
    head, first, *rest = file.read_text(encoding="utf-8").splitlines()
    more = [f"{line}," for line in rest]
    file.write_text("\n".join([f"{head},ramp_up_years", f"{first},-1", *more]) + "\n", encoding="utf-8")
    settings = ScenarioSettings(name="case", data="tables", first_year=2025, last_year=2026)
    with pytest.raises(DataError, match=r"interventions\.csv, row 2, column ramp_up_years.*is below 0"):
        load_scenario(settings, search=[tmp_path])
