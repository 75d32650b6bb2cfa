"""Tables of electricity: options, grid factors, hourly profiles, areas to build on and microgrids."""

from __future__ import annotations

from scenarios.columns import Table, flag, integer, number, text

POWER_KINDS = ("grid", "certificate", "ppa", "onsite", "import", "storage")
SURFACES = ("roof", "land")
HOURS = tuple(f"h{hour:02d}" for hour in range(24))

POWER_OPTIONS = Table(
    "power_options",
    "A way to get electricity at the sites of a region.",
    ("option",),
    (
        text("option", "short name", required=True),
        text("name", "name shown to people", default=""),
        text(
            "kind",
            "grid: as the region's grid; certificate: grid power with certificates bought; "
            "ppa: contracted MW of a wind or solar park, through the grid; "
            "onsite: MW behind the meter, built by an intervention or leased; "
            "import: green power from elsewhere, by the MWh; "
            "storage: MW behind the meter, built or leased, that shift green power by hours "
            "(only under electricity.matching=hourly)",
            required=True,
            choices=POWER_KINDS,
        ),
        text("region", "region it serves; blank: every region", default=""),
        number(
            "price",
            "currency/MWh",
            "per MWh used (grid, certificate, onsite, import), contracted (ppa) or discharged (storage)",
            required=True,
        ),
        number("maximum_share", "share", "largest share of a site's load", default=1.0, minimum=0, maximum=1),
        number(
            "capacity_factor",
            "share",
            "mean output over capacity (ppa, onsite); blank: the mean of its profile",
            minimum=0,
            maximum=1,
        ),
        integer("term_years", "year", "length of a contract (ppa) or lease", default=10, minimum=1),
        text(
            "profile",
            "when it puts out; hourly matching needs it for ppa and onsite; an import without one is there "
            "at any hour, with one up to that share of maximum_share",
            default="",
            refers_to="power_profiles",
        ),
        number(
            "capacity_price",
            "currency/MW/year",
            "each contracted (ppa) or leased (onsite, storage) MW, beside the price; blank: no lease",
            minimum=0,
        ),
        number(
            "take_or_pay",
            "share",
            "of a contract's output paid whether used or not; what is used beyond is paid too (ppa)",
            default=1.0,
            minimum=0,
            maximum=1,
        ),
        text("surface", "what an own plant stands on, see power_areas", default="", choices=SURFACES),
        number("area_per_mw", "ha/MW", "what one MW of it takes of that surface", minimum=0),
        number("storage_hours", "MWh/MW", "what one MW of storage holds", minimum=0),
        number("efficiency", "share", "of storage, from charging to discharging", minimum=0.01, maximum=1),
        number(
            "certificate_price",
            "currency/MWh",
            "certificates are bought apart from the power, kept and retired; blank: price includes them",
            minimum=0,
        ),
        number(
            "certificate_limit",
            "MWh/year",
            "most that can be bought a year by all sites together; blank: no limit",
            minimum=0,
        ),
        integer(
            "valid_years",
            "year",
            "a certificate may be retired so many years after that of its vintage at the latest",
            default=0,
            minimum=0,
        ),
        number(
            "same_hour_share",
            "share",
            "of what it claims that is generated in the hour of its use, see carbon.scope2=same_hour; blank: "
            "as its profile meets the load; without a profile all of an import and nothing of the others",
            minimum=0,
            maximum=1,
        ),
        flag(
            "not_deliverable",
            "generated outside the market of the sites it serves and not shown to be delivered there: claims "
            "nothing under carbon.scope2=same_hour",
        ),
    ),
    by_period=True,
    numbers_by_period=(
        *("price", "maximum_share", "capacity_factor", "capacity_price"),
        *("certificate_price", "certificate_limit"),
    ),
)

GRID_FACTORS = Table(
    "grid_factors",
    "What one MWh from a region's grid emits.",
    ("region",),
    (
        text("region", "region", required=True),
        number("factor", "tCO2e/MWh", "location-based average", required=True, minimum=0),
        number(
            "unclaimed_factor",
            "tCO2e/MWh",
            "of power without a claim under carbon.scope2=same_hour, e.g. of fossil plants alone where there "
            "is no residual mix; blank: factor",
            minimum=0,
        ),
    ),
    by_period=True,
    numbers_by_period=("factor", "unclaimed_factor"),
)

POWER_PROFILES = Table(
    "power_profiles",
    "Output of wind and sun, or the load of a site, hour by hour of one year; one row a day.",
    ("profile", "day"),
    (
        text("profile", "short name", required=True),
        integer(
            "day", "day", "day of the year, 1 to 365 (no leap day)", required=True, minimum=1, maximum=365
        ),
        *(
            number(name, "share", f"mean of the hour from {hour}:00 local time", required=True, minimum=0)
            for hour, name in enumerate(HOURS)
        ),
    ),
)

POWER_AREAS = Table(
    "power_areas",
    "How much roof and land a site has for plants of its own; a site without a row has none of it.",
    ("site", "surface"),
    (
        text("site", "site", required=True, refers_to="sites"),
        text("surface", "what it is", required=True, choices=SURFACES),
        number("area", "ha", "that plants may take", required=True, minimum=0),
    ),
)

MICROGRIDS = Table(
    "microgrids",
    "Parks (see sites) whose sites share their own plants and storage.",
    ("park",),
    (
        text("park", "park of the sites that share", required=True),
        number(
            "price", "currency/MWh", "paid for each MWh passed on, beside its price", default=0.0, minimum=0
        ),
        number("capacity", "MW", "most that all sites pass on together; blank: no limit", minimum=0),
    ),
)
