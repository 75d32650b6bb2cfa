"""How a figure answers to each swept setting: averages along it, and the swing between its ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reporting.sweeps.points import Floats, SweepPoints

PARTS = 8  # of a range, at most: a tenth of the points or so in each
END = 0.2  # of the points, at each end of a setting


@dataclass(frozen=True)
class Response:
    """How a figure answers to one setting.

    Attributes
    ----------
    setting : label. names : of the classes, for settings that are no numbers.
    values : middle of each class. means, low, high : average, P10 and P90 of the figure in each; counts.
    swing : averages at the low and at the high end of the setting (least and greatest class of words).
    """

    setting: str
    names: list[str]
    values: list[float]
    means: list[float]
    low: list[float]
    high: list[float]
    counts: list[int]
    swing: tuple[float, float]


def responses(points: SweepPoints, figure: str) -> list[Response]:
    """Return how a figure answers to each setting, the widest swing first.

    Other settings vary along, so these are averages over the design. Points without the figure are left out.
    """
    values = points.figure(figure)
    known = np.isfinite(values)
    found = [_response(points, label, values, known) for label in points.labels]
    return sorted((r for r in found if r is not None), key=lambda r: -abs(r.swing[1] - r.swing[0]))


def _response(points: SweepPoints, label: str, figure: Floats, known: np.ndarray) -> Response | None:
    settings = points.setting(label)
    if points.is_number(label):
        known = known & np.isfinite(settings.astype(float))
    if known.sum() < 2:
        return None
    settings, figure = settings[known], figure[known]
    if points.is_number(label):
        return _of_numbers(label, settings.astype(float), figure)
    names = list(dict.fromkeys(str(value) for value in settings))
    groups = [figure[settings == name] for name in names]
    means = [float(group.mean()) for group in groups]
    return Response(label, names, [], means, *_spread(groups), (min(means), max(means)))


def _of_numbers(label: str, settings: Floats, figure: Floats) -> Response:
    """Return classes of one value each where there are few, else of alike many points."""
    distinct = np.unique(settings)
    order = np.argsort(settings, kind="stable")
    if len(distinct) <= PARTS:
        groups = [np.flatnonzero(settings == value) for value in distinct]
    else:
        groups = [part for part in np.array_split(order, min(PARTS, len(order) // 2)) if len(part)]
    ends = max(round(END * len(order)), 1)
    if len(distinct) <= PARTS:
        swing = (float(figure[groups[0]].mean()), float(figure[groups[-1]].mean()))
    else:
        swing = (float(figure[order[:ends]].mean()), float(figure[order[-ends:]].mean()))
    figures = [figure[group] for group in groups]
    middles = [float(settings[group].mean()) for group in groups]
    means = [float(group.mean()) for group in figures]
    return Response(label, [], middles, means, *_spread(figures), swing)


def _spread(groups: list[Floats]) -> tuple[list[float], list[float], list[int]]:
    low, high = ([float(np.quantile(group, q)) for group in groups] for q in (0.1, 0.9))
    return low, high, [len(group) for group in groups]


def undominated(points: SweepPoints, cost: str = "extra_cost", emissions: str = "emissions") -> np.ndarray:
    """Return which points no other beats, (N,): none emits no more and costs less by more than its gap.

    Points whose plan was not proven cheapest are judged by their bound: what a gap leaves open is not told.
    """
    paid, emitted = points.figure(cost), points.figure(emissions)
    gaps = np.asarray(points.dataset["gap"].transpose(*points.lead).values, float).ravel()
    least = paid - np.abs(points.figure("cost_npv")) * np.nan_to_num(gaps)
    known, keep = np.isfinite(paid) & np.isfinite(emitted), np.zeros(len(points), bool)
    order = np.lexsort((paid, emitted))
    cheapest = np.inf  # of all that emit no more
    for i in order[known[order]]:
        keep[i] = least[i] <= cheapest
        cheapest = min(cheapest, paid[i])
    return keep
