"""Which published family is read by what and becomes which scenario; which is not covered, and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    adapters_activities,
    adapters_location,
    adapters_lots,
    adapters_network,
    adapters_periods,
    adapters_stochastic,
    adapters_textbook,
    readers_location,
    readers_mps,
    readers_network,
    readers_periods,
    readers_stochastic,
)
from benchmarks.tables import NotCoveredError, Problem

UNCOVERED = "not covered"

READERS: dict[str, Callable[..., Any]] = {
    "orlib_cap": readers_location.read_orlib_cap,
    "holmberg": readers_location.read_holmberg,
    "yang": readers_location.read_holmberg,
    "diaz": readers_location.read_diaz,
    "tbed1": readers_location.read_tbed1,
    "ufllib": readers_location.read_ufllib,
    "pmedcap": readers_location.read_pmedcap,
    "pmed": readers_location.read_pmed,
    "tscflp": readers_location.read_tscflp,
    "dow": readers_network.read_dow,
    "fcnet": readers_network.read_fcnet,
    "mps": readers_mps.read_mps,
    "clsp": readers_periods.read_clsp,
    "folder": readers_stochastic.read_server_location,
    "json": lambda file: json.loads(file.read_text(encoding="utf-8")),
}

TEXTBOOK: dict[str, Callable[[Any], Problem]] = {
    "mexss": adapters_textbook.mexss,
    "transshipment_open": adapters_textbook.transshipment,
    "multmip": adapters_textbook.multmip,
    "mode_choice": adapters_textbook.mode_choice,
    "discount_purchase": adapters_textbook.discount_purchase,
    "farmer": adapters_textbook.farmer,
    "factory_planning": adapters_periods.factory_planning,
    "food": adapters_periods.food_manufacture,
    "coco": adapters_periods.coco,
}


def program(model: readers_mps.Mps) -> Problem:
    """Return a mixed-integer program as scenario tables, by the first structure that it has.

    Raises NotCoveredError saying what of it fits no structure.
    """
    try:
        return adapters_network.transportation(model)
    except NotCoveredError:
        return adapters_activities.activities(model)


def textbook(book: dict[str, Any]) -> Problem:
    """Return a textbook model as scenario tables; raises NotCoveredError for an unknown type."""
    if book["type"] not in TEXTBOOK:
        message = f"no adapter for textbook models of type {book['type']!r}"
        raise NotCoveredError(message)
    return TEXTBOOK[book["type"]](book)


ADAPTERS: dict[str, Callable[[Any], Problem]] = {
    "cflp": lambda instance: adapters_location.location(instance, capacitated=True, single_source=False),
    "uflp": lambda instance: adapters_location.location(instance, capacitated=False, single_source=False),
    "sscflp": lambda instance: adapters_location.location(instance, capacitated=True, single_source=True),
    "pmedian": adapters_location.median,
    "tscflp": adapters_location.two_stage,
    "mcnd": adapters_network.network,
    "fcnet": adapters_network.network,
    "mps": program,
    "clsp": adapters_lots.lot_sizing,
    "sslp": adapters_stochastic.server_location,
    "textbook": textbook,
}


def problem_of(case: dict[str, Any], folder: Path) -> Problem:
    """Return an entry of cases.json as scenario tables; raises NotCoveredError with the reason."""
    model, reader = case["model"], case["reader"]
    if model not in ADAPTERS or reader not in READERS:
        message = f"no adapter for model {model!r} in format {reader!r}"
        raise NotCoveredError(message)
    return ADAPTERS[model](READERS[reader](folder / case["file"], **case.get("reader_args", {})))
