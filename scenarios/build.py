"""From checked tables to the scenario's labelled arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from scenarios import (
    chain_leader,
    completeness,
    families,
    flow_families,
    investment,
    power_families,
    quotas,
    sourcing,
)
from scenarios.borders import with_carbon_money
from scenarios.change import read_limits
from scenarios.checks import check_tables
from scenarios.claim_families import make_claims
from scenarios.credit_matching import with_credits
from scenarios.custom_rules import make_custom_rules
from scenarios.disruptions import make_disruptions
from scenarios.effects import Targets, resolve_effects
from scenarios.electricity_settings import ElectricitySettings
from scenarios.errors import DataError, Problem
from scenarios.exchange_input import with_shared
from scenarios.exchange_reading import find_footprints
from scenarios.footprint_layers import with_data_tiers, with_factors
from scenarios.gates import make_gates
from scenarios.impacts import make_impacts
from scenarios.indicator_sets import with_indicators
from scenarios.loading import find_data, in_files, read_tables
from scenarios.marks import with_marks, with_targets
from scenarios.network import generate_arcs
from scenarios.periods import make_periods
from scenarios.pins import make_pins
from scenarios.policies import make_policies
from scenarios.power_checks import hours_known
from scenarios.primary_data import with_markups
from scenarios.programmes import make_programmes, planned_at_chance, with_programmes
from scenarios.responses import make_responses
from scenarios.scenario import Scenario
from scenarios.scorecards import make_scorecards
from scenarios.settings import CarbonSettings, PathwaySettings, ScenarioSettings
from scenarios.sourcing_checks import lanes_that_serve_alone
from scenarios.steel_classes import with_classes
from scenarios.table_changes import with_changes
from scenarios.timetables import make_timetables, within_timetables
from scenarios.uncertainty import make_uncertainty
from scenarios.vehicle_energy import grid_of_sites, with_energy
from scenarios.verified_shares import with_verified

Tables = Mapping[str, pd.DataFrame]


def load_scenario(
    settings: ScenarioSettings,
    carbon: CarbonSettings | None = None,
    pathway: PathwaySettings | None = None,
    search: Sequence[Path] = (),
    electricity: ElectricitySettings | None = None,
) -> Scenario:
    """Read, check and assemble a scenario under one pathway.

    Parameters
    ----------
    settings : the case; `settings.data` names a bundled case, a folder or an ``.xlsx``, and
        `settings.footprints` a folder of shared footprints.
    carbon, pathway : policy and levers; defaults: no cap, all levers.
    search : further folders that `settings.data` may be relative to.
    electricity : how green power is matched; default: by the year.

    Raises
    ------
    ConfigError : the data are not found, or the pathway names what the scenario does not have.
    DataError : the tables or the shared footprints break rules; all of them are listed.
    """
    path = find_data(settings.data, search)
    tables: Tables = read_tables(path)
    if not settings.footprints:
        tables = with_changes(tables, settings.changes, path)
        return scenario_from_tables(tables, settings, carbon, pathway, path, search, electricity)
    folder = find_footprints(settings.footprints, path, search)
    tables, wrong, unused = with_shared(tables, folder)
    try:
        tables = with_changes(tables, settings.changes, path)
        scenario = scenario_from_tables(tables, settings, carbon, pathway, path, search, electricity)
    except DataError as error:
        raise DataError([*wrong, *error.problems]) from error
    if wrong:
        raise DataError(wrong)
    if not folder.is_relative_to(path):  # found again from anywhere
        settings = replace(settings, footprints=str(folder))
    return replace(scenario, settings=settings, warnings=(*unused, *scenario.warnings))


def scenario_from_tables(
    tables: Tables,
    settings: ScenarioSettings,
    carbon: CarbonSettings | None = None,
    pathway: PathwaySettings | None = None,
    path: Path = Path(),
    search: Sequence[Path] = (),
    electricity: ElectricitySettings | None = None,
) -> Scenario:
    """Return the scenario of tables already read by :func:`scenarios.read_tables`, perhaps changed since.

    Raises as :func:`load_scenario` does; `path` says where problems are, `search` where the pathway's
    given plan may lie.
    """
    tables = with_indicators(tables, settings.indicators)
    tables, without_footprint = with_data_tiers(with_programmes(tables))
    tables, not_accepted = with_marks(tables, settings.targets)
    tables, no_classes = with_classes(tables, carbon or CarbonSettings(), path)
    problems = (
        check_tables(tables)
        + hours_known(tables, electricity or ElectricitySettings())
        + without_footprint
        + not_accepted
        + no_classes
    )
    if problems:
        raise DataError(in_files(problems, path))
    scenario, problems = _assemble(
        settings,
        carbon or CarbonSettings(),
        pathway or PathwaySettings(),
        electricity or ElectricitySettings(),
        tables,
        path,
        search,
    )
    pins, wrong_pins = make_pins(tables["pins"], scenario)
    disruptions, idle = make_disruptions(tables["disruptions"], scenario)
    uncertainty, about_nothing = make_uncertainty(tables["uncertainty"], scenario)
    policies, never_order = make_policies(tables["policies"], scenario)
    responses, powerless = make_responses(tables["responses"], scenario)
    timetables, wrong_lanes = make_timetables(tables["timetables"], scenario)
    gates, never_passed = make_gates(tables["gates"], scenario)
    scenario, unmatched = with_credits(scenario)
    problems += unmatched
    problems += wrong_pins + idle + about_nothing + never_order + powerless + wrong_lanes + never_passed
    if problems:
        raise DataError(in_files(problems, path))
    scenario = with_carbon_money(scenario, tables)
    scenario = with_targets(replace(scenario, claims=make_claims(tables, scenario)), tables)
    rules = make_custom_rules(settings.rules, scenario)
    return replace(
        scenario,
        pins=pins,
        custom_rules=rules,
        disruptions=disruptions,
        uncertainty=uncertainty,
        policies=policies,
        responses=responses,
        lanes=within_timetables(scenario.lanes, timetables),
        timetables=timetables,
        gates=gates,
    )


def _assemble(
    settings: ScenarioSettings,
    carbon: CarbonSettings,
    pathway: PathwaySettings,
    electricity: ElectricitySettings,
    tables: Tables,
    path: Path,
    search: Sequence[Path],
) -> tuple[Scenario, list[Problem]]:
    periods = make_periods(settings)
    sites, products = families.make_sites(tables["sites"]), families.make_products(tables["products"])
    site_at, product_at = families.positions(sites.label), families.positions(products.label)
    makes, needs = families.makes_and_needs(tables)
    arises, goes = flow_families.places_of_flows(tables)
    makes, needs = makes | arises | goes, needs | goes
    arc_rows, problems = generate_arcs(tables, makes, needs)
    nodes, node_at = families.make_nodes(makes | needs, arc_rows, site_at, product_at)
    at = families.Positions(site_at, product_at, node_at)
    grid = families.make_grid_factors(tables["grid_factors"], periods)
    lines, line_at = families.make_lines(tables["lines"], site_at, periods)
    operations, recipe = families.make_operations(tables, lines, line_at, sites, node_at)
    problems += completeness.missing_grid_factors(tables, sites, operations, grid)
    if problems:
        raise DataError(in_files(problems, path))
    offers = with_factors(families.make_offers(tables["offers"], at, periods), tables, periods)
    offers = with_markups(offers, tables["offers"], carbon, periods)
    modes = np.array(tables["modes"]["mode"], dtype=object)
    lanes, arcs = families.make_lanes_and_arcs(arc_rows, tables["modes"], sites, products, at, grid, periods)
    hubs, arcs = flow_families.make_hubs(tables["hubs"], at, arcs, periods)
    hubs, arcs = with_energy(hubs, arcs, lanes, tables, grid_of_sites(sites, grid, periods), periods)
    supplies = power_families.make_supplies(
        tables, sites, operations, grid, pathway.levers, electricity, periods
    )
    interventions = families.make_interventions(tables["interventions"], site_at, pathway.levers)
    labels, kinds = interventions.label, interventions.kind
    programmes = make_programmes(tables, labels, sites.label, periods)
    chance = programmes.chance_of(len(labels))
    counts, late_counts = investment.make_counts(
        tables["intervention_counts"], labels, kinds, periods, chance
    )
    budgets, late_budgets = investment.make_budgets(tables["budgets"], labels, kinds, periods)
    targets = Targets(sites, products, nodes, offers, arcs, lines, operations, recipe, supplies, modes, hubs)
    effects, problems = resolve_effects(tables["effects"], interventions, targets)
    cards, wrong_raises = make_scorecards(tables, site_at, labels, periods)
    if wrong_raises:  # thresholds would be enumerated in vain
        raise DataError(in_files(problems + wrong_raises, path))
    offered = quotas.Offered(offers.site, offers.product, sites.label, products.label)
    rules, cards = with_verified(
        *quotas.with_scores(tables, cards, offered, periods, pathway.sourcing),
        tables,
        effects.verifications,
        chance,
        periods,
    )
    rules, unheard = chain_leader.with_requirements(rules, tables, offers, arcs, sites, products)
    problems += unheard + completeness.loads_without_grid(sites, operations, supplies)
    problems += completeness.unreachable_demand(tables, arc_rows)
    demands = families.make_demands(tables["demand"], at, periods)
    problems += lanes_that_serve_alone(tables, demands, arcs, lanes)
    return (
        Scenario(
            settings=settings,
            carbon=carbon,
            pathway=pathway,
            electricity=electricity,
            **power_families.beside_supplies(tables, sites, supplies, electricity, periods),
            periods=periods,
            sites=sites,
            products=products,
            modes=modes,
            nodes=nodes,
            offers=offers,
            lanes=lanes,
            arcs=arcs,
            lines=lines,
            operations=operations,
            recipe=recipe,
            demands=demands,
            supplies=supplies,
            sourcing_rules=rules,
            scorecards=cards,
            impacts=make_impacts(tables, operations),
            offer_tiers=sourcing.make_offer_tiers(tables, offers, periods),
            purchase_limits=read_limits(pathway.change, offers, periods, search),
            interventions=interventions,
            capacity_changes=effects.capacity_changes,
            unlocks=effects.unlocks,
            power_additions=effects.power_additions,
            covers=planned_at_chance(effects.covers, chance),
            programmes=programmes,
            verifications=effects.verifications,
            hubs=hubs,
            stores=flow_families.make_stores(tables["storage"], at),
            returns=flow_families.make_returns(tables["returns"], at, demands, periods),
            disposals=flow_families.make_disposals(tables["disposal"], at, nodes),
            ceilings=flow_families.make_ceilings(
                tables["ceilings"], sites, products, nodes, operations, recipe, periods
            ),
            loans=investment.make_loans(tables["interventions"], periods),
            intervention_counts=counts,
            budgets=budgets,
            tables=tables,
            path=path,
            warnings=(
                *completeness.unusable_offers(offers, arcs, recipe, nodes),
                *completeness.unknown_kinds(pathway.levers, interventions),
                *late_counts,
                *late_budgets,
            ),
        ),
        problems,
    )
