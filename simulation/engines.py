"""The engines behind one interface: trials of a plan by their numbers, the same whichever plays them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulation.network import Network
from simulation.opening import Opening
from simulation.playable import refuse_performance, refuse_replanning
from simulation.replanning import Recourse
from simulation.settings import Engine, SimulationSettings, UncertaintySettings
from simulation.trial import Trial
from simulation.trial_result import TrialResult

if TYPE_CHECKING:
    from simulation.trials import Trials


def play(
    network: Network,
    opening: Opening,
    settings: SimulationSettings,
    uncertainty: UncertaintySettings,
    index: int,
    recourse: Recourse | None = None,
) -> TrialResult:
    """Play one trial with the engine of the settings; with a recourse, its plan is made again on the way.

    Raises UnplayableError when that engine cannot play it.
    """
    if settings.engine is Engine.KERNEL:
        return Trial(network, opening, settings, uncertainty, index, recourse=recourse).run()
    if settings.engine is Engine.PLAIN:
        from simulation.plain import plain_run_days

        return Trial(network, opening, settings, uncertainty, index, plain_run_days(), recourse).run()
    from simulation.numpy_twin import play_all

    refuse_replanning(recourse is not None)
    refuse_performance(uncertainty)
    return play_all([Trial(network, opening, settings, uncertainty, index)], network)[0]


def play_many(trials: Trials, indices: Sequence[int]) -> list[TrialResult]:
    """Play trials by their numbers; with the numpy engine, all at once."""
    shared = (trials.network, trials.opening, trials.settings, trials.settings.uncertainty)
    if trials.settings.engine is not Engine.NUMPY:
        return [play(*shared, index, trials.recourse) for index in indices]
    from simulation.numpy_twin import play_all

    refuse_replanning(trials.recourse is not None)
    refuse_performance(trials.settings.uncertainty)
    return play_all([Trial(*shared, index) for index in indices], trials.network)
