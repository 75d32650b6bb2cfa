"""What the simulation cannot play yet, said before it starts."""

from __future__ import annotations

import numpy as np
import xarray as xr

from scenarios.errors import UnplayableError
from scenarios.scenario import Scenario


def refuse_unplayable(scenario: Scenario, plan: xr.Dataset) -> None:
    """Raise UnplayableError naming everything in the plan that days cannot be played with yet."""
    hubs, flow = scenario.hubs, plan["flow"].to_numpy()
    bounded = np.isfinite(hubs.capacity[hubs.leaving_hub]).any(axis=1)
    found = {
        "stocks kept between periods": bool(scenario.stores.opening.any()) or _any(plan, "stock"),
        "returns of what was delivered": _any(plan, "returned"),
        "disposal": _any(plan, "discard"),
        "lanes paid by the whole vehicle": _any(plan, "trips"),
        "hubs of limited capacity": bool((flow[hubs.leaving_arc[bounded]] > 0).any()),
    }
    named = [feature for feature, used in found.items() if used]
    if named:
        message = f"the simulation cannot play {', '.join(named)} yet; the plan itself stands"
        raise UnplayableError(message)


def _any(plan: xr.Dataset, name: str) -> bool:
    return name in plan and bool((plan[name] > 0).any())
