"""Scales that the same chart shares over several pathways: one unit and one axis, so that lengths compare.

A chart asks for its unit and its axis as it is drawn. While several pathways are drawn together, what each
asks for at the same place of the same chart is gathered first and given to all of them after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

Made = TypeVar("Made")
Item = TypeVar("Item")
UNIT, AXIS = "unit", "axis"


@dataclass
class Peers:
    """The extremes that all pathways asked for, by kind of scale and place in the drawing."""

    seen: dict[tuple[str, int], tuple[float, float]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def join(self, kind: str, values: Sequence[float | None]) -> list[float | None]:
        """Return `values` with the extremes of the others at this place."""
        place = kind, self.asked[kind]
        self.asked[kind] += 1
        known = [value for value in values if value is not None]
        if known:
            low, high = self.seen.get(place, (known[0], known[0]))
            self.seen[place] = min(low, *known), max(high, *known)
        return [*values, *self.seen.get(place, ())]


_peers: ContextVar[Peers | None] = ContextVar("peers", default=None)


def joined(kind: str, values: Iterable[float | None]) -> list[float | None]:
    """Return `values`, with those of other pathways where several are drawn on one scale.

    Parameters
    ----------
    kind : ``UNIT`` for amounts in base units that a unit is chosen for, ``AXIS`` for drawn values.
    """
    peers = _peers.get()
    return list(values) if peers is None else peers.join(kind, list(values))


def drawn_alike(drawer: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
    """Return what `drawer` makes of each item, all on the same units and axes.

    Units settle in a first round and axes, which depend on them, in a second; what asks for no scale is
    drawn once.
    """
    peers = Peers()
    for kept in ({UNIT}, {UNIT, AXIS}):
        made = [_drawn(drawer, item, peers) for item in items]
        if not peers.seen:
            return made
        peers.seen = {place: ends for place, ends in peers.seen.items() if place[0] in kept}
    return [_drawn(drawer, item, peers) for item in items]


def _drawn(drawer: Callable[[Item], Made], item: Item, peers: Peers) -> Made:
    """Draw one item, its places counted from the start."""
    peers.asked.clear()
    with _with(peers):
        return drawer(item)


@contextmanager
def _with(peers: Peers) -> Iterator[None]:
    """Gather and give scales inside the block."""
    token = _peers.set(peers)
    try:
        yield
    finally:
        _peers.reset(token)
