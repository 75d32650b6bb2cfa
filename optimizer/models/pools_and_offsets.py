"""Pools that rivals draw on too, and offsets: what stands beside the chain's own emissions."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from scenarios.credit_rates import offsets_wanted


def add_credits(model: pyo.ConcreteModel, instance: Instance, goods: float) -> None:
    """Declare ``taken`` (band) where a pool has a price or a limit, ``offset_bought`` where one counts."""
    scenario = instance.scenario
    pools, offsets = scenario.pools, scenario.offsets
    if len(pools.bound):
        free = ~np.isin(pools.band_pool, pools.bound)  # pools that only report take no part
        width = np.where(np.isfinite(pools.upper), pools.upper, np.inf) - pools.lower
        width[free] = 0.0
        model.taken = ArrayVar(width.size, upper=width.ravel(), unit=goods)
    if offsets_wanted(scenario):
        model.offset_bought = ArrayVar(offsets.capacity.size, upper=offsets.capacity.ravel(), unit=goods)


def pool_taken(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Take what is bought of a contested pool band by band, each at its premium, up to its limit.

    .. math:: \sum_{o \in pool} purchase_{o,t} = \sum_{b \in pool} taken_{b,t}
        \qquad 0 \le taken_{b,t} \le upper_{b,t} - lower_{b,t}

    Index: pool with a rising price or a limit, period. Unit: product unit a year. Premiums do not fall from
    band to band, so cheaper bands fill first without whole numbers.
    Dual: premium of one more unit of the pool, present value.
    Source: own; convex piecewise linear supply cost.
    """
    scenario = instance.scenario
    periods, pools = len(scenario.periods), scenario.pools
    bound = pools.bound
    if not len(bound):
        return rows(0).equal(0.0, [])
    drawn = np.flatnonzero(np.isin(pools.pool, bound))
    band = np.flatnonzero(np.isin(pools.band_pool, bound))
    return rows(len(bound) * periods).equal(
        0.0,
        [
            +term(
                model.purchase,
                row=every_period(np.searchsorted(bound, pools.pool[drawn]), periods),
                column=every_period(pools.offer[drawn], periods),
            ),
            -term(
                model.taken,
                row=every_period(np.searchsorted(bound, pools.band_pool[band]), periods),
                column=every_period(band, periods),
            ),
        ],
    )


def offsets_within_share(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Let offsets make up for no more than a share of what a cap counts before them.

    .. math:: \sum_f c_{f,t}\,offset\_bought_{f,t} \le share \sum_x e_{x,t}\,x_t

    Index: cap that includes offsets up to a share below one, period in which it has a limit. Unit: tCO2e a
    year. c: share of a credited t that the cap counts; x, e as in `cap_respected`.
    Dual: value of one more t that offsets may make up for, present value.
    Source: own; limits on offset use as emissions trading systems state them.
    """
    caps, periods = instance.caps, len(instance.scenario.periods)
    limited = [c for c, cap in enumerate(caps) if cap.limits_offsets]
    terms: list[Term] = []
    for r, c in enumerate(limited):
        cap, bounded = caps[c], np.isfinite(instance.limits[c])
        share = cap.settings.largest_offset_share
        for activity, per_unit in cap.coefficients.items():
            element, when = np.nonzero(per_unit * bounded)
            values = per_unit[element, when]
            terms.append(
                term(
                    getattr(model, activity),
                    row=r * periods + when,
                    column=element * periods + when,
                    coefficient=-values if activity == "offset_bought" else -share * values,
                )
            )
    return rows(len(limited) * periods).at_most(0.0, terms)
