"""How long the plan lives without a supplier or site, how long it takes to recover, and what that costs.

Deterministic: nothing varies but that one supplier or site stands still from the first day of a year. Time
to survive is how long customers are served although it never comes back; time to recover is how long, once it
is back after an outage of stated length, nobody waits any more and stocks are where the plan has them
(Simchi-Levi, Schmidt and Wei 2014, who take the second as given and compare it with the first). Who still
waits when a period closes is lost, as in any trial, and does not hold up the recovery.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from scenarios.caps import main_accounts
from scenarios.errors import ConfigError
from scenarios.scenario import Scenario
from simulation.accounting import Account
from simulation.kernel import run_days
from simulation.layout import World
from simulation.network import Network
from simulation.opening import planned_use
from simulation.settings import SimulationSettings, UncertaintySettings
from simulation.trial import Trial
from simulation.trials import Progress, Trials, prepare

LONGEST = 365  # days after which a time to survive is not looked for any further
BACK_DAYS = 0.1  # a stock is back when less than this much of a day's use is missing; one not in use is
WAITING = 1e-6  # of a day's demand: less counts as nobody waiting
CUSTOMER = "customer"


@dataclass(frozen=True)
class Outage:
    """A used site, by its position among them, standing still from day `start` to before day `end`."""

    site: int
    start: int
    end: int


@dataclass
class Seen:
    """What the watch over a trial saw: days from the outage's start and from its end; infinite when never."""

    survived: float = np.inf
    recovered: float = np.inf


class _EnoughSeenError(Exception):
    """Ends a trial of which nothing more is wanted."""


class Watch:
    """Runs the days of a trial in which one site stands still, and looks at the evenings until all is known.

    Parameters
    ----------
    least_fill : share of a day's demand below which a customer counts as not served.
    whole : run to the end for the account; else only until the time to survive is known.
    """

    def __init__(self, trials: Trials, outage: Outage, least_fill: float, whole: bool) -> None:
        self.seen = Seen()
        self._outage, self._least_fill, self._whole = outage, least_fill, whole
        self._use, self._period = planned_use(trials.network), trials.network.days.period

    def __call__(self, first: int, last: int, world: World) -> None:
        """Run days `first` to `last` - 1, one by one from the outage on while something is not known."""
        day = min(max(first, self._outage.start), last)
        run_days(first, day, world)
        while day < last and not self._done(day):
            run_days(day, day + 1, world)
            self._look(day, world)
            day += 1
        run_days(day, last, world)

    def _done(self, day: int) -> bool:
        return np.isfinite(self.seen.recovered) or day >= self._outage.start + LONGEST

    def _look(self, day: int, world: World) -> None:
        """Look at the evening of a day."""
        if np.isinf(self.seen.survived) and self._short(day, world):
            self.seen.survived = day - self._outage.start
        if day >= self._outage.end - 1 and self._back(day, world):
            self.seen.recovered = day - (self._outage.end - 1)
        if not self._whole and (np.isfinite(self.seen.survived) or self._done(day + 1)):
            raise _EnoughSeenError

    def _short(self, day: int, world: World) -> bool:
        """Return whether more waits at a customer than he may be left short of of a day's demand."""
        return bool((world.demands["waiting"] > (1 - self._least_fill + WAITING) * world.demand[day]).any())

    def _back(self, day: int, world: World) -> bool:
        """Return whether nobody waits and all stocks in use, goods on the way included, are as planned."""
        waits = world.demands["waiting"] > WAITING * world.demand[day]
        use = self._use[self._period[day]]
        missing = (world.nodes["deviation"] > BACK_DAYS * use) & (use > 0)
        return not (waits.any() or missing.any())


def _watched(trials: Trials, outage: Outage, watch: Watch) -> Trial:
    """Return a trial in which nothing varies but that outage."""
    off = UncertaintySettings.off()
    trial = Trial(trials.network, trials.opening, trials.settings, off, 0, watch)
    trial.world.site_up[outage.start : outage.end, outage.site] = 0.0
    return trial


def time_to_survive(trials: Trials, site: int, start: int, least_fill: float) -> float:
    """Return days from `start` on which all customers are served although `site` never comes back.

    Infinite when they are for a year.
    """
    outage = Outage(site, start, trials.network.days.count)
    watch = Watch(trials, outage, least_fill, whole=False)
    with contextlib.suppress(_EnoughSeenError):
        _watched(trials, outage, watch).run()
    return watch.seen.survived


def time_to_recover(trials: Trials, site: int, start: int, days: int) -> tuple[float, Account]:
    """Return days until all is as planned again after an outage of `days`, and the account of that future.

    Infinite when it is not within a year of the outage's start.
    """
    outage = Outage(site, start, start + days)
    watch = Watch(trials, outage, 0.0, whole=True)
    account = trials.accounts.book(_watched(trials, outage, watch).run())
    return watch.seen.recovered, account


def sites_at_risk(network: Network) -> list[int]:
    """Return the used sites that can stand still, all but customers, by their position among them."""
    role = network.scenario.sites.role[network.used.site].astype(str)
    return np.flatnonzero(role != CUSTOMER).tolist()


def resilience(
    scenario: Scenario, plan: xr.Dataset, settings: SimulationSettings, progress: Progress | None = None
) -> xr.Dataset:
    """Return how the plan bears the loss of each supplier and site that it uses.

    Parameters
    ----------
    settings : `resilience_year`, `resilience_days` and `resilience_service` say when, how long and when
        a customer counts as served; opening stocks and policy as in trials.
    progress : called with sites done and sites in all.

    Returns
    -------
    Dataset over ``disrupted``, the dearest first: ``days_to_survive``, ``days_to_recover`` (infinite where it
    takes more than a year), and of the outage of stated length ``outage_cost`` (currency, present value),
    ``outage_emissions`` (tCO2e over the horizon) and ``outage_undelivered`` (product units over the
    horizon), each against the plan. Attributes ``resilience_*`` repeat the settings.

    Raises
    ------
    ConfigError : the plan has no period in that year, or the outage does not fit into the horizon.
    """
    trials = prepare(scenario, plan, replace(settings, uncertainty=UncertaintySettings.off()))
    network, days = trials.network, settings.resilience_days
    start = first_day(network, settings.resilience_year)
    if start + days >= network.days.count:
        message = f"an outage of {days} days does not fit between its start and the end of the horizon"
        raise ConfigError(message)
    calm, sites = trials.calm(), sites_at_risk(network)
    survive, recover, changed = [], [], []
    for done, site in enumerate(sites):
        survive.append(time_to_survive(trials, site, start, settings.resilience_service))
        again, account = time_to_recover(trials, site, start, days)
        recover.append(again)
        changed.append(_against(account, calm, scenario, plan))
        if progress is not None:
            progress(done + 1, len(sites))
    cost, emissions, undelivered = np.array(changed).reshape(len(sites), 3).T
    order = np.lexsort((np.array(survive), -undelivered, -cost))
    found = xr.Dataset(coords={"disrupted": network.labels("site")[sites].astype(str)[order]})
    for name, values, units, meaning in (
        ("days_to_survive", survive, "day", "days until a customer is not served, if it never comes back"),
        ("days_to_recover", recover, "day", "days after an outage until nobody waits and stocks are back"),
        ("outage_cost", cost, scenario.currency, "present value of the outage's cost"),
        ("outage_emissions", emissions, "tCO2e", "emissions over the horizon that the outage adds"),
        ("outage_undelivered", undelivered, "unit", "what customers do not get because of the outage"),
    ):
        told = {"units": units, "long_name": meaning}
        found[name] = (("disrupted",), np.asarray(values, dtype=float)[order], told)
    found.attrs |= {
        "resilience_year": int(scenario.periods.start[network.days.period[start]]),
        "resilience_days": days,
        "resilience_service": settings.resilience_service,
    }
    return found


def first_day(network: Network, year: int | None) -> int:
    """Return the first day of the period in which `year` is; of the first one when None."""
    if year is None:
        return 0
    starts, lengths = network.scenario.periods.start, network.scenario.periods.years
    within = np.flatnonzero((starts <= year) & (year < starts + lengths))
    if len(within) == 0:
        message = f"simulation.resilience_year={year} is not a year of the plan"
        raise ConfigError(message)
    return int(network.days.first[within[0]])


def _against(account: Account, calm: Account, scenario: Scenario, plan: xr.Dataset) -> list[float]:
    """Return what an outage adds: cost, emissions over the horizon, and what is not delivered."""
    names = plan["emission_account"].to_numpy().astype(str)
    counted = np.isin(names, list(main_accounts(scenario)))
    years = scenario.periods.years
    emissions = (account.emissions - calm.emissions)[counted].sum(axis=0) @ years
    undelivered = (calm.delivered - account.delivered).sum(axis=0) @ years
    return [account.cost_npv - calm.cost_npv, float(emissions), float(undelivered)]
