"""Ladder, resilience, accounts and customers as page, workbook and terminal show them."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
import xarray as xr
from rich.console import Console

from reporting.page import render_page
from reporting.payload import Payload, build_payload
from reporting.risk_tables import risk_tables
from reporting.terminal import show_summary
from reporting.workbook import write_workbook

Study = Callable[[xr.Dataset], xr.Dataset]


@pytest.fixture(scope="module")
def payload(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset, with_studies: Study) -> Payload:
    return build_payload(plan, reference, with_studies(outcome))


def test_what_was_not_asked_for_is_not_shown(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    assert risk_tables(build_payload(plan, reference)) == []
    found = risk_tables(build_payload(plan, reference, outcome))
    assert [table.headers[0] for table in found] == ["Account", "Account", "Customer and product"]


def test_the_ladder_names_what_costs_and_what_takes_service(payload: Payload) -> None:
    ladder = risk_tables(payload)[0]
    assert ladder.title == (
        "Most cost is added by line breakdowns, CNY 5.00 m; "
        "most service is lost to line breakdowns, 1.20 points"
    )
    assert [row[0] for row in ladder.rows] == ["Yearly demand", "Line breakdowns", "All together"]
    assert ladder.rows[1][1:] == [
        "+5.00 \u00b1 1.00",
        "1.00",
        "+400 \u00b1 80.0",
        "100",
        "\u22121.20",
        "97.0%",
        "20% (15% to 26%)",
    ]


def test_resilience_says_what_never_happens(payload: Payload) -> None:
    table = risk_tables(payload)[1]
    assert table.title.startswith("Tangshan mill out for 30 days costs most, CNY 7.00 m; ")
    assert "served 24 days without Tangshan mill" in table.title
    assert table.rows[1] == ["Qian'an ore", "over a year", "0", "\u22120.10", "\u22122.00", "0"]


def test_of_many_sites_the_dearest_and_the_soonest_felt_are_shown(payload: Payload) -> None:
    row = payload["risk"]["resilience"]["rows"][0]
    many = [
        {**row, "name": f"site {n}", "outage_cost": 100.0 - n, "days_to_survive": None if n == 29 else 50 - n}
        for n in range(30)
    ]
    changed = {**payload, "risk": {**payload["risk"]}}
    changed["risk"]["resilience"] = {**payload["risk"]["resilience"], "rows": many}
    table = risk_tables(changed)[1]
    shown = [int(cells[0].split()[1]) for cells in table.rows]
    assert shown == [*range(8), *range(28, 22, -1)]
    assert "the dearest and the shortest survived of 30" in table.unit


def test_stocks_out_of_reach_stand_first(payload: Payload) -> None:
    table = risk_tables(payload)[2]
    assert table.title == "1 of 2 stocks are too small to serve 98.0% on the day"
    assert table.rows == [
        ["far, Steel", "14.0", "out of reach", "", "91.0%", "96.0%"],
        ["Shenyang market, Steel", "14.0", "\u22123.25", "\u221290,000", "99.9%", "98.2%"],
    ]


def test_accounts_say_which_moves_and_leave_zeros_out(payload: Payload, plan: xr.Dataset) -> None:
    cost = next(table for table in risk_tables(payload) if table.half)
    used = int((abs(plan["cost"].sum("period")) > 0).sum())
    assert len(cost.rows) == used < plan.sizes["cost_account"]
    emissions = [table for table in risk_tables(payload) if table.half][1]
    assert "ends furthest from plan" in emissions.title or "every account ends where" in emissions.title


def test_the_worst_served_customer_is_named(payload: Payload, outcome: xr.Dataset) -> None:
    table = risk_tables(payload)[-1]
    worst = float(outcome["customer_fill"].min())
    assert table.folded
    assert f"{100 * worst:.1f}%" in table.title
    assert len(table.rows) == outcome.sizes["demand"]


def test_page_and_terminal_show_them(payload: Payload) -> None:
    html = render_page(payload)
    for table in risk_tables(payload):
        assert table.headers[-1] in html
    assert "Qian&#39;an ore" in html
    text = StringIO()
    show_summary(payload, Console(file=text, width=120))
    assert "Most cost is added by line breakdowns" in text.getvalue()
    assert "over a year" in text.getvalue()
    assert "\u2026" not in text.getvalue()  # nothing is cut at the width of a plain console


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_workbook_holds_every_row(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset, with_studies: Study, tmp_path: Path
) -> None:
    studied = with_studies(outcome)
    write_workbook(plan, reference, studied, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx", data_only=True)

    def rows(name: str) -> list[dict[str, object]]:
        head, *body = book[name].iter_rows(min_row=4, values_only=True)
        return [dict(zip(head, row, strict=True)) for row in body]

    accounts = [row for row in rows("PlanAgainstTrials") if row["Unit"] == "CNY in period"]
    assert sum(row["Plan"] for row in accounts) == pytest.approx(float(plan["cost"].sum()))
    drawn = float(outcome["cost"].sum()) / outcome.sizes["trial"]
    assert sum(row["Mean of futures"] for row in accounts) == pytest.approx(drawn)
    served = rows("CustomerService")
    assert len(served) == outcome.sizes["demand"] * outcome.sizes["period"]
    assert [row["CNY added"] for row in rows("Ladder")] == studied["ladder_cost_added"].values.tolist()
    assert [row["Days to survive"] for row in rows("Resilience")] == [24, None]
    assert [row["Days to add"] for row in rows("SafetyStocks")] == [-3.25, None]
