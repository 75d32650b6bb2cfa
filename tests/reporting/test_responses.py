"""Responses to shortfalls on the page, in the terminal and in the workbook."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xarray as xr
from rich.console import Console

from reporting.page import render_page
from reporting.payload import Payload, build_payload
from reporting.responses import response_tables
from reporting.terminal import show_summary
from reporting.workbook import write_workbook


@pytest.fixture(scope="module")
def answered(outcome: xr.Dataset) -> xr.Dataset:
    """Give an outcome with two responses, of which one is never used."""
    periods = outcome.sizes["period"]
    found = outcome.assign_coords(
        response=["spare ore", "idle"], response_kind=("response", ["spot_purchase", "curtail_demand"])
    )
    totals = {"quantity": 1200.0, "cost": 3.4e6, "emissions": 2500.0}
    for name, total in totals.items():
        for end, factor in (("", 1.0), ("_low", 0.9), ("_high", 1.1)):
            by_response = np.array([total * factor, 0.0])
            found[f"response_total_{name}{end}"] = ("response", by_response)
            spread = np.repeat(by_response[:, None], periods, axis=1) / periods
            found[f"response_mean_{name}{end}"] = (("response", "period"), spread)
    for end, share in (("", 0.25), ("_low", 0.2), ("_high", 0.31)):
        found[f"response_share{end}"] = ("response", [share, 0.0])
    return found


@pytest.fixture(scope="module")
def payload(plan: xr.Dataset, reference: xr.Dataset, answered: xr.Dataset) -> Payload:
    return build_payload(plan, reference, answered)


def test_the_table_says_what_each_did(payload: Payload) -> None:
    table = response_tables(payload)[0]
    assert table.title == ("spare ore answers shortfalls in 25% of futures; all responses cost CNY 3.40 m")
    first = ["spare ore", "bought on the spot", "25% (20% to 31%)", "1,200 \u00b1 120", "3.40 \u00b1 0.34"]
    assert table.rows[0] == [*first, "2,500 \u00b1 250"]
    assert table.rows[1][:3] == ["idle", "demand curtailed", "0% (0% to 0%)"]
    assert "cost in CNY m, CO\u2082e in t" in table.unit


def test_page_and_terminal_show_it(payload: Payload) -> None:
    assert "spare ore answers shortfalls" in render_page(payload)
    text = StringIO()
    show_summary(payload, Console(file=text, width=120))
    assert "bought on the spot" in text.getvalue()


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_the_workbook_has_a_row_for_each_period(
    plan: xr.Dataset, reference: xr.Dataset, answered: xr.Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "plan.xlsx"
    write_workbook(plan, reference, answered, path)
    book = openpyxl.load_workbook(path, data_only=True)
    cells = [list(row) for row in book["Responses"].iter_rows(values_only=True)]
    head = next(i for i, row in enumerate(cells) if row[0] == "Response")
    rows = [row for row in cells[head + 1 :] if row[0] == "spare ore"]
    assert len(rows) == plan.sizes["period"]
    assert sum(row[cells[head].index("CNY in period")] for row in rows) == pytest.approx(3.4e6)


def test_nothing_is_shown_without_responses(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    assert response_tables(build_payload(plan, reference, outcome)) == []
    assert response_tables(build_payload(plan, reference)) == []
