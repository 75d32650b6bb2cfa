"""Crews: a worker that dies or hangs takes one point with it, and what happened is written."""

import json
import os
import socket
import subprocess
import sys

import pytest

from hydra_plugins.zerolane_points.crew import Crew
from hydra_plugins.zerolane_points.point_files import driving, status_of, write_json, write_status
from scenarios import ConfigError

WORKER = """
import json, os, sys, time
from pathlib import Path
for line in sys.stdin:
    task = json.loads(line)
    folder = Path(task["folder"])
    (folder / ".run.partial-1").mkdir(parents=True)
    if task["name"] == "killed":
        os.kill(os.getpid(), 9)
    if task["name"] == "hangs":
        time.sleep(60)
    if task["name"] == "leaves":
        sys.exit(3)
    (folder / ".run.partial-1").rmdir()
    command = ["zerolane", task["command"], *task["words"]]
    (folder / "status.json").write_text(json.dumps({"state": "ok", "command": command}))
    if task["name"] == "late":
        os.kill(os.getpid(), 9)
    print("done", flush=True)
"""


def tasks_of(tmp_path, names):
    common = {"store": "", "command": "run", "flags": [], "words": ["a=1"]}
    return [{"name": name, "folder": str(tmp_path / name), **common} for name in names]


def crew_of(tmp_path, names, minutes=None):
    (tmp_path / "worker.py").write_text(WORKER)
    return Crew(tasks_of(tmp_path, names), 2, minutes, [str(tmp_path / "worker.py")])


def test_a_dead_worker_loses_only_its_point(tmp_path):
    names = ["p1", "killed", "p2", "leaves", "p3", "late", "p4"]
    crew_of(tmp_path, names).work(lambda: None, every=0.05)
    found = {name: status_of(tmp_path / name) for name in names}
    states = {name: status["state"] for name, status in found.items()}
    assert states == {**dict.fromkeys(names, "ok"), "killed": "killed", "leaves": "failed"}
    assert found["killed"]["reason"].startswith("the process was ended by signal 9 (SIGKILL)")
    assert "exit code 3" in found["leaves"]["reason"]
    assert found["p1"]["command"] == ["zerolane", "run", "a=1"]
    assert not list(tmp_path.glob("*/.run.partial-*"))


def test_a_point_that_takes_too_long_is_stopped(tmp_path):
    crew_of(tmp_path, ["p1", "hangs", "p2"], minutes=0.1).work(lambda: None, every=0.05)
    assert [status_of(tmp_path / name)["state"] for name in ("p1", "hangs", "p2")] == [
        "ok",
        "timed_out",
        "ok",
    ]


def test_ctrl_c_ends_the_workers_and_leaves_their_points_open(tmp_path):
    crew = crew_of(tmp_path, ["hangs"])

    def interrupt():
        if (tmp_path / "hangs").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crew.work(interrupt, every=0.05)
    assert status_of(tmp_path / "hangs") is None
    assert all(process.poll() is not None for process in crew.processes)


def test_a_half_written_status_is_none(tmp_path):
    (tmp_path / "status.json").write_text('{"state": ')
    assert status_of(tmp_path) is None
    write_status({**tasks_of(tmp_path, ["."])[0]}, "ok")
    assert status_of(tmp_path)["state"] == "ok"
    assert [file.name for file in tmp_path.iterdir()] == ["status.json"]


def test_one_command_at_a_time_runs_a_sweep(tmp_path):
    with driving(tmp_path):
        own = json.loads((tmp_path / ".driver").read_text())
        assert own == {"host": socket.gethostname(), "pid": os.getpid()}
        write_json(tmp_path / ".driver", {"host": "elsewhere", "pid": 1})
        with pytest.raises(ConfigError, match="is being run by process 1 on elsewhere"), driving(tmp_path):
            pass
    assert not (tmp_path / ".driver").exists()


def test_what_a_killed_command_left_is_taken_over(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write_json(tmp_path / ".driver", {"host": socket.gethostname(), "pid": gone.pid})
    with driving(tmp_path):
        assert json.loads((tmp_path / ".driver").read_text())["pid"] == os.getpid()
