"""Second opinion on lanes, hubs, stocks, returns, disposal and ceilings, without the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from scenarios.scenario import Floats, Scenario

Finding = tuple[str, Floats, Floats]


def put_into_nodes(s: Scenario, x: Mapping[str, Floats]) -> Floats:
    """Return what stocks, returns and disposal add to each node, unit a year, (N, T)."""
    came = np.zeros((len(s.nodes.label), len(s.periods)))
    before = np.hstack([s.stores.opening[:, None], x["stock"][:, :-1]])
    np.add.at(came, s.stores.node, (before - x["stock"]) / s.periods.years)
    np.add.at(came, s.returns.node, x["returned"])
    np.subtract.at(came, s.disposals.node, x["discard"])
    return came


def flow_findings(s: Scenario, x: Mapping[str, Floats]) -> Iterator[Finding]:
    """Yield what breaks a rule of this module, with how much and the size of what is compared."""
    yield from _lanes(s, x)
    leaving = np.zeros_like(s.hubs.capacity)
    np.add.at(leaving, s.hubs.leaving_hub, x["flow"][s.hubs.leaving_arc])
    yield "hub capacity", np.maximum(leaving - s.hubs.capacity, 0), leaving
    yield "store capacity", np.maximum(x["stock"] - s.stores.capacity[:, None], 0), x["stock"]
    before = s.returns.delivered_before(x["delivered"])
    stream = s.returns.stream[:, None]
    least = s.returns.minimum_share[:, None] * before + stream
    most = s.returns.share[:, None] * before + stream
    yield "returns at least", np.maximum(least - x["returned"], 0), x["delivered"]
    yield "returns at most", np.maximum(x["returned"] - most, 0), x["delivered"]
    for q, label in enumerate(s.disposals.limit_label):
        total = x["discard"][s.disposals.limit_of == q].sum(axis=0)
        yield f"disposal of {label}", np.maximum(total - s.disposals.limit[q], 0), x["flow"]
    for c, label in enumerate(s.ceilings.label):
        mine = s.ceilings.entry_ceiling == c
        run = x["run"][s.ceilings.entry_operation[mine]]
        made = (s.ceilings.entry_quantity[mine, None] * run).sum(axis=0)
        yield f"ceiling {label}", np.maximum(made - s.ceilings.maximum[c], 0), s.ceilings.maximum[c]
    for name in ("stock", "returned", "discard", "trips"):
        yield f"{name} is not negative", np.maximum(-x[name], 0), x[name]


def _lanes(s: Scenario, x: Mapping[str, Floats]) -> Iterator[Finding]:
    tonnes = np.zeros((len(s.lanes.label), len(s.periods)))
    np.add.at(tonnes, s.arcs.lane, x["flow"] * s.arcs.tonnes_per_unit[:, None])
    moved = np.zeros_like(tonnes)
    np.add.at(moved, s.arcs.lane, x["flow"])
    opened, by_trip, use = s.lanes.opened, s.lanes.by_trip, x["use_lane"]
    yield "use of a lane is whole", np.minimum(np.abs(use), np.abs(use - 1)), np.ones(1)
    yield "lane used unopened", moved[opened] * (use < 0.5), moved
    least = s.lanes.minimum[opened][:, None] * use
    yield "lane minimum", np.maximum(least - tonnes[opened], 0), tonnes
    trips, payload = x["trips"], s.lanes.payload[by_trip][:, None]
    yield "trips are whole", np.abs(trips - np.round(trips)), np.ones(1)
    carried = tonnes[by_trip] * s.periods.years
    yield "enough trips", np.maximum(carried - payload * trips, 0), carried
