"""The network map: sites and the largest lanes on a plain land outline."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reporting.appearance import INK, MUTED, ROLES, humanise, mode_colours
from reporting.drawing import (
    FONT,
    Chart,
    Key,
    Numbers,
    Option,
    base,
    in_full,
    literal,
    responsive,
    tip,
)
from reporting.figures import counted, shorten, tonnes
from reporting.language import N_
from reporting.language import gettext as _
from reporting.map import (
    DISCLAIMER,
    Point,
    Projection,
    Window,
    along,
    as_geojson,
    graticule,
    inside_land,
    land,
    place_labels,
    projection_for,
    window_for,
)
from reporting.payload import Payload
from reporting.settings import MapKind
from reporting.titles import network_title

MAP_WIDTH, NARROW_WIDTH = 700.0, 350.0
WIDEST, THINNEST = 9.0, 0.7
ARROWS = 40
MOST_LABELS, MOST_LABELS_NARROW = 30, 11
SIZES = {"plant": 11, "scrap_base": 14, "supplier": 9, "collection": 6, "hub": 9, "customer": 6}
NOTHING = 1e-6  # t a year
STRONG = ("plant", "scrap_base")
IMPORTANCE = {"scrap_base": 0, "plant": 1, "hub": 2, "supplier": 3, "customer": 4, "collection": 5}


def network_map(payload: Payload) -> Chart | None:
    """Draw sites and lanes of the last period; None when there is nothing to place on a map."""
    if no_map(payload):
        return None
    sites = payload["network"]["sites"]
    places = [(site["lon"], site["lat"]) for site in sites]
    project = projection_for(places)
    points = {site["key"]: project(*place) for site, place in zip(sites, places, strict=True)}
    window = window_for(list(points.values()))
    asked = payload["shown"]["map"] == MapKind.LAND
    polygons = land(project, window) if asked and inside_land(places) else []
    features = [as_geojson(polygons, "land")] if polygons else []
    outline = {"type": "FeatureCollection", "features": [*features, as_geojson([[_frame(window)]], "frame")]}
    name = f"land-{zlib.crc32(json.dumps(outline).encode()):08x}"  # one name for one outline on a page
    chart = _chart(payload, points, window, (project, places, name))
    note = DISCLAIMER if polygons else NO_LAND if asked else SCHEMATIC
    return replace(chart, outlines={name: outline}, note=_(note))


def no_map(payload: Payload) -> str:
    """Say why no map is drawn; nothing when one is."""
    places = {(site["lon"], site["lat"]) for site in payload["network"]["sites"]}
    if not places:
        return _("The case has no sites to draw.")
    if len(places) == 1 and len(payload["network"]["sites"]) > 1:
        return _(
            "All sites have the same coordinates, so there is no map: give each its own lat and lon in the "
            "table of sites. The lanes are listed below."
        )
    return ""


def _frame(window: Window) -> list[Point]:
    """Return the window as a closed ring."""
    west, south, east, north = window.west, window.south, window.east, window.north
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def _chart(
    payload: Payload,
    points: dict[str, Point],
    window: Window,
    ground: tuple[Projection, Sequence[Point], str],
) -> Chart:
    """Put the outline of that name, graticule, lanes, sites and labels into one option."""
    project, places, outline = ground
    network = payload["network"]
    year = payload["periods"]["last"]
    colours = mode_colours(mode["key"] for mode in network["modes"])
    ranked = sorted(
        network["sites"], key=lambda s: (IMPORTANCE.get(s["role"], 9), s["owner"] != "own", -s["tonnes"])
    )
    wide, narrow = (
        _site_series(ranked, points, window, MAP_WIDTH),
        _site_series(ranked, points, window, NARROW_WIDTH),
    )
    lines = [
        {"coords": [list(p) for p in path], "lineStyle": {"color": "#e3e6e6", "width": 0.8}}
        for path in graticule(project, window, places)
    ]
    option = {
        **base(axis_tip=False),
        "geo": {
            "map": outline,
            "left": 0,
            "top": 0,
            "right": 0,
            "bottom": 0,
            "aspectScale": 1,
            "boundingCoords": [[window.west, window.north], [window.east, window.south]],
            "roam": False,
            "silent": True,
            "itemStyle": {"areaColor": "#fefefc", "borderColor": "#c3ccd2", "borderWidth": 0.8},
            "emphasis": {"disabled": True},
            "preserveAspect": "contain",
            "regions": [{"name": "frame", "itemStyle": {"areaColor": "transparent", "borderWidth": 0}}],
        },
        "series": [
            {"id": "graticule", "type": "lines", "polyline": True, "data": lines, "silent": True, "z": 1},
            *_lane_series(network["lanes"], points, colours),
        ],
    }
    roles = list(dict.fromkeys(s["role"] for s in ranked))
    used = {lane["mode"]: lane["mode_name"] for lane in network["lanes"]}
    legend = [Key(colour, used[mode], "line") for mode, colour in colours.items() if mode in used]
    legend += [Key(_role_colour(role), _role_name(role), _role_shape(role)) for role in roles]
    return Chart(
        "map",
        _("Flows in {year}").format(year=year),
        _unit(network, year),
        network_title(payload),
        responsive(option, {"series": narrow}, {"series": wide}),
        ratio=window.width / window.height,
        tips=[_site_tip(site) for site in ranked],
        legend=legend,
        numbers=Numbers(
            [_("Site"), _("Role"), _("Through it, a year")],
            [[s["name"], _role_name(s["role"]), in_full(tonnes, s["tonnes"], unit="t")] for s in ranked],
        ),
    )


NO_LAND = N_(
    "A plain graticule: some sites lie outside the bundled coastline "
    "(66\u2013152\u00b0 E, 10\u201358\u00b0 N). "
    "No boundaries are drawn, and none are implied. Lines join sites and are not routes."
)
SCHEMATIC = N_(
    "A plain graticule without land, as asked for. No boundaries are drawn, and none are implied. "
    "Lines join sites and are not routes."
)


def _unit(network: dict[str, Any], year: int) -> str:
    """Say what width and colour mean and what is not drawn."""
    if not network["lanes"]:
        return _("No goods move between sites in {year}").format(year=year)
    largest, rest = tonnes(network["lanes"][0]["last"]), network["other_lanes"]
    if not rest["count"]:
        return _("Width is tonnes, the widest line {largest} a year; colour is the mode").format(
            largest=largest
        )
    return _(
        "Width is tonnes, the widest line {largest} a year; colour is the mode. "
        "Not drawn: {lanes}, {tonnes} in all"
    ).format(largest=largest, lanes=counted(rest["count"], "smaller lane"), tonnes=tonnes(rest["tonnes"]))


def _site_tip(site: dict[str, Any]) -> Option:
    """Return what is said of a site; its short name finds its lanes."""
    passing = tonnes(site["tonnes"]) if site["tonnes"] > NOTHING else _("nothing")
    rows = [(_("Role"), _role_name(site["role"])), (_("Through it, a year"), passing)]
    return {**tip(site["name"], rows), "key": site["key"]}


def _role_name(role: str) -> str:
    return _(ROLES[role][0]) if role in ROLES else humanise(role)


def place_names(names: Sequence[str], longest: int = 26) -> list[str]:
    """Return names for a small space: without what follows a comma or bracket if that keeps them apart."""
    short = [_place_name(name) for name in names]
    return [
        shorten(s if short.count(s) == 1 else name, longest) for s, name in zip(short, names, strict=True)
    ]


def _place_name(name: str) -> str:
    """Return a name without its addition when it is long."""
    if len(name) > 16:
        name = re.split(r", | [(]|\uff08|\uff0c", name)[0]
    return name


def _role_shape(role: str) -> str:
    return ROLES.get(role, ("", "circle"))[1]


def _role_colour(role: str) -> str:
    return "#7b8794" if role in ("collection", "customer") else INK


def _lane_series(
    lanes: Sequence[dict[str, Any]], points: dict[str, Point], colours: dict[str, str]
) -> list[Option]:
    """Return lanes as curves, large ones with an arrow on them; small ones lie on top.

    The lanes stand in the order of the table's, which holds what is said of each.
    """
    if not lanes:
        return []
    largest = lanes[0]["last"]
    bends: dict[tuple[str, str], int] = {}
    curves, arrows = [], []
    for rank, lane in enumerate(lanes):
        between = (lane["from"], lane["to"])
        bends[between] = bends.get(between, -1) + 1
        colour, width = colours[lane["mode"]], max(WIDEST * lane["last"] / largest, THINNEST)
        bend = round(0.12 + 0.1 * bends[between], 2)
        start, end = points[lane["from"]], points[lane["to"]]
        curves.append(
            {
                "coords": [[round(v, 1) for v in start], [round(v, 1) for v in end]],
                "lineStyle": {"color": colour, "width": round(width, 2), "curveness": bend},
            }
        )
        if rank < ARROWS:
            (x, y), heading = along(start, end, bend, 0.56)
            arrow = {
                "value": [round(x, 1), round(y, 1)],
                "symbolRotate": round(heading - 90, 1),
                "symbolSize": round(6 + 0.5 * width, 1),
            }
            arrows.append({**arrow, "itemStyle": {"color": colour}})
    return [
        {
            "id": "lanes",
            "type": "lines",
            "coordinateSystem": "geo",
            "symbol": "none",
            "data": curves,
            "lineStyle": {"opacity": 0.8, "cap": "round"},
            "z": 2,
        },
        {
            "id": "arrows",
            "type": "scatter",
            "coordinateSystem": "geo",
            "symbol": "triangle",
            "data": arrows,
            "itemStyle": {"opacity": 1, "borderColor": "#fefefc", "borderWidth": 0.7},
            "silent": True,
            "z": 3,
        },
    ]


def _site_series(
    ranked: Sequence[dict[str, Any]], points: dict[str, Point], window: Window, width: float
) -> list[Option]:
    """Return sites by role, each with its label on a side where there is room at this map width."""
    scale = width / window.width
    factor = 1.0 if width > 500 else 0.8
    marks, names = [], place_names([site["name"] for site in ranked])
    for site, name in zip(ranked, names, strict=True):
        x, y = points[site["key"]]
        radius = SIZES.get(site["role"], 8) * factor / 2
        marks.append(((x - window.west) * scale, (window.north - y) * scale, radius, name))
    most = MOST_LABELS if width > 500 else MOST_LABELS_NARROW
    sides = place_labels(marks, width, window.height * scale, 12.0 if width > 500 else 11.0, most)
    by_role: dict[str, list[Option]] = {}
    for i, site in enumerate(ranked):
        item: Option = {"value": [round(v, 1) for v in points[site["key"]]], "tip": i}
        if site["tonnes"] <= NOTHING:
            item["itemStyle"] = {"color": "#b9b6ad"}
        if i in sides:
            item["label"] = {"show": True, "position": sides[i], "formatter": literal(names[i])}
        by_role.setdefault(site["role"], []).append(item)
    return [
        {
            "id": f"sites-{role}",
            "type": "scatter",
            "coordinateSystem": "geo",
            "symbol": _role_shape(role),
            "symbolSize": SIZES.get(role, 8) * factor,
            "itemStyle": {
                "color": _role_colour(role),
                "opacity": 1,
                "borderColor": "#fefefc",
                "borderWidth": 1.2,
            },
            "label": {
                "show": False,
                "distance": 3,
                "color": INK if role in STRONG else MUTED,
                "fontWeight": 600 if role in STRONG else 400,
                "fontSize": 12 if width > 500 else 11,
                "fontFamily": FONT,
                "textBorderColor": "#fefefc",
                "textBorderWidth": 2.5,
            },
            "data": data,
            "z": 10 - IMPORTANCE.get(role, 6),
        }
        for role, data in by_role.items()
    ]
