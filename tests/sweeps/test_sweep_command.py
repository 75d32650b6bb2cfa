"""``zerolane sweep``: points of a design, each a row, none done twice."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import cli

SHARED = Path(__file__).resolve().parents[3] / "shared"
PLAIN = ["scenario=tutorial", "solver.diagnosis.automatic=false", "launcher.workers=1"]
ORE = "data.offers[price,product=iron_ore].scale"
DESIGN = f'carbon.cap_2026,"{ORE}"\n0.8,1.25\n0.1,1\n0.7,\n'
NIGHTLY = ["simulation.trials=10", "carbon.cap_2026=interval(0.6,0.9)", f"{ORE}=interval(0.8,1.2)"]
CLOCKS = ("solve_seconds", "build_seconds", "stages_json")


def statuses(folder):
    return {f.parent.name: json.loads(f.read_text()) for f in folder.glob("points/*/status.json")}


def rows_of(folder):
    """Return the design and each row's status, in the order of the design."""
    design, found = json.loads((folder / "points.json").read_text()), statuses(folder)
    return design, [found[name] for name in design["rows"]]


def run_of(folder, name):
    return folder / "points" / name / "run"


def same_results(one, two):
    """Assert that two sweeps say the same of every point, clocks apart; return how many plans there are."""
    first, second, plans = statuses(one), statuses(two), 0
    assert {n: s["state"] for n, s in first.items()} == {n: s["state"] for n, s in second.items()}
    for name in first:
        for file in run_of(one, name).glob("*.nc"):
            engine = "scipy" if file.name == "result.nc" else "netcdf4"
            pair = [xr.load_dataset(run_of(f, name) / file.name, engine=engine) for f in (one, two)]
            for dataset in pair:
                dataset.attrs = {k: v for k, v in dataset.attrs.items() if k not in CLOCKS}
            xr.testing.assert_identical(*(d.drop_vars("solve_seconds", errors="ignore") for d in pair))
            plans += file.name == "plan.nc"
    return plans


def test_points_are_rows_and_nothing_is_done_twice(zerolane, tmp_path):
    (tmp_path / "design.csv").write_text(DESIGN)
    words = ["sweep", *PLAIN, "sweep.file=design.csv", "sweep.command=optimize"]
    answer = zerolane(*words, "out=sweeps/one")
    assert (answer.code, answer.out.splitlines()) == (0, ["2 ok, 1 infeasible", "sweeps/one"]), answer.err
    assert "sweep file: 3 points over 2 settings" in answer.err

    one = tmp_path / "sweeps" / "one"
    design, rows = rows_of(one)
    assert [row["state"] for row in rows] == ["ok", "infeasible", "ok"]
    assert [f["label"] for f in design["factors"]] == ["carbon.cap_2026", ORE]
    assert [list(point["values"].values()) for point in design["points"].values()] == [
        [0.8, 1.25],
        [0.1, 1],
        [0.7],  # a blank cell leaves the setting alone
    ]
    infeasible = rows[1]
    assert (infeasible["exit_code"], infeasible["cached"]) == (4, False)
    assert infeasible["reason"] in (one / "points" / infeasible["name"] / "log.txt").read_text()
    dearer, plain = (run_of(one, rows[i]["name"]) for i in (0, 2))
    summary = json.loads((dearer / "summary.json").read_text())
    figures = xr.load_dataset(dearer / "result.nc", engine="scipy")
    assert float(figures["cost_npv"]) == summary["cost_npv"]
    assert figures["emissions"].values.tolist() == list(summary["emissions_by_period"].values())
    assert np.isnan(figures["chance_of_missing"]).all()  # not simulated
    assert {v.attrs.get("units") is not None for v in figures.data_vars.values()} == {True}
    assert not (dearer / "report.html").exists()
    costs = [
        xr.load_dataset(run / "plan.nc")["cost_npv"].sel(cost_account="purchase") for run in (dearer, plain)
    ]
    assert float(costs[0]) > float(costs[1])

    before = {f: f.stat().st_mtime_ns for f in one.glob("points/*/status.json")}
    again = zerolane(*words, "out=sweeps/one")
    assert (again.code, again.out) == (0, answer.out)
    assert {f: f.stat().st_mtime_ns for f in one.glob("points/*/status.json")} == before


@pytest.mark.nightly
def test_another_sweep_takes_what_is_there(zerolane, tmp_path):
    (tmp_path / "design.csv").write_text(DESIGN)
    words = ["sweep", *PLAIN, "sweep.file=design.csv", "sweep.command=optimize"]
    for more in (["out=sweeps/one"], ["out=sweeps/two", "simulation.workers=2"]):  # workers decide nothing
        assert zerolane(*words, *more).code == 0
    one, two = (rows_of(tmp_path / "sweeps" / name)[1] for name in ("one", "two"))
    assert [(row["state"], row["cached"], row["key"]) for row in two] == [
        (row["state"], True, row["key"]) for row in one
    ]
    files = [
        run_of(tmp_path / "sweeps" / n, r[0]["name"]) / "plan.nc" for n, r in (("one", one), ("two", two))
    ]
    assert files[0].samefile(files[1])


def test_counts_are_said_and_nothing_is_run(zerolane, tmp_path):
    answer = zerolane(
        *("sweep", *PLAIN, "carbon.cap_2026=interval(0.5,0.9)", "pathway=capped,as_is", f"{ORE}=0.9,1.1"),
        *("sweep.design=saltelli", "sweep.samples=60", "--dry-run"),
    )
    assert answer.code == 0, answer.err
    assert "320 points: 64 base samples of 5 points over 3 settings" in answer.err
    assert "64 samples in place of 60" in answer.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["carbon.cp_2026=0.1,0.2"], r"carbon\.cp_2026: unknown setting \(did you mean carbon\.cap_2026\?\)"),
        (["pathway=capped,nix"], r"no pathway 'nix'"),
        (["pathway=capped,as_is", "launcher=nix"], r"no hydra/launcher 'nix'"),
        (["pathway=capped,as_is", "launcher=basic"], r"a sweep runs with launcher=local or launcher=slurm"),
        (["pathway=capped"], r"nothing varies"),
        (["--resume", "none"], r"--resume none: no sweep there"),
        (["pathway=capped,as_is", "sweep.desin=lhs"], r"unknown setting hydra\.sweeper\.desin"),
    ],
)
def test_mistakes_are_said_before_anything_runs(zerolane, tmp_path, words, complaint):
    answer = zerolane("sweep", "scenario=tutorial", *words)
    assert answer.code == 2
    assert list(tmp_path.iterdir()) == []
    assert re.search(complaint, answer.err)


@contextmanager
def running_sweep(words, folder, env=None):
    """Run a sweep beside the test; it is ended with it."""
    command = [sys.executable, cli.__file__, "sweep", *words]
    process = subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=30)


def finished_sweep(words, folder):
    """Return what a sweep said once it is done; it had an answer for every point."""
    with running_sweep(words, folder) as process:
        told = process.communicate(timeout=900)[1]
    assert process.returncode == 0, told
    return told


def wait_until(true, seconds=400):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.nightly
def test_a_killed_worker_loses_its_point_and_resuming_runs_that_alone(tmp_path):
    words = [*PLAIN, *NIGHTLY, "sweep.design=lhs", "sweep.samples=20", "out=sweep", "launcher.workers=2"]
    words.append("sweep.command=optimize")
    with running_sweep(words, tmp_path) as running:

        def at_work():
            return list(tmp_path.glob("sweep/points/*/.run.partial-*"))

        wait_until(lambda: len(statuses(tmp_path / "sweep")) >= 3 and at_work())
        victim = at_work()[0]
        os.kill(int(victim.name.rpartition("-")[2]), signal.SIGKILL)
        _, told = running.communicate(timeout=900)
    rows = statuses(tmp_path / "sweep")
    assert len(rows) == 20
    assert rows[victim.parent.name]["state"] == "killed"
    assert "SIGKILL" in rows[victim.parent.name]["reason"]
    assert sum(row["state"] == "ok" for row in rows.values()) == 19
    assert running.returncode == 1
    assert "1 of 20 points have no plan to show" in told
    assert "19 of 20 points are there, 1 to run" in finished_sweep(["--resume", "sweep"], tmp_path)
    after = statuses(tmp_path / "sweep")
    assert {row["state"] for row in after.values()} == {"ok"}
    assert {n: row for n, row in after.items() if n != victim.parent.name} == {
        n: row for n, row in rows.items() if n != victim.parent.name
    }


@pytest.fixture
def cluster():
    """A throwaway Slurm cluster of two nodes; skips where there is none to be had."""
    tool = Path(os.environ.get("ZEROLANE_SLURM_LOCAL", SHARED / "tools" / "slurm-local.sh"))
    if not tool.exists() or shutil.which("slurmctld", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("no Slurm on this machine, or no script that starts a throwaway cluster")

    def call(*words):
        done = subprocess.run(
            ["bash", tool, *words], env=env, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    folder = tempfile.mkdtemp(prefix="slurm-")  # short: it holds sockets
    Path(folder).chmod(0o755)  # which others may reach
    env = {**os.environ, "SLURM_LOCAL_DIR": f"{folder}/it"}
    call("start", "--nodes", "2", "--cpus", "1", "--mem", "4000", "--ttl", "600")
    said = subprocess.run(
        ["bash", "-c", f". {folder}/it/env.sh && env -0"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    env = dict(pair.split("=", 1) for pair in said.stdout.split("\0") if "=" in pair)
    yield SimpleNamespace(env=env, call=call)
    call("stop")
    shutil.rmtree(folder)


@pytest.mark.nightly
def test_slurm_says_the_same_as_this_machine_and_survives_a_lost_node(cluster, tmp_path):
    words = [*PLAIN, *NIGHTLY, "sweep.design=lhs", "sweep.samples=8"]
    words = [word for word in words if not word.startswith("launcher.")]
    slurm = ["launcher=slurm", "launcher.chunk=2", "launcher.poll_seconds=1", "launcher.sbatch.time=5"]
    slurm += ["launcher.sbatch.mem-per-cpu=1500", "out=slurm/sweep"]
    with running_sweep([*words, *slurm], tmp_path, cluster.env) as running:
        wait_until(lambda: statuses(tmp_path / "slurm" / "sweep"))
        cluster.call("kill-node", "ln2")
        _, told = running.communicate(timeout=900)
    assert running.returncode == 0, told
    rows = statuses(tmp_path / "slurm" / "sweep")
    assert len(rows) == 8
    assert {row["state"] for row in rows.values()} == {"ok"}
    assert all(row["job"] for row in rows.values())
    finished_sweep([*words, "out=local/sweep"], tmp_path)
    assert same_results(tmp_path / "slurm" / "sweep", tmp_path / "local" / "sweep") == 8
