"""How far each element may go otherwise than planned: the general level, or a row of the scenario's table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr

from scenarios.tables_uncertainty import PRICES
from scenarios.uncertainty import FAMILY
from simulation.layout import Floats, Integers
from simulation.network import Network
from simulation.streams import Streams, mean_one_lognormal, persistent

Labels = NDArray[np.object_]


def level(network: Network, kind: str, figure: str, general: float, switch: float) -> float | Floats:
    """Return a figure of a kind: one for all, or by element where rows of the table say otherwise.

    Parameters
    ----------
    general : what holds for those no row names, and where a row is blank.
    switch : the general level of the kind; at zero the kind is off and no row holds.

    Returns
    -------
    Over the used elements of the kind's family; all of the scenario for supplies, interventions and prices.
    """
    row = rows_of(network, kind)
    if row is None or switch <= 0:
        return general
    given = network.scenario.uncertainty.figures[figure][row]
    return np.where((row >= 0) & ~np.isnan(given), given, general)


def outage_level(
    network: Network, kind: str, per_year: float, mean_days: float
) -> tuple[float | Floats, float | Floats]:
    """Return outages a year and their mean days, from the general ones and the table, as :func:`level`."""
    switch = per_year * mean_days
    return (
        level(network, kind, "per_year", per_year, switch),
        level(network, kind, "mean_days", mean_days, switch),
    )


def varied(network: Network, kind: str, drawn: Floats, cv: float | Floats, members: Integers) -> Floats:
    """Return factors of mean one from standard normals, (n, m), by the distributions of `members`, (m,).

    Parameters
    ----------
    cv : over the elements of the kind, as :func:`level` returns it.
    """
    own = cv if isinstance(cv, float) else cv[members]
    row = rows_of(network, kind)
    result = mean_one_lognormal(drawn, own)
    if row is None or isinstance(own, float):
        return result
    names = np.where(row >= 0, network.scenario.uncertainty.distribution[row], "lognormal")[members]
    for column in np.flatnonzero((names != "lognormal") & (own > 0)).tolist():
        result[:, column] = shaped(drawn[:, column], float(own[column]), str(names[column]))
    return result


def shaped(normals: Floats, cv: float, distribution: str) -> Floats:
    """Return factors of mean one and coefficient of variation `cv` > 0, by inversion of standard normals."""
    if distribution == "lognormal":
        return mean_one_lognormal(normals, cv)
    uniforms = ndtr(normals)
    if distribution == "gamma":
        shape = 1 / (cv * cv)
        return np.asarray(gammaincinv(shape, uniforms)) / shape
    if distribution == "uniform":
        return 1 + np.sqrt(3) * cv * (2 * uniforms - 1)
    low = np.sqrt(np.minimum(2 * uniforms, 1.0)) - 1  # symmetric triangle on [-1, 1]
    high = 1 - np.sqrt(np.minimum(2 * (1 - uniforms), 1.0))
    return 1 + np.sqrt(6) * cv * np.where(uniforms < 0.5, low, high)


def related(
    network: Network, kind: str, drawn: Floats, purpose: str, streams: Streams, members: Integers
) -> Floats:
    """Return the standard normals `drawn`, (n, m), of `members` with the groups and persistence of the table.

    A group has a stream of its own for each purpose.
    """
    row = rows_of(network, kind)
    if row is None:
        return drawn
    drawn = grouped(network, kind, drawn, purpose, streams, members)
    figures, row = network.scenario.uncertainty.figures, row[members]
    keep = np.where(row >= 0, np.nan_to_num(figures["persistence"][row]), 0.0)
    return persistent(drawn, keep) if keep.any() else drawn


def grouped(
    network: Network, kind: str, drawn: Floats, purpose: str, streams: Streams, members: Integers
) -> Floats:
    """Return the standard normals `drawn`, (n, m), of `members` with the groups of the table in them."""
    row = rows_of(network, kind)
    if row is None:
        return drawn
    rows, row = network.scenario.uncertainty, row[members]
    group = np.where(row >= 0, rows.group[row], "")
    shared = np.where(group != "", np.nan_to_num(rows.figures["correlation"][row]), 0.0)
    if shared.any():
        names, place = np.unique([f"group {name}" for name in group], return_inverse=True)
        common = streams.normals_of(tuple(names.tolist()), purpose, len(drawn))
        drawn = np.sqrt(shared) * common[:, place] + np.sqrt(1 - shared) * drawn
    return drawn


def groups(network: Network, kind: str, general: Labels) -> Labels:
    """Return the group of each used element, (n,): the row's, or the `general` one."""
    row = rows_of(network, kind)
    if row is None:
        return general
    named = np.where(row >= 0, network.scenario.uncertainty.group[row], "")
    return np.where(named != "", named, general)


def rows_of(network: Network, kind: str) -> Integers | None:
    """Return the row that holds for each element of a kind, -1: none; None: there is none at all."""
    found = network.scenario.uncertainty.row_of.get(kind)
    if found is None or kind in PRICES or FAMILY[kind] in ("supply", "intervention"):
        return found
    own: Integers = found[getattr(network.used, FAMILY[kind])]
    return own
