"""Caps on emissions: absolute, intensity and cumulative."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.instance import Instance
from scenarios.scenario import Floats
from scenarios.settings import CapKind


def cap_respected(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Keep emissions under every cap.

    .. math:: absolute:\ \sum_x e_{x,t}\,x_t - overrun_t \le limit_t \qquad
        intensity:\ \sum_x e_{x,t}\,x_t - overrun_t \le limit_t \sum_d delivered_{d,t} \qquad
        cumulative:\ \sum_{\tau \le t} L_\tau \sum_x e_{x,\tau}\,x_\tau - overrun_t \le limit_t

    Index: cap, period. Unit: tCO2e. x: activities; e: the ledger's emission coefficients over the
    cap's accounts and sites; L: years of a period. A period before the first limit has no bound.
    Dual: value of one more t of allowance, present value, a t a year for absolute caps.
    Source: own; accounts of the GHG Protocol, limits by period.
    """
    scenario, caps, limits = instance.scenario, instance.caps, instance.limits
    periods, years = len(scenario.periods), scenario.periods.years
    right = np.full((len(caps), periods), np.inf)
    terms: list[Term] = []
    for c, cap in enumerate(caps):
        bounded = np.isfinite(limits[c])
        right[c, bounded] = limits[c, bounded]
        for activity, per_unit in cap.coefficients.items():
            terms += _emission_terms(getattr(model, activity), per_unit, c, cap.settings.kind, years, bounded)
        overrun = c * periods + np.flatnonzero(bounded)
        terms.append(-term(model.overrun, row=overrun, column=overrun))
        if cap.settings.kind is CapKind.INTENSITY:
            # limit x delivered, with delivered = demand - unmet, moved to the sides it belongs to
            counted = np.flatnonzero(cap.counted_output)
            quantity = scenario.demands.quantity[counted].sum(axis=0)
            right[c, bounded] = (limits[c] * quantity)[bounded]
            demand, when = (
                grid.ravel() for grid in np.meshgrid(counted, np.flatnonzero(bounded), indexing="ij")
            )
            terms.append(
                term(
                    model.unmet,
                    row=c * periods + when,
                    column=demand * periods + when,
                    coefficient=limits[c, when],
                )
            )
    return rows(len(caps) * periods).at_most(right.ravel(), terms)


def _emission_terms(
    activity: ArrayVar, per_unit: Floats, cap: int, kind: CapKind, years: np.ndarray, bounded: np.ndarray
) -> list[Term]:
    """Return the terms that put one activity's emissions into the bounded rows of one cap."""
    periods = len(years)
    element, emitted = np.nonzero(per_unit)
    coefficient = per_unit[element, emitted]
    if kind is not CapKind.CUMULATIVE:
        keep = bounded[emitted]
        row = cap * periods + emitted[keep]
        return [
            term(
                activity,
                row=row,
                column=element[keep] * periods + emitted[keep],
                coefficient=coefficient[keep],
            )
        ]
    found = []
    for period in np.flatnonzero(bounded):
        keep = emitted <= period
        found.append(
            term(
                activity,
                row=np.full(int(keep.sum()), cap * periods + period),
                column=element[keep] * periods + emitted[keep],
                coefficient=coefficient[keep] * years[emitted[keep]],
            )
        )
    return found
