"""A factory status that a named site must have, as rows over decisions: all entry thresholds at once.

How many of several sites have a status no linear row can say; that one site has it, rows say one by one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scenarios.factory_status import OF_SCORES, Statuses
from scenarios.linear_rules import Entries, Row
from scenarios.tables_targets import ASPECTS
from scenarios.water_caps import entries_in

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NEVER = np.inf  # of nothing as much as this: what no decision changes


def status_rows(label: str, statuses: Statuses, status: str, sites: Flags, period: int) -> Iterator[Row]:
    """Yield what the sites' activities must keep in a period for the status, a row a site and threshold.

    Scores are as stated: where one is too low, a row says so that nothing can meet.
    """
    for site in np.flatnonzero(sites).tolist():
        for criterion, threshold in statuses.scores.criteria[status].items():
            if criterion in OF_SCORES:
                score = statuses.scores.score[site, :, period]
                reached = score.mean() if criterion not in ASPECTS else score[ASPECTS.index(criterion)]
                if not reached >= threshold:
                    yield Row(label, period, threshold - float(np.nan_to_num(reached)), NEVER, "points", ())
                continue
            part, whole = _terms(statuses, criterion, site, period)
            least = criterion == "renewable_share"
            low, high = (threshold, np.inf) if least else (-np.inf, threshold)
            unit = "share" if least else "tCO2e/year" if not whole else "tCO2e/unit"
            yield Row(label, period, low, high, unit, part, whole, is_share=bool(whole))


def _terms(
    statuses: Statuses, criterion: str, site: int, period: int
) -> tuple[tuple[Entries, ...], tuple[Entries, ...]]:
    """Return what a criterion sums at a site in a period, and what it divides by; nothing: by nothing."""
    if criterion == "renewable_share":
        here = (statuses.supply_site == site).astype(float)[:, None]
        load = {"power": np.repeat(here, period + 1, axis=1)}
        green = {"power": load["power"] * statuses.green[:, None]}
        return entries_in(green, period), entries_in(load, period)
    emitted: dict[str, Floats] = {}
    for activity, per_unit, where in statuses.emitted:
        emitted[activity] = emitted.get(activity, 0.0) + per_unit * (where == site)[:, None]
    part = entries_in(emitted, period)
    if criterion == "emissions":
        return part, ()
    made = (statuses.made * (statuses.operation_site == site))[:, None]
    return part, entries_in({"run": np.repeat(made, period + 1, axis=1)}, period)
