"""Border adjustments: what an exporting site declares for its goods, and what it pays for."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from scenarios.scenario import Floats, Integers


def add_declarations(model: pyo.ConcreteModel, instance: Instance, goods: float) -> None:
    """Declare ``declared``, ``declared_cut``, ``at_default`` and ``border_due``, each by period.

    Of operations at exporting sites, of what improves them, of listed goods and of exporting sites.
    """
    borders, periods = instance.scenario.borders, len(instance.scenario.periods)
    model.declared = ArrayVar(len(borders.declared_label) * periods, unit=goods)
    model.declared_cut = ArrayVar(len(borders.cut_label) * periods, unit=goods)
    model.at_default = ArrayVar(len(borders.good_label) * periods, unit=goods)
    model.border_due = ArrayVar(len(borders.site_label) * periods, unit=goods)


def exports_declared(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Declare, for each listed good exported or used, who made it, or count it at the default value.

    .. math:: \sum_r q_{r,g}\,declared_{b,r,t} + at\_default_{b,g,t} \ge \sum_{a \in exports(b,g)} flow_{a,t}

    Index: listed good at an exporting site of a border, period. Unit: product unit a year. q: made (+) or
    used (-) per unit of activity. An operation that is declared needs what it uses declared too.
    Dual: what one more unit exported has to pay for, present value.
    Source: own; chain of custody by mass balance (ISO 22095), inside one site.
    """
    borders, periods = instance.scenario.borders, len(instance.scenario.periods)
    count = len(borders.good_label) * periods
    return rows(count).at_least(
        0.0,
        [
            +term(
                model.declared,
                row=every_period(borders.entry_good, periods),
                column=every_period(borders.entry_declared, periods),
                coefficient=np.repeat(borders.entry_quantity, periods),
            ),
            +term(model.at_default, row=np.arange(count)),
            -term(
                model.flow,
                row=every_period(borders.exported_good, periods),
                column=every_period(borders.exported_arc, periods),
            ),
        ],
    )


def declared_as_run(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Declare no more of an operation than it runs, over all borders.

    .. math:: \sum_b declared_{b,r,t} \le run_{r,t}

    Index: operation, period. Unit: activity a year.
    Dual: what one more unit of activity would spare at borders, present value.
    Source: own; what was made once is declared once.
    """
    scenario = instance.scenario
    return _at_most_once(
        model.declared, scenario.borders.declared_operation, model.run, len(scenario.periods)
    )


def cut_as_covered(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Declare no more as improved by an intervention than it improves, over all borders.

    .. math:: \sum_b declared\_cut_{b,v,t} \le covered_{v,t}

    Index: cover, period. Unit: activity a year.
    Dual: what one more improved unit would spare at borders, present value.
    Source: own; what was cut once is declared once.
    """
    scenario = instance.scenario
    return _at_most_once(model.declared_cut, scenario.borders.cut_cover, model.covered, len(scenario.periods))


def _at_most_once(declared: ArrayVar, of: Integers, done: ArrayVar, periods: int) -> ArrayConstraint:
    """Return rows that hold what is declared of each element, over all borders, within what is done."""
    members = np.unique(of)
    return rows(len(members) * periods).at_most(
        0.0,
        [
            +term(declared, row=every_period(_place(of, members), periods)),
            -_all(done, members, periods),
        ],
    )


def cut_within_declared(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Declare as improved no more than what is declared of the operation.

    .. math:: declared\_cut_{b,v,t} \le declared_{b,r(v),t}

    Index: border and cover, period. Unit: activity a year.
    Dual: as of `cut_as_covered`.
    Source: own.
    """
    borders, periods = instance.scenario.borders, len(instance.scenario.periods)
    count = len(borders.cut_label) * periods
    return rows(count).at_most(
        0.0,
        [
            +term(model.declared_cut, row=np.arange(count)),
            -term(model.declared, row=np.arange(count), column=every_period(borders.cut_declared, periods)),
        ],
    )


def embedded_paid_for(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Pay for what exported goods emitted, less free allocation and the carbon price paid at home.

    .. math:: due_{b,s,t} \ge \sum_r (e_r - h_{r,t})\,declared_{b,r,t} - \sum_v c_{v,t}\,declared\_cut_{b,v,t}
        + \sum_g (1 + m_{g,t})\,d_{g,t}\,at\_default_{b,g,t}
        - \sum_g k_{g,t}\,(1 - f_t) \sum_{a \in exports(b,g)} flow_{a,t}

    Index: exporting site of a border, period. Unit: tCO2e a year; due is at least 0. e: direct emissions of
    an operation; h: t of the border's price that its home market has taken for them, net of free
    allocation; c: what an intervention cuts of e - h; d, m: default value and mark-up; k: benchmark; f: share
    by which its free allocation is phased out.
    Dual: price of one t at the border, present value, or 0 where nothing is due.
    Source: Regulation (EU) 2023/956, articles 7, 9 and 31; figures are data of the case.
    """
    scenario = instance.scenario
    borders, periods = scenario.borders, len(scenario.periods)
    good, arc = borders.exported_good, borders.exported_arc
    return rows(len(borders.site_label) * periods).at_least(
        0.0,
        [
            +term(model.border_due, row=np.arange(len(borders.site_label) * periods)),
            -_weighted(model.declared, borders.declared_site, borders.declared_emitted, periods),
            +_weighted(
                model.declared_cut, borders.declared_site[borders.cut_declared], borders.cut_emitted, periods
            ),
            -_weighted(model.at_default, borders.good_site, borders.default, periods),
            +term(
                model.flow,
                row=every_period(borders.good_site[good], periods),
                column=every_period(arc, periods),
                coefficient=borders.free[good].ravel(),
            ),
        ],
    )


def _weighted(variable: ArrayVar, site: Integers, per_unit: Floats, periods: int) -> Term:
    """Return all elements of a family in the rows of their exporting sites."""
    return term(variable, row=every_period(site, periods), coefficient=per_unit.ravel())


def _place(members: Integers, among: Integers) -> Integers:
    return np.searchsorted(among, members)


def _all(variable: ArrayVar, members: Integers, periods: int) -> Term:
    """Return the members' elements, one row each."""
    return term(variable, row=np.arange(len(members) * periods), column=every_period(members, periods))
