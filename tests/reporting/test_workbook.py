"""The workbook's totals equal the Datasets, as values and as formulas."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xarray as xr

from reporting.language import speaking
from reporting.payload import Payload, build_payload
from reporting.settings import Language
from reporting.workbook import write_workbook

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
Factory = Callable[..., xr.Dataset]
TABLES = ["Emissions", "Cost", "NPV", "Flows", "Purchases", "Hotspots"]
TABLES += ["Production", "Power", "Interventions", "Caps"]
TABLES += ["Simulation", "PlanAgainstTrials", "CustomerService", "Sites"]
SHEETS = ["Read me", "Summary", *TABLES, "Chart data"]


@pytest.fixture(scope="module")
def path(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The ordinary workbook."""
    place = tmp_path_factory.mktemp("book") / "plan.xlsx"
    write_workbook(plan, reference, outcome, place)
    return place


@pytest.fixture(scope="module")
def payload(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset) -> Payload:
    """What it shows."""
    return build_payload(plan, reference, outcome)


def table(book: Any, name: str) -> list[dict[str, Any]]:
    """Read an Excel table as rows by header."""
    sheet = book[name]
    first, last = sheet.tables[name].ref.split(":")
    rows = [[cell.value for cell in row] for row in sheet[first:last]]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def calculate(formula: str, sheet: Any, book: Any) -> float:
    """Work out a SUMIFS on structured references, or a difference of cells, as Excel would."""

    def one(match: re.Match[str]) -> str:
        summed, *pairs = [part.strip() for part in re.split(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", match[1])]
        name, column = re.fullmatch(r"(\w+)\[(.+)\]", summed).groups()  # type: ignore[union-attr]
        wanted = []
        for criterion, value in zip(pairs[::2], pairs[1::2], strict=True):
            key = re.fullmatch(r"\w+\[(.+)\]", criterion)[1]  # type: ignore[index]
            literal = (
                value.strip('"')
                if value.startswith('"')
                else sheet[value.replace("$", "")].value
                if value[0].isalpha()
                else float(value)
            )
            wanted.append((key, literal))
        return repr(sum(row[column] for row in table(book, name) if all(row[k] == v for k, v in wanted)))

    text = re.sub(r"SUMIFS\(([^()]*)\)", one, formula.lstrip("="))
    text = re.sub(r"\b([A-Z]+)(\d+)\b", lambda m: repr(calculate(str(sheet[m[0]].value), sheet, book)), text)
    return float(eval(text))


def test_sheets_and_tables(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == SHEETS
    assert book["Chart data"].sheet_state == "hidden"
    for name in TABLES:
        assert list(book[name].tables) == [name]
        assert book[name].freeze_panes is not None
        assert not book[name].merged_cells.ranges


def test_cached_totals_equal_the_datasets(path: Path, plan: xr.Dataset, reference: xr.Dataset) -> None:
    book = openpyxl.load_workbook(path, data_only=True)
    rows = table(book, "Emissions")
    for pathway, dataset in (("Plan", plan), ("Reference", reference)):
        market = dataset["emissions"].drop_sel(emission_account="scope2_location").sum("emission_account")
        for t, start in enumerate(dataset["period"].values):
            kept = [r for r in rows if (r["Pathway"], r["Period"], r["In total"]) == (pathway, start, "yes")]
            assert sum(r["t CO2e per year"] for r in kept) == pytest.approx(float(market[t]))
        cost = [r for r in table(book, "Cost") if r["Pathway"] == pathway]
        assert sum(r["CNY in period"] for r in cost) == pytest.approx(float(dataset["cost"].sum()))
        npv = [r for r in table(book, "NPV") if r["Pathway"] == pathway]
        assert sum(r["CNY net present value"] for r in npv) == pytest.approx(float(dataset["cost_npv"].sum()))
        moved = [r for r in table(book, "Flows") if r["Pathway"] == pathway]
        assert sum(r["t per year"] for r in moved) == pytest.approx(float(dataset["flow"].sum()))
    summary = book["Summary"]
    shown = {summary.cell(r, 1).value: [c.value for c in summary[r][1:12]] for r in (5, 6, 7, 8, 9)}
    total = plan["emissions"].drop_sel(emission_account="scope2_location").sum("emission_account").values
    assert shown["Plan"] == pytest.approx(total)
    assert shown["Cap"] == pytest.approx(plan["cap_limit"].values[0])


def test_formulas_give_the_values_beside_them(path: Path) -> None:
    live, cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    checked = 0
    for name in ("Summary", "Chart data"):
        for row in live[name].iter_rows():
            for cell in row[:3]:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    value = cached[name][cell.coordinate].value
                    assert calculate(cell.value, live[name], live) == pytest.approx(
                        value, rel=1e-9, abs=1e-3
                    ), cell.coordinate
                    checked += 1
    assert checked > 40


def test_axes_of_charts_start_at_zero(path: Path, payload: Payload) -> None:
    with zipfile.ZipFile(path) as book:
        charts = {name: book.read(name).decode() for name in book.namelist() if "charts/chart" in name}
    lowest = [re.search(r'<c:min val="0"/>', chart) is not None for _, chart in sorted(charts.items())]
    bottoms = [min(v for a in payload[kind]["accounts"] for v in a["plan"]) for kind in ("emissions", "cost")]
    assert lowest == [True, *(bottom >= 0 for bottom in bottoms), True]


def test_people_read_it_in_their_language_machines_in_english(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset, path: Path, tmp_path: Path
) -> None:
    with speaking(Language.CHINESE):
        write_workbook(plan, reference, outcome, tmp_path / "zh.xlsx")
    english, chinese = (openpyxl.load_workbook(p, data_only=True) for p in (path, tmp_path / "zh.xlsx"))
    assert chinese.sheetnames == english.sheetnames
    for name in TABLES:
        rows = [[cell.value for cell in book[name][4]] for book in (english, chinese)]
        assert rows[0] == rows[1], name
    totals = [
        [[c.value for c in row[1:12]] for row in book["Summary"]["A5:L8"]] for book in (english, chinese)
    ]
    assert totals[0] == totals[1]


def test_simulation_holds_quantiles_and_chances_never_draws(path: Path, outcome: xr.Dataset) -> None:
    rows = table(openpyxl.load_workbook(path, data_only=True), "Simulation")
    assert len(rows) == outcome.sizes["period"]
    assert [r["Chance of missing"] for r in rows] == pytest.approx(outcome["chance_of_missing"].values[0])
    assert [r["P95 t CO2e per year"] for r in rows] == pytest.approx(
        outcome["emissions_quantile"].sel(quantile=0.95).values
    )


def test_names_are_never_formulas(make_plan: Factory, tmp_path: Path) -> None:
    plan = make_plan(titles={"pathway_title": "=1+1", "company": "@cmd", "currency": "R[$#]'"})
    plan["site_name"] = ("site", [f"=HYPERLINK({i})" for i in range(plan.sizes["site"])])
    write_workbook(plan, plan, None, tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    for row in table(book, "Sites"):
        assert row["Site"].startswith("=HYPERLINK")
    kinds = {cell.data_type for row in book["Sites"].iter_rows(min_row=5, max_col=1) for cell in row}
    assert kinds == {"s"}
    assert [r["Period"] for r in table(book, "Simulation")] == [None]


def test_an_unwritable_place_is_an_os_error(plan: xr.Dataset, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot write the workbook"):
        write_workbook(plan, plan, None, tmp_path / "missing" / "x.xlsx")
