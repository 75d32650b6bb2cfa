"""Responses: what may be done about a shortfall in trials, where, and at which price and footprint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.element_filters import fitting
from scenarios.empty_arrays import no_floats, no_integers, no_labels
from scenarios.errors import Problem

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.object_]


@dataclass(frozen=True)
class Responses:
    """What may be done about shortfalls, rows (R,) in the order of the chain, and where each may, (M,).

    Attributes
    ----------
    after_days, cover_days, most_share, lead_days, ratio : as the table says, blanks filled in, (R,).
    price, premium, footprint, footprint_factor : nan where the row says none, (R,).
    label : of a response at a place, such as ``spot mill:ore``, (M,).
    row : the response, (M,).
    node : where the product lacks, (M,).
    arc, demand, instead : arc expedited, demand curtailed, node of the substitute, (M,); -1: none.
    """

    name: Labels = field(default_factory=no_labels)
    kind: Labels = field(default_factory=no_labels)
    after_days: Floats = field(default_factory=no_floats)
    cover_days: Floats = field(default_factory=no_floats)
    most_share: Floats = field(default_factory=no_floats)
    lead_days: Integers = field(default_factory=no_integers)
    ratio: Floats = field(default_factory=no_floats)
    price: Floats = field(default_factory=no_floats)
    premium: Floats = field(default_factory=no_floats)
    footprint: Floats = field(default_factory=no_floats)
    footprint_factor: Floats = field(default_factory=no_floats)
    label: Labels = field(default_factory=no_labels)
    row: Integers = field(default_factory=no_integers)
    node: Integers = field(default_factory=no_integers)
    arc: Integers = field(default_factory=no_integers)
    demand: Integers = field(default_factory=no_integers)
    instead: Integers = field(default_factory=no_integers)

    @property
    def by_lane(self) -> NDArray[np.bool_]:
        """Return which of them emit by their lane's factors, (M,)."""
        return (self.arc >= 0) & ~np.isfinite(self.footprint[self.row])

    def of(self, kind: str) -> Integers:
        """Return the positions of what responses of one kind may do."""
        return np.flatnonzero(self.kind[self.row] == kind)


def make_responses(frame: pd.DataFrame, scenario: Scenario) -> tuple[Responses, list[Problem]]:
    """Return the responses of a checked table, and the rows that can do nothing or lack a usual price."""
    frame = frame.sort_values("rank", kind="stable")
    problems: list[Problem] = []
    places: list[tuple[int, int, int, int, int]] = []
    priced = set(scenario.offers.product.tolist())
    for number, (_, row) in enumerate(frame.iterrows()):
        node = fitting("node", row, scenario)
        if row["kind"] == "spot_purchase" and pd.isna(row["price"]):
            if len(node) and row["product"] and not priced & set(scenario.nodes.product[node].tolist()):
                fix = "write a price: no offer of the product tells the usual one"
                problems.append(Problem("responses", "a share of nothing", fix, row["row"], "premium"))
                continue
            node = node[np.isin(scenario.nodes.product[node], scenario.offers.product)]
        found = _places(row, node, scenario)
        if not found:
            fix = "widen its filters, or remove the row"
            problems.append(
                Problem("responses", "can do nothing", fix, row["row"], "response", row["response"])
            )
        places += [(number, *place) for place in found]
    table = np.array(places, dtype=np.int64).reshape(-1, 5)
    return _responses(frame, table, scenario), problems


def _responses(frame: pd.DataFrame, table: Integers, scenario: Scenario) -> Responses:
    def filled(name: str, blank: float) -> Floats:
        values: Floats = frame[name].fillna(blank).to_numpy(float)
        return values

    names = frame["response"].to_numpy(object)
    row, node, arc, demand, instead = table.T
    where = [
        scenario.arcs.label[a] if a >= 0 else scenario.nodes.label[n] for n, a in zip(node, arc, strict=True)
    ]
    label = [f"{names[r]} {place}" for r, place in zip(row, where, strict=True)]
    return Responses(
        name=names,
        kind=frame["kind"].to_numpy(object),
        after_days=filled("after_days", 0.0),
        cover_days=filled("cover_days", 1.0),
        most_share=filled("most_share", 1.0),
        lead_days=filled("lead_days", 1.0).astype(np.int64),
        ratio=filled("ratio", 1.0),
        price=frame["price"].to_numpy(float),
        premium=frame["premium"].to_numpy(float),
        footprint=frame["footprint"].to_numpy(float),
        footprint_factor=frame["footprint_factor"].to_numpy(float),
        label=np.array(label, dtype=object),
        row=row,
        node=node,
        arc=arc,
        demand=demand,
        instead=instead,
    )


# ---------------------------------------------------------------- where a response may act

Place = tuple[int, int, int, int]  # node, arc, demand, node of the substitute


def _places(row: pd.Series, node: Integers, scenario: Scenario) -> list[Place]:
    """Return where a response may act, of the nodes that fit its filters."""
    s, kind = scenario, row["kind"]
    if kind == "expedite":
        return [(int(s.arcs.head[a]), int(a), -1, -1) for a in np.flatnonzero(np.isin(s.arcs.head, node))]
    if kind == "substitute":
        product = s.products.label.tolist().index(row["substitute"])
        at = {int(s.nodes.site[n]): int(n) for n in np.flatnonzero(s.nodes.product == product)}
        sites = {int(n): int(s.nodes.site[n]) for n in node}
        return [(n, -1, -1, at[site]) for n, site in sites.items() if site in at]
    if kind == "curtail_demand":
        demand = np.flatnonzero(np.isin(s.demands.node, node))
        return [(int(s.demands.node[d]), -1, int(d), -1) for d in demand]
    if kind == "curtail_production":
        node = node[np.isin(node, s.recipe.node[s.recipe.quantity > 0])]
    return [(int(n), -1, -1, -1) for n in node]


# ---------------------------------------------------------------- rules

Tables = Mapping[str, pd.DataFrame]
ONE_OF_PRICES = ("expedite", "spot_purchase")  # a price or a premium
FIGURES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ONE_OF_PRICES, ("cover_days", "price", "premium", "lead_days", "footprint", "footprint_factor")
    ),
    "substitute": ("cover_days", "price", "footprint", "substitute", "ratio"),
    **dict.fromkeys(("curtail_demand", "curtail_production"), ("price",)),
}
ALL_FIGURES = tuple(dict.fromkeys(name for names in FIGURES.values() for name in names))


def response_figures(tables: Tables) -> Iterator[Problem]:
    """Each response has its own figures, and only those."""
    for _, row in tables["responses"].iterrows():
        able = FIGURES.get(row["kind"], ALL_FIGURES)
        for name in ALL_FIGURES:
            if name not in able and row[name] != "" and not pd.isna(row[name]):
                fix = f"leave it blank, or fill in: {', '.join(able)}"
                yield Problem("responses", f"is no figure of {row['kind']}", fix, row["row"], name, row[name])


def response_prices(tables: Tables) -> Iterator[Problem]:
    """A response has one price and one footprint."""
    for _, row in tables["responses"].iterrows():
        kind, given = row["kind"], {name: not pd.isna(row[name]) for name in ALL_FIGURES}
        either = kind in ONE_OF_PRICES
        if either and not (given["price"] or given["premium"]):
            yield Problem("responses", f"{kind} needs it, or a premium", "fill it in", row["row"], "price")
        elif kind not in (*ONE_OF_PRICES, "substitute") and not given["price"]:
            fix = "fill in the compensation, 0 for none"
            yield Problem("responses", f"{kind} needs it", fix, row["row"], "price")
        for one, other in (("price", "premium"), ("footprint", "footprint_factor")):
            if either and given[one] and given[other]:
                fix = "keep one of them"
                yield Problem("responses", f"stands beside a {one}", fix, row["row"], other, row[other])


def response_substitutes(tables: Tables) -> Iterator[Problem]:
    """A substitute is another product, and stands for one that is named."""
    frame = tables["responses"]
    for _, row in frame[frame["kind"] == "substitute"].iterrows():
        for name in ("product", "substitute"):
            if not row[name]:
                yield Problem("responses", "substitute needs it", "name a product", row["row"], name)
        if row["product"] and row["product"] == row["substitute"]:
            fix = "name another product"
            yield Problem("responses", "replaces itself", fix, row["row"], "substitute", row["substitute"])
        if row["ratio"] == 0:
            fix = "write the units of it that one unit takes"
            yield Problem("responses", "replaces something by nothing", fix, row["row"], "ratio", 0)


RESPONSE_RULES = (response_figures, response_prices, response_substitutes)
