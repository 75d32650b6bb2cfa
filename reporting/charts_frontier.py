"""The cost-carbon frontier: what each further cut costs at the least, and where the plan stands."""

from __future__ import annotations

from typing import Any

from reporting.appearance import GRID, INK, MUTED, PAPER, PLAN, REFERENCE
from reporting.charts import known, short_name
from reporting.drawing import LABEL, Chart, Key, Numbers, Option, base, literal, round_axis, tip, value_axis
from reporting.figures import emission_scale, money, money_scale, percent, plain, tonnes
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
    across = round_axis([x for x, _ in (*points, *others)], zero=False)
    up = round_axis([y for _, y in (*points, *others)], zero=False)
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
            "Reference" if key == "reference" else short_name(payload),
            [("Emissions", tonnes(mark["emissions"])), ("Present cost", money(mark["cost"], currency))],
        )
        for entry in series:
            if entry["id"].startswith(key):
                entry["data"][0]["tip"] = hover
    option = {
        **base(axis_tip=False),
        "grid": {"left": 62, "right": 26, "top": 22, "bottom": 52},
        "xAxis": value_axis(
            across,
            name=f"{carbon.unit} CO\u2082e {_period(payload, found['measure'])}",
            nameLocation="middle",
            nameGap=30,
            nameTextStyle={"color": MUTED, "fontSize": 12.5},
            splitLine={"show": False},
            axisLine={"show": True, "onZero": False, "lineStyle": {"color": GRID}},
        ),
        "yAxis": value_axis(up),
        "series": series,
    }
    unit = f"{currency} {paid.unit}".strip()
    return Chart(
        "frontier",
        "Present cost against emissions",
        f"{unit} over {_span(payload)}; neither axis starts at zero",
        frontier_title(payload),
        option,
        HEIGHT,
        legend=[
            Key(INK, "cheapest plan for its emissions", "dot"),
            Key(PLAN, short_name(payload), "ring"),
            Key(REFERENCE, "reference", "dot"),
        ],
        numbers=_numbers(found, currency),
    )


def frontier_title(payload: Payload) -> str:
    """Say how the plan stands to the frontier."""
    found, currency = payload["frontier"], payload["scenario"]["currency"]
    chosen = found["chosen"]
    at_most = [c for e, c in _pairs(found) if e <= chosen["emissions"] * (1 + 1e-6)]
    if not at_most:
        return "The plan emits less than any plan of the frontier"
    beaten = chosen["cost"] - min(at_most)
    slack = abs(chosen["cost"]) * max(known(found["gap"]), default=0.0)
    if beaten > slack and beaten > 1e-6 * abs(chosen["cost"]):
        return f"The same levers could emit no more and cost {money(beaten, currency)} less"
    return "No plan of the frontier emits less and costs noticeably less"


def frontier_sub(payload: Payload) -> str:
    """Say what a tonne costs at both ends of the frontier, and under what rules."""
    found, currency = payload["frontier"], payload["scenario"]["currency"]
    prices = [p for p in known(found["price_by_difference"]) if p > 0]
    spoken = ""
    if prices:
        spoken = (
            f"From one point to the next, a tonne cut costs {money(min(prices), currency)} where cuts are "
            f"cheapest and {money(max(prices), currency)} where they are dearest. "
        )
    return (
        f"{spoken}Each point is the cheapest plan under its own limit on emissions "
        f"{_period(payload, found['measure'])}, with the pathway's levers and without its caps."
    )


def _pairs(found: dict[str, Any]) -> list[tuple[float, float]]:
    return list(zip(known(found["emissions"]), known(found["cost"]), strict=True))


def _span(payload: Payload) -> str:
    return f"{payload['periods']['first']}\u2013{payload['periods']['end']}"


def _period(payload: Payload, measure: str) -> str:
    if measure == "cumulative":
        return f"over {_span(payload)}"
    return f"a year in {payload['periods']['labels'][-1]}"


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
        ("Emissions", tonnes(found["emissions"][point])),
        ("Present cost", money(found["cost"][point], currency)),
        ("Gap", _share(found["gap"][point])),
        ("Next tonne, same decisions", _price(found["price_by_dual"][point], currency)),
        ("A tonne from the tighter point", _price(found["price_by_difference"][point], currency)),
    ]
    return tip(f"Point {point + 1} of {len(found['cost'])}", rows)


def _price(value: float | None, currency: str) -> str:
    return "\u2013" if value is None else f"{money(value, currency)} a t"


def _share(value: float | None) -> str:
    return "\u2013" if value is None else percent(value)


def _numbers(found: dict[str, Any], currency: str) -> Numbers:
    headers = [
        "Point",
        "t CO\u2082e",
        f"{currency}, present cost",
        "Gap",
        f"{currency} a t, same decisions",
        f"{currency} a t, to the tighter point",
    ]
    rows = [
        [
            str(p + 1),
            f"{found['emissions'][p]:,.0f}",
            f"{found['cost'][p]:,.0f}",
            _share(found["gap"][p]),
            *("\u2013" if found[name][p] is None else plain(found[name][p]) for name in _PRICES),
        ]
        for p in range(len(found["cost"]))
    ]
    return Numbers(headers, rows)


_PRICES = ("price_by_dual", "price_by_difference")
