"""The one place that turns quantities into money and CO2e.

A *rate* says what one unit of an activity books to one account. The optimiser builds its objective
and its cap rows from the rates, the simulation counts activities and prices them with
:meth:`Ledger.price`, and reports sum what was priced; nothing else multiplies a quantity by a
price or a factor.

Activities, arrays of shape (n, T), per year unless said: ``purchase`` (offers), ``tier_purchase`` and
``tier_used`` (price tiers: units, and 1 for the tier a year's purchase lies in), ``flow`` (arcs), ``run``
(operations), ``covered`` (covers), ``power`` (supplies, MWh), ``contracted`` (supplies, MWh under
contract), ``beyond`` (contracts, MWh used above what is paid anyway), ``charged`` (sources of storage,
MWh), ``certificate_bought`` (certificates, MWh), ``standing`` (lines, capacity), ``in_effect`` and
``adopt`` (interventions; ``adopt`` once), ``indebted`` (loans being repaid), ``unmet`` (demands),
``overrun`` (caps, t above a soft cap), ``allowance_bought`` and ``allowance_sold`` (markets, t),
``border_due`` (exporting sites, t payable), ``taken`` (bands of pools), ``offset_bought`` (offsets, t),
``delivered`` (demands). Trials alone have ``response`` (product units that a response to a shortfall brings
or spares), ``gate_waiting`` (sites, hours that vehicles wait at gates) and ``misgraded`` (sites, t graded
wrongly).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenarios.accounts import COST_ACCOUNTS, EMISSION_ACCOUNTS
from scenarios.carbon_money_rates import carbon_money_rates, internal_price
from scenarios.claim_rates import claim_rates
from scenarios.credit_rates import beside_rates, credit_rates
from scenarios.errors import ConfigError
from scenarios.flow_rates import flow_rates, freight_left, paid_by_trip
from scenarios.gate_rates import gate_rates
from scenarios.investment_rates import investment_rates
from scenarios.periods import Periods
from scenarios.power_rates import power_rates
from scenarios.preference_rates import preference_rates, steering
from scenarios.rate import Rate, Timing
from scenarios.rate import every_period as _whole
from scenarios.response_rates import response_rates
from scenarios.scenario import Scenario
from scenarios.sourcing_rates import purchase_rates

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ledger:
    """All rates of a scenario.

    `steering` : currency that a unit of an activity is preferred by, (n, T): it moves decisions and is booked
    to no account, as nobody pays it.
    `beside` : rates of what stands beside the chain's emissions (`BESIDE_ACCOUNTS`): no total sums them.
    """

    rates: tuple[Rate, ...]
    periods: Periods
    sites: int
    steering: Mapping[str, Floats] = field(default_factory=dict)
    beside: tuple[Rate, ...] = ()

    def price(self, activities: Mapping[str, Floats]) -> Priced:
        """Book activities, arrays of shape (..., n, T), and return the entries."""
        return Priced(self, {name: np.asarray(values, dtype=float) for name, values in activities.items()})

    def weight(self, timing: Timing) -> Floats:
        """Return present values of one currency unit of a rate by period, (T,)."""
        if timing == "yearly":
            return self.periods.discount_yearly
        if timing == "once":
            return self.periods.discount_once
        return np.full(len(self.periods), self.periods.discount_end)

    def cost_coefficients(self) -> dict[str, Floats]:
        """Return the present cost of a unit of each activity, (n, T), preferences included: the objective."""
        weight = self.weight("yearly")
        total: dict[str, Floats] = {name: per_unit * weight for name, per_unit in self.steering.items()}
        for rate in self.rates:
            if rate.account in COST_ACCOUNTS:
                total[rate.activity] = total.get(rate.activity, 0.0) + rate.per_unit * self.weight(
                    rate.timing
                )
        return total

    def preferred(self, activities: Mapping[str, Floats]) -> float:
        """Return the present value of preferences in what is done: negative for low footprints bought."""
        weight = self.weight("yearly")
        return float(sum((activities[name] * each * weight).sum() for name, each in self.steering.items()))

    def emission_coefficients(
        self, accounts: tuple[str, ...], site_counts: NDArray[np.bool_] | None = None
    ) -> dict[str, Floats]:
        """Return tCO2e a year per unit of each activity, (n, T), over `accounts` and the sites that count."""
        total: dict[str, Floats] = {}
        for rate in self.rates:
            if rate.account not in accounts:
                continue
            per_unit = rate.per_unit
            if site_counts is not None:
                per_unit = per_unit * (site_counts[rate.site] & (rate.site >= 0))[:, None]
            total[rate.activity] = total.get(rate.activity, 0.0) + per_unit
        return total


@dataclass(frozen=True)
class Priced:
    """Booked activities. Totals are sums of entries and nothing else.

    Leading dimensions of the activities (e.g. trials) lead every result.
    """

    ledger: Ledger
    activities: Mapping[str, Floats]

    def _booked(self, account: str, timing: Timing) -> Floats:
        found = [
            (self.activities[r.activity] * r.per_unit).sum(axis=-2)
            for r in self.ledger.rates
            if r.account == account and r.timing == timing and r.activity in self.activities
        ]
        return np.sum(found, axis=0) if found else np.zeros(self._shape)

    @cached_property
    def _shape(self) -> tuple[int, ...]:
        lead = {values.shape[:-2] for values in self.activities.values()}
        return (*max(lead, key=len, default=()), len(self.ledger.periods))

    def paid(self, account: str) -> Floats:
        """Return currency paid in each period, undiscounted, (..., T); value at the end in the last one."""
        total = self._booked(account, "yearly") * self.ledger.periods.years + self._booked(account, "once")
        at_end = self._booked(account, "end").sum(axis=-1)
        total[..., -1] += at_end
        return total

    def present_cost(self, account: str) -> Floats:
        """Return the present value of one cost account, (...)."""
        timings: tuple[Timing, ...] = ("yearly", "once", "end")
        return np.sum(
            [(self._booked(account, t) * self.ledger.weight(t)).sum(axis=-1) for t in timings], axis=0
        )

    def emitted(self, account: str) -> Floats:
        """Return tCO2e per year of one emission account, (..., T)."""
        return self._booked(account, "yearly")

    def beside(self, account: str) -> Floats:
        """Return one account beside the chain's emissions, a year in its unit, (..., T)."""
        rates = [r for r in self.ledger.beside if r.account == account and r.activity in self.activities]
        found = [(self.activities[r.activity] * r.per_unit).sum(axis=-2) for r in rates]
        return np.sum(found, axis=0) if found else np.zeros(self._shape)

    @property
    def cost_npv(self) -> Floats:
        """Present value of all cost, (...)."""
        return np.sum([self.present_cost(account) for account in COST_ACCOUNTS], axis=0)

    def by_site(self, account: str) -> Floats:
        """Return one account by site, (S + 1, T), the last row for what has no single site.

        Emissions per year; cost paid in the period, undiscounted. Only without leading dimensions.
        """
        result = np.zeros((self.ledger.sites + 1, len(self.ledger.periods)))
        yearly = self.ledger.periods.years if account in COST_ACCOUNTS else 1
        for rate in self.ledger.rates:
            if rate.account != account or rate.activity not in self.activities:
                continue
            entries = self.activities[rate.activity] * rate.per_unit
            if rate.timing == "yearly":
                entries = entries * yearly
            elif rate.timing == "end":
                entries = np.hstack(
                    [np.zeros((len(entries), entries.shape[1] - 1)), entries.sum(axis=1, keepdims=True)]
                )
            np.add.at(result, rate.site, entries)
        return result


def rates(scenario: Scenario) -> Ledger:
    """Return the ledger of a scenario: its own figures, then the carbon price on what they emit.

    Raises ConfigError when the carbon price names unknown accounts.
    """
    found = [
        *purchase_rates(scenario),
        *preference_rates(scenario),
        *_freight(scenario),
        *flow_rates(scenario),
        *_operations(scenario),
        *_covers(scenario),
        *power_rates(scenario),
        *claim_rates(scenario),
        *investment_rates(scenario),
        *_shortage(scenario),
        *_cap_overruns(scenario),
        *carbon_money_rates(scenario),
        *credit_rates(scenario),
    ]
    found = [rate for rate in found if rate.per_unit.any()]
    steers = _added(steering(scenario), internal_price(scenario, found))
    found += _carbon_price(scenario, found)
    beside = tuple(beside_rates(scenario))
    return Ledger(tuple(found), scenario.periods, len(scenario.sites.label), steers, beside)


def _added(one: Mapping[str, Floats], other: Mapping[str, Floats]) -> dict[str, Floats]:
    return {**one, **{name: one.get(name, 0.0) + values for name, values in other.items()}}


def with_responses(ledger: Ledger, scenario: Scenario) -> Ledger:
    """Return the ledger of trials, which also prices responses and gates, with the carbon price on them."""
    found = [*response_rates(scenario), *gate_rates(scenario)]
    found = [rate for rate in found if rate.per_unit.any()]
    found += _carbon_price(scenario, found)
    return replace(ledger, rates=(*ledger.rates, *found))


def _own(scenario: Scenario, site: NDArray[np.int64]) -> NDArray[np.bool_]:
    return scenario.sites.owner[site] == "own"


def _by_owner(rate: Rate, scenario: Scenario, own_account: str) -> list[Rate]:
    """Book at own sites to `own_account`, at partners' sites to purchased goods."""
    own = _own(scenario, rate.site)[:, None]
    return [
        Rate(rate.activity, own_account, rate.per_unit * own, rate.site),
        Rate(rate.activity, "scope3_purchased_goods", rate.per_unit * ~own, rate.site),
    ]


def _freight(scenario: Scenario) -> list[Rate]:
    arcs = scenario.arcs
    per_unit = ~paid_by_trip(scenario)
    cost = _whole(arcs.cost * per_unit, scenario) * freight_left(scenario) * arcs.haul_left
    found = [Rate("flow", "freight", cost, arcs.origin)]
    return found + _freight_emissions("flow", np.arange(len(arcs.label)), per_unit.astype(float), scenario)


def _freight_emissions(
    activity: str, arc: NDArray[np.int64], share: Floats, scenario: Scenario
) -> list[Rate]:
    """Book `share` of the freight factors of `arc`: to category 9 on the way to customers, else to 4."""
    arcs = scenario.arcs
    downstream = (scenario.sites.role[arcs.destination[arc]] == "customer")[:, None]
    found, left = [], freight_left(scenario)[arc]
    for part, factor in (("ttw", arcs.tank_to_wheel[arc]), ("wtt", arcs.well_to_tank[arc])):
        per_unit = factor * share[:, None] * left
        found.append(
            Rate(activity, f"scope3_downstream_transport_{part}", per_unit * downstream, arcs.origin[arc])
        )
        found.append(
            Rate(activity, f"scope3_upstream_transport_{part}", per_unit * ~downstream, arcs.origin[arc])
        )
    return found


def _operations(scenario: Scenario) -> list[Rate]:
    operations, lines = scenario.operations, scenario.lines
    direct = Rate("run", "", _whole(operations.direct, scenario), operations.site)
    return [
        Rate("run", "production", _whole(operations.operating_cost, scenario), operations.site),
        *_by_owner(direct, scenario, "scope1"),
        Rate("standing", "fixed", lines.fixed_cost, lines.site),
    ]


def _covers(scenario: Scenario) -> list[Rate]:
    """What interventions save per unit covered; electricity and inputs act through the balances."""
    covers, count = scenario.covers, len(scenario.covers.label)
    found: list[Rate] = []
    for family, site_of in (
        ("operation", scenario.operations.site),
        ("offer", scenario.offers.site),
        ("arc", scenario.arcs.origin),
    ):
        members = covers.of(family)
        if not len(members):
            continue
        element = covers.element[members]
        site = np.full(count, -1, dtype=np.int64)
        site[members] = site_of[element]

        def spread(values: Floats, rows: NDArray[np.int64] = members) -> Floats:
            full = np.zeros((count, len(scenario.periods)))
            full[rows] = values
            return full

        if family == "operation":
            direct = -covers.direct_cut[members] * scenario.operations.direct[element]
            cost = _whole(covers.operating_cost[members], scenario)
            found += _by_owner(
                Rate("covered", "", spread(_whole(direct, scenario)), site), scenario, "scope1"
            )
            found.append(Rate("covered", "production", spread(cost), site))
        elif family == "offer":
            footprint, markup = scenario.offers.footprint[element], scenario.offers.markup[element]
            saved = -covers.footprint_cut[members, None] * footprint
            saved = saved - covers.markup_cut[members, None] * (footprint * markup)
            found.append(Rate("covered", "scope3_purchased_goods", spread(saved), site))
        else:
            for rate in _freight_emissions("covered", element, -covers.freight_cut[members], scenario):
                found.append(Rate("covered", rate.account, spread(rate.per_unit), site))
    return found


def _shortage(scenario: Scenario) -> list[Rate]:
    demands = scenario.demands
    price = np.where(np.isfinite(demands.shortage_cost), demands.shortage_cost, 0.0)
    return [Rate("unmet", "shortage", price, demands.site)]


def _cap_overruns(scenario: Scenario) -> list[Rate]:
    caps = scenario.carbon.all_caps.values()
    price = np.array([cap.overrun_price or 0.0 for cap in caps], dtype=float)
    return [Rate("overrun", "cap_overrun", _whole(price, scenario), np.full(len(price), -1, dtype=np.int64))]


def _carbon_price(scenario: Scenario, found: list[Rate]) -> list[Rate]:
    """Price the emission rates of the priced accounts."""
    carbon = scenario.carbon
    if not carbon.price:
        return []
    unknown = set(carbon.priced_accounts) - set(EMISSION_ACCOUNTS)
    if unknown:
        message = (
            f"carbon.priced_accounts names {sorted(unknown)}; use some of: {', '.join(EMISSION_ACCOUNTS)}"
        )
        raise ConfigError(message)
    price = scenario.periods.interpolate(carbon.price, before_first=0.0)
    return [
        Rate(rate.activity, "carbon_price", rate.per_unit * price, rate.site)
        for rate in found
        if rate.account in carbon.priced_accounts
    ]
