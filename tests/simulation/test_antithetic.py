"""Antithetic pairs: the second trial has the first one's luck turned round; intervals of pair means."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from simulation.comparison import paired_comparison
from simulation.event_cost import difference_by_pairs, welch
from simulation.outages import enter_outages, lose, outage_times
from simulation.outcome import outcome_dataset
from simulation.settings import PrecisionSettings, SimulationSettings, UncertaintySettings
from simulation.statistics import (
    chance_interval,
    mean_interval,
    pair_means,
    quantile_interval,
    tail_mean_interval,
    wilson_interval,
)
from simulation.streams import LARGEST, Streams, streams_of

NAMES = ("lane a>b:truck", "site mill")


# ---------------------------------------------------------------- the luck


def test_the_mirror_of_a_uniform_is_one_less_it():
    """To the bit, in the compiled draws and in numpy's; still on [0, 1)."""
    luck, mirrored = Streams(7, 3), Streams(7, 3, mirrored=True)
    drawn, turned = (streams.uniforms_of(NAMES, "lead", 500) for streams in (luck, mirrored))
    assert (drawn + turned == LARGEST).all()
    assert 0 <= turned.min() < turned.max() < 1
    assert (turned[:, 0] == mirrored.uniforms(NAMES[0], "lead", 500)).all()
    normals = luck.normals_of(NAMES, "lead", 500) + mirrored.normals_of(NAMES, "lead", 500)
    assert np.abs(normals).max() < 1e-9
    times = mirrored.exponentials(NAMES[0], "lead")
    assert [next(times) for _ in range(5)] == pytest.approx(-np.log1p(-turned[:5, 0]), rel=1e-12)


def test_mirrored_outages_are_those_of_the_plain_rules():
    """What compiled code reads of the streams is mirrored too."""
    mirrored, days = Streams(5, 1, mirrored=True), 2000
    per_year, mean = np.array([12.0, 4.0]), np.array([9.0, 1.5])
    up, plain = np.ones((days, 2)), np.ones((days, 2))
    enter_outages(up, NAMES, "breakdown", (per_year, mean), mirrored)
    for n, name in enumerate(NAMES):
        luck = mirrored.exponentials(name, "breakdown")
        for start, end in outage_times(per_year[n], mean[n], luck, days):
            lose(plain[:, n], start, end)
    assert (up == plain).all()
    assert up.min() == 0


def test_which_trials_are_a_pair():
    plain, first, second = Streams(1, 3), streams_of(1, 6, True), streams_of(1, 7, True)
    own = plain.uniforms("site mill", "x", 9)
    assert (own == first.uniforms("site mill", "x", 9)).all()
    assert (own + second.uniforms("site mill", "x", 9) == LARGEST).all()
    assert (streams_of(1, 3, False).uniforms("site mill", "x", 9) == own).all()


# ---------------------------------------------------------------- the intervals


def test_means_of_pairs_worked_by_hand():
    """Pairs (1, 3) and (2, 6): means 2 and 4, standard error 1, one degree of freedom: 12.7062."""
    mean, low, high = mean_interval(np.array([1.0, 3.0, 2.0, 6.0]), 0.95, pairs=True)
    assert (mean, low, high) == pytest.approx((3, 3 - 12.7062047, 3 + 12.7062047))
    assert mean_interval(np.array([1.0, 3.0, 3.0, 1.0]), 0.95, pairs=True) == (2, 2, 2)
    with pytest.raises(ValueError, match="even number of trials, got 3"):
        pair_means([1, 2, 3])


def test_a_chance_from_pairs_counts_as_so_many_trials():
    """Six of forty trials, each in a pair of its own: how many trials they are worth.

    Six pair means are 1/2 and 14 are 0: variance 0.25 x 6 x 14 / 20 / 19 of a mean over 20, against the
    binomial 0.15 x 0.85 / 40.
    """
    happened = np.zeros(40, dtype=bool)
    assert chance_interval(happened)[1:] == wilson_interval(0, 40)
    happened[:12:2] = True
    effect = (0.25 * 6 * 14 / 20 / 19 / 20) / (0.15 * 0.85 / 40)
    z, count = 1.959963985, 40 / effect
    scale = 1 + z * z / count
    half = z / scale * np.sqrt(0.15 * 0.85 / count + z * z / (4 * count * count))
    share, low, high = chance_interval(happened, pairs=True)
    centre = (0.15 + z * z / (2 * count)) / scale
    assert (share, low, high) == pytest.approx((0.15, centre - half, centre + half), rel=1e-8)
    together = np.repeat(np.arange(20) < 3, 2)  # the same luck twice: worth half as much
    _, low, high = chance_interval(together, pairs=True)
    assert (low, high) == pytest.approx([float(x) for x in wilson_interval(3, 20)], abs=0.01)


def linear_pairs(rng, samples, pairs, own):
    """Return samples of trials in pairs: luck and its mirror, and a part of each trial's own."""
    luck = rng.standard_normal((samples, pairs, 1)) * np.array([1.0, -1.0])
    return (luck + own * rng.standard_normal((samples, pairs, 2))).reshape(samples, 2 * pairs)


@pytest.mark.parametrize("own", [0.3, 1.0])
def test_intervals_of_pairs_hold_as_often_as_they_say(own):
    """Nominal 95 %, 400 samples of 60 pairs; four standard errors of a coverage are 4.4 points."""
    samples = linear_pairs(np.random.default_rng(3), 400, 60, own)
    spread = np.sqrt(1 + own * own)
    quantile = 0.6744897502 * spread
    density = np.exp(-0.5 * 1.2815515655**2) / np.sqrt(2 * np.pi)
    truths = (
        (0.0, lambda x: mean_interval(x, pairs=True)),
        (0.3085375387, lambda x: chance_interval(x > 0.5 * spread, pairs=True)),
        (quantile, lambda x: quantile_interval(x, 0.75, pairs=True)),
        (density / 0.1 * spread, lambda x: tail_mean_interval(x, 0.9, pairs=True)),
    )
    for truth, interval in truths:
        ends = np.array([[float(end) for end in interval(sample)[1:]] for sample in samples])
        share = ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean()
        assert 0.95 - 0.056 <= share <= 1.0
    widths = [[np.ptp(mean_interval(x, pairs=p)[1:]) for p in (False, True)] for x in samples[:50]]
    assert np.mean(widths, axis=0)[1] < np.mean(widths, axis=0)[0]


def test_what_an_event_adds_in_pairs_that_have_one_of_each():
    """An event that befalls one of each pair: Welch's interval is too narrow, that by pairs is not."""
    rng, samples, pairs = np.random.default_rng(4), 400, 30
    values, with_it = linear_pairs(rng, samples, pairs, 0.3), np.tile([True, False], pairs)
    values = values + 2.0 * with_it
    ends = np.array([difference_by_pairs(x, with_it, 0.95)[1:] for x in values])
    narrow = np.array([welch(x[with_it], x[~with_it], 0.95)[1:] for x in values])
    covered = [((e[:, 0] <= 2) & (e[:, 1] >= 2)).mean() for e in (ends, narrow)]
    assert covered[0] >= 0.95 - 0.044
    assert covered[1] < 0.9
    assert difference_by_pairs(values[0], with_it, 0.95)[0] == pytest.approx(
        values[0][with_it].mean() - values[0][~with_it].mean()
    )
    assert np.isnan(difference_by_pairs(values[0], np.arange(60) < 1, 0.95)).all()


# ---------------------------------------------------------------- trials


@pytest.fixture(scope="module")
def tried(make, tutorial):
    """Return forty trials of the tutorial in pairs, and the settings."""
    trials = make.trials(tutorial, UncertaintySettings(), antithetic=True)
    return trials, [trials.run(index) for index in range(40)]


def test_pairs_take_spread_off_the_mean(tried):
    """Cost and emissions of the tutorial: a pair's mean varies less than a third as much as two trials'."""
    _, accounts = tried
    cost = np.array([account.cost_npv for account in accounts])
    emitted = np.array([account.emissions.sum() for account in accounts])
    for values in (cost, emitted):
        assert pair_means(values).var(ddof=1) < values.var(ddof=1) / 2 / 3


def test_the_first_of_a_pair_is_a_trial_as_ever(make, tutorial, tried):
    alone = make.trials(tutorial, UncertaintySettings())
    for k in range(2):
        assert alone.run(k).cost_npv == tried[1][2 * k].cost_npv
        assert alone.run(k).cost_npv != tried[1][2 * k + 1].cost_npv


def test_the_outcome_has_intervals_of_pairs(tried):
    trials, accounts = tried
    outcome, alone = (
        outcome_dataset(trials.network, trials.opening, accounts, settings, "all")
        for settings in (trials.settings, replace(trials.settings, antithetic=False))
    )
    cost = np.array([account.cost_npv for account in accounts])
    _, low, high = mean_interval(pair_means(cost))
    assert (float(outcome["cost_npv_low"]), float(outcome["cost_npv_high"])) == (low, high)
    assert float(outcome["cost_npv_mean"]) == pytest.approx(float(alone["cost_npv_mean"]), rel=1e-12)
    for name in ("emissions_mean", "emissions_quantile", "account_cost", "customer_fill", "chance_ever"):
        wide, narrow = ((found[f"{name}_high"] - found[f"{name}_low"]) for found in (alone, outcome))
        assert set(outcome[name].dims) == set(alone[name].dims)
        if name == "emissions_mean":
            assert (narrow < wide).all()
    assert outcome.attrs["antithetic"] == 1
    same = paired_comparison(outcome, outcome)
    assert all(difference.mean == 0 for difference in same.values())
    with pytest.raises(Exception, match="try both plans the same way"):
        paired_comparison(outcome, alone)


def test_half_a_pair_is_refused():
    with pytest.raises(ValidationError, match=r"give simulation\.trials an even number"):
        SimulationSettings(antithetic=True, trials=25)
    with pytest.raises(ValidationError, match="fewest_trials an even number"):
        SimulationSettings(antithetic=True, precision=PrecisionSettings(fewest_trials=41))
    with pytest.raises(ValidationError, match="needs independent trials"):
        SimulationSettings(antithetic=True, target_chance=0.05)
