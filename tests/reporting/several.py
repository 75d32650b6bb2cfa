"""Comparisons of made-up pathways, for the tests of their page."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import xarray as xr

from reporting.comparison import build_comparison
from reporting.payload import build_payload

Factory = Callable[..., xr.Dataset]
DIAGNOSIS = {"text": "The cap of 2030 is missed by 41 kt.\n  raise it by 41 kt", "fixes": []}


def pathway(
    plan: xr.Dataset, reference: xr.Dataset, key: str, outcome: xr.Dataset | None = None
) -> dict[str, Any]:
    """One part of a comparison, named `key`."""
    payload = build_payload(plan, reference, outcome)
    payload["pathway"]["title"] = key
    return {"key": key, "title": key, "folder": key, "payload": payload}


def four(make_plan: Factory, make_outcome: Factory) -> dict[str, Any]:
    """As is, with a cap, with a stricter cap, and one without plan; nobody has chosen."""
    reference = make_plan(last=1.06, cap=False, adopt=False, cost_factor=1.0)
    tried = make_plan()
    parts = [
        pathway(make_plan(last=1.02, cap=False, adopt=False, cost_factor=1.001), reference, "as is"),
        pathway(tried, reference, "capped", make_outcome(tried)),
        pathway(make_plan(last=0.3, cost_factor=1.2), reference, "deep cut"),
        {"key": "too much", "title": "too much", "folder": "too much", "infeasible": DIAGNOSIS},
    ]
    return build_comparison(parts)


def many(part: dict[str, Any], number: int) -> dict[str, Any]:
    """The same pathway several times, under names of its own and each a little larger."""
    parts = []
    for at in range(number):
        payload = copy.deepcopy(part["payload"])
        payload["pathway"]["title"] = f"Pathway {at}"
        for lane in payload["network"]["lanes"]:
            lane["last"] *= 1 + 0.01 * at
        parts.append({"key": f"p{at}", "title": f"Pathway {at}", "folder": f"p{at}", "payload": payload})
    return build_comparison(parts)


def large(make_plan: Factory) -> dict[str, Any]:
    """Six pathways of a case with 500 sites and 2,000 lanes."""
    sites = [(f"s{i}", f"Site number {i}", "plant", "own", 36 + i % 20 / 3, 108 + i / 40) for i in range(500)]
    arcs = [
        (f"s{i % 500}", f"s{(7 * i + 1 + i // 500) % 500}", "rail", "ore", 1e4 + i, 3e6 - 1e3 * i, 100.0 + i)
        for i in range(2000)
    ]
    plan = make_plan(sites=sites, arcs=arcs)
    return many(pathway(plan, plan, "x"), 6)
