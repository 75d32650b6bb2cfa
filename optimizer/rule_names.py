"""Rows and columns of the model by the names people use."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from optimizer.arrays import ArrayConstraint, ArrayVar
from optimizer.models.instance import Instance
from scenarios.plans import ACTIVITY_DIMS, coordinates


def meaning(rule: Callable[..., Any]) -> str:
    """Return the first sentence of a rule's docstring, as a phrase."""
    head = (inspect.getdoc(rule) or rule.__name__).splitlines()[0].rstrip(".")
    return head[0].lower() + head[1:]


def element_names(instance: Instance) -> dict[str, list[str]]:
    """Return the name of every element of each activity, and the years under ``start``."""
    coords = coordinates(instance.scenario, [cap.label for cap in instance.caps])
    found = {}
    for name, dim in ACTIVITY_DIMS.items():
        labels = coords.get(dim)
        if labels is not None:
            found[name] = [str(label) for label in (labels[1] if isinstance(labels, tuple) else labels)]
    return found | {"start": list(instance.scenario.periods.label)}


def first_entry(component: ArrayConstraint, row: int, names: dict[str, list[str]]) -> str:
    """Return the name of the first decision in a row, for rules that have no names of their own."""
    entries = component.matrix.indices[component.matrix.indptr[row] : component.matrix.indptr[row + 1]]
    if not len(entries):
        return f"row {row}"
    column = int(entries.min())
    which = int(np.searchsorted(component.offsets, column, side="right")) - 1
    return element_name(component.variables[which], column - int(component.offsets[which]), names)


def element_name(variable: ArrayVar, index: int, names: dict[str, list[str]]) -> str:
    """Return the name of one element of a variable, with its year."""
    labels, start = names.get(variable.local_name, []), names["start"]
    element, period = divmod(index, len(start))
    return f"{labels[element]} {start[period]}" if element < len(labels) else f"{variable.local_name} {index}"
