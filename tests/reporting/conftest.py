"""A made-up but contract-conform plan, reference and outcome, built from plain numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from scenarios import accounts
from simulation.service import service_of
from simulation.statistics import wilson_interval
from simulation.tails import accounts_of, tails_of
from tests.reporting.in_browser import CHROMIUM

SITES = [
    # label, name, role, owner, lat, lon
    ("tangshan", "Tangshan mill", "plant", "own", 39.63, 118.18),
    ("benxi", "Benxi mill", "plant", "own", 41.29, 123.77),
    ("tj_base", "Tianjin base", "scrap_base", "own", 39.08, 117.20),
    ("cc_base", "Changchun base", "scrap_base", "own", 43.88, 125.32),
    ("beijing", "Beijing collection", "collection", "partner", 39.90, 116.41),
    ("qianan_ore", "Qian'an ore", "supplier", "partner", 40.00, 118.70),
    ("hbi_port", "Caofeidian HBI", "supplier", "partner", 38.95, 118.45),
    ("shenyang", "Shenyang market", "customer", "partner", 41.80, 123.43),
]
ARCS = [
    # origin, destination, mode, product, first-year t, last-year t, km
    ("qianan_ore", "tangshan", "rail", "ore", 9.6e6, 6.0e6, 85),
    ("qianan_ore", "benxi", "rail", "ore", 4.8e6, 3.9e6, 560),
    ("qianan_ore", "tangshan", "road_diesel", "ore", 1.1e6, 0.0, 92),
    ("hbi_port", "tangshan", "rail", "hbi", 0.0, 1.6e6, 110),
    ("beijing", "tj_base", "road_diesel", "scrap", 0.5e6, 0.2e6, 140),
    ("beijing", "tj_base", "road_electric", "scrap", 0.0, 0.9e6, 140),
    ("tj_base", "tangshan", "road_diesel", "scrap", 0.5e6, 0.3e6, 96),
    ("tj_base", "tangshan", "road_electric", "scrap", 0.0, 0.8e6, 96),
    ("cc_base", "benxi", "road_diesel", "scrap", 0.3e6, 0.9e6, 98),
    ("tangshan", "shenyang", "road_diesel", "steel", 5.9e6, 2.1e6, 690),
    ("tangshan", "shenyang", "rail", "steel", 1.1e6, 5.2e6, 720),
    ("benxi", "shenyang", "road_diesel", "steel", 3.1e6, 3.4e6, 82),
]
COST_ACCOUNTS = list(accounts.COST_ACCOUNTS)
EMISSION_ACCOUNTS = list(accounts.EMISSION_ACCOUNTS)
INTERVENTIONS = [
    # label, name, kind, site, decided (period index), active from
    ("tj_phase2", "Tianjin base, phase II", "scrap base phase", "tj_base", 1, 2),
    ("cc_phase1", "Changchun base, phase I", "scrap base phase", "cc_base", 0, 1),
    ("eaf_ts", "Electric arc furnace, Tangshan", "electric arc furnace", "tangshan", 3, 5),
    ("one_percent", "One Percent programme", "efficiency", "", 0, 0),
    ("etrucks", "E-truck fleet, Tianjin", "electric trucks", "tj_base", 2, 2),
    ("ccus", "Carbon capture, Benxi", "carbon capture", "benxi", -1, -1),
]
SUPPLIES = [
    ("tangshan", "grid"),
    ("tangshan", "certificate"),
    ("tangshan", "ppa"),
    ("benxi", "grid"),
    ("benxi", "onsite"),
]
OFFERS = [
    ("qianan_ore", "ore", "supplier"),
    ("hbi_port", "hbi", "sector"),
    ("beijing", "scrap", "national"),
    ("cc_base", "scrap", "own"),
]


def ramp(first: float, last: float, periods: int) -> np.ndarray:
    return np.linspace(first, last, periods)


def _emissions(periods: int, last: float) -> np.ndarray:
    """Emissions by account, t a year: straight lines that end at about `last` times the start."""
    named = {
        "scope1": (22.0e6, 1.0),
        "scope2_location": (3.4e6, 1.3),
        "scope2_market": (3.2e6, 0.8),
        "scope3_purchased_goods": (6.1e6, 1.15),
        "scope3_upstream_transport_ttw": (0.42e6, 1.0),
        "scope3_upstream_transport_wtt": (0.11e6, 1.0),
        "scope3_downstream_transport_ttw": (0.31e6, 1.05),
        "scope3_downstream_transport_wtt": (0.08e6, 1.05),
    }
    start, pace = np.array([named.get(account, (0.0, 1.0)) for account in EMISSION_ACCOUNTS]).T
    end = start * (last * pace)
    return np.linspace(start, end, periods).T


def build_plan(  # noqa: PLR0913, PLR0917 - a case is many numbers
    periods: int = 11,
    last: float = 0.58,
    cap: bool = True,
    arcs: list[tuple[Any, ...]] | None = None,
    sites: list[tuple[Any, ...]] | None = None,
    titles: dict[str, str] | None = None,
    adopt: bool = True,
    cost_factor: float = 1.02,
    gap: float = 0.004,
    years: int = 1,
    **attrs: Any,
) -> xr.Dataset:
    """Build one Dataset of the contract.

    Parameters
    ----------
    last : emissions of the last year as a share of the first.
    """
    sites = SITES if sites is None else sites
    arcs = ARCS if arcs is None else arcs
    start = 2025 + years * np.arange(periods)
    discount = 1.06 ** -(start - 2025.0)
    emissions = _emissions(periods, last)
    paid = {"purchase": 30e9, "production": 14e9, "freight": 2.1e9, "electricity": 2.6e9, "fixed": 4e9}
    paid["carbon_price"] = 0.4e9
    yearly = [paid.get(account, 0.0) for account in COST_ACCOUNTS]
    cost = np.outer(yearly, np.full(periods, cost_factor * years))
    if adopt:
        cost[COST_ACCOUNTS.index("capex"), : min(4, periods)] = 1.9e9
        cost[COST_ACCOUNTS.index("residual_value"), -1] = -2.2e9
        cost[COST_ACCOUNTS.index("programme")] = 0.12e9 * years
    labels = {s[0] for s in sites}
    own_share = np.array([1.0 if s[2] == "plant" else 0.02 for s in sites])
    own_share = own_share / own_share.sum() if len(sites) else own_share
    n_interventions = len(INTERVENTIONS)
    adopted = np.zeros((n_interventions, periods))
    active = np.zeros((n_interventions, periods))
    savings = np.zeros((n_interventions, len(EMISSION_ACCOUNTS), periods))
    if adopt:
        for i, (_, _, kind, _, decided, since) in enumerate(INTERVENTIONS):
            if 0 <= decided < periods:
                adopted[i, decided] = 1
                active[i, since:] = 1
            if kind == "efficiency":
                savings[i, 0] = active[i] * 0.9e6
            if kind == "electric trucks":
                savings[i, EMISSION_ACCOUNTS.index("scope3_upstream_transport_ttw")] = active[i] * 0.03e6
    chosen = [o for o in OFFERS if o[0] in labels]
    supplies = [s for s in SUPPLIES if s[0] in labels]
    power_first = np.array([3.0e6, 0.0, 0.0, 1.6e6, 0.0])[: len(supplies)]
    power_last = (
        np.array([1.9e6, 0.8e6, 2.4e6, 1.1e6, 0.3e6])[: len(supplies)] if adopt else power_first * 1.1
    )
    flow = np.array([ramp(a[4], a[5] if adopt else a[4], periods) for a in arcs]).reshape(len(arcs), periods)
    demand = np.array([ramp(10.1e6, 10.7e6, periods)])
    total = emissions.sum(axis=0) - emissions[1]
    limit = np.array([total[0] * np.linspace(1.0, last * 1.02, periods)]) if cap else np.empty((0, periods))
    npv = cost @ discount

    ds = xr.Dataset(
        {
            "purchase": (
                ("offer", "period"),
                np.array([ramp(14e6, 10e6, periods)] * len(chosen)).reshape(-1, periods),
            ),
            "flow": (("arc", "period"), flow),
            "run": (("operation", "period"), np.array([ramp(9e6, 5e6, periods), ramp(1e6, 5.5e6, periods)])),
            "covered": (("cover", "period"), np.zeros((0, periods))),
            "power": (("supply", "period"), np.linspace(power_first, power_last, periods).T),
            "contract": (("supply", "period"), np.zeros((len(supplies), periods))),
            "contracted": (("supply", "period"), np.zeros((len(supplies), periods))),
            "adopt": (("intervention", "period"), adopted),
            "in_effect": (("intervention", "period"), active),
            "delivered": (("demand", "period"), demand),
            "unmet": (("demand", "period"), demand * 0),
            "required": (("demand", "period"), demand),
            "standing": (("line", "period"), np.full((2, periods), 11e6)),
            "cost": (("cost_account", "period"), cost),
            "cost_npv": (("cost_account",), npv),
            "emissions": (("emission_account", "period"), emissions),
            "site_cost": (("cost_account", "site", "period"), cost[:, None, :] * own_share[None, :, None]),
            "site_emissions": (
                ("emission_account", "site", "period"),
                emissions[:, None, :] * own_share[None, :, None],
            ),
            "intervention_savings": (("intervention", "emission_account", "period"), savings),
            "cap_limit": (("cap", "period"), limit),
            "cap_emissions": (("cap", "period"), np.array([total]) if cap else limit),
            "dual_cap_respected": (("cap", "period"), np.full_like(limit, 240.0)),
        },
        coords={
            "period": start,
            "years": ("period", np.full(periods, years)),
            "offer": [f"{o[0]}:{o[1]}" for o in chosen],
            "offer_site": ("offer", [o[0] for o in chosen]),
            "offer_product": ("offer", [o[1] for o in chosen]),
            "offer_tier": ("offer", [o[2] for o in chosen]),
            "arc": [f"{a[0]}>{a[1]}|{a[2]}|{a[3]}" for a in arcs],
            "arc_origin": ("arc", [a[0] for a in arcs]),
            "arc_destination": ("arc", [a[1] for a in arcs]),
            "arc_mode": ("arc", [a[2] for a in arcs]),
            "arc_product": ("arc", [a[3] for a in arcs]),
            "arc_distance_km": ("arc", np.array([a[6] for a in arcs], dtype=float)),
            "arc_great_circle_km": ("arc", np.array([a[6] / 1.3 for a in arcs], dtype=float)),
            "operation": ["ts_bof:bof", "ts_eaf:eaf"],
            "operation_site": ("operation", ["tangshan", "tangshan"]),
            "operation_line": ("operation", ["ts_bof", "ts_eaf"]),
            "operation_process": ("operation", ["bof_steel", "eaf_steel"]),
            "supply": [f"{s[0]}:{s[1]}" for s in supplies],
            "supply_site": ("supply", [s[0] for s in supplies]),
            "supply_option": ("supply", [s[1] for s in supplies]),
            "supply_kind": ("supply", [s[1] for s in supplies]),
            "intervention": [i[0] for i in INTERVENTIONS],
            "intervention_name": ("intervention", [i[1] for i in INTERVENTIONS]),
            "intervention_kind": ("intervention", [i[2] for i in INTERVENTIONS]),
            "intervention_site": ("intervention", [i[3] for i in INTERVENTIONS]),
            "demand": ["shenyang:steel"],
            "demand_site": ("demand", ["shenyang"]),
            "demand_product": ("demand", ["steel"]),
            "line": ["ts_bof", "ts_eaf"],
            "site": [s[0] for s in sites],
            "site_name": ("site", [s[1] for s in sites]),
            "site_role": ("site", [s[2] for s in sites]),
            "site_owner": ("site", [s[3] for s in sites]),
            "site_region": ("site", ["north"] * len(sites)),
            "site_lat": ("site", np.array([s[4] for s in sites], dtype=float)),
            "site_lon": ("site", np.array([s[5] for s in sites], dtype=float)),
            "cost_account": COST_ACCOUNTS,
            "emission_account": EMISSION_ACCOUNTS,
            "cap": ["total"] if cap else np.array([], dtype=str),
        },
    )
    ds.attrs = {
        "scenario": "synthetic",
        "title": "Made-up steel chain",
        "company": "Example Steel",
        "pathway": "capped",
        "pathway_title": "A falling cap",
        "currency": "CNY",
        "status": "optimal",
        "termination": "gap reached",
        "objective": float(npv.sum()),
        "bound": float(npv.sum() * (1 - gap)),
        "gap": gap,
        "variables": 1200,
        "constraints": 900,
        "nonzeros": 4100,
        "binaries": 66,
        "build_seconds": 0.3,
        "solve_seconds": 4.2,
        "baseline_emissions": float(total[0]),
        "base_year": 2025,
        "discount_rate": 0.06,
        "scope2": "market",
        "main_cap": "total" if cap else "",
        "demo_data": 1,
        "data_quality_json": json.dumps(
            {"offers": {"measured": 1, "published": 2, "estimated": 5}, "sites": {"published": 8}}
        ),
        **(titles or {}),
        **attrs,
    }
    return ds


def build_outcome(plan: xr.Dataset, trials: int = 200, spread: float = 0.03, seed: int = 7) -> xr.Dataset:
    """Draw made-up trials around a plan; shapes and summaries follow the contract."""
    rng = np.random.default_rng(seed)
    periods = plan.sizes["period"]
    emissions = plan["emissions"].values
    noise = (
        1 + spread * rng.standard_normal((trials, 1, 1)) + 0.01 * rng.standard_normal((trials, 1, periods))
    )
    drawn = emissions[None] * noise
    total = drawn.sum(axis=1) - drawn[:, 1]
    limit = plan["cap_limit"].values
    missed = (
        total[:, None, :] > limit[None] * (1 + 1e-9)
        if plan.sizes["cap"]
        else np.zeros((trials, 0, periods), bool)
    )
    share = missed.mean(axis=0)
    z = 1.96
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    required = np.broadcast_to(plan["required"].values, (trials, *plan["required"].shape))
    fill = np.clip(1 - 0.01 * np.abs(rng.standard_normal((trials, periods))), 0, 1)
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    cost = plan["cost"].values[None] * (1 + 0.02 * rng.standard_normal((trials, 1, 1)))
    outcome = xr.Dataset(
        {
            "cost": (("trial", "cost_account", "period"), cost),
            "cost_npv": (("trial",), cost.sum(axis=(1, 2)) * 0.75),
            "emissions": (("trial", "emission_account", "period"), drawn),
            "cap_emissions": (
                ("trial", "cap", "period"),
                np.repeat(total[:, None], plan.sizes["cap"], axis=1),
            ),
            "cap_missed": (("trial", "cap", "period"), missed),
            "delivered": (("trial", "demand", "period"), required * fill[:, None]),
            "required": (("trial", "demand", "period"), required),
            "fill_rate": (("trial", "period"), fill),
            "chance_of_missing": (("cap", "period"), share),
            "chance_low": (("cap", "period"), np.maximum(centre - half, 0)),
            "chance_high": (("cap", "period"), np.minimum(centre + half, 1)),
            "emissions_quantile": (("quantile", "period"), np.quantile(total, levels, axis=0)),
            "plan_emissions": (
                ("period",),
                plan["emissions"].values.sum(axis=0) - plan["emissions"].values[1],
            ),
        },
        coords={
            "period": plan["period"],
            "cap": plan["cap"],
            "cost_account": plan["cost_account"],
            "emission_account": plan["emission_account"],
            "demand": plan["demand"],
            "quantile": levels,
        },
        attrs={
            "trials": trials,
            "seed": 42,
            "stopping_rule": "200 trials",
            "twin_max_relative_error": 3e-12,
            "simulate_seconds": 6.1,
            "uncertainty_json": json.dumps({"demand": {"yearly_sd": 0.03}, "breakdowns": True}),
        },
    )
    return read_further(outcome, plan)


def read_further(outcome: xr.Dataset, plan: xr.Dataset) -> xr.Dataset:
    """Add what the simulation itself reads from its trials."""
    outcome["years"] = plan["years"]
    for name, units in (("cost", "CNY"), ("cost_npv", "CNY"), ("emissions", "tCO2e/year")):
        outcome[name].attrs["units"] = units
    missed, trials = outcome["cap_missed"].values, outcome.sizes["trial"]
    for name, dims, ever in (
        ("chance_ever", ("cap",), missed.any(axis=2)),
        ("chance_any", (), missed.any(axis=(1, 2))),
    ):
        ends = (ever.mean(axis=0), *wilson_interval(ever.sum(axis=0), trials))
        for end, values in zip(("", "_low", "_high"), ends, strict=True):
            outcome[name + end] = (dims, values)
    pairs = zip(outcome["required"].values, outcome["delivered"].values, strict=True)
    served = [SimpleNamespace(required=asked, delivered=given) for asked, given in pairs]
    counted = [a for a in outcome["emission_account"].values if a != "scope2_location"]
    outcome = outcome.assign(service_of(served, 0.95)).assign(accounts_of(outcome, 0.95))
    kept = {name: v for name, v in tails_of(outcome, counted, 0.95).items() if name != "emissions_quantile"}
    return outcome.assign(kept)


def add_studies(outcome: xr.Dataset) -> xr.Dataset:
    """Add a made-up ladder of three rungs and the loss of two sites."""
    sources = ["yearly demand", "line breakdowns", "all together"]
    rungs = {
        "cost_added": [2e6, 5e6, 8e6],
        "cost_sd": [3e6, 1e6, 4e6],
        "emissions_added": [-100.0, 400.0, 350.0],
        "emissions_sd": [900.0, 100.0, 950.0],
        "service_added": [-0.001, -0.012, -0.02],
        "service_sd": [0.001, 0.004, 0.006],
        "service_worst": [0.99, 0.97, 0.955],
        "chance_any": [0.5, 0.2, 0.65],
        "chance_any_low": [0.43, 0.15, 0.58],
        "chance_any_high": [0.57, 0.26, 0.71],
    }
    rungs |= {f"{n}_low": [v - abs(v) / 5 for v in rungs[n]] for n in list(rungs) if n.endswith("added")}
    rungs |= {f"{n}_high": [v + abs(v) / 5 for v in rungs[n]] for n in list(rungs) if n.endswith("added")}
    outcome = outcome.assign_coords(
        source=sources, disrupted=["tangshan", "qianan_ore"], kept=["shenyang:steel", "far:steel"]
    )
    stocks = {
        "stock_now": [14.0, 14.0],
        "stock_more": [-3.25, np.inf],
        "stock_more_units": [-90_000.0, np.inf],
        "served_now": [0.999, 0.91],
        "served_then": [0.982, 0.96],
    }
    sites = {
        "days_to_survive": [24.0, np.inf],
        "days_to_recover": [61.0, 0.0],
        "outage_cost": [7e6, -1e5],
        "outage_emissions": [800.0, -2.0],
        "outage_undelivered": [12_000.0, 0.0],
    }
    return outcome.assign(
        {f"ladder_{name}": ("source", values) for name, values in rungs.items()}
        | {name: ("disrupted", values) for name, values in sites.items()}
        | {name: ("kept", values) for name, values in stocks.items()}
    ).assign_attrs(resilience_year=2025, resilience_days=30, resilience_service=0.95, service_target=0.98)


@pytest.fixture(scope="session")
def with_studies() -> Callable[[xr.Dataset], xr.Dataset]:
    """Give the function that adds a ladder and the loss of sites to an outcome."""
    return add_studies


@pytest.fixture(scope="session")
def make_plan() -> Callable[..., xr.Dataset]:
    """Give the factory of plans."""
    return build_plan


@pytest.fixture(scope="session")
def make_outcome() -> Callable[..., xr.Dataset]:
    """Give the factory of outcomes."""
    return build_outcome


@pytest.fixture(scope="session")
def plan() -> xr.Dataset:
    """A capped plan over 11 years."""
    return build_plan()


@pytest.fixture(scope="session")
def reference() -> xr.Dataset:
    """Its reference: nothing new, no cap, emissions drift up."""
    return build_plan(
        last=1.06, cap=False, adopt=False, cost_factor=1.0, gap=0.0, pathway="as_is", pathway_title="As is"
    )


@pytest.fixture(scope="session")
def outcome(plan: xr.Dataset) -> xr.Dataset:
    """Two hundred trials of the capped plan."""
    return build_outcome(plan)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: the page was not opened"
    )
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()
