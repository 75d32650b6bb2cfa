"""Caps of a pathway: what they sum, over which sites, and their limits by period.

The optimiser's cap rows, the plan's reported cap emissions and the simulation's all come from
:func:`cap_terms`, so a cap cannot mean two things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.accounts import EMISSION_ACCOUNTS, total_accounts
from scenarios.cap_offsets import counted_offsets
from scenarios.errors import ConfigError
from scenarios.ledger import Ledger
from scenarios.rulebook_files import find_rulebook, folder_of
from scenarios.rulebook_ledger import applies, under_rulebook
from scenarios.scenario import Scenario
from scenarios.settings import CapKind, CapSettings, LimitUnit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cap:
    """One cap, ready to be applied.

    Attributes
    ----------
    coefficients : tCO2e a year per unit of each activity, arrays (n, T).
    counted_output : which demands are the denominator of an intensity cap, (D,).
    """

    label: str
    settings: CapSettings
    coefficients: Mapping[str, Floats]
    counted_output: NDArray[np.bool_]

    @property
    def limits_offsets(self) -> bool:
        """Whether offsets count under it, but for no more than a share of what it counts before them."""
        return "offset_bought" in self.coefficients and self.settings.largest_offset_share < 1

    def value(self, activities: Mapping[str, Floats], years: NDArray[np.int64] | Floats) -> Floats:
        """Return what the cap bounds, (..., T).

        t a year (absolute), t per unit delivered (intensity), or t since the start (cumulative).
        `activities` as for the ledger, and ``delivered`` (..., D, T) for an intensity.
        """
        yearly = np.sum(
            [
                (activities[name] * per_unit).sum(axis=-2)
                for name, per_unit in self.coefficients.items()
                if name in activities
            ],
            axis=0,
        )
        if self.settings.kind is CapKind.CUMULATIVE:
            return np.cumsum(yearly * years, axis=-1)
        if self.settings.kind is CapKind.INTENSITY:
            output = activities["delivered"][..., self.counted_output, :].sum(axis=-2)
            return np.divide(yearly, output, out=np.zeros_like(yearly), where=output > 0)
        return yearly


def cap_terms(scenario: Scenario, ledger: Ledger) -> list[Cap]:
    """Return the pathway's caps, the main one first; raises ConfigError for names that do not exist."""
    return [_cap(name, cap, scenario, ledger) for name, cap in scenario.carbon.all_caps.items()]


def main_accounts(scenario: Scenario) -> tuple[str, ...]:
    """Return the accounts that the pathway's total sums."""
    return total_accounts(scenario.carbon.scope2)


def cap_limits(caps: Sequence[Cap], scenario: Scenario, baseline: Mapping[str, float]) -> Floats:
    """Return limits (C, T) in the units of :meth:`Cap.value`; inf where a cap does not hold yet.

    `baseline` : each cap's own value in the first year of the reference plan. A share of a
    cumulative baseline is that share of the baseline year times the years elapsed.
    """
    periods = scenario.periods
    rows = []
    for cap in caps:
        limit = periods.interpolate(cap.settings.limit, before_first=np.inf)
        if cap.settings.unit is LimitUnit.SHARE_OF_BASELINE:
            unit = baseline[cap.label]
            elapsed = np.cumsum(periods.years.astype(float)) if cap.settings.kind is CapKind.CUMULATIVE else 1
            limit = limit * unit * elapsed
        rows.append(limit)
    return np.array(rows).reshape(len(caps), len(periods))


def cap_margins(caps: Sequence[Cap], scenario: Scenario) -> Floats:
    """Return how far below each limit to plan, as a share of the limit, (C, T).

    Raises
    ------
    ConfigError : a margin names no cap, or a soft one, whose overrun is priced instead.
    """
    margins = scenario.carbon.margins
    hard = [cap.label for cap in caps if cap.settings.overrun_price is None]
    for name in margins:
        if name not in hard:
            known = ", ".join(hard) or "none here"
            message = f"carbon.margins: {name!r} is no hard cap of this pathway; hard caps: {known}"
            raise ConfigError(message)
    rows = [
        scenario.periods.interpolate(margins.get(cap.label) or {0: 0.0}, before_first=0.0) for cap in caps
    ]
    return np.array(rows).reshape(len(caps), len(scenario.periods))


def _cap(name: str, settings: CapSettings, scenario: Scenario, ledger: Ledger) -> Cap:
    sites = scenario.sites
    known = {
        "accounts": set(EMISSION_ACCOUNTS),
        "site": set(sites.label),
        "region": set(sites.region),
        "owner": {"own", "partner"},
        "product": set(scenario.products.label),
    }
    for field, allowed in known.items():
        value = getattr(settings, field)
        for word in value if isinstance(value, list) else [value]:
            if word and word not in allowed:
                known_words = ", ".join(sorted(allowed))
                message = f"carbon cap {name!r}: {field} {word!r} does not exist; use one of: {known_words}"
                raise ConfigError(message)
    counts = np.ones(len(sites.label), dtype=bool)
    for field, labels in (("site", sites.label), ("region", sites.region), ("owner", sites.owner)):
        if getattr(settings, field):
            counts &= labels == getattr(settings, field)
    if settings.rulebook and settings.accounts:
        message = f"carbon cap {name!r}: name a rulebook or accounts, not both: a rulebook says what counts"
        raise ConfigError(message)
    coefficients = _counted(name, settings, scenario, ledger, None if counts.all() else counts)
    if settings.includes_offsets:
        coefficients["offset_bought"] = -counted_offsets(name, settings, scenario)
    counted = np.ones(len(scenario.demands.label), dtype=bool)
    if settings.product:
        counted = scenario.products.label[scenario.demands.product] == settings.product
    return Cap(name, settings, coefficients, counted)


def _counted(
    name: str, settings: CapSettings, scenario: Scenario, ledger: Ledger, sites: NDArray[np.bool_] | None
) -> dict[str, Floats]:
    """Return tCO2e a year per unit of each activity, (n, T), by the cap's accounts or its rulebook."""
    if not settings.rulebook:
        return ledger.emission_coefficients(tuple(settings.accounts) or main_accounts(scenario), sites)
    book = find_rulebook(settings.rulebook, folder_of(scenario.path), f"carbon cap {name!r}")
    if not applies(book, scenario):
        message = (
            f"carbon cap {name!r}: no product of the scenario is marked as {book.boundary}, the material "
        )
        message += f"that {book.name} counts up to; see column material of products"
        raise ConfigError(message)
    return under_rulebook(book, scenario, ledger).coefficients(sites)
