"""The luck of a trial that does not depend on what happens in it: demand, lead times, outages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simulation.calendar_days import Days
from simulation.layout import Floats, Integers
from simulation.network import Network
from simulation.settings import UncertaintySettings
from simulation.streams import Streams, mean_one_lognormal, persistent

LONGEST_LEAD = 4.0  # drawn lead times are cut off at this multiple of the lane's own
DAYS_PER_YEAR = 365.25


def draw(
    network: Network, uncertainty: UncertaintySettings, streams: Streams
) -> tuple[dict[str, NDArray], Floats]:
    """Return the draws of a trial by field of the world, and the demand of each period, units, (T, D).

    Sites, lanes and lines are up; outages are entered while the trial runs.
    """
    days = network.days
    factor = demand_factors(network, uncertainty, streams)
    required = np.add.reduceat(network.planned.required[days.period] * factor, days.first[:-1], axis=0)
    sizes = {
        "site_up": len(network.used.site),
        "lane_up": len(network.used.lane),
        "line_up": len(network.used.line),
    }
    up = {name: np.ones((days.count, size)) for name, size in sizes.items()}
    demand = network.planned.delivered[days.period] * factor
    return {"demand": demand, "lead": lead_days(network, uncertainty, streams), **up}, required


def demand_factors(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    """Return the factors on each day's demand, (H, D).

    A year's level is a persistent lognormal with a part common to all customers of a product; the
    days scatter about it independently.
    """
    days, labels = network.days, network.labels("demand")
    products = network.scenario.products.label[network.scenario.demands.product[network.used.demand]]
    factors = np.ones((days.count, len(labels)))
    if uncertainty.demand_annual_cv > 0:
        common = {p: _levels(f"market {p}", days, uncertainty, streams) for p in sorted(set(products))}
        shared = uncertainty.demand_correlation
        for d, (label, product) in enumerate(zip(labels, products, strict=True)):
            own = _levels(f"demand {label}", days, uncertainty, streams)
            level = np.sqrt(shared) * common[product] + np.sqrt(1 - shared) * own
            factors[:, d] = mean_one_lognormal(level, uncertainty.demand_annual_cv)[days.year]
    if uncertainty.demand_daily_cv > 0:
        for d, label in enumerate(labels):
            scatter = streams.normals(f"demand {label}", "daily", days.count)
            factors[:, d] *= mean_one_lognormal(scatter, uncertainty.demand_daily_cv)
    return factors


def _levels(entity: str, days: Days, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    return persistent(streams.normals(entity, "annual", days.years), uncertainty.demand_persistence)


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
    result = np.repeat(planned[None, :], weeks, axis=0)
    if uncertainty.lead_time_cv > 0:
        for a, label in enumerate(network.labels("arc")):
            factor = mean_one_lognormal(
                streams.normals(f"arc {label}", "lead", weeks), uncertainty.lead_time_cv
            )
            drawn = np.rint(network.scenario.arcs.lead_days[network.used.arc[a]] * factor)
            result[:, a] = np.clip(drawn, 1, np.ceil(LONGEST_LEAD * planned[a])).astype(np.int64)
    return result


def lose(up: Floats, start: float, end: float) -> None:
    """Take an outage from `start` to `end` off the daily shares of up time `up`, (H,)."""
    first, last = int(start), int(end)
    up[first] = max(up.item(first) - (min(end, first + 1) - start), 0.0)
    if last > first:
        up[first + 1 : last] = 0.0
        if last < len(up):
            up[last] = max(up.item(last) - (end - last), 0.0)


def outage_times(
    per_year: float, mean_days: float, luck: Iterator[float], horizon: float
) -> Iterator[tuple[float, float]]:
    """Yield start and end of outages before `horizon`, days; up and down times are exponential."""
    start = next(luck) * DAYS_PER_YEAR / per_year
    while start < horizon:
        end = start + next(luck) * mean_days
        yield start, end
        start = end + next(luck) * DAYS_PER_YEAR / per_year


def go_live_days(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    """Return when each intervention really goes live, in days, (T, I), for the spell each period is in.

    An intervention that the plan adopts is late by an exponential delay; one that was there before
    is not. Infinite where the plan has it idle.
    """
    adopted = network.plan["adopt"].transpose("period", ...).to_numpy() > 0.5
    result = np.full(network.active.shape, np.inf)
    mean = uncertainty.intervention_delay_mean_years * DAYS_PER_YEAR
    for i in np.flatnonzero(network.active.any(axis=0)):
        luck = streams.exponentials(f"intervention {network.scenario.interventions.label[i]}", "delay")
        for t in np.flatnonzero(network.active[:, i]):
            if t > 0 and network.active[t - 1, i]:
                result[t, i] = result[t - 1, i]
                continue
            late = next(luck) * mean
            result[t, i] = network.days.first[t] + (late if adopted[: t + 1, i].any() else 0.0)
    return result
