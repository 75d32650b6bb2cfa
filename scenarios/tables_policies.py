"""Table of how sites order in trials, where they do not follow the plan."""

from __future__ import annotations

from scenarios.columns import Table, integer, number, text
from scenarios.tables_chain import SITES

FOLLOW_PLAN = "follow_plan"
POLICY_KINDS = (FOLLOW_PLAN, "order_up_to", "fixed_quantity", "base_stock", "periodic")
MEASURES = ("quantity", "days_of_planned_use", "days_of_recent_use")

POLICIES = Table(
    "policies",
    "How the sites that fit all filled filters order a product in trials, in place of following the plan "
    "with feedback; the row with most filters holds, of as many the later one. An order is split among "
    "offers and lanes as the plan splits, and what cannot be sent today stays on order. The position of a "
    "site is what it has, what is on the way to it and what it ordered and was not sent yet, less what "
    "others wait for. What a site makes itself follows the plan, and so does all without a row. Where goods "
    "wait for whole vehicles, `longest_wait_days` of the lane keeps small orders from waiting for ever.",
    ("site", "region", "role", "product"),
    (
        text("site", "filter: site", default="", refers_to="sites"),
        text("region", "filter: region of the site", default=""),
        text("role", "filter: role of the site", default="", choices=SITES.column("role").choices),
        text("product", "filter: product ordered", default="", refers_to="products"),
        text(
            "policy",
            "order_up_to: (s,S), at or below the reorder point up to a level; fixed_quantity: (r,Q), at or "
            "below the reorder point as many lots as lift it above; base_stock: up to a level every day; "
            "periodic: (T,S), up to a level every so many days",
            required=True,
            choices=POLICY_KINDS,
        ),
        number("reorder_point", "unit or day", "position at or below which is ordered", minimum=0),
        number("order_up_to", "unit or day", "position that an order restores", minimum=0),
        number("order_quantity", "unit or day", "one lot of a fixed quantity", minimum=0),
        integer("review_days", "day", "days from one look at the position to the next; blank: 1", minimum=1),
        text(
            "measured_in",
            "what the three figures count: product units, days of the plan's use at the site in the period, "
            "or days of its mean use of late",
            default="quantity",
            choices=MEASURES,
        ),
        integer("recent_days", "day", "days that recent use is the mean of (moving average)", minimum=1),
    ),
)
