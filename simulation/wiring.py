"""What belongs to what in the used part of a scenario."""

from __future__ import annotations

import numpy as np

from scenarios.scenario import Scenario
from simulation.layout import ARC, OFFER, OPERATION, Integers, Structure
from simulation.order import by_group, upstream_first
from simulation.selection import Used, entries_of, main_output

FAMILIES = {"operation": OPERATION, "arc": ARC, "offer": OFFER}


def build_structure(scenario: Scenario, used: Used) -> Structure:
    """Return the structure that the kernel walks through."""
    recipe, operations, arcs = scenario.recipe, scenario.operations, scenario.arcs
    count = len(used.node)
    entries = [entries_of(scenario, r) for r in used.operation]
    flat = np.concatenate(entries or [np.zeros(0, np.int64)])
    entry_start = np.concatenate([[0], np.cumsum([len(e) for e in entries])]).astype(np.int64)
    entry_node = _mapped(recipe.node[flat], used.node)
    entry_operation = np.repeat(np.arange(len(entries)), np.diff(entry_start))
    output = recipe.quantity[flat] > 0
    main = [main_output(scenario, r) for r in used.operation]
    place = places(used.node)
    made_node = np.array([place.get(node, -1) for node, _ in main], dtype=np.int64)
    tail, head = _mapped(arcs.tail[used.arc], used.node), _mapped(arcs.head[used.arc], used.node)
    offer_node = _mapped(scenario.offers.node[used.offer], used.node)
    demand_node = _mapped(scenario.demands.node[used.demand], used.node)
    source = np.zeros(count, dtype=bool)
    source[offer_node] = True
    source[np.concatenate([head, entry_node, demand_node])] = False
    makers = np.flatnonzero(made_node >= 0)
    maker_start, maker = by_group(made_node[makers], count)
    inputs, outputs = np.flatnonzero(~output), np.flatnonzero(output)
    feeds = [
        (int(entry_operation[a]), int(entry_operation[b]))
        for a in outputs
        for b in inputs[entry_node[inputs] == entry_node[a]]
    ]
    turns = [
        (int(entry_node[a]), int(entry_node[b])) for a in inputs for b in outputs[entry_operation[outputs] == entry_operation[a]]
    ]
    downstream_first = upstream_first(count, turns)[::-1]
    covers = scenario.covers
    members = {"operation": places(used.operation), "arc": places(used.arc), "offer": places(used.offer)}
    return Structure(
        operation_line=_mapped(operations.line[used.operation], used.line),
        operation_use=operations.use[used.operation].astype(float),
        operation_share=operations.maximum_share[used.operation].astype(float),
        made_node=made_node,
        made_quantity=np.array([quantity for _, quantity in main], dtype=float),
        entry_start=entry_start,
        entry_node=entry_node,
        run_order=upstream_first(len(entries), feeds),
        want_order=np.ascontiguousarray(downstream_first[np.isin(downstream_first, made_node)]),
        maker_start=maker_start,
        maker=makers[maker],
        tail=tail,
        head=head,
        arc_lane=_mapped(arcs.lane[used.arc], used.lane),
        arc_mass=np.maximum(arcs.tonnes_per_unit[used.arc].astype(float), 1e-12),
        leaving_start=by_group(tail, count)[0],
        leaving=by_group(tail, count)[1],
        arriving_start=by_group(head, count)[0],
        arriving=by_group(head, count)[1],
        offer_site=_mapped(scenario.offers.site[used.offer], used.site),
        seller_start=by_group(offer_node, count)[0],
        seller=by_group(offer_node, count)[1],
        source=source,
        send_order=np.ascontiguousarray(upstream_first(count, zip(tail.tolist(), head.tolist(), strict=True))[::-1]),
        lane_origin=_mapped(scenario.lanes.origin[used.lane], used.site),
        line_site=_mapped(scenario.lines.site[used.line], used.site),
        demand_node=demand_node,
        cover_family=np.array([FAMILIES[covers.family[c]] for c in used.cover], dtype=np.int64),
        cover_element=np.array([members[covers.family[c]][int(covers.element[c])] for c in used.cover], dtype=np.int64),
    )


def places(members: Integers) -> dict[int, int]:
    """Return the place of each scenario position among the used members."""
    return {int(position): i for i, position in enumerate(members)}


def _mapped(values: Integers, members: Integers) -> Integers:
    """Return the places of scenario positions among the used members."""
    place = places(members)
    return np.array([place[int(v)] for v in values], dtype=np.int64)
