"""From typed rows to the arrays of electricity: supplies, hours, storage, certificates, areas, parks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from scenarios.electricity_settings import ElectricitySettings
from scenarios.families import found, labels, positions, shown_names
from scenarios.periods import SAME_MOMENT, Periods
from scenarios.power import (
    BEHIND_THE_METER,
    BY_THE_HOUR,
    HOURS_PER_DAY,
    Certificates,
    Hours,
    Microgrids,
    PowerAreas,
    Storages,
)
from scenarios.scenario import Floats, Integers, Operations, Sites, Supplies
from scenarios.settings import LeverSettings
from scenarios.tables_power import HOURS
from scenarios.typical_days import choose_days, typical_curves
from scenarios.values_by_period import by_period

Tables = Mapping[str, pd.DataFrame]
Pair = tuple[int, int, int]  # site, option, site whose plant it is

NUMBERS = ("price", "maximum_share", "capacity_factor", "capacity_price")
CHARGES = ("ppa", "onsite")


def make_supplies(
    tables: Tables,
    sites: Sites,
    operations: Operations,
    grid: Mapping[str, Floats],
    levers: LeverSettings,
    electricity: ElectricitySettings,
    periods: Periods,
) -> Supplies:
    """Return the power options of every site that draws electricity.

    Plants and storage of one site that others of its microgrid may draw on stand once more at each of them.
    """
    frame = tables["power_options"]
    first = frame.drop_duplicates("option").reset_index(drop=True)
    numbers = {c: by_period(frame, ["option"], c, periods, np.nan) for c in NUMBERS}
    pairs = _pairs(tables, first, sites, operations)
    site, option = _column(pairs, 0), _column(pairs, 1)
    kind = labels(first["kind"].to_numpy()[option] if len(option) else [])
    factor = np.array([grid[sites.region[s]] for s in site]).reshape(len(site), len(periods))
    of_pair = {(s, o): n for n, (s, o, owner) in enumerate(pairs) if s == owner}
    source = np.array([of_pair[owner, o] for _, o, owner in pairs], dtype=np.int64)
    behind = np.isin(kind.astype(str), BEHIND_THE_METER)
    fee = np.where(source == np.arange(len(pairs)), 0.0, _passing_on(tables, sites)[site])

    def values(column: str) -> Floats:
        return numbers[column][option].reshape(len(site), len(periods))

    means = {name: float(curve.mean()) for name, curve in profiles(tables).items()}
    profile = labels(first["profile"].to_numpy()[option] if len(option) else [])
    mean = np.array([means.get(name, np.nan) for name in profile], dtype=float)
    factors = np.where(np.isnan(values("capacity_factor")), mean[:, None], values("capacity_factor"))
    leased = ~np.isnan(values("capacity_price")).all(axis=1) & (behind | (kind == "ppa"))
    # No published residual mix: unclaimed grid power keeps the location factor under both methods.
    return Supplies(
        label=labels([_label(sites, first["option"], pair) for pair in pairs]),
        site=site,
        option=labels(first["option"].to_numpy()[option] if len(option) else []),
        option_name=labels(shown_names(first, "option")[option] if len(option) else []),
        kind=kind,
        allowed=np.isin(kind.astype(str), levers.power) & ((kind != "storage") | electricity.hourly),
        price=values("price") + fee[:, None],
        maximum_share=values("maximum_share"),
        capacity_factor=np.where((kind == "storage")[:, None], 1.0, np.nan_to_num(factors)),
        term_years=first["term_years"].to_numpy(float)[option].astype(np.int64),
        location_factor=np.where(behind[:, None], 0.0, factor),
        market_factor=np.where((kind == "grid")[:, None], factor, 0.0),
        source=source,
        contractable=((kind == "ppa") | leased) & (source == np.arange(len(pairs))),
        capacity_price=np.nan_to_num(values("capacity_price")) * leased[:, None],
        take_or_pay=np.where(kind == "ppa", first["take_or_pay"].to_numpy(float)[option], 1.0),
        profile=profile,
    )


def _column(pairs: list[Pair], which: int) -> Integers:
    return np.array([pair[which] for pair in pairs], dtype=np.int64)


def _label(sites: Sites, options: pd.Series, pair: Pair) -> str:
    site, option, owner = pair
    plant = f"{sites.label[site]}:{options[option]}"
    return plant if site == owner else f"{plant}<{sites.label[owner]}"


def _pairs(tables: Tables, first: pd.DataFrame, sites: Sites, operations: Operations) -> list[Pair]:
    """Return site, option and owner of each supply: what serves its region, then what its park shares."""
    loaded = np.unique(operations.site[operations.electricity > 0]).tolist()
    own = [
        (site, o, site)
        for site in loaded
        for o, region in enumerate(first["region"])
        if region in ("", sites.region[site])
    ]
    sharing = set(tables["microgrids"]["park"])
    park = dict(zip(tables["sites"]["site"], tables["sites"]["park"], strict=True))
    park_of = {site: park[sites.label[site]] for site in loaded if park[sites.label[site]] in sharing}
    passed_on = [
        (site, o, owner)
        for owner, o, _ in own
        if owner in park_of and first["kind"][o] in BEHIND_THE_METER
        for site in loaded
        if site != owner and park_of.get(site) == park_of[owner]
    ]
    return own + passed_on


def _passing_on(tables: Tables, sites: Sites) -> Floats:
    """Return what a MWh passed on to each site costs, (S,)."""
    fee = dict(zip(tables["microgrids"]["park"], tables["microgrids"]["price"], strict=True))
    park = dict(zip(tables["sites"]["site"], tables["sites"]["park"], strict=True))
    return np.array([fee.get(park[site], 0.0) for site in sites.label], dtype=float)


def profiles(tables: Tables) -> dict[str, Floats]:
    """Return the hourly profiles by name, (365, 24) each; a day without a row is checked for elsewhere."""
    ordered = tables["power_profiles"].sort_values("day")
    return {
        str(name): frame[list(HOURS)].to_numpy(float)
        for name, frame in ordered.groupby("profile", sort=False)
    }


def beside_supplies(
    tables: Tables,
    sites: Sites,
    supplies: Supplies,
    electricity: ElectricitySettings,
    periods: Periods,
) -> dict[str, Any]:
    """Return the fields of a scenario that its supplies need beside them, by name."""
    hours = make_hours(tables, sites, supplies, electricity)
    return {
        "hours": hours,
        "storages": make_storages(tables, supplies, hours),
        "certificates": make_certificates(tables["power_options"], supplies, periods),
        "power_areas": make_areas(tables, sites, supplies),
        "microgrids": make_microgrids(tables, sites, supplies),
    }


def make_hours(tables: Tables, sites: Sites, supplies: Supplies, electricity: ElectricitySettings) -> Hours:
    """Return the typical hours; empty where matching is by the year."""
    if not electricity.hourly:
        return Hours()
    curves = profiles(tables)
    by_site = dict(zip(tables["sites"]["site"], tables["sites"]["load_profile"], strict=True))
    of_site = [str(by_site[site]) for site in sites.label]
    named = sorted({*supplies.profile.tolist(), *of_site} - {""})
    if not named:  # imports alone: any day is like any other
        named, curves = ["flat"], {"flat": np.ones((365, HOURS_PER_DAY))}
    together = np.array([curves[name] for name in named])
    days = choose_days(together, electricity.typical_days)
    typical = dict(zip(named, typical_curves(together, days).reshape(len(named), -1), strict=True))
    count = len(days.day) * HOURS_PER_DAY
    mean = {name: float(curves[name].mean()) for name in named}

    def over_mean(name: str) -> Floats:
        return typical[name] / mean[name] if name and mean[name] > 0 else np.ones(count)

    hourly = np.isin(supplies.kind.astype(str), BY_THE_HOUR)
    output = [over_mean(name) * by_hour for name, by_hour in zip(supplies.profile, hourly, strict=True)]
    most = [
        typical[name] if kind == "import" and name else np.ones(count)
        for name, kind in zip(supplies.profile, supplies.kind, strict=True)
    ]
    return Hours(
        day_number=days.day + 1,
        day_weight=days.weight,
        member=days.member,
        output=np.array(output).reshape(-1, count),
        load=np.array([over_mean(name) for name in of_site]).reshape(-1, count),
        most=np.array(most).reshape(-1, count),
    )


def make_storages(tables: Tables, supplies: Supplies, hours: Hours) -> Storages:
    """Return the storage of all sites with what may charge it; empty where matching is by the year."""
    if not len(hours):
        return Storages()
    options = tables["power_options"].drop_duplicates("option").set_index("option")
    storage = np.flatnonzero((supplies.kind == "storage") & supplies.own_plant)
    charging = np.flatnonzero(np.isin(supplies.kind.astype(str), CHARGES))
    entry, place = np.nonzero(supplies.site[storage][:, None] == supplies.site[charging][None, :])
    rows = options.loc[list(supplies.option[storage])]
    pairs = zip(supplies.label[charging[place]], supplies.label[storage[entry]], strict=True)
    return Storages(
        supply=storage,
        hours=rows["storage_hours"].to_numpy(float),
        efficiency=rows["efficiency"].to_numpy(float),
        charging_supply=charging[place],
        charging_storage=entry,
        charging_label=labels([f"{source} > {kept}" for source, kept in pairs]),
    )


def make_certificates(frame: pd.DataFrame, supplies: Supplies, periods: Periods) -> Certificates:
    """Return the certificates that are bought apart from power."""
    price = by_period(frame, ["option"], "certificate_price", periods, np.nan)
    limit = by_period(frame, ["option"], "certificate_limit", periods, np.inf)
    first = frame.drop_duplicates("option")
    apart = np.flatnonzero(~np.isnan(price).all(axis=1))
    option = labels(first["option"].to_numpy()[apart])
    place = positions(option)
    lot_option = np.repeat(np.arange(len(apart)), len(periods))
    vintage = np.tile(np.arange(len(periods)), len(apart))
    start = periods.start
    years = first["valid_years"].to_numpy(float)[apart][lot_option]
    last = np.maximum(start[vintage] + years, start[vintage])
    valid = (start[None, :] >= start[vintage][:, None]) & (start[None, :] <= (last + SAME_MOMENT)[:, None])
    names = [f"{option[c]} {periods.label[v]}" for c, v in zip(lot_option, vintage, strict=True)]
    return Certificates(
        label=option,
        price=np.nan_to_num(price[apart]),
        limit=limit[apart],
        of_supply=np.array([place.get(name, -1) for name in supplies.option], dtype=np.int64),
        lot_label=labels(names),
        lot_option=lot_option,
        lot_vintage=vintage,
        valid=valid,
    )


def make_areas(tables: Tables, sites: Sites, supplies: Supplies) -> PowerAreas:
    """Return roof and land and the plants that stand on them; none where no area is given at all."""
    frame = tables["power_areas"]
    if not len(frame):
        return PowerAreas()
    options = tables["power_options"].drop_duplicates("option").set_index("option")
    rows = options.loc[list(supplies.option)]
    placed = (rows["surface"] != "").to_numpy() & rows["area_per_mw"].notna().to_numpy()
    standing = np.flatnonzero(placed & supplies.own_plant)
    surface, per_mw = rows["surface"].to_numpy(object), rows["area_per_mw"].to_numpy(float)
    keys = sorted({(int(supplies.site[u]), str(surface[u])) for u in standing})
    area = dict(zip(zip(frame["site"], frame["surface"], strict=True), frame["area"], strict=True))
    place = {key: q for q, key in enumerate(keys)}
    return PowerAreas(
        label=labels([f"{sites.label[site]} {name}" for site, name in keys]),
        area=np.array([area.get((sites.label[site], name), 0.0) for site, name in keys], dtype=float),
        entry_area=np.array([place[int(supplies.site[u]), surface[u]] for u in standing], dtype=np.int64),
        entry_supply=standing,
        entry_per_mw=per_mw[standing],
    )


def make_microgrids(tables: Tables, sites: Sites, supplies: Supplies) -> Microgrids:
    """Return the parks whose sites share plants, and which supplies are passed on."""
    frame = tables["microgrids"]
    park = dict(zip(tables["sites"]["site"], tables["sites"]["park"], strict=True))
    passed_on = np.flatnonzero(~supplies.own_plant)
    of_site = [park[sites.label[s]] for s in supplies.site[passed_on]]
    return Microgrids(
        label=labels(frame["park"]),
        capacity=frame["capacity"].fillna(np.inf).to_numpy(float),
        entry_park=found(of_site, positions(labels(frame["park"]))),
        entry_supply=passed_on,
    )
