"""Tables of what may be decided or fixed: interventions, their effects, counts, budgets and pins."""

from __future__ import annotations

from scenarios.columns import Table, integer, names, number, text

LIFE_CYCLE = (
    *("design", "production", "operation", "recycling", "energy", "packaging", "marketing"),
    "trade",
)

INTERVENTIONS = Table(
    "interventions",
    "A discrete choice: build, switch, equip, enrol.",
    ("intervention",),
    (
        text("intervention", "short name", required=True),
        text("name", "name shown to people", default=""),
        text("kind", "family shown in reports, e.g. scrap base phase, electric arc furnace", required=True),
        text("site", "site it belongs to; blank: no single site", default="", refers_to="sites"),
        number("capex", "currency", "paid at the start", default=0.0, minimum=0),
        number(
            "programme_cost",
            "currency",
            "paid at the start for what leaves no asset: training, audits, data",
            default=0.0,
            minimum=0,
        ),
        number("opex", "currency/year", "yearly cost while active (negative: saving)", default=0.0),
        integer("lead_years", "year", "from decision to effect", default=0, minimum=0),
        integer("life_years", "year", "years of effect", default=20, minimum=1),
        number(
            "ramp_up_years",
            "year",
            "in trials, years from going live to the full effect, even growth; the plan has it at once",
            default=0.0,
            minimum=0,
        ),
        integer("earliest", "year", "first year it can be decided"),
        integer("latest", "year", "last year it can be decided"),
        names("requires", "interventions that must be active before", refers_to="interventions"),
        text("exclusive_group", "at most one of the group is ever chosen", default=""),
        integer(
            "maximum_modules",
            "count",
            "how many modules may be built, each with the stated effects",
            default=1,
            minimum=1,
        ),
        number("subsidy_share", "share", "of the capex that others pay", default=0.0, minimum=0, maximum=1),
        number("loan_share", "share", "of the rest that is borrowed", default=0.0, minimum=0, maximum=1),
        number("loan_rate", "share/year", "real interest of the loan", default=0.0, minimum=0, maximum=1),
        names("life_cycle", f"categories of the full life cycle it is about: {'; '.join(LIFE_CYCLE)}"),
        integer("loan_years", "year", "years of equal repayments", default=10, minimum=1),
    ),
)

EFFECT_KINDS = (
    "adds_capacity",
    "retires_capacity",
    "unlocks_process",
    "unlocks_mode",
    "unlocks_offer",
    "cuts_electricity",
    "cuts_direct_emissions",
    "cuts_input",
    "cuts_offer_footprint",
    "cuts_freight_emissions",
    "adds_operating_cost",
    "adds_power_capacity",
    "opens_hub",
    "cuts_fuel",
    "cuts_water",
    "verifies_footprint",
    "raises_score",
)

EFFECTS = Table(
    "effects",
    "What an intervention does. Blank target columns mean any.",
    (
        *("intervention", "effect", "site", "region", "line", "process", "mode", "product", "offer"),
        *("option", "indicator"),
    ),
    (
        text("intervention", "intervention", required=True, refers_to="interventions"),
        text("effect", "what happens", required=True, choices=EFFECT_KINDS),
        text("site", "at this site (origin of a lane); blank: any", default="", refers_to="sites"),
        text("region", "at sites of this region (origin of a lane)", default=""),
        text("line", "on this line", default="", refers_to="lines"),
        text("process", "of this process", default="", refers_to="processes"),
        text("mode", "of this mode", default="", refers_to="modes"),
        text("product", "of this product", default="", refers_to="products"),
        text("offer", "of this offer", default="", refers_to="offers"),
        text("option", "of this power option", default="", refers_to="power_options"),
        text("indicator", "this indicator of scored suppliers", default="", refers_to="indicators"),
        number(
            "amount",
            "see meaning",
            "capacity in unit/year; power capacity in MW; cuts as a share of what the recipe, offer or lane "
            "says; operating cost in currency/unit; how far the indicator moves towards best; not used by "
            "unlocks and verifies_footprint, which takes effect on whole offers",
        ),
    ),
)

INTERVENTION_COUNTS = Table(
    "intervention_counts",
    "How many interventions of a kind are in effect, or of a list.",
    ("rule",),
    (
        text("rule", "short name", required=True),
        text("kind", "intervention kind counted; blank: the list", default=""),
        names("interventions", "interventions counted; blank: the kind", refers_to="interventions"),
        integer("by_year", "year", "in effect in this year; blank: ever decided"),
        integer("minimum", "count", "at least", minimum=0),
        integer("maximum", "count", "at most", minimum=0),
        text(
            "counted",
            "decided: each one in effect as one; expected: each stage of a programme by the chance that its "
            "supplier reaches it",
            default="decided",
            choices=("decided", "expected"),
        ),
    ),
)

BUDGETS = Table(
    "budgets",
    "Limits on investment.",
    ("budget",),
    (
        text("budget", "short name", required=True),
        text("kind", "intervention kind it pays for; blank: all", default=""),
        integer("year", "year", "investment of this year's period; blank: of the whole horizon"),
        number(
            "amount",
            "currency",
            "most that may be invested, net of subsidies, programme costs included",
            required=True,
            minimum=0,
        ),
    ),
)

PINS = Table(
    "pins",
    "Decisions the planner fixes or bounds before solving.",
    ("pin",),
    (
        text("pin", "short name", required=True),
        text(
            "decision",
            "which decision",
            required=True,
            choices=("purchase", "flow", "run", "power", "adopt", "in_effect", "unmet"),
        ),
        text("offer", "of this offer", default="", refers_to="offers"),
        text("site", "at this site (origin of a lane); blank: any", default="", refers_to="sites"),
        text("destination", "to this site", default="", refers_to="sites"),
        text("region", "at sites of this region", default=""),
        text("mode", "by this mode", default="", refers_to="modes"),
        text("product", "of this product", default="", refers_to="products"),
        text("line", "on this line", default="", refers_to="lines"),
        text("process", "by this process", default="", refers_to="processes"),
        text("option", "of this power option", default="", refers_to="power_options"),
        text("intervention", "of this intervention", default="", refers_to="interventions"),
        integer("from_year", "year", "from this year on; blank: from the start"),
        integer("to_year", "year", "to this year, included; blank: to the end"),
        number("minimum", "unit/year", "the sum over what is named is at least this"),
        number("maximum", "unit/year", "the sum over what is named is at most this"),
        number(
            "minimum_share",
            "share",
            "at least this share of the same decision over all suppliers or lanes of the product",
            minimum=0,
            maximum=1,
        ),
        number("maximum_share", "share", "at most this share", minimum=0, maximum=1),
    ),
)
