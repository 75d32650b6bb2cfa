"""Why an offer is not bought: what one more unit would add to the cost, and the rules that bind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from optimizer.arrays import ArrayVar
from optimizer.fixes import amount
from optimizer.highs import HighsModel
from optimizer.models.build import RULES, build_model
from optimizer.models.instance import make_instance
from optimizer.policy import goods_unit
from optimizer.rule_names import element_names, first_entry, meaning
from optimizer.settings import SolverSettings
from optimizer.solution import Solution
from scenarios.accounts import COST_ACCOUNTS
from scenarios.caps import cap_terms
from scenarios.errors import ConfigError, SolverError
from scenarios.ledger import rates
from scenarios.scenario import Floats, Scenario
from scenarios.typed import did_you_mean

NEGLIGIBLE = 1e-6  # of the price
SHOWN = 4
TRIED = 0.1  # solver units bought to see what it costs
INTERNAL = ("node_balance", "load_met", "standing_capacity", "effect_follows_adoption", "covered_when_active")


@dataclass(frozen=True)
class Reason:
    """A rule that makes the offer dearer (+) or worth more (-), currency per unit bought."""

    rule: str
    meaning: str
    name: str
    cost: float


@dataclass(frozen=True)
class Year:
    """What the plan says of the offer in one period, money of that year.

    Attributes
    ----------
    bought : unit a year.
    adds : what one more unit would add to the cost of the plan, currency a unit; negative: it saves;
        nan: the plan's other decisions leave no room for one.
    accounts : the same by cost account. instead : by other offers, units bought more (+) or less (-).
    reasons : rules with a price among those that its purchase and the steps after it stand in.
    """

    period: str
    bought: float
    price: float
    adds: float
    accounts: dict[str, float]
    instead: dict[str, float]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class WhyNot:
    """Why an offer is bought or not, year by year."""

    offer: str
    currency: str
    unit: str
    years: tuple[Year, ...]

    @property
    def text(self) -> str:
        """The answer for people."""
        per = f"{self.currency}/{self.unit.split('/')[0]}"
        lines = [f"offer {self.offer!r}, while the plan's yes/no decisions stay:"]
        for y in self.years:
            bought = f"{amount(y.bought, self.unit)} bought" if y.bought > 0 else "not bought"
            lines.append(f"  {y.period}: {bought}; {_verdict(y, per)}")
            if np.isfinite(y.adds) and abs(y.adds) > NEGLIGIBLE * max(abs(y.price), 1.0):
                parts = sorted(y.accounts.items(), key=lambda item: -abs(item[1]))
                lines += [f"    of which {', '.join(f'{a} {v:+,.2f}' for a, v in parts)}"] if parts else []
                others = sorted(y.instead.items(), key=lambda item: -abs(item[1]))[:SHOWN]
                shown = ", ".join(f"{v:+,.3g} {name}" for name, v in others)
                lines += [f"    other purchases per unit: {shown}"] if others else []
            lines += [f"    {_said(r, per)}: {r.meaning} ({r.name})" for r in y.reasons[:SHOWN]]
        return "\n".join(lines)


def _said(reason: Reason, per: str) -> str:
    if np.isnan(reason.cost):
        return "held by the rule"
    return f"{'costs' if reason.cost > 0 else 'gains'} {abs(reason.cost):,.2f} {per} by the rule"


def _verdict(y: Year, per: str) -> str:
    if np.isnan(y.adds):
        return "the plan's decisions leave no room for any: it is locked, or nothing can carry or use it"
    if abs(y.adds) <= NEGLIGIBLE * max(abs(y.price), 1.0):
        return "one more unit changes no cost: it is as good as what else is bought"
    if y.adds < 0:
        return f"one more unit would save {-y.adds:,.2f} {per}, but a limit holds it back"
    return (
        f"one more unit adds {y.adds:,.2f} {per} to the cost of the plan; it would pay at a price below "
        f"{y.price - y.adds:,.2f} instead of {y.price:,.2f} {per}"
    )


def why_not(
    scenario: Scenario, plan: xr.Dataset, offer: str, settings: SolverSettings | None = None
) -> WhyNot:
    """Return why `offer` is bought or not in a plan of the scenario.

    The plan's whole-number decisions are held. Where the offer is not bought, a little of it is
    bought by force: the reduced cost of that purchase is exactly what it adds, where duals of the
    plan itself may leave it open; what else then changes says why.

    Raises
    ------
    ConfigError : there is no such offer. SolverError : the plan cannot be solved again.
    """
    found = np.flatnonzero(scenario.offers.label == offer)
    if not len(found):
        known = [str(label) for label in scenario.offers.label]
        message = f"no offer {offer!r}{did_you_mean(offer, known)}. Offers: {', '.join(known[:20])}"
        raise ConfigError(message)
    trial = _Trial(scenario, plan, int(found[0]), settings or SolverSettings())
    years = tuple(trial.year(t) for t in range(len(scenario.periods)))
    return WhyNot(offer, scenario.currency, goods_unit(scenario), years)


class _Trial:
    """A plan solved again as a linear program, as it is and with a little of one offer bought by force."""

    def __init__(self, scenario: Scenario, plan: xr.Dataset, offer: int, settings: SolverSettings) -> None:
        self.scenario, self.offer, self.ledger = scenario, offer, rates(scenario)
        limits = plan["cap_limit"].to_numpy() * (1 - plan["cap_margin"].to_numpy())
        caps = cap_terms(scenario, self.ledger)
        self.instance = make_instance(scenario, self.ledger, caps, np.where(np.isnan(limits), np.inf, limits))
        self.model = build_model(self.instance)
        for variable in self.model.component_objects(pyo.Var):
            if isinstance(variable, ArrayVar) and variable.whole and variable.local_name in plan:
                decided = np.round(plan[variable.local_name].to_numpy().ravel())
                variable.lower[:], variable.upper[:] = decided, decided
        self.highs = HighsModel(self.model, settings)
        self.base = self.highs.run()
        if not self.base.has_values or not len(self.base.column_duals):
            message = f"the plan could not be solved again: {self.base.termination}"
            raise SolverError(message)
        self.step = TRIED * float(self.model.purchase.unit)

    def year(self, t: int) -> Year:
        """Return what holds in one period."""
        s, at = self.scenario, self.offer * len(self.scenario.periods) + t
        bought = float(self.base.value(self.model.purchase)[at])
        price, now = float(s.offers.price[self.offer, t]), s.periods.discount_yearly[t]
        said = (s.periods.label[t], bought, price)
        if bought > NEGLIGIBLE * self.step:
            adds = float(self.base.reduced_cost(self.model.purchase)[at]) / now
            reasons = tuple(self._reasons(self.base, [("purchase", self.offer, 1.0)], t))
            return Year(*said, adds, {}, {}, reasons)
        purchase = self.model.purchase
        lower, upper = purchase.lower[at], purchase.upper[at]
        forced = self.base
        if upper >= self.step:
            purchase.lower[at] = self.step
            self.highs.push_columns(purchase)
            forced = self.highs.run()
            purchase.lower[at] = lower
            self.highs.push_columns(purchase)
        if forced is self.base or not forced.has_values or not len(forced.column_duals):
            return Year(*said, np.nan, {}, {}, tuple(self._locks()))
        adds = float(forced.reduced_cost(purchase)[at]) / now
        before, after = self._activities(self.base), self._activities(forced)
        accounts = {}
        for account in COST_ACCOUNTS:
            change = (self.ledger.price(after).paid(account) - self.ledger.price(before).paid(account))[t]
            change /= s.periods.years[t] * self.step
            if abs(change) > NEGLIGIBLE * max(abs(price), 1.0):
                accounts[account] = float(change)
        other = (after["purchase"] - before["purchase"])[:, t] / self.step
        instead = {
            str(s.offers.label[o]): float(other[o])
            for o in np.flatnonzero(np.abs(other) > 1e-4).tolist()
            if o != self.offer
        }
        steps = [
            (name, e, float(grown[e]))
            for name in ("purchase", "flow", "run")
            for grown in [((after[name] - before[name])[:, t] / self.step)]
            for e in np.flatnonzero(grown > 1e-4).tolist()
        ]
        return Year(*said, adds, accounts, instead, tuple(self._reasons(forced, steps, t)))

    def _activities(self, solution: Solution) -> dict[str, Floats]:
        periods, names = len(self.scenario.periods), {rate.activity for rate in self.ledger.rates}
        return {name: solution.value(getattr(self.model, name)).reshape(-1, periods) for name in names}

    def _locks(self) -> Iterator[Reason]:
        """Yield the interventions without which a locked offer cannot be bought from."""
        s, unlocks = self.scenario, self.scenario.unlocks
        if s.offers.locked[self.offer]:
            mine = (unlocks.family == "offer") & (unlocks.element == self.offer)
            names = ", ".join(str(s.interventions.label[i]) for i in unlocks.intervention[mine])
            yield Reason("offer_unlocked", "needs one of these interventions in effect", names, np.nan)

    def _reasons(self, solution: Solution, steps: list[tuple[str, int, float]], t: int) -> list[Reason]:
        """Return the priced rules that the steps (decision, element, per unit) stand in, dearest first."""
        s, now = self.scenario, self.scenario.periods.discount_yearly[t]
        names = element_names(self.instance)
        costs: dict[tuple[str, int], float] = {}
        for rule in RULES:
            component = getattr(self.model, rule.__name__)
            if rule.__name__ in INTERNAL or not component.n:
                continue
            dual = solution.dual(component)
            for decision, element, per_unit in steps:
                places = [k for k, v in enumerate(component.variables) if v is getattr(self.model, decision)]
                if not places:
                    continue
                column = int(component.offsets[places[0]]) + element * len(s.periods) + t
                entries = component.matrix[:, [column]].tocoo()
                for row, value in zip(entries.coords[0].tolist(), entries.data.tolist(), strict=True):
                    key = (rule.__name__, row)
                    costs[key] = costs.get(key, 0.0) - float(dual[row]) * value * per_unit / now
        size = NEGLIGIBLE * max(abs(float(s.offers.price[self.offer, t])), 1.0)
        by_name = {rule.__name__: rule for rule in RULES}
        found = [
            Reason(name, meaning(by_name[name]), self._row_name(name, row, names), cost)
            for (name, row), cost in costs.items()
            if abs(cost) > size
        ]
        return sorted(found, key=lambda reason: -abs(reason.cost))

    def _row_name(self, rule: str, row: int, names: dict[str, list[str]]) -> str:
        if rule == "cap_respected":
            cap, period = divmod(row, len(self.scenario.periods))
            return f"{self.instance.caps[cap].label} {self.scenario.periods.label[period]}"
        return first_entry(getattr(self.model, rule), row, names)
