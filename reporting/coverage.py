"""How well purchases are known, by data tier, and which suppliers and tiers emit most."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.moments import lengths
from reporting.reading import FloatArray, array, document, grouped, labels, site_names
from scenarios.primary_data import VERIFIED_TIER
from scenarios.tables_footprints import DATA_TIERS, OF_SUPPLIERS

SMALL = 1e-6  # what flows less is solver dust
HOTSPOT_SHARE = 0.8  # of all emissions that the sites listed make up
MEASURES = ("spend", "tonnes", "emissions")


def coverage(plan: xr.Dataset) -> dict[str, Any] | None:
    """Return what share of purchases is known how well, by period.

    Emissions are those up to the suppliers' gates; a footprint below zero counts as none. What interventions
    verify counts as stated by the supplier, in proportion to the chance that it is verified by then. None
    where nothing is bought, or where a former run does not say what it paid for each offer.

    Returns
    -------
    ``{"tiers": [{"tier", "spend", "tonnes", "emissions"}], "primary": {"spend", ...}}``: shares by period,
    the best known tier first; ``primary``: own and supplier together.
    """
    if "offer_spend" not in plan or not plan.sizes["offer"]:
        return None
    mass = document(plan, "products_json")
    weight = np.array([mass[product]["tonnes_per_unit"] for product in labels(plan, "offer_product")])
    values = {
        "spend": array(plan, "offer_spend", "offer", "period"),
        "tonnes": array(plan, "purchase", "offer", "period") * weight[:, None],
        "emissions": np.maximum(array(plan, "offer_emissions", "offer", "period"), 0.0),
    }
    if not values["spend"].any() and not values["tonnes"].any():
        return None
    tier = labels(plan, "offer_tier")
    known = np.zeros(values["spend"].shape)
    if "verified" in plan:
        known = array(plan, "verified", "offer", "period") * (np.array(tier) != "own")[:, None]
    used = [name for name in DATA_TIERS if name in tier or (name == VERIFIED_TIER and known.any())]
    shares = {}
    for name, amount in values.items():
        parts = np.vstack([amount * (1 - known), amount * known])
        shares[name] = _shares(grouped(parts, [*tier, *[VERIFIED_TIER] * len(tier)]))
    return {
        "tiers": [{"tier": name, **{m: shares[m][name].tolist() for m in MEASURES}} for name in used],
        "primary": {m: _summed(shares[m], [name for name in used if name in OF_SUPPLIERS]) for m in MEASURES},
    }


def _shares(by_tier: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return each row over the sum of all, (T,), nothing where the sum is nothing."""
    total = np.sum(list(by_tier.values()), axis=0)
    return {
        name: np.divide(values, total, out=np.zeros_like(total), where=total > 0)
        for name, values in by_tier.items()
    }


def _summed(shares: dict[str, FloatArray], tiers: list[str]) -> list[float]:
    """Return the sum of the shares of `tiers`, (T,)."""
    total = np.zeros_like(next(iter(shares.values())))
    for tier in tiers:
        total = total + shares[tier]
    return [float(share) for share in total]


def hotspots(plan: xr.Dataset, accounts: list[str]) -> dict[str, Any] | None:
    """Return the sites that make up four fifths of the emissions over the horizon, and the tiers they are in.

    What is emitted counts where it is booked: goods at their supplier, freight where it starts. A tier is
    the fewest lanes that goods of the plan take to a site of one's own, or to a customer where there is
    none; tier 0 are these sites, None those that nothing leads from.

    Parameters
    ----------
    accounts : emission accounts that make the total.
    """
    booked = array(
        plan.sel(emission_account=accounts), "site_emissions", "emission_account", "site", "period"
    ).sum(axis=0)
    emitted = np.maximum(booked @ np.asarray(lengths(plan), dtype=float), 0.0)
    total = float(emitted.sum())
    if total <= 0:
        return None
    keys, names, tiers = labels(plan, "site"), site_names(plan), supply_tiers(plan)
    order = np.argsort(-emitted, kind="stable")
    reached = np.cumsum(emitted[order]) / total
    most = int(np.searchsorted(reached, HOTSPOT_SHARE - 1e-12)) + 1
    return {
        "sites": [
            {
                "key": keys[i],
                "name": names[keys[i]],
                "tier": tiers[i],
                "emissions": float(emitted[i]),
                "share": float(emitted[i] / total),
                "cumulative": float(reached[n]),
            }
            for n, i in enumerate(order[:most].tolist())
        ],
        "count": int((emitted > 0).sum()),
        "tiers": [
            {
                "tier": tier,
                "sites": sum(own == tier and bool(emitted[i] > 0) for i, own in enumerate(tiers)),
                "share": float(sum(emitted[i] for i, own in enumerate(tiers) if own == tier) / total),
            }
            for tier in sorted(set(tiers), key=lambda tier: (tier is None, tier))
        ],
        "emissions": total,
    }


def supply_tiers(plan: xr.Dataset) -> list[int | None]:
    """Return how many lanes in use lead from each site to one's own sites, or to customers without such."""
    place = {key: i for i, key in enumerate(labels(plan, "site"))}
    owners, roles = labels(plan, "site_owner"), labels(plan, "site_role")
    start = [i for i, owner in enumerate(owners) if owner == "own"]
    start = start or [i for i, role in enumerate(roles) if role == "customer"]
    used = array(plan, "flow", "arc", "period").max(axis=1, initial=0.0) > SMALL
    tail = np.array([place[site] for site in labels(plan, "arc_origin")], dtype=int)[used]
    head = np.array([place[site] for site in labels(plan, "arc_destination")], dtype=int)[used]
    tier: list[int | None] = [None] * len(place)
    for i in start:
        tier[i] = 0
    reached, depth = set(start), 0
    while reached:
        depth += 1
        before = {int(t) for t, h in zip(tail, head, strict=True) if int(h) in reached}
        reached = {i for i in before if tier[i] is None}
        for i in reached:
            tier[i] = depth
    return tier
