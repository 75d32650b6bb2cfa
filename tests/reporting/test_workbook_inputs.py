"""The workbook carries the tables and settings of its run, and can be edited and run again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xarray as xr
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from reporting.workbook import write_workbook
from reporting.workbook_inputs import Inputs, cell_value, inputs_as_run, inputs_of, write_inputs
from scenarios.carried_settings import read_settings, with_carried_settings
from scenarios.edits import edits, saved_since
from scenarios.errors import ConfigError, DataError
from scenarios.loading import BUNDLED, read_tables
from scenarios.settings import CarbonSettings, PathwaySettings, ScenarioSettings
from scenarios.typed import default_values

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
TYPES = {"scenario": ScenarioSettings, "carbon": CarbonSettings, "pathway": PathwaySettings}
VALUES = default_values(TYPES)


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook that carries the tutorial."""
    return written(tmp_path_factory.mktemp("book") / "plan.xlsx", case())


@pytest.fixture
def path(ordinary: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copy(ordinary, tmp_path))


def written(place: Path, inputs: Inputs) -> Path:
    """Write the sheets of inputs alone, which is quick."""
    book = xlsxwriter.Workbook(str(place))
    write_inputs(book, inputs, {name: book.add_format() for name in ("text", "input")})
    book.close()
    return place


def case(name: str = "tutorial", **settings: Any) -> Inputs:
    """Return what a run of a bundled case is made from."""
    return inputs_of(BUNDLED / name, {**VALUES, **settings})


def edited(path: Path, *cells: tuple[str, str, Any]) -> Path:
    """Save a workbook again with other values in some cells."""
    book = openpyxl.load_workbook(path)
    for sheet, cell, value in cells:
        book[sheet][cell] = value
    book.save(path)
    return path


@pytest.mark.parametrize("name", ["tutorial", "battery_returns", "pv_modules"])
def test_tables_come_back_to_the_bit(tmp_path: Path, name: str) -> None:
    given, back = read_tables(BUNDLED / name), read_tables(written(tmp_path / "plan.xlsx", case(name)))
    for table, frame in given.items():
        pd.testing.assert_frame_equal(back[table], frame, check_exact=True, obj=table)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**20), 10**20))
def test_a_number_is_kept_to_the_bit_or_as_text(number: float) -> None:
    for text in (repr(number), f"{number:.3f}", f"{number:e}"):
        cell = cell_value(text, "number")
        kept = cell if isinstance(cell, str) else repr(float(f"{cell:.16G}"))  # as the file holds it
        assert pd.to_numeric(kept) == pd.to_numeric(text)


@pytest.mark.parametrize(
    ("text", "kind", "cell"),
    [
        ("", "number", None),
        ("0.50", "number", 0.5),
        ("2025-03", "period", "2025-03"),
        ("007", "text", "007"),
        ("=1+1", "text", "=1+1"),
        ("inf", "number", "inf"),
        ("0.1000000000000000055511151231257827", "number", 0.1),
        ("0.30000000000000004", "number", "0.30000000000000004"),  # a file holds 16 digits
        ("0.06", "setting", 0.06),
        ("'007'", "setting", "'007'"),
        ("1e5", "setting", "1e5"),  # text, as YAML reads it
    ],
)
def test_what_a_cell_holds(text: str, kind: str, cell: object) -> None:
    assert cell_value(text, kind) == cell


def test_inputs_are_seen_as_inputs(plan: xr.Dataset, tmp_path: Path) -> None:
    write_workbook(plan, plan, None, tmp_path / "plan.xlsx", inputs=case())
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    sheet = book["Input offers"]
    assert list(sheet.tables) == ["Input_offers"]
    head = {cell.value: cell for cell in sheet[1]}
    price = sheet.cell(2, head["price"].column)
    assert price.value == 1600
    assert price.font.color.rgb == "FF0000C8"
    assert price.fill.fgColor.rgb == "FFFFF9D6"
    assert "Unit: currency/unit" in head["price"].comment.text
    assert "As in sheet Input sites" in head["site"].comment.text
    assert sheet.cell(2, head["source"].column).fill.fgColor.rgb != "FFFFF9D6"
    assert [v.formula1 for v in sheet.data_validations.dataValidation if "I2" in v.sqref] == [
        '"measured,published,estimated"'
    ]
    assert book["Inputs as run"].sheet_state == "hidden"
    told = "\n".join(str(cell.value) for row in book["Read me"].iter_rows() for cell in row if cell.value)
    assert "zerolane run data=plan.xlsx" in told
    assert "Input offers" in told


def test_without_inputs_the_workbook_says_so(plan: xr.Dataset, tmp_path: Path) -> None:
    write_workbook(plan, plan, None, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert not [name for name in book.sheetnames if name.startswith("Input")]
    told = [cell.value for row in book["Read me"].iter_rows() for cell in row]
    assert "None here: the workbook was made without the tables and settings of its run." in told
    assert inputs_as_run(tmp_path / "plan.xlsx") is None
    assert edits(tmp_path / "plan.xlsx") == []


def test_settings_come_back_as_they_were(tmp_path: Path) -> None:
    carbon = {**VALUES["carbon"], "price": {2030: 500.0, 2035: 0.1 + 0.2}, "cap_2030": 0.78}
    carbon["caps"] = {"mills": {"limit": {2030: 0.5}, "site": "007"}}
    pathway = {**VALUES["pathway"], "title": "no: 1,\n'2'"}
    path = written(tmp_path / "plan.xlsx", case(carbon=carbon, pathway=pathway))
    found = read_settings(path)
    assert found is not None
    scenario = {key: value for key, value in VALUES["scenario"].items() if key != "data"}
    assert found[0] == {"scenario": scenario, "carbon": carbon, "pathway": pathway}
    assert not saved_since(path)


def test_the_command_line_comes_before_the_workbook(tmp_path: Path) -> None:
    carbon = {**VALUES["carbon"], "cap_2030": 0.7, "price": {2030: 1.0}}
    scenario = {**VALUES["scenario"], "name": "mine", "discount_rate": 0.03}
    path = written(tmp_path / "plan.xlsx", case(scenario=scenario, carbon=carbon))
    composed = {
        "scenario": {**VALUES["scenario"], "name": "flagship", "data": str(path)},
        "carbon": {**VALUES["carbon"], "cap_2030": 0.9, "price": {2040: 2.0}},
        "pathway": {**VALUES["pathway"], "name": "deep"},
        "run": None,
    }

    def settled(*words: str) -> dict[str, Any]:
        return with_carried_settings(composed, path, ["scenario.data=x", *words], TYPES)

    plain = settled()
    assert (plain["scenario"]["name"], plain["scenario"]["data"]) == ("mine", str(path))
    assert (plain["carbon"]["cap_2030"], plain["carbon"]["price"]) == (0.7, {2030: 1.0})
    assert plain["run"] is None
    assert settled("carbon.cap_2030=0.9")["carbon"]["cap_2030"] == 0.9
    assert settled("+carbon.price={2040: 2}")["carbon"]["price"] == {2040: 2.0}
    chosen = settled("pathway=deep")
    assert (chosen["pathway"]["name"], chosen["carbon"]) == ("deep", composed["carbon"])
    assert chosen["scenario"]["discount_rate"] == 0.03


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("B11", "ab", r"sheet Input settings: row 11, scenario.discount_rate='ab': input should be a valid"),
        (
            "A11",
            "scenario.discont",
            r"row 11, scenario.discont: unknown setting \(did you mean scenario",
        ),
        ("A11", "scenery.rate", r"row 11: no settings 'scenery' \(did you mean scenario\?\)"),
        ("B11", "{a", r"sheet Input settings, row 11, column value: '\{a': scenario.discount_rate cannot be"),
        ("A11", "scenario.name", r"row 11, column setting: 'scenario.name': the setting stands twice"),
        ("A1", "key", r"sheet Input settings, column setting: the column is missing"),
    ],
)
def test_a_bad_setting_is_named_by_its_row(path: Path, cell: str, value: str, said: str) -> None:
    edited(path, ("Input settings", cell, value))
    with pytest.raises((ConfigError, DataError), match=said):
        with_carried_settings({"scenario": {"data": ""}}, path, [], TYPES)


def test_a_bad_cell_is_named_by_its_sheet(path: Path) -> None:
    edited(path, ("Input offers", "D3", "cheap"))
    with pytest.raises(DataError, match=r"plan.xlsx, sheet Input offers, row 3, column price: 'cheap'"):
        read_tables(path)


def test_edits_are_told_by_sheet_row_and_column(path: Path) -> None:
    assert edits(path) == []
    assert not saved_since(path)
    book = openpyxl.load_workbook(path)
    book["Input offers"]["D2"] = 1900
    book["Input offers"].append(["new_ore", "port", "iron_ore", 900])
    book["Input sites"].delete_rows(3)
    book["Input settings"]["B11"] = 0.05
    del book["Input demand"]
    book.save(path)
    assert saved_since(path)
    before = inputs_as_run(path)
    assert before is not None
    removed = before.tables["sites"]["site"].iloc[1]
    assert [str(edit) for edit in edits(path)] == [
        "Input settings, row 11 (scenario.discount_rate), value: 0.06 -> 0.05",
        "Input demand: a sheet -> no sheet",
        "Input offers, row 2 (yard_scrap), price: 1600 -> 1900",
        "Input offers, row 4 (new_ore): no row -> a new row",
        f"Input sites ({removed}): a row -> no row",
    ]


def test_rows_with_a_key_twice_are_told_by_their_place(path: Path) -> None:
    edited(path, ("Input offers", "A3", "yard_scrap"))
    assert [str(edit) for edit in edits(path)] == ["Input offers, row 3, offer: port_ore -> yard_scrap"]


def test_long_texts_and_all_signs_come_back(tmp_path: Path) -> None:
    rows = [["a", "1", "x" * 30_000 + "中<>&\"'"], ["b", "", "y" * 20_000]]
    frame = pd.DataFrame(rows, columns=["offer", "price", "source"], index=[2, 3], dtype=object)
    written(tmp_path / "plan.xlsx", Inputs({"offers": frame}))
    back = inputs_as_run(tmp_path / "plan.xlsx")
    assert back is not None
    pd.testing.assert_frame_equal(back.tables["offers"], frame, check_index_type=False)
    assert edits(tmp_path / "plan.xlsx") == []


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_the_totals_of_the_datasets(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset, tmp_path: Path
) -> None:
    inputs = inputs_of(BUNDLED / "tutorial", VALUES)
    write_workbook(plan, reference, outcome, tmp_path / "plan.xlsx", inputs=inputs)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    convert = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "calc")]
    subprocess.run([*convert, str(tmp_path / "plan.xlsx")], check=True, capture_output=True, timeout=180)
    again = tmp_path / "calc" / "plan.xlsx"
    sheet = openpyxl.load_workbook(again, data_only=True)["Summary"]
    lines = {sheet.cell(r, 1).value: [c.value for c in sheet[r][1:]] for r in range(1, sheet.max_row + 1)}
    years = plan.sizes["period"]
    counted = plan["emissions"].drop_sel(emission_account="scope2_location").sum("emission_account")
    assert sheet["A5"].value == "Plan"
    assert [cell.value for cell in sheet[5][1 : years + 1]] == pytest.approx(counted.values)
    assert lines["In all"][:2] == pytest.approx([float(d["cost_npv"].sum()) for d in (plan, reference)])
    given, back = read_tables(BUNDLED / "tutorial"), read_tables(again)
    for table, frame in given.items():
        pd.testing.assert_frame_equal(back[table], frame, check_exact=True, obj=table)
    assert edits(again) == []
