"""One process that does points of a sweep, one after the other: what is loaded for one serves the next.

Reads one task a line as JSON from standard input, answers ``done`` on standard output, and leaves the
point's log, run folder and status in the point's own folder.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra_plugins.zerolane_points.point_files import LOG, write_status

if TYPE_CHECKING:
    from reporting.request import Request

STATES = {
    "InfeasibleError": "infeasible",
    "UnboundedError": "unbounded",
    "SolverError": "no_plan",
    "ConfigError": "invalid",
    "DataError": "invalid",
}


def main() -> int:
    """Do what comes in until nothing more does; return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a half-written run folder is removed
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    for line in sys.stdin:
        do_point(json.loads(line))
        answers.write("done\n")
    return 0


def do_point(task: Mapping[str, Any]) -> None:
    """Do one point and write what became of it; what it prints goes to its log."""
    folder = Path(task["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(".*.partial-*"):  # of a killed worker
        shutil.rmtree(leftover, ignore_errors=True)
    started, clock = datetime.now().astimezone(), time.perf_counter()
    told: dict[str, Any] = {"key": None, "cached": False}
    with (folder / LOG).open("w", encoding="utf-8") as log:
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        state, reason, code = answered(task, told)
        sys.stdout.flush()
        sys.stderr.flush()
    times = {"started": started.isoformat(), "finished": datetime.now().astimezone().isoformat()}
    told |= {"seconds": time.perf_counter() - clock, "exit_code": code, **times}
    write_status(task, state, reason, **told)


def answered(task: Mapping[str, Any], told: dict[str, Any]) -> tuple[str, str, int]:
    """Return the state of a point, the reason and the exit code its command would have given."""
    import cli
    from hydra_plugins.zerolane_points.store import KEPT, Store, content_key
    from reporting.request import requested
    from scenarios.composition import compose

    store, types, kept = Store(Path(task["store"])), cli.settings_types(), dict[str, Any]()

    def do(made: Any) -> None:
        request: Request = requested(task["command"], types, made)
        told["key"] = content_key(request)
        kept.update(store.take(told["key"], request.out) or {})
        if not kept:
            cli.attempt(request)

    out = Path(task["folder"]) / "run"
    try:
        compose([*task["flags"], *task["words"]], cli.CONF_DIR, types, do, cli.tell)
        state, reason, code = "ok", "", 0
    except Exception as error:  # noqa: BLE001 - every end of a point is told
        state = STATES.get(type(error).__name__, "failed")
        reason, code = str(error) or type(error).__name__, getattr(error, "exit_code", 1)
        if state == "failed":
            traceback.print_exception(error)
        sys.stderr.write(f"error: {reason}\n")  # into the log of the point
    if kept:
        told["cached"] = True
        return kept["state"], kept["reason"], kept["exit_code"]
    if state in KEPT and told["key"]:
        store.keep(told["key"], out, {"state": state, "reason": reason, "exit_code": code})
    return state, reason, code


if __name__ == "__main__":
    sys.exit(main())
