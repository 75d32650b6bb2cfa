"""Shared footprints for tests: as plain JSON values, in the PACT 3.0 and iLEAP layouts."""

import json
from uuid import UUID


def footprint(number=1, **changes):
    """Return a footprint of the tutorial's ore: 0.03 kg a kg; `changes` go to it or to its ``pcf``."""
    found = {
        "id": str(UUID(int=number, version=4)),
        "specVersion": "3.0.0",
        "created": "2025-01-01T00:00:00Z",
        "status": "Active",
        "companyName": "Ore port",
        "companyIds": ["urn:company:example:port"],
        "productDescription": "Iron ore fines",
        "productIds": ["urn:product:example:iron_ore"],
        "productNameCompany": "Fines",
        "pcf": {
            "declaredUnitOfMeasurement": "kilogram",
            "declaredUnitAmount": "1",
            "productMassPerDeclaredUnit": "1",
            "referencePeriodStart": "2024-01-01T00:00:00Z",
            "referencePeriodEnd": "2025-01-01T00:00:00Z",
            "pcfExcludingBiogenicUptake": "0.03",
            "pcfIncludingBiogenicUptake": "0.03",
            "fossilGhgEmissions": "0.03",
            "fossilCarbonContent": "0",
            "ipccCharacterizationFactors": ["AR6"],
            "crossSectoralStandards": ["ISO14067"],
            "exemptedEmissionsPercent": "0",
        },
    }
    for name, value in changes.items():
        place = found["pcf"] if name in found["pcf"] or name == "dqi" else found
        if value is None:
            del place[name]
        else:
            place[name] = value
    return found


def category(**changes):
    """Return a transport category of the tutorial's trucks: 0.06 kg a t-km driven, 0.075 in all."""
    found = {
        "tocId": "truck",
        "mode": "Road",
        "energyCarriers": [
            {"energyCarrier": "Diesel", "emissionFactorWTW": "3.3", "emissionFactorTTW": "2.7"}
        ],
        "co2eIntensityWTW": "0.075",
        "co2eIntensityTTW": "0.06",
        "co2eIntensityThroughput": "tkm",
    }
    return {name: value for name, value in {**found, **changes}.items() if value is not None}


def shipment(*legs, number=1):
    """Return a shipment of the tutorial's trucks: legs of mass in kg, km, kgCO2e driven and in all."""
    return {
        "shipmentId": f"shipment-{number}",
        "mass": str(sum(leg[0] for leg in legs)),
        "tces": [
            {
                "tceId": f"leg-{n}",
                "shipmentId": f"shipment-{number}",
                "tocId": rest[0] if rest else "truck",
                "mass": str(mass),
                "distance": {"actual": str(km)},
                "transportActivity": str(mass / 1000 * km),
                "co2eTTW": str(driven),
                "co2eWTW": str(whole),
            }
            for n, (mass, km, driven, whole, *rest) in enumerate(legs, 1)
        ],
    }


def write(folder, **files):
    """Write each value as ``<name>.json`` into `folder`."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder
