"""Between the declared units of shared footprints and the units in which a scenario counts products."""

from __future__ import annotations

from decimal import Decimal

from scenarios.exchange_layouts import CarbonFootprint

# By unit of a product: the measure it is declared in, and how much of it one unit is.
MEASURES: dict[str, tuple[str, float]] = {
    "g": ("kilogram", 0.001),
    "kg": ("kilogram", 1.0),
    "t": ("kilogram", 1000.0),
    "kt": ("kilogram", 1e6),
    "Mt": ("kilogram", 1e9),
    "l": ("liter", 1.0),
    "m3": ("cubic meter", 1.0),
    "m2": ("square meter", 1.0),
    "kWh": ("kilowatt hour", 1.0),
    "MWh": ("kilowatt hour", 1000.0),
    "GWh": ("kilowatt hour", 1e6),
    "MJ": ("megajoule", 1.0),
    "GJ": ("megajoule", 1000.0),
    "tkm": ("ton kilometer", 1.0),
}
SAME = {("liter", "cubic meter"): 0.001, ("cubic meter", "liter"): 1000.0}
SAME |= {("kilowatt hour", "megajoule"): 3.6, ("megajoule", "kilowatt hour"): 1 / 3.6}
KG = 1000.0  # in a t
CLOSE = 1e-6


def measured_in(unit: str) -> tuple[str, float]:
    """Return the measure in which a product's unit is declared and how much of it one unit is.

    A unit that is no unit of mass, volume, area or energy counts pieces.
    """
    return MEASURES.get(unit, ("piece", 1.0))


def per_product_unit(pcf: CarbonFootprint, unit: str, tonnes_per_unit: float) -> float:
    """Return the footprint of one unit of a product, tCO2e/unit, as declared.

    Where the measures differ the mass per declared unit and that of the product's unit link them.
    Raises ValueError, with what is wrong, when the declared unit says nothing about the product's.
    """
    measure, amount = pcf.declared_unit_of_measurement, float(pcf.declared_unit_amount)
    mass = float(pcf.product_mass_per_declared_unit)
    if measure == "kilogram" and abs(mass - amount) > CLOSE * amount:
        message = f"declares {amount:g} kilogram whose mass is {mass:g} kg"
        raise ValueError(message)
    kilograms = float(pcf.pcf_excluding_biogenic_uptake)
    wanted, held = measured_in(unit)
    if measure == wanted:
        return kilograms / amount * held / KG
    if (measure, wanted) in SAME:
        return kilograms / (amount * SAME[measure, wanted]) * held / KG
    if mass > 0 and tonnes_per_unit > 0:
        return kilograms / mass * tonnes_per_unit
    message = f"declares per {measure}, the product is counted in {unit}, and no mass links the two"
    raise ValueError(message)


def declared(unit: str, tonnes_per_unit: float) -> tuple[str, Decimal, float]:
    """Return how one unit of a product is declared: measure, kg of product, and units in the declared one."""
    measure, held = measured_in(unit)
    mass = Decimal(1) if measure == "kilogram" else Decimal(repr(tonnes_per_unit * KG / held))
    return measure, mass, 1 / held
