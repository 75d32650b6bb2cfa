"""Tables of programme targets, labels, factory statuses, water, and rules on suppliers' footprints."""

from __future__ import annotations

from scenarios.columns import Table, flag, integer, names, number, text

MEASURES = (
    "emissions",
    "emissions_intensity",
    "energy",
    "energy_intensity",
    "water",
    "water_intensity",
    "production",
    "renewable_share",
    "purchase_share",
    "spend_share",
    "status_count",
    "steel_class",
)
KINDS = ("at_most", "at_least", "reduction", "gain", "yearly_reduction", "line_to", "no_rise")
ASPECTS = (
    "green_production",
    "supplier_management",
    "green_logistics",
    "green_recycling",
    "information_disclosure",
)
CRITERIA = (*ASPECTS, "overall", "renewable_share", "emissions_intensity", "emissions")

TARGETS = Table(
    "targets",
    "What a programme promises, judged after the solve and, where enforced, kept by the plan. Settings "
    "`scenario.targets` adds presets to it: spn, one_percent, peak_2030_neutral_2060.",
    ("target",),
    (
        text("target", "short name", required=True),
        text("name", "name shown to people", default=""),
        text("programme", "programme it belongs to", default=""),
        text(
            "measure",
            "what is measured, a year: emissions in tCO2e; energy in MWh, power and fuels; water in m3; "
            "production in units; intensities per unit delivered, or per unit made where a site filter is "
            "filled; renewable_share of the load; purchase_share and spend_share of what fits tag and "
            "label; status_count of sites with a factory status; steel_class: emissions under a rulebook per "
            "t of its product, with what its scrap term takes off the class's line added, so at_most its "
            "line without scrap",
            required=True,
            choices=MEASURES,
        ),
        text(
            "kind",
            "at_most, at_least: the value; reduction: this share below the baseline; gain: efficiency up by "
            "this share, so at most baseline / (1 + value); yearly_reduction: baseline x (1 - value) to the "
            "power of the years since; line_to: on the line that falls from the baseline to this share below "
            "it; no_rise: no higher than the period before",
            required=True,
            choices=KINDS,
        ),
        number("value", "see kind", "of the target; not used by no_rise", default=0.0),
        integer(
            "year",
            "year",
            "from this year on (line_to: reached in it); blank: always; reduction and gain: in the last year",
        ),
        integer("baseline_year", "year", "whose value is the baseline; blank: the first of the horizon"),
        number("baseline", "see measure", "baseline; blank: what today's chain has in the baseline year"),
        text("site", "at this site; blank: any", default="", refers_to="sites"),
        text("region", "at sites of this region", default=""),
        text("park", "at sites of this park", default=""),
        text("basin", "at sites that draw from this basin", default=""),
        text("owner", "at own or partners' sites", default="", choices=("", "own", "partner")),
        text("product", "of this product; blank: all together", default="", refers_to="products"),
        text("tag", "offers or their sites with this tag (shares of purchases)", default=""),
        text("label", "offers of this label class or a better one (shares of purchases)", default=""),
        text("status", "status counted (status_count)", default=""),
        names("accounts", "emission accounts summed; blank: those of the pathway's total"),
        text("rulebook", "rulebook whose class is reached (steel_class)", default=""),
        text("level", "class of the rulebook (steel_class)", default=""),
        flag(
            "enforce",
            "the plan must keep it; otherwise it is only judged. status_count: of a named site, at_least 1",
        ),
    ),
)

LABELS = Table(
    "labels",
    "Product labels: the class a footprint earns, best first by threshold.",
    ("product", "label"),
    (
        text("product", "product labelled", required=True, refers_to="products"),
        text("label", "class, e.g. A", required=True),
        number("largest_footprint", "tCO2e/unit", "of the class; blank: the rest"),
    ),
)

FACTORY_SCORES = Table(
    "factory_scores",
    "How a factory scores in the aspects of green factories.",
    ("site", "aspect"),
    (
        text("site", "site", required=True, refers_to="sites"),
        text("aspect", "aspect scored", required=True, choices=ASPECTS),
        number("score", "points", "score", required=True, minimum=0, maximum=100),
    ),
    by_period=True,
    numbers_by_period=("score",),
)

FACTORY_STATUSES = Table(
    "factory_statuses",
    "What a site must reach to enter a status, e.g. green_factory, zero_carbon_factory: all rows of it. "
    "Offers of a site whose scores alone give it a status in the first year carry the status as a tag.",
    ("status", "criterion"),
    (
        text("status", "short name", required=True),
        text(
            "criterion",
            "an aspect or overall, their mean: at least the threshold in points; renewable_share of the "
            "site's load: at least; emissions of its processes and power, or emissions_intensity of them per "
            "unit made: at most",
            required=True,
            choices=CRITERIA,
        ),
        number("threshold", "see criterion", "to be reached", required=True, minimum=0),
    ),
)

WATER_CAPS = Table(
    "water_caps",
    "The most water that sites of a basin may draw together.",
    ("basin",),
    (
        text("basin", "basin of sites", required=True),
        number("maximum", "m3/year", "most that may be drawn", required=True, minimum=0),
    ),
    by_period=True,
    numbers_by_period=("maximum",),
)

PRICE_PREFERENCES = Table(
    "price_preferences",
    "Lower footprints preferred: every t below a benchmark counts as so much price. Of several rows the one "
    "that names the product holds.",
    ("product", "kind"),
    (
        text("product", "product bought; blank: all", default="", refers_to="products"),
        text(
            "kind",
            "ranking: bids are ranked by it, nothing is paid; paid: a bonus received below the benchmark "
            "and a malus paid above it",
            required=True,
            choices=("ranking", "paid"),
        ),
        number("rate", "currency/tCO2e", "per t below or above the benchmark", required=True, minimum=0),
        number("benchmark", "tCO2e/unit", "footprint without preference", required=True, minimum=0),
        number(
            "largest_share",
            "share",
            "of the price that the preference is at most",
            default=1.0,
            minimum=0,
            maximum=1,
        ),
    ),
)

CHAIN_REQUIREMENTS = Table(
    "chain_requirements",
    "What a chain leader asks of its suppliers and, through them, of theirs: for every product that a tier "
    "supplies, at least this share of what is bought of it from that tier carries the tag.",
    ("requirement",),
    (
        text("requirement", "short name", required=True),
        text("leader", "site of the chain leader", required=True, refers_to="sites"),
        text("tag", "tag of an offer or its site that is asked for", required=True),
        integer(
            "tiers", "count", "1: who supplies the leader; 2: who supplies them too", default=2, minimum=1
        ),
        number("minimum_share", "share", "of purchases", default=1.0, minimum=0, maximum=1),
        text("measure", "what shares are of", default="quantity", choices=("quantity", "spend")),
    ),
)

ACCEPTED_SCHEMES = Table(
    "accepted_schemes",
    "Mutual recognition: under which schemes a supplier's own footprint is accepted. With rows here, that of "
    "an offer under no accepted scheme is replaced by the default of `footprint_defaults`.",
    ("scheme", "region"),
    (
        text("scheme", "scheme, as in offers", required=True),
        text("region", "for suppliers of this region; blank: any", default=""),
        text("name", "name shown to people", default=""),
    ),
)

FOOTPRINT_DEFAULTS = Table(
    "footprint_defaults",
    "What counts instead of a footprint that is not accepted.",
    ("product", "region"),
    (
        text("product", "product bought", required=True, refers_to="products"),
        text("region", "from suppliers of this region; blank: any", default=""),
        number("footprint", "tCO2e/unit", "default footprint", required=True, minimum=0),
        number("markup", "share", "added to it", default=0.0, minimum=0),
    ),
)

TARGET_TABLES = (
    TARGETS,
    LABELS,
    FACTORY_SCORES,
    FACTORY_STATUSES,
    WATER_CAPS,
    PRICE_PREFERENCES,
    CHAIN_REQUIREMENTS,
    ACCEPTED_SCHEMES,
    FOOTPRINT_DEFAULTS,
)
