"""The names that plans share: which variable of a plan is which activity of the ledger.

The optimiser writes plans and the simulation reads them; both take the names from here.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from scenarios.accounts import COST_ACCOUNTS, EMISSION_ACCOUNTS
from scenarios.scenario import Scenario

ACTIVITY_DIMS: dict[str, str] = {
    "purchase": "offer",
    "tier_purchase": "price_tier",
    "tier_used": "price_tier",
    "flow": "arc",
    "use_lane": "opened_lane",
    "trips": "trip_lane",
    "run": "operation",
    "covered": "cover",
    "standing": "line",
    "power": "supply",
    "contract": "supply",
    "contracted": "supply",
    "beyond": "take_or_pay",
    "charged": "charging",
    "certificate_bought": "certificate",
    "certificate_retired": "certificate_lot",
    "claimed": "supply",
    "stock": "store",
    "returned": "return",
    "discard": "disposal",
    "unmet": "demand",
    "delivered": "demand",
    "adopt": "intervention",
    "in_effect": "intervention",
    "indebted": "loan",
    "overrun": "cap",
    "allowance_bought": "market",
    "allowance_sold": "market",
    "bank": "market",
    "declared": "declaration",
    "declared_cut": "declared_cover",
    "at_default": "border_good",
    "border_due": "border_site",
    "taken": "pool_band",
    "offset_bought": "offset",
}
SINCE = ("offset_bought", "beyond", "charged", "certificate_bought")  # plans of old do not have them


def activities_of(plan: xr.Dataset) -> dict[str, NDArray[np.float64]]:
    """Return the plan's activities as arrays (n, T), ready for :meth:`scenarios.ledger.Ledger.price`."""
    return {name: plan[name].to_numpy().astype(float) for name in ACTIVITY_DIMS if name in plan}


def with_every_account(plan: xr.Dataset) -> xr.Dataset:
    """Return a plan with all accounts of today's ledger: those it was made before are empty in it."""
    accounts = {"cost_account": list(COST_ACCOUNTS), "emission_account": list(EMISSION_ACCOUNTS)}
    known = {dim: names for dim, names in accounts.items() if dim in plan.dims}
    none = np.zeros((0, plan.sizes["period"]))
    absent = [name for name in SINCE if name not in plan]  # there were none
    plan = plan.assign({name: ((ACTIVITY_DIMS[name], "period"), none) for name in absent})
    return plan.reindex(known, fill_value=0.0)


def coordinates(scenario: Scenario, caps: list[str]) -> dict[str, tuple[str, NDArray] | NDArray]:
    """Return the coordinates of plan and outcome Datasets: labels of every dimension and what they are."""
    s = scenario

    def site(positions: NDArray[np.int64]) -> NDArray[np.str_]:
        return text(np.where(positions >= 0, s.sites.label[positions], ""))

    def text(values: object) -> NDArray[np.str_]:
        return np.asarray(values, dtype=str)

    product = s.products.label
    return {
        "period": s.periods.start,
        "years": ("period", s.periods.years),
        **({"period_label": ("period", text(s.periods.label))} if s.periods.monthly else {}),
        "discount_yearly": ("period", s.periods.discount_yearly),
        "site": text(s.sites.label),
        "site_name": ("site", text(s.sites.name)),
        "site_role": ("site", text(s.sites.role)),
        "site_region": ("site", text(s.sites.region)),
        "site_owner": ("site", text(s.sites.owner)),
        "site_lat": ("site", s.sites.lat),
        "site_lon": ("site", s.sites.lon),
        "offer": text(s.offers.label),
        "offer_site": ("offer", site(s.offers.site)),
        "offer_product": ("offer", text(product[s.offers.product])),
        "offer_unit": ("offer", text(s.products.unit[s.offers.product])),
        "offer_tier": ("offer", text(s.offers.data_tier)),
        "price_tier": text(s.offer_tiers.label),
        "price_tier_offer": ("price_tier", text(s.offers.label[s.offer_tiers.offer])),
        "arc": text(s.arcs.label),
        "arc_origin": ("arc", site(s.arcs.origin)),
        "arc_destination": ("arc", site(s.arcs.destination)),
        "arc_mode": ("arc", text(s.modes[s.arcs.mode] if len(s.arcs.mode) else [])),
        "arc_product": ("arc", text(product[s.arcs.product])),
        "arc_tonnes_per_unit": ("arc", s.products.tonnes_per_unit[s.arcs.product]),
        "arc_distance_km": ("arc", s.arcs.distance_km),
        "arc_great_circle_km": ("arc", s.arcs.great_circle_km),
        "operation": text(s.operations.label),
        "operation_site": ("operation", site(s.operations.site)),
        "operation_line": (
            "operation",
            text(s.lines.label[s.operations.line] if len(s.operations.line) else []),
        ),
        "operation_process": ("operation", text(s.operations.process)),
        "line": text(s.lines.label),
        "line_site": ("line", site(s.lines.site)),
        "supply": text(s.supplies.label),
        "supply_site": ("supply", site(s.supplies.site)),
        "supply_option": ("supply", text(s.supplies.option)),
        "supply_option_name": ("supply", text(s.supplies.option_name)),
        "supply_kind": ("supply", text(s.supplies.kind)),
        "take_or_pay": text(s.supplies.label[s.supplies.flexible]),
        "charging": text(s.storages.charging_label),
        "certificate": text(s.certificates.label),
        "certificate_lot": text(s.certificates.lot_label),
        "intervention": text(s.interventions.label),
        "intervention_name": ("intervention", text(s.interventions.name)),
        "intervention_kind": ("intervention", text(s.interventions.kind)),
        "intervention_site": ("intervention", site(s.interventions.site)),
        "cover": text(s.covers.label),
        "loan": text(s.loans.label),
        "demand": text(s.demands.label),
        "demand_site": ("demand", site(s.demands.site)),
        "demand_product": ("demand", text(product[s.demands.product])),
        "opened_lane": text(s.lanes.label[s.lanes.opened]),
        "trip_lane": text(s.lanes.label[s.lanes.by_trip]),
        "store": text(s.stores.label),
        "store_site": ("store", site(s.stores.site)),
        "store_product": ("store", text(product[s.stores.product])),
        "return": text(s.returns.label),
        "return_site": ("return", site(s.returns.site)),
        "return_product": ("return", text(product[s.returns.product])),
        "disposal": text(s.disposals.label),
        "disposal_site": ("disposal", site(s.disposals.site)),
        "disposal_product": ("disposal", text(product[s.disposals.product])),
        "cap": text(caps),
        "market": text(s.markets.label),
        "declaration": text(s.borders.declared_label),
        "declared_cover": text(s.borders.cut_label),
        "border_good": text(s.borders.good_label),
        "border_site": text(s.borders.site_label),
        "pool_band": text(s.pools.band_label),
        "offset": text(s.offsets.label),
        "offset_name": ("offset", text(s.offsets.name)),
        "offset_kind": ("offset", text(s.offsets.kind)),
    }
