"""Processes that play trials are forked off a server that has imported them already."""

import os
import signal
import sys

import pytest

from simulation import kernel
from simulation.compiled import NUMBA
from simulation.settings import UncertaintySettings
from simulation.workers import FORKS, THREAD_LIMITS, processes, stand_by


def nothing():
    """Begin a process."""


def of_this_process(_):
    """Return what a process finds when it begins."""
    ignored = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return "simulation.trials" in sys.modules, ignored, {name: os.environ.get(name) for name in THREAD_LIMITS}


@pytest.mark.skipif(not FORKS, reason="no server here")
def test_what_a_process_finds():
    """Trials are imported, Ctrl-C is not for it, and each library keeps to one thread."""
    before = dict(os.environ), signal.pthread_sigmask(signal.SIG_BLOCK, [])
    stand_by()
    with processes(1, nothing, ()) as pool:
        assert pool.map(of_this_process, [0]) == [(True, True, THREAD_LIMITS)]
    assert (dict(os.environ), signal.pthread_sigmask(signal.SIG_BLOCK, [])) == before


@pytest.mark.skipif(NUMBA.DISABLE_JIT, reason="nothing is compiled")
def test_the_server_loads_the_machine_code_that_trials_run(make, tutorial):
    import simulation.preload  # noqa: F401

    assert len(kernel.run_days.signatures) == 1
    make.trials(tutorial, UncertaintySettings()).run(0)
    assert len(kernel.run_days.signatures) == 1
