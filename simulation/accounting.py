"""Prices trials with the scenario's own ledger, and holds them against the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.caps import Cap, cap_terms, main_accounts
from scenarios.empty_arrays import no_floats
from scenarios.ledger import Ledger, rates, with_responses
from scenarios.rate import Rate
from scenarios.scenario import Scenario
from scenarios.settings import CapKind
from scenarios.sourcing import tier_activities
from simulation.carbon_money import CarbonMoney
from simulation.events import jump_activities
from simulation.factors import chances_of_missing, draw_factors, factors_of
from simulation.footprints import footprint_activities, footprint_rates
from simulation.layout import Floats, Integers
from simulation.power_use import PowerUse, power_use
from simulation.prices import PRICE_DIMS, cost_again, paid_at_prices, price_changes, price_rates
from simulation.response_use import ResponseUse, use_of
from simulation.settings import FactorSettings
from simulation.targets import TargetBook, TargetUse
from simulation.trial_result import TrialResult

EXCEEDED = 1 + 1e-6  # a cap counts as missed beyond the solver's tolerance


@dataclass(frozen=True)
class Account:
    """One trial in money and CO2e, arrays without the trial dimension.

    Attributes
    ----------
    cost : currency paid in each period, (cost accounts, T).
    emissions : tCO2e a year, (emission accounts, T).
    cap_emissions, cap_missed : in the cap's unit, and whether above its limit, (caps, T).
    required, delivered : product units a year, (D, T).
    mass_error : largest imbalance of a product over its throughput.
    closing_stock : product units by used node, (N,).
    events : what happened at a moment: outages, go-lives, closes of periods.
    cap_chance : chance of missing each cap given what happened, over draws of the emission factors,
        (caps, T); none: the factors are known.
    price_npv : part of the present cost that is due to prices other than planned, events aside.
    cost_again : present cost at each further draw of the prices, (M,); none: prices are known.
    happened : how often each disruption of the scenario did, (E,).
    replans : how often a new plan was asked for inside the trial, and how often there was none.
    responses : what the scenario's responses did; none: it has none.
    gates : what each gate booked, (G, T) for each of its figures; none: there are no gates.
    orders : what each reorder policy did, see :func:`order_book`; none: all follow the plan.
    targets : what programme targets measured; none: the scenario has none.
    stages : day on which each supplier reached each stage of its programme, (G,), infinite: never.
    scores : score of each scored supplier in each period, (V, T); none: they do not drift.
    power : what became of green power; none: neither its hours nor certificates are known of.
    beside : what stands beside the emissions, in the unit of each account, (accounts, T); empty: nothing.
    """

    cost: Floats
    cost_npv: float
    emissions: Floats
    cap_emissions: Floats
    cap_missed: Floats
    required: Floats
    delivered: Floats
    mass_error: float
    closing_stock: Floats
    events: int
    cap_chance: Floats | None = None
    price_npv: float = 0.0
    cost_again: Floats | None = None
    happened: Integers | None = None
    replans: tuple[int, int] | None = None
    responses: ResponseUse | None = None
    gates: Mapping[str, Floats] | None = None
    orders: Floats | None = None
    stages: Floats = field(default_factory=no_floats)
    targets: TargetUse | None = None
    scores: Floats | None = None
    power: PowerUse | None = None
    beside: Floats = field(default_factory=no_floats)


class Accounts:
    """Books of a plan's trials, in the order of accounts and caps of the plan."""

    def __init__(self, scenario: Scenario, plan: xr.Dataset, factors: FactorSettings | None = None) -> None:
        self._scenario = scenario
        self._factor_draws = factors.draws if factors else 0
        self._factors = factors_of(scenario, factors or FactorSettings())
        self._ledger: Ledger = with_responses(rates(scenario), scenario)
        self._main_accounts = main_accounts(scenario)
        if len(scenario.disruptions.label):
            added = (*_jump_rates(scenario), *footprint_rates(self._ledger))
            self._ledger = replace(self._ledger, rates=self._ledger.rates + added)
        self._ledger = replace(self._ledger, rates=self._ledger.rates + price_rates(scenario))
        by_name = {cap.label: cap for cap in cap_terms(scenario, self._ledger)}
        self._caps: list[Cap] = [by_name[name] for name in plan["cap"].to_numpy()]
        self._limits = np.nan_to_num(plan["cap_limit"].transpose("cap", "period").to_numpy(), nan=np.inf)
        self._cost_accounts = [str(name) for name in plan["cost_account"].to_numpy()]
        self._emission_accounts = [str(name) for name in plan["emission_account"].to_numpy()]
        self._beside_accounts = (
            [str(name) for name in plan["beside_account"].to_numpy()] if "beside" in plan else []
        )
        self._years = scenario.periods.years
        self._targets = TargetBook(scenario, self._ledger, plan)
        self._carbon_money = CarbonMoney(scenario, self._ledger, plan)

    @property
    def caps(self) -> Sequence[Cap]:
        """The caps, in the order of the plan."""
        return self._caps

    @property
    def ledger(self) -> Ledger:
        """The rates that trials are priced with."""
        return self._ledger

    def activities(self, result: TrialResult) -> tuple[dict[str, Floats], Floats]:
        """Return all activities of a trial, and what its caps count, (caps, T).

        What lies in a price tier, or beyond a soft cap, is an activity of its own, and so is what other
        prices cost and what higher factors emit.
        """
        counted = self._counted(result)
        values = [cap.value(counted, self._years) for cap in self._caps]
        cap_emissions = np.array(values).reshape(self._limits.shape)
        beyond = self._overrun(cap_emissions, result.delivered)
        activities = {**counted, "overrun": beyond, **self._carbon_money.settle(counted)}
        del activities["delivered"]
        if result.jumps is not None:
            emitted = self._carbon_priced(activities)
            activities |= jump_activities(self._scenario, result.jumps, activities, emitted)
        if result.prices is not None:
            activities |= price_changes(self._paid_at_prices(activities), result.prices)
        return activities, cap_emissions

    def book(self, result: TrialResult) -> Account:
        """Price the activities of a trial."""
        activities, cap_emissions = self.activities(result)
        priced = self._ledger.price(activities)
        return Account(
            cost=np.array([priced.paid(name) for name in self._cost_accounts]),
            cost_npv=float(priced.cost_npv),
            emissions=np.array([priced.emitted(name) for name in self._emission_accounts]),
            cap_emissions=cap_emissions,
            cap_missed=cap_emissions > self._limits * EXCEEDED,
            required=result.required,
            delivered=result.delivered,
            mass_error=result.mass_error,
            closing_stock=result.closing_stock,
            events=result.events,
            cap_chance=self._chance(result),
            price_npv=self._price_npv(activities),
            cost_again=self._cost_again(result, activities, float(priced.cost_npv)),
            happened=result.happened,
            replans=result.replans,
            responses=use_of(self._scenario, self._ledger, activities, self._main_accounts),
            gates=result.gates,
            orders=result.orders,
            stages=result.stages,
            scores=result.scores,
            power=power_use(self._scenario, result.activities),
            targets=self._targets.use({**activities, "delivered": result.delivered}),
            beside=self._beside({**activities, "delivered": result.delivered}),
        )

    def _beside(self, activities: Mapping[str, Floats]) -> Floats:
        """Return what stands beside the emissions, (accounts, T); empty where the plan has no such lines."""
        priced = self._ledger.price(activities)
        return np.array([priced.beside(name) for name in self._beside_accounts])

    def _paid_at_prices(self, activities: Mapping[str, Floats]) -> dict[str, Floats]:
        """Return what is paid at prices that may be otherwise, by the activity of their change, (n, T)."""
        emitted = self._carbon_priced(activities)
        return paid_at_prices(self._scenario, self._ledger, activities, emitted)

    def _price_npv(self, activities: Mapping[str, Floats]) -> float:
        """Return what changes of prices add to the present cost."""
        changes = [activities[name].sum(axis=0) for name in PRICE_DIMS if name in activities]
        return float(np.sum(changes, axis=0) @ self._ledger.weight("yearly")) if changes else 0.0

    def _cost_again(
        self, result: TrialResult, activities: Mapping[str, Floats], cost_npv: float
    ) -> Floats | None:
        """Return the present cost at each further draw of the prices, (M,), none when there is none."""
        if result.prices is None or not len(result.prices.again):
            return None
        paid = self._paid_at_prices(activities)
        return cost_again(paid, result.prices, cost_npv, self._ledger.weight("yearly"))

    def _chance(self, result: TrialResult) -> Floats | None:
        """Return the chance of missing each cap given what happened, (caps, T); none: factors are known."""
        if not self._factors.label or result.streams is None:
            return None
        drawn = draw_factors(self._factors, self._factor_draws, result.streams)
        limits = self._limits * EXCEEDED
        counted = self._counted(result)
        known = (limits, self._years, result.verified)
        return chances_of_missing(self._caps, self._factors, drawn, counted, *known)

    def _counted(self, result: TrialResult) -> dict[str, Floats]:
        """Return the activities that caps count."""
        bought = tier_activities(self._scenario, result.activities["purchase"])
        counted = {**result.activities, **bought, "delivered": result.delivered}
        counted["taken"] = self._scenario.pools.taken(result.activities["purchase"])
        if result.jumps is not None:
            counted |= footprint_activities(self._scenario, result.jumps, result.activities)
        return counted

    def _carbon_priced(self, activities: Mapping[str, Floats]) -> Floats:
        """Return tCO2e a year of the accounts with a carbon price, zero in the others, (A, T)."""
        priced, accounts = self._ledger.price(activities), self._scenario.carbon.priced_accounts
        return np.array([priced.emitted(a) * (a in accounts) for a in EMISSION_ACCOUNTS])

    def _overrun(self, cap_emissions: Floats, delivered: Floats) -> Floats:
        """Return tCO2e beyond the limits of soft caps, (caps, T); zero for hard ones."""
        beyond = np.maximum(cap_emissions - self._limits, 0.0)
        for c, cap in enumerate(self._caps):
            if cap.settings.overrun_price is None:
                beyond[c] = 0.0
            elif cap.settings.kind is CapKind.INTENSITY:
                beyond[c] *= delivered[cap.counted_output].sum(axis=0)
        return beyond


def _jump_rates(scenario: Scenario) -> tuple[Rate, ...]:
    """Return the rates of what events add to prices, which is counted in currency a year."""
    periods, offers = len(scenario.periods), scenario.offers
    nowhere = np.full(len(EMISSION_ACCOUNTS), -1, dtype=np.int64)
    return (
        Rate("price_jump", "purchase", np.ones((len(offers.label), periods)), offers.site),
        Rate("carbon_price_jump", "carbon_price", np.ones((len(nowhere), periods)), nowhere),
    )


def relative_errors(account: Account, plan: xr.Dataset) -> Mapping[str, float]:
    """Return how far a trial without uncertainty is from the plan: cost and each emission account.

    The error of an account is relative to its largest period in the plan; accounts below a
    millionth of the plan's largest are measured against that millionth.
    """
    planned_cost = float(plan["cost_npv"].sum())
    errors = {"cost_npv": abs(account.cost_npv - planned_cost) / max(abs(planned_cost), 1.0)}
    emissions = plan["emissions"].transpose("emission_account", "period").to_numpy().astype(float)
    floor = max(1e-6 * float(np.abs(emissions).max(initial=0.0)), 1e-9)
    names = plan["emission_account"].to_numpy()
    for name, real, planned in zip(names, account.emissions, emissions, strict=True):
        errors[str(name)] = float(np.abs(real - planned).max() / max(np.abs(planned).max(), floor))
    if "beside" in plan:
        planned_beside = plan["beside"].transpose("beside_account", "period").to_numpy()
        for name, real, planned in zip(
            plan["beside_account"].to_numpy(), account.beside, planned_beside, strict=True
        ):
            errors[str(name)] = float(np.abs(real - planned).max() / max(np.abs(planned).max(), floor))
    return errors
