"""Custom rules: from settings to rows over decisions, with names and units checked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.custom_rule_settings import CustomRule, RuleTerm, Sense, Span
from scenarios.errors import ConfigError
from scenarios.linear_rules import Entries, LinearRules, Row, entries_of, gathered
from scenarios.scenario import Floats, Scenario
from scenarios.selection import UNITS, Selector, same_unit, unit_powers


def make_custom_rules(rules: list[CustomRule], scenario: Scenario) -> LinearRules:
    """Return the rows of the custom rules; raises ConfigError listing every wrong name and unit."""
    selector = Selector(scenario)
    problems = [said for rule in rules for said in _problems(rule, selector)]
    names = [rule.name for rule in rules]
    problems += [f"{name!r} stands twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if problems:
        raise ConfigError("\n  ".join(["scenario.rules cannot be used:", *problems]))
    return gathered([row for rule in rules for row in _rows(rule, selector)])


def _filters(term: RuleTerm) -> dict[str, tuple[str, ...]]:
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in term.where.items()}


def _problems(rule: CustomRule, selector: Selector) -> Iterator[str]:
    for number, term in enumerate(rule.terms, 1):
        place = f"{rule.name!r}, term {number}"
        said = selector.problem(term.decision, _filters(term))
        if said:
            yield f"{place}: {said}"
            continue
        elements = selector.pick(term.decision, _filters(term))
        for unit in sorted(selector.units(term.decision, elements)):
            years = "year" if rule.span is Span.HORIZON and _is_yearly(unit) else "1"
            if not same_unit(rule.unit, unit, term.coefficient_unit, years):
                counted = f"{unit} over the horizon" if years == "year" else unit
                yield (
                    f"{place}: {term.decision} in {counted} times a coefficient in {term.coefficient_unit!r} "
                    f"is not {rule.unit!r}: correct unit or coefficient_unit"
                )


def _is_yearly(unit: str) -> bool:
    return unit_powers(unit).get("year", 0) == -1


def _rows(rule: CustomRule, selector: Selector) -> Iterator[Row]:
    periods = selector.scenario.periods
    everything = np.arange(len(periods))
    if rule.span is Span.HORIZON:
        limit = next(iter(rule.limit.values())) if isinstance(rule.limit, dict) else rule.limit
        lower, upper = _bounds(rule, float(limit))
        parts = tuple(
            _entries(term, selector, everything, periods.years.astype(float)) for term in rule.terms
        )
        yield Row(rule.name, -1, lower, upper, rule.unit, parts)
        return
    by_year = rule.limit if isinstance(rule.limit, dict) else {float(periods.start[0]): rule.limit}
    for t, limit in enumerate(periods.interpolate(by_year, before_first=np.inf).tolist()):
        if np.isfinite(limit):
            lower, upper = _bounds(rule, limit)
            parts = tuple(_entries(term, selector, np.array([t]), np.ones(1)) for term in rule.terms)
            yield Row(rule.name, t, lower, upper, rule.unit, parts)


def _bounds(rule: CustomRule, limit: float) -> tuple[float, float]:
    return (
        -np.inf if rule.sense is Sense.AT_MOST else limit,
        np.inf if rule.sense is Sense.AT_LEAST else limit,
    )


def _entries(term: RuleTerm, selector: Selector, when: np.ndarray, years: Floats) -> Entries:
    weight = years if _is_yearly(UNITS[term.decision]) else np.ones(len(when))
    elements = selector.pick(term.decision, _filters(term))
    return entries_of(term.decision, elements, when, term.coefficient * weight)
