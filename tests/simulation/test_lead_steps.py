"""Lead times read off steps are those of the formula, at every uniform."""

import numpy as np
import pytest

from simulation.draws import lead_days
from simulation.lead_steps import days_at, lead_steps
from simulation.raw_streams import DOUBLE_UNIT
from simulation.streams import LARGEST, Streams

LEAD, MOST = (0.4, 1.0, 3.0, 3.0, 12.5), (4.0, 4.0, 12.0, 12.0, 48.0)


def read_off(uniforms, arc, least, first, steps):
    """Return days by counting the steps that each uniform has reached."""
    return least[arc] + (uniforms[:, None] >= steps[first[arc] : first[arc + 1]]).sum(axis=1)


@pytest.mark.parametrize("cv", [0.05, 0.3, 1.2])
def test_steps_are_where_the_formula_rises(cv):
    least, first, steps = lead_steps(LEAD, MOST, cv)
    uniforms = np.random.default_rng(1).random(20_000)
    for arc, (lead, most) in enumerate(zip(LEAD, MOST, strict=True)):
        own = steps[first[arc] : first[arc + 1]]
        tried = np.concatenate([uniforms, own, own - DOUBLE_UNIT, [0.0, LARGEST]])
        tried = tried[tried >= 0]
        assert np.array_equal(read_off(tried, arc, least, first, steps), days_at(tried, lead, most, cv))
    assert first[3] - first[2] == first[4] - first[3] > 0


def test_median_and_ends_by_hand():
    """With a cv of 1 the median is the mean over the root of 2: 7.07 days of 10; a uniform of 0 gives 1."""
    least, first, steps = lead_steps((10.0,), (40.0,), 1.0)
    assert read_off(np.array([0.0, 0.5, LARGEST]), 0, least, first, steps).tolist() == [1, 7, 40]


def test_trials_draw_the_days_of_the_formula(make, two_routes):
    """Antithetic or not, the days of a trial are those of its uniforms."""
    trials = make.trials(two_routes, make.uncertain(lead_time_cv=0.6))
    network, uncertainty = trials.network, trials.settings.uncertainty
    own = network.scenario.arcs.lead_days[network.used.arc]
    most = np.ceil(4.0 * np.maximum(np.rint(own), 1))
    for mirrored in (False, True):
        streams = Streams(7, 3, mirrored)
        drawn = lead_days(network, uncertainty, streams)
        uniforms = streams.uniforms_of(network.entities["arc"], "lead", len(drawn))
        assert np.array_equal(drawn, days_at(uniforms, own, most, 0.6))
        assert len(np.unique(drawn)) > 1
