"""Sheets of the workbook about freight by mode, hub operations and what stands beside the emissions."""

from __future__ import annotations

from reporting.language import gettext as _
from reporting.moments import whole_number
from reporting.payload import Payload
from reporting.workbook_columns import PATHWAY, PERIOD, Column, Row, Table, number_columns

KILOGRAMS = 1000.0
WHEEL = number_columns(
    "amount", 24, *(f"{way}, t per year" for way in ("Tank to wheel", "Well to tank", "Well to wheel"))
)


def freight_sheets(payload: Payload) -> list[Table]:
    """Return freight by mode and period, hubs where they are known, and lines beside where there are any."""
    starts = [whole_number(start) for start in payload["periods"]["start"]]
    found = [_modes(payload, starts)] if payload["freight"]["modes"] else []
    if payload["freight"]["hubs"]:
        found.append(_hubs(payload, starts))
    if payload["beside"] is not None and payload["beside"]["lines"]:
        found.append(_beside(payload, starts))
    return found


def _modes(payload: Payload, starts: list[int | None]) -> Table:
    rows: list[Row] = []
    for mode in payload["freight"]["modes"]:
        for pathway, figures in (("Plan", mode), ("Reference", mode["reference"])):
            for t, start in enumerate(starts if figures else []):
                moved, ttw, wtt = (figures[name][t] for name in ("tonne_km", "ttw", "wtt"))
                each = (ttw + wtt) * KILOGRAMS / moved if moved else None
                load = figures.get("load_factor")
                direct = figures["great_circle_tonne_km"][t]
                shown = [moved, direct, ttw, wtt, ttw + wtt, each, None if load is None else load[t]]
                rows.append([pathway, mode["name"], start, *shown])
    columns = [
        PATHWAY,
        Column("Mode", width=26),
        PERIOD,
        Column("tonne-km per year", "whole", 20),
        Column("tonne-km by great circle", "whole", 24),
        *WHEEL,
        Column("kg per tonne-km", "amount", 16),
        Column("Load factor", "share", 12),
    ]
    meaning = _("Freight by mode, tank to wheel and well to tank apart (ISO 14083), partners' hubs included.")
    return Table("Freight", meaning, columns, rows)


def _hubs(payload: Payload, starts: list[int | None]) -> Table:
    rows: list[Row] = []
    for hub in payload["freight"]["hubs"]:
        for t, start in enumerate(starts):
            handled, ttw, wtt = (hub[name][t] for name in ("handled", "ttw", "wtt"))
            rows.append([hub["name"], start, handled, ttw, wtt, ttw + wtt])
    columns = [
        Column("Hub", width=34),
        PERIOD,
        Column("Handled per year", "whole", 18),
        *WHEEL,
    ]
    meaning = _("Handling at hubs; booked with the freight that leaves, or by scope at own hubs.")
    return Table("Hubs", meaning, columns, rows)


def _beside(payload: Payload, starts: list[int | None]) -> Table:
    rows: list[Row] = []
    for line in payload["beside"]["lines"]:
        for t, start in enumerate(starts):
            before, spread = line["reference"], line["trials"]
            ends = [spread[end][t] for end in ("low", "high")] if spread else [None, None]
            figures = [before[t] if before else None, line["plan"][t], *ends]
            rows.append([line["name"], f"{line['unit']} per year", start, *figures])
    columns = [
        Column("Line", width=40),
        Column("Unit", width=16),
        PERIOD,
        *number_columns("amount", 16, "Reference", "Plan"),
        *number_columns("amount", 22, "Trials, 5th percentile", "Trials, 95th percentile"),
    ]
    meaning = _("Avoided, displaced and bought: beside the emissions and in no total.")
    return Table("Beside", meaning, columns, rows)
