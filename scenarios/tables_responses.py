"""Table of what is done about a shortfall in trials: expedite, spot purchase, substitute, curtail."""

from __future__ import annotations

from scenarios.columns import Table, integer, number, text
from scenarios.tables_chain import SITES

BRINGING = ("expedite", "spot_purchase", "substitute")  # goods to where they lack
CURTAILING = ("curtail_demand", "curtail_production")
RESPONSE_KINDS = (*BRINGING, *CURTAILING)

RESPONSES = Table(
    "responses",
    "What is done in trials about a shortfall that waiting and other open lanes and offers leave, at "
    "every site and product that fit all filled filters: the first in the chain that can, then the next "
    "for the rest. `expedite` sends what there is upstream on the way of a lane in use, but beyond what "
    "that lets pass, closed or not; `spot_purchase` brings goods from outside the chain; `substitute` "
    "takes another product from the site's stock instead; `curtail_demand` has waiting customers do "
    "without, which is paid for at its own price and not as unmet, but not delivered either; "
    "`curtail_production` leaves what lines fell short of unmade for good. Goods are short while what "
    "there is, less what customers wait for, is below a cover of planned use, and below what the plan has "
    "there that day. What a response costs is booked to the account `responses`.",
    ("response",),
    (
        text("response", "short name", required=True),
        text("kind", "what is done", required=True, choices=RESPONSE_KINDS),
        text("site", "filter: site where the product lacks", default="", refers_to="sites"),
        text("region", "filter: region of the site", default=""),
        text("role", "filter: role of the site", default="", choices=SITES.column("role").choices),
        text("product", "filter: product that lacks", default="", refers_to="products"),
        integer("rank", "1", "place in the chain, the lowest first, then row by row", default=1, minimum=1),
        number("after_days", "day", "of shortfall in a row before it answers", default=0.0, minimum=0),
        number(
            "cover_days",
            "day",
            "of planned use that stock has to last for, or the product is short; operations ease off "
            "at half of their safety stock; blank: 1; not of curtailing",
            minimum=0,
        ),
        number("most_share", "1", "most a day, as a share of the day's planned use", default=1.0, minimum=0),
        number(
            "price",
            "currency/unit",
            "of an expedited unit's transport, of a unit bought on the spot or curtailed; of a substituted "
            "unit beside what the substitute costs, where blank is 0",
            minimum=0,
        ),
        number(
            "premium",
            "1",
            "share added to the lane's freight cost, or to the mean price of the product's offers; "
            "in place of a price",
            minimum=0,
        ),
        integer(
            "lead_days", "day", "until goods expedited or bought arrive, in the morning; blank: 1", minimum=1
        ),
        number(
            "footprint",
            "tCO2e/unit",
            "of an expedited unit's transport, or of a unit bought on the spot; of a substituted unit beside "
            "the substitute's own, where blank is 0",
            minimum=0,
        ),
        number(
            "footprint_factor",
            "1",
            "on the lane's factors, or on the mean footprint of the product's offers; in place of a "
            "footprint; both blank: 1",
            minimum=0,
        ),
        text("substitute", "product taken instead", default="", refers_to="products"),
        number("ratio", "unit/unit", "units of the substitute for one unit; blank: 1", minimum=0),
    ),
)
