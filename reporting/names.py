"""What goods, modes and processes are called by people, in place of the short names of the tables."""

from __future__ import annotations

import re
from collections.abc import Mapping

import xarray as xr

from reporting.appearance import humanise
from reporting.figures import enumerated
from reporting.reading import document, labels, site_names

Names = dict[str, str]
DETAILS = re.compile(r"[,:;(]")  # what comes after is an explanation


def shortest_names(given: Mapping[str, str]) -> Names:
    """Return names by short name: as the tables give them, up to the first comma, colon or bracket.

    All of the name where that tells two apart, and the short name as words where there is no name.
    """
    full = {key: (name or "").strip() for key, name in given.items()}
    shown = {key: DETAILS.split(name)[0].strip() or humanise(key) for key, name in full.items()}
    for longer in (full, {key: humanise(key) for key in full}):
        seen = list(shown.values())
        shown = {
            key: (longer[key] or humanise(key)) if seen.count(name) > 1 else name
            for key, name in shown.items()
        }
    return {key: f"{name[:1].upper()}{name[1:]}" for key, name in shown.items()}


def product_names(dataset: xr.Dataset) -> Names:
    """Return the name of each product; of those that a former run does not name, the short name as words."""
    given = {key: str(facts.get("name", "")) for key, facts in document(dataset, "products_json").items()}
    found = shortest_names(given)
    for name in ("arc_product", "offer_product", "demand_product"):
        if name in dataset.coords:
            found |= {key: humanise(key) for key in labels(dataset, name) if key not in found}
    return found


def activity_names(dataset: xr.Dataset, kind: str) -> Names:
    """Return the names of all of a `kind`, ``mode`` or ``process``, that the run names."""
    return shortest_names(document(dataset, "names_json").get(kind, {}))


def called(names: Mapping[str, str], key: str) -> str:
    """Return the name of `key`, its short name as words where it has none."""
    return names.get(key) or humanise(key)


def pair_names(dataset: xr.Dataset, keys: list[str]) -> Names:
    """Return names of what is labelled ``site:product``, or by a site alone."""
    sites, products = site_names(dataset), product_names(dataset)
    found = {}
    for key in keys:
        site, _, product = key.partition(":")
        parts = [sites.get(site, site), called(products, product) if product else ""]
        found[key] = ", ".join(part for part in parts if part)
    return found


def listed_names(names: list[str]) -> str:
    """Return names as a list: ``Iron ore, coking coal``."""
    return enumerated([*names[:1], *(in_sentence(name) for name in names[1:])])


def in_sentence(name: str) -> str:
    """Return a name as it stands within a sentence: small at first, unless that is an abbreviation."""
    return name if len(name) > 1 and not name[1].islower() else name[:1].lower() + name[1:]
