"""Where own plants stand and which sites share them: roof and land, park microgrids."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, rows, term
from optimizer.models.columns import every_period
from optimizer.models.hourly_power import hours_of
from optimizer.models.instance import Instance
from optimizer.models.megawatts import capacity_terms
from scenarios.power import HOURS_PER_YEAR, by_the_hour


def area_kept(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Build on a site's roof or land no more than there is room for.

    .. math:: \sum_{u} a_u\,(contracted_{u,t} / (8760\,f_{u,t}) + \sum_i MW_{i,u}\,in\_effect_{i,t}) \le area

    Index: site and surface with plants that take it, period; none without areas. Unit: ha.
    a: area of a MW; f: capacity factor.
    Dual: value of one more ha, present value.
    Source: own; table `power_areas`.
    """
    scenario = instance.scenario
    areas, periods = scenario.power_areas, len(scenario.periods)
    order = np.argsort(areas.entry_supply, kind="stable")
    plants, place = areas.entry_supply[order], areas.entry_area[order]
    terms = [
        term(
            variable,
            row=every_period(place[element], periods),
            column=column.ravel(),
            coefficient=(coefficient * areas.entry_per_mw[order][element][:, None]).ravel(),
        )
        for variable, element, column, coefficient in capacity_terms(model, scenario, plants)
    ]
    return rows(len(areas.label) * periods).at_most(np.repeat(areas.area, periods), terms)


def passed_on_within_capacity(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Pass on between the sites of a park no more than its microgrid can carry.

    .. math:: \sum_{u} hourly\_used_{u,h,t} \le capacity \qquad by\ the\ year:\
        \sum_{u} power_{u,t} \le 8760\,capacity

    Index: park with a capacity, typical hour where matching is hourly, period. Unit: MW, or MWh a year.
    u: what a site of the park draws on plants and storage of another.
    Dual: value of one more MW of microgrid in the hour, present value, or of one more MWh a year.
    Source: own; table `microgrids`.
    """
    scenario = instance.scenario
    parks, periods = scenario.microgrids, len(scenario.periods)
    bounded = np.flatnonzero(np.isfinite(parks.capacity))
    keep = np.isin(parks.entry_park, bounded)
    place, supply = np.searchsorted(bounded, parks.entry_park[keep]), parks.entry_supply[keep]
    if not len(scenario.hours):
        most = np.repeat(parks.capacity[bounded] * HOURS_PER_YEAR, periods)
        row, column = every_period(place, periods), every_period(supply, periods)
        return rows(len(most)).at_most(most, [term(model.power, row=row, column=column)])
    most = np.repeat(parks.capacity[bounded], len(scenario.hours) * periods)
    column = hours_of(np.searchsorted(by_the_hour(scenario), supply), scenario)
    return rows(len(most)).at_most(
        most, [term(model.hourly_used, row=hours_of(place, scenario), column=column)]
    )
