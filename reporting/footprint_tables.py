"""Tables about footprints: how well purchases are known, and where most is emitted."""

from __future__ import annotations

from typing import Any

from reporting.figures import clauses, count, emission_scale, enumerated, plain, whole_percent
from reporting.language import N_, ngettext
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.risk_tables import RiskTable

MOST_SITES = 15
TIERS = {
    "own": N_("Measured by oneself"),
    "supplier": N_("Stated by the supplier"),
    "sector": N_("Average of the sector"),
    "regional": N_("Average of the region"),
    "national": N_("Average of the country"),
}


def footprint_tables(payload: Payload) -> list[RiskTable]:
    """Return the tables there is something to say in."""
    found = (coverage_table(payload), hotspot_table(payload))
    return [table for table in found if table is not None]


def coverage_table(payload: Payload) -> RiskTable | None:
    """Return shares of purchases by data tier, first and last year; None where nothing is bought."""
    known = payload["coverage"]
    if known is None:
        return None
    ends = (0, -1) if len(payload["periods"]["labels"]) > 1 else (-1,)
    years = [payload["periods"]["labels"][end] for end in ends]
    measures = {
        "spend": _("Spend {year}"),
        "tonnes": _("Tonnes {year}"),
        "emissions": _("CO\u2082e {year}"),
    }
    title = _("{share} of what purchases emit in {year} is known from suppliers themselves")
    return RiskTable(
        title.format(share=whole_percent(known["primary"]["emissions"][-1]), year=years[-1]),
        _(
            "Shares of what is bought, by how its footprint is known, in %; CO\u2082e up to the supplier's "
            "gate"
        ),
        [_("Footprint"), *(said.format(year=year) for said in measures.values() for year in years)],
        [
            [_(TIERS[row["tier"]]), *(plain(100 * row[key][end]) for key in measures for end in ends)]
            for row in known["tiers"]
        ],
        half=True,
    )


def hotspot_table(payload: Payload) -> RiskTable | None:
    """Return the sites that make up 80 % of emissions; None where nothing is emitted."""
    hot = payload["hotspots"]
    if hot is None:
        return None
    scale = emission_scale(max(row["emissions"] for row in hot["sites"]))
    rows = [
        [
            row["name"],
            tier_name(row["tier"]),
            scale.show(row["emissions"]),
            whole_percent(row["share"]),
            whole_percent(row["cumulative"]),
        ]
        for row in hot["sites"][:MOST_SITES]
    ]
    left = len(hot["sites"]) - len(rows)
    shares = enumerated(
        _("{share} {tier}").format(share=whole_percent(row["share"]), tier=tier_name(row["tier"]))
        for row in hot["tiers"]
        if row["share"] > 0
    )
    booked = _("{unit} CO\u2082e over the horizon, booked where it arises or is bought: {shares}")
    unit = [booked.format(unit=scale.unit, shares=shares)]
    if left > 0:
        unit.append(_("{number} more are in the workbook").format(number=count(left)))
    return RiskTable(
        hotspot_title(hot),
        clauses(unit),
        [_("Site"), _("Tier"), "CO\u2082e", _("Share"), _("Sum")],
        rows,
        half=True,
    )


def hotspot_title(hot: dict[str, Any]) -> str:
    """Return how few sites make up most of the emissions."""
    most = len(hot["sites"])
    share = whole_percent(hot["sites"][-1]["cumulative"])
    said = ngettext(
        "{number} of {all} sites makes up {share} of emissions",
        "{number} of {all} sites make up {share} of emissions",
        most,
    )
    return said.format(number=count(most), all=count(hot["count"]), share=share)


def tier_name(tier: int | None) -> str:
    """Return what people call a supply tier."""
    if tier is None:
        return _("elsewhere")
    return _("own") if tier == 0 else _("tier {number}").format(number=tier)


def primary_line(payload: Payload) -> str | None:
    """Return coverage in the last year in one line; None where nothing is bought."""
    known = payload["coverage"]
    if known is None:
        return None
    shares = {key: whole_percent(values[-1]) for key, values in known["primary"].items()}
    said = _("{spend} of spend, {tonnes} of tonnes, {emissions} of purchased emissions in {year}")
    return said.format(year=payload["periods"]["labels"][-1], **shares)
