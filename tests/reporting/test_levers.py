"""What payload, page and workbook say of levers, swung inputs and decisions that fall due."""

import copy
import json

import pytest

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.abatement import with_abatement
from optimizer.lever_settings import AbatementSettings, TornadoSettings
from optimizer.tornado import with_tornado
from reporting.charts_levers import abatement_charts
from reporting.charts_tornado import tornado_charts, tornado_title
from reporting.language import speaking
from reporting.lever_tables import decide_by, levers_section
from reporting.page import render_page
from reporting.payload import build_payload
from reporting.settings import Language
from reporting.workbook_levers import lever_sheets
from tests.optimizer.carbon_money_tables import carbon_case
from tests.optimizer.test_abatement import cap
from tests.optimizer.test_break_even import measures

EXACT = SolverSettings(mip_gap=0.0)
NAME = 'Capture <script>"x"</script>'


@pytest.fixture(scope="module")
def results():
    """Under 170 t of 200: the boiler, and 7.69 t of steel by the electric route; capture stays unused."""
    parts = measures()
    parts["interventions"][0]["name"] = NAME
    parts["interventions"][1] |= {"capex": 500, "life_years": 1}
    scenario = carbon_case((parts,), cap(0.85))
    reference = reference_plan(scenario, EXACT)
    plan = optimize(scenario, EXACT, reference)
    plan = with_abatement(plan, scenario, AbatementSettings(curve=True), EXACT, reference)
    asked = TornadoSettings(["demand", "footprints"], {"operating_cost": [0.9, 1.2]})
    return with_tornado(plan, scenario, asked, EXACT, reference), reference


@pytest.fixture(scope="module")
def payload(results):
    return build_payload(*results)


def test_payload_holds_tonnes_over_the_horizon_and_prices(payload):
    boiler, capture = sorted(payload["abatement"]["levers"], key=lambda row: row["key"])
    assert (boiler["used"], capture["used"]) == (True, False)
    assert boiler["cut"] == pytest.approx(0.2 * (100 - 10 / 1.3), rel=1e-5)
    assert boiler["per_tonne"] == pytest.approx(boiler["cost"] / boiler["cut"])
    assert capture["cut"] is None
    assert capture["alone_per_tonne"] == pytest.approx(30, rel=1e-4)
    assert payload["abatement"]["dearest"] == pytest.approx(100 / 1.3)
    assert payload["abatement"]["total"] == pytest.approx(30)


def test_the_widest_swing_comes_first_and_caps_keep_emissions(payload):
    found = payload["tornado"]
    assert [row["key"] for row in found["inputs"]] == ["demand", "operating_cost", "footprints"]
    low, high = found["inputs"][0]["ends"]
    assert low["cost_change"] < 0 < high["cost_change"]
    assert high["emissions_change"] == pytest.approx(0, abs=1e-4)
    assert (low["clear"], high["clear"]) == (True, True)
    assert [end["clear"] for end in found["inputs"][2]["ends"]] == [False, False]


def test_bars_are_as_wide_as_their_tonnes_and_hollow_where_unused(payload):
    here, alone = abatement_charts(payload)
    bars = {entry["id"]: entry for entry in here.option["series"]}
    assert "bar-intervention:capture" not in bars
    corners = bars["bar-intervention:boiler"]["data"]
    row = next(row for row in payload["abatement"]["levers"] if row["used"])
    assert corners[2][0] - corners[1][0] == pytest.approx(row["cut"])
    assert corners[1][1] == pytest.approx(row["per_tonne"])
    hollow = {entry["id"]: entry for entry in alone.option["series"]}
    assert hollow["bar-intervention:capture"]["areaStyle"] == {"opacity": 0}
    assert hollow["bar-intervention:boiler"]["areaStyle"]["opacity"] > 0
    assert here.option["xAxis"]["max"] == alone.option["xAxis"]["max"]
    assert here.option["yAxis"]["max"] == alone.option["yAxis"]["max"]
    assert "not a timetable" in here.note
    assert "do not add up" in here.note


def test_a_tornado_is_drawn_as_it_is_told(payload):
    (chart,) = tornado_charts(payload)  # emissions stay at the cap: no second chart
    low, high = (series["data"] for series in chart.option["baseOption"]["series"])
    assert low[-1]["value"] < 0 < high[-1]["value"]
    assert (low[-1]["label"]["formatter"], high[-1]["label"]["formatter"]) == ("\u221210%", "+10%")
    assert "within the gap" in chart.numbers.rows[-1][2]


def test_swings_that_gaps_do_not_tell_apart_are_not_ranked(payload):
    assert tornado_title(payload).startswith("The widest swing in cost: Demand, CNY \u2212")
    vague = copy.deepcopy(payload)
    for row in vague["tornado"]["inputs"]:
        row["ends"][1]["slack"] = 2000.0
    title = "The widest swings in cost: Demand and Operating cost, not told apart by the gaps of their solves"
    assert tornado_title(vague) == title


def test_the_page_has_the_section_and_user_text_as_text(payload):
    page = render_page(payload)
    assert 'id="levers"' in page
    assert NAME not in page
    assert levers_section(payload).title.startswith("Largest lever: Boiler. Without it")
    with speaking(Language.CHINESE):
        assert 'id="levers"' in render_page(payload)


def test_decisions_fall_due_with_the_capital_they_commit(payload, results):
    due = decide_by(payload)
    (row,) = due.table.rows
    assert row[:3] == ["boiler, mill", "2025", "2025"]
    assert row[3:] == ["CNY 500", "CNY 500", "100%"]
    capex = results[0]["cost"].sel(cost_account="capex").sum()
    assert sum(r["capital"] for r in payload["interventions"]) == pytest.approx(float(capex))


def test_many_decisions_are_told_by_year(payload):
    row = next(r for r in payload["interventions"] if r["chosen"])
    many = [{**row, "decided": 2025 + i % 3, "kind": f"kind {i % 2}", "capital": 10.0} for i in range(18)]
    due = decide_by({**payload, "interventions": many})
    assert [r[1] for r in due.table.rows] == ["2025", "2026", "2027"]
    assert due.table.rows[0][0] == "3 \u00d7 kind 0; 3 \u00d7 kind 1"
    assert due.table.rows[-1][4:] == ["CNY 180", "100%"]
    assert "6 of 18 decisions fall due in 2025, with CNY 60.0" in due.table.unit


def test_the_workbook_has_its_sheets(payload):
    levers, tornado = lever_sheets(payload)
    assert (levers.name, tornado.name) == ("Levers", "Tornado")
    assert len(levers.rows) == 2
    assert len(tornado.rows) == 6
    assert {len(row) for row in levers.rows} == {len(levers.columns)}
    assert {len(row) for row in tornado.rows} == {len(tornado.columns)}


def test_what_is_not_asked_for_is_absent_and_half_is_said(payload, results):
    plan, reference = results
    bare = plan.drop_dims(["lever", "tornado_input"])
    found = build_payload(bare, reference)
    assert (found["abatement"], found["tornado"]) == (None, None)
    assert levers_section(found) is None
    assert lever_sheets(found) == []
    assert 'id="levers"' not in render_page(found)
    half = levers_section({**payload, "abatement": None})
    assert half.notes == ["What each lever brings is solved for with abatement.curve=true."]
    assert json.dumps(payload["tornado"])
