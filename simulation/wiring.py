"""What belongs to what in the used part of a scenario."""

from __future__ import annotations

from typing import Any

import numpy as np

from scenarios.scenario import Scenario
from simulation.layout import (
    ANSWER,
    ARC,
    ARC_RECORD,
    COVER,
    CURTAIL_DEMAND,
    CURTAIL_PRODUCTION,
    DEMAND,
    DISPOSAL,
    ENTRY,
    EXPEDITE,
    HUB,
    LANE,
    LIMIT,
    LINE,
    NODE,
    OFFER,
    OFFER_RECORD,
    OPERATION,
    OPERATION_RECORD,
    SHORTAGE,
    SPOT_PURCHASE,
    SUBSTITUTE,
    TAKEBACK,
    Integers,
    Records,
    World,
    empty_world,
    records,
)
from simulation.order import by_group, upstream_first
from simulation.outages import DAYS_PER_YEAR
from simulation.selection import Used, entries_of, main_output

FAMILIES = {"operation": OPERATION, "arc": ARC, "offer": OFFER}
FILTERED = {"making": "maker", "sending": "leaving", "bringing": "arriving"}
RESPONSES = {
    "expedite": EXPEDITE,
    "spot_purchase": SPOT_PURCHASE,
    "substitute": SUBSTITUTE,
    "curtail_demand": CURTAIL_DEMAND,
    "curtail_production": CURTAIL_PRODUCTION,
}


def build_world(scenario: Scenario, used: Used) -> World:
    """Return the world of a network without days: who belongs to whom, all quantities zero."""
    operations, entries = _operations(scenario, used)
    arcs, lanes = _arcs(scenario, used), _lanes(scenario, used)
    offers = records(OFFER_RECORD, len(used.offer))
    offers["node"] = places_of(scenario.offers.node[used.offer], used.node)
    offers["site"] = places_of(scenario.offers.site[used.offer], used.site)
    lines = records(LINE, len(used.line))
    lines["site"] = places_of(scenario.lines.site[used.line], used.site)
    demands = records(DEMAND, len(used.demand))
    demands["node"] = places_of(scenario.demands.node[used.demand], used.node)
    demands["tolerance"] = scenario.demands.tolerance_days[used.demand]
    nodes = records(NODE, len(used.node))
    nodes["source"][offers["node"]] = True
    stores = places_of(scenario.stores.node[used.store], used.node)
    takebacks, disposals, limits = _takebacks(scenario, used), *_disposals(scenario, used)
    comes_or_stays = [arcs["head"], entries["node"], demands["node"], stores]
    comes_or_stays += [takebacks["node"], disposals["node"]]
    nodes["source"][np.concatenate(comes_or_stays)] = False
    lists: dict[str, Any] = {}
    makes = np.flatnonzero(operations["made_node"] >= 0)
    for name, members, node in (
        ("maker", makes, operations["made_node"][makes]),
        ("leaving", np.arange(len(arcs)), arcs["tail"]),
        ("arriving", np.arange(len(arcs)), arcs["head"]),
        ("seller", np.arange(len(offers)), offers["node"]),
        ("customer", np.arange(len(demands)), demands["node"]),
    ):
        start, order = by_group(node, len(nodes))
        nodes[f"first_{name}"], nodes[f"end_{name}"] = start[:-1], start[1:]
        lists[name] = members[order].astype(np.uint32)
    hubs = _hubs(scenario, used)
    hub, arc = _leaving(scenario, used)
    for family, name, owner, pointed in ((hubs, "member", hub, arc), (arcs, "gate", arc, hub)):
        start, order = by_group(owner, len(family))
        family[f"first_{name}"], family[f"end_{name}"] = start[:-1], start[1:]
        lists[name] = pointed[order].astype(np.uint32)
    covers = _covers(scenario, used)
    run_order, want_order = _production_orders(operations, entries, len(nodes))
    shortages, answers = _answers(scenario, used)
    days_ahead = int(answers["lead"].max(initial=0)) + 1
    links = zip(arcs["tail"].tolist(), arcs["head"].tolist(), strict=True)
    send_order = upstream_first(len(nodes), links)[::-1]
    return empty_world()._replace(
        nodes=nodes,
        operations=operations,
        entries=entries,
        arcs=arcs,
        offers=offers,
        lines=lines,
        lanes=lanes,
        hubs=hubs,
        demands=demands,
        takebacks=takebacks,
        disposals=disposals,
        limits=limits,
        covers=covers,
        covering=np.zeros(len(covers), dtype=np.uint32),
        **room_for_work(lists, nodes, operations, arcs, lanes),
        shortages=shortages,
        answers=answers,
        answered=np.zeros((days_ahead, len(shortages))),
        **lists,
        run_order=run_order.astype(np.uint32),
        want_order=want_order.astype(np.uint32),
        send_order=send_order[
            np.isin(send_order, np.concatenate([arcs["tail"], arcs["head"], offers["node"]]))
        ].astype(np.uint32),
    )


def room_for_work(
    lists: dict[str, Any], nodes: Records, operations: Records, arcs: Records, lanes: Records
) -> dict[str, Any]:
    """Return the fields of a world that say who has work, and those of a day's goods; lists as they stand."""
    count = {"working": len(operations), "working_order": len(operations)}
    work: dict[str, Any] = {name: np.zeros(n, dtype=np.uint32) for name, n in count.items()}
    work |= {name: lists[of].copy() for name, of in FILTERED.items()}
    return work | {
        "idle_operations": np.zeros(len(operations), dtype=bool),
        "idle_arcs": np.zeros(len(arcs), dtype=bool),
        "how_many": np.zeros(2, dtype=np.int64),
        "tail": np.unique(arcs["tail"]),
        "lane_origin": lanes["origin"].copy(),
        "by_trip": np.flatnonzero(lanes["payload"] > 0).astype(np.uint32),
        "capped": np.zeros(len(lanes), dtype=bool),
        "bounded": np.zeros(len(lanes), dtype=bool),
        **{name: np.zeros(len(nodes)) for name in ("spare", "pull", "claim")},
    }


def places_of(values: Integers, members: Integers) -> Integers:
    """Return the places of scenario positions among the used members; -1 for those that are not."""
    place = {int(position): i for i, position in enumerate(members)}
    return np.array([place.get(int(v), -1) for v in values], dtype=np.int64)


def _operations(scenario: Scenario, used: Used) -> tuple[Records, Records]:
    """Return operations, and their recipe entries one operation after the other."""
    rows = [entries_of(scenario, r) for r in used.operation]
    flat = np.concatenate([*rows, np.zeros(0, dtype=np.int64)])
    entries = records(ENTRY, len(flat))
    entries["node"] = places_of(scenario.recipe.node[flat], used.node)
    entries["quantity"] = scenario.recipe.quantity[flat]
    operations = records(OPERATION_RECORD, len(used.operation))
    operations["end_entry"] = np.cumsum([len(r) for r in rows])
    operations["first_entry"][1:] = operations["end_entry"][:-1]
    operations["line"] = places_of(scenario.operations.line[used.operation], used.line)
    operations["use"] = scenario.operations.use[used.operation]
    operations["most_share"] = scenario.operations.maximum_share[used.operation]
    main = [main_output(scenario, r) for r in used.operation]
    operations["made_node"] = places_of(np.array([node for node, _ in main], dtype=np.int64), used.node)
    operations["made_quantity"] = [quantity for _, quantity in main]
    return operations, entries


def _arcs(scenario: Scenario, used: Used) -> Records:
    arcs = records(ARC_RECORD, len(used.arc))
    arcs["tail"] = places_of(scenario.arcs.tail[used.arc], used.node)
    arcs["head"] = places_of(scenario.arcs.head[used.arc], used.node)
    arcs["lane"] = places_of(scenario.arcs.lane[used.arc], used.lane)
    arcs["mass"] = np.maximum(scenario.arcs.tonnes_per_unit[used.arc], 1e-12)  # weightless goods fill no lane
    return arcs


def _lanes(scenario: Scenario, used: Used) -> Records:
    """Return lanes; the arcs of a lane stand together."""
    lanes = records(LANE, len(used.lane))
    lanes["origin"] = places_of(scenario.lanes.origin[used.lane], used.site)
    whole = scenario.lanes.whole_vehicles[used.lane]
    lanes["payload"] = np.where(whole, scenario.lanes.payload[used.lane], 0.0)
    lanes["least_load"], lanes["longest_wait"] = 1.0, np.inf  # as planned: full ones leave
    lanes["timetable"] = -1  # until timetables are entered
    on = places_of(scenario.arcs.lane[used.arc], used.lane)
    lanes["first_arc"] = np.searchsorted(on, np.arange(len(lanes)))
    lanes["end_arc"] = np.searchsorted(on, np.arange(len(lanes)), side="right")
    return lanes


def _hubs(scenario: Scenario, used: Used) -> Records:
    hubs = records(HUB, len(used.hub))
    hubs["site"] = places_of(scenario.hubs.site[used.hub], used.site)
    return hubs


def _leaving(scenario: Scenario, used: Used) -> tuple[Integers, Integers]:
    """Return the pairs of a hub of limited capacity and an arc that leaves it."""
    hub = places_of(scenario.hubs.leaving_hub, used.hub)
    arc = places_of(scenario.hubs.leaving_arc, used.arc)
    both = (hub >= 0) & (arc >= 0)
    return hub[both], arc[both]


def _takebacks(scenario: Scenario, used: Used) -> Records:
    returns, takebacks = scenario.returns, records(TAKEBACK, len(used.takeback))
    takebacks["node"] = places_of(returns.node[used.takeback], used.node)
    takebacks["demand"] = places_of(returns.demand[used.takeback], used.demand)
    takebacks["lag"] = np.rint(returns.lag_years[used.takeback] * DAYS_PER_YEAR)
    return takebacks


def _disposals(scenario: Scenario, used: Used) -> tuple[Records, Records]:
    """Return disposals and the limits of their rows; those without a limit share the last one."""
    disposals = records(DISPOSAL, len(used.disposal))
    limits = records(LIMIT, len(scenario.disposals.limit) + 1)
    disposals["node"] = places_of(scenario.disposals.node[used.disposal], used.node)
    limit = scenario.disposals.limit_of[used.disposal]
    disposals["limit"] = np.where(limit >= 0, limit, len(limits) - 1)
    return disposals, limits


def _covers(scenario: Scenario, used: Used) -> Records:
    members = {"operation": used.operation, "arc": used.arc, "offer": used.offer}
    covers = records(COVER, len(used.cover))
    for row, c in enumerate(used.cover):
        family = str(scenario.covers.family[c])
        covers["family"][row] = FAMILIES[family]
        covers["element"][row] = places_of(scenario.covers.element[[c]], members[family])[0]
    return covers


def _answers(scenario: Scenario, used: Used) -> tuple[Records, Records]:
    """Return the places where responses may act, and what they may do there one place after the other."""
    responses, row = scenario.responses, scenario.responses.row[used.answer]
    node = places_of(responses.node[used.answer], used.node)
    places, first = np.unique(node, return_index=True)
    shortages, answers = records(SHORTAGE, len(places)), records(ANSWER, len(node))
    shortages["node"], shortages["first_answer"] = places, first
    shortages["end_answer"] = np.append(first[1:], len(node)) if len(places) else first
    customer = places_of(scenario.demands.node[used.demand], used.node)
    shortages["demand"] = places_of(places, customer)
    answers["row"], answers["lead"] = row, responses.lead_days[row]
    answers["kind"] = [RESPONSES[str(kind)] for kind in responses.kind[row]]
    arc = places_of(responses.arc[used.answer], used.arc)
    instead = places_of(responses.instead[used.answer], used.node)
    answers["source"] = np.maximum(np.maximum(arc, instead), 0)  # of none: never read
    for name in ("cover_days", "after_days", "most_share", "ratio"):
        answers[name] = getattr(responses, name)[row]
    return shortages, answers


def _production_orders(operations: Records, entries: Records, nodes: int) -> tuple[Integers, Integers]:
    """Return operations upstream first, and nodes of main outputs downstream first."""
    operation = np.repeat(np.arange(len(operations)), operations["end_entry"] - operations["first_entry"])
    inputs, outputs = np.flatnonzero(entries["quantity"] < 0), np.flatnonzero(entries["quantity"] > 0)
    feeds = [
        (int(operation[made]), int(operation[used]))
        for made in outputs
        for used in inputs[entries["node"][inputs] == entries["node"][made]]
    ]
    turns = [
        (int(entries["node"][used]), int(entries["node"][made]))
        for used in inputs
        for made in outputs[operation[outputs] == operation[used]]
    ]
    downstream_first = upstream_first(nodes, turns)[::-1]
    wanted = downstream_first[np.isin(downstream_first, operations["made_node"])]
    return upstream_first(len(operations), feeds), np.ascontiguousarray(wanted)
