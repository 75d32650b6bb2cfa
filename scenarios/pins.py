"""Pins: decisions that the planner fixes or bounds, as rows over the decisions they name."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from scenarios.errors import Problem
from scenarios.linear_rules import LinearRules, Row, entries_of, gathered
from scenarios.scenario import Integers, Scenario
from scenarios.selection import Selector, in_years

FILTERS = (
    "offer",
    "site",
    "destination",
    "region",
    "mode",
    "product",
    "line",
    "process",
    "option",
    "intervention",
)
SHARED = ("purchase", "flow", "run", "power")  # decisions of which a share means something
BOUNDS = ("minimum", "maximum", "minimum_share", "maximum_share")


def make_pins(frame: pd.DataFrame, scenario: Scenario) -> tuple[LinearRules, list[Problem]]:
    """Return the rows of the ``pins`` table and what is wrong with it.

    A row sums the decision over what the pin names, in each period of its years; ``adopt`` is
    summed over these years, since a decision is taken once. A share is of the same decision over
    all offers of the product, all lanes that bring it to the destination, all processes of the
    line or makers of the product, or all power options of the site.
    """
    selector, rows, problems = Selector(scenario), [], []
    for pin in frame.to_dict("records"):
        found = list(_problems(pin, selector))
        problems += found
        if not found:
            rows += list(_rows(pin, selector))
    return gathered(rows), problems


def _where(pin: Mapping[Hashable, Any]) -> dict[str, tuple[str, ...]]:
    return {name: (str(pin[name]),) for name in FILTERS if pin[name]}


def _problems(pin: Mapping[Hashable, Any], selector: Selector) -> Iterator[Problem]:
    decision = str(pin["decision"])

    def problem(rule: str, fix: str, column: str) -> Problem:
        return Problem("pins", rule, fix, int(pin["row"]), column, pin[column])

    if all(pd.isna(pin[bound]) for bound in BOUNDS):
        yield problem("states no bound", f"fill in one of: {', '.join(BOUNDS)}", "pin")
    for low, high in (BOUNDS[:2], BOUNDS[2:]):
        if pin[low] > pin[high]:
            yield problem(f"lies below the {low} {pin[low]:g}", f"raise it or lower {low}", high)
    if pin["to_year"] < pin["from_year"]:
        yield problem("lies before from_year", "swap the years", "to_year")
    elif not len(in_years(selector.scenario, pin["from_year"], pin["to_year"])):
        yield problem("its years lie outside the horizon", "correct from_year and to_year", "pin")
    known = selector.filters(decision)
    named = [name for name in _where(pin) if name not in known]
    for name in named:
        yield problem(
            f"does not apply to {decision}",
            f"leave it blank; {decision} is picked by: {', '.join(known)}",
            name,
        )
    if not named and (said := selector.problem(decision, _where(pin))):
        yield problem(f"matches nothing: {said}", "correct the names or remove the pin", "pin")
    for bound in BOUNDS[2:]:
        if not pd.isna(pin[bound]) and decision not in SHARED:
            yield problem(f"is not meant for {decision}", f"shares are of: {', '.join(SHARED)}", bound)
    if decision == "adopt" and pin["minimum"] > 0:
        yield from _never_open(pin, selector)


def _never_open(pin: Mapping[Hashable, Any], selector: Selector) -> Iterator[Problem]:
    """Say when an intervention is to be decided in years in which it cannot."""
    s = selector.scenario
    elements, when = selector.pick("adopt", _where(pin)), in_years(s, pin["from_year"], pin["to_year"])
    start = s.periods.start[when]
    earliest, latest = s.interventions.earliest[elements, None], s.interventions.latest[elements, None]
    if len(elements) and not ((start >= earliest) & (start < latest + 1)).any():
        rule = f"cannot be decided in these years, but from {earliest.min()} to {latest.max()}"
        fix = "move from_year and to_year, or earliest and latest of the intervention"
        yield Problem("pins", rule, fix, int(pin["row"]), "pin", pin["pin"])


def _rows(pin: Mapping[Hashable, Any], selector: Selector) -> Iterator[Row]:
    decision, label = str(pin["decision"]), str(pin["pin"])
    elements = selector.pick(decision, _where(pin))
    periods = in_years(selector.scenario, pin["from_year"], pin["to_year"])
    unit = " or ".join(sorted(selector.units(decision, elements)))
    low, high, low_share, high_share = (float(pin[bound]) for bound in BOUNDS)
    if not (np.isnan(low) and np.isnan(high)):
        lower, upper = np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf)
        spans = [periods] if decision == "adopt" else [periods[[t]] for t in range(len(periods))]
        for span in spans:
            when = int(span[0]) if len(span) == 1 else -1
            part = entries_of(decision, elements, span, 1.0)
            yield Row(label, when, float(lower), float(upper), unit, (part,))
    if not (np.isnan(low_share) and np.isnan(high_share)):
        among = _whole(pin, elements, selector)
        for t in periods.tolist():
            part = entries_of(decision, elements, np.array([t]), 1.0)
            whole = entries_of(decision, among, np.array([t]), 1.0)
            # One row a side: a share of what is itself a decision is bounded by moving it to the left.
            for lower, upper in ((low_share, np.inf), (-np.inf, high_share)):
                if not (np.isnan(lower) or np.isnan(upper)):
                    yield Row(label, t, lower, upper, unit, (part,), (whole,), is_share=True)


def _whole(pin: Mapping[Hashable, Any], elements: Integers, selector: Selector) -> Integers:
    """Return the elements among which the pinned ones have a share."""
    decision, where = str(pin["decision"]), _where(pin)
    kept = {
        "purchase": (),
        "flow": ("destination",),
        "run": ("site", "region", "line") if pin["process"] else (),
        "power": ("site", "region") if pin["option"] else (),
    }[decision]
    same = {name: where[name] for name in kept if name in where}
    known = selector.filters(decision)
    if "product" in known and not (decision == "run" and same):
        same["product"] = tuple(sorted(set(known["product"][elements].tolist())))
    return selector.pick(decision, same)
