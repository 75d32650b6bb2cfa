"""The pieces every chart is made of: axes with round ticks, labels that do not collide, hover texts.

A chart is an ECharts option dictionary made here, in Python, of plain JSON: no functions, so that
all words and numbers on it are computed and tested in one place. The page's script only draws it.
Options: https://echarts.apache.org/en/option.html (version 6).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reporting.appearance import GRID, INK, MUTED, PAPER
from reporting.figures import plain
from reporting.language import gettext as _
from reporting.shared_scales import AXIS, joined

Option = dict[str, Any]
Values = Sequence[float | None]

FONT = (
    '"Inter R", "Segoe UI", system-ui, -apple-system, '
    '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
)
NARROW = 520  # px of chart width below which the narrow variant is drawn
LABEL = {"fontFamily": FONT, "fontSize": 12.5, "color": INK}


@dataclass(frozen=True)
class Key:
    """One entry of a legend: colour, name, mark (``fill``, ``line``, ``dash``, ``dots`` or a symbol)."""

    colour: str
    name: str
    shape: str = "fill"


class Figure(str):
    """A number as a table shows it, with its value in full for files; None: there is none.

    `unit` is that of the value where the head of its column does not say it.
    """

    __slots__ = ("unit", "value")
    value: float | None
    unit: str

    def __new__(cls, text: str, value: float | None, unit: str = "") -> Figure:
        """Return `text` that knows the `value` it stands for."""
        figure = super().__new__(cls, text)
        figure.value, figure.unit = value, unit
        return figure


@dataclass(frozen=True)
class Numbers:
    """The table behind a chart: headers and rows of text; the first column holds names."""

    headers: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Chart:
    """One chart of the page.

    Attributes
    ----------
    title : what is plotted; `unit` : the line under it; `finding` : what a screen reader says.
    height : px; `ratio` : width over height instead, when the shape matters (the map).
    outlines : GeoJSON of the land it is drawn on, by the name that the option asks for.
    option : ECharts option; `tips` : hover text by category.
    """

    key: str
    title: str
    unit: str
    finding: str
    option: Option
    height: int = 340
    ratio: float | None = None
    tips: list[Option] = field(default_factory=list)
    legend: list[Key] = field(default_factory=list)
    numbers: Numbers | None = None
    note: str = ""
    outlines: dict[str, Option] = field(default_factory=dict)


@dataclass(frozen=True)
class Axis:
    """A value axis with round ends: `low`, `high`, `step`."""

    low: float
    high: float
    step: float

    def closed_below(self, lowest: float) -> Axis:
        """Return the axis without most of an empty step under a `lowest` value just below zero."""
        lowest = min(v for v in joined(AXIS, [lowest]) if v is not None)
        if -0.4 * self.step < lowest < 0 and self.low < 0:
            return Axis(1.15 * lowest, self.high, self.step)
        return self

    def pixel(self, value: float, top: float, length: float) -> float:
        """Return how far down `value` lies on an axis of `length` px that starts at `top`."""
        return top + (self.high - value) / (self.high - self.low) * length


def round_axis(values: Sequence[float | None], ticks: int = 5, zero: bool = True) -> Axis:
    """Return an axis with round ticks that holds all `values`; from zero unless told otherwise."""
    known = [v for v in joined(AXIS, values) if v is not None and math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    size = max(abs(low), abs(high))
    if high - low <= 1e-6 * size or size < 1e-250:  # one value: leave air around it, or above zero
        air = 0.1 * size if size > 1e-250 else 1.0
        low, high = (low if zero or size < 1e-250 else low - air), high + air
    raw = (high - low) / ticks
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * (1 - 1e-9))
    return Axis(
        _tidy(math.floor(low / step + 1e-9) * step), _tidy(math.ceil(high / step - 1e-9) * step), _tidy(step)
    )


def extent(*values: float) -> tuple[float, float]:
    """Return the ends of an axis that has no ticks: from zero, over `values` and those of other pathways."""
    known = [v for v in joined(AXIS, values) if v is not None]
    return min(0.0, *known), max(0.0, *known)


def _tidy(value: float) -> float:
    """Remove binary dust, so that 0.30000000000000004 is 0.3."""
    return float(f"{value:.10g}")


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move label positions apart to at least `gap`, staying between `low` and `high` when they fit.

    The order is kept and each run of crowded labels stays centred on where it wanted to be
    (isotonic regression by pooling neighbours, after taking `gap` per rank out of each position).
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    pools: list[tuple[float, int]] = []  # sum of shifted positions, how many
    for rank, i in enumerate(order):
        total, size = wanted[i] - gap * rank, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / size:
            before, many = pools.pop()
            total, size = total + before, size + many
        pools.append((total, size))
    shifted = [total / size for total, size in pools for _ in range(size)]
    room = high - gap * (len(order) - 1)
    result = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        result[i] = max(min(shifted[rank], room), low) + gap * rank
    return result


def literal(text: str) -> str:
    """Return user text that ECharts will not read as a template."""
    return text.replace("{", "(").replace("}", ")")


def tip(head: str, rows: list[tuple[str, str]]) -> Option:
    """Return one hover text: a heading and rows of name and value."""
    return {"head": head, "rows": [list(row) for row in rows]}


def base(axis_tip: bool = True) -> Option:
    """Return what all charts share: font, no animation, description on, hover that stays inside."""
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "fontSize": 12.5, "color": INK},
        "aria": {"enabled": True},
        "tooltip": {
            "trigger": "axis" if axis_tip else "item",
            "confine": True,
            "transitionDuration": 0,
            "backgroundColor": INK,
            "borderWidth": 0,
            "padding": [8, 11],
            "textStyle": {"color": "#ffffff", "fontSize": 13, "fontFamily": FONT},
            "axisPointer": {"type": "line", "lineStyle": {"color": "#b9b4a8", "type": "solid"}},
        },
    }


def year_axis(labels: Sequence[str], lines: bool, **more: Any) -> Option:
    """Return a category axis of periods; `lines` puts the first point on the axis."""
    return {
        "type": "category",
        "data": list(labels),
        "boundaryGap": not lines or len(labels) == 1,
        "axisLine": {"lineStyle": {"color": "#b9b4a8"}, "onZero": True},
        "axisTick": {"show": False},
        "axisLabel": {
            "color": MUTED,
            "fontSize": 12.5,
            "showMinLabel": True,
            "showMaxLabel": True,
            "hideOverlap": True,
        },
        **more,
    }


def value_axis(axis: Axis, **more: Any) -> Option:
    """Return a value axis with the ticks of `axis` and hairline grid lines."""
    first, last = math.ceil(axis.low / axis.step - 1e-9), math.floor(axis.high / axis.step + 1e-9)
    ticks = [_tidy(tick * axis.step) for tick in range(first, last + 1)]
    return {
        "type": "value",
        "min": axis.low,
        "max": axis.high,
        "interval": axis.step,
        "axisLine": {"show": False},
        "axisTick": {"show": False, "customValues": ticks},
        "axisLabel": {"color": MUTED, "fontSize": 12.5, "customValues": ticks},
        "splitLine": {"lineStyle": {"color": GRID, "width": 1}},
        **more,
    }


def line(
    key: str, values: Values, colour: str, width: float = 2, dash: str | list[float] = "solid", **more: Any
) -> Option:
    """Return a line series; a single point is drawn as a dot."""
    single = sum(v is not None for v in values) == 1
    return {
        "id": key,
        "type": "line",
        "data": list(values),
        "symbol": "circle" if single else "none",
        "symbolSize": 7,
        "lineStyle": {"color": colour, "width": width, "type": dash},
        "itemStyle": {"color": colour},
        "silent": True,
        **more,
    }


def columns(key: str, values: Values, colour: str, stack: str | None = "all", **more: Any) -> Option:
    """Return a column series, stacked on the others of `stack`."""
    return {
        "id": key,
        "type": "bar",
        "data": [value or None for value in values],  # nothing is drawn for zero, not even an edge
        "itemStyle": {"color": colour, "borderColor": PAPER, "borderWidth": 0.6},
        "barCategoryGap": "34%",
        "barMaxWidth": 46,
        **({"stack": stack} if stack else {}),
        **more,
    }


def end_labels(
    entries: Sequence[tuple[str, float | None, str, str, bool]],
    position: int,
    axis: Axis,
    top: int,
    length: int,
    dots: bool = True,
) -> list[Option]:
    """Return series that write a name at the end of each line, moved apart where lines end close together.

    Parameters
    ----------
    entries : (key, value at the end, text, colour, bold); entries without a value are left out.
    position : index of the last category.
    top, length : where the plot area starts and how tall it is, px.
    """
    known = [entry for entry in entries if entry[1] is not None]
    wanted = [axis.pixel(float(value or 0.0), top, length) for _key, value, *_rest in known]
    placed = spread(wanted, 16, top - 8, top + length + 2)
    return [
        {
            "id": f"end-{key}",
            "type": "scatter",
            "data": [[position, value]],
            "symbol": "circle",
            "symbolSize": (9 if bold else 6) if dots else 0.01,
            "itemStyle": {"color": colour, "opacity": 1},
            "silent": True,
            "z": 7,
            "label": {
                "show": True,
                "position": "right",
                "distance": 7,
                "offset": [0, round(at - want, 1)],
                "formatter": literal(text),
                "color": colour,
                "fontSize": 12.5,
                "fontWeight": 600 if bold else 400,
            },
        }
        for (key, value, text, colour, bold), want, at in zip(known, wanted, placed, strict=True)
    ]


def responsive(option: Option, narrow: Option, wide: Option) -> Option:
    """Return `option` with a variant for charts narrower than `NARROW` px; `wide` undoes `narrow`."""
    return {
        "baseOption": {**option},
        "media": [{"query": {"maxWidth": NARROW}, "option": narrow}, {"option": wide}],
    }


def number_rows(labels: Sequence[str], series: Sequence[tuple[str, Values]], divisor: float = 1.0) -> Numbers:
    """Return the table behind a chart: one row a period, one column a series."""
    shown = [[in_full(plain, v, divisor) for v in values] for _name, values in series]
    rows = [[label, *(column[i] for column in shown)] for i, label in enumerate(labels)]
    return Numbers([_("Year"), *(name for name, _values in series)], rows)


def in_full(
    show: Callable[[float], str], value: float | None, divisor: float = 1.0, unit: str = ""
) -> Figure:
    """Return `value` in units of `divisor` as `show` writes it; a dash where there is none."""
    scaled = None if value is None else value / divisor
    return Figure("\u2013" if scaled is None else show(scaled), scaled, unit)


def in_percent(show: Callable[[float], str], share: float | None) -> Figure:
    """Return a share as `show` writes it, with its value in percent; a dash where there is none."""
    return Figure("\u2013" if share is None else show(share), None if share is None else 100 * share, "%")
