"""A good plan to start from: the linear relaxation's decisions, rounded.

On chains with hundreds of decisions HiGHS alone spends minutes on poor plans while its bound is good
(steel case under a binding cap: 1.2 % after 100 s, against 0.4 % with this start at once). The
relaxation already says which decisions matter; rounding them at a few thresholds and solving the rest
as linear programs gives a plan that the exact search then improves and proves.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.highs import HighsModel
from optimizer.models.instance import Instance
from optimizer.settings import SolverSettings
from optimizer.solution import Solution, Status
from scenarios.scenario import Floats

THRESHOLDS = (0.1, 0.2, 0.35, 0.5)
CERTAIN = 1e-6


def rounded_start(
    model: pyo.ConcreteModel,
    instance: Instance,
    settings: SolverSettings,
    relaxed: HighsModel | None = None,
    enough: float = 0.0,
) -> Solution | None:
    """Return the cheapest feasible rounding of the relaxation, or None when none is feasible.

    Only ``adopt`` is rounded; the bounds of the model are as before afterwards. Raises
    KeyboardInterrupt when stopped: before the exact search there is no plan to keep.

    Parameters
    ----------
    relaxed : the model without whole-number rules, kept from an earlier call, all changes pushed.
    enough : stop trying once a rounding is within this share of the relaxation.
    """
    relaxed = relaxed or HighsModel(model, settings, relax_integrality=True)
    relaxation = relaxed.run()
    if relaxation.stopped_by_user:
        raise KeyboardInterrupt
    if not relaxation.has_values:
        return None
    periods = len(instance.scenario.periods)
    wanted = relaxation.value(model.adopt).reshape(-1, periods)
    lower, upper = model.adopt.lower.copy(), model.adopt.upper.copy()
    best: Solution | None = None
    for threshold in THRESHOLDS:
        decisions = round_decisions(wanted, threshold, instance).ravel()
        model.adopt.lower[:] = model.adopt.upper[:] = np.clip(decisions, lower, upper)
        relaxed.push_columns(model.adopt)
        found = relaxed.run()
        if found.stopped_by_user:
            raise KeyboardInterrupt
        if found.status is Status.OPTIMAL and (best is None or found.objective < best.objective):
            best = found
        if best is not None and best.objective - relaxation.objective <= enough * abs(relaxation.objective):
            break
    model.adopt.lower[:], model.adopt.upper[:] = lower, upper
    relaxed.push_columns(model.adopt)
    return best


def round_decisions(wanted: Floats, threshold: float, instance: Instance) -> Floats:
    """Return decisions (I, T): what the relaxation wants by more than `threshold`, when it wants it.

    0 or 1, but whole modules, rounded at the threshold, all at once, for what is built in modules.
    Of an exclusive group only the most wanted is kept, and what lacks a prerequisite is dropped.
    """
    interventions = instance.scenario.interventions
    total = wanted.sum(axis=1)
    chosen = total > threshold
    for group in {label for label in interventions.exclusive_group if label}:
        rivals = np.flatnonzero(interventions.exclusive_group == group)
        chosen[rivals[rivals != rivals[np.argmax(total[rivals])]]] = False
    # A circle of prerequisites is refused on loading, so dropping ends.
    while lacking := [i for i in np.flatnonzero(chosen) if not chosen[interventions.requires[i]].all()]:
        chosen[lacking] = False
    reached = wanted.cumsum(axis=1) >= np.minimum(threshold, total - CERTAIN)[:, None]
    modules = np.clip(np.ceil(total - threshold), 1, interventions.maximum_modules)
    decisions = np.zeros_like(wanted)
    decisions[chosen, reached.argmax(axis=1)[chosen]] = modules[chosen]
    return decisions
