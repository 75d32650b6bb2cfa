"""Reorder policies: who orders otherwise than the plan says, and the rules their table must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.element_filters import fewest_filters_first, fitting
from scenarios.empty_arrays import no_floats, no_integers, no_labels
from scenarios.errors import Problem
from scenarios.tables_policies import FOLLOW_PLAN

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Tables = Mapping[str, pd.DataFrame]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.object_]

FILTERS = ("site", "region", "role", "product")
LEVELS = ("reorder_point", "order_up_to", "order_quantity")
FIGURES = (*LEVELS, "review_days")
NEEDED: Mapping[str, tuple[str, ...]] = {
    FOLLOW_PLAN: (),
    "order_up_to": ("reorder_point", "order_up_to"),
    "fixed_quantity": ("reorder_point", "order_quantity"),
    "base_stock": ("order_up_to",),
    "periodic": ("order_up_to", "review_days"),
}
MAY_REVIEW = ("order_up_to", "fixed_quantity", "periodic")


@dataclass(frozen=True)
class ReorderPolicies:
    """Nodes that order by a policy, (P,).

    Attributes
    ----------
    node : position in the scenario.
    kind, measured_in : as the table names them.
    reorder_point, order_up_to, order_quantity : product units or days; nan where the kind has none.
    review_days : 1: every day.
    recent_days : that recent use is the mean of; 0 where it is not asked for.
    """

    node: Integers = field(default_factory=no_integers)
    kind: Labels = field(default_factory=no_labels)
    measured_in: Labels = field(default_factory=no_labels)
    reorder_point: Floats = field(default_factory=no_floats)
    order_up_to: Floats = field(default_factory=no_floats)
    order_quantity: Floats = field(default_factory=no_floats)
    review_days: Integers = field(default_factory=no_integers)
    recent_days: Integers = field(default_factory=no_integers)


def make_policies(frame: pd.DataFrame, scenario: Scenario) -> tuple[ReorderPolicies, list[Problem]]:
    """Return the policies of a checked table, and the rows that are about nothing that is ordered."""
    able, problems = ordering_nodes(scenario), []
    row_of = np.full(len(scenario.nodes.label), -1, dtype=np.int64)
    for number in fewest_filters_first(frame, FILTERS):  # what holds is written last
        row = frame.iloc[number]
        hit = np.intersect1d(fitting("node", row, scenario), able)
        if not len(hit):
            fix = "widen its filters: a site orders what comes by lane, or from an offer at its gate"
            problems.append(Problem("policies", "nothing of it is ordered", fix, row["row"], "policy"))
        row_of[hit] = number
    node = np.flatnonzero(row_of >= 0)
    node = node[frame["policy"].to_numpy(object)[row_of[node]] != FOLLOW_PLAN]
    rows = frame.iloc[row_of[node]]
    found = ReorderPolicies(
        node=node,
        kind=rows["policy"].to_numpy(object),
        measured_in=rows["measured_in"].to_numpy(object),
        review_days=rows["review_days"].fillna(1).to_numpy(float).astype(np.int64),
        recent_days=rows["recent_days"].fillna(0).to_numpy(float).astype(np.int64),
        **{name: rows[name].to_numpy(float) for name in LEVELS},
    )
    return found, problems


def ordering_nodes(scenario: Scenario) -> Integers:
    """Return the nodes that order: lanes lead there or an offer is used there, and nothing makes them.

    What suppliers ship they buy the same day and hold no stock of: they order nothing.
    """
    recipe = scenario.recipe
    kept = [recipe.node[recipe.quantity < 0], scenario.demands.node, scenario.stores.node]
    at_the_gate = np.intersect1d(scenario.offers.node, np.concatenate(kept))
    comes = np.union1d(scenario.arcs.head, at_the_gate)
    return np.setdiff1d(comes, _main_outputs(scenario)).astype(np.int64)


def _main_outputs(scenario: Scenario) -> Integers:
    """Return the nodes of what operations are run for, their largest output."""
    recipe = scenario.recipe
    most = np.zeros(len(scenario.operations.label))
    np.maximum.at(most, recipe.operation, recipe.quantity)
    main = (recipe.quantity > 0) & (recipe.quantity == most[recipe.operation])
    return np.unique(recipe.node[main])


# ---------------------------------------------------------------- rules


def policy_figures(tables: Tables) -> Iterator[Problem]:
    """Each policy has its own figures, and only those."""
    for _, row in tables["policies"].iterrows():
        kind = row["policy"]
        needed = NEEDED.get(kind, ())
        able = (*needed, *(("review_days",) if kind in MAY_REVIEW else ()))
        for name in needed:
            if pd.isna(row[name]):
                yield Problem("policies", f"{kind} needs it", "fill it in", row["row"], name)
        for name in FIGURES:
            if name not in able and not pd.isna(row[name]):
                fix = (
                    f"leave it blank, or fill in: {', '.join(dict.fromkeys(able))}"
                    if able
                    else "leave it blank"
                )
                yield Problem("policies", f"is no figure of {kind}", fix, row["row"], name, row[name])


def policy_levels(tables: Tables) -> Iterator[Problem]:
    """An order lifts the position above the point at which it was placed, and recent use says how recent."""
    for _, row in tables["policies"].iterrows():
        kind, recent = row["policy"], row["measured_in"] == "days_of_recent_use"
        if kind == "order_up_to" and row["order_up_to"] < row["reorder_point"]:
            fix = f"write at least the reorder point, {row['reorder_point']:g}"
            yield Problem(
                "policies", "lies below the reorder point", fix, row["row"], "order_up_to", row["order_up_to"]
            )
        if kind == "fixed_quantity" and row["order_quantity"] == 0:
            fix = "write how much a lot is"
            yield Problem("policies", "a lot of nothing", fix, row["row"], "order_quantity", 0)
        if recent and pd.isna(row["recent_days"]):
            fix = "fill in the days that the use of late is the mean of"
            yield Problem("policies", "days_of_recent_use needs it", fix, row["row"], "recent_days")
        elif not recent and not pd.isna(row["recent_days"]):
            fix = "leave it blank, or write measured_in=days_of_recent_use"
            yield Problem(
                "policies", "nothing is measured by it", fix, row["row"], "recent_days", row["recent_days"]
            )


POLICY_RULES = (policy_figures, policy_levels)
