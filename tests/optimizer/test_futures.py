"""Plans over several futures, against what a mill of one furnace costs by hand."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.decided import decided_columns
from optimizer.extensive import Risk, solve_extensive
from optimizer.future_settings import FuturesSettings
from optimizer.futures import optimize_futures
from optimizer.session import PlanSession
from optimizer.settings import SolverSettings
from scenarios import ConfigError, InfeasibleError
from tests.optimizer.futures_case import cost_of, futures_of, mill

EXACT = SolverSettings(mip_gap=0.0)
EXACT.diagnosis.automatic = False
ONE_SIZE = [(50.0, 1000.0)]


def told(plan):
    return json.loads(plan.attrs["futures_json"])


def planned(demands, chances, shortage, sizes=ONE_SIZE, **more):
    futures = futures_of(demands, chances, shortage, sizes)
    return optimize_futures(mill(demands[0], shortage, sizes), futures, FuturesSettings(**more), EXACT)


def test_enlarging_pays_over_both_futures_and_not_for_their_mean():
    plan = planned([90, 140], [1, 1], 70)
    # enlarged: 1000 + 900 and 1000 + 1400. Not: 900 and 1000 + 40 x 70. For the mean of 115 t, not.
    assert plan["future_adopt"].to_numpy().ravel().tolist() == [1, 1]
    assert plan["future_total"].to_numpy() == pytest.approx([1900, 2400])
    assert plan["future_total_alone"].to_numpy() == pytest.approx([900, 2400])
    assert plan["future_total_of_mean"].to_numpy() == pytest.approx([900, 3800])
    found = told(plan)
    assert found["objective"] == pytest.approx(2150)
    assert found["bound"] == pytest.approx(2150)
    assert found["value_of_planning"]["value"] == pytest.approx(2350 - 2150)
    assert found["value_of_knowing"]["value"] == pytest.approx(2150 - 1650)
    assert plan["future_purchase"].to_numpy().ravel().tolist() == [90, 140]  # bought when it is known
    assert plan["purchase"].item() == 90  # the scenario as it stands is the first future


def test_weight_on_costly_futures_changes_the_decision():
    # expected: 2150 enlarged, 1950 not; the costlier half: 2400 enlarged, 3000 not
    assert planned([90, 140], [1, 1], 50, worth=False)["adopt"].sum() == 0
    careful = planned([90, 140], [1, 1], 50, risk_weight=1.0, risk_share=0.5, worth=False)
    assert careful["adopt"].sum() == 1
    assert told(careful)["objective"] == pytest.approx(2400)
    half = planned([90, 140], [1, 1], 50, risk_weight=0.5, risk_share=0.5, worth=False)
    assert told(half)["objective"] == pytest.approx((2150 + 2400) / 2)


def test_tail_is_the_mean_of_the_costliest_share():
    risk = Risk(np.array([0.5, 0.3, 0.2]), 1.0, 0.6)
    assert risk.tail(np.array([1.0, 10.0, 20.0])) == pytest.approx((0.2 * 20 + 0.2 * 10) / 0.4)
    assert Risk(np.array([1.0]), 1.0, 0.9).tail(np.array([7.0])) == pytest.approx(7)


@settings(max_examples=10, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(5, 60), st.integers(0, 2500)), min_size=1, max_size=3),
    demands=st.lists(st.integers(60, 220), min_size=2, max_size=4, unique=True),
    shortage=st.integers(11, 120),
    weight=st.sampled_from([0.0, 0.4, 1.0]),
    share=st.sampled_from([0.0, 0.5, 0.8]),
)
def test_no_other_decisions_are_better(sizes, demands, shortage, weight, share):
    chances = [1 + k for k in range(len(demands))]
    futures = futures_of(demands, chances, shortage, sizes)
    risk = Risk(np.array(chances) / sum(chances), weight, share)
    columns = decided_columns(futures.mean, FuturesSettings())
    models = [PlanSession(future.scenario, EXACT).model for future in futures.members]
    solution, decided = solve_extensive(models, columns, risk, EXACT)
    best = min(
        risk.objective(np.array([cost_of(built, d, shortage, sizes) for d in demands]))
        for built in itertools.product([False, True], repeat=len(sizes))
    )
    assert solution.objective == pytest.approx(best, rel=1e-6)
    built = decided.values["adopt"] > 0.5
    costs = np.array([cost_of(built, d, shortage, sizes) for d in demands])
    assert risk.objective(costs) == pytest.approx(best, rel=1e-6)


def test_later_decisions_may_wait_for_the_future():
    futures = futures_of([90, 140], [1, 1], 70, ONE_SIZE, years=2)
    base = mill(90, 70, ONE_SIZE, years=2)
    now = optimize_futures(base, futures, FuturesSettings(), EXACT)
    waits = optimize_futures(base, futures, FuturesSettings(until=2026), EXACT)
    assert now["decided_now_adopt"].to_numpy().tolist() == [[1, 1]]
    assert waits["decided_now_adopt"].to_numpy().tolist() == [[1, 0]]
    first = waits["future_adopt"].sel(period=2025).to_numpy().ravel()
    assert first[0] == first[1]  # decided before it is known
    assert told(waits)["objective"] <= told(now)["objective"] + 1e-6


def test_a_future_without_a_plan_is_named():
    with pytest.raises(InfeasibleError, match="'400 t'"):
        planned([90, 400], [1, 1], None, worth=True)
    with pytest.raises(InfeasibleError, match="'400 t'"):
        planned([90, 400], [1, 1], None, worth=False)


def test_a_mean_plan_that_fails_is_said():
    plan = planned([90, 140], [3, 1], None)  # the mean of 102.5 t needs the enlargement too
    assert told(plan)["mean_plan_fails_in"] == []
    plan = planned([80, 110], [1, 1], None)  # that of 95 t does not
    assert told(plan)["mean_plan_fails_in"] == ["110 t"]
    assert told(plan)["value_of_planning"] is None
    assert np.isnan(plan["future_total_of_mean"].to_numpy()[1])


def test_decisions_for_all_may_leave_the_scenario_itself_without_a_plan():
    futures = futures_of([80, 90], [1, 1], None, ONE_SIZE)
    with pytest.raises(InfeasibleError, match="as it stands"):
        optimize_futures(mill(140, None, ONE_SIZE), futures, FuturesSettings(), EXACT)


def test_futures_that_decide_nothing_now_are_refused():
    futures = futures_of([90, 140], [1, 1], 70, ONE_SIZE)
    base = mill(90, 70, ONE_SIZE)
    with pytest.raises(ConfigError, match="names nothing"):
        optimize_futures(base, futures, FuturesSettings(decided_now=[]), EXACT)
    with pytest.raises(ConfigError, match="no offer 'iron'"):
        optimize_futures(base, futures, FuturesSettings(committed_offers=["iron"]), EXACT)
    other = futures_of([90, 140], [1, 1], 70, [(50.0, 1000.0), (20.0, 300.0)])
    with pytest.raises(ConfigError, match="decides on other adopt"):
        optimize_futures(base, other, FuturesSettings(), EXACT)


def test_committed_purchases_are_the_same_in_every_future():
    plan = planned([90, 140], [1, 1], 70, [(50.0, 0.0)], committed_offers=["ore"], decided_now=[])
    bought = plan["future_purchase"].to_numpy().ravel()
    # ore has to be melted and sold: 90 t is the most that every future takes
    assert bought.tolist() == [90, 90]
    assert told(plan)["decided_now"] == ["purchase"]


def test_hedging_comes_to_the_same_decision():
    pytest.importorskip("mpisppy")
    plan = planned([90, 140], [1, 1], 70, method="hedging", iterations=20)
    assert plan["adopt"].sum() == 1
    found = told(plan)
    assert found["objective"] == pytest.approx(2150)
    assert found["bound"] <= 2150 * (1 + 1e-9)
    assert found["hedging"]["processes"] == 1


def test_hedging_with_a_weight_on_risk():
    pytest.importorskip("mpisppy")
    plan = planned(
        [90, 140], [1, 1], 50, method="hedging", iterations=20, risk_weight=1.0, risk_share=0.5, worth=False
    )
    assert told(plan)["objective"] == pytest.approx(2400)
    assert told(plan)["bound"] <= 2400 * (1 + 1e-9)
