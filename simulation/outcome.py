"""The outcome of all trials as one labelled Dataset."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from scenarios.caps import main_accounts
from simulation.accounting import Account
from simulation.event_cost import event_costs
from simulation.factors import uncertainty_removed
from simulation.gatekeeping import gates_of
from simulation.intervals import WILSON, with_ends
from simulation.layout import Flags, Floats
from simulation.network import Network
from simulation.opening import Opening
from simulation.order_use import orders_of
from simulation.power_use import power_of
from simulation.programmes import programmes_of
from simulation.response_use import response_variables
from simulation.scores import scores_of
from simulation.selection import yearly
from simulation.service import service_of
from simulation.settings import SimulationSettings
from simulation.statistics import chance_interval, mean_interval
from simulation.tails import QUANTILES, accounts_of, ranges_with_prices, tails_of
from simulation.targets import targets_of

POLICY = ("gain", "patience_days", "safety_days", "buffer_days", "surge")
FROM_PLAN = ("period", "cap", "cost_account", "emission_account", "demand", "site")
BY_CAP = ("cap", "period")


def outcome_dataset(
    network: Network,
    opening: Opening,
    accounts: Sequence[Account],
    settings: SimulationSettings,
    stopping_rule: str,
) -> xr.Dataset:
    """Return what the trials show, with intervals.

    Parameters
    ----------
    accounts : one per trial, in the order of their index.
    stopping_rule : which rule ended the trials, in words.
    """
    plan, scenario = network.plan, network.scenario
    outcome = xr.Dataset(coords={name: plan[name] for name in FROM_PLAN})
    outcome = outcome.assign_coords(
        years=("period", scenario.periods.years),
        product=scenario.products.label.astype(str),
        trial=np.arange(len(accounts)),
        quantile=list(QUANTILES),
    )
    pairs = in_pairs(settings, len(accounts))
    _add_money(outcome, accounts, settings, scenario.currency)
    _add_emissions(outcome, accounts, list(main_accounts(scenario)), plan)
    _add_beside(outcome, accounts, plan)
    _add_caps(outcome, accounts, plan, settings)
    outcome = outcome.assign(service_of(accounts, settings.confidence, pairs))
    outcome = outcome.assign(tails_of(outcome, list(main_accounts(scenario)), settings.confidence, pairs))
    outcome = outcome.assign(accounts_of(outcome, settings.confidence, pairs))
    again = [a.cost_again for a in accounts if a.cost_again is not None]
    if again:
        ranges = ranges_with_prices(np.array(again), settings.confidence, scenario.currency, pairs)
        outcome = outcome.assign(ranges)
    disruptions = scenario.disruptions
    outcome = outcome.assign(
        event_costs(accounts, disruptions, settings.confidence, scenario.currency, pairs)
    )
    used = [account.responses for account in accounts]
    outcome = outcome.assign(response_variables(used, scenario, settings.confidence, pairs))
    outcome = outcome.assign(gates_of(accounts, scenario, settings.confidence, pairs))
    outcome = outcome.assign(orders_of(accounts, network, opening.use, settings.confidence, pairs))
    measured = [account.targets for account in accounts]
    outcome = outcome.assign(targets_of(measured, plan, settings.confidence, pairs))
    outcome = outcome.assign(programmes_of(accounts, network, settings.confidence, pairs))
    outcome = outcome.assign(scores_of(accounts, network, settings.confidence, pairs))
    outcome = outcome.assign(power_of(accounts, scenario, settings.confidence, pairs))
    if "certificates_left" in outcome:
        outcome = outcome.assign_coords(certificate=plan["certificate"])
    outcome = outcome.assign(uncertainty_removed(scenario, yearly(plan, "purchase").T, settings.factors))
    _add_stocks(outcome, network, opening, accounts)
    _add_replans(outcome, accounts, settings)
    outcome.attrs |= {
        "scenario": scenario.name,
        "pathway": scenario.pathway.name,
        "trials": len(accounts),
        "seed": settings.seed,
        "confidence": settings.confidence,
        "antithetic": int(pairs),
        "stopping_rule": stopping_rule,
        "simulated_days": network.days.count,
        "simulated_sites": len(network.used.site),
        "site_days": len(accounts) * network.days.count * len(network.used.site),
        "events": sum(a.events for a in accounts),
        "mass_max_relative_error": max(a.mass_error for a in accounts),
        "policy_json": json.dumps({name: getattr(settings, name) for name in POLICY}),
        "uncertainty_json": json.dumps(dataclasses.asdict(settings.uncertainty)),
        "counted_accounts_json": json.dumps(list(main_accounts(scenario))),
        "warnings_json": json.dumps(plan_warnings(plan) + network.ordering.notes()),
    }
    return outcome


def in_pairs(settings: SimulationSettings, trials: int) -> bool:
    """Return whether intervals are of pair means: a trial replayed alone is no pair."""
    return settings.antithetic and trials % 2 == 0


def plan_warnings(plan: xr.Dataset) -> list[str]:
    """Return what a reader of the outcome must know about the plan itself."""
    found = []
    unmet, required = plan["unmet"].sum("demand"), plan["required"].sum("demand")
    for period in plan["period"].to_numpy():
        short, needed = float(unmet.sel(period=period)), float(required.sel(period=period))
        if short > 1e-6 * needed:
            found.append(f"the plan itself leaves {short / needed:.2%} of the demand of {period} unmet")
    over = (plan["cap_emissions"] > plan["cap_limit"] * (1 + 1e-6)).transpose(*BY_CAP)
    for cap, row in zip(plan["cap"].to_numpy(), over.to_numpy(), strict=True):
        years = ", ".join(str(p) for p in plan["period"].to_numpy()[row])
        if years:
            found.append(f"the plan itself exceeds the cap {str(cap)!r} in {years}")
    return found


def _add(
    outcome: xr.Dataset, name: str, dims: tuple[str, ...], values: Floats, units: str, meaning: str
) -> None:
    outcome[name] = (dims, np.asarray(values), {"units": units, "long_name": meaning})


def _add_money(
    outcome: xr.Dataset, accounts: Sequence[Account], settings: SimulationSettings, currency: str
) -> None:
    cost = np.array([a.cost for a in accounts])
    dims = ("trial", "cost_account", "period")
    _add(outcome, "cost", dims, cost, currency, "cost paid in the whole period")
    npv = np.array([a.cost_npv for a in accounts])
    _add(outcome, "cost_npv", ("trial",), npv, currency, "present value of all cost")
    mean = mean_interval(npv, settings.confidence, in_pairs(settings, len(accounts)))
    meaning = "mean present value of all cost"
    outcome.update(with_ends("cost_npv_mean", (), mean, currency, meaning, stem="cost_npv"))


def _add_emissions(
    outcome: xr.Dataset, accounts: Sequence[Account], counted: list[str], plan: xr.Dataset
) -> None:
    emissions = np.array([a.emissions for a in accounts])
    _add(outcome, "emissions", ("trial", "emission_account", "period"), emissions, "tCO2e/year", "emissions")
    planned = plan["emissions"].sel(emission_account=counted).sum("emission_account").to_numpy()
    _add(outcome, "plan_emissions", ("period",), planned, "tCO2e/year", "the same total in the plan")


def _add_beside(outcome: xr.Dataset, accounts: Sequence[Account], plan: xr.Dataset) -> None:
    """Add what stands beside the emissions, where the plan has such lines."""
    if "beside" in plan:
        outcome["beside_account"], outcome["beside_unit"] = plan["beside_account"], plan["beside_unit"]
        values, meaning = np.array([a.beside for a in accounts]), "beside the emissions, in no total"
        _add(outcome, "beside", ("trial", "beside_account", "period"), values, "of the account", meaning)


def _add_caps(
    outcome: xr.Dataset, accounts: Sequence[Account], plan: xr.Dataset, settings: SimulationSettings
) -> None:
    units = plan["cap_emissions"].attrs.get("units", "tCO2e/year")
    limits = plan["cap_limit"].transpose(*BY_CAP).to_numpy()
    missed = np.array([a.cap_missed for a in accounts], dtype=bool)
    counted = np.array([a.cap_emissions for a in accounts])
    _add(outcome, "cap_emissions", ("trial", *BY_CAP), counted, units, "what the cap bounds")
    _add(outcome, "cap_missed", ("trial", *BY_CAP), missed, "1", "whether the cap was missed")
    pairs = in_pairs(settings, len(accounts))
    share = np.array(chance_interval(missed, settings.confidence, pairs))
    holds = np.isfinite(limits)  # no chance where the cap does not hold yet
    share, meaning = np.where(holds, share, np.nan), "share of trials that missed the cap"
    stem = {"called": WILSON, "stem": "chance"}
    outcome.update(with_ends("chance_of_missing", BY_CAP, share, "1", meaning, **stem))
    _add_ever(outcome, missed & holds, settings.confidence, pairs)
    given = [a.cap_chance for a in accounts if a.cap_chance is not None]
    if given:
        _add_factors(outcome, np.array(given), holds, settings.confidence, pairs)


def _add_factors(outcome: xr.Dataset, given: Floats, holds: Flags, confidence: float, pairs: bool) -> None:
    """Add the chance of missing each cap with what is not known about emission factors in it.

    `given` : the chance in each trial given what happened, (trials, caps, T); their mean has less spread
    than one draw a trial would, and an interval of Student's.
    """
    found = np.clip(np.array(mean_interval(given, confidence, pairs)), 0.0, 1.0)
    found, meaning = (
        np.where(holds, found, np.nan),
        "chance of missing the cap where emission factors vary too",
    )
    outcome.update(with_ends("chance_with_factors", BY_CAP, found, "1", meaning))


def _add_ever(outcome: xr.Dataset, missed: Flags, confidence: float, pairs: bool) -> None:
    """Add the chance of missing each cap in any period, and of missing any cap at all."""
    for name, dims, ever, meaning in (
        ("chance_ever", ("cap",), missed.any(axis=2), "share of trials that missed the cap in any period"),
        ("chance_any", (), missed.any(axis=(1, 2)), "share of trials that missed any cap in any period"),
    ):
        share = chance_interval(ever, confidence, pairs)
        outcome.update(with_ends(name, dims, share, "1", meaning, called=WILSON))


def _add_replans(outcome: xr.Dataset, accounts: Sequence[Account], settings: SimulationSettings) -> None:
    """Add how often the plan was made again in each trial; nothing where plans stay as they are."""
    found = [a.replans for a in accounts if a.replans is not None]
    if not found:
        return
    asked, kept = np.array(found).T
    _add(outcome, "replans", ("trial",), asked, "1", "how often the rest of the plan was to be made again")
    meaning = "how often no plan met all rules then, so that the one there was stayed"
    _add(outcome, "replans_kept", ("trial",), kept, "1", meaning)
    outcome.attrs["replan_decisions"] = settings.replan_decisions.value


def _add_stocks(outcome: xr.Dataset, network: Network, opening: Opening, accounts: Sequence[Account]) -> None:
    nodes, node = network.scenario.nodes, network.used.node
    shape = (len(network.scenario.sites.label), len(network.scenario.products.label))
    closing = np.mean([a.closing_stock for a in accounts], axis=0)
    for name, values, meaning in (
        ("opening_stock", opening.stock, "stock on the first morning, outside the reconciled accounts"),
        ("opening_transit", opening.transit, "on the way to the site on the first morning"),
        ("closing_stock", closing, "stock on the last evening, mean over trials"),
    ):
        table = np.zeros(shape)
        table[nodes.site[node], nodes.product[node]] = values
        _add(outcome, name, ("site", "product"), table, "unit", meaning)
