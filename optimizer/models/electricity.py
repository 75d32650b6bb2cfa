"""Power: every site's load is met by its options; by the year here, by the hour in `hourly_power`."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, rows, term
from optimizer.models.columns import contract_runs, every_period, repeated, yearly_output
from optimizer.models.instance import Instance
from optimizer.models.megawatts import capacity_terms
from scenarios.power import GREEN, is_matched
from scenarios.scenario import Flags, Floats, Scenario


def load_met(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Meet each site's electricity load from its options.

    .. math:: \sum_{u \in site} power_{u,t} = \sum_{r \in site} e_r\,run_{r,t}
        - \sum_{c} k_c\,e_{r(c)}\,covered_{c,t}

    Index: site with a load, period. Unit: MWh a year. e: MWh per unit of activity; k: share of it
    that an intervention saves (negative: it draws more).
    Dual: cost of one more MWh at the site, present value.
    Source: own; annual energy balance of a site.
    """
    scenario = instance.scenario
    periods, operations, covers, supplies = (
        len(scenario.periods),
        scenario.operations,
        scenario.covers,
        scenario.supplies,
    )
    loaded = np.unique(supplies.site)
    draws = np.flatnonzero(operations.electricity > 0)
    saves = np.flatnonzero(covers.electricity_cut != 0)
    improved = covers.element[saves]
    return rows(len(loaded) * periods).equal(
        0.0,
        [
            +term(model.power, row=every_period(np.searchsorted(loaded, supplies.site), periods)),
            -term(
                model.run,
                row=every_period(np.searchsorted(loaded, operations.site[draws]), periods),
                column=every_period(draws, periods),
                coefficient=repeated(operations.electricity[draws], periods),
            ),
            +term(
                model.covered,
                row=every_period(np.searchsorted(loaded, operations.site[improved]), periods),
                column=every_period(saves, periods),
                coefficient=repeated(
                    covers.electricity_cut[saves] * operations.electricity[improved], periods
                ),
            ),
        ],
    )


def option_share(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Hold a power option to its largest share of a site's load.

    .. math:: power_{u,t} \le share_{u,t} \sum_{u' \in site} power_{u',t}

    Index: supply with a share below one, period. Unit: MWh a year.
    Dual: saving from one more MWh allowed, present value.
    Source: own; annual energy balance of a site.
    """
    scenario = instance.scenario
    periods, supplies = len(scenario.periods), scenario.supplies
    bound = np.flatnonzero((supplies.maximum_share < 1).any(axis=1))
    row, mate = np.nonzero(supplies.site[bound][:, None] == supplies.site[None, :])
    share = supplies.maximum_share[bound[row]]
    coefficient = np.where((mate == bound[row])[:, None], 1.0, 0.0) - share
    return rows(len(bound) * periods).at_most(
        0.0,
        [
            term(
                model.power,
                row=every_period(row, periods),
                column=every_period(mate, periods),
                coefficient=coefficient.ravel(),
            )
        ],
    )


def contracted_output(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Count the output of all power contracts and leases that run.

    .. math:: contracted_{u,t} = 8760\,f_{u,t}
        \sum_{d:\ start_d \le start_t < start_d + term_u} contract_{u,d}

    Index: contractable supply, period. Unit: MWh a year. f: capacity factor, one for storage.
    Dual: value of one more contracted MWh, present value.
    Source: own; contract by its MW, output by capacity factor. It is paid whether used or not, but for what
    `paid_beyond` leaves.
    """
    scenario = instance.scenario
    periods, supplies = len(scenario.periods), scenario.supplies
    contractable = np.flatnonzero(supplies.contractable)
    local, decided, running = np.nonzero(contract_runs(scenario)[contractable])
    return rows(len(contractable) * periods).equal(
        0.0,
        [
            +term(
                model.contracted,
                row=np.arange(len(contractable) * periods),
                column=every_period(contractable, periods),
            ),
            -term(
                model.contract,
                row=local * periods + running,
                column=contractable[local] * periods + decided,
                coefficient=yearly_output(scenario)[contractable[local], running],
            ),
        ],
    )


def contract_used(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Use no more contracted power than the contracts put out over the year.

    .. math:: power_{u,t} \le contracted_{u,t}

    Index: contract (ppa), period. Unit: MWh a year.
    Dual: value of one more contracted MWh, present value.
    Source: GHG Protocol Scope 2 Guidance (2015), annual matching.
    """
    scenario = instance.scenario
    periods = len(scenario.periods)
    contracts = np.flatnonzero(scenario.supplies.kind == "ppa")
    row, column = np.arange(len(contracts) * periods), every_period(contracts, periods)
    return rows(len(row)).at_most(
        0.0, [+term(model.power, row=row, column=column), -term(model.contracted, row=row, column=column)]
    )


def paid_beyond(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Pay for what is used of a contract beyond the part that is paid anyway.

    .. math:: power_{u,t} + \sum_{c \to u} charged_{c,t} \le \tau_u\,contracted_{u,t} + beyond_{u,t}

    Index: contract that is taken or paid in part only, period. Unit: MWh a year. τ: its part; c: what of it
    charges storage.
    Dual: price of one more MWh used, present value.
    Source: take-or-pay contract.
    """
    scenario = instance.scenario
    flexible, periods = scenario.supplies.flexible, len(scenario.periods)
    charging = scenario.storages.charging_supply
    charges = np.flatnonzero(np.isin(charging, flexible))
    row, column = np.arange(len(flexible) * periods), every_period(flexible, periods)
    return rows(len(row)).at_most(
        0.0,
        [
            +term(model.power, row=row, column=column),
            +term(
                model.charged,
                row=every_period(np.searchsorted(flexible, charging[charges]), periods),
                column=every_period(charges, periods),
            ),
            -term(
                model.contracted,
                row=row,
                column=column,
                coefficient=repeated(scenario.supplies.take_or_pay[flexible], periods),
            ),
            -term(model.beyond, row=row),
        ],
    )


def onsite_output(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Use no more power of an own plant than what is built and leased of it puts out over the year.

    .. math:: \sum_{u' \to u} power_{u',t} \le 8760\,f_{u,t} \sum_i MW_{i,u}\,in\_effect_{i,t}
        + contracted_{u,t}

    Index: onsite supply u, period. Unit: MWh a year. f: capacity factor; u': u itself and what other sites of
    its microgrid draw on it; contracted: of a lease, where the option has a price for a MW.
    Dual: value of one more MWh of output, present value.
    Source: own; output by capacity factor.
    """
    scenario = instance.scenario
    supplies, periods = scenario.supplies, len(scenario.periods)
    onsite = np.flatnonzero(supplies.kind == "onsite")
    plants = onsite[supplies.own_plant[onsite]]
    place = np.searchsorted(plants, supplies.source[onsite])
    used = term(model.power, row=every_period(place, periods), column=every_period(onsite, periods))
    output = [
        -term(
            variable,
            row=every_period(element, periods),
            column=column.ravel(),
            coefficient=coefficient.ravel(),
        )
        for variable, element, column, coefficient in capacity_terms(model, scenario, plants, energy=True)
        if len(element)
    ]
    return rows(len(plants) * periods).at_most(0.0, [+used, *output])


def green_share(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Cover at least a share of the own sites' load with certificates, contracts and onsite power.

    .. math:: \sum_{u\ green,\ own} power_{u,t} \ge share_t \sum_{u\ own} power_{u,t}

    Index: period with a target. Unit: MWh a year.
    Dual: cost of one more green MWh, present value.
    Source: pathway setting ``levers.minimum_green_share``; Scope 2 Guidance, market-based method.
    """
    scenario = instance.scenario
    target, periods = scenario.pathway.levers.minimum_green_share, scenario.periods
    share = periods.interpolate(target, before_first=0.0) if target else np.zeros(len(periods))
    return _share_of_own_load(model, scenario, np.isin(scenario.supplies.kind.astype(str), GREEN), share)


def matched_share(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Match at least a share of the own sites' load with green power, over the year or by the hour.

    .. math:: \sum_{u\ matched,\ own} power_{u,t} \ge share_t \sum_{u\ own} power_{u,t}

    Index: period with a target. Unit: MWh a year. Matched by the year: all but plain grid power; by the hour:
    contracts, own plants, imports and what storage gives back, each within the load of its hour (`hour_met`).
    Dual: cost of one more MWh matched, present value.
    Source: setting ``electricity.matched_share``; 24/7 score of Riepin and Brown (2022).
    """
    scenario = instance.scenario
    share = scenario.electricity.share_by_period(scenario.periods)
    return _share_of_own_load(model, scenario, is_matched(scenario), share)


def _share_of_own_load(
    model: pyo.ConcreteModel, scenario: Scenario, counts: Flags, share: Floats
) -> ArrayConstraint:
    """Return rows that have supplies that count, (U,), give a share of own load, (T,), where there is one."""
    periods, supplies = len(scenario.periods), scenario.supplies
    bound = np.flatnonzero(share > 0)
    own = np.flatnonzero(scenario.sites.owner[supplies.site] == "own")
    supply, row = (grid.ravel() for grid in np.meshgrid(own, np.arange(len(bound)), indexing="ij"))
    return rows(len(bound)).at_least(
        0.0,
        [
            term(
                model.power,
                row=row,
                column=supply * periods + bound[row],
                coefficient=counts[supply].astype(float) - share[bound[row]],
            )
        ],
    )
