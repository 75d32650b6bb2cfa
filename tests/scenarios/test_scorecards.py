"""Scores, grades, thresholds and improvement plans, against figures worked out by hand and by enumeration."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from scenarios import ConfigError
from scenarios.improvement import fewest_then_cheapest, improvement_plan
from scenarios.indicator_sets import indicator_set, set_names
from scenarios.score_thresholds import MOST_RAISES, SCORE, ThresholdsAsked
from scenarios.scorecards import Scorecards
from scenarios.tables_scorecards import FAMILIES
from tests.optimizer.ore_case import SETTINGS, problems, scenario
from tests.optimizer.score_case import GRADES, INDICATORS, SCORECARD, YEARS

CARDS = {"indicators": INDICATORS, "scorecard": SCORECARD, "grades": GRADES}


def cards(**changes):
    return scenario(**(CARDS | changes)).scorecards


# ---------------------------------------------------------------- scores and grades


def test_scores_are_weighted_points():
    found = cards()
    # near: 35 x 1 + 25 x 0.2 = 40; far: 40 + 35 + 25 x 0.6 = 90; green: all
    np.testing.assert_allclose(found.score_of(found.points)[:, 0], [40, 90, 100])
    assert list(found.grade[found.grade_of(np.array([0, 69.9, 70, 90, 100]))]) == ["C", "C", "B", "A", "A"]


def test_weights_may_sum_to_a_hundred():
    assert list(
        cards(indicators=INDICATORS.replace("0.4", "40").replace("0.35", "35").replace("0.25", "25")).weight
    ) == pytest.approx([0.4, 0.35, 0.25])


def test_a_level_counts_from_worst_to_best_and_may_fall():
    level = INDICATORS.replace("ren renewable_use 0.25 share - -", "ren renewable_use 0.25 level 9 1")
    values = SCORECARD.replace("near ren 0.2", "near ren 7").replace("far ren 0.6", "far ren 9")
    found = cards(indicators=level, scorecard=values)
    # 7 is a quarter of the way from 9 to 1
    np.testing.assert_allclose(found.score_of(found.points)[:, 0], [35 + 25 / 4, 75, 100])


def test_what_is_not_reported_counts_as_worst():
    found = cards(scorecard="site indicator value\nnear iso 1")
    assert found.score_of(found.points).tolist() == [[pytest.approx(35)]]


def test_values_hold_until_the_next_year_given():
    rows = "site indicator period value\nnear iso 2026 1\nnear iso 2028 0\nnear sbt - 1"
    found = cards(scorecard=rows, settings=replace(YEARS, last_year=2029))
    np.testing.assert_allclose(found.score_of(found.points), [[75, 75, 75, 40, 40]])


def test_the_ready_made_set_has_thirty_indicators_in_six_families():
    rows = indicator_set("six_families")
    assert len(rows) >= 30
    assert set(rows["family"]) == set(FAMILIES)
    assert rows["weight"].sum() == pytest.approx(100)
    assert rows["source"].str.len().min() > 20
    settings = replace(SETTINGS, indicators="six_families")
    found = scenario(settings=settings, scorecard="site indicator value\nnear iso_9001 1").scorecards
    assert found.score_of(found.points).tolist() == [[pytest.approx(3)]]  # its weight of 100


def test_an_unknown_set_is_said():
    settings = replace(SETTINGS, indicators="six_family")
    with pytest.raises(ConfigError, match=r"no set 'six_family' \(did you mean six_families\?\)"):
        scenario(settings=settings)
    assert set_names() == ["six_families"]


# ---------------------------------------------------------------- thresholds


def drawn(rng, count):
    """Return the scorecard of one supplier whom `count` interventions raise, some beyond best."""
    weight = rng.dirichlet(np.ones(4))
    entries = count + 2
    return Scorecards(
        supplier=np.array([0]),
        indicator=np.array(list("abcd"), dtype=object),
        weight=weight,
        worst=np.zeros(4),
        best=np.ones(4),
        value=rng.random((1, 4, 2)),
        raise_intervention=rng.integers(0, count, entries),
        raise_supplier=np.zeros(entries, dtype=np.int64),
        raise_indicator=rng.integers(0, 4, entries),
        raised=rng.random(entries),
    )


@pytest.mark.parametrize("seed", range(20))
def test_smallest_and_needed_sets_say_exactly_which_interventions_reach_a_threshold(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 5))
    found = drawn(rng, count)
    indicator = int(rng.integers(-1, 4))
    threshold = float(rng.uniform(50, 90) if indicator == SCORE else rng.uniform(0.4, 0.9))
    asked = ThresholdsAsked(found)
    k, alone = asked.position(0, indicator, threshold)
    sets = asked.thresholds
    for bits in itertools.product([0.0, 1.0], repeat=count):
        at_work = np.repeat(np.array(bits)[:, None], 2, axis=1)
        truth = found.reaches(0, indicator, threshold, found.points_with(at_work)[0])
        for t in range(2):
            if k < 0:
                assert truth[t] == alone[t]
                continue
            there = {i for i in range(count) if bits[i]}
            enough = [set(s.interventions) for s in sets.enough if (s.threshold, s.period) == (k, t)]
            needed = [set(s.interventions) for s in sets.needed if (s.threshold, s.period) == (k, t)]
            by_enough = sets.always[k, t] or any(each <= there for each in enough)
            by_needed = not sets.never[k, t] and all(each & there for each in needed)
            assert by_enough == by_needed == truth[t]


def test_too_many_interventions_for_one_supplier_are_refused():
    count = MOST_RAISES + 1
    names = [f"help{i}" for i in range(count)]
    rows = "intervention kind\n" + "\n".join(f"{name} help" for name in names)
    effects = "intervention effect site indicator amount\n" + "\n".join(
        f"{name} raises_score near ren 0.01" for name in names
    )
    assert problems(**CARDS, interventions=rows, effects=effects) == [
        f"{count} interventions raise the score of near, at most {MOST_RAISES} may"
    ]


# ---------------------------------------------------------------- improvement plans


def by_enumeration(gain, cost, needed):
    """Return size and cost of the smallest, then cheapest set, looking at every set."""
    for size in range(len(gain) + 1):
        sets = [s for s in itertools.combinations(range(len(gain)), size) if sum(gain[list(s)]) >= needed]
        if sets:
            return size, min(float(cost[list(s)].sum()) for s in sets)
    return None


@pytest.mark.parametrize("seed", range(40))
def test_the_improvement_plan_is_minimal(seed):
    rng = np.random.default_rng(seed)
    gain = rng.random(12) * rng.integers(0, 2, 12) * 10
    cost = rng.integers(0, 6, 12).astype(float)
    needed = float(rng.uniform(0, 0.9) * gain.sum())
    found = fewest_then_cheapest(gain, cost, needed)
    assert gain[found].sum() >= needed - 1e-6
    assert (len(found), pytest.approx(cost[found].sum())) == by_enumeration(gain, cost, needed - 1e-7)


def test_an_improvement_plan_by_hand():
    found = cards()
    # near lacks 30 points to B: sbt alone gives 40; iso is at best; ren would give 20
    plan = improvement_plan(found, found.points[0, :, 0])
    assert (plan.indicators, plan.gain, plan.cost) == ((0,), pytest.approx(40), pytest.approx(100))
    assert found.grade[plan.grade] == "B"
    # far is an A: nothing to improve
    assert improvement_plan(found, found.points[1, :, 0]).indicators == ()


def test_a_cheaper_pair_does_not_beat_one_indicator():
    assert fewest_then_cheapest(np.array([5.0, 4.0, 4.0]), np.array([100.0, 1.0, 1.0]), 5.0) == [0]
    assert sorted(fewest_then_cheapest(np.array([5.0, 4.0, 4.0]), np.array([100.0, 1.0, 1.0]), 6.0)) == [1, 2]
    with pytest.raises(ValueError, match="gain 13 of 14 points"):
        fewest_then_cheapest(np.array([5.0, 4.0, 4.0]), np.zeros(3), 14.0)


def test_thirty_indicators_are_searched_in_no_time():
    rows = indicator_set("six_families")
    rng = np.random.default_rng(1)
    gain = rows["weight"].to_numpy(float) * rng.random(len(rows))
    found = fewest_then_cheapest(gain, rows["improvement_cost"].to_numpy(float), 0.5 * gain.sum())
    assert gain[found].sum() >= 0.5 * gain.sum() - 1e-6


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"indicators": INDICATORS.replace("0.4", "0.5")}, "the weights sum to 1.1"),
        ({"scorecard": SCORECARD.replace("near sbt 0", "near sbt 2")}, "is neither yes nor no"),
        ({"scorecard": SCORECARD.replace("ren 0.2", "ren 1.2")}, "lies outside the range of ren"),
        ({"scorecard": SCORECARD + "\nnear iso 0"}, "the key stands twice"),
        ({"scorecard": SCORECARD.replace("near sbt", "nowhere sbt")}, "is not in sites"),
        ({"scorecard": SCORECARD + "\nmill iso 1"}, "the site offers nothing"),
        ({"scorecard": SCORECARD + "\nnear isso 1"}, "is not in indicators"),
        ({"grades": GRADES.replace("C 0", "C 10")}, "scores below this have no grade"),
        ({"grades": GRADES.replace("B 70", "B 90")}, "two grades begin here"),
        ({"grades": GRADES.replace("A 90 0.1 0.8", "A 90 0.9 0.8")}, "the maximum is below the minimum 0.9"),
        ({"indicators": INDICATORS.replace("share - -", "share 0 2")}, "a share runs from 0 to 1"),
        ({"indicators": INDICATORS.replace("share - -", "level 2 2")}, "worst and best are the same"),
    ],
)
def test_bad_scorecards_are_named(changes, complaint):
    assert complaint in problems(**(CARDS | changes))


def test_all_problems_are_said_at_once():
    spoilt = SCORECARD.replace("near sbt 0", "near sbt 2").replace("far ren 0.6", "far ren 7")
    found = problems(**(CARDS | {"scorecard": spoilt, "indicators": INDICATORS.replace("0.4", "0.5")}))
    assert len(found) == 3


HELP = "intervention kind\nhelp programme"


@pytest.mark.parametrize(
    ("effect", "complaint"),
    [
        ("help raises_score near - 1", "raises_score needs an indicator"),
        ("help raises_score mill sbt 1", "raises_score touches no scored supplier"),
        ("help raises_score near sbt -1", "raises nothing"),
        ("help raises_score near sbt -", "raises_score needs an amount"),
    ],
)
def test_effects_that_raise_nothing_are_named(effect, complaint):
    effects = f"intervention effect site indicator amount\n{effect}"
    assert complaint in problems(**CARDS, interventions=HELP, effects=effects)


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ("minimum_count\nkpi ore sbt 1 2", "a rule by an indicator bounds shares only"),
        ("minimum_share\nkpi ore sbt 3 0.5", "lies outside the range of sbt"),
        ("minimum_share\nkpi ore sbd 1 0.5", "is not in indicators"),
    ],
)
def test_rules_by_an_indicator_are_checked(columns, complaint):
    rule = f"rule product indicator indicator_at_least {columns}"
    assert complaint in problems(**CARDS, sourcing_rules=rule)
