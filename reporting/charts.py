"""Charts of emissions and cost by year: plan, reference and cap side by side.

Every chart carries the reference; lines and columns start at zero unless the unit line says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from reporting.appearance import (
    CAP,
    CHEAPER,
    COSTS,
    DEARER,
    EMISSIONS,
    INK,
    MUTED,
    PLAN,
    REFERENCE,
    REFERENCE_TEXT,
    cost_account,
    emission_account,
)
from reporting.drawing import (
    Chart,
    Key,
    Numbers,
    Option,
    base,
    columns,
    end_labels,
    extent,
    in_full,
    line,
    literal,
    number_rows,
    responsive,
    round_axis,
    tip,
    value_axis,
    year_axis,
)
from reporting.figures import (
    Scale,
    change,
    clauses,
    emission_scale,
    money_on,
    money_scale,
    money_unit,
    percent,
    plain,
    tonnes,
)
from reporting.findings import headline
from reporting.language import gettext as _
from reporting.payload import Payload, cap_line
from reporting.scope2 import in_words
from reporting.titles import cost_title, emissions_title

DASHED, DOTTED = [6.0, 4.0], [1.5, 3.5]


def short_name(payload: Payload) -> str:
    """Return the pathway's name when it fits beside a line, else ``Plan``."""
    title = str(payload["pathway"]["title"])
    return title if len(title) <= 15 else _("Plan")


def known(values: Sequence[float | None] | None) -> list[float]:
    """Return the values that are there."""
    return [v for v in values or [] if v is not None]


def hero(payload: Payload) -> Chart:
    """Draw yearly emissions of plan and reference against the cap."""
    emissions, labels = payload["emissions"], payload["periods"]["labels"]
    cap = cap_line(payload)
    scale = emission_scale(max(known(emissions["plan"]) + known(emissions["reference"]) + known(cap)))
    ours, theirs = scale.values(emissions["plan"]), scale.values(emissions["reference"])
    limit = scale.values(cap) if cap else [None] * len(labels)
    axis = round_axis([*ours, *theirs, *limit], ticks=4)
    height, top, bottom, last = 330, 16, 30, len(labels) - 1
    start = emissions["reference"][0]

    def moved(value: float | None) -> str:
        share = change(value, start) if value is not None else None
        return percent(share, signed=True) if share is not None and last > 0 else ""

    entries = [
        (
            "reference",
            theirs[-1],
            _("Reference {change}").format(change=moved(emissions["reference"][-1])).strip(),
            REFERENCE_TEXT,
            False,
        ),
        (
            "cap",
            limit[-1],
            _("Cap {change}").format(change=moved(cap[-1]) if cap else "").strip(),
            CAP,
            False,
        ),
        ("plan", ours[-1], f"{short_name(payload)} {moved(emissions['plan'][-1])}".strip(), PLAN, True),
    ]
    series = [
        line("reference", theirs, REFERENCE, 2, DOTTED),
        *([line("cap", limit, CAP, 1.8, DASHED)] if cap else []),
        line("plan", ours, PLAN, 3.6),
        *end_labels(entries, last, axis, top, height - top - bottom),
    ]
    shown = [
        (_("Reference"), emissions["reference"]),
        *([(_("Cap"), cap)] if cap else []),
        (_("Plan"), emissions["plan"]),
    ]
    unit = _("{unit} CO\u2082e a year").format(unit=scale.unit)
    option = {
        **base(),
        "grid": {"left": 46, "right": 128, "top": top, "bottom": bottom},
        "xAxis": year_axis(labels, lines=True),
        "yAxis": value_axis(axis),
        "series": series,
    }
    return Chart(
        "hero",
        _("Emissions against the cap") if cap else _("Emissions by year"),
        clauses([unit, *([_("changes are on Reference {year}").format(year=labels[0])] if last else [])]),
        headline(payload),
        option,
        height,
        tips=_tips(labels, shown, tonnes),
        numbers=number_rows(labels, shown, scale.divisor),
    )


def _tips(labels: Sequence[str], series: Sequence[tuple[str, Any]], show: Any) -> list[Option]:
    """Return one hover text a period; what is missing is left out."""
    return [
        tip(label, [(name, show(values[i])) for name, values in series if values[i] is not None])
        for i, label in enumerate(labels)
    ]


def _stacked(
    payload: Payload,
    groups: Sequence[tuple[str, str, list[float]]],
    reference: Sequence[float],
    cap: Sequence[float | None] | None,
    scale: Scale,
    show: Any,
) -> tuple[Option, list[Option], Numbers, list[Key]]:
    """Return columns by group with the reference's total and the cap as lines over them.

    Parameters
    ----------
    groups : (name, colour, values) in base units, stacked in this order.
    """
    labels = payload["periods"]["labels"]
    stacked = [values for _name, _colour, values in groups]
    totals = [sum(values[i] for values in stacked) for i in range(len(labels))]
    up = [sum(max(values[i], 0.0) for values in stacked) for i in range(len(labels))]
    down = [sum(min(values[i], 0.0) for values in stacked) for i in range(len(labels))]
    axis = round_axis(scale.values([*up, *down, *reference, *(cap or [])])).closed_below(
        min(down) / scale.divisor
    )
    series = [columns(name, scale.values(values), colour) for name, colour, values in groups]
    series.append(line("reference", scale.values(reference), REFERENCE, 2, DOTTED, z=4))
    if cap:
        series.append(line("cap", scale.values(cap), CAP, 2, DASHED, z=4))
    option = {
        **base(),
        "grid": {"left": 52, "right": 10, "top": 14, "bottom": 28},
        "xAxis": year_axis(labels, lines=False),
        "yAxis": value_axis(axis),
        "series": series,
    }
    listed = [(name, values) for name, _colour, values in groups]
    shown = [
        *reversed(listed),
        (_("Plan in all"), totals),
        (_("Reference"), reference),
        *([(_("Cap"), cap)] if cap else []),
    ]
    legend = [Key(colour, name) for name, colour, _values in reversed(groups)]
    legend += [Key(REFERENCE, _("Reference in all"), "dots"), *([Key(CAP, _("Cap"), "dash")] if cap else [])]
    return option, _tips(labels, shown, show), number_rows(labels, shown, scale.divisor), legend


def emissions_by_scope(payload: Payload) -> Chart:
    """Draw the plan's emissions by group of accounts, with reference and cap."""
    groups: dict[str, tuple[str, list[float]]] = {}
    order = [a.group for a in EMISSIONS.values()]
    for account in payload["emissions"]["accounts"]:
        if account["counted"] and any(account["plan"]):
            colour, values = groups.get(account["group"], (emission_account(account["key"]).colour, []))
            added = [
                a + b for a, b in zip(values or [0.0] * len(account["plan"]), account["plan"], strict=True)
            ]
            groups[account["group"]] = (colour, added)
    ranked = sorted(groups, key=lambda name: order.index(name) if name in order else len(order))
    cap, reference = cap_line(payload), payload["emissions"]["reference"]
    scale = emission_scale(max(known(reference) + known(payload["emissions"]["plan"]) + known(cap)))
    stacked = [(_(name), groups[name][0], groups[name][1]) for name in ranked]
    option, tips, numbers, legend = _stacked(payload, stacked, reference, cap, scale, tonnes)
    return Chart(
        "scopes",
        _("Emissions by scope"),
        _("{unit} CO\u2082e a year, scope 2 {method}").format(
            unit=scale.unit, method=in_words(payload["emissions"]["scope2"])
        ),
        emissions_title(payload),
        option,
        360,
        tips=tips,
        legend=legend,
        numbers=numbers,
    )


def cost_by_year(payload: Payload) -> Chart:
    """Draw the plan's cost by account as an amount per year, with the reference's total."""
    cost, periods = payload["cost"], payload["periods"]
    currency, years = payload["scenario"]["currency"], periods["years"]
    per_year = {
        a["key"]: [value / n for value, n in zip(a["plan"], years, strict=True)]
        for a in cost["accounts"]
        if any(a["plan"])
    }
    order = list(COSTS)
    ranked = sorted(per_year, key=lambda key: order.index(key) if key in order else len(order))
    reference = [value / n for value, n in zip(cost["reference"], years, strict=True)]
    total = [value / n for value, n in zip(cost["plan"], years, strict=True)]
    scale = money_scale(max(abs(v) for v in [*reference, *total, 0.0]))
    stacked = [(_(cost_account(key).label), cost_account(key).colour, per_year[key]) for key in ranked]
    option, tips, numbers, legend = _stacked(
        payload,
        stacked,
        reference,
        None,
        scale,
        lambda v: money_on(scale, v, currency),
    )
    return Chart(
        "cost",
        _("Cost by account"),
        _("{unit} a year, as paid (not discounted)").format(unit=money_unit(scale, currency)),
        cost_title(payload),
        option,
        360,
        tips=tips,
        legend=legend,
        numbers=numbers,
    )


def cost_difference(payload: Payload) -> Chart:
    """Draw by how much each cost account differs from the reference, discounted."""
    cost, currency = payload["cost"], payload["scenario"]["currency"]
    rows = [(_(a["label"]), a["npv_plan"] - a["npv_reference"]) for a in cost["accounts"]]
    largest = max((abs(v) for _name, v in rows), default=0.0)
    rows = [row for row in rows if abs(row[1]) > 5e-4 * largest and abs(row[1]) > 0.5]
    rows.sort(key=lambda row: row[1])
    rows = [(_("In all"), cost["extra"]), *rows]
    scale = money_scale(max(largest, abs(cost["extra"])))
    shown = scale.values([value for _name, value in rows])
    low, high = extent(*known(shown))
    room = 54  # px kept for the numbers beside the bars
    left = 148 + room * (low < 0)
    option = {
        **base(axis_tip=False),
        "grid": {"left": left, "right": room * (high > 0) + 4, "top": 4, "bottom": 4},
        "yAxis": _names([name for name, _value in rows], margin=8 + room * (low < 0), bold_first=True),
        "xAxis": {"type": "value", "show": False, "min": low, "max": max(high, low + 1e-9)},
        "series": [_signed_bars(rows, shown, scale, currency)],
    }
    return Chart(
        "cost-difference",
        _("What the plan adds and saves"),
        _("{unit} against Reference, net present value").format(unit=money_unit(scale, currency)),
        cost_title(payload),
        option,
        max(40 * len(rows), 120),
        legend=[Key(DEARER, _("dearer")), Key(CHEAPER, _("cheaper"))],
        numbers=Numbers(
            [_("Account"), money_unit(scale, currency)],
            [[n, in_full(partial(plain, signed=True), v, scale.divisor)] for n, v in rows],
        ),
    )


def _names(names: Sequence[str], margin: int, bold_first: bool = False) -> Option:
    """Return a vertical axis of names `margin` px off the plot, wrapped rather than cut."""
    label = {
        "color": INK,
        "fontSize": 12.5,
        "margin": margin,
        "width": 138,
        "overflow": "break",
        "lineHeight": 15,
        "interval": 0,
    }
    data: list[Any] = list(map(literal, names))
    if bold_first and data:
        data[0] = {"value": data[0], "textStyle": {"fontWeight": 600}}
    return {
        "type": "category",
        "data": data,
        "axisLine": {"lineStyle": {"color": "#b9b4a8"}, "onZero": True},
        "axisTick": {"show": False},
        "axisLabel": label,
    }


def _signed_bars(
    rows: Sequence[tuple[str, float]], shown: Sequence[float | None], scale: Scale, currency: str
) -> Option:
    """Return bars that grow right when dearer and left when cheaper, each with its number."""
    data = []
    for (name, value), size in zip(rows, shown, strict=True):
        text = plain(value / scale.divisor, signed=True)
        data.append(
            {
                "value": size,
                "itemStyle": {"color": DEARER if value > 0 else CHEAPER},
                "label": {"show": True, "position": "right" if value >= 0 else "left", "formatter": text},
                "tip": tip(name, [(_("Against Reference"), money_on(scale, value, currency, signed=True))]),
            }
        )
    return {
        "id": "delta",
        "type": "bar",
        "data": data,
        "barWidth": "58%",
        "label": {"color": INK, "fontSize": 12.5},
    }


def capital_by_year(payload: Payload) -> Chart | None:
    """Draw capital paid by year; None when there is none."""
    account = next((a for a in payload["cost"]["accounts"] if a["key"] == "capex"), None)
    if account is None or not any(v and v > 0.5 for v in account["plan"]):
        return None
    periods, currency = payload["periods"], payload["scenario"]["currency"]
    scale = money_scale(max(account["plan"]))
    paid = (
        _("{unit}, in the year it is paid")
        if set(periods["years"]) == {1}
        else _("{unit}, in the period it is paid")
    )
    axis = round_axis(scale.values(account["plan"]), ticks=3)
    series = columns("capital", scale.values(account["plan"]), PLAN, stack=None)
    series["data"] = [
        {
            "value": v or None,
            "label": {"show": bool(v), "position": "top", "formatter": plain(v or 0.0), "color": MUTED},
        }
        for v in scale.values(account["plan"])
    ]
    wide = {"series": [{"id": "capital", "label": {"fontSize": 12.5}}]}
    narrow = {"series": [{"id": "capital", "label": {"fontSize": 11}}]}
    option = {
        **base(),
        "grid": {"left": 46, "right": 8, "top": 22, "bottom": 28},
        "xAxis": year_axis(periods["labels"], lines=False),
        "yAxis": value_axis(axis),
        "series": [series],
    }
    shown = [(_("Capital"), account["plan"])]
    in_all = money_on(scale, sum(account["plan"]), currency)
    return Chart(
        "capital",
        _("Capital by year"),
        paid.format(unit=money_unit(scale, currency)),
        _("Capital of {amount} in all").format(amount=in_all),
        responsive(option, narrow, wide),
        220,
        tips=_tips(periods["labels"], shown, lambda v: money_on(scale, v, currency)),
        numbers=number_rows(periods["labels"], shown, scale.divisor),
    )
