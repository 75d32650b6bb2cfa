r"""Scores of suppliers in trials: they drift, grades follow, and the quota of a lower grade limits who sells.

Suppliers are scored on the last evening of each period, by the interventions that work then and by what
chance has done to them,

.. math:: d_t = \rho\,d_{t-1} + \sigma\,z_t, \quad score_t = \min(\max(points_t + d_t, 0), 100)

with z standard normal and a stream for each supplier. The quota of a period goes by the scoring before, that
of the first by its own. Where the grade allows less of a product than the plan buys, the supplier's offers of
it have that share of what is planned of the product as their capacity while the period lasts, as if it were
down for the rest: others sell more as they do in an outage. Whom the plan buys less from than the grade
allows may sell as before. Plans made again inside a trial do not know of the drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from scenarios.scorecards import FULL_SCORE
from simulation.layout import Floats, World
from simulation.network import Network
from simulation.settings import UncertaintySettings
from simulation.statistics import chance_interval, mean_interval
from simulation.streams import Streams
from simulation.wiring import places_of

if TYPE_CHECKING:
    from simulation.accounting import Account

BY_SUPPLIER = ("supplier", "period")
SAME_SHARE = 1 + 1e-6  # a plan may pass a quota by the solver's tolerance
ENDS = {"": "", "_low": ", lower end of its interval", "_high": ", upper end of its interval"}


def simulated_scores(
    network: Network, uncertainty: UncertaintySettings, streams: Streams, go_live: Floats
) -> Floats | None:
    """Return the score of each scored supplier and period, (V, T), 0 to 100; none where scores do not drift.

    `go_live` : days, (T, I).
    """
    cards = network.scenario.scorecards
    if uncertainty.supplier_score_sd == 0 or not len(cards.supplier):
        return None
    works = network.modules * (go_live < network.days.first[1:, None])
    score = cards.score_of(cards.points_with(works.T)) + drift(network, uncertainty, streams)
    return np.clip(score, 0.0, FULL_SCORE)


def drift(network: Network, uncertainty: UncertaintySettings, streams: Streams) -> Floats:
    """Return what chance adds to the score of each supplier, points, (V, T)."""
    labels = network.scenario.sites.label[network.scenario.scorecards.supplier]
    names = tuple(f"site {label}" for label in labels)
    moved = uncertainty.supplier_score_sd * streams.normals_of(names, "score", len(network.active))
    for t in range(1, len(moved)):
        moved[t] += uncertainty.supplier_score_persistence * moved[t - 1]
    return moved.T


def keep_quotas(world: World, network: Network, period: int, score: Floats) -> None:
    """Limit what those can sell whose grade allows less than the plan buys; `score` is (V, T)."""
    world.offers["capacity"] = np.minimum(world.offers["capacity"], most_sold(network, period, score))


def most_sold(network: Network, period: int, score: Floats) -> Floats:
    """Return the most that simulated grades let each used offer sell, units a day, (O,); inf: not limited.

    A quota is of quantity, and of products that several sites offer. A supplier's offers of a product share
    it as the plan buys from them.
    """
    scenario, offer = network.scenario, network.used.offer
    cards, products = scenario.scorecards, len(scenario.products.label)
    most = np.full(len(offer), np.inf)
    if not cards.quotas_bind or not len(cards.grade) or not len(offer):
        return most
    product = scenario.offers.product[offer]
    supplier = places_of(scenario.offers.site[offer], cards.supplier)
    planned = network.planned.purchase[period]
    share = cards.maximum_share[cards.grade_of(score[:, cards.scored_in[period]])][supplier]
    sells = supplier * products + product
    scored = (supplier >= 0) & _offered_by_several(network)[product] & ~np.isnan(share)
    of_product = np.bincount(product, planned, products)[product]
    of_supplier = np.zeros(len(offer))
    of_supplier[scored] = np.bincount(sells[scored], planned[scored])[sells[scored]]
    less = scored & (of_supplier > share * of_product * SAME_SHARE)
    most[less] = planned[less] * share[less] * of_product[less] / of_supplier[less]
    return most


def _offered_by_several(network: Network) -> np.ndarray:
    """Return which products more than one site offers, (P,)."""
    offers, products = network.scenario.offers, network.scenario.products.label
    pairs = np.unique(np.array([offers.product, offers.site]), axis=1)
    found: np.ndarray = np.bincount(pairs[0], minlength=len(products)) > 1
    return found


def scores_of(
    accounts: Sequence[Account], network: Network, confidence: float, pairs: bool
) -> dict[str, xr.DataArray]:
    """Return the scores of trials; nothing where scores do not drift.

    ``simulated_score`` (trial, supplier, period), points; ``simulated_score_mean`` (supplier, period) with
    Student's interval, ``_low``, ``_high``; where there are grades ``chance_below_grade``, with Wilson's: the
    share of trials in which the grade by the score of the period is lower than in the plan.
    """
    given = [account.scores for account in accounts if account.scores is not None]
    if not given:
        return {}
    score, cards = np.array(given), network.scenario.scorecards  # (trials, V, T)
    suppliers = network.scenario.sites.label[cards.supplier].astype(str)
    coords = {"supplier": suppliers, "period": network.scenario.periods.start}
    told = {"units": "points", "long_name": "score of a supplier in the trial, 0 to 100"}
    of_trials = {"trial": np.arange(len(score)), **coords}
    found = {"simulated_score": xr.DataArray(score, of_trials, ("trial", *BY_SUPPLIER), attrs=told)}
    mean = mean_interval(score, confidence, pairs)
    figures = [("simulated_score_mean", mean, "points", "mean score over the trials")]
    if len(cards.grade):
        planned = cards.grade_of(cards.score_of(cards.points_with(network.modules.T)))
        below = chance_interval(cards.grade_of(score) < planned, confidence, pairs)
        figures.append(("chance_below_grade", below, "1", "share of trials with a lower grade than planned"))
    for name, values, units, meaning in figures:
        for (end, words), of_end in zip(ENDS.items(), values, strict=True):
            told = {"units": units, "long_name": f"{meaning}{words}"}
            found[f"{name}{end}"] = xr.DataArray(of_end, coords, BY_SUPPLIER, attrs=told)
    return found
