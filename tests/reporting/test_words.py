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
        ("run", ["scenario=tutorial", "--config-dir", "mine"], ["--config-dir", "mine", "scenario=tutorial"]),
        ("simulate", ["--trial"], ["--trial"]),
        ("compare", ["out=x", "pathways=[a, b]"], ["-m", "out=x", "pathway=a,b"]),
        ("compare", ["--config-dir", "mine", "pathways=a,b"], ["-m", "--config-dir", "mine", "pathway=a,b"]),
        ("compare", ["runs=[a,b]", "chosen=a"], ["runs=[a,b]", "compare.chosen=a"]),
        (
            "report",
            ["run=a", "--map=schematic", "--language", "zh"],
            ["run=a", "report.map=schematic", "report.language=zh"],
        ),
        ("simulate", [], []),
        ("run", ["data=a/plan.xlsx"], ["scenario.data=a/plan.xlsx"]),
    ],
)
def test_short_spellings_are_settings(command, words, expected):
    assert spelled_out(command, words) == expected
