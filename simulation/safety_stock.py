"""How much stock each customer has to keep for a service target, read from recorded days of the trials.

The policy acts on deviations from the plan, so a stock that is larger from the first morning on changes
no order, no shipment and no run: it lifts the recorded stock of every day by the same amount. One run of
the trials therefore tells the service of every stock (anyLogistix calls this safety stock estimation). It
is exact as long as nobody is lost: who still waits when a period closes is, in the record, lost at today's
stock; where that is much, try the plan again with the stock proposed. So it is with customers who wait for
some days only. Where a customer's stock is ordered by a policy, its levels are to be lifted with it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from scenarios.scenario import Scenario
from simulation.kernel import run_days
from simulation.layout import Floats, Integers, World
from simulation.opening import planned_use
from simulation.settings import SimulationSettings
from simulation.statistics import mean_interval
from simulation.trial import Trial
from simulation.trials import Progress, Trials, prepare

STEP = 0.25  # days of use between two stocks that are looked at
MOST_DAYS = 60.0  # more than is kept now, the largest looked at


class Record:
    """Runs days one by one and keeps, for each evening, stock less what customers wait for, (H, K)."""

    def __init__(self, nodes: Integers, days: int) -> None:
        self._nodes = nodes
        self.net, self.asked = np.zeros((days, len(nodes))), np.zeros((days, len(nodes)))

    def __call__(self, first: int, last: int, world: World) -> None:
        """Run days `first` to `last` - 1."""
        place = np.searchsorted(self._nodes, world.demands["node"])
        for day in range(first, last):
            run_days(day, day + 1, world)
            waiting = np.bincount(place, world.demands["waiting"], len(self._nodes))
            self.net[day] = world.nodes["stock"][self._nodes] - waiting
            self.asked[day] = np.bincount(place, world.demand[day], len(self._nodes))


def customer_nodes(trials: Trials) -> Integers:
    """Return the used nodes that serve customers, sorted, (K,)."""
    return np.unique(trials.network.template.demands["node"]).astype(np.int64)


def recorded(trials: Trials, index: int) -> Record:
    """Return the days of one trial."""
    record = Record(customer_nodes(trials), trials.network.days.count)
    Trial(trials.network, trials.opening, trials.settings, trials.settings.uncertainty, index, record).run()
    return record


def served_at_once(record: Record, more: Floats) -> Floats:
    """Return the share of demand served on its day with so much more stock, (S, K) product units: (S, K)."""
    asked = record.asked.sum(axis=0)
    served = np.array([np.clip(record.net + record.asked + x, 0.0, record.asked).sum(axis=0) for x in more])
    return np.divide(served, asked, out=np.ones_like(served), where=asked > 0)


def safety_stock(
    scenario: Scenario, plan: xr.Dataset, settings: SimulationSettings, progress: Progress | None = None
) -> xr.Dataset:
    """Return the stock at each customer that serves the target share of demand on its day.

    Parameters
    ----------
    settings : `service_target` is that share; the trials are as many as `trials`.
    progress : called with trials done and in all.

    Returns
    -------
    Dataset over ``kept`` (customer and product): ``stock_now`` beyond the plan's own need and ``stock_more``,
    what is to be added, less than zero where it can be taken away, in days of the largest planned use and,
    with ``_units``, in product units; ``served_now`` and ``served_then``, the share of demand served on its
    day, means over trials, with Student intervals. `stock_more` is the least, in quarter days, whose interval
    lies above the target; infinite where 60 days more are not enough. Attribute ``service_target``.

    Raises
    ------
    ValueError : no target is set.
    """
    target = settings.service_target
    if target is None:
        message = "safety_stock needs a service target"
        raise ValueError(message)
    trials = prepare(scenario, plan, replace(settings, precision=None))
    nodes = customer_nodes(trials)
    use = planned_use(trials.network).max(axis=0)[nodes]
    days = np.arange(-round(settings.safety_days / STEP), round(MOST_DAYS / STEP) + 1) * STEP
    more = days[:, None] * use
    shares = []
    for index in range(settings.trials):
        shares.append(served_at_once(recorded(trials, index), more))
        if progress is not None:
            progress(index + 1, settings.trials)
    mean, low, high = mean_interval(np.array(shares), settings.confidence, settings.antithetic)
    enough = low >= target
    first = np.where(enough.any(axis=0), enough.argmax(axis=0), len(days) - 1)
    now, column = int(np.flatnonzero(days == 0.0)[0]), np.arange(len(nodes))
    needed = np.where(enough.any(axis=0), days[first], np.inf)
    found = xr.Dataset(coords={"kept": trials.network.labels("node")[nodes].astype(str)})
    for name, values, units, meaning in (
        ("stock_now", np.full(len(nodes), settings.safety_days), "day", "safety stock of the trials"),
        ("stock_more", needed, "day", "to be added for the service target"),
        ("stock_more_units", np.where(use > 0, needed * use, 0.0), "unit", "the same in product units"),
        ("served_now", mean[now], "1", "share of demand served on its day"),
        ("served_now_low", low[now], "1", "lower end of its confidence interval"),
        ("served_now_high", np.minimum(high[now], 1.0), "1", "upper end of its confidence interval"),
        ("served_then", mean[first, column], "1", "the same with the stock proposed"),
        ("served_then_low", low[first, column], "1", "lower end of its confidence interval"),
    ):
        found[name] = (("kept",), values, {"units": units, "long_name": meaning})
    found.attrs["service_target"] = target
    return found
