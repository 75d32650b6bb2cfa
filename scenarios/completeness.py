"""What the assembled scenario must not lack: grid factors, power, a way to every customer."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from scenarios.errors import Problem
from scenarios.network import unreachable
from scenarios.scenario import Arcs, Floats, Interventions, Nodes, Offers, Operations, Recipe, Sites, Supplies
from scenarios.settings import LeverSettings

Tables = Mapping[str, pd.DataFrame]


def missing_grid_factors(
    tables: Tables, sites: Sites, operations: Operations, grid: Mapping[str, Floats]
) -> list[Problem]:
    """Every region that draws electricity, or charges trucks, has a grid factor."""
    loaded = set(sites.region[operations.site[operations.electricity > 0]])
    carriers = tables["energy_carriers"]
    of_grid = set(carriers[carriers["from_grid"].astype(bool)]["carrier"])
    charged = tables["vehicles"]["carrier"].isin(of_grid).any()
    if charged or (tables["modes"]["electricity"] > 0).any():
        loaded |= set(sites.region)
    handling = tables["hub_energy"][tables["hub_energy"]["carrier"].isin(of_grid)]["site"]
    region = dict(zip(sites.label, sites.region, strict=True))
    loaded |= {region[site] for site in handling}
    fix = "add a grid_factors row for the region"
    return [
        Problem("grid_factors", f"region {region} draws electricity but has no factor", fix, column="region")
        for region in sorted(loaded - set(grid))
    ]


def loads_without_grid(sites: Sites, operations: Operations, supplies: Supplies) -> list[Problem]:
    """Every site that draws electricity can draw it from the grid."""
    loaded = set(operations.site[operations.electricity > 0].tolist())
    served: set[int] = set(supplies.site[supplies.kind == "grid"].tolist())
    fix = "add a power_options row of kind grid for its region"
    return [
        Problem("power_options", f"site {sites.label[s]} draws electricity but has no grid option", fix)
        for s in sorted(loaded - served)
    ]


def unreachable_demand(tables: Tables, arcs: pd.DataFrame) -> list[Problem]:
    """Every demand can be reached by something bought or made."""
    lines = tables["lines"]
    growing = set(tables["effects"][tables["effects"]["effect"] == "adds_capacity"]["line"])
    able = {
        line for line, capacity in zip(lines["line"], lines["capacity"], strict=True) if capacity > 0
    } | growing
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
    demanded = {
        (s, p): row for s, p, row in zip(wanted["site"], wanted["product"], wanted["row"], strict=True)
    }
    return list(unreachable(demanded, offered, operations, arcs))


def unknown_kinds(levers: LeverSettings, interventions: Interventions) -> list[str]:
    """Return a warning for each kind that the pathway allows and the scenario does not have."""
    kinds = sorted(set(interventions.kind))
    return [
        f"pathway.levers.kinds names {kind!r}; the scenario has: {', '.join(kinds)}"
        for kind in levers.kinds
        if kind not in kinds
    ]


def unusable_offers(offers: Offers, arcs: Arcs, recipe: Recipe, nodes: Nodes) -> list[str]:
    """Return a warning for each offer that nothing can carry away or use."""
    leaving = set(arcs.tail.tolist()) | set(recipe.node[recipe.quantity < 0].tolist())
    return [
        f"offer {label}: nothing leaves {nodes.label[node]} and nothing there uses it"
        for label, node in zip(offers.label, offers.node.tolist(), strict=True)
        if node not in leaving
    ]
