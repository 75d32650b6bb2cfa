"""Tables of the workbook about footprints: coverage by data tier, and hotspots."""

from __future__ import annotations

import xarray as xr

from reporting.footprint_tables import tier_name
from reporting.language import gettext as _
from reporting.moments import whole_number
from reporting.names import product_names
from reporting.payload import Payload
from reporting.reading import array, labels, number, site_names
from reporting.workbook_columns import PERIOD, SITE, Column, Table, plainly


def footprint_sheets(payload: Payload, plan: xr.Dataset) -> list[Table]:
    """Return the tables there is something to say in."""
    found = (_coverage(payload), _footprints(plan), _hotspots(payload))
    return [table for table in found if table is not None]


def _footprints(plan: xr.Dataset) -> Table | None:
    """Return where each offer's footprint comes from; None for former runs that do not say so."""
    if "offer_footprint" not in plan or "offer_source" not in plan.coords or not plan.sizes["offer"]:
        return None
    values = array(plan, "offer_footprint", "offer", "period")
    names, goods, rating = site_names(plan), product_names(plan), array(plan, "offer_rating", "offer")
    texts = [
        labels(plan, f"offer_{key}") for key in ("site", "product", "tier", "factor", "quality", "source")
    ]
    rows = [
        [
            offer,
            names[site],
            goods[product],
            tier,
            factor,
            values[i, 0],
            values[i, -1],
            number(rating[i]),
            quality,
            source,
        ]
        for i, (offer, site, product, tier, factor, quality, source) in enumerate(
            zip(labels(plan, "offer"), *texts, strict=True)
        )
    ]
    columns = [
        Column("Offer", width=24),
        Column("Supplier", width=34),
        Column("Product", width=24),
        Column("Data tier", width=12),
        Column("Factor", width=34),
        Column("t CO2e per unit, first", "amount", 20),
        Column("t CO2e per unit, last", "amount", 20),
        Column("Rating", "amount", 10),
        Column("Quality", width=12),
        Column("Source", width=60),
    ]
    return Table(
        "Footprints",
        _("What a unit of each offer has emitted up to the supplier's gate, and how that is known."),
        columns,
        rows,
        note=_("Default mark-ups are in it, cuts of interventions are not; a rating of 1 is the best."),
    )


def _coverage(payload: Payload) -> Table | None:
    known = payload["coverage"]
    if known is None:
        return None
    rows = [
        [row["tier"], whole_number(start), row["spend"][t], row["tonnes"][t], row["emissions"][t]]
        for row in known["tiers"]
        for t, start in enumerate(payload["periods"]["start"])
    ]
    columns = [
        Column("Data tier", width=12),
        PERIOD,
        Column("Share of spend", "share", 16),
        Column("Share of tonnes", "share", 16),
        Column("Share of t CO2e", "share", 16),
    ]
    return Table(
        "Coverage",
        _("Shares of what is bought by how its footprint is known; emissions up to the supplier's gate."),
        columns,
        rows,
    )


def _hotspots(payload: Payload) -> Table | None:
    hot = payload["hotspots"]
    if hot is None:
        return None
    rows = [
        [row["name"], plainly(tier_name, row["tier"]), row["emissions"], row["share"], row["cumulative"]]
        for row in hot["sites"]
    ]
    columns = [
        SITE,
        Column("Tier", width=12),
        Column("t CO2e over the horizon", "whole", 24),
        Column("Share", "share", 12),
        Column("Sum of shares", "share", 14),
    ]
    return Table(
        "Hotspots",
        _("The sites that make up 80 % of the emissions over the horizon."),
        columns,
        rows,
        note=_("A tier is the fewest lanes in use to an own site, or to a customer where there is none."),
    )
