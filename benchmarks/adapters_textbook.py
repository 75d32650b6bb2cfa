"""Textbook models of one period as scenarios, each by its own small adapter."""

from __future__ import annotations

from typing import Any

import pandas as pd

from benchmarks.tables import Problem, complete, modes, places, stacked

Book = dict[str, Any]
GOODS = "goods"


def mexss(book: Book) -> Problem:
    """Return Kendrick, Meeraus and Alatorre's Mexican steel model: processes on lines, imports, exports.

    An export not made costs its price, so cost lies above the published figure by all of the export revenue.
    """
    plants, markets = book["plants"], list(book["markets"])
    bought = list(book["price"])
    lines = [
        (f"{unit} {plant}", plant, size)
        for unit, at in book["capacity"].items()
        for plant, size in at.items()
    ]
    running = [
        (f"{unit} {plant}", process)
        for process, unit in book["unit_of"].items()
        for plant in book["capacity"][unit]
    ]

    def freight(origin: str, destination: str) -> float:
        km = book["rail_km"][origin].get(destination)
        return book["transport_fixed"] + book["transport_per_km"] * km if km else 0.0

    lanes = [(plant, end, freight(plant, end)) for plant in plants for end in [*markets, "export"]]
    lanes += [("import", market, freight("import", market)) for market in markets]
    need = book["demand_total"] * (1 + book["raw_steel_equivalence"] / 100)
    offers = [(f"{p}:{item}", p, item, book["price"][item], 0.0) for p in plants for item in bought]
    offers.append(("imported steel", "import", "steel", book["import_price"], 0.0))
    made = {item for recipe in book["processes"].values() for item in recipe}
    return Problem(
        complete(
            sites=stacked(
                places(plants, "plant"),
                places(["import"], "supplier"),
                places([*markets, "export"], "customer"),
            ),
            products={"product": sorted(made | set(bought))},
            offers=pd.DataFrame(offers, columns=["offer", "site", "product", "price", "footprint"]),
            processes={"process": list(book["processes"])},
            recipes=pd.DataFrame(
                [(p, item, q) for p, recipe in book["processes"].items() for item, q in recipe.items()],
                columns=["process", "product", "quantity"],
            ),
            lines=pd.DataFrame(lines, columns=["line", "site", "capacity"]),
            line_processes=pd.DataFrame(running, columns=["line", "process"]),
            modes=modes("rail"),
            lanes=_lanes(lanes, "rail", "steel"),
            demand={
                "site": [*markets, "export"],
                "product": "steel",
                "quantity": [
                    *(need * share / 100 for share in book["markets"].values()),
                    book["export_bound"],
                ],
                "shortage_cost": [None] * len(markets) + [book["export_price"]],
            },
        ),
        offset=-book["export_price"] * book["export_bound"],
    )


def _lanes(rows: list[tuple[str, str, float]], mode: str, product: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["origin", "destination", "cost"])
    return frame.assign(mode=mode, products=pd.Series([(product,)] * len(frame)))


def transshipment(book: Book) -> Problem:
    """Return Williams's depot location: depots are lines that pass goods on, built or extended."""
    supply, depots, demand = book["supply"], book["depots"], book["demand"]
    extended = book["expand"]["depot"]
    building = [d for d in depots if d not in book["must_open"]]
    chosen = [*building, f"{extended} extension"]
    standing = {d: size if d in book["must_open"] else 0.0 for d, size in depots.items()}
    lanes = []
    for origin, destination, cost in book["arcs"]:
        product = "bulk" if destination in depots else GOODS
        lanes.append((origin, destination, cost, (product,)))
    work = {f"pass {d}": d for d in depots} | {f"load {f}": f for f in supply}
    return Problem(
        complete(
            sites=stacked(places(supply, "plant"), places(depots, "hub"), places(demand, "customer")),
            products={"product": ["bulk", GOODS]},
            offers={
                "offer": list(supply),
                "site": list(supply),
                "product": "bulk",
                "price": 0.0,
                "capacity": list(supply.values()),
                "footprint": 0.0,
            },
            processes={"process": ["pass on"]},
            recipes={"process": "pass on", "product": ["bulk", GOODS], "quantity": [-1.0, 1.0]},
            lines={
                "line": list(work),
                "site": list(work.values()),
                "capacity": [standing.get(site, supply.get(site, 0.0)) for site in work.values()],
            },
            line_processes={"line": list(work), "process": "pass on"},
            modes=modes("road"),
            lanes=pd.DataFrame(lanes, columns=["origin", "destination", "cost", "products"]).assign(
                mode="road"
            ),
            demand={"site": list(demand), "product": GOODS, "quantity": list(demand.values())},
            interventions={
                "intervention": chosen,
                "kind": ["depot"] * len(building) + ["extension"],
                "capex": [*(book["open_cost"][d] for d in building), book["expand"]["cost"]],
                "life_years": 1,
            },
            effects={
                "intervention": chosen,
                "effect": "adds_capacity",
                "line": [f"pass {d}" for d in [*building, extended]],
                "amount": [*(depots[d] for d in building), book["expand"]["extra"]],
            },
            intervention_counts={
                "rule": ["depots"],
                "kind": "depot",
                "maximum": book["max_open"] - len(book["must_open"]),
            },
        ),
        offset=book["objective_offset"],
    )


def multmip(book: Book) -> Problem:
    """Return the AMPL book's multmip3: lanes with a fixed cost, least load, and few destinations an origin.

    A lane used counts as an intervention that unlocks it, which can be counted by origin.
    """
    origins, ends = book["origins"], book["destinations"]
    products = book["products"]
    pairs = [(i, o, j, d) for i, o in enumerate(origins) for j, d in enumerate(ends)]
    # A lane has one price for all its products, so each product is priced by the mode it moves by;
    # what is common to them, fixed cost, least and largest load, lies on a lane to the origin's loading gate.
    gates = {(o, d): f"{o} gate {d}" for _, o, _, d in pairs}
    demand = [(d, p, q) for p in products for d, q in zip(ends, book["demand"][p], strict=True)]
    lanes = [
        (o, gates[o, d], p, 0.0, book["lane_limit"], book["min_load"], book["lane_fixed_cost"][i][j])
        for i, o, j, d in pairs
        for p in ["all"]
    ]
    onward = [
        (gates[o, d], d, p, book["unit_cost"][p][i][j], None, 0.0, 0.0)
        for i, o, j, d in pairs
        for p in products
    ]
    columns = ["origin", "destination", "mode", "cost", "capacity", "minimum", "fixed_cost"]
    frame = pd.DataFrame(lanes + onward, columns=columns)
    frame["products"] = [tuple(products) if m == "all" else (m,) for m in frame["mode"]]
    frame["locked"] = frame["mode"] != "all"
    opened = [f"serve {d} from {o}" for _, o, _, d in pairs]
    return Problem(
        complete(
            sites=stacked(
                places(origins, "supplier"), places(gates.values(), "hub"), places(ends, "customer")
            ),
            products={"product": products},
            offers=pd.DataFrame(
                [
                    (f"{o}:{p}", o, p, 0.0, book["supply"][p][i], 0.0)
                    for p in products
                    for i, o in enumerate(origins)
                ],
                columns=["offer", "site", "product", "price", "capacity", "footprint"],
            ),
            modes=modes("all", *products),
            lanes=frame,
            demand=pd.DataFrame(demand, columns=["site", "product", "quantity"]),
            interventions={
                "intervention": opened,
                "kind": [f"from {o}" for _, o, _, _ in pairs],
                "life_years": 1,
            },
            effects={"intervention": opened, "effect": "unlocks_mode", "site": list(gates.values())},
            intervention_counts={
                "rule": [f"serves {o}" for o in origins],
                "kind": [f"from {o}" for o in origins],
                "maximum": book["max_serve"],
            },
        )
    )


def mode_choice(book: Book) -> Problem:
    """Return the choice of transport mode: rail with a least load if used, all centres into one sink."""
    depots = book["depots"]
    centres = sorted({lane[1] for lane in book["lanes"]})
    frame = pd.DataFrame(
        [*book["lanes"], *((c, "recycled", "handed on", 0, 0, None) for c in centres)],
        columns=["origin", "destination", "mode", "cost", "minimum", "capacity"],
    )
    return Problem(
        complete(
            sites=stacked(
                places(depots, "supplier"), places(centres, "hub"), places(["recycled"], "customer")
            ),
            products={"product": [GOODS]},
            offers={
                "offer": list(depots),
                "site": list(depots),
                "product": GOODS,
                "price": 0.0,
                "capacity": list(depots.values()),
                "footprint": 0.0,
            },
            modes=modes("road", "rail", "handed on"),
            lanes=frame.assign(products=pd.Series([(GOODS,)] * len(frame))),
            demand={"site": ["recycled"], "product": GOODS, "quantity": float(book["total"])},
        )
    )


def discount_purchase(book: Book) -> Problem:
    """Return supplier choice with incremental discounts and a largest share of each supplier."""
    suppliers = book["suppliers"]
    tiers = [
        (s, float(start), price)
        for s, terms in suppliers.items()
        for start, price in zip([0, *terms["breaks"][:-1]], terms["unit"], strict=True)
        if start > 0
    ]
    return Problem(
        complete(
            sites=stacked(places(suppliers, "supplier"), places(["buyer"], "customer")),
            products={"product": [GOODS]},
            offers={
                "offer": list(suppliers),
                "site": list(suppliers),
                "product": GOODS,
                "price": [terms["unit"][0] for terms in suppliers.values()],
                "capacity": [terms["breaks"][-1] for terms in suppliers.values()],
                "footprint": 0.0,
                "tier_pricing": "incremental",
            },
            offer_tiers=pd.DataFrame(tiers, columns=["offer", "from_quantity", "price"]),
            modes=modes("road"),
            lanes=_lanes([(s, "buyer", 0.0) for s in suppliers], "road", GOODS),
            demand={"site": ["buyer"], "product": GOODS, "quantity": float(book["required"])},
            sourcing_rules={
                "rule": list(suppliers),
                "product": GOODS,
                "site": list(suppliers),
                "maximum_share": [terms["max_share"] for terms in suppliers.values()],
            },
        )
    )


def farmer(book: Book) -> Problem:
    """Return Birge and Louveaux's farmer: one product a crop and scenario, weighted by its probability.

    Land is one input of all crops, decided before the yields are known. What could be sold and is not costs
    its price, so cost lies above the published figure by the revenue of selling all that could be.
    """
    crops, chances = book["crops"], book["probability"]
    offers: list[tuple[str, str, str, float, float | None, float]] = [
        ("land", "farm", "land", 0.0, float(book["acres"]), 0.0)
    ]
    recipes = [(c, "land", -1.0) for c in crops]
    demand: list[tuple[str, str, float, float | None]] = []
    offset = 0.0
    for s, (factor, chance) in enumerate(zip(book["scenario_factor"], chances, strict=True), 1):
        for c, crop in enumerate(crops):
            product, most = f"{crop} {s}", book["acres"] * book["yield_mean"][c] * factor
            recipes.append((crop, product, book["yield_mean"][c] * factor))
            if book["need"][c]:
                offers.append((f"buy {product}", "farm", product, book["buy"][c] * chance, None, 0.0))
                demand.append(("cattle", product, float(book["need"][c]), None))
            quota = book["quota_beets"] if crop == "beets" else most
            sales = [("market", quota, book["sell"][c])]
            if crop == "beets":
                sales.append(("beyond quota", most, book["sell_over_quota"]))
            for site, quantity, price in sales:
                demand.append((site, product, quantity, price * chance))
                offset += quantity * price * chance
    ends = [(site, product) for site, product, *_ in demand]
    return Problem(
        complete(
            sites=stacked(
                places(["farm"], "plant"), places(["cattle", "market", "beyond quota"], "customer")
            ),
            products={"product": sorted({product for _, product, _ in recipes})},
            offers=pd.DataFrame(
                offers, columns=["offer", "site", "product", "price", "capacity", "footprint"]
            ),
            processes={"process": crops, "operating_cost": [float(v) for v in book["plant_cost"]]},
            recipes=pd.DataFrame(recipes, columns=["process", "product", "quantity"]),
            lines={"line": ["fields"], "site": "farm", "capacity": float(book["acres"])},
            line_processes={"line": "fields", "process": crops},
            modes=modes("road"),
            lanes={
                "origin": "farm",
                "destination": sorted({site for site, _ in ends}),
                "mode": "road",
                "products": [tuple(p for s, p in ends if s == site) for site in sorted({s for s, _ in ends})],
                "cost": 0.0,
            },
            demand=pd.DataFrame(demand, columns=["site", "product", "quantity", "shortage_cost"]),
        ),
        offset=-offset,
    )
