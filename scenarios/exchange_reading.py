"""Reading a folder of shared footprints: what there is in it, and everything wrong with it at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from scenarios.errors import ConfigError, Problem
from scenarios.exchange_layouts import ProductFootprint, ShipmentFootprint, TransportCategory

# By the end of an extension's `dataSchema`: what an iLEAP extension of a product footprint holds.
EXTENSIONS: dict[str, type[BaseModel]] = {
    "toc.json": TransportCategory,
    "shipment-footprint.json": ShipmentFootprint,
}


@dataclass
class Shared:
    """What a folder holds, each with the file it stands in."""

    products: list[tuple[str, ProductFootprint]] = field(default_factory=list)
    categories: list[tuple[str, TransportCategory]] = field(default_factory=list)
    shipments: list[tuple[str, ShipmentFootprint]] = field(default_factory=list)

    def add(self, file: str, found: BaseModel) -> None:
        """Put one object where it belongs."""
        if isinstance(found, ProductFootprint):
            self.products.append((file, found))
        elif isinstance(found, TransportCategory):
            self.categories.append((file, found))
        elif isinstance(found, ShipmentFootprint):
            self.shipments.append((file, found))


def find_footprints(name: str, data: Path, search: Sequence[Path] = ()) -> Path:
    """Return the folder that `scenario.footprints` names.

    Looks beside the tables `data`, below each of `search` and below the working directory, in this order.
    Raises ConfigError when there is none.
    """
    beside = data if data.is_dir() else data.parent
    candidates = [root / name for root in (beside, *search)] + [Path(name).expanduser()]
    for candidate in candidates:
        if candidate.is_dir():
            return candidate.resolve()
    looked = ", ".join(str(c) for c in candidates)
    message = f"scenario.footprints {name!r} is no folder. Looked at: {looked}"
    raise ConfigError(message)


def read_shared(folder: Path) -> tuple[Shared, list[Problem]]:
    """Read every JSON file of `folder`: PACT product footprints, iLEAP categories and shipments.

    A file holds one object, a list of them, or ``{"data": [...]}`` as the PACT answer to a request does.
    A product footprint may carry iLEAP data as an extension. Returns what is in order, and all problems.
    """
    shared, problems = Shared(), []
    for file in sorted(folder.glob("*.json")):
        try:
            content = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            problems.append(
                Problem("", f"cannot be read ({error})", "share it again as JSON", file=file.name)
            )
            continue
        for place, thing in _objects(content):
            _read(file.name, place, thing, shared, problems)
    problems += list(_said_twice(shared))
    return shared, problems


def _objects(content: Any) -> Iterator[tuple[str, Any]]:
    """Yield the objects of a file and where they stand in it."""
    listed = (
        content.get("data")
        if isinstance(content, dict) and isinstance(content.get("data"), list)
        else content
    )
    if isinstance(listed, list):
        yield from ((f"[{n}].", thing) for n, thing in enumerate(listed, 1))
    else:
        yield "", content


def _read(file: str, place: str, thing: Any, shared: Shared, problems: list[Problem]) -> None:
    """Read one object, and the iLEAP data that a product footprint carries."""
    carried = list(_extensions(thing))
    layout = _layout_of(thing)
    if layout is None:
        fix = "share PACT product footprints, iLEAP transport categories or shipment footprints"
        problems.append(
            Problem("", "is none of the layouts read here", fix, column=place.rstrip("."), file=file)
        )
        return
    for model, part, data in [(layout, place, thing), *((m, place + p, d) for m, p, d in carried)]:
        try:
            found = model.model_validate(data)
        except ValidationError as error:
            problems += _problems(file, part, error)
        else:
            if not (carried and isinstance(found, ProductFootprint)):  # it only wraps the logistics data
                shared.add(file, found)


def _layout_of(thing: Any) -> type[BaseModel] | None:
    if not isinstance(thing, dict):
        return None
    if "tocId" in thing or "co2eIntensityWTW" in thing:
        return TransportCategory
    if "tces" in thing:
        return ShipmentFootprint
    if {"pcf", "productIds", "specVersion"} & set(thing):
        return ProductFootprint
    return None


def _extensions(thing: Any) -> Iterator[tuple[type[BaseModel], str, Any]]:
    """Yield layout, place and data of each iLEAP extension; they stand in ``data`` or beside the schema."""
    listed = thing.get("extensions") if isinstance(thing, dict) else None
    for n, extension in enumerate(listed if isinstance(listed, list) else [], 1):
        if isinstance(extension, dict):
            schema = str(extension.get("dataSchema", ""))
            for ending, model in EXTENSIONS.items():
                if schema.endswith(ending):
                    inside = isinstance(extension.get("data"), dict)
                    yield model, f"extensions[{n}].", extension["data"] if inside else extension


def _problems(file: str, place: str, error: ValidationError) -> Iterator[Problem]:
    """Yield what is wrong with one object, field by field."""
    for wrong in error.errors(include_url=False):
        path = place + ".".join(str(part) for part in wrong["loc"])
        if wrong["type"] == "missing":
            rule, fix = "the mandatory field is missing", "ask for it, or fill it in"
            yield Problem("", rule, fix, column=path, file=file)
            continue
        rule = str(wrong["msg"]).removeprefix("Value error, ")
        value = wrong["input"] if isinstance(wrong["input"], str | int | float) else ""
        fix = "ask for a footprint that follows the specification"
        yield Problem("", rule[:1].lower() + rule[1:], fix, column=path, value=value, file=file)


def _said_twice(shared: Shared) -> Iterator[Problem]:
    """An id of a product of a company stands once for a reference period, an id of a category once."""
    known: dict[tuple[object, ...], str] = {}
    for file, footprint in shared.products:
        if footprint.status != "Active":
            continue
        years = (footprint.pcf.reference_period_start, footprint.pcf.reference_period_end)
        for name in dict.fromkeys(footprint.product_ids):
            key = (name, footprint.company_ids[0], *years)
            if key in known:
                rule = f"stands in {known[key]} already, for the same period"
                fix = "keep one, or mark the older one Deprecated"
                yield Problem("", rule, fix, column="productIds", value=name, file=file)
            known.setdefault(key, file)
    for file, category in shared.categories:
        name_of = ("category", category.toc_id)
        if name_of in known:
            rule = f"stands in {known[name_of]} already"
            yield Problem("", rule, "keep one of them", column="tocId", value=category.toc_id, file=file)
        known.setdefault(name_of, file)
