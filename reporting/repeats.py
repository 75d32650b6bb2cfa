"""What repeats over the pathways of a page is written once: positions, styles, hover texts, whole series.

Equal lists and objects are one node of a graph. A node that stands in several places and is long enough is
moved to a table, and ``{"$": place}`` stands for it.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

MARK = "$"
SHORTEST = 32  # signs of JSON below which a reference would save nothing


class Repeats:
    """The graph of all values of a page."""

    def __init__(self) -> None:
        self.places: dict[Hashable, int] = {}
        self.values: list[Any] = []  # by node: a plain value, or list or dict of nodes
        self.lengths: list[int] = []
        self.used: list[int] = []  # by how many others
        self.table: list[Any] = []
        self.moved: dict[int, int] = {}

    def add(self, value: Any) -> int:
        """Return the node of a JSON value; those that are equal share one."""
        if isinstance(value, dict):
            parts: Any = {name: self.add(part) for name, part in value.items()}
            key: Hashable = ("object", tuple(parts.items()))
            length = 2 + sum(len(name) + 4 + self.lengths[node] for name, node in parts.items())
        elif isinstance(value, list | tuple):
            parts = [self.add(part) for part in value]
            key = ("list", tuple(parts))
            length = 2 + sum(1 + self.lengths[node] for node in parts)
        else:
            parts, key = value, (type(value).__name__, value)
            length = len(str(value)) + 2 * isinstance(value, str)
        if key in self.places:
            return self.places[key]
        for node in parts.values() if isinstance(value, dict) else parts if isinstance(parts, list) else ():
            self.used[node] += 1
        self.values.append(parts)
        self.lengths.append(length)
        self.used.append(0)
        return self.places.setdefault(key, len(self.values) - 1)

    def written(self, node: int, root: bool = True) -> Any:
        """Return the value of a node with references in place of what repeats; the table grows by those."""
        whole = root or self.used[node] < 2 or self.lengths[node] < SHORTEST
        if whole or not isinstance(self.values[node], dict | list):
            return self._parts(node)
        if node not in self.moved:
            value = self._parts(node)  # what it refers to comes before it
            self.moved[node] = len(self.table)
            self.table.append(value)
        return {MARK: self.moved[node]}

    def _parts(self, node: int) -> Any:
        value = self.values[node]
        if isinstance(value, dict):
            return {name: self.written(part, root=False) for name, part in value.items()}
        return [self.written(part, root=False) for part in value] if isinstance(value, list) else value


def without_repeats(values: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return the table of what repeats in `values` and the values that refer to it.

    An entry of the table refers to earlier ones only.

    Raises
    ------
    ValueError
        When an object of `values` uses the name that marks a reference.
    """
    repeats = Repeats()
    nodes = {name: repeats.add(value) for name, value in values.items()}
    if any(isinstance(value, dict) and MARK in value for value in repeats.values):
        message = f"{MARK} marks a reference and cannot be a name"
        raise ValueError(message)
    return repeats.table, {name: repeats.written(node) for name, node in nodes.items()}


def with_repeats(table: list[Any], value: Any) -> Any:
    """Return a value with its references resolved, as the page's script does."""
    if isinstance(value, dict):
        if MARK in value:
            return with_repeats(table, table[value[MARK]])
        return {name: with_repeats(table, part) for name, part in value.items()}
    return [with_repeats(table, part) for part in value] if isinstance(value, list) else value
