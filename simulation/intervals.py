"""How estimates of trials stand in an outcome: a variable, and the two ends of its interval beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from simulation.layout import Floats

Variable = tuple[tuple[str, ...], Floats, dict[str, str]]
Variables = dict[str, Variable]
LOW, HIGH = "_low", "_high"
STUDENT, WILSON = "confidence", "Wilson"  # what intervals are called


def with_ends(
    name: str,
    dims: tuple[str, ...],
    estimate: Sequence[ArrayLike] | Floats,
    units: str,
    meaning: str,
    *,
    called: str = STUDENT,
    stem: str = "",
) -> Variables:
    """Return an estimate as the variable `name`, with the ends of its interval.

    Parameters
    ----------
    estimate : value, lower and upper end, arrays over `dims`, as :mod:`simulation.statistics` gives them.
    called : what the interval is called.
    stem : what ``_low`` and ``_high`` are put to; empty: `name`.
    """
    names = (name, f"{stem or name}{LOW}", f"{stem or name}{HIGH}")
    words = (meaning, f"lower end of its {called} interval", f"upper end of its {called} interval")
    return {
        each: (dims, np.asarray(values), told(units, text))
        for each, values, text in zip(names, estimate, words, strict=True)
    }


def told(units: str, meaning: str) -> dict[str, str]:
    """Return what a variable says of itself."""
    return {"units": units, "long_name": meaning}
