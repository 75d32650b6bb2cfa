"""From a solved model to the plan: a labelled Dataset whose money and emissions come from the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pyomo.environ as pyo
import xarray as xr
from numpy.typing import NDArray

from optimizer.arrays import ArrayVar
from optimizer.models.columns import active_after, contract_runs, yearly_output
from optimizer.solution import Solution
from scenarios.accounts import COST_ACCOUNTS, EMISSION_ACCOUNTS
from scenarios.caps import Cap, cap_margins
from scenarios.carbon_money_results import UNITS, carbon_money_figures, settled_activities
from scenarios.claim_results import CLAIM_MEANINGS, claim_figures, slice_coordinates
from scenarios.claims import claim_activities
from scenarios.credit_results import beside_figures
from scenarios.entries import arc_emissions, offer_emissions, offer_spend
from scenarios.footprint_layers import provenance
from scenarios.freight_results import freight_figures
from scenarios.funnel import funnel, stage_coordinates
from scenarios.ledger import Ledger, Priced
from scenarios.plans import ACTIVITY_DIMS, coordinates
from scenarios.power_results import HOURLY, POWER_MEANINGS, power_coordinates, power_figures, used_beyond
from scenarios.primary_data import verification_coordinates, worth_of_data
from scenarios.scenario import Floats, Scenario
from scenarios.schema import QUALITY_MARKS
from scenarios.scorecard_figures import described as with_meanings
from scenarios.scorecard_figures import supplier_figures
from scenarios.serving import to_serve
from scenarios.settings import MAIN_CAP
from scenarios.sourcing import tier_activities

NAMED = (("mode", "modes"), ("process", "processes"))
SERIES = {"power_profiles": "profile"}  # many rows, one figure of one quality
DUST = 1e-7  # solver units, the feasibility tolerance of HiGHS

MEANINGS = {
    "purchase": ("unit/year", "bought from an offer"),
    "tier_purchase": ("unit/year", "bought at the price of a tier"),
    "tier_used": ("0 or 1", "the price tier the purchase lies in"),
    "flow": ("unit/year", "moved of one product on one lane"),
    "use_lane": ("0 or 1", "lane with a fixed cost or a minimum is used"),
    "trips": ("trips", "whole vehicles in the whole period"),
    "stock": ("unit", "kept at the end of the period"),
    "returned": ("unit/year", "taken back after use"),
    "discard": ("unit/year", "thrown away"),
    "run": ("unit/year", "activity of a process on a line"),
    "covered": ("unit/year", "activity improved by an intervention"),
    "standing": ("unit/year", "capacity in place"),
    "power": ("MWh/year", "electricity used from a power option"),
    "contract": ("MW", "newly contracted in the period"),
    "contracted": ("MWh/year", "output of all contracts that run"),
    "claimed": ("MWh/year", "power whose claim would count by the same hour and deliverable"),
    "required": ("unit/year", "demand"),
    "delivered": ("unit/year", "demand served"),
    "unmet": ("unit/year", "demand left unserved"),
    "adopt": ("modules", "decided in the period; 0 or 1 unless modular"),
    "in_effect": ("modules", "in effect in the period; 0 or 1 unless modular"),
    "indebted": ("modules", "whose loan is being repaid"),
    "overrun": ("tCO2e", "emissions above a soft cap"),
    "taken": ("unit/year", "bought of a contested pool, by band of its price"),
    "offset_bought": ("tCO2e/year", "offsets and removals bought and retired"),
    "cost": ("currency", "paid in the period, undiscounted"),
    "cost_npv": ("currency", "present value over the horizon"),
    "emissions": ("tCO2e/year", "emissions by account"),
    "site_cost": ("currency", "paid in the period, undiscounted, by the site it is booked at"),
    "site_emissions": ("tCO2e/year", "emissions by the site they are booked at"),
    "offer_spend": ("currency", "paid in the period for what is bought from an offer, undiscounted"),
    "offer_emissions": ("tCO2e/year", "emitted up to the supplier's gate for what is bought, after cuts"),
    "offer_footprint": (
        "tCO2e/unit",
        "cradle-to-gate footprint of an offer, default mark-up included, before cuts",
    ),
    "freight_ttw": ("tCO2e/year", "freight of one product on one lane, tank to wheel"),
    "freight_wtt": ("tCO2e/year", "freight of one product on one lane, well to tank"),
    "serve_cost": ("currency", "paid in the period for what the customer was delivered, along its way"),
    "serve_cost_remainder": ("currency", "paid in the period and of no customer's goods"),
    "serve_emissions": ("tCO2e/year", "emitted for what the customer was delivered, along its way"),
    "serve_emissions_remainder": ("tCO2e/year", "emitted and of no customer's goods"),
    "stage_seats": ("suppliers", "hold a seat whose mean delays have passed"),
    "stage_expected": ("suppliers", "are to be expected to have reached the stage"),
    "verified": ("1", "chance that the footprint is primary data that an intervention bought"),
    "verification_cost": ("currency", "present value of an intervention that verifies and what it needs"),
    "verification_chance": ("1", "chance that the intervention leads to verified footprints"),
    "verification_markup": (
        "tCO2e/year",
        "default mark-up on planned purchases that it is expected to remove",
    ),
    "verification_emissions": ("tCO2e/year", "emissions of planned purchases that it verifies"),
    "intervention_capital": (
        "currency",
        "capital that deciding on an intervention commits, subsidies included",
    ),
    "intervention_savings": ("tCO2e/year", "emissions an intervention saves directly"),
    "cap_limit": ("tCO2e/year, or the cap's unit", "limit; NaN where the cap does not hold yet"),
    "cap_margin": ("1", "how far below the limit was planned, share of the limit"),
    "cap_emissions": ("tCO2e/year, or the cap's unit", "what the cap bounds"),
    "dual_cap_respected": ("currency/tCO2e", "present value of one more t a year of allowance"),
}


def read_activities(model: pyo.ConcreteModel, scenario: Scenario) -> dict[str, Floats]:
    """Return the model's decisions as arrays (n, T), with what follows from them recomputed exactly."""
    periods = len(scenario.periods)
    found = {}
    for name in ACTIVITY_DIMS:
        if hasattr(model, name):
            found[name] = solver_values(getattr(model, name), periods)
    found |= tier_activities(scenario, found["purchase"])
    for name in ("adopt", "use_lane", "trips"):
        found[name] = np.round(found[name])
    found["in_effect"] = np.einsum("id,idt->it", found["adopt"], active_after(scenario).astype(float))
    loans = scenario.loans
    found["indebted"] = np.einsum("bd,bdt->bt", found["adopt"][loans.intervention], loans.repaid)
    standing = scenario.lines.capacity.copy()
    changes = scenario.capacity_changes
    np.add.at(standing, changes.line, changes.amount[:, None] * found["in_effect"][changes.intervention])
    found["standing"] = np.maximum(standing, 0.0)
    signed = np.einsum("ud,udt->ut", found["contract"], contract_runs(scenario).astype(float))
    found["contracted"] = signed * yearly_output(scenario)
    found |= {name: solver_values(getattr(model, name), periods) for name in HOURLY}
    found["beyond"] = used_beyond(scenario, found)
    found |= claim_activities(scenario, found)
    found["taken"] = scenario.pools.taken(found["purchase"])
    found.setdefault("offset_bought", np.zeros(scenario.offsets.price.shape))
    found["delivered"] = scenario.demands.quantity - found["unmet"]
    return found


def solver_values(variable: ArrayVar, periods: int) -> Floats:
    """Return a variable's values, (n, T); what lies below the solver's own tolerance is dust."""
    values = variable.value_array.reshape(-1, periods)
    return np.where(values > DUST * variable.unit, values, 0.0)


def make_plan(
    scenario: Scenario,
    ledger: Ledger,
    caps: list[Cap],
    limits: Floats,
    activities: Mapping[str, Floats],
) -> xr.Dataset:
    """Return the plan Dataset of `activities`; every amount is priced by the ledger."""
    activities = settled_activities(scenario, ledger, activities)
    priced = ledger.price(activities)
    labels = [cap.label for cap in caps]
    periods = len(scenario.periods)
    data: dict[str, tuple[tuple[str, ...], Floats]] = {
        name: ((dim, "period"), activities[name]) for name, dim in ACTIVITY_DIMS.items() if name in activities
    }
    data |= claim_figures(scenario, activities) | power_figures(scenario, activities)
    data["required"] = (("demand", "period"), scenario.demands.quantity)
    data["cost"] = (("cost_account", "period"), np.array([priced.paid(a) for a in COST_ACCOUNTS]))
    data["cost_npv"] = (("cost_account",), np.array([priced.present_cost(a) for a in COST_ACCOUNTS]))
    data["emissions"] = (
        ("emission_account", "period"),
        np.array([priced.emitted(a) for a in EMISSION_ACCOUNTS]),
    )
    by_site = ("cost_account", "site", "period"), ("emission_account", "site", "period")
    data["site_cost"] = (by_site[0], np.array([priced.by_site(a)[:-1] for a in COST_ACCOUNTS]))
    data["site_emissions"] = (by_site[1], np.array([priced.by_site(a)[:-1] for a in EMISSION_ACCOUNTS]))
    data |= _entries(scenario, ledger, activities)
    served = to_serve(scenario, ledger, activities)
    data["serve_cost"] = (("cost_account", "demand", "period"), served.cost)
    data["serve_cost_remainder"] = (("cost_account", "period"), served.cost_remainder)
    data["serve_emissions"] = (("emission_account", "demand", "period"), served.emissions)
    data["serve_emissions_remainder"] = (("emission_account", "period"), served.emissions_remainder)
    data |= funnel(scenario, activities["in_effect"]) | worth_of_data(scenario, ledger, activities)
    of_suppliers, supplier_coords = supplier_figures(scenario, activities, data["offer_spend"][1])
    data |= of_suppliers
    data |= _of_interventions(scenario, ledger, activities)
    data["cap_limit"] = (("cap", "period"), np.where(np.isfinite(limits), limits, np.nan))
    data["cap_margin"] = (("cap", "period"), cap_margins(caps, scenario))
    values = [cap.value(activities, scenario.periods.years) for cap in caps]
    data["cap_emissions"] = (("cap", "period"), np.array(values).reshape(len(caps), periods))
    coords = coordinates(scenario, labels)
    coords["cost_account"] = np.array(list(COST_ACCOUNTS), dtype=str)
    coords["emission_account"] = np.array(list(EMISSION_ACCOUNTS), dtype=str)
    coords |= stage_coordinates(scenario) | verification_coordinates(scenario) | supplier_coords
    coords |= _provenance(scenario) | slice_coordinates(scenario.claims.hours)
    coords |= power_coordinates(scenario)
    plan = xr.Dataset(data, coords=coords, attrs=_attributes(scenario, priced))
    plan = plan.assign(beside_figures(scenario, priced)).assign(freight_figures(scenario, activities))
    plan = plan.merge(carbon_money_figures(scenario, ledger, activities), combine_attrs="override")
    for name, (units, meaning) in (MEANINGS | UNITS | CLAIM_MEANINGS | POWER_MEANINGS).items():
        if name in plan:
            plan[name].attrs = {"units": units.replace("currency", scenario.currency), "long_name": meaning}
    return with_meanings(plan, scenario.currency)


def add_solution(
    plan: xr.Dataset,
    scenario: Scenario,
    solution: Solution,
    model: pyo.ConcreteModel,
    build_seconds: float,
    baseline_emissions: float,
) -> xr.Dataset:
    """Return the plan with what the solver says of itself, and the price of the next tonne of each cap."""
    shape = plan["cap_limit"].shape
    dual = solution.dual(model.cap_respected).reshape(shape) if plan.sizes["cap"] else np.zeros(shape)
    # Booked as what one t a year more of allowance saves, hence positive.
    units, meaning = MEANINGS["dual_cap_respected"]
    attributes = {"units": units.replace("currency", scenario.currency), "long_name": meaning}
    plan["dual_cap_respected"] = (("cap", "period"), -np.nan_to_num(dual) + 0.0, attributes)
    return plan.assign_attrs(
        status=solution.status.value,
        termination=solution.termination,
        strategy=solution.strategy,
        objective=solution.objective,
        bound=solution.bound,
        gap=solution.gap,
        variables=solution.variables,
        constraints=solution.constraints,
        nonzeros=solution.nonzeros,
        binaries=solution.binaries,
        build_seconds=build_seconds,
        solve_seconds=solution.seconds,
        baseline_emissions=baseline_emissions,
    )


def with_target_prices(
    plan: xr.Dataset, scenario: Scenario, solution: Solution, model: pyo.ConcreteModel
) -> xr.Dataset:
    """Return the plan with the present value of one more unit of each enforced target, (target, period).

    The unit is that of the row: t, MWh or m3 a year, or units or currency a year for shares and intensities.
    """
    rules = scenario.target_rules
    if not len(rules.label):
        return plan
    price = np.zeros(plan["target_value"].shape)
    row = {f"target {label}": k for k, label in enumerate(scenario.targets.label)}
    dual = np.abs(np.nan_to_num(solution.dual(model.target_kept)))
    for label, period, value in zip(rules.label, rules.period, dual, strict=True):
        price[row[label], period] = value
    attributes = {"units": f"{scenario.currency} a unit", "long_name": "what one more unit of limit saves"}
    return plan.assign(dual_target_kept=(("target", "period"), price, attributes))


def _of_interventions(
    scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats]
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Return what single interventions commit and save."""
    saved = intervention_savings(scenario, ledger, activities)
    capital = scenario.interventions.capex[:, None] * activities["adopt"]
    return {
        "intervention_savings": (("intervention", "emission_account", "period"), saved),
        "intervention_capital": (("intervention", "period"), capital),
    }


def intervention_savings(scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats]) -> Floats:
    """Return the emissions each intervention saves directly, (I, accounts, T), tCO2e a year.

    Direct: what its covers cut at their activities, and the electricity that efficiency and onsite
    power spare, at the factor of what the site would draw instead. Switching routes by capacity or
    unlocking is not split by intervention: it shows in the difference between plans.
    """
    accounts = {account: a for a, account in enumerate(EMISSION_ACCOUNTS)}
    saved = np.zeros((len(scenario.interventions.label), len(accounts), len(scenario.periods)))
    covers = scenario.covers
    for rate in ledger.rates:
        if rate.activity == "covered" and rate.account in accounts:
            np.add.at(
                saved[:, accounts[rate.account]], covers.intervention, -activities["covered"] * rate.per_unit
            )
    location, market = _site_factors(scenario, activities)
    cut = np.flatnonzero(covers.electricity_cut != 0)
    improved = covers.element[cut]
    megawatt_hours = (covers.electricity_cut[cut] * scenario.operations.electricity[improved])[:, None]
    megawatt_hours = megawatt_hours * activities["covered"][cut]
    spared = [(covers.intervention[cut], scenario.operations.site[improved], megawatt_hours)]
    additions, supplies = scenario.power_additions, scenario.supplies
    generates = (supplies.kind[additions.supply] == "onsite")[:, None]  # storage spares nothing of its own
    capacity = generates * additions.megawatt[:, None] * activities["in_effect"][additions.intervention]
    total = np.zeros_like(activities["power"])
    np.add.at(total, additions.supply, capacity)
    share = np.divide(capacity, total[additions.supply], out=np.zeros_like(capacity), where=capacity > 0)
    drawn = np.zeros_like(activities["power"])
    np.add.at(drawn, supplies.source, activities["power"])
    used = drawn[additions.supply] * share
    spared.append((additions.intervention, supplies.site[additions.supply], used))
    for intervention, site, energy in spared:
        own = (scenario.sites.owner[site] == "own")[:, None]
        np.add.at(saved[:, accounts["scope2_location"]], intervention, energy * location[site] * own)
        np.add.at(saved[:, accounts["scope2_market"]], intervention, energy * market[site] * own)
        np.add.at(saved[:, accounts["scope3_purchased_goods"]], intervention, energy * location[site] * ~own)
    return saved


def _site_factors(scenario: Scenario, activities: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Return the location and the market factor of what each site draws from outside, (S, T) each."""
    supplies, sites = scenario.supplies, len(scenario.sites.label)
    outside = activities["power"] * (supplies.kind != "onsite")[:, None]
    drawn, located, contracted = (np.zeros((sites, outside.shape[1])) for _ in range(3))
    np.add.at(drawn, supplies.site, outside)
    np.add.at(located, supplies.site, outside * supplies.location_factor)
    np.add.at(contracted, supplies.site, outside * supplies.market_factor)
    blank = np.zeros_like(drawn)
    return (
        np.divide(located, drawn, out=blank.copy(), where=drawn > 0),
        np.divide(contracted, drawn, out=blank.copy(), where=drawn > 0),
    )


def _attributes(scenario: Scenario, priced: Priced) -> dict[str, object]:
    settings, pathway = scenario.settings, scenario.pathway
    return {
        "scenario": settings.name,
        "title": scenario.title,
        "company": settings.company,
        "pathway": pathway.name,
        "pathway_title": pathway.title,
        "pathway_description": pathway.description,
        "currency": settings.currency,
        "base_year": settings.base_year,
        "discount_rate": settings.discount_rate,
        "demo_data": int(settings.demo_data),
        "scope2": scenario.carbon.scope2.value,
        "main_cap": MAIN_CAP if scenario.carbon.milestones else "",
        "total_cost_npv": float(priced.cost_npv),
        "products_json": json.dumps(_products(scenario), sort_keys=True, ensure_ascii=False),
        "names_json": json.dumps(_names(scenario), sort_keys=True, ensure_ascii=False),
        "exchange_ids_json": json.dumps(_exchange_ids(scenario), sort_keys=True, ensure_ascii=False),
        "data_quality_json": json.dumps(_data_quality(scenario), sort_keys=True),
        "warnings_json": json.dumps(list(scenario.warnings), ensure_ascii=False),
    }


def _data_quality(scenario: Scenario) -> dict[str, dict[str, int]]:
    """Return how many rows of each table carry each quality mark; a series counts once."""
    counted = {}
    for name, frame in scenario.tables.items():
        if len(frame):
            each = frame.drop_duplicates(SERIES[name]) if name in SERIES else frame
            counts = each["quality"].value_counts()
            counted[name] = {mark: int(counts.get(mark, 0)) for mark in QUALITY_MARKS}
    return counted


def _entries(
    scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats]
) -> dict[str, tuple[tuple[str, ...], Floats]]:
    """Return what single offers cost and emit, and what freight emits arc by arc."""
    bought = {
        "offer_spend": offer_spend(scenario, ledger, activities),
        "offer_emissions": offer_emissions(scenario, ledger, activities),
        "offer_footprint": scenario.offers.booked_footprint,
    }
    moved = {f"freight_{part}": arc_emissions(scenario, ledger, activities, part) for part in ("ttw", "wtt")}
    found: dict[str, tuple[tuple[str, ...], Floats]] = {}
    found |= {name: (("offer", "period"), values) for name, values in bought.items()}
    return found | {name: (("arc", "period"), values) for name, values in moved.items()}


def _provenance(scenario: Scenario) -> dict[str, tuple[str, NDArray]]:
    """Return the coordinates that say where each offer's footprint comes from."""
    known = provenance(scenario.tables).loc[list(scenario.offers.label)]
    words = {name: known[name].to_numpy(str) for name in ("factor", "source", "quality")}
    found = words | {"rating": known["rating"].to_numpy(float)}
    return {f"offer_{name}": ("offer", values) for name, values in found.items()}


def _products(scenario: Scenario) -> dict[str, dict[str, object]]:
    """Return name, unit and mass of a unit of each product: what quantities of a plan are counted in."""
    p = scenario.products
    rows = zip(p.label, p.name, p.unit, p.tonnes_per_unit.tolist(), strict=True)
    return {label: {"name": name, "unit": unit, "tonnes_per_unit": mass} for label, name, unit, mass in rows}


def _names(scenario: Scenario) -> dict[str, dict[str, str]]:
    """Return the names that the tables give to modes and processes."""
    named = ((kind, scenario.tables[table].drop_duplicates(kind)) for kind, table in NAMED)
    return {kind: dict(zip(rows[kind], rows["name"], strict=True)) for kind, rows in named}


def _exchange_ids(scenario: Scenario) -> list[dict[str, str]]:
    """Return the rows of ``exchange_ids``: under which identifiers results are shared."""
    frame = scenario.tables["exchange_ids"][["identifier", "product", "supplier", "mode"]]
    return [dict(zip(frame.columns, map(str, row), strict=True)) for row in frame.itertuples(index=False)]
