"""Axes have round ends, labels do not collide, colours stay apart."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.appearance import humanise, mode_colours
from reporting.drawing import literal, round_axis, spread

numbers = st.floats(-1e12, 1e12, allow_nan=False)


@given(st.lists(numbers, max_size=12), st.booleans())
def test_axis_holds_all_values(values: list[float], zero: bool) -> None:
    axis = round_axis(values, zero=zero)
    slack = 1e-6 * max(abs(axis.low), abs(axis.high), 1e-300)
    assert axis.low < axis.high
    assert all(axis.low - slack <= v <= axis.high + slack for v in values)
    if zero:
        assert axis.low <= 0 <= axis.high


def test_axis_ends_are_round() -> None:
    axis = round_axis([0.0, 34.5])
    assert (axis.low, axis.high, axis.step) == (0.0, 40.0, 10.0)


def test_axis_of_nothing_and_of_unknowns() -> None:
    assert round_axis([]).high > 0
    assert round_axis([None, float("nan")]).high > 0


@given(st.lists(st.floats(0, 300), min_size=1, max_size=10))
def test_labels_keep_their_distance_and_order(wanted: list[float]) -> None:
    placed = spread(wanted, 16, 0, 300)
    ordered = [placed[i] for i in sorted(range(len(wanted)), key=lambda i: wanted[i])]
    assert all(b - a >= 16 - 1e-6 for a, b in pairwise(ordered))
    assert min(placed) >= -1e-6
    assert max(placed) <= 300 + 1e-6


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([10, 100, 50], 16, 0, 300) == [10, 100, 50]


def test_user_text_is_no_template() -> None:
    assert "{" not in literal("{a} {b}")


def test_modes_never_share_a_colour() -> None:
    colours = mode_colours(
        ["road_diesel", "road_electric", "rail", "road_collection", "coastal_ship", "teleport"]
    )
    assert len(set(colours.values())) == 6
    assert colours["rail"] == "#0b4f96"
    assert colours["road_electric"] == "#c77f00"


@pytest.mark.parametrize(
    ("code", "text"), [("road_diesel", "Road diesel"), ("eaf_scrap", "EAF scrap"), ("hbi", "HBI"), ("", "")]
)
def test_humanise(code: str, text: str) -> None:
    assert humanise(code) == text
