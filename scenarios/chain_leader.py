"""What a chain leader asks of its suppliers, passed on to theirs: requirements as sourcing rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.errors import Problem
from scenarios.sourcing import SourcingRules, offers_with_sites

if TYPE_CHECKING:
    from scenarios.scenario import Arcs, Offers, Products, Sites

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Tables = Mapping[str, pd.DataFrame]

PASSED_THROUGH = ("hub", "scrap_base")  # goods pass such sites on their way: they are no tier


class Asked(NamedTuple):
    """One requirement of one tier for one product: which offers carry the tag, among which."""

    label: str
    members: Integers
    among: Integers
    minimum_share: float
    by_spend: bool


def tiers_of(leader: int, count: int, arcs: Arcs, sites: Sites) -> list[set[int]]:
    """Return the sites of each tier upstream of a site, nearest first; hubs count as no tier.

    A tier is who delivers to the one before it; a site in several tiers is of the nearest.
    """
    origins: dict[int, set[int]] = {}
    for origin, destination in zip(arcs.origin.tolist(), arcs.destination.tolist(), strict=True):
        origins.setdefault(destination, set()).add(origin)
    passed = {s for s, role in enumerate(sites.role) if role in PASSED_THROUGH}
    seen, front, found = {leader}, {leader}, []
    for _ in range(count):
        tier: set[int] = set()
        ahead = [origin for site in front for origin in origins.get(site, ())]
        while ahead:
            site = ahead.pop()
            if site in seen:
                continue
            seen.add(site)
            if site in passed:
                ahead += origins.get(site, set())
            else:
                tier.add(site)
        found.append(tier)
        front = tier
    return found


def with_requirements(
    rules: SourcingRules, tables: Tables, offers: Offers, arcs: Arcs, sites: Sites, products: Products
) -> tuple[SourcingRules, list[Problem]]:
    """Return the sourcing rules with a least share for each tier and product that a requirement reaches.

    A problem for each requirement that reaches no offer, or a tier where nothing carries its tag.
    """
    asked: list[Asked] = []
    problems: list[Problem] = []
    for row in tables["chain_requirements"].to_dict("records"):
        found, wrong = _asked(row, tables, offers, arcs, sites, products)
        asked += found
        problems += wrong
    return _with_rules(rules, asked), problems


def _asked(
    row: Mapping[object, object], tables: Tables, offers: Offers, arcs: Arcs, sites: Sites, products: Products
) -> tuple[list[Asked], list[Problem]]:
    marks = offers_with_sites(tables)
    tagged = np.array(
        [row["tag"] in (*own, *of) for own, of in zip(marks["tags"], marks["tags_of_site"], strict=True)],
        dtype=bool,
    )
    leader = int(np.flatnonzero(sites.label == row["leader"])[0])
    found: list[Asked] = []
    problems: list[Problem] = []
    number = int(row["row"])  # type: ignore[call-overload]
    for level, places in enumerate(tiers_of(leader, int(row["tiers"]), arcs, sites), 1):  # type: ignore[call-overload]
        here = np.isin(offers.site, sorted(places))
        for product in np.unique(offers.product[here]).tolist():
            among = np.flatnonzero(here & (offers.product == product))
            members = among[tagged[among]]
            name = f"{row['requirement']}: tier {level}, {products.label[product]}"
            if not len(members):
                fix = "give the tag to an offer or its site, lower tiers, or remove the requirement"
                rule = f"no offer of {products.label[product]} in tier {level} carries the tag"
                problems.append(Problem("chain_requirements", rule, fix, number, "tag", row["tag"]))
                continue
            share, by_spend = float(row["minimum_share"]), row["measure"] == "spend"  # type: ignore[arg-type]
            found.append(Asked(name, members, among, share, by_spend))
    if not found and not problems:
        fix = "name a site that goods of suppliers reach"
        rule = "no supplier delivers to the leader"
        problems.append(Problem("chain_requirements", rule, fix, number, "leader", row["leader"]))
    return found, problems


def _with_rules(rules: SourcingRules, asked: list[Asked]) -> SourcingRules:
    if not asked:
        return rules
    periods, count = rules.minimum_share.shape[1], len(asked)
    nothing = np.full(count, np.nan)

    def joined(before: np.ndarray, added: object) -> np.ndarray:
        return np.concatenate([before, np.asarray(added, dtype=before.dtype)])

    least = np.repeat([[each.minimum_share] for each in asked], periods, axis=1)
    return replace(
        rules,
        label=joined(rules.label, [each.label for each in asked]),
        members=(*rules.members, *(each.members for each in asked)),
        among=(*rules.among, *(each.among for each in asked)),
        counted=(*rules.counted, *(np.ones((len(each.members), periods)) for each in asked)),
        by_spend=joined(rules.by_spend, [each.by_spend for each in asked]),
        minimum_share=np.vstack([rules.minimum_share, least]),
        maximum_share=np.vstack([rules.maximum_share, np.full((count, periods), np.nan)]),
        share_if_used=joined(rules.share_if_used, nothing),
        minimum_count=joined(rules.minimum_count, nothing),
        maximum_count=joined(rules.maximum_count, nothing),
        kept=joined(rules.kept, np.ones(count)),
        kind=joined(rules.kind, np.full(count, "requirement", dtype=object)),
        held_from=joined(rules.held_from, np.full(count, -1)),
        held_until=joined(rules.held_until, np.full(count, -1)),
    )


def requirement_tags(tables: Tables) -> Iterator[Problem]:
    """A requirement asks for a tag that some offer or site has."""
    marked = [*tables["sites"]["tags"], *tables["offers"]["tags"]]
    tags = {tag for names in marked for tag in names}
    for _, row in tables["chain_requirements"].iterrows():
        if row["tag"] not in tags:
            fix = "use a tag of a site or an offer"
            yield Problem(
                "chain_requirements", "no site or offer has this tag", fix, row["row"], "tag", row["tag"]
            )
