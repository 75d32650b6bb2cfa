"""The re-solve benchmark at its smallest: equal optima, one model."""

import pytest

from benchmarks.generated import scenario
from benchmarks.resolve import all_changed, frontier, one_changed, sweep
from optimizer.settings import SolverSettings

SETTINGS = SolverSettings(mip_gap=0.02, time_limit_seconds=20)


@pytest.fixture(scope="module")
def case():
    return scenario("tiny")


def test_linear_points_by_a_session_are_those_of_fresh_builds(case):
    for found in (
        frontier(case, SETTINGS, 3, relaxed=True),
        sweep(case, SETTINGS, one_changed, 4, relaxed=True),
        sweep(case, SETTINGS, all_changed, 2, relaxed=True),
    ):
        record = found.record()
        assert record["models built"] == 1
        assert record["largest difference"] <= 1e-6
        assert 0 <= record["outside HiGHS, session"] < 1
