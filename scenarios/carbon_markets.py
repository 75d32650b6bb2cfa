"""Carbon markets: what own sites have to surrender, what they are given for free, and what is bought.

The company's own sites in a market hold one account of allowances together: what one of them has to spare
another may surrender. Source: the balance of an account in any emissions trading system (allocation plus
purchases less sales less surrender is what is carried over); a tax is a market without free allocation in
which nothing is carried over or sold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats, no_labels
from scenarios.errors import ConfigError
from scenarios.periods import Periods
from scenarios.values_by_period import by_period

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import Operations, Scenario, Sites
    from scenarios.settings import CarbonSettings

Floats = NDArray[np.float64]
Labels = NDArray[np.object_]
Tables = Mapping[str, pd.DataFrame]

COVERED = ("scope1",)  # accounts of a market that names none


@dataclass(frozen=True)
class CarbonMarkets:
    """Markets that hold, (M,) and (M, T).

    Attributes
    ----------
    price : currency per t.
    accounts : emission accounts that each covers.
    covered : which sites, (M, S).
    sale_share : of the price that an allowance to spare brings.
    bank_limit, opening_bank : t; inf: no limit.
    free_run : t given for free per unit of activity of each operation, (M, R, T).
    free_emitted : share of what a site emits that is given for free, (M, S, T).
    """

    label: Labels = field(default_factory=no_labels)
    name: Labels = field(default_factory=no_labels)
    price: Floats = field(default_factory=no_floats)
    accounts: tuple[tuple[str, ...], ...] = ()
    covered: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    sale_share: Floats = field(default_factory=no_floats)
    bank_limit: Floats = field(default_factory=no_floats)
    opening_bank: Floats = field(default_factory=no_floats)
    free_run: Floats = field(default_factory=no_floats)
    free_emitted: Floats = field(default_factory=no_floats)


@dataclass(frozen=True)
class MarketTerms:
    """What one unit of each activity emits in a market, and what it is given for free, t, arrays (n, T)."""

    label: str
    emitted: Mapping[str, Floats]
    allocated: Mapping[str, Floats]

    @property
    def net(self) -> dict[str, Floats]:
        """What has to be surrendered beyond what is given, by activity."""
        found = dict(self.emitted)
        for name, given in self.allocated.items():
            found[name] = found[name] - given if name in found else -given
        return found

    @property
    def to_spare(self) -> dict[str, Floats]:
        """What is given beyond what is emitted, by activity: nothing where more is emitted."""
        return {name: np.maximum(-net, 0.0) for name, net in self.net.items() if (net < 0).any()}


def make_markets(
    tables: Tables, carbon: CarbonSettings, sites: Sites, operations: Operations, periods: Periods
) -> CarbonMarkets:
    """Return the markets that the pathway names.

    Raises ConfigError for names that are not in table `carbon_markets`.
    """
    frame = tables["carbon_markets"]
    _refuse_unknown("carbon.markets", carbon.markets, frame["market"])
    _refuse_unknown("carbon.market_prices", carbon.market_prices, frame["market"])
    rows = frame[frame["market"].isin(carbon.markets)]
    if not len(rows):
        return CarbonMarkets()
    own = sites.owner == "own"
    covered = np.array([own & _within(sites.region, regions) for regions in rows["regions"]])
    free = [
        _free(tables["allocations"], market, here, sites, operations, periods)
        for market, here in zip(rows["market"], covered, strict=True)
    ]
    return CarbonMarkets(
        label=rows["market"].to_numpy(object),
        name=np.array([r["name"] or r["market"] for _, r in rows.iterrows()], dtype=object),
        price=np.array([market_price(tables, carbon, market, periods) for market in rows["market"]]),
        accounts=tuple(accounts or COVERED for accounts in rows["accounts"]),
        covered=covered,
        sale_share=rows["sale_share"].to_numpy(float),
        bank_limit=rows["bank_limit"].fillna(np.inf).to_numpy(float),
        opening_bank=rows["opening_bank"].to_numpy(float),
        free_run=np.array([run for run, _ in free]),
        free_emitted=np.array([emitted for _, emitted in free]),
    )


def market_price(tables: Tables, carbon: CarbonSettings, market: str, periods: Periods) -> Floats:
    """Return the price of a market by period, currency per t, (T,): 0 before its first year."""
    frame = tables["carbon_prices"]
    rows = frame[frame["market"] == market]
    given = carbon.market_prices.get(market)
    if given is None and len(rows) == 1 and np.isnan(rows["period"].iloc[0]):
        return np.full(len(periods), float(rows["price"].iloc[0]))
    if given is None:
        given = dict(zip(rows["period"].tolist(), rows["price"].tolist(), strict=True))
    return periods.interpolate(given, before_first=0.0) if given else np.zeros(len(periods))


def market_terms(scenario: Scenario, ledger: Ledger) -> list[MarketTerms]:
    """Return what each market counts: its emissions are the ledger's, by account and site."""
    markets = scenario.markets
    found = []
    for m, label in enumerate(markets.label):
        everywhere = markets.covered[m].astype(float)[:, None] * np.ones(len(scenario.periods))
        emitted = _weighted(ledger, markets.accounts[m], everywhere)
        allocated = _weighted(ledger, markets.accounts[m], markets.free_emitted[m])
        if markets.free_run[m].any():
            allocated["run"] = allocated.get("run", 0.0) + markets.free_run[m]
        found.append(MarketTerms(str(label), emitted, allocated))
    return found


def summed(coefficients: Mapping[str, Floats], activities: Mapping[str, Floats], periods: int) -> Floats:
    """Return t a year of coefficients (n, T) over activities (n, T), (T,)."""
    total = np.zeros(periods)
    for name, per_unit in coefficients.items():
        if name in activities:
            total += (activities[name] * per_unit).sum(axis=0)
    return total


def settled(
    scenario: Scenario, terms: list[MarketTerms], activities: Mapping[str, Floats], planned_bank: Floats
) -> dict[str, Floats]:
    """Return what is bought and sold, t a year, and carried over, t, at the close of each period, (M, T).

    The bank of the plan is kept: what lacks to it is bought; what is over is sold as far as activities have
    allowances to spare, and the rest carried over as far as it may be. Beside activities ``market_emitted``
    and ``market_allocated``, t a year.
    """
    markets, years, periods = scenario.markets, scenario.periods.years, len(scenario.periods)
    emitted = np.array([summed(each.emitted, activities, periods) for each in terms]).reshape(-1, periods)
    given = np.array([summed(each.allocated, activities, periods) for each in terms]).reshape(-1, periods)
    spare = np.array([summed(each.to_spare, activities, periods) for each in terms]).reshape(-1, periods)
    bought, sold, bank = (np.zeros_like(emitted) for _ in range(3))
    sells = markets.price * markets.sale_share[:, None] > 0 if len(terms) else emitted > 0
    held = markets.opening_bank
    for t in range(periods):
        over = held + years[t] * (given[:, t] - emitted[:, t]) - planned_bank[:, t]
        bought[:, t] = np.maximum(-over, 0.0) / years[t]
        sold[:, t] = np.where(sells[:, t], np.minimum(np.maximum(over, 0.0) / years[t], spare[:, t]), 0.0)
        kept = planned_bank[:, t] + np.maximum(over, 0.0) - years[t] * sold[:, t]
        bank[:, t] = held = np.minimum(kept, np.maximum(markets.bank_limit, planned_bank[:, t]))
    return {
        "allowance_bought": bought,
        "allowance_sold": sold,
        "bank": bank,
        "market_emitted": emitted,
        "market_allocated": given,
    }


def _weighted(ledger: Ledger, accounts: tuple[str, ...], weight: Floats) -> dict[str, Floats]:
    """Return t a unit of each activity over accounts, by weights of sites and periods, (S, T)."""
    total: dict[str, Floats] = {}
    for rate in ledger.rates:
        if rate.account in accounts:
            per_unit = rate.per_unit * weight[rate.site] * (rate.site >= 0)[:, None]
            if per_unit.any():
                total[rate.activity] = total.get(rate.activity, 0.0) + per_unit
    return total


def _free(
    frame: pd.DataFrame,
    market: str,
    covered: NDArray[np.bool_],
    sites: Sites,
    operations: Operations,
    periods: Periods,
) -> tuple[Floats, Floats]:
    """Return what a market gives per unit of activity, (R, T), and as a share of what sites emit, (S, T).

    A row for one site stands in the place of the row for all sites.
    """
    rows = frame[frame["market"] == market]
    key = ["market", "process", "site"]
    given = by_period(rows, key, "free_share", periods, 1.0)
    benchmark = by_period(rows, key, "benchmark", periods, 0.0)
    run = np.zeros((len(operations.label), len(periods)))
    emitted = np.zeros((len(sites.label), len(periods)))
    heads = rows.drop_duplicates(key).reset_index(drop=True)
    for k in np.argsort((heads["site"] != "").to_numpy(), kind="stable").tolist():
        process, site = heads["process"][k], heads["site"][k]
        here = covered & ((sites.label == site) if site else True)
        if process:
            run[(operations.process == process) & here[operations.site]] = benchmark[k] * given[k]
        else:
            emitted[here] = given[k]
    return run, emitted


def _within(regions: Labels, named: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.isin(regions.astype(str), named) if named else np.ones(len(regions), dtype=bool)


def _refuse_unknown(setting: str, names: object, known: pd.Series) -> None:
    there = set(known)
    for name in names:  # type: ignore[attr-defined]
        if name not in there:
            tables = ", ".join(sorted(there)) or "none in this scenario"
            message = f"{setting} names {name!r}, which is not in table carbon_markets; markets: {tables}"
            raise ConfigError(message)
