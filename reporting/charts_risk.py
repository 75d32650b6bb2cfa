"""Charts of the simulated futures: the fan against the cap, the chance of missing it, service."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.appearance import CAP, INK, MUTED, PLAN
from reporting.charts import DASHED, DOTTED, known
from reporting.drawing import (
    Chart,
    Key,
    Option,
    base,
    columns,
    end_labels,
    line,
    number_rows,
    responsive,
    round_axis,
    tip,
    value_axis,
    year_axis,
)
from reporting.figures import (
    between,
    clauses,
    count,
    emission_scale,
    interval,
    phrases,
    plain,
    sentences,
    tonnes,
    whole_percent,
)
from reporting.findings import capped_risk
from reporting.language import gettext as _
from reporting.payload import Payload, cap_line
from reporting.titles import risk_title

FAN_TOP, FAN_HEIGHT, CHANCE_HEIGHT, BOTTOM = 14, 256, 84, 28
MEDIAN_DARK = "#0d5ea6"
SECOND = {"xAxisIndex": 1, "yAxisIndex": 1, "silent": True}


def fan(payload: Payload) -> Chart | None:
    """Draw the range of simulated emissions, the plan and the cap, and below the chance of missing it.

    None when nothing was simulated. The value axis need not start at zero; the unit line says so.
    """
    risk = payload["risk"]
    if risk is None:
        return None
    labels, last = payload["periods"]["labels"], len(payload["periods"]["labels"]) - 1
    cap = cap_line(payload)
    drawn = {key: [v or 0.0 for v in values] for key, values in risk["quantiles"].items()}
    scale = emission_scale(max(drawn["0.95"]))
    q = {key: [v or 0.0 for v in scale.values(values)] for key, values in drawn.items()}
    plan, limit = scale.values(risk["plan"]), scale.values(cap) if cap else [None] * (last + 1)
    axis = round_axis([*q["0.05"], *q["0.95"], *plan, *limit], zero=False)
    if 0 < axis.low < 0.25 * axis.high:
        axis = round_axis([*q["0.95"], *plan, *limit])
    series = [
        *_band("outer", q["0.05"], q["0.95"], "#c9dae8"),
        *_band("inner", q["0.25"], q["0.75"], "#8fb2d1"),
        line("median", q["0.5"], MEDIAN_DARK, 2.2, z=5),
        *([line("cap", limit, CAP, 2, DASHED, z=6)] if cap else []),
        line("plan", plan, INK, 1.8, DOTTED, z=6),
    ]
    ends = [
        ("p95", q["0.95"][-1], _("P95, 1 in 20 above"), "#3a6d9a", False),
        ("cap", limit[-1], _("Cap"), CAP, True),
        ("median", q["0.5"][-1], _("Median"), MEDIAN_DARK, True),
        ("plan", plan[-1], _("Plan"), INK, False),
        ("p5", q["0.05"][-1], _("P5, 1 in 20 below"), "#3a6d9a", False),
    ]
    series += end_labels(ends, last, axis, FAN_TOP, FAN_HEIGHT, dots=False)
    chance = _chance_series(payload)
    option: Option = {
        **base(),
        "grid": [{"left": 52, "right": 132, "top": FAN_TOP, "height": FAN_HEIGHT}],
        "xAxis": [year_axis(labels, lines=False)],
        "yAxis": [value_axis(axis)],
        "series": series,
    }
    height = FAN_TOP + FAN_HEIGHT + BOTTOM
    if chance:
        top = FAN_TOP + FAN_HEIGHT + 82
        heading = {
            "text": _("Chance of missing the cap, with its 95% interval"),
            "left": 52,
            "top": top - 46,
            "padding": 0,
            "textStyle": {"fontSize": 12.5, "fontWeight": 600, "color": CAP},
        }
        option["title"] = [heading]
        option["grid"].append({"left": 52, "right": 132, "top": top, "height": CHANCE_HEIGHT})
        option["xAxis"].append(year_axis(labels, lines=False, gridIndex=1))
        option["yAxis"].append(_chance_axis())
        option["series"] += chance
        height = top + CHANCE_HEIGHT + BOTTOM
    narrow_ends = ["P95", _("Cap"), _("Median"), _("Plan"), "P5"]
    narrow: Option = {
        "grid": [{"left": 42, "right": 62}] * len(option["grid"]),
        "series": [
            *_chance_names(payload, short=True),
            *[
                {"id": f"end-{e[0]}", "label": {"formatter": t}}
                for e, t in zip(ends, narrow_ends, strict=True)
                if e[1] is not None
            ],
        ],
        **({"title": [{"left": 42}]} if chance else {}),
    }
    wide: Option = {
        "grid": [{"left": 52, "right": 132}] * len(option["grid"]),
        "series": [
            *_chance_names(payload),
            *[{"id": f"end-{e[0]}", "label": {"formatter": e[2]}} for e in ends if e[1] is not None],
        ],
        **({"title": [{"left": 52}]} if chance else {}),
    }
    unit = _("{unit} CO\u2082e a year, {number} simulated futures; bands hold 50% and 90% of them.")
    started = "" if axis.low == 0 else _("The axis does not start at zero.")
    return Chart(
        "fan",
        _("Simulated emissions against the cap") if cap else _("Simulated emissions"),
        sentences([unit.format(unit=scale.unit, number=count(risk["trials"])), started]),
        risk_title(payload),
        responsive(option, narrow, wide),
        height,
        tips=_tips(payload),
        legend=[Key("#8fb2d1", _("half of all futures")), Key("#c9dae8", _("9 in 10"))],
        numbers=number_rows(
            labels,
            [
                ("P5", drawn["0.05"]),
                ("P25", drawn["0.25"]),
                (_("Median"), drawn["0.5"]),
                ("P75", drawn["0.75"]),
                ("P95", drawn["0.95"]),
                (_("Plan"), risk["plan"]),
                *([(_("Cap"), cap)] if cap else []),
            ],
            scale.divisor,
        ),
    )


def _band(key: str, low: Sequence[float], high: Sequence[float], colour: str) -> list[Option]:
    """Return the area between two lines: an unseen one and the distance stacked on it."""
    blank = line(f"{key}-low", low, "transparent", 0, stack=key, stackStrategy="all")
    size = line(
        f"{key}-size",
        [b - a for a, b in zip(low, high, strict=True)],
        "transparent",
        0,
        stack=key,
        stackStrategy="all",
    )
    if len(low) == 1:
        bars = columns(
            f"{key}-size", [high[0] - low[0]], colour, stack=key, barWidth=60, barGap="-100%", silent=True
        )
        unseen = columns(
            f"{key}-low", low, "transparent", stack=key, barWidth=60, barGap="-100%", silent=True
        )
        unseen["itemStyle"] = bars["itemStyle"] | {"color": "transparent", "borderColor": "transparent"}
        return [unseen, bars]
    return [
        {**blank, "symbol": "none"},
        {**size, "symbol": "none", "areaStyle": {"color": colour, "opacity": 1}},
    ]


def _chance_axis() -> Option:
    """Return an axis from 0 to 100 %."""
    axis = value_axis(round_axis([0.0, 100.0], ticks=2), gridIndex=1)
    axis["axisLabel"] = {**axis["axisLabel"], "formatter": "{value}%"}
    return axis


def _chance_series(payload: Payload) -> list[Option]:
    """Return the chance of missing the main cap by period as columns with whiskers; empty without a cap."""
    row = capped_risk(payload)
    if row is None:
        return []
    bars, whiskers = [], []
    for i, chance in enumerate(row["chance"]):
        held = row["limit"][i] is not None and chance is not None
        bars.append(round(chance * 100, 4) if held else None)
        ends = (row["low"][i], chance, chance, chance, row["high"][i]) if held else (None,) * 5
        whiskers.append([None if end is None else end * 100 for end in ends])
    interval_boxes = {
        "id": "chance-interval",
        "type": "boxplot",
        "data": whiskers,
        "boxWidth": [5, 7],
        "itemStyle": {"color": INK, "borderColor": INK, "borderWidth": 1.1},
        **SECOND,
    }
    return [columns("chance", bars, "#c4544c", stack=None, **SECOND), interval_boxes, *_chance_names(payload)]


def _chance_names(payload: Payload, short: bool = False) -> list[Option]:
    """Return the chances written above their whiskers; `short` leaves the percent sign to the axis."""
    row = capped_risk(payload)
    if row is None:
        return []
    names = []
    for i, chance in enumerate(row["chance"]):
        held = row["limit"][i] is not None and chance is not None
        text = whole_percent(chance) if held else _("no cap")
        label = {"formatter": text.rstrip("%") if short else text, "fontSize": 10.5 if short else 11.5}
        names.append({"value": [i, row["high"][i] * 100 if held else 0], "label": label})
    label = {"show": True, "position": "top", "distance": 3, "color": INK}
    return [
        {
            "id": "chance-names",
            "type": "scatter",
            "data": names,
            "symbolSize": 0.01,
            "label": label,
            "z": 6,
            **SECOND,
        }
    ]


def _tips(payload: Payload) -> list[Option]:
    """Return one hover text a period: the range, the plan, the cap and the chance with its count."""
    risk, cap, row = payload["risk"], cap_line(payload), capped_risk(payload)
    tips = []
    for i, label in enumerate(payload["periods"]["labels"]):
        q = {key: values[i] or 0.0 for key, values in risk["quantiles"].items()}
        rows = [
            (_("9 in 10"), between(tonnes(q["0.05"]), tonnes(q["0.95"]))),
            (_("Median"), tonnes(q["0.5"])),
            (_("Plan"), tonnes(risk["plan"][i] or 0.0)),
        ]
        if cap and cap[i] is not None:
            rows.append((_("Cap"), tonnes(cap[i] or 0.0)))
        if row is not None and row["limit"][i] is not None and row["chance"][i] is not None:
            missed = _("{some} of {all}")
            missed = missed.format(some=count(row["missed"][i]), all=count(risk["trials"]))
            rows.append((_("Missed"), phrases([missed, interval(row["low"][i], row["high"][i])])))
        tips.append(tip(label, rows))
    return tips


def service(payload: Payload) -> Chart | None:
    """Draw the share of demand delivered; None when nothing was simulated or nothing is asked for."""
    rows = payload["risk"]["service"] if payload["risk"] else None
    if rows is None:
        return None
    labels = payload["periods"]["labels"]
    mean, worst = ([None if v is None else round(v * 100, 4) for v in rows[key]] for key in ("mean", "p5"))
    low = min([*known(mean), *known(worst), 99.0])
    axis = round_axis([low, 100.0], ticks=4, zero=False)
    axis = type(axis)(max(axis.low, 0.0), 100.0, axis.step)
    last = len(labels) - 1
    top, height, bottom = 12, 200, 28
    ends = [
        ("mean", mean[-1], _("Average"), PLAN, True),
        ("worst", worst[-1], _("Worst 1 in 20"), MUTED, False),
    ]
    values = value_axis(axis)
    values["axisLabel"] = {**values["axisLabel"], "formatter": "{value}%"}
    option = {
        **base(),
        "grid": {"left": 52, "right": 100, "top": top, "bottom": bottom},
        "xAxis": year_axis(labels, lines=True),
        "yAxis": values,
        "series": [
            line("worst", worst, MUTED, 1.8, DOTTED),
            line("mean", mean, PLAN, 2.6),
            *end_labels(ends, last, axis, top, height - top - bottom, dots=False),
        ],
    }
    shown = [(_("Average"), rows["mean"]), (_("Worst 1 in 20"), rows["p5"])]
    unit = [_("Share of what customers asked for")]
    if axis.low != 0:
        unit.append(_("the axis does not start at zero"))
    table = number_rows(
        labels, [(f"{name}, %", [None if v is None else v * 100 for v in values]) for name, values in shown]
    )
    tips = [
        tip(label, [(n, f"{plain(v[i] * 100)}%") for n, v in shown if v[i] is not None])
        for i, label in enumerate(labels)
    ]
    return Chart(
        "service",
        _("Demand delivered"),
        clauses(unit),
        _("On average {share}% of demand is delivered in {year}").format(
            share=plain((rows["mean"][-1] or 0.0) * 100), year=labels[-1]
        ),
        option,
        height,
        tips=tips,
        numbers=table,
    )
