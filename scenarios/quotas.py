"""What scores do to sourcing rules: who counts by an indicator, and the quotas of grades as rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from scenarios.errors import ConfigError
from scenarios.periods import Periods
from scenarios.score_thresholds import SCORE, ThresholdsAsked
from scenarios.scorecards import Flags, Floats, Integers, Labels, Scorecards
from scenarios.settings import SourcingSettings
from scenarios.sourcing import ShareRule, SourcingRules, make_sourcing_rules
from scenarios.typed import did_you_mean

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Offered:
    """Which site offers which product, (O,), and the labels of both."""

    site: Integers
    product: Integers
    site_label: Labels
    product_label: Labels


def with_scores(
    tables: Tables,
    cards: Scorecards,
    offered: Offered,
    periods: Periods,
    settings: SourcingSettings,
) -> tuple[SourcingRules, Scorecards]:
    """Return the sourcing rules with indicators and quotas, and the scorecards with their thresholds.

    Raises ConfigError when the pathway names a rule that is not there.
    """
    rules = make_sourcing_rules(tables, periods)
    for name in settings.report_only:
        if name not in rules.label:
            known = [str(label) for label in rules.label]
            message = (
                f"pathway.sourcing.report_only: no sourcing rule {name!r}{did_you_mean(name, known)}. "
                f"Rules: {', '.join(known) or 'none'}"
            )
            raise ConfigError(message)
    rules = replace(rules, kept=rules.kept & ~np.isin(rules.label, settings.report_only))
    if not len(cards.indicator):
        return rules, cards
    asked = ThresholdsAsked(cards)
    rules = _by_indicator(rules, tables, cards, offered, asked)
    if settings.quotas:
        rules = rules.with_shares("quota", list(_quotas(cards, offered, asked)))
    return rules, replace(cards, thresholds=asked.thresholds, quotas_bind=settings.quotas)


def with_drift(scenario: Scenario, drift: Floats) -> Scenario:
    """Return the scenario with the quotas of scores that have drifted; indicators stay as they are.

    `drift` : points of 100 by scored supplier and period, (V, T).
    """
    cards, offers = replace(scenario.scorecards, drift=drift), scenario.offers
    if not cards.quotas_bind or not len(cards.grade):
        return replace(scenario, scorecards=cards)
    asked, former = ThresholdsAsked(cards), cards.thresholds
    for v, n, threshold in zip(former.supplier, former.indicator, former.threshold, strict=True):
        if n >= 0:  # asked for first, so that their positions stay
            asked.position(int(v), int(n), float(threshold))
    offered = Offered(offers.site, offers.product, scenario.sites.label, scenario.products.label)
    rules = scenario.sourcing_rules.without("quota")
    rules = rules.with_shares("quota", list(_quotas(cards, offered, asked)))
    verified = former.of_interventions
    moved = len(asked.thresholds.supplier) + len(verified.supplier) - len(former.supplier)
    behind = rules.lift_threshold >= len(former.supplier) - len(verified.supplier)
    rules = replace(rules, lift_threshold=rules.lift_threshold + moved * behind)
    cards = replace(cards, thresholds=asked.thresholds.joined(verified))
    return replace(scenario, sourcing_rules=rules, scorecards=cards)


def _by_indicator(
    rules: SourcingRules, tables: Tables, cards: Scorecards, offered: Offered, asked: ThresholdsAsked
) -> SourcingRules:
    """Return the rules in which an offer counts only while its supplier is good enough."""
    scored = {int(site): v for v, site in enumerate(cards.supplier)}
    counted, lifts = list(rules.counted), []
    frame = tables["sourcing_rules"].drop_duplicates("rule")
    for r, (indicator, value) in enumerate(zip(frame["indicator"], frame["indicator_at_least"], strict=True)):
        if not indicator:
            continue
        n = int(np.flatnonzero(cards.indicator == indicator)[0])
        alone = np.zeros_like(counted[r])
        for m, offer in enumerate(rules.members[r].tolist()):
            v = scored.get(int(offered.site[offer]))
            if v is None:
                continue
            k, met = asked.position(v, n, cards.way_to(n, float(value)))
            if k >= 0:
                lifts.append((r, offer, k))
            else:
                alone[m] = met
        counted[r] = alone
    rule, offer, threshold = np.array(lifts, dtype=np.int64).reshape(-1, 3).T
    return replace(
        rules,
        counted=tuple(counted),
        lift_rule=rule,
        lift_offer=offer,
        lift_threshold=threshold,
        lift_weight=np.ones(len(rule)),
    )


def _quotas(cards: Scorecards, offered: Offered, asked: ThresholdsAsked) -> Iterator[ShareRule]:
    """Yield the quotas of each scored supplier and product that others offer too.

    One for all periods where no intervention changes the grade; else one a grade, held while it has it.
    """
    if np.isnan(cards.minimum_share).all() and np.isnan(cards.maximum_share).all():
        return
    for v, site in enumerate(cards.supplier.tolist()):
        above = [asked.position(v, SCORE, float(lowest)) for lowest in cards.lowest_score[1:]]
        position = [-1, *(k for k, _ in above)]
        met = np.array([np.ones(len(cards.scored_in), dtype=bool), *(reached for _, reached in above)])
        for product in np.unique(offered.product[offered.site == site]).tolist():
            among = np.flatnonzero(offered.product == product)
            members = among[offered.site[among] == site]
            if len(members) == len(among):
                continue
            name = f"quota of {offered.site_label[site]} for {offered.product_label[product]}"
            yield from _of_product(cards, name, members, among, position, met)


def _of_product(
    cards: Scorecards, name: str, members: Integers, among: Integers, position: list[int], met: Flags
) -> Iterator[ShareRule]:
    """Yield the quotas of one supplier and product.

    Parameters
    ----------
    position : by grade, the threshold that interventions may lift the supplier over; -1: they cannot.
    met : (G, T) whether the grade is reached without interventions.
    """
    scored = cards.scored_in
    if all(k < 0 for k in position):
        grade = met.sum(axis=0)[scored] - 1
        low, high = cards.minimum_share[grade], cards.maximum_share[grade]
        if not (np.isnan(low).all() and np.isnan(high).all()):
            yield ShareRule(name, members, among, low, high)
        return
    for g, grade in enumerate(cards.grade):
        higher = position[g + 1] if g + 1 < len(position) else -1
        possible = met[g][scored] | (position[g] >= 0)
        if g + 1 < len(position) and higher < 0:  # the next grade comes by itself or not at all
            possible = possible & ~met[g + 1][scored]
        low = np.where(possible, cards.minimum_share[g], np.nan)
        high = np.where(possible, cards.maximum_share[g], np.nan)
        if not (np.isnan(low).all() and np.isnan(high).all()):
            yield ShareRule(
                f"{name} as {grade}",
                members,
                among,
                low,
                high,
                held_from=position[g],
                held_until=higher,
            )
