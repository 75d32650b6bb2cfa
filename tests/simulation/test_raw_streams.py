"""Streams read in one compiled call are numpy's own, to the bit."""

import numpy as np
import pytest

from simulation.compiled import NUMBA
from simulation.outages import enter_outages, lose, outage_times
from simulation.streams import Streams

NAMES = ("lane a>b:truck", "lane b>c:rail", "site mill", "")


@pytest.mark.parametrize(("seed", "trial"), [(20251, 7), (0, 0), (2**40 + 5, 3), (2**140 + 5, 999_999)])
def test_uniforms_are_those_of_numpys_generators(seed, trial):
    streams = Streams(seed, trial)
    drawn = streams.uniforms_of(NAMES, "lead", 300)
    own = np.array([streams.uniforms(name, "lead", 300) for name in NAMES]).T
    assert (drawn == own).all()


def test_normals_are_those_of_one_stream_at_a_time():
    streams = Streams(1, 2)
    drawn = streams.normals_of(NAMES, "daily", 1000)
    assert (drawn == np.array([streams.normals(name, "daily", 1000) for name in NAMES]).T).all()


def test_nobody_draws_nothing():
    assert Streams(1, 2).normals_of((), "daily", 5).shape == (5, 0)


@pytest.mark.skipif(NUMBA.DISABLE_JIT, reason="nothing is compiled")
def test_outages_are_those_of_the_plain_rules():
    streams, days = Streams(5, 1), 2000
    per_year, mean = np.array([4.0, 0.0, 12.0, 50.0]), np.array([1.5, 9.0, 40.0, 0.3])
    up, plain, count = np.ones((days, 4)), np.ones((days, 4)), 0
    found = enter_outages(up, NAMES, "breakdown", (per_year, mean), streams)
    for n, name in enumerate(NAMES):
        if per_year[n] > 0:
            luck = streams.exponentials(name, "breakdown")
            for start, end in outage_times(per_year[n], mean[n], luck, days):
                lose(plain[:, n], start, end)
                count += 1
    assert found == count > 200
    assert (up == plain).all()
    assert (up[:, 1] == 1).all()
    assert up.min() == 0
