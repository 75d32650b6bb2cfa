"""The workbook of a run, edited and run again from the command line; warnings kept beside it."""

from pathlib import Path

import openpyxl
import pytest
import xarray as xr

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
RUN = ["scenario=tutorial", "carbon.cap_2026=0.9"]


def edit(workbook: Path, *cells):
    book = openpyxl.load_workbook(workbook)
    for sheet, cell, value in cells:
        book[sheet][cell] = value
    book.save(workbook)


def without_times(file):
    dataset = xr.load_dataset(file)
    dataset.attrs = {k: v for k, v in dataset.attrs.items() if not k.endswith("_seconds")}
    return dataset


def test_an_edited_workbook_is_run_again(zerolane, tmp_path):
    first = zerolane("optimize", *RUN, "out=first")
    assert first.code == 0, first.err
    again = zerolane("optimize", "data=first/plan.xlsx", "report.views=false", "out=again")
    assert again.code == 0, again.err
    assert "edited" not in again.err
    for name in ("plan.nc", "reference.nc"):
        one, two = (without_times(tmp_path / run / name) for run in ("first", "again"))
        xr.testing.assert_identical(one, two)
    assert zerolane("report", "run=first").code == 0  # the new workbook carries its inputs on

    edit(tmp_path / "first/plan.xlsx", ("Input offers", "D3", 900))
    told = "Input offers, row 3 (port_ore), price: 800 -> 900"
    words = ["data=first/plan.xlsx", "pathway=least_cost", "report.views=false", "out=dearer"]
    dearer = zerolane("optimize", *words)
    assert dearer.code == 0, dearer.err
    assert f"edited: {told}" in dearer.err
    assert told in (tmp_path / "dearer/manifest.json").read_text()
    plan = xr.load_dataset(tmp_path / "dearer/plan.nc")
    assert plan.attrs["pathway"] == "least_cost"
    spent, bought = (plan[name].sel(offer="port_ore").values for name in ("offer_spend", "purchase"))
    assert spent == pytest.approx(900 * bought)
    assert bought.sum() > 0

    kept = zerolane("report", "run=first")  # would lose the edit
    assert kept.code == 2
    assert "was saved again since its run" in kept.err

    edit(tmp_path / "first/plan.xlsx", ("Input offers", "D2", -1))
    answer = zerolane("run", "data=first/plan.xlsx")
    assert answer.code == 3
    assert "plan.xlsx, sheet Input offers, row 2, column price: '-1': is below 0" in answer.err
