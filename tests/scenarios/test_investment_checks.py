"""Counts and budgets are checked before any model exists."""

import pandas as pd

from scenarios import read_tables
from scenarios.checks import check_tables
from scenarios.loading import BUNDLED


def test_counts_and_budgets_must_name_what_exists():
    tables = {name: frame.copy() for name, frame in read_tables(BUNDLED / "tutorial").items()}
    blank = {"row": 2, "source": "", "quality": "estimated"}
    counts = [
        {"rule": "nothing", "kind": "", "interventions": (), "minimum": 1.0},
        {"rule": "unknown", "kind": "nuclear", "interventions": (), "minimum": 1.0},
        {"rule": "open", "kind": "onsite solar", "interventions": ()},
        {"rule": "crossed", "kind": "onsite solar", "interventions": (), "minimum": 2.0, "maximum": 1.0},
    ]
    for name, records in (
        ("intervention_counts", counts),
        ("budgets", [{"budget": "b", "kind": "nuclear", "amount": 1.0}]),
    ):
        tables[name] = pd.DataFrame([blank | r for r in records], columns=tables[name].columns)
    found = [problem.rule for problem in check_tables(tables)]
    assert found == [
        "counts nothing",
        "no intervention is of this kind",
        "states no bound",
        "the maximum is below the minimum 2",
        "no intervention is of this kind",
    ]
