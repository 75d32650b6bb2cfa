"""Table of how far named elements may go otherwise than the general level says."""

from __future__ import annotations

from scenarios.columns import Table, number, text
from scenarios.tables_chain import SITES

PRICES = ("purchase_price", "freight_price", "power_price")
DRAWN_AGAIN = ("yearly_demand", "daily_demand", "lead_time", "renewable_output", "input_need", *PRICES)
FACTORS = (*DRAWN_AGAIN, "intervention_effect")  # with a cv; the last is drawn once
OUTAGES = ("supplier_outage", "site_outage", "lane_outage", "line_breakdown")
UNCERTAINTY_KINDS = (*FACTORS, *OUTAGES, "late_go_live", "drop_out")
DISTRIBUTIONS = ("lognormal", "gamma", "triangular", "uniform")
FILTERS = (
    *("site", "region", "role", "line"),
    *("origin", "destination", "mode", "product"),
    *("offer", "option", "intervention"),
)

UNCERTAINTY = Table(
    "uncertainty",
    "How far what fits all filled filters may go otherwise than planned, in place of the general level of "
    "`simulation.uncertainty`. The row with most filters holds, of as many the later one; no row holds "
    "while the general level of its kind is zero. Factors have mean one.",
    ("kind", *FILTERS),
    (
        text("kind", "what varies", required=True, choices=UNCERTAINTY_KINDS),
        text("site", "filter: site", default="", refers_to="sites"),
        text("region", "filter: region of the site; of either end of a lane", default=""),
        text("role", "filter: role of the site", default="", choices=SITES.column("role").choices),
        text("line", "filter: line", default="", refers_to="lines"),
        text("origin", "filter: where a lane starts", default="", refers_to="sites"),
        text("destination", "filter: where a lane ends", default="", refers_to="sites"),
        text("mode", "filter: mode of a lane", default="", refers_to="modes"),
        text("product", "filter: product", default="", refers_to="products"),
        text("offer", "filter: offer", default="", refers_to="offers"),
        text("option", "filter: power option", default="", refers_to="power_options"),
        text("intervention", "filter: intervention", default="", refers_to="interventions"),
        number("cv", "1", "standard deviation over mean of a factor", minimum=0, maximum=2),
        text("distribution", "of a factor", default="lognormal", choices=DISTRIBUTIONS),
        number(
            "persistence",
            "1",
            "correlation from one draw to the next: years, days, or weeks of a lead time; blank: general",
            minimum=0,
            maximum=1,
        ),
        number("correlation", "1", "of all in the same group; blank: general", minimum=0, maximum=1),
        text(
            "group", "shares its luck; blank: the product's market for yearly demand, else none", default=""
        ),
        number("per_year", "1/year", "outages a year of up time", minimum=0),
        number("mean_days", "day", "mean length of an outage; blank: general", minimum=0),
        number("mean_years", "year", "mean delay of a go-live", minimum=0),
        number("probability", "1", "chance that an intervention never goes live", minimum=0, maximum=1),
    ),
)
