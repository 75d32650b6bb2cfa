"""Charts of what levers bring: in the plan, and each alone."""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from typing import Any

from reporting.appearance import (
    CAP,
    KIND_COLOURS,
    MUTED,
    OTHERS,
    PAPER,
    POWER_KINDS,
    humanise,
)
from reporting.drawing import (
    LABEL,
    Axis,
    Chart,
    Key,
    Numbers,
    Option,
    base,
    in_full,
    literal,
    round_axis,
    tip,
    value_axis,
)
from reporting.figures import (
    Scale,
    currency_name,
    emission_scale,
    money,
    sentences,
    shorten,
    tonnes,
)
from reporting.language import N_
from reporting.language import gettext as _
from reporting.payload import Payload

Row = dict[str, Any]

HEIGHT = 330
FAR = 2.5  # times the next bar: a dearest tonne or a narrow bar further off is cut at the edge of the chart
NARROW_BAR = 0.02  # share of all tonnes below which a bar may be cut
OTHER_POWER = {"import": N_("Power from elsewhere"), "storage": N_("Storage of power")}
COLOURS = (*KIND_COLOURS, "#034b8f", "#e0a100", "#2a9d8f", "#a8521a", "#7f98c2", "#4d6a2f", "#8a7fc0")


def lever_name(row: Row) -> str:
    """Return what a lever is called."""
    if row["family"] == "suppliers":
        return _("New suppliers")
    if row["family"] == "power":
        if row["name"] in OTHER_POWER:
            return _(OTHER_POWER[row["name"]])
        known = POWER_KINDS.get(row["name"])
        return _(known[0]) if known else humanise(row["name"])
    return str(row["name"][:1].upper() + row["name"][1:])


def ranked(payload: Payload, prefix: str = "") -> list[Row]:
    """Return levers that cut anything, the cheapest tonne first: in the plan, or each ``alone_``."""
    rows = payload["abatement"]["levers"]
    kept = [row for row in rows if row[f"{prefix}per_tonne"] is not None and row[f"{prefix}cut"] > 0]
    return sorted(kept, key=lambda row: (row[f"{prefix}per_tonne"], row["key"]))


def numbered(payload: Payload) -> dict[str, tuple[int, str]]:
    """Return number and colour of each lever that is drawn: those of the plan first, then the rest."""
    drawn = {row["key"]: None for row in [*ranked(payload), *ranked(payload, "alone_")]}
    return {key: (i + 1, COLOURS[i] if i < len(COLOURS) else OTHERS) for i, key in enumerate(drawn)}


def abatement_charts(payload: Payload) -> list[Chart]:
    """Draw what levers bring in the plan beside what each would bring alone, on the same scales."""
    if payload["abatement"] is None:
        return []
    here, alone = ranked(payload), ranked(payload, "alone_")
    if not here and not alone:
        return []
    scale = emission_scale(max(sum(row["cut"] for row in here), sum(row["alone_cut"] for row in alone)))
    currency = currency_name(payload["scenario"]["currency"])
    prices = _price_axis(payload, here, alone)
    wide = round_axis(
        [
            0.0,
            sum(row["cut"] for row in here) / scale.divisor,
            sum(row["alone_cut"] for row in alone) / scale.divisor,
        ]
    )
    unit = _("{money} a tonne over {tonnes} CO\u2082e, {first}\u2013{end}; net present value").format(
        money=currency, tonnes=scale.unit, first=payload["periods"]["first"], end=payload["periods"]["end"]
    )
    found = []
    for key, title, rows, prefix, said in (
        ("abatement", _("What each lever brings in this plan"), here, "", _finding(payload)),
        (
            "abatement-alone",
            _("Each lever alone, added to today's chain"),
            alone,
            "alone_",
            _("Each lever alone, blind to the others"),
        ),
    ):
        if rows:
            option = _curve(payload, rows, prefix, scale, wide, prices)
            found.append(
                Chart(
                    key,
                    title,
                    unit,
                    said,
                    option,
                    HEIGHT,
                    legend=_legend(payload, rows),
                    numbers=_numbers(payload, rows, prefix),
                    note=_note(payload, prices, bool(prefix)),
                )
            )
    return found


def _finding(payload: Payload) -> str:
    rows = ranked(payload)
    if not rows:
        return _("No lever brings a cut by itself")
    most = max(rows, key=lambda row: row["cut"])
    return _("Largest lever of this plan: {lever}, {tonnes} at {price} a tonne").format(
        lever=lever_name(most),
        tonnes=tonnes(most["cut"]),
        price=money(most["per_tonne"], payload["scenario"]["currency"]),
    )


def _price_axis(payload: Payload, here: list[Row], alone: list[Row]) -> Axis:
    """Return an axis of prices: all but narrow bars far off, and the dearest tonne if it is near."""
    kept: list[float] = []
    for rows, prefix in ((here, ""), (alone, "alone_")):
        total = sum(row[f"{prefix}cut"] for row in rows)
        kept += [row[f"{prefix}per_tonne"] for row in rows if row[f"{prefix}cut"] > NARROW_BAR * total]
    dearest = payload["abatement"]["dearest"]
    if dearest is not None and kept and dearest <= FAR * max(abs(v) for v in kept):
        kept.append(dearest)
    return round_axis([0.0, *kept])


def _curve(payload: Payload, rows: list[Row], prefix: str, scale: Scale, wide: Axis, prices: Axis) -> Option:
    """Return bars as wide as their tonnes, side by side: solid where the plan pulls the lever."""
    ends = [0.0, *accumulate(row[f"{prefix}cut"] / scale.divisor for row in rows)]
    marks, series = numbered(payload), []
    for row, start, end in zip(rows, ends, ends[1:], strict=False):
        number, colour = marks[row["key"]]
        height = row[f"{prefix}per_tonne"]
        shown = min(max(height, prices.low), prices.high)
        style = {"color": colour, "opacity": 0.92} if row["used"] else {"opacity": 0}
        series.append(
            {
                "id": f"bar-{row['key']}",
                "type": "line",
                "data": [[start, 0], [start, shown], [end, shown], [end, 0]],
                "symbol": "none",
                "silent": True,
                "lineStyle": {"color": colour, "width": 1.2, "type": "solid" if row["used"] else "dashed"},
                "areaStyle": style,
                "z": 3,
            }
        )
        series.append(
            {
                "id": f"mark-{row['key']}",
                "type": "scatter",
                "data": [{"value": [(start + end) / 2, shown], "tip": _tip(payload, row, prefix)}],
                "symbol": "circle",
                "symbolSize": 17,
                "itemStyle": {"color": PAPER, "borderColor": colour, "borderWidth": 1.4, "opacity": 1},
                "label": {**LABEL, "show": True, "formatter": str(number), "fontSize": 11, "fontWeight": 600},
                "z": 8,
            }
        )
    dearest = payload["abatement"]["dearest"]
    if dearest is not None and dearest <= prices.high:
        words = literal(_("dearest tonne bought"))
        series.append(
            {
                "id": "dearest",
                "type": "line",
                "data": [
                    [wide.low, dearest],
                    {
                        "value": [wide.high, dearest],
                        "label": {
                            **LABEL,
                            "show": True,
                            "position": [-132, -17],
                            "formatter": words,
                            "color": CAP,
                        },
                    },
                ],
                "symbol": "circle",
                "symbolSize": 0.01,
                "showAllSymbol": True,
                "silent": True,
                "lineStyle": {"color": CAP, "width": 1.6, "type": [6, 4]},
                "itemStyle": {"color": CAP},
                "z": 6,
            }
        )
    return {
        **base(axis_tip=False),
        "grid": {"left": 58, "right": 14, "top": 20, "bottom": 44},
        "xAxis": value_axis(
            wide,
            name=_("{unit} CO\u2082e over the horizon").format(unit=scale.unit),
            nameLocation="middle",
            nameGap=28,
            nameTextStyle={"color": MUTED, "fontSize": 12.5},
            splitLine={"show": False},
        ),
        "yAxis": value_axis(prices),
        "series": series,
    }


def _legend(payload: Payload, rows: list[Row]) -> list[Key]:
    marks = numbered(payload)
    return [
        Key(
            marks[row["key"]][1],
            f"{marks[row['key']][0]} {shorten(lever_name(row), 44)}",
            "fill" if row["used"] else "ring",
        )
        for row in sorted(rows, key=lambda row: marks[row["key"]][0])
    ]


def _tip(payload: Payload, row: Row, prefix: str) -> Option:
    currency = payload["scenario"]["currency"]
    return tip(
        lever_name(row),
        [
            (_("CO\u2082e over the horizon"), tonnes(row[f"{prefix}cut"])),
            (_("Present cost"), money(row[f"{prefix}cost"], currency)),
            (_("A tonne"), money(row[f"{prefix}per_tonne"], currency)),
        ],
    )


def _numbers(payload: Payload, rows: list[Row], prefix: str) -> Numbers:
    currency, marks = payload["scenario"]["currency"], numbered(payload)
    show = partial(money, currency=currency)
    headers = [_("Lever"), _("CO\u2082e over the horizon"), _("Present cost"), _("A tonne")]
    return Numbers(
        headers,
        [
            [
                f"{marks[row['key']][0]} {lever_name(row)}",
                in_full(tonnes, row[f"{prefix}cut"], unit="t"),
                *(in_full(show, row[f"{prefix}{name}"], unit=currency) for name in ("cost", "per_tonne")),
            ]
            for row in rows
        ],
    )


def _note(payload: Payload, prices: Axis, alone: bool) -> str:
    currency, dearest = payload["scenario"]["currency"], payload["abatement"]["dearest"]
    said = [_("A price list, not a timetable."), _("Areas do not add up to the cut of the plan.")]
    if dearest is not None and dearest > prices.high:
        said.append(
            _("The dearest tonne that a cap buys costs {price}, beyond the chart.").format(
                price=money(dearest, currency)
            )
        )
    rows, prefix = (ranked(payload, "alone_"), "alone_") if alone else (ranked(payload), "")
    if any(not prices.low <= row[f"{prefix}per_tonne"] <= prices.high for row in rows):
        said.append(_("Bars at the edge go on: the numbers say how far."))
    if alone and any(not row["used"] for row in rows):
        said.append(_("Outlined: not used in this plan."))
    return sentences(said)
