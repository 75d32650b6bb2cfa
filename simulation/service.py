"""How customers are served over trials: what they got of what they asked for, in all and one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulation.accounting import Account
from simulation.intervals import WILSON, Variables, told, with_ends
from simulation.layout import Floats
from simulation.statistics import chance_interval, mean_interval

IN_FULL = 1 - 1e-6  # of what was asked for


def fill_of(delivered: Floats, required: Floats) -> Floats:
    """Return delivered over required; 1 where nothing was asked for."""
    return np.divide(delivered, required, out=np.ones_like(delivered), where=required > 0)


def service_of(accounts: Sequence[Account], confidence: float, pairs: bool = False) -> Variables:
    """Return demand, delivery and service of the trials, as variables of the outcome.

    Returns
    -------
    ``required``, ``delivered`` (trial, demand, period); ``fill_rate`` (trial, period) of all demand;
    ``customer_fill`` (demand, period), the mean share delivered within the period, with Student's interval
    cut at 0 and 1; ``customer_served`` (demand, period), the share of trials in which the customer got all
    he asked for within the period (his service level), with Wilson's. Intervals end in ``_low``, ``_high``.
    `pairs` : trials are antithetic pairs.
    """
    required = np.array([account.required for account in accounts])
    delivered = np.array([account.delivered for account in accounts])
    fill = fill_of(delivered, required)
    mean, low, high = mean_interval(fill, confidence, pairs)
    within = (mean, np.maximum(low, 0.0), np.minimum(high, 1.0))
    share = chance_interval(fill >= IN_FULL, confidence, pairs)
    every, by_customer = ("trial", "demand", "period"), ("demand", "period")
    total = fill_of(delivered.sum(axis=1), required.sum(axis=1))

    return {
        "required": (every, required, told("unit/year", "demand as it came")),
        "delivered": (every, delivered, told("unit/year", "delivered within the period")),
        "fill_rate": (("trial", "period"), total, told("1", "delivered over demand as it came")),
        **with_ends("customer_fill", by_customer, within, "1", "mean over trials of the share delivered"),
        **with_ends(
            "customer_served", by_customer, share, "1", "share of trials served in full", called=WILSON
        ),
    }
