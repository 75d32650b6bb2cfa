"""Border adjustments: what is paid for the emissions of goods that lanes bring across a border.

What is declared for an exporting site is a part of what its processes do: a chain of custody from the
exported good back through what the site makes itself. What it does not make itself, or what no process is
declared for, counts at the default value with its mark-up. Source: CBAM, Regulation (EU) 2023/956: payable is
max(embedded - benchmark x (1 - factor), 0) less the carbon price paid where the goods were made; goods
inside a site may be declared by production route.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.carbon_markets import make_markets, market_price
from scenarios.empty_arrays import no_floats, no_integers, no_labels
from scenarios.errors import ConfigError
from scenarios.values_by_period import by_period

if TYPE_CHECKING:
    from scenarios.carbon_markets import CarbonMarkets
    from scenarios.scenario import Scenario
    from scenarios.settings import CarbonSettings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.object_]
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Borders:
    """Border adjustments that hold.

    Attributes
    ----------
    label, price : border, (B,), and its price, currency per t, (B, T).
    site_label, site_border, site : an exporting site at a border, (D,): it pays together for all its goods.
    good_label, good_site, good_node : a listed good at an exporting site, (G,): its place among those sites
        and its node.
    default, free : default value with mark-up, and what is free of a unit exported, t, (G, T).
    exported_good, exported_arc : arcs across the border, (X,).
    declared_label, declared_site, declared_operation : an operation whose doings may be declared, (C,).
    declared_emitted : t payable per unit of activity declared, carbon price paid at home deducted, (C, T).
    entry_declared, entry_good, entry_quantity : listed goods an operation makes (+) or uses (-), (E,).
    cut_label, cut_declared, cut_cover, cut_emitted : what an intervention takes from that, (V,) and (V, T).
    """

    label: Labels = field(default_factory=no_labels)
    price: Floats = field(default_factory=no_floats)
    site_label: Labels = field(default_factory=no_labels)
    site_border: Integers = field(default_factory=no_integers)
    site: Integers = field(default_factory=no_integers)
    good_label: Labels = field(default_factory=no_labels)
    good_site: Integers = field(default_factory=no_integers)
    good_node: Integers = field(default_factory=no_integers)
    default: Floats = field(default_factory=no_floats)
    free: Floats = field(default_factory=no_floats)
    exported_good: Integers = field(default_factory=no_integers)
    exported_arc: Integers = field(default_factory=no_integers)
    declared_label: Labels = field(default_factory=no_labels)
    declared_site: Integers = field(default_factory=no_integers)
    declared_operation: Integers = field(default_factory=no_integers)
    declared_emitted: Floats = field(default_factory=no_floats)
    entry_declared: Integers = field(default_factory=no_integers)
    entry_good: Integers = field(default_factory=no_integers)
    entry_quantity: Floats = field(default_factory=no_floats)
    cut_label: Labels = field(default_factory=no_labels)
    cut_declared: Integers = field(default_factory=no_integers)
    cut_cover: Integers = field(default_factory=no_integers)
    cut_emitted: Floats = field(default_factory=no_floats)

    def exported(self, flow: Floats) -> Floats:
        """Return units a year of each good across the border, (G, T), of flows (A, T)."""
        total = np.zeros((len(self.good_label), flow.shape[-1]))
        np.add.at(total, self.exported_good, flow[self.exported_arc])
        return total

    def due(self, activities: Mapping[str, Floats]) -> Floats:
        """Return t a year that exporting sites pay for, (D, T), of what is exported and declared."""
        total = np.zeros((len(self.site_label), self.price.shape[-1]))
        np.add.at(total, self.declared_site, self.declared_emitted * activities["declared"])
        np.subtract.at(
            total, self.declared_site[self.cut_declared], self.cut_emitted * activities["declared_cut"]
        )
        np.add.at(total, self.good_site, self.default * activities["at_default"])
        np.subtract.at(total, self.good_site, self.free * self.exported(activities["flow"]))
        return np.maximum(total, 0.0)

    def due_as_declared(self, flow: Floats, planned_flow: Floats, planned_due: Floats) -> Floats:
        """Return t a year to pay for, (D, T), when exports turn out otherwise: at the intensity of the plan.

        Several goods of a site are weighed by their default values. What a site exports in a period in
        which the plan exports nothing counts at default values.
        """
        shipped, planned = (np.zeros_like(planned_due) for _ in range(2))
        by_default = np.zeros_like(planned_due)
        there, weight = self.exported(flow), np.where(self.default > 0, self.default, 1.0)
        np.add.at(shipped, self.good_site, weight * there)
        np.add.at(planned, self.good_site, weight * self.exported(planned_flow))
        np.add.at(by_default, self.good_site, np.maximum(self.default - self.free, 0.0) * there)
        share = np.divide(shipped, planned, out=np.zeros_like(planned), where=planned > 0)
        return np.where(planned > 0, planned_due * share, by_default)


def make_borders(tables: Tables, scenario: Scenario) -> Borders:
    """Return the border adjustments that the pathway names, with the goods and lanes they are about.

    Raises ConfigError for names that are not in table `border_adjustments`.
    """
    frame, periods = tables["border_adjustments"], scenario.periods
    known = list(frame["border"].drop_duplicates())
    for name in scenario.carbon.borders:
        if name not in known:
            there = ", ".join(sorted(known)) or "none in this scenario"
            message = (
                f"carbon.borders names {name!r}, which is not in table border_adjustments; borders: {there}"
            )
            raise ConfigError(message)
    if not scenario.carbon.borders:
        return Borders()
    heads = frame.drop_duplicates("border").reset_index(drop=True)
    factor = by_period(frame, ["border"], "factor", periods, 0.0)
    goods, key = tables["border_goods"], ["border", "product"]
    listed = _Listed(
        goods.drop_duplicates(key).reset_index(drop=True),
        by_period(goods, key, "default_value", periods, 0.0)
        * (1 + by_period(goods, key, "markup", periods, 0.0)),
        by_period(goods, key, "benchmark", periods, 0.0),
    )
    gathered = _Gathered(scenario)
    for b, row in heads.iterrows():
        if row["border"] in scenario.carbon.borders:
            price = market_price(tables, scenario.carbon, row["market"], periods)
            gathered.add(row["border"], row["regions"], price, factor[int(str(b))], listed)
    return gathered.borders()


@dataclass(frozen=True)
class _Listed:
    """Rows of `border_goods` with their default values, mark-up included, and benchmarks, (K, T)."""

    rows: pd.DataFrame
    default: Floats
    benchmark: Floats


class _Gathered:
    """Collects the elements of all borders, one border after the other."""

    def __init__(self, scenario: Scenario) -> None:
        self._s = scenario
        self._found: dict[str, list] = {name: [] for name in Borders.__dataclass_fields__}

    def add(
        self, border: str, regions: tuple[str, ...], price: Floats, factor: Floats, listed: _Listed
    ) -> None:
        """Add a border: its exporting sites, their listed goods, and the operations that make those."""
        s, found = self._s, self._found
        number = len(found["label"])
        found["label"].append(border)
        found["price"].append(price)
        rows = listed.rows
        at = {str(rows["product"][k]): k for k in range(len(rows)) if rows["border"][k] == border}
        behind = np.isin(s.sites.region.astype(str), regions)
        crosses = behind[s.arcs.destination] & ~behind[s.arcs.origin]
        crosses &= np.isin(s.products.label[s.arcs.product].astype(str), list(at))
        exporters = np.unique(s.arcs.origin[crosses])
        place = {int(site): len(found["site"]) + k for k, site in enumerate(exporters)}
        for site in exporters.tolist():
            found["site"].append(site)
            found["site_border"].append(number)
            found["site_label"].append(f"{border}:{s.sites.label[site]}")
        product = s.products.label[s.nodes.product] if len(s.nodes.label) else s.nodes.label
        good_of: dict[int, int] = {}
        for node in np.flatnonzero(np.isin(s.nodes.site, exporters)).tolist():
            k = at.get(product[node])
            if k is None:
                continue
            good_of[node] = len(found["good_label"])
            found["good_label"].append(f"{border}:{s.nodes.label[node]}")
            found["good_site"].append(place[int(s.nodes.site[node])])
            found["good_node"].append(node)
            found["default"].append(listed.default[k])
            found["free"].append(listed.benchmark[k] * (1 - factor))
        for arc in np.flatnonzero(crosses).tolist():
            found["exported_good"].append(good_of[int(s.arcs.tail[arc])])
            found["exported_arc"].append(arc)
        self._declarations(border, price, place, good_of, _always_default(listed.rows, border))

    def _declarations(
        self,
        border: str,
        price: Floats,
        place: Mapping[int, int],
        good_of: Mapping[int, int],
        never: set[str],
    ) -> None:
        """Add the operations of exporting sites that make listed goods, and what improves them."""
        s, found = self._s, self._found
        products = s.products.label
        paid_at_home = _paid_at_home(s, s.markets)
        for o in np.flatnonzero(np.isin(s.operations.site, list(place))).tolist():
            mine = np.flatnonzero(s.recipe.operation == o)
            mine = mine[[int(node) in good_of for node in s.recipe.node[mine]]]
            made = s.recipe.node[mine[s.recipe.quantity[mine] > 0]]
            if not len(made) or any(products[s.nodes.product[node]] in never for node in made):
                continue
            declared = len(found["declared_label"])
            paid = np.divide(paid_at_home[o], price, out=np.zeros_like(price), where=price > 0)
            found["declared_label"].append(f"{border}:{s.operations.label[o]}")
            found["declared_site"].append(place[int(s.operations.site[o])])
            found["declared_operation"].append(o)
            found["declared_emitted"].append(s.operations.direct[o] - paid)
            for entry in mine.tolist():
                found["entry_declared"].append(declared)
                found["entry_good"].append(good_of[int(s.recipe.node[entry])])
                found["entry_quantity"].append(s.recipe.quantity[entry])
            covers = s.covers
            improved = (covers.family == "operation") & (covers.element == o) & (covers.direct_cut != 0)
            for v in np.flatnonzero(improved).tolist():
                cut = covers.direct_cut[v] * s.operations.direct[o]
                found["cut_label"].append(f"{border}:{covers.label[v]}")
                found["cut_declared"].append(declared)
                found["cut_cover"].append(v)
                found["cut_emitted"].append(cut - np.clip(paid, 0.0, abs(cut)) * np.sign(cut))

    def borders(self) -> Borders:
        """Return all that was gathered as arrays."""
        periods, made = len(self._s.periods), {}
        for name, values in self._found.items():
            kind = Borders.__dataclass_fields__[name].type
            if kind == "Labels":
                made[name] = np.array(values, dtype=object)
            elif kind == "Integers":
                made[name] = np.array(values, dtype=np.int64)
            else:
                made[name] = np.array(values, dtype=float)
        for name in ("price", "default", "free", "declared_emitted", "cut_emitted"):
            made[name] = made[name].reshape(-1, periods)
        return Borders(**made)


def _always_default(rows: pd.DataFrame, border: str) -> set[str]:
    return set(rows.loc[(rows["border"] == border) & (rows["basis"] == "default"), "product"])


def _paid_at_home(s: Scenario, markets: CarbonMarkets) -> Floats:
    """Return what markets take for a unit of activity, net of free allocation, currency, (R, T)."""
    direct = s.operations.direct[:, None] * np.ones(len(s.periods))
    total = np.zeros_like(direct)
    for m in range(len(markets.label)):
        if "scope1" in markets.accounts[m]:
            given = markets.free_run[m] + markets.free_emitted[m][s.operations.site] * direct
            here = markets.covered[m][s.operations.site][:, None]
            total += np.maximum(direct - given, 0.0) * here * markets.price[m]
    return total


def with_carbon_money(scenario: Scenario, tables: Tables) -> Scenario:
    """Return the scenario with its carbon markets and border adjustments.

    Raises ConfigError for markets and borders that the pathway names and the tables do not have.
    """
    s = scenario
    markets = make_markets(tables, s.carbon, s.sites, s.operations, s.periods)
    scenario = replace(s, markets=markets, warnings=(*s.warnings, *_paid_twice(markets, s.carbon)))
    return replace(scenario, borders=make_borders(tables, scenario))


def _paid_twice(markets: CarbonMarkets, carbon: CarbonSettings) -> list[str]:
    """Return a warning for each market whose emissions the carbon price is on as well."""
    return [
        f"both carbon.price and market {label} take money for {', '.join(both)}: they add up"
        for label, accounts in zip(markets.label, markets.accounts, strict=True)
        if carbon.price and (both := [name for name in accounts if name in carbon.priced_accounts])
    ]
