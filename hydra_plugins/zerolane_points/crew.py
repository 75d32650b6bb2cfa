"""Worker processes that do the points of a sweep, here or inside a task of a cluster.

A worker that dies takes one point with it: the crew writes what happened and starts another.
"""

from __future__ import annotations

import json
import os
import queue
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hydra_plugins.zerolane_points.point_files import status_of, write_status

ROOT = Path(__file__).resolve().parents[2]
WORKER = ("-m", "hydra_plugins.zerolane_points.worker")
Task = Mapping[str, Any]  # name, folder, store, command, flags, words


class Crew:
    """Some workers and the points they have still to do.

    Parameters
    ----------
    tasks : points to do.
    workers : processes at work at once.
    minutes : longest a point may take, None: as long as it takes.
    program : what Python runs as a worker.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        workers: int,
        minutes: float | None = None,
        program: Sequence[str] = WORKER,
    ) -> None:
        self.program = program
        self.waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
        for task in tasks:
            self.waiting.put(task)
        self.minutes = minutes
        self.stopped = threading.Event()
        self.processes: set[subprocess.Popen[str]] = set()
        self.hands = [
            threading.Thread(target=self._work, daemon=True) for _ in range(min(workers, len(tasks)))
        ]

    def work(self, look: Callable[[], None], every: float = 0.5) -> None:
        """Do all points; `look` is called every so many seconds and at the end.

        Ctrl-C and the end of the process end the workers; what they were at stays to be done.
        """
        for hand in self.hands:
            hand.start()
        try:
            while any(hand.is_alive() for hand in self.hands):
                for hand in self.hands:
                    hand.join(every / len(self.hands))
                look()
        except BaseException:
            self.stop()
            raise
        look()

    def stop(self) -> None:
        """End all workers."""
        self.stopped.set()
        for process in list(self.processes):
            process.terminate()
        for hand in self.hands:
            hand.join(10)
        for process in list(self.processes):
            process.kill()

    def _work(self) -> None:
        """Do points with one worker after the other, until none is left."""
        process: subprocess.Popen[str] | None = None
        while not self.stopped.is_set():
            try:
                task = self.waiting.get_nowait()
            except queue.Empty:
                break
            process = process or self._start()
            if not self._do(process, task):
                self._let_go(process)
                process = None
        if process is not None:
            self._let_go(process)

    def _let_go(self, process: subprocess.Popen[str]) -> None:
        """Tell a worker that nothing more comes, and wait for its end."""
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):  # what it was told and has not read
                if pipe is not None:
                    pipe.close()
        process.wait()
        self.processes.discard(process)

    def _start(self) -> subprocess.Popen[str]:
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, *self.program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            process_group=0,  # Ctrl-C is for us, who end the workers
        )
        self.processes.add(process)
        return process

    def _do(self, process: subprocess.Popen[str], task: Task) -> bool:
        """Have one point done; return whether the worker lives on."""
        to_it: Any = process.stdin
        from_it: Any = process.stdout
        began = time.monotonic()
        with suppress(BrokenPipeError):  # it has died meanwhile: told below
            to_it.write(json.dumps(dict(task)) + "\n")
            to_it.flush()
        limit = None if self.minutes is None else self.minutes * 60
        ready, _, _ = select.select([from_it], [], [], limit)
        if ready and from_it.readline():
            return True
        if self.stopped.is_set():
            process.wait()
            return False
        seconds = time.monotonic() - began
        if not ready:
            process.kill()
            process.wait()
            said = ("timed_out", f"stopped after {self.minutes:g} minutes, the most that a point may take")
        else:
            said = how_it_ended(process.wait())
        if status_of(Path(task["folder"])) is None:
            _clear(Path(task["folder"]))
            write_status(task, *said, seconds=seconds)
        return False


def how_it_ended(code: int) -> tuple[str, str]:
    """Return the state and the reason of a point whose worker has ended with this code."""
    if code >= 0:
        return "failed", f"the process ended by itself with exit code {code}: see the log"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    hint = ": killed, or out of memory" if -code == signal.SIGKILL else ""
    return "killed", f"the process was ended by signal {-code} ({name}){hint}"


def _clear(folder: Path) -> None:
    """Remove what a killed worker has half written."""
    for leftover in folder.glob(".*.partial-*"):
        shutil.rmtree(leftover, ignore_errors=True)
