"""The network of a plan: what trials read of scenario and plan, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from scenarios.scenario import Scenario
from simulation.calendar_days import Days, days_of
from simulation.layout import Flags, Floats, Integers, Planned, Structure
from simulation.selection import Labels, Used, choose_used, entries_of, yearly
from simulation.wiring import build_structure, places


@dataclass(frozen=True)
class Network:
    """What trials read of scenario and plan.

    Attributes
    ----------
    entry_quantity : recipe of the used operations, (E,).
    input_entry, input_cover, input_quantity : inputs that interventions spare, entries (M,): recipe
        entry, cover, quantity spared per unit covered.
    cover_share : part of its activity that a cover covers while live, (T, C).
    line_capacity : a day, (T, L).
    required : demand a day, (T, D).
    lead_days : (A,).
    active : interventions at work as planned, (T, I) of the whole scenario.
    """

    scenario: Scenario
    plan: xr.Dataset
    days: Days
    used: Used
    structure: Structure
    planned: Planned
    entry_quantity: Floats
    input_entry: Integers
    input_cover: Integers
    input_quantity: Floats
    cover_share: Floats
    line_capacity: Floats
    required: Floats
    lead_days: Floats
    active: Flags

    def labels(self, family: str) -> Labels:
        """Return the labels of the used elements of ``offer``, ``arc``, ``line`` and so on."""
        members: Labels = getattr(self.scenario, f"{family}s").label[getattr(self.used, family)]
        return members


def build_network(scenario: Scenario, plan: xr.Dataset) -> Network:
    """Return the network of a plan.

    Raises
    ------
    ValueError : the plan was made from another scenario: its labels differ.
    """
    _check_labels(scenario, plan)
    days = days_of(scenario.periods.start, scenario.periods.years)
    per_day = (scenario.periods.years / days.in_period)[:, None]
    active = yearly(plan, "in_effect") > 0.5
    used = choose_used(scenario, plan, active)
    structure = build_structure(scenario, used)
    entries = np.concatenate([entries_of(scenario, r) for r in used.operation] or [np.zeros(0, np.int64)])
    input_entry, input_cover, input_quantity = _spared(scenario, used, entries)
    cover_share = _cover_share(scenario, plan, used, active)
    quantity = scenario.recipe.quantity[entries]
    capacity = scenario.lanes.capacity[used.lane]
    planned = Planned(
        run=yearly(plan, "run")[:, used.operation] * per_day,
        quantity=np.array(
            [
                effective_quantity(quantity, input_entry, input_quantity, share[input_cover])
                for share in cover_share * active[:, scenario.covers.intervention[used.cover]]
            ]
        ).reshape(len(days.in_period), -1),
        flow=yearly(plan, "flow")[:, used.arc] * per_day,
        purchase=yearly(plan, "purchase")[:, used.offer] * per_day,
        delivered=yearly(plan, "delivered")[:, used.demand] * per_day,
        lane_capacity=_at_least_planned(
            np.repeat(capacity[None, :], len(days.in_period), axis=0) * per_day,
            _sum_by(structure.arc_lane, yearly(plan, "flow")[:, used.arc] * per_day * structure.arc_mass, len(capacity)),
        ),
        offer_capacity=_at_least_planned(
            scenario.offers.capacity[used.offer].T * per_day, yearly(plan, "purchase")[:, used.offer] * per_day
        ),
    )
    lines_used = _sum_by(structure.operation_line, planned.run * structure.operation_use, len(used.line))
    return Network(
        scenario=scenario,
        plan=plan,
        days=days,
        used=used,
        structure=structure,
        planned=planned,
        entry_quantity=quantity,
        input_entry=input_entry,
        input_cover=input_cover,
        input_quantity=input_quantity,
        cover_share=cover_share,
        line_capacity=_at_least_planned(yearly(plan, "standing")[:, used.line] * per_day, lines_used),
        required=yearly(plan, "required")[:, used.demand] * per_day,
        lead_days=scenario.arcs.lead_days[used.arc],
        active=active,
    )


def effective_quantity(quantity: Floats, entry: Integers, spared: Floats, share: Floats) -> Floats:
    """Return recipe quantities, (E,), after interventions spare `spared` x `share` of the inputs, (M,)."""
    result = quantity.copy()
    np.add.at(result, entry, spared * share)
    return np.where(quantity < 0, np.minimum(result, 0.0), result)


def _check_labels(scenario: Scenario, plan: xr.Dataset) -> None:
    families = ("offer", "arc", "operation", "supply", "intervention", "cover", "demand", "line", "site")
    plural = {"supply": "supplies"}
    for family in families:
        own = list(getattr(scenario, plural.get(family, f"{family}s")).label)
        if own != [str(label) for label in plan[family].to_numpy()]:
            message = f"the plan does not belong to scenario {scenario.name!r}: its {family} labels differ"
            raise ValueError(message)
    if list(plan["period"].to_numpy()) != list(scenario.periods.start):
        message = f"the plan does not belong to scenario {scenario.name!r}: its periods differ"
        raise ValueError(message)


def _spared(scenario: Scenario, used: Used, entries: Integers) -> tuple[Integers, Integers, Floats]:
    """Return the inputs that used covers spare: recipe entry, cover and quantity per unit covered."""
    covers, recipe = scenario.covers, scenario.recipe
    cover_at = places(used.cover)
    entry_at = {
        (int(recipe.operation[e]), int(recipe.node[e])): i for i, e in enumerate(entries) if recipe.quantity[e] < 0
    }
    rows = [
        (entry_at[int(covers.element[c]), int(node)], cover_at[int(c)], float(quantity))
        for c, node, quantity in zip(covers.input_cover, covers.input_node, covers.input_quantity, strict=True)
        if int(c) in cover_at
    ]
    table = np.array(rows, dtype=float).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]


def _cover_share(scenario: Scenario, plan: xr.Dataset, used: Used, active: Flags) -> Floats:
    """Return the share of its activity each cover covers in the plan, (T, C); all of an unplanned one."""
    covers = scenario.covers
    activity = {"operation": yearly(plan, "run"), "arc": yearly(plan, "flow"), "offer": yearly(plan, "purchase")}
    base = np.array([activity[covers.family[c]][:, covers.element[c]] for c in used.cover]).reshape(-1, len(active)).T
    covered = yearly(plan, "covered")[:, used.cover]
    share = active[:, covers.intervention[used.cover]].astype(float)
    return np.clip(np.divide(covered, base, out=share, where=base > 0), 0.0, 1 + 1e-6)


def _sum_by(group: Integers, values: Floats, groups: int) -> Floats:
    """Return sums of columns by group, (T, groups)."""
    return np.array([np.bincount(group, row, minlength=groups) for row in values]).reshape(len(values), groups)


def _at_least_planned(capacity: Floats, planned: Floats) -> Floats:
    """Return capacity, raised where the plan passes it by the solver's tolerance."""
    return np.maximum(capacity, planned)
