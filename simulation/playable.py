"""What an engine cannot play yet, said before it starts."""

from __future__ import annotations

from scenarios.errors import UnplayableError
from simulation.network import Network


def refuse_beyond_numpy(network: Network) -> None:
    """Raise UnplayableError naming what the plan uses and the numpy engine cannot play."""
    used, lanes = network.used, network.template.lanes
    found = {
        "stocks kept between periods": len(used.store),
        "returns of what was delivered": len(used.takeback),
        "disposal": len(used.disposal),
        "lanes paid by the whole vehicle": int((lanes["payload"] > 0).sum()),
        "hubs of limited capacity": len(used.hub),
    }
    named = [feature for feature, count in found.items() if count]
    if named:
        message = f"simulation.engine=numpy cannot play {', '.join(named)}: set simulation.engine=kernel"
        raise UnplayableError(message)
