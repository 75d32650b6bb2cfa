"""The map's geometry."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting import map as geometry
from reporting.map import Window


def test_conic_matches_the_worked_example_of_snyder() -> None:
    # Snyder (1987), p. 291: parallels 29.5 and 45.5, origin 23 N 96 W, point 35 N 75 W, unit sphere
    x, y = geometry.conic(29.5, 45.5, -96, 23)(-75, 35)
    assert x / geometry.RADIUS_KM == pytest.approx(0.2952720, abs=1e-6)
    assert y / geometry.RADIUS_KM == pytest.approx(0.2416774, abs=1e-6)


def test_conic_keeps_areas() -> None:
    project = geometry.conic(25, 47, 106, 36)

    def area(lon: float, lat: float, side: float) -> float:
        ring = [
            project(lon, lat),
            project(lon + side, lat),
            project(lon + side, lat + side),
            project(lon, lat + side),
        ]
        return 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))

    def true(lat: float, side: float) -> float:
        return (
            geometry.RADIUS_KM**2
            * math.radians(side)
            * (math.sin(math.radians(lat + side)) - math.sin(math.radians(lat)))
        )

    for lon, lat in ((80, 20), (106, 36), (125, 45)):
        assert area(lon, lat, 0.05) == pytest.approx(true(lat, 0.05), rel=1e-5)


def test_no_cone_on_the_equator() -> None:
    with pytest.raises(ValueError, match="no cone"):
        geometry.conic(-20, 20, 0, 0)


@pytest.mark.parametrize(
    "sites",
    [[], [(117.0, 39.0)], [(-74.0, 40.7), (13.4, 52.5)], [(103.8, 1.3), (36.8, -1.3)], [(151.2, -33.9)]],
)
def test_any_set_of_sites_can_be_projected(sites: list[tuple[float, float]]) -> None:
    project = geometry.projection_for(sites)
    points = [project(*site) for site in sites]
    window = geometry.window_for(points)
    assert window.width >= geometry.SMALLEST_KM - 1e-6
    assert all(window.west <= x <= window.east and window.south <= y <= window.north for x, y in points)
    assert all(
        math.isfinite(v) for line in geometry.graticule(project, window, sites) for p in line for v in p
    )


def test_land_is_cut_to_the_window_and_has_no_borders() -> None:
    project = geometry.conic(25, 47, 106, 36)
    window = geometry.window_for([project(117, 39), project(123, 41)])
    polygons = geometry.land(project, window)
    assert polygons
    pad = 0.0601 * max(window.width, window.height)
    for x, y in (p for rings in polygons for ring in rings for p in ring):
        assert window.west - pad <= x <= window.east + pad
        assert window.south - pad <= y <= window.north + pad


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(-2, 2)), min_size=3, max_size=8))
def test_clipped_rings_stay_inside(ring: list[tuple[float, float]]) -> None:
    frame = Window(-1, -1, 1, 1)
    assert all(
        -1 - 1e-9 <= x <= 1 + 1e-9 and -1 - 1e-9 <= y <= 1 + 1e-9 for x, y in geometry.clip(ring, frame)
    )


def test_clipping_keeps_the_area_inside() -> None:
    square = geometry.clip([(-2, -2), (2, -2), (2, 2), (-2, 2)], Window(-1, -1, 1, 1))
    assert sorted(set(square)) == [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    assert geometry.clip([(3, 3), (4, 3), (4, 4)], Window(-1, -1, 1, 1)) == []


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), max_size=25))
def test_labels_cover_neither_marks_nor_each_other(places: list[tuple[float, float]]) -> None:
    marks = [(x, y, 4.0, f"Site {i}") for i, (x, y) in enumerate(places)]
    sides = geometry.place_labels(marks, 400, 300)
    boxes = []
    for i, side in sides.items():
        x, y, r, text = marks[i]
        w, h, d = geometry.text_width(text, 12), 15.0, r + 4
        left, top = {
            "right": (x + d, y - h / 2),
            "left": (x - d - w, y - h / 2),
            "top": (x - w / 2, y - d - h),
            "bottom": (x - w / 2, y + d),
        }[side]
        boxes.append((left, top, left + w, top + h))
    for i, a in enumerate(boxes):
        assert min(a) >= 0
        assert a[2] <= 400
        assert a[3] <= 300
        for b in boxes[i + 1 :]:
            assert not (
                a[0] < b[2] - 1e-9 and b[0] < a[2] - 1e-9 and a[1] < b[3] - 1e-9 and b[1] < a[3] - 1e-9
            )


def test_chinese_names_are_wide() -> None:
    assert geometry.text_width("\u5510\u5c71", 12) == 24


def test_arrow_points_along_a_straight_lane() -> None:
    (x, y), heading = geometry.along((0, 0), (10, 0), 0.0, 0.5)
    assert (x, y, heading) == pytest.approx((5, 0, 0))
    (_, bent), _ = geometry.along((0, 0), (10, 0), 0.2, 0.5)
    assert bent == pytest.approx(1.0)  # half the control point's distance
