"""Which elements of a family fit the filters of a table's row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Integers = NDArray[np.int64]
Labels = NDArray[np.object_]


def fitting(family: str, row: pd.Series, scenario: Scenario) -> Integers:
    """Return the positions in `family` of what fits all filled filters of a row.

    A region is that of the element's site, or of either end of a lane or an arc.
    """
    columns = _columns(family, scenario)
    fits = np.ones(len(next(iter(columns.values()))), dtype=bool)
    for name, labels in columns.items():
        if row[name]:
            fits &= labels == row[name]
    if family in ("lane", "arc") and row["region"]:
        region, ways = scenario.sites.region, getattr(scenario, f"{family}s")
        fits &= (region[ways.origin] == row["region"]) | (region[ways.destination] == row["region"])
    return np.flatnonzero(fits)


def fewest_filters_first(frame: pd.DataFrame, filters: Sequence[str]) -> list[int]:
    """Return the rows of a table by number, those with most filters filled last.

    Of rows about the same element the one with most filters holds; of equals the last.
    """
    filled = (frame[list(filters)] != "").sum(axis=1).to_numpy(int)
    order: list[int] = np.argsort(filled, kind="stable").tolist()
    return order


def _columns(family: str, scenario: Scenario) -> Mapping[str, Labels]:
    """Return what each filter is compared with, by element of the family."""
    sites, products = scenario.sites, scenario.products.label
    if family in ("lane", "arc"):
        ways = getattr(scenario, f"{family}s")
        return {
            "origin": sites.label[ways.origin],
            "destination": sites.label[ways.destination],
            "mode": _taken(scenario.modes, ways.mode),
            **({"product": products[ways.product]} if family == "arc" else {}),
        }
    if family == "intervention":
        interventions = scenario.interventions
        place = np.where(interventions.site >= 0, sites.label[interventions.site], "")
        return {"intervention": interventions.label, "site": place}
    members = getattr(scenario, {"supply": "supplies"}.get(family, f"{family}s"))
    of = np.arange(len(sites.label)) if family == "site" else members.site
    columns = {"site": sites.label[of], "region": sites.region[of], "role": sites.role[of]}
    if family in ("line", "offer"):
        columns[family] = members.label
    if family in ("demand", "offer", "node"):
        columns["product"] = products[members.product]
    if family == "supply":
        columns["option"] = members.option
    return columns


def _taken(labels: Labels, positions: Integers) -> Labels:
    return labels[positions] if len(positions) else np.zeros(0, dtype=object)
