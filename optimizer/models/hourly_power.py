"""Power by the hour: green output meets the load of its own hour, storage shifts it within typical days.

Nothing of it stands where matching is by the year.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, ArrayVar, Term, rows, term
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from optimizer.models.megawatts import capacity_terms
from scenarios.power import HOURS_PER_YEAR, by_the_hour
from scenarios.scenario import Floats, Integers, Scenario


def add_hours(model: pyo.ConcreteModel, instance: Instance, unit: float) -> None:
    """Declare what happens by the hour: (element and typical hour, period), MW; yearly sums in `unit` MWh."""
    scenario = instance.scenario
    periods, hours, storages = len(scenario.periods), len(scenario.hours), scenario.storages
    megawatt = max(unit / 1000.0, 1.0)
    allowed = scenario.supplies.allowed
    used = np.where(allowed[by_the_hour(scenario)], np.inf, 0.0)
    source = allowed[storages.charging_supply]
    into = source & allowed[storages.supply[storages.charging_storage]]
    charged = np.where(into, np.inf, 0.0)
    model.hourly_used = ArrayVar(
        len(used) * hours * periods, upper=np.repeat(used, hours * periods), unit=megawatt
    )
    model.hourly_charged = ArrayVar(
        len(charged) * hours * periods, upper=np.repeat(charged, hours * periods), unit=megawatt
    )
    model.hourly_level = ArrayVar(len(storages.supply) * hours * periods, unit=megawatt)
    model.charged = ArrayVar(len(charged) * periods, upper=np.repeat(charged, periods), unit=unit)


def hours_of(elements: Integers, scenario: Scenario) -> Integers:
    """Return the flat positions of elements laid out (element, hour, period) in every hour and period."""
    hours = len(scenario.hours)
    first = np.asarray(elements, dtype=np.int64)[:, None] * hours + np.arange(hours)
    return every_period(first.ravel(), len(scenario.periods))


def _each_hour(values: Floats, scenario: Scenario) -> Floats:
    """Return values by element and hour, (n, H), repeated for every period."""
    return np.repeat(np.asarray(values, dtype=float).ravel(), len(scenario.periods))


def _into_year(elements: int, scenario: Scenario) -> tuple[Integers, Floats]:
    """Return the row (element, period) of each element, hour and period, and the weight of its hour."""
    periods, hours = len(scenario.periods), len(scenario.hours)
    row = np.repeat(np.arange(elements), hours)
    weight = np.tile(scenario.hours.weight, elements)
    return every_period(row, periods), np.repeat(weight, periods)


def hours_make_year(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Use over the year what is used in its hours.

    .. math:: power_{u,t} = \sum_h w_h\,hourly\_used_{u,h,t}

    Index: supply matched by the hour, period. Unit: MWh a year. w: hours a year that hour h
    stands for.
    Dual: of the definition; no planning meaning of its own.
    Source: typical days with weights (Kotzur et al. 2018).
    """
    scenario = instance.scenario
    members, periods = by_the_hour(scenario), len(scenario.periods)
    row, weight = _into_year(len(members), scenario)
    return rows(len(members) * periods).equal(
        0.0,
        [
            +term(model.power, row=np.arange(len(members) * periods), column=every_period(members, periods)),
            -term(model.hourly_used, row=row, column=np.arange(len(row)), coefficient=weight),
        ],
    )


def charging_makes_year(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Charge over the year what is charged in its hours.

    .. math:: charged_{c,t} = \sum_h w_h\,hourly\_charged_{c,h,t}

    Index: pair c of a contract or own plant and a storage at its site, period. Unit: MWh a year.
    Dual: of the definition; no planning meaning of its own.
    Source: typical days with weights (Kotzur et al. 2018).
    """
    scenario = instance.scenario
    count = len(scenario.storages.charging_supply)
    row, weight = _into_year(count, scenario)
    return rows(count * len(scenario.periods)).equal(
        0.0,
        [
            +term(model.charged, row=np.arange(count * len(scenario.periods))),
            -term(model.hourly_charged, row=row, column=np.arange(len(row)), coefficient=weight),
        ],
    )


def hour_met(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Use in each hour no more power matched by the hour than the site draws in it; the grid gives the rest.

    .. math:: \sum_{u \in site} hourly\_used_{u,h,t} \le \frac{l_{s,h}}{8760} \sum_{u' \in site} power_{u',t}

    Index: site with such power, typical hour, period. Unit: MW. l: load in the hour over its mean; u:
    supplies matched by the hour, u': all of the site.
    Dual: value of one more MW of load in the hour, present value.
    Source: 24/7 matching, Riepin and Brown (2022); hourly matching of the Scope 2 Guidance's draft revision.
    """
    scenario = instance.scenario
    members, supplies = by_the_hour(scenario), scenario.supplies
    sites, hours, periods = np.unique(supplies.site[members]), len(scenario.hours), len(scenario.periods)
    return rows(len(sites) * hours * periods).at_most(
        0.0,
        [
            +term(
                model.hourly_used,
                row=hours_of(np.searchsorted(sites, supplies.site[members]), scenario),
                column=hours_of(np.arange(len(members)), scenario),
            ),
            _share_of_load(
                model, scenario, sites, np.ones((len(sites), hours)), np.ones((len(sites), periods))
            ),
        ],
    )


def _share_of_load(
    model: pyo.ConcreteModel, scenario: Scenario, site: Integers, by_hour: Floats, by_period: Floats
) -> Term:
    """Return minus parts (n, H) times (n, T) of each hour's load at sites (n,), rows (n, hour, period)."""
    supplies = scenario.supplies
    place, supply = np.nonzero(site[:, None] == supplies.site[None, :])
    load = by_hour[place] * scenario.hours.load[site[place]] / HOURS_PER_YEAR
    columns = supply[:, None] * len(scenario.periods) + np.arange(len(scenario.periods))
    return -term(
        model.power,
        row=hours_of(place, scenario),
        column=_every_hour(columns, scenario),
        coefficient=(load[:, :, None] * by_period[place][:, None, :]).ravel(),
    )


def hourly_output(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Use and charge in each hour no more than its MW put out in it; what is left over is lost.

    .. math:: \sum_{u' \to u} hourly\_used_{u',h,t} + \sum_{c \to u} hourly\_charged_{c,h,t} \le
        \frac{o_{u,h}}{8760} (contracted_{u,t} + 8760\,f_{u,t} \sum_i MW_{i,u}\,in\_effect_{i,t})

    Index: contract, own plant or storage u, typical hour, period. Unit: MW. o: output in the hour over its
    mean, one for storage; f: capacity factor; u': u itself and what other sites of its microgrid draw on it.
    Dual: value of one more MW of output in the hour, present value.
    Source: own; output by a profile of real hours.
    """
    scenario = instance.scenario
    supplies, members = scenario.supplies, by_the_hour(scenario)
    plants = members[(supplies.kind[members] != "import") & supplies.own_plant[members]]
    made = members[supplies.kind[members] != "import"]
    charging, periods = scenario.storages.charging_supply, len(scenario.periods)
    output = scenario.hours.output[plants] / HOURS_PER_YEAR
    terms = [
        +term(
            model.hourly_used,
            row=hours_of(np.searchsorted(plants, supplies.source[made]), scenario),
            column=hours_of(np.searchsorted(members, made), scenario),
        ),
        +term(
            model.hourly_charged,
            row=hours_of(np.searchsorted(plants, supplies.source[charging]), scenario),
            column=hours_of(np.arange(len(charging)), scenario),
        ),
    ]
    terms += [
        -term(
            variable,
            row=hours_of(element, scenario),
            column=_every_hour(column, scenario),
            coefficient=(output[element][:, :, None] * coefficient[:, None, :]).ravel(),
        )
        for variable, element, column, coefficient in capacity_terms(model, scenario, plants, energy=True)
    ]
    return rows(len(plants) * len(scenario.hours) * periods).at_most(0.0, terms)


def _every_hour(column: Integers, scenario: Scenario) -> Integers:
    """Return columns (n, T) repeated for each hour, flat (n, H, T)."""
    shape = (len(column), len(scenario.hours), len(scenario.periods))
    return np.broadcast_to(column[:, None, :], shape).ravel()


def import_by_hour(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Import in each hour no more than its share of the site's load, as far as it is there.

    .. math:: hourly\_used_{u,h,t} \le share_{u,t}\,a_{u,h}\,\frac{l_{s,h}}{8760}
        \sum_{u' \in site} power_{u',t}

    Index: import, typical hour, period. Unit: MW. a: output over capacity of its profile, one without a
    profile; l: load in the hour over its mean of the year.
    Dual: saving from one more MW allowed in the hour, present value.
    Source: own; share cap of table `power_options`.
    """
    scenario = instance.scenario
    supplies, members = scenario.supplies, by_the_hour(scenario)
    imports = members[supplies.kind[members] == "import"]
    most, share = scenario.hours.most[imports], supplies.maximum_share[imports]
    return rows(len(imports) * len(scenario.hours) * len(scenario.periods)).at_most(
        0.0,
        [
            +term(
                model.hourly_used,
                row=hours_of(np.arange(len(imports)), scenario),
                column=hours_of(np.searchsorted(members, imports), scenario),
            ),
            _share_of_load(model, scenario, supplies.site[imports], most, share),
        ],
    )


def storage_level(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Carry what a storage holds from hour to hour; each typical day ends as it began.

    .. math:: level_{b,h,t} = level_{b,h-1,t} + \eta_b \sum_{c \to b} hourly\_charged_{c,h,t}
        - \sum_{u \to b} hourly\_used_{u,h,t}

    Index: storage, typical hour, period. Unit: MWh. The hour before the first of a day is its last. η:
    efficiency, all of it lost on charging; u: discharge at its site, and at others of its microgrid.
    Dual: value of one more MWh held in the hour, present value.
    Source: storage within typical days (Kotzur et al. 2018), without carrying from day to day.
    """
    scenario = instance.scenario
    storages, supplies, hours = scenario.storages, scenario.supplies, scenario.hours
    count, members = len(storages.supply), by_the_hour(scenario)
    given = members[supplies.kind[members] == "storage"]
    everything = hours_of(np.arange(count), scenario)
    before = (np.arange(count)[:, None] * len(hours) + hours.before).ravel()
    efficiency = storages.efficiency[storages.charging_storage]
    each = _each_hour(np.repeat(efficiency[:, None], len(hours), axis=1), scenario)
    return rows(count * len(hours) * len(scenario.periods)).equal(
        0.0,
        [
            +term(model.hourly_level, row=everything, column=everything),
            -term(model.hourly_level, row=everything, column=every_period(before, len(scenario.periods))),
            -term(
                model.hourly_charged,
                row=hours_of(storages.charging_storage, scenario),
                column=hours_of(np.arange(len(efficiency)), scenario),
                coefficient=each,
            ),
            +term(
                model.hourly_used,
                row=hours_of(np.searchsorted(storages.supply, supplies.source[given]), scenario),
                column=hours_of(np.searchsorted(members, given), scenario),
            ),
        ],
    )


def storage_room(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Hold no more in a storage than its MW have room for.

    .. math:: level_{b,h,t} \le D_b\,(contracted_{b,t} / 8760 + \sum_i MW_{i,b}\,in\_effect_{i,t})

    Index: storage, typical hour, period. Unit: MWh. D: MWh that a MW holds.
    Dual: value of one more MWh of room in the hour, present value.
    Source: own; storage sized by its power and its hours.
    """
    scenario = instance.scenario
    storages = scenario.storages
    everything = hours_of(np.arange(len(storages.supply)), scenario)
    level = term(model.hourly_level, row=everything, column=everything)
    return _within_storage(model, scenario, [level], storages.hours)


def storage_charging(model: pyo.ConcreteModel, instance: Instance) -> ArrayConstraint:
    r"""Charge a storage with no more than its MW.

    .. math:: \sum_{c \to b} hourly\_charged_{c,h,t} \le contracted_{b,t} / 8760
        + \sum_i MW_{i,b}\,in\_effect_{i,t}

    Index: storage, typical hour, period. Unit: MW. What it gives back is held by `hourly_output`.
    Dual: value of one more MW of charging in the hour, present value.
    Source: own; power of a storage.
    """
    scenario = instance.scenario
    storages = scenario.storages
    charging = term(
        model.hourly_charged,
        row=hours_of(storages.charging_storage, scenario),
        column=hours_of(np.arange(len(storages.charging_supply)), scenario),
    )
    return _within_storage(model, scenario, [charging], np.ones(len(storages.supply)))


def _within_storage(
    model: pyo.ConcreteModel, scenario: Scenario, terms: list[Term], per_mw: Floats
) -> ArrayConstraint:
    storages = scenario.storages
    for variable, element, column, coefficient in capacity_terms(model, scenario, storages.supply):
        each = (coefficient * per_mw[element][:, None])[:, None, :]
        shape = (len(element), len(scenario.hours), len(scenario.periods))
        terms.append(
            -term(
                variable,
                row=hours_of(element, scenario),
                column=_every_hour(column, scenario),
                coefficient=np.broadcast_to(each, shape).ravel(),
            )
        )
    return rows(len(storages.supply) * len(scenario.hours) * len(scenario.periods)).at_most(0.0, terms)
