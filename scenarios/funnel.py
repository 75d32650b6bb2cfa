"""The funnel of a supplier programme: how many suppliers are in which stage by when, as planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.programmes import ProgrammeStages

if TYPE_CHECKING:
    from scenarios.scenario import Floats, Scenario

FUNNEL = ("programme_stage", "period")


def stage_names(stages: ProgrammeStages) -> tuple[str, ...]:
    """Return programme and stage of each stage of each programme once, in their order."""
    return tuple(dict.fromkeys(stages.names))


def by_stage(stages: ProgrammeStages, values: Floats) -> Floats:
    """Return sums over suppliers, (..., stages, T), of values by supplier and stage, (..., G, T)."""
    names = np.array(stages.names)
    return np.stack([values[..., names == name, :].sum(axis=-2) for name in stage_names(stages)], axis=-2)


def funnel(scenario: Scenario, in_effect: Floats) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Return what a plan's Dataset says of its programmes, nothing without any.

    ``stage_seats`` counts suppliers with a seat whose mean delays have passed, ``stage_expected`` those
    who are to be expected to have reached the stage, (stages, T) each.
    """
    stages = scenario.programmes
    if not len(stages):
        return {}
    there = (in_effect[stages.intervention] > 0.5).astype(float)
    return {
        "stage_seats": (FUNNEL, by_stage(stages, there)),
        "stage_expected": (FUNNEL, by_stage(stages, there * stages.overall[:, None])),
    }


def stage_coordinates(scenario: Scenario) -> dict[str, Any]:
    """Return which interventions are seats of which programme and stage, and with which chance."""
    stages, count = scenario.programmes, len(scenario.interventions.label)
    if not len(stages):
        return {}
    programme, stage = np.full(count, "", dtype=object), np.full(count, "", dtype=object)
    programme[stages.intervention], stage[stages.intervention] = stages.programme, stages.stage_name
    return {
        "programme_stage": np.array(stage_names(stages), dtype=str),
        "intervention_programme": ("intervention", programme.astype(str)),
        "intervention_stage": ("intervention", stage.astype(str)),
        "intervention_chance": ("intervention", stages.chance_of(count)),
    }
