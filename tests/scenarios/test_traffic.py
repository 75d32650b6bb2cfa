"""The tables of timetables and gates: every wrong row is found with its place and its fix."""

import shutil

import numpy as np
import pandas as pd
import pytest

from scenarios import DataError, ScenarioSettings, load_scenario
from scenarios.loading import BUNDLED

SETTINGS = ScenarioSettings(name="case", data="tables", first_year=2025, last_year=2026)
TRAIN = {"timetable": "trains", "origin": "port", "every_days": "7"}
GATE = {"site": "base", "stage": "unloading", "servers": "2", "minutes": "15"}


@pytest.fixture
def loaded(tmp_path):
    shutil.copytree(BUNDLED / "tutorial", tmp_path / "tables")

    def load(table, *rows):
        pd.DataFrame(rows).fillna("").to_csv(tmp_path / "tables" / f"{table}.csv", index=False)
        return load_scenario(SETTINGS, search=[tmp_path])

    return load


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ({**TRAIN, "mode": "rail"}, "mode", "is not in modes"),
        ({**TRAIN, "region": "south"}, "region", "no site lies in this region"),
        ({**TRAIN, "every_days": "0"}, "every_days", "is below 1"),
        ({**TRAIN, "every_days": "400"}, "every_days", "is above 366"),
        ({**TRAIN, "every_days": ""}, "weekdays", "nothing says when it leaves"),
        ({**TRAIN, "weekdays": "mon"}, "every_days", "is given beside days of the week"),
        ({**TRAIN, "every_days": "", "weekdays": "mon; tues"}, "weekdays", "is no day of the week"),
        ({**TRAIN, "every_days": "", "weekdays": "mon", "offset_days": "2"}, "offset_days", "belongs to"),
        ({**TRAIN, "capacity": "0"}, "capacity", "is below 0.001"),
        ({**TRAIN, "origin": "city"}, "timetable", "fits no lane"),
    ],
)
def test_a_wrong_timetable_is_found(loaded, row, column, rule):
    found = problems(loaded, "timetables", {**TRAIN, "timetable": "good"}, {**row, "timetable": "wrong"})
    assert any(rule in p.rule and p.row == 3 and p.column == column and p.fix for p in found), found
    assert {p.file for p in found} == {"timetables.csv"}


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ({**GATE, "stage": "parking"}, "stage", "is not allowed here"),
        ({**GATE, "site": "bases"}, "site", "is not in sites"),
        ({**GATE, "servers": "0"}, "servers", "is below 1"),
        ({**GATE, "servers": "1.5"}, "servers", "is not a whole number"),
        ({**GATE, "minutes": ""}, "minutes", "the cell is empty"),
        ({**GATE, "cv": "1.5"}, "cv", "is above 1"),
        ({**GATE, "hours": "25"}, "hours", "is above 24"),
        ({**GATE, "hours": "8"}, "hours", "differs between the rows of base"),
        ({**GATE, "products": "raw_scrap"}, "products", "differs between the rows of base"),
        ({**GATE, "grade_error": "0.1"}, "grade_error", "belongs to grading"),
        ({**GATE, "intervention": "base_phase_9"}, "intervention", "is not in interventions"),
        (
            {**GATE, "stage": "grading", "intervention": "base_phase_2"},
            "stage",
            "changes a stage that is not there",
        ),
        ({**GATE, "site": "port"}, "site", "no lane brings anything through it"),
    ],
)
def test_a_wrong_gate_is_found(loaded, row, column, rule):
    found = problems(loaded, "gates", {**GATE, "stage": "weighbridge"}, row)
    assert any(rule in p.rule and p.row == 3 and p.column == column and p.fix for p in found), found
    assert {p.file for p in found} == {"gates.csv"}


def test_grading_has_one_price_a_site(loaded):
    rows = [{**GATE, "stage": "grading", "misgrade_cost": "5"}]
    rows.append({**rows[0], "intervention": "base_phase_2", "misgrade_cost": "6"})
    (found,) = problems(loaded, "gates", *rows)
    assert (found.row, found.column, found.value) == (3, "misgrade_cost", 6.0)


def test_a_lane_paid_by_the_whole_vehicle_has_no_timetable(loaded, tmp_path):
    lanes = pd.read_csv(tmp_path / "tables" / "lanes.csv").assign(whole_vehicles="yes")
    lanes.to_csv(tmp_path / "tables" / "lanes.csv", index=False)
    (found,) = problems(loaded, "timetables", TRAIN)
    assert "is paid by the whole vehicle" in found.rule


def test_what_departures_take_bounds_the_lane_in_the_plan(loaded):
    scenario = loaded("timetables", {**TRAIN, "capacity": "1500"})
    port = scenario.lanes.origin == scenario.sites.label.tolist().index("port")
    assert scenario.lanes.capacity[port] == pytest.approx(1500 * 365 / 7)
    assert np.isinf(scenario.lanes.capacity[~port]).all()


def test_the_row_with_most_filters_holds(loaded):
    general = {"timetable": "all", "weekdays": "tue; fri"}
    scenario = loaded("timetables", {**TRAIN, "timetable": "own"}, general)
    origin = scenario.sites.label[scenario.lanes.origin]
    assert scenario.timetables.row_of.tolist() == [0 if site == "port" else 1 for site in origin]
    assert scenario.timetables.per_year == pytest.approx([365 / 7, 365 * 2 / 7])


def problems(loaded, table, *rows):
    with pytest.raises(DataError) as caught:
        loaded(table, *rows)
    return caught.value.problems
