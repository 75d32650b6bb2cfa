"""The network of a plan: what trials read of scenario and plan, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import xarray as xr

from scenarios.scenario import Scenario
from simulation.calendar_days import Days, days_of
from simulation.departures import enter_timetables
from simulation.gatekeeping import Staff, gate_staff
from simulation.hourly_power import PlannedHours, planned_hours
from simulation.kept_goods import KeptGoods, kept_goods
from simulation.layout import Flags, Floats, Integers, World
from simulation.policies import Ordering, make_ordering
from simulation.selection import Labels, Used, choose_used, yearly
from simulation.wiring import build_world, places_of

AS_PLANNED = (
    *("standing", "contracted", "beyond", "charged", "certificate_bought", "adopt", "in_effect"),
    *("use_lane", "indebted", "offset_bought"),
)
CERTIFICATES = ("certificate_bought", "certificate_retired")
SHARE_LIMIT = 1 + 1e-6  # of its activity that a cover may cover, with the solver's tolerance


@dataclass(frozen=True)
class Planned:
    """The plan spread evenly over the days of each period, product units a day; capacities likewise."""

    run: Floats  # (T, R)
    flow: Floats  # (T, A)
    purchase: Floats  # (T, O)
    delivered: Floats  # (T, D)
    required: Floats  # (T, D)
    line_capacity: Floats  # (T, L)
    lane_capacity: Floats  # t, (T, K)
    offer_capacity: Floats  # (T, O)
    hub_capacity: Floats  # (T, H)
    returned: Floats  # (T, B)
    discarded: Floats  # (T, W)
    discard_limit: Floats  # (T, Q + 1), of all rows with a limit; the last stands for none


@dataclass(frozen=True)
class SparedInputs:
    """Inputs that interventions spare, entries (M,)."""

    entry: Integers
    cover: Integers
    quantity: Floats  # per unit covered

    def recipe(self, quantity: Floats, cover_share: Floats) -> Floats:
        """Return recipe quantities, (E,), when shares `cover_share`, (C,), of the activities are covered."""
        result = quantity.copy()
        np.add.at(result, self.entry, self.quantity * cover_share[self.cover])
        return np.where(quantity < 0, np.minimum(result, 0.0), result)


@dataclass(frozen=True)
class Network:
    """What trials read of scenario and plan.

    Attributes
    ----------
    used : elements that take part; R, A, O ... count these.
    template : the world before its first day.
    active : interventions at work as planned, (T, I) of the whole scenario.
    modules : how many of their modules, (T, I); they come late together.
    cover_share : part of its activity that a cover covers while its intervention works, (T, C).
    ordering : nodes that order by a policy in trials.
    staff : gates at which vehicles queue in trials.
    """

    scenario: Scenario
    plan: xr.Dataset
    days: Days
    used: Used
    template: World
    planned: Planned
    active: Flags
    modules: Floats
    cover_share: Floats
    spared: SparedInputs
    kept: KeptGoods
    ordering: Ordering
    staff: Staff

    def by_plan(self) -> Network:
        """Return the network in which all follow the plan, whatever their policies and loads."""
        return replace(self, ordering=self.ordering.by_plan())

    def with_plan(self, plan: xr.Dataset) -> Network:
        """Return the network of another plan of the scenario; what takes part stays, and so do policies."""
        scenario, used, modules = self.scenario, self.used, yearly(plan, "in_effect")
        active = modules > 0.5
        return replace(
            self,
            plan=plan,
            planned=_planned(scenario, plan, used, self.template, self.days),
            active=active,
            modules=modules,
            cover_share=_cover_share(scenario, plan, used, active),
            kept=kept_goods(scenario, plan, used),
        )

    @property
    def cover_intervention(self) -> Integers:
        """Intervention of each used cover, (C,)."""
        return self.scenario.covers.intervention[self.used.cover]

    def labels(self, family: str) -> Labels:
        """Return the labels of the used elements of ``offer``, ``arc``, ``line`` and so on."""
        members: Labels = getattr(self.scenario, f"{family}s").label[getattr(self.used, family)]
        return members

    @cached_property
    def entities(self) -> Mapping[str, tuple[str, ...]]:
        """Names under which the used elements of each family have their random streams."""
        families = ("site", "lane", "line", "arc", "demand")
        return {family: tuple(f"{family} {label}" for label in self.labels(family)) for family in families}

    @cached_property
    def adopted(self) -> Flags:
        """Which interventions the plan begins with in each period, (T, I)."""
        return np.asarray(self.as_planned["adopt"] > 0.5)

    @cached_property
    def spells(self) -> list[tuple[int, int, int, int, int, bool]]:
        """When interventions work as planned: one row a spell.

        Intervention, its place among those that ever work, number of its spell, first period and the one
        after the last, and whether the plan has adopted it by then: else it was there before.
        """
        found, ever = [], np.logical_or.accumulate(self.adopted, axis=0)
        for column, i in enumerate(np.flatnonzero(self.active.any(axis=0)).tolist()):
            change = np.diff(np.concatenate([[0], self.active[:, i].astype(int), [0]]))
            begin, end = np.flatnonzero(change > 0).tolist(), np.flatnonzero(change < 0).tolist()
            for number, (a, b) in enumerate(zip(begin, end, strict=True)):
                found.append((i, column, number, a, b, bool(ever[a, i])))
        return found

    @cached_property
    def planned_hours(self) -> PlannedHours:
        """What the plan does by the hour: the same for all trials."""
        return planned_hours(self)

    @cached_property
    def as_planned(self) -> Mapping[str, Floats]:
        """What trials pay as planned, and what settling electricity asks of the plan, (T, n) each."""
        bought = ("power", "run", "covered", *(name for name in CERTIFICATES if name in self.plan))
        return {name: yearly(self.plan, name) for name in (*AS_PLANNED, *bought)}

    def recipe(self, period: int, live: Flags | Floats) -> Floats:
        """Return recipe quantities, (E,), with what the interventions `live`, (I,), save, or a part of it."""
        share = self.cover_share[period] * live[self.cover_intervention]
        return self.spared.recipe(self.template.entries["quantity"], share)


def build_network(
    scenario: Scenario, plan: xr.Dataset, open_to: Mapping[str, Flags] | None = None
) -> Network:
    """Return the network of a plan.

    Parameters
    ----------
    open_to : by family, what takes part besides the plan's own, for :meth:`Network.with_plan`.

    Raises
    ------
    ValueError : the plan was made from another scenario: its labels differ.
    """
    _check_labels(scenario, plan)
    days = days_of(scenario.periods.start, scenario.periods.years)
    modules = yearly(plan, "in_effect")
    active = modules > 0.5
    used = choose_used(scenario, plan, active, open_to)
    template = build_world(scenario, used)
    closes = np.zeros(days.count, dtype=bool)
    closes[days.first[1:] - 1] = True
    history = np.zeros((days.count, len(used.takeback)))
    template = template._replace(closes=closes, history=history)
    template = enter_timetables(scenario, used, template, days.count)
    return Network(
        scenario=scenario,
        plan=plan,
        days=days,
        used=used,
        template=template,
        planned=_planned(scenario, plan, used, template, days),
        active=active,
        modules=modules,
        cover_share=_cover_share(scenario, plan, used, active),
        spared=_spared(scenario, used, template),
        kept=kept_goods(scenario, plan, used),
        ordering=make_ordering(scenario, used, template.nodes),
        staff=gate_staff(scenario, used),
    )


def _check_labels(scenario: Scenario, plan: xr.Dataset) -> None:
    families = ("offer", "arc", "operation", "supply", "intervention", "cover", "demand", "line", "site")
    plural = {"supply": "supplies"}
    own = {family: getattr(scenario, plural.get(family, f"{family}s")).label for family in families}
    for family, values in {**own, "period": scenario.periods.start}.items():
        if [str(v) for v in values] != [str(v) for v in plan[family].to_numpy()]:
            message = f"the plan does not belong to scenario {scenario.name!r}: its {family} labels differ"
            raise ValueError(message)


def _planned(scenario: Scenario, plan: xr.Dataset, used: Used, template: World, days: Days) -> Planned:
    """Return daily rates; capacities are raised where the plan passes them by the solver's tolerance."""
    per_day = (scenario.periods.years / days.in_period)[:, None]
    run, flow = yearly(plan, "run")[:, used.operation] * per_day, yearly(plan, "flow")[:, used.arc] * per_day
    purchase = yearly(plan, "purchase")[:, used.offer] * per_day
    on_line = _sum_by(template.operations["line"], run * template.operations["use"], len(used.line))
    on_lane = _sum_by(template.arcs["lane"], flow * template.arcs["mass"], len(used.lane))
    members = template.hubs["end_member"] - template.hubs["first_member"]
    hub = np.repeat(np.arange(len(used.hub)), members)
    through = _sum_by(hub, flow[:, template.member], len(used.hub))
    discarded = yearly(plan, "discard")[:, used.disposal] * per_day
    thrown = _sum_by(template.disposals["limit"], discarded, len(template.limits))
    limit = np.append(scenario.disposals.limit, np.inf)
    return Planned(
        run=run,
        flow=flow,
        purchase=purchase,
        delivered=yearly(plan, "delivered")[:, used.demand] * per_day,
        required=yearly(plan, "required")[:, used.demand] * per_day,
        line_capacity=np.maximum(yearly(plan, "standing")[:, used.line] * per_day, on_line),
        lane_capacity=np.maximum(scenario.lanes.capacity[used.lane] * per_day, on_lane),
        offer_capacity=np.maximum(scenario.offers.capacity[used.offer].T * per_day, purchase),
        hub_capacity=np.maximum(scenario.hubs.capacity[used.hub].T * per_day, through),
        returned=yearly(plan, "returned")[:, used.takeback] * per_day,
        discarded=discarded,
        discard_limit=np.maximum(limit * per_day, thrown),
    )


def _sum_by(group: Integers, values: Floats, groups: int) -> Floats:
    """Return sums of columns by group, (T, groups)."""
    return np.array([np.bincount(group, row, groups) for row in values]).reshape(len(values), groups)


def _spared(scenario: Scenario, used: Used, template: World) -> SparedInputs:
    covers, entries, operations = scenario.covers, template.entries, template.operations
    owner = np.repeat(np.arange(len(operations)), operations["end_entry"] - operations["first_entry"])
    inputs = {
        (int(owner[e]), int(entries["node"][e])): e for e in range(len(entries)) if entries["quantity"][e] < 0
    }
    cover = places_of(covers.input_cover, used.cover)
    taking_part = np.flatnonzero(cover >= 0)
    operation = places_of(covers.element[covers.input_cover[taking_part]], used.operation)
    node = places_of(covers.input_node[taking_part], used.node)
    entry = [inputs[int(r), int(n)] for r, n in zip(operation, node, strict=True)]
    return SparedInputs(
        np.array(entry, dtype=np.int64), cover[taking_part], covers.input_quantity[taking_part]
    )


def _cover_share(scenario: Scenario, plan: xr.Dataset, used: Used, active: Flags) -> Floats:
    """Return the share of its activity that each cover covers in the plan, all of one not planned."""
    covers = scenario.covers
    names = {"operation": "run", "arc": "flow", "offer": "purchase"}
    activity = {family: yearly(plan, name) for family, name in names.items()}
    share = active[:, covers.intervention[used.cover]].astype(float)
    covered = yearly(plan, "covered")
    for column, c in enumerate(used.cover):
        base = activity[covers.family[c]][:, covers.element[c]]
        np.divide(covered[:, c], base, out=share[:, column], where=base > 0)
    return np.minimum(share, SHARE_LIMIT)
