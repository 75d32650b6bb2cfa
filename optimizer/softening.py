"""Letting rows be missed: a variable for the miss, and nothing else that still holds what it frees."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyomo.environ as pyo
from scipy.sparse import csr_array, hstack

from optimizer.arrays import ArrayConstraint, ArrayVar
from optimizer.models import sourcing
from optimizer.models.columns import every_period
from optimizer.models.instance import Instance
from optimizer.models.tiers import tier_range
from scenarios.scenario import Integers


def soften_rows(
    constraint: ArrayConstraint,
    variable: ArrayVar,
    row: Integers,
    factor: float,
    column: Integers | None = None,
) -> None:
    """Add ``factor * variable[column[k]]`` to row[k] of a constraint, in place; by default column k."""
    column = np.arange(len(row)) if column is None else column
    entries = csr_array((np.full(len(row), factor), (row, column)), shape=(constraint.n, variable.n))
    constraint.variables.append(variable)
    constraint.offsets = np.append(constraint.offsets, constraint.offsets[-1] + variable.n)
    constraint.matrix = csr_array(hstack([constraint.matrix, entries]))


def loosen(model: pyo.ConcreteModel, instance: Instance, misses: Mapping[str, ArrayVar]) -> None:
    """Take back what else holds the rules that may be missed; `misses` are their variables by rule.

    Some rules are stated a second time to make the relaxation tight, or bound what may be missed.
    """
    if "minimum_order" in misses:
        _loosen_tiers(model, instance)
    if "share_if_used" in misses:  # supplier_count repeats that no more offers fit than the share allows
        rules = instance.scenario.sourcing_rules
        bound = np.union1d(
            sourcing.counted_rules(instance.scenario), sourcing.floored_rules(instance.scenario)
        )
        stated = np.nan_to_num(rules.maximum_count[bound], nan=np.inf)
        model.supplier_count.upper[:] = np.repeat(stated, len(instance.scenario.periods))
    if "hub_capacity" in misses:  # that of a locked hub is stated twice; closed, it lets nothing out anyway
        hubs = np.flatnonzero(np.isfinite(instance.scenario.hubs.capacity).all(axis=1))
        locked = np.flatnonzero(instance.scenario.hubs.locked[hubs])
        column = every_period(locked, len(instance.scenario.periods))
        opened, row = model.hub_capacity_opened, np.arange(len(column))
        soften_rows(opened, misses["hub_capacity"], row, -1.0, column)
    if "least_returned" in misses:  # the stream comes back whether wanted or not
        returns = instance.scenario.returns
        asked = returns.minimum_share[:, None] * returns.delivered_before(instance.scenario.demands.quantity)
        misses["least_returned"].upper[:] = asked[returns.minimum_share > 0].ravel()


def _loosen_tiers(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Let a price tier begin where the table says, not at the minimum order: that has a row of its own."""
    tiers, order = instance.scenario.offer_tiers, instance.scenario.offers.minimum_order
    _, most = tier_range(instance)
    model.tier_used.upper[:] = (tiers.lowest[:, None] <= most).ravel()
    later = np.flatnonzero(order[tiers.offer] > tiers.lowest)
    if len(later):
        periods = most.shape[1]
        room = np.repeat((order[tiers.offer] - tiers.lowest)[later], periods)
        model.short_in_tier = ArrayVar(room.size, upper=room, unit=float(model.purchase.unit))
        soften_rows(model.tier_reached, model.short_in_tier, every_period(later, periods), 1.0)
