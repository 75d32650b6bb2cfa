"""Charts of where cuts come from: the wedge over the years and the steps of the last year."""

from __future__ import annotations

from functools import partial
from typing import Any

from reporting.appearance import (
    CAP,
    DEARER,
    INK,
    KIND_COLOURS,
    OTHERS,
    PLAN,
    REFERENCE,
    REFERENCE_TEXT,
    REMAINDERS,
)
from reporting.charts import DASHED, DOTTED, known, short_name
from reporting.drawing import (
    Chart,
    Key,
    Numbers,
    Option,
    base,
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
from reporting.figures import emission_scale, plain, sentences, shorten, tonnes, with_unit
from reporting.language import gettext as _
from reporting.payload import Payload, cap_line
from reporting.titles import cuts_title

MOST_PARTS = 9


def parts(payload: Payload) -> list[dict[str, Any]]:
    """Return the parts of the cut that matter, each with a colour; small kinds of intervention are one.

    The sum over parts stays the total, whatever is joined.
    """
    found = [part for part in payload["cuts"]["parts"] if any(abs(v) > 1e-6 for v in part["values"])]
    size = {id(part): max(abs(v) for v in part["values"]) for part in found}
    kinds = sorted((p for p in found if p["family"] == "intervention"), key=lambda p: -size[id(p)])
    mixes = [p for p in found if p["family"] == "mix"]
    room = max(MOST_PARTS - len(mixes), 1)
    colours = {name: colour for name, colour, _keys in REMAINDERS}
    rows = [
        {
            "label": _sentence(_(p["label"])),
            "values": p["values"],
            "colour": KIND_COLOURS[i % len(KIND_COLOURS)],
        }
        for i, p in enumerate(kinds if len(kinds) <= room else kinds[: room - 1])
    ]
    rest = kinds[len(rows) :]
    if rest:
        summed = [sum(column) for column in zip(*(p["values"] for p in rest), strict=True)]
        rows.append(
            {"label": _("{number} other kinds").format(number=len(rest)), "values": summed, "colour": OTHERS}
        )
    rows += [
        {"label": _(p["label"]), "values": p["values"], "colour": colours.get(p["label"], OTHERS)}
        for p in mixes
    ]
    return sorted(rows, key=lambda row: -row["values"][-1])


def _sentence(text: str) -> str:
    """Return `text` with a capital first letter, cut to a label's length."""
    text = shorten(text.replace("_", " "), 34)
    return text[:1].upper() + text[1:]


def wedge(payload: Payload) -> Chart:
    """Draw the cut by part, stacked from the plan up to the reference.

    Parts that add emissions cannot be stacked as cuts: the stack then passes the reference line by
    what they take back, and the note says so.
    """
    periods, emissions, cap = payload["periods"], payload["emissions"], cap_line(payload)
    labels = periods["labels"]
    rows = parts(payload)
    scale = emission_scale(max(known(emissions["plan"]) + known(emissions["reference"])))
    heights = [[max(v, 0.0) for v in row["values"]] for row in rows]
    stack = [own + sum(h[i] for h in heights) for i, own in enumerate(emissions["plan"])]
    axis = round_axis(scale.values([*stack, *emissions["reference"], *(cap or [])]))
    single = len(labels) == 1
    series = [_area("plan-area", scale.values(emissions["plan"]), "#dfe6ea", single)]
    series += [
        _area(f"part-{i}", scale.values(height), row["colour"], single)
        for i, (row, height) in reversed(list(enumerate(zip(rows, heights, strict=True))))
    ]
    series.append(line("reference", scale.values(emissions["reference"]), REFERENCE, 2.2, DOTTED, z=6))
    if cap:
        series.append(line("cap", scale.values(cap), CAP, 1.8, DASHED, z=6))
    series.append(line("plan", scale.values(emissions["plan"]), PLAN, 3, z=6))
    height, top, bottom = 372, 14, 28
    ends = [
        ("reference", scale.values(emissions["reference"])[-1], _("Reference"), REFERENCE_TEXT, False),
        ("plan", scale.values(emissions["plan"])[-1], short_name(payload), PLAN, True),
        ("cap", scale.values(cap)[-1] if cap else None, _("Cap"), CAP, False),
    ]
    series += end_labels(ends, len(labels) - 1, axis, top, height - top - bottom, dots=False)
    total = payload["cuts"]["total"]
    shown = [*((row["label"], row["values"]) for row in rows), (_("In all"), total)]
    option = {
        **base(),
        "grid": {"left": 46, "right": 96, "top": top, "bottom": bottom},
        "xAxis": year_axis(labels, lines=True),
        "yAxis": value_axis(axis),
        "series": series,
    }
    negative = [row["label"] for row in rows if min(row["values"]) < -1e-6 * max(scale.divisor, 1.0)]
    note = _(
        "Measures count what they save on what still runs; what they make possible, such as a new line, "
        "shows as process and input mix."
    )
    if negative:
        passed = _(
            "Where the stack passes the Reference line, other parts emit that much more than Reference."
        )
        note = sentences([note, passed])
    return Chart(
        "wedge",
        _("From Reference down to the plan"),
        _("{unit} CO\u2082e a year").format(unit=scale.unit),
        cuts_title(payload),
        option,
        height,
        tips=[
            tip(label, [(name, tonnes(values[i])) for name, values in shown])
            for i, label in enumerate(labels)
        ],
        legend=[Key(row["colour"], row["label"]) for row in rows],
        numbers=number_rows(labels, shown, scale.divisor),
        note=note,
    )


def _area(key: str, values: list[float | None], colour: str, single: bool) -> Option:
    """Return one stacked area, or a column when there is one period."""
    if single:
        return {
            "id": key,
            "type": "bar",
            "stack": "cut",
            "data": values,
            "itemStyle": {"color": colour},
            "barWidth": 90,
        }
    area = line(key, values, "#fbfaf7", 0.8, stack="cut")
    return {**area, "areaStyle": {"color": colour, "opacity": 1}}


def steps(payload: Payload) -> Chart:
    """Draw the way from the first year over the reference to the plan of the last year, step by step."""
    periods, emissions = payload["periods"], payload["emissions"]
    rows = parts(payload)
    first, reference, ours = emissions["reference"][0], emissions["reference"][-1], emissions["plan"][-1]
    bars: list[tuple[str, float, float, str, bool]] = []  # name, from, to, colour, whether a total
    if len(periods["start"]) > 1:
        bars.append((_("Reference {year}").format(year=periods["first"]), 0.0, first, "#9aa1aa", True))
        drift = reference - first
        if abs(drift) > 1e-6:
            drifted = _("Demand, grid, suppliers")
            bars.append((drifted, first, reference, DEARER if drift > 0 else "#c9c4b8", False))
    bars.append((_("Reference {year}").format(year=periods["last"]), 0.0, reference, "#9aa1aa", True))
    level = reference
    for row in rows:
        value = row["values"][-1]
        if abs(value) > 1e-6:
            bars.append((row["label"], level, level - value, DEARER if value < 0 else row["colour"], False))
            level -= value
    bars.append((_("Plan {year}").format(year=periods["last"]), 0.0, ours, PLAN, True))
    scale = emission_scale(max(abs(v) for bar in bars for v in bar[1:3]))
    bars.reverse()
    high = extent(*(v / scale.divisor for bar in bars for v in bar[1:3]))[1]
    data, blank = [], []
    for name, start, end, colour, whole in bars:
        low, size = min(start, end) / scale.divisor, abs(end - start) / scale.divisor
        text = plain(end / scale.divisor) if whole else plain((end - start) / scale.divisor, signed=True)
        blank.append(low)
        data.append(
            {
                "value": size,
                "itemStyle": {"color": colour, "borderRadius": 1.5},
                "label": {
                    "formatter": text,
                    "fontWeight": 600 if whole else 400,
                    "color": PLAN if colour == PLAN else INK,
                },
                "tip": tip(name, [(_("CO\u2082e a year"), with_unit(text, scale.unit))]),
            }
        )
    names: list[Any] = [
        {"value": literal(name), "textStyle": {"fontWeight": 600}} if whole else literal(name)
        for name, _start, _end, _colour, whole in bars
    ]
    label = {
        "color": INK,
        "fontSize": 12.5,
        "width": 142,
        "overflow": "break",
        "lineHeight": 15,
        "interval": 0,
    }
    option = {
        **base(axis_tip=False),
        "grid": {"left": 152, "right": 54, "top": 4, "bottom": 4},
        "yAxis": {
            "type": "category",
            "data": names,
            "axisLine": {"lineStyle": {"color": "#b9b4a8"}},
            "axisTick": {"show": False},
            "axisLabel": label,
        },
        "xAxis": {"type": "value", "show": False, "min": 0, "max": high},
        "series": [
            {
                "id": "blank",
                "type": "bar",
                "stack": "s",
                "data": blank,
                "itemStyle": {"color": "transparent"},
                "silent": True,
            },
            {
                "id": "step",
                "type": "bar",
                "stack": "s",
                "data": data,
                "barWidth": "64%",
                "label": {"show": True, "position": "right", "fontSize": 12.5},
            },
        ],
    }
    narrow = {"grid": {"left": 118}, "yAxis": {"axisLabel": {"width": 110, "fontSize": 12}}}
    wide = {"grid": {"left": 152}, "yAxis": {"axisLabel": {"width": 142, "fontSize": 12.5}}}
    table = [
        [name, in_full(partial(plain, signed=not whole), end if whole else end - start, scale.divisor)]
        for name, start, end, _colour, whole in reversed(bars)
    ]
    return Chart(
        "steps",
        _("{year}, step by step").format(year=periods["last"]),
        _("{unit} CO\u2082e a year").format(unit=scale.unit),
        cuts_title(payload),
        responsive(option, narrow, wide),
        max(36 * len(bars), 160),
        numbers=Numbers([_("Step"), _("{unit} CO\u2082e a year").format(unit=scale.unit)], table),
        note=_("Red steps add emissions.") if any(bar[3] == DEARER for bar in bars) else "",
    )
