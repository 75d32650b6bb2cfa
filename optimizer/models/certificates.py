"""Certificates that are bought apart from power: each is retired once, while it is valid."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance


def add_certificates(model: pyo.ConcreteModel, instance: Instance, unit: float) -> None:
    """Declare ``certificate_bought`` (option, period), ``certificate_retired`` (lot, period), MWh a year."""
    certificates = instance.scenario.certificates
    used = (certificates.of_supply >= 0) & instance.scenario.supplies.allowed
    allowed = np.isin(np.arange(len(certificates.label)), certificates.of_supply[used])
    most = np.where(allowed[:, None], certificates.limit, 0.0)
    retired = np.where(certificates.valid, np.inf, 0.0)
    model.certificate_bought = ArrayVar(most.size, upper=most.ravel(), unit=unit)
    model.certificate_retired = ArrayVar(retired.size, upper=retired.ravel(), unit=unit)


def certificates_cover(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Retire a certificate for every MWh of power that claims one.

    .. math:: \sum_{v} certificate\_retired_{o,v,t} = \sum_{u \in o} power_{u,t}

    Index: option with certificates bought apart, period. Unit: MWh a year. v: vintages valid in the period.
    Dual: cost of one more certificate to retire, present value.
    Source: GHG Protocol Scope 2 Guidance (2015), quality criteria: retired once, of a vintage near the use.
    """
    scenario = instance.scenario
    certificates, periods = scenario.certificates, len(scenario.periods)
    members = np.flatnonzero(certificates.of_supply >= 0)
    return rows(len(certificates.label) * periods).equal(
        0.0,
        [
            +term(model.certificate_retired, row=every_period(certificates.lot_option, periods)),
            -term(
                model.power,
                row=every_period(certificates.of_supply[members], periods),
                column=every_period(members, periods),
            ),
        ],
    )


def retired_once(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Retire of a lot no more than was bought of it.

    .. math:: \sum_t L_t\,certificate\_retired_{o,v,t} \le L_v\,certificate\_bought_{o,v}

    Index: lot: option o and vintage v. Unit: MWh. L: years of the period.
    Dual: value of one more certificate in the lot, present value.
    Source: GHG Protocol Scope 2 Guidance (2015): a certificate is claimed once.
    """
    scenario = instance.scenario
    certificates, years = scenario.certificates, scenario.periods.years.astype(float)
    lots, periods = len(certificates.lot_label), len(years)
    return rows(lots).at_most(
        0.0,
        [
            +term(
                model.certificate_retired,
                row=np.repeat(np.arange(lots), periods),
                coefficient=np.tile(years, lots),
            ),
            -term(
                model.certificate_bought,
                row=np.arange(lots),
                column=certificates.lot_option * periods + certificates.lot_vintage,
                coefficient=years[certificates.lot_vintage],
            ),
        ],
    )
