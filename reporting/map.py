"""The map's geometry: a conic projection, the window around the sites, and labels that do not collide.

Only a land outline and a graticule are drawn: no borders, no territory names. Sites are labelled
with the user's own names.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from reporting.language import N_
from reporting.reading import FloatArray

Point = tuple[float, float]
Projection = Callable[[float, float], Point]

RADIUS_KM = 6371.0088
LAND_BOUNDS = (66.0, 10.0, 152.0, 58.0)  # west, south, east, north of the outline that is bundled
SMALLEST_KM = 260.0  # the window is never smaller than this: the outline is too coarse

DISCLAIMER = N_(
    "Coastline: Natural Earth 1:50m, public domain, simplified. The map shows land only: no national or "
    "provincial boundaries are drawn, and none are implied. Lines join sites and are not routes."
)


@dataclass(frozen=True)
class Window:
    """A rectangle in projected km: `west`, `south`, `east`, `north`."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """Width, km."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """Height, km."""
        return self.north - self.south


def conic(first_parallel: float, second_parallel: float, centre_lon: float, centre_lat: float) -> Projection:
    """Return Albers' equal-area conic projection of the sphere, in km.

    Source: Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395, p. 98-103.

    Raises
    ------
    ValueError
        When the parallels lie symmetrically about the equator: the cone is then a cylinder.
    """
    one, two, middle = (math.radians(v) for v in (first_parallel, second_parallel, centre_lat))
    n = (math.sin(one) + math.sin(two)) / 2
    if abs(n) < 1e-6:
        message = f"no cone touches the parallels {first_parallel} and {second_parallel}"
        raise ValueError(message)
    constant = math.cos(one) ** 2 + 2 * n * math.sin(one)
    rho_middle = RADIUS_KM * math.sqrt(max(constant - 2 * n * math.sin(middle), 0.0)) / n

    def project(lon: float, lat: float) -> Point:
        rho = RADIUS_KM * math.sqrt(max(constant - 2 * n * math.sin(math.radians(lat)), 0.0)) / n
        theta = n * math.radians((lon - centre_lon + 180) % 360 - 180)
        return rho * math.sin(theta), rho_middle - rho * math.cos(theta)

    return project


def projection_for(sites: Sequence[Point]) -> Projection:
    """Return the projection for sites given as (lon, lat).

    Within the bundled outline it is the familiar cone of parallels 25 N and 47 N; elsewhere the
    cone fits the sites, or a plain cylinder where they straddle the equator.
    """
    if not sites or inside_land(sites):
        return conic(25, 47, 106, 36)
    lats = [lat for _, lat in sites]
    centre = (min(lon for lon, _ in sites) + max(lon for lon, _ in sites)) / 2
    low, high = min(lats), max(lats)
    middle = (low + high) / 2
    if abs(middle) < 8 or high - low > 110:
        scale = math.cos(math.radians(middle))
        return lambda lon, lat: (
            math.radians(lon - centre) * RADIUS_KM * scale,
            math.radians(lat) * RADIUS_KM,
        )
    return conic(low + (high - low) / 6, high - (high - low) / 6, centre, middle)


def inside_land(sites: Sequence[Point]) -> bool:
    """Return whether all sites lie within the bundled outline, so that land may be drawn."""
    west, south, east, north = LAND_BOUNDS
    return all(west <= lon <= east and south <= lat <= north for lon, lat in sites)


def window_for(points: Sequence[Point], narrowest: float = 0.95, widest: float = 1.75) -> Window:
    """Return the window around projected `points` with a margin, its width over height kept in bounds."""
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    centre_x, centre_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    width = max((max(xs) - min(xs)) * 1.24, SMALLEST_KM)
    height = max((max(ys) - min(ys)) * 1.2, SMALLEST_KM)
    width, height = max(width, height * narrowest), max(height, width / widest)
    return Window(centre_x - width / 2, centre_y - height / 2, centre_x + width / 2, centre_y + height / 2)


@cache
def _outline() -> list[list[list[list[float]]]]:
    """Read the bundled land outline: polygons of rings of (lon, lat)."""
    text = resources.files("reporting").joinpath("assets/land.json").read_text(encoding="utf-8")
    coordinates: list[list[list[list[float]]]] = json.loads(text)["coordinates"]
    return coordinates


def land(project: Projection, window: Window) -> list[list[list[Point]]]:
    """Return land polygons in projected km, cut to a little more than `window`."""
    pad = 0.06 * max(window.width, window.height)
    frame = Window(window.west - pad, window.south - pad, window.east + pad, window.north + pad)
    polygons = []
    for rings in _outline():
        cut = [clip([project(lon, lat) for lon, lat in ring], frame) for ring in rings]
        if len(cut[0]) >= 3:
            polygons.append([[(round(x, 1), round(y, 1)) for x, y in ring] for ring in cut if len(ring) >= 3])
    return polygons


def clip(ring: Sequence[Point], frame: Window) -> list[Point]:
    """Return `ring` cut to `frame` (Sutherland and Hodgman, 1974); empty when it lies outside."""
    sides: list[tuple[int, float, int]] = [
        (0, frame.west, 1),
        (0, frame.east, -1),
        (1, frame.south, 1),
        (1, frame.north, -1),
    ]
    result = list(ring)
    for axis, bound, sign in sides:
        source, result = result, []
        for before, here in zip([source[-1], *source[:-1]] if source else [], source, strict=True):
            inside, was_inside = (sign * (p[axis] - bound) >= 0 for p in (here, before))
            if inside != was_inside:
                share = (bound - before[axis]) / (here[axis] - before[axis])
                result.append(
                    (before[0] + share * (here[0] - before[0]), before[1] + share * (here[1] - before[1]))
                )
            if inside:
                result.append(here)
    return result


def graticule(project: Projection, window: Window, sites: Sequence[Point]) -> list[list[Point]]:
    """Return meridians and parallels as lines in projected km, at a round spacing for the window."""
    spacing = next((s for s in (1, 2, 5, 10, 20) if window.width / 111 / s <= 7), 30)
    lons, lats = [lon for lon, _ in sites] or [106.0], [lat for _, lat in sites] or [36.0]
    reach = window.width / 111 + spacing
    west, east = _round_down(min(lons) - reach, spacing), min(lons) + 2 * reach + (max(lons) - min(lons))
    south, north = max(_round_down(min(lats) - reach, spacing), -80), min(max(lats) + reach, 84)
    lines = []
    lon = west
    while lon <= east:
        lines.append([project(lon, lat) for lat in _steps(south, north, spacing / 4)])
        lon += spacing
    lat = south
    while lat <= north:
        lines.append([project(x, lat) for x in _steps(west, east, spacing / 4)])
        lat += spacing
    pad = 0.05 * window.width
    near = Window(window.west - pad, window.south - pad, window.east + pad, window.north + pad)
    kept = ([(round(x, 1), round(y, 1)) for x, y in line if _inside(x, y, near)] for line in lines)
    return [line for line in kept if len(line) > 1]


def _round_down(value: float, step: float) -> float:
    return math.floor(value / step) * step


def _steps(low: float, high: float, step: float) -> list[float]:
    return [low + i * step for i in range(int((high - low) / step) + 1)]


def _inside(x: float, y: float, window: Window) -> bool:
    return window.west <= x <= window.east and window.south <= y <= window.north


def text_width(text: str, size: float) -> float:
    """Return about how wide `text` is in px: wide signs count a full em, others 0.56."""
    return size * sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56 for c in text)


def place_labels(
    marks: Sequence[tuple[float, float, float, str]],
    width: float,
    height: float,
    size: float = 12.0,
    most: int = 60,
) -> dict[int, str]:
    """Choose a side for each label so that none covers a mark or another label.

    Parameters
    ----------
    marks : (x, y, radius, text) in px, the most important first; every mark is kept free.
    width, height : of the map, px; `most` : labels at most.

    Returns
    -------
    Side (``right``, ``left``, ``top`` or ``bottom``) by index; labels without room are left out.
    """
    taken = np.array([(x - r, y - r, x + r, y + r) for x, y, r, _ in marks]).reshape(-1, 4)
    chosen: dict[int, str] = {}
    for i, (x, y, radius, text) in enumerate(marks):
        long, tall, away = text_width(text, size), size * 1.25, radius + 4
        sides = {
            "right": (x + away, y - tall / 2, x + away + long, y + tall / 2),
            "left": (x - away - long, y - tall / 2, x - away, y + tall / 2),
            "top": (x - long / 2, y - away - tall, x + long / 2, y - away),
            "bottom": (x - long / 2, y + away, x + long / 2, y + away + tall),
        }
        if len(chosen) >= most:
            break
        own = taken[i].copy()
        taken[i] = np.nan  # a label may touch its own mark
        for side, box in sides.items():
            inside = box[0] >= 2 and box[1] >= 2 and box[2] <= width - 2 and box[3] <= height - 2
            if inside and not _covers(box, taken):
                chosen[i] = side
                taken = np.vstack([taken, box])
                break
        taken[i] = own
    return chosen


def _covers(box: tuple[float, ...], taken: FloatArray) -> bool:
    """Return whether `box` (left, top, right, bottom) overlaps any of those taken."""
    left, top, right, bottom = box
    apart = (taken[:, 0] >= right) | (taken[:, 2] <= left) | (taken[:, 1] >= bottom) | (taken[:, 3] <= top)
    return bool((~apart & ~np.isnan(taken[:, 0])).any())


def as_geojson(polygons: Sequence[Sequence[Sequence[Point]]], name: str) -> dict[str, Any]:
    """Return projected polygons as one GeoJSON feature of that name."""
    geometry = {
        "type": "MultiPolygon",
        "coordinates": [[list(map(list, ring)) for ring in rings] for rings in polygons],
    }
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def along(start: Point, end: Point, curveness: float, share: float) -> tuple[Point, float]:
    """Return the point at `share` of a curved lane and its heading, degrees anticlockwise from east.

    The curve is ECharts' own: quadratic, its control point off the middle by `curveness` times the length.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    control = ((start[0] + end[0]) / 2 - dy * curveness, (start[1] + end[1]) / 2 + dx * curveness)
    back = 1 - share
    x, y = (back * back * start[i] + 2 * back * share * control[i] + share * share * end[i] for i in (0, 1))
    slope = [2 * back * (control[i] - start[i]) + 2 * share * (end[i] - control[i]) for i in (0, 1)]
    return (x, y), math.degrees(math.atan2(slope[1], slope[0]))
