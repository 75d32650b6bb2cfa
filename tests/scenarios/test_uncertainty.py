"""The table of uncertainty: every wrong row is found with its place and its fix."""

import shutil

import numpy as np
import pandas as pd
import pytest

from scenarios import DataError, ScenarioSettings, load_scenario
from scenarios.loading import BUNDLED

SETTINGS = ScenarioSettings(name="case", data="tables", first_year=2025, last_year=2026)
GOOD = {"kind": "lead_time", "mode": "truck", "cv": "0.4"}


@pytest.fixture
def loaded(tmp_path):
    shutil.copytree(BUNDLED / "tutorial", tmp_path / "tables")

    def load(*rows):
        pd.DataFrame(rows).fillna("").to_csv(tmp_path / "tables" / "uncertainty.csv", index=False)
        return load_scenario(SETTINGS, search=[tmp_path])

    return load


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ({"kind": "weather", "cv": "1"}, "kind", "is not allowed here"),
        ({**GOOD, "distribution": "cauchy"}, "distribution", "is not allowed here"),
        ({**GOOD, "mode": "train"}, "mode", "is not in modes"),
        ({**GOOD, "region": "south"}, "region", "no site lies in this region"),
        ({**GOOD, "line": "mill_arc_furnace"}, "line", "is no filter of lead_time"),
        ({**GOOD, "cv": ""}, "cv", "lead_time needs it"),
        ({**GOOD, "per_year": "2"}, "per_year", "is no figure of lead_time"),
        ({**GOOD, "cv": "0.7", "distribution": "uniform"}, "cv", "lets the factor fall below zero"),
        ({**GOOD, "cv": "0.5", "distribution": "triangular"}, "cv", "lets the factor fall below zero"),
        ({**GOOD, "correlation": "0.5"}, "group", "nothing says with whom"),
        ({**GOOD, "persistence": "1.5"}, "persistence", "is above 1"),
        ({**GOOD, "origin": "city"}, "kind", "is about nothing"),
        ({"kind": "supplier_outage", "site": "mill", "per_year": "1"}, "kind", "is about nothing"),
        ({"kind": "site_outage", "mean_days": "1"}, "per_year", "site_outage needs it"),
        ({"kind": "site_outage", "per_year": "1", "group": "g"}, "group", "is no figure of site_outage"),
        (
            {"kind": "late_go_live", "mean_years": "1", "distribution": "gamma"},
            "distribution",
            "is of factors only",
        ),
    ],
)
def test_a_wrong_row_is_found(loaded, row, column, rule):
    with pytest.raises(DataError) as caught:
        loaded({"kind": "daily_demand", "cv": "0.1"}, row)
    found = [p for p in caught.value.problems if rule in p.rule]
    assert found, caught.value
    assert (found[0].file, found[0].row, found[0].column) == ("uncertainty.csv", 3, column)
    assert found[0].fix


def test_a_row_stands_once(loaded):
    with pytest.raises(DataError, match="the key stands twice"):
        loaded(GOOD, {**GOOD, "cv": "0.1"})


def test_rows_are_found_by_their_elements(loaded):
    scenario = loaded(GOOD, {**GOOD, "origin": "port"}, {"kind": "daily_demand", "cv": "0.3"})
    rows = scenario.uncertainty
    from_port = scenario.sites.label[scenario.arcs.origin] == "port"
    assert rows.row_of["lead_time"].tolist() == np.where(from_port, 1, 0).tolist()
    assert rows.row_of["daily_demand"].tolist() == [2]
    assert "site_outage" not in rows.row_of
