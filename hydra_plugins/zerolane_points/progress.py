"""How far a sweep is: points by state, and the time left."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra_plugins.zerolane_points.point_files import status_of
from reporting.figures import count, duration

FIRST, BETWEEN = 5.0, 15.0  # seconds until the first line and between lines


class Progress:
    """Counts points as their status appears and says so now and then on standard error."""

    def __init__(self, tasks: Sequence[Mapping[str, Any]], known: Counter[str]) -> None:
        self.open = {str(task["name"]): Path(task["folder"]) for task in tasks}
        self.total = len(tasks) + known.total()
        self.states = Counter(known)
        self.began = time.monotonic()
        self.fresh = 0  # done since, and solved: what the time left is told from
        self._next = self.began + FIRST

    def look(self) -> None:
        """Read what has come since, and say how far the sweep is when it is time to."""
        for name, folder in list(self.open.items()):
            status = status_of(folder)
            if status is not None:
                del self.open[name]
                self.states[status["state"]] += 1
                self.fresh += not status["cached"]
        if self.open and time.monotonic() >= self._next:
            self._next = time.monotonic() + BETWEEN
            sys.stderr.write(self.text() + "\n")

    def text(self) -> str:
        """Return how many points are done, in which state, and about how long the rest takes."""
        passed = time.monotonic() - self.began
        done = f"{count(self.total - len(self.open))} of {count(self.total)} points"
        parts = [done, tally_text(self.states), duration(passed)]
        if self.open and self.fresh:
            left = duration(passed / self.fresh * len(self.open))
            parts.append(f"about {left} left")
        return "  ".join(part for part in parts if part)


def tally_text(states: Mapping[str, int]) -> str:
    """Return how many points are in each state, the largest number first."""
    ordered = sorted(states.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count(number)} {state}" for state, number in ordered if number)
