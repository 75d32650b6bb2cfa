"""What a rule reads of its instance, noted while it works, so that it is asked again only when that changes.

A rule is a pure function of the instance: with every part it read unchanged it would return the same
again. So a changed price costs the objective, not all sixty rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

import numpy as np

from optimizer.models.instance import Instance

Names = frozenset[str]  # of parts read: "bounds.flow", "scenario.offers.price"


class _Noting:
    """Stands for a dataclass and notes which of its values are read; of methods, that all may be."""

    def __init__(self, read: Any, names: set[str], path: str = "") -> None:
        self._read, self._names, self._path = read, names, path

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._read, name)
        path = f"{self._path}.{name}" if self._path else name
        if is_dataclass(value):
            return _Noting(value, self._names, path)
        self._names.add(self._path if callable(value) else path)
        return value

    def __len__(self) -> int:
        self._names.add(self._path)
        return len(self._read)


def noting(instance: Instance) -> tuple[Instance, set[str]]:
    """Return a stand-in for `instance` and the set in which it notes what is read of it."""
    names: set[str] = set()
    return cast("Instance", _Noting(instance, names)), names


class Differences:
    """Which parts of an instance differ from a former one; each is compared at most once."""

    def __init__(self, former: Instance, new: Instance) -> None:
        self._former, self._new = former, new
        self._known: dict[str, bool] = {}

    def among(self, names: Names) -> bool:
        """Return whether any of the named parts differs."""
        return any(self._differs(name) for name in names)

    def _differs(self, name: str) -> bool:
        found = self._known.get(name)
        if found is None:
            one, other = self._former, self._new
            for step in name.split("."):
                one, other = getattr(one, step), getattr(other, step)
            found = self._known[name] = not same(one, other)
        return found


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, arrays and dataclasses element by element; False if unknown."""
    if one is other:
        return True
    if type(one) is not type(other) or callable(one):
        return False
    if isinstance(one, np.ndarray):
        alike = one.shape == other.shape and one.dtype == other.dtype
        return alike and bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    if is_dataclass(one):
        one, other = ([getattr(each, field.name) for field in fields(each)] for each in (one, other))
    elif isinstance(one, Mapping):
        one, other = ([*each.keys(), *each.values()] for each in (one, other))
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return (one == other) is True
