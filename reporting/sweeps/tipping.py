"""Tipping points of a sweep: from which value of a setting on a decision is taken, or there is a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reporting.sweeps.points import SweepPoints

FEASIBLE = "plan"  # whether there is one at all
RIGHT = 0.8  # of the points that a tipping point must tell rightly
FEWEST = 3  # points on the rarer side: less tells nothing

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class TippingPoint:
    """One threshold that separates points best.

    Attributes
    ----------
    what : intervention, or :data:`FEASIBLE`. setting : the swept setting whose value decides.
    low, high : neighbouring values of the setting between which it flips.
    above : whether it happens above them. right : share of the points that the threshold tells rightly;
    usual : share that the more frequent answer alone would. taken, of : points where it happens, of all.
    """

    what: str
    setting: str
    low: float
    high: float
    above: bool
    right: float
    usual: float
    taken: int
    of: int


def tipping_points(points: SweepPoints) -> list[TippingPoint]:
    """Return what one setting alone tips, the surest first.

    For each decision that some plans take and others do not, the numeric setting and threshold with the
    fewest errors (a decision stump, Iba and Langley 1992) when it tells at least :data:`RIGHT` of the points
    rightly and better than the usual answer does. Which setting matters where several act together is a
    question for a Sobol or Morris design.
    """
    answered = points.answered
    asked = {FEASIBLE: (answered, np.isin(points.texts("state"), ("ok", "infeasible")))}
    asked |= {name: (taken, answered) for name, taken in points.adopted.items()}
    found = [_best(points, what, happens[told], told) for what, (happens, told) in asked.items()]
    clear = [tip for tip in found if tip is not None and tip.right >= RIGHT and tip.right > tip.usual]
    return sorted(clear, key=lambda tip: (tip.what != FEASIBLE, -tip.right, tip.what))


def _best(points: SweepPoints, what: str, happens: Flags, told: Flags) -> TippingPoint | None:
    """Return the threshold with the fewest errors over all numeric settings; None where nothing flips."""
    taken, total = int(happens.sum()), len(happens)
    if min(taken, total - taken) < min(FEWEST, total // 2) or not 0 < taken < total:
        return None
    best: TippingPoint | None = None
    for setting in filter(points.is_number, points.labels):
        values = np.asarray(points.setting(setting), float)[told]
        if not np.isfinite(values).all():
            continue
        order = np.argsort(values, kind="stable")
        ranked, flags = values[order], happens[order]
        ends = np.flatnonzero(np.diff(ranked) > 0)  # a threshold lies between different values
        if not len(ends):
            continue
        below = np.cumsum(flags)[ends]  # that happen at or below each threshold
        right_above = (taken - below) + (ends + 1 - below)
        right = np.maximum(right_above, total - right_above)
        at = int(right.argmax())
        share, end = float(right[at]) / total, int(ends[at])
        if best is None or share > best.right:
            best = TippingPoint(
                what,
                setting,
                float(ranked[end]),
                float(ranked[end + 1]),
                bool(right_above[at] * 2 >= total),
                share,
                max(taken, total - taken) / total,
                taken,
                total,
            )
    return best
