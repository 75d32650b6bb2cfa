"""What page, terminal, workbook and summary say of targets, statuses, parks, basins, labels and tasks."""

import pytest

from optimizer import SolverSettings, optimize, reference_plan
from reporting.page import render_page
from reporting.payload import build_payload, counted_accounts
from reporting.target_tables import (
    amount,
    folded_tables,
    section_title,
    target_line,
    target_tables,
    task_lines,
)
from reporting.targets import programme, programme_summary
from reporting.workbook_targets import target_sheets
from simulation.targets import TargetUse, targets_of
from tests.optimizer.pig_tables import pig_tables, target
from tests.optimizer.small_tables import scenario_of

ASPECTS = (
    "green_production",
    "supplier_management",
    "green_logistics",
    "green_recycling",
    "information_disclosure",
)


@pytest.fixture(scope="module")
def results():
    rows = pig_tables(
        targets=[
            target("emissions", "reduction", 0.1) | {"name": "Carbon -10%"},
            target("water", "at_most", 300, year=2026)
            | {"target": "dry", "name": "Less water", "enforce": ""},
            target("emissions", "line_to", 0.9, year=2060, baseline_year=2030)
            | {"target": "late", "enforce": ""},
        ],
        labels=[
            {"product": "steel", "label": "A", "largest_footprint": 2.0},
            {"product": "steel", "label": "B", "largest_footprint": 2.1},
            {"product": "steel", "label": "C"},
        ],
        factory_scores=[{"site": "mill", "aspect": aspect, "score": 70} for aspect in ASPECTS],
        factory_statuses=[{"status": "green_factory", "criterion": "overall", "threshold": 60}],
        water_caps=[{"basin": "Huangpu", "maximum": 500}],
        interventions=[
            {"intervention": "loop", "kind": "water", "capex": 1, "life_cycle": "production; recycling"}
        ],
    )
    scenario = scenario_of(rows, last_year=2026)
    settings = SolverSettings(mip_gap=0.0)
    reference = reference_plan(scenario, settings)
    plan = optimize(scenario, settings, reference)
    played = TargetUse(plan["target_value"].to_numpy(), plan["target_missed"].to_numpy())
    return plan, reference, targets_of([played, played], plan, 0.95)


@pytest.fixture(scope="module")
def payload(results):
    plan, reference, outcome = results
    shown = build_payload(plan, reference)
    return shown | {"programme": programme(plan, outcome, counted_accounts(plan))}


def test_the_headline_counts_what_is_due(payload):
    assert target_line(payload) == ("1 of 2 targets met; missed: Less water", "yellow")
    assert section_title(payload) == "1 of 2 targets met; missed: Less water"


def test_the_disclosure_tells_target_plan_and_simulated(payload):
    table = target_tables(payload)[0]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Carbon -10%"][:4] == ["2026", "\u2264 207 t CO\u2082e", "207 t CO\u2082e", "207 t CO\u2082e"]
    assert rows["Carbon -10%"][5] == "met, kept"
    assert rows["Less water"][:4] == ["2026", "\u2264 300 m3", "400 m3", "400 m3"]
    assert rows["Less water"][4].startswith("100%")
    assert rows["Less water"][5] == "missed"
    assert rows["late"][5] == "no limit yet"
    by_year = folded_tables(payload)[0]
    assert [row[1] for row in by_year.rows if row[0] == "Carbon -10%"] == ["2025", "2026"]


def test_statuses_parks_basins_labels_and_categories_have_tables(payload):
    titles = [table.title for table in target_tables(payload)[1:]]
    assert titles == [
        "1 site with the status green factory in 2026",
        "Baoshan emits 30.0 t CO\u2082e in 2026",
        "Huangpu is drawn on up to 80% of its cap",
        "Delivered goods earn class B in 2026",  # 2.3 in 2025, 2.07 in 2026
        "No decision is about a life-cycle category",
    ]


def test_tasks_are_counted_and_shown(payload):
    (_, shanghai), (_, pledge) = task_lines(payload)
    assert shanghai == "7 of 20 exercised: 1, 3, 4, 11, 14, 19, 20"
    assert pledge == "6 of 10 exercised: 1, 3, 4, 5, 6, 7"
    assert [len(table.rows) for table in folded_tables(payload)[1:]] == [20, 10]


def test_the_workbook_has_every_year(payload):
    sheets = {sheet.name: sheet for sheet in target_sheets(payload)}
    assert list(sheets) == ["Disclosure", "Statuses", "Parks", "Labels", "Tasks"]
    assert len(sheets["Disclosure"].rows) == 3 * 2
    assert all(len(row) == len(sheet.columns) for sheet in sheets.values() for row in sheet.rows)


def test_the_summary_and_the_page_tell_them(results, payload):
    plan, _, outcome = results
    said = programme_summary(plan, outcome)
    assert {key: row["verdict"] for key, row in said["targets"].items()} == {
        "t": "met",
        "dry": "missed",
        "late": "not due",
    }
    assert said["targets"]["t"]["simulated"][2026] == pytest.approx(207)
    page = render_page(payload)
    assert 'id="targets"' in page
    assert "Carbon -10%" in page


def test_figures_carry_their_unit():
    assert amount(0.25, "share") == "25%"
    assert amount(None, "share") == "\u2013"
    assert amount(1.5, "tCO2e/unit") == "1.50 t CO\u2082e a unit"
    assert amount(3, "count") == "3"
