"""Rows of the uncertainty table, and which row holds for each element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.element_filters import fewest_filters_first, fitting
from scenarios.empty_arrays import no_labels
from scenarios.errors import Problem
from scenarios.tables_uncertainty import DRAWN_AGAIN, FACTORS, OUTAGES

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Tables = Mapping[str, pd.DataFrame]

FAMILY = {
    "yearly_demand": "demand",
    "daily_demand": "demand",
    "lead_time": "arc",
    "renewable_output": "supply",
    "input_need": "node",
    "purchase_price": "offer",
    "freight_price": "lane",
    "power_price": "supply",
    "intervention_effect": "intervention",
    "supplier_outage": "site",
    "site_outage": "site",
    "lane_outage": "lane",
    "line_breakdown": "line",
    "late_go_live": "intervention",
    "drop_out": "intervention",
}
FILTERS = {
    "demand": ("site", "region", "product"),
    "offer": ("offer", "site", "region", "role", "product"),
    "node": ("site", "region", "role", "product"),
    "arc": ("origin", "destination", "mode", "product", "region"),
    "supply": ("option", "site", "region"),
    "site": ("site", "region", "role"),
    "lane": ("origin", "destination", "mode", "region"),
    "line": ("line", "site", "region", "role"),
    "intervention": ("intervention", "site"),
}
ALL_FILTERS = tuple(dict.fromkeys(name for names in FILTERS.values() for name in names))
FIGURES_OF: Mapping[str, tuple[str, ...]] = {  # the first is needed
    "factor": ("cv", "persistence", "correlation", "group"),
    "effect": ("cv", "correlation", "group"),
    "outage": ("per_year", "mean_days"),
    "delay": ("mean_years",),
    "chance": ("probability",),
}
FIGURES = ("cv", "persistence", "correlation", "per_year", "mean_days", "mean_years", "probability")
SORTS = {  # of kinds, by the figures they have
    **dict.fromkeys(DRAWN_AGAIN, "factor"),
    **dict.fromkeys(OUTAGES, "outage"),
    "intervention_effect": "effect",
    "late_go_live": "delay",
    "drop_out": "chance",
}
BUYING = ("supplier", "collection")  # roles of sites whose outage is a supplier's
LARGEST_CV = {"uniform": 1 / np.sqrt(3), "triangular": 1 / np.sqrt(6)}  # mean one, not below zero


@dataclass(frozen=True)
class UncertaintyRows:
    """What the uncertainty table says otherwise than the general level.

    Attributes
    ----------
    row_of : by kind, for each element of the kind's family, the row that holds, -1: none, (n,).
    figures : by column, (rows,); nan: the general level.
    distribution, group : by row, (rows,).
    """

    row_of: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    figures: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    distribution: NDArray[np.object_] = field(default_factory=no_labels)
    group: NDArray[np.object_] = field(default_factory=no_labels)


def make_uncertainty(frame: pd.DataFrame, scenario: Scenario) -> tuple[UncertaintyRows, list[Problem]]:
    """Return the rows of a checked table, and those that are about nothing."""
    row_of: dict[str, NDArray[np.int64]] = {}
    problems = []
    for number in fewest_filters_first(frame, ALL_FILTERS):  # what holds is written last
        row = frame.iloc[number]
        family = FAMILY[row["kind"]]
        hit = fitting(family, row, scenario)
        if family == "site":
            buying = np.isin(scenario.sites.role[hit].astype(str), BUYING)
            hit = hit[buying == (row["kind"] == "supplier_outage")]
        if not len(hit):
            problems.append(
                Problem(
                    "uncertainty", "is about nothing", "widen its filters", row["row"], "kind", row["kind"]
                )
            )
        count = len(getattr(scenario, {"supply": "supplies"}.get(family, f"{family}s")).label)
        row_of.setdefault(row["kind"], np.full(count, -1, dtype=np.int64))[hit] = number
    figures = {name: frame[name].to_numpy(float) for name in FIGURES}
    words = (frame[name].to_numpy(object) for name in ("distribution", "group"))
    return UncertaintyRows(row_of, figures, *words), problems


# ---------------------------------------------------------------- rules


def uncertainty_filters(tables: Tables) -> Iterator[Problem]:
    """Filters are about what a kind is about."""
    for _, row in tables["uncertainty"].iterrows():
        able = FILTERS.get(FAMILY.get(row["kind"], ""), ())
        for name in ALL_FILTERS:
            if row[name] and name not in able:
                fix = f"leave it blank, or filter by: {', '.join(able)}"
                yield Problem(
                    "uncertainty", f"is no filter of {row['kind']}", fix, row["row"], name, row[name]
                )


def uncertainty_figures(tables: Tables) -> Iterator[Problem]:
    """Each kind has its own figures, and only those."""
    for _, row in tables["uncertainty"].iterrows():
        kind = row["kind"]
        if kind not in SORTS:  # said where choices are checked
            continue
        able = FIGURES_OF[SORTS[kind]]
        needed = able[0]
        if pd.isna(row[needed]):
            yield Problem("uncertainty", f"{kind} needs it", "fill it in", row["row"], needed)
        for name in (*FIGURES, "group"):
            if name not in able and row[name] != "" and not pd.isna(row[name]):
                fix = f"leave it blank, or fill in: {', '.join(able)}"
                yield Problem("uncertainty", f"is no figure of {kind}", fix, row["row"], name, row[name])
        if kind not in FACTORS and row["distribution"] != "lognormal":
            fix = "leave it blank: it is of what has a cv"
            yield Problem(
                "uncertainty", "is of factors only", fix, row["row"], "distribution", row["distribution"]
            )


def uncertainty_shapes(tables: Tables) -> Iterator[Problem]:
    """A factor does not fall below zero, and what is correlated says with whom."""
    for _, row in tables["uncertainty"].iterrows():
        most = LARGEST_CV.get(row["distribution"], np.inf)
        if row["cv"] > most:
            fix = f"write at most {np.floor(1000 * most) / 1000:g}, or a lognormal or gamma distribution"
            yield Problem("uncertainty", "lets the factor fall below zero", fix, row["row"], "cv", row["cv"])
        if row["correlation"] > 0 and not row["group"] and row["kind"] != "yearly_demand":
            fix = "name a group"
            yield Problem("uncertainty", "nothing says with whom", fix, row["row"], "group")


UNCERTAINTY_RULES = (uncertainty_filters, uncertainty_figures, uncertainty_shapes)
