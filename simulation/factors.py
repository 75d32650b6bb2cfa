"""What is not known about emission factors, outside the days of a trial.

A factor that turns out otherwise changes no tonne, only what a tonne emits. So the days are played once, and
what happened in a trial is priced under many draws of the factors: the chance of missing a cap given what
happened (Rao and Blackwell's conditioning), which takes fewer trials than one draw each would. Factors are
lognormal with mean one.

What is one factor: the footprint of an offer, where the supplier itself states it; else that of a product
at one data tier, as all its offers then read the same table; a row of ``factors``, for all offers that
take it; the freight of a mode; the grid of a region; the direct emissions of a process. The rest is taken
as known. While an intervention verifies an offer's footprint, the offer has a factor of its own, as well
known as what suppliers state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from scenarios.caps import Cap
from scenarios.primary_data import verifying
from scenarios.scenario import Scenario
from scenarios.settings import CapKind
from simulation.footprints import CARRIED
from simulation.layout import Floats, Integers
from simulation.settings import FactorSettings
from simulation.streams import Streams, mean_one_lognormal

STATED = ("own", "supplier")  # data tiers in which each offer has a figure of its own
CERTAIN = -1


@dataclass(frozen=True)
class Factors:
    """The uncertain factors of a scenario, (K,), and which of them each activity's emissions carry.

    Attributes
    ----------
    of : by activity, the factor of each element, -1: none, (n,).
    verified : by activity about offers, the factor of each element while its offer is verified, (n,).
    offer : by activity about offers, the offer of each element, -1: of none, (n,).
    """

    label: tuple[str, ...]
    cv: Floats
    of: Mapping[str, Integers]
    verified: Mapping[str, Integers] = field(default_factory=dict)
    offer: Mapping[str, Integers] = field(default_factory=dict)


def factors_of(scenario: Scenario, settings: FactorSettings) -> Factors:
    """Return the factors whose cv is above zero."""
    s = scenario
    of_offer = _footprints(scenario, settings)
    of_arc = [(f"freight by {s.modes[m]}", settings.freight_cv) for m in s.arcs.mode]
    of_run = [(f"process {name}", settings.process_cv) for name in s.operations.process]
    families = {"offer": of_offer, "arc": of_arc, "operation": of_run}
    named = {
        "purchase": of_offer,
        "flow": of_arc,
        "run": of_run,
        "covered": [
            families[str(family)][element]
            for family, element in zip(s.covers.family, s.covers.element, strict=True)
        ],
        "power": [(f"grid of {s.sites.region[site]}", settings.grid_cv) for site in s.supplies.site],
        "trips": [(f"freight by {s.modes[s.lanes.mode[k]]}", settings.freight_cv) for k in s.lanes.by_trip],
        "response": [
            (f"freight by {s.modes[s.arcs.mode[arc]]}", settings.freight_cv) if by_lane else ("", 0.0)
            for arc, by_lane in zip(s.responses.arc, s.responses.by_lane, strict=True)
        ],
    }
    named |= {CARRIED[name]: named[name] for name in CARRIED}  # events add to the same factors
    verified, offer = _when_verified(scenario, settings, of_offer)
    rows_of_all = [*named.values(), *verified.values()]
    cv = {name: value for rows in rows_of_all for name, value in rows if value > 0}
    place = {name: k for k, name in enumerate(sorted(cv))}
    return Factors(
        label=tuple(place),
        cv=np.array([cv[name] for name in place]),
        of={
            activity: np.array([place.get(name, CERTAIN) for name, _ in rows], dtype=np.int64)
            for activity, rows in named.items()
        },
        verified={
            activity: np.array([place.get(name, CERTAIN) for name, _ in rows], dtype=np.int64)
            for activity, rows in verified.items()
        },
        offer=offer,
    )


def _when_verified(
    scenario: Scenario, settings: FactorSettings, of_offer: list[tuple[str, float]]
) -> tuple[dict[str, list[tuple[str, float]]], dict[str, Integers]]:
    """Return by activity the factor and cv of each element while its offer is verified, and that offer."""
    if not len(scenario.verifications):
        return {}, {}
    covers, then = scenario.covers, list(of_offer)
    for o in np.unique(scenario.verifications.offer).tolist():
        if of_offer[o][1] > settings.supplier_cv:  # it is never less well known than before
            then[o] = (f"footprint of {scenario.offers.label[o]}, verified", settings.supplier_cv)
    offer = {
        "purchase": np.arange(len(then)),
        "covered": np.where(covers.family == "offer", covers.element, CERTAIN).astype(np.int64),
    }
    offer |= {CARRIED[name]: offer[name] for name in ("purchase", "covered")}
    known = [*then, ("", 0.0)]  # the last of them stands for what is of no offer
    return {name: [known[o] for o in elements.tolist()] for name, elements in offer.items()}, offer


def _footprints(scenario: Scenario, settings: FactorSettings) -> list[tuple[str, float]]:
    """Return the factor of each offer's footprint and its cv: a row of ``factors`` is one, with its own cv.

    No row holds while the general level of its data tier is zero.
    """
    offers = scenario.offers
    found = []
    for o, product in enumerate(scenario.products.label[offers.product]):
        tier, row, stated = str(offers.data_tier[o]), offers.factor[o], float(offers.factor_cv[o])
        name = row or (offers.label[o] if tier in STATED else f"{product}, {tier}")
        usual = float(getattr(settings, f"{tier}_cv"))
        found.append((f"footprint of {name}", usual if np.isnan(stated) or not usual else stated))
    return found


def uncertainty_removed(
    scenario: Scenario, purchase: Floats, settings: FactorSettings
) -> dict[str, xr.DataArray]:
    """Return what each intervention that verifies footprints takes from what is not known about them.

    ``verification_uncertainty`` (verification), tCO2e over the horizon: standard deviation of the emissions
    of its offers as they are known now, less that as they are known then, times its chance; sums over offers
    and years, as one factor holds for all years. Nothing where no factor is uncertain.

    Parameters
    ----------
    purchase : planned, product units a year, (O, T).
    """
    entries, members = scenario.verifications, verifying(scenario)
    now = np.array([cv for _, cv in _footprints(scenario, settings)])
    if not len(members) or not now.any():
        return {}
    narrower = np.maximum(now - settings.supplier_cv, 0.0)
    emitted = np.abs(purchase * scenario.offers.footprint) @ scenario.periods.years
    removed = np.zeros(len(members))
    place = np.searchsorted(members, entries.intervention)
    np.add.at(removed, place, (narrower * emitted)[entries.offer])
    removed *= scenario.programmes.chance_of(len(scenario.interventions.label))[members]
    meaning = "standard deviation of emissions that verified footprints remove, over the horizon"
    return {
        "verification_uncertainty": xr.DataArray(
            removed,
            {"verification": scenario.interventions.label[members].astype(str)},
            ("verification",),
            attrs={"units": "tCO2e", "long_name": meaning},
        )
    }


def draw_factors(factors: Factors, draws: int, streams: Streams) -> Floats:
    """Return factors of mean one, (draws, K); the same for every plan in the same trial."""
    names = tuple(f"factor {label}" for label in factors.label)
    return mean_one_lognormal(streams.normals_of(names, "emissions", draws), factors.cv)


def cap_parts(
    cap: Cap,
    factors: Factors,
    activities: Mapping[str, Floats],
    years: Integers | Floats,
    verified: Floats | None = None,
) -> Floats:
    """Return what each factor carries of what a cap bounds, the last row what none carries, (K + 1, T).

    `verified` : part of each period in which each offer's footprint is verified, (O, T); none: never.
    """
    parts = np.zeros((len(factors.label) + 1, len(years)))
    for name, per_unit in cap.coefficients.items():
        if name in activities:
            emitted = activities[name] * per_unit
            carrier = factors.of.get(name, np.full(len(emitted), CERTAIN))
            if verified is not None and name in factors.verified:
                offer = factors.offer[name]
                part = emitted * np.where(offer[:, None] >= 0, verified[offer], 0.0)
                np.add.at(parts, factors.verified[name], part)
                emitted = emitted - part
            np.add.at(parts, carrier, emitted)  # -1 is the last row
    if cap.settings.kind is CapKind.CUMULATIVE:
        return np.cumsum(parts * years, axis=-1)
    if cap.settings.kind is CapKind.INTENSITY:
        output = activities["delivered"][cap.counted_output].sum(axis=0)
        return np.divide(parts, output, out=np.zeros_like(parts), where=output > 0)
    return parts


def chances_of_missing(
    caps: Sequence[Cap],
    factors: Factors,
    drawn: Floats,
    activities: Mapping[str, Floats],
    limits: Floats,
    years: Integers | Floats,
    verified: Floats | None = None,
) -> Floats:
    """Return the share of the draws, (M, K), in which each cap is above its limit, (caps, T)."""
    found = np.zeros(limits.shape)
    for c, cap in enumerate(caps):
        parts = cap_parts(cap, factors, activities, years, verified)
        found[c] = (drawn @ parts[:-1] + parts[-1] > limits[c]).mean(axis=0)
    return found
