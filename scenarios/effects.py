"""Effects of interventions, resolved from their filters to the activities they touch."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from scenarios.errors import Problem
from scenarios.flows import Hubs
from scenarios.power import BEHIND_THE_METER
from scenarios.primary_data import Verifications
from scenarios.scenario import (
    Arcs,
    CapacityChanges,
    Covers,
    Floats,
    Integers,
    Interventions,
    Lines,
    Nodes,
    Offers,
    Operations,
    PowerAdditions,
    Products,
    Recipe,
    Sites,
    Supplies,
    Unlocks,
)

FAMILY_OF_CUT = {
    "cuts_electricity": "operation",
    "cuts_direct_emissions": "operation",
    "cuts_input": "operation",
    "adds_operating_cost": "operation",
    "cuts_fuel": "operation",
    "cuts_water": "operation",
    "cuts_offer_footprint": "offer",
    "verifies_footprint": "offer",
    "cuts_freight_emissions": "arc",
}
FIELD_OF_CUT = {
    "cuts_electricity": "electricity_cut",
    "cuts_direct_emissions": "direct_cut",
    "cuts_offer_footprint": "footprint_cut",
    "verifies_footprint": "markup_cut",
    "cuts_freight_emissions": "freight_cut",
    "adds_operating_cost": "operating_cost",
    "cuts_fuel": "fuel_cut",
    "cuts_water": "water_cut",
}
SHARES = ("electricity_cut", "direct_cut", "footprint_cut", "markup_cut", "freight_cut")
ALL_OF_IT = 1.0


@dataclass(frozen=True)
class Targets:
    """The families that effects may point to."""

    sites: Sites
    products: Products
    nodes: Nodes
    offers: Offers
    arcs: Arcs
    lines: Lines
    operations: Operations
    recipe: Recipe
    supplies: Supplies
    modes: np.ndarray
    hubs: Hubs

    @property
    def behind_a_hub(self) -> np.ndarray:
        """Whether an arc leaves a locked hub, (A,)."""
        behind = np.zeros(len(self.arcs.label), dtype=bool)
        behind[self.hubs.leaving_arc[self.hubs.locked[self.hubs.leaving_hub]]] = True
        return behind


@dataclass(frozen=True)
class ResolvedEffects:
    """What all interventions do, by activity."""

    capacity_changes: CapacityChanges
    unlocks: Unlocks
    power_additions: PowerAdditions
    covers: Covers
    verifications: Verifications


def resolve_effects(
    effects: pd.DataFrame, interventions: Interventions, targets: Targets
) -> tuple[ResolvedEffects, list[Problem]]:
    """Return the resolved effects and a problem for each effect that touches nothing or too much."""
    problems: list[Problem] = []
    position = {name: i for i, name in enumerate(interventions.label)}
    capacity: list[tuple[int, int, float]] = []
    unlocks: list[tuple[int, str, Integers]] = []
    power: list[tuple[int, int, float]] = []
    verified: list[tuple[int, int, float]] = []
    cuts: dict[tuple[int, str, int], dict[str, float]] = {}
    inputs: dict[tuple[int, str, int], list[tuple[int, float]]] = {}
    for effect in effects.to_dict("records"):  # plain dicts: a row object costs more
        i, kind, amount = position[effect["intervention"]], effect["effect"], effect["amount"]
        if kind == "raises_score":  # about suppliers, not activities: see scenarios.scorecards
            continue
        family, found = _matching(effect, targets)
        if not len(found):
            fix = "correct the columns that name the target, or remove the effect"
            problems.append(
                Problem(
                    "effects", f"{kind} touches nothing", fix, effect["row"], "effect", effect["intervention"]
                )
            )
        if kind.startswith(("unlocks", "opens")):
            unlocks.append((i, family, found))
            continue
        if kind == "verifies_footprint":
            verified += [(i, offer, ALL_OF_IT) for offer in found.tolist()]
            found, amount = found[(targets.offers.markup[found] > 0).any(axis=1)], ALL_OF_IT
        for element in found.tolist():
            if kind == "adds_capacity":
                capacity.append((i, element, amount))
            elif kind == "retires_capacity":
                capacity.append((i, element, -amount))
            elif kind == "adds_power_capacity":
                power.append((i, element, amount))
            elif kind == "cuts_input":
                cuts.setdefault((i, family, element), {})
                entries = inputs.setdefault((i, family, element), [])
                entries += _spared_inputs(effect, element, targets)
            else:
                found_cuts = cuts.setdefault((i, family, element), {})
                field = FIELD_OF_CUT[kind]
                found_cuts[field] = found_cuts.get(field, 0.0) + amount
    covers = _covers(cuts, inputs, interventions, targets)
    problems += _cuts_beyond_everything(covers, interventions)
    many = [len(elements) for _, _, elements in unlocks]
    resolved = ResolvedEffects(
        CapacityChanges(*_columns(capacity, 2)),
        Unlocks(
            np.repeat(np.array([i for i, _, _ in unlocks], dtype=np.int64), many),
            np.repeat(np.array([family for _, family, _ in unlocks], dtype=object), many),
            np.concatenate([elements for _, _, elements in unlocks] or [np.zeros(0, dtype=np.int64)]),
        ),
        PowerAdditions(*_columns(power, 2)),
        covers,
        Verifications(*_columns(verified, 2)[:2]),
    )
    return resolved, problems


def _columns(entries: list[tuple[int, int, float]], integers: int) -> tuple[Integers, Integers, Floats]:
    table = np.array(entries, dtype=float).reshape(-1, integers + 1)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]


def _matching(effect: Mapping[Hashable, Any], targets: Targets) -> tuple[str, Integers]:
    """Return the family an effect is about and its elements that pass the filled-in filters."""
    kind = str(effect["effect"])
    sites, products = targets.sites, targets.products
    values: dict[str, tuple[np.ndarray, Integers | None]]
    if kind in ("adds_capacity", "retires_capacity"):
        family, owner = "line", targets.lines.site
        values = {"line": (targets.lines.label, None)}
    elif kind == "adds_power_capacity":
        family, owner = "supply", targets.supplies.site
        values = {"option": (targets.supplies.option, None)}
    elif kind in ("unlocks_mode", "cuts_freight_emissions", "opens_hub"):
        family, owner = "arc", targets.arcs.origin
        values = {
            "mode": (targets.modes, targets.arcs.mode),
            "product": (products.label, targets.arcs.product),
        }
    elif kind in ("unlocks_offer", "cuts_offer_footprint", "verifies_footprint"):
        family, owner = "offer", targets.offers.site
        values = {"offer": (targets.offers.label, None), "product": (products.label, targets.offers.product)}
    else:
        family, owner = "operation", targets.operations.site
        values = {
            "line": (targets.lines.label, targets.operations.line),
            "process": (targets.operations.process, None),
        }
    keep = np.ones(len(owner), dtype=bool)
    places = {"site": (sites.label, owner), "region": (sites.region, owner)}
    for column, (labels, member) in {**values, **places}.items():
        if effect[column]:  # compared once a label, not once an element
            same = labels == effect[column]
            keep &= same if member is None else same[member]
    if family == "supply":
        supplies = targets.supplies
        keep &= np.isin(supplies.kind.astype(str), BEHIND_THE_METER) & supplies.own_plant
    if kind == "unlocks_mode":
        keep &= targets.arcs.locked & ~targets.behind_a_hub
    if kind == "opens_hub":
        keep &= targets.behind_a_hub
    return family, np.flatnonzero(keep)


def _spared_inputs(effect: Mapping[Hashable, Any], element: int, targets: Targets) -> list[tuple[int, float]]:
    recipe = targets.recipe
    used = (recipe.operation == element) & (recipe.quantity < 0)
    if effect["product"]:
        used &= targets.products.label[targets.nodes.product[recipe.node]] == effect["product"]
    share = float(effect["amount"])
    return [(int(recipe.node[e]), -float(recipe.quantity[e]) * share) for e in np.flatnonzero(used)]


def _covers(
    cuts: dict[tuple[int, str, int], dict[str, float]],
    inputs: dict[tuple[int, str, int], list[tuple[int, float]]],
    interventions: Interventions,
    targets: Targets,
) -> Covers:
    keys = list(cuts)
    labels = {"operation": targets.operations.label, "arc": targets.arcs.label, "offer": targets.offers.label}

    def cut(field: str) -> Floats:
        return np.array([cuts[key].get(field, 0.0) for key in keys], dtype=float)

    spared = [(c, node, quantity) for c, key in enumerate(keys) for node, quantity in inputs.get(key, ())]
    cover, node, quantity = _columns(spared, 2)
    return Covers(
        label=np.array([f"{interventions.label[i]}@{labels[f][e]}" for i, f, e in keys], dtype=object),
        intervention=np.array([key[0] for key in keys], dtype=np.int64),
        family=np.array([key[1] for key in keys], dtype=object),
        element=np.array([key[2] for key in keys], dtype=np.int64),
        electricity_cut=cut("electricity_cut"),
        direct_cut=cut("direct_cut"),
        footprint_cut=cut("footprint_cut"),
        markup_cut=cut("markup_cut"),
        freight_cut=cut("freight_cut"),
        operating_cost=cut("operating_cost"),
        fuel_cut=cut("fuel_cut"),
        water_cut=cut("water_cut"),
        input_cover=cover,
        input_node=node,
        input_quantity=quantity,
    )


def _cuts_beyond_everything(covers: Covers, interventions: Interventions) -> list[Problem]:
    """Cuts of several interventions on one activity add up; together they may not exceed all of it.

    Of interventions in one exclusive group only the largest counts, as only one can be chosen.
    """
    problems = []
    activities: dict[tuple[str, int], list[int]] = {}
    for c, (family, element) in enumerate(zip(covers.family, covers.element, strict=True)):
        activities.setdefault((family, int(element)), []).append(c)
    for members in activities.values():
        for field in SHARES:
            by_group: dict[str, float] = {}
            for c in members:
                i = covers.intervention[c]
                group = interventions.exclusive_group[i] or f"alone {interventions.label[i]}"
                by_group[group] = max(by_group.get(group, 0.0), float(getattr(covers, field)[c]))
            total = sum(by_group.values())
            if total > 1 + 1e-9:
                names = ", ".join(covers.label[c] for c in members)
                fix = "lower the amounts or put rival interventions into one exclusive_group"
                rule = f"together cut {total:.0%} ({field.replace('_', ' ')}) of one activity: {names}"
                problems.append(Problem("effects", rule, fix, column="amount"))
    return problems
