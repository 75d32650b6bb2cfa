"""Tables of what may go otherwise than planned: disruptions."""

from __future__ import annotations

from scenarios.columns import Table, integer, number, text
from scenarios.tables_chain import SITES

CLOSINGS = ("closes_site", "closes_line", "closes_lane")
SHARES = ("changes_demand", "raises_price", "raises_footprint", "raises_grid_factor")
CHANGES = (*SHARES, "raises_carbon_price")  # by an amount
DISRUPTION_KINDS = (*CLOSINGS, *CHANGES, "cuts_power")
DURATIONS = ("fixed", "exponential", "lognormal")

DISRUPTIONS = Table(
    "disruptions",
    "Events that may befall a plan in trials; what they hit is every element that fits all filled filters. "
    "All that one event hits is hit together; a cap on capacity, a closed region or a closed mode is a "
    "closing with a severity, a region or a mode. Prices and factors count by the mean over the days of a "
    "period.",
    ("event",),
    (
        text("event", "short name; its luck hangs on it", required=True),
        text("kind", "what it does", required=True, choices=DISRUPTION_KINDS),
        text("site", "filter: site; a customer never closes", default="", refers_to="sites"),
        text("region", "filter: region of the site; of either end of a lane", default=""),
        text("role", "filter: role of the site", default="", choices=SITES.column("role").choices),
        text("line", "filter: line", default="", refers_to="lines"),
        text("origin", "filter: where a lane starts", default="", refers_to="sites"),
        text("destination", "filter: where a lane ends", default="", refers_to="sites"),
        text("mode", "filter: mode of a lane", default="", refers_to="modes"),
        text("product", "filter: product demanded or offered", default="", refers_to="products"),
        text("offer", "filter: offer", default="", refers_to="offers"),
        text("option", "filter: power option, certificates for one", default="", refers_to="power_options"),
        text("earliest", "first day it may start, 2026-03-01; blank: `after` says when", default=""),
        text("latest", "last day it may start, all days as likely; blank: on the earliest", default=""),
        integer("every_years", "year", "comes again so many years later, with luck of its own", minimum=1),
        text("after", "event that sets it off; blank: none", default="", refers_to="disruptions"),
        number("delay_days", "day", "from the start of that event", default=0.0, minimum=0),
        number(
            "probability", "1", "of each time; given the event before it", default=1.0, minimum=0, maximum=1
        ),
        number("mean_days", "day", "how long on average; blank: to the end of the horizon", minimum=0),
        text("duration", "how the length is distributed", default="fixed", choices=DURATIONS),
        number("duration_cv", "1", "standard deviation over mean of a lognormal length", minimum=0),
        number("severity", "1", "share of the capacity or power lost", default=1.0, minimum=0, maximum=1),
        number(
            "amount",
            "1 or currency/tCO2e",
            "share added to demand, price or factor (-0.2: a fifth less); currency added to the carbon price",
        ),
    ),
)
