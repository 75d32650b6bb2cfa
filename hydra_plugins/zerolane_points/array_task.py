"""What one task of a Slurm array does: its chunk of the points, those that are done left alone.

``python -m hydra_plugins.zerolane_points.array_task TASKS.json INDEX CHUNK WORKERS MINUTES``
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from hydra_plugins.zerolane_points.crew import Crew
from hydra_plugins.zerolane_points.point_files import read_json, status_of


def main(words: list[str]) -> int:
    """Do the chunk and return the exit code."""
    file, index, chunk, workers, minutes = words
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the time is up: the crew goes home
    first = int(index) * int(chunk)
    tasks = read_json(Path(file))["tasks"][first : first + int(chunk)]
    todo = [task for task in tasks if status_of(Path(task["folder"])) is None]  # of a requeued task
    Crew(todo, int(workers), float(minutes) or None).work(lambda: None)
    for task in todo:
        status = status_of(Path(task["folder"])) or {"state": "nothing", "reason": ""}
        sys.stdout.write(f"{task['name']}  {status['state']}  {status['reason']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
