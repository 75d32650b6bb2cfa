"""Tables of the chain: places, goods, suppliers, recipes, lanes, and customers."""

from __future__ import annotations

from scenarios.columns import Table, flag, integer, names, number, text
from scenarios.tables_footprints import DATA_TIERS
from scenarios.tables_rulebooks import MATERIALS

SITES = Table(
    "sites",
    "A place: supplier, collection point, scrap base, plant, hub or customer.",
    ("site",),
    (
        text("site", "short name, used by all other tables", required=True),
        text("name", "name shown to people; the short name when blank", default=""),
        text(
            "role",
            "what the place does",
            required=True,
            choices=("supplier", "collection", "scrap_base", "plant", "hub", "customer"),
        ),
        number("lat", "degrees", "latitude, WGS-84", required=True, minimum=-90, maximum=90),
        number("lon", "degrees", "longitude, WGS-84", required=True, minimum=-180, maximum=180),
        text("region", "grid region or province; rules and grid factors refer to it", required=True),
        text(
            "owner",
            "whose emissions: own books to scope 1 and 2, partner to scope 3",
            default="partner",
            choices=("own", "partner"),
        ),
        number(
            "service_radius_km", "km", "serves only destinations within this great-circle distance", minimum=0
        ),
        text("group", "supplier group, e.g. a parent company; sourcing rules refer to it", default=""),
        names("tags", "marks that sourcing rules refer to, e.g. science_based_target"),
        text("park", "park or district it lies in; targets and reports add it up", default=""),
        text("basin", "basin its water comes from", default=""),
        text(
            "load_profile",
            "how its electricity load goes over the year; blank: the same in every hour",
            default="",
            refers_to="power_profiles",
        ),
    ),
    required=True,
)

PRODUCTS = Table(
    "products",
    "Anything moved, made or bought.",
    ("product",),
    (
        text("product", "short name", required=True),
        text("name", "name shown to people", default=""),
        text("unit", "unit of quantity", default="t"),
        number("tonnes_per_unit", "t/unit", "mass of one unit, for freight", default=1.0, minimum=0),
        text("material", "what rulebooks know it as; blank: nothing", default="", choices=("", *MATERIALS)),
    ),
    required=True,
)

OFFERS = Table(
    "offers",
    "A supplier site's offer of one product.",
    ("offer",),
    (
        text("offer", "short name", required=True),
        text("site", "supplying site", required=True, refers_to="sites"),
        text("product", "product offered", required=True, refers_to="products"),
        number("price", "currency/unit", "price at the supplier's gate", required=True, minimum=0),
        number("capacity", "unit/year", "most that can be bought a year; blank: no limit", minimum=0),
        number("footprint", "tCO2e/unit", "cradle-to-gate footprint; blank: the best of `factors`"),
        text(
            "data_tier",
            "how the footprint is known; with a blank footprint the level of its factor",
            default="national",
            choices=DATA_TIERS,
        ),
        number(
            "default_markup",
            "share",
            "added to a footprint that is not verified; blank: what carbon.default_markups says of its tier",
            minimum=0,
        ),
        flag("locked", "only with an intervention that unlocks it"),
        number(
            "minimum_order", "unit/year", "if bought from at all, at least this much", default=0.0, minimum=0
        ),
        names("tags", "marks of the offer that sourcing rules refer to, e.g. labelled; recycled"),
        text("scheme", "scheme that its own footprint is verified under; see accepted_schemes", default=""),
        text(
            "tier_pricing",
            "how offer_tiers apply: the price of the tier reached is for all units, or for those beyond it",
            default="all_unit",
            choices=("all_unit", "incremental"),
        ),
    ),
    by_period=True,
    numbers_by_period=("price", "capacity", "footprint"),
)

OFFER_TIERS = Table(
    "offer_tiers",
    "Quantity discounts: the price from a yearly quantity on; below the first tier the offer's own price.",
    ("offer", "from_quantity"),
    (
        text("offer", "offer", required=True, refers_to="offers"),
        number("from_quantity", "unit/year", "quantity from which the price holds", required=True, minimum=0),
        number("price", "currency/unit", "price in this tier", required=True, minimum=0),
    ),
)

PROCESSES = Table(
    "processes",
    "A recipe: what one unit of activity emits, draws and costs.",
    ("process",),
    (
        text("process", "short name", required=True),
        text("name", "name shown to people", default=""),
        number(
            "direct_emissions", "tCO2e/unit", "emitted on site per unit of activity", default=0.0, minimum=0
        ),
        number("electricity", "MWh/unit", "drawn per unit of activity", default=0.0, minimum=0),
        number(
            "fuel",
            "MWh/unit",
            "energy in fuels per unit of activity; targets count it",
            default=0.0,
            minimum=0,
        ),
        number("water", "m3/unit", "fresh water drawn per unit of activity", default=0.0, minimum=0),
        number("operating_cost", "currency/unit", "cost per unit beside inputs and power", default=0.0),
    ),
)

RECIPES = Table(
    "recipes",
    "Inputs (negative) and outputs (positive) per unit of a process's activity.",
    ("process", "product"),
    (
        text("process", "process", required=True, refers_to="processes"),
        text("product", "product", required=True, refers_to="products"),
        number(
            "quantity", "unit/unit", "made (positive) or used (negative) per unit of activity", required=True
        ),
    ),
)

LINES = Table(
    "lines",
    "Installed capacity at a site that can run one or more processes.",
    ("line",),
    (
        text("line", "short name", required=True),
        text("site", "site", required=True, refers_to="sites"),
        text("name", "name shown to people", default=""),
        number("capacity", "unit/year", "activity a year before any intervention", required=True, minimum=0),
        number(
            "minimum_use",
            "share",
            "share of standing capacity that must run",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        number(
            "fixed_cost", "currency/(unit/year)", "yearly cost of standing capacity", default=0.0, minimum=0
        ),
        integer("retires", "year", "year from which the first capacity is gone; blank: never"),
    ),
    by_period=True,
    numbers_by_period=("capacity", "minimum_use", "fixed_cost"),
)

LINE_PROCESSES = Table(
    "line_processes",
    "Which processes a line can run.",
    ("line", "process"),
    (
        text("line", "line", required=True, refers_to="lines"),
        text("process", "process", required=True, refers_to="processes"),
        number("use", "unit/unit", "capacity used per unit of activity", default=1.0, minimum=0),
        number(
            "maximum_share",
            "share",
            "largest share of the line's activity",
            default=1.0,
            minimum=0,
            maximum=1,
        ),
        flag("locked", "only with an intervention that unlocks it"),
    ),
)

MODES = Table(
    "modes",
    "A way to move goods: cost, factors and speed.",
    ("mode",),
    (
        text("mode", "short name", required=True),
        text("name", "name shown to people", default=""),
        number("cost_per_tkm", "currency/tkm", "line-haul cost", required=True, minimum=0),
        number("handling_cost", "currency/t", "loading and unloading, both ends", default=0.0, minimum=0),
        number("tank_to_wheel", "kgCO2e/tkm", "emitted by the vehicle", default=0.0, minimum=0),
        number("well_to_tank", "kgCO2e/tkm", "emitted making the fuel", default=0.0, minimum=0),
        number(
            "electricity", "kWh/tkm", "charged on the grid of the origin's region", default=0.0, minimum=0
        ),
        number("circuity", "km/km", "route length over great-circle distance", default=1.3, minimum=1),
        number("speed_km_per_h", "km/h", "average speed on the way", default=50.0, minimum=0.1),
        number("terminal_hours", "h", "loading, waiting and unloading", default=2.0, minimum=0),
        number("payload_t", "t", "load of one vehicle or train", default=30.0, minimum=0.001),
        number(
            "load_factor",
            "share",
            "mean load over payload while loaded; needed by modes with rows in vehicles",
            minimum=0.01,
            maximum=1,
        ),
        number(
            "empty_share",
            "share",
            "of all kilometres that are driven empty; read by modes with rows in vehicles",
            default=0.0,
            minimum=0,
            maximum=0.95,
        ),
        number("minimum_km", "km", "not used below this route length", default=0.0, minimum=0),
        number("maximum_km", "km", "not used above this route length", minimum=0),
        flag("locked", "only with an intervention that unlocks it"),
    ),
)

LANES = Table(
    "lanes",
    "A way from one site to another by one mode, given one by one.",
    ("origin", "destination", "mode"),
    (
        text("origin", "from site", required=True, refers_to="sites"),
        text("destination", "to site", required=True, refers_to="sites"),
        text("mode", "mode", required=True, refers_to="modes"),
        names("products", "products that may use it", required=True, refers_to="products"),
        number("distance_km", "km", "route length; blank: great circle x circuity", minimum=0),
        number("cost", "currency/t", "freight price; blank: from the mode", minimum=0),
        number("capacity", "t/year", "most that can be moved a year; blank: no limit", minimum=0),
        number("lead_days", "days", "door to door; blank: from the mode", minimum=0),
        flag("locked", "only with an intervention that unlocks its mode here"),
        number(
            "fixed_cost",
            "currency/year",
            "paid in every year in which the lane is used",
            default=0.0,
            minimum=0,
        ),
        number("minimum", "t/year", "if used at all, at least this much", default=0.0, minimum=0),
        flag("whole_vehicles", "paid by the whole vehicle of the mode's payload, full or not"),
        number(
            "least_load",
            "share",
            "in trials, a whole vehicle leaves with this much of its payload; blank: when it is full",
            minimum=0.01,
            maximum=1,
        ),
        integer(
            "longest_wait_days",
            "day",
            "in trials, a whole vehicle leaves when goods have waited so long for it, full or not",
            minimum=0,
        ),
    ),
)

LANE_RULES = Table(
    "lane_rules",
    "Generates lanes between all sites of two roles.",
    ("origin_role", "destination_role", "product", "mode"),
    (
        text("origin_role", "role of the origin", required=True),
        text("destination_role", "role of the destination", required=True),
        text("product", "product moved", required=True, refers_to="products"),
        text("mode", "mode", required=True, refers_to="modes"),
        number("max_km", "km", "largest great-circle distance", minimum=0),
        integer("nearest", "count", "only this many nearest origins of each destination", minimum=1),
        flag("locked", "only with an intervention that unlocks the mode here"),
    ),
)

DEMAND = Table(
    "demand",
    "A customer site's yearly need for a product.",
    ("site", "product"),
    (
        text("site", "customer site", required=True, refers_to="sites"),
        text("product", "product", required=True, refers_to="products"),
        number("quantity", "unit/year", "need", required=True, minimum=0),
        number("shortage_cost", "currency/unit", "price of unmet need; blank: must be met", minimum=0),
        flag("single_source", "served by one lane only in a period"),
        integer(
            "tolerance_days",
            "day",
            "in trials, how long the customer waits for what is late, then it is lost and counts as unmet; "
            "0: not at all (lost sales); blank: to the end of the period",
            minimum=0,
        ),
    ),
    required=True,
    by_period=True,
    numbers_by_period=("quantity", "shortage_cost"),
)

SOURCING_RULES = Table(
    "sourcing_rules",
    "Bounds on who supplies a product.",
    ("rule",),
    (
        text("rule", "short name", required=True),
        text("product", "product bought; blank: all", default="", refers_to="products"),
        text("site", "supplying site the rule is about; blank: any", default="", refers_to="sites"),
        text("region", "suppliers of this region; blank: any", default=""),
        text("group", "suppliers of this group; blank: any", default=""),
        text("tag", "offers or sites with this tag; blank: any", default=""),
        names(
            "data_tiers",
            "offers whose footprint is known like this, e.g. own; supplier; blank: any. In rules that bound "
            "shares, what interventions verify (verifies_footprint) counts as of the supplier as they work, "
            "at their chance",
        ),
        text(
            "indicator",
            "offers of suppliers whose scorecard value of this is as good as indicator_at_least; blank: any; "
            "without a bound the share is only reported",
            default="",
            refers_to="indicators",
        ),
        number("indicator_at_least", "see indicators", "this good or better (towards best)", default=1.0),
        text("measure", "what shares are of", default="quantity", choices=("quantity", "spend")),
        number("minimum_share", "share", "of all purchases the rule is about", minimum=0, maximum=1),
        number("maximum_share", "share", "of all purchases the rule is about", minimum=0, maximum=1),
        number(
            "share_if_used", "share", "each offer used supplies at least this share", minimum=0, maximum=1
        ),
        integer("minimum_count", "count", "offers used", minimum=0),
        integer("maximum_count", "count", "offers used", minimum=0),
    ),
    by_period=True,
    numbers_by_period=("minimum_share", "maximum_share"),
)
