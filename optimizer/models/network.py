"""Goods: what arrives or is made at a node leaves it or is used."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, rows, term
from optimizer.models.columns import every_period, repeated
from optimizer.models.hubs import opened_with_hub
from optimizer.models.instance import Instance
from optimizer.models.lanes import tonnes_on
from optimizer.models.stocks import opening_stock, put_into_nodes
from optimizer.models.unlocking import opened_by


def node_balance(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Balance every product at every site.

    .. math:: \sum_{o} purchase_{o,t} + \sum_{in} flow_{a,t} - \sum_{out} flow_{a,t}
        + \sum_r q_{r,n}\,run_{r,t} + \sum_c s_{c,n}\,covered_{c,t} + \sum_b returned_{b,t}
        - \sum_w discard_{w,t} + (stock_{n,t-1} - stock_{n,t}) / L_t + unmet_{d,t} = demand_{d,t}

    Index: node (site, product), period. Unit: product unit a year. q: recipe quantity, made (+) or
    used (-); s: input spared by an intervention per unit covered; L: years of the period; stock: at
    the end of a period, before the first one the opening stock.
    Dual: cost of one more unit needed at the node, present value.
    Source: multicommodity network flow with conversion at nodes (Ahuja, Magnanti and Orlin 1993, ch. 17).
    """
    scenario = instance.scenario
    periods = len(scenario.periods)
    offers, arcs, recipe, covers, demands = (
        scenario.offers,
        scenario.arcs,
        scenario.recipe,
        scenario.covers,
        scenario.demands,
    )
    need = np.zeros((len(scenario.nodes.label), periods))
    np.add.at(need, demands.node, demands.quantity)
    return rows(need.size).equal(
        (need - opening_stock(scenario)).ravel(),
        [
            +term(model.purchase, row=every_period(offers.node, periods)),
            +term(model.flow, row=every_period(arcs.head, periods)),
            -term(model.flow, row=every_period(arcs.tail, periods)),
            +term(
                model.run,
                row=every_period(recipe.node, periods),
                column=every_period(recipe.operation, periods),
                coefficient=repeated(recipe.quantity, periods),
            ),
            +term(
                model.covered,
                row=every_period(covers.input_node, periods),
                column=every_period(covers.input_cover, periods),
                coefficient=repeated(covers.input_quantity, periods),
            ),
            *put_into_nodes(model, scenario),
            +term(model.unmet, row=every_period(demands.node, periods)),
        ],
    )


def lane_capacity(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep the tonnes on a lane within its capacity.

    .. math:: \sum_{a \in lane} m_a\,flow_{a,t} \le capacity_{lane}\,use\_lane_{lane,t}

    Index: lane with a capacity, period. Unit: t a year. m: tonnes per product unit; use_lane is one
    where being used is no decision.
    Dual: saving from one more tonne of room, present value.
    Source: bundle constraint of multicommodity flow (Ahuja, Magnanti and Orlin 1993, ch. 17).
    """
    scenario = instance.scenario
    periods, lanes = len(scenario.periods), scenario.lanes
    bounded = np.flatnonzero(np.isfinite(lanes.capacity))
    decided = np.flatnonzero(np.isin(bounded, lanes.opened))
    opened = bounded[decided]
    fixed = np.where(np.isin(bounded, opened), 0.0, lanes.capacity[bounded])
    return rows(len(bounded) * periods).at_most(
        repeated(fixed, periods),
        [
            tonnes_on(model, scenario, bounded),
            -term(
                model.use_lane,
                row=every_period(decided, periods),
                column=every_period(np.searchsorted(lanes.opened, opened), periods),
                coefficient=repeated(lanes.capacity[opened], periods),
            ),
        ],
    )


def arc_unlocked(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Use a locked mode on an arc only while an intervention that unlocks it is active.

    .. math:: flow_{a,t} \le F_{a,t} \sum_{i \in unlocks(a)} in\_effect_{i,t}

    Index: locked arc, period, but for those that `arc_open_with_hub` and the hub's capacity close.
    Unit: product unit a year. F: the arc's own bound.
    Dual: value of unlocking one more unit of the mode here, present value.
    Source: disaggregated linking constraint (Krarup and Pruzan 1983).
    """
    scenario = instance.scenario
    locked = scenario.arcs.locked & ~opened_with_hub(scenario)
    return opened_by(model, scenario, model.flow, "arc", locked, instance.bounds.flow)
