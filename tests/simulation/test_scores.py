"""Scores of suppliers that drift in trials: grades follow, and so do the quotas of the period after.

The ore case with scorecards: of 100 t a year near, a C of 40 points, sells 20, far, an A of 90, sells 70 and
green, an A of 100, sells 10. Interventions and offers cost what `score_case` and `ore_case` say.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import ndtr

from optimizer import optimize
from optimizer.replanning import SessionReplanner
from scenarios import PathwaySettings
from scenarios.errors import UnplayableError
from scenarios.quotas import with_drift
from scenarios.settings import SourcingSettings
from simulation import simulate
from simulation.ladder import SCORES, one_source, sources_of
from simulation.playable import refuse_performance
from simulation.scores import drift, known_drift, most_sold, scores_of, simulated_scores
from simulation.settings import SimulationSettings
from simulation.streams import Streams
from simulation.trial import Trial
from simulation.trials import prepare
from tests.optimizer.ore_case import EXACT, OFFERS, scenario
from tests.optimizer.score_case import HELP, QUOTAS, RAISES, YEARS
from tests.simulation.conftest import Case

NEAR, FAR, GREEN = range(3)
AS_PLANNED = np.repeat([[40.0], [90.0], [100.0]], 3, axis=1)


def solved(pathway=None, **changes):
    made = scenario(pathway=pathway, settings=YEARS, **QUOTAS | changes)
    return Case(made, optimize(made, EXACT))


@pytest.fixture(scope="module")
def case():
    return solved()


@pytest.fixture(scope="module")
def network(make, case):
    return make.trials(case).network


def with_score(supplier, period, points):
    """Return the planned scores with one of them changed."""
    score = AS_PLANNED.copy()
    score[supplier, period] = points
    return score


def played(make, case, score):
    """Return the trial in which nothing varies but the scores, which are given."""
    trials = make.trials(case)
    trial = Trial(trials.network, trials.opening, trials.settings, trials.settings.uncertainty, 0)
    trial._scores = score
    return trial.run()


def by_supplier(make, case, purchase):
    """Return what is bought of near, far and green, (3, T)."""
    names = case.scenario.offers.label.tolist()
    return purchase[[names.index(f"{name}_ore") for name in ("near", "far", "green")]]


# ---------------------------------------------------------------- scores


def test_what_chance_does_to_a_score_fades_by_its_persistence(make, network):
    luck = make.uncertain(supplier_score_sd=5.0, supplier_score_persistence=0.5)
    streams = Streams(3, 0)
    first, second, third = 5.0 * streams.normals("site far", "score", 3)
    by_hand = [first, second + first / 2, third + second / 2 + first / 4]
    assert drift(network, luck, streams)[FAR].tolist() == pytest.approx(by_hand)
    walk = make.uncertain(supplier_score_sd=5.0, supplier_score_persistence=1.0)
    assert drift(network, walk, streams)[FAR, 2] == pytest.approx(first + second + third)


def test_scores_and_chances_are_those_of_the_normal_law(make, network):
    luck, count = make.uncertain(supplier_score_sd=4.0, supplier_score_persistence=0.8), 1000
    go_live = np.zeros(network.active.shape)
    drawn = [
        SimpleNamespace(scores=simulated_scores(network, luck, Streams(11, n), go_live)) for n in range(count)
    ]
    found = scores_of(drawn, network, 0.999, False)
    assert found["simulated_score"].dims == ("trial", "supplier", "period")
    assert float(found["simulated_score"].max()) == 100.0
    spread = 4.0 * np.sqrt([1.0, 1.64, 1.0 + 0.64 + 0.8**4])
    for name, chance in (("near", 0 * spread), ("far", 0.5 + 0 * spread), ("green", ndtr(-10 / spread))):
        low, high = (found[f"chance_below_grade{end}"].sel(supplier=name) for end in ("_low", "_high"))
        assert (low.values <= chance).all()
        assert (chance <= high.values).all()
    low, high = (found[f"simulated_score_mean{end}"].sel(supplier="near") for end in ("_low", "_high"))
    assert bool((low <= 40).all())
    assert bool((high >= 40).all())
    assert (high - low).values == pytest.approx(2 * 3.29 * spread / np.sqrt(count), rel=0.1)


def test_a_supplier_has_the_same_luck_whoever_else_is_scored(make, network):
    rows = [row for row in QUOTAS["scorecard"].splitlines() if not row.startswith("near")]
    alone = scenario(settings=YEARS, **QUOTAS | {"scorecard": "\n".join(rows)})
    alone = SimpleNamespace(scenario=alone, active=network.active)
    luck = make.uncertain(supplier_score_sd=5.0)
    assert drift(alone, luck, Streams(3, 1)).tolist() == drift(network, luck, Streams(3, 1))[1:].tolist()


def test_an_intervention_counts_from_the_scoring_after_it_goes_live(make):
    case = solved(interventions=HELP, effects=RAISES)
    network, luck = make.trials(case).network, make.uncertain(supplier_score_sd=1e-9)
    for day, points in ((0.0, [80, 80, 80]), (400.0, [40, 80, 80]), (np.inf, [40, 40, 40])):
        go_live = np.full(network.active.shape, day)
        score = simulated_scores(network, luck, Streams(0, 0), go_live)
        assert score[NEAR] == pytest.approx(points)


# ---------------------------------------------------------------- quotas


def test_who_falls_a_grade_sells_the_share_of_the_new_one_a_period_later(make, case):
    planned = np.repeat([[20.0], [70.0], [10.0]], 3, axis=1)
    assert by_supplier(make, case, case.plan["purchase"].values) == pytest.approx(planned)
    result = played(make, case, with_score(FAR, 1, 89.0))  # a B at the scoring of 2026: 60 of 100
    sold = by_supplier(make, case, result.activities["purchase"])
    assert sold[:, :2] == pytest.approx(planned[:, :2])
    assert sold[FAR, 2] == pytest.approx(60)
    assert sold[:, 2].sum() == pytest.approx(100, abs=1)
    assert sold[NEAR, 2] == pytest.approx(20)  # the quota of a C; two to one as planned would be 26.7
    assert result.delivered[0] == pytest.approx([100, 100, 100])
    assert result.mass_error < 1e-9


def test_the_first_period_goes_by_its_own_score(make, case):
    score = with_score(FAR, 0, 50.0)  # a C: 20 of 100
    sold = by_supplier(make, case, played(make, case, score).activities["purchase"])
    assert sold[FAR, :2] == pytest.approx([20, 20])
    assert sold[FAR, 2] >= 70


def test_the_offers_of_a_supplier_share_its_quota_as_planned(make):
    row = "far_ore far ore 12 - supplier - 0 all_unit"
    two = f"{row.replace('12 -', '12 40')}\n{row.replace('far_ore', 'far_more').replace('12', '13')}"
    case = solved(offers=OFFERS.replace(row, two))
    network = make.trials(case).network
    names = network.labels("offer").tolist()
    days = network.days.in_period[1]
    most = most_sold(network, 1, with_score(FAR, 0, 80.0)) * days
    quotas = {
        "far_more": pytest.approx(30 * 60 / 70),
        "far_ore": pytest.approx(40 * 60 / 70),
        "green_ore": pytest.approx(80),
        "near_ore": pytest.approx(20),
    }
    assert dict(zip(names, most, strict=True)) == quotas
    grown = most_sold(network, 1, with_score(FAR, 0, 80.0), growth=1.1)
    assert grown == pytest.approx(1.1 * most_sold(network, 1, with_score(FAR, 0, 80.0)))


def test_who_sells_no_more_than_the_grade_allows_is_not_limited(network):
    assert np.isinf(most_sold(network, 1, AS_PLANNED)).all()  # near at its quota of 20
    assert np.isinf(most_sold(network, 1, with_score(GREEN, 0, 10.0))).all()  # 10 of 20


def test_a_product_of_one_supplier_is_not_limited(network):
    made = network.scenario
    site = np.full(3, made.scorecards.supplier[FAR])
    alone = replace(network, scenario=replace(made, offers=replace(made.offers, site=site)))
    assert np.isinf(most_sold(alone, 0, np.zeros((3, 3)))).all()
    assert np.isfinite(most_sold(network, 0, np.zeros((3, 3)))).any()


def test_a_quota_grows_with_demand(make, case):
    """Where all ask for a tenth more, who lost its A sells a tenth more than 60, and near than 20."""
    trials = make.trials(case)
    trial = Trial(trials.network, trials.opening, trials.settings, trials.settings.uncertainty, 0)
    trial._scores = with_score(FAR, 1, 89.0)
    trial._required = trial._required * [[1.0], [1.0], [1.1]]
    trial.world.demand[trials.network.days.first[2] :] *= 1.1
    sold = by_supplier(make, case, trial.run().activities["purchase"])
    assert sold[:2, 2] == pytest.approx([22, 66], rel=1e-3)
    assert sold[GREEN, 2] == pytest.approx(22, abs=1)


# ---------------------------------------------------------------- plans made again


def test_what_is_known_of_drift_fades_ahead(make, network):
    luck, go_live = make.uncertain(supplier_score_sd=1.0, supplier_score_persistence=0.5), np.inf
    go_live = np.full(network.active.shape, go_live)
    score = with_score(FAR, 0, 72.0)
    score[NEAR, 0] = 45.0  # still a C
    found = known_drift(network, luck, 1, score, go_live)
    assert found.tolist() == [[0, 0, 0], [-18, -9, -4.5], [0, 0, 0]]
    assert known_drift(network, luck, 2, score, go_live) is None  # the A of 2026 counts then


def test_a_plan_made_again_keeps_the_quotas_of_the_last_scores(make, case):
    """Near, the cheapest, is found an A in 2026: from 2027 on 80 may come from it, and 10 from each A."""
    settings = SimulationSettings(replan="yearly", uncertainty=make.uncertain())
    trials = prepare(case.scenario, case.plan, settings, SessionReplanner(case.scenario, EXACT))
    trial = Trial(
        *(trials.network, trials.opening, settings, settings.uncertainty, 0), recourse=trials.recourse
    )
    trial._scores = with_score(NEAR, 1, 95.0)
    result = trial.run()
    sold = by_supplier(make, case, result.activities["purchase"])
    assert sold[:, :2] == pytest.approx(np.repeat([[20.0], [70.0], [10.0]], 2, axis=1))
    assert sold[:, 2] == pytest.approx([80, 10, 10], abs=1)
    assert result.replans == (1, 0)
    trial = Trial(
        *(trials.network, trials.opening, settings, settings.uncertainty, 0), recourse=trials.recourse
    )
    trial._scores = with_score(GREEN, 1, 10.0)  # a C, of which 10 may be bought: no more the least
    sold = by_supplier(make, case, trial.run().activities["purchase"])
    assert sold[:, 2] == pytest.approx([20, 80, 0], abs=1)


def test_quotas_of_drifted_scores_are_those_of_a_scorecard_that_says_so(case):
    drift = np.zeros((3, 3))
    drift[NEAR, 1] = 31.0  # 71 in 2026: a B in 2027
    quotas = with_drift(case.scenario, drift).sourcing_rules
    most = dict(zip(quotas.label, quotas.maximum_share.tolist(), strict=True))
    assert most["quota of near for ore"] == [0.2, 0.2, 0.6]
    assert most["quota of far for ore"] == [0.8, 0.8, 0.8]
    again = with_drift(with_drift(case.scenario, drift), np.zeros((3, 3))).sourcing_rules
    assert again.label.tolist() == case.scenario.sourcing_rules.label.tolist()
    assert np.array_equal(again.maximum_share, case.scenario.sourcing_rules.maximum_share)


def test_an_intervention_lifts_a_drifted_score_too(make):
    """Near has 40 points and 80 with help: ten points less leave it at the 70 of a B, eleven do not."""
    made = solved(interventions=HELP, effects=RAISES).scenario
    for off, reached in ((-10.0, True), (-11.0, False)):
        drift = np.zeros((3, 3))
        drift[NEAR] = off
        thresholds = with_drift(made, drift).scorecards.thresholds
        lifted = thresholds.supplier[(thresholds.threshold == 70) & ~thresholds.never.all(axis=1)]
        assert (NEAR in lifted.tolist()) == reached


# ---------------------------------------------------------------- trials


def test_without_drift_trials_have_no_scores(make, case):
    settings = SimulationSettings(trials=2, uncertainty=make.uncertain())
    outcome = simulate(case.scenario, case.plan, settings)
    assert not [name for name in outcome if "score" in str(name) or "grade" in str(name)]
    assert outcome.attrs["twin_max_relative_error"] < 1e-9


def test_where_a_pathway_keeps_no_quotas_scores_limit_nobody(make):
    free = solved(PathwaySettings(sourcing=SourcingSettings(quotas=False)))
    settings = SimulationSettings(trials=4, uncertainty=make.uncertain(supplier_score_sd=30.0))
    drifting = simulate(free.scenario, free.plan, settings)
    still = simulate(free.scenario, free.plan, replace(settings, uncertainty=make.uncertain()))
    assert drifting["cost"].equals(still["cost"])
    assert float(drifting["chance_below_grade"].max()) > 0


def test_the_books_follow_the_grades(make, case):
    """Where far loses its A it sells 60 of 70 at 12, near its quota of 20 at 10, green the rest at 15."""
    settings = SimulationSettings(trials=8, uncertainty=make.uncertain(supplier_score_sd=6.0))
    outcome = simulate(case.scenario, case.plan, settings)
    lost = (outcome["simulated_score"].sel(supplier="far", period=2025) < 90).values
    paid = outcome["cost"].sel(period=2025).sum("cost_account").values
    assert 0 < lost.sum() < 8
    assert paid[~lost] == pytest.approx(200 + 840 + 150)
    assert paid[lost] == pytest.approx(720 + 200 + 20 * 15, abs=10)
    assert outcome.attrs["twin_max_relative_error"] < 1e-9


def test_drifting_scores_are_a_source_of_their_own(make):
    luck = make.uncertain(supplier_score_sd=3.0, supplier_score_persistence=0.5, lead_time_cv=0.1)
    assert sources_of(luck) == ["lead times", SCORES]
    alone = one_source(luck, SCORES)
    assert (alone.supplier_score_persistence, alone.lead_time_cv) == (0.5, 0.0)
    with pytest.raises(UnplayableError, match="supplier_score_sd"):
        refuse_performance(alone)
