"""``launcher=local``: worker processes on this machine."""

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher

from hydra_plugins.zerolane_points.crew import Crew
from hydra_plugins.zerolane_points.progress import Progress
from scenarios.errors import ConfigError


class PointsLauncher(Launcher):
    """What can do the points of a sweep."""

    def setup(self, **context: Any) -> None:
        """Take what Hydra knows of the command."""
        self.config = context["config"]

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Refuse jobs of other sweepers: they have no points."""
        message = (
            f"{len(job_overrides)} jobs from {initial_job_idx} on: launcher=local and launcher=slurm do the "
            "points of `zerolane sweep`, not those of -m"
        )
        raise ConfigError(message)

    def do(self, tasks: Sequence[Mapping[str, Any]], known: Counter[str]) -> None:
        """Do points; each leaves its ``status.json`` unless it is lost.

        Parameters
        ----------
        tasks : points to do, with name, folder, store, command, flags and words.
        known : how many points of the sweep are done already, by state.
        """
        raise NotImplementedError


class LocalLauncher(PointsLauncher):
    """Worker processes on this machine.

    Parameters
    ----------
    workers : processes at once; None: one a processor that this process may use.
    minutes_per_point : longest a point may take; None: as long as it takes.
    """

    def __init__(self, workers: int | None = None, minutes_per_point: float | None = None) -> None:
        self.workers = workers or usable_processors()
        self.minutes = minutes_per_point

    def do(self, tasks: Sequence[Mapping[str, Any]], known: Counter[str]) -> None:
        """Do points with a crew of workers."""
        progress = Progress(tasks, known)
        Crew(tasks, self.workers, self.minutes).work(progress.look)
        sys.stderr.write(progress.text() + "\n")


def usable_processors() -> int:
    """Return how many processors this process may use: on shared machines fewer than there are."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
