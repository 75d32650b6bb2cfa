"""Scores, grades and quotas of suppliers, what lifts each to the next grade, and shares asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.reading import array, labels, numbers


def scores(plan: xr.Dataset, outcome: xr.Dataset | None = None) -> dict[str, dict[str, Any]]:
    """Return the scorecard of each scored supplier by site; empty where nobody is scored.

    Returns
    -------
    ``score`` (of 100), ``grade`` (text), ``minimum`` and ``maximum`` (quota, share of a product's
    purchases, None where there is none), all by period; ``improve``: ``indicators`` by name, ``cost``
    (currency) and ``grade`` they lead to from the last period's score, None in the highest grade;
    ``simulated``: of trials in which scores drift, else None, ``mean``, ``low``, ``high`` (points) and
    ``below`` (chance of a lower grade than planned), by period.
    """
    if "score" not in plan:
        return {}
    tried = _simulated(outcome)
    score = array(plan, "score", "supplier", "period")
    blank = np.full_like(score, np.nan)
    least, most = (
        array(plan, name, "supplier", "period") if name in plan else blank
        for name in ("quota_minimum", "quota_maximum")
    )
    grades = (
        plan["supplier_grade"].transpose("supplier", "period").values if "supplier_grade" in plan else None
    )
    return {
        key: {
            "score": numbers(score[v]),
            "grade": [""] * score.shape[1] if grades is None else [str(name) for name in grades[v]],
            "minimum": numbers(least[v]),
            "maximum": numbers(most[v]),
            "improve": _improve(plan, v),
            "simulated": tried.get(key),
        }
        for v, key in enumerate(labels(plan, "supplier"))
    }


def _simulated(outcome: xr.Dataset | None) -> dict[str, dict[str, Any]]:
    """Return the scores of trials by supplier; empty where they do not drift."""
    if outcome is None or "simulated_score_mean" not in outcome:
        return {}
    by = ("supplier", "period")
    ends = {"mean": "", "low": "_low", "high": "_high"}
    figures = {name: array(outcome, f"simulated_score_mean{end}", *by) for name, end in ends.items()}
    blank = np.full_like(figures["mean"], np.nan)
    figures["below"] = array(outcome, "chance_below_grade", *by) if "chance_below_grade" in outcome else blank
    return {
        key: {name: numbers(values[v]) for name, values in figures.items()}
        for v, key in enumerate(labels(outcome, "supplier"))
    }


def _improve(plan: xr.Dataset, supplier: int) -> dict[str, Any] | None:
    """Return what lifts a supplier to the next grade in the last period."""
    if "improvement" not in plan:
        return None
    mine = plan.isel(supplier=supplier, period=-1)
    grade = str(mine["improvement_grade"].values)
    if not grade:
        return None
    picked = np.flatnonzero(array(mine, "improvement", "indicator") > 0.5)
    names = labels(plan, "indicator_name")
    cost = float(mine["improvement_cost"].values)
    return {"indicators": [names[n] for n in picked], "cost": cost, "grade": grade}


def asked_shares(plan: xr.Dataset) -> list[dict[str, Any]]:
    """List the sourcing rules about shares, without quotas: what is asked, what the plan has, the price.

    Returns
    -------
    ``rule``, ``measure``, ``kept`` (else reported only), and by period ``share``, ``minimum``, ``maximum``
    and ``point_price``: currency, present value, of one percentage point in the period, None where unknown.
    """
    if "rule_share" not in plan:
        return []
    named = ("rule_share", "rule_minimum", "rule_maximum")
    share, least, most = (array(plan, name, "sourcing_rule", "period") for name in named)
    price = np.full_like(share, np.nan)
    if "rule_point_price" in plan:
        price = array(plan, "rule_point_price", "sourcing_rule", "period")
    kind, measure = labels(plan, "rule_kind"), labels(plan, "rule_measure")
    return [
        {
            "rule": rule,
            "measure": measure[r],
            "kept": bool(plan["rule_kept"].values[r]),
            "share": numbers(share[r]),
            "minimum": numbers(least[r]),
            "maximum": numbers(most[r]),
            "point_price": numbers(price[r]),
        }
        for r, rule in enumerate(labels(plan, "sourcing_rule"))
        if kind[r] != "quota"
    ]
