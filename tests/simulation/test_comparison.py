"""Two plans in the same futures: what luck they share cancels out."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer import SolverSettings, optimize, reference_plan
from scenarios import ConfigError
from simulation import SimulationSettings, simulate
from simulation.comparison import comparison_text, paired_comparison
from simulation.margins import with_margins

EXACT = SolverSettings(mip_gap=0.0)
SETTINGS = SimulationSettings(trials=40)


@pytest.fixture(scope="module")
def both(tutorial):
    """The capped plan and one that stays 3 % below the cap, tried alike."""
    below = with_margins(tutorial.scenario, {"total": {2026: 0.03}})
    plans = (tutorial.plan, optimize(below, EXACT, reference_plan(tutorial.scenario, EXACT)))
    return plans, [simulate(tutorial.scenario, plan, SETTINGS) for plan in plans]


def test_pairs_are_narrower_by_the_factor_reported(both):
    (before, after), outcomes = both
    found = paired_comparison(*outcomes)["cost, present value"]
    first, second = (outcome["cost_npv"].to_numpy() for outcome in outcomes)
    assert found.mean == pytest.approx((second - first).mean())
    assert found.factor > 3
    ends = found.high - found.low
    paired = 2 * 2.022691 * (second - first).std(ddof=1) / np.sqrt(40)  # t(39, 0.975)
    assert ends == pytest.approx(paired, rel=1e-6)
    assert 2 * found.unpaired_half_width == pytest.approx(found.factor * ends)
    planned = float(after["cost_npv"].sum() - before["cost_npv"].sum())
    assert found.low < planned < found.high or found.mean == pytest.approx(planned, rel=0.5)


def test_the_text_names_units_and_what_is_not_clear(both):
    text = comparison_text(*both[1], "CNY")
    assert "in 40 futures that both plans share" in text
    assert "emissions 2026" in text
    assert "million CNY" in text
    assert "times narrower than unpaired" in text
    assert "no clear difference" in comparison_text(both[1][0], both[1][0], "CNY")


def test_other_luck_is_refused(tutorial, both):
    other = simulate(tutorial.scenario, tutorial.plan, replace(SETTINGS, trials=2, seed=5))
    with pytest.raises(ConfigError, match="differ in seed"):
        paired_comparison(both[1][0], other)


def test_one_trial_is_no_comparison(both):
    one = both[1][0].isel(trial=slice(1))
    with pytest.raises(ConfigError, match="at least two trials"):
        paired_comparison(one, one)
