"""Tables of what stands beside the chain's emissions: what it spares others, takes from them, and buys."""

from __future__ import annotations

from scenarios.columns import Table, number, text

OFFSET_KINDS = ("offset", "nature_based_removal", "engineered_removal")

AVOIDED = Table(
    "avoided",
    "What using or delivering a product spares others: lines of its own, in no total and under no cap.",
    ("avoided",),
    (
        text("avoided", "short name", required=True),
        text("name", "name shown to people", default=""),
        text("product", "product", required=True, refers_to="products"),
        text(
            "counted",
            "use: as an input of processes; delivery: to customers",
            default="use",
            choices=("use", "delivery"),
        ),
        text("process", "used by this process; blank: any", default="", refers_to="processes"),
        text("site", "at this site; blank: any", default="", refers_to="sites"),
        text("region", "at sites of this region; blank: any", default=""),
        number("emissions", "tCO2e/unit", "spared per unit", default=0.0, minimum=0),
        number("coal", "tce/unit", "standard coal spared per unit", default=0.0, minimum=0),
    ),
    by_period=True,
    numbers_by_period=("emissions", "coal"),
)

POOLS = Table(
    "pools",
    "Goods that others want too, e.g. the scrap of a region: what is taken beyond today's tonnes is in part "
    "taken from rivals, who make up for it otherwise.",
    ("pool",),
    (
        text("pool", "short name", required=True),
        text("name", "name shown to people", default=""),
        text("product", "product of the offers that draw on it", required=True, refers_to="products"),
        text("site", "offers of this site; blank: any", default="", refers_to="sites"),
        text("region", "offers of sites of this region; blank: any", default=""),
        text("tag", "offers or sites with this tag; blank: any", default=""),
        number(
            "today", "unit/year", "taken today; only what is beyond it is contested", default=0.0, minimum=0
        ),
        number("capacity", "unit/year", "most that may be taken; blank: no limit", minimum=0),
        number(
            "rival_share",
            "share",
            "of what is taken beyond today that rivals go without",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        number(
            "displaced_emissions",
            "tCO2e/unit",
            "emitted by rivals for each unit that they make up for",
            default=0.0,
            minimum=0,
        ),
        number("displaced_coal", "tce/unit", "standard coal that rivals use for it", default=0.0, minimum=0),
    ),
    by_period=True,
    numbers_by_period=("today", "capacity", "rival_share", "displaced_emissions", "displaced_coal"),
)

POOL_STEPS = Table(
    "pool_steps",
    "Rising supply price of a pool: paid on top of the offer's price for each unit beyond a quantity. Where "
    "all units get dearer together, write what the last one adds to the whole bill.",
    ("pool", "from_quantity"),
    (
        text("pool", "pool", required=True, refers_to="pools"),
        number("from_quantity", "unit/year", "for units beyond it", required=True, minimum=0),
        number(
            "premium",
            "currency/unit",
            "paid on top; no less than in the step before",
            required=True,
            minimum=0,
        ),
    ),
)

OFFSETS = Table(
    "offsets",
    "Offsets and removals that may be bought and retired. They stand on lines of their own; only a cap that "
    "says so (`includes_offsets`) counts them.",
    ("offset",),
    (
        text("offset", "short name", required=True),
        text("name", "name shown to people", default=""),
        text(
            "kind",
            "offset: emissions avoided elsewhere; removals: taken from the air",
            required=True,
            choices=OFFSET_KINDS,
        ),
        text("standard", "standard it is issued under", default=""),
        number("price", "currency/tCO2e", "price of one credited t", required=True, minimum=0),
        number("capacity", "tCO2e/year", "most that can be bought a year; blank: no limit", minimum=0),
        number(
            "counts",
            "share",
            "of each credited t that a cap counts, for its quality",
            default=1.0,
            minimum=0,
            maximum=1,
        ),
    ),
    by_period=True,
    numbers_by_period=("price", "capacity", "counts"),
)
CREDIT_TABLES = (AVOIDED, POOLS, POOL_STEPS, OFFSETS)
