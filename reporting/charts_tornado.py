"""Charts of how inputs swing the plan: its cost, and its emissions where they move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reporting.appearance import INK, PLAN, REFERENCE
from reporting.drawing import (
    LABEL,
    Chart,
    Figure,
    Key,
    Numbers,
    Option,
    base,
    literal,
    responsive,
    round_axis,
    tip,
    value_axis,
)
from reporting.figures import (
    DASH,
    emission_scale,
    listed,
    money,
    money_on,
    money_scale,
    money_unit,
    percent,
    plain,
    rate,
    sentences,
    shorten,
    tonnes,
)
from reporting.language import N_
from reporting.language import gettext as _
from reporting.levers import swing
from reporting.payload import Payload

Row = dict[str, Any]
Show = Callable[[float], str]

ROOM = 44  # px at both sides for what is written beside the longest bars
SMALLEST = 0.004  # of the longest bar: less is not written beside

INPUT_NAMES = {
    "demand": N_("Demand"),
    "purchase_prices": N_("Purchase prices"),
    "freight_cost": N_("Cost of freight"),
    "electricity_prices": N_("Electricity prices"),
    "operating_cost": N_("Operating cost"),
    "capex": N_("Capital of measures"),
    "carbon_price": N_("Carbon price"),
    "footprints": N_("Footprints bought"),
    "grid_factors": N_("Grid factors"),
    "freight_factors": N_("Vehicle factors"),
    "process_emissions": N_("Process emissions"),
    "discount_rate": N_("Discount rate"),
}


def input_name(key: str) -> str:
    """Return what a swung input is called; a column of a table is called as it was asked for."""
    return _(INPUT_NAMES[key]) if key in INPUT_NAMES else key


def amount_text(row: Row, end: Row) -> str:
    """Return an end of an input: ``+20%`` on what the tables say, or the rate itself."""
    amount = end["amount"]
    if row["kind"] == "rate":
        return rate(amount)
    return plain(amount) if row["usual"] is None else percent(amount - 1, signed=True)


def tornado_charts(payload: Payload) -> list[Chart]:
    """Draw by how much each input moves cost, and emissions where they move at all."""
    found = payload["tornado"]
    if found is None or not found["inputs"]:
        return []
    currency = payload["scenario"]["currency"]
    changes = [
        e["cost_change"] for row in found["inputs"] for e in row["ends"] if e["cost_change"] is not None
    ]
    scale = money_scale(max((abs(v) for v in changes), default=0.0))
    charts = [
        _swings(
            payload,
            "tornado",
            _("How inputs move the cost of the plan"),
            _("{unit} of net present value against {plan} of the plan; decisions free to change").format(
                unit=money_unit(scale, currency), plan=money(found["cost"], currency)
            ),
            "cost_change",
            scale.divisor,
            lambda value: money_on(scale, value, currency, signed=True),
        )
    ]
    moved = [
        e["emissions_change"]
        for row in found["inputs"]
        for e in row["ends"]
        if e["emissions_change"] is not None
    ]
    if max((abs(v) for v in moved), default=0.0) > 1e-4 * max(abs(found["emissions"]), 1.0):
        carbon = emission_scale(max(abs(v) for v in moved))
        charts.append(
            _swings(
                payload,
                "tornado-emissions",
                _("How inputs move its emissions"),
                _("{unit} CO\u2082e over the horizon against {plan} of the plan").format(
                    unit=carbon.unit, plan=tonnes(found["emissions"])
                ),
                "emissions_change",
                carbon.divisor,
                lambda value: tonnes(value, signed=True),
            )
        )
    return charts


def tornado_title(payload: Payload) -> str:
    """Say which input moves cost the most; those that the gaps do not tell apart are named together."""
    found, currency = payload["tornado"], payload["scenario"]["currency"]
    clear = [row for row in found["inputs"] if any(end["clear"] for end in row["ends"])]
    if not clear:
        return _("No input asked about moves the cost of the plan by more than the solver's gap")
    first = clear[0]
    level = [row for row in clear if swing(first) - swing(row) <= _slack(first) + _slack(row)]
    if len(level) > 1:
        return _("The widest swings in cost: {inputs}, not told apart by the gaps of their solves").format(
            inputs=listed([input_name(row["key"]) for row in level])
        )
    changes = [end["cost_change"] for end in first["ends"] if end["cost_change"] is not None]
    return _("The widest swing in cost: {input}, {low} to {high}").format(
        input=input_name(first["key"]),
        low=money(min(changes), currency, signed=True),
        high=money(max(changes), currency, signed=True),
    )


def _slack(row: Row) -> float:
    """Return by how much the gaps may be wrong about how far an input swings the cost."""
    return float(sum(end["slack"] or 0.0 for end in row["ends"]))


def _swings(
    payload: Payload, key: str, title: str, unit: str, field: str, divisor: float, show: Show
) -> Chart:
    """Return bars left and right of the plan, the widest swing on top."""
    rows = list(reversed(payload["tornado"]["inputs"]))
    values = [end[field] / divisor for row in rows for end in row["ends"] if end[field] is not None]
    axis = round_axis([0.0, *values], ticks=4)
    least = SMALLEST * divisor * max((abs(value) for value in values), default=0.0)
    names = [literal(shorten(input_name(row["key"]), 60)) for row in rows]
    series = [
        {
            "id": f"{name}-end",
            "type": "bar",
            "barWidth": 15,
            "barGap": "-100%",
            "itemStyle": {"color": colour},
            "data": [_bar(row, row["ends"][position], field, divisor, least, show) for row in rows],
            "label": {**LABEL, "show": True},
        }
        for position, (name, colour) in enumerate((("low", REFERENCE), ("high", PLAN)))
    ]
    label = {
        "color": INK,
        "fontSize": 12.5,
        "width": 136,
        "margin": ROOM,
        "overflow": "break",
        "lineHeight": 15,
        "interval": 0,
    }
    option = {
        **base(axis_tip=False),
        "grid": {"left": 148 + ROOM, "right": ROOM, "top": 6, "bottom": 30},
        "yAxis": {
            "type": "category",
            "data": names,
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": label,
        },
        "xAxis": value_axis(axis),
        "series": series,
    }
    narrow = {"grid": {"left": 112 + ROOM}, "yAxis": {"axisLabel": {"width": 96, "fontSize": 12}}}
    wide = {"grid": {"left": 148 + ROOM}, "yAxis": {"axisLabel": {"width": 136, "fontSize": 12.5}}}
    said = []
    if any(end["state"] == "impossible" for row in rows for end in row["ends"]):
        said.append(_("Where a bar is missing, no plan meets the caps and rules at that end."))
    if any(end["state"] == "unknown" for row in rows for end in row["ends"]):
        said.append(_("Where no plan was found in time, there is no bar."))
    said.append(_("One input at a time; caps stay at their tonnes."))
    return Chart(
        key,
        title,
        unit,
        tornado_title(payload),
        responsive(option, narrow, wide),
        max(34 * len(rows) + 40, 150),
        legend=[Key(REFERENCE, _("at its lowest")), Key(PLAN, _("at its highest"))],
        numbers=Numbers(
            [_("Input"), _("Lowest"), _("Change"), _("Highest"), _("Change")],
            [
                [
                    input_name(row["key"]),
                    *(
                        text
                        for end in row["ends"]
                        for text in (
                            Figure(amount_text(row, end), end["amount"]),
                            _told(end, field, divisor, show),
                        )
                    ),
                ]
                for row in reversed(rows)
            ],
        ),
        note=sentences(said),
    )


def _bar(row: Row, end: Row, field: str, divisor: float, least: float, show: Show) -> Option:
    value = end[field]
    if value is None:
        return {"value": None}
    hover = tip(
        input_name(row["key"]),
        [(amount_text(row, end), show(value)), *_decisions(end)],
    )
    text = amount_text(row, end) if abs(value) > least else ""
    place = "right" if value >= 0 else "left"
    return {"value": value / divisor, "label": {"position": place, "formatter": literal(text)}, "tip": hover}


def _decisions(end: Row) -> list[tuple[str, str]]:
    if end["decisions"] is None:
        return []
    return [(_("Decisions taken otherwise"), plain(end["decisions"]))]


def _told(end: Row, field: str, divisor: float, show: Show) -> str:
    """Return a change in words, or why there is none."""
    if end["state"] == "impossible":
        return _("no plan")
    if end["state"] == "unknown":
        return _("none found in time")
    if end["state"] == "same":
        return DASH
    if field == "cost_change" and not end["clear"]:
        return Figure(_("{change}, within the gap").format(change=show(end[field])), end[field] / divisor)
    return Figure(show(end[field]), end[field] / divisor)
