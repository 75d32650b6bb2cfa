"""Getting the simulation ready while something else is waited for, such as the solver."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import replace

import xarray as xr

from scenarios.errors import ZerolaneError
from scenarios.power import by_the_year
from scenarios.scenario import Scenario
from simulation.settings import Replan, SimulationSettings


def warm_up(scenario: Scenario, plan: xr.Dataset, settings: SimulationSettings) -> threading.Thread:
    """Import, compile and try `plan` once in a thread of its own, and return the thread.

    Where several processes will play the trials, the server that they are forked off is started too.

    The first simulation after an installation compiles, for most of a minute, which then costs less waiting.
    What the simulation refuses is said when it is asked for in earnest.
    """

    def try_once() -> None:
        from simulation import simulate
        from simulation.trials import WORTH_PROCESSES, prepare
        from simulation.workers import cores, stand_by

        one = replace(settings, trials=1, antithetic=False, replan=Replan.NONE)
        with contextlib.suppress(ZerolaneError):
            seen = scenario if "hourly_used" in plan else by_the_year(scenario)  # a plan of today's chain
            simulate(seen, plan, one)
            trials, began = prepare(seen, plan, one), time.perf_counter()
            trials.run(0)
            worth = settings.trials * (time.perf_counter() - began) >= WORTH_PROCESSES
            if (settings.workers or cores()) > 1 and (worth or settings.replan is not Replan.NONE):
                stand_by()

    thread = threading.Thread(target=try_once, name="warm-up")
    thread.start()
    return thread
