"""Processes that play trials: forked off a server that has imported and loaded everything once.

Starting a process anew takes seconds of imports, a fork none. The server itself can be started while
something else is waited for. Where forking is not safe, each process is started anew.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.pool import Pool

# One thread for each numerical library of a new process.
THREAD_LIMITS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
FORKS = sys.platform == "linux"  # libraries of other systems may start threads, which do not survive a fork
PRELOADED = "simulation.preload"


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def stand_by() -> None:
    """Start the server in the background, where there can be one and there is none yet."""
    if not FORKS:
        return
    multiprocessing.set_forkserver_preload([PRELOADED])
    resource_tracker.ensure_running()  # which would undo the mask
    with _environment():
        former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C is for this process
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, former)


@contextmanager
def processes(count: int, start: Callable[..., None], given: tuple[object, ...]) -> Iterator[Pool]:
    """Yield `count` processes, each begun with ``start(*given)``; they end with the block."""
    stand_by()
    context = multiprocessing.get_context("forkserver" if FORKS else "spawn")
    with _environment(), context.Pool(count, start, given) as pool:
        yield pool


@contextmanager
def _environment() -> Iterator[None]:
    """Let new processes use one thread in each library, and find the modules that this one finds."""
    ours = {**THREAD_LIMITS, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONSAFEPATH": "1"}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
