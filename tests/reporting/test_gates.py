"""Queues at gates as page, workbook and terminal show them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import openpyxl
import pytest
import xarray as xr
from rich.console import Console

from reporting.gates import gate_tables
from reporting.page import render_page
from reporting.payload import Payload, build_payload
from reporting.terminal import show_summary
from reporting.workbook import write_workbook


@pytest.fixture(scope="module")
def queued(outcome: xr.Dataset) -> xr.Dataset:
    """Return the outcome with two gates; the second one's vehicles wait longest in the last period."""
    trials, periods = outcome.sizes["trial"], outcome.sizes["period"]
    ramp = xr.DataArray(range(periods), dims="period") + 1.0
    site = xr.DataArray([1.0, 3.0], dims="gate_site", coords={"gate_site": ["tj_base", "cc_base"]})
    wait = site * ramp
    every = xr.DataArray([1.0] * trials, dims="trial")
    return outcome.assign(
        gate_vehicles=every * site * 1000.0 * ramp,
        gate_wait_minutes=wait,
        gate_wait_minutes_low=0.9 * wait,
        gate_wait_minutes_high=1.1 * wait,
        gate_overnight=0.01 * wait,
        gate_misgraded=10.0 * wait,
    )


@pytest.fixture(scope="module")
def payload(plan: xr.Dataset, reference: xr.Dataset, queued: xr.Dataset) -> Payload:
    return build_payload(plan, reference, queued)


def test_the_longest_wait_is_told_first(payload: Payload, outcome: xr.Dataset) -> None:
    periods = outcome.sizes["period"]
    last = int(outcome["period"].values[-1])
    (table,) = gate_tables(payload)
    assert table.title == f"Vehicles wait longest at cc_base: {3 * periods:.1f} minutes each in {last}"
    assert [row[0] for row in table.rows] == ["cc_base", "tj_base"]
    assert table.rows[0][1] == str(last)
    assert table.rows[0][3].startswith(f"{3 * periods:.1f} \u00b1")


def test_without_gates_nothing_is_shown(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset) -> None:
    assert gate_tables(build_payload(plan, reference, outcome)) == []
    assert gate_tables(build_payload(plan, reference)) == []


def test_page_and_terminal_show_them(payload: Payload) -> None:
    text = StringIO()
    show_summary(payload, Console(file=text, width=140))
    assert "Vehicles wait longest at cc_base" in text.getvalue()
    assert "Vehicles wait longest at cc_base" in render_page(payload)


def test_the_workbook_has_every_gate_and_period(
    plan: xr.Dataset, reference: xr.Dataset, queued: xr.Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "plan.xlsx"
    write_workbook(plan, reference, queued, path)
    sheets = openpyxl.load_workbook(path, read_only=True)
    (found,) = [sheet for sheet in sheets if sheet.title == "Gates"]
    cells = [row for row in found.iter_rows(values_only=True) if row and row[0] in ("tj_base", "cc_base")]
    assert len(cells) == 2 * queued.sizes["period"]
    assert cells[-1][4] == pytest.approx(3.0 * queued.sizes["period"])
