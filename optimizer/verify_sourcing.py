"""A second opinion on sourcing: shares, counts, minimum orders, discounts, single lanes, limits on change.

What a purchase costs in its price tier is worked out here from the table again, tier by tier.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.verify_scorecards import scorecard_findings
from scenarios.primary_data import at_work, verified_offers
from scenarios.scenario import Floats, Scenario
from scenarios.sourcing import offers_with_sites, rule_members

REAL = 1e-6  # share of the largest purchase that counts as buying at all

Finding = tuple[str, Floats, Floats]  # rule, violation, size of what is compared


def sourcing_findings(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    """Yield how far the plan is from each sourcing rule, minimum order, discount, lane rule and limit."""
    spend = s.offers.price * x["purchase"]
    for offer in s.offer_tiers.offers.tolist():
        spend[offer] = paid(s, offer, x["purchase"][offer])
    yield from _tiers(s, x, spend)
    yield from _rules(s, x, spend)
    yield from scorecard_findings(s, x, spend)
    yield from _known(s, x, spend)
    least = s.offers.minimum_order[:, None]
    short = np.where(x["purchase"] > REAL * np.maximum(least, 1.0), least - x["purchase"], 0)
    yield "minimum order", np.maximum(short, 0), x["purchase"]
    for d in np.flatnonzero(s.demands.single_source).tolist():
        arrives = x["flow"][s.arcs.head == s.demands.node[d]]
        lanes = (arrives > REAL * np.maximum(s.demands.quantity[d], 1.0)).sum(axis=0)
        yield f"one lane to {s.demands.label[d]}", np.maximum(lanes - 1, 0), np.ones(1)
    low, high = s.purchase_limits.lowest, s.purchase_limits.highest
    away = np.maximum(np.maximum(low - x["purchase"], x["purchase"] - high), 0)
    yield "change against the given plan", away, x["purchase"]


def paid(s: Scenario, offer: int, quantity: Floats) -> Floats:
    """Return what each year's purchase (T,) costs by the offer_tiers table, currency, (T,)."""
    label = s.offers.label[offer]
    incremental = (s.tables["offers"].set_index("offer")["tier_pricing"].loc[[label]] == "incremental").any()
    rows = s.tables["offer_tiers"]
    rows = rows[rows["offer"] == label].sort_values("from_quantity")
    later = [(float(q), float(p)) for q, p in zip(rows["from_quantity"], rows["price"], strict=True)]
    ends = [start for start, _ in later] + [np.inf]
    cost = np.zeros_like(quantity)
    for t, bought in enumerate(quantity.tolist()):
        steps = [(0.0, float(s.offers.price[offer, t])), *later]
        if incremental:
            cost[t] = sum(
                price * max(min(bought, end) - start, 0.0)
                for (start, price), end in zip(steps, ends, strict=True)
            )
            continue
        slack = REAL * max(bought, 1.0)
        around = (bought - slack, bought + slack)  # on an edge the cheaper side holds
        reached = [[price for start, price in steps if start <= q or start == 0][-1] for q in around]
        cost[t] = bought * min(reached)
    return cost


def _tiers(s: Scenario, x: dict[str, Floats], spend: Floats) -> Iterator[Finding]:
    tiers = s.offer_tiers
    booked, bought = np.zeros_like(spend), np.zeros_like(spend)
    np.add.at(booked, tiers.offer, tiers.price * x["tier_purchase"] + tiers.intercept * x["tier_used"])
    np.add.at(bought, tiers.offer, x["tier_purchase"])
    mine = tiers.offers
    yield "purchase by tier", np.abs(bought - x["purchase"])[mine], x["purchase"][mine]
    yield "price of the tier", np.abs(booked - spend)[mine], spend[mine]


def _rules(s: Scenario, x: dict[str, Floats], spend: Floats) -> Iterator[Finding]:
    rules = s.sourcing_rules
    for r, label in enumerate(rules.label):
        name = f"sourcing rule {label}"
        measured = spend if rules.by_spend[r] else x["purchase"]
        if rules.ambition[r] or not rules.kept[r]:  # for the former see verify_scorecards, and below
            continue
        part, whole = measured[rules.members[r]], measured[rules.among[r]].sum(axis=0)
        low, high, least = rules.minimum_share[r], rules.maximum_share[r], rules.share_if_used[r]
        bought = x["purchase"][rules.members[r]]
        used = bought > REAL * max(float(x["purchase"][rules.among[r]].max(initial=0.0)), 1.0)
        yield name, np.maximum(np.nan_to_num(low * whole - part.sum(axis=0)), 0), whole
        yield name, np.maximum(np.nan_to_num(part.sum(axis=0) - high * whole), 0), whole
        if not np.isnan(least):
            yield f"{name}, share if used", np.maximum(least * whole - part, 0) * used, whole
        if not np.isnan(rules.minimum_count[r]):
            yield name, np.maximum(rules.minimum_count[r] - used.sum(axis=0), 0), np.ones(1)
        if not np.isnan(rules.maximum_count[r]):
            yield name, np.maximum(used.sum(axis=0) - rules.maximum_count[r], 0), np.ones(1)


def _known(s: Scenario, x: dict[str, Floats], spend: Floats) -> Iterator[Finding]:
    """Yield how far the plan is from rules by data tier in which what interventions verify counts."""
    rules, offers = s.sourcing_rules, offers_with_sites(s.tables)
    frame = s.tables["sourcing_rules"].drop_duplicates("rule")
    verified = (
        verified_offers(s, at_work(s, x["in_effect"])) * (offers["data_tier"] != "own").to_numpy()[:, None]
    )
    for r, (_, row) in enumerate(frame.iterrows()):
        if rules.kind[r] != "data" or not rules.kept[r]:
            continue
        anyhow, among = rule_members(row.where(row.index != "data_tiers", ""), offers)
        tier = offers["data_tier"].isin(row["data_tiers"]).to_numpy(float)[:, None]
        counts = tier * (1 - verified) + ("supplier" in row["data_tiers"]) * verified
        measured = spend if row["measure"] == "spend" else x["purchase"]
        part, whole = (measured * counts)[anyhow].sum(axis=0), measured[among].sum(axis=0)
        short = np.fmax(rules.minimum_share[r] * whole - part, part - rules.maximum_share[r] * whole)
        yield f"sourcing rule {row['rule']}", np.maximum(np.nan_to_num(short), 0), whole
