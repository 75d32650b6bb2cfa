"""Running HiGHS so that Ctrl-C stops it kindly and progress can be shown.

HiGHS runs in a thread of its own and gives up Python's lock, so the calling thread stays free to receive
Ctrl-C and to call the progress function. Nothing of ours but a few assignments runs inside HiGHS's own
callbacks: an exception there would end the solve and lose the best plan.
(`Highs.HandleKeyboardInterrupt` does the like, but prints on standard output, ends the process at the
fifth Ctrl-C and shares its locks between all instances.)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy

PERIOD_SECONDS = 0.25  # at most four progress calls a second


@dataclass(frozen=True)
class Snapshot:
    """What HiGHS last said of itself, in solver units."""

    seconds: float
    primal: float
    dual: float
    nodes: int
    is_mip: bool


class Runner:
    """Runs one HiGHS instance, any number of times, one after the other."""

    def __init__(self, highs: highspy.Highs) -> None:
        self._highs = highs
        self._stop = False
        self._snapshot: Snapshot | None = None
        self._began = time.monotonic()
        self._status = highspy.HighsStatus.kError
        self._error: BaseException | None = None
        self._done = threading.Event()
        for event in (highs.cbSimplexInterrupt, highs.cbIpmInterrupt, highs.cbMipInterrupt):
            event.subscribe(self._look)

    def _look(self, event: Any) -> None:
        """Note the state of the solve and pass a wish to stop on; called by HiGHS, must not raise."""
        if self._stop:
            event.interrupt()
        said = event.data_out
        is_mip = event.callback_type == highspy.cb.HighsCallbackType.kCallbackMipInterrupt
        seconds = time.monotonic() - self._began
        self._snapshot = Snapshot(
            seconds, said.mip_primal_bound, said.mip_dual_bound, said.mip_node_count, is_mip
        )

    def _newest(self) -> Snapshot | None:
        """Return the last snapshot unless it was returned before."""
        snapshot, self._snapshot = self._snapshot, None
        return snapshot

    def _solve(self) -> None:
        """Body of the solver's thread."""
        try:
            self._status = self._highs.run()
            # HiGHS keeps workers for each thread that ever called it; this one ends now.
            highspy.Highs.resetGlobalScheduler(False)  # noqa: FBT003 (no keyword in the C++ signature)
        except BaseException as error:  # noqa: BLE001 (handed to the calling thread)
            self._error = error
        finally:
            self._done.set()

    def run(self, show: Callable[[Snapshot], None] | None = None) -> tuple[highspy.HighsStatus, bool]:
        """Solve and return (HiGHS's own return status, whether Ctrl-C stopped it).

        The first Ctrl-C asks HiGHS to stop and keeps what it found. A second one raises KeyboardInterrupt
        as soon as HiGHS has stopped, a third one at once. An exception of `show` stops the solve and is
        raised afterwards.
        """
        self._stop, self._snapshot, self._error = False, None, None
        self._began = time.monotonic()  # HiGHS's own clock says -1 in the callbacks of a linear program
        self._done.clear()
        interrupts = 0
        failure: Exception | None = None
        threading.Thread(target=self._solve, name="highs", daemon=True).start()
        while True:
            try:
                # Not Thread.join: before Python 3.13 it forgets a running thread when Ctrl-C breaks it off.
                while not self._done.wait(PERIOD_SECONDS):
                    snapshot = self._newest()
                    if show is not None and snapshot is not None and failure is None:
                        show(snapshot)
                break
            except KeyboardInterrupt:
                interrupts += 1
                self._stop = True
                if interrupts > 2:
                    raise
            except Exception as error:  # noqa: BLE001 (raised again once HiGHS has stopped)
                failure, self._stop = error, True
        if interrupts > 1:
            raise KeyboardInterrupt
        if failure is not None:
            raise failure
        if self._error is not None:
            raise self._error
        return self._status, interrupts > 0
