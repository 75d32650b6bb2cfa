"""What shared footprints change in the tables of a scenario: supplier factors, and factors of modes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from scenarios.declared_units import per_product_unit
from scenarios.errors import Problem
from scenarios.exchange_layouts import ProductFootprint, TransportCategory
from scenarios.exchange_reading import read_shared
from scenarios.exchange_shipments import with_shipments

Tables = Mapping[str, pd.DataFrame]
CHARGED = ("Electric", "Electricity")
PER_TKM = "kWh/tkm"
BETTER_KNOWN = "own"  # the one data tier that a supplier's footprint does not replace
NO_ROW = 0  # of a table: the figure comes from a shared file


class Sharing(NamedTuple):
    """The tables with what was shared, what is wrong with that, and what of it is not used."""

    tables: Tables
    problems: list[Problem]
    warnings: list[str]


class _Meanings:
    """What identifiers mean in a scenario: as the table says, else by their last part."""

    def __init__(self, tables: Tables) -> None:
        rows = tables["exchange_ids"].to_dict("records")
        self.stated = {str(row["identifier"]): row for row in rows}
        self.names = {
            "product": set(tables["products"]["product"]),
            "supplier": set(tables["sites"]["site"]),
            "mode": set(tables["modes"]["mode"]),
        }

    def of(self, kind: str, identifiers: Sequence[str]) -> str:
        """Return the product, supplier or mode that one of the identifiers means; blank: none."""
        for name in identifiers:
            if name in self.stated and self.stated[name][kind]:
                return str(self.stated[name][kind])
        ends = [name.rsplit(":", 1)[-1] for name in identifiers]
        return next((end for end in ends if end in self.names[kind]), "")


def with_shared(tables: Tables, folder: Path) -> Sharing:
    """Return the tables with the footprints shared in `folder`.

    Footprints of products become rows of ``factors`` of the level supplier, for the year in which their
    reference period begins; offers of that supplier take them in place of a footprint that is known less
    well. Intensities of transport categories become the factors of their mode, in place of its vehicles, and
    where there is none what shipments have emitted over their t-km.
    """
    shared, problems = read_shared(folder)
    meanings, warnings = _Meanings(tables), []
    products = tables["products"]
    unit_of = dict(zip(products["product"], products["unit"], strict=True))
    mass_of = dict(zip(products["product"], products["tonnes_per_unit"], strict=True))
    rows = []
    for file, footprint in shared.products:
        if footprint.status != "Active":
            continue
        ids = [*footprint.product_ids, *footprint.company_ids]
        product, supplier = meanings.of("product", footprint.product_ids), meanings.of("supplier", ids)
        if not product or not supplier:
            lacking = "product" if not product else "supplier"
            warnings.append(f"{file}: not used, its ids mean no {lacking} of the scenario; see exchange_ids")
            continue
        unit, mass = str(unit_of[product]), float(mass_of[product])
        try:
            rows.append(_factor(footprint, product, supplier, per_product_unit(footprint.pcf, unit, mass)))
        except ValueError as error:
            fix, place = (
                f"ask for a footprint per {unit} of {product}, or its mass",
                "pcf.declaredUnitOfMeasurement",
            )
            value = footprint.pcf.declared_unit_of_measurement
            problems.append(Problem("", str(error), fix, column=place, value=value, file=file))
    found = dict(tables)
    if rows:
        found |= _with_factors(tables, pd.DataFrame(rows))
    modes = _with_categories(tables, shared.categories, meanings, problems, warnings)
    stated = [meanings.of("mode", [category.toc_id]) for _, category in shared.categories]
    measured = with_shipments(modes, shared.shipments, lambda name: meanings.of("mode", [name]), stated)
    problems += measured.problems
    warnings += measured.warnings
    found["modes"] = measured.modes
    known = tables["vehicles"]["mode"].isin([*stated, *measured.taken])
    found["vehicles"] = tables["vehicles"][~known]
    return Sharing(found, problems, warnings)


def _factor(footprint: ProductFootprint, product: str, supplier: str, value: float) -> dict[str, object]:
    """Return a shared footprint as a row of ``factors``."""
    quality = footprint.pcf.dqi
    ratings = (
        []
        if quality is None
        else [
            float(rating)
            for rating in (quality.technological_dqr, quality.geographical_dqr, quality.temporal_dqr)
        ]
    )
    return {
        "product": product,
        "level": "supplier",
        "supplier": supplier,
        "region": "",
        "value": value,
        "cv": np.nan,
        "rating": np.mean(ratings) if ratings else np.nan,
        "period": float(footprint.pcf.reference_period_start.year),
        "source": f"{footprint.company_name}, PACT footprint {footprint.id}",
        "quality": "published",
        "row": NO_ROW,
    }


def _with_factors(tables: Tables, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return factors and offers with what suppliers have shared."""
    factors, offers = tables["factors"], tables["offers"].copy()
    rows = rows[list(factors.columns)]
    able = set(zip(rows["supplier"], rows["product"], strict=True))
    offered = [pair in able for pair in zip(offers["site"], offers["product"], strict=True)]
    offers.loc[np.array(offered) & (offers["data_tier"] != BETTER_KNOWN).to_numpy(), "footprint"] = np.nan
    joined = rows if factors.empty else pd.concat([factors, rows], ignore_index=True)
    return {"factors": joined.reset_index(drop=True), "offers": offers}


def _with_categories(
    tables: Tables,
    categories: Sequence[tuple[str, TransportCategory]],
    meanings: _Meanings,
    problems: list[Problem],
    warnings: list[str],
) -> pd.DataFrame:
    """Return the modes with the intensities of the transport categories that mean them.

    What a category charges per t-km follows the grid of each region, where its mode does so already.
    """
    modes = tables["modes"].copy()
    taken: dict[str, str] = {}
    for file, category in categories:
        mode = meanings.of("mode", [category.toc_id])
        if not mode:
            warnings.append(f"{file}: not used, its tocId means no mode of the scenario; see exchange_ids")
            continue
        whole, driven = float(category.co2e_intensity_wtw), float(category.co2e_intensity_ttw)
        if category.throughput != "tkm":
            fix = "ask for the intensity per tkm"
            rule = f"is declared per {category.throughput}, modes emit per tkm"
            problems.append(Problem("", rule, fix, column="transportActivityUnit", file=file))
        if driven > whole:
            fix, value = f"write at most co2eIntensityWTW, {whole:g}", driven
            rule = "tank to wheel is above well to wheel"
            problems.append(Problem("", rule, fix, column="co2eIntensityTTW", value=value, file=file))
        if mode in taken:
            fix = "keep one of them, or map one to another mode in exchange_ids"
            rule = f"stands for mode {mode}, as {taken[mode]} does"
            problems.append(Problem("", rule, fix, column="tocId", value=category.toc_id, file=file))
        taken[mode] = file
        row = modes.index[modes["mode"] == mode]
        made = whole - driven
        charged = [
            (float(carrier.energy_consumption), float(carrier.emission_factor_wtw))
            for carrier in category.energy_carriers
            if carrier.energy_carrier in CHARGED
            and carrier.energy_consumption is not None
            and carrier.energy_consumption_unit == PER_TKM
        ]
        if charged and (modes.loc[row, "electricity"] > 0).all():
            modes.loc[row, "electricity"] = sum(used for used, _ in charged)
            made -= sum(used * factor for used, factor in charged)
        modes.loc[row, "tank_to_wheel"] = driven
        modes.loc[row, "well_to_tank"] = max(made, 0.0)
        modes.loc[row, "source"] = f"iLEAP category {category.toc_id}"
        modes.loc[row, "quality"] = "published"
    return modes
