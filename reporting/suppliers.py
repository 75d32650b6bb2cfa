"""What the plan does with each supplier: bought, paid, emitted, known how well, enrolled in what."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.moments import lengths, moments
from reporting.names import product_names
from reporting.reading import FloatArray, array, labels, numbers, offer_units, site_names
from reporting.supplier_scores import scores

SMALLEST = 1e-6  # what is less is solver dust


def suppliers(plan: xr.Dataset, outcome: xr.Dataset | None = None) -> list[dict[str, Any]]:
    """List every site that offers something, by what is paid to it; empty in runs that do not state that.

    Returns
    -------
    One dict a supplier: ``key``, ``name``, ``region``, ``used``; ``spend`` (currency) and ``emissions``
    (tCO2e up to its gate), each a year and by period; ``offers`` with ``product``, its ``name``, ``unit``,
    ``tier``, ``bought`` (units a year), ``spend`` (currency a year), ``footprint`` (tCO2e a unit as bought,
    as offered where nothing is) and ``verified`` (chance that it is primary data, None where no
    intervention verifies any); ``stages`` of programmes it takes part in; ``scored``, see
    :func:`reporting.supplier_scores.scores`, None for a supplier without a scorecard.
    """
    if "offer_spend" not in plan or "offer_emissions" not in plan:
        return []
    years = np.asarray(lengths(plan), dtype=float)
    spend = array(plan, "offer_spend", "offer", "period") / years
    emitted = array(plan, "offer_emissions", "offer", "period")
    site, names, scored = labels(plan, "offer_site"), site_names(plan), scores(plan, outcome)
    regions = dict(zip(labels(plan, "site"), labels(plan, "site_region"), strict=True))
    offers, stages = _offers(plan, spend, emitted), _stages(plan)
    found = []
    for key in dict.fromkeys(site):
        mine = [i for i, other in enumerate(site) if other == key]
        found.append(
            {
                "key": key,
                "name": names.get(key, key),
                "region": regions.get(key, ""),
                "used": any(max(offers[i]["bought"]) > SMALLEST for i in mine),
                "spend": numbers(spend[mine].sum(axis=0)),
                "emissions": numbers(emitted[mine].sum(axis=0)),
                "offers": [offers[i] for i in mine],
                "stages": stages.get(key, []),
                "scored": scored.get(key),
            }
        )
    return sorted(found, key=lambda row: (-sum(row["spend"]), row["name"]))


def _offers(plan: xr.Dataset, spend: FloatArray, emitted: FloatArray) -> list[dict[str, Any]]:
    """List the offers in the order of the plan."""
    bought = np.maximum(array(plan, "purchase", "offer", "period"), 0.0)
    offered = array(plan, "offer_footprint", "offer", "period") if "offer_footprint" in plan else None
    stated = np.full_like(bought, np.nan) if offered is None else offered
    each = np.where(bought > SMALLEST, emitted / np.maximum(bought, SMALLEST), stated)
    verified = array(plan, "verified", "offer", "period") if "verified" in plan else None
    names = product_names(plan)
    rows = zip(
        labels(plan, "offer"),
        labels(plan, "offer_product"),
        offer_units(plan),
        labels(plan, "offer_tier"),
        strict=True,
    )
    return [
        {
            "offer": offer,
            "product": product,
            "name": names[product],
            "unit": unit,
            "tier": tier,
            "bought": numbers(bought[i]),
            "spend": numbers(spend[i]),
            "footprint": numbers(each[i]),
            "verified": None if verified is None else numbers(verified[i]),
        }
        for i, (offer, product, unit, tier) in enumerate(rows)
    ]


def _stages(plan: xr.Dataset) -> dict[str, list[dict[str, Any]]]:
    """Return, by supplier, the stages of programmes it may take a seat in, in the order of the programme.

    ``decided`` is the start of the period in which the seat is taken and ``from`` of that in which the
    stage counts as reached, None without a seat; ``chance`` that it is reached.
    """
    if "intervention_stage" not in plan.coords:
        return {}
    start = moments(plan)
    adopted, works = (array(plan, name, "intervention", "period") > 0.5 for name in ("adopt", "in_effect"))
    programme, stage = labels(plan, "intervention_programme"), labels(plan, "intervention_stage")
    chance, site = array(plan, "intervention_chance", "intervention"), labels(plan, "intervention_site")
    found: dict[str, list[dict[str, Any]]] = {}
    for i, name in enumerate(stage):
        if name:
            decided, there = np.flatnonzero(adopted[i]), np.flatnonzero(works[i])
            found.setdefault(site[i], []).append(
                {
                    "programme": programme[i],
                    "stage": name,
                    "chance": float(chance[i]),
                    "decided": start[decided[0]] if decided.size else None,
                    "from": start[there[0]] if there.size else None,
                }
            )
    return found
