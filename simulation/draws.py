"""The luck of a trial that does not depend on what happens in it: demand and lead times."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulation.compiled import NUMBA
from simulation.departures import late_departures
from simulation.events import Happening, shift_demand
from simulation.layout import Flags, Floats, Integers
from simulation.lead_steps import draw_lead_days, lead_steps
from simulation.levels import groups, level, related, varied
from simulation.network import Network
from simulation.outages import DAYS_PER_YEAR
from simulation.programmes import enter_stages, stage_days
from simulation.settings import UncertaintySettings
from simulation.streams import Streams, persistent

LONGEST_LEAD = 4.0  # drawn lead times are cut off at this multiple of the lane's own


def draw(
    network: Network,
    uncertainty: UncertaintySettings,
    streams: Streams,
    happened: Sequence[Happening] = (),
) -> tuple[dict[str, NDArray], Floats]:
    """Return the draws of a trial by field of the world, and the demand of each period, units, (T, D).

    Demand has changed by the events that `happened`.
    """
    factor = demand_factors(network, uncertainty, streams)
    shift_demand(network, happened, factor)
    drawn: dict[str, NDArray] = {"lead": lead_days(network, uncertainty, streams)}
    drawn["departures"] = late_departures(network, uncertainty, streams)
    for family in ("site", "lane", "line"):
        drawn[f"{family}_up"] = np.ones((network.days.count, len(getattr(network.used, family))))
    required = []
    for t, (first, end) in enumerate(zip(network.days.first[:-1], network.days.first[1:], strict=True)):
        today = factor[first:end]  # a period at a time stays in the processor's cache
        required.append(np.add.reduceat(today * network.planned.required[t], [0], axis=0)[0])
        today *= network.planned.delivered[t]
    return drawn | {"demand": factor}, np.array(required)


def demand_factors(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    """Return the factors on each day's demand, (H, D).

    A year's level is a persistent lognormal with a part common to all customers of a product; the
    days scatter about it independently.
    """
    days, entities = network.days, network.entities["demand"]
    all_of_them = np.arange(len(entities))
    usual, usual_daily = uncertainty.demand_annual_cv, uncertainty.demand_daily_cv
    annual = level(network, "yearly_demand", "cv", usual, usual)
    daily = level(network, "daily_demand", "cv", usual_daily, usual_daily)
    if np.any(daily > 0):
        drawn = streams.normals_of(entities, "daily", days.count)
        drawn = related(network, "daily_demand", drawn, "daily", streams, all_of_them)
        factors = varied(network, "daily_demand", drawn, daily, all_of_them)
    else:
        factors = np.ones((days.count, len(entities)))
    if np.any(annual > 0):
        products = network.scenario.products.label[network.scenario.demands.product[network.used.demand]]
        named = groups(network, "yearly_demand", products)
        markets, market = np.unique([f"market {name}" for name in named], return_inverse=True)
        shared = level(network, "yearly_demand", "correlation", uncertainty.demand_correlation, usual)
        keep = level(network, "yearly_demand", "persistence", uncertainty.demand_persistence, usual)
        common = streams.normals_of(tuple(markets.tolist()), "annual", days.years)[:, market]
        own = persistent(streams.normals_of(entities, "annual", days.years), keep)
        path = np.sqrt(shared) * persistent(common, keep) + np.sqrt(1 - shared) * own
        of_year = varied(network, "yearly_demand", path, annual, all_of_them)
        first = np.searchsorted(days.year, np.arange(days.years + 1))
        for year in range(days.years):
            factors[first[year] : first[year + 1]] *= of_year[year]
    return factors


def planned_lead_days(network: Network) -> Integers:
    """Return whole days from dispatch to arrival, at least one, (A,)."""
    return np.maximum(np.rint(network.scenario.arcs.lead_days[network.used.arc]), 1).astype(np.int64)


def longest_lead(network: Network) -> int:
    """Return the longest lead time that can be drawn, days."""
    return int(np.ceil(LONGEST_LEAD * planned_lead_days(network)).max(initial=1))


def lead_days(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Integers:
    """Return whole days from dispatch to arrival, (W, A), drawn by week."""
    weeks = -(-network.days.count // 7)
    planned = planned_lead_days(network)
    usual = uncertainty.lead_time_cv
    cv = level(network, "lead_time", "cv", usual, usual)
    if not np.any(cv > 0):
        return np.repeat(planned[None, :], weeks, axis=0)
    most, own = np.ceil(LONGEST_LEAD * planned), network.scenario.arcs.lead_days[network.used.arc]
    if isinstance(cv, float) and not NUMBA.DISABLE_JIT:  # all arcs alike: the same days, read off steps
        found = np.empty((weeks, len(planned)), dtype=np.int64)
        steps = lead_steps(tuple(own.tolist()), tuple(most.tolist()), cv)
        draw_lead_days(streams.started(network.entities["arc"], "lead"), *steps, found)
        return found
    normals = streams.normals_of(network.entities["arc"], "lead", weeks)
    all_of_them = np.arange(len(planned))
    normals = related(network, "lead_time", normals, "lead", streams, all_of_them)
    drawn = varied(network, "lead_time", normals, cv, all_of_them)
    drawn *= own
    return np.clip(np.rint(drawn, out=drawn), 1, most, out=drawn).astype(np.int64)


def go_live_days(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    """Return when each intervention really goes live, in days, (T, I), for the spell each period is in.

    An intervention that the plan adopts is late by an exponential delay, or never goes live; one that was
    there before does neither. Infinite where the plan has it idle. Stages of supplier programmes have their
    own times and chances.
    """
    result = np.full(network.active.shape, np.inf)
    usual = uncertainty.intervention_delay_mean_years
    years = level(network, "late_go_live", "mean_years", usual, usual)
    mean = np.broadcast_to(years * DAYS_PER_YEAR, network.active.shape[1]).tolist()
    members = np.flatnonzero(network.active.any(axis=0))
    names = tuple(f"intervention {label}" for label in network.scenario.interventions.label[members])
    uniforms = streams.uniforms_of(names, "delay", len(network.active)).tolist()
    dropped = _dropped(network, uncertainty, streams, members, names).tolist()
    first = network.days.first.tolist()
    for member, column, number, begin, end, adopted in network.spells:
        late = 0.0
        if adopted:
            lost = dropped[number][column]
            late = np.inf if lost else -math.log1p(-uniforms[number][column]) * mean[member]
        result[begin:end, member] = first[begin] + late
    if len(network.scenario.programmes):
        enter_stages(result, network, stage_days(network, uncertainty, streams))
    return result


def _dropped(
    network: Network,
    uncertainty: UncertaintySettings,
    streams: Streams,
    members: Integers,
    names: tuple[str, ...],
) -> Flags:
    """Return which of the spells of `members` never begin, (T, m), by the number of the spell."""
    usual = uncertainty.intervention_dropout
    chance = level(network, "drop_out", "probability", usual, usual)
    if not np.any(chance > 0):
        return np.zeros((len(network.active), len(members)), dtype=bool)
    chances = np.broadcast_to(chance, network.active.shape[1])[members]
    never: Flags = streams.uniforms_of(names, "drop out", len(network.active)) < chances
    return never
