"""How well things work in a trial: what interventions really save, and what processes need of their inputs.

Both are drawn before the first day. An intervention that saves more or less than it should does so for the
whole horizon: of electricity, emissions, inputs, footprints and freight; never more than all there is. What a
site's processes need of an input, its grade and their yield, is drawn by calendar year, and counts by the
mean over the days of a period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.effects import SHARES
from simulation.calendar_days import days_of_years
from simulation.layout import Floats
from simulation.levels import grouped, level, related, varied
from simulation.network import Network
from simulation.programmes import lift
from simulation.settings import UncertaintySettings
from simulation.streams import Streams


@dataclass(frozen=True)
class Performance:
    """What differs from the plan's figures in a trial; ones: nothing.

    Attributes
    ----------
    effect : what each intervention saves over what it should, (I,) of the whole scenario.
    need : what recipes need of each input over what they should, by period and used node, (T, N).
    """

    effect: Floats
    need: Floats


def draw_performance(
    network: Network, uncertainty: UncertaintySettings, streams: Streams
) -> Performance | None:
    """Return how well things work in a trial; none when all work as they should."""
    known = uncertainty.intervention_effect_cv == 0 and uncertainty.input_need_cv == 0
    if known and (lift(network, uncertainty) == 1).all():
        return None
    return Performance(_effects(network, uncertainty, streams), _needs(network, uncertainty, streams))


def _effects(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    interventions, kind = network.scenario.interventions.label, "intervention_effect"
    usual = uncertainty.intervention_effect_cv
    cv = level(network, kind, "cv", usual, usual)
    more = lift(network, uncertainty)
    if not np.any(cv > 0):
        return np.minimum(more, _most(network)) if (more > 1).any() else more
    all_of_them = np.arange(len(interventions))
    names = tuple(f"intervention {label}" for label in interventions)
    drawn = grouped(network, kind, streams.normals_of(names, "effect", 1), "effect", streams, all_of_them)
    effect = varied(network, kind, drawn, cv, all_of_them)[0]
    return np.minimum(effect * more, _most(network))


def _most(network: Network) -> Floats:
    """Return the effect with which an intervention saves all there is of something, (I,); inf: none does."""
    covers = network.scenario.covers
    cuts = np.zeros(len(network.scenario.interventions.label))
    for name in SHARES:
        np.maximum.at(cuts, covers.intervention, getattr(covers, name))
    most = np.full(len(cuts), np.inf)
    np.divide(1.0, cuts, out=most, where=cuts > 0)
    return most


def _needs(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    kind, usual = "input_need", uncertainty.input_need_cv
    nodes, days = network.used.node, network.days
    cv = level(network, kind, "cv", usual, usual)
    if not np.any(cv > 0):
        return np.ones((len(days.in_period), len(nodes)))
    all_of_them = np.arange(len(nodes))
    names = tuple(f"node {label}" for label in network.labels("node"))
    drawn = streams.normals_of(names, "need", days.years)
    drawn = related(network, kind, drawn, "need", streams, all_of_them)
    by_year = varied(network, kind, drawn, cv, all_of_them)
    return np.einsum("ty,yn->tn", days_of_years(days), by_year)
