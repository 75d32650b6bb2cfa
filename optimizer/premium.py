"""What matching more of the load costs: the plan solved for one share after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from optimizer.objective_settings import ObjectiveSettings
from optimizer.optimize import needs_reference, optimize, reference_plan
from optimizer.settings import SolverSettings
from scenarios.errors import InfeasibleError
from scenarios.scenario import Scenario

Told = Callable[[int, int], object]

PREMIUM_MEANINGS = {
    "premium_cost_npv": ("currency", "present cost of the plan that matches the share"),
    "premium_per_mwh": ("currency/MWh", "what it costs beyond the plan without a share, per MWh of own load"),
    "premium_matched_share": ("1", "least share matched in any period that the target holds in"),
    "premium_scope2_market": ("tCO2e", "electricity of own sites as contracted, over the horizon"),
    "premium_scope2_location": ("tCO2e", "electricity of own sites, grid average, over the horizon"),
}


def premium_curve(
    scenario: Scenario,
    shares: Sequence[float],
    settings: SolverSettings | None = None,
    reference: xr.Dataset | None = None,
    tell: Told | None = None,
    objective: ObjectiveSettings | None = None,
) -> xr.Dataset:
    """Return cost, premium and emissions of plans by matched share, dimension ``premium_point``.

    Each share is a target in all periods, under the scenario's own matching; what no plan can reach is nan.
    The premium is against the plan without a share, per MWh of the own sites' load, both at present value.

    Parameters
    ----------
    shares : matched shares, 0 to 1. reference : plan of today's chain, solved for where it is needed.
    tell : called with how many plans are solved and how many there are.
    """
    settings = replace(settings or SolverSettings())
    settings.diagnosis = replace(settings.diagnosis, automatic=False)
    if reference is None and needs_reference(scenario):
        reference = reference_plan(scenario, settings)

    def solved(share: float | None) -> xr.Dataset | None:
        asked = replace(scenario.electricity, matched_share=share, premium_curve=[])
        wanted = replace(scenario, electricity=asked)
        try:
            return optimize(wanted, settings, reference, None, objective)
        except InfeasibleError:
            return None

    free, plans = solved(None), []
    for done, share in enumerate(shares, 1):
        plans.append(solved(share))
        if tell is not None:
            tell(done, len(shares))
    own = scenario.sites.owner[scenario.supplies.site] == "own"

    def figures(plan: xr.Dataset | None) -> list[float]:
        if plan is None:
            return [np.nan] * len(PREMIUM_MEANINGS)
        years = plan["years"].to_numpy()
        cost = float(plan["cost_npv"].sum())
        load = float((plan["power"].to_numpy()[own].sum(axis=0) * scenario.periods.discount_yearly).sum())
        extra = np.nan if free is None or load <= 0 else (cost - float(free["cost_npv"].sum())) / load
        emitted = [
            float((plan["emissions"].sel(emission_account=account).to_numpy() * years).sum())
            for account in ("scope2_market", "scope2_location")
        ]
        return [cost, extra, float(plan["matched_share"].min()), *emitted]

    table = np.array([figures(plan) for plan in plans], dtype=float).reshape(-1, len(PREMIUM_MEANINGS))
    data = {
        name: (
            "premium_point",
            values,
            {"units": units.replace("currency", scenario.currency), "long_name": said},
        )
        for (name, (units, said)), values in zip(PREMIUM_MEANINGS.items(), table.T, strict=True)
    }
    unit = {"units": "1", "long_name": "matched share asked for"}
    data["premium_share"] = ("premium_point", np.array(shares, dtype=float), unit)
    matching = scenario.electricity.matching.value
    return xr.Dataset(data, attrs={"premium_matching": matching})


def with_premium_curve(
    plan: xr.Dataset,
    scenario: Scenario,
    settings: SolverSettings,
    reference: xr.Dataset | None = None,
    tell: Told | None = None,
) -> xr.Dataset:
    """Return the plan with the premium curve that ``electricity.premium_curve`` asks for, if it does."""
    shares = scenario.electricity.premium_curve
    if not shares or "premium_share" in plan:
        return plan
    curve = premium_curve(scenario, sorted(set(shares)), settings, reference, tell)
    return plan.merge(curve, combine_attrs="override")
