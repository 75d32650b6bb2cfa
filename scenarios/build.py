"""From checked tables to the scenario's labelled arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from scenarios.checks import check_tables
from scenarios.effects import Targets, resolve_effects
from scenarios.errors import ConfigError, DataError, Problem
from scenarios.loading import find_data, in_files, read_tables
from scenarios.network import generate_arcs, unreachable
from scenarios.periods import Periods, make_periods
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
    Scenario,
    Sites,
    SourcingRules,
    Supplies,
)
from scenarios.settings import CarbonSettings, LeverSettings, PathwaySettings, ScenarioSettings

Tables = Mapping[str, pd.DataFrame]


def load_scenario(
    settings: ScenarioSettings,
    carbon: CarbonSettings | None = None,  # type: ignore[valid-type]
    pathway: PathwaySettings | None = None,
    search: Sequence[Path] = (),
) -> Scenario:
    """Read, check and assemble a scenario under one pathway.

    Parameters
    ----------
    settings : the case; `settings.data` names a bundled case, a folder or an ``.xlsx``.
    carbon, pathway : policy and levers; defaults: no cap, all levers.
    search : further folders that `settings.data` may be relative to.

    Raises
    ------
    ConfigError : the data are not found, or the pathway names what the scenario does not have.
    DataError : the tables break rules; all of them are listed.
    """
    path = find_data(settings.data, search)
    tables = read_tables(path)
    problems = check_tables(tables)
    if problems:
        raise DataError(in_files(problems, path))
    scenario, problems = _assemble(settings, carbon or CarbonSettings(), pathway or PathwaySettings(), tables, path)
    if problems:
        raise DataError(in_files(problems, path))
    return scenario


def _assemble(
    settings: ScenarioSettings,
    carbon: CarbonSettings,  # type: ignore[valid-type]
    pathway: PathwaySettings,
    tables: Tables,
    path: Path,
) -> tuple[Scenario, list[Problem]]:
    periods = make_periods(settings)
    sites, products = _sites(tables["sites"]), _products(tables["products"])
    site_at, product_at = _positions(sites.label), _positions(products.label)
    makes, needs = _makes_and_needs(tables)
    arc_rows, problems = generate_arcs(tables, makes, needs)
    nodes, node_at = _nodes(tables, arc_rows, site_at, product_at)
    grid = _grid_factors(tables["grid_factors"], periods)
    lines, line_at = _lines(tables["lines"], site_at, periods)
    operations, recipe = _operations(tables, lines, line_at, sites, node_at)
    problems += _missing_grid_factors(tables, sites, operations, grid)
    if problems:
        raise DataError(in_files(problems, path))
    offers = _offers(tables["offers"], site_at, product_at, node_at, periods)
    modes = np.array(tables["modes"]["mode"], dtype=object)
    lanes, arcs = _lanes_and_arcs(arc_rows, tables["modes"], sites, products, site_at, product_at, node_at, grid, periods)
    supplies = _supplies(tables["power_options"], sites, operations, grid, pathway.levers, periods)
    interventions = _interventions(tables["interventions"], site_at, pathway.levers)
    targets = Targets(sites, products, nodes, offers, arcs, lines, operations, recipe, supplies, modes)
    effects, problems = resolve_effects(tables["effects"], interventions, targets)
    problems += _loads_without_grid(sites, operations, supplies)
    problems += _unreachable_demand(tables, arc_rows)
    return (
        Scenario(
            settings=settings,
            carbon=carbon,
            pathway=pathway,
            periods=periods,
            sites=sites,
            products=products,
            modes=modes,
            nodes=nodes,
            offers=offers,
            lanes=lanes,
            arcs=arcs,
            lines=lines,
            operations=operations,
            recipe=recipe,
            demands=_demands(tables["demand"], site_at, product_at, node_at, periods),
            supplies=supplies,
            sourcing_rules=_sourcing_rules(tables["sourcing_rules"], offers, sites, products),
            interventions=interventions,
            capacity_changes=effects.capacity_changes,
            unlocks=effects.unlocks,
            power_additions=effects.power_additions,
            covers=effects.covers,
            tables=tables,
            path=path,
            warnings=tuple(_unusable_offers(offers, arcs, recipe, nodes)),
        ),
        problems,
    )


def _positions(labels: Labels) -> dict[str, int]:
    return {label: i for i, label in enumerate(labels)}


def _labels(values: Sequence[object] | pd.Series) -> Labels:
    return np.array(list(values), dtype=object)


def _named(frame: pd.DataFrame, key: str) -> Labels:
    """Return the names shown to people, the short name where none is given."""
    return _labels([name or label for name, label in zip(frame["name"], frame[key], strict=True)])


def _by_period(frame: pd.DataFrame, key: list[str], column: str, periods: Periods, blank: float) -> Floats:
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
            result[row] = periods.interpolate({int(y): float(v) for y, v in zip(rows["period"], values, strict=True)})
    return result


def _sites(frame: pd.DataFrame) -> Sites:
    return Sites(
        label=_labels(frame["site"]),
        name=_named(frame, "site"),
        role=_labels(frame["role"]),
        region=_labels(frame["region"]),
        owner=_labels(frame["owner"]),
        lat=frame["lat"].to_numpy(float),
        lon=frame["lon"].to_numpy(float),
        service_radius_km=frame["service_radius_km"].fillna(np.inf).to_numpy(float),
    )


def _products(frame: pd.DataFrame) -> Products:
    return Products(
        label=_labels(frame["product"]),
        name=_named(frame, "product"),
        unit=_labels(frame["unit"]),
        tonnes_per_unit=frame["tonnes_per_unit"].to_numpy(float),
    )


def _makes_and_needs(tables: Tables) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the (site, product) pairs where a product can arise, and where it has a use."""
    makes = set(zip(tables["offers"]["site"], tables["offers"]["product"], strict=True))
    needs = set(zip(tables["demand"]["site"], tables["demand"]["product"], strict=True))
    site_of = dict(zip(tables["lines"]["line"], tables["lines"]["site"], strict=True))
    recipes = {process: rows for process, rows in tables["recipes"].groupby("process")}
    for line, process in zip(tables["line_processes"]["line"], tables["line_processes"]["process"], strict=True):
        rows = recipes[process]
        site = site_of[line]
        makes |= {(site, p) for p in rows[rows["quantity"] > 0]["product"]}
        needs |= {(site, p) for p in rows[rows["quantity"] < 0]["product"]}
    lanes = tables["lanes"]
    needs |= {(s, p) for s, ps in zip(lanes["destination"], lanes["products"], strict=True) for p in ps}
    makes |= needs  # what arrives may be sent on
    return makes, needs


def _nodes(
    tables: Tables, arcs: pd.DataFrame, site_at: dict[str, int], product_at: dict[str, int]
) -> tuple[Nodes, dict[tuple[str, str], int]]:
    makes, needs = _makes_and_needs(tables)
    offered = set(zip(tables["offers"]["site"], tables["offers"]["product"], strict=True))
    pairs = offered | needs | (makes - needs)
    pairs |= set(zip(arcs["origin"], arcs["product"], strict=True)) | set(zip(arcs["destination"], arcs["product"], strict=True))
    ordered = sorted(pairs, key=lambda pair: (site_at[pair[0]], product_at[pair[1]]))
    nodes = Nodes(
        label=_labels([f"{site}:{product}" for site, product in ordered]),
        site=np.array([site_at[s] for s, _ in ordered], dtype=np.int64),
        product=np.array([product_at[p] for _, p in ordered], dtype=np.int64),
    )
    return nodes, {pair: n for n, pair in enumerate(ordered)}


def _offers(
    frame: pd.DataFrame,
    site_at: dict[str, int],
    product_at: dict[str, int],
    node_at: dict[tuple[str, str], int],
    periods: Periods,
) -> Offers:
    first = frame.drop_duplicates("offer")
    return Offers(
        label=_labels(first["offer"]),
        site=first["site"].map(site_at).to_numpy(np.int64),
        product=first["product"].map(product_at).to_numpy(np.int64),
        node=np.array([node_at[pair] for pair in zip(first["site"], first["product"], strict=True)], dtype=np.int64),
        price=_by_period(frame, ["offer"], "price", periods, 0.0),
        capacity=_by_period(frame, ["offer"], "capacity", periods, np.inf),
        footprint=_by_period(frame, ["offer"], "footprint", periods, 0.0),
        data_tier=_labels(first["data_tier"]),
        locked=first["locked"].to_numpy(bool),
    )


def _lines(frame: pd.DataFrame, site_at: dict[str, int], periods: Periods) -> tuple[Lines, dict[str, int]]:
    first = frame.drop_duplicates("line")
    capacity = _by_period(frame, ["line"], "capacity", periods, 0.0)
    retires = first["retires"].fillna(np.inf).to_numpy(float)
    capacity[periods.start[None, :] >= retires[:, None]] = 0.0
    lines = Lines(
        label=_labels(first["line"]),
        name=_named(first, "line"),
        site=first["site"].map(site_at).to_numpy(np.int64),
        capacity=capacity,
        minimum_use=_by_period(frame, ["line"], "minimum_use", periods, 0.0),
        fixed_cost=_by_period(frame, ["line"], "fixed_cost", periods, 0.0),
    )
    return lines, _positions(lines.label)


def _operations(
    tables: Tables, lines: Lines, line_at: dict[str, int], sites: Sites, node_at: dict[tuple[str, str], int]
) -> tuple[Operations, Recipe]:
    frame = tables["line_processes"]
    line = frame["line"].map(line_at).to_numpy(np.int64)
    process = tables["processes"].set_index("process").loc[frame["process"]]
    operations = Operations(
        label=_labels([f"{a}:{b}" for a, b in zip(frame["line"], frame["process"], strict=True)]),
        line=line,
        site=lines.site[line],
        process=_labels(frame["process"]),
        use=frame["use"].to_numpy(float),
        maximum_share=frame["maximum_share"].to_numpy(float),
        locked=frame["locked"].to_numpy(bool),
        electricity=process["electricity"].to_numpy(float),
        direct=process["direct_emissions"].to_numpy(float),
        operating_cost=process["operating_cost"].to_numpy(float),
    )
    recipes = {name: rows for name, rows in tables["recipes"].groupby("process", sort=False)}
    entries = [
        (r, node_at[sites.label[operations.site[r]], product], quantity)
        for r, name in enumerate(operations.process)
        for product, quantity in zip(recipes[name]["product"], recipes[name]["quantity"], strict=True)
    ]
    table = np.array(entries, dtype=float).reshape(-1, 3)
    return operations, Recipe(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2])


def _grid_factors(frame: pd.DataFrame, periods: Periods) -> dict[str, Floats]:
    regions = frame["region"].drop_duplicates()
    return dict(zip(regions, _by_period(frame, ["region"], "factor", periods, np.nan), strict=True))


def _lanes_and_arcs(
    rows: pd.DataFrame,
    mode_table: pd.DataFrame,
    sites: Sites,
    products: Products,
    site_at: dict[str, int],
    product_at: dict[str, int],
    node_at: dict[tuple[str, str], int],
    grid: Mapping[str, Floats],
    periods: Periods,
) -> tuple[Lanes, Arcs]:
    mode_at = {mode: m for m, mode in enumerate(mode_table["mode"])}
    lane_rows = rows.drop_duplicates(["origin", "destination", "mode"])
    lane_at = {key: k for k, key in enumerate(zip(lane_rows["origin"], lane_rows["destination"], lane_rows["mode"], strict=True))}
    lanes = Lanes(
        label=_labels([f"{o}>{d}:{m}" for o, d, m in lane_at]),
        origin=lane_rows["origin"].map(site_at).to_numpy(np.int64),
        destination=lane_rows["destination"].map(site_at).to_numpy(np.int64),
        mode=lane_rows["mode"].map(mode_at).to_numpy(np.int64),
        capacity=lane_rows["capacity"].astype(float).fillna(np.inf).to_numpy(float),
    )
    mode = mode_table.set_index("mode").loc[rows["mode"]]
    product = rows["product"].map(product_at).to_numpy(np.int64)
    mass = products.tonnes_per_unit[product]
    kilometres = rows["distance_km"].to_numpy(float) * mass
    origin = rows["origin"].map(site_at).to_numpy(np.int64)
    charging = np.array([grid.get(region, np.zeros(len(periods))) for region in sites.region[origin]]).reshape(len(rows), -1)
    from_grid = mode["electricity"].to_numpy(float)[:, None] * charging  # kWh/tkm x t/MWh = kg/tkm
    arcs = Arcs(
        label=_labels(
            [f"{r.origin}>{r.destination}:{r.mode}:{r.product}" for r in rows.itertuples()]
        ),
        lane=np.array([lane_at[key] for key in zip(rows["origin"], rows["destination"], rows["mode"], strict=True)], dtype=np.int64),
        origin=origin,
        destination=rows["destination"].map(site_at).to_numpy(np.int64),
        mode=rows["mode"].map(mode_at).to_numpy(np.int64),
        product=product,
        tail=np.array([node_at[pair] for pair in zip(rows["origin"], rows["product"], strict=True)], dtype=np.int64),
        head=np.array([node_at[pair] for pair in zip(rows["destination"], rows["product"], strict=True)], dtype=np.int64),
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


def _demands(
    frame: pd.DataFrame,
    site_at: dict[str, int],
    product_at: dict[str, int],
    node_at: dict[tuple[str, str], int],
    periods: Periods,
) -> Demands:
    key = ["site", "product"]
    first = frame.drop_duplicates(key)
    return Demands(
        label=_labels([f"{s}:{p}" for s, p in zip(first["site"], first["product"], strict=True)]),
        site=first["site"].map(site_at).to_numpy(np.int64),
        product=first["product"].map(product_at).to_numpy(np.int64),
        node=np.array([node_at[pair] for pair in zip(first["site"], first["product"], strict=True)], dtype=np.int64),
        quantity=_by_period(frame, key, "quantity", periods, 0.0),
        shortage_cost=_by_period(frame, key, "shortage_cost", periods, np.inf),
    )


def _supplies(
    frame: pd.DataFrame,
    sites: Sites,
    operations: Operations,
    grid: Mapping[str, Floats],
    levers: LeverSettings,
    periods: Periods,
) -> Supplies:
    first = frame.drop_duplicates("option").reset_index(drop=True)
    numbers = {c: _by_period(frame, ["option"], c, periods, np.nan) for c in ("price", "maximum_share", "capacity_factor")}
    loaded = np.unique(operations.site[operations.electricity > 0])
    pairs = [
        (site, o)
        for site in loaded.tolist()
        for o, region in enumerate(first["region"])
        if region in ("", sites.region[site])
    ]
    site = np.array([p[0] for p in pairs], dtype=np.int64)
    option = np.array([p[1] for p in pairs], dtype=np.int64)
    kind = _labels(first["kind"].to_numpy()[option] if len(option) else [])
    factor = np.array([grid[sites.region[s]] for s in site]).reshape(len(site), len(periods))
    # No published residual mix: unclaimed grid power keeps the location factor under both methods.
    return Supplies(
        label=_labels([f"{sites.label[s]}:{first['option'][o]}" for s, o in pairs]),
        site=site,
        option=_labels(first["option"].to_numpy()[option] if len(option) else []),
        option_name=_labels(_named(first, "option")[option] if len(option) else []),
        kind=kind,
        allowed=np.isin(kind.astype(str), levers.power),
        price=numbers["price"][option].reshape(len(site), -1),
        maximum_share=numbers["maximum_share"][option].reshape(len(site), -1),
        capacity_factor=np.nan_to_num(numbers["capacity_factor"][option].reshape(len(site), -1)),
        term_years=first["term_years"].to_numpy(float)[option].astype(np.int64),
        location_factor=np.where((kind == "onsite")[:, None], 0.0, factor),
        market_factor=np.where((kind == "grid")[:, None], factor, 0.0),
    )


def _sourcing_rules(frame: pd.DataFrame, offers: Offers, sites: Sites, products: Products) -> SourcingRules:
    members, among = [], []
    for _, rule in frame.iterrows():
        of_product = products.label[offers.product] == rule["product"]
        member = of_product.copy()
        if rule["site"]:
            member &= sites.label[offers.site] == rule["site"]
        if rule["region"]:
            member &= sites.region[offers.site] == rule["region"]
        among.append(np.flatnonzero(of_product))
        members.append(np.flatnonzero(member))
    bounds = {c: frame[c].to_numpy(float) for c in ("minimum_share", "maximum_share", "minimum_count", "maximum_count")}
    return SourcingRules(label=_labels(frame["rule"]), members=tuple(members), among=tuple(among), **bounds)


def _interventions(frame: pd.DataFrame, site_at: dict[str, int], levers: LeverSettings) -> Interventions:
    kinds = set(frame["kind"])
    unknown = [kind for kind in levers.kinds if kind not in kinds]
    if unknown and kinds:
        message = f"pathway.levers.kinds names {unknown}, but the scenario has: {', '.join(sorted(kinds))}"
        raise ConfigError(message)
    position = _positions(_labels(frame["intervention"]))
    allowed = frame["kind"].isin(levers.kinds or kinds).to_numpy(bool) & levers.interventions
    return Interventions(
        label=_labels(frame["intervention"]),
        name=_named(frame, "intervention"),
        kind=_labels(frame["kind"]),
        site=np.array([site_at.get(site, -1) for site in frame["site"]], dtype=np.int64),
        allowed=allowed,
        capex=frame["capex"].to_numpy(float),
        opex=frame["opex"].to_numpy(float),
        lead_years=frame["lead_years"].to_numpy(float).astype(np.int64),
        life_years=frame["life_years"].to_numpy(float).astype(np.int64),
        earliest=frame["earliest"].fillna(0).to_numpy(float).astype(np.int64),
        latest=frame["latest"].fillna(9999).to_numpy(float).astype(np.int64),
        requires=tuple(np.array([position[r] for r in names], dtype=np.int64) for names in frame["requires"]),
        exclusive_group=_labels(frame["exclusive_group"]),
    )


def _missing_grid_factors(
    tables: Tables, sites: Sites, operations: Operations, grid: Mapping[str, Floats]
) -> list[Problem]:
    loaded = set(sites.region[operations.site[operations.electricity > 0]])
    if (tables["modes"]["electricity"] > 0).any():
        loaded |= set(sites.region)
    fix = "add a grid_factors row for the region"
    return [
        Problem("grid_factors", f"region {region} draws electricity but has no factor", fix, column="region")
        for region in sorted(loaded - set(grid))
    ]


def _loads_without_grid(sites: Sites, operations: Operations, supplies: Supplies) -> list[Problem]:
    loaded = set(operations.site[operations.electricity > 0].tolist())
    served: set[int] = set(supplies.site[supplies.kind == "grid"].tolist())
    fix = "add a power_options row of kind grid for its region"
    return [
        Problem("power_options", f"site {sites.label[s]} draws electricity but has no grid option", fix)
        for s in sorted(loaded - served)
    ]


def _unreachable_demand(tables: Tables, arcs: pd.DataFrame) -> list[Problem]:
    lines = tables["lines"]
    growing = set(tables["effects"][tables["effects"]["effect"] == "adds_capacity"]["line"])
    able = {line for line, capacity in zip(lines["line"], lines["capacity"], strict=True) if capacity > 0} | growing
    site_of = dict(zip(lines["line"], lines["site"], strict=True))
    recipes = {
        process: dict(zip(rows["product"], rows["quantity"], strict=True))
        for process, rows in tables["recipes"].groupby("process")
    }
    processes = tables["line_processes"]
    operations = [
        (site_of[line], recipes[process])
        for line, process in zip(processes["line"], processes["process"], strict=True)
        if line in able or "" in growing
    ]
    offered = set(zip(tables["offers"]["site"], tables["offers"]["product"], strict=True))
    demand = tables["demand"]
    wanted = demand[demand["quantity"] > 0].drop_duplicates(["site", "product"])
    demanded = {(s, p): row for s, p, row in zip(wanted["site"], wanted["product"], wanted["row"], strict=True)}
    return list(unreachable(demanded, offered, operations, arcs))


def _unusable_offers(offers: Offers, arcs: Arcs, recipe: Recipe, nodes: Nodes) -> list[str]:
    leaving = set(arcs.tail.tolist()) | set(recipe.node[recipe.quantity < 0].tolist())
    return [
        f"offer {label}: nothing leaves {nodes.label[node]} and nothing there uses it"
        for label, node in zip(offers.label, offers.node.tolist(), strict=True)
        if node not in leaving
    ]
