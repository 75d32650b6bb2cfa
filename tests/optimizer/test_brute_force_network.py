"""Random small networks against brute force: every lane, load, hub and supplier decision, one by one.

Two suppliers reach one or two customers directly or by a hub. The enumeration shares no code with the
model: it writes each choice as a linear program of its own and keeps the cheapest.
"""

from itertools import product
from math import ceil

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from optimizer import SolverSettings, optimize
from optimizer.settings import DiagnosisSettings
from scenarios import DataError, InfeasibleError
from tests.optimizer.small_tables import scenario_of

EXACT = SolverSettings(mip_gap=0.0, diagnosis=DiagnosisSettings(automatic=False))
QUICK = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LONG = settings(QUICK, max_examples=400, derandomize=False)
PAYLOAD = 15
ORIGINS = ("s0", "s1")


@st.composite
def cases(draw):
    """Lanes with whole decisions on at most three of them, offers, customers and perhaps a hub."""
    customers = [
        {
            "site": f"c{c}",
            "quantity": draw(st.integers(10, 40)),
            "shortage": draw(st.sampled_from([None, 12, 60])),
            "single": draw(st.booleans()),
        }
        for c in range(draw(st.integers(1, 2)))
    ]
    offers = [
        {
            "price": draw(st.integers(5, 15)),
            "capacity": draw(st.sampled_from([None, 25, 50])),
            "minimum_order": draw(st.sampled_from([0, 0, 15, 25])),
        }
        for _ in ORIGINS
    ]
    ways = [(origin, customer["site"]) for origin in ORIGINS for customer in customers]
    hub = None
    if draw(st.sampled_from([True, True, False])):
        hub = {
            "handling": draw(st.integers(0, 2)),
            "capacity": draw(st.sampled_from([None, 12, 30])),
            "consolidation": draw(st.sampled_from([0.0, 0.5])),
            "opening": draw(st.sampled_from([None, 30, 150])),
        }
        ways = [(ORIGINS[0], "hub"), *[("hub", customer["site"]) for customer in customers], *ways[1:]]
    decided = draw(st.lists(st.sampled_from(range(len(ways))), max_size=3, unique=True))
    lanes = []
    for number, (origin, destination) in enumerate(ways):
        kind = draw(st.sampled_from(["fixed", "minimum", "both", "trips"])) if number in decided else ""
        lanes.append(
            {
                "origin": origin,
                "destination": destination,
                "cost": draw(st.integers(0, 3 if "hub" in (origin, destination) else 9)),
                "fixed_cost": draw(st.integers(10, 90)) if kind in ("fixed", "both") else 0,
                "minimum": draw(st.integers(15, 40)) if kind in ("minimum", "both") else 0,
                "trips": kind == "trips",
                "capacity": draw(st.sampled_from([None, None, 30])),
            }
        )
    if hub and any(lane["trips"] for lane in lanes if lane["origin"] == "hub"):
        hub["consolidation"] = 0.0  # consolidation fills vehicles: both are refused
    most = draw(st.sampled_from([None, None, 1]))
    return customers, offers, hub, lanes, most


def as_scenario(customers, offers, hub, lanes, most):
    """Return the case as a scenario."""
    places = [*[(s, "supplier") for s in ORIGINS], *[(c["site"], "customer") for c in customers]]
    rows = {
        "sites": [
            {"site": site, "role": role, "lat": 40 + k, "lon": 118, "region": "north"}
            for k, (site, role) in enumerate([*places, *([("hub", "hub")] if hub else [])])
        ],
        "products": [{"product": "ore"}],
        "modes": [{"mode": "road", "cost_per_tkm": 0, "payload_t": PAYLOAD}],
        "offers": [
            {"offer": f"o{o}", "site": ORIGINS[o], "product": "ore", "footprint": 0}
            | {name: offer[name] for name in ("price", "capacity", "minimum_order")}
            for o, offer in enumerate(offers)
        ],
        "lanes": [
            {"mode": "road", "products": "ore", "whole_vehicles": "yes" if lane["trips"] else "no"}
            | {name: lane[name] for name in ("origin", "destination", "cost", "fixed_cost", "minimum")}
            | {"capacity": max(lane["capacity"], lane["minimum"]) if lane["capacity"] else None}
            for lane in lanes
        ],
        "demand": [
            {
                "site": customer["site"],
                "product": "ore",
                "quantity": customer["quantity"],
                "shortage_cost": customer["shortage"],
                "single_source": "yes" if customer["single"] else "no",
            }
            for customer in customers
        ],
        "sourcing_rules": [{"rule": "few", "product": "ore", "maximum_count": most}] if most else [],
    }
    if hub:
        rows["hubs"] = [
            {
                "site": "hub",
                "capacity": hub["capacity"],
                "handling_cost": hub["handling"],
                "consolidation": hub["consolidation"],
                "locked": "no" if hub["opening"] is None else "yes",
            }
        ]
        if hub["opening"] is not None:
            rows["interventions"] = [
                {"intervention": "open", "kind": "hub", "capex": hub["opening"], "life_years": 1}
            ]
            rows["effects"] = [{"intervention": "open", "effect": "opens_hub", "site": "hub"}]
    return scenario_of(rows)


def brute_force(customers, offers, hub, lanes, most):
    """Return the least cost over all whole decisions, inf where none is possible."""
    total, best = sum(customer["quantity"] for customer in customers), np.inf
    loads = []
    for lane in lanes:
        if lane["trips"]:
            loads.append(range(ceil(total / PAYLOAD) + 1))
        else:
            loads.append((0, 1) if lane["fixed_cost"] or lane["minimum"] else (1,))
    serving = [
        [k for k, lane in enumerate(lanes) if lane["destination"] == customer["site"]]
        if customer["single"]
        else [None]
        for customer in customers
    ]
    hub_open = (False, True) if hub and hub["opening"] is not None else (bool(hub),)
    ordering = [(False, True) if offer["minimum_order"] or most else (True,) for offer in offers]
    for ordered in product(*ordering):
        if most and sum(ordered) > most:
            continue
        for opened, load, served in product(hub_open, product(*loads), product(*serving)):
            best = min(best, cheapest((customers, offers, hub, lanes), ordered, opened, load, served))
    return best


def cheapest(case, ordered, opened, load, served):
    """Return the cost of the best flows (lane) and shortages (customer) under one choice."""
    customers, offers, hub, lanes = case
    count, size = len(lanes), len(lanes) + len(customers)
    cost, bounds, paid = np.zeros(size), [], 0.0
    for k, (lane, chosen) in enumerate(zip(lanes, load, strict=True)):
        from_hub = lane["origin"] == "hub"
        freight = lane["cost"] * (1 - hub["consolidation"] if from_hub else 1)
        most = max(lane["capacity"], lane["minimum"]) if lane["capacity"] else 1000
        cost[k] = hub["handling"] if from_hub else offers[ORIGINS.index(lane["origin"])]["price"]
        if lane["trips"]:
            paid += freight * PAYLOAD * chosen
            most = min(most, PAYLOAD * chosen)
        else:
            cost[k] += freight
            paid += lane["fixed_cost"] * chosen
            most *= chosen
        least = 0 if lane["trips"] else lane["minimum"] * chosen
        for customer, only in zip(customers, served, strict=True):
            if lane["destination"] == customer["site"] and only not in (None, k):
                most = 0
        if from_hub and not opened:
            most = 0
        if least > most:
            return np.inf
        bounds.append((least, most))
    for c, customer in enumerate(customers):
        cost[count + c] = customer["shortage"] or 0
        bounds.append((0, 0 if customer["shortage"] is None else customer["quantity"]))
    balance, need, upper, right = _rows(case, ordered)
    if opened and hub["opening"]:
        paid += hub["opening"]
    found = linprog(cost, A_ub=np.array(upper), b_ub=right, A_eq=np.array(balance), b_eq=need, bounds=bounds)
    return found.fun + paid if found.status == 0 else np.inf


def _rows(case, ordered):
    """Return balances, their needs, rows at most and their right sides: customers, offers, the hub."""
    customers, offers, hub, lanes = case
    none = [0.0] * len(customers)

    def lanes_where(end, site):
        return np.array([float(lane[end] == site) for lane in lanes] + none)

    balance, need, upper, right = [], [], [], []
    for c, customer in enumerate(customers):
        row = lanes_where("destination", customer["site"])
        row[len(lanes) + c] = 1
        balance.append(row)
        need.append(customer["quantity"])
    for origin, offer, used in zip(ORIGINS, offers, ordered, strict=True):
        row = lanes_where("origin", origin)
        upper += [row, -row]
        largest = 1000 if offer["capacity"] is None else offer["capacity"]
        right += [largest * used, -offer["minimum_order"] * used]
    if hub:
        leaving = lanes_where("origin", "hub")
        balance.append(leaving - lanes_where("destination", "hub"))
        need.append(0)
        upper.append(leaving)
        right.append(1000 if hub["capacity"] is None else hub["capacity"])
    return balance, need, upper, right


# Without its presolve rule for doubleton equations HiGHS 1.15.1 finds no plan here; 933 is the least.
PRESOLVED_WRONGLY = (
    [
        {"site": "c0", "quantity": 16, "shortage": None, "single": False},
        {"site": "c1", "quantity": 37, "shortage": None, "single": True},
    ],
    [
        {"price": 14, "capacity": None, "minimum_order": 15},
        {"price": 11, "capacity": 50, "minimum_order": 15},
    ],
    {"handling": 0, "capacity": 30, "consolidation": 0.0, "opening": 150},
    [
        {
            "origin": "s0",
            "destination": "hub",
            "cost": 1,
            "fixed_cost": 0,
            "minimum": 0,
            "trips": True,
            "capacity": None,
        },
        {
            "origin": "hub",
            "destination": "c0",
            "cost": 2,
            "fixed_cost": 0,
            "minimum": 0,
            "trips": False,
            "capacity": 30,
        },
        {
            "origin": "hub",
            "destination": "c1",
            "cost": 3,
            "fixed_cost": 0,
            "minimum": 15,
            "trips": False,
            "capacity": None,
        },
        {
            "origin": "s0",
            "destination": "c1",
            "cost": 3,
            "fixed_cost": 64,
            "minimum": 27,
            "trips": False,
            "capacity": None,
        },
        {
            "origin": "s1",
            "destination": "c0",
            "cost": 4,
            "fixed_cost": 0,
            "minimum": 0,
            "trips": False,
            "capacity": None,
        },
        {
            "origin": "s1",
            "destination": "c1",
            "cost": 0,
            "fixed_cost": 0,
            "minimum": 0,
            "trips": False,
            "capacity": 30,
        },
    ],
    None,
)


def check(case):
    best = brute_force(*case)
    try:
        found = optimize(as_scenario(*case), EXACT).attrs["objective"]
    except InfeasibleError:
        found = np.inf
    except DataError as error:
        if "no single lane carries it" not in str(error):  # told before solving
            raise
        found = np.inf
    assert found == pytest.approx(best, rel=1e-6, abs=1e-4)


@given(case=cases())
@example(case=PRESOLVED_WRONGLY)
@QUICK
def test_the_plan_is_the_best_of_all_networks(case):
    check(case)


@pytest.mark.nightly
@given(case=cases())
@LONG
def test_the_plan_is_the_best_of_many_networks(case):
    check(case)
