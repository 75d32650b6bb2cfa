"""Where cuts come from and what gets built when."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.appearance import REMAINDERS
from reporting.language import N_
from reporting.moments import last_moment, lengths, moments
from reporting.reading import FloatArray, array, grouped, labels, numbers, site_names


def cuts(plan: xr.Dataset, reference: xr.Dataset, accounts: list[str]) -> dict[str, Any]:
    """Split the distance between reference and plan into parts that sum to it exactly.

    First come the savings interventions make on what still runs, by kind; what is left of the
    difference in each group of accounts is named after the group. Parts may be negative: then the
    plan emits more there than the reference.

    Parameters
    ----------
    accounts : emission accounts that make the total, each counted once.

    Returns
    -------
    ``total`` (T,) and ``parts``, each with ``values`` (T,), all tCO2e per year, positive = cut.
    """
    ours, theirs = (_by_account(d.sel(emission_account=accounts), "emissions") for d in (plan, reference))
    difference = theirs - ours
    saved = _savings(plan, accounts) - _match(_savings(reference, accounts), _savings(plan, accounts))
    kinds = labels(plan, "intervention_kind")
    parts = [
        {"label": kind.replace("_", " "), "family": "intervention", "values": numbers(values)}
        for kind, values in grouped(saved.sum(axis=1), kinds).items()
        if np.abs(values).max(initial=0.0) > 1e-6
    ]
    left = difference - saved.sum(axis=0)
    placed = np.zeros(len(accounts), dtype=bool)
    for name, _, keys in REMAINDERS:
        rows = np.array([account in keys for account in accounts])
        placed |= rows
        if rows.any():
            parts.append({"label": name, "family": "mix", "values": numbers(left[rows].sum(axis=0))})
    if not placed.all():
        parts.append({"label": N_("Other"), "family": "mix", "values": numbers(left[~placed].sum(axis=0))})
    return {"total": numbers(difference.sum(axis=0)), "parts": parts}


def interventions(plan: xr.Dataset) -> list[dict[str, Any]]:
    """List what the plan decides: name, kind, site, year decided, first and last year of effect.

    Returns
    -------
    One dict a decision, in order of kind and year; ``chosen`` is False for those never decided; ``capital``
    in currency, not discounted, None in runs that do not tell it.
    """
    adopted, active = (array(plan, name, "intervention", "period") > 0.5 for name in ("adopt", "in_effect"))
    start, years = moments(plan), lengths(plan)
    names = site_names(plan)
    capital = _capital(plan)
    found: list[dict[str, Any]] = []
    for i, key in enumerate(labels(plan, "intervention")):
        site = str(plan["intervention_site"].values[i])
        decided = np.flatnonzero(adopted[i])
        works = np.flatnonzero(active[i])
        found.append(
            {
                "key": key,
                "name": str(plan["intervention_name"].values[i]) or key,
                "kind": str(plan["intervention_kind"].values[i]).replace("_", " "),
                "site": names.get(site, ""),
                "chosen": bool(decided.size),
                "decided": start[decided[0]] if decided.size else None,
                "works_from": start[works[0]] if works.size else None,
                "capital": None if capital is None else float(capital[i]),
                "works_to": last_moment(start[works[-1]], years[works[-1]]) if works.size else None,
            }
        )
    return sorted(found, key=lambda row: (not row["chosen"], row["kind"], row["decided"] or 0, row["name"]))


def _capital(plan: xr.Dataset) -> FloatArray | None:
    """Return what each intervention commits, (I,); None in runs of before it was told."""
    if "intervention_capital" not in plan:
        return None
    return array(plan, "intervention_capital", "intervention", "period").sum(axis=1)


def _by_account(dataset: xr.Dataset, name: str) -> FloatArray:
    """Return a variable as (account, period)."""
    return array(dataset, name, "emission_account", "period")


def _savings(dataset: xr.Dataset, accounts: list[str]) -> FloatArray:
    """Return savings as (intervention, account, period), tCO2e per year."""
    chosen = dataset.sel(emission_account=accounts)
    return array(chosen, "intervention_savings", "intervention", "emission_account", "period")


def _match(theirs: FloatArray, ours: FloatArray) -> FloatArray:
    """Return the reference's savings where its interventions are the plan's, else zeros."""
    return theirs if theirs.shape == ours.shape else np.zeros_like(ours)
