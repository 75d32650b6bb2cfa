"""Footprints known in layers, and what the identifiers of shared footprints mean."""

from __future__ import annotations

from scenarios.columns import Table, number, text

# From what is known best to what is known least: the first that there is holds.
DATA_TIERS = ("own", "supplier", "sector", "regional", "national")
OF_SUPPLIERS = ("own", "supplier")  # the figure is the supplier's own, no average

FACTORS = Table(
    "factors",
    "Cradle-to-gate footprints of products, in layers: an offer whose `footprint` is blank takes the first "
    "there is of own, supplier, sector, regional and national, and its data tier with it. Own and supplier "
    "factors name the supplier, regional ones the region; a sector factor of the supplier's region goes "
    "before one without a region. Rows of several years are a path: interpolated in between, held before "
    "and after. Footprints read from `scenario.footprints` are further rows of the level supplier.",
    ("product", "level", "supplier", "region"),
    (
        text("product", "product", required=True, refers_to="products"),
        text("level", "how the footprint is known", required=True, choices=DATA_TIERS),
        text("supplier", "supplying site, of levels own and supplier", default="", refers_to="sites"),
        text("region", "region of the supplying site, of levels sector and regional", default=""),
        number("value", "tCO2e/unit", "cradle-to-gate footprint", required=True),
        number(
            "cv",
            "1",
            "standard deviation over mean in trials, lognormal; blank: `simulation.factors` of the level; "
            "none while that is 0",
            minimum=0,
            maximum=2,
        ),
        number(
            "rating",
            "1",
            "data quality rating as in PACT and the GHG Protocol, 1 the best",
            minimum=1,
            maximum=5,
        ),
    ),
    by_period=True,
    numbers_by_period=("value",),
)

EXCHANGE_IDS = Table(
    "exchange_ids",
    "What the identifiers in shared footprints mean here; what is exported carries them too. Without a row, "
    "the last part of a product id is read as a product's short name, that of a company id as a site's, "
    "and the id of a transport operation category as a mode's.",
    ("identifier",),
    (
        text("identifier", "URN of a product or company, or id of a transport category", required=True),
        text("product", "product it stands for", default="", refers_to="products"),
        text("supplier", "supplying site it stands for", default="", refers_to="sites"),
        text("mode", "mode it stands for", default="", refers_to="modes"),
    ),
)
