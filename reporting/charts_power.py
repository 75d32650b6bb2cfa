"""Charts of electricity: matched hours of typical days, three readings of scope 2, the price of matching."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from reporting.appearance import GRID, INK, MUTED, PAPER, PLAN
from reporting.charts import DASHED, DOTTED
from reporting.drawing import (
    Chart,
    Key,
    Numbers,
    Option,
    base,
    in_full,
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
    count,
    currency_name,
    emission_scale,
    money,
    money_on,
    percent,
    phrases,
    plain,
    tonnes,
    whole_percent,
)
from reporting.language import N_, spoken
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.settings import Language

METHODS: dict[str, tuple[str, str, str | list[float]]] = {
    "location": (N_("By location: grid average"), "#8a93a0", DOTTED),
    "market": (N_("By market: claims of the year"), PLAN, "solid"),
    "same_hour": (N_("By the same hour, deliverable (proposed)"), "#a8521a", DASHED),
}
SHADES = ["#f3ecd9", "#c9dfb8", "#6fb7a9", "#1f7a6f", "#0b4f6c"]
A_YEAR = date(2025, 1, 1)  # no leap day, as in the profiles


def matched_hours(payload: Payload) -> Chart | None:
    """Draw which share of each hour's load green power meets, hours across and typical days down."""
    hours = payload["power"]["hours"]
    if hours is None:
        return None
    days, last = hours["days"], payload["periods"]["last"]
    names = [day_name(day) for day in days]
    cells = [
        {
            "value": [hour, len(days) - 1 - row, round(share or 0.0, 4)],
            "tip": tip(
                phrases([names[row], f"{hour}:00"]),
                [(_("Load met by claims that count"), whole_percent(share or 0.0))],
            ),
        }
        for row, day in enumerate(days)
        for hour, share in enumerate(day["share"])
    ]
    option: Option = {
        **base(axis_tip=False),
        "grid": {"left": 92, "right": 8, "top": 6, "bottom": 30},
        "xAxis": {
            "type": "category",
            "data": [f"{hour}" for hour in range(24)],
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {"color": MUTED, "fontSize": 12.5, "interval": 2},
        },
        "yAxis": {
            "type": "category",
            "data": list(reversed(names)),
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {"color": INK, "fontSize": 12.5},
        },
        "visualMap": {"show": False, "min": 0, "max": 1, "dimension": 2, "inRange": {"color": SHADES}},
        "series": [
            {
                "id": "matched-hours",
                "type": "heatmap",
                "data": cells,
                "itemStyle": {"borderColor": PAPER, "borderWidth": 1},
            }
        ],
    }
    whole = hours["matched"][-1] or 0.0
    table = [
        [name, *(in_percent(whole_percent, share or 0.0) for share in day["share"])]
        for name, day in zip(names, days, strict=True)
    ]
    return Chart(
        "matched-hours",
        _("Load met in its own hour, {last}").format(last=last),
        _("{number} typical days, with how many each stands for; {share} of the year").format(
            number=len(days), share=whole_percent(whole)
        ),
        _("{share} of the load of {last} is met in its own hour by green power that counts").format(
            share=whole_percent(whole), last=last
        ),
        option,
        30 * len(days) + 40,
        legend=[Key(SHADES[i], text) for i, text in ((0, _("none")), (2, _("half")), (4, _("all")))],
        numbers=Numbers([_("Day"), *(f"{hour}:00" for hour in range(24))], table),
    )


def day_name(day: dict[str, Any]) -> str:
    """Return a typical day as ``14 Mar (46)``, with the days of the year it stands for."""
    when = A_YEAR + timedelta(days=day["number"] - 1)
    return _("{day} ({days})").format(day=short_day(when), days=count(day["weight"]))


def short_day(when: date) -> str:
    """Return a day of the year: ``14 Mar``, 3\u670814\u65e5."""
    if spoken() is Language.CHINESE:
        return f"{when.month}\u6708{when.day}\u65e5"
    return f"{when.day} {when:%b}"


def scope2_readings(payload: Payload) -> Chart | None:
    """Draw scope 2 of the plan by every method that is known; None when it has no scope 2 at all."""
    readings = payload["power"]["scope2"]
    shown = {method: values["plan"] for method, values in readings.items()}
    largest = max((v or 0.0 for values in shown.values() for v in values), default=0.0)
    if largest <= 0:
        return None
    labels, scale = payload["periods"]["labels"], emission_scale(largest)
    axis = round_axis([v for values in shown.values() for v in scale.values(values)])
    series = [
        line(method, scale.values(values), METHODS[method][1], 2.4, METHODS[method][2])
        for method, values in shown.items()
    ]
    option = {
        **base(),
        "grid": {"left": 46, "right": 10, "top": 12, "bottom": 28},
        "xAxis": year_axis(labels, lines=True),
        "yAxis": value_axis(axis),
        "series": series,
    }
    rows = [(_(METHODS[method][0]), values) for method, values in shown.items()]
    tips = [
        tip(label, [(name, tonnes(values[i] or 0.0)) for name, values in rows])
        for i, label in enumerate(labels)
    ]
    marks = {"solid": "line"}
    return Chart(
        "scope2",
        _("Scope 2, read in three ways") if len(shown) > 2 else _("Scope 2, read in two ways"),
        _("{unit} CO\u2082e a year, own sites").format(unit=scale.unit),
        readings_finding(payload),
        option,
        260,
        tips=tips,
        legend=[
            Key(
                METHODS[m][1],
                _(METHODS[m][0]),
                marks.get(str(METHODS[m][2]), "dots" if m == "location" else "dash"),
            )
            for m in shown
        ],
        numbers=number_rows(labels, rows, scale.divisor),
    )


def readings_finding(payload: Payload) -> str:
    """Say how far the readings of scope 2 are apart in the last year."""
    readings, last = payload["power"]["scope2"], payload["periods"]["last"]
    said = {
        "location": _("{amount} by location"),
        "market": _("{amount} by market"),
        "same_hour": _("{amount} by the same hour"),
    }
    parts = [said[m].format(amount=tonnes(values["plan"][-1] or 0.0)) for m, values in readings.items()]
    return _("Scope 2 in {last}: {readings}").format(last=last, readings=phrases(parts))


def premium_curve(payload: Payload) -> Chart | None:
    """Draw what matching costs a MWh of load beyond no target at all; None when it was not asked for."""
    points = payload["power"]["premium"]
    if not points:
        return None
    currency = payload["scenario"]["currency"]
    each = [point["per_mwh"] for point in points]
    across = round_axis([100 * point["share"] for point in points], zero=False)
    up = round_axis(each)
    data = [
        {
            "value": [100 * point["share"], point["per_mwh"]],
            "tip": tip(
                _("{share} matched").format(share=percent(point["share"])),
                [
                    (_("Premium"), _a_mwh(point["per_mwh"], currency)),
                    (_("All cost, net present value"), money(point["cost"], currency)),
                ],
            ),
        }
        for point in points
    ]
    option: Option = {
        **base(axis_tip=False),
        "grid": {"left": 56, "right": 14, "top": 14, "bottom": 42},
        "xAxis": value_axis(across, name=_("% of load matched"), nameLocation="middle", nameGap=26),
        "yAxis": value_axis(up),
        "series": [
            {
                "id": "premium",
                "type": "line",
                "data": data,
                "symbol": "circle",
                "symbolSize": 8,
                "lineStyle": {"color": PLAN, "width": 2},
                "itemStyle": {"color": PLAN, "borderColor": GRID},
            }
        ],
    }
    most = percent(points[-1]["share"])
    unit, finding = _("{currency} a MWh"), _("Matching {share} of the load costs {amount} more a MWh")
    unit = unit.format(currency=currency_name(currency))
    return Chart(
        "premium",
        _("What matching costs"),
        _("{unit} of load beyond a plan without a target, present value").format(unit=unit),
        finding.format(share=most, amount=money_on(Scale(1.0, ""), each[-1], currency)),
        option,
        260,
        numbers=Numbers(
            [_("Matched share"), unit],
            [[in_percent(percent, p["share"]), in_full(plain, p["per_mwh"])] for p in points],
        ),
    )


def _a_mwh(price: float, currency: str) -> str:
    """Return a price of electricity: ``CNY 35 a MWh``."""
    return _("{amount} a MWh").format(amount=money_on(Scale(1.0, ""), price, currency))
