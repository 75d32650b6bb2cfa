"""Random small sourcing cases against brute force: every choice of offers, tiers and lanes, one by one.

The enumeration shares no code with the model: it writes each choice as a small linear program of its
own and keeps the cheapest.
"""

from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from optimizer import SolverSettings, optimize
from scenarios import InfeasibleError, ScenarioSettings, scenario_from_tables
from scenarios.loading import _typed
from scenarios.schema import TABLES

SETTINGS = ScenarioSettings(name="random", first_year=2025, last_year=2025, discount_rate=0.0)
EXACT = SolverSettings(mip_gap=0.0)
LIMITLESS = 10_000  # t, more than any case needs


@st.composite
def cases(draw):
    """Two or three suppliers with capacities, minimum orders and tiers; one or two customers."""
    offers, count = [], draw(st.integers(2, 3))
    for _ in range(count):
        price = draw(st.integers(8, 20))
        steps = draw(st.lists(st.integers(2, 16), max_size=4 - count, unique=True).map(sorted))
        capacity = draw(st.sampled_from([30, 60, 120, LIMITLESS]))
        offers.append(
            {
                "price": price,
                "capacity": capacity,
                "minimum_order": min(draw(st.sampled_from([0, 0, 20, 55])), capacity),
                "incremental": draw(st.booleans()),
                "tiers": [(5 * step, draw(st.integers(4, 20))) for step in steps],
            }
        )
    customers = [
        {
            "quantity": draw(st.integers(10, 70)),
            "shortage": draw(st.sampled_from([None, 15, 100])),
            "single": draw(st.booleans()),
            "freight": [draw(st.integers(0, 6)) for _ in offers],
        }
        for _ in range(draw(st.integers(1, 2)))
    ]
    rule = draw(
        st.sampled_from(
            [
                {},
                {"share_if_used": 0.3},
                {"maximum_count": 1},
                {"minimum_count": 2, "share_if_used": 0.25},
                {"maximum_count": 2, "share_if_used": 0.4},
            ]
        )
    )
    return offers, customers, rule


def as_scenario(offers, customers, rule):
    """Return the case as a scenario."""
    places = [(f"s{o}", "supplier") for o in range(len(offers))]
    places += [(f"c{c}", "customer") for c in range(len(customers))]
    rows = {
        "sites": [
            {"site": site, "role": role, "lat": 40 + k, "lon": 118, "region": "north"}
            for k, (site, role) in enumerate(places)
        ],
        "products": [{"product": "ore"}],
        "modes": [{"mode": "road", "cost_per_tkm": 0}],
        "offers": [
            {
                "offer": f"o{o}",
                "site": f"s{o}",
                "product": "ore",
                "price": offer["price"],
                "capacity": "" if offer["capacity"] == LIMITLESS else offer["capacity"],
                "footprint": 0,
                "minimum_order": offer["minimum_order"],
                "tier_pricing": "incremental" if offer["incremental"] else "all_unit",
            }
            for o, offer in enumerate(offers)
        ],
        "offer_tiers": [
            {"offer": f"o{o}", "from_quantity": start, "price": price}
            for o, offer in enumerate(offers)
            for start, price in offer["tiers"]
        ],
        "lanes": [
            {"origin": f"s{o}", "destination": f"c{c}", "mode": "road", "products": "ore", "cost": cost}
            for c, customer in enumerate(customers)
            for o, cost in enumerate(customer["freight"])
        ],
        "demand": [
            {
                "site": f"c{c}",
                "product": "ore",
                "quantity": customer["quantity"],
                "shortage_cost": "" if customer["shortage"] is None else customer["shortage"],
                "single_source": "yes" if customer["single"] else "no",
            }
            for c, customer in enumerate(customers)
        ],
        "sourcing_rules": [{"rule": "r", "product": "ore", **rule}] if rule else [],
    }
    found = {}
    for name, table in TABLES.items():
        found[name] = typed(table, rows[name]) if rows.get(name) else empty(table)
    return scenario_from_tables(found, SETTINGS)


def typed(table, rows):
    """Return rows as read from a file."""
    problems = []
    frame = _typed(pd.DataFrame(rows, dtype=object).astype(str), table, problems)
    assert not problems, problems
    return frame


@cache
def empty(table):
    """Return a table without rows."""
    return _typed(pd.DataFrame(columns=[column.name for column in table.columns], dtype=str), table, [])


def pieces(offer, most):
    """Return (least, most, price, fixed) of each way to buy from an offer; None is not to buy at all."""
    starts = [0, *[start for start, _ in offer["tiers"]]]
    prices = [offer["price"], *[price for _, price in offer["tiers"]]]
    found, below = [None], 0.0
    for k, (start, price) in enumerate(zip(starts, prices, strict=True)):
        if k:
            below += prices[k - 1] * (start - starts[k - 1])
        end = min(starts[k + 1] if k + 1 < len(starts) else LIMITLESS, most)
        least = max(start, offer["minimum_order"])
        if least <= end:
            found.append((least, end, price, below - price * start if offer["incremental"] else 0.0))
    return found


def brute_force(offers, customers, rule):
    """Return the least cost over all choices, inf where none is possible."""
    total = sum(customer["quantity"] for customer in customers)
    best, count = np.inf, len(offers)
    ways = [pieces(offer, min(offer["capacity"], total)) for offer in offers]
    lanes = [range(count) if customer["single"] else [None] for customer in customers]
    for chosen in product(*ways):
        used = [o for o, piece in enumerate(chosen) if piece]
        if not rule.get("minimum_count", 0) <= len(used) <= rule.get("maximum_count", count):
            continue
        for served in product(*lanes):
            best = min(best, cheapest(offers, customers, rule, chosen, used, served, total))
    return best


def cheapest(offers, customers, rule, chosen, used, served, total):
    """Return the cost of the best flows (customer, offer) and shortages under one choice."""
    count = len(offers)
    cost, bounds = [], []
    for customer, only in zip(customers, served, strict=True):
        for o, freight in enumerate(customer["freight"]):
            open_lane = chosen[o] is not None and only in (None, o)
            cost.append(freight + (chosen[o][2] if chosen[o] else 0))
            bounds.append((0, customer["quantity"] if open_lane else 0))
    for customer in customers:
        cost.append(customer["shortage"] or 0)
        bounds.append((0, 0 if customer["shortage"] is None else customer["quantity"]))
    size = len(cost)
    balance, need = np.zeros((len(customers), size)), [customer["quantity"] for customer in customers]
    bought = np.zeros((count, size))
    for c in range(len(customers)):
        balance[c, c * count : (c + 1) * count] = 1
        balance[c, len(customers) * count + c] = 1
        for o in range(count):
            bought[o, c * count + o] = 1
    upper, right = [], []
    for o in used:
        least, most, _, _ = chosen[o]
        if "minimum_count" in rule:
            least = max(least, 1e-3 * min(offers[o]["capacity"], total))
        upper += [bought[o], -bought[o]]
        right += [most, -least]
        if "share_if_used" in rule:
            upper.append(rule["share_if_used"] * bought.sum(axis=0) - bought[o])
            right.append(0)
    found = linprog(
        cost,
        A_ub=np.array(upper) if upper else None,
        b_ub=right or None,
        A_eq=balance,
        b_eq=need,
        bounds=bounds,
    )
    return found.fun + sum(chosen[o][3] for o in used) if found.status == 0 else np.inf


@given(case=cases())
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_the_plan_is_the_best_of_all_choices(case):
    best = brute_force(*case)
    try:
        found = optimize(as_scenario(*case), EXACT).attrs["objective"]
    except InfeasibleError:
        found = np.inf
    assert found == pytest.approx(best, rel=1e-6, abs=1e-4)
