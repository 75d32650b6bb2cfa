"""The kernel means the same compiled and as plain Python, where a debugger can follow it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import json
from numba import config
from optimizer import SolverSettings, optimize
from scenarios import ScenarioSettings, load_scenario
from simulation import SimulationSettings
from simulation.trials import prepare

settings = ScenarioSettings(name="tutorial", data="tutorial", first_year=2025, last_year=2025)
scenario = load_scenario(settings)
account = prepare(scenario, optimize(scenario, SolverSettings(mip_gap=0)), SimulationSettings()).run(0)
found = {name: getattr(account, name).ravel().tolist() for name in ("cost", "emissions", "delivered")}
print(json.dumps({"plain": bool(config.DISABLE_JIT), **found}))
"""


def answer(**environment):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_compiled_and_plain_agree():
    compiled, plain = answer(), answer(NUMBA_DISABLE_JIT="1")
    assert plain.pop("plain")
    assert not compiled.pop("plain")
    for name, values in compiled.items():
        assert plain[name] == pytest.approx(values, rel=1e-12, abs=1e-9), name
