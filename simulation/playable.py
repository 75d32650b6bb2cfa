"""What an engine cannot play yet, said before it starts."""

from __future__ import annotations

import numpy as np

from scenarios.errors import UnplayableError
from simulation.network import Network
from simulation.settings import UncertaintySettings


def refuse_beyond_numpy(network: Network) -> None:
    """Raise UnplayableError naming what the plan uses and the numpy engine cannot play."""
    used, lanes = network.used, network.template.lanes
    used_ramps = network.scenario.interventions.ramp_up_years * network.active.any(axis=0)
    found = {
        "stocks kept between periods": len(used.store),
        "returns of what was delivered": len(used.takeback),
        "disposal": len(used.disposal),
        "lanes paid by the whole vehicle": int((lanes["payload"] > 0).sum()),
        "hubs of limited capacity": len(used.hub),
        "timetables of trains and ships": int((lanes["timetable"] >= 0).sum()),
        "gates where vehicles queue": len(network.staff.gate),
        "interventions that ramp up": int((used_ramps > 0).sum()),
        "supplier programmes": len(network.scenario.programmes),
        "responses to shortfalls": len(used.answer),
        "reorder policies": len(network.ordering.node),
        "customers who do not wait": int(np.isfinite(network.template.demands["tolerance"]).sum()),
    }
    named = [feature for feature, count in found.items() if count]
    if named:
        message = f"simulation.engine=numpy cannot play {', '.join(named)}: set simulation.engine=kernel"
        raise UnplayableError(message)


def refuse_performance(uncertainty: UncertaintySettings) -> None:
    """Raise UnplayableError when things work otherwise than planned, which the numpy engine cannot play."""
    names = ("intervention_effect_cv", "intervention_dropout", "input_need_cv", "supplier_score_sd")
    varying = [f"simulation.uncertainty.{name}" for name in names if getattr(uncertainty, name) > 0]
    if varying:
        message = f"simulation.engine=numpy cannot play {', '.join(varying)}: set simulation.engine=kernel"
        raise UnplayableError(message)


def refuse_replanning(asked: bool) -> None:
    """Raise UnplayableError when the plan is to be made again inside trials of the numpy engine."""
    if asked:
        message = "simulation.engine=numpy cannot play re-planning: set simulation.engine=kernel"
        raise UnplayableError(message)
