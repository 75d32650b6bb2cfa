"""Factory statuses: green factory, zero-carbon factory and the like, by scores and by what a plan does.

The five aspects are those of China's green factories as the seed article names them; thresholds are the
case's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.accounts import total_accounts
from scenarios.periods import Periods
from scenarios.tables_targets import ASPECTS
from scenarios.values_by_period import by_period

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Tables = Mapping[str, pd.DataFrame]

OVERALL = "overall"
OF_SCORES = (*ASPECTS, OVERALL)
OWN_ACTIVITIES = ("run", "covered", "power")
SAME = 1e-9


@dataclass(frozen=True)
class FactoryScores:
    """Scores by site, aspect and period, (S, 5, T), nan where there is none; thresholds by status."""

    score: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    criteria: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many statuses there are."""
        return len(self.criteria)


@dataclass(frozen=True)
class Statuses:
    """What decides the statuses of sites under a plan.

    Attributes
    ----------
    scores : as stated. emitted : tCO2e per unit of each activity, (n, T), and its site, (n,).
    made : units made per unit of operation, (R,), at `operation_site`.
    green : whether each supply is no plain grid power, (U,), at `supply_site`.
    """

    scores: FactoryScores
    emitted: tuple[tuple[str, Floats, Integers], ...]
    made: Floats
    operation_site: Integers
    green: Flags
    supply_site: Integers

    def position(self, status: str) -> int:
        """Return where a status stands."""
        return list(self.scores.criteria).index(status)


def make_factory_scores(tables: Tables, sites: list[str], periods: Periods) -> FactoryScores:
    """Return scores and thresholds as the tables state them."""
    frame, thresholds = tables["factory_scores"], tables["factory_statuses"]
    score = np.full((len(sites), len(ASPECTS), len(periods)), np.nan)
    if len(frame):
        values = by_period(frame, ["site", "aspect"], "score", periods, np.nan)
        first = frame.drop_duplicates(["site", "aspect"])
        for n, (site, aspect) in enumerate(zip(first["site"], first["aspect"], strict=True)):
            score[sites.index(site), ASPECTS.index(aspect)] = values[n]
    criteria: dict[str, dict[str, float]] = {}
    for row in thresholds.to_dict("records"):
        criteria.setdefault(str(row["status"]), {})[str(row["criterion"])] = float(row["threshold"])
    return FactoryScores(score, criteria)


def make_statuses(scenario: Scenario, ledger: Ledger) -> Statuses:
    """Return what decides statuses: emissions of a site's own processes and power, output, green power."""
    accounts = total_accounts(scenario.carbon.scope2)
    covers = scenario.covers
    of_operations = (covers.family == "operation").astype(float)[:, None]
    emitted = []
    for rate in ledger.rates:
        if rate.account in accounts and rate.activity in OWN_ACTIVITIES:
            per_unit = rate.per_unit * (of_operations if rate.activity == "covered" else 1.0)
            emitted.append((rate.activity, per_unit, rate.site))
    recipe = scenario.recipe
    made = np.zeros(len(scenario.operations.label))
    outputs = recipe.quantity > 0
    np.add.at(made, recipe.operation[outputs], recipe.quantity[outputs])
    return Statuses(
        scores=scenario.factory_scores,
        emitted=tuple(emitted),
        made=made,
        operation_site=scenario.operations.site,
        green=scenario.supplies.kind != "grid",
        supply_site=scenario.supplies.site,
    )


def site_statuses(statuses: Statuses, activities: Mapping[str, Floats]) -> Flags:
    """Return which sites have which status under a plan's activities, (statuses, S, T)."""
    score = statuses.scores.score
    figures = _figures(statuses, activities)
    found = np.ones((len(statuses.scores), score.shape[0], score.shape[2]), dtype=bool)
    for n, criteria in enumerate(statuses.scores.criteria.values()):
        for criterion, threshold in criteria.items():
            figure = figures[criterion]
            least = criterion in (*OF_SCORES, "renewable_share")
            met = figure >= threshold - SAME if least else figure <= threshold + SAME
            found[n] &= met & ~np.isnan(figure)
    return found


def _figures(statuses: Statuses, activities: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return what criteria look at, by site and period, (S, T); nan where a site has none."""
    score = statuses.scores.score
    shape = (score.shape[0], score.shape[2])
    found = {aspect: score[:, a] for a, aspect in enumerate(ASPECTS)}
    found[OVERALL] = score.mean(axis=1)
    emitted, made, load, green = (np.zeros(shape) for _ in range(4))
    for name, per_unit, site in statuses.emitted:
        keep = site >= 0
        np.add.at(emitted, site[keep], (activities[name] * per_unit)[keep])
    np.add.at(made, statuses.operation_site, statuses.made[:, None] * activities["run"])
    np.add.at(load, statuses.supply_site, activities["power"])
    np.add.at(green, statuses.supply_site, activities["power"] * statuses.green[:, None])
    nothing = np.full(shape, np.nan)
    found["renewable_share"] = np.divide(green, load, out=nothing.copy(), where=load > SAME)
    found["emissions_intensity"] = np.divide(emitted, made, out=nothing.copy(), where=made > SAME)
    found["emissions"] = np.where(made > SAME, emitted, np.nan)
    return found


def tagged_with_statuses(tables: Tables) -> Tables:
    """Return the tables with sites that carry, as tags, the statuses which their first scores give them.

    Statuses that ask for more than scores are earned by a plan, and are no tags. The same when given again.
    """
    scores, thresholds = tables["factory_scores"], tables["factory_statuses"]
    if not len(scores) or not len(thresholds):
        return tables
    ordered = scores.sort_values("period", kind="stable")
    first = ordered.drop_duplicates(["site", "aspect"])
    of_site = {
        site: dict(zip(rows["aspect"], rows["score"], strict=True)) for site, rows in first.groupby("site")
    }
    for own in of_site.values():
        own[OVERALL] = np.mean(list(own.values())) if len(own) == len(ASPECTS) else np.nan
    sites, tags = tables["sites"].copy(), []
    for site, own in zip(sites["site"], sites["tags"], strict=True):
        found = [
            str(status)
            for status, rows in thresholds.groupby("status", sort=False)
            if rows["criterion"].isin(OF_SCORES).all()
            and all(
                of_site.get(site, {}).get(c, np.nan) >= least - SAME
                for c, least in zip(rows["criterion"], rows["threshold"], strict=True)
            )
        ]
        tags.append((*own, *(name for name in found if name not in own)))
    sites["tags"] = pd.Series(tags, index=sites.index, dtype=object)
    return {**tables, "sites": sites}
