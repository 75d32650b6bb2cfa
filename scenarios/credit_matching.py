"""Which uses, deliveries and offers the rows about avoided emissions and pools mean."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from scenarios.credits import Avoided, Integers, Uses, make_offsets, make_pools
from scenarios.errors import Problem
from scenarios.scenario import Scenario
from scenarios.values_by_period import by_period

Tables = Mapping[str, pd.DataFrame]


def with_credits(scenario: Scenario) -> tuple[Scenario, list[Problem]]:
    """Return the scenario with avoided emissions, pools and offsets, and what is wrong with their rows."""
    tables, periods = scenario.tables, scenario.periods
    avoided, problems = _avoided(tables, scenario)
    members, unmatched = _members(tables, scenario)
    pools, offsets = make_pools(tables, members, periods), make_offsets(tables["offsets"], periods)
    return replace(scenario, avoided=avoided, pools=pools, offsets=offsets), problems + unmatched


def _avoided(tables: Tables, s: Scenario) -> tuple[Avoided, list[Problem]]:
    frame = tables["avoided"]
    first = frame.drop_duplicates("avoided")
    entries: dict[str, list[tuple[int, int, float]]] = {"run": [], "covered": [], "delivered": []}
    problems = []
    for q, row in enumerate(first.to_dict("records")):
        found = _delivered(row, s) if row["counted"] == "delivery" else _used(row, s)
        if not any(len(part) for part in found.values()):
            fix = "correct product, process, site and region, or remove the row"
            rule = "no process uses such goods there"
            if row["counted"] == "delivery":
                rule = "no customer asks for such goods there"
            problems.append(Problem("avoided", rule, fix, int(row["row"]), "product", row["product"]))
        for activity, part in found.items():
            entries[activity] += [(q, element, quantity) for element, quantity in part]
    names = first["name"].where(first["name"] != "", first["avoided"])
    return Avoided(
        label=first["avoided"].to_numpy(object),
        name=names.to_numpy(object),
        emissions=by_period(frame, ["avoided"], "emissions", s.periods, 0.0),
        coal=by_period(frame, ["avoided"], "coal", s.periods, 0.0),
        uses={activity: _uses(part) for activity, part in entries.items() if part},
    ), problems


def _uses(entries: list[tuple[int, int, float]]) -> Uses:
    table = np.array(entries, dtype=float).reshape(-1, 3)
    return Uses(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2])


def _at(row: Mapping[Hashable, Any], site: Integers, s: Scenario) -> np.ndarray:
    """Return which of the elements at `site` lie where the row says, (n,)."""
    fits = np.ones(len(site), dtype=bool)
    for column, labels in (("site", s.sites.label), ("region", s.sites.region)):
        if row[column]:
            fits &= labels[site] == row[column]
    return fits


def _used(row: Mapping[Hashable, Any], s: Scenario) -> dict[str, list[tuple[int, float]]]:
    """Return what operations use of a product per unit of activity, and what covers spare of it."""
    recipe, operations, covers = s.recipe, s.operations, s.covers
    counts = _at(row, operations.site, s)
    if row["process"]:
        counts &= operations.process == row["process"]
    inputs = (recipe.quantity < 0) & counts[recipe.operation]
    inputs &= s.products.label[s.nodes.product[recipe.node]] == row["product"]
    spared = s.products.label[s.nodes.product[covers.input_node]] == row["product"]
    spared &= counts[covers.element[covers.input_cover]]
    return {
        "run": [(int(recipe.operation[e]), -float(recipe.quantity[e])) for e in np.flatnonzero(inputs)],
        "covered": [
            (int(covers.input_cover[e]), -float(covers.input_quantity[e])) for e in np.flatnonzero(spared)
        ],
    }


def _delivered(row: Mapping[Hashable, Any], s: Scenario) -> dict[str, list[tuple[int, float]]]:
    wanted = _at(row, s.demands.site, s) & (s.products.label[s.demands.product] == row["product"])
    return {"delivered": [(int(d), 1.0) for d in np.flatnonzero(wanted)]}


def _members(tables: Tables, s: Scenario) -> tuple[tuple[Integers, ...], list[Problem]]:
    """Return the offers that draw on each pool; an offer draws on one at most."""
    offers, problems = s.offers, []
    first = tables["pools"].drop_duplicates("pool")
    tags = dict(zip(tables["offers"]["offer"], tables["offers"]["tags"], strict=True))
    of_site = dict(zip(tables["sites"]["site"], tables["sites"]["tags"], strict=True))
    owner = np.full(len(offers.label), "", dtype=object)
    members = []
    for row in first.to_dict("records"):
        fits = _at(row, offers.site, s) & (s.products.label[offers.product] == row["product"])
        if row["tag"]:
            places = s.sites.label[offers.site]
            fits &= [
                row["tag"] in (*tags.get(offer, ()), *of_site.get(site, ()))
                for offer, site in zip(offers.label, places, strict=True)
            ]
        mine = np.flatnonzero(fits)
        taken = next((owner[o] for o in mine if owner[o]), "")
        if taken:
            fix = "narrow one of them by site, region or tag"
            rule = f"shares offers with pool {taken}"
            problems.append(Problem("pools", rule, fix, int(row["row"]), "pool", row["pool"]))
        if not len(mine):
            fix = "correct product, site, region and tag, or remove the pool"
            problems.append(
                Problem("pools", "no offer draws on it", fix, int(row["row"]), "pool", row["pool"])
            )
        owner[mine] = row["pool"]
        members.append(mine)
    return tuple(members), problems
