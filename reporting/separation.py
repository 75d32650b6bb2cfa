"""What separates two plans: gaps of their solves, and intervals of their difference in the same futures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from reporting.findings import cap_chance

if TYPE_CHECKING:
    import xarray as xr

SAME = 1e-6  # of the larger: figures that are one
# Of one plan and another: -1 when the first has clearly less, 1 when clearly more, 0 when not separated.
Separation = Callable[[str, str], int]


class Paired:
    """Mean differences of plans in the futures they share, where there are any.

    Parameters
    ----------
    differences : ``low`` and ``high`` by ``plan``, ``other`` and ``measure``; None where none were tried.
    """

    def __init__(self, differences: xr.Dataset | None) -> None:
        self._rows: dict[tuple[str, str, str], tuple[float, float]] = {}
        if differences is None or differences.attrs["differs_in"]:
            return
        low, high = (differences[end].transpose("plan", "other", "measure").values for end in ("low", "high"))
        keys, measures = differences["plan"].values, differences["measure"].values
        for i, one in enumerate(keys):
            for j, other in enumerate(keys):
                for m, measure in enumerate(measures):
                    if low[i, j, m] <= high[i, j, m]:  # a pair that both have, not a number otherwise
                        ends = float(low[i, j, m]), float(high[i, j, m])
                        self._rows[str(one), str(other), str(measure)] = ends

    def side(self, one: str, other: str, measure: str) -> int | None:
        """Return -1 when `one` has clearly less than `other`, 1 when more, 0 when unclear, None unknown."""
        ends = self._rows.get((one, other, measure))
        return None if ends is None else -1 if ends[1] < 0 else 1 if ends[0] > 0 else 0


def separations(planned: Mapping[str, Any], together: Paired) -> dict[str, Separation]:
    """Return what separates the plans, by payload and key, in each of the things they are compared in.

    ``cost`` : present cost, clear of both gaps and of the interval of the difference in the same futures.
    ``emissions``, ``last`` : over the horizon and of the last year, clear of that interval.
    ``capital`` : as planned. ``chance`` : of missing the cap in its last year, clear of the interval of the
    difference in the same futures; without them the intervals of both chances must not overlap.
    """

    def cost(one: str, other: str) -> int:
        a, b = planned[one], planned[other]
        gaps = [payload["solver"]["gap"] for payload in (a, b)]
        ours, theirs = (payload["cost"]["npv"]["plan"] for payload in (a, b))
        if any(gap is None for gap in gaps):
            return 0
        slack = abs(gaps[0] * ours) + abs(gaps[1] * theirs)
        return _agreed(_side(ours, theirs, slack), together.side(one, other, "cost"))

    def emitted(measure: str, of: Callable[[Any], float]) -> Separation:
        def compared(one: str, other: str) -> int:
            return _agreed(_side(of(planned[one]), of(planned[other])), together.side(one, other, measure))

        return compared

    def capital(one: str, other: str) -> int:
        return _side(*(planned[key]["cost"]["capital"]["plan"] for key in (one, other)))

    def chance(one: str, other: str) -> int:
        a, b = (cap_chance(planned[key]) for key in (one, other))
        if a is None or b is None:
            return 0
        paired = together.side(one, other, "missed")
        if paired is not None:
            return paired
        return -1 if a["high"] < b["low"] else 1 if a["low"] > b["high"] else 0

    return {
        "cost": cost,
        "emissions": emitted("emissions", lambda payload: payload["emissions"]["cumulative"]["plan"]),
        "last": emitted("emissions_last", lambda payload: payload["emissions"]["plan"][-1]),
        "capital": capital,
        "chance": chance,
    }


def _side(ours: float, theirs: float, slack: float = 0.0) -> int:
    """Return on which side of `theirs` `ours` lies when it is further away than `slack`, else 0."""
    apart = ours - theirs
    if abs(apart) <= max(slack, SAME * max(abs(ours), abs(theirs))):
        return 0
    return 1 if apart > 0 else -1


def _agreed(planned: int, tried: int | None) -> int:
    """Return the side on which plan and trials agree, 0 where they do not; the plan's without trials."""
    return planned if tried is None or tried == planned else 0
