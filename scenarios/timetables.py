"""Timetables: when trains and ships leave on which lanes, and what one departure takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.element_filters import fewest_filters_first, fitting
from scenarios.empty_arrays import no_floats, no_integers
from scenarios.errors import Problem
from scenarios.tables_traffic import WEEKDAYS

if TYPE_CHECKING:
    from scenarios.scenario import Lanes, Scenario

Tables = Mapping[str, pd.DataFrame]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

FILTERS = ("origin", "destination", "mode", "region")
WEEK, YEAR = 7, 365.0  # days


@dataclass(frozen=True)
class Timetables:
    """When lanes are served, rows (R,).

    Attributes
    ----------
    row_of : for each lane the row that holds, -1: none, (K,).
    weekdays : whether each row leaves on each day of the week, Monday first, (R, 7).
    every_days, offset_days : otherwise every so many days, one of them this far from the first day; 0:
        by days of the week.
    capacity : t that one departure takes, inf: no limit.
    """

    row_of: Integers = field(default_factory=no_integers)
    weekdays: Flags = field(default_factory=lambda: np.zeros((0, WEEK), dtype=bool))
    every_days: Integers = field(default_factory=no_integers)
    offset_days: Integers = field(default_factory=no_integers)
    capacity: Floats = field(default_factory=no_floats)

    @property
    def per_year(self) -> Floats:
        """Departures in a year of 365 days, the mean over many years, (R,)."""
        by_week = self.weekdays.sum(axis=1) / WEEK
        return YEAR * np.where(self.every_days > 0, 1 / np.maximum(self.every_days, 1), by_week)

    def leaves(self, row: int, days: Integers, begin: date) -> Flags:
        """Return on which of `days`, counted from `begin` and perhaps before it, something leaves."""
        every = int(self.every_days[row])
        if every:
            return np.asarray((days - self.offset_days[row]) % every == 0)
        return np.asarray(self.weekdays[row][(begin.weekday() + days) % WEEK])


def make_timetables(frame: pd.DataFrame, scenario: Scenario) -> tuple[Timetables, list[Problem]]:
    """Return the timetables of a checked table, and what is wrong with the lanes they are about."""
    row_of = np.full(len(scenario.lanes.label), -1, dtype=np.int64)
    problems = []
    for number in fewest_filters_first(frame, FILTERS):  # what holds is written last
        row = frame.iloc[number]
        hit = fitting("lane", row, scenario)
        row_of[hit] = number
        if not len(hit):
            fix = "widen its filters"
            problems.append(
                Problem("timetables", "fits no lane", fix, row["row"], "timetable", row["timetable"])
            )
        for lane in hit[scenario.lanes.whole_vehicles[hit]].tolist():
            label = scenario.lanes.label[lane]
            fix = "remove whole_vehicles from the lane, or leave the lane out of the timetable's filters"
            rule = f"fits {label}, which is paid by the whole vehicle"
            problems.append(Problem("timetables", rule, fix, row["row"], "timetable", row["timetable"]))
    by_week = np.array([[day in row for day in WEEKDAYS] for row in frame["weekdays"]], dtype=bool)
    found = Timetables(
        row_of=row_of,
        weekdays=by_week.reshape(len(frame), WEEK),
        every_days=frame["every_days"].fillna(0).to_numpy(np.int64),
        offset_days=frame["offset_days"].fillna(0).to_numpy(np.int64),
        capacity=frame["capacity"].fillna(np.inf).to_numpy(float),
    )
    return found, problems


def within_timetables(lanes: Lanes, timetables: Timetables) -> Lanes:
    """Return the lanes with no more capacity a year than what leaves in a year can take."""
    most = np.append(timetables.capacity * timetables.per_year, np.inf)[timetables.row_of]
    return replace(lanes, capacity=np.minimum(lanes.capacity, most))


# ---------------------------------------------------------------- rules


def timetable_days(tables: Tables) -> Iterator[Problem]:
    """A timetable says when: on days of the week, or every so many days."""
    for _, row in tables["timetables"].iterrows():
        every, place = row["every_days"], ("timetables", row["row"])
        for word in row["weekdays"]:
            if word not in WEEKDAYS:
                fix = f"use some of: {', '.join(WEEKDAYS)}"
                yield Problem(place[0], "is no day of the week", fix, place[1], "weekdays", word)
        if pd.isna(every) and not row["weekdays"]:
            fix = "fill in weekdays or every_days"
            yield Problem(place[0], "nothing says when it leaves", fix, place[1], "weekdays")
        if not pd.isna(every) and row["weekdays"]:
            fix = "leave one of weekdays and every_days blank"
            yield Problem(place[0], "is given beside days of the week", fix, place[1], "every_days", every)
        if pd.isna(every) and not pd.isna(row["offset_days"]):
            fix = "leave it blank, or fill in every_days"
            yield Problem(place[0], "belongs to every_days", fix, place[1], "offset_days", row["offset_days"])


TIMETABLE_RULES = (timetable_days,)
