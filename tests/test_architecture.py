"""The shape of the code: who imports whom, how long files get."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cli

ROOT = cli.CONF_DIR.parent
PACKAGES = ["benchmarks", "hydra_plugins", "optimizer", "reporting", "scenarios", "simulation"]
SOURCES = [ROOT / "cli.py", *sorted(f for name in PACKAGES for f in (ROOT / name).rglob("*.py"))]


def imported(file: Path) -> set[str]:
    """Return the top-level names that a file imports, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name} has a relative import"
            found.add((node.module or "").split(".")[0])
    return found


def test_the_command_line_leaves_solving_and_simulating_to_the_packages():
    assert not imported(ROOT / "cli.py") & {"pyomo", "highspy", "simpy", "numba"}


def test_import_contracts():
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: str(f.relative_to(ROOT)))
def test_no_file_is_long(file):
    longest = 500 if file.name == "schema.py" else 400  # the one description of all tables stays in one place
    assert len(file.read_text(encoding="utf-8").splitlines()) <= longest


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_are_absolute(file):
    imported(file)
