"""What is not known about prices, outside the days of a trial.

A price that turns out otherwise moves no tonne, as neither plan nor policy looks at it, only what is paid:
each trial pays one path of prices, and the ranges of its cost may be over many more. Factors have mean one,
one a calendar year.

What is one price: that of a product, whoever offers it; the freight of a mode; the power of a region's grid;
certificates and the like, by power option; a tCO2e. Power contracts keep the price that was agreed.
Disruptions raise prices besides: a factor is on the raised price, for carbon on the planned one alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.ledger import Ledger
from scenarios.rate import Rate
from scenarios.scenario import Scenario
from scenarios.tables_uncertainty import PRICES
from simulation.calendar_days import days_of_years
from simulation.events import paid_for_goods
from simulation.layout import Floats, Integers
from simulation.levels import grouped, level, rows_of, varied
from simulation.network import Network
from simulation.selection import Labels
from simulation.settings import UncertaintySettings
from simulation.streams import Streams, mean_one_lognormal, persistent

# Activities that only trials have, in currency a year, and the dimension of a plan that each is over.
PRICE_DIMS = {
    "price_change": "offer",
    "freight_price_change": "arc",
    "trip_price_change": "trip_lane",
    "power_price_change": "supply",
    "carbon_price_change": "emission_account",
}
AGREED = ("ppa", "onsite")  # power without a market's price
KNOWN = -1


@dataclass(frozen=True)
class Prices:
    """Prices over planned ones in a trial, one path for each price that is not known.

    Attributes
    ----------
    paths : those that the trial pays, means over a period's days, (P, T).
    again : further draws of them, (M, P, T).
    of : by activity of :data:`PRICE_DIMS`, the path that each element pays, -1: none, (n,).
    """

    paths: Floats
    again: Floats
    of: Mapping[str, Integers]


def draw_prices(
    network: Network, uncertainty: UncertaintySettings, streams: Streams, again: int = 0
) -> Prices | None:
    """Return the prices of a trial and `again` further draws of them; none when all are known."""
    scenario = network.scenario
    if not any(getattr(uncertainty, f"{kind}_cv") for kind in (*PRICES, "carbon_price")):
        return None
    found = _Drawn(network, uncertainty, streams, again)
    product = scenario.products.label[scenario.offers.product]
    of_offer = found.of_kind("purchase_price", [f"price of {name}" for name in product])
    modes = [str(scenario.modes[mode]) for mode in scenario.lanes.mode]
    of_lane = found.of_kind("freight_price", [f"freight price by {mode}" for mode in modes])
    of_supply = found.of_kind("power_price", _power_names(scenario))
    of_carbon = found.of_carbon()
    if not found.columns:
        return None
    by_year = np.concatenate(found.columns, axis=2)
    factors = np.einsum("ty,ymp->mpt", days_of_years(network.days), by_year)
    of = {
        "price_change": of_offer,
        "freight_price_change": of_lane[scenario.arcs.lane],
        "trip_price_change": of_lane[scenario.lanes.by_trip],
        "power_price_change": of_supply,
        "carbon_price_change": np.full(len(EMISSION_ACCOUNTS), of_carbon),
    }
    return Prices(factors[0], factors[1:], of)


def price_changes(paid: Mapping[str, Floats], prices: Prices) -> dict[str, Floats]:
    """Return what prices add to what is paid, by activity, currency a year (n, T)."""
    change = np.vstack([prices.paths - 1.0, np.zeros(prices.paths.shape[1])])  # the last: known
    return {name: values * change[prices.of[name]] for name, values in paid.items()}


def paid_at_prices(
    scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats], emitted: Floats
) -> dict[str, Floats]:
    """Return what each element pays at the prices planned, and raised by events, currency a year (n, T).

    Parameters
    ----------
    activities : of a trial, all but the changes of prices.
    emitted : tCO2e a year of the accounts with a carbon price, zero in the others, (A, T).
    """

    def booked(name: str, account: str) -> Floats:
        rates = [r.per_unit for r in ledger.rates if (r.activity, r.account) == (name, account)]
        total: Floats = (
            activities[name] * np.sum(rates, axis=0) if rates else np.zeros(activities[name].shape)
        )
        return total

    carbon = scenario.periods.interpolate(scenario.carbon.price or {0: 0.0}, before_first=0.0)
    return {
        "price_change": paid_for_goods(scenario, activities) + activities.get("price_jump", 0.0),
        "freight_price_change": booked("flow", "freight"),
        "trip_price_change": booked("trips", "freight"),
        "power_price_change": booked("power", "electricity"),
        "carbon_price_change": emitted * carbon,
    }


def cost_again(paid: Mapping[str, Floats], prices: Prices, cost_npv: float, discount: Floats) -> Floats:
    """Return the present cost of a trial at each of the further draws of its prices, (M,).

    Parameters
    ----------
    cost_npv : at the prices that the trial pays.
    discount : present value of one currency unit a year by period, (T,).
    """
    carried = np.zeros((prices.paths.shape[0] + 1, len(discount)))
    for name, values in paid.items():
        np.add.at(carried, prices.of[name], values * discount)  # -1 is the last row
    known = cost_npv - float((carried[:-1] * (prices.paths - 1.0)).sum())
    return np.asarray(known + np.einsum("mpt,pt->m", prices.again - 1.0, carried[:-1]))


def price_rates(scenario: Scenario) -> tuple[Rate, ...]:
    """Return the rates of what changes of prices add, which is counted in currency a year."""
    arcs, lanes, offers, supplies = scenario.arcs, scenario.lanes, scenario.offers, scenario.supplies
    nowhere = np.full(len(EMISSION_ACCOUNTS), -1, dtype=np.int64)
    return tuple(
        Rate(name, account, np.ones((len(site), len(scenario.periods))), site)
        for name, account, site in (
            ("price_change", "purchase", offers.site),
            ("freight_price_change", "freight", arcs.origin),
            ("trip_price_change", "freight", lanes.origin[lanes.by_trip]),
            ("power_price_change", "electricity", supplies.site),
            ("carbon_price_change", "carbon_price", nowhere),
        )
    )


class _Drawn:
    """Collects the prices drawn, kind by kind; `columns` holds factors by year, (years, 1 + M, prices)."""

    def __init__(
        self, network: Network, uncertainty: UncertaintySettings, streams: Streams, again: int
    ) -> None:
        self._network, self._uncertainty, self._streams, self._again = network, uncertainty, streams, again
        self._count = 0
        self.columns: list[Floats] = []

    def of_kind(self, kind: str, names: list[str] | Labels) -> Integers:
        """Return the path of each element of a kind's family, by the names of their prices, "": known, (n,).

        Elements share a path when they have the same name and the same row of the uncertainty table.
        """
        path = np.full(len(names), KNOWN, dtype=np.int64)
        usual = float(getattr(self._uncertainty, f"{kind}_cv"))
        if usual == 0:
            return path
        network, row = self._network, rows_of(self._network, kind)
        rows = np.full(len(names), -1) if row is None else row
        cv = np.broadcast_to(level(network, kind, "cv", usual, usual), len(names))
        first: dict[tuple[str, int], int] = {}
        for element in np.flatnonzero((cv > 0) & (np.asarray(names) != "")).tolist():
            key = (str(names[element]), int(rows[element]))
            first.setdefault(key, element)
            path[element] = self._count + list(first).index(key)
        if not first:
            return path
        members = np.array(list(first.values()), dtype=np.int64)
        general = self._uncertainty.price_persistence
        keep = np.broadcast_to(level(network, kind, "persistence", general, usual), len(names))[members]

        def drawn(purpose: str, count: int) -> Floats:
            shape = (network.days.years, count, len(members))
            normals = self._streams.normals_of(tuple(name for name, _ in first), purpose, shape[0] * shape[1])
            normals = grouped(network, kind, normals, purpose, self._streams, members)
            normals = persistent(normals.reshape(shape), keep).reshape(-1, len(members))
            return varied(network, kind, normals, np.array(cv), members).reshape(shape)

        self._add(drawn("price", 1), drawn("price again", self._again))
        return path

    def of_carbon(self) -> int:
        """Return the path of the carbon price, -1: known."""
        cv, keep = self._uncertainty.carbon_price_cv, self._uncertainty.price_persistence
        if cv == 0:
            return KNOWN

        def drawn(purpose: str, count: int) -> Floats:
            years = self._network.days.years
            normals = self._streams.normals("carbon price", purpose, years * count)
            return mean_one_lognormal(persistent(normals.reshape(years, count, 1), keep), cv)

        self._add(drawn("price", 1), drawn("price again", self._again))
        return self._count - 1

    def _add(self, own: Floats, again: Floats) -> None:
        self.columns.append(np.concatenate([own, again], axis=1))
        self._count += own.shape[2]


def _power_names(scenario: Scenario) -> list[str]:
    """Return the name of each supply's price, "": none of a market, (U,)."""
    supplies = scenario.supplies
    region = scenario.sites.region[supplies.site]
    names = []
    for kind, option, where in zip(supplies.kind, supplies.option, region, strict=True):
        market = f"power price of {option}" if kind == "certificate" else f"grid power price of {where}"
        names.append("" if kind in AGREED else market)
    return names
