"""Settlement of electricity at the close of each period."""

from __future__ import annotations

import numpy as np

from scenarios.power import BY_THE_HOUR
from scenarios.scenario import Scenario
from simulation.calendar_days import days_of_years
from simulation.hourly_power import play_hours
from simulation.layout import Floats
from simulation.levels import level, related, varied
from simulation.network import Network
from simulation.ramp_up import RampUp
from simulation.settings import UncertaintySettings
from simulation.streams import Streams, mean_one_lognormal

BEFORE_GRID = ("onsite", "ppa", "import", "storage", "certificate")  # in this order; the grid takes the rest


def site_loads(scenario: Scenario, run: Floats, covered: Floats) -> Floats:
    """Return MWh a year that sites draw, (T, S): what operations need less what interventions save.

    Parameters
    ----------
    run, covered : activities a year of all operations and covers, (T, R) and (T, V).
    """
    operations, covers = scenario.operations, scenario.covers
    needed = run * operations.electricity
    members = covers.of("operation")
    element = covers.element[members]
    saved = covered[:, members] * covers.electricity_cut[members] * operations.electricity[element]
    sites = len(scenario.sites.label)
    drawn = [np.bincount(operations.site, row, sites) for row in needed]
    spared = [np.bincount(operations.site[element], row, sites) for row in saved]
    return np.array(drawn, dtype=float) - np.array(spared, dtype=float)


def renewable_factors(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    """Return output over planned output of each supply, (T, U), the mean of a period's years.

    All sites that share a contract share its luck; each onsite plant has its own.
    """
    supplies, days = network.scenario.supplies, network.days
    factors = np.ones((len(days.in_period), len(supplies.label)))
    usual = uncertainty.renewable_cv
    cv = level(network, "renewable_output", "cv", usual, usual)
    if not np.any(cv > 0):
        return factors
    first_year = days.year[days.first[:-1]]
    years = network.scenario.periods.years
    kind = supplies.kind.astype(str)
    members = np.flatnonzero(np.isin(kind, ("ppa", "onsite")))
    names = np.where(kind == "ppa", supplies.option, supplies.label)[members]
    normals = streams.normals_of(tuple(f"power {name}" for name in names), "output", days.years)
    normals = related(network, "renewable_output", normals, "output", streams, members)
    luck = varied(network, "renewable_output", normals, cv, members)
    if (years % 1 == 0).all():
        factors[:, members] = np.add.reduceat(luck, first_year, axis=0) / years[:, None]
    else:  # months: several periods share a year
        factors[:, members] = np.einsum("ty,yu->tu", days_of_years(days), luck)
    return factors


def onsite_built(network: Network, go_live: Floats, ramp: RampUp | None = None) -> Floats:
    """Return the share of planned onsite MW that stands, averaged over each period, (T, U)."""
    scenario, days = network.scenario, network.days
    additions = scenario.power_additions
    share = np.ones((len(days.in_period), len(scenario.supplies.label)))
    end, length = days.first[1:, None], days.in_period[:, None]
    standing = np.clip((end - go_live) / length, 0.0, 1.0)  # infinite go-live: nothing stands
    if ramp is not None:
        standing = ramp.standing((end - length).astype(float), end.astype(float), go_live)
    for u in np.unique(additions.supply):
        rows = additions.supply == u
        members, megawatt = additions.intervention[rows], additions.megawatt[rows]
        planned = network.modules[:, members] @ megawatt
        real = (standing[:, members] * network.modules[:, members]) @ megawatt
        np.divide(real, planned, out=share[:, u], where=planned > 0)
    return share


def daily_factors(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats | None:
    """Return output of each typical day over the year's level, (T, D, U), the mean of a period's years.

    None where matching is by the year, which has no days. Luck is shared as in :func:`renewable_factors`.
    """
    scenario, days = network.scenario, network.days
    supplies, typical = scenario.supplies, len(scenario.hours.day_number)
    if not typical:
        return None
    factors = np.ones((len(days.in_period), typical, len(supplies.label)))
    cv = uncertainty.renewable_daily_cv
    if cv == 0:
        return factors
    kind = supplies.kind.astype(str)
    members = np.flatnonzero(np.isin(kind, ("ppa", "onsite")))
    names = np.where(kind == "ppa", supplies.option, supplies.label)[members]
    normals = streams.normals_of(
        tuple(f"power {name}" for name in names), "output by day", days.years * typical
    )
    luck = mean_one_lognormal(normals, cv).reshape(days.years, typical, len(members))
    factors[:, :, members] = np.einsum("ty,ydu->tdu", days_of_years(days), luck)
    return factors


def settlement(
    network: Network, run: Floats, covered: Floats, available: Floats, daily: Floats | None
) -> dict[str, Floats]:
    """Return what is settled at the close of each period, MWh a year, (T, n) by activity.

    Power used, and where the plan has them: what charged storage, what of contracts was used beyond what is
    paid anyway, certificates as bought, and those retired for what was used of them. Certificates that the
    load did not need stay in the stock and expire with their vintage.

    Parameters
    ----------
    available : output over planned output, (T, U), a copy in a microgrid that of its source.
    daily : of each typical day over the year's level, (T, D, U); none: matching is by the year.
    """
    scenario, supplies, planned = network.scenario, network.scenario.supplies, network.as_planned
    found: dict[str, Floats] = {}
    hourly = None
    if daily is not None:
        excess = site_loads(scenario, run, covered) - site_loads(scenario, planned["run"], planned["covered"])
        hourly = play_hours(network, excess, available[:, None, :] * daily)
        found["charged"] = hourly.charged
    power = settle(network, run, covered, available, None if hourly is None else hourly.power)
    found["power"] = power
    if len(supplies.flexible):
        whole = power.copy()
        if hourly is not None:
            np.add.at(whole.T, scenario.storages.charging_supply, hourly.charged.T)
        beyond = np.maximum(whole - planned["contracted"] * supplies.take_or_pay, 0.0)
        found["beyond"] = beyond[:, supplies.flexible]
    if len(scenario.certificates.label):
        found["certificate_bought"] = planned["certificate_bought"]
        found["certificate_retired"] = _retired(network, power)
    return found


def _retired(network: Network, power: Floats) -> Floats:
    """Return certificates retired of each lot, MWh a year, (T, Q): as planned, in the part that is used."""
    certificates, planned = network.scenario.certificates, network.as_planned
    part = np.ones((len(power), len(certificates.label)))
    for option in range(len(certificates.label)):
        members = np.flatnonzero(certificates.of_supply == option)
        wanted = planned["power"][:, members].sum(axis=1)
        used = power[:, members].sum(axis=1)
        np.divide(used, wanted, out=part[:, option], where=wanted > 0)
    return np.asarray(planned["certificate_retired"] * part[:, certificates.lot_option])


def settle(
    network: Network, run: Floats, covered: Floats, available: Floats, by_hour: Floats | None = None
) -> Floats:
    """Return MWh a year used of each supply, (T, U).

    Onsite and contracted power give the planned quantity times what was `available` of it, (T, U),
    certificates the planned quantity, none of them more than the load left; the grid takes the rest.
    What the load deviates from the planned one is added to the plan's own settlement, so that the
    plan is met exactly when nothing deviates. Where it is played `by_hour`, (T, U), that is what own plants,
    contracts, imports and storage give.
    """
    scenario, supplies, plan = network.scenario, network.scenario.supplies, network.as_planned
    planned = plan["power"]
    planned_load = site_loads(scenario, plan["run"], plan["covered"])
    excess = site_loads(scenario, run, covered) - planned_load
    used, hourly = np.zeros(planned.shape), np.isin(supplies.kind.astype(str), BY_THE_HOUR)
    for site in np.unique(supplies.site):
        members = np.flatnonzero(supplies.site == site)
        wanted = planned[:, members].sum(axis=1) + excess[:, site]
        left = np.maximum(wanted, 0.0)
        others = [u for kind in BEFORE_GRID for u in members if supplies.kind[u] == kind]
        grid = [u for u in members if supplies.kind[u] not in BEFORE_GRID]
        before = planned[:, others].sum(axis=1)
        for u in others:
            given = planned[:, u] * available[:, u] if by_hour is None or not hourly[u] else by_hour[:, u]
            used[:, u] = np.minimum(given, left)
            left = left - used[:, u]
        if not grid:
            continue
        # Planned grid power plus deviations rather than `left`, which carries the rounding of a sum.
        rest = planned[:, grid].sum(axis=1) + excess[:, site] + before - used[:, others].sum(axis=1)
        total = planned[:, grid].sum(axis=1, keepdims=True)
        share = np.full((len(planned), len(grid)), 1.0 / len(grid))
        np.divide(planned[:, grid], total, out=share, where=total > 0)
        used[:, grid] = np.maximum(rest, 0.0)[:, None] * share
    return used
