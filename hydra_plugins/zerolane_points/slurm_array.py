"""``launcher=slurm``: the points of a sweep as one array job of Slurm.

Nothing is pickled and no accounting is asked: the array's tasks read the points from a file, what is done
is read from the points' ``status.json``, and any point can be repeated by hand with the command in it.
"""

import math
import os
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra_plugins.zerolane_points.crew import ROOT
from hydra_plugins.zerolane_points.local import PointsLauncher
from hydra_plugins.zerolane_points.point_files import status_of, write_json, write_status
from hydra_plugins.zerolane_points.progress import Progress
from scenarios.errors import ConfigError

Task = Mapping[str, Any]
LATE = 10.0  # seconds that a shared disk may take to show what a task has written


class SlurmArrayLauncher(PointsLauncher):
    """An array job: each task does a chunk of points with a crew of its own.

    Parameters
    ----------
    chunk : points a task; None: as few as keep the array within `largest_array`.
    parallel : tasks of the array at work at once.
    largest_array : most tasks an array may have, below the cluster's MaxArraySize.
    workers : processes a task; give ``sbatch.cpus-per-task`` as many.
    minutes_per_point : longest a point may take; None: as long as its task.
    retries : how often points that no task has finished are handed in again, one a task.
    poll_seconds : between two looks at the queue.
    setup : shell lines before the work begins, e.g. ``module load python``.
    sbatch : options of sbatch by their long name; empty ones are left out.
    """

    def __init__(self, **settings: Any) -> None:
        from omegaconf import OmegaConf

        self.settings: dict[str, Any] = OmegaConf.to_container(OmegaConf.create(settings), resolve=True)  # type: ignore[assignment]

    def do(self, tasks: Sequence[Task], known: Counter[str]) -> None:
        """Hand in points, wait for them, hand in again what is left; what is left then is lost."""
        progress, said = Progress(tasks, known), self.settings
        chunk = said["chunk"] or math.ceil(len(tasks) / said["largest_array"])
        work, left = Path(), list(tasks)
        for attempt in range(said["retries"] + 1):
            for part in _parts(left, chunk * said["largest_array"]):
                work = self._folder(tasks, attempt)
                job = self._submit(work, part, chunk)
                sys.stderr.write(f"{len(part)} points as Slurm job {job}, {work}\n")
                self._wait(job, part, progress)
            left = [task for task in left if status_of(Path(task["folder"])) is None]
            if not left:
                break
            chunk = 1  # a point that ends its task takes no other with it
        for task in left:
            reason = f"no task has finished it: killed, out of memory, out of time or cancelled; see {work}"
            write_status(task, "lost", reason)
        progress.look()
        sys.stderr.write(progress.text() + "\n")

    def _folder(self, tasks: Sequence[Task], attempt: int) -> Path:
        """Return a new folder for the files of one array, beside the points."""
        root = Path(tasks[0]["folder"]).parents[1] / ".slurm"
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{attempt}"
        work, number = root / name, 1
        while work.exists():
            number += 1
            work = root / f"{name}-{number}"
        work.mkdir(parents=True)
        return work

    def _submit(self, work: Path, tasks: Sequence[Task], chunk: int) -> str:
        """Hand in one array and return its job number."""
        write_json(work / "tasks.json", {"tasks": [dict(task) for task in tasks]})
        (work / "job.sh").write_text(self.script(work, len(tasks), chunk), encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603
                ["sbatch", "--parsable", str(work / "job.sh")],  # noqa: S607 - where the cluster has it
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError as error:
            message = "launcher=slurm: there is no sbatch here; log in to the cluster, or use launcher=local"
            raise ConfigError(message) from error
        if done.returncode:
            message = f"sbatch refuses {work / 'job.sh'}: {done.stderr.strip()}"
            raise ConfigError(message)
        return done.stdout.strip().split(";")[0]

    def script(self, work: Path, points: int, chunk: int) -> str:
        """Return the job script of an array over so many points."""
        said, tasks = self.settings, math.ceil(points / chunk)
        options = {"job-name": "zerolane", **said["sbatch"]}
        module, file = "hydra_plugins.zerolane_points.array_task", str(work / "tasks.json")
        program = f"{shlex.quote(sys.executable)} -m {module} {shlex.quote(file)}"
        lines = [
            "#!/bin/bash",
            f"#SBATCH --array=0-{tasks - 1}%{said['parallel']}",
            f"#SBATCH --output={work}/%a.out",
            "#SBATCH --requeue",  # when its node is lost; it repeats nothing that is done
            *(_option(name, value) for name, value in options.items() if value not in (None, "")),
            *said["setup"],
            f"export PYTHONPATH={shlex.quote(str(ROOT))}${{PYTHONPATH:+:$PYTHONPATH}}",
            f"cd {shlex.quote(str(Path.cwd()))}",
            f"exec {program} $SLURM_ARRAY_TASK_ID {chunk} {said['workers']} {said['minutes_per_point'] or 0}",
        ]
        return "\n".join(lines) + "\n"

    def _wait(self, job: str, tasks: Sequence[Task], progress: Progress) -> None:
        """Wait until all points have a status or the job is gone; Ctrl-C cancels it."""
        gone_since: float | None = None
        try:
            while any(str(task["name"]) in progress.open for task in tasks):
                progress.look()
                if _gone(job):
                    gone_since = gone_since or time.monotonic()
                    if time.monotonic() - gone_since > LATE:
                        return
                time.sleep(self.settings["poll_seconds"])
        except BaseException:
            subprocess.run(["scancel", job], check=False)  # noqa: S603, S607
            raise


def _option(name: str, value: Any) -> str:
    """Return a line of the job script; yes and no stand for options without a value."""
    if isinstance(value, bool):
        return f"#SBATCH --{name}" if value else f"# without --{name}"
    return f"#SBATCH --{name}={value}"


def _parts(tasks: Sequence[Task], most: int) -> list[Sequence[Task]]:
    """Return the points in parts of at most so many."""
    return [tasks[first : first + most] for first in range(0, len(tasks), most)]


def _gone(job: str) -> bool:
    """Return whether the queue knows no more of a job; a queue that does not answer tells nothing."""
    asked = subprocess.run(  # noqa: S603
        ["squeue", "-h", "-j", job, "-o", "%i"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return (asked.returncode == 0 and not asked.stdout.strip()) or "Invalid job id" in asked.stderr
