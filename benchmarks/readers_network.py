"""Readers of published network design files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.readers_location import Floats, Numbers

Arc = tuple[str, str, str]  # from, to, copy


@dataclass(frozen=True)
class Network:
    """Directed arcs with a fixed cost, and what is shipped over them.

    Attributes
    ----------
    tail, head : node names of each arc; several arcs may join the same two nodes.
    capacity : of each arc over all commodities; inf: unlimited.
    supply, demand : by commodity, quantity by node.
    """

    tail: tuple[str, ...]
    head: tuple[str, ...]
    cost: Floats
    capacity: Floats
    fixed: Floats
    supply: tuple[dict[str, float], ...]
    demand: tuple[dict[str, float], ...]


def read_dow(file: Path) -> Network:
    """Read a multicommodity network of the Canad sets; each commodity has one origin and one destination."""
    _, _, rest = file.read_text(encoding="latin-1").partition("\n")
    numbers = Numbers(rest)
    _, arcs, commodities = numbers.sizes(3)
    rows, goods = numbers.take(arcs, 7), numbers.take(commodities, 3)
    return Network(
        tail=tuple(f"n{int(v)}" for v in rows[:, 0]),
        head=tuple(f"n{int(v)}" for v in rows[:, 1]),
        cost=rows[:, 2],
        capacity=rows[:, 3],
        fixed=rows[:, 4],
        supply=tuple({f"n{int(o)}": float(q)} for o, _, q in goods),
        demand=tuple({f"n{int(d)}": float(q)} for _, d, q in goods),
    )


def read_fcnet(file: Path) -> Network:
    """Read a single-commodity network of FCNetLib: GAMS tables and the statements after them.

    Raises ValueError for a statement that is not among those the library uses.
    """
    text = "\n".join(
        line for line in file.read_text(encoding="latin-1").splitlines() if not line.startswith(("*", "$"))
    )
    tables: dict[str, dict[tuple[str, ...], float]] = {"fcost": {}, "vcost": {}, "demand": {}}
    for name, body in re.findall(r"Parameter\s+(\w+)\([^)]*\)\s*/(.*?)/\s*;", text, re.DOTALL):
        for line in body.splitlines():
            if cells := line.split():
                tables[name][tuple(cells[:-1])] = float(cells[-1])
    fixed, cost, demand = tables["fcost"], tables["vcost"], tables["demand"]
    free: set[tuple[str, ...]] = set()
    statements = re.sub(r"(Parameter|Set)\s+\w+(\([^)]*\))?\s*/.*?/\s*;", "", text, flags=re.DOTALL)
    for statement in (re.sub(r"\s+", "", part) for part in statements.split(";")):
        if factor := re.fullmatch(r"fcost\(m,n,s\)=([0-9.]+)\*fcost\(m,n,s\)", statement):
            fixed = {arc: float(factor[1]) * value for arc, value in fixed.items()}
        elif statement == "demand(n)=-demand(n)":
            demand = {node: -value for node, value in demand.items()}
        elif statement.startswith("loop((m,n,s)$(fcost(m,n,s)<0),fcost(m,n,s)=0"):
            free = {arc for arc, value in fixed.items() if value < 0}
        elif statement and not statement.startswith(KNOWN_STATEMENTS):
            message = f"{file.name}: unknown statement {statement!r}"
            raise ValueError(message)
    arcs = list(dict.fromkeys([*fixed, *cost]))
    total = -sum(value for value in demand.values() if value < 0)
    return Network(
        tail=tuple(arc[0] for arc in arcs),
        head=tuple(arc[1] for arc in arcs),
        cost=np.array([0.0 if arc in free else cost.get(arc, 0.0) for arc in arcs]),
        capacity=np.full(len(arcs), total),
        fixed=np.array([0.0 if arc in free else fixed.get(arc, 0.0) for arc in arcs]),
        supply=({node[0]: -value for node, value in demand.items() if value < 0},),
        demand=({node[0]: value for node, value in demand.items() if value > 0},),
    )


KNOWN_STATEMENTS = (
    "yupp('n1','n1','a1')=0",  # a bound on an arc that no table has
    "u=-sum(n$(demand(n)<0),demand(n))",
    "xupp(m,n,s)$",
    "vcost(m,n,s)=0",
    ")",  # the end of a loop
)
