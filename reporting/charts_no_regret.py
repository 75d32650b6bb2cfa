"""How many of the plans take each contested decision."""

from __future__ import annotations

from typing import Any

from reporting.appearance import CAP, INK, MUTED, PAPER, PLAN
from reporting.drawing import (
    LABEL,
    Axis,
    Chart,
    Key,
    Numbers,
    Option,
    base,
    in_percent,
    literal,
    responsive,
    tip,
    value_axis,
)
from reporting.figures import shorten, whole_percent
from reporting.language import gettext as _
from reporting.no_regret_page import decision_names
from reporting.payload import Payload

MOST = 20
MARKS = {"futures": "ring", "alternatives": "dot"}
ROW, ABOVE, BELOW = 24, 26, 46  # px
WIDE, SLIM = 250, 130  # px of names
SHARES = Axis(0.0, 100.0, 25.0)


def no_regret_chart(payload: Payload) -> Chart | None:
    """Draw the share of alternatives and of futures with each contested decision, the likeliest on top."""
    shown = payload["no_regret"]
    if shown is None:
        return None
    rows = [row for row in shown["decisions"] if row["verdict"] == "mixed"]
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: -_mean(row))
    drawn = rows[:MOST]
    families = [
        (name, said, colour, size)
        for name, said, colour, size in (
            ("futures", _("of the futures"), INK, 15),
            ("alternatives", _("of the plans nearly as cheap"), PLAN, 9),
        )
        if rows[0][name] is not None
    ]
    names = decision_names(shown)
    series: list[Option] = [_dots(name, drawn, names, colour, size) for name, _said, colour, size in families]
    series.append(_threshold(shown["asked"]["present"], len(drawn)))
    option = {
        **base(axis_tip=False),
        "grid": {"left": WIDE + 18, "right": 26, "top": ABOVE, "bottom": BELOW},
        "xAxis": value_axis(
            SHARES,
            name=_("% of the plans"),
            nameLocation="middle",
            nameGap=30,
            nameTextStyle={"color": MUTED, "fontSize": 12.5},
        ),
        "yAxis": {
            "type": "category",
            "data": [literal(shorten(names[row["key"]], 44)) for row in drawn],
            "inverse": True,
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": _names_within(WIDE),
        },
        "series": series,
    }
    left = len(rows) - len(drawn)
    note = _("{number} more contested decisions are in the workbook.").format(number=left) if left > 0 else ""
    title = _("Contested decisions")
    return Chart(
        "no-regret",
        title,
        _("Share of the plans that take each"),
        _("{title}: {number}").format(title=title, number=len(rows)),
        responsive(
            option,
            {"yAxis": {"axisLabel": _names_within(SLIM)}, "grid": {"left": SLIM + 12}},
            {"yAxis": {"axisLabel": _names_within(WIDE)}, "grid": {"left": WIDE + 18}},
        ),
        ABOVE + BELOW + ROW * max(len(drawn), 3),
        legend=[
            *(
                Key(colour, said, "ring" if name == "futures" else "dot")
                for name, said, colour, _s in families
            ),
            Key(CAP, _("in nearly all from here"), "dash"),
        ],
        numbers=_numbers(rows, names, [name for name, *_rest in families]),
        note=note,
    )


def _names_within(width: int) -> Option:
    """Return labels of decisions that are cut at so many px."""
    return {"color": INK, "fontSize": 12.5, "width": width, "overflow": "truncate"}


def _mean(row: dict[str, Any]) -> float:
    known = [row[name] for name in ("alternatives", "futures") if row[name] is not None]
    return sum(known) / len(known)


def _dots(name: str, rows: list[dict[str, Any]], names: dict[str, str], colour: str, size: int) -> Option:
    """Return one mark a decision; futures are rings around the dots of alternatives."""
    ring = name == "futures"
    style = {"color": PAPER, "borderColor": colour, "borderWidth": 1.6} if ring else {"color": colour}
    return {
        "id": name,
        "type": "scatter",
        "data": [
            {"value": [100 * row[name], place], "tip": _tip(row, names)} for place, row in enumerate(rows)
        ],
        "symbol": "circle",
        "symbolSize": size,
        "itemStyle": {"opacity": 1, **style},
        "z": 3 if ring else 4,
    }


def _threshold(present: float, rows: int) -> Option:
    """Return a dashed line at the share from which a decision is in nearly all plans."""
    at = 100 * present
    return {
        "id": "nearly-all",
        "type": "line",
        "data": [[at, 0], [at, rows - 1]],
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": CAP, "width": 1.4, "type": [6, 4]},
        "label": {**LABEL, "show": False},
        "z": 2,
    }


def _tip(row: dict[str, Any], names: dict[str, str]) -> Option:
    words = {"alternatives": _("of the plans nearly as cheap"), "futures": _("of the futures")}
    rows = [(words[name], whole_percent(row[name])) for name in words if row[name] is not None]
    return tip(names[row["key"]], [*rows, (_("In the plan"), _("yes") if row["chosen"] else _("no"))])


def _numbers(rows: list[dict[str, Any]], names: dict[str, str], families: list[str]) -> Numbers:
    words = {"alternatives": _("Plans nearly as cheap"), "futures": _("Futures")}
    return Numbers(
        [_("Decision"), _("In the plan"), *(words[name] for name in families)],
        [
            [
                names[row["key"]],
                _("yes") if row["chosen"] else _("no"),
                *(in_percent(whole_percent, row[name]) for name in families),
            ]
            for row in rows
        ],
    )
