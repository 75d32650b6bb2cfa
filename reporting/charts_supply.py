"""Charts of who supplies, what runs, where power comes from and how goods move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reporting.appearance import INK, MUTED, OTHERS, PAPER, PLAN, POWER_KINDS, SERIES, humanise, mode_colour
from reporting.charts import known
from reporting.drawing import (
    Chart,
    Key,
    Numbers,
    base,
    columns,
    literal,
    number_rows,
    responsive,
    round_axis,
    tip,
    value_axis,
    year_axis,
)
from reporting.numbers import Scale, emission_scale, energy_scale, plain, shorten, tonnes, whole_percent
from reporting.payload import Payload
from reporting.titles import network_title, sourcing_title

MOST_PRODUCTS = 6
MOST_SITES = 9


def shown_years(count: int) -> list[int]:
    """Return the periods shown in share bars: first, middle and last."""
    return sorted({0, count // 2, count - 1})


def supplier_shares(payload: Payload) -> list[Chart]:
    """Draw one small chart a product: shares of bought tonnes by supplier, first, middle and last year."""
    charts = []
    for position, mix in enumerate(payload["mixes"]["suppliers"][:MOST_PRODUCTS]):
        colours = [OTHERS if row["name"].endswith(" others") else SERIES[i % len(SERIES)] for i, row in enumerate(mix["rows"])]
        first, last = (sum(row["plan"][at] for row in mix["rows"]) for at in (0, -1))
        charts.append(
            _shares(
                payload,
                f"supplier-{position}",
                humanise(mix["product"]),
                f"{tonnes(first)} \u2192 {tonnes(last)} bought a year",
                sourcing_title(payload),
                [(row["name"], colour, row["plan"]) for row, colour in zip(mix["rows"], colours, strict=True)],
            )
        )
    return charts


def _shares(
    payload: Payload, key: str, title: str, unit: str, finding: str, rows: Sequence[tuple[str, str, list[float]]]
) -> Chart:
    """Draw horizontal bars of shares that sum to one, a bar a year, with whole percents inside."""
    labels = payload["periods"]["labels"]
    years = shown_years(len(labels))
    totals = [sum(values[i] for _, _, values in rows) for i in range(len(labels))]
    series = []
    for number, (name, colour, values) in enumerate(rows):
        data = []
        for i in reversed(years):
            share = values[i] / totals[i] if totals[i] > 0 else 0.0
            data.append(
                {
                    "value": round(share, 6),
                    "label": {"show": share >= 0.09, "formatter": whole_percent(share)},
                    "tip": tip(f"{name}, {labels[i]}", [("Share", whole_percent(share)), ("Tonnes a year", tonnes(values[i]))]),
                }
            )
        series.append(
            {
                "id": f"share-{number}",
                "type": "bar",
                "stack": "share",
                "data": data,
                "barWidth": 26,
                "itemStyle": {"color": colour, "borderColor": PAPER, "borderWidth": 1},
                "label": {"position": "insideLeft", "fontSize": 12, "color": _ink_on(colour)},
            }
        )
    axis = {
        "type": "category",
        "data": [labels[i] for i in reversed(years)],
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": {"color": INK, "fontWeight": 600, "fontSize": 12.5},
    }
    option = {
        **base(axis_tip=False),
        "grid": {"left": 42, "right": 4, "top": 2, "bottom": 2},
        "yAxis": axis,
        "xAxis": {"type": "value", "show": False, "min": 0, "max": 1},
        "series": series,
    }
    table = [
        [label, *(whole_percent(values[i] / totals[i]) if totals[i] > 0 else "0%" for _, _, values in rows)]
        for i, label in enumerate(labels)
    ]
    return Chart(
        key,
        title,
        unit,
        finding,
        option,
        36 * len(years) + 6,
        legend=[Key(colour, shorten(name, 36)) for name, colour, _ in rows],
        numbers=Numbers(["Year", *(name for name, _, _ in rows)], table),
    )


def _ink_on(colour: str) -> str:
    """Return white or ink, whichever reads better on `colour` (WCAG relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if luminance < 0.2 else INK


def scrap_bases(payload: Payload) -> Chart | None:
    """Draw tonnes that leave each scrap base by year; None when no base ships anything."""
    rows = payload["mixes"]["scrap_bases"]
    if not rows:
        return None
    first, last = (sum(row["plan"][at] for row in rows) for at in (0, -1))
    return _volumes(
        payload,
        "scrap-bases",
        "Scrap by base",
        [(row["name"], SERIES[i % len(SERIES)], row) for i, row in enumerate(rows)],
        emission_scale(_peak(rows)),
        "shipped a year",
        f"Scrap bases ship {tonnes(last)} in {payload['periods']['last']}, {tonnes(first)} in {payload['periods']['first']}",
    )


def processes(payload: Payload) -> Chart | None:
    """Draw what runs, by process; None when nothing does."""
    rows = payload["mixes"]["processes"]
    if not rows:
        return None
    return _volumes(
        payload,
        "processes",
        "What runs",
        [(humanise(row["name"]), SERIES[i % len(SERIES)], row) for i, row in enumerate(rows)],
        emission_scale(_peak(rows)),
        "a year by process",
        f"{humanise(rows[0]['name'])} runs most",
    )


def power(payload: Payload) -> Chart | None:
    """Draw electricity by kind of supply; None when the case has none."""
    rows = payload["mixes"]["power"]
    if not rows:
        return None
    order = list(POWER_KINDS)
    rows = sorted(rows, key=lambda row: order.index(row["name"]) if row["name"] in order else len(order))
    total = sum(row["plan"][-1] for row in rows)
    green = sum(row["plan"][-1] for row in rows if row["name"] != "grid")
    share = whole_percent(green / total) if total > 0 else "0%"
    return _volumes(
        payload,
        "power",
        "Electricity",
        [(*POWER_KINDS.get(row["name"], (humanise(row["name"]), SERIES[i % len(SERIES)])), row) for i, row in enumerate(rows)],
        energy_scale(_peak(rows)),
        f"a year; {share} beyond the plain grid in {payload['periods']['last']}",
        f"{share} of electricity comes from certificates, contracts or own plants in {payload['periods']['last']}",
    )


def _peak(rows: Sequence[dict[str, Any]]) -> float:
    """Return the largest yearly total of plan or reference."""
    return max(sum(column) for key in ("plan", "reference") for column in zip(*(row[key] for row in rows), strict=True))


def _volumes(
    payload: Payload,
    key: str,
    title: str,
    rows: Sequence[tuple[str, str, dict[str, Any]]],
    scale: Scale,
    unit: str,
    finding: str,
) -> Chart:
    """Draw stacked columns by year, with the reference's total as a dotted line."""
    from reporting.appearance import REFERENCE
    from reporting.charts import DOTTED
    from reporting.drawing import line

    labels = payload["periods"]["labels"]
    totals = {k: [sum(column) for column in zip(*(row[k] for _, _, row in rows), strict=True)] for k in ("plan", "reference")}
    axis = round_axis(scale.values([*totals["plan"], *totals["reference"]]), ticks=4)
    series = [columns(f"volume-{i}", scale.values(row["plan"]), colour) for i, (_, colour, row) in enumerate(rows)]
    series.append(line("reference", scale.values(totals["reference"]), REFERENCE, 1.8, DOTTED, z=4))
    option = {
        **base(),
        "grid": {"left": 44, "right": 6, "top": 12, "bottom": 28},
        "xAxis": year_axis(labels, lines=False),
        "yAxis": value_axis(axis),
        "series": series,
    }
    shown = [*((name, row["plan"]) for name, _, row in reversed(rows)), ("In all", totals["plan"]), ("Reference", totals["reference"])]
    tips = [
        tip(label, [(name, f"{plain(values[i] / scale.divisor)} {scale.unit}") for name, values in shown if values[i]])
        for i, label in enumerate(labels)
    ]
    legend = [Key(colour, shorten(name, 36)) for name, colour, _ in reversed(rows)] + [Key(REFERENCE, "Reference in all", "dots")]
    return Chart(
        key,
        title,
        f"{scale.unit} {unit}",
        finding,
        option,
        260,
        tips=tips,
        legend=legend,
        numbers=number_rows(labels, shown, scale.divisor),
    )


def freight_by_mode(payload: Payload) -> Chart | None:
    """Draw tonne-km by mode in the first and last year; None when nothing is moved."""
    modes = payload["network"]["modes"]
    labels = payload["periods"]["labels"]
    years = sorted({0, len(labels) - 1})
    totals = {i: sum(mode["tonne_km"][i] for mode in modes) for i in years}
    if not modes or max(totals.values()) <= 0:
        return None
    scale = Scale(1e9, "bn") if max(totals.values()) >= 1e9 else Scale(1e6, "m")
    ranked = sorted(modes, key=lambda mode: -mode["tonne_km"][0])
    series = []
    for number, mode in enumerate(ranked):
        colour, data = mode_colour(mode["key"], number), []
        for i in reversed(years):
            share = mode["tonne_km"][i] / totals[i] if totals[i] > 0 else 0.0
            data.append(
                {
                    "value": mode["tonne_km"][i] / scale.divisor,
                    "label": {"show": share * totals[i] / max(totals.values()) >= 0.1, "formatter": whole_percent(share)},
                    "tip": tip(
                        f"{humanise(mode['key'])}, {labels[i]}",
                        [("Share", whole_percent(share)), (f"{scale.unit} tonne-km", plain(mode["tonne_km"][i] / scale.divisor))],
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
                "label": {"position": "inside", "fontSize": 12, "color": _ink_on(colour)},
            }
        )
    names = [f"{{y|{labels[i]}}}\n{{t|{plain(totals[i] / scale.divisor)}}}" for i in reversed(years)]
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
                    "y": {"fontWeight": 600, "fontSize": 12.5, "color": INK, "lineHeight": 16, "align": "right"},
                    "t": {"fontSize": 12, "color": MUTED, "lineHeight": 14, "align": "right"},
                }
            },
        },
        "xAxis": {"type": "value", "show": False, "min": 0, "max": max(totals.values()) / scale.divisor},
        "series": series,
    }
    shown = [(humanise(mode["key"]), mode["tonne_km"]) for mode in ranked]
    return Chart(
        "freight",
        "Freight by mode",
        f"{scale.unit} tonne-km a year; in the bars, share of that year",
        network_title(payload),
        option,
        46 * len(years) + 6,
        legend=[Key(mode_colour(mode["key"], i), humanise(mode["key"])) for i, mode in enumerate(ranked)],
        numbers=number_rows(labels, shown, scale.divisor),
    )


def site_change(payload: Payload) -> Chart | None:
    """Draw emissions booked at the largest sites, first and last year; None when none are booked."""
    sites = sorted(payload["network"]["sites"], key=lambda site: -max(site["emissions"]))
    sites = [site for site in sites if max(site["emissions"]) > 1e-6][:MOST_SITES]
    if not sites:
        return None
    labels = payload["periods"]["labels"]
    sites.sort(key=lambda site: site["emissions"][0])
    scale = emission_scale(max(max(site["emissions"]) for site in sites))
    pairs = [[v / scale.divisor for v in site["emissions"]] for site in sites]
    texts = [f"{plain(a)} \u2192 {plain(b)}" for a, b in pairs]
    top = max(max(pair) for pair in pairs)
    low, span = [], []
    for (first, last), text, site in zip(pairs, texts, sites, strict=True):
        hover = tip(site["name"], [(labels[0], f"{plain(first)} {scale.unit}"), (labels[-1], f"{plain(last)} {scale.unit}")])
        low.append(min(first, last))
        span.append({"value": abs(first - last), "tip": hover, "label": {"show": False, "formatter": text}})
    names = [literal(shorten(site["name"], 26)) for site in sites]
    option = {
        **base(axis_tip=False),
        "grid": {"left": 128, "right": 92, "top": 2, "bottom": 2},
        "yAxis": [
            {
                "type": "category",
                "data": names,
                "axisLine": {"show": False},
                "axisTick": {"show": False},
                "axisLabel": {"color": INK, "fontSize": 12.5, "width": 118, "overflow": "truncate", "interval": 0},
                "splitLine": {"show": True, "lineStyle": {"color": "#e9e6df"}},
            },
            {
                "type": "category",
                "position": "right",
                "data": texts,
                "axisLine": {"show": False},
                "axisTick": {"show": False},
                "axisLabel": {"color": INK, "fontSize": 12.5, "interval": 0, "margin": 12},
            },
        ],
        "xAxis": {"type": "value", "show": False, "min": 0, "max": top},
        "series": [
            {"id": "low", "type": "bar", "stack": "s", "data": low, "itemStyle": {"color": "transparent"}, "silent": True},
            {"id": "span", "type": "bar", "stack": "s", "data": span, "barWidth": 3.5, "itemStyle": {"color": "#9db8d4"}},
            _dots("first", [pair[0] for pair in pairs], {"color": PAPER, "borderColor": "#6e7175", "borderWidth": 1.8}),
            _dots("last", [pair[1] for pair in pairs], {"color": PLAN}),
        ],
    }
    return Chart(
        "sites",
        "Largest sites",
        f"{scale.unit} CO\u2082e a year booked there",
        f"Emissions booked at the {len(sites)} largest sites",
        responsive(option, {"grid": {"left": 116}}, {"grid": {"left": 128}}),
        28 * len(sites) + 8,
        legend=[Key("#6e7175", labels[0], "ring"), Key(PLAN, labels[-1], "dot")],
        numbers=Numbers(["Site", labels[0], labels[-1]], [[s["name"], plain(a), plain(b)] for s, (a, b) in zip(sites, pairs)]),
    )


def _dots(key: str, values: Sequence[float], style: dict[str, Any]) -> dict[str, Any]:
    """Return one dot a row."""
    return {
        "id": key,
        "type": "scatter",
        "data": [[value, row] for row, value in enumerate(known(values))],
        "symbolSize": 10,
        "itemStyle": style,
        "silent": True,
        "z": 5,
    }
