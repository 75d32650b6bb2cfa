"""What plans say under each rulebook: totals, mills with their classes, and where their ranking flips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from reporting.names import called, product_names
from reporting.reading import FloatArray, array, document, labels, number, numbers, site_names

SAME = 1e-6  # relative: plans that are as good as each other


def rulebooks(plan: xr.Dataset, reference: xr.Dataset) -> dict[str, Any]:
    """Gather each rulebook's figures of plan and reference, mills' classes, and what classes cost.

    Per year; intensities per unit made, or delivered where a rulebook counts the whole chain. Plans of
    before there were rulebooks give empty lists.
    """
    if "rulebook_emissions" not in plan:
        return {"books": [], "mills": [], "flips": [], "classes_cost": None}
    theirs = reference if "rulebook_emissions" in reference else None
    books = _books(plan, theirs)
    shown = {"plan": plan} | ({"reference": theirs} if theirs is not None else {})
    return {
        "books": books,
        "mills": _mills(plan, theirs),
        "flips": flips(shown),
        "classes_cost": _cost_of_classes(plan),
    }


def _books(plan: xr.Dataset, reference: xr.Dataset | None) -> list[dict[str, Any]]:
    told = {name: labels(plan, f"rulebook_{name}") for name in ("name", "version", "boundary", "says")}
    treated = array(plan, "rulebook_accounts", "rulebook", "treatment", "emission_account", "period")
    treatments = labels(plan, "treatment")
    found = []
    for b, key in enumerate(labels(plan, "rulebook")):
        row: dict[str, Any] = {"key": key} | {name: words[b] for name, words in told.items()}
        for name, dataset in (("plan", plan), ("reference", reference)):
            there = dataset is not None and key in labels(dataset, "rulebook")
            row[name] = _book_figures(dataset.sel(rulebook=key)) if there and dataset is not None else None
        row["treated"] = {name: numbers(treated[b, i].sum(axis=0)) for i, name in enumerate(treatments)}
        row["products"] = _products(plan.sel(rulebook=key))
        found.append(row)
    return found


def _book_figures(row: xr.Dataset) -> dict[str, list[float | None]]:
    total = array(row, "rulebook_emissions", "period")
    output = array(row, "rulebook_product_output", "product", "period").sum(axis=0)
    per_unit = np.divide(total, output, out=np.full_like(total, np.nan), where=output > 0)
    return {"emissions": numbers(total), "intensity": numbers(per_unit)}


def _products(row: xr.Dataset) -> list[dict[str, Any]]:
    emitted = array(row, "rulebook_product_emissions", "product", "period")
    output = array(row, "rulebook_product_output", "product", "period")
    names, goods = labels(row, "product"), product_names(row)
    return [
        {
            "name": called(goods, names[p]),
            "emissions": numbers(emitted[p]),
            "intensity": numbers(
                np.divide(emitted[p], output[p], out=np.full_like(output[p], np.nan), where=output[p] > 0)
            ),
        }
        for p in np.flatnonzero((output > 0).any(axis=1)).tolist()
    ]


def intensities(plan: xr.Dataset) -> FloatArray:
    """Return emissions per unit made, (rulebook, site, period); nan where nothing is made."""
    dims = ("rulebook", "site", "period")
    emitted, made = array(plan, "rulebook_site_emissions", *dims), array(plan, "rulebook_site_output", *dims)
    found: FloatArray = np.divide(emitted, made, out=np.full_like(emitted, np.nan), where=made > 1e-6)
    return found


def reached_classes(plan: xr.Dataset) -> dict[str, list[list[str]]]:
    """Return by rulebook the class of each site and period, (S, T): the best whose line holds, or ""."""
    if "class_line" not in plan:
        return {}
    line = array(plan, "class_line", "steel_class", "site", "period")
    books, levels = labels(plan, "steel_class_rulebook"), labels(plan, "steel_class_level")
    emitted, position = intensities(plan), {b: i for i, b in enumerate(labels(plan, "rulebook"))}
    found: dict[str, list[list[str]]] = {}
    for book in dict.fromkeys(books):
        mine = [c for c, name in enumerate(books) if name == book]  # the best first
        value = emitted[position[book]]
        held = [value <= line[c] + SAME * np.abs(line[c]) for c in mine]
        found[book] = [
            [
                next((levels[c] for c, h in zip(mine, held, strict=True) if h[s, t]), "")
                for t in range(value.shape[1])
            ]
            for s in range(value.shape[0])
        ]
    return found


def _mills(plan: xr.Dataset, reference: xr.Dataset | None) -> list[dict[str, Any]]:
    """Return each mill under each rulebook of mills: intensity, scrap share and class by period."""
    values, names = intensities(plan), site_names(plan)
    share = array(plan, "rulebook_scrap_share", "rulebook", "site", "period")
    classes = reached_classes(plan)
    before = intensities(reference) if reference is not None else None
    theirs = labels(reference, "rulebook") if reference is not None else []
    earlier = reached_classes(reference) if reference is not None else {}
    found = []
    for b, book in enumerate(labels(plan, "rulebook")):
        made = array(plan, "rulebook_site_output", "rulebook", "site", "period")[b]
        for s in np.flatnonzero((made > 1e-6).any(axis=1)).tolist():
            there = before is not None and book in theirs
            found.append(
                {
                    "rulebook": book,
                    "site": labels(plan, "site")[s],
                    "name": names[labels(plan, "site")[s]],
                    "made": numbers(made[s]),
                    "intensity": numbers(values[b, s]),
                    "scrap_share": numbers(share[b, s]),
                    "class": classes[book][s] if book in classes else None,
                    "reference_class": earlier[book][s] if book in earlier else None,
                    "reference_intensity": numbers(before[theirs.index(book), s])
                    if there and before is not None
                    else None,
                }
            )
    return found


def flips(plans: Mapping[str, xr.Dataset]) -> list[dict[str, Any]]:
    """Return where two plans change places: the pair, and the rulebooks that rank each of them lower.

    Plans are ranked by what a rulebook counts over the horizon; those within a millionth are equal.
    """
    totals: dict[str, dict[str, float]] = {}
    for name, plan in plans.items():
        emitted = array(plan, "rulebook_emissions", "rulebook", "period") @ np.asarray(
            plan["years"], dtype=float
        )
        totals[name] = dict(zip(labels(plan, "rulebook"), emitted.tolist(), strict=True))
    names, found = list(plans), []
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            shared = [book for book in totals[one] if book in totals[other]]
            sides: dict[str, list[str]] = {one: [], other: []}
            for book in shared:
                a, b = totals[one][book], totals[other][book]
                if abs(a - b) > SAME * max(abs(a), abs(b)):
                    sides[one if a < b else other].append(book)
            if sides[one] and sides[other]:
                found.append({"plans": [one, other], "lower": sides})
    return found


def _cost_of_classes(plan: xr.Dataset) -> dict[str, Any] | None:
    asked = document(plan, "classes_json")
    if not asked:
        return None
    return {
        "asked": asked,
        "npv": number(plan.attrs.get("classes_cost_npv")),
        "gap": number(plan.attrs.get("classes_cost_gap")),
    }


def rulebook_summary(plan: xr.Dataset, reference: xr.Dataset) -> dict[str, Any]:
    """Return what ``summary.json`` says: yearly totals and intensities by rulebook, classes, flips."""
    shown = rulebooks(plan, reference)
    if not shown["books"]:
        return {}
    periods = [str(p) for p in plan["period"].values.tolist()]

    def by_period(values: list[Any]) -> dict[str, Any]:
        return dict(zip(periods, values, strict=True))

    return {
        "rulebooks": {
            book["key"]: {
                "version": book["version"],
                "emissions": by_period(book["plan"]["emissions"]),
                "intensity": by_period(book["plan"]["intensity"]),
            }
            for book in shown["books"]
        },
        "steel_classes": {
            book: {
                mill["site"]: by_period(mill["class"])
                for mill in shown["mills"]
                if mill["rulebook"] == book and mill["class"] is not None
            }
            for book in dict.fromkeys(m["rulebook"] for m in shown["mills"] if m["class"] is not None)
        },
        "ranking_flips": shown["flips"],
        "classes_cost": shown["classes_cost"],
    }
