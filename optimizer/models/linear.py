"""Rows over named decisions as constraints: the one way pins and custom rules enter the model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyomo.environ as pyo

from optimizer.arrays import ArrayConstraint, Term, rows, term
from scenarios.linear_rules import Entries, LinearRules
from scenarios.scenario import Floats, Scenario


def linear_rows(model: pyo.ConcreteModel, rules: LinearRules, scenario: Scenario) -> ArrayConstraint:
    """Return the rows of `rules`; a bound on a share moves the share's base to the left-hand side."""
    bound = np.where(np.isfinite(rules.lower), rules.lower, rules.upper)  # one side only, of a share
    fixed, terms = _terms(model, rules.part, np.ones(len(bound)), scenario)
    of_whole, more = _terms(model, rules.whole, -bound, scenario)
    lower = np.where(rules.is_share & np.isfinite(rules.lower), 0.0, rules.lower)
    upper = np.where(rules.is_share & np.isfinite(rules.upper), 0.0, rules.upper)
    moved = fixed + of_whole
    return rows(len(bound)).between(lower - moved, upper - moved, [*terms, *more])


def _terms(
    model: pyo.ConcreteModel, parts: Sequence[Entries], factor: Floats, scenario: Scenario
) -> tuple[Floats, list[Term]]:
    """Return constants by row and terms; what is delivered is the demand less what is unmet."""
    periods, fixed, terms = len(scenario.periods), np.zeros(len(factor)), []
    for e in parts:
        coefficient = e.coefficient * factor[e.row]
        name = e.decision
        if name == "delivered":
            np.add.at(fixed, e.row, coefficient * scenario.demands.quantity[e.element, e.period])
            name, coefficient = "unmet", -coefficient
        column = e.element * periods + e.period
        terms.append(term(getattr(model, name), row=e.row, column=column, coefficient=coefficient))
    return fixed, terms
