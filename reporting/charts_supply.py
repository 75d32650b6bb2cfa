"""Charts of who supplies, what the scrap bases ship and where power comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reporting.appearance import (
    INK,
    OTHERS,
    PAPER,
    POWER_KINDS,
    REFERENCE,
    SERIES,
    humanise,
)
from reporting.charts import DOTTED
from reporting.charts_map import place_names
from reporting.drawing import (
    Chart,
    Key,
    Numbers,
    base,
    columns,
    in_percent,
    line,
    number_rows,
    round_axis,
    tip,
    value_axis,
    year_axis,
)
from reporting.figures import (
    Scale,
    emission_scale,
    energy_scale,
    phrases,
    quantity,
    tonnes,
    whole_percent,
)
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.titles import sourcing_title

MOST_PRODUCTS = 6


def shown_years(count: int) -> list[int]:
    """Return the periods shown in share bars: first, middle and last."""
    return sorted({0, count // 2, count - 1})


def supplier_shares(payload: Payload) -> list[Chart]:
    """Draw one small chart a product: shares of what is bought by supplier, first, middle and last year."""
    charts = []
    bought = [mix for mix in payload["mixes"]["suppliers"] if _bought_in_shown_years(mix)]
    for position, mix in enumerate(bought[:MOST_PRODUCTS]):
        colours = [OTHERS if row["rest"] else SERIES[i % len(SERIES)] for i, row in enumerate(mix["rows"])]
        first, last = (sum(row["plan"][at] for row in mix["rows"]) for at in (0, -1))
        charts.append(
            _shares(
                payload,
                f"supplier-{position}",
                mix["name"],
                _("{first} \u2192 {last} bought a year").format(
                    first=quantity(first, mix["unit"]), last=quantity(last, mix["unit"])
                ),
                sourcing_title(payload),
                [
                    (row["name"], colour, row["plan"])
                    for row, colour in zip(mix["rows"], colours, strict=True)
                ],
                mix["unit"],
            )
        )
    return charts


def _bought_in_shown_years(mix: Mapping[str, Any]) -> bool:
    """Return whether the plan buys the product in a year that the bars show."""
    plans = [row["plan"] for row in mix["rows"]]
    return any(sum(plan[year] for plan in plans) > 0 for year in shown_years(len(plans[0])))


def _shares(
    payload: Payload,
    key: str,
    title: str,
    unit: str,
    finding: str,
    rows: Sequence[tuple[str, str, list[float]]],
    counted_in: str,
) -> Chart:
    """Draw horizontal bars of shares that sum to one, a bar a year, with whole percents inside."""
    labels = payload["periods"]["labels"]
    years = shown_years(len(labels))
    totals = [sum(values[i] for _name, _colour, values in rows) for i in range(len(labels))]
    series = []
    for number, (name, colour, values) in enumerate(rows):
        data = []
        for i in reversed(years):
            share = values[i] / totals[i] if totals[i] > 0 else 0.0
            data.append(
                {
                    "value": round(share, 6),
                    "label": {"show": share >= 0.14, "formatter": whole_percent(share)},
                    "tip": tip(
                        phrases([name, labels[i]]),
                        [
                            (_("Share"), whole_percent(share)),
                            (_("Bought a year"), quantity(values[i], counted_in)),
                        ],
                    ),
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
                "label": {"position": "insideLeft", "fontSize": 12, "color": ink_on(colour)},
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
        [label, *(_part(values[i], totals[i]) for *_rest, values in rows)] for i, label in enumerate(labels)
    ]
    return Chart(
        key,
        title,
        unit,
        finding,
        option,
        36 * len(years) + 6,
        legend=_legend([row[0] for row in rows], [row[1] for row in rows]),
        numbers=Numbers([_("Year"), *(row[0] for row in rows)], table),
    )


def _part(value: float, total: float) -> str:
    """Return the share of `value` in `total` as the table shows it."""
    return in_percent(whole_percent, value / total if total > 0 else 0.0)


def _legend(names: Sequence[str], colours: Sequence[str]) -> list[Key]:
    """Return a legend of filled marks with names short enough for it."""
    return [Key(colour, name) for colour, name in zip(colours, place_names(names, 34), strict=True)]


def ink_on(colour: str) -> str:
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
    years = payload["periods"]
    first, last = (sum(row["plan"][at] for row in rows) for at in (0, -1))
    scale = emission_scale(_peak(rows))
    return _volumes(
        payload,
        "scrap-bases",
        _("Scrap by base"),
        [(row["name"], SERIES[i % len(SERIES)], row) for i, row in enumerate(rows)],
        scale,
        _("{unit} shipped a year").format(unit=scale.unit),
        _("Scrap bases ship {last} in {last_year}, {first} in {first_year}").format(
            last=tonnes(last), last_year=years["last"], first=tonnes(first), first_year=years["first"]
        ),
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
    share, year = whole_percent(green / total) if total > 0 else "0%", payload["periods"]["last"]
    scale = energy_scale(_peak(rows))
    return _volumes(
        payload,
        "power",
        _("Electricity"),
        [
            (_(name), colour, row)
            for row, (name, colour) in (
                (row, POWER_KINDS.get(row["name"], (humanise(row["name"]), SERIES[i % len(SERIES)])))
                for i, row in enumerate(rows)
            )
        ],
        scale,
        _("{unit} a year; {share} beyond the plain grid in {year}").format(
            unit=scale.unit, share=share, year=year
        ),
        _("{share} of electricity comes from certificates, contracts or own plants in {year}").format(
            share=share, year=year
        ),
    )


def _peak(rows: Sequence[dict[str, Any]]) -> float:
    """Return the largest yearly total of plan or reference."""
    return max(
        sum(column)
        for key in ("plan", "reference")
        for column in zip(*(row[key] for row in rows), strict=True)
    )


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
    labels = payload["periods"]["labels"]
    totals = {
        k: [sum(column) for column in zip(*(row[k] for *_rest, row in rows), strict=True)]
        for k in ("plan", "reference")
    }
    axis = round_axis(scale.values([*totals["plan"], *totals["reference"]]), ticks=4)
    series = [
        columns(f"volume-{i}", scale.values(row["plan"]), colour)
        for i, (_name, colour, row) in enumerate(rows)
    ]
    series.append(line("reference", scale.values(totals["reference"]), REFERENCE, 1.8, DOTTED, z=4))
    option = {
        **base(),
        "grid": {"left": 44, "right": 6, "top": 12, "bottom": 28},
        "xAxis": year_axis(labels, lines=False),
        "yAxis": value_axis(axis),
        "series": series,
    }
    shown = [
        *((name, row["plan"]) for name, _colour, row in reversed(rows)),
        (_("In all"), totals["plan"]),
        (_("Reference"), totals["reference"]),
    ]
    tips = [
        tip(
            label,
            [(name, scale.amount(values[i])) for name, values in shown if values[i]],
        )
        for i, label in enumerate(labels)
    ]
    stacked = list(reversed(rows))
    legend = _legend([row[0] for row in stacked], [row[1] for row in stacked])
    legend.append(Key(REFERENCE, _("Reference in all"), "dots"))
    return Chart(
        key,
        title,
        unit,
        finding,
        option,
        236,
        tips=tips,
        legend=legend,
        numbers=number_rows(labels, shown, scale.divisor),
    )
