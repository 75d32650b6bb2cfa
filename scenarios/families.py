"""One function a family: from typed table rows to labelled arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from scenarios.periods import Periods
from scenarios.scenario import (
    Arcs,
    Demands,
    Floats,
    Integers,
    Interventions,
    Labels,
    Lanes,
    Lines,
    Nodes,
    Offers,
    Operations,
    Products,
    Recipe,
    Sites,
    Supplies,
)
from scenarios.settings import LeverSettings

Tables = Mapping[str, pd.DataFrame]


class Positions(NamedTuple):
    """Where each site, product and (site, product) pair stands in its family."""

    site: Mapping[str, int]
    product: Mapping[str, int]
    node: Mapping[tuple[str, str], int]

    def nodes(self, sites: Iterable[str], products: Iterable[str]) -> Integers:
        """Return the positions of (site, product) pairs."""
        return np.array([self.node[pair] for pair in zip(sites, products, strict=True)], dtype=np.int64)


def positions(labels: Labels) -> dict[str, int]:
    """Return the position of each label."""
    """Return the position of each label."""
    return {label: i for i, label in enumerate(labels)}


def found(names: Iterable[object], position: Mapping[str, int]) -> Integers:
    """Return the position of each name."""
    return np.array([position[str(name)] for name in names], dtype=np.int64)


def labels(values: Iterable[object]) -> Labels:
    """Return the values as an array of objects."""
    return np.array(list(values), dtype=object)


def shown_names(frame: pd.DataFrame, key: str) -> Labels:
    """Return the names shown to people, the short name where none is given."""
    return labels([name or label for name, label in zip(frame["name"], frame[key], strict=True)])


def by_period(frame: pd.DataFrame, key: list[str], column: str, periods: Periods, blank: float) -> Floats:
    """Return `column` as (n, T), one row per key in order of first appearance; blank cells become `blank`."""
    keys = frame[key].drop_duplicates()
    result = np.empty((len(keys), len(periods)))
    for row, (_, rows) in enumerate(frame.groupby(key, sort=False)):
        values = rows[column]
        if values.isna().all():
            result[row] = blank
        elif len(rows) == 1:
            result[row] = values.iloc[0]
        else:
            result[row] = periods.interpolate(
                {float(y): float(v) for y, v in zip(rows["period"], values, strict=True)}
            )
    return result


def make_sites(frame: pd.DataFrame) -> Sites:
    """Return the sites."""
    return Sites(
        label=labels(frame["site"]),
        name=shown_names(frame, "site"),
        role=labels(frame["role"]),
        region=labels(frame["region"]),
        owner=labels(frame["owner"]),
        lat=frame["lat"].to_numpy(float),
        lon=frame["lon"].to_numpy(float),
        service_radius_km=frame["service_radius_km"].fillna(np.inf).to_numpy(float),
    )


def make_products(frame: pd.DataFrame) -> Products:
    """Return the products."""
    return Products(
        label=labels(frame["product"]),
        name=shown_names(frame, "product"),
        unit=labels(frame["unit"]),
        tonnes_per_unit=frame["tonnes_per_unit"].to_numpy(float),
    )


def makes_and_needs(tables: Tables) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the (site, product) pairs where a product can arise, and where it has a use."""
    makes = set(zip(tables["offers"]["site"], tables["offers"]["product"], strict=True))
    needs = set(zip(tables["demand"]["site"], tables["demand"]["product"], strict=True))
    site_of = dict(zip(tables["lines"]["line"], tables["lines"]["site"], strict=True))
    recipes = dict(iter(tables["recipes"].groupby("process")))
    for line, process in zip(
        tables["line_processes"]["line"], tables["line_processes"]["process"], strict=True
    ):
        rows = recipes[process]
        site = site_of[line]
        makes |= {(site, p) for p in rows[rows["quantity"] > 0]["product"]}
        needs |= {(site, p) for p in rows[rows["quantity"] < 0]["product"]}
    lanes = tables["lanes"]
    needs |= {(s, p) for s, ps in zip(lanes["destination"], lanes["products"], strict=True) for p in ps}
    makes |= needs  # what arrives may be sent on
    return makes, needs


def make_nodes(
    pairs: set[tuple[str, str]], arcs: pd.DataFrame, site_at: dict[str, int], product_at: dict[str, int]
) -> tuple[Nodes, dict[tuple[str, str], int]]:
    """Return the (site, product) pairs anything can happen at, with the ends of arcs, and their positions."""
    pairs = (
        pairs
        | set(zip(arcs["origin"], arcs["product"], strict=True))
        | set(zip(arcs["destination"], arcs["product"], strict=True))
    )
    ordered = sorted(pairs, key=lambda pair: (site_at[pair[0]], product_at[pair[1]]))
    nodes = Nodes(
        label=labels([f"{site}:{product}" for site, product in ordered]),
        site=np.array([site_at[s] for s, _ in ordered], dtype=np.int64),
        product=np.array([product_at[p] for _, p in ordered], dtype=np.int64),
    )
    return nodes, {pair: n for n, pair in enumerate(ordered)}


def make_offers(frame: pd.DataFrame, at: Positions, periods: Periods) -> Offers:
    """Return the offers, prices and footprints by period."""
    first = frame.drop_duplicates("offer")
    return Offers(
        label=labels(first["offer"]),
        site=found(first["site"], at.site),
        product=found(first["product"], at.product),
        node=at.nodes(first["site"], first["product"]),
        price=by_period(frame, ["offer"], "price", periods, 0.0),
        capacity=by_period(frame, ["offer"], "capacity", periods, np.inf),
        footprint=by_period(frame, ["offer"], "footprint", periods, 0.0),
        data_tier=labels(first["data_tier"]),
        locked=first["locked"].to_numpy(bool),
        minimum_order=first["minimum_order"].to_numpy(float),
    )


def make_lines(
    frame: pd.DataFrame, site_at: dict[str, int], periods: Periods
) -> tuple[Lines, dict[str, int]]:
    """Return the lines, capacity gone from the retirement year on, and the position of each."""
    first = frame.drop_duplicates("line")
    capacity = by_period(frame, ["line"], "capacity", periods, 0.0)
    retires = first["retires"].fillna(np.inf).to_numpy(float)
    capacity[periods.start[None, :] >= retires[:, None]] = 0.0
    lines = Lines(
        label=labels(first["line"]),
        name=shown_names(first, "line"),
        site=found(first["site"], site_at),
        capacity=capacity,
        minimum_use=by_period(frame, ["line"], "minimum_use", periods, 0.0),
        fixed_cost=by_period(frame, ["line"], "fixed_cost", periods, 0.0),
    )
    return lines, positions(lines.label)


def make_operations(
    tables: Tables, lines: Lines, line_at: dict[str, int], sites: Sites, node_at: dict[tuple[str, str], int]
) -> tuple[Operations, Recipe]:
    """Return the operations of all lines and the entries of their recipes."""
    frame = tables["line_processes"]
    line = found(frame["line"], line_at)
    process = tables["processes"].set_index("process").loc[frame["process"]]
    operations = Operations(
        label=labels([f"{a}:{b}" for a, b in zip(frame["line"], frame["process"], strict=True)]),
        line=line,
        site=lines.site[line],
        process=labels(frame["process"]),
        use=frame["use"].to_numpy(float),
        maximum_share=frame["maximum_share"].to_numpy(float),
        locked=frame["locked"].to_numpy(bool),
        electricity=process["electricity"].to_numpy(float),
        direct=process["direct_emissions"].to_numpy(float),
        operating_cost=process["operating_cost"].to_numpy(float),
    )
    recipes = dict(iter(tables["recipes"].groupby("process", sort=False)))
    entries = [
        (r, node_at[sites.label[operations.site[r]], product], quantity)
        for r, name in enumerate(operations.process)
        for product, quantity in zip(recipes[name]["product"], recipes[name]["quantity"], strict=True)
    ]
    table = np.array(entries, dtype=float).reshape(-1, 3)
    return operations, Recipe(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2])


def make_grid_factors(frame: pd.DataFrame, periods: Periods) -> dict[str, Floats]:
    """Return each region's grid factor by period, (T,)."""
    regions = frame["region"].drop_duplicates()
    return dict(zip(regions, by_period(frame, ["region"], "factor", periods, np.nan), strict=True))


def make_lanes_and_arcs(
    rows: pd.DataFrame,
    mode_table: pd.DataFrame,
    sites: Sites,
    products: Products,
    at: Positions,
    grid: Mapping[str, Floats],
    periods: Periods,
) -> tuple[Lanes, Arcs]:
    """Return the lanes and their arcs, with cost and emission factors per unit of product."""
    mode_at = {mode: m for m, mode in enumerate(mode_table["mode"])}
    # A lane given one by one may share its key with generated arcs of other products: its own figures hold.
    own = ["capacity", "fixed_cost", "minimum", "whole_vehicles"]
    rows = rows.astype({"capacity": float, "fixed_cost": float, "minimum": float, "whole_vehicles": bool})
    by_key = rows.groupby(["origin", "destination", "mode"], sort=False)[own]
    lane_rows = by_key.max().reset_index()
    lane_at = {
        key: k
        for k, key in enumerate(
            zip(lane_rows["origin"], lane_rows["destination"], lane_rows["mode"], strict=True)
        )
    }
    lanes = Lanes(
        label=labels([f"{o}>{d}:{m}" for o, d, m in lane_at]),
        origin=found(lane_rows["origin"], at.site),
        destination=found(lane_rows["destination"], at.site),
        mode=found(lane_rows["mode"], mode_at),
        capacity=lane_rows["capacity"].fillna(np.inf).to_numpy(float),
        fixed_cost=lane_rows["fixed_cost"].fillna(0.0).to_numpy(float),
        minimum=lane_rows["minimum"].fillna(0.0).to_numpy(float),
        whole_vehicles=lane_rows["whole_vehicles"].to_numpy(bool),
        payload=mode_table.set_index("mode").loc[lane_rows["mode"], "payload_t"].to_numpy(float),
    )
    mode = mode_table.set_index("mode").loc[rows["mode"]]
    product = found(rows["product"], at.product)
    mass = products.tonnes_per_unit[product]
    kilometres = rows["distance_km"].to_numpy(float) * mass
    origin = found(rows["origin"], at.site)
    charging = np.array(
        [grid.get(region, np.zeros(len(periods))) for region in sites.region[origin]]
    ).reshape(len(rows), len(periods))
    from_grid = mode["electricity"].to_numpy(float)[:, None] * charging  # kWh/tkm x t/MWh = kg/tkm
    arcs = Arcs(
        label=labels([f"{r.origin}>{r.destination}:{r.mode}:{r.product}" for r in rows.itertuples()]),
        lane=np.array(
            [lane_at[key] for key in zip(rows["origin"], rows["destination"], rows["mode"], strict=True)],
            dtype=np.int64,
        ),
        origin=origin,
        destination=found(rows["destination"], at.site),
        mode=found(rows["mode"], mode_at),
        product=product,
        tail=at.nodes(rows["origin"], rows["product"]),
        head=at.nodes(rows["destination"], rows["product"]),
        distance_km=rows["distance_km"].to_numpy(float),
        great_circle_km=rows["great_circle_km"].to_numpy(float),
        lead_days=rows["lead_days"].to_numpy(float),
        tonnes_per_unit=mass,
        cost=rows["cost"].to_numpy(float) * mass,
        tank_to_wheel=mode["tank_to_wheel"].to_numpy(float) * kilometres / 1000,
        well_to_tank=(mode["well_to_tank"].to_numpy(float)[:, None] + from_grid) * kilometres[:, None] / 1000,
        locked=rows["locked"].to_numpy(bool),
    )
    return lanes, arcs


def make_demands(frame: pd.DataFrame, at: Positions, periods: Periods) -> Demands:
    """Return the demands by period."""
    key = ["site", "product"]
    first = frame.drop_duplicates(key)
    return Demands(
        label=labels([f"{s}:{p}" for s, p in zip(first["site"], first["product"], strict=True)]),
        site=found(first["site"], at.site),
        product=found(first["product"], at.product),
        node=at.nodes(first["site"], first["product"]),
        quantity=by_period(frame, key, "quantity", periods, 0.0),
        shortage_cost=by_period(frame, key, "shortage_cost", periods, np.inf),
        single_source=first["single_source"].to_numpy(bool),
    )


def make_supplies(
    frame: pd.DataFrame,
    sites: Sites,
    operations: Operations,
    grid: Mapping[str, Floats],
    levers: LeverSettings,
    periods: Periods,
) -> Supplies:
    """Return the power options of every site that draws electricity."""
    first = frame.drop_duplicates("option").reset_index(drop=True)
    numbers = {
        c: by_period(frame, ["option"], c, periods, np.nan)
        for c in ("price", "maximum_share", "capacity_factor")
    }
    loaded = np.unique(operations.site[operations.electricity > 0])
    pairs = [
        (site, o)
        for site in loaded.tolist()
        for o, region in enumerate(first["region"])
        if region in ("", sites.region[site])
    ]
    site = np.array([p[0] for p in pairs], dtype=np.int64)
    option = np.array([p[1] for p in pairs], dtype=np.int64)
    kind = labels(first["kind"].to_numpy()[option] if len(option) else [])
    factor = np.array([grid[sites.region[s]] for s in site]).reshape(len(site), len(periods))
    # No published residual mix: unclaimed grid power keeps the location factor under both methods.
    return Supplies(
        label=labels([f"{sites.label[s]}:{first['option'][o]}" for s, o in pairs]),
        site=site,
        option=labels(first["option"].to_numpy()[option] if len(option) else []),
        option_name=labels(shown_names(first, "option")[option] if len(option) else []),
        kind=kind,
        allowed=np.isin(kind.astype(str), levers.power),
        price=numbers["price"][option].reshape(len(site), len(periods)),
        maximum_share=numbers["maximum_share"][option].reshape(len(site), len(periods)),
        capacity_factor=np.nan_to_num(numbers["capacity_factor"][option].reshape(len(site), len(periods))),
        term_years=first["term_years"].to_numpy(float)[option].astype(np.int64),
        location_factor=np.where((kind == "onsite")[:, None], 0.0, factor),
        market_factor=np.where((kind == "grid")[:, None], factor, 0.0),
    )


def make_interventions(frame: pd.DataFrame, site_at: dict[str, int], levers: LeverSettings) -> Interventions:
    """Return the interventions, marked by whether the pathway allows them."""
    kinds = set(frame["kind"])
    position = positions(labels(frame["intervention"]))
    allowed = frame["kind"].isin(levers.kinds or kinds).to_numpy(bool) & levers.interventions
    return Interventions(
        label=labels(frame["intervention"]),
        name=shown_names(frame, "intervention"),
        kind=labels(frame["kind"]),
        site=np.array([site_at.get(site, -1) for site in frame["site"]], dtype=np.int64),
        allowed=allowed,
        capex=frame["capex"].to_numpy(float),
        opex=frame["opex"].to_numpy(float),
        lead_years=frame["lead_years"].to_numpy(float).astype(np.int64),
        life_years=frame["life_years"].to_numpy(float).astype(np.int64),
        earliest=frame["earliest"].fillna(0).to_numpy(float).astype(np.int64),
        latest=frame["latest"].fillna(9999).to_numpy(float).astype(np.int64),
        requires=tuple(np.array([position[r] for r in names], dtype=np.int64) for names in frame["requires"]),
        exclusive_group=labels(frame["exclusive_group"]),
        maximum_modules=frame["maximum_modules"].to_numpy(float).astype(np.int64),
        subsidy_share=frame["subsidy_share"].to_numpy(float),
    )
