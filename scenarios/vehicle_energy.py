"""Freight factors from energy: what vehicles use over what they carry, as ISO 14083 reckons them.

A vehicle that is loaded to the share f of its payload uses, per loaded km, its consumption between empty and
full in proportion to f, and runs e / (1 - e) km empty besides, where e is the share of all km run empty:

    energy per tkm = (empty + (full - empty) f + empty e / (1 - e)) / (payload f)

What it emits is that energy times the carrier's factors, tank to wheel and well to tank apart. A carrier from
the grid emits what the grid of the charging region does, in the year. So a hub that fills vehicles better
(`load_factor` in hubs) cuts energy per tkm, and line-haul cost per tkm in inverse proportion, as a vehicle
costs by the km.

Source: ISO 14083:2023, transport operation categories with load factor and empty distance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.flows import Hubs
from scenarios.periods import Periods
from scenarios.scenario import Arcs, Lanes, Sites
from scenarios.values_by_period import by_period

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Tables = Mapping[str, pd.DataFrame]
CHARGED = {"origin": (1.0, 0.0), "destination": (0.0, 1.0), "both": (0.5, 0.5)}


@dataclass(frozen=True)
class Carriers:
    """What energy carriers emit, (C, T), kgCO2e a unit; `from_grid` ones the grid's share besides, (C,)."""

    position: Mapping[str, int]
    tank_to_wheel: Floats
    well_to_tank: Floats
    from_grid: NDArray[np.bool_]


def make_carriers(frame: pd.DataFrame, periods: Periods) -> Carriers:
    """Return the carriers of the table."""
    first = frame.drop_duplicates("carrier")
    return Carriers(
        position={name: c for c, name in enumerate(first["carrier"])},
        tank_to_wheel=by_period(frame, ["carrier"], "tank_to_wheel", periods, 0.0),
        well_to_tank=by_period(frame, ["carrier"], "well_to_tank", periods, 0.0),
        from_grid=first["from_grid"].to_numpy(bool),
    )


def grid_of_sites(sites: Sites, grid: Mapping[str, Floats], periods: Periods) -> Floats:
    """Return the grid factor at each site, tCO2e/MWh, (S, T); zero where the region has none."""
    nowhere = np.zeros(len(periods))
    return np.array([grid.get(region, nowhere) for region in sites.region]).reshape(-1, len(periods))


def with_energy(
    hubs: Hubs, arcs: Arcs, lanes: Lanes, tables: Tables, at_site: Floats, periods: Periods
) -> tuple[Hubs, Arcs]:
    """Return hubs and arcs with what the energy of handling and of vehicles emits.

    `at_site` : grid factor by site, tCO2e/MWh, (S, T).
    """
    driven = with_vehicles(arcs, lanes, hubs, tables, at_site, periods)
    return with_hub_energy(hubs, tables, at_site, periods), driven


def with_vehicles(
    arcs: Arcs, lanes: Lanes, hubs: Hubs, tables: Tables, at_site: Floats, periods: Periods
) -> Arcs:
    """Return the arcs with the factors that the vehicles of their modes have.

    Parameters
    ----------
    at_site : grid factor by site, tCO2e/MWh, (S, T).

    Arcs of modes without rows in `vehicles` stay as they are. On lanes paid by the whole vehicle, a trip
    emits what a full one does: how full it is, is for the plan to decide.
    """
    frame, modes = tables["vehicles"], tables["modes"]
    if frame.empty:
        return arcs
    mode_at = {name: m for m, name in enumerate(modes["mode"])}
    first = frame.drop_duplicates(["mode", "carrier"])
    mode_of = np.array([mode_at[name] for name in first["mode"]], dtype=np.int64)
    driven = np.flatnonzero(np.isin(arcs.mode, mode_of))
    usual = np.repeat(modes["load_factor"].to_numpy(float)[arcs.mode][:, None], len(periods), axis=1)
    usual[~np.isin(arcs.mode, mode_of)] = np.nan
    usual[driven[lanes.whole_vehicles[arcs.lane[driven]]]] = 1.0
    load = _filled_at_hubs(usual, hubs)
    ttw, wtt = arcs.tank_to_wheel.copy(), arcs.well_to_tank.copy()
    ttw[driven] = wtt[driven] = 0.0
    carriers, key = make_carriers(tables["energy_carriers"], periods), ["mode", "carrier"]
    full = by_period(frame, key, "consumption_full", periods, 0.0)
    empty = by_period(frame, key, "consumption_empty", periods, np.nan)
    empty = np.where(np.isnan(empty), full, empty)
    share = by_period(frame, key, "share", periods, 1.0)
    besides = modes["empty_share"].to_numpy(float) / (1 - modes["empty_share"].to_numpy(float))
    for k, (mode, name) in enumerate(zip(mode_of, first["carrier"], strict=True)):
        mine = np.flatnonzero(arcs.mode == mode)
        c = carriers.position[str(name)]
        per_km = empty[k] + (full[k] - empty[k]) * load[mine] + empty[k] * besides[mode]
        per_tkm = share[k] * per_km / (modes["payload_t"].to_numpy(float)[mode] * load[mine])
        tkm = (arcs.distance_km[mine] * arcs.tonnes_per_unit[mine])[:, None]
        made = carriers.well_to_tank[c]
        if carriers.from_grid[c]:  # kWh x tCO2e/MWh = kgCO2e
            here, there = CHARGED[str(first["charged_at"].iloc[k])]
            made = made + here * at_site[arcs.origin[mine]] + there * at_site[arcs.destination[mine]]
        ttw[mine] += per_tkm * carriers.tank_to_wheel[c] * tkm / 1000
        wtt[mine] += per_tkm * made * tkm / 1000
    haul = np.divide(arcs.line_haul, arcs.cost, out=np.zeros_like(arcs.cost), where=arcs.cost > 0)
    fuller = np.where(np.isnan(load), 1.0, usual / load)
    return replace(
        arcs,
        tank_to_wheel=ttw,
        well_to_tank=wtt,
        load_factor=load,
        haul_left=1 - haul[:, None] * (1 - fuller),
    )


def _filled_at_hubs(usual: Floats, hubs: Hubs) -> Floats:
    """Return load factors of arcs, (A, T), with those that a hub states for what leaves it.

    A row of one product holds before a row of all of them.
    """
    load = usual.copy()
    of_all = hubs.product[hubs.leaving_hub] < 0
    for entries in (np.flatnonzero(of_all), np.flatnonzero(~of_all)):
        stated = hubs.load_factor[hubs.leaving_hub[entries]]
        arc = hubs.leaving_arc[entries]
        load[arc] = np.where(np.isnan(stated) | np.isnan(usual[arc]), load[arc], stated)
    return load


def with_hub_energy(hubs: Hubs, tables: Tables, at_site: Floats, periods: Periods) -> Hubs:
    """Return the hubs with what the energy of their handling emits, tCO2e per unit that leaves.

    `at_site` : grid factor by site, tCO2e/MWh, (S, T).
    """
    frame = tables["hub_energy"]
    carriers = make_carriers(tables["energy_carriers"], periods)
    key = ["site", "product", "carrier"]
    first, used = frame.drop_duplicates(key), by_period(frame, key, "consumption", periods, 0.0)
    position = {label: h for h, label in enumerate(hubs.label)}
    ttw, wtt, grid = (np.zeros((len(hubs.label), len(periods))) for _ in range(3))
    rows = zip(first["site"], first["product"], first["carrier"], strict=True)
    for k, (site, product, carrier) in enumerate(rows):
        h, c = position[f"{site}:{product}" if product else str(site)], carriers.position[str(carrier)]
        ttw[h] += used[k] * carriers.tank_to_wheel[c] / 1000
        wtt[h] += used[k] * carriers.well_to_tank[c] / 1000
        if carriers.from_grid[c]:
            grid[h] += used[k] * at_site[hubs.site[h]] / 1000
    return replace(hubs, energy_tank_to_wheel=ttw, energy_well_to_tank=wtt, energy_grid=grid)
