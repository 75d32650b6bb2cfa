"""Lanes that are opened, filled at least so far, or paid by the whole vehicle."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.columns import every_period, repeated
from optimizer.models.instance import Instance
from scenarios.scenario import Floats, Integers, Scenario


def add_lane_decisions(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Declare ``use_lane`` (opened lane, period) and ``trips`` (lane paid by the trip, period)."""
    scenario = instance.scenario
    periods, lanes, arcs = len(scenario.periods), scenario.lanes, scenario.arcs
    tonnes = np.zeros((len(lanes.label), periods))
    np.add.at(tonnes, arcs.lane, instance.bounds.flow * arcs.tonnes_per_unit[:, None])
    most = np.minimum(tonnes, lanes.capacity[:, None]) * scenario.periods.years / lanes.payload[:, None]
    usable = (tonnes[lanes.opened] > 0).astype(float)
    model.use_lane = ArrayVar(usable.size, upper=usable.ravel(), binary=True)
    whole = np.ceil(most[lanes.by_trip] - 1e-9)
    model.trips = ArrayVar(whole.size, upper=whole.ravel(), integer=True)


def lane_opened(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Move nothing on a lane that is not opened in the period.

    .. math:: flow_{a,t} \le F_{a,t}\,use\_lane_{k(a),t}

    Index: arc on a lane with a fixed cost or a minimum, period. Unit: product unit a year. F: the
    arc's own bound.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: strong formulation of fixed-charge network design (Magnanti and Wong 1984).
    """
    scenario = instance.scenario
    periods, opened = len(scenario.periods), scenario.lanes.opened
    arc = np.flatnonzero(np.isin(scenario.arcs.lane, opened))
    row = np.arange(len(arc) * periods)
    lane = np.searchsorted(opened, scenario.arcs.lane[arc])
    return rows(len(row)).at_most(
        0.0,
        [
            +term(model.flow, row=row, column=every_period(arc, periods)),
            -term(
                model.use_lane,
                row=row,
                column=every_period(lane, periods),
                coefficient=instance.bounds.flow[arc].ravel(),
            ),
        ],
    )


def lane_minimum(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Move at least the minimum on a lane that is used at all.

    .. math:: \sum_{a \in lane} m_a\,flow_{a,t} \ge minimum_{lane}\,use\_lane_{lane,t}

    Index: lane with a minimum, period. Unit: t a year. m: tonnes per product unit.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: semi-continuous flow (Beale and Forrest 1976).
    """
    scenario = instance.scenario
    periods, lanes = len(scenario.periods), scenario.lanes
    bound = np.flatnonzero(lanes.minimum > 0)
    return rows(len(bound) * periods).at_least(
        0.0,
        [
            tonnes_on(model, scenario, bound),
            -term(
                model.use_lane,
                row=np.arange(len(bound) * periods),
                column=every_period(np.searchsorted(lanes.opened, bound), periods),
                coefficient=repeated(lanes.minimum[bound], periods),
            ),
        ],
    )


def enough_trips(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Pay for as many whole vehicles or trains as the goods of a period need.

    .. math:: L_t \sum_{a \in lane} m_a\,flow_{a,t} \le payload_{lane}\,trips_{lane,t}

    Index: lane paid by the whole vehicle, period. Unit: t in the whole period. L: years of the
    period; m: tonnes per product unit; trips is a whole number.
    Dual: of the linear program with integers fixed; no planning meaning.
    Source: staircase freight cost, network loading (Magnanti, Mirchandani and Vachani 1995).
    """
    scenario = instance.scenario
    periods, lanes = len(scenario.periods), scenario.lanes
    by_trip = lanes.by_trip
    return rows(len(by_trip) * periods).at_most(
        0.0,
        [
            tonnes_on(model, scenario, by_trip, scenario.periods.years.astype(float)),
            -term(
                model.trips,
                row=np.arange(len(by_trip) * periods),
                coefficient=repeated(lanes.payload[by_trip], periods),
            ),
        ],
    )


def tonnes_on(
    model: pyo.ConcreteModel, scenario: Scenario, lanes: Integers, factor: Floats | None = None
) -> Term:
    """Return the tonnes on `lanes`, a row for each and period, times `factor` (T,)."""
    periods, arcs = len(scenario.periods), scenario.arcs
    arc = np.flatnonzero(np.isin(arcs.lane, lanes))
    weight = arcs.tonnes_per_unit[arc][:, None] * (np.ones(periods) if factor is None else factor)
    return term(
        model.flow,
        row=every_period(np.searchsorted(lanes, arcs.lane[arc]), periods),
        column=every_period(arc, periods),
        coefficient=weight.ravel(),
    )
