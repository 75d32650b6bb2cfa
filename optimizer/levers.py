"""What a plan pulls beyond today's chain, as levers that can each be taken away or added by itself.

A lever is switched off exactly by bounds of zero on some decisions: those of its interventions, or the
quantities of a kind of power, of suppliers or of a mode that today's chain does not use. What can not be
switched off like that (how lines mix processes, how much a known supplier delivers) belongs to no lever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from scenarios.scenario import Flags, Integers, Scenario

INTERVENTION, POWER, SUPPLIERS, MODE = "intervention", "power", "suppliers", "mode"
SMALLEST = 1e-6  # what is less is solver dust


@dataclass(frozen=True)
class Lever:
    """One lever.

    Attributes
    ----------
    family : intervention, power, suppliers or mode. name : as the tables call it, empty for suppliers.
    used : whether the plan pulls it.
    interventions : its interventions, positions. closed : elements by variable family that it opens, (n,).
    """

    key: str
    family: str
    name: str
    used: bool
    interventions: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    closed: Mapping[str, Flags] = field(default_factory=dict)


def levers_of(scenario: Scenario, plan: xr.Dataset, reference: xr.Dataset, most: int) -> list[Lever]:
    """Return the levers of a pathway: its interventions, then power, suppliers and modes new to the plan.

    Parameters
    ----------
    plan, reference : of the scenario, and of its chain today. most : interventions up to which each is a
        lever of its own; beyond, their kinds are.
    """
    return [
        *_interventions(scenario, plan, most),
        *_power(scenario, plan),
        *_suppliers(scenario, plan, reference),
        *_modes(scenario, plan, reference),
    ]


def _interventions(scenario: Scenario, plan: xr.Dataset, most: int) -> list[Lever]:
    interventions = scenario.interventions
    allowed = np.flatnonzero(interventions.allowed)
    decided = plan["adopt"].transpose("intervention", "period").to_numpy().sum(axis=1) > 0.5
    single = len(allowed) <= most
    names = interventions.label if single else interventions.kind
    found = []
    for key in dict.fromkeys(names[allowed].tolist()):
        members = allowed[names[allowed] == key]
        name = str(interventions.name[members[0]] or key) if single else str(key)
        found.append(
            Lever(f"{INTERVENTION}:{key}", INTERVENTION, name, bool(decided[members].any()), members)
        )
    return found


def _power(scenario: Scenario, plan: xr.Dataset) -> list[Lever]:
    """Kinds of power beside the grid, but for plants that an intervention builds: those are its own."""
    supplies = scenario.supplies
    built = np.zeros(len(supplies.label), dtype=bool)
    built[scenario.power_additions.supply] = True
    mine = supplies.allowed & (supplies.kind != "grid") & ~(built & ~supplies.contractable)
    used = _quantity(plan, "power", "supply")
    found = []
    for kind in dict.fromkeys(supplies.kind[mine].tolist()):
        those = mine & (supplies.kind == kind)
        closed = {"power": those, "contract": those}
        found.append(Lever(f"{POWER}:{kind}", POWER, str(kind), bool(used[those].any()), closed=closed))
    return found


def _suppliers(scenario: Scenario, plan: xr.Dataset, reference: xr.Dataset) -> list[Lever]:
    """Offers that the plan buys from and today's chain does not, all of them together."""
    new = _quantity(plan, "purchase", "offer") & ~_quantity(reference, "purchase", "offer")
    new &= ~scenario.offers.locked  # those belong to the intervention that unlocks them
    return [Lever(SUPPLIERS, SUPPLIERS, "", used=True, closed={"purchase": new})] if new.any() else []


def _modes(scenario: Scenario, plan: xr.Dataset, reference: xr.Dataset) -> list[Lever]:
    """Modes that the plan moves goods by and today's chain does not."""
    arcs = scenario.arcs
    ours, theirs = (_quantity(dataset, "flow", "arc") for dataset in (plan, reference))
    found = []
    for mode in np.unique(arcs.mode[ours & ~arcs.locked]).tolist():
        those = arcs.mode == mode
        if not theirs[those].any():
            closed = {"flow": those & ~arcs.locked}
            name = str(scenario.modes[mode])
            found.append(Lever(f"{MODE}:{name}", MODE, name, used=True, closed=closed))
    return found


def _quantity(dataset: xr.Dataset, name: str, dim: str) -> Flags:
    """Return which elements of a family do anything in any period, (n,)."""
    values = dataset[name].transpose(dim, "period").to_numpy()
    moved: Flags = values.max(axis=1, initial=0.0) > SMALLEST
    return moved


def with_those_that_need(interventions: Integers, requires: tuple[Integers, ...]) -> Integers:
    """Return interventions and all that need one of them, directly or through others, sorted."""
    found = set(interventions.tolist())
    while True:
        more = {i for i, needed in enumerate(requires) if i not in found and found & set(needed.tolist())}
        if not more:
            return np.array(sorted(found), dtype=np.int64)
        found |= more


def with_those_needed(interventions: Integers, requires: tuple[Integers, ...]) -> Integers:
    """Return interventions and all that they need, directly or through others, sorted."""
    found, open_ = set(), list(interventions.tolist())
    while open_:
        i = open_.pop()
        if i not in found:
            found.add(i)
            open_ += requires[i].tolist()
    return np.array(sorted(found), dtype=np.int64)
