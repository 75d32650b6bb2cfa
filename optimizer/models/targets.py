"""Programme targets that the plan keeps, and water caps of basins."""

from __future__ import annotations

import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint
from optimizer.models.instance import Instance
from optimizer.models.linear import linear_rows


def target_kept(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep the programme targets that are enforced.

    .. math:: \sum_x a_{x,t}\,x_t \ \{\le, \ge\}\ limit_t \sum_x b_{x,t}\,x_t \qquad
        no\ rise:\ \sum_x a_{x,t}\,x_t \le \sum_x a_{x,t-1}\,x_{t-1} \qquad
        steel\ class:\ E_t + m\,y\,S_t \le b\,Q_t

    Index: enforced target, period in which it has a limit. Unit: as the measure: tCO2e, MWh or m3 a year,
    or units a year for shares and intensities. x: activities; a: what the measure sums; b: what it divides
    by, or 1 in all where it divides by nothing. Of a class: E: emissions of the mill under its rulebook; Q:
    what it makes; S: scrap charged, t of metal; y: largest yield of its recipes; b - m s: line at share s.
    Dual: saving from one more unit of limit, present value.
    Source: table ``targets``; baselines are of today's chain unless the table gives them. Classes: the
    rulebooks, see accounting.md.
    """
    return linear_rows(model, instance.scenario.target_rules, instance.scenario)


def basin_water(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Draw no more water from a basin than its cap.

    .. math:: \sum_{r \in basin} w_r\,run_{r,t} - \sum_v s_v w_{r(v)}\,covered_{v,t} \le maximum_{b,t}

    Index: capped basin, period. Unit: m3 a year. w: water per unit of activity; s: share that an intervention
    saves of it.
    Dual: saving from one more m3 a year, present value.
    Source: basin-level caps of water stewardship; table ``water_caps``.
    """
    return linear_rows(model, instance.scenario.basin_rules, instance.scenario)
