"""Published values, and whether a mean over independent chains agrees with one."""

import json
from pathlib import Path

import numpy as np
import pytest

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "E_simulation"


def published(file, name):
    """Return a published case; the folder of cases stands beside the checkout."""
    path = CASES / f"{file}.json"
    if not path.exists():
        pytest.skip(f"no published cases at {path}")
    cases = json.loads(path.read_text())
    return cases[name] if isinstance(cases, dict) else next(c for c in cases if c["id"] == name)


def assert_mean(values, truth, precision):
    """Compare the mean of (days, chains) with the truth, within four standard errors of chains' means."""
    means = values.mean(axis=0)
    error = means.std(ddof=1) / np.sqrt(len(means))
    assert error < precision * truth
    assert abs(means.mean() - truth) < 4 * error
