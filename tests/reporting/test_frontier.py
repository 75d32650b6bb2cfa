"""The frontier in the report: the plan ringed on it, true words, plain JSON, whole files."""

import json
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xarray as xr

from reporting.charts_frontier import frontier_chart, frontier_sub, frontier_title
from reporting.frontier import write_frontier
from reporting.page import render_page
from reporting.payload import build_payload
from reporting.run_folder import CONFIG, MANIFEST, RunFolder
from reporting.workbook import write_workbook


def made_frontier(plan: xr.Dataset, below: float = 0.0) -> xr.Dataset:
    """Three points around the plan; the middle one costs `below` less and emits what the plan does."""
    placed = build_payload(plan, plan, None, made_around(plan, 0.0, 0.0))["frontier"]["chosen"]
    return made_around(plan, placed["emissions"], placed["cost"] - below)


def made_around(plan: xr.Dataset, emissions: float, cost: float) -> xr.Dataset:
    values = {
        "emissions": emissions * np.array([0.8, 1.0, 1.2]),
        "cost": np.array([cost * 1.1, cost, cost * 0.95]),
        "gap": [0.0, 0.001, 0.0],
        "price_by_difference": [np.nan, 500.0, 250.0],
        "price_by_dual": [600.0, 300.0, 0.0],
    }
    names = ("emissions_cumulative", "emissions_last_year", "target", "bound")
    data = {name: ("point", np.asarray(v, dtype=float), {"units": "u"}) for name, v in values.items()}
    data |= {name: ("point", np.ones(3), {"units": "u"}) for name in names}
    data["plan_file"] = ("point", np.array([f"point_{p:02d}.nc" for p in range(3)]))
    attributes = {"measure": "cumulative", "mip_gap": 0.001}
    return xr.Dataset(data, coords={"point": np.arange(3)}, attrs=attributes)


@pytest.fixture
def payload(plan: xr.Dataset, reference: xr.Dataset) -> dict:
    return build_payload(plan, reference, None, made_frontier(plan))


def test_the_plan_is_ringed_where_it_stands(payload: dict) -> None:
    chart = frontier_chart(payload)
    assert chart is not None
    series = {s["id"]: s for s in chart.option["series"]}
    assert series["chosen"]["data"][0]["value"] == pytest.approx(series["frontier"]["data"][1]["value"])
    assert series["chosen"]["itemStyle"]["borderWidth"] > 2
    assert "reference" in series
    json.dumps(chart.option, allow_nan=False)
    assert chart.numbers is not None
    assert chart.numbers.rows[0][-1] == "\u2013"  # nothing is tighter than the first


def test_the_title_says_whether_the_plan_is_beaten(
    payload: dict, plan: xr.Dataset, reference: xr.Dataset
) -> None:
    assert frontier_title(payload) == "No plan of the frontier emits less and costs noticeably less"
    beaten = build_payload(plan, reference, None, made_frontier(plan, below=2e9))
    assert "CNY 2.00 bn less" in frontier_title(beaten)
    assert "CNY 250 where cuts are cheapest and CNY 500" in frontier_sub(payload)


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # native data bars
def test_page_and_workbook_show_it_only_when_asked(
    payload: dict, plan: xr.Dataset, reference: xr.Dataset, tmp_path: Path
) -> None:
    assert '<section id="frontier">' in render_page(payload)
    assert '<section id="frontier">' not in render_page(build_payload(plan, reference))
    write_workbook(plan, reference, None, tmp_path / "book.xlsx", made_frontier(plan))
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["Frontier"]
    assert [cell.value for cell in sheet["G"]][-3:] == ["point_00.nc", "point_01.nc", "point_02.nc"]


def test_files_are_written_with_a_plan_a_point(plan: xr.Dataset, tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run") as folder:
        folder.write_text(CONFIG, "")
        folder.write_json(MANIFEST, {})
        write_frontier(folder, made_frontier(plan), [plan, plan, plan])
    listed = json.loads((tmp_path / "run" / "frontier.json").read_text(encoding="utf-8"))
    assert listed["price_by_difference"][0] is None
    assert all((tmp_path / "run" / name).exists() for name in listed["plan_file"])
    assert len(listed["plan_file"]) == len(listed["cost"]) == 3
    assert (tmp_path / "run" / "frontier.nc").exists()
