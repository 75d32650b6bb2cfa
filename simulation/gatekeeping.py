"""Gates in trials: which there are, who serves at them, and the books that they keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.scenario import Scenario
from simulation.intervals import Variables, told, with_ends
from simulation.layout import ENTRANCE, GATE, STAGE, VEHICLE, Flags, Floats, Integers, World, records
from simulation.raw_streams import Words
from simulation.selection import Used
from simulation.statistics import mean_interval
from simulation.streams import Streams
from simulation.wiring import places_of

if TYPE_CHECKING:
    from simulation.accounting import Account
    from simulation.network import Network

BOOKS = ("arrived", "passed", "waited", "stayed", "misgraded")  # by gate since the period opened
GATE_ACTIVITIES = ("gate_waiting", "misgraded")  # of sites
WAITING_ROOM = 4096  # vehicles at one gate; who finds it full comes again next morning


@dataclass(frozen=True)
class Staff:
    """Who serves at the gates that a plan uses: the world's records and the rows that change them.

    Attributes
    ----------
    gate : position in the scenario of each used gate, (g,).
    names : of the streams of the gates' stages, `count` each, in the order of the stages.
    row_stage, row : stage that a row of the scenario's table is about, and the row, base rows first.
    """

    gate: Integers
    gates: Any
    stages: Any
    entrances: Any
    servers: int
    stage_names: tuple[str, ...]
    gate_names: tuple[str, ...]
    row_stage: Integers
    row: Integers


def gate_staff(scenario: Scenario, used: Used) -> Staff:
    """Return the gates that something planned passes, sorted by site."""
    found, sites = scenario.gates, scenario.sites.label
    arriving = np.unique(scenario.arcs.head[used.arc])
    nodes = [members[np.isin(members, arriving)] for members in found.nodes]
    order = sorted(
        (g for g in range(len(found.site)) if len(nodes[g])), key=lambda g: str(sites[found.site[g]])
    )
    gates = records(GATE, len(order))
    stages: list[int] = []
    entrances: list[int] = []
    row_stage: list[int] = []
    rows: list[int] = []
    stage_names: list[str] = []
    servers = 0
    for place, g in enumerate(order):
        gate = gates[place]
        gate["site"] = places_of(found.site[[g]], used.site)[0]
        gate["payload"], gate["hours"] = found.payload[g], found.hours[g]
        gate["first_entrance"], gate["first_stage"] = len(entrances), len(stages)
        entrances += nodes[g].tolist()
        for kind in np.unique(found.stage[found.gate == g]).tolist():
            own = np.flatnonzero((found.gate == g) & (found.stage == kind))
            row_stage += [len(stages)] * len(own)
            rows += own.tolist()
            stages.append(servers)
            stage_names.append(f"gate {sites[found.site[g]]} {kind}")
            servers += int(found.servers[own].max())
        gate["end_entrance"], gate["end_stage"] = len(entrances), len(stages)
        gate["first_vehicle"], gate["end_vehicle"] = place * WAITING_ROOM, (place + 1) * WAITING_ROOM
    count = len(order)
    gates["comes"], gates["brings"] = np.arange(count), count + np.arange(count)
    served = records(STAGE, len(stages))
    served["first_server"] = stages
    served["lasts"] = 2 * count + np.arange(len(stages))
    served["errs"] = 2 * count + len(stages) + np.arange(len(stages))
    doors = records(ENTRANCE, len(entrances))
    doors["node"] = places_of(np.array(entrances, dtype=np.int64), used.node)
    product = scenario.nodes.product[np.array(entrances, dtype=np.int64)]
    doors["mass"] = np.maximum(scenario.products.tonnes_per_unit[product], 1e-12)
    return Staff(
        gate=np.array(order, dtype=np.int64),
        gates=gates,
        stages=served,
        entrances=doors,
        servers=servers,
        stage_names=tuple(stage_names),
        gate_names=tuple(f"gate {sites[found.site[g]]}" for g in order),
        row_stage=np.array(row_stage, dtype=np.int64),
        row=np.array(rows, dtype=np.int64),
    )


def open_gates(world: World, network: Network, factor: float, streams: Streams) -> World:
    """Return the world with its gates, whose service takes `factor` times as long; none at zero."""
    staff = network.staff
    if factor == 0 or not len(staff.gate):
        return world
    world.nodes["gated"][staff.entrances["node"]] = True
    return world._replace(
        truck_gates=staff.gates.copy(),
        stages=staff.stages.copy(),
        entrances=staff.entrances.copy(),
        vehicles=records(VEHICLE, len(staff.gate) * WAITING_ROOM),
        free_at=np.zeros(staff.servers),
        turns=np.zeros(WAITING_ROOM, dtype=np.uint32),
        luck=_luck(staff, streams),
    )


def _luck(staff: Staff, streams: Streams) -> Words:
    """Return the streams of arrivals, loads, services and grading, one after the other."""
    own = ((staff.gate_names, "arrivals"), (staff.gate_names, "loads"))
    of_stages = ((staff.stage_names, "service"), (staff.stage_names, "grade"))
    with np.errstate(over="ignore"):  # started in plain Python, the words wrap around
        return np.vstack([streams.started(names, purpose) for names, purpose in (*own, *of_stages)])


def man_gates(world: World, network: Network, live: Flags, factor: float) -> None:
    """Write servers and service times of the gates while the interventions `live`, (I,), work."""
    if not len(world.truck_gates):
        return
    staff, found = network.staff, network.scenario.gates
    for stage, row in zip(staff.row_stage.tolist(), staff.row.tolist(), strict=True):
        by = int(found.intervention[row])
        if by < 0 or live[by]:
            world.stages[stage]["servers"] = found.servers[row]
            world.stages[stage]["hours"] = factor * found.service_hours[row]
            world.stages[stage]["cv"] = found.cv[row]
            world.stages[stage]["grade_error"] = found.grade_error[row]


def close_gate_books(world: World, network: Network) -> dict[str, Floats]:
    """Return what the gates booked since the period opened, (G,) over all gates, and start anew."""
    books = {name: np.zeros(len(network.scenario.gates.site)) for name in BOOKS}
    for name, values in books.items():
        if len(world.truck_gates):
            values[network.staff.gate] = world.truck_gates[name]
            world.truck_gates[name] = 0.0
    return books


def gate_activities(scenario: Scenario, books: Sequence[dict[str, Floats]]) -> dict[str, Floats]:
    """Return hours waited and t graded wrongly, a year, (T, S) over all sites; none without gates."""
    gates, years = scenario.gates, scenario.periods.years[:, None]
    if not len(gates.site):
        return {}
    found = {}
    for name, activity in zip(("waited", "misgraded"), GATE_ACTIVITIES, strict=True):
        whole = np.zeros((len(years), len(scenario.sites.label)))
        for t, book in enumerate(books):
            whole[t, gates.site] = book[name]
        found[activity] = whole / years
    return found


def of_periods(scenario: Scenario, books: Sequence[dict[str, Floats]]) -> dict[str, Floats] | None:
    """Return what each gate booked in each period, (G, T) by figure; none: the scenario has no gates."""
    if not len(scenario.gates.site) or not books:
        return None
    return {name: np.array([book[name] for book in books]).T for name in BOOKS}


def gates_of(
    accounts: Sequence[Account], scenario: Scenario, confidence: float, pairs: bool = False
) -> Variables:
    """Return what trials show of the gates, over ``gate_site`` and periods; nothing without gates.

    Returns
    -------
    ``gate_vehicles`` (trial, gate_site, period), vehicles a year; ``gate_wait_minutes``, their mean wait in
    opening hours, with Student's interval (``_low``, ``_high``); ``gate_overnight``, nights spent at the gate
    per vehicle; ``gate_misgraded``, t a year graded wrongly, both means over trials.
    """
    found = [account.gates for account in accounts if account.gates is not None]
    if not found or not len(scenario.gates.site):
        return {}
    years = scenario.periods.years
    books = {name: np.array([book[name] for book in found]) for name in BOOKS}  # (trials, G, T)
    vehicles = np.maximum(books["arrived"], 1.0)
    wait = 60.0 * books["waited"] / vehicles
    mean, low, high = mean_interval(wait, confidence, pairs)
    by_gate = ("gate_site", "period")
    of_trial = {"units": "1/year", "long_name": "vehicles that came to the gate"}

    labels = scenario.sites.label[scenario.gates.site].astype(str)
    return {
        "gate_site": (("gate_site",), labels, {"long_name": "site with a gate"}),
        "gate_vehicles": (("trial", *by_gate), books["arrived"] / years, of_trial),
        **with_ends(
            "gate_wait_minutes",
            by_gate,
            (mean, np.maximum(low, 0.0), high),
            "min",
            "mean wait of a vehicle in opening hours",
        ),
        "gate_overnight": (
            by_gate,
            (books["stayed"] / vehicles).mean(axis=0),
            told("1", "nights at the gate per vehicle"),
        ),
        "gate_misgraded": (
            by_gate,
            (books["misgraded"] / years).mean(axis=0),
            told("t/year", "goods graded wrongly"),
        ),
    }
