"""Stocks, returns and disposal: goods carried over, taken back and thrown away."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.bounds import discard_bounds, return_bounds
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from scenarios.scenario import Floats, Scenario


def add_stock_decisions(model: pyo.ConcreteModel, instance: Instance, goods: float) -> None:
    """Declare ``stock`` (store), ``returned`` (return) and ``discard`` (disposal), each by period."""
    scenario = instance.scenario
    periods = len(scenario.periods)
    capacity = np.repeat(scenario.stores.capacity, periods)
    model.stock = ArrayVar(capacity.size, upper=capacity, unit=goods)
    returned, discarded = return_bounds(scenario), discard_bounds(scenario, instance.bounds.run)
    model.returned = ArrayVar(returned.size, upper=returned.ravel(), unit=goods)
    model.discard = ArrayVar(discarded.size, upper=discarded.ravel(), unit=goods)


def put_into_nodes(model: pyo.ConcreteModel, scenario: Scenario) -> list[Term]:
    """Return what stocks, returns and disposal add to the balance of each node, unit a year."""
    periods, years = len(scenario.periods), scenario.periods.years
    stores = scenario.stores
    node = every_period(stores.node, periods)
    rate = np.tile(1 / years, len(stores.node))
    later = np.tile(np.arange(periods) > 0, len(stores.node))
    column = np.arange(len(node))
    return [
        -term(model.stock, row=node, coefficient=rate),
        +term(model.stock, row=node[later], column=column[later] - 1, coefficient=rate[later]),
        +term(model.returned, row=every_period(scenario.returns.node, periods)),
        -term(model.discard, row=every_period(scenario.disposals.node, periods)),
    ]


def opening_stock(scenario: Scenario) -> Floats:
    """Return what is there at the start, as unit a year of the first period, (N, T)."""
    opening = np.zeros((len(scenario.nodes.label), len(scenario.periods)))
    np.add.at(opening[:, 0], scenario.stores.node, scenario.stores.opening / scenario.periods.years[0])
    return opening


def most_returned(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Take back no more than the largest share of what was delivered before, and the stream.

    .. math:: returned_{b,t} \le share_b \sum_d w_{b,t,d}\,delivered_{d(b),d} + stream_b

    Index: return, period. Unit: product unit a year. w: share of period t that lies the lag after
    period d, so that what was delivered comes back once, also where periods differ from the lag.
    Dual: value of one more unit coming back, present value.
    Source: own; delayed proportional returns as in Fleischmann et al. (1997).
    """
    right, terms = _returned_less_share(model, instance, instance.scenario.returns.share)
    return rows(right.size).at_most(right, terms)


def least_returned(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Take back at least the least share of what was delivered before, and all of the stream.

    .. math:: returned_{b,t} \ge share^{min}_b \sum_d w_{b,t,d}\,delivered_{d(b),d} + stream_b

    Index: return, period. Unit: product unit a year. w as in `most_returned`. A stream comes back
    whether it is wanted or not.
    Dual: cost of one more unit coming back, present value.
    Source: own; delayed proportional returns as in Fleischmann et al. (1997).
    """
    right, terms = _returned_less_share(model, instance, instance.scenario.returns.minimum_share)
    return rows(right.size).at_least(right, terms)


def _returned_less_share(
    model: pyo.ConcreteModel, instance: Instance, share: Floats
) -> tuple[Floats, list[Term]]:
    """Return right side and terms of returned - share x delivered, with delivered = demand - unmet."""
    scenario = instance.scenario
    periods, returns, demands = len(scenario.periods), scenario.returns, scenario.demands
    back, when, before = np.nonzero(returns.lagged)
    right = share[:, None] * returns.delivered_before(demands.quantity) + returns.stream[:, None]
    return right.ravel(), [
        +term(model.returned, row=np.arange(right.size)),
        +term(
            model.unmet,
            row=back * periods + when,
            column=returns.demand[back] * periods + before,
            coefficient=share[back] * returns.lagged[back, when, before],
        ),
    ]


def disposal_limit(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Discard no more than a row of the disposal table allows, over all its places.

    .. math:: \sum_{w \in row} discard_{w,t} \le capacity_{row}

    Index: disposal row with a capacity, period. Unit: product unit a year.
    Dual: saving from one more unit that may be discarded, present value.
    Source: own.
    """
    scenario = instance.scenario
    periods, disposals = len(scenario.periods), scenario.disposals
    limited = np.flatnonzero(disposals.limit_of >= 0)
    return rows(len(disposals.limit) * periods).at_most(
        np.repeat(disposals.limit, periods),
        [
            term(
                model.discard,
                row=every_period(disposals.limit_of[limited], periods),
                column=every_period(limited, periods),
            )
        ],
    )


def production_ceiling(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Make no more of a product, in a region or at a site, than its ceiling of the year.

    .. math:: \sum_{r \in ceiling} q_{r,p}\,run_{r,t} \le maximum_t

    Index: ceiling, period. Unit: product unit a year. q: made per unit of activity.
    Dual: saving from one more unit allowed, present value.
    Source: own; production ceilings as regulators state them (e.g. crude steel by province).
    """
    scenario = instance.scenario
    periods, ceilings = len(scenario.periods), scenario.ceilings
    return rows(ceilings.maximum.size).at_most(
        ceilings.maximum.ravel(),
        [
            term(
                model.run,
                row=every_period(ceilings.entry_ceiling, periods),
                column=every_period(ceilings.entry_operation, periods),
                coefficient=np.repeat(ceilings.entry_quantity, periods),
            )
        ],
    )
