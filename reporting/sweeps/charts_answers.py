"""Charts of a sweep: how a figure answers to each setting, and indices of sensitivity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from reporting.appearance import MUTED, PLAN, REFERENCE
from reporting.drawing import Chart, Key, Numbers, Option, base, round_axis, tip, value_axis
from reporting.figures import between, percent, plain, shorten
from reporting.language import gettext as _
from reporting.names import in_sentence
from reporting.sweeps.charts import BAR, Shown, names_axis
from reporting.sweeps.points import SweepPoints
from reporting.sweeps.responses import Response


def answers(points: SweepPoints, found: Sequence[Response], figure: str, most: int = 6) -> list[Chart]:
    """Draw the average of a figure along each setting, with the range of 8 in 10 points around it."""
    shown = Shown(points, figure, points.figure(figure))
    ends = [shown.place(v) for r in found[:most] for v in (*r.low, *r.high, *r.means)]
    axis = round_axis(ends, zero=False) if ends else round_axis([])
    return [_answer(response, shown, axis, f"answer-{i}") for i, response in enumerate(found[:most])]


def _answer(response: Response, shown: Shown, axis: Any, key: str) -> Chart:
    tips = [
        tip(
            name,
            [
                (_("Average"), shown.write(mean)),
                (_("8 in 10 points"), between(shown.write(low), shown.write(high))),
                (_("Points"), plain(many)),
            ],
        )
        for name, mean, low, high, many in zip(
            response.names or [plain(v) for v in response.values],
            response.means,
            response.low,
            response.high,
            response.counts,
            strict=True,
        )
    ]
    at: list[Any] = list(range(len(response.names))) if response.names else list(response.values)
    style = {"color": PLAN, "width": 2.4}
    means = [
        {"value": [x, shown.place(y)], "tip": t} for x, y, t in zip(at, response.means, tips, strict=True)
    ]
    series: list[Option] = [
        {
            "id": "average",
            "type": "scatter" if response.names else "line",
            "data": means,
            "symbol": "circle",
            "symbolSize": 8,
            "showAllSymbol": True,
            "lineStyle": style,
            "itemStyle": {"color": PLAN},
        }
    ]
    for name, values in (("low", response.low), ("high", response.high)):
        data = [[x, shown.place(y)] for x, y in zip(at, values, strict=True)]
        dashed = {"color": MUTED, "width": 1.2, "type": [4.0, 3.0]}
        kind = {"type": "scatter", "symbolSize": 4} if response.names else {"type": "line", "symbol": "none"}
        series.append(
            {
                "id": name,
                **kind,
                "data": data,
                "lineStyle": dashed,
                "itemStyle": {"color": MUTED},
                "silent": True,
            }
        )
    across = (
        {**names_axis(response.names), "axisLabel": {"color": MUTED, "fontSize": 12, "interval": 0}}
        if response.names
        else value_axis(round_axis(response.values, zero=False), splitLine={"show": False})
    )
    option = {
        **base(axis_tip=False),
        "grid": {"left": 58, "right": 16, "top": 12, "bottom": 30},
        "xAxis": across,
        "yAxis": value_axis(axis),
        "series": series,
    }
    return Chart(
        key,
        shorten(response.setting, 60),
        _("{figure}, {unit}; dashed: 8 in 10 points").format(figure=shown.name, unit=shown.unit),
        response.setting,
        option,
        230,
        numbers=Numbers(
            [_("Setting"), _("Average"), "P10", "P90", _("Points")],
            [
                [name, shown.write(mean), shown.write(low), shown.write(high), plain(many)]
                for name, mean, low, high, many in zip(
                    response.names or [plain(v) for v in response.values],
                    response.means,
                    response.low,
                    response.high,
                    response.counts,
                    strict=True,
                )
            ],
        ),
    )


def index_chart(points: SweepPoints, told: xr.Dataset) -> Chart:
    """Draw indices of sensitivity with their intervals: shares of the variance, or elementary effects."""
    sobol = "total" in told
    main, half = ("total", "total_interval") if sobol else ("effect", "effect_interval")
    order = [int(i) for i in np.argsort(told[main].values)]
    names = [str(told["factor"].values[i]) for i in order]
    figure = str(told.attrs["figure"])
    shown = Shown(points, figure, told[main].values.tolist())

    def place(value: float) -> float:
        return float(f"{value:.4g}") if sobol else shown.place(value)

    def write(value: float) -> str:
        return percent(value) if sobol else shown.write(value)

    kinds = [(main, PLAN), ("first_order", REFERENCE)] if sobol else [(main, PLAN)]
    names_of = {
        "total": _("with interactions"),
        "first_order": _("alone"),
        "effect": _("mean elementary effect"),
    }
    series: list[Option] = []
    for kind, colour in kinds:
        values, halves = told[kind].values, told[f"{kind}_interval"].values
        data = [
            {
                "value": place(values[i]),
                "tip": tip(
                    str(told["factor"].values[i]),
                    [(names_of[kind], f"{write(values[i])} \u00b1 {write(halves[i])}")],
                ),
            }
            for i in order
        ]
        series.append(
            {"id": kind, "type": "bar", "barWidth": BAR - 3, "itemStyle": {"color": colour}, "data": data}
        )
    tops = [float(told[main].values[i] + told[half].values[i]) for i in order]
    axis = round_axis([0.0, *(place(v) for v in tops)], ticks=4)
    option = {
        **base(axis_tip=False),
        "grid": {"left": 190, "right": 30, "top": 6, "bottom": 30},
        "yAxis": names_axis(names),
        "xAxis": value_axis(axis),
        "series": series,
    }
    numbers = [
        [
            str(told["factor"].values[i]),
            *(
                f"{write(told[k].values[i])} \u00b1 {write(told[f'{k}_interval'].values[i])}"
                for k, _c in kinds
            ),
        ]
        for i in reversed(order)
    ]
    unit = (
        _("Share of the variance of {figure}; \u00b1 is the 95% interval")
        if sobol
        else _("Change of {figure} over the whole range of a setting; \u00b1 is the 95% interval")
    )
    return Chart(
        "indices",
        _("Sobol indices") if sobol else _("Elementary effects (Morris)"),
        unit.format(figure=in_sentence(shown.name)) + ("" if sobol else f", {shown.unit}"),
        names[-1],
        option,
        max((46 if sobol else 34) * len(names) + 40, 150),
        legend=[Key(colour, names_of[kind]) for kind, colour in kinds],
        numbers=Numbers([_("Setting"), *(names_of[kind] for kind, _c in kinds)], numbers),
    )
