"""The workbook in Chinese: what people read is Chinese, what machines read is as in English."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xarray as xr
import xlsxwriter

from reporting.language import gettext, speaking
from reporting.payload import build_payload
from reporting.settings import Language
from reporting.workbook import write_workbook
from reporting.workbook_inputs import inputs_of, write_inputs
from scenarios.loading import BUNDLED
from scenarios.schema import TABLES
from scenarios.settings import CarbonSettings, PathwaySettings, ScenarioSettings
from scenarios.typed import default_values

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
READ_BY_PEOPLE = ("Read me", "Summary", "Chart data")
TYPES = {"scenario": ScenarioSettings, "carbon": CarbonSettings, "pathway": PathwaySettings}
SYMBOLS = "In total|CO2e|MWh|MW|ISO|GHG Protocol|CBAM|zerolane|plan.xlsx|docs/accounting.md|CNY"


@pytest.fixture(scope="module")
def books(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset, tmp_path_factory: pytest.TempPathFactory
) -> dict[Language, Any]:
    """The same workbook in both languages."""
    found = {}
    plan, outcome = as_solved(plan), as_tried(outcome)
    for language in Language:
        place = tmp_path_factory.mktemp("book") / f"{language.value}.xlsx"
        with speaking(language):
            write_workbook(plan, reference, outcome, place)
        found[language] = openpyxl.load_workbook(place)
    return found


def as_solved(plan: xr.Dataset) -> xr.Dataset:
    """Return a plan with the words that the solver has for how it ended."""
    return plan.assign_attrs(termination="solved to gap 0.40 %")


def as_tried(outcome: xr.Dataset) -> xr.Dataset:
    """Return trials with the words that the simulation has for why there were no more."""
    return outcome.assign_attrs(stopping_rule="precision reached after 200 trials")


def english(text: str, names: set[str]) -> set[str]:
    """Return Latin words of a text that are neither symbols nor names."""
    return {word.lower() for word in re.findall(r"[A-Za-z]{3,}", re.sub(SYMBOLS, " ", text))} - names


def words(value: Any) -> set[str]:
    """Return all Latin words in a payload: names, keys and what comes of tables."""
    if isinstance(value, dict):
        return {word for key, inner in value.items() for word in words(key) | words(inner)}
    if isinstance(value, list):
        return {word for inner in value for word in words(inner)}
    return {word.lower() for word in re.findall(r"[A-Za-z]{2,}", str(value))}


def test_tables_are_the_same_in_every_language(books: dict[Language, Any]) -> None:
    """Names of sheets, headers, cells and formulas are read by machines."""
    ours, theirs = books[Language.CHINESE], books[Language.ENGLISH]
    assert ours.sheetnames == theirs.sheetnames
    for sheet in ours:
        if sheet.title not in READ_BY_PEOPLE:
            shown, plain = ([*s.iter_rows(min_row=4, values_only=True)] for s in (sheet, theirs[sheet.title]))
            assert shown == plain, sheet.title
            assert sheet.tables.items() == theirs[sheet.title].tables.items()
    cells = [[c.value for row in book["Summary"].iter_rows() for c in row] for book in books.values()]
    formulas = [[value for value in some if str(value).startswith("=")] for some in cells]
    assert formulas[0] == formulas[1] != []


def test_what_people_read_is_chinese(
    books: dict[Language, Any], plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    """Meanings of sheets, the read-me sheet, the summary and the titles of its charts."""
    book = books[Language.CHINESE]
    payload = build_payload(as_solved(plan), reference, as_tried(outcome))
    # what accounts are called is translated where it is shown
    names = words([payload["scenario"], payload["pathway"], payload["interventions"], payload["network"]])
    names |= {word for name in book.sheetnames for word in words(name)}
    said = [str(sheet.cell(2, 1).value) for sheet in book if sheet.title not in READ_BY_PEOPLE]
    said += [
        str(cell.value)
        for name in ("Read me", "Summary")
        for row in book[name].iter_rows()
        for cell in row
        if isinstance(cell.value, str) and not cell.value.startswith("=")
    ]
    said += [
        "".join(run.t for paragraph in chart.title.tx.rich.p for run in paragraph.r or [])
        for sheet in book
        for chart in sheet._charts
        if chart.title is not None
    ]
    assert {text: found for text in said if (found := english(text, names))} == {}


def test_headers_of_inputs_are_explained_in_chinese(tmp_path: Path) -> None:
    place = tmp_path / "inputs.xlsx"
    book = xlsxwriter.Workbook(str(place))
    with speaking(Language.CHINESE):
        inputs = inputs_of(BUNDLED / "tutorial", default_values(TYPES))
        listed = write_inputs(book, inputs, {name: book.add_format() for name in ("text", "input")})
    book.close()
    assert not any(english(meaning, words(list(TABLES))) for _name, meaning in listed)
    comment = openpyxl.load_workbook(place)["Input demand"]["C1"].comment
    assert comment is not None
    assert comment.text.split("\n")[:2] == ["需求量", "单位：单位/年"]


def test_every_input_table_is_described_in_chinese() -> None:
    with speaking(Language.CHINESE):
        for table in TABLES.values():
            for text in (table.meaning, *(column.meaning for column in table.all_columns)):
                assert re.search("[\u4e00-\u9fff]", gettext(text)), f"{table.name}: {text}"
