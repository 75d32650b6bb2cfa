"""Mixed-integer programs that are activities between balances, some opened at a fixed cost."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from benchmarks.readers_mps import Mps
from benchmarks.tables import NotCoveredError, Problem, complete, places, stacked

DONE = "done"
SIGNS = {"E": "=", "L": "<=", "G": ">="}
AMPLE = 1e7  # capacity of an activity that no row bounds by itself; the plan is checked to stay below


@dataclass
class Activities:
    """What a program turns out to be: minimise cost of activities x >= 0 and of what opens them.

    Attributes
    ----------
    recipe : (activity, good, quantity), made (+) or used (-).
    need : by good, to be made beyond what is used.
    room : by resource, the most of it that activities use together.
    largest : by activity.
    opened : activity by the 0/1 columns that open it.
    """

    recipe: list[tuple[str, str, float]] = field(default_factory=list)
    need: dict[str, float] = field(default_factory=dict)
    room: dict[str, float] = field(default_factory=dict)
    largest: dict[str, float] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)
    offset: float = 0.0


def activities(model: Mps) -> Problem:
    """Return a program as processes at one site: a row is a good, a 0/1 column opens what it bounds.

    Recognised: equality rows are balances, rows ``<=`` without negative entries are resources, rows of one
    activity and one 0/1 column are ``x <= u y``. Raises NotCoveredError naming the first row or column that
    is none of these.
    """
    found = _recognised(model)
    names = list(found.largest)
    made = {activity for activity, _, quantity in found.recipe if quantity > 0}
    # A process makes something: what only uses goods makes a token, which is thrown away.
    tokens = [name for name in names if name not in made]
    switches = sorted(model.whole)
    return Problem(
        complete(
            sites=places(["works"], "plant"),
            products={"product": [*found.need, *found.room, *([DONE] if tokens else [])]},
            offers={
                "offer": list(found.room),
                "site": "works",
                "product": list(found.room),
                "price": 0.0,
                "capacity": list(found.room.values()),
                "footprint": 0.0,
            },
            processes={"process": names, "operating_cost": [model.cost.get(name, 0.0) for name in names]},
            recipes=pd.DataFrame(
                [*found.recipe, *((name, DONE, 1.0) for name in tokens)],
                columns=["process", "product", "quantity"],
            ),
            lines={"line": names, "site": "works", "capacity": [found.largest[name] for name in names]},
            line_processes={
                "line": names,
                "process": names,
                "locked": [name in found.opened for name in names],
            },
            demand={
                "site": "works",
                "product": list(found.need),
                "quantity": list(found.need.values()),
            },
            disposal={"site": ["works"] * bool(tokens), "product": [DONE] * bool(tokens)},
            interventions={
                "intervention": switches,
                "kind": "open",
                "capex": [model.cost.get(name, 0.0) for name in switches],
                "life_years": 1,
            },
            effects=stacked(
                pd.DataFrame(
                    [(switch, "unlocks_process", activity) for activity, switch in found.opened.items()],
                    columns=["intervention", "effect", "process"],
                )
            ),
        ),
        offset=found.offset,
        broken=_beyond_ample,
    )


def _beyond_ample(plan: xr.Dataset) -> str:
    return "an activity reaches the bound set for it here" if float(plan["run"].max()) > 0.99 * AMPLE else ""


def _recognised(model: Mps) -> Activities:
    found = Activities(offset=model.offset)
    if model.ranges:
        message = f"row {next(iter(model.ranges))} has two sides"
        raise NotCoveredError(message)
    shift = {}
    for column in model.entries:
        low, high = model.bounds[column]
        if column in model.whole:
            if (low, high) != (0.0, 1.0) or model.cost.get(column, 0.0) < 0:
                message = f"column {column} counts, from {low:g} to {high:g}, or pays for being opened"
                raise NotCoveredError(message)
            continue
        if not math.isfinite(low):
            message = f"column {column} may be negative without limit"
            raise NotCoveredError(message)
        shift[column] = low
        found.largest[column] = high - low
        found.offset += model.cost.get(column, 0.0) * low
    for row, sense in model.rows.items():
        entries = model.columns_of(row)
        right = model.right.get(row, 0.0) - sum(shift.get(c, 0.0) * v for c, v in entries.items())
        if set(entries) & model.whole:
            _opening(row, sense, entries, right, model, found, shift)
        else:
            _good(row, sense, entries, right, found)
    for name, most in found.largest.items():
        found.largest[name] = most if math.isfinite(most) else AMPLE
    return found


def _opening(
    row: str,
    sense: str,
    entries: dict[str, float],
    right: float,
    model: Mps,
    found: Activities,
    shift: dict[str, float],
) -> None:
    """Note a row ``x <= u y``, or say that it is none."""
    turn = -1.0 if sense == "G" else 1.0
    switches = [c for c in entries if c in model.whole]
    flows = [c for c in entries if c not in model.whole]
    fits = sense != "E" and right == 0 and len(switches) == 1 and len(flows) == 1
    if not fits or turn * entries[flows[0]] <= 0 or turn * entries[switches[0]] >= 0 or shift[flows[0]]:
        message = f"row {row} ties 0/1 columns otherwise than x <= u y: {_shown(entries, sense, right)}"
        raise NotCoveredError(message)
    flow, switch = flows[0], switches[0]
    if flow in found.opened:
        message = f"column {flow} is opened twice"
        raise NotCoveredError(message)
    found.opened[flow] = switch
    found.largest[flow] = min(found.largest[flow], -entries[switch] / entries[flow])


def _good(row: str, sense: str, entries: dict[str, float], right: float, found: Activities) -> None:
    """Note a balance or a resource, and the bounds that follow; or say that it is neither."""
    turn = -1.0 if (sense == "E" and right < 0) or sense == "G" else 1.0
    quantities, right = {c: turn * v for c, v in entries.items()}, turn * right
    only_positive = all(v > 0 for v in quantities.values())
    if only_positive:
        for column, value in quantities.items():
            found.largest[column] = min(found.largest[column], right / value)
    if sense == "E":
        found.need[row] = right
        found.recipe += [(column, row, value) for column, value in quantities.items()]
    elif only_positive and right >= 0:
        found.room[row] = right
        found.recipe += [(column, row, -value) for column, value in quantities.items()]
    else:
        message = f"row {row} is neither a balance nor a resource: {_shown(entries, sense, right)}"
        raise NotCoveredError(message)


def _shown(entries: dict[str, float], sense: str, right: float) -> str:
    """Return a row as people write it, cut after four entries."""
    parts = [f"{value:+g} {column}" for column, value in list(entries.items())[:4]]
    more = " ..." if len(entries) > 4 else ""
    return f"{' '.join(parts)}{more} {SIGNS[sense]} {np.round(right, 6):g}"
