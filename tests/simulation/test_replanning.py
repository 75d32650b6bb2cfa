"""Plans made again inside trials: what is known by then, what follows from it, and that the twin stays."""

import pickle
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.integrate import quad
from scipy.stats import norm

from optimizer import SolverSettings
from optimizer.replanning import SessionReplanner
from scenarios import CapSettings, CarbonSettings, ConfigError
from scenarios.errors import UnplayableError
from scenarios.settings import CapKind
from simulation import SimulationSettings, UncertaintySettings, simulate
from simulation.accounting import relative_errors
from simulation.engines import play_many
from simulation.journal import keep_journal
from simulation.ladder import ladder
from simulation.replanning import expected_demand, late_interventions, opens_a_year
from simulation.trial import Trial
from simulation.trials import _portable, prepare
from tests.simulation.test_journal import assert_adds_up, rows_of
from tests.simulation.test_playable import BY_TRIP, STORE
from tests.simulation.test_playable import case as ore_case

EXACT = SolverSettings(mip_gap=0.0)
SEEN = {"demand_annual_cv": 0.1, "demand_persistence": 1.0}  # what one year asks for the next ones do too


def again(case, uncertainty, free=False, **settings):
    """Return trials of a case in which plans are made again."""
    settings = SimulationSettings(replan="yearly", uncertainty=uncertainty, **settings)
    return prepare(case.scenario, case.plan, settings, SessionReplanner(case.scenario, EXACT, free))


def played(trials, index=0):
    """Return a trial that has been run, and its result."""
    shared = (trials.network, trials.opening, trials.settings, trials.settings.uncertainty)
    trial = Trial(*shared, index, recourse=trials.recourse)
    return trial, trial.run()


@dataclass
class Noted:
    """A replanner that notes what it is told and answers `answer`, or the plan it is given."""

    answer: object = "the plan"
    free: bool = False
    told: list = field(default_factory=list)

    def replan(self, plan, state):
        self.told.append(state)
        return plan if self.answer == "the plan" else self.answer


def noted(case, uncertainty, answer="the plan", **settings):
    replanner = Noted(answer)
    settings = SimulationSettings(replan="yearly", uncertainty=uncertainty, **settings)
    return prepare(case.scenario, case.plan, settings, replanner), replanner


# ---- what is known


@pytest.mark.parametrize("rho", [0.0, 0.4, 1.0])
def test_expected_demand_is_the_mean_given_the_year_seen(rho):
    """Against the integral over the lognormal level of a later year, to 1e-9."""
    cv, seen, ahead = 0.3, 1.25, 2
    sigma = np.sqrt(np.log1p(cv * cv))
    z = (np.log(seen) + sigma**2 / 2) / sigma
    r = rho**ahead

    def level(u):
        return np.exp(sigma * (r * z + np.sqrt(1 - r * r) * u) - sigma**2 / 2) * norm.pdf(u)

    mean = quad(level, -10, 10, epsabs=1e-12)[0]
    found = expected_demand(*(np.array([v]) for v in (seen, rho, cv)), np.array([float(ahead)]))
    assert found[0, 0] == pytest.approx(mean, rel=1e-9)
    if rho in (0.0, 1.0):
        assert mean == pytest.approx(seen if rho else 1.0)


def test_what_the_year_asked_for_is_expected_again(make, two_routes):
    trials, replanner = noted(two_routes, make.uncertain(**SEEN), answer=None)
    _, result = played(trials)
    required = two_routes.plan["required"].to_numpy()
    for state in replanner.told:
        seen = result.required[:, state.period - 1] / required[:, state.period - 1]
        assert np.abs(state.demand[:, state.period :] - seen[:, None]).max() < 5.1e-4
        assert (state.demand[:, : state.period] == 1).all()
        assert not state.late.any()
    assert [state.period for state in replanner.told] == [1, 2]


def test_the_luck_of_days_asks_for_no_new_plan(make, two_routes):
    trials, replanner = noted(two_routes, make.uncertain(demand_daily_cv=0.4, lead_time_cv=0.5))
    _, result = played(trials)
    assert not replanner.told
    assert result.replans == (0, 0)


def test_late_is_what_should_work_by_now_and_will_not_for_half_the_year(make, two_routes):
    network = make.trials(two_routes).network
    days, active = network.days, network.active
    go_live = np.where(active, days.first[:-1, None].astype(float), np.inf)
    i = int(np.flatnonzero(active[1] & active[2])[0])
    go_live[1:, i] = days.first[1] + 0.49 * days.in_period[1]
    assert not late_interventions(network, 1, go_live).any()
    go_live[1:, i] = days.first[1] + 0.51 * days.in_period[1]
    assert np.argwhere(late_interventions(network, 1, go_live)).tolist() == [[i, 1]]
    go_live[1:, i] = np.inf  # it never comes
    assert np.argwhere(late_interventions(network, 1, go_live)).tolist() == [[i, 1], [i, 2]]
    assert np.argwhere(late_interventions(network, 2, go_live)).tolist() == [[i, 2]]


def test_what_a_store_lacks_is_told(make):
    """The port stands still in the last weeks of the first year; the store is short by what it lacks then."""
    scenario, plan = ore_case(**STORE, hubs="", lanes=BY_TRIP["lanes"].replace("yes", "no"))
    settings = SimulationSettings(replan="yearly", uncertainty=UncertaintySettings.off(), surge=0.0)
    replanner = Noted(None)
    trials = prepare(scenario, plan, settings, replanner)
    trial = Trial(trials.network, trials.opening, settings, settings.uncertainty, 0, recourse=trials.recourse)
    trial.enter_outages()
    port = scenario.sites.label[trials.network.used.site].astype(str).tolist().index("port")
    trial.world.site_up[345:365, port] = 0.0
    trial.run()
    node = scenario.stores.node[0]
    (state,) = replanner.told
    assert state.surplus[node] == pytest.approx(-20 * 670 / 365, abs=0.67)
    assert np.count_nonzero(state.surplus) == 1


def test_what_was_emitted_counts_against_a_cap_on_the_sum(make):
    caps = {"sum": CapSettings(limit={2025: 0.9}, kind=CapKind.CUMULATIVE)}
    case = make.solved(make.tutorial_tables(), CarbonSettings(caps=caps))
    trials, replanner = noted(case, make.uncertain(demand_annual_cv=0.1), answer=None)
    result = played(trials)[1]
    account = trials.accounts.book(result)
    beyond = account.cap_emissions[0, 0] - float(case.plan["cap_emissions"][0, 0])
    step = 1e-4 * float(case.plan["cap_limit"].max())
    (state,) = replanner.told
    assert state.emitted[0] == pytest.approx(beyond, abs=step)
    assert abs(beyond) > 10 * step


def test_a_year_opens_once_in_a_year(make, two_routes):
    assert [opens_a_year(make.trials(two_routes).network, t) for t in range(3)] == [False, True, True]
    months = make.solved(make.tutorial_tables(), months_per_period=6)
    network = make.trials(months).network
    assert [opens_a_year(network, t) for t in range(4)] == [False, False, True, False]


# ---- what follows


@pytest.mark.parametrize("name", ["tutorial", "two_routes"])
def test_the_twin_stays_although_all_that_could_be_used_takes_part(name, make, request):
    case = request.getfixturevalue(name)
    trials = again(case, UncertaintySettings())
    assert max(relative_errors(trials.twin(), case.plan).values()) < 1e-9
    assert trials.twin().replans == (0, 0)
    assert len(trials.network.used.arc) >= len(make.trials(case).network.used.arc)


def test_the_same_plan_again_changes_nothing(make, two_routes):
    late = make.uncertain(intervention_delay_mean_years=2.0, demand_daily_cv=0.2)
    same, told = noted(two_routes, late)
    kept, _ = noted(two_routes, late, answer=None)
    one, other = played(same)[1], played(kept)[1]
    assert told.told
    assert any(state.late.any() for state in told.told)
    for activity, values in one.activities.items():
        assert np.array_equal(values, other.activities[activity]), activity
    assert one.replans == (len(told.told), 0)
    assert other.replans == (len(told.told), len(told.told))


def test_the_new_plan_is_followed(make, two_routes):
    """Demand stays where the first year had it: the plan comes to meet it, and production follows."""
    trials = again(two_routes, make.uncertain(**SEEN))
    trial, result = played(trials)
    seen = result.required[:, 0] / two_routes.plan["required"].to_numpy()[:, 0]
    assert abs(seen - 1).max() > 0.02
    made, first = trial.network.plan, two_routes.plan
    planned = first["delivered"].to_numpy()
    assert made["delivered"].to_numpy()[:, 1:] == pytest.approx(planned[:, 1:] * seen[:, None], rel=1e-3)
    assert np.array_equal(made["run"][:, 0], first["run"][:, 0])
    assert result.mass_error < 1e-9
    without = make.trial(make.trials(two_routes, make.uncertain(**SEEN)))
    beside = [np.abs(r.activities["run"] - made["run"].to_numpy())[:, 2].sum() for r in (result, without)]
    assert beside[0] < 0.1 * beside[1]


def test_a_customer_is_promised_what_the_new_plan_serves(make):
    """Demand that costs more to serve than to miss is not served, whatever comes in."""
    tables = make.tutorial_tables()
    tables["demand"]["shortage_cost"] = 9000.0
    case = make.solved(tables, CarbonSettings(cap_2026=0.3))
    trials, shares = again(case, make.uncertain(**SEEN)), []
    for index in range(4):
        trial, result = played(trials, index)
        made = trial.network.plan
        factor = result.required[:, 1] / case.plan["required"].to_numpy()[:, 1]
        expected = np.round(result.required[:, 0] / case.plan["required"].to_numpy()[:, 0], 3)
        served = made["delivered"].to_numpy()[:, 1] / (made["required"].to_numpy()[:, 1] * expected)
        asked = trial.world.demand[365:].sum(axis=0)
        promised = made["required"].to_numpy()[:, 1] * factor * np.minimum(served, 1)
        assert asked == pytest.approx(promised, rel=1e-6)
        shares.append(served.min())
    assert min(shares) < 0.98
    assert max(shares) > 0.98  # where little is asked for, all of it is served


def test_without_a_plan_the_one_there_is_stays_and_is_counted(make, two_routes):
    trials, _ = noted(two_routes, make.uncertain(**SEEN), answer=None)
    settings = replace(trials.settings, trials=3)
    found = simulate(two_routes.scenario, two_routes.plan, settings, replanner=Noted(None))
    assert found["replans"].to_numpy().tolist() == [2, 2, 2]
    assert found["replans_kept"].to_numpy().tolist() == [2, 2, 2]
    plain = simulate(two_routes.scenario, two_routes.plan, replace(settings, replan="none"))
    assert "replans" not in plain


def test_another_process_makes_the_same_plans(make, two_routes):
    trials = again(two_routes, UncertaintySettings())
    sent = pickle.loads(pickle.dumps(_portable(trials)))
    trials.run(4)  # what was solved before does not matter
    one, other = trials.run(2), sent.run(2)
    assert one.replans == other.replans == (2, 0)
    assert one.cost_npv == other.cost_npv
    assert np.array_equal(one.emissions, other.emissions)


def test_decisions_may_follow_where_they_are_free(make):
    """Twice the demand for good: a second year's plan builds what the first one's had no use for."""
    tables = make.tutorial_tables()
    tables["demand"]["shortage_cost"] = 9000.0
    case = make.solved(tables, CarbonSettings(cap_2028=0.75), last_year=2028)
    uncertain = make.uncertain(
        demand_annual_cv=0.3, demand_persistence=1.0, intervention_delay_mean_years=0.2
    )
    trials = again(case, uncertain, free=True)
    changed = 0
    for index in range(3):
        trial, result = played(trials, index)
        adopted = trial.network.plan["adopt"].to_numpy()
        changed += not np.array_equal(adopted, case.plan["adopt"].to_numpy())
        assert np.array_equal(result.activities["adopt"], adopted)  # and paid
        assert np.array_equal(adopted[:, 0], case.plan["adopt"].to_numpy()[:, 0])  # what is done is done
        assert (adopted.sum(axis=1) <= 1).all()
        assert result.mass_error < 1e-9
        live = trial._go_live[trial.network.active]
        assert np.isfinite(live).all()
    assert changed


# ---- what reads it


def test_the_journal_of_such_a_trial_adds_up(make, two_routes):
    trials = again(two_routes, UncertaintySettings(intervention_delay_mean_years=1.0))
    journal = keep_journal(trials, 3)
    account = trials.run(3)
    assert journal.account.cost_npv == account.cost_npv
    assert account.replans[0] > 0
    assert_adds_up(rows_of(journal), trials, account)


def test_the_ladder_makes_plans_again_too(make, two_routes):
    settings = SimulationSettings(trials=2, replan="yearly", uncertainty=make.uncertain(**SEEN))
    replanner = SessionReplanner(two_routes.scenario, EXACT)
    outcome = simulate(two_routes.scenario, two_routes.plan, settings, replanner=replanner)
    rungs = ladder(two_routes.scenario, two_routes.plan, outcome, settings, replanner=replanner)
    alone, together = rungs["ladder_cost_added"].to_numpy()
    assert alone == pytest.approx(together, rel=1e-12)


def test_nobody_to_make_plans_is_said(two_routes):
    settings = SimulationSettings(trials=1, replan="yearly")
    with pytest.raises(ConfigError, match="give simulate a replanner"):
        simulate(two_routes.scenario, two_routes.plan, settings)


def test_the_numpy_engine_refuses(two_routes):
    with pytest.raises(UnplayableError, match="re-planning"):
        play_many(again(two_routes, UncertaintySettings.off(), engine="numpy"), [0])


@pytest.mark.nightly
def test_from_the_command_line(zerolane, tmp_path):
    """A run makes plans again, and a trial of it is replayed with its journal."""
    words = ("simulation.trials=2", "simulation.replan=yearly", f"out={tmp_path / 'first'}")
    assert zerolane("run", "scenario=tutorial", *words).code == 0
    outcome = xr.load_dataset(tmp_path / "first" / "outcome.nc")
    assert outcome["replans"].to_numpy().tolist() == [1, 1]
    assert outcome.attrs["replan_decisions"] == "kept"
    alone = ("--trial", 1, "--journal", "simulation.replan=yearly", f"out={tmp_path / 'alone'}")
    assert zerolane("simulate", tmp_path / "first", *alone).code == 0
    booked = pd.read_csv(tmp_path / "alone" / "journal.csv").filter(like="cost_").sum().sum()
    assert booked == pytest.approx(float(outcome["cost"].sel(trial=1).sum()), rel=1e-9)
