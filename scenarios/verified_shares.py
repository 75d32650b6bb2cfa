"""Sourcing rules by data tier where interventions verify footprints: what is verified counts from then on.

A verified footprint is known as well as the data tier ``supplier`` says, so that a rule which counts that
tier counts the offer once the intervention works, and a rule that does not stops counting it. Where the
intervention is a stage of a programme that may not be reached, a plan counts its chance. One's own
measurements stay one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.periods import Periods
from scenarios.primary_data import VERIFIED_TIER, Verifications
from scenarios.score_thresholds import VERIFIED, RaisingSet, Thresholds
from scenarios.scorecards import Scorecards
from scenarios.sourcing import SourcingRules, offers_with_sites, rule_members

Tables = Mapping[str, pd.DataFrame]
Floats = NDArray[np.float64]

BETTER_KNOWN = "own"
COUNTS = ["minimum_count", "maximum_count", "share_if_used"]


def with_verified(
    rules: SourcingRules,
    cards: Scorecards,
    tables: Tables,
    verifications: Verifications,
    chance: Floats,
    periods: Periods,
) -> tuple[SourcingRules, Scorecards]:
    """Return the rules in which offers count by what is verified, and the thresholds they then ask for.

    Rules that count suppliers, ask a share of each, or go by an indicator stay as they are.

    Parameters
    ----------
    chance : that each intervention comes about, (I,).
    """
    frame, offers = tables["sourcing_rules"].drop_duplicates("rule"), offers_with_sites(tables)
    asked = list(dict.fromkeys(verifications.intervention.tolist()))
    first = len(cards.thresholds.supplier)
    members, counted, kind = list(rules.members), list(rules.counted), rules.kind.copy()
    lifts: list[tuple[int, int, int, float]] = []
    for r, (_, rule) in enumerate(frame.iterrows()):
        found = _changes(rule, offers, verifications)
        if not len(found):
            continue
        kind[r] = "data"
        members[r] = np.union1d(members[r], verifications.offer[found])
        known = offers["data_tier"].isin(rule["data_tiers"]).to_numpy(bool)[members[r]]
        counted[r] = np.repeat(known.astype(float)[:, None], len(periods), axis=1)
        gain = 1.0 if VERIFIED_TIER in rule["data_tiers"] else -1.0
        for m in found.tolist():
            i, offer = int(verifications.intervention[m]), int(verifications.offer[m])
            lifts.append((r, offer, first + asked.index(i), gain * float(chance[i])))
    if not lifts:
        return rules, cards
    rule_of, offer_of, threshold = np.array([each[:3] for each in lifts], dtype=np.int64).T
    rules = replace(
        rules,
        members=tuple(members),
        counted=tuple(counted),
        kind=kind,
        lift_rule=np.concatenate([rules.lift_rule, rule_of]),
        lift_offer=np.concatenate([rules.lift_offer, offer_of]),
        lift_threshold=np.concatenate([rules.lift_threshold, threshold]),
        lift_weight=np.concatenate([rules.lift_weight, [each[3] for each in lifts]]),
    )
    return rules, replace(cards, thresholds=cards.thresholds.joined(_at_work(asked, len(periods))))


def _changes(rule: pd.Series, offers: pd.DataFrame, verifications: Verifications) -> NDArray[np.int64]:
    """Return which verifications change whether the rule counts an offer."""
    nothing = np.zeros(0, dtype=np.int64)
    if not rule["data_tiers"] or rule["indicator"] or not rule[COUNTS].isna().all():
        return nothing
    fits, _ = rule_members(rule.where(rule.index != "data_tiers", ""), offers)
    tier = offers["data_tier"]
    known = tier.isin(rule["data_tiers"]).to_numpy(bool)
    changes = fits & (tier != BETTER_KNOWN).to_numpy(bool) & (known != (VERIFIED_TIER in rule["data_tiers"]))
    return np.flatnonzero(changes[verifications.offer])


def _at_work(interventions: list[int], periods: int) -> Thresholds:
    """Return thresholds that are reached while an intervention works, one each."""
    shape = (len(interventions), periods)
    alone = tuple(RaisingSet(k, t, (i,)) for k, i in enumerate(interventions) for t in range(periods))
    return Thresholds(
        supplier=np.array(interventions, dtype=np.int64),
        indicator=np.full(len(interventions), VERIFIED),
        threshold=np.ones(len(interventions)),
        always=np.zeros(shape, dtype=bool),
        never=np.zeros(shape, dtype=bool),
        enough=alone,
        needed=alone,
    )
