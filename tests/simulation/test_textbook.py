"""The engine against SimPy as textbooks write it, a process for every site and shipment: the same path."""

import pytest

from benchmarks import textbook_simpy
from benchmarks.simulate import tried


@pytest.mark.parametrize(
    ("safety_days", "demand_cv", "short"),
    [(3.0, 0.5, 0.0), (0.3, 1.0, 1e-3)],
    ids=["seldom short", "often short"],
)
def test_a_distribution_tree_goes_the_textbooks_way(safety_days, demand_cv, short):
    """Two years, so that those who wait are lost once in between."""
    case = tried((1, 3, 12, 2), safety_days=safety_days, demand_cv=demand_cv)
    ours, theirs = case.zerolane(), textbook_simpy.run(case.given)
    assert ours.difference(theirs) < 1e-9
    asked = case.given.demand.sum()
    assert short - 1e-12 <= 1 - theirs.served.sum() / asked < 0.1
    assert theirs.events > 100 * ours.events
