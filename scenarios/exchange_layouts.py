"""The layouts in which footprints are shared: PACT product footprints and iLEAP logistics data.

Fields and rules are those of the PACT Technical Specifications 3.0 (WBCSD) and of the iLEAP Technical
Specifications 1.0 (Smart Freight Centre, SINE Foundation), as far as footprints and freight intensities need
them; fields beyond these are kept as they are. All decimals are text, as both specifications ask for.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel

DECIMAL = re.compile(r"^[+-]?\d+(\.\d+)?$")


def plain_decimal(value: object) -> str:
    """Return a number as the decimal text both specifications ask for: no exponent, every digit."""
    return format(Decimal(repr(float(value)) if isinstance(value, float) else str(value)), "f")


def _read_decimal(value: object) -> object:
    if isinstance(value, str) and DECIMAL.match(value):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value
    message = 'is not a decimal written as text, such as "2.31"'
    raise ValueError(message)


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


Number = Annotated[Decimal, BeforeValidator(_read_decimal), PlainSerializer(plain_decimal, return_type=str)]
NotNegative = Annotated[Number, Field(ge=0)]
Positive = Annotated[Number, Field(gt=0)]
Moment = Annotated[datetime, PlainSerializer(_utc, return_type=str)]
Urn = Annotated[str, Field(pattern=r"^([uU][rR][nN]):")]
FilledText = Annotated[str, Field(min_length=1)]
Measure = Literal[
    "liter",
    "kilogram",
    "cubic meter",
    "kilowatt hour",
    "megajoule",
    "ton kilometer",
    "square meter",
    "piece",
    "hour",
    "megabit second",
]
TransportMode = Literal["Road", "Rail", "Air", "Sea", "InlandWaterway"]


class Layout(BaseModel):
    """A JSON object with names in camel case; what is not described here is kept."""

    model_config = ConfigDict(extra="allow", alias_generator=to_camel, populate_by_name=True)

    def as_json(self) -> dict[str, Any]:
        """Return the object as plain JSON values, blank fields left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class DataQuality(Layout):
    """Ratings 1 (best) to 5."""

    technological_dqr: Annotated[Number, Field(ge=1, le=5, alias="technologicalDQR")]
    geographical_dqr: Annotated[Number, Field(ge=1, le=5, alias="geographicalDQR")]
    temporal_dqr: Annotated[Number, Field(ge=1, le=5, alias="temporalDQR")]


class CarbonFootprint(Layout):
    """What one declared unit has emitted, kgCO2e; the declared unit is an amount of a measure."""

    declared_unit_of_measurement: Measure
    declared_unit_amount: Positive
    product_mass_per_declared_unit: NotNegative  # kg
    reference_period_start: Moment
    reference_period_end: Moment
    pcf_excluding_biogenic_uptake: Number
    pcf_including_biogenic_uptake: Number
    fossil_ghg_emissions: NotNegative
    fossil_carbon_content: NotNegative
    ipcc_characterization_factors: Annotated[list[str], Field(min_length=1)]
    cross_sectoral_standards: Annotated[list[str], Field(min_length=1)]
    exempted_emissions_percent: Number
    boundary_processes_description: str | None = None
    outbound_logistics_ghg_emissions: NotNegative | None = None
    packaging_emissions_included: bool | None = None
    primary_data_share: Number | None = None
    dqi: DataQuality | None = None


class ProductFootprint(Layout):
    """One product footprint of the PACT exchange."""

    id: UUID
    spec_version: Annotated[str, Field(pattern=r"^3\.\d+\.\d+(-\d{8})?$")]
    created: Moment
    status: Literal["Active", "Deprecated"]
    company_name: FilledText
    company_ids: Annotated[list[Urn], Field(min_length=1)]
    product_description: str
    product_ids: Annotated[list[Urn], Field(min_length=1)]
    product_name_company: FilledText
    pcf: CarbonFootprint
    comment: str | None = None


class EnergyCarrier(Layout):
    """One of the energy carriers of a transport operation category."""

    energy_carrier: FilledText
    emission_factor_wtw: Annotated[Number, Field(alias="emissionFactorWTW")]
    emission_factor_ttw: Annotated[Number, Field(alias="emissionFactorTTW")]
    energy_consumption: NotNegative | None = None
    energy_consumption_unit: str | None = None


class TransportCategory(Layout):
    """A transport operation category (TOC): what a t-km of like transports emits, kgCO2e."""

    toc_id: FilledText
    mode: TransportMode
    energy_carriers: Annotated[list[EnergyCarrier], Field(min_length=1)]
    co2e_intensity_wtw: Annotated[NotNegative, Field(alias="co2eIntensityWTW")]
    co2e_intensity_ttw: Annotated[NotNegative, Field(alias="co2eIntensityTTW")]
    throughput: Annotated[  # named otherwise from version 0.3 of the specification on
        Literal["tkm", "TEUkm"],
        Field(
            validation_alias=AliasChoices("transportActivityUnit", "co2eIntensityThroughput", "throughput"),
            serialization_alias="transportActivityUnit",
        ),
    ]


class Distance(Layout):
    """A distance in km, of one of three kinds."""

    actual: NotNegative | None = None
    gcd: NotNegative | None = None
    sfd: NotNegative | None = None


class TransportElement(Layout):
    """A transport chain element (TCE): one leg of a shipment; mass in kg, activity in t-km, kgCO2e."""

    tce_id: FilledText
    shipment_id: FilledText
    mass: NotNegative
    distance: Distance
    transport_activity: NotNegative
    co2e_wtw: Annotated[Number, Field(alias="co2eWTW")]
    co2e_ttw: Annotated[Number, Field(alias="co2eTTW")]
    toc_id: str | None = None
    consignment_id: str | None = None


class ShipmentFootprint(Layout):
    """What a shipment has emitted, leg by leg; mass in kg."""

    shipment_id: FilledText
    mass: NotNegative
    tces: Annotated[list[TransportElement], Field(min_length=1)]
