"""The charts of a run, or of several compared, as files: SVG, PNG, and their data as CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reporting.all_charts import all_charts
from reporting.comparison import SCHEMA
from reporting.comparison_page import comparison_charts
from reporting.drawing import Chart, Figure, Numbers
from reporting.figures import phrases
from reporting.language import gettext as _
from reporting.language import ngettext
from reporting.payload import Payload
from reporting.results import read_payload
from reporting.run_folder import PAYLOAD, is_run_folder, near, read_json, replaced
from reporting.settings import PictureFormat, PictureSettings, ReportSettings
from scenarios.errors import ConfigError
from scenarios.typed import did_you_mean

if TYPE_CHECKING:
    from reporting.picture import Draughtsman, Rasteriser

PICTURES = "pictures"  # the folder they stand in, within that of the run


@dataclass(frozen=True)
class Album:
    """The charts of one pathway, what they are of, and the folder within the others that they go to."""

    charts: dict[str, Chart]
    about: str
    folder: str = ""


def write_pictures(
    former: Path,
    settings: Mapping[str, Any],
    out: Path | None = None,
    warn: Callable[[str], None] = lambda _text: None,
) -> str:
    """Write the charts asked for, all of a pathway or none, and return where they are.

    Parameters
    ----------
    former : a run folder, or the folder of a comparison.
    settings : the sections ``pictures`` and ``report``.
    out : where they are to stand; None: in ``pictures/`` there.
    warn : told what is to be beware of.

    Raises
    ------
    ConfigError
        There is no chart of a name asked for, or the packages that draw are not installed.
    OSError
        When the disk is full or the place cannot be written to.
    """
    asked: PictureSettings = settings["pictures"]
    albums = _albums(former, settings["report"])
    keys = _wanted(albums, asked.charts)
    place, count = out or former / PICTURES, 0
    with ExitStack() as stack:
        drawing = _tools(stack, asked.formats)
        for album in albums:
            folder = place / album.folder
            folder.mkdir(parents=True, exist_ok=True)
            with replaced(folder) as beside:
                for key in keys:
                    if key in album.charts:
                        count += _write(album.charts[key], album.about, beside, asked, drawing)
        _warn_of_signs(albums, keys, drawing, warn)
    written = ngettext("{number} file in {place}", "{number} files in {place}", count)
    return written.format(number=count, place=near(place))


def _albums(former: Path, shown: ReportSettings) -> list[Album]:
    """Return the charts of each pathway that stands in a folder."""
    if is_run_folder(former):
        payload = read_payload(former, shown)
        return [Album(all_charts(payload), _about(payload, payload["pathway"]["title"]))]
    comparison = read_json(former / PAYLOAD)
    if comparison.get("schema") != SCHEMA:
        message = (
            f"{near(former)} was written by another version: `zerolane compare runs=[...]` makes it anew"
        )
        raise ConfigError(message)
    payload = next(part["payload"] for part in comparison["pathways"] if "payload" in part)
    titles = {str(part["key"]): str(part["title"]) for part in comparison["pathways"]}
    charts = comparison_charts(comparison, shown.map)
    return [Album(own, _about(payload, titles[key]), _folder(key)) for key, own in charts.items()]


def _folder(key: str) -> str:
    """Return a name for the folder of one pathway, which lies within the others."""
    return re.sub(r"[^\w.-]+", "_", key).strip(".") or "_"


def _about(payload: Payload, title: str) -> str:
    """Say what a picture is of: case, years, pathway, and whether the data is for demonstration."""
    scenario, periods = payload["scenario"], payload["periods"]
    years = f"{periods['first']}\u2013{periods['end']}"
    case = phrases(part for part in (scenario["company"], scenario["title"], years) if part)
    said = [case, _(title)]
    return " \u00b7 ".join([*said, *([_("demonstration data")] if scenario["demo"] else [])])


def _wanted(albums: Sequence[Album], asked: Sequence[str]) -> list[str]:
    """Return the keys of the charts to write; raises ConfigError where there is none of a name."""
    there = list(dict.fromkeys(key for album in albums for key in album.charts))
    for key in asked:
        if key not in there:
            message = f"there is no chart {key!r} here{did_you_mean(key, there)}. Charts: {', '.join(there)}"
            raise ConfigError(message)
    return list(dict.fromkeys(asked)) or there


def _tools(
    stack: ExitStack, formats: Sequence[PictureFormat]
) -> tuple[Draughtsman | None, Rasteriser | None]:
    """Open what draws and what makes PNG, where they are needed."""
    if not {PictureFormat.SVG, PictureFormat.PNG} & set(formats):
        return None, None
    try:
        from reporting.picture import draughtsman, rasteriser

        drawing = stack.enter_context(draughtsman())
        return drawing, stack.enter_context(rasteriser()) if PictureFormat.PNG in formats else None
    except ImportError as error:
        message = (
            f"pictures need packages that are not installed ({error}): pip install 'zerolane[pictures]'; "
            "as=csv does without"
        )
        raise ConfigError(message) from error


def _write(
    chart: Chart,
    about: str,
    beside: Callable[[str], Path],
    settings: PictureSettings,
    drawing: tuple[Draughtsman | None, Rasteriser | None],
) -> int:
    """Write one chart in each format; return how many files that makes."""
    pen, raster = drawing
    svg = pen.svg(chart, settings.width, about) if pen else ""
    count = 0
    for kind in dict.fromkeys(settings.formats):
        file = beside(f"{chart.key}.{kind.value}")
        if kind is PictureFormat.CSV:
            if chart.numbers is None:
                continue
            write_csv(chart, file)
        elif kind is PictureFormat.PNG and raster is not None:
            file.write_bytes(raster.png(svg, round(settings.width * settings.scale)))
        else:
            file.write_text(svg, encoding="utf-8")
        count += 1
    return count


def write_csv(chart: Chart, file: Path) -> None:
    """Write the numbers of a chart in full: columns as in its table, and how they are shown at the end.

    UTF-8 with a mark that spreadsheets know it by; what is not a number stands as text, what is absent is
    empty.
    """
    if chart.numbers is None:
        return
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        table = csv.writer(lines)
        table.writerow([*_heads(chart.numbers), _("Shown as")])
        for row in chart.numbers.rows:
            table.writerow([*(_in_full(cell) for cell in row), chart.unit])


def _heads(numbers: Numbers) -> list[str]:
    """Return the heads of the columns, with the unit of their values where the head does not say it."""
    heads = []
    for place, head in enumerate(numbers.headers):
        units = (cell.unit for row in numbers.rows if isinstance(cell := row[place], Figure))
        unit = next((unit for unit in units if unit), "")
        heads.append(_in_full(f"{head}, {unit}" if unit else head))
    return heads


def _in_full(cell: str) -> str:
    """Return a cell with the digits of ``report.json``; what a spreadsheet would run as a formula is text."""
    if isinstance(cell, Figure):
        return "" if cell.value is None else f"{cell.value:.10g}"
    return f"'{cell}" if cell[:1] in ("=", "@", "+", "-", "\t", "\r") else cell


def _warn_of_signs(
    albums: Sequence[Album],
    keys: Sequence[str],
    drawing: tuple[Draughtsman | None, Rasteriser | None],
    warn: Callable[[str], None],
) -> None:
    """Warn of signs that no typeface of this machine has: PNG shows them as empty boxes."""
    if drawing[1] is None:
        return
    texts = [
        _texts(album.charts[key]) + album.about for album in albums for key in keys if key in album.charts
    ]
    if signs := drawing[1].unreadable("".join(texts)):
        warn(
            _("no typeface of this machine has {signs}: PNG shows empty boxes there, SVG does not").format(
                signs=signs[:20]
            )
        )


def _texts(chart: Chart) -> str:
    """Return all texts of a chart."""
    return "".join(
        [chart.title, chart.unit, chart.note, *(key.name for key in chart.legend), str(chart.option)]
    )
