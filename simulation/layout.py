"""Structure of arrays that the day kernel reads and writes.

Sizes: R operations, E recipe entries, L lines, A arcs, K lanes, O offers, N nodes, D demands,
C covers, S sites, T periods, H days, W weeks. Quantities are product units a day unless said.
Ranges such as ``maker_start`` (N + 1,) and ``maker`` list the elements that belong to each node.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

OPERATION, ARC, OFFER = 0, 1, 2


class Rules(NamedTuple):
    """Parameters of the policy."""

    gain: float
    surge: float
    free: bool  # stocks may go below zero: the dry run that finds the opening stock


class Structure(NamedTuple):
    """What belongs to what; the same in every trial."""

    operation_line: Integers  # (R,)
    operation_use: Floats  # line capacity used per unit, (R,)
    operation_share: Floats  # largest share of the line's capacity, (R,)
    made_node: Integers  # node of the main output, (R,)
    made_quantity: Floats  # main output per unit, (R,)
    entry_start: Integers  # (R + 1,)
    entry_node: Integers  # (E,)
    run_order: Integers  # operations, upstream first, (R,)
    want_order: Integers  # nodes with operations, downstream first
    maker_start: Integers  # operations by main output
    maker: Integers
    tail: Integers  # (A,)
    head: Integers
    arc_lane: Integers
    arc_mass: Floats  # t per unit, (A,)
    leaving_start: Integers  # arcs by tail
    leaving: Integers
    arriving_start: Integers  # arcs by head
    arriving: Integers
    offer_site: Integers  # (O,)
    seller_start: Integers  # offers by node
    seller: Integers
    source: Flags  # nodes of suppliers that ship what they buy the same day, (N,)
    send_order: Integers  # nodes, heads of arcs before their tails, (N,)
    lane_origin: Integers  # site, (K,)
    line_site: Integers  # (L,)
    demand_node: Integers  # (D,)
    cover_family: Integers  # OPERATION, ARC or OFFER, (C,)
    cover_element: Integers  # (C,)


class Planned(NamedTuple):
    """The plan, spread evenly over the days of each period."""

    run: Floats  # (T, R)
    quantity: Floats  # recipe with the savings of planned interventions, (T, E)
    flow: Floats  # (T, A)
    purchase: Floats  # (T, O)
    delivered: Floats  # (T, D)
    lane_capacity: Floats  # t, (T, K)
    offer_capacity: Floats  # (T, O)


class Conditions(NamedTuple):
    """What holds until the next event; differs from the plan while a go-live is late.

    ``run, flow, purchase`` are the planned activities that are possible; the ``missing`` ones by
    node are handed to others at once. ``reserve`` weighs activities of earlier periods that may
    step in. The ``part`` arrays split corrections at a node between its ways in.
    """

    quantity: Floats  # (E,)
    cover_weight: Floats  # share of the activity that is covered, (C,)
    line_capacity: Floats  # (L,)
    run: Floats  # (R,)
    run_reserve: Floats
    flow: Floats  # (A,)
    flow_reserve: Floats
    purchase: Floats  # (O,)
    purchase_reserve: Floats
    missing_run: Floats  # product units, (N,)
    missing_flow: Floats
    missing_purchase: Floats
    run_part: Floats  # (N,)
    flow_part: Floats
    purchase_part: Floats


class State(NamedTuple):
    """What carries over from day to day."""

    stock: Floats  # (N,)
    transit: Floats  # on the way to each node, (N,)
    coming: Floats  # ring of arrivals, (days ahead, N)
    deviation: Floats  # planned less real stock position (stock + transit - backlog), (N,)
    backlog: Floats  # (D,)
    line_room: Floats  # capacity not used since the start of the period, (L,)
    lane_room: Floats  # t, (K,)
    offer_room: Floats  # (O,)
    starved: Flags  # an input was short yesterday, (R,)
    correction: Floats  # to the planned flow, (A,)


class Draws(NamedTuple):
    """All luck of a trial that does not depend on what happens in it."""

    demand: Floats  # to be delivered, (H, D)
    lead: Integers  # days from dispatch to arrival, at least 1, (W, A)
    site_up: NDArray[np.float32]  # share of the day, (H, S)
    lane_up: NDArray[np.float32]  # (H, K)
    line_up: NDArray[np.float32]  # (H, L)


class Booked(NamedTuple):
    """Physical activities of a trial, totals of the period."""

    run: Floats  # (T, R)
    flow: Floats  # (T, A)
    purchase: Floats  # (T, O)
    delivered: Floats  # (T, D)
    covered: Floats  # (T, C)
    made: Floats  # by operations, whole run, (N,)
    used: Floats  # by operations, whole run, (N,)
    stock_days: Floats  # stock summed over days, (N,)
    transit_days: Floats  # goods on the way summed over days, (N,)
    lowest: Floats  # lowest stock, (N,)


class Scratch(NamedTuple):
    """Space for the figures of one day."""

    want: Floats  # (R,)
    pull: Floats  # change of today's use that operations ask for, (N,)
    claim: Floats  # inputs asked for and not yet taken, (N,)
    line_left: Floats  # (L,)
    line_base: Floats  # (L,)
    base: Floats  # planned flow that lanes let pass, (A,)
    lane_left: Floats  # (K,)
    lane_base: Floats  # (K,)
    lane_open: Floats  # (K,)
    offer_left: Floats  # (O,)
    spare: Floats  # what a node could send beyond plan, (N,)
    ran: Floats  # (R,)
    sent: Floats  # (A,)
    bought: Floats  # (O,)


class World(NamedTuple):
    """All that the kernel works on."""

    rules: Rules
    structure: Structure
    planned: Planned
    now: Conditions
    state: State
    draws: Draws
    booked: Booked
    scratch: Scratch


def empty_booked(structure: Structure, planned: Planned) -> Booked:
    """Return books without entries."""
    nodes = len(structure.source)
    by_period = [
        np.zeros(values.shape)
        for values in (planned.run, planned.flow, planned.purchase, planned.delivered)
    ]
    covered = np.zeros((len(planned.run), len(structure.cover_element)))
    by_node = [np.zeros(nodes) for _ in range(5)]
    return Booked(*by_period, covered, *by_node)


def empty_scratch(structure: Structure) -> Scratch:
    """Return working space."""
    operations, arcs, offers = len(structure.made_node), len(structure.tail), len(structure.offer_site)
    nodes, lines, lanes = len(structure.source), len(structure.line_site), len(structure.lane_origin)
    sizes = (operations, nodes, nodes, lines, lines, arcs, lanes, lanes, lanes, offers, nodes, operations, arcs, offers)
    return Scratch(*[np.zeros(n) for n in sizes])
