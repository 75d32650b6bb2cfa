"""Second opinion on supplier programmes; see :mod:`optimizer.verify`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.periods import SAME_MOMENT
from scenarios.scenario import Floats, Scenario

Finding = tuple[str, Floats, Floats]  # rule, violation, size of what is compared


def programme_findings(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    """Yield how far the seats given exceed those there are, counted from the labels of interventions."""
    labels = s.interventions.label.astype(str)
    year = np.floor(s.periods.start + SAME_MOMENT)
    limit = iter(s.programmes.seats.most)
    for row in s.tables["programme_stages"].dropna(subset="most_seats_a_year").to_dict("records"):
        mine = np.char.startswith(labels, f"{row['programme']}:{row['stage']}:")
        given = x["adopt"][mine].sum(axis=0)
        for y in np.unique(year):
            taken = np.atleast_1d(given[year == y].sum())
            rule = f"seats of {row['programme']} {row['stage']} in {y:.0f}"
            yield rule, np.maximum(taken - next(limit), 0), np.ones(1)
