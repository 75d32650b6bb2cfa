"""Tables of carbon money: markets of allowances, their prices and free allocation, and border adjustments."""

from __future__ import annotations

from scenarios.columns import Table, names, number, text

CARBON_MARKETS = Table(
    "carbon_markets",
    "Where emissions have to be paid for: an emissions trading system or a carbon tax, one row each. "
    "Those that carbon.markets names hold.",
    ("market",),
    (
        text("market", "short name", required=True),
        text("name", "name shown to people", default=""),
        names("regions", "own sites of these regions are covered; blank: all own sites"),
        names("accounts", "emission accounts covered; blank: scope1, what the own sites emit directly"),
        number(
            "sale_share",
            "share",
            "of the price that an allowance brings which an activity has to spare; 0: none can be sold",
            default=1.0,
            minimum=0,
            maximum=1,
        ),
        number(
            "bank_limit", "tCO2e", "most that may be carried over; 0: nothing; blank: no limit", minimum=0
        ),
        number("opening_bank", "tCO2e", "held before the first period", default=0.0, minimum=0),
    ),
)

CARBON_PRICES = Table(
    "carbon_prices",
    "What a t costs in a market. A market without a price, and a year before its first one, costs nothing.",
    ("market",),
    (
        text("market", "market", required=True, refers_to="carbon_markets"),
        number("price", "currency/tCO2e", "price of an allowance, or tax", required=True, minimum=0),
    ),
    by_period=True,
    numbers_by_period=("price",),
)

ALLOCATIONS = Table(
    "allocations",
    "Allowances given for free: a benchmark times what a process makes, or a share of what is emitted.",
    ("market", "process", "site"),
    (
        text("market", "market", required=True, refers_to="carbon_markets"),
        text(
            "process",
            "its activity is counted; blank: all covered emissions",
            default="",
            refers_to="processes",
        ),
        text("site", "at this site; blank: at all covered ones", default="", refers_to="sites"),
        number("benchmark", "tCO2e/unit", "for a unit of activity of the process", minimum=0),
        number("free_share", "share", "of that which is free, by year", default=1.0, minimum=0),
    ),
    by_period=True,
    numbers_by_period=("benchmark", "free_share"),
)

BORDER_ADJUSTMENTS = Table(
    "border_adjustments",
    "Payment at a border for what the goods delivered there have emitted when made, such as CBAM. Those that "
    "carbon.borders names hold.",
    ("border",),
    (
        text("border", "short name", required=True),
        text("name", "name shown to people", default=""),
        text("market", "whose price is paid", required=True, refers_to="carbon_markets"),
        names("regions", "behind the border: lanes from elsewhere into these regions pay"),
        number(
            "factor",
            "share",
            "by which the market's free allocation is phased out: 0: all of the benchmark is free, 1: none",
            required=True,
            minimum=0,
            maximum=1,
        ),
    ),
    by_period=True,
    numbers_by_period=("factor",),
)

BORDER_GOODS = Table(
    "border_goods",
    "Goods that a border asks for, exported or used to make them; what is not listed counts as nothing.",
    ("border", "product"),
    (
        text("border", "border adjustment", required=True, refers_to="border_adjustments"),
        text("product", "product", required=True, refers_to="products"),
        text(
            "basis",
            "processes: what the processes at the exporting site emit directly, for as much as they make; "
            "default: always the default value",
            default="processes",
            choices=("processes", "default"),
        ),
        number(
            "default_value",
            "tCO2e/unit",
            "where actual data are missing, and for what the exporting site does not make itself",
            required=True,
            minimum=0,
        ),
        number("markup", "share", "added to the default value", default=0.0, minimum=0),
        number("benchmark", "tCO2e/unit", "free allocation of the market for a unit", default=0.0, minimum=0),
    ),
    by_period=True,
    numbers_by_period=("default_value", "markup", "benchmark"),
)

CARBON_MONEY_TABLES = (CARBON_MARKETS, CARBON_PRICES, ALLOCATIONS, BORDER_ADJUSTMENTS, BORDER_GOODS)
