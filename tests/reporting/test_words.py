"""Short spellings of the command line."""

import pytest

from reporting.words import spelled_out


@pytest.mark.parametrize(
    ("command", "words", "expected"),
    [
        (
            "simulate",
            ["runs/one", "--trial", "17", "--journal"],
            ["run=runs/one", "simulation.trial=17", "simulation.journal=true"],
        ),
        ("simulate", ["--trial=3", "run=one", "out=two"], ["simulation.trial=3", "run=one", "out=two"]),
        ("report", ["runs/one"], ["run=runs/one"]),
        ("compare", ["runs/new", "against=runs/old"], ["run=runs/new", "against=runs/old"]),
        ("run", ["scenario=tutorial", "--config-dir", "mine"], ["scenario=tutorial", "--config-dir", "mine"]),
        ("simulate", ["--trial"], ["--trial"]),
        ("simulate", [], []),
    ],
)
def test_short_spellings_are_settings(command, words, expected):
    assert spelled_out(command, words) == expected
