"""The lanes of the last year as text: for the table, for the hover over the map and for what filters both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reporting.appearance import mode_colours
from reporting.figures import count, emission_scale
from reporting.language import N_
from reporting.language import gettext as _
from reporting.names import listed_names
from reporting.payload import Payload

MOST_LANES = 15  # rows shown at a time
INBOUND, TRANSFER, DELIVERY, PARTNERS = 0, 1, 2, 3
KINDS = (N_("Inbound"), N_("Between own sites"), N_("Delivery"), N_("Between partners"))


@dataclass(frozen=True)
class LaneTable:
    """The largest lanes as text, and what stands over them.

    Attributes
    ----------
    rows : shown before anything is filtered; `kinds` : (index, name) of what to filter by.
    shown : what is said of a filtered table, with ``{shown}`` and ``{count}`` to be filled.
    """

    note: str
    unit: str
    rows: list[dict[str, Any]]
    kinds: list[tuple[int, str]]
    shown: str


def lane_table(payload: Payload) -> LaneTable:
    """Return the rows of the lane table, the largest first."""
    records = lane_records(payload)
    columns = (
        "from_name",
        "to_name",
        "kind",
        "mode",
        "carries",
        "km_text",
        "first_text",
        "last_text",
        "share",
    )
    rows = []
    for record in records["rows"][:MOST_LANES]:
        row = dict(zip(columns, record, strict=True))
        mode, colour = records["modes"][row["mode"]]
        ends = {name: records["sites"][row[name]] for name in ("from_name", "to_name")}
        rows.append(
            {
                **row,
                **ends,
                "mode_name": mode,
                "colour": colour,
                "carries": records["carries"][row["carries"]],
            }
        )
    words = {
        "count": payload["network"]["lane_count"],
        "year": payload["periods"]["last"],
        "unit": records["unit"],
    }
    note = _("{shown} of {count} in use in {year}; all are in the workbook. {unit} a year")
    kinds = sorted({row[2] for row in records["rows"]})
    return LaneTable(
        note.format(shown=len(rows), **words),
        records["unit"],
        rows,
        [(kind, records["kinds"][kind]) for kind in kinds],
        _("{shown} of {count} that fit, among the largest; all are in the workbook. {unit} a year").format(
            shown="{shown}", count="{count}", unit=records["unit"]
        ),
    )


def lane_records(payload: Payload) -> dict[str, Any]:
    """Return all lanes that are drawn, as short as they go, for the page's script.

    Returns
    -------
    ``rows`` of (from, to, kind, mode, carries, km, first year, last year, percent of the largest), where
    ends, kind, mode and goods are places in ``sites``, ``kinds``, ``modes`` (name, colour) and ``carries``;
    ``words`` are the names of what a hover text says.
    """
    lanes, periods = payload["network"]["lanes"], payload["periods"]
    owners = {site["key"]: site["owner"] == "own" for site in payload["network"]["sites"]}
    colours = mode_colours(mode["key"] for mode in payload["network"]["modes"])
    scale = emission_scale(max((lane["last"] for lane in lanes), default=0.0))
    sites: dict[str, int] = {}
    names: list[str] = []
    modes: dict[str, int] = {}
    carries: dict[str, int] = {}
    rows = []
    for lane in lanes:
        for end in ("from", "to"):
            if lane[end] not in sites:
                sites[lane[end]] = len(sites)
                names.append(lane[f"{end}_name"])
        goods = listed_names(lane["carries"])
        rows.append(
            [
                sites[lane["from"]],
                sites[lane["to"]],
                _kind(owners.get(lane["from"], False), owners.get(lane["to"], False)),
                modes.setdefault(lane["mode"], len(modes)),
                carries.setdefault(goods, len(carries)),
                count(lane["km"]),
                scale.show(lane["first"]),
                scale.show(lane["last"]),
                round(100 * lane["last"] / lanes[0]["last"], 1),
            ]
        )
    named = {lane["mode"]: lane["mode_name"] for lane in lanes}
    return {
        "sites": names,
        "keys": list(sites),
        "modes": [[named[mode], colours[mode]] for mode in modes],
        "kinds": [_(kind) for kind in KINDS],
        "carries": list(carries),
        "rows": rows,
        "unit": scale.unit,
        "most": MOST_LANES,
        "words": [
            _("Mode"),
            _("Carries"),
            _("{unit} in {year}").format(unit=scale.unit, year=periods["last"]),
            _("Distance, km"),
        ],
    }


def _kind(from_own: bool, to_own: bool) -> int:
    """Return which part of the chain a lane is."""
    if from_own and to_own:
        return TRANSFER
    if from_own or to_own:
        return DELIVERY if from_own else INBOUND
    return PARTNERS
