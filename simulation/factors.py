"""What is not known about emission factors, outside the days of a trial.

A factor that turns out otherwise changes no tonne, only what a tonne emits. So the days are played once, and
what happened in a trial is priced under many draws of the factors: the chance of missing a cap given what
happened (Rao and Blackwell's conditioning), which takes fewer trials than one draw each would. Factors are
lognormal with mean one.

What is one factor: the footprint of an offer, where the supplier itself states it; else that of a product
at one data tier, as all its offers then read the same table; the freight of a mode; the grid of a
region; the direct emissions of a process. The rest is taken as known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.caps import Cap
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
    """

    label: tuple[str, ...]
    cv: Floats
    of: Mapping[str, Integers]


def factors_of(scenario: Scenario, settings: FactorSettings) -> Factors:
    """Return the factors whose cv is above zero."""
    s, tier = scenario, scenario.offers.data_tier.astype(str)
    product = s.products.label[s.offers.product]
    of_offer = [
        (f"footprint of {offer if t in STATED else f'{what}, {t}'}", getattr(settings, f"{t}_cv"))
        for offer, what, t in zip(s.offers.label, product, tier, strict=True)
    ]
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
    cv = {name: value for rows in named.values() for name, value in rows if value > 0}
    place = {name: k for k, name in enumerate(sorted(cv))}
    return Factors(
        label=tuple(place),
        cv=np.array([cv[name] for name in place]),
        of={
            activity: np.array([place.get(name, CERTAIN) for name, _ in rows], dtype=np.int64)
            for activity, rows in named.items()
        },
    )


def draw_factors(factors: Factors, draws: int, streams: Streams) -> Floats:
    """Return factors of mean one, (draws, K); the same for every plan in the same trial."""
    names = tuple(f"factor {label}" for label in factors.label)
    return mean_one_lognormal(streams.normals_of(names, "emissions", draws), factors.cv)


def cap_parts(
    cap: Cap, factors: Factors, activities: Mapping[str, Floats], years: Integers | Floats
) -> Floats:
    """Return what each factor carries of what a cap bounds, the last row what none carries, (K + 1, T)."""
    parts = np.zeros((len(factors.label) + 1, len(years)))
    for name, per_unit in cap.coefficients.items():
        if name in activities:
            emitted = activities[name] * per_unit
            carrier = factors.of.get(name, np.full(len(emitted), CERTAIN))
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
) -> Floats:
    """Return the share of the draws, (M, K), in which each cap is above its limit, (caps, T)."""
    found = np.zeros(limits.shape)
    for c, cap in enumerate(caps):
        parts = cap_parts(cap, factors, activities, years)
        found[c] = (drawn @ parts[:-1] + parts[-1] > limits[c]).mean(axis=0)
    return found
