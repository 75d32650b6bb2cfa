"""Who may supply, how much, and at what price: sourcing rules, quantity discounts, limits on change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats
from scenarios.periods import Periods
from scenarios.values_by_period import by_period

if TYPE_CHECKING:
    from scenarios.scenario import Offers, Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]
Tables = Mapping[str, pd.DataFrame]

SAME_QUANTITY = 1e-6  # share of a tier's bound that solver and sums of days may be off


class ShareRule(NamedTuple):
    """A rule that bounds the share of some offers; see :class:`SourcingRules` for its fields."""

    label: str
    members: Integers
    among: Integers
    minimum_share: Floats | float = np.nan  # (T,), or one for all periods
    maximum_share: Floats | float = np.nan
    by_spend: bool = False
    held_from: int = -1
    held_until: int = -1


@dataclass(frozen=True)
class SourcingRules:
    """Bounds on purchases, one per rule (R,): which offers count, among which, and the bounds; nan: none.

    Attributes
    ----------
    members, among : offers the rule is about, and all offers of the product.
    counted : whether each member counts by itself, 1 or 0, (members, T) each.
    minimum_share, maximum_share : (R, T).
    kept : whether the rule binds; else its share is only reported.
    kind : rule, indicator (who counts goes by one), data (what is verified counts), quota (of a grade) or
        requirement (of a chain leader).
    lift_rule, lift_offer, lift_threshold, lift_weight : (J,) members that count, by that much more, once a
        threshold of ``scorecards`` is reached.
    held_from, held_until : (R,) the rule holds once the first threshold is reached by the score that
        governs the period, and until the second one is; -1: from the start, for good.
    """

    label: Labels
    members: tuple[Integers, ...]
    among: tuple[Integers, ...]
    counted: tuple[Floats, ...]
    by_spend: Flags
    minimum_share: Floats
    maximum_share: Floats
    share_if_used: Floats
    minimum_count: Floats
    maximum_count: Floats
    kept: Flags
    kind: Labels
    lift_rule: Integers
    lift_offer: Integers
    lift_threshold: Integers
    held_from: Integers
    held_until: Integers
    lift_weight: Floats = field(default_factory=no_floats)

    @property
    def with_least(self) -> Integers:
        """Rules that bind purchases from below in some period."""
        return np.flatnonzero(self.kept & ~np.isnan(self.minimum_share).all(axis=1))

    @property
    def with_largest(self) -> Integers:
        """Rules that bind purchases from above in some period."""
        return np.flatnonzero(self.kept & ~np.isnan(self.maximum_share).all(axis=1))

    @property
    def ambition(self) -> Flags:
        """Whether a rule asks more than today's chain owes: of scores, data, a chain leader, (R,)."""
        found: Flags = self.kind != "rule"
        return found

    @property
    def quotas_kept(self) -> bool:
        """Whether any quota binds."""
        return bool((self.kept & (self.kind == "quota")).any())

    def with_shares(self, kind: str, added: Sequence[ShareRule]) -> SourcingRules:
        """Return the rules with further ones of a kind after them, which bound shares and nothing else."""
        if not added:
            return self
        count, nothing = len(added), np.full(len(added), np.nan)

        def joined(before: np.ndarray, more: object) -> np.ndarray:
            return np.concatenate([before, np.asarray(more, dtype=before.dtype)])

        def stacked(before: Floats, more: Sequence[Floats | float]) -> Floats:
            return np.vstack([before, *(np.broadcast_to(share, before.shape[1]) for share in more)])

        ones = tuple(np.ones((len(rule.members), self.minimum_share.shape[1])) for rule in added)
        return replace(
            self,
            label=joined(self.label, [rule.label for rule in added]),
            members=(*self.members, *(rule.members for rule in added)),
            among=(*self.among, *(rule.among for rule in added)),
            counted=(*self.counted, *ones),
            by_spend=joined(self.by_spend, [rule.by_spend for rule in added]),
            minimum_share=stacked(self.minimum_share, [rule.minimum_share for rule in added]),
            maximum_share=stacked(self.maximum_share, [rule.maximum_share for rule in added]),
            share_if_used=joined(self.share_if_used, nothing),
            minimum_count=joined(self.minimum_count, nothing),
            maximum_count=joined(self.maximum_count, nothing),
            kept=joined(self.kept, np.ones(count)),
            kind=joined(self.kind, np.full(count, kind, dtype=object)),
            held_from=joined(self.held_from, [rule.held_from for rule in added]),
            held_until=joined(self.held_until, [rule.held_until for rule in added]),
        )

    def without(self, kind: str) -> SourcingRules:
        """Return the rules without those of a kind that no threshold lifts offers for, e.g. quotas."""
        keep = self.kind != kind
        place = np.cumsum(keep) - 1
        of_rules: dict[str, Any] = {
            name: getattr(self, name)[keep]
            for name in (
                "label",
                "by_spend",
                "minimum_share",
                "maximum_share",
                "share_if_used",
                "minimum_count",
                "maximum_count",
                "kept",
                "kind",
                "held_from",
                "held_until",
            )
        }
        listed: dict[str, Any] = {
            name: tuple(each for each, here in zip(getattr(self, name), keep, strict=True) if here)
            for name in ("members", "among", "counted")
        }
        return replace(self, **of_rules, **listed, lift_rule=place[self.lift_rule])

    @property
    def of_today(self) -> SourcingRules:
        """The rules as the reference plan keeps them: without quotas and rules by an indicator."""
        return replace(self, kept=self.kept & ~self.ambition)


@dataclass(frozen=True)
class OfferTiers:
    """Price tiers of offers with quantity discounts, (K,) and (K, T), ordered by offer and quantity.

    A year's purchase q of an offer lies in one of its tiers and costs ``price * q + intercept`` there;
    the intercept is what the cheaper price of an incremental discount does not give back.
    """

    label: Labels
    offer: Integers
    lowest: Floats  # unit/year
    highest: Floats  # unit/year, inf in the last tier
    price: Floats
    intercept: Floats  # currency/year, 0 where the price of the tier holds for all units

    @property
    def offers(self) -> Integers:
        """Offers that have tiers, sorted."""
        return np.unique(self.offer)


def make_sourcing_rules(tables: Tables, periods: Periods) -> SourcingRules:
    """Return the sourcing rules with the offers each is about; see :mod:`scenarios.quotas` for scores."""
    rows, offers = tables["sourcing_rules"], offers_with_sites(tables)
    frame = rows.drop_duplicates("rule")
    found = [rule_members(rule, offers) for _, rule in frame.iterrows()]
    members = tuple(np.flatnonzero(mine) for mine, _ in found)
    none = np.zeros(0, dtype=np.int64)
    return SourcingRules(
        label=frame["rule"].to_numpy(object),
        members=members,
        among=tuple(np.flatnonzero(among) for _, among in found),
        counted=tuple(np.ones((len(mine), len(periods))) for mine in members),
        by_spend=(frame["measure"] == "spend").to_numpy(bool),
        minimum_share=by_period(rows, ["rule"], "minimum_share", periods, np.nan),
        maximum_share=by_period(rows, ["rule"], "maximum_share", periods, np.nan),
        share_if_used=frame["share_if_used"].to_numpy(float),
        minimum_count=frame["minimum_count"].to_numpy(float),
        maximum_count=frame["maximum_count"].to_numpy(float),
        kept=np.ones(len(frame), dtype=bool),
        kind=np.where(frame["indicator"] != "", "indicator", "rule").astype(object),
        lift_rule=none,
        lift_offer=none,
        lift_threshold=none,
        held_from=np.full(len(frame), -1),
        held_until=np.full(len(frame), -1),
    )


def offers_with_sites(tables: Tables) -> pd.DataFrame:
    """Return one row per offer, in order, with the region, group and tags of its site beside its own tags."""
    offers = tables["offers"].drop_duplicates("offer")[["site", "product", "data_tier", "tags"]]
    sites = tables["sites"].drop_duplicates("site")[["site", "region", "group", "tags"]]
    found = offers.merge(sites, on="site", how="left", suffixes=("", "_of_site"))
    found["tags_of_site"] = found["tags_of_site"].map(lambda tags: tags if isinstance(tags, tuple) else ())
    return found


def tagged(offers: pd.DataFrame, tag: str) -> Flags:
    """Return which rows of :func:`offers_with_sites` carry a tag, themselves or by their site, (O,)."""
    marks = zip(offers["tags"], offers["tags_of_site"], strict=True)
    return np.array([tag in (*own, *of_site) for own, of_site in marks], dtype=bool)


def rule_members(rule: pd.Series, offers: pd.DataFrame) -> tuple[Flags, Flags]:
    """Return which offers fit all filters of a rule, and which are of its product, (O,) each."""
    among = np.ones(len(offers), dtype=bool)
    if rule["product"]:
        among &= (offers["product"] == rule["product"]).to_numpy(bool)
    member = among.copy()
    for filter_by in ("site", "region", "group"):
        if rule[filter_by]:
            member &= (offers[filter_by] == rule[filter_by]).to_numpy(bool)
    if rule["tag"]:
        member &= tagged(offers, rule["tag"])
    if rule["data_tiers"]:
        member &= offers["data_tier"].isin(rule["data_tiers"]).to_numpy(bool)
    return member, among


def make_offer_tiers(tables: Tables, offers: Offers, periods: Periods) -> OfferTiers:
    """Return the tiers of all offers that have any, from quantity 0 on."""
    position = {label: o for o, label in enumerate(offers.label)}
    first = tables["offers"].drop_duplicates("offer")
    pricing = dict(zip(first["offer"], first["tier_pricing"], strict=True))
    names: list[str] = []
    offer: list[int] = []
    lowest: list[float] = []
    highest: list[float] = []
    prices: list[Floats] = []
    intercepts: list[Floats] = []
    rows_of = {str(name): rows for name, rows in tables["offer_tiers"].groupby("offer")}
    for name in sorted(rows_of, key=lambda label: position[label]):
        rows = rows_of[name].sort_values("from_quantity")
        starts = [float(q) for q in rows["from_quantity"]]
        levels = [np.full(len(periods), float(p)) for p in rows["price"]]
        if starts[0] > 0:
            starts, levels = [0.0, *starts], [offers.price[position[name]], *levels]
        paid_below = np.zeros(len(periods))  # for all that lies below the tier
        for k, (start, price) in enumerate(zip(starts, levels, strict=True)):
            if k:
                paid_below = paid_below + levels[k - 1] * (start - starts[k - 1])
            incremental = pricing[name] == "incremental"
            names.append(f"{name}@{start:g}")
            offer.append(position[name])
            lowest.append(start)
            highest.append(starts[k + 1] if k + 1 < len(starts) else np.inf)
            prices.append(price)
            intercepts.append(paid_below - price * start if incremental else np.zeros(len(periods)))
    shape = (len(names), len(periods))
    return OfferTiers(
        label=np.array(names, dtype=object),
        offer=np.array(offer, dtype=np.int64),
        lowest=np.array(lowest, dtype=float),
        highest=np.array(highest, dtype=float),
        price=np.array(prices, dtype=float).reshape(shape),
        intercept=np.array(intercepts, dtype=float).reshape(shape),
    )


def tier_activities(scenario: Scenario, purchase: Floats) -> dict[str, Floats]:
    """Return in which tier each purchase falls: ``tier_purchase`` and ``tier_used``, (..., K, T) each.

    `purchase` (..., O, T), units a year. On the edge of two tiers the cheaper one holds.
    """
    tiers = scenario.offer_tiers
    shape = (*purchase.shape[:-2], len(tiers.label), purchase.shape[-1])
    bought, used = np.zeros(shape), np.zeros(shape)
    for offer in tiers.offers.tolist():
        mine = np.flatnonzero(tiers.offer == offer)
        quantity = purchase[..., offer, None, :]
        slack = SAME_QUANTITY * np.maximum(tiers.lowest[mine], 1.0)[:, None]
        low, high = tiers.lowest[mine, None] - slack, tiers.highest[mine, None] + slack
        cost = tiers.price[mine] * quantity + tiers.intercept[mine]
        cost = np.where((quantity >= low) & (quantity <= high), cost, np.inf)
        chosen = cost.argmin(axis=-2)[..., None, :] == np.arange(len(mine))[:, None]
        chosen = chosen & (quantity > 0)
        bought[..., mine, :] = np.where(chosen, quantity, 0.0)
        used[..., mine, :] = chosen
    return {"tier_purchase": bought, "tier_used": used}
