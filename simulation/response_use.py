"""How responses to shortfalls were used in trials, and what that cost and emitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from scenarios.ledger import Ledger
from scenarios.response_rates import ACCOUNT, ACTIVITY
from scenarios.scenario import Scenario
from simulation.intervals import WILSON, told, with_ends
from simulation.layout import Floats
from simulation.network import Network
from simulation.statistics import chance_interval, mean_interval

USED = 1e-6  # units in the horizon: less is rounding


@dataclass(frozen=True)
class ResponseUse:
    """What the responses of the scenario did in one trial, by row of their table, (R, T) each.

    Attributes
    ----------
    quantity : product units a year that were expedited, bought, substituted or curtailed.
    cost : currency in the period. emissions : tCO2e a year, of the accounts that the pathway counts.
    """

    quantity: Floats
    cost: Floats
    emissions: Floats


def responded(network: Network, booked: Floats) -> Floats:
    """Return what responses did, (T, M) of the whole scenario, of what the used ones `booked`, (T, m)."""
    full = np.zeros((len(booked), len(network.scenario.responses.label)))
    full[:, network.used.answer] = booked
    return full


def curtailed(scenario: Scenario, response: Floats) -> Floats:
    """Return the demand that customers did without by agreement, (T, D), of what `response`, (T, M), did."""
    found = np.zeros((len(response), len(scenario.demands.label)))
    rows = scenario.responses.of("curtail_demand")
    np.add.at(found.T, scenario.responses.demand[rows], response[:, rows].T)
    return found


def bought_outside(scenario: Scenario, response: Floats) -> Floats:
    """Return what came from outside the chain by product, (P,), of what `response`, (T, M), did."""
    rows = scenario.responses.of("spot_purchase")
    product = scenario.nodes.product[scenario.responses.node[rows]]
    found = np.zeros(len(scenario.products.label))
    np.add.at(found, product, response[:, rows].sum(axis=0))
    return found


def use_of(
    scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats], counted: Sequence[str]
) -> ResponseUse | None:
    """Return what the responses did and cost; none where the scenario has none.

    `counted` : emission accounts that the pathway's total sums.
    """
    row, names = scenario.responses.row, scenario.responses.name
    if not len(names):
        return None
    done, years = activities[ACTIVITY], scenario.periods.years
    cost, emissions = np.zeros(done.shape), np.zeros(done.shape)
    for rate in ledger.rates:
        if rate.activity == ACTIVITY:
            cost += rate.per_unit * done * (rate.account == ACCOUNT) * years
            emissions += rate.per_unit * done * (rate.account in counted)

    def by_row(values: Floats) -> Floats:
        total = np.zeros((len(names), values.shape[1]))
        np.add.at(total, row, values)
        return total

    return ResponseUse(by_row(done), by_row(cost), by_row(emissions))


def response_variables(
    used: Sequence[ResponseUse | None], scenario: Scenario, confidence: float, pairs: bool = False
) -> xr.Dataset:
    """Return what responses did over the trials as variables of the outcome; empty where there are none.

    ``response_quantity``, ``response_cost``, ``response_emissions`` (trial, response, period);
    ``response_share`` (response), the share of trials that used it, with Wilson's interval;
    ``response_mean_...`` (response, period) of each of the three, and ``response_total_...`` (response) over
    the horizon, with Student's. Intervals end in ``_low`` and ``_high``.
    """
    found = [use for use in used if use is not None]
    if not found:
        return xr.Dataset()
    outcome = xr.Dataset(
        coords={
            "response": scenario.responses.name.astype(str),
            "response_kind": ("response", scenario.responses.kind.astype(str)),
        }
    )
    for name, units, meaning in (
        ("quantity", "unit/year", "expedited, bought, substituted or curtailed"),
        ("cost", scenario.currency, "paid for it in the whole period"),
        ("emissions", "tCO2e/year", "its emissions, of the accounts that count"),
    ):
        values = np.array([getattr(use, name) for use in found])
        outcome[f"response_{name}"] = (("trial", "response", "period"), values, told(units, meaning))
        mean, by = mean_interval(values, confidence, pairs), ("response", "period")
        outcome = outcome.assign(with_ends(f"response_mean_{name}", by, mean, units, meaning))
        length = 1.0 if name == "cost" else scenario.periods.years
        over_time = mean_interval((values * length).sum(axis=2), confidence, pairs)
        summed = (units.removesuffix("/year"), f"{meaning}, over the horizon")
        outcome = outcome.assign(with_ends(f"response_total_{name}", ("response",), over_time, *summed))
    times = np.array([(use.quantity * scenario.periods.years).sum(axis=1) > USED for use in found])
    share, meaning = chance_interval(times, confidence, pairs), "share of trials that used it"
    return outcome.assign(with_ends("response_share", ("response",), share, "1", meaning, called=WILSON))
