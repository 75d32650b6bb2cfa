"""Disruptions: events that may befall a plan, with what each hits and when it may start."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.element_filters import fitting
from scenarios.empty_arrays import no_floats, no_integers, no_labels
from scenarios.errors import Problem
from scenarios.periods import MONTHS, Periods
from scenarios.risk_checks import day_of

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]

FAMILY = {
    "closes_site": "site",
    "closes_line": "line",
    "closes_lane": "lane",
    "changes_demand": "demand",
    "raises_price": "offer",
    "raises_carbon_price": "",
    "raises_footprint": "offer",
    "raises_grid_factor": "supply",
    "cuts_power": "supply",
}


@dataclass(frozen=True)
class Disruptions:
    """Events that may befall a plan, (E,), each after the one that sets it off.

    Attributes
    ----------
    hits : positions of what each event hits, in the scenario's family that its kind is about.
    windows : first and last day on which each may start, counted from the first day of the horizon, (n, 2)
        for the n times it may come; none for an event that another one sets off.
    after : the event that sets it off, -1: none.
    delay_days : from the start of that event.
    probability : of each time; of an event that another sets off, given that one.
    mean_days : inf: to the end of the horizon.
    duration : distribution of the length: fixed, exponential or lognormal with `duration_cv`.
    severity : share lost of what is closed or cut.
    amount : share added to demand, price or factor, or currency added to a tCO2e.
    """

    label: Labels = field(default_factory=no_labels)
    kind: Labels = field(default_factory=no_labels)
    hits: tuple[Integers, ...] = ()
    windows: tuple[Integers, ...] = ()
    after: Integers = field(default_factory=no_integers)
    delay_days: Floats = field(default_factory=no_floats)
    probability: Floats = field(default_factory=no_floats)
    mean_days: Floats = field(default_factory=no_floats)
    duration: Labels = field(default_factory=no_labels)
    duration_cv: Floats = field(default_factory=no_floats)
    severity: Floats = field(default_factory=no_floats)
    amount: Floats = field(default_factory=no_floats)


def make_disruptions(frame: pd.DataFrame, scenario: Scenario) -> tuple[Disruptions, list[Problem]]:
    """Return the disruptions of a checked table, and those that hit nothing."""
    frame = _triggers_first(frame)
    position = {event: e for e, event in enumerate(frame["event"])}
    hits = tuple(_hits(row, scenario) for _, row in frame.iterrows())
    problems = [
        Problem("disruptions", "hits nothing", "widen its filters", row["row"], "event", row["event"])
        for (_, row), hit in zip(frame.iterrows(), hits, strict=True)
        if FAMILY[row["kind"]] and not len(hit)
    ]
    found = Disruptions(
        label=frame["event"].to_numpy(object),
        kind=frame["kind"].to_numpy(object),
        hits=hits,
        windows=tuple(_windows(row, scenario.periods) for _, row in frame.iterrows()),
        after=np.array([position.get(name, -1) for name in frame["after"]], dtype=np.int64),
        delay_days=frame["delay_days"].to_numpy(float),
        probability=frame["probability"].to_numpy(float),
        mean_days=frame["mean_days"].fillna(np.inf).to_numpy(float),
        duration=frame["duration"].to_numpy(object),
        duration_cv=frame["duration_cv"].fillna(0.0).to_numpy(float),
        severity=frame["severity"].to_numpy(float),
        amount=frame["amount"].fillna(0.0).to_numpy(float),
    )
    return found, problems


def _triggers_first(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows sorted so that an event stands after the one that sets it off."""
    before = dict(zip(frame["event"], frame["after"], strict=True))

    def depth(event: str) -> int:
        return 1 + depth(before[event]) if before.get(event) else 0

    order = np.argsort([depth(event) for event in frame["event"]], kind="stable")
    return frame.iloc[order]


def _hits(row: pd.Series, scenario: Scenario) -> Integers:
    """Return the positions of what fits all filters of a row; customers do not close."""
    family = FAMILY[row["kind"]]
    if not family:
        return no_integers()
    hit = fitting(family, row, scenario)
    return hit[scenario.sites.role[hit] != "customer"] if family == "site" else hit


def _windows(row: pd.Series, periods: Periods) -> Integers:
    """Return first and last day of each time an event may come, from the horizon's first day, (n, 2)."""
    earliest = day_of(row["earliest"])
    if earliest is None:
        return np.zeros((0, 2), dtype=np.int64)
    latest = day_of(row["latest"]) or earliest
    begin = first_day(periods)
    last_month = round(float(periods.start[-1] + periods.years[-1]) * MONTHS)
    end = date(last_month // MONTHS, last_month % MONTHS + 1, 1)
    step = 0 if pd.isna(row["every_years"]) else int(row["every_years"])
    found, first = [], earliest
    while first < end:
        found.append(((first - begin).days, (first + (latest - earliest) - begin).days))
        if not step:
            break
        first = _years_later(earliest, len(found) * step)
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def first_day(periods: Periods) -> date:
    """Return the first day of the horizon."""
    month = round(float(periods.start[0]) * MONTHS)
    return date(month // MONTHS, month % MONTHS + 1, 1)


def _years_later(day: date, years: int) -> date:
    """Return the same day of a later year, the first of March for a leap day that is missing."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28) + timedelta(days=1)
