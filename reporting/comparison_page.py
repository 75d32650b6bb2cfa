"""The page of several pathways: one file that works offline, one pathway shown in full at a time.

What is not shown waits as inert text: its sections in template elements, its numbers in script elements
that are parsed when it is first chosen.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reporting import findings
from reporting.all_charts import alike, outlines
from reporting.body import Body, body
from reporting.charts_compare import (
    Comparison,
    bar,
    dot_strip,
    hero,
    looks,
    planned,
    recoloured,
    small_multiple,
)
from reporting.comparison_words import headline, strip_title, summary
from reporting.drawing import Chart
from reporting.figures import phrases, shorten
from reporting.frame import embedded, framed, rendered, rounded
from reporting.language import gettext as _
from reporting.page import COMMON, for_script
from reporting.repeats import without_repeats
from reporting.settings import MapKind
from reporting.vocabulary import retold


def write_comparison(comparison: Comparison, path: Path | str, map_kind: MapKind = MapKind.LAND) -> None:
    """Write the page of a comparison to `path` as one self-contained HTML file.

    Parameters
    ----------
    comparison : as of :func:`reporting.comparison.build_comparison`.
    map_kind : what lies under the network.

    Raises
    ------
    OSError
        When `path` cannot be written.
    """
    Path(path).write_text(render_comparison(comparison, map_kind), encoding="utf-8")


def render_comparison(comparison: Comparison, map_kind: MapKind = MapKind.LAND) -> str:
    """Return the page of a comparison as HTML text."""
    payloads, drawn, chosen = planned(comparison), looks(comparison), str(comparison["chosen"])
    charts = {key: _short(own) for key, own in comparison_charts(comparison, map_kind).items()}
    first = payloads[chosen]
    periods = first["periods"]
    keys = [str(part["key"]) for part in comparison["pathways"]]
    land = {name: outline for own in charts.values() for name, outline in outlines(own).items()}
    same, numbers = without_repeats(
        rounded({key: for_script(charts[key], payloads.get(key)) for key in keys})
    )
    return framed(
        "compare.html.j2",
        p=first,
        tab_title=phrases([first["scenario"]["title"], f"{periods['first']}\u2013{periods['end']}"]),
        stopped=any(payload["solver"]["status"] != "optimal" for payload in payloads.values()),
        headline=headline(comparison),
        summary=summary(comparison),
        strip_title=strip_title(comparison),
        chosen=chosen,
        looks=drawn,
        pathways=[{**part, "name": shorten(part["title"], 28)} for part in comparison["pathways"]],
        chart=charts[chosen]["hero"],
        cards=[_card(comparison, part) for part in comparison["pathways"]],
        rows=comparison["rows"],
        notes=comparison["notes"],
        bodies={key: _body(comparison, key, charts[key]) for key in keys},
        numbers={key: embedded(value) for key, value in numbers.items()},
        data=embedded({"outlines": land, "common": COMMON, "shown": chosen, "pathways": keys, "same": same}),
    )


def _on(payload: dict[str, Any], map_kind: MapKind) -> dict[str, Any]:
    """Return a payload to be drawn on the map that the comparison asks for, whatever its run did."""
    return {**payload, "shown": {**payload["shown"], "map": map_kind.value}}


def comparison_charts(
    comparison: Comparison, map_kind: MapKind = MapKind.LAND
) -> dict[str, dict[str, Chart]]:
    """Return the charts of each pathway by key, on shared scales; one without plan has only that of all."""
    payloads, drawn = planned(comparison), looks(comparison)
    made = dict(zip(payloads, alike([_on(payload, map_kind) for payload in payloads.values()]), strict=True))
    charts = {key: recoloured(own, drawn[key]) for key, own in made.items()}
    keys = [str(part["key"]) for part in comparison["pathways"]]
    return {key: {**charts.get(key, {}), "hero": hero(comparison, key)} for key in keys}


def _short(charts: dict[str, Chart]) -> dict[str, Chart]:
    """Return charts without the list of all sites, which stands in the pathway's own report."""
    return {key: replace(chart, numbers=None) if key == "map" else chart for key, chart in charts.items()}


def _card(comparison: Comparison, part: dict[str, Any]) -> dict[str, Any]:
    """Return what the strip says of one pathway."""
    key = str(part["key"])
    name = {"key": key, "title": part["title"], "look": looks(comparison)[key]}
    if "infeasible" in part:
        return {**name, "diagnosis": diagnosis_lines(part["infeasible"])[:4]}
    rows = [
        {"name": row["name"], **row["cells"][key], "bar": bar(row, key) if row["key"] != "lever" else None}
        for row in comparison["rows"]
    ]
    description = shorten(part["payload"]["pathway"]["description"], 130)
    picture = small_multiple(comparison, key)
    return {**name, "diagnosis": [], "description": description, "picture": picture, "rows": rows}


def diagnosis_lines(diagnosis: dict[str, Any]) -> list[str]:
    """Return what stands in the way of a plan and the changes that remove it, a sentence a line."""
    return [retold(line.strip()) for line in str(diagnosis["text"]).splitlines() if line.strip()]


def _body(comparison: Comparison, key: str, charts: dict[str, Chart]) -> Body:
    """Return lead and sections of one pathway, or why there is no plan."""
    part = next(part for part in comparison["pathways"] if part["key"] == key)
    look = looks(comparison)[key]
    if "infeasible" in part:
        lead = rendered(
            "lead.html.j2",
            headline=_("{name}: no plan").format(name=part["title"]),
            summary=[],
            tiles=Markup(),
            look=look,
            folder="",
            diagnosis=diagnosis_lines(part["infeasible"]),
        )
        return Body(lead, Markup(), [])
    payload = part["payload"]
    strips = [dot_strip(comparison, row, key) for row in comparison["rows"][:5]]
    made = body(payload, charts, strips, whole=False)
    lead = rendered(
        "lead.html.j2",
        headline=findings.headline(payload),
        summary=findings.summary(payload),
        tiles=made.tiles,
        look=look,
        folder=part["folder"],
        diagnosis=[],
    )
    return Body(lead, made.sections, [("compare", _("Compare")), *made.links])
