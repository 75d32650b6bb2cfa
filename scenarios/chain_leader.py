"""What a chain leader asks of its suppliers, passed on to theirs: requirements as sourcing rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from scenarios.errors import Problem
from scenarios.sourcing import ShareRule, SourcingRules, offers_with_sites, tagged

if TYPE_CHECKING:
    from scenarios.scenario import Arcs, Offers, Products, Sites

Tables = Mapping[str, pd.DataFrame]

PASSED_THROUGH = ("hub", "scrap_base")  # goods pass such sites on their way: they are no tier


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
    asked: list[ShareRule] = []
    problems: list[Problem] = []
    for row in tables["chain_requirements"].to_dict("records"):
        found, wrong = _asked(row, tables, offers, arcs, sites, products)
        asked += found
        problems += wrong
    return rules.with_shares("requirement", asked), problems


def _asked(
    row: Mapping[object, object], tables: Tables, offers: Offers, arcs: Arcs, sites: Sites, products: Products
) -> tuple[list[ShareRule], list[Problem]]:
    carry = tagged(offers_with_sites(tables), str(row["tag"]))
    leader = int(np.flatnonzero(sites.label == row["leader"])[0])
    found: list[ShareRule] = []
    problems: list[Problem] = []
    number = int(row["row"])  # type: ignore[call-overload]
    for level, places in enumerate(tiers_of(leader, int(row["tiers"]), arcs, sites), 1):  # type: ignore[call-overload]
        here = np.isin(offers.site, sorted(places))
        for product in np.unique(offers.product[here]).tolist():
            among = np.flatnonzero(here & (offers.product == product))
            members = among[carry[among]]
            name = f"{row['requirement']}: tier {level}, {products.label[product]}"
            if not len(members):
                fix = "give the tag to an offer or its site, lower tiers, or remove the requirement"
                rule = f"no offer of {products.label[product]} in tier {level} carries the tag"
                problems.append(Problem("chain_requirements", rule, fix, number, "tag", row["tag"]))
                continue
            share, by_spend = float(row["minimum_share"]), row["measure"] == "spend"  # type: ignore[arg-type]
            found.append(ShareRule(name, members, among, share, by_spend=by_spend))
    if not found and not problems:
        fix = "name a site that goods of suppliers reach"
        rule = "no supplier delivers to the leader"
        problems.append(Problem("chain_requirements", rule, fix, number, "leader", row["leader"]))
    return found, problems


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
