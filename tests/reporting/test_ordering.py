"""Reorder policies as page, workbook and warnings show them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xarray as xr

from reporting.page import render_page
from reporting.payload import Payload, build_payload
from reporting.risk_tables import ordering
from reporting.workbook import write_workbook

FIGURES = {
    "orders_per_year": [52.0, 365.0],
    "order_size": [1200.5, 80.0],
    "ordering_stock": [9000.0, 700.0],
    "ordering_stock_days": [14.2, 6.0],
    "ordering_empty": [0.0, 0.031],
}


@pytest.fixture
def ordered(outcome: xr.Dataset) -> xr.Dataset:
    found = outcome.assign_coords(ordering=["tangshan:ore", "shenyang:steel"])
    found["ordering_policy"] = ("ordering", np.array(["periodic", "base_stock"]))
    return found.assign({name: ("ordering", values) for name, values in FIGURES.items()})


@pytest.fixture
def payload(plan: xr.Dataset, reference: xr.Dataset, ordered: xr.Dataset) -> Payload:
    return build_payload(plan, reference, ordered)


def test_stocks_that_run_dry_stand_first(payload: Payload) -> None:
    table = ordering(payload)
    assert table is not None
    assert table.title == "1 of 2 stocks ordered by a policy run dry now and then"
    assert table.rows == [
        ["Shenyang market, Steel", "base stock", "365", "80.0", "700", "6.00", "3.1%"],
        ["Tangshan mill, Ore", "periodic", "52.0", "1,200", "9,000", "14.2", "0%"],
    ]
    assert table.title in render_page(payload)


def test_without_policies_nothing_is_said(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    assert ordering(build_payload(plan, reference, outcome)) is None


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_the_workbook_lists_them(
    plan: xr.Dataset, reference: xr.Dataset, ordered: xr.Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "plan.xlsx"
    write_workbook(plan, reference, ordered, path)
    sheets = openpyxl.load_workbook(path)
    names = [name for name in sheets.sheetnames if "eorder" in name]
    assert len(names) == 1
    cells = [[cell.value for cell in row] for row in sheets[names[0]].iter_rows()]
    assert ["Tangshan mill, Ore", "periodic", 52.0, 1200.5, 9000.0, 14.2, 0.0] in cells
