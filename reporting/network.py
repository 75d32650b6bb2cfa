"""Who ships what to whom, who supplies, what runs, and where power comes from."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.language import gettext as _
from reporting.names import activity_names, called, product_names
from reporting.reading import (
    FloatArray,
    array,
    document,
    grouped,
    labels,
    moved_tonnes,
    numbers,
    offer_units,
    site_names,
)

MOST_LANES = 300
MOST_NAMES = 6


def network(plan: xr.Dataset, accounts: list[str]) -> dict[str, Any]:
    """Gather sites, the largest lanes and freight by mode.

    Lanes of the same origin, destination and mode are one, whatever they carry. The `MOST_LANES`
    largest by tonnes of the last period are listed; the others are one sum.

    Parameters
    ----------
    accounts : emission accounts that make the total.

    Returns
    -------
    ``sites``, ``lanes``, ``other_lanes`` (count, tonnes), ``modes`` with tonne-km by period. Tonnes
    and tonne-km are per year.
    """
    flow = moved_tonnes(plan)
    distance = array(plan, "arc_distance_km", "arc")
    origin, destination, mode = (labels(plan, f"arc_{end}") for end in ("origin", "destination", "mode"))
    products = labels(plan, "arc_product")
    names, goods, modes = site_names(plan), product_names(plan), activity_names(plan, "mode")
    keys = ["\t".join(key) for key in zip(origin, destination, mode, strict=True)]
    tonnes = grouped(flow, keys)
    tonne_km = grouped(flow * distance[:, None], keys)
    carried: dict[str, list[str]] = {}
    for i in np.flatnonzero(flow[:, -1] > 1e-6).tolist() if flow.size else []:
        carried.setdefault(keys[i], []).append(products[i])
    used = sorted((key for key in tonnes if tonnes[key][-1] > 1e-6), key=lambda key: -tonnes[key][-1])
    lanes = []
    for key in used[:MOST_LANES]:
        start, end, by = key.split("\t")
        lanes.append(
            {
                "from": start,
                "to": end,
                "from_name": names.get(start, start),
                "to_name": names.get(end, end),
                "mode": by,
                "mode_name": called(modes, by),
                "products": list(dict.fromkeys(carried[key])),
                "carries": [goods[product] for product in dict.fromkeys(carried[key])],
                "km": float(tonne_km[key][-1] / tonnes[key][-1]),
                "first": float(tonnes[key][0]),
                "last": float(tonnes[key][-1]),
            }
        )
    rest = used[MOST_LANES:]
    return {
        "sites": _sites(plan, flow, origin, destination, accounts),
        "lanes": lanes,
        "lane_count": len(used),
        "other_lanes": {"count": len(rest), "tonnes": float(sum(tonnes[key][-1] for key in rest))},
        "modes": [
            {"key": key, "name": called(modes, key), "tonne_km": numbers(values)}
            for key, values in grouped(flow * distance[:, None], mode).items()
            if values.max(initial=0.0) > 1e-6
        ],
    }


def _sites(
    plan: xr.Dataset, flow: FloatArray, origin: list[str], destination: list[str], accounts: list[str]
) -> list[dict[str, Any]]:
    """List sites with what passes through them in the last period and what is booked there."""
    keys = labels(plan, "site")
    through = dict.fromkeys(keys, 0.0)
    for ends in (origin, destination):
        for i, key in enumerate(ends):
            if key in through:
                through[key] += float(flow[i, -1])
    names = site_names(plan)
    booked = array(
        plan.sel(emission_account=accounts), "site_emissions", "emission_account", "site", "period"
    )
    by_site = booked.sum(axis=0)
    roles, owners = labels(plan, "site_role"), labels(plan, "site_owner")
    lat, lon = array(plan, "site_lat", "site"), array(plan, "site_lon", "site")
    return [
        {
            "key": key,
            "name": names[key],
            "role": roles[i],
            "owner": owners[i],
            "lat": float(lat[i]),
            "lon": float(lon[i]),
            "tonnes": through[key],
            "emissions": [float(by_site[i, 0]), float(by_site[i, -1])],
        }
        for i, key in enumerate(keys)
    ]


def mixes(plan: xr.Dataset, reference: xr.Dataset) -> dict[str, Any]:
    """Gather shares over the periods: suppliers by product, scrap bases, processes, power kinds.

    Returns
    -------
    Each mix is a list of ``{"name", "plan", "reference"}`` per year, largest first; beyond `MOST_NAMES`
    the rest is summed as ``Others``. Suppliers are in the ``unit`` of their product, scrap bases in t,
    power in MWh, processes in their own units: ``in_tonnes`` says whether all of them are t. Products
    stand in the order of what is paid for them where their units differ.
    """
    suppliers = {}
    for product in dict.fromkeys(labels(plan, "offer_product")):
        rows = _largest(_purchases(plan, product), _purchases(reference, product))
        if rows:
            suppliers[product] = rows
    units = dict(zip(labels(plan, "offer_product"), offer_units(plan), strict=True))
    goods = product_names(plan)
    size = {product: sum(sum(row["plan"]) for row in rows) for product, rows in suppliers.items()}
    if len({units[product] for product in suppliers}) > 1 and "offer_spend" in plan:
        paid = grouped(array(plan, "offer_spend", "offer", "period"), labels(plan, "offer_product"))
        size = {product: float(paid[product].sum()) for product in suppliers}
    return {
        "suppliers": [
            {"product": product, "name": goods[product], "unit": units[product], "rows": suppliers[product]}
            for product in sorted(suppliers, key=lambda product: -size[product])
        ],
        "scrap_bases": _largest(_from_scrap_bases(plan), _from_scrap_bases(reference), most=10),
        "in_tonnes": all(p["unit"] == "t" for p in document(plan, "products_json").values()),
        "processes": _largest(_processes(plan), _processes(reference), most=10),
        "power": _largest(_power(plan), _power(reference), most=10),
    }


def _purchases(dataset: xr.Dataset, product: str) -> dict[str, FloatArray]:
    """Return what is bought of `product` by name of the supplying site."""
    names = site_names(dataset)
    rows = [i for i, p in enumerate(labels(dataset, "offer_product")) if p == product]
    sites = labels(dataset, "offer_site")
    values = array(dataset, "purchase", "offer", "period")[rows]
    return grouped(values, [names.get(sites[i], sites[i]) for i in rows])


def _from_scrap_bases(dataset: xr.Dataset) -> dict[str, FloatArray]:
    """Return tonnes leaving each scrap base."""
    roles = zip(labels(dataset, "site"), labels(dataset, "site_role"), strict=True)
    bases = {key for key, role in roles if role == "scrap_base"}
    names = site_names(dataset)
    origin = labels(dataset, "arc_origin")
    rows = [i for i, key in enumerate(origin) if key in bases]
    return grouped(moved_tonnes(dataset)[rows], [names[origin[i]] for i in rows])


def _processes(dataset: xr.Dataset) -> dict[str, FloatArray]:
    """Return activity by name of the process."""
    names = activity_names(dataset, "process")
    keys = [called(names, key) for key in labels(dataset, "operation_process")]
    return grouped(array(dataset, "run", "operation", "period"), keys)


def _power(dataset: xr.Dataset) -> dict[str, FloatArray]:
    """Return MWh used by kind of power option."""
    return grouped(array(dataset, "power", "supply", "period"), labels(dataset, "supply_kind"))


def _largest(
    ours: dict[str, FloatArray], theirs: dict[str, FloatArray], *, most: int = MOST_NAMES
) -> list[dict[str, Any]]:
    """Rank names by their sum in either Dataset and sum what is beyond `most`."""
    size = {
        n: sum(float(np.maximum(d[n], 0).sum()) for d in (ours, theirs) if n in d) for n in {**ours, **theirs}
    }
    ranked = sorted((n for n in size if size[n] > 1e-6), key=lambda n: (-size[n], n))
    if not ranked:
        return []
    blank = np.zeros_like(next(iter({**ours, **theirs}.values())))
    kept = ranked if len(ranked) <= most else ranked[: most - 1]
    rows = [
        {
            "name": n,
            "plan": numbers(ours.get(n, blank)),
            "reference": numbers(theirs.get(n, blank)),
            "rest": False,
        }
        for n in kept
    ]
    rest = ranked[len(kept) :]
    if rest:
        sums = [sum((d.get(n, blank) for n in rest), blank) for d in (ours, theirs)]
        name = _("{number} others").format(number=len(rest))
        rows.append({"name": name, "plan": numbers(sums[0]), "reference": numbers(sums[1]), "rest": True})
    return rows
