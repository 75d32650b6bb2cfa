"""Planted bugs are caught by identities that every sample path obeys; the code as it stands obeys all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HARNESS = Path(__file__).with_name("mutants.py")
CAUGHT_BY = {
    "lead time a day short": "Little's law",
    "lead time a day long": "Little's law",
    "a unit arrives twice": "Little's law",
    "goods arrive without leaving the way": "mass balance",
    "dispatch leaves the stock": "mass balance",
    "served goods go back on the shelf": "mass balance",
    "who waits is forgotten": "numpy's twin",
    "corrections go the wrong way": "numpy's twin",
    "inputs are made": "mass balance",
    "a day's line capacity too much": "capacity of a year",
    "a line's use is not counted": "capacity of a year",
    "an outage stops nothing": "capacity of a day",
    "delivery booked by demand": "mass balance",
    "a year is divided by days": "twin",
    "who waits is carried over": "numpy's twin",
    "a year is booked again": "numpy's twin",
    "a year's capacity is carried over": "numpy's twin",
    "rivals for an input all get it": "numpy's twin",
}
QUICK = ["lead time a day short", "served goods go back on the shelf", "a day's line capacity too much"]


def tried(names):
    done = subprocess.run(
        [sys.executable, str(HARNESS), *names],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_caught(names, *how):
    found = tried([*how, "none", *names])
    assert found.pop("none") == []
    missed = {name: by for name, by in found.items() if CAUGHT_BY[name] not in by}
    assert missed == {}


def test_a_late_unit_a_wrong_sign_and_a_day_of_capacity_are_caught():
    assert_caught(QUICK, "--quick")


@pytest.mark.nightly
def test_every_planted_bug_is_caught():
    assert_caught(list(CAUGHT_BY))
