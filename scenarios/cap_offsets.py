"""What offsets count under a cap that includes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import ConfigError
from scenarios.scenario import Scenario
from scenarios.settings import CapSettings
from scenarios.tables_credits import OFFSET_KINDS


def counted_offsets(name: str, settings: CapSettings, scenario: Scenario) -> NDArray[np.float64]:
    """Return what each offset takes off the cap per credited t, (F, T).

    Raises
    ------
    ConfigError : the scenario has no offsets of the kinds the cap counts, or the cap is of a place: an offset
        belongs to the company, not to one of its sites.
    """
    offsets, kinds = scenario.offsets, settings.offset_kinds or list(OFFSET_KINDS)
    unknown = sorted(set(kinds) - set(OFFSET_KINDS))
    if unknown:
        known = ", ".join(OFFSET_KINDS)
        message = f"carbon cap {name!r}: offset_kinds {unknown} do not exist; use some of: {known}"
        raise ConfigError(message)
    if settings.site or settings.region:
        message = f"carbon cap {name!r}: includes_offsets is for the whole company; leave out site and region"
        raise ConfigError(message)
    counted = np.isin(offsets.kind, kinds)
    if not counted.any():
        message = f"carbon cap {name!r}: includes_offsets, but table offsets has none of: {', '.join(kinds)}"
        raise ConfigError(message)
    return np.asarray(offsets.counts * counted[:, None], dtype=float)
