"""Layers of footprints: which factor an offer without a footprint of its own takes.

The layers follow the GHG Protocol's order for purchased goods (Corporate Value Chain Standard, ch. 7;
Scope 3 Calculation Guidance, category 1): what one has measured oneself or the supplier states goes
before averages of the sector, and those before averages of a region and of a country.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from scenarios.errors import Problem
from scenarios.periods import Periods
from scenarios.scenario import Offers
from scenarios.tables_footprints import DATA_TIERS, OF_SUPPLIERS
from scenarios.values_by_period import by_period

Tables = Mapping[str, pd.DataFrame]
Key = tuple[str, str, str, str]  # product, level, supplier, region: the key of `factors`
KEY = ["product", "level", "supplier", "region"]


def layers(product: str, supplier: str, region: str) -> list[Key]:
    """Return the keys of the factors that fit, the best known first."""
    found: list[Key] = []
    for level in DATA_TIERS:
        if level in OF_SUPPLIERS:
            found.append((product, level, supplier, ""))
        elif level == "national":
            found.append((product, level, "", ""))
        else:
            found += [(product, level, "", place) for place in (region, "") if place or level == "sector"]
    return found


def with_data_tiers(tables: Tables) -> tuple[Tables, list[Problem]]:
    """Return the tables with the data tier of offers whose footprint is blank, and the offers left without.

    Works on tables not checked yet, as rules about data tiers read what it fills in.
    """
    taken, problems = factors_taken(tables)
    if not taken:
        return tables, problems
    offers = tables["offers"].copy()
    level = offers["offer"].map({offer: key[1] for offer, key in taken.items()})
    offers["data_tier"] = level.where(level.notna(), offers["data_tier"])
    return {**tables, "offers": offers}, problems


def factors_taken(tables: Tables) -> tuple[dict[str, Key], list[Problem]]:
    """Return the factor of each offer whose footprint is blank in all years, and the offers without one."""
    offers = tables["offers"]
    blank = offers[offers["footprint"].isna().groupby(offers["offer"]).transform("all")]
    known = set(tables["factors"][KEY].itertuples(index=False, name=None))
    region_of = dict(zip(tables["sites"]["site"], tables["sites"]["region"], strict=True))
    taken: dict[str, Key] = {}
    problems = []
    for _, row in blank.drop_duplicates("offer").iterrows():
        able = layers(row["product"], row["site"], region_of.get(row["site"], ""))
        key = next((key for key in able if key in known), None)
        if key is None:
            fix = f"fill it in, or add a row for {row['product']} to factors"
            rule = "the offer has no footprint, and no factor fits"
            problems.append(Problem("offers", rule, fix, row["row"], "footprint", row["offer"]))
        else:
            taken[row["offer"]] = key
    return taken, problems


def with_factors(offers: Offers, tables: Tables, periods: Periods) -> Offers:
    """Return the offers with the footprints of the factors they take, (O, T), and how well they are known."""
    taken, _ = factors_taken(tables)
    name = np.array(["" for _ in offers.label], dtype=object)
    cv = np.full(len(offers.label), np.nan)
    if not taken:
        return replace(offers, factor=name, factor_cv=cv)
    first, place = _first_rows(tables)
    values = by_period(tables["factors"], KEY, "value", periods, np.nan)
    spread = first["cv"].to_numpy(float)
    footprint = offers.footprint.copy()
    for o, label in enumerate(offers.label):
        if label in taken:
            row = place[taken[label]]
            footprint[o] = values[row]
            cv[o] = spread[row]
            name[o] = _shown(taken[label])
    return replace(offers, footprint=footprint, factor=name, factor_cv=cv)


def provenance(tables: Tables) -> pd.DataFrame:
    """Return where footprints come from, by offer: ``factor``, ``source``, ``quality`` and ``rating``.

    Of a path of several years the first row speaks; ``rating`` is NaN where there is none.
    """
    taken, _ = factors_taken(tables)
    first, place = _first_rows(tables)
    found = tables["offers"].drop_duplicates("offer").set_index("offer")[["source", "quality"]].copy()
    found.insert(0, "factor", "")
    found["rating"] = np.nan
    for offer, key in taken.items():
        row = first.iloc[place[key]]
        found.loc[offer, ["factor", "source", "quality"]] = [_shown(key), row["source"], row["quality"]]
        found.loc[offer, "rating"] = float(row["rating"])
    return found


def _first_rows(tables: Tables) -> tuple[pd.DataFrame, dict[Key, int]]:
    """Return the first row of each factor, and where each stands among them."""
    first = tables["factors"].drop_duplicates(KEY)
    return first, {key: n for n, key in enumerate(first[KEY].itertuples(index=False, name=None))}


def _shown(key: Key) -> str:
    return ", ".join(part for part in key if part)


# ---------------------------------------------------------------- rules


def factor_keys(tables: Tables) -> Iterator[Problem]:
    """A factor names a supplier or a region exactly where its level asks for one."""
    for _, row in tables["factors"].iterrows():
        level = row["level"]
        if level in OF_SUPPLIERS and not row["supplier"]:
            fix = "name the supplying site, or use the level sector, regional or national"
            yield Problem("factors", f"level {level} names no supplier", fix, row["row"], "supplier")
        if level not in OF_SUPPLIERS and row["supplier"]:
            fix = "leave it blank, or use the level supplier"
            rule = f"level {level} is of no single supplier"
            yield Problem("factors", rule, fix, row["row"], "supplier", row["supplier"])
        if level == "regional" and not row["region"]:
            fix = "name the region, or use the level national"
            yield Problem("factors", "level regional names no region", fix, row["row"], "region")
        if level not in ("sector", "regional") and row["region"]:
            fix = "leave it blank, or use the level regional"
            rule = f"level {level} is of no single region"
            yield Problem("factors", rule, fix, row["row"], "region", row["region"])


def identifiers_mean_something(tables: Tables) -> Iterator[Problem]:
    """An identifier stands for a product, a supplier or a mode."""
    for _, row in tables["exchange_ids"].iterrows():
        meant = [name for name in ("product", "supplier", "mode") if row[name]]
        if not meant or ("mode" in meant and len(meant) > 1):
            fix = "name a product, a supplier, both of them, or a mode alone"
            rule = "stands for nothing" if not meant else "stands for a mode and for something else"
            yield Problem("exchange_ids", rule, fix, row["row"], "identifier", row["identifier"])


FOOTPRINT_RULES = (factor_keys, identifiers_mean_something)
