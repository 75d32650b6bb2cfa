"""A second opinion on scorecards: scores, grades, quotas and shares by an indicator, from the tables again.

Nothing of the thresholds and sets that the model is built from is read here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from scenarios.periods import SAME_MOMENT
from scenarios.scenario import Floats, Scenario
from scenarios.sourcing import offers_with_sites, rule_members

SAME_POINT = 1e-7  # of the way from worst to best, and of 100 points

Finding = tuple[str, Floats, Floats]  # rule, violation, size of what is compared
Ways = dict[str, dict[str, Floats]]  # supplier, indicator: share of the way from worst to best, (T,)


def scorecard_findings(s: Scenario, x: dict[str, Floats], spend: Floats) -> Iterator[Finding]:
    """Yield how far the plan is from each quota and each share of suppliers good by an indicator.

    Parameters
    ----------
    spend : currency a year on each offer, (O, T).
    """
    if s.tables["indicators"].empty:
        return
    ways = _ways(s, x["in_effect"])
    yield from _shares(s, x, spend, ways)
    if s.sourcing_rules.quotas_kept:
        yield from _quotas(s, x, ways)


def _ways(s: Scenario, in_effect: Floats) -> Ways:
    """Return how far each indicator of each scored supplier has come, interventions in effect included."""
    rows, effects, ends = s.tables["scorecard"], s.tables["effects"], _ends(s)
    reported: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for site, name, year, value in zip(
        rows["site"], rows["indicator"], rows["period"].fillna(-np.inf), rows["value"], strict=True
    ):
        reported.setdefault((site, name), []).append((float(year), float(value)))
    at_work = dict(zip(s.interventions.label, in_effect, strict=True))
    region = dict(zip(s.tables["sites"]["site"], s.tables["sites"]["region"], strict=True))
    raising = effects[effects["effect"] == "raises_score"].to_dict("records")
    found: Ways = {}
    for site in dict.fromkeys(rows["site"]):
        found[site] = {}
        for name, (worst, best) in ends.items():
            given = sorted(reported.get((site, name), [(-np.inf, worst)]))
            way = np.array([(_last(given, start) - worst) / (best - worst) for start in s.periods.start])
            for effect in raising:
                here = effect["site"] in ("", site) and effect["region"] in ("", region[site])
                if here and effect["indicator"] == name:
                    there = at_work[effect["intervention"]] > 0.5
                    way = way + there * effect["amount"] / abs(best - worst)
            found[site][name] = np.minimum(way, 1.0)
    return found


def _ends(s: Scenario) -> dict[str, tuple[float, float]]:
    """Return the worst and the best value of each indicator."""
    frame = s.tables["indicators"]
    return {
        name: (worst, best) if kind == "level" else (0.0, 1.0)
        for name, kind, worst, best in zip(
            frame["indicator"], frame["kind"], frame["worst"], frame["best"], strict=True
        )
    }


def _last(given: list[tuple[float, float]], start: float) -> float:
    """Return the value that holds at a moment: the last one given, the first one before that."""
    before = [value for year, value in given if year <= start + SAME_MOMENT]
    return before[-1] if before else given[0][1]


def _shares(s: Scenario, x: dict[str, Floats], spend: Floats, ways: Ways) -> Iterator[Finding]:
    rules, offers = s.sourcing_rules, offers_with_sites(s.tables)
    frame = s.tables["sourcing_rules"].drop_duplicates("rule").reset_index(drop=True)
    ends = _ends(s)
    for r, (_, row) in enumerate(frame.iterrows()):
        if not row["indicator"] or not rules.kept[r]:
            continue
        members, among = rule_members(row, offers)
        worst, best = ends[row["indicator"]]
        asked = (row["indicator_at_least"] - worst) / (best - worst)
        none = np.full(len(s.periods), -1.0)
        good = np.array(
            [ways.get(site, {}).get(row["indicator"], none) >= asked - SAME_POINT for site in offers["site"]]
        )
        measured = spend if row["measure"] == "spend" else x["purchase"]
        part, whole = (measured * good)[members].sum(axis=0), measured[among].sum(axis=0)
        short = np.fmax(rules.minimum_share[r] * whole - part, part - rules.maximum_share[r] * whole)
        yield f"sourcing rule {row['rule']}", np.maximum(np.nan_to_num(short), 0), whole


def _quotas(s: Scenario, x: dict[str, Floats], ways: Ways) -> Iterator[Finding]:
    indicators = s.tables["indicators"].set_index("indicator")["weight"]
    weight = indicators / indicators.sum()
    grades = s.tables["grades"].sort_values("lowest_score")
    for site, mine in ways.items():
        score = 100 * sum((weight[name] * way for name, way in mine.items()), np.zeros(len(s.periods)))
        governs = np.concatenate([score[:1], score[:-1]])  # that of the scoring before
        held = [grades[grades["lowest_score"] <= value + SAME_POINT].iloc[-1] for value in governs]
        here = s.sites.label[s.offers.site] == site
        for product in np.unique(s.offers.product[here]):
            same = s.offers.product == product
            if not (same & ~here).any():
                continue
            name = f"quota of {site} for {s.products.label[product]}"
            part, whole = x["purchase"][same & here].sum(axis=0), x["purchase"][same].sum(axis=0)
            least, most = (_bounds(s, name, held, side) for side in ("minimum_share", "maximum_share"))
            short = np.fmax(np.nan_to_num(least * whole - part), np.nan_to_num(part - most * whole))
            yield name, np.maximum(short, 0), whole


def _bounds(s: Scenario, quota: str, held: list[pd.Series], side: str) -> Floats:
    """Return the bounds of the grades held, (T,), looser where a change of the scenario says so."""
    stated = np.array([grade[side] for grade in held], dtype=float)
    looser = np.fmin if side == "minimum_share" else np.fmax
    for t, grade in enumerate(held):
        for r in np.flatnonzero(np.isin(s.sourcing_rules.label, [quota, f"{quota} as {grade['grade']}"])):
            stated[t] = looser(stated[t], getattr(s.sourcing_rules, side)[r, t])
    return stated
