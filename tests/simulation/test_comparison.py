"""Two plans in the same futures: what luck they share cancels out."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer import SolverSettings, optimize, reference_plan
from scenarios import ConfigError
from simulation import SimulationSettings, simulate
from simulation.comparison import comparison_text, paired_among, paired_comparison, paired_differences
from simulation.margins import with_margins
from simulation.statistics import discordant_difference, wilson_interval

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


def test_every_pair_is_compared_as_two_are(both):
    names, outcomes = ("wide", "tight"), both[1]
    found = paired_differences(dict(zip(names, outcomes, strict=True)), dict.fromkeys(names, "total"))
    pair = paired_comparison(*outcomes)
    for measure, name in (("cost", "cost, present value"), ("emissions", "emissions over the horizon")):
        row = found.sel(plan="tight", other="wide", measure=measure)
        assert [float(row[end]) for end in ("mean", "low", "high")] == pytest.approx(
            [pair[name].mean, pair[name].low, pair[name].high]
        )
        mirror = found.sel(plan="wide", other="tight", measure=measure)
        assert float(mirror["high"]) == pytest.approx(-float(row["low"]))
    missed = [o["cap_missed"].sel(cap="total").transpose("trial", "period").values[:, -1] for o in outcomes]
    row = found.sel(plan="tight", other="wide", measure="missed")
    assert float(row["mean"]) == pytest.approx(missed[1].mean() - missed[0].mean())
    assert float(row["high"]) < 0, "a margin of 3 % misses clearly less often"
    assert found.attrs == {"trials": 40, "differs_in": ""}
    assert np.isnan(found["mean"].sel(plan="wide", other="wide")).all()
    free = paired_differences(dict(zip("ab", outcomes, strict=True)), {"a": "total", "b": ""})
    assert np.isnan(free["mean"].sel(measure="missed")).all()


def test_futures_that_are_not_shared_give_a_reason_and_no_numbers(tutorial, both):
    other = simulate(tutorial.scenario, tutorial.plan, replace(SETTINGS, trials=2, seed=5))
    found = paired_differences({"a": both[1][0], "b": other}, {})
    assert found.attrs["differs_in"] == "seed"
    assert np.isnan(found["mean"]).all()
    single = {name: both[1][0].isel(trial=slice(1)) for name in "ab"}
    assert paired_differences(single, {}).attrs["differs_in"] == "trials"
    assert paired_among({"a": (both[1][0], ""), "b": (None, "")}) is None
    assert paired_among({"a": (both[1][0], "")}).attrs["trials"] == 40


def test_few_trials_that_differ_separate_nothing():
    """By hand: 8 of 40 trials differ, all one way; Wilson of 8 of 8 is (8/(8+1.96^2), 1)."""
    one, other = np.zeros(40), np.zeros(40)
    one[:8] = 1
    z = 1.959964**2
    mean, low, high = discordant_difference(one, other)
    assert (mean, high) == pytest.approx((0.2, 0.2))
    assert low == pytest.approx(0.2 * (2 * 8 / (8 + z) - 1), rel=1e-5)
    assert low == pytest.approx(0.2 * (2 * float(wilson_interval(8, 8)[0]) - 1))
    few = np.zeros(40)
    few[:3] = 1
    assert discordant_difference(few, other)[1] < 0 < discordant_difference(few, other)[2]
    assert discordant_difference(one, one) == (0.0, 0.0, 0.0)
    assert discordant_difference(other, one) == pytest.approx((-mean, -high, -low))
