"""How those who order by a policy fared over trials: orders, stock kept, evenings without any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from simulation.intervals import Variables, told, with_ends
from simulation.layout import Floats, Records
from simulation.network import Network
from simulation.statistics import mean_interval

if TYPE_CHECKING:
    from simulation.accounting import Account

FIGURES = ("orders", "ordered", "empty", "stock")  # of a trial, by policy; the last a mean over days


def order_book(policies: Records, mean_stock: Floats, network: Network) -> Floats | None:
    """Return what a trial says of each policy, (figures, P); none where all follow the plan.

    Parameters
    ----------
    policies : records of the kernel after the last day.
    mean_stock : product units by used node, (N,).
    """
    node = network.ordering.node
    if not len(node):
        return None
    kept = [policies[name] for name in FIGURES[:-1]]
    return np.array([*kept, mean_stock[node]])


def orders_of(
    accounts: Sequence[Account], network: Network, use: Floats, confidence: float, pairs: bool = False
) -> Variables:
    """Return what trials show of reorder policies, over ``ordering``; nothing where all follow the plan.

    Parameters
    ----------
    use : planned use of a day, (T, N) over the used nodes.

    Returns
    -------
    ``ordering_policy``, its name; ``orders_per_year``; ``order_size``, product units; ``ordering_stock``,
    product units on a mean evening, with Student's interval (``_low``, ``_high``), and
    ``ordering_stock_days``, the same in days of the largest planned use; ``ordering_empty``, share of
    evenings without stock. Means over trials.
    """
    books = np.array([account.orders for account in accounts if account.orders is not None])  # (trials, ., P)
    if not books.size:
        return {}
    # A node that the plan does not use has nothing to tell.
    told_of = (use.max(axis=0)[network.ordering.node] > 0) | (books[:, 0].max(axis=0) > 0)
    if not told_of.any():
        return {}
    node = network.ordering.node[told_of]
    found = dict(zip(FIGURES, books[:, :, told_of].transpose(1, 0, 2), strict=True))  # each (trials, P)
    days, years = network.days.count, float(network.scenario.periods.years.sum())
    stock, low, high = mean_interval(found["stock"], confidence, pairs)
    orders, most = found["orders"].mean(axis=0), use.max(axis=0)[node]
    size, cover = np.zeros(len(node)), np.zeros(len(node))
    np.divide(found["ordered"].mean(axis=0), orders, out=size, where=orders > 0)
    np.divide(stock, most, out=cover, where=most > 0)
    labels = network.labels("node")[node].astype(str)
    by = ("ordering",)
    return {
        "ordering": (by, labels, {"long_name": "site and product ordered by a policy"}),
        "ordering_policy": (by, network.ordering.kind[told_of].astype(str), {"long_name": "reorder policy"}),
        "orders_per_year": (by, orders / years, told("1/year", "orders placed, mean over trials")),
        "order_size": (by, size, told("unit", "mean order")),
        **with_ends(
            "ordering_stock", by, (stock, np.maximum(low, 0.0), high), "unit", "stock on a mean evening"
        ),
        "ordering_stock_days": (by, cover, told("day", "the same in days of the largest planned use")),
        "ordering_empty": (
            by,
            found["empty"].mean(axis=0) / days,
            told("1", "share of evenings without stock"),
        ),
    }
