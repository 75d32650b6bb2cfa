"""Textbook and lot-sizing models over time as scenarios: a month or a day is a period of one year.

Profit is counted as cost: what could be sold and is not costs its price.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.tables import FIRST_YEAR, Problem, complete, modes, places, stacked

Book = dict[str, Any]


def factory_planning(book: Book) -> Problem:
    """Return Williams's Factory Planning 1: machine hours are goods on offer, stocks link the months.

    The stock wanted at the end is the demand of one period more, in which no machine runs.
    """
    months, products = len(book["max_sell"]), [f"product {i + 1}" for i in range(len(book["profit"]))]
    machines = list(book["installed"])
    years = [FIRST_YEAR + t for t in range(months + 1)]
    hours = [
        (
            m,
            "factory",
            m,
            0.0,
            book["hours_per_machine"] * (book["installed"][m] - book["down"][t].get(m, 0)),
            0.0,
            y,
        )
        for m in machines
        for t, y in enumerate(years[:-1])
    ] + [(m, "factory", m, 0.0, 0.0, 0.0, years[-1]) for m in machines]
    recipes = [
        (p, m, -book["time"][m][i]) for i, p in enumerate(products) for m in machines if book["time"][m][i]
    ] + [(p, p, 1.0) for p in products]
    demand = [
        ("market", p, float(book["max_sell"][t][i]) if t < months else 0.0, float(book["profit"][i]), y)
        for i, p in enumerate(products)
        for t, y in enumerate(years)
    ] + [
        ("closing stock", p, float(book["end_store"]) if y == years[-1] else 0.0, None, y)
        for p in products
        for y in years
    ]
    most = [sum(month[i] for month in book["max_sell"]) for i in range(len(products))]
    ends = ["market", "closing stock"]
    return Problem(
        complete(
            sites=stacked(places(["factory"], "plant"), places(ends, "customer")),
            products={"product": [*products, *machines]},
            offers=pd.DataFrame(
                hours, columns=["offer", "site", "product", "price", "capacity", "footprint", "period"]
            ),
            processes={"process": products},
            recipes=pd.DataFrame(recipes, columns=["process", "product", "quantity"]),
            lines={
                "line": [f"make {p}" for p in products],
                "site": "factory",
                "capacity": [float(m + book["max_store"] + book["end_store"]) for m in most],
            },
            line_processes={"line": [f"make {p}" for p in products], "process": products},
            modes=modes("road"),
            lanes={
                "origin": "factory",
                "destination": ends,
                "mode": "road",
                "products": [tuple(products)] * len(ends),
                "cost": 0.0,
            },
            demand=pd.DataFrame(demand, columns=["site", "product", "quantity", "shortage_cost", "period"]),
            storage={
                "site": "factory",
                "product": products,
                "capacity": float(book["max_store"]),
                "holding_cost": book["holding_cost"],
            },
        ),
        periods=months + 1,
        offset=float(sum(q * book["profit"][i] for month in book["max_sell"] for i, q in enumerate(month))),
        sign=-1.0,
    )


def food_manufacture(book: Book) -> Problem:
    """Return Williams's Food Manufacture 2: five oils refined and blended to a hardness, bought months ahead.

    Hardness above the lower and below the upper limit are goods that each oil makes or uses up, what is left
    of them is discarded. An oil used in a month is an intervention of that month, which opens its line with
    the least use as minimum.
    """
    oils, months = book["oils"], len(book["buy_cost"])
    years = [FIRST_YEAR + t for t in range(months + 1)]
    low, high = book["hardness_range"]
    kind = ["vegetable" if i in book["vegetable"] else "other" for i in range(len(oils))]
    limit = {name: float(size) for name, size in book["refine_cap"].items()}
    blend = sum(limit.values())
    most = float(book["store_cap"]) + blend  # more could neither be kept nor refined
    offers: list[tuple[str, str, str, float, float, int | None]] = [
        (f"buy {oil}", "works", oil, float(book["buy_cost"][t][i]), most, years[t])
        for i, oil in enumerate(oils)
        for t in range(months)
    ]
    # Nothing is bought after the last month: the stock wanted at the end has to be there.
    offers += [(f"buy {oil}", "works", oil, 0.0, 0.0, years[-1]) for oil in oils]
    offers += [(f"refining {k}", "works", f"refining {k}", 0.0, size, None) for k, size in limit.items()]
    recipes = []
    for i, oil in enumerate(oils):
        hardness = book["hardness"][i]
        entries = {oil: -1.0, f"refining {kind[i]}": -1.0, "blend": 1.0}
        entries |= {"above lower": hardness - low, "below upper": high - hardness}
        recipes += [(f"use {oil}", item, quantity) for item, quantity in entries.items() if quantity]
    demand: list[tuple[str, str, float, float | None, int]] = [
        ("market", "blend", blend if y < years[-1] else 0.0, float(book["price"]), y) for y in years
    ]
    demand += [
        ("closing stock", oil, float(book["end_store"]) if y == years[-1] else 0.0, None, y)
        for oil in oils
        for y in years
    ]
    used = [(f"{oil} in month {t + 1}", oil, i, t) for i, oil in enumerate(oils) for t in range(months)]
    needs = {i: [j for a, j in book["requires"] if a == i] for i in range(len(oils))}
    return Problem(
        complete(
            sites=stacked(places(["works"], "plant"), places(["market", "closing stock"], "customer")),
            products={
                "product": [*oils, *(f"refining {k}" for k in limit), "blend", "above lower", "below upper"]
            },
            offers=pd.DataFrame(
                offers, columns=["offer", "site", "product", "price", "capacity", "period"]
            ).assign(footprint=0.0),
            processes={"process": [f"use {oil}" for oil in oils]},
            recipes=pd.DataFrame(recipes, columns=["process", "product", "quantity"]),
            lines={
                "line": oils,
                "site": "works",
                "capacity": 0.0,
                "minimum_use": [book["min_use"] / limit[k] for k in kind],
            },
            line_processes={"line": oils, "process": [f"use {oil}" for oil in oils]},
            modes=modes("road"),
            lanes={
                "origin": "works",
                "destination": ["market", "closing stock"],
                "mode": "road",
                "products": [("blend",), tuple(oils)],
                "cost": 0.0,
            },
            demand=pd.DataFrame(demand, columns=["site", "product", "quantity", "shortage_cost", "period"]),
            storage={
                "site": "works",
                "product": oils,
                "capacity": float(book["store_cap"]),
                "holding_cost": float(book["holding_cost"]),
                "opening": float(book["start_store"]),
            },
            disposal={"site": "works", "product": ["above lower", "below upper"]},
            interventions={
                "intervention": [name for name, *_ in used],
                "kind": [f"month {t + 1}" for *_, t in used],
                "life_years": 1,
                "earliest": [years[t] for *_, t in used],
                "latest": [years[t] for *_, t in used],
                "requires": [tuple(f"{oils[j]} in month {t + 1}" for j in needs[i]) for _, _, i, t in used],
            },
            effects={
                "intervention": [name for name, *_ in used],
                "effect": "adds_capacity",
                "line": [oil for _, oil, _, _ in used],
                "amount": [limit[kind[i]] for _, _, i, _ in used],
            },
            intervention_counts={
                "rule": [f"oils in month {t + 1}" for t in range(months)],
                "kind": [f"month {t + 1}" for t in range(months)],
                "maximum": book["max_oils"],
            },
        ),
        periods=months + 1,
        offset=blend * months * book["price"],
        sign=-1.0,
    )


def coco(book: Book) -> Problem:
    """Return the Xpress example Coco: two factories that may close for good, raw stocks and finished stocks.

    A factory open for its first k periods is one of rival interventions. The limit on all raw stock of a
    factory together is not in the tables and is checked in the plan.
    """
    horizon, factories = book["periods"], [f"factory {f + 1}" for f in range(len(book["open_cost"]))]
    years = [FIRST_YEAR + t for t in range(horizon)]
    products, raws = list(book["make_cost"]), list(book["buy_cost"])
    offers = [
        (f"{r} for {f}", f, r, float(book["buy_cost"][r][t]), 0.0, y)
        for r in raws
        for f in factories
        for t, y in enumerate(years)
    ]
    processes, recipes = [], []
    for p in products:
        for f, factory in enumerate(factories):
            processes.append((f"{p} in {factory}", float(book["make_cost"][p][f]), factory))
            recipes.append((f"{p} in {factory}", p, 1.0))
            recipes += [(f"{p} in {factory}", r, -float(q)) for r, q in book["req"][p].items()]
    demand = [
        ("market", p, float(book["max_sell"][p][t]), float(book["revenue"][p][t]), y)
        for p in products
        for t, y in enumerate(years)
    ]
    stages = [
        (f"{factory} for {k} periods", f, k)
        for f, factory in enumerate(factories)
        for k in years_open(horizon)
    ]
    stocks = [("p", p, f) for p in products for f in range(len(factories))]
    stocks += [("r", r, f) for r in raws for f in range(len(factories))]
    most = float(book["max_rstock"])

    def too_much_raw(plan: Any) -> str:
        stock = plan["stock"].sel(store=[f"{f}:{r}" for f in factories for r in raws]).to_numpy()
        together = stock.reshape(len(factories), len(raws), -1).sum(axis=1)
        return "" if (together <= most * (1 + 1e-9)).all() else "raw stocks together exceed the limit"

    return Problem(
        complete(
            sites=stacked(places(factories, "plant"), places(["market"], "customer")),
            products={"product": [*products, *raws]},
            offers=pd.DataFrame(offers, columns=["offer", "site", "product", "price", "footprint", "period"]),
            processes={"process": [p for p, *_ in processes], "operating_cost": [c for _, c, _ in processes]},
            recipes=pd.DataFrame(recipes, columns=["process", "product", "quantity"]),
            lines={"line": factories, "site": factories, "capacity": 0.0},
            line_processes={"line": [f for *_, f in processes], "process": [p for p, *_ in processes]},
            modes=modes("road"),
            lanes={
                "origin": factories,
                "destination": "market",
                "mode": "road",
                "products": [tuple(products)] * len(factories),
                "cost": 0.0,
            },
            demand=pd.DataFrame(demand, columns=["site", "product", "quantity", "shortage_cost", "period"]),
            storage={
                "site": [factories[f] for *_, f in stocks],
                "product": [item for _, item, _ in stocks],
                "capacity": [np.nan if which == "p" else most for which, *_ in stocks],
                "holding_cost": [float(book[f"{which}stock_cost"]) for which, *_ in stocks],
                "opening": [float(book[f"{which}stock0"][item][f]) for which, item, f in stocks],
            },
            interventions={
                "intervention": [name for name, *_ in stages],
                "kind": "open",
                "site": [factories[f] for _, f, _ in stages],
                "opex": [float(book["open_cost"][f]) for _, f, _ in stages],
                "life_years": [k for *_, k in stages],
                "earliest": FIRST_YEAR,
                "latest": FIRST_YEAR,
                "exclusive_group": [factories[f] for _, f, _ in stages],
            },
            effects={
                "intervention": [name for name, *_ in stages],
                "effect": "adds_capacity",
                "line": [factories[f] for _, f, _ in stages],
                "amount": [float(book["max_make"][f]) for _, f, _ in stages],
            },
        ),
        periods=horizon,
        offset=sum(q * price for _, _, q, price, _ in demand),
        sign=-1.0,
        broken=too_much_raw,
    )


def years_open(horizon: int) -> range:
    """Return how long a factory may stay open before it closes for good."""
    return range(1, horizon + 1)
