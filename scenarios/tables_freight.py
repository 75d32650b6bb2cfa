"""Tables of freight by energy (ISO 14083): carriers, what vehicles use of them, and what hubs use."""

from __future__ import annotations

from scenarios.columns import Table, flag, number, text

ENERGY_CARRIERS = Table(
    "energy_carriers",
    "What vehicles and hubs run on, and what a unit of it emits, made and used.",
    ("carrier",),
    (
        text("carrier", "short name", required=True),
        text("name", "name shown to people", default=""),
        text("unit", "unit it is counted in, e.g. l, kg, kWh", required=True),
        number("tank_to_wheel", "kgCO2e/unit", "emitted where it is used", default=0.0, minimum=0),
        number("well_to_tank", "kgCO2e/unit", "emitted making and bringing it", default=0.0, minimum=0),
        flag("from_grid", "counted in kWh; what the region's grid emits comes on top of well_to_tank"),
    ),
    by_period=True,
    numbers_by_period=("tank_to_wheel", "well_to_tank"),
)

VEHICLES = Table(
    "vehicles",
    "What the vehicles of a mode use: emissions per tkm follow from it, in place of the factors in `modes`. "
    "A mode with several rows drives with several carriers.",
    ("mode", "carrier"),
    (
        text("mode", "mode", required=True, refers_to="modes"),
        text("carrier", "what they run on", required=True, refers_to="energy_carriers"),
        number("consumption_full", "unit/km", "used with the whole payload", required=True, minimum=0),
        number(
            "consumption_empty", "unit/km", "used without load; blank: as with the whole payload", minimum=0
        ),
        number(
            "share",
            "share",
            "of the mode's kilometres driven with it; together 1 in every year",
            default=1.0,
            minimum=0,
            maximum=1,
        ),
        text(
            "charged_at",
            "whose grid it is charged from (carriers from the grid)",
            default="origin",
            choices=("origin", "destination", "both"),
        ),
    ),
    by_period=True,
    numbers_by_period=("consumption_full", "consumption_empty", "share"),
)

HUB_ENERGY = Table(
    "hub_energy",
    "Energy that handling at a hub takes, beside `handling_emissions`: a hub operation of ISO 14083.",
    ("site", "product", "carrier"),
    (
        text("site", "hub site", required=True, refers_to="sites"),
        text("product", "product handled, as in hubs; blank: all together", default="", refers_to="products"),
        text("carrier", "what is used", required=True, refers_to="energy_carriers"),
        number("consumption", "unit/unit", "used per unit that leaves", required=True, minimum=0),
    ),
    by_period=True,
    numbers_by_period=("consumption",),
)
FREIGHT_TABLES = (ENERGY_CARRIERS, VEHICLES, HUB_ENERGY)
