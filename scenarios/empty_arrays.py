"""Empty arrays: the defaults of what a scenario may not have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def no_floats() -> NDArray[np.float64]:
    """Return no numbers, (0,)."""
    return np.zeros(0)


def no_integers() -> NDArray[np.int64]:
    """Return no positions, (0,)."""
    return np.zeros(0, dtype=np.int64)


def no_labels() -> NDArray[np.object_]:
    """Return no labels, (0,)."""
    return np.zeros(0, dtype=object)
