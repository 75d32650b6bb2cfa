"""Tables of supplier scorecards: indicators, what each supplier scores, and the quotas of grades."""

from __future__ import annotations

from scenarios.columns import Table, number, text

FAMILIES = (
    "conduct_code",
    "quality_and_environment",
    "disclosure",
    "climate_targets",
    "water_and_waste",
    "renewable_use",
)
INDICATOR_KINDS = ("yes_no", "share", "level")

INDICATORS = Table(
    "indicators",
    "What suppliers are scored by: 100 points, shared out by weight.",
    ("indicator",),
    (
        text("indicator", "short name", required=True),
        text("name", "name shown to people", default=""),
        text("family", "what it is about", required=True, choices=FAMILIES),
        number("weight", "share", "of the score; all together 1, or 100", required=True, minimum=0),
        text(
            "kind",
            "yes_no: 1 or 0; share: 0 to 1; level: from worst to best",
            default="yes_no",
            choices=INDICATOR_KINDS,
        ),
        number("worst", "see kind", "value that earns no points (level)", default=0.0),
        number("best", "see kind", "value that earns all points; may lie below worst (level)", default=1.0),
        number(
            "improvement_cost",
            "currency",
            "of bringing one supplier from worst to best, in proportion for a part of the way",
            default=0.0,
            minimum=0,
        ),
    ),
)

SCORECARD = Table(
    "scorecard",
    "What a supplier reports. A value holds from its year on until the next one, not interpolated. A "
    "supplier with a row is scored; what it does not report counts as worst.",
    ("site", "indicator"),
    (
        text("site", "supplying site", required=True, refers_to="sites"),
        text("indicator", "indicator", required=True, refers_to="indicators"),
        number("value", "see indicators", "1 or 0, a share, or a level", required=True),
    ),
    by_period=True,
    numbers_by_period=("value",),
)

GRADES = Table(
    "grades",
    "Grades by score, and how much of a product may be bought from a supplier of the grade in the period "
    "after the scoring (in the first period by its own). Holds for products that several suppliers offer.",
    ("grade",),
    (
        text("grade", "short name, e.g. A", required=True),
        number("lowest_score", "points", "grade from this score on", required=True, minimum=0, maximum=100),
        number("minimum_share", "share", "of the product's purchases", minimum=0, maximum=1),
        number("maximum_share", "share", "of the product's purchases", minimum=0, maximum=1),
    ),
)
