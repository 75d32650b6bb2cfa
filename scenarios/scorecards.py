"""Scorecards of suppliers: points by indicator, a score of 0 to 100, a grade, and what lifts them.

An indicator earns its weight in points in proportion to how far its value has come from worst to best.
Interventions that raise an indicator move it further, never beyond best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats, no_integers, no_labels
from scenarios.errors import Problem
from scenarios.periods import SAME_MOMENT, Periods
from scenarios.score_thresholds import SCORE, Thresholds, too_many_raises

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]
Tables = Mapping[str, pd.DataFrame]

SAME_SCORE = 1e-7  # points of 100 that sums of weights may be off
FULL_SCORE = 100.0


def _no_values() -> Floats:
    return np.zeros((0, 0, 0))


@dataclass(frozen=True)
class Scorecards:
    """Scored suppliers (V,), indicators (N,), grades (G,) from the lowest up, raises (E,).

    Attributes
    ----------
    supplier : site of each.
    weight : share of the score, together 1.
    value : (V, N, T) as reported, in the unit of the indicator; nan where it is not.
    improvement_cost : currency from worst to best, (N,).
    lowest_score, minimum_share, maximum_share : by grade; nan: no such bound.
    raised : (E,) how far the intervention moves the indicator of the supplier, share of the way from
        worst to best.
    scored_in : (T,) the period whose score is the grade of each period.
    thresholds : those that rules ask for and interventions can change.
    quotas_bind : whether the pathway keeps purchases within the quotas of grades.
    drift : (V, T) points that scores are off what indicators give; nothing: they are not.
    """

    supplier: Integers = field(default_factory=no_integers)
    indicator: Labels = field(default_factory=no_labels)
    indicator_name: Labels = field(default_factory=no_labels)
    family: Labels = field(default_factory=no_labels)
    weight: Floats = field(default_factory=no_floats)
    worst: Floats = field(default_factory=no_floats)
    best: Floats = field(default_factory=no_floats)
    improvement_cost: Floats = field(default_factory=no_floats)
    value: Floats = field(default_factory=_no_values)
    grade: Labels = field(default_factory=no_labels)
    lowest_score: Floats = field(default_factory=no_floats)
    minimum_share: Floats = field(default_factory=no_floats)
    maximum_share: Floats = field(default_factory=no_floats)
    raise_intervention: Integers = field(default_factory=no_integers)
    raise_supplier: Integers = field(default_factory=no_integers)
    raise_indicator: Integers = field(default_factory=no_integers)
    raised: Floats = field(default_factory=no_floats)
    scored_in: Integers = field(default_factory=no_integers)
    thresholds: Thresholds = field(default_factory=Thresholds)
    quotas_bind: bool = True
    drift: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def points(self) -> Floats:
        """Share of its points that each indicator earns without interventions, (V, N, T)."""
        way = (self.best - self.worst)[None, :, None]
        return np.clip(np.nan_to_num((self.value - self.worst[None, :, None]) / way), 0.0, 1.0)

    def way_to(self, indicator: int, value: float) -> float:
        """Return a value of an indicator as a share of the way from worst to best."""
        worst, best = float(self.worst[indicator]), float(self.best[indicator])
        return (value - worst) / (best - worst)

    def points_with(self, in_effect: Floats) -> Floats:
        """Return the share of its points that each indicator earns, (V, N, T).

        Parameters
        ----------
        in_effect : interventions at work, (I, T); a part of one moves a part of the way.
        """
        points = self.points.copy()
        moved = self.raised[:, None] * np.minimum(in_effect[self.raise_intervention], 1.0)
        np.add.at(points, (self.raise_supplier, self.raise_indicator), moved)
        return np.minimum(points, 1.0)

    def score_of(self, points: Floats) -> Floats:
        """Return the scores of points (V, N, ...), (V, ...), 0 to 100."""
        return FULL_SCORE * np.einsum("n,vn...->v...", self.weight, points)

    def drifted(self, score: Floats, supplier: int | slice = slice(None)) -> Floats:
        """Return scores (..., T) of one supplier, or (V, T) of all, with what they are off, 0 to 100."""
        return np.clip(score + self.drift[supplier], 0.0, FULL_SCORE) if self.drift.size else score

    def grade_of(self, score: Floats) -> Integers:
        """Return the positions of the grades of scores."""
        found: Integers = np.searchsorted(self.lowest_score, score + SAME_SCORE, side="right") - 1
        return found

    def reaches(self, supplier: int, indicator: int, threshold: float, points: Floats) -> Flags:
        """Return whether points (N, ..., T) of a supplier reach a threshold, (..., T).

        Parameters
        ----------
        indicator : position, or `SCORE`.
        threshold : points of 100 for the score, share of the way to best for an indicator.
        """
        if indicator == SCORE:
            score = self.drifted(self.score_of(points[None])[0], supplier)
            reached: Flags = score >= threshold - SAME_SCORE
            return reached
        alone: Flags = points[indicator] >= threshold - SAME_SCORE / FULL_SCORE
        return alone


class _Raise(NamedTuple):
    """An intervention that moves an indicator of a supplier by an amount, in the indicator's unit."""

    intervention: int
    supplier: int
    indicator: int
    amount: float


def make_scorecards(
    tables: Tables, site_at: Mapping[str, int], interventions: Labels, periods: Periods
) -> tuple[Scorecards, list[Problem]]:
    """Return the scorecards, and a problem for each effect that raises no score."""
    frame, rows, grades = tables["indicators"], tables["scorecard"], tables["grades"]
    indicator_at = {name: n for n, name in enumerate(frame["indicator"])}
    names = list(dict.fromkeys(rows["site"]))
    supplier_at = {name: v for v, name in enumerate(names)}
    level = (frame["kind"] == "level").to_numpy(bool)
    weight = frame["weight"].to_numpy(float)
    label = tables["sites"]["site"].to_numpy(object)
    grades = grades.sort_values("lowest_score", kind="stable")
    raises, problems = _raises(tables, supplier_at, indicator_at, interventions)
    worst = np.where(level, frame["worst"].to_numpy(float), 0.0)
    best = np.where(level, frame["best"].to_numpy(float), 1.0)
    which = np.array([each.indicator for each in raises], dtype=np.int64)
    amount = np.array([each.amount for each in raises], dtype=float)
    cards = Scorecards(
        supplier=np.array([site_at[name] for name in names], dtype=np.int64),
        indicator=frame["indicator"].to_numpy(object),
        indicator_name=np.where(frame["name"] == "", frame["indicator"], frame["name"]).astype(object),
        family=frame["family"].to_numpy(object),
        weight=weight / weight.sum() if len(weight) else weight,
        worst=worst,
        best=best,
        improvement_cost=frame["improvement_cost"].to_numpy(float),
        value=_values(rows, supplier_at, indicator_at, periods),
        grade=grades["grade"].to_numpy(object),
        lowest_score=grades["lowest_score"].to_numpy(float),
        minimum_share=grades["minimum_share"].to_numpy(float),
        maximum_share=grades["maximum_share"].to_numpy(float),
        raise_intervention=np.array([each.intervention for each in raises], dtype=np.int64),
        raise_supplier=np.array([each.supplier for each in raises], dtype=np.int64),
        raise_indicator=which,
        raised=amount / np.abs(best - worst)[which],
        scored_in=np.maximum(np.arange(len(periods)) - 1, 0),
    )
    return cards, problems + too_many_raises(cards, label, interventions)


def _values(
    rows: pd.DataFrame, supplier_at: Mapping[str, int], indicator_at: Mapping[str, int], periods: Periods
) -> Floats:
    """Return what is reported, (V, N, T): the last value given, before the first one that one."""
    value = np.full((len(supplier_at), len(indicator_at), len(periods)), np.nan)
    for key, mine in rows.sort_values("period").groupby(["site", "indicator"], sort=False):
        site, indicator = (str(name) for name in key)
        years, reported = mine["period"].fillna(-np.inf).to_numpy(float), mine["value"].to_numpy(float)
        last = np.searchsorted(years, periods.start + SAME_MOMENT, side="right") - 1
        value[supplier_at[site], indicator_at[indicator]] = reported[np.maximum(last, 0)]
    return value


def _raises(
    tables: Tables, supplier_at: Mapping[str, int], indicator_at: Mapping[str, int], interventions: Labels
) -> tuple[list[_Raise], list[Problem]]:
    """Return what effects raise which indicators of whom, and a problem for each that raises nothing."""
    position = {name: i for i, name in enumerate(interventions)}
    effects = tables["effects"]
    region = dict(zip(tables["sites"]["site"], tables["sites"]["region"], strict=True))
    found, problems = [], []
    for effect in effects[effects["effect"] == "raises_score"].to_dict("records"):
        if not effect["indicator"]:
            fix = "name the indicator it moves, one row for each"
            rule = "raises_score needs an indicator"
            problems.append(Problem("effects", rule, fix, effect["row"], "indicator"))
            continue
        touched = [
            v
            for name, v in supplier_at.items()
            if effect["site"] in ("", name) and effect["region"] in ("", region[name])
        ]
        if not touched:
            fix = "name a site that has a scorecard, or add its rows to scorecard"
            rule = "raises_score touches no scored supplier"
            problems.append(Problem("effects", rule, fix, effect["row"], "effect", effect["intervention"]))
        intervention, indicator = position[effect["intervention"]], indicator_at[effect["indicator"]]
        found += [_Raise(intervention, v, indicator, float(effect["amount"])) for v in touched]
    return found, problems
