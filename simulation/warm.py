"""Gets compiled code ready while something else, such as the solver, takes its time."""

from __future__ import annotations

import threading


def warm_up() -> threading.Thread:
    """Load the simulation and its compiled code in a thread of its own, and return the thread.

    Reading machine code of former runs takes a second, compiling anew ten. A solver at work leaves Python
    free, so this costs no time beside it; a simulation that starts earlier waits for what is not ready yet.
    The thread ends with the process.
    """
    thread = threading.Thread(target=load_compiled, name="warm-up", daemon=True)
    thread.start()
    return thread


def load_compiled() -> None:
    """Call everything that is compiled, once, with nothing to do."""
    import numpy as np

    import simulation.experiment  # noqa: F401 - with all it needs
    from simulation.kernel import run_days
    from simulation.layout import empty_world
    from simulation.outages import take_down
    from simulation.raw_streams import POOL, draw_uniforms, root_words, start

    run_days(0, 0, empty_world())
    streams, none = np.zeros((0, 4), dtype=np.uint64), np.zeros(0)
    start(root_words(0, 0), streams, np.zeros(POOL, dtype=np.uint64), streams)
    draw_uniforms(streams, np.zeros((0, 0)))
    take_down(np.zeros((0, 0)), np.zeros(0, dtype=np.int64), streams, none, none)
