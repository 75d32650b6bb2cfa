"""The journal of one trial: every quantity on its day, with what it cost and emitted.

Summed up it is the trial's ledger: every unit, currency unit and tCO2e of an account is in one row. Rows
are priced with the ledger's own rates; what has no day of its own stands at the opening of its period
(commitments of the plan), at its close (power, unmet demand, price tiers, what lies beyond soft caps) or
at the end of the horizon (residual values).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from scenarios.accounts import COST_ACCOUNTS
from scenarios.errors import UnplayableError
from scenarios.plans import ACTIVITY_DIMS
from scenarios.rate import Timing
from scenarios.replanning import Replanner
from scenarios.scenario import Scenario
from simulation.accounting import Account
from simulation.draws import go_live_days
from simulation.events import JUMP_DIMS
from simulation.experiment import asked_for
from simulation.footprints import FOOTPRINT_DIMS
from simulation.gatekeeping import GATE_ACTIVITIES
from simulation.kernel import run_days
from simulation.layout import Floats, Integers, World
from simulation.network import AS_PLANNED, Network
from simulation.prices import PRICE_DIMS
from simulation.selection import Labels
from simulation.settings import Engine, SimulationSettings
from simulation.streams import streams_of
from simulation.trial import RunDays, Trial
from simulation.trial_result import TrialResult
from simulation.trials import Trials, prepare

# What the kernel books every day, and which activity of the ledger it is.
DAILY = {
    "offers": "purchase",
    "arcs": "flow",
    "operations": "run",
    "covers": "covered",
    "demands": "delivered",
    "takebacks": "returned",
    "disposals": "discard",
    "answers": "response",
}
AS_COUNTED = ("stock", "trips", "bank")  # of the whole period, not per year
AT_ONCE = ("adopt",)  # counted when it happens, not per year
COLUMNS = ("day", "period", "event", "activity", "element", "quantity")
DIGITS = "%.15g"
DIMS = ACTIVITY_DIMS | JUMP_DIMS | PRICE_DIMS | FOOTPRINT_DIMS


@dataclass
class Diary:
    """Runs days one by one and notes what was booked on each.

    Attributes
    ----------
    run : what runs the days.
    booked : by family of the kernel, one array (n,) for each day.
    """

    run: RunDays = run_days
    booked: dict[str, list[Floats]] = field(default_factory=lambda: {name: [] for name in DAILY})

    def __call__(self, first: int, last: int, world: World) -> None:
        """Run days `first` to `last` - 1."""
        for day in range(first, last):
            before = {name: getattr(world, name)["booked"].copy() for name in DAILY}
            self.run(day, day + 1, world)
            for name, values in before.items():
                self.booked[name].append(getattr(world, name)["booked"] - values)


@dataclass(frozen=True)
class Journal:
    """One trial, replayed with a diary; :meth:`frames` makes the rows.

    Attributes
    ----------
    result, account : what the trial came to.
    world : the world after the last day.
    network : of the plan that was followed in the end.
    """

    trials: Trials
    index: int
    diary: Diary
    result: TrialResult
    account: Account
    world: World
    network: Network

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield the rows, a table for each step of the horizon.

        Columns: ``day`` from 0 on, ``period``, ``event``, ``activity``, ``element``, ``quantity`` (product
        units, MWh, tCO2e or modules; of the whole period where it is booked for one), then one column
        for each account that the trial books to: ``cost_ACCOUNT`` in currency, not discounted, and
        ``emissions_ACCOUNT`` in tCO2e.
        """
        network, prices = self.trials.network, _Prices(self.trials)
        activities, _ = self.trials.accounts.activities(self.result)
        years, first = network.scenario.periods.years, network.days.first
        yield self._stocks("opening stock", 0, 0, self.trials.opening.stock, self.trials.opening.transit)
        for t in range(len(years)):
            opens, closes = int(first[t]), int(first[t + 1]) - 1
            for name in AS_PLANNED:
                length = 1.0 if name in AT_ONCE else years[t]
                timing: Timing = "once" if name in AT_ONCE else "yearly"
                yield prices.rows((opens, t, "period opens"), name, activities[name][:, t] * length, timing)
            yield self._go_lives(t)
            daily = [prices.of_days(t, name, self._booked(family, t)) for family, name in DAILY.items()]
            yield pd.concat([*self._outages(t), *daily]).sort_values("day", kind="stable")
            for name in sorted(set(activities) - set(AS_PLANNED) - set(DAILY.values())):
                rows = prices.rows((closes, t, "period closes"), name, activities[name][:, t] * years[t])
                yield rows.assign(quantity=rows["quantity"] / (years[t] if name in AS_COUNTED else 1.0))
        last = (network.days.count - 1, len(years) - 1)
        for name in AT_ONCE:
            yield prices.rows_at_end((*last, "horizon ends"), name, activities[name])
        yield self._stocks("closing stock", *last, self.result.closing_stock, self.result.closing_transit)

    def _booked(self, family: str, t: int) -> Floats:
        """Return what was booked each day of a period, (days, n) of the whole scenario."""
        network = self.trials.network
        first, end = network.days.first[t : t + 2]
        whole = np.zeros((end - first, len(_labels(network, DAILY[family]))))
        whole[:, getattr(network.used, family[:-1])] = self.diary.booked[family][first:end]
        return whole

    def _outages(self, t: int) -> Iterator[pd.DataFrame]:
        """Yield what was down, and for which share of each day."""
        network = self.trials.network
        first, end = network.days.first[t : t + 2]
        for family in ("site", "lane", "line"):
            lost = 1.0 - getattr(self.world, f"{family}_up")[first:end]
            day, element = np.nonzero(lost)
            labels = network.labels(family)[element]
            yield _table((first + day, t, "outage"), f"{family} down", labels, lost[day, element], {})

    def _go_lives(self, t: int) -> pd.DataFrame:
        """Return which interventions of this period go live late, and by how many days."""
        network, trials = self.network, self.trials
        streams = streams_of(trials.settings.seed, self.index, trials.settings.antithetic)
        go_live = go_live_days(network, trials.settings.uncertainty, streams)[t]
        late = go_live - network.days.first[t]
        labels = network.scenario.interventions.label
        found = [("days late", labels[i], late[i]) for i in np.flatnonzero((late > 0) & np.isfinite(go_live))]
        never = network.active[t] & np.isinf(go_live)
        found += [("never live", labels[i], 1.0) for i in np.flatnonzero(never)]
        return _events((int(network.days.first[t]), t, "go-live"), found)

    def _stocks(self, event: str, day: int, t: int, stock: Floats, transit: Floats) -> pd.DataFrame:
        labels = self.trials.network.labels("node")
        found = [
            (activity, label, quantity)
            for activity, values in (("stock", stock), ("on the way", transit))
            for label, quantity in zip(labels, values, strict=True)
            if quantity != 0.0
        ]
        return _events((day, t, event), found)


class _Prices:
    """Rates of a trial's ledger by activity and timing."""

    def __init__(self, trials: Trials) -> None:
        self._network = trials.network
        self._rates: dict[tuple[str, Timing], dict[str, Floats]] = {}
        for rate in trials.accounts.ledger.rates:
            kind = "cost" if rate.account in COST_ACCOUNTS else "emissions"
            found = self._rates.setdefault((rate.activity, rate.timing), {})
            column = f"{kind}_{rate.account}"
            found[column] = found.get(column, 0.0) + rate.per_unit

    def rows(
        self, when: tuple[int, int, str], name: str, quantity: Floats, timing: Timing = "yearly"
    ) -> pd.DataFrame:
        """Return one row for each element with a quantity, (n,), and what it books."""
        day, t, event = when
        frame = self.of_days(t, name, quantity[None, :], timing)
        return frame.assign(day=day, event=event)

    def of_days(self, t: int, name: str, quantity: Floats, timing: Timing = "yearly") -> pd.DataFrame:
        """Return one row for each day of a period and element with a quantity, (days, n)."""
        day, element = np.nonzero(quantity)
        amount = quantity[day, element]
        booked = {
            column: amount * per_unit[element, t]
            for column, per_unit in self._rates.get((name, timing), {}).items()
        }
        labels = _labels(self._network, name)[element]
        return _table((self._network.days.first[t] + day, t, "day"), name, labels, amount, booked)

    def rows_at_end(self, when: tuple[int, int, str], name: str, values: Floats) -> pd.DataFrame:
        """Return what activities of all periods, (n, T), book when the horizon ends."""
        rows = np.flatnonzero(values.sum(axis=1))
        found = self._rates.get((name, "end"), {})
        booked = {column: (per_unit * values)[rows].sum(axis=1) for column, per_unit in found.items()}
        return _table(when, name, _labels(self._network, name)[rows], values[rows].sum(axis=1), booked)


def keep_journal(trials: Trials, index: int, run: RunDays = run_days) -> Journal:
    """Replay trial `index` alone, with a diary of what `run` does every day."""
    diary, settings = Diary(run), trials.settings
    shared = (trials.network, trials.opening, settings, settings.uncertainty)
    trial = Trial(*shared, index, diary, trials.recourse)
    result = trial.run()
    return Journal(trials, index, diary, result, trials.accounts.book(result), trial.world, trial.network)


def journal_of(
    scenario: Scenario,
    plan: xr.Dataset,
    settings: SimulationSettings,
    replanner: Replanner | None = None,
) -> Journal:
    """Replay the trial that the settings name, with the engine that they name.

    Raises UnplayableError for the numpy engine, which plays all trials at once and keeps no journal.
    """
    if settings.engine is Engine.NUMPY:
        message = "simulation.engine=numpy keeps no journal: use kernel or plain"
        raise UnplayableError(message)
    run: RunDays = run_days
    if settings.engine is Engine.PLAIN:
        from simulation.plain import plain_run_days

        run = plain_run_days()
    trials = prepare(scenario, plan, settings, asked_for(settings, replanner))
    return keep_journal(trials, settings.trial or 0, run)


def write_journal(path: Path, journal: Journal) -> None:
    """Write the journal as CSV: an amount of zero is left blank."""
    frames = [frame for frame in journal.frames() if len(frame)]
    amounts = sorted({column for frame in frames for column in frame.columns} - set(COLUMNS))
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join([*COLUMNS, *amounts]) + "\n")
        for frame in frames:
            whole = frame.reindex(columns=[*COLUMNS, *amounts]).replace(0.0, np.nan)
            whole[list(COLUMNS)] = frame[list(COLUMNS)]
            whole.to_csv(file, header=False, index=False, float_format=DIGITS)


def _labels(network: Network, name: str) -> Labels:
    if name == "response":  # only trials have it
        return network.scenario.responses.label
    if name in GATE_ACTIVITIES:
        return network.scenario.sites.label
    return network.plan[DIMS[name]].to_numpy().astype(str)


def _events(when: tuple[int, int, str], found: Sequence[tuple[str, str, float]]) -> pd.DataFrame:
    activity, element, quantity = (np.array([row[k] for row in found]) for k in range(3))
    return _table(when, activity, element, quantity, {})


def _table(
    when: tuple[int | Integers, int, str],
    activity: str | Labels,
    element: Labels,
    quantity: Floats,
    booked: Mapping[str, Floats],
) -> pd.DataFrame:
    columns = dict(zip(COLUMNS, (*when, activity, element, quantity), strict=True))
    return pd.DataFrame({**columns, **booked}, index=range(len(quantity)))
