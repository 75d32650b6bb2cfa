"""The wheel: what is in it, and that it works outside the checkout."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import cli

ROOT = cli.CONF_DIR.parent
OURS = {"cli", "conf", "hydra_plugins", "optimizer", "reporting", "scenarios", "simulation"}
SOURCES = [*sorted(OURS - {"cli"}), "cli.py", "pyproject.toml", "README.md", "LICENSE"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build the wheel from a copy, without a network."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, source / name)
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(target),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(target.glob("zerolane-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """Install the wheel alone into a folder of its own."""
    target = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
    ]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    return target


def test_the_wheel_holds_what_it_should(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0].removesuffix(".py") for name in names if ".dist-info/" not in name}
    assert top == OURS
    kept_apart = (
        "scenarios/data",
        "scenarios/presets",
        "scenarios/tasks",
        "reporting/assets",
        "reporting/languages",
    )
    shipped = list(ROOT.glob("conf/**/*.yaml"))
    shipped += [f for folder in kept_apart for f in ROOT.glob(f"{folder}/**/*") if f.is_file()]
    missing = {str(f.relative_to(ROOT)) for f in shipped} - set(names)
    assert not missing
    assert any(name.endswith("LICENSE") for name in names)


def test_the_wheel_runs_from_anywhere(installed, tmp_path):
    def zerolane(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, str(installed / "bin" / "zerolane"), *words],
            cwd=tmp_path,
            # In plain Python: compiling the kernel for one more place would take a minute.
            env={**os.environ, "PYTHONPATH": str(installed), "NUMBA_DISABLE_JIT": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    (tmp_path / "conf.py").write_text("raise RuntimeError('the conf.py of somebody else')\n")
    assert "steel_north_china" in zerolane("--help")
    zerolane("init", "my_case")
    zerolane("validate", "--config-dir", "my_case", "scenario=my_case")
    printed = zerolane("run", "--config-dir", "my_case", "scenario=my_case", "simulation.trials=2")
    folder = tmp_path / printed.splitlines()[-1]
    assert (folder / "report.html").stat().st_size > 100_000
    assert (folder / "plan.xlsx").exists()


def test_no_other_distribution_has_our_names():
    found = importlib.metadata.packages_distributions()
    alone = OURS - {"hydra_plugins"}  # where all plugins of Hydra stand, whosever they are
    others = {name: set(found.get(name, [])) - {"zerolane"} for name in alone}
    assert not {name: owners for name, owners in others.items() if owners}


def test_what_ci_measures_is_what_is_packaged():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    packaged = {name.removesuffix(".*") for name in project["setuptools"]["packages"]["find"]["include"]}
    assert {*packaged, *project["setuptools"]["py-modules"]} == OURS
    assert set(project["coverage"]["run"]["source"]) == OURS - {"conf"}
    assert set(project["importlinter"]["root_packages"]) == OURS - {"cli", "conf"}
