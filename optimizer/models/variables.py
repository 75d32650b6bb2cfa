"""The decisions, one array variable a family, each laid out (element, period)."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayVar
from optimizer.models.allowances import add_allowances
from optimizer.models.borders import add_declarations
from optimizer.models.certificates import add_certificates
from optimizer.models.claims import add_claims
from optimizer.models.columns import active_after
from optimizer.models.hourly_power import add_hours
from optimizer.models.instance import Instance
from optimizer.models.investment import add_indebted
from optimizer.models.lanes import add_lane_decisions
from optimizer.models.modules import add_modules
from optimizer.models.pools_and_offsets import add_credits
from optimizer.models.scorecards import add_scorecards, lift_bounds
from optimizer.models.serving import add_serve
from optimizer.models.sourcing import add_use_offer
from optimizer.models.stocks import add_stock_decisions
from optimizer.models.tiers import add_tiers
from scenarios.scenario import Floats, Scenario


def add_variables(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare all decisions on `model`.

    =================== ==================== ========= ====================================
    name                index                unit      meaning
    =================== ==================== ========= ====================================
    purchase            offer, period        unit/year bought from an offer
    use_offer           some offers, period  0 or 1    bought from, where a rule asks whether
    tier_purchase       price tier, period   unit/year bought at the price of a tier
    tier_used           price tier, period   0 or 1    the tier the purchase lies in
    flow                arc, period          unit/year moved of one product on one lane
    serve               some arcs, period    0 or 1    the one lane that serves a demand
    use_lane            opened lane, period  0 or 1    lane with a fixed cost or a minimum is used
    trips               lane by trip, period trips     whole vehicles in the period, all its years together
    stock               store, period        unit      kept at the end of the period
    returned            return, period       unit/year taken back
    discard             disposal, period     unit/year thrown away
    run                 operation, period    unit/year activity of a process on a line
    covered             cover, period        unit/year activity improved by an intervention
    standing            line, period         unit/year capacity in place
    power               supply, period       MWh/year  electricity used from a power option
    contract            supply, period       MW        newly contracted in the period
    contracted          supply, period       MWh/year  output of all contracts and leases that run
    beyond              contract, period     MWh/year  used of a contract above what is paid anyway
    charged             charging, period     MWh/year  green power put into storage
    hourly_used         supply, hour, period MW        used in a typical hour, where matching is hourly
    hourly_charged      charging, hour, p.   MW        put into storage in a typical hour
    hourly_level        storage, hour, p.    MWh       held by a storage at the end of a typical hour
    certificate_bought  option, period       MWh/year  certificates bought apart from power
    certificate_retired lot, period          MWh/year  of a lot (option, vintage), retired in the period
    claimed             supply, period       MWh/year  power whose claim counts by the same hour
    unmet               demand, period       unit/year demand left unserved
    adopt               intervention, period modules   decided in the period: 0 or 1 unless modular
    in_effect           intervention, period modules   in effect in the period
    present             modular one, period  0 or 1    whether any module is in effect
    chosen              modular one          0 or 1    whether any module is ever decided
    indebted            loan, period         modules   whose loan is being repaid
    reached             threshold, period    0 or 1    score or indicator of a supplier is good enough
    counted             lift, period         unit/year bought where that threshold is reached
    allowance_bought    market, period       t/year    allowances bought
    allowance_sold      market, period       t/year    allowances sold, of those to spare
    bank                market, period       t         allowances carried over
    declared            declaration, period  unit/year activity declared at a border
    declared_cut        declared cover, per. unit/year of that, improved by an intervention
    at_default          border good, period  unit/year goods declared at the default value
    border_due          border site, period  t/year    emissions paid for at a border
    overrun             cap, period          tCO2e     emissions above a soft cap
    taken               pool band, period    unit/year bought of a contested pool
    offset_bought       offset, period       t/year    offsets and removals bought
    =================== ==================== ========= ====================================
    """
    scenario, bounds = instance.scenario, instance.bounds
    periods = len(scenario.periods)
    goods = goods_unit(scenario.demands.quantity, bounds.flow)
    energy = decimal_unit(bounds.load)

    def array(upper: Floats, unit: float = 1.0, binary: bool = False) -> ArrayVar:
        return ArrayVar(upper.size, upper=upper.ravel(), unit=unit, binary=binary)

    supplies, demands = scenario.supplies, scenario.demands
    allowed = supplies.allowed[:, None]
    model.purchase = array(bounds.purchase, goods)
    add_use_offer(model, scenario)
    add_tiers(model, instance)
    model.flow = array(bounds.flow, goods)
    add_serve(model, scenario)
    add_lane_decisions(model, instance)
    add_stock_decisions(model, instance, goods)
    model.run = array(bounds.run, goods)
    model.covered = array(cover_bounds(instance), goods)
    model.standing = array(bounds.capacity, goods)
    model.power = array(bounds.load[supplies.site] * allowed, energy)
    contracts = np.where(supplies.contractable, np.inf, 0.0)[:, None] * np.ones(periods)
    model.contract = array(np.where(allowed, contracts, 0.0))
    model.contracted = array(np.where(allowed, contracts, 0.0), energy)
    model.beyond = ArrayVar(len(supplies.flexible) * periods, unit=energy)
    add_hours(model, instance, energy)
    add_certificates(model, instance, energy)
    add_claims(model, instance, energy)
    model.unmet = array(np.where(np.isfinite(demands.shortage_cost), demands.quantity, 0.0), goods)
    most, modular = scenario.interventions.maximum_modules[:, None], scenario.interventions.modular
    window = (decision_window(scenario) * most).ravel()
    model.adopt = ArrayVar(window.size, upper=window, binary=not len(modular), integer=len(modular) > 0)
    model.in_effect = array(most * np.ones(periods))
    add_modules(model, scenario)
    add_indebted(model, scenario)
    add_scorecards(model, instance, decimal_unit(lift_bounds(instance)))
    soft = np.array([cap.overrun_price is not None for cap in scenario.carbon.all_caps.values()], dtype=bool)
    add_allowances(model, instance, goods)
    add_declarations(model, instance, goods)
    add_credits(model, instance, goods)
    model.overrun = array(np.where(soft, np.inf, 0.0)[:, None] * np.ones(periods), goods)


def goods_unit(demand: Floats, flow: Floats) -> float:
    """Return the unit of goods in the solver: by the largest flow, at most a hundred times that by demand.

    Capacities stand in links beside flows: by their size, coefficients stay within six orders of magnitude
    (generated network of 100,000 variables: 0.005 to 2,600, by demand alone 0.001 to 21,000).
    """
    by_demand = decimal_unit(demand)
    by_flow = decimal_unit(flow[np.isfinite(flow)])
    return min(max(by_demand, by_flow), 100 * by_demand)


def decimal_unit(values: Floats) -> float:
    """Return the power of ten that brings the largest value to between 1,000 and 10,000."""
    largest = float(np.max(values, initial=0.0))
    return 10.0 ** max(np.floor(np.log10(largest)) - 3, 0) if largest > 0 else 1.0


def cover_bounds(instance: Instance) -> Floats:
    """Return the largest activity each cover can improve, (V, T)."""
    scenario, bounds = instance.scenario, instance.bounds
    covers = scenario.covers
    largest = np.zeros((len(covers.label), len(scenario.periods)))
    for family, of_family in (("operation", bounds.run), ("arc", bounds.flow), ("offer", bounds.purchase)):
        members = covers.of(family)
        largest[members] = of_family[covers.element[members]]
    return largest


def decision_window(scenario: Scenario) -> Floats:
    """Return 1 where an intervention may be decided and would still take effect, (I, T)."""
    interventions, start = scenario.interventions, scenario.periods.start
    open_then = (start >= interventions.earliest[:, None]) & (start < interventions.latest[:, None] + 1)
    takes_effect = active_after(scenario).any(axis=2)
    return (open_then & takes_effect & interventions.allowed[:, None]).astype(float)
