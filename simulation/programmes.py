"""What becomes of suppliers in a programme: which stages each reaches in a trial, and when.

A supplier with a seat in a stage reaches it with the stage's chance, after a time drawn from a gamma
distribution that starts with the seat, or when the stage before is reached if that comes later. Who does not
reach a stage reaches none after it; seats are paid all the same. Luck is keyed by programme, stage and
supplier, so that it is the same under every plan. What a stage saves holds from the day it is reached, but
not before the plan reckons with it; plans reckon with what is to be expected, so that whoever does reach a
stage saves more than was planned, by one over the chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.special import gammaincinv

from scenarios.funnel import FUNNEL, by_stage, stage_names
from scenarios.programmes import MONTHS, ProgrammeStages
from simulation.intervals import Variables, told, with_ends
from simulation.layout import Floats
from simulation.network import Network
from simulation.outages import DAYS_PER_YEAR
from simulation.settings import UncertaintySettings
from simulation.statistics import mean_interval
from simulation.streams import Streams

if TYPE_CHECKING:
    from simulation.accounting import Account

NEVER = np.inf


def stage_days(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    """Return the day on which each supplier reaches each stage, (G,); infinite: never.

    Without luck, all go as planned: from the morning on from which the plan reckons with them.
    """
    stages, first = network.scenario.programmes, network.days.first
    reached = np.full(len(stages), NEVER)
    if uncertainty.programmes == 0:
        active = network.active[:, stages.intervention]
        there = active.any(axis=0)
        reached[there] = first[active.argmax(axis=0)[there]]
        return reached
    adopted = network.adopted[:, stages.intervention]
    seat = np.where(adopted.any(axis=0), first[adopted.argmax(axis=0)], NEVER)
    luck = streams.uniforms_of(stages.entities, "reached", 1)[0]
    comes = luck < chances(stages, uncertainty)
    took = uncertainty.programmes * delays(stages, streams.uniforms_of(stages.entities, "delay", 1)[0])
    for g, before in enumerate(stages.before.tolist()):  # a stage stands after the one it needs
        if comes[g]:
            reached[g] = max(seat[g], reached[before] if before >= 0 else 0.0) + took[g]
    return reached


def chances(stages: ProgrammeStages, uncertainty: UncertaintySettings) -> Floats:
    """Return the chance that each stage is reached after the one before, (G,), with the luck played."""
    return 1 - uncertainty.programmes * (1 - stages.chance)


def delays(stages: ProgrammeStages, uniforms: Floats) -> Floats:
    """Return the days that each stage takes, (G,), by inversion of `uniforms`; the mean where cv is zero."""
    mean = stages.delay_months * DAYS_PER_YEAR / MONTHS
    varies = stages.delay_cv > 0
    shape = 1 / np.where(varies, stages.delay_cv, 1.0) ** 2
    return np.where(varies, mean / shape * gammaincinv(shape, uniforms), mean)


def enter_stages(go_live: Floats, network: Network, reached: Floats) -> None:
    """Put the days of stages, (G,), into the go-lives of all interventions, (T, I).

    A supplier that is early saves from the planned day on: what a supplier reports counts a year at a time.
    """
    stages, first = network.scenario.programmes, network.days.first
    active = network.active[:, stages.intervention]
    planned = np.where(active.any(axis=0), first[active.argmax(axis=0)], NEVER)
    go_live[:, stages.intervention] = np.where(active, np.maximum(planned, reached), NEVER)


def lift(network: Network, uncertainty: UncertaintySettings) -> Floats:
    """Return what an intervention saves, once it works, over what is planned of it, (I,)."""
    found = np.ones(len(network.scenario.interventions.label))
    stages = network.scenario.programmes
    if uncertainty.programmes == 0 or not len(stages):
        return found
    overall = stages.through(chances(stages, uncertainty))
    np.divide(1.0, overall, out=overall, where=overall > 0)
    found[stages.intervention] = overall
    return found


def lives_of(network: Network, go_live: Floats) -> Floats:
    """Return the part of each period in which each intervention works, (T, I), with go-lives at (T, I)."""
    end, length = network.days.first[1:, None], network.days.in_period[:, None]
    return np.asarray(np.clip((end - go_live) / length, 0.0, 1.0))


def programmes_of(
    accounts: Sequence[Account], network: Network, confidence: float, pairs: bool
) -> dict[str, xr.DataArray]:
    """Return who reached which stage by the end of each period; nothing without programmes.

    ``stage_reached`` (trial, programme_stage, period) counts suppliers; ``stage_reached_mean`` with its
    interval; ``seat_reached`` (seat, period) is the share of trials in which a supplier reached a stage.
    """
    stages = network.scenario.programmes
    if not len(stages):
        return {}
    day = np.array([account.stages for account in accounts])  # (trials, G)
    there = day[:, :, None] <= network.days.first[1:]
    names, count = stage_names(stages), by_stage(stages, there.astype(float))
    periods = network.scenario.periods.start
    mean, came = mean_interval(count, confidence, pairs), "have reached the stage by the end of the period"
    meaning = "share of trials in which the supplier has reached the stage"
    seats = network.scenario.interventions.label[stages.intervention].astype(str)
    found: Variables = {
        "stage_reached": (("trial", *FUNNEL), count, told("suppliers", came)),
        **with_ends("stage_reached_mean", FUNNEL, mean, "suppliers", came, stem="stage_reached"),
        "seat_reached": (("seat", "period"), there.mean(axis=0), told("1", meaning)),
    }
    coords = {"trial": np.arange(len(day)), "programme_stage": list(names), "period": periods, "seat": seats}
    return {str(name): values for name, values in xr.Dataset(found, coords).data_vars.items()}
