"""Outages: exact parts of days, and availability as renewal theory has it."""

import numpy as np
import pytest

from simulation.outages import DAYS_PER_YEAR, lose, outage_times
from simulation.streams import Streams


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (1.25, 1.75, [1, 0.5, 1, 1, 1]),
        (0.5, 3.25, [0.5, 0, 0, 0.75, 1]),
        (2.0, 3.0, [1, 1, 0, 1, 1]),
        (3.5, 99.0, [1, 1, 1, 0.5, 0]),
        (4.25, 4.5, [1, 1, 1, 1, 0.75]),
    ],
)
def test_an_outage_takes_its_part_of_each_day(start, end, expected):
    up = np.ones(5)
    lose(up, start, end)
    assert up == pytest.approx(expected, abs=1e-12)


def test_two_outages_on_a_day_add_up():
    up = np.ones(2)
    lose(up, 0.1, 0.3)
    lose(up, 0.5, 0.9)
    assert up == pytest.approx([0.4, 1], abs=1e-12)


def test_availability_is_mtbf_over_mtbf_and_mttr():
    """Mean and variance over many long runs (alternating renewal process, exponential times)."""
    per_year, repair, days, runs = 6.0, 5.0, 3650, 300
    mean_up = DAYS_PER_YEAR / per_year
    share = []
    for k in range(runs):
        up = np.ones(days)
        luck = Streams(11, k).exponentials("line", "breakdown")
        for start, end in outage_times(per_year, repair, luck, days):
            lose(up, start, end)
        share.append(up.mean())
    truth = mean_up / (mean_up + repair)
    variance = 2 * (mean_up * repair) ** 2 / (mean_up + repair) ** 3 / days
    error = np.sqrt(variance / runs)
    assert error / truth < 0.002  # the test is sharp enough to notice a repair of half a day more
    assert abs(np.mean(share) - truth) < 4 * error + 2e-4  # runs start up: a little more than the limit
    assert np.var(share) == pytest.approx(variance, rel=0.35)


def test_trials_enter_outages_of_every_kind(make, two_routes):
    from simulation.trial import Trial

    often = make.uncertain(
        supplier_disruptions_per_year=3,
        supplier_disruption_mean_days=20,
        lane_disruptions_per_year=3,
        lane_disruption_mean_days=10,
        site_disruptions_per_year=3,
        site_disruption_mean_days=10,
        breakdowns_per_year=12,
        repair_mean_days=3,
    )
    trials = make.trials(two_routes, often)
    trial = Trial(trials.network, trials.opening, trials.settings, often, 0)
    trial.run()
    world, network = trial.world, trials.network
    site = dict(zip(network.labels("site"), world.site_up.mean(axis=0), strict=True))
    assert site["city"] == 1  # a customer does not close
    expected = {"port": (3, 20), "yard": (3, 20), "mill": (3, 10), "base": (3, 10)}
    for name, (per_year, days) in expected.items():
        up = DAYS_PER_YEAR / per_year
        assert site[name] == pytest.approx(up / (up + days), abs=0.12), name
        assert site[name] < 1
    assert (world.lane_up.mean(axis=0) < 1).all()
    up = DAYS_PER_YEAR / 12
    assert world.line_up.mean() == pytest.approx(up / (up + 3), abs=0.03)
