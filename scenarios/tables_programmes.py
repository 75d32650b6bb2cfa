"""Tables of supplier programmes: their stages, and who may take part."""

from __future__ import annotations

from scenarios.columns import Table, flag, integer, number, text

PROGRAMME_STAGES = Table(
    "programme_stages",
    "A stage of a supplier programme, e.g. trained, inventory, target, action. Each supplier and stage is an "
    "intervention of its own, programme:stage:site, which other tables may refer to; its kind is the "
    "programme and the stage with a blank between. A supplier takes a seat in a stage from the year on in "
    "which the stage before counts as reached.",
    ("programme", "stage"),
    (
        text("programme", "short name of the programme", required=True),
        text("stage", "short name of the stage", required=True),
        text("name", "name shown to people", default=""),
        text("after", "stage of the programme that has to be reached before; blank: none", default=""),
        number(
            "seat_cost",
            "currency",
            "paid once for each supplier's seat, reached or not; leaves no asset",
            default=0.0,
            minimum=0,
        ),
        number(
            "yearly_cost",
            "currency/year",
            "for each supplier from the year on in which the stage counts as reached",
            default=0.0,
            minimum=0,
        ),
        number(
            "chance",
            "share",
            "that a supplier with a seat reaches the stage, once it has reached the one before; plans reckon "
            "with what is to be expected, trials draw it",
            default=1.0,
            minimum=0,
            maximum=1,
        ),
        number("delay_months", "month", "mean time from the seat to the stage", default=0.0, minimum=0),
        number(
            "delay_cv",
            "share",
            "standard deviation of that time over its mean, in trials",
            default=0.0,
            minimum=0,
            maximum=2,
        ),
        number(
            "footprint_cut",
            "share",
            "of the footprint of all the supplier's offers, once the stage is reached",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        flag("verifies_footprint", "who reaches it has a verified footprint of its own: see effects"),
        integer("most_seats_a_year", "count", "seats given in a year; blank: no limit", minimum=0),
    ),
)

PROGRAMME_SUPPLIERS = Table(
    "programme_suppliers",
    "A supplier that may take part in a programme.",
    ("programme", "site"),
    (
        text("programme", "programme", required=True, refers_to="programme_stages"),
        text("site", "supplier", required=True, refers_to="sites"),
        integer("earliest", "year", "first year in which it can take a seat in the first stage"),
        integer("latest", "year", "last year in which it can take a seat in the first stage"),
        text("last_stage", "how far it may go; blank: all the way", default=""),
        number(
            "footprint_cut",
            "share",
            "instead of the stage's, in a programme with one stage that cuts; blank: the stage's",
            minimum=0,
            maximum=1,
        ),
    ),
)
