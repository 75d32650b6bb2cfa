"""The report: one HTML file that works offline, sends nothing and needs nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting import findings
from reporting.all_charts import all_charts, outlines
from reporting.body import body
from reporting.drawing import Chart, base
from reporting.frame import POLICY, embedded, framed
from reporting.lanes import lane_records
from reporting.language import gettext as _
from reporting.payload import Payload

__all__ = ["POLICY", "embedded", "for_script", "render_page", "write_page"]

COMMON = {"axis": base(axis_tip=True), "item": base(axis_tip=False)}  # what most charts share


def write_page(payload: Payload, path: Path | str) -> None:
    """Write the report of `payload` to `path` as one self-contained HTML file.

    The page carries a content security policy that forbids every request. Text of the user's data
    is escaped wherever it appears.

    Raises
    ------
    OSError
        When `path` cannot be written.
    """
    Path(path).write_text(render_page(payload), encoding="utf-8")


def render_page(payload: Payload) -> str:
    """Return the report as HTML text."""
    drawn = all_charts(payload)
    name = findings.name_of(payload, 40)
    periods = payload["periods"]
    return framed(
        "report.html.j2",
        p=payload,
        tab_title=_("{title}: {name}, {years}").format(
            title=payload["scenario"]["title"], name=name, years=f"{periods['first']}\u2013{periods['end']}"
        ),
        name=name,
        stopped=payload["solver"]["status"] != "optimal",
        headline=findings.headline(payload),
        summary=findings.summary(payload),
        charts=drawn,
        body=body(payload, drawn),
        data=embedded({"outlines": outlines(drawn), "common": COMMON, "shown": ""}),
        numbers=embedded(for_script(drawn, payload)),
    )


def for_script(drawn: Mapping[str, Chart], payload: Payload | None) -> dict[str, Any]:
    """Return what the page's script needs to draw one pathway's charts and to filter its lanes."""
    lanes = {"rows": []} if payload is None else lane_records(payload)
    return {"charts": {key: _chart(chart) for key, chart in drawn.items()}, "lanes": lanes}


def _chart(chart: Chart) -> dict[str, Any]:
    """Return option, hover texts and what a screen reader says; what most charts share stands once a page."""
    option = chart.option.get("baseOption", chart.option)
    common = "axis" if option.get("tooltip") == COMMON["axis"]["tooltip"] else "item"
    own = {key: value for key, value in option.items() if COMMON[common].get(key) != value}
    own["aria"] = {"enabled": True, "label": {"description": chart.finding}}
    whole = {**chart.option, "baseOption": own} if "baseOption" in chart.option else own
    return {"option": whole, "tips": chart.tips, "common": common, "finding": chart.finding}
