"""What the scenario's disruptions do in one trial: which happen, when, and what they change.

Each event has streams of its own, keyed by its name and not by what it hits, so that it befalls every plan
alike and rows added later change no luck. All are drawn before the first day, and change what the days
meet: the shares of a day that sites, lanes and lines are up, demand, prices and power.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from scenarios.disruptions import FAMILY, Disruptions
from scenarios.scenario import Scenario
from simulation.layout import Floats, Integers, World
from simulation.network import Network
from simulation.settings import UncertaintySettings
from simulation.streams import SMALLEST, Streams, mean_one_lognormal

# Activities that only trials have, and the dimension of a plan that each is over.
JUMPING = ("raises_price", "raises_carbon_price", "raises_footprint", "raises_grid_factor")
JUMP_DIMS = {"price_jump": "offer", "carbon_price_jump": "emission_account"}


@dataclass(frozen=True)
class Happening:
    """An event that happens in a trial.

    Attributes
    ----------
    event : its position among the disruptions.
    start, end : days from the first day of the horizon on, outside of it too.
    """

    event: int
    start: float
    end: float


@dataclass(frozen=True)
class Jumps:
    """What events add to prices and emission factors, the mean over the days of each period.

    Attributes
    ----------
    price : share of each offer's price, (O, T).
    carbon : currency per tCO2e, (T,).
    footprint : share of each offer's footprint, (O, T).
    grid : share of each supply's factors, (U, T).
    """

    price: Floats
    carbon: Floats
    footprint: Floats
    grid: Floats


def happenings(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> list[Happening]:
    """Return what happens in a trial, in the order of the disruptions."""
    disruptions = network.scenario.disruptions
    if not len(disruptions.label) or uncertainty.disruptions == 0:
        return []
    came: list[Mapping[int, float]] = []  # by event: start of each time that it happens
    times: list[int] = []
    found = []
    for e, label in enumerate(disruptions.label):
        before, windows = int(disruptions.after[e]), disruptions.windows[e]
        times.append(len(windows) if before < 0 else times[before])
        luck = {
            purpose: streams.uniforms(f"disruption {label}", purpose, times[e])
            for purpose in ("happens", "start", "length")
        }
        if before < 0:
            width = windows[:, 1] - windows[:, 0] + 1
            starts = dict(enumerate((windows[:, 0] + np.floor(luck["start"] * width)).tolist()))
            chance = disruptions.probability[e] * uncertainty.disruptions
        else:
            starts = {i: day + float(disruptions.delay_days[e]) for i, day in came[before].items()}
            chance = disruptions.probability[e]
        came.append({i: day for i, day in starts.items() if luck["happens"][i] < chance})
        for i, day in came[e].items():
            found.append(Happening(e, day, day + length_of(disruptions, e, float(luck["length"][i]))))
    return found


def counted(network: Network, happened: Sequence[Happening]) -> Integers:
    """Return how often each disruption happened, (E,)."""
    count = len(network.scenario.disruptions.label)
    return np.bincount([h.event for h in happened], minlength=count) if count else np.zeros(0, np.int64)


def length_of(disruptions: Disruptions, event: int, uniform: float) -> float:
    """Return the days an event lasts, by inversion of a uniform on [0, 1)."""
    mean, kind = float(disruptions.mean_days[event]), disruptions.duration[event]
    if kind == "exponential":
        return -math.log1p(-uniform) * mean
    if kind == "lognormal":
        normal = np.array([ndtri(max(uniform, SMALLEST))])
        return mean * float(mean_one_lognormal(normal, float(disruptions.duration_cv[event]))[0])
    return mean


def share_of_days(happening: Happening, days: int) -> Floats:
    """Return the part of each day that an event fills, (H,)."""
    day = np.arange(days)
    return np.clip(np.minimum(happening.end, day + 1) - np.maximum(happening.start, day), 0.0, 1.0)


def close(network: Network, happened: Sequence[Happening], world: World) -> None:
    """Take what is lost off the shares of the day that sites, lanes and lines are up."""
    for family, up in (("site", world.site_up), ("lane", world.lane_up), ("line", world.line_up)):
        for event, hit, share in _of_family(network, happened, family, getattr(network.used, family)):
            up[:, hit] *= 1.0 - network.scenario.disruptions.severity[event] * share[:, None]


def shift_demand(network: Network, happened: Sequence[Happening], factor: Floats) -> None:
    """Change the factors on each day's demand, (H, D)."""
    for event, hit, share in _of_family(network, happened, "demand", network.used.demand):
        factor[:, hit] *= 1.0 + network.scenario.disruptions.amount[event] * share[:, None]


def power_left(network: Network, happened: Sequence[Happening]) -> Floats:
    """Return the share of each supply's power that is there, the mean over a period's days, (T, U)."""
    everything = np.arange(len(network.scenario.supplies.label))
    left = np.ones((network.days.count, len(everything)))
    cuts = [h for h in happened if network.scenario.disruptions.kind[h.event] == "cuts_power"]
    for event, hit, share in _of_family(network, cuts, "supply", everything):
        left[:, hit] *= 1.0 - network.scenario.disruptions.severity[event] * share[:, None]
    return _by_period(network, left)


def jumps(network: Network, happened: Sequence[Happening]) -> Jumps | None:
    """Return what events add to prices and factors, none when they add nothing."""
    scenario, days = network.scenario, network.days.count
    amount, kinds = scenario.disruptions.amount, scenario.disruptions.kind
    if not any(kinds[h.event] in JUMPING for h in happened):
        return None
    periods, carbon = len(network.days.in_period), np.zeros((days, 1))
    added = {
        "raises_price": np.zeros((periods, len(scenario.offers.label))),
        "raises_footprint": np.zeros((periods, len(scenario.offers.label))),
        "raises_grid_factor": np.zeros((periods, len(scenario.supplies.label))),
    }
    for kind, shares in added.items():
        of_kind = [h for h in happened if kinds[h.event] == kind]
        for event, hit, share in _of_family(network, of_kind, FAMILY[kind], np.arange(shares.shape[1])):
            shares[:, hit] += _by_period(network, amount[event] * share[:, None])
    for happening in happened:
        if kinds[happening.event] == "raises_carbon_price":
            carbon[:, 0] += amount[happening.event] * share_of_days(happening, days)
    return Jumps(
        price=added["raises_price"].T,
        carbon=_by_period(network, carbon)[:, 0],
        footprint=added["raises_footprint"].T,
        grid=added["raises_grid_factor"].T,
    )


def jump_activities(
    scenario: Scenario, jump: Jumps, activities: Mapping[str, Floats], emitted: Floats
) -> dict[str, Floats]:
    """Return what higher prices cost, currency a year: by offer, (O, T), and by emission account, (A, T).

    Parameters
    ----------
    activities : with what was bought, and in which price tiers.
    emitted : tCO2e a year of the accounts with a carbon price, zero in the others, (A, T).
    """
    paid = paid_for_goods(scenario, activities)
    return {"price_jump": paid * jump.price, "carbon_price_jump": emitted * jump.carbon}


def paid_for_goods(scenario: Scenario, activities: Mapping[str, Floats]) -> Floats:
    """Return what is paid at planned prices for each offer's goods, currency a year (O, T)."""
    offers, tiers = scenario.offers, scenario.offer_tiers
    flat = np.ones(len(offers.label))
    flat[tiers.offers] = 0.0
    paid: Floats = activities["purchase"] * offers.price * flat[:, None]
    in_tiers = activities["tier_purchase"] * tiers.price + activities["tier_used"] * tiers.intercept
    np.add.at(paid, tiers.offer, in_tiers)
    return paid


def _of_family(
    network: Network, happened: Sequence[Happening], family: str, members: np.ndarray
) -> Iterator[tuple[int, np.ndarray, Floats]]:
    """Yield event, places among `members` of what it hits, and the part of each day it fills."""
    disruptions = network.scenario.disruptions
    for happening in happened:
        event = happening.event
        if FAMILY[disruptions.kind[event]] == family:
            hit = np.flatnonzero(np.isin(members, disruptions.hits[event]))
            yield event, hit, share_of_days(happening, network.days.count)


def _by_period(network: Network, daily: Floats) -> Floats:
    """Return the means over the days of each period, (T, n), of values of each day, (H, n)."""
    days = network.days
    return np.add.reduceat(daily, days.first[:-1], axis=0) / days.in_period[:, None]
