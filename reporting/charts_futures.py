"""What not knowing the future costs in each of them."""

from __future__ import annotations

from functools import partial

from reporting.appearance import INK, MUTED, PLAN, REFERENCE
from reporting.drawing import (
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
from reporting.figures import money, money_scale, money_unit, shorten, whole_percent
from reporting.futures_page import told_apart
from reporting.language import gettext as _
from reporting.payload import Payload

MOST = 30
ROW, ABOVE, BELOW = 34, 14, 48  # px


def futures_chart(payload: Payload) -> Chart | None:
    """Draw what each future costs beyond its own best plan, with what is decided now and for the mean."""
    shown = payload["futures"]
    if shown is None or any(row["alone"] is None for row in shown["members"]) or not told_apart(payload):
        return None
    currency, rows = payload["scenario"]["currency"], shown["members"][:MOST]
    families: list[tuple[str, str, str]] = [("cost", _("decided for all futures"), PLAN)]
    if any(row["of_mean"] is not None for row in rows):
        families.append(("of_mean", _("decided for their mean"), REFERENCE))
    beyond = {
        name: [None if row[name] is None else max(row[name] - row["alone"], 0.0) for row in rows]
        for name, _said, _colour in families
    }
    largest = max((v for values in beyond.values() for v in values if v is not None), default=0.0)
    if largest <= 1e-9 * max(abs(row["alone"]) for row in rows):
        return None
    scale = money_scale(largest)
    tips = [
        tip(
            _(row["name"]),
            [
                (_("Chance"), whole_percent(row["chance"])),
                (_("If it were known"), money(row["alone"], currency)),
                *(
                    (
                        said,
                        _("no plan")
                        if beyond[name][f] is None
                        else money(beyond[name][f] or 0.0, currency, signed=True),
                    )
                    for name, said, _colour in families
                ),
            ],
        )
        for f, row in enumerate(rows)
    ]
    series: list[Option] = [
        {
            "id": name,
            "type": "bar",
            "barWidth": 11,
            "barGap": "20%",
            "itemStyle": {"color": colour},
            "data": scale.values(beyond[name]),
        }
        for name, _said, colour in families
    ]
    every = [v for values in beyond.values() for v in scale.values(values)]
    option = {
        **base(),
        "grid": {"left": 8, "right": 26, "top": ABOVE, "bottom": BELOW, "containLabel": True},
        "xAxis": value_axis(
            round_axis(every),
            name=money_unit(scale, currency),
            nameLocation="middle",
            nameGap=30,
            nameTextStyle={"color": MUTED, "fontSize": 12.5},
        ),
        "yAxis": {
            "type": "category",
            "data": [literal(shorten(_(row["name"]), 24)) for row in rows],
            "inverse": True,
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {"color": INK, "fontSize": 12.5, "width": 200, "overflow": "truncate"},
        },
        "series": series,
    }
    title = _("What not knowing the future costs")
    unit = _("Present cost beyond the best plan of each future, {unit}").format(
        unit=money_unit(scale, currency)
    )
    left = len(shown["members"]) - len(rows)
    note = _("{number} more futures are in the workbook.").format(number=left) if left else ""
    return Chart(
        "futures",
        title,
        unit,
        _("{title}: at most {most}").format(title=title, most=money(largest, currency)),
        option,
        ABOVE + BELOW + ROW * max(len(rows), 3),
        tips=tips,
        legend=[Key(colour, said) for _name, said, colour in families],
        numbers=Numbers(
            [_("Future"), *(said for _name, said, _colour in families)],
            [
                [
                    _(row["name"]),
                    *(
                        _("no plan")
                        if (v := beyond[name][f]) is None
                        else in_full(partial(money, currency=currency), v, unit=currency)
                        for name, _said, _colour in families
                    ),
                ]
                for f, row in enumerate(rows)
            ],
        ),
        note=note,
    )
