"""How investments are paid and bounded: subsidies, loans, budgets and counts of interventions.

A loan is repaid in equal instalments, one in the middle of each year like every yearly cost, so that
a loan at the discount rate changes no present value. What is owed beyond the horizon is booked at
its end, against the residual value of what it paid for. A subsidy lowers the residual value: value
left at the end is of what was paid oneself (a grant deducted from the carrying amount, IAS 20.24).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.periods import SAME_MOMENT, Periods

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.object_]


@dataclass(frozen=True)
class Loans:
    """Loans that pay part of an intervention, (B,) and (B, T), per module decided.

    Attributes
    ----------
    amount : currency borrowed at the start.
    instalment : currency a year, interest included.
    left : currency still owed at the end of the horizon, by the period of the decision.
    repaid : share of the years of period t in which a loan of period d is repaid, (B, d, t).
    """

    label: Labels
    intervention: Integers
    amount: Floats
    instalment: Floats
    left: Floats
    repaid: Floats


@dataclass(frozen=True)
class InterventionCounts:
    """Bounds on how many interventions are chosen, one per rule, (K,).

    Attributes
    ----------
    period : in effect in this period, the last one of the year; -1: ever decided.
    minimum, maximum : interventions; nan where there is no bound.
    weight : what each member counts as: 1, or the chance that it comes about.
    """

    label: Labels
    members: tuple[Integers, ...]
    period: Integers
    minimum: Floats
    maximum: Floats
    weight: tuple[Floats, ...] = ()


@dataclass(frozen=True)
class Budgets:
    """Limits on investment, net of subsidies, (B,).

    Attributes
    ----------
    members : interventions the budget pays for.
    periods : whose investment it pays: those of a year, or all.
    amount : currency, undiscounted.
    """

    label: Labels
    members: tuple[Integers, ...]
    period: Integers  # the first of them; -1: the whole horizon
    periods: tuple[Integers, ...]
    amount: Floats


def make_loans(frame: pd.DataFrame, periods: Periods) -> Loans:
    """Return the loans of the interventions that are paid by one."""
    amount = frame["capex"] * (1 - frame["subsidy_share"]) * frame["loan_share"]
    borrowed = np.flatnonzero(amount.to_numpy(float) > 0)
    rows = frame.iloc[borrowed]
    rate, years = rows["loan_rate"].to_numpy(float), rows["loan_years"].to_numpy(float)
    principal = amount.to_numpy(float)[borrowed]
    starts = np.asarray(periods.start, dtype=float)
    ends = np.append(starts[1:], float(periods.end))
    last = starts[None, :] + years[:, None]  # (B, d)
    overlap = np.minimum(ends[None, None, :], last[:, :, None]) - np.maximum(
        starts[None, None, :], starts[None, :, None]
    )
    return Loans(
        label=rows["intervention"].to_numpy(object),
        intervention=borrowed.astype(np.int64),
        amount=principal,
        instalment=principal / worth_of_instalments(rate, years),
        left=principal[:, None] * share_owed(rate[:, None], years[:, None], periods.end - starts[None, :]),
        repaid=np.clip(overlap / (ends - starts)[None, None, :], 0.0, 1.0),
    )


def worth_of_instalments(rate: Floats, years: Floats) -> Floats:
    """Return what one currency unit paid in the middle of each of `years` years repays at the start."""
    discount = 1 / (1 + rate)
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = np.sqrt(discount) * (1 - discount**years) / (1 - discount)
    return np.where(rate > 0, worth, years)


def share_owed(rate: Floats, years: Floats, elapsed: Floats) -> Floats:
    """Return the share of a loan still owed after `elapsed` years."""
    rest, discount = np.clip(years - elapsed, 0.0, None), 1 / (1 + rate)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (1 - discount**rest) / (1 - discount**years)
    return np.where(rate > 0, share, rest / years)


def make_counts(
    frame: pd.DataFrame, labels: Labels, kinds: Labels, periods: Periods, chance: Floats
) -> tuple[InterventionCounts, list[str]]:
    """Return the counting rules, and a warning for each whose year lies outside the horizon.

    `chance` : that each intervention comes about, (I,).
    """
    frame, warnings = _within_horizon(frame, "rule", "by_year", "intervention_counts", periods)
    position = {label: i for i, label in enumerate(labels)}
    members = []
    for kind, listed in zip(frame["kind"], frame["interventions"], strict=True):
        chosen = (kinds == kind) if kind else np.zeros(len(labels), dtype=bool)
        chosen[[position[name] for name in listed]] = True
        members.append(np.flatnonzero(chosen))
    asked = [_periods_of(year, periods) for year in frame["by_year"]]
    counts = InterventionCounts(
        label=frame["rule"].to_numpy(object),
        members=tuple(members),
        period=np.array([when[-1] if len(when) else -1 for when in asked], dtype=np.int64),
        minimum=frame["minimum"].to_numpy(float),
        maximum=frame["maximum"].to_numpy(float),
        weight=tuple(
            chance[those] if counted == "expected" else np.ones(len(those))
            for those, counted in zip(members, frame["counted"], strict=True)
        ),
    )
    return counts, warnings


def make_budgets(
    frame: pd.DataFrame, labels: Labels, kinds: Labels, periods: Periods
) -> tuple[Budgets, list[str]]:
    """Return the budgets, and a warning for each whose year lies outside the horizon."""
    frame, warnings = _within_horizon(frame, "budget", "year", "budgets", periods)
    everything = np.arange(len(labels))
    asked = [_periods_of(year, periods) for year in frame["year"]]
    budgets = Budgets(
        label=frame["budget"].to_numpy(object),
        members=tuple(np.flatnonzero(kinds == kind) if kind else everything for kind in frame["kind"]),
        period=np.array([when[0] if len(when) else -1 for when in asked], dtype=np.int64),
        periods=tuple(when if len(when) else np.arange(len(periods)) for when in asked),
        amount=frame["amount"].to_numpy(float),
    )
    return budgets, warnings


def _within_horizon(
    frame: pd.DataFrame, key: str, column: str, table: str, periods: Periods
) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows whose year the horizon holds, and a warning for each other."""
    first, end = float(periods.start[0]), float(periods.end)
    outside = (frame[column] < first) | (frame[column] >= end)
    warnings = [
        f"{table} {name}: year {year:.0f} lies outside the horizon, so the rule does not hold"
        for name, year in zip(frame.loc[outside, key], frame.loc[outside, column], strict=True)
    ]
    return frame[~outside], warnings


def _periods_of(year: float, periods: Periods) -> Integers:
    """Return the periods of a calendar year: the one that holds it, or its months; none without a year."""
    if np.isnan(year):
        return np.array([], dtype=np.int64)
    if periods.monthly:
        return np.flatnonzero(np.floor(periods.start + SAME_MOMENT) == year)
    return np.array([periods.position(int(year))], dtype=np.int64)
