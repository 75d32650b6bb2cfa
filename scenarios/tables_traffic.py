"""Tables of how goods come and go in trials: timetables of trains and ships, gates where vehicles queue."""

from __future__ import annotations

from scenarios.columns import Table, integer, names, number, text

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STAGES = ("weighbridge", "unloading", "grading")  # in the order in which a vehicle passes them

TIMETABLES = Table(
    "timetables",
    "When trains and ships leave, on every lane that fits all filled filters; of several rows that fit one "
    "lane that with most filters holds, of as many the later one. In trials goods wait at the origin for "
    "the next departure; a departure that finds lane or origin shut leaves when they open. A capacity also "
    "bounds what the plan may move on the lane in a year. Needs lanes not paid by the whole vehicle.",
    ("timetable",),
    (
        text("timetable", "short name", required=True),
        text("origin", "filter: where the lane starts", default="", refers_to="sites"),
        text("destination", "filter: where the lane ends", default="", refers_to="sites"),
        text("mode", "filter: mode of the lane", default="", refers_to="modes"),
        text("region", "filter: region of either end of the lane", default=""),
        names("weekdays", f"leaves on these days of the week: {', '.join(WEEKDAYS)}"),
        integer("every_days", "day", "or leaves every so many days", minimum=1, maximum=366),
        integer("offset_days", "day", "from the horizon's first day to a departure", minimum=0),
        number("capacity", "t", "most that one departure takes; blank: no limit", minimum=0.001),
    ),
)

GATES = Table(
    "gates",
    "Where vehicles queue in trials: the stages that what comes to a site by lane passes, one after the "
    "other, before it is in stock. Vehicles of a day come at random within opening hours, each with one "
    "product, and are served in the order in which they come; who is not through when the gate closes goes "
    "on next morning. Waiting is counted in opening hours. The service time is a fixed part and an "
    "exponential one (cv 1: exponential, 0: fixed). A row with an intervention holds in place of the row "
    "without one while the intervention works, of several the last. The plan knows no gates.",
    ("site", "stage", "intervention"),
    (
        text("site", "site", required=True, refers_to="sites"),
        text("stage", "what is done there", required=True, choices=STAGES),
        text("intervention", "blank: as it is today", default="", refers_to="interventions"),
        integer("servers", "count", "vehicles served at the same time", required=True, minimum=1),
        number("minutes", "min", "mean service time of a vehicle", required=True, minimum=0),
        number("cv", "1", "standard deviation over mean of it", default=0.0, minimum=0, maximum=1),
        names("products", "that come by vehicle through this gate; blank: all", refers_to="products"),
        number("payload_t", "t", "load of a vehicle", default=30.0, minimum=0.001),
        number("hours", "h/day", "opening hours", default=24.0, minimum=0.1, maximum=24),
        number("waiting_cost", "currency/h", "of a vehicle that waits", default=0.0, minimum=0),
        number("idling_emissions", "kgCO2e/h", "of a vehicle that waits", default=0.0, minimum=0),
        number(
            "grade_error", "share", "of vehicles graded wrongly (grading)", default=0.0, minimum=0, maximum=1
        ),
        number("misgrade_cost", "currency/t", "of goods graded wrongly (grading)", default=0.0, minimum=0),
    ),
)
