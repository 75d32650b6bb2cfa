"""What page and workbook say of allowances, borders and break-even prices."""

import pytest

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.break_even import with_break_even
from optimizer.objective_settings import BreakEvenSettings
from reporting.carbon_money_tables import carbon_money_section
from reporting.page import render_page
from reporting.payload import build_payload
from reporting.workbook_carbon_money import carbon_money_sheets
from tests.optimizer.carbon_money_tables import border, carbon_case, market
from tests.optimizer.test_break_even import measures

EXACT = SolverSettings(mip_gap=0.0)
NARROW = {"pins": [{"pin": "narrow", "decision": "run", "process": "electric", "maximum": 0}]}


@pytest.fixture(scope="module")
def payload():
    """One year: 200 t at 12, less capture or boiler, and 40 t of steel exported."""
    parts = (border(), market(12, sale_share=0, bank_limit=0), measures(), NARROW)
    scenario = carbon_case(parts, {"markets": ["home"], "borders": ["cbam"]})
    plan = optimize(scenario, EXACT)
    plan = with_break_even(plan, scenario, BreakEvenSettings(["all"], highest_price=5.0), EXACT)
    return build_payload(plan, reference_plan(scenario, EXACT))


def test_payload_holds_what_was_settled(payload):
    shown = payload["carbon_money"]
    (home,) = shown["markets"]
    assert home["bought"] == pytest.approx(home["emitted"])
    assert shown["cost"]["allowances"]["plan"] == pytest.approx([12 * home["bought"][0]])
    (due,) = shown["due"]
    assert due["paid"] == pytest.approx([100 * due["due"][0]])
    assert shown["cost"]["border_adjustment"]["plan"] == pytest.approx(due["paid"])
    assert shown["borders"][0]["exported"] == pytest.approx([40])


def test_break_even_is_said_in_words_where_there_is_no_price(payload):
    rows = {row["name"]: row for row in payload["carbon_money"]["break_even"]}
    assert {row["says"] for row in rows.values()} <= {"pays", "never", "from"}
    assert all(row["price"] is None for row in rows.values() if row["says"] != "from")


def test_the_page_has_the_section(payload):
    section = carbon_money_section(payload)
    assert [table.title for table in section.tables] == [
        "home",
        "Paid at borders in 2025",
        "Break-even carbon price",
    ]
    assert 'id="carbon-money"' in render_page(payload)


def test_the_workbook_has_its_sheets(payload):
    assert [table.name for table in carbon_money_sheets(payload)] == [
        "Allowances",
        "Borders",
        "BreakEven",
    ]


def test_without_markets_there_is_no_section():
    scenario = carbon_case()
    plan = optimize(scenario, EXACT)
    found = build_payload(plan, plan)
    assert carbon_money_section(found) is None
    assert carbon_money_sheets(found) == []
