"""Tables of what happens to goods between and after uses: hubs, stocks, returns, disposal, ceilings."""

from __future__ import annotations

from scenarios.columns import Table, flag, integer, number, text

HUBS = Table(
    "hubs",
    "Handling at hub sites: what passes through, at what cost, and what consolidation saves.",
    ("site", "product"),
    (
        text("site", "hub site", required=True, refers_to="sites"),
        text("product", "product handled; blank: all together", default="", refers_to="products"),
        number("capacity", "unit/year", "most that can leave a year; blank: no limit", minimum=0),
        number("handling_cost", "currency/unit", "paid per unit that leaves", default=0.0, minimum=0),
        number("handling_emissions", "tCO2e/unit", "emitted per unit that leaves", default=0.0, minimum=0),
        number(
            "consolidation",
            "share",
            "cut in freight cost and factors of lanes leaving the hub",
            default=0.0,
            minimum=0,
            maximum=0.99,
        ),
        number(
            "load_factor",
            "share",
            "of vehicles leaving the hub, of modes with rows in vehicles: energy and line-haul cost per tkm "
            "follow; blank: as the mode's",
            minimum=0.01,
            maximum=1,
        ),
        flag("locked", "only with an intervention that opens it (effect opens_hub)"),
    ),
    by_period=True,
    numbers_by_period=("capacity", "handling_cost", "handling_emissions", "consolidation", "load_factor"),
)

STORAGE = Table(
    "storage",
    "Stocks kept from one period to the next.",
    ("site", "product"),
    (
        text("site", "site", required=True, refers_to="sites"),
        text("product", "product", required=True, refers_to="products"),
        number("capacity", "unit", "most that can be kept; blank: no limit", minimum=0),
        number(
            "holding_cost",
            "currency/unit/year",
            "cost of keeping one unit for a year",
            default=0.0,
            minimum=0,
        ),
        number("opening", "unit", "stock at the start", default=0.0, minimum=0),
    ),
)

RETURNS = Table(
    "returns",
    "What comes back of what was delivered.",
    ("demand_site", "product", "returned_product"),
    (
        text("demand_site", "customer site", required=True, refers_to="sites"),
        text("product", "product delivered there", required=True, refers_to="products"),
        text("returned_product", "product that comes back", required=True, refers_to="products"),
        text("site", "site it comes back to; blank: the customer's", default="", refers_to="sites"),
        number("share", "unit/unit", "returned per unit delivered, at most", required=True, minimum=0),
        number("minimum_share", "unit/unit", "returned per unit delivered, at least", default=0.0, minimum=0),
        integer("lag_years", "year", "years between delivery and return", default=0, minimum=0),
        number(
            "stream",
            "unit/year",
            "returned from earlier sales, whatever is delivered",
            default=0.0,
            minimum=0,
        ),
        number("collection_cost", "currency/unit", "paid per unit taken back", default=0.0, minimum=0),
    ),
)

DISPOSAL = Table(
    "disposal",
    "Where a product may be discarded, and at what price.",
    ("site", "product"),
    (
        text("site", "site; blank: any site that has the product", default="", refers_to="sites"),
        text("product", "product", required=True, refers_to="products"),
        number("cost", "currency/unit", "paid per unit discarded", default=0.0),
        number(
            "emissions",
            "tCO2e/unit",
            "emitted per unit discarded, scope 3 category 5",
            default=0.0,
            minimum=0,
        ),
        number("capacity", "unit/year", "most that may be discarded; blank: no limit", minimum=0),
    ),
)

CEILINGS = Table(
    "ceilings",
    "Production ceilings: the most that may be made of a product.",
    ("ceiling",),
    (
        text("ceiling", "short name", required=True),
        text("product", "product made", required=True, refers_to="products"),
        text("region", "in this region; blank: any", default=""),
        text("site", "at this site; blank: any", default="", refers_to="sites"),
        number("maximum", "unit/year", "most that may be made", required=True, minimum=0),
    ),
    by_period=True,
    numbers_by_period=("maximum",),
)
