"""Lanes and arcs: which sites are joined by which mode, for which products, at what cost and carbon.

The service radius is a fact about lanes: a site with ``service_radius_km`` gets no lane to a
destination beyond that great-circle distance, so no plan can use one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from scenarios.errors import Problem
from scenarios.geography import great_circle_km

ARC_COLUMNS = [
    "origin",
    "destination",
    "mode",
    "product",
    "great_circle_km",
    "distance_km",
    "cost",
    "line_haul",
    "lead_days",
]
LANE_COLUMNS = [
    "capacity",
    "locked",
    "fixed_cost",
    "minimum",
    "whole_vehicles",
    "least_load",
    "longest_wait_days",
]


def generate_arcs(
    tables: Mapping[str, pd.DataFrame], makes: set[tuple[str, str]], needs: set[tuple[str, str]]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return one row per arc (origin, destination, mode, product) and the problems found.

    `makes` and `needs` hold (site, product) pairs; a rule makes no lane from a site that cannot
    have the product or to a site with no use for it. Hubs pass everything on. Rows given one by
    one in ``lanes`` replace generated ones.
    """
    sites, modes = tables["sites"].set_index("site"), tables["modes"].set_index("mode")
    given, problems = _given_arcs(tables["lanes"], sites, modes)
    frames = [given]
    for _, rule in tables["lane_rules"].iterrows():
        frames.append(_arcs_of_rule(rule, sites, modes, makes, needs))
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return pd.DataFrame(columns=[*ARC_COLUMNS, *LANE_COLUMNS]), problems
    arcs = pd.concat(frames, ignore_index=True)
    arcs = arcs.drop_duplicates(["origin", "destination", "mode", "product"], keep="first")
    return arcs.sort_values(["origin", "destination", "mode", "product"], ignore_index=True), problems


def _given_arcs(
    lanes: pd.DataFrame, sites: pd.DataFrame, modes: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    if lanes.empty:
        return pd.DataFrame(), []
    start, end = sites.loc[lanes["origin"]], sites.loc[lanes["destination"]]
    frame = lanes.copy()
    frame["great_circle_km"] = great_circle_km(
        *(place[c].to_numpy() for place in (start, end) for c in ("lat", "lon"))
    )
    reach = start["service_radius_km"].to_numpy()
    beyond = frame["great_circle_km"].to_numpy() > reach
    problems = [
        Problem(
            "lanes",
            f"lies {row.great_circle_km:.1f} km off, beyond the {radius:g} km service radius of {row.origin}",
            "remove the lane or raise service_radius_km in sites",
            int(row.row),  # type: ignore[arg-type]
            "destination",
            row.destination,
        )
        for row, radius in zip(frame[beyond].itertuples(), reach[beyond], strict=True)
    ]
    frame = frame.explode("products").rename(columns={"products": "product"})
    return _priced(frame, modes), problems


def _arcs_of_rule(
    rule: pd.Series,
    sites: pd.DataFrame,
    modes: pd.DataFrame,
    makes: set[tuple[str, str]],
    needs: set[tuple[str, str]],
) -> pd.DataFrame:
    mode, product = modes.loc[rule["mode"]], rule["product"]
    starts = sites[sites["role"] == rule["origin_role"]]
    ends = sites[sites["role"] == rule["destination_role"]]
    starts = starts[
        [r == "hub" or (s, product) in makes for s, r in zip(starts.index, starts["role"], strict=True)]
    ]
    ends = ends[[r == "hub" or (s, product) in needs for s, r in zip(ends.index, ends["role"], strict=True)]]
    if starts.empty or ends.empty:
        return pd.DataFrame()
    km = great_circle_km(
        starts["lat"].to_numpy()[:, None],
        starts["lon"].to_numpy()[:, None],
        ends["lat"].to_numpy(),
        ends["lon"].to_numpy(),
    )
    route = km * mode["circuity"]
    fits = np.not_equal.outer(starts.index.to_numpy(), ends.index.to_numpy())
    fits &= km <= np.where(
        np.isnan(starts["service_radius_km"]), np.inf, starts["service_radius_km"]
    ).reshape(-1, 1)
    fits &= (route >= mode["minimum_km"]) & ~(route > mode["maximum_km"]) & ~(km > rule["max_km"])
    if not np.isnan(rule["nearest"]):
        rank = np.where(fits, km, np.inf).argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
        fits &= rank < rule["nearest"]
    origin, destination = np.nonzero(fits)
    frame = pd.DataFrame(
        {
            "origin": starts.index.to_numpy()[origin],
            "destination": ends.index.to_numpy()[destination],
            "mode": rule["mode"],
            "product": product,
            "great_circle_km": km[fits],
            "distance_km": np.nan,
            "cost": np.nan,
            "capacity": np.nan,
            "lead_days": np.nan,
            "locked": bool(rule["locked"]),
            "fixed_cost": np.nan,
            "minimum": np.nan,
            "whole_vehicles": False,
            "least_load": np.nan,
            "longest_wait_days": np.nan,
        }
    )
    return _priced(frame, modes)


def _priced(frame: pd.DataFrame, modes: pd.DataFrame) -> pd.DataFrame:
    """Fill in route length, freight price per t and days where the lane does not state its own."""
    mode = modes.loc[frame["mode"]].reset_index(drop=True)
    frame = frame.reset_index(drop=True)
    frame["distance_km"] = frame["distance_km"].fillna(frame["great_circle_km"] * mode["circuity"])
    line_haul = frame["distance_km"] * mode["cost_per_tkm"]
    by_mode = line_haul + mode["handling_cost"]
    frame["line_haul"] = np.where(frame["cost"].isna(), line_haul, 0.0)  # a stated price follows nothing
    frame["cost"] = frame["cost"].fillna(by_mode)
    hours = frame["distance_km"] / mode["speed_km_per_h"] + mode["terminal_hours"]
    frame["lead_days"] = frame["lead_days"].fillna(hours / 24)
    frame["locked"] = frame["locked"].astype(bool) | mode["locked"].astype(bool)
    return frame[[*ARC_COLUMNS, *LANE_COLUMNS]]


def unreachable(
    demanded: Mapping[tuple[str, str], int],
    offered: set[tuple[str, str]],
    operations: list[tuple[str, dict[str, float]]],
    arcs: pd.DataFrame,
) -> Iterator[Problem]:
    """Yield a problem for each demand that nothing bought or made can ever reach.

    `operations` are (site, recipe) pairs of lines that have or may get capacity. Goods spread from
    the offers along arcs and through operations whose inputs are all there, until nothing new.
    """
    sites = _numbered(arcs["origin"], arcs["destination"], (pair[0] for pair in [*offered, *demanded]))
    products = _numbered(arcs["product"], (pair[1] for pair in [*offered, *demanded]))
    for site, recipe in operations:
        sites.setdefault(site, len(sites))
        for product in recipe:
            products.setdefault(product, len(products))
    there = np.zeros((len(sites), len(products)), dtype=bool)
    for site, product in offered:
        there[sites[site], products[product]] = True
    lanes = arcs[["origin", "destination", "product"]].drop_duplicates()
    tail, head, moved = (
        lanes[name].map(number).to_numpy(np.int64)
        for name, number in (("origin", sites), ("destination", sites), ("product", products))
    )
    turned = [
        (
            sites[site],
            [products[p] for p, q in recipe.items() if q < 0],
            [products[p] for p, q in recipe.items() if q > 0],
        )
        for site, recipe in operations
    ]
    before = -1
    while int(there.sum()) != before:
        before = int(there.sum())
        for place, used, made in turned:
            if there[place, used].all():
                there[place, made] = True
        reached = there[tail, moved] & ~there[head, moved]
        while reached.any():
            there[head[reached], moved[reached]] = True
            reached = there[tail, moved] & ~there[head, moved]
    for (site, product), row in demanded.items():
        if not there[sites[site], products[product]]:
            yield Problem(
                "demand",
                f"no supplier or plant can reach it with {product}",
                "add a lane, a lane rule or a supplier that reaches it",
                row,
                "site",
                site,
            )


def _numbered(*names: Iterable[str]) -> dict[str, int]:
    """Return a number for each different name."""
    different = (part.unique() if isinstance(part, pd.Series) else part for part in names)
    return {name: i for i, name in enumerate(dict.fromkeys(name for part in different for name in part))}
