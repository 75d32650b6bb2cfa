"""Tables about footprints: how well purchases are known, and where most is emitted."""

from __future__ import annotations

from typing import Any

from reporting.figures import count, emission_scale, plain, whole_percent
from reporting.payload import Payload
from reporting.risk_tables import RiskTable

MOST_SITES = 15
TIERS = {
    "own": "Measured by oneself",
    "supplier": "Stated by the supplier",
    "sector": "Average of the sector",
    "regional": "Average of the region",
    "national": "Average of the country",
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
    measures = (("spend", "Spend"), ("tonnes", "Tonnes"), ("emissions", "CO\u2082e"))
    return RiskTable(
        f"{whole_percent(known['primary']['emissions'][-1])} of what purchases emit in {years[-1]} is known "
        "from suppliers themselves",
        "Shares of what is bought, by how its footprint is known, in %; CO\u2082e up to the supplier's gate",
        ["Footprint", *(f"{name} {year}" for _, name in measures for year in years)],
        [
            [TIERS[row["tier"]], *(plain(100 * row[key][end]) for key, _ in measures for end in ends)]
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
    more = f"; {count(left)} more are in the workbook" if left > 0 else ""
    shares = ", ".join(
        f"{whole_percent(row['share'])} {tier_name(row['tier'])}" for row in hot["tiers"] if row["share"] > 0
    )
    return RiskTable(
        hotspot_title(hot),
        f"{scale.unit} CO\u2082e over the horizon, booked where it arises or is bought: {shares}{more}",
        ["Site", "Tier", "CO\u2082e", "Share", "Sum"],
        rows,
        half=True,
    )


def hotspot_title(hot: dict[str, Any]) -> str:
    """Return how few sites make up most of the emissions."""
    most = len(hot["sites"])
    share = whole_percent(hot["sites"][-1]["cumulative"])
    verb = "makes" if most == 1 else "make"
    return f"{count(most)} of {count(hot['count'])} sites {verb} up {share} of emissions"


def tier_name(tier: int | None) -> str:
    """Return what people call a supply tier."""
    return "elsewhere" if tier is None else "own" if tier == 0 else f"tier {tier}"


def primary_line(payload: Payload) -> str | None:
    """Return coverage in the last year in one line; None where nothing is bought."""
    known = payload["coverage"]
    if known is None:
        return None
    shares = known["primary"]
    parts = (f"{whole_percent(shares[key][-1])} of {name}" for key, name in NAMED)
    return f"{', '.join(parts)} in {payload['periods']['labels'][-1]}"


NAMED = (("spend", "spend"), ("tonnes", "tonnes"), ("emissions", "purchased emissions"))
