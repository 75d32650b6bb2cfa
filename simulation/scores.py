r"""Scores of suppliers in trials: they drift, grades follow, and the quota of a lower grade limits who sells.

Suppliers are scored on the last evening of each period, by the interventions that work then and by what
chance has done to them,

.. math:: d_t = \rho\,d_{t-1} + \sigma\,z_t, \quad score_t = \min(\max(points_t + d_t, 0), 100)

with z standard normal and a stream for each supplier. The quota of a period goes by the scoring before, that
of the first by its own. Where the grade allows less of a product than the plan buys, the supplier's offers of
it have that share of what is planned of the product as their capacity while the period lasts, as if it were
down for the rest: others sell more as they do in an outage, each within its own quota. Quotas grow and fall
with demand. What a better grade asks for at least, nobody orders unless the plan is made again: plans made
again inside a trial know the last scores, and keep both ends of the quotas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from scenarios.scorecards import FULL_SCORE
from simulation.intervals import WILSON, Variables, told, with_ends
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


def known_drift(
    network: Network, uncertainty: UncertaintySettings, period: int, score: Floats, go_live: Floats
) -> Floats | None:
    r"""Return what is known of drift when a period opens, points off the plan's scores, (V, T).

    Up to the last scoring it is what was seen; of what chance did to that one, :math:`\rho^k` is expected to
    be left k scorings later. Zero for suppliers that keep the grades planned for the periods ahead, none
    where all of them do.

    Parameters
    ----------
    score : of the trial, (V, T); looked at up to the last scoring. go_live : days, (T, I).
    """
    cards = network.scenario.scorecards
    if not cards.quotas_bind or not len(cards.grade):
        return None
    planned = cards.score_of(cards.points_with(network.modules.T))
    works = network.modules * (go_live < network.days.first[1:, None])
    by_chance = (score - cards.score_of(cards.points_with(works.T)))[:, period - 1]
    ahead = np.arange(1, score.shape[1] - period + 1)
    found = np.zeros(score.shape)
    found[:, :period] = (score - planned)[:, :period]
    found[:, period:] = by_chance[:, None] * uncertainty.supplier_score_persistence**ahead
    expected = np.clip(planned + found, 0.0, FULL_SCORE)
    governs = cards.scored_in[period:]
    keeps = (cards.grade_of(expected) == cards.grade_of(planned))[:, governs].all(axis=1)
    found[keeps] = 0.0
    return None if keeps.all() else found


def keep_quotas(world: World, network: Network, period: int, score: Floats, required: Floats) -> None:
    """Limit what is bought of those whose grade allows less than planned, and of those in their place.

    Parameters
    ----------
    score : (V, T). required : demand of each period as it comes, (T, D).
    """
    planned = network.planned.required[period] * network.days.in_period[period]
    asked = np.divide(required[period], planned, out=np.zeros(len(planned)), where=planned > 0)
    growth = float(asked.max(initial=0.0)) or 1.0
    most = most_sold(network, period, score, growth)
    world.offers["capacity"] = np.minimum(world.offers["capacity"], most)


def most_sold(network: Network, period: int, score: Floats, growth: float = 1.0) -> Floats:
    """Return the most that simulated grades let each used offer sell, units a day, (O,); inf: not limited.

    A quota is of quantity, and of products that several sites offer. A supplier's offers of a product share
    it as the plan buys from them, or equally where it buys nothing from them. Where somebody may sell less
    of a product than planned, all who are scored keep within their own quotas of it.

    `growth` : what is bought in all over what is planned.
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
    of_supplier, offers = np.zeros(len(offer)), np.ones(len(offer))
    of_supplier[scored] = np.bincount(sells[scored], planned[scored])[sells[scored]]
    offers[scored] = np.bincount(sells[scored])[sells[scored]]
    part = np.divide(planned, of_supplier, out=1.0 / offers, where=of_supplier > 0)
    less = scored & (of_supplier > share * of_product * SAME_SHARE)
    limited = scored & np.isin(product, product[less])
    most[limited] = (growth * share * of_product * part)[limited]
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
    meaning = "score of a supplier in the trial, 0 to 100"
    mean = mean_interval(score, confidence, pairs)
    found: Variables = {
        "simulated_score": (("trial", *BY_SUPPLIER), score, told("points", meaning)),
        **with_ends("simulated_score_mean", BY_SUPPLIER, mean, "points", "mean score over the trials"),
    }
    if len(cards.grade):
        planned = cards.grade_of(cards.score_of(cards.points_with(network.modules.T)))
        below = chance_interval(cards.grade_of(score) < planned, confidence, pairs)
        meaning = "share of trials with a lower grade than planned"
        found |= with_ends("chance_below_grade", BY_SUPPLIER, below, "1", meaning, called=WILSON)
    period = network.scenario.periods.start
    coords = {"trial": np.arange(len(score)), "supplier": suppliers, "period": period}
    return {str(name): values for name, values in xr.Dataset(found, coords).data_vars.items()}
