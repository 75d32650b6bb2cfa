"""The network map: sites and the largest lanes on a plain land outline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reporting.appearance import INK, MUTED, ROLES, humanise, mode_colours
from reporting.drawing import FONT, Chart, Key, Numbers, Option, base, literal, responsive, tip
from reporting.figures import count, counted, shorten, tonnes
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
from reporting.names import listed_names
from reporting.payload import Payload
from reporting.titles import network_title

MAP_WIDTH, NARROW_WIDTH = 700.0, 350.0
WIDEST, THINNEST = 9.0, 0.7
ARROWS = 40
MOST_LABELS, MOST_LABELS_NARROW = 30, 11
SIZES = {"plant": 11, "scrap_base": 14, "supplier": 9, "collection": 6, "hub": 9, "customer": 6}
IMPORTANCE = {"scrap_base": 0, "plant": 1, "hub": 2, "supplier": 3, "customer": 4, "collection": 5}


@dataclass(frozen=True)
class NetworkMap:
    """The map chart and the outline it is drawn on."""

    chart: Chart
    outline: dict[str, Any]


def network_map(payload: Payload) -> NetworkMap | None:
    """Draw sites and lanes of the last period; None when there is no site."""
    sites = payload["network"]["sites"]
    if not sites:
        return None
    places = [(site["lon"], site["lat"]) for site in sites]
    project = projection_for(places)
    points = {site["key"]: project(*place) for site, place in zip(sites, places, strict=True)}
    window = window_for(list(points.values()))
    drawn_land = inside_land(places)
    outline = as_geojson([*(land(project, window) if drawn_land else []), [_frame(window)]])
    outline["features"][0]["geometry"]["coordinates"].pop()
    outline["features"].append(as_geojson([[_frame(window)]])["features"][0])
    outline["features"][1]["properties"]["name"] = "frame"
    if not outline["features"][0]["geometry"]["coordinates"]:
        outline["features"].pop(0)
    return NetworkMap(_chart(payload, points, window, project, places, drawn_land), outline)


def _frame(window: Window) -> list[Point]:
    """Return the window as a closed ring."""
    west, south, east, north = window.west, window.south, window.east, window.north
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def _chart(
    payload: Payload,
    points: dict[str, Point],
    window: Window,
    project: Projection,
    places: Sequence[Point],
    drawn_land: bool,
) -> Chart:
    """Put outline, graticule, lanes, sites and labels into one option."""
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
            "map": "land",
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
            *wide,
        ],
    }
    roles = list(dict.fromkeys(s["role"] for s in ranked))
    used = {lane["mode"]: lane["mode_name"] for lane in network["lanes"]}
    legend = [Key(colour, used[mode], "line") for mode, colour in colours.items() if mode in used]
    legend += [
        Key(_role_colour(role), ROLES.get(role, (humanise(role), ""))[0], _role_shape(role)) for role in roles
    ]
    return Chart(
        "map",
        f"Flows in {year}",
        _unit(network, year),
        network_title(payload),
        responsive(option, {"series": narrow}, {"series": wide}),
        ratio=window.width / window.height,
        legend=legend,
        numbers=Numbers(
            ["Site", "Role", "Through it, a year"],
            [
                [s["name"], ROLES.get(s["role"], (humanise(s["role"]), ""))[0], tonnes(s["tonnes"])]
                for s in ranked
            ],
        ),
        note=DISCLAIMER if drawn_land else NO_LAND,
    )


NO_LAND = (
    "A plain graticule: some sites lie outside the bundled coastline "
    "(66\u2013152\u00b0 E, 10\u201358\u00b0 N). "
    "No boundaries are drawn, and none are implied. Lines join sites and are not routes."
)


def _unit(network: dict[str, Any], year: int) -> str:
    """Say what width and colour mean and what is not drawn."""
    if not network["lanes"]:
        return f"No goods move between sites in {year}"
    text = (
        f"Width is tonnes, the widest line {tonnes(network['lanes'][0]['last'])} a year; colour is the mode"
    )
    rest = network["other_lanes"]
    if rest["count"]:
        text += f". Not drawn: {counted(rest['count'], 'smaller lane')}, {tonnes(rest['tonnes'])} in all"
    return text


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
    """Return lanes as curves, large ones with an arrow on them; small ones lie on top."""
    if not lanes:
        return []
    largest = lanes[0]["last"]
    bends: dict[tuple[str, str], int] = {}
    curves, arrows = [], []
    for rank, lane in enumerate(lane for lane in lanes if lane["from"] in points and lane["to"] in points):
        between = (lane["from"], lane["to"])
        bends[between] = bends.get(between, -1) + 1
        colour, width = colours[lane["mode"]], max(WIDEST * lane["last"] / largest, THINNEST)
        bend = round(0.12 + 0.1 * bends[between], 2)
        start, end = points[lane["from"]], points[lane["to"]]
        details = [
            ("Mode", lane["mode_name"]),
            ("Carries", listed_names(lane["carries"])),
            ("Tonnes a year", tonnes(lane["last"])),
            ("Distance", f"{count(lane['km'])} km"),
        ]
        curves.append(
            {
                "coords": [[round(v, 1) for v in start], [round(v, 1) for v in end]],
                "lineStyle": {"color": colour, "width": round(width, 2), "curveness": bend},
                "tip": tip(f"{lane['from_name']} \u2192 {lane['to_name']}", details),
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
        used = site["tonnes"] > 1e-6
        colour = _role_colour(site["role"]) if used else "#b9b6ad"
        rows = [("Role", ROLES.get(site["role"], (humanise(site["role"]), ""))[0])]
        rows += [("Through it, a year", tonnes(site["tonnes"]) if used else "nothing")]
        label: Option = {"show": False}
        if i in sides:
            strong = site["role"] in ("plant", "scrap_base")
            label = {
                "show": True,
                "position": sides[i],
                "distance": 3,
                "formatter": literal(names[i]),
                "color": INK if strong else MUTED,
                "fontWeight": 600 if strong else 400,
                "fontSize": 12 if width > 500 else 11,
                "fontFamily": FONT,
                "textBorderColor": "#fefefc",
                "textBorderWidth": 2.5,
            }
        by_role.setdefault(site["role"], []).append(
            {
                "name": site["name"],
                "value": [round(v, 1) for v in points[site["key"]]],
                "symbolSize": SIZES.get(site["role"], 8) * factor,
                "itemStyle": {"color": colour, "opacity": 1, "borderColor": "#fefefc", "borderWidth": 1.2},
                "label": label,
                "tip": tip(site["name"], rows),
            }
        )
    return [
        {
            "id": f"sites-{role}",
            "type": "scatter",
            "coordinateSystem": "geo",
            "symbol": _role_shape(role),
            "data": data,
            "z": 10 - IMPORTANCE.get(role, 6),
        }
        for role, data in by_role.items()
    ]
