"""The files of a sweep: its design, and for each point what became of it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from reporting.sweeps.files import FORMAT, STATUS
from scenarios.errors import ConfigError

LOG, DRIVER = "log.txt", ".driver"
ANSWERED = ("ok", "infeasible", "unbounded")  # what a plan could not be better than
NOT_ANSWERED = ("killed", "lost")  # run again by the same command


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON beside its place and move it there: it is whole or absent, on shared disks too."""
    partial = path.with_name(f".{path.name}.{socket.gethostname()}-{os.getpid()}")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=1, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object of a sweep; raises ConfigError when it cannot be read."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read ({error}): is {path.parent} the folder of a sweep?"
        raise ConfigError(message) from error
    return found


def status_of(folder: Path) -> dict[str, Any] | None:
    """Return what became of the point whose folder this is; None where nothing was written."""
    try:
        found: dict[str, Any] = json.loads((folder / STATUS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):  # a disk that is slow to show it: asked again
        return None
    return found


def write_status(task: Mapping[str, Any], state: str, reason: str = "", **more: Any) -> None:
    """Write what became of a point, as the last of its files."""
    folder = Path(task["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    said = {
        "format": FORMAT,
        "name": task["name"],
        "state": state,
        "reason": reason,
        "exit_code": None,
        "key": None,
        "cached": False,
        "seconds": None,
        "started": None,
        "finished": None,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "job": slurm_job(),
        "log": LOG,
        "command": ["zerolane", task["command"], *task["flags"], *task["words"]],
        **more,
    }
    write_json(folder / STATUS, said)


def slurm_job() -> str | None:
    """Return the Slurm job and array task that this process belongs to, or None."""
    job = os.environ.get("SLURM_ARRAY_JOB_ID") or os.environ.get("SLURM_JOB_ID")
    task = os.environ.get("SLURM_ARRAY_TASK_ID")
    return f"{job}_{task}" if job and task else job


@contextmanager
def driving(root: Path) -> Iterator[None]:
    """Keep other commands off a sweep while this one runs it.

    Raises ConfigError when another does; what a killed one of this machine has left is taken over.
    """
    file, me = root / DRIVER, {"host": socket.gethostname(), "pid": os.getpid()}
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        other = read_json(file)
        if other.get("host") != me["host"] or _alive(int(other.get("pid", 0))):
            message = (
                f"{root} is being run by process {other.get('pid')} on {other.get('host')}: wait for it; "
                f"if it is gone, remove {file}"
            )
            raise ConfigError(message) from None
        write_json(file, me)
    else:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            json.dump(me, opened)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            file.unlink()


def _alive(pid: int) -> bool:
    if pid <= 0 or pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
