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
)
from scenarios.settings import LeverSettings
from scenarios.values_by_period import by_period

Tables = Mapping[str, pd.DataFrame]


class Positions(NamedTuple):
    """Where each site, product and (site, product) pair stands in its family."""

    site: Mapping[str, int]
    product: Mapping[str, int]
    node: Mapping[tuple[str, str], int]

    def nodes(self, sites: Iterable[str], products: Iterable[str]) -> Integers:
        """Return the positions of (site, product) pairs."""
        site_code, site_names = pd.factorize(labels(sites))
        product_code, product_names = pd.factorize(labels(products))
        pairs, pair = np.unique(site_code * len(product_names) + product_code, return_inverse=True)
        node = [
            self.node[site_names[code // len(product_names)], product_names[code % len(product_names)]]
            for code in pairs.tolist()
        ]
        return np.array(node, dtype=np.int64)[pair]


def positions(labels: Labels) -> dict[str, int]:
    """Return the position of each label."""
    return {label: i for i, label in enumerate(labels)}


def found(names: Iterable[object], position: Mapping[str, int]) -> Integers:
    """Return the position of each name."""
    code, different = pd.factorize(labels(names))
    return np.array([position[str(name)] for name in different], dtype=np.int64)[code]


def labels(values: Iterable[object]) -> Labels:
    """Return the values as an array of objects."""
    if isinstance(values, pd.Series):
        return np.array(values.to_numpy(object), dtype=object)
    return np.array(list(values), dtype=object)


def shown_names(frame: pd.DataFrame, key: str) -> Labels:
    """Return the names shown to people, the short name where none is given."""
    return labels([name or label for name, label in zip(frame["name"], frame[key], strict=True)])


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
    recipes = {
        process: (
            rows["product"][rows["quantity"] > 0].tolist(),
            rows["product"][rows["quantity"] < 0].tolist(),
        )
        for process, rows in tables["recipes"].groupby("process")
    }
    for line, process in zip(
        tables["line_processes"]["line"], tables["line_processes"]["process"], strict=True
    ):
        made, used = recipes[process]
        site = site_of[line]
        makes.update((site, p) for p in made)
        needs.update((site, p) for p in used)
    lanes = tables["lanes"][["destination", "products"]].drop_duplicates()
    needs |= {(s, p) for s, ps in zip(lanes["destination"], lanes["products"], strict=True) for p in ps}
    makes |= needs  # what arrives may be sent on
    return makes, needs


def make_nodes(
    pairs: set[tuple[str, str]], arcs: pd.DataFrame, site_at: dict[str, int], product_at: dict[str, int]
) -> tuple[Nodes, dict[tuple[str, str], int]]:
    """Return the (site, product) pairs anything can happen at, with the ends of arcs, and their positions."""
    for end in ("origin", "destination"):
        different = arcs[[end, "product"]].drop_duplicates()
        pairs = pairs | set(zip(different[end].tolist(), different["product"].tolist(), strict=True))
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
    figures = ["capacity", "fixed_cost", "minimum", "least_load", "longest_wait_days"]
    own = [*figures, "whole_vehicles"]
    rows = rows.astype(dict.fromkeys(figures, float) | {"whole_vehicles": bool})
    by_key = rows.groupby(["origin", "destination", "mode"], sort=False)
    lane_rows = by_key[own].max().reset_index()
    lanes = Lanes(
        label=_joined(lane_rows, "origin", ">", "destination", ":", "mode"),
        origin=found(lane_rows["origin"], at.site),
        destination=found(lane_rows["destination"], at.site),
        mode=found(lane_rows["mode"], mode_at),
        capacity=lane_rows["capacity"].fillna(np.inf).to_numpy(float),
        fixed_cost=lane_rows["fixed_cost"].fillna(0.0).to_numpy(float),
        minimum=lane_rows["minimum"].fillna(0.0).to_numpy(float),
        whole_vehicles=lane_rows["whole_vehicles"].to_numpy(bool),
        payload=mode_table.set_index("mode").loc[lane_rows["mode"], "payload_t"].to_numpy(float),
        least_load=lane_rows["least_load"].fillna(1.0).to_numpy(float),
        longest_wait_days=lane_rows["longest_wait_days"].fillna(np.inf).to_numpy(float),
    )
    mode = mode_table.set_index("mode").loc[rows["mode"]]
    product = found(rows["product"], at.product)
    mass = products.tonnes_per_unit[product]
    kilometres = rows["distance_km"].to_numpy(float) * mass
    origin = found(rows["origin"], at.site)
    nowhere = np.zeros(len(periods))
    of_site = np.array([grid.get(region, nowhere) for region in sites.region]).reshape(-1, len(periods))
    charging = of_site[origin]
    from_grid = mode["electricity"].to_numpy(float)[:, None] * charging  # kWh/tkm x t/MWh = kg/tkm
    arcs = Arcs(
        label=_joined(rows, "origin", ">", "destination", ":", "mode", ":", "product"),
        lane=by_key.ngroup().to_numpy().astype(np.int64),
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
        line_haul=rows["line_haul"].to_numpy(float) * mass,
        tank_to_wheel=np.repeat(
            (mode["tank_to_wheel"].to_numpy(float) * kilometres / 1000)[:, None], len(periods), axis=1
        ),
        well_to_tank=(mode["well_to_tank"].to_numpy(float)[:, None] + from_grid) * kilometres[:, None] / 1000,
        locked=rows["locked"].to_numpy(bool),
        load_factor=np.full((len(rows), len(periods)), np.nan),
        haul_left=np.ones((len(rows), len(periods))),
    )
    return lanes, arcs


def _joined(frame: pd.DataFrame, *parts: str) -> Labels:
    """Return labels made of columns, with marks between them: column, mark, column, ..."""
    label = frame[parts[0]].to_numpy(object)
    for mark, column in zip(parts[1::2], parts[2::2], strict=True):
        label = label + mark + frame[column].to_numpy(object)
    return np.asarray(label, dtype=object)


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
        tolerance_days=first["tolerance_days"].fillna(np.inf).to_numpy(float),
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
        programme_cost=frame["programme_cost"].to_numpy(float),
        opex=frame["opex"].to_numpy(float),
        lead_years=frame["lead_years"].to_numpy(float).astype(np.int64),
        life_years=frame["life_years"].to_numpy(float).astype(np.int64),
        earliest=frame["earliest"].fillna(0).to_numpy(float).astype(np.int64),
        latest=frame["latest"].fillna(9999).to_numpy(float).astype(np.int64),
        requires=tuple(np.array([position[r] for r in names], dtype=np.int64) for names in frame["requires"]),
        exclusive_group=labels(frame["exclusive_group"]),
        maximum_modules=frame["maximum_modules"].to_numpy(float).astype(np.int64),
        subsidy_share=frame["subsidy_share"].to_numpy(float),
        ramp_up_years=frame["ramp_up_years"].to_numpy(float),
    )
