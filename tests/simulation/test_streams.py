"""Keyed streams: the same entity meets the same luck, whatever else there is."""

import itertools
import statistics

import numpy as np
import pytest

from simulation.streams import Streams, mean_one_lognormal, persistent


def test_golden_values():
    """Names are hashed by blake2b and uniforms are numpy's raw ones: the same in every version."""
    drawn = Streams(20251, 7).uniforms("lane a>b:truck", "lead", 3)
    assert drawn.tolist() == [0.523380527035507, 0.7834958364720902, 0.8396163808604006]


def test_longer_draws_start_with_the_shorter_ones():
    streams = Streams(1, 0)
    assert (streams.uniforms("a", "b", 1000)[:10] == streams.uniforms("a", "b", 10)).all()


@pytest.mark.parametrize("other", [(2, 0, "a", "b"), (1, 1, "a", "b"), (1, 0, "x", "b"), (1, 0, "a", "x")])
def test_seed_trial_entity_and_purpose_each_make_another_stream(other):
    base = Streams(1, 0).uniforms("a", "b", 4000)
    seed, trial, entity, purpose = other
    drawn = Streams(seed, trial).uniforms(entity, purpose, 4000)
    assert not (drawn == base).any()
    assert abs(np.corrcoef(base, drawn)[0, 1]) < 4 / np.sqrt(4000)


def test_normals_are_inverted_uniforms():
    streams = Streams(3, 0)
    uniforms = streams.uniforms("a", "b", 200)
    inverse = statistics.NormalDist().inv_cdf
    assert streams.normals("a", "b", 200) == pytest.approx([inverse(u) for u in uniforms], rel=1e-9)


def test_exponentials_have_mean_one():
    drawn = np.array(list(itertools.islice(Streams(3, 0).exponentials("a", "b"), 20_000)))
    assert abs(drawn.mean() - 1) < 4 / np.sqrt(20_000)
    assert drawn.min() > 0


@pytest.mark.parametrize("cv", [0.05, 0.5])
def test_lognormal_factors_have_mean_one_and_the_cv(cv):
    drawn = mean_one_lognormal(Streams(3, 0).normals("a", "b", 200_000), cv)
    assert abs(drawn.mean() - 1) < 4 * cv / np.sqrt(200_000)
    assert drawn.std() == pytest.approx(cv, rel=0.03)


def test_no_spread_means_exactly_one():
    assert (mean_one_lognormal(np.array([-3.0, 0.0, 2.0]), 0.0) == 1.0).all()


def test_persistent_paths_are_stationary_with_the_correlation():
    paths = np.array([persistent(Streams(5, k).normals("a", "b", 8), 0.6) for k in range(4000)])
    assert paths.std(axis=0) == pytest.approx(np.ones(8), abs=0.05)
    assert np.corrcoef(paths[:, 3], paths[:, 4])[0, 1] == pytest.approx(0.6, abs=0.05)
    assert np.corrcoef(paths[:, 3], paths[:, 5])[0, 1] == pytest.approx(0.36, abs=0.05)
