"""What a plan says of targets, labels, factory statuses, parks and basins, as variables of its Dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from scenarios.accounts import total_accounts
from scenarios.factory_status import make_statuses, site_statuses
from scenarios.impacts import UNITS, drawn_by_site, impact_coefficients
from scenarios.labels import labels_of_delivered
from scenarios.plans import activities_of
from scenarios.target_rows import with_target_rules
from scenarios.targets import held_limits, missed, target_terms, target_values
from scenarios.tasks import task_coverage

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Variable = tuple[tuple[str, ...], NDArray, dict[str, str]]  # dimensions, values, attributes


def with_programme_results(
    plan: xr.Dataset, scenario: Scenario, ledger: Ledger, reference: xr.Dataset | None
) -> xr.Dataset:
    """Return the plan with its figures of targets, labels, statuses, parks and basins, where there are any.

    ``target_value``, ``target_limit``, ``target_missed`` (target, period), ``site_energy``, ``site_water``
    (site, period), ``site_status`` (status, site, period), ``offer_label`` (offer, period),
    ``demand_footprint``, ``demand_label`` (demand, period), ``basin_water``, ``basin_limit`` (basin, period);
    attribute ``tasks_json``.

    `reference` : plan of today's chain, whose figures are baselines. Raises KeyError when one is needed and
    there is none.
    """
    activities = activities_of(plan)
    found = (
        _targets(scenario, ledger, activities, reference)
        | _drawn(scenario, activities)
        | _statuses(scenario, ledger, activities)
        | _labels(plan, scenario)
        | _basins(scenario, activities)
    )
    plan = plan.assign(found).assign_coords(_coordinates(scenario))
    plan.attrs["tasks_json"] = json.dumps(task_coverage(scenario), ensure_ascii=False)
    return plan


def _text(values: object) -> NDArray[np.str_]:
    return np.asarray(values, dtype=str)


def _coordinates(scenario: Scenario) -> dict[str, object]:
    targets, impacts = scenario.targets, scenario.impacts
    found: dict[str, object] = {}
    about = scenario.tables["interventions"].drop_duplicates("intervention")["life_cycle"]
    if any(about):
        found["intervention_life_cycle"] = ("intervention", _text(["; ".join(names) for names in about]))
    if len(targets.label):
        found["target"] = _text(targets.label)
        for name in ("name", "programme", "measure", "kind", "unit"):
            found[f"target_{name}"] = ("target", _text(getattr(targets, name)))
        found["target_enforced"] = ("target", targets.enforce.astype(int))
    for name, values in (("park", impacts.park), ("basin", impacts.basin)):
        if (values != "").any():
            found[f"site_{name}"] = ("site", _text(values))
    if len(scenario.factory_scores):
        found["status"] = _text(list(scenario.factory_scores.criteria))
    if len(scenario.basin_rules.label):
        found["basin"] = _text(_basin_names(scenario))
    return found


def _targets(
    scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats], reference: xr.Dataset | None
) -> dict[str, Variable]:
    targets, periods = scenario.targets, scenario.periods
    if not len(targets.label):
        return {}
    today = None if reference is None else activities_of(reference)
    _, limits = with_target_rules(scenario, ledger, today)
    values = target_values(target_terms(scenario, ledger), activities, len(periods))
    held = held_limits(targets, limits, values, periods)
    dims = ("target", "period")
    return {
        "target_value": (dims, values, {"units": "see target_unit", "long_name": "what the target measures"}),
        "target_limit": (
            dims,
            held,
            {"units": "see target_unit", "long_name": "limit; NaN where there is none"},
        ),
        "target_missed": (
            dims,
            missed(targets, held, values).astype(float),
            {"units": "0 or 1", "long_name": "the plan misses the target"},
        ),
    }


def _drawn(scenario: Scenario, activities: Mapping[str, Floats]) -> dict[str, Variable]:
    impacts = scenario.impacts
    told = impacts.fuel.any() or impacts.water.any() or (impacts.park != "").any()
    if not told:
        return {}
    return {
        f"site_{impact}": (
            ("site", "period"),
            drawn_by_site(scenario, impact, activities),
            {"units": unit, "long_name": f"{impact} drawn by the site"},
        )
        for impact, unit in UNITS.items()
    }


def _statuses(scenario: Scenario, ledger: Ledger, activities: Mapping[str, Floats]) -> dict[str, Variable]:
    if not len(scenario.factory_scores):
        return {}
    reached = site_statuses(make_statuses(scenario, ledger), activities).astype(float)
    attributes = {"units": "0 or 1", "long_name": "the site has the status"}
    return {"site_status": (("status", "site", "period"), reached, attributes)}


def _labels(plan: xr.Dataset, scenario: Scenario) -> dict[str, Variable]:
    labels, products = scenario.labels, scenario.products.label
    if not len(labels.label):
        return {}
    accounts = list(total_accounts(scenario.carbon.scope2))
    emitted = plan["serve_emissions"].sel(emission_account=accounts).sum("emission_account")
    footprint, earned = labels_of_delivered(
        labels,
        products[scenario.demands.product],
        emitted.transpose("demand", "period").to_numpy(),
        plan["delivered"].transpose("demand", "period").to_numpy(),
    )
    offered = np.array(
        [
            labels.of(str(products[p]), each)
            for p, each in zip(scenario.offers.product, scenario.offers.booked_footprint, strict=True)
        ],
        dtype=object,
    ).reshape(scenario.offers.footprint.shape)
    return {
        "offer_label": (("offer", "period"), _text(offered), {"long_name": "label class of the footprint"}),
        "demand_footprint": (
            ("demand", "period"),
            footprint,
            {"units": "tCO2e/unit", "long_name": "emitted along the way of one unit delivered"},
        ),
        "demand_label": (
            ("demand", "period"),
            _text(earned),
            {"long_name": "label class of what is delivered"},
        ),
    }


def _basin_names(scenario: Scenario) -> list[str]:
    return list(dict.fromkeys(scenario.basin_rules.about.tolist()))


def _basins(scenario: Scenario, activities: Mapping[str, Floats]) -> dict[str, Variable]:
    rules, periods = scenario.basin_rules, len(scenario.periods)
    if not len(rules.label):
        return {}
    drawn = []
    for name in _basin_names(scenario):
        per_unit = impact_coefficients(scenario, "water", scenario.impacts.basin == name)
        drawn.append(
            sum(((activities[a] * each).sum(axis=0) for a, each in per_unit.items()), np.zeros(periods))
        )
    dims = ("basin", "period")
    return {
        "basin_water": (dims, np.array(drawn), {"units": "m3/year", "long_name": "drawn from the basin"}),
        "basin_limit": (
            dims,
            rules.upper.reshape(-1, periods),
            {"units": "m3/year", "long_name": "most that may be drawn"},
        ),
    }
