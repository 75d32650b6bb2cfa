"""Charts of then and now: what runs, how goods move and where emissions are booked, first and last year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reporting.appearance import GRID, INK, MUTED, PAPER, PLAN, mode_colours
from reporting.charts import known
from reporting.charts_map import place_names
from reporting.charts_supply import ink_on
from reporting.drawing import (
    Chart,
    Key,
    Numbers,
    base,
    extent,
    in_full,
    literal,
    number_rows,
    tip,
)
from reporting.figures import Scale, emission_scale, large_scale, phrases, plain, whole_percent
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.titles import network_title

MOST_SITES = 9


def processes(payload: Payload) -> Chart | None:
    """Draw what runs, by process, first and last year; None when nothing does.

    Processes follow one another (ironmaking, steelmaking, rolling), so they are not summed.
    """
    rows = payload["mixes"]["processes"]
    if not rows:
        return None
    largest = max(max(row["plan"][0], row["plan"][-1]) for row in rows)
    scale = emission_scale(largest) if payload["mixes"]["in_tonnes"] else Scale(1.0, _("Units"))
    pairs = [(row["name"], row["plan"][0], row["plan"][-1]) for row in rows]
    return _then_and_now(
        payload,
        "processes",
        _("What runs"),
        _("{unit} a year by process; not summed, one feeds the next").format(unit=scale.unit),
        _("{process} runs most").format(process=pairs[0][0]),
        sorted(pairs, key=lambda pair: max(pair[1:])),
        scale,
    )


def freight_by_mode(payload: Payload) -> Chart | None:
    """Draw tonne-km by mode in the first and last year; None when nothing is moved."""
    modes = payload["network"]["modes"]
    labels = payload["periods"]["labels"]
    years = sorted({0, len(labels) - 1})
    totals = {i: sum(mode["tonne_km"][i] for mode in modes) for i in years}
    if not modes or max(totals.values()) <= 0:
        return None
    scale = large_scale(max(totals.values()))
    unit = _("{scale} tonne-km").format(scale=scale.unit)
    ranked = sorted(modes, key=lambda mode: -mode["tonne_km"][0])
    series = []
    colours = mode_colours(mode["key"] for mode in modes)
    for number, mode in enumerate(ranked):
        colour, data = colours[mode["key"]], []
        for i in reversed(years):
            share = mode["tonne_km"][i] / totals[i] if totals[i] > 0 else 0.0
            data.append(
                {
                    "value": mode["tonne_km"][i] / scale.divisor,
                    "label": {
                        "show": share * totals[i] / max(totals.values()) >= 0.1,
                        "formatter": whole_percent(share),
                    },
                    "tip": tip(
                        phrases([mode["name"], labels[i]]),
                        [
                            (_("Share"), whole_percent(share)),
                            (unit, plain(mode["tonne_km"][i] / scale.divisor)),
                        ],
                    ),
                }
            )
        series.append(
            {
                "id": f"mode-{number}",
                "type": "bar",
                "stack": "mode",
                "data": data,
                "barWidth": 26,
                "itemStyle": {"color": colour, "borderColor": PAPER, "borderWidth": 1},
                "label": {"position": "inside", "fontSize": 12, "color": ink_on(colour)},
            }
        )
    names = [f"{{y|{labels[i]}}}\n{{t|{plain(totals[i] / scale.divisor)}}}" for i in reversed(years)]
    longest = extent(max(totals.values()) / scale.divisor)[1]
    option = {
        **base(axis_tip=False),
        "grid": {"left": 48, "right": 4, "top": 2, "bottom": 2},
        "yAxis": {
            "type": "category",
            "data": names,
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {
                "rich": {
                    "y": {
                        "fontWeight": 600,
                        "fontSize": 12.5,
                        "color": INK,
                        "lineHeight": 16,
                        "align": "right",
                    },
                    "t": {"fontSize": 12, "color": MUTED, "lineHeight": 14, "align": "right"},
                }
            },
        },
        "xAxis": {"type": "value", "show": False, "min": 0, "max": longest},
        "series": series,
    }
    shown = [(mode["name"], mode["tonne_km"]) for mode in ranked]
    return Chart(
        "freight",
        _("Freight by mode"),
        _("{unit} a year; in the bars, share of that year").format(unit=unit),
        network_title(payload),
        option,
        46 * len(years) + 6,
        legend=[Key(colours[mode["key"]], mode["name"]) for mode in ranked],
        numbers=number_rows(labels, shown, scale.divisor),
    )


def site_change(payload: Payload) -> Chart | None:
    """Draw emissions booked at the largest sites, first and last year; None when none are booked."""
    sites = sorted(payload["network"]["sites"], key=lambda site: -max(site["emissions"]))
    if not sites or max(sites[0]["emissions"]) <= 1e-6:
        return None
    floor = 0.01 * max(sites[0]["emissions"])
    pairs = [
        (site["name"], *site["emissions"]) for site in sites[:MOST_SITES] if max(site["emissions"]) > floor
    ]
    scale = emission_scale(max(max(pair[1:]) for pair in pairs))
    return _then_and_now(
        payload,
        "sites",
        _("Largest sites"),
        _("{unit} CO\u2082e a year booked there").format(unit=scale.unit),
        _("Emissions booked at the {number} largest sites").format(number=len(pairs)),
        sorted(pairs, key=lambda pair: pair[1]),
        scale,
    )


def _then_and_now(
    payload: Payload,
    key: str,
    title: str,
    unit: str,
    finding: str,
    pairs: Sequence[tuple[str, float, float]],
    scale: Scale,
) -> Chart:
    """Draw a line from the first year's value to the last year's for each name, largest on top."""
    labels = payload["periods"]["labels"]
    scaled = [(first / scale.divisor, last / scale.divisor) for _name, first, last in pairs]
    texts = [f"{plain(a)} \u2192 {plain(b)}" for a, b in scaled]
    low, span = [], []
    for (name, before, after), (first, last) in zip(pairs, scaled, strict=True):
        hover = tip(name, [(labels[0], scale.amount(before)), (labels[-1], scale.amount(after))])
        low.append(min(first, last))
        span.append({"value": abs(first - last), "tip": hover})
    edge = {"axisLine": {"show": False}, "axisTick": {"show": False}}
    label = {"color": INK, "fontSize": 12.5, "interval": 0}
    names = {
        "type": "category",
        "data": [literal(name) for name in place_names([name for name, _first, _last in pairs])],
        "axisLabel": {**label, "width": 130, "overflow": "truncate"},
        "splitLine": {"show": True, "lineStyle": {"color": GRID}},
        **edge,
    }
    numbers = {
        "type": "category",
        "position": "right",
        "data": texts,
        "axisLabel": {**label, "margin": 12},
        **edge,
    }
    longest = extent(*(v for pair in scaled for v in pair))[1]
    option = {
        **base(axis_tip=False),
        "grid": {"left": 142, "right": 92, "top": 2, "bottom": 2},
        "yAxis": [names, numbers],
        "xAxis": {"type": "value", "show": False, "min": 0, "max": longest},
        "series": [
            {
                "id": "low",
                "type": "bar",
                "stack": "s",
                "data": low,
                "itemStyle": {"color": "transparent"},
                "silent": True,
            },
            {
                "id": "span",
                "type": "bar",
                "stack": "s",
                "data": span,
                "barWidth": 3.5,
                "itemStyle": {"color": "#9db8d4"},
            },
            _dots(
                "first",
                [pair[0] for pair in scaled],
                {"color": PAPER, "borderColor": "#6e7175", "borderWidth": 1.8},
            ),
            _dots("last", [pair[1] for pair in scaled], {"color": PLAN}),
        ],
    }
    return Chart(
        key,
        title,
        unit,
        finding,
        option,
        28 * len(pairs) + 8,
        legend=[Key("#6e7175", labels[0], "ring"), Key(PLAN, labels[-1], "dot")],
        numbers=Numbers(
            [_("Name"), labels[0], labels[-1]],
            [
                [name, in_full(plain, a), in_full(plain, b)]
                for (name, _first, _last), (a, b) in zip(reversed(pairs), reversed(scaled), strict=True)
            ],
        ),
    )


def _dots(key: str, values: Sequence[float], style: dict[str, Any]) -> dict[str, Any]:
    """Return one dot a row."""
    return {
        "id": key,
        "type": "scatter",
        "data": [[value, row] for row, value in enumerate(known(values))],
        "symbolSize": 10,
        "itemStyle": {"opacity": 1, **style},
        "silent": True,
        "z": 5,
    }
