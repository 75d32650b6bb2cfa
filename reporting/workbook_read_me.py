"""The workbook's first sheet: what the run is, what each sheet holds, and what the numbers rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from rich.cells import cell_len
from xlsxwriter.worksheet import Worksheet

from reporting.basis import assumptions, limits
from reporting.figures import phrases
from reporting.findings import headline, summary
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.run_folder import WORKBOOK
from reporting.workbook_columns import Formats
from reporting.workbook_inputs import Inputs

WIDTH = 110  # of the column of texts, signs
Named = Sequence[tuple[str, str]]  # name and meaning


def write_read_me(
    sheet: Worksheet,
    payload: Payload,
    contents: Named,
    inputs: Inputs | None,
    edited: Named,
    formats: Formats,
) -> None:
    """Write the sheet.

    Parameters
    ----------
    contents, edited : name and meaning of each sheet of results and of inputs.
    inputs : what the workbook carries to be run again; None: nothing.
    """
    scenario, periods = payload["scenario"], payload["periods"]
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, WIDTH)
    sheet.write_string(0, 0, headline(payload), formats["title"])
    whose = scenario["company"] or scenario["title"]
    sheet.write_string(1, 0, phrases([whose, f"{periods['first']}\u2013{periods['end']}"]), formats["note"])
    row = 3
    if scenario["demo"]:
        sheet.write_string(row, 0, _("Demonstration data: do not decide on it."), formats["strong"])
        row += 2
    row = _sentence(sheet, row, "".join(text for text, _shown in summary(payload)), formats)
    row = _section(sheet, row + 1, _("Sheets of results"), formats)
    row = _links(
        sheet, row, [("Summary", _("Totals as formulas on the tables, with charts")), *contents], formats
    )
    row = _section(sheet, row + 1, _("Sheets of inputs"), formats)
    for sentence in _how_to_edit(inputs):
        row = _sentence(sheet, row, sentence, formats)
    row = _links(sheet, row, edited, formats)
    row = _lines(sheet, _section(sheet, row + 1, _("Units"), formats), _units(scenario["currency"]), formats)
    row = _section(sheet, row + 1, _("Assumptions"), formats)
    told = _("{name}: {part}")
    said = [
        (name, told.format(name=value, part=why) if why else value)
        for name, value, why in assumptions(payload)
    ]
    row = _lines(sheet, row, said, formats)
    row = _section(sheet, row + 1, _("What is left out"), formats)
    for sentence in limits(payload):
        row = _sentence(sheet, row, sentence, formats)


def _how_to_edit(inputs: Inputs | None) -> Iterator[str]:
    """Yield how the input sheets are used, or why there are none."""
    if inputs is None:
        yield _("None here: the workbook was made without the tables and settings of its run.")
        return
    yield _(
        "Edit the yellow cells, save the workbook and run `zerolane run data={file}`: a new plan is made, "
        "and what was edited is told. What the command line says comes before the settings of the workbook."
    ).format(file=WORKBOOK)
    yield _("Point at a header to read what a column means, and in which unit.")
    yield _("The sheets of results are not read: an edit there changes the totals and nothing else.")
    if inputs.rulebooks:
        yield _(
            "The case has rulebooks of its own in a folder beside its tables, which no sheet holds: put the "
            "folder `rulebooks` beside the workbook."
        )


def _units(currency: str) -> Named:
    return [
        (
            _("Emissions"),
            _("t CO2e per year of the period; amounts in period are that times its years"),
        ),
        (
            _("Money"),
            _(
                "{currency} in constant prices; paid in the whole period unless it says net present value"
            ).format(currency=currency),
        ),
        (
            _("Goods"),
            _("the product's own unit, tonnes unless the tables of the case say otherwise, per year"),
        ),
        (_("Electricity"), _("MWh per year")),
    ]


def _links(sheet: Worksheet, row: int, named: Named, formats: Formats) -> int:
    """Write a line a sheet, its name leading there; return the next row."""
    for name, meaning in named:
        sheet.write_url(row, 0, f"internal:'{name}'!A1", formats["link"], name)
        row = _sentence(sheet, row, meaning, formats)
    return row


def _lines(sheet: Worksheet, row: int, named: Named, formats: Formats) -> int:
    """Write a line a name; return the next row."""
    for name, meaning in named:
        sheet.write_string(row, 0, name, formats["wrap"])
        row = _sentence(sheet, row, meaning, formats)
    return row


def _sentence(sheet: Worksheet, row: int, text: str, formats: Formats) -> int:
    """Write a text in a row as high as it needs, which not every program finds by itself; return the next."""
    sheet.write_string(row, 1, text, formats["wrap"])
    lines = ceil(cell_len(text) / (WIDTH * 1.15))
    if lines > 1:
        sheet.set_row(row, 15 * lines)
    return row + 1


def _section(sheet: Worksheet, row: int, name: str, formats: Formats) -> int:
    """Write a small heading and return the next row."""
    sheet.write_string(row, 0, name, formats["head"])
    sheet.write_blank(row, 1, None, formats["head"])
    return row + 1
