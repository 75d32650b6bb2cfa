"""Charts of a sweep: all its points, and what swings a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from reporting.appearance import GRID, INK, MUTED, PAPER, PLAN, REFERENCE
from reporting.drawing import (
    Chart,
    Key,
    Numbers,
    Option,
    base,
    literal,
    round_axis,
    tip,
    value_axis,
)
from reporting.figures import (
    emission_scale,
    money_on,
    money_scale,
    money_unit,
    percent,
    plain,
    shorten,
    tonnes,
)
from reporting.language import gettext as _
from reporting.names import in_sentence
from reporting.sweeps.points import FIGURES, SweepPoints
from reporting.sweeps.responses import Response, undominated

MOST_DOTS = 1500  # drawn; all stand in the Dataset
BAR = 15


class Shown:
    """How one figure is written: its scale, its unit line and its numbers."""

    def __init__(self, points: SweepPoints, key: str, values: Iterable[float]) -> None:
        known = [abs(v) for v in values if np.isfinite(v)]
        largest, unit = max(known, default=0.0), points.unit(key)
        self.divisor, self.unit = 1.0, ""
        self.write: Callable[[float], str] = plain
        self.name = _(FIGURES[key])
        if key == "chance":
            self.divisor, self.write, self.unit = 0.01, percent, "%"
        elif unit.startswith("tCO2e"):
            scale = emission_scale(largest)
            self.divisor, self.write = scale.divisor, tonnes
            year = _("{unit} CO\u2082e a year") if unit.endswith("year") else _("{unit} CO\u2082e")
            self.unit = year.format(unit=scale.unit)
        else:
            paid = money_scale(largest)
            self.divisor, self.unit = paid.divisor, money_unit(paid, unit)
            self.write = _money(paid, unit)

    def place(self, value: float) -> float:
        """Return a value on the axis of the chart."""
        return float(f"{value / self.divisor:.6g}")


def _money(scale: Any, currency: str) -> Callable[[float], str]:
    return lambda value: money_on(scale, value, currency)


def cloud(points: SweepPoints, cost: str = "extra_cost", emissions: str = "emissions") -> Chart | None:
    """Draw cost over emissions of every point; those that no other beats stand out."""
    paid, emitted = points.figure(cost), points.figure(emissions)
    known = np.flatnonzero(np.isfinite(paid) & np.isfinite(emitted))
    if len(known) < 2:
        return None
    best = undominated(points, cost, emissions)
    drawn = known[:: -(-len(known) // MOST_DOTS)]
    drawn = np.union1d(drawn, np.flatnonzero(best))
    money, carbon = Shown(points, cost, paid), Shown(points, emissions, emitted)
    across = round_axis([carbon.place(v) for v in emitted[known]], zero=False)
    up = round_axis([money.place(v) for v in paid[known]], zero=False)

    def dots(which: np.ndarray, colour: str, size: int, name: str) -> Option:
        data = [
            {
                "value": [carbon.place(emitted[i]), money.place(paid[i])],
                "tip": _about(points, int(i), money, carbon),
            }
            for i in which
        ]
        style = {
            "color": colour,
            "opacity": 1 if name == "best" else 0.55,
            "borderColor": PAPER,
            "borderWidth": 0.5,
        }
        return {"id": name, "type": "scatter", "data": data, "symbolSize": size, "itemStyle": style}

    option = {
        **base(axis_tip=False),
        "grid": {"left": 62, "right": 26, "top": 22, "bottom": 52},
        "xAxis": value_axis(across, **_named(carbon.unit)),
        "yAxis": value_axis(up),
        "series": [
            dots(drawn[~best[drawn]], REFERENCE, 7, "others"),
            dots(drawn[best[drawn]], PLAN, 9, "best"),
        ],
    }
    note = ""
    if len(drawn) < len(known):
        note = _("{drawn} of {number} points are drawn; all stand in the Dataset.").format(
            drawn=len(drawn), number=len(known)
        )
    return Chart(
        "cloud",
        _("{figure} against emissions").format(figure=money.name),
        _("{unit}; neither axis starts at zero").format(unit=money.unit),
        cloud_title(points, emissions),
        option,
        380,
        legend=[
            Key(PLAN, _("no other point emits less and costs noticeably less"), "dot"),
            Key(REFERENCE, _("other points"), "dot"),
        ],
        note=note,
    )


def cloud_title(points: SweepPoints, emissions: str = "emissions") -> str:
    """Say how far points reach, in emissions of the last year."""
    emitted = points.figure(emissions)
    known = emitted[np.isfinite(emitted)]
    if not len(known):
        return _("No point has a plan")
    year = int(points.dataset["period"].values[-1])
    said = _("Emissions in {year} range from {low} to {high}")
    return said.format(year=year, low=tonnes(float(known.min())), high=tonnes(float(known.max())))


def _about(points: SweepPoints, i: int, money: Shown, carbon: Shown) -> Option:
    """Return the hover text of one point: where it is and what it was."""
    rows = [(literal(shorten(label, 40)), _value(points.setting(label)[i])) for label in points.labels[:8]]
    rows += [(money.name, money.write(points.figure("extra_cost")[i]))]
    rows += [(carbon.name, carbon.write(points.figure("emissions")[i]))]
    return tip(_("Point {number}").format(number=i), rows)


def _value(value: Any) -> str:
    return plain(float(value)) if isinstance(value, int | float | np.number) else literal(str(value))


def _named(name: str) -> Option:
    return {
        "name": name,
        "nameLocation": "middle",
        "nameGap": 30,
        "nameTextStyle": {"color": MUTED, "fontSize": 12.5},
        "splitLine": {"show": False},
        "axisLine": {"show": True, "onZero": False, "lineStyle": {"color": GRID}},
    }


def swings(points: SweepPoints, found: Sequence[Response], figure: str) -> Chart | None:
    """Draw the average of a figure at both ends of every setting, the widest swing on top."""
    rows = [response for response in found if response.swing[0] != response.swing[1]]
    if not rows:
        return None
    values = points.figure(figure)
    middle = float(np.nanmean(values))
    shown = Shown(points, figure, values)
    changes = [end - middle for response in rows for end in response.swing]
    axis = round_axis([0.0, *(shown.place(c) for c in changes)], ticks=4)
    rows.reverse()

    def bars(side: int, colour: str, name: str) -> Option:
        data = [
            {
                "value": shown.place(response.swing[side] - middle),
                "tip": tip(response.setting, [(name, shown.write(response.swing[side]))]),
            }
            for response in rows
        ]
        style = {"color": colour}
        return {
            "id": name,
            "type": "bar",
            "barWidth": BAR,
            "barGap": "-100%",
            "itemStyle": style,
            "data": data,
        }

    option = {
        **base(axis_tip=False),
        "grid": {"left": 190, "right": 30, "top": 6, "bottom": 30},
        "yAxis": names_axis([response.setting for response in rows]),
        "xAxis": value_axis(axis),
        "series": [bars(0, REFERENCE, _("Low end")), bars(1, PLAN, _("High end"))],
    }
    unit = _("{unit} against the average of {middle}; averages of the points at each end of a setting")
    return Chart(
        "swings",
        _("What swings {figure}").format(figure=in_sentence(shown.name)),
        unit.format(unit=shown.unit, middle=shown.write(middle)),
        swing_title(points, found, figure),
        option,
        max(34 * len(rows) + 40, 150),
        legend=[Key(REFERENCE, _("at its low end")), Key(PLAN, _("at its high end"))],
        numbers=Numbers(
            [_("Setting"), _("Low end"), _("High end")],
            [[r.setting, *(shown.write(end) for end in r.swing)] for r in reversed(rows)],
        ),
    )


def swing_title(points: SweepPoints, found: Sequence[Response], figure: str) -> str:
    """Say which setting moves a figure most."""
    if not found or found[0].swing[0] == found[0].swing[1]:
        return _("Nothing that was varied moves {figure}").format(figure=in_sentence(_(FIGURES[figure])))
    shown = Shown(points, figure, points.figure(figure))
    said = _("{setting} moves {figure} most: {low} to {high} on average")
    low, high = sorted(found[0].swing)
    return said.format(
        setting=shorten(found[0].setting, 60),
        figure=in_sentence(shown.name),
        low=shown.write(low),
        high=shown.write(high),
    )


def names_axis(names: Sequence[str]) -> Option:
    """Return an axis of long names."""
    label = {
        "color": INK,
        "fontSize": 12.5,
        "width": 176,
        "overflow": "break",
        "lineHeight": 15,
        "interval": 0,
    }
    return {
        "type": "category",
        "data": [literal(shorten(name, 60)) for name in names],
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": label,
    }
