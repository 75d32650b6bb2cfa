"""Warming up compiles what a trial calls, and nothing is compiled a second time."""

import pytest

from simulation import kernel, outages, raw_streams, warm_up
from simulation.compiled import NUMBA
from simulation.settings import SimulationSettings, UncertaintySettings


@pytest.mark.skipif(NUMBA.DISABLE_JIT, reason="nothing is compiled")
def test_a_trial_after_warming_up_compiles_nothing(make, tutorial):
    warm_up(tutorial.scenario, tutorial.plan, SimulationSettings()).join(timeout=300)
    functions = (kernel.run_days, outages.take_down, raw_streams.start, raw_streams.draw_uniforms)
    before = [list(function.signatures) for function in functions]
    assert all(len(signatures) == 1 for signatures in before)
    make.trials(tutorial, UncertaintySettings()).run(0)
    assert [list(function.signatures) for function in functions] == before
