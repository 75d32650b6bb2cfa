"""From typed rows to hubs, stores, returns, disposals and ceilings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from scenarios.families import Positions, found, labels
from scenarios.flows import Ceilings, Disposals, Hubs, Returns, Stores
from scenarios.periods import Periods
from scenarios.scenario import Arcs, Demands, Floats, Integers, Nodes, Operations, Products, Recipe, Sites
from scenarios.values_by_period import by_period

Tables = Mapping[str, pd.DataFrame]


def places_of_flows(tables: Tables) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the (site, product) pairs where returns or stocks arise, and where stocks or disposal take."""
    stores = set(zip(tables["storage"]["site"], tables["storage"]["product"], strict=True))
    discards = {
        (s, p) for s, p in zip(tables["disposal"]["site"], tables["disposal"]["product"], strict=True) if s
    }
    return returned_pairs(tables["returns"]) | stores, stores | discards


def returned_pairs(frame: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the (site, product) pairs where something comes back."""
    sites = frame["site"].where(frame["site"] != "", frame["demand_site"])
    return set(zip(sites, frame["returned_product"], strict=True))


def make_hubs(frame: pd.DataFrame, at: Positions, arcs: Arcs, periods: Periods) -> tuple[Hubs, Arcs]:
    """Return the hubs, and the arcs with those that leave a locked hub locked."""
    key = ["site", "product"]
    first = frame.drop_duplicates(key)
    site = found(first["site"], at.site)
    product = np.array([at.product[p] if p else -1 for p in first["product"]], dtype=np.int64)
    leaves = arcs.origin[None, :] == site[:, None]
    leaves &= (product < 0)[:, None] | (arcs.product[None, :] == product[:, None])
    hub, arc = np.nonzero(leaves)
    locked = first["locked"].to_numpy(bool)
    hubs = Hubs(
        label=labels([f"{s}:{p}" if p else s for s, p in zip(first["site"], first["product"], strict=True)]),
        site=site,
        product=product,
        capacity=by_period(frame, key, "capacity", periods, np.inf),
        handling_cost=by_period(frame, key, "handling_cost", periods, 0.0),
        handling_emissions=by_period(frame, key, "handling_emissions", periods, 0.0),
        consolidation=by_period(frame, key, "consolidation", periods, 0.0),
        load_factor=by_period(frame, key, "load_factor", periods, np.nan),
        locked=locked,
        leaving_hub=hub.astype(np.int64),
        leaving_arc=arc.astype(np.int64),
        energy_tank_to_wheel=np.zeros((len(first), len(periods))),
        energy_well_to_tank=np.zeros((len(first), len(periods))),
        energy_grid=np.zeros((len(first), len(periods))),
    )
    return hubs, replace(arcs, locked=arcs.locked | leaves[locked].any(axis=0))


def make_stores(frame: pd.DataFrame, at: Positions) -> Stores:
    """Return the stores."""
    return Stores(
        label=_pair_labels(frame["site"], frame["product"]),
        site=found(frame["site"], at.site),
        product=found(frame["product"], at.product),
        node=_nodes(frame["site"], frame["product"], at),
        capacity=frame["capacity"].fillna(np.inf).to_numpy(float),
        holding_cost=frame["holding_cost"].to_numpy(float),
        opening=frame["opening"].to_numpy(float),
    )


def make_returns(frame: pd.DataFrame, at: Positions, demands: Demands, periods: Periods) -> Returns:
    """Return what comes back of each demand, and from which periods."""
    demand_at = {label: d for d, label in enumerate(demands.label)}
    sites = frame["site"].where(frame["site"] != "", frame["demand_site"])
    sold = _pair_labels(frame["demand_site"], frame["product"])
    lag = frame["lag_years"].to_numpy(float).astype(np.int64)
    back = [
        f"{s}:{p}>{r}" for s, p, r in zip(sites, frame["product"], frame["returned_product"], strict=True)
    ]
    return Returns(
        label=labels([f"{sale}>{label}" for sale, label in zip(frame["demand_site"], back, strict=True)]),
        demand=np.array([demand_at[str(label)] for label in sold], dtype=np.int64),
        site=found(sites, at.site),
        product=found(frame["returned_product"], at.product),
        node=_nodes(sites, frame["returned_product"], at),
        share=frame["share"].to_numpy(float),
        minimum_share=frame["minimum_share"].to_numpy(float),
        lag_years=lag,
        stream=frame["stream"].to_numpy(float),
        collection_cost=frame["collection_cost"].to_numpy(float),
        lagged=lagged_share(lag, periods),
    )


def lagged_share(lag_years: Integers, periods: Periods) -> Floats:
    """Return how much of period t lies `lag_years` after period d, as a share of t, (B, t, d).

    A yearly rate of deliveries in d times this share is the rate at which they are `lag_years` back
    in t; over all t within the horizon nothing is lost or doubled.
    """
    start, end = (
        np.asarray(periods.start, dtype=float),
        np.asarray(periods.start + periods.years, dtype=float),
    )
    lag = np.asarray(lag_years, dtype=float)[:, None, None]
    late = np.minimum(end[None, :, None] - lag, end[None, None, :])
    early = np.maximum(start[None, :, None] - lag, start[None, None, :])
    share: Floats = np.clip(late - early, 0.0, None) / np.asarray(periods.years, dtype=float)[None, :, None]
    share[share < 1e-9] = 0.0  # ends that meet, but for rounding
    return share


def make_disposals(frame: pd.DataFrame, at: Positions, nodes: Nodes) -> Disposals:
    """Return the places of disposal; a row of one site stands before a row of any site."""
    rows: dict[int, int] = {}
    named = frame["site"].to_numpy(object) != ""
    for row in [*np.flatnonzero(~named).tolist(), *np.flatnonzero(named).tolist()]:
        product = at.product[str(frame["product"].iloc[row])]
        where = nodes.product == product
        if named[row]:
            where &= nodes.site == at.site[str(frame["site"].iloc[row])]
        rows.update(dict.fromkeys(np.flatnonzero(where).tolist(), row))
    node = np.array(sorted(rows), dtype=np.int64)
    row_of = np.array([rows[int(n)] for n in node], dtype=np.int64)
    capacity = frame["capacity"].to_numpy(float)
    limited = np.flatnonzero(np.isfinite(capacity))
    limit_at = {int(row): q for q, row in enumerate(limited)}
    return Disposals(
        label=nodes.label[node] if len(node) else labels([]),
        site=nodes.site[node],
        product=nodes.product[node],
        node=node,
        cost=frame["cost"].to_numpy(float)[row_of],
        emissions=frame["emissions"].to_numpy(float)[row_of],
        limit_label=_pair_labels(frame["site"].iloc[limited], frame["product"].iloc[limited]),
        limit=capacity[limited],
        limit_of=np.array([limit_at.get(int(row), -1) for row in row_of], dtype=np.int64),
    )


def make_ceilings(
    frame: pd.DataFrame,
    sites: Sites,
    products: Products,
    nodes: Nodes,
    operations: Operations,
    recipe: Recipe,
    periods: Periods,
) -> Ceilings:
    """Return the ceilings with the recipe entries that each bounds."""
    first = frame.drop_duplicates("ceiling")
    entries: list[tuple[int, int, float]] = []
    for c, (product, region, site) in enumerate(
        zip(first["product"], first["region"], first["site"], strict=True)
    ):
        made = (recipe.quantity > 0) & (products.label[nodes.product[recipe.node]] == product)
        place = operations.site[recipe.operation]
        if region:
            made &= sites.region[place] == region
        if site:
            made &= sites.label[place] == site
        entries += [(c, int(recipe.operation[e]), float(recipe.quantity[e])) for e in np.flatnonzero(made)]
    table = np.array(entries, dtype=float).reshape(-1, 3)
    return Ceilings(
        label=labels(first["ceiling"]),
        maximum=by_period(frame, ["ceiling"], "maximum", periods, np.inf),
        entry_ceiling=table[:, 0].astype(np.int64),
        entry_operation=table[:, 1].astype(np.int64),
        entry_quantity=table[:, 2],
    )


def _pair_labels(sites: pd.Series, products: pd.Series) -> np.ndarray:
    return labels([f"{s}:{p}" if s else str(p) for s, p in zip(sites, products, strict=True)])


def _nodes(sites: pd.Series, products: pd.Series, at: Positions) -> Integers:
    return np.array([at.node[str(s), str(p)] for s, p in zip(sites, products, strict=True)], dtype=np.int64)
