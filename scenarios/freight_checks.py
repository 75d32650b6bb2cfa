"""Rules that energy carriers, vehicles and the energy of hubs must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from scenarios.errors import Problem

Tables = Mapping[str, pd.DataFrame]
OWN_FACTORS = ("tank_to_wheel", "well_to_tank", "electricity")
SAME_SHARE = 1e-6


def modes_of_vehicles(tables: Tables) -> Iterator[Problem]:
    """A mode with vehicles says how full they are, and has no factors beside them."""
    driven = set(tables["vehicles"]["mode"])
    modes = tables["modes"]
    for _, row in modes[modes["mode"].isin(driven)].iterrows():
        if np.isnan(row["load_factor"]):
            fix = "fill in mean load over payload while loaded, above 0 and at most 1"
            yield Problem("modes", "has vehicles and needs it", fix, row["row"], "load_factor", row["mode"])
        for name in OWN_FACTORS:
            if row[name] > 0:
                fix = "leave it blank here, or remove the mode's rows from vehicles"
                rule = "stands beside vehicles, whose factors hold"
                yield Problem("modes", rule, fix, row["row"], name, row[name])


def consumption_of_vehicles(tables: Tables) -> Iterator[Problem]:
    """An empty vehicle uses no more than a full one."""
    frame = tables["vehicles"]
    for _, row in frame[frame["consumption_empty"] > frame["consumption_full"]].iterrows():
        fix = f"write at most consumption_full, {row['consumption_full']:g}"
        value = row["consumption_empty"]
        yield Problem(
            "vehicles", "is above that of a full vehicle", fix, row["row"], "consumption_empty", value
        )


def shares_of_carriers(tables: Tables) -> Iterator[Problem]:
    """The carriers of a mode share all of its kilometres, in every year that the table states."""
    for mode, rows in tables["vehicles"].groupby("mode", sort=False):
        years = np.unique(rows["period"].dropna()) if rows["period"].notna().any() else np.zeros(1)
        total = np.zeros(len(years))
        for _, of_carrier in rows.groupby("carrier", sort=False):
            stated = of_carrier.sort_values("period")
            given = stated["period"].fillna(years[0]).to_numpy(float)
            total += np.interp(years, given, stated["share"].to_numpy(float))
        for year, share in zip(years, total, strict=True):
            if abs(share - 1) > SAME_SHARE:
                when = f" in {year:g}" if year else ""
                fix = f"make the shares of all its carriers add up to 1{when}"
                rule = f"its shares add up to {share:g}{when}"
                yield Problem("vehicles", rule, fix, int(rows["row"].iloc[0]), "share", str(mode))


def fullness_of_hubs(tables: Tables) -> Iterator[Problem]:
    """How full vehicles leave a hub is said once, and for vehicles whose energy is known."""
    hubs = tables["hubs"]
    for _, row in hubs[hubs["load_factor"].notna()].iterrows():
        if tables["vehicles"].empty:
            fix = "describe the vehicles of its modes in vehicles, or use consolidation"
            rule = "no mode has vehicles whose load it could raise"
            yield Problem("hubs", rule, fix, row["row"], "load_factor", row["load_factor"])
        if row["consolidation"] > 0:
            fix = "keep load_factor or consolidation"
            rule = "says a second time what consolidation says"
            yield Problem("hubs", rule, fix, row["row"], "load_factor", row["load_factor"])


def energy_of_hubs(tables: Tables) -> Iterator[Problem]:
    """Energy is used where a row of hubs handles goods."""
    known = set(zip(tables["hubs"]["site"], tables["hubs"]["product"], strict=True))
    for _, row in tables["hub_energy"].drop_duplicates(["site", "product", "carrier"]).iterrows():
        if (row["site"], row["product"]) not in known:
            fix = "add the same site and product to hubs, or write them as there"
            shown = ":".join(filter(None, (row["site"], row["product"])))
            yield Problem("hub_energy", "handles nothing by the table hubs", fix, row["row"], "site", shown)


FREIGHT_RULES = (
    modes_of_vehicles,
    consumption_of_vehicles,
    shares_of_carriers,
    fullness_of_hubs,
    energy_of_hubs,
)
