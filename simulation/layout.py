"""Records that the day kernel reads and writes, one array of records for each family of elements.

Quantities are product units a day unless said. ``possible`` is the part of the planned activity
that can happen until the next event, ``fitting`` what of it lines and lanes let pass today, ``reserve``
the weight of an activity that is not planned now and may step in, ``owed`` what an activity fell
short of and shall make good itself, ``booked`` the total since the period opened. Ranges such as
``first_leaving, end_leaving`` point into the lists of :class:`World`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Places = NDArray[np.uint32]  # never negative, so that compiled code need not ask
Flags = NDArray[np.bool_]
Records = NDArray[np.record]

OPERATION, ARC, OFFER = 0, 1, 2
EXPEDITE, SPOT_PURCHASE, SUBSTITUTE, CURTAIL_DEMAND, CURTAIL_PRODUCTION = range(5)


CACHE_LINE = 64  # bytes that a processor reads at once


def _record(
    places: str, numbers: str, flags: str = "", signed: str = "", whole_lines: bool = False
) -> np.dtype[np.void]:
    """Return a kind of record; those of families with many elements fill whole lines of the cache.

    Places and flags come first, then numbers as they are named: what is read together stands together.
    """
    kinds = ((places, np.uint32), (signed, np.int32), (flags, np.bool_), (numbers, np.float64))
    fields = np.dtype([(name, kind) for names, kind in kinds for name in names.split()], align=True)
    if whole_lines and fields.names is not None and fields.fields is not None:
        described = [fields.fields[name] for name in fields.names]
        fields = np.dtype(
            {
                "names": fields.names,
                "formats": [kind for kind, *_ in described],
                "offsets": [offset for _, offset, *_ in described],
                "itemsize": -(-fields.itemsize // CACHE_LINE) * CACHE_LINE,
            },
            align=True,
        )
    return np.dtype((np.record, fields))  # one element has attributes, in compiled and in plain code


NODE = _record(
    "first_maker end_maker first_leaving end_leaving first_arriving end_arriving first_seller end_seller "
    "first_customer end_customer "
    "end_making end_sending end_bringing "  # of the parts of makers, leaving and arriving that have work
    "policy",  # of a node that orders by one
    # deviation: planned less real stock position (stock + transit - what customers wait for)
    # made to transit_days: of the whole run
    "stock transit deviation made used stock_days transit_days "
    # corrections are split between the ways in; what is not live yet is missing from its way in
    "run_part flow_part purchase_part missing_run missing_flow missing_purchase "
    "lowest",  # stock in the dry run
    # source: a supplier's, who ships what he buys the same day; orders: by a policy; gated: vehicles queue
    "source orders gated",
    whole_lines=True,
)
OPERATION_RECORD = _record(
    "line first_entry end_entry",
    "possible fitting want owed use made_quantity planned done booked most_share reserve",
    "starved",  # an input ran short yesterday, or is scarce
    "made_node",  # -1: makes nothing
    whole_lines=True,
)
ENTRY = _record(
    "node", "planned quantity scarce_below"
)  # recipe, per unit: with planned savings, and as it is
ARC_RECORD = _record(
    "tail head lane first_gate end_gate",
    "possible fitting correction owed planned done booked mass reserve loaded "
    "unsent",  # on order and not sent yet
    # by_order: sends what its head orders, not what the plan says; waits: goods are loaded and leave later
    "by_order waits",
    whole_lines=True,
)
OFFER_RECORD = _record(
    "node site", "planned possible reserve capacity room left done booked unsent", "by_order"
)
POLICY = _record(
    "review window",  # days between two looks; days that recent use is the mean of, 0: none
    # reorder point, level to order up to, lot (0: none): product units, or days of recent use;
    # position after the last order; of the whole run: orders, what they came to, evenings without stock
    "point level lot position orders ordered empty",
    "daily",  # orders at each look, whatever the position
)
# room: not used since the period opened; load: of what is possible until the next event; most: of today
LINE = _record("site", "capacity room left load most")
LANE = _record(
    "origin first_arc end_arc",
    # payload of a vehicle that leaves when it is full, 0: anything leaves at once; slack: of the plan's trips
    "capacity room left passable load payload loaded slack booked "  # t; load: planned; booked, slack: trips
    "least_load longest_wait waited "  # share of the payload, days; waited: days, today's load: 1, none: 0
    "takes due",  # t that a departure takes, departures that are due
    signed="timetable",  # -1: leaves any day
)
HUB = _record("site first_member end_member", "capacity room left passable")
DEMAND = _record("node", "planned waiting served booked tolerance")  # tolerance: days a customer waits
TAKEBACK = _record("node demand", "planned share booked", signed="lag")  # lag: days since the delivery
DISPOSAL = _record("node limit", "planned part done booked")  # part: of the excess at its node, thrown away
LIMIT = _record("", "capacity room left")  # of disposals
SHORTAGE = _record(
    "node first_answer end_answer",
    # of a day; underway: what responses sent for and what has not arrived
    "use underway",
    signed="demand",  # -1: no customer here
)
ANSWER = _record(
    # source: the arc expedited, or the node of the substitute; short_days: of shortfall in a row so far
    "row kind source lead",
    "cover_days after_days most_share ratio short_days done booked",
)
GATE = _record(
    "site comes brings",  # comes, brings: rows of luck
    # t a vehicle, h a day; h open so far; of the period: vehicles, h, nights, t
    "payload hours clock arrived passed waited stayed misgraded",
    signed="first_entrance end_entrance first_stage end_stage first_vehicle end_vehicle queued",
)
STAGE = _record("lasts errs", "hours cv grade_error", signed="first_server servers")  # lasts, errs: of luck
ENTRANCE = _record("node", "mass outside vehicles load")  # outside: has found the waiting room full
VEHICLE = _record("entrance", "since load", signed="stage")  # since: on the gate's clock
COVER = _record("family element", "weight booked")  # weight: share of the activity that is covered now


class World(NamedTuple):
    """All that the kernel works on; H days, W weeks."""

    gain: float
    surge: float
    patience: float  # days
    free: bool  # stocks may go below zero: the dry run that finds the opening stock
    nodes: Records
    operations: Records
    entries: Records  # by operation
    arcs: Records
    offers: Records
    lines: Records
    lanes: Records
    hubs: Records  # of limited capacity
    demands: Records
    takebacks: Records
    disposals: Records
    limits: Records
    covers: Records
    policies: Records
    shortages: Records  # places where responses may act
    answers: Records  # by place, in the order of the chain
    truck_gates: Records
    stages: Records  # by gate
    entrances: Records  # by gate, what comes in there
    vehicles: Records  # at the gates, a waiting room each
    maker: Places  # operations by node of their main output
    leaving: Places  # arcs by tail
    arriving: Places  # arcs by head
    seller: Places  # offers by node
    customer: Places  # demands by node
    gate: Places  # hubs by arc that leaves them
    member: Places  # arcs by hub that they leave
    making: Places  # of makers, at the head of each node's part: those that are not idle
    sending: Places  # of leaving, likewise
    bringing: Places  # of arriving, likewise
    working: Places  # operations that are not idle
    working_order: Places  # likewise, upstream first
    covering: Places  # covers of interventions that work now
    how_many: Integers  # operations in working, covers in covering
    tail: Places  # nodes that arcs leave
    lane_origin: Places  # site where each lane begins
    by_trip: Places  # lanes paid by the trip
    run_order: Places  # operations, upstream first
    want_order: Places  # nodes with operations, downstream first
    send_order: Places  # nodes, heads of arcs before their tails
    coming: Floats  # ring of arrivals, (days ahead, nodes)
    demand: Floats  # to be delivered, (H, demands)
    lead: Integers  # days from dispatch to arrival, at least 1, (W, arcs)
    site_up: Floats  # share of the day, (H, sites)
    lane_up: Floats  # (H, lanes)
    line_up: Floats  # (H, lines)
    closes: Flags  # whether a day is the last of its period, (H,)
    free_at: Floats  # when each server of a stage is free, on the clock of its gate, (servers,)
    turns: Places  # of the vehicles at one gate
    luck: NDArray[np.uint64]  # started streams of the gates
    departures: Integers  # of trains and ships, (H, lanes with a timetable)
    answered: Floats  # ring of what responses sent for, (days ahead, shortages)
    level: Floats  # stock at the end of the day when all goes as planned, (H, shortages)
    history: Floats  # delivered beyond plan, of the demands that takebacks belong to, (H, takebacks)
    recent: Floats  # ring of daily use, (days back, policies)
    spare: Floats  # what could be sent beyond plan today, by node
    pull: Floats  # change of use that operations ask for today, by node
    claim: Floats  # inputs not taken yet today, by node
    capped: Flags  # lanes of limited capacity
    bounded: Flags  # lanes that do not let everything pass today
    idle_operations: Flags  # nothing planned, possible or owed since the last event, unless it stepped in
    idle_arcs: Flags  # likewise


RECORD_FAMILIES = (
    *("nodes", "operations", "entries", "arcs", "offers", "lines", "lanes", "hubs"),
    *("demands", "takebacks", "disposals", "limits", "covers", "policies", "shortages", "answers"),
    *("truck_gates", "stages", "entrances", "vehicles"),
)
IDLE = ("idle_operations", "idle_arcs")
WORK = ("making", "sending", "bringing", "working", "working_order", "covering", "how_many")
OF_DAY = ("spare", "pull", "claim", "capped", "bounded")


def records(kind: np.dtype[np.void], count: int) -> Records:
    """Return `count` records, all fields zero."""
    size = kind.itemsize * count
    room = np.zeros(size + CACHE_LINE, dtype=np.uint8)
    first = -room.ctypes.data % CACHE_LINE
    return room[first : first + size].view(kind)


def empty_world() -> World:
    """Return a world without anything in it."""
    kinds = {
        "nodes": NODE,
        "operations": OPERATION_RECORD,
        "entries": ENTRY,
        "arcs": ARC_RECORD,
        "offers": OFFER_RECORD,
        "lines": LINE,
        "lanes": LANE,
        "hubs": HUB,
        "demands": DEMAND,
        "takebacks": TAKEBACK,
        "disposals": DISPOSAL,
        "limits": LIMIT,
        "covers": COVER,
        "policies": POLICY,
        "shortages": SHORTAGE,
        "answers": ANSWER,
        "truck_gates": GATE,
        "stages": STAGE,
        "entrances": ENTRANCE,
        "vehicles": VEHICLE,
    }
    ways = ("maker", "leaving", "arriving", "seller", "customer", "gate", "member")
    lists = (*ways, "run_order", "want_order", "send_order", "turns", *WORK, "tail", "lane_origin", "by_trip")
    shares = ("demand", "site_up", "lane_up", "line_up", "history", "recent")
    fields: dict[str, Any] = {name: records(kind, 0) for name, kind in kinds.items()}
    fields |= {name: np.zeros(0, dtype=np.uint32) for name in lists}
    fields |= {name: np.zeros((0, 0)) for name in shares}
    fields |= {"gain": 0.0, "surge": 0.0, "patience": 1.0, "free": False}
    fields |= {name: np.zeros(0, dtype=bool) for name in ("closes", *IDLE, "capped", "bounded")}
    fields |= {name: np.zeros(0) for name in ("spare", "pull", "claim")}
    fields["how_many"] = np.zeros(2, dtype=np.int64)
    fields |= {"free_at": np.zeros(0), "luck": np.zeros((0, 5), dtype=np.uint64)}
    fields["departures"] = np.zeros((0, 0), dtype=np.int64)
    fields |= {"answered": np.zeros((1, 0)), "level": np.zeros((0, 0))}
    return World(coming=np.zeros((1, 0)), lead=np.zeros((0, 0), dtype=np.int64), **fields)


def fresh(world: World, **changes: object) -> World:
    """Return a copy with its own records and state, and with the fields in `changes` replaced."""
    own: dict[str, Any] = {name: _copied(getattr(world, name)) for name in RECORD_FAMILIES}
    own |= {name: getattr(world, name).copy() for name in (*IDLE, *WORK, *OF_DAY, "history", "answered")}
    return world._replace(**{**own, **changes})


def _copied(family: Records) -> Records:
    result = records(family.dtype, len(family))
    result.view(np.uint8)[:] = family.view(np.uint8)
    return result
