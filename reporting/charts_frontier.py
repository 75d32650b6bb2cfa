"""The cost-carbon frontier: what each further cut costs at the least, and where the plan stands."""

from __future__ import annotations

from typing import Any

from reporting.appearance import GRID, INK, MUTED, PAPER, PLAN, REFERENCE
from reporting.charts import known, short_name
from reporting.drawing import (
    LABEL,
    Chart,
    Key,
    Numbers,
    Option,
    base,
    in_full,
    in_percent,
    literal,
    round_axis,
    tip,
    value_axis,
)
from reporting.figures import (
    currency_name,
    emission_scale,
    money,
    money_scale,
    money_unit,
    percent,
    plain,
    sentences,
    tonnes,
)
from reporting.language import N_
from reporting.language import gettext as _
from reporting.payload import Payload

HEIGHT, DOT, RING = 360, 8, 20


def frontier_chart(payload: Payload) -> Chart | None:
    """Draw present cost over emissions for every point, the plan ringed; None without a frontier."""
    found = payload.get("frontier")
    if not found:
        return None
    currency = payload["scenario"]["currency"]
    chosen, today = found["chosen"], found["reference"]
    emitted, cost = known(found["emissions"]), known(found["cost"])
    carbon = emission_scale(max(*emitted, chosen["emissions"], today["emissions"]))
    paid = money_scale(max(*cost, chosen["cost"], today["cost"]))

    def place(emissions: float, amount: float) -> list[float]:
        return [emissions / carbon.divisor, amount / paid.divisor]

    points = [place(e, c) for e, c in zip(emitted, cost, strict=True)]
    others = [place(p["emissions"], p["cost"]) for p in (chosen, today)]
    across = round_axis([at[0] for at in (*points, *others)], zero=False)
    up = round_axis([at[1] for at in (*points, *others)], zero=False)
    data = [{"value": at, "tip": _tip(found, i, currency)} for i, at in enumerate(points)]
    series: list[Option] = [
        {
            "id": "frontier",
            "type": "line",
            "data": data,
            "symbol": "circle",
            "symbolSize": DOT,
            "showAllSymbol": True,
            "lineStyle": {"color": INK, "width": 1.6},
            "itemStyle": {"color": INK, "borderColor": PAPER, "borderWidth": 1},
            "z": 4,
        },
        _mark("reference", others[1], DOT + 2, {"color": REFERENCE}),
        _mark(
            "chosen",
            others[0],
            RING,
            {"color": "transparent", "borderColor": PLAN, "borderWidth": 2.4},
            label=_label(
                short_name(payload), right=others[0][0] > across.low + 0.6 * (across.high - across.low)
            ),
        ),
        _mark("chosen-dot", others[0], DOT, {"color": PLAN}),
    ]
    for key, mark in (("reference", today), ("chosen", chosen)):
        hover = tip(
            _("Reference") if key == "reference" else short_name(payload),
            [(_("Emissions"), tonnes(mark["emissions"])), (_("Present cost"), money(mark["cost"], currency))],
        )
        for entry in series:
            if entry["id"].startswith(key):
                entry["data"][0]["tip"] = hover
    option = {
        **base(axis_tip=False),
        "grid": {"left": 62, "right": 26, "top": 22, "bottom": 52},
        "xAxis": value_axis(
            across,
            name=_("{unit} CO\u2082e {period}").format(
                unit=carbon.unit, period=_period(payload, found["measure"])
            ),
            nameLocation="middle",
            nameGap=30,
            nameTextStyle={"color": MUTED, "fontSize": 12.5},
            splitLine={"show": False},
            axisLine={"show": True, "onZero": False, "lineStyle": {"color": GRID}},
        ),
        "yAxis": value_axis(up),
        "series": series,
    }
    unit = _("{unit} over {years}; neither axis starts at zero")
    return Chart(
        "frontier",
        _("Present cost against emissions"),
        unit.format(unit=money_unit(paid, currency), years=_span(payload)),
        frontier_title(payload),
        option,
        HEIGHT,
        legend=[
            Key(INK, _("cheapest plan for its emissions"), "dot"),
            Key(PLAN, short_name(payload), "ring"),
            Key(REFERENCE, _("reference"), "dot"),
        ],
        numbers=_numbers(found, currency),
    )


def frontier_title(payload: Payload) -> str:
    """Say how the plan stands to the frontier."""
    found, currency = payload["frontier"], payload["scenario"]["currency"]
    chosen = found["chosen"]
    at_most = [c for e, c in _pairs(found) if e <= chosen["emissions"] * (1 + 1e-6)]
    if not at_most:
        return _("The plan emits less than any plan of the frontier")
    beaten = chosen["cost"] - min(at_most)
    slack = abs(chosen["cost"]) * max(known(found["gap"]), default=0.0)
    if beaten > slack and beaten > 1e-6 * abs(chosen["cost"]):
        said = _("The same levers could emit no more and cost {amount} less")
        return said.format(amount=money(beaten, currency))
    return _("No plan of the frontier emits less and costs noticeably less")


def frontier_sub(payload: Payload) -> str:
    """Say what a tonne costs at both ends of the frontier, and under what rules."""
    found, currency = payload["frontier"], payload["scenario"]["currency"]
    prices = [p for p in known(found["price_by_difference"]) if p > 0]
    spoken = ""
    if prices:
        spoken = _(
            "From one point to the next, a tonne cut costs {least} where cuts are cheapest and {most} where "
            "they are dearest."
        ).format(least=money(min(prices), currency), most=money(max(prices), currency))
    each = _(
        "Each point is the cheapest plan under its own limit on emissions {period}, with the pathway's "
        "levers and without its caps."
    )
    return sentences([spoken, each.format(period=_period(payload, found["measure"]))])


def _pairs(found: dict[str, Any]) -> list[tuple[float, float]]:
    return list(zip(known(found["emissions"]), known(found["cost"]), strict=True))


def _span(payload: Payload) -> str:
    return f"{payload['periods']['first']}\u2013{payload['periods']['end']}"


def _period(payload: Payload, measure: str) -> str:
    if measure == "cumulative":
        return _("over {years}").format(years=_span(payload))
    return _("a year in {year}").format(year=payload["periods"]["labels"][-1])


def _mark(key: str, at: list[float], size: int, style: Option, label: Option | None = None) -> Option:
    """Return one mark that is not of the frontier."""
    return {
        "id": key,
        "type": "scatter",
        "data": [{"value": at}],
        "symbol": "circle",
        "symbolSize": size,
        "itemStyle": {"opacity": 1, **style},
        "z": 7,
        **({"label": label} if label else {}),
    }


def _label(text: str, right: bool) -> Option:
    """Return the plan's name above the falling line, or below it where there is no room on the right."""
    side: Option = (
        {"position": "left", "offset": [0, 12]} if right else {"position": "right", "offset": [0, -12]}
    )
    return {
        **LABEL,
        **side,
        "show": True,
        "formatter": literal(text),
        "color": PLAN,
        "fontWeight": 600,
    }


def _tip(found: dict[str, Any], point: int, currency: str) -> Option:
    rows = [
        (_("Emissions"), tonnes(found["emissions"][point])),
        (_("Present cost"), money(found["cost"][point], currency)),
        (_("Gap"), _share(found["gap"][point])),
        (_("Next tonne, same decisions"), _price(found["price_by_dual"][point], currency)),
        (_("A tonne from the tighter point"), _price(found["price_by_difference"][point], currency)),
    ]
    head = _("Point {number} of {total}").format(number=point + 1, total=len(found["cost"]))
    return tip(head, rows)


def _price(value: float | None, currency: str) -> str:
    return "\u2013" if value is None else _("{amount} a t").format(amount=money(value, currency))


def _share(value: float | None) -> str:
    return "\u2013" if value is None else percent(value)


def _numbers(found: dict[str, Any], currency: str) -> Numbers:
    headers = [
        _(header).format(currency=currency_name(currency))
        for header in (
            N_("Point"),
            N_("t CO\u2082e"),
            N_("{currency}, present cost"),
            N_("Gap"),
            N_("{currency} a t, same decisions"),
            N_("{currency} a t, to the tighter point"),
        )
    ]
    rows = [
        [
            str(p + 1),
            *(in_full("{:,.0f}".format, found[name][p]) for name in ("emissions", "cost")),
            in_percent(percent, found["gap"][p]),
            *(in_full(plain, found[name][p]) for name in _PRICES),
        ]
        for p in range(len(found["cost"]))
    ]
    return Numbers(headers, rows)


_PRICES = ("price_by_dual", "price_by_difference")
