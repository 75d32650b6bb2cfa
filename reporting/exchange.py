"""What a plan shares: its product footprints as PACT JSON and its shipments in the iLEAP layout.

Footprints are forward-looking: what a unit delivered will have emitted if the plan is carried out. They are
read back by `scenario.footprints` of whoever buys the product.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np
import xarray as xr

from reporting.exchange_quality import mean_ratings, primary_shares
from reporting.moments import lengths
from reporting.payload import counted_accounts
from reporting.reading import FloatArray, array, document, labels
from reporting.results import read_plan
from reporting.run_folder import MANIFEST, near, read_json, replaced
from reporting.scope2 import in_words
from scenarios.declared_units import declared
from scenarios.errors import ConfigError
from scenarios.exchange_layouts import (
    CarbonFootprint,
    DataQuality,
    Distance,
    ProductFootprint,
    ShipmentFootprint,
    TransportElement,
    plain_decimal,
)

PRODUCTS, SHIPMENTS = "product_footprints.json", "shipment_footprints.json"
SPECIFICATION = "3.0.0"
KG, PERCENT = 1000.0, 100.0  # in a t, in 1
SMALL = 1e-6  # what is less is solver dust
BOUNDARY = "Cradle to the gate of the last maker: goods bought, freight to it, processes and electricity."


def export_run(folder: Path) -> str:
    """Write both files into the folder of a former run; return what they hold and where they are.

    Raises ConfigError when the run was made before plans said what single lanes emit.
    """
    plan, _ = read_plan(folder)
    if "freight_ttw" not in plan or "products_json" not in plan.attrs:
        message = f"{near(folder)} does not say what single lanes emit: run again to make a new one"
        raise ConfigError(message)
    created = datetime.fromisoformat(str(read_json(folder / MANIFEST)["started"]))
    with replaced(folder) as place:
        found = write_exchange(plan, place, created)
    return "\n".join(f"{count:>6} {what}  {near(folder / name)}" for name, what, count in found)


def write_exchange(
    plan: xr.Dataset, place: Callable[[str], Path], created: datetime
) -> list[tuple[str, str, int]]:
    """Write both files where `place` says; return name, content and number of footprints of each.

    `created` : when the plan was made, with its time zone. Each file holds ``{"data": [...]}``, as the PACT
    answer to a request for footprints does. Raises OSError when a file cannot be written.
    """
    products, shipments = product_footprints(plan, created), shipment_footprints(plan)
    files = ((PRODUCTS, "product footprints", products), (SHIPMENTS, "shipment footprints", shipments))
    for name, _, found in files:
        text = json.dumps({"data": [one.as_json() for one in found]}, ensure_ascii=False, indent=2)
        place(name).write_text(text + "\n", encoding="utf-8")
    return [(name, what, len(found)) for name, what, found in files]


def product_footprints(plan: xr.Dataset, created: datetime) -> list[ProductFootprint]:
    """Return the footprint of each product delivered in each period, up to the gate of its last maker.

    Emissions to serve all customers of the product over what they get, scope 2 by the plan's method; freight
    to customers stands apart as outbound logistics.
    """
    gate, outbound = _to_serve(plan)
    delivered = array(plan, "delivered", "demand", "period")
    of = np.array(labels(plan, "demand_product"), dtype=object)
    found, ratings = [], mean_ratings(plan)
    for product in dict.fromkeys(of.tolist()):
        amount, inside, out = (values[of == product].sum(axis=0) for values in (delivered, gate, outbound))
        primary = primary_shares(plan, np.flatnonzero(of == product).tolist(), inside)
        for t, ends in enumerate(_moments(plan)):
            if amount[t] > SMALL:
                per_unit, known = (inside[t] / amount[t], out[t] / amount[t]), (primary[t], ratings[t])
                found.append(_product_footprint(plan, product, ends, per_unit, known, created))
    return found


def _product_footprint(
    plan: xr.Dataset,
    product: str,
    ends: tuple[datetime, datetime],
    per_unit: tuple[float, float],
    known: tuple[float, float],
    created: datetime,
) -> ProductFootprint:
    """Return one footprint.

    Parameters
    ----------
    per_unit : up to the gate and on the way out, tCO2e a unit of the product.
    known : share of primary data, and mean rating of data quality, nan: nothing is rated.
    """
    attrs, facts = plan.attrs, document(plan, "products_json")[product]
    company = str(attrs.get("company", "")) or str(attrs["title"])
    ids = _identifiers(plan, "product", product) or [f"urn:product:{_slug(company)}:{product}"]
    key = "|".join([ids[0], str(attrs["scenario"]), str(attrs["pathway"]), f"{ends[0]:%Y-%m}"])
    measure, mass, units = declared(str(facts["unit"]), float(facts["tonnes_per_unit"]))
    value, out = (_decimal(amount * units * KG) for amount in per_unit)
    return ProductFootprint(
        id=uuid5(NAMESPACE_URL, key),
        spec_version=SPECIFICATION,
        created=created,
        status="Active",
        company_name=company,
        company_ids=[f"urn:company:{_slug(attrs['scenario'])}:{_slug(company)}"],
        product_description=f"{facts['name']}, planned",
        product_ids=ids,
        product_name_company=str(facts["name"]),
        comment=_comment(plan),
        pcf=CarbonFootprint(
            declared_unit_of_measurement=measure,  # type: ignore[arg-type]
            declared_unit_amount=Decimal(1),
            product_mass_per_declared_unit=mass,
            reference_period_start=ends[0],
            reference_period_end=ends[1],
            pcf_excluding_biogenic_uptake=value,
            pcf_including_biogenic_uptake=value,
            fossil_ghg_emissions=max(value, Decimal(0)),
            fossil_carbon_content=Decimal(0),
            outbound_logistics_ghg_emissions=max(out, Decimal(0)),
            packaging_emissions_included=False,
            ipcc_characterization_factors=["AR6"],
            cross_sectoral_standards=["GHGP-Product"],
            exempted_emissions_percent=Decimal(0),
            boundary_processes_description=BOUNDARY,
            primary_data_share=_decimal(PERCENT * known[0]),
            dqi=_quality(known[1]),
        ),
    )


def _quality(rating: float) -> DataQuality | None:
    """Return ratings of data quality: the scenario has one that stands for all three."""
    if np.isnan(rating):
        return None
    value = _decimal(rating)
    return DataQuality(technological_dqr=value, geographical_dqr=value, temporal_dqr=value)


def shipment_footprints(plan: xr.Dataset) -> list[ShipmentFootprint]:
    """Return what a period moves on each lane as one shipment, a leg for each product, of a year.

    Distances are those that freight is planned with; the transport category is the mode.
    """
    tonnes = array(plan, "flow", "arc", "period") * array(plan, "arc_tonnes_per_unit", "arc")[:, None]
    driven, made = (array(plan, f"freight_{part}", "arc", "period") for part in ("ttw", "wtt"))
    km = array(plan, "arc_distance_km", "arc")
    ends = [labels(plan, f"arc_{name}") for name in ("origin", "destination", "mode")]
    arcs, products = labels(plan, "arc"), labels(plan, "arc_product")
    lanes: dict[str, list[int]] = {}
    for i, (origin, destination, mode) in enumerate(zip(*ends, strict=True)):
        lanes.setdefault(f"{origin}>{destination}:{mode}", []).append(i)
    found = []
    for t, (start, _) in enumerate(_moments(plan)):
        for lane, members in lanes.items():
            moved = [i for i in members if tonnes[i, t] > SMALL]
            if not moved:
                continue
            shipment = f"{lane}@{start:%Y-%m}"
            legs = [
                TransportElement(
                    tce_id=f"{arcs[i]}@{start:%Y-%m}",
                    shipment_id=shipment,
                    consignment_id=products[i],
                    toc_id=(_identifiers(plan, "mode", ends[2][i]) or [ends[2][i]])[0],
                    mass=_decimal(tonnes[i, t] * KG),
                    distance=Distance(actual=_decimal(km[i])),
                    transport_activity=_decimal(tonnes[i, t] * km[i]),
                    co2e_wtw=_decimal((driven[i, t] + made[i, t]) * KG),
                    co2e_ttw=_decimal(driven[i, t] * KG),
                )
                for i in moved
            ]
            mass = _decimal(float(tonnes[moved, t].sum()) * KG)
            found.append(ShipmentFootprint(shipment_id=shipment, mass=mass, tces=legs))
    return found


def _to_serve(plan: xr.Dataset) -> tuple[FloatArray, FloatArray]:
    """Return what serving each demand emits up to the gate, and on the way out, tCO2e a year, (D, T) each."""
    counted = counted_accounts(plan)
    out = [account for account in counted if account.startswith("scope3_downstream")]
    gate = [account for account in counted if account not in out]
    served = (
        array(plan.sel(emission_account=part), "serve_emissions", "emission_account", "demand", "period")
        for part in (gate, out)
    )
    inside, outbound = (values.sum(axis=0) for values in served)
    return inside, outbound


def _moments(plan: xr.Dataset) -> Iterator[tuple[datetime, datetime]]:
    """Yield start and end of each period, UTC."""
    for start, years in zip(plan["period"].values.tolist(), lengths(plan), strict=True):
        months = (round(float(start) * 12), round((float(start) + float(years)) * 12))
        first, last = (datetime(m // 12, m % 12 + 1, 1, tzinfo=UTC) for m in months)
        yield first, last


def _identifiers(plan: xr.Dataset, kind: str, name: str) -> list[str]:
    """Return the identifiers that the scenario gives to a product of no single supplier, or to a mode."""
    rows: Any = document(plan, "exchange_ids_json") or []
    return [row["identifier"] for row in rows if row[kind] == name and not row["supplier"]]


def _comment(plan: xr.Dataset) -> str:
    attrs = plan.attrs
    return (
        f"Forward-looking: planned, not measured. Scenario {attrs['scenario']}, pathway {attrs['pathway']}, "
        f"scope 2 {in_words(attrs['scope2'])}. Carbon content is not modelled and stated as 0. Data quality: "
        "one mean rating of the purchased factors that are rated stands for all three."
    )


def _decimal(value: float) -> Decimal:
    return Decimal(plain_decimal(float(value)))


def _slug(text: object) -> str:
    """Return a text as one part of a URN."""
    return re.sub(r"[^a-z0-9]+", "-", str(text).lower()).strip("-") or "company"
