"""Caps on the water that the sites of a basin draw, as rows over decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from scenarios.errors import Problem
from scenarios.impacts import impact_coefficients
from scenarios.linear_rules import Entries, LinearRules, Row, gathered
from scenarios.values_by_period import by_period

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenarios.scenario import Scenario

Tables = Mapping[str, pd.DataFrame]
UNIT = "m3/year"


def make_basin_rules(frame: pd.DataFrame, scenario: Scenario) -> LinearRules:
    """Return one row a basin and period: the water its sites draw is at most the cap, m3 a year."""
    if not len(frame):
        return LinearRules()
    most = by_period(frame, ["basin"], "maximum", scenario.periods, np.inf)
    rows = []
    for b, basin in enumerate(frame["basin"].drop_duplicates()):
        drawn = impact_coefficients(scenario, "water", scenario.impacts.basin == basin)
        rows += [
            Row(f"water of {basin}", t, -np.inf, float(most[b, t]), UNIT, entries_in(drawn, t), about=basin)
            for t in range(len(scenario.periods))
        ]
    return gathered(rows)


def entries_in(
    coefficients: Mapping[str, NDArray[np.float64]], period: int, factor: float = 1.0
) -> tuple[Entries, ...]:
    """Return the entries of one period of coefficients (n, T), times a factor, by decision."""
    found = []
    for decision, per_unit in coefficients.items():
        element = np.flatnonzero(per_unit[:, period])
        found.append(
            Entries(
                decision,
                np.zeros(len(element), dtype=np.int64),
                element.astype(np.int64),
                np.full(len(element), period, dtype=np.int64),
                factor * per_unit[element, period],
            )
        )
    return tuple(found)


def basins_draw_water(tables: Tables) -> Iterator[Problem]:
    """A capped basin has sites, and something there draws water."""
    sites, lines = tables["sites"], tables["lines"]
    basin_of = dict(zip(sites["site"], sites["basin"], strict=True))
    site_of = dict(zip(lines["line"], lines["site"], strict=True))
    wet = set(tables["processes"].loc[tables["processes"]["water"] > 0, "process"])
    drawn = {
        basin_of.get(site_of.get(line, ""), "")
        for line, process in zip(
            tables["line_processes"]["line"], tables["line_processes"]["process"], strict=True
        )
        if process in wet
    }
    for _, row in tables["water_caps"].drop_duplicates("basin").iterrows():
        if row["basin"] not in set(sites["basin"]):
            fix = "use the basin of a site"
            yield Problem("water_caps", "no site draws from it", fix, row["row"], "basin", row["basin"])
        elif row["basin"] not in drawn:
            fix = "fill in water of the processes there, or remove the cap"
            yield Problem(
                "water_caps", "no process there draws water", fix, row["row"], "basin", row["basin"]
            )
