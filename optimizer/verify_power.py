"""Electricity, recomputed from the plan: loads, contracts, hours, storage, certificates, areas, parks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from scenarios.certificates import record_of
from scenarios.periods import SAME_MOMENT
from scenarios.scenario import Floats, Scenario

Finding = tuple[str, Floats, Floats]  # rule, violation, size of what is compared
HOURS_A_YEAR = 8760.0
CERTIFIED_BY_YEAR = ("certificate", "ppa", "onsite", "import", "storage")
CERTIFIED_BY_HOUR = ("ppa", "onsite", "import", "storage")


def power_findings(s: Scenario, plan: xr.Dataset, x: dict[str, Floats]) -> Iterator[Finding]:
    """Yield what each rule about electricity is broken by.

    Raises VerificationError where a certificate is retired twice or out of its validity.
    """
    shape = (len(s.sites.label), len(s.periods))
    load, met = np.zeros(shape), np.zeros(shape)
    np.add.at(load, s.operations.site, s.operations.electricity[:, None] * x["run"])
    draws = s.covers.of("operation")
    operation = s.covers.element[draws]
    saved = (s.covers.electricity_cut[draws] * s.operations.electricity[operation])[:, None] * x["covered"][
        draws
    ]
    np.subtract.at(load, s.operations.site[operation], saved)
    np.add.at(met, s.supplies.site, x["power"])
    yield "electricity load", np.abs(load - met), load
    share = s.supplies.maximum_share * met[s.supplies.site]
    yield "share of a power option", np.maximum(x["power"] - share, 0), met
    contracted = s.supplies.kind == "ppa"
    drawn = _drawn(s, x)
    yield "contracted power", np.maximum(drawn - x["contracted"], 0)[contracted], met
    megawatt = _megawatt(s, x)
    onsite = (s.supplies.kind == "onsite") & (s.supplies.source == np.arange(len(s.supplies.source)))
    output = megawatt * s.supplies.capacity_factor * HOURS_A_YEAR
    yield "onsite power", np.maximum(drawn - output, 0)[onsite], met
    yield "only allowed power", x["power"][~s.supplies.allowed], met
    yield from _shares(s, x)
    yield from _contracts(s, x, drawn)
    yield from _areas(s, megawatt)
    if plan.sizes.get("slice") and "hourly_used" in plan:
        yield from _hours(s, plan, x, met, megawatt)
    else:
        yield "power passed on in a park", *_passed_on(s, x["power"], HOURS_A_YEAR)
    yield from _certificates(s, plan, x)


def _drawn(s: Scenario, x: dict[str, Floats]) -> Floats:
    """Return what is used of the MW of each supply, wherever it is used, and charged from it, (U, T)."""
    drawn = np.zeros_like(x["power"])
    np.add.at(drawn, s.supplies.source, x["power"])
    np.add.at(drawn, s.supplies.source[s.storages.charging_supply], x["charged"])
    return drawn


def _megawatt(s: Scenario, x: dict[str, Floats]) -> Floats:
    """Return MW contracted, leased and built, (U, T), from the decisions themselves."""
    megawatt = np.zeros_like(x["power"])
    additions = s.power_additions
    np.add.at(
        megawatt, additions.supply, additions.megawatt[:, None] * x["in_effect"][additions.intervention]
    )
    start = s.periods.start
    for signed in range(len(start)):
        runs = (start[signed] <= start + SAME_MOMENT) & (
            start + SAME_MOMENT < start[signed] + s.supplies.term_years[:, None]
        )
        megawatt += x["contract"][:, signed, None] * runs
    return megawatt


def _shares(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    own = s.sites.owner[s.supplies.site] == "own"
    target = s.pathway.levers.minimum_green_share
    if target:
        green = own & (s.supplies.kind != "grid")
        wanted = s.periods.interpolate(target, before_first=0.0) * x["power"][own].sum(axis=0)
        yield "green share", np.maximum(wanted - x["power"][green].sum(axis=0), 0), wanted
    kinds = CERTIFIED_BY_HOUR if s.electricity.hourly else CERTIFIED_BY_YEAR
    matched = own & np.isin(s.supplies.kind.astype(str), kinds)
    wanted = s.electricity.share_by_period(s.periods) * x["power"][own].sum(axis=0)
    yield "matched share", np.maximum(wanted - x["power"][matched].sum(axis=0), 0), wanted


def _contracts(s: Scenario, x: dict[str, Floats], drawn: Floats) -> Iterator[Finding]:
    flexible = (s.supplies.kind == "ppa") & (s.supplies.take_or_pay < 1)
    paid = (s.supplies.take_or_pay[:, None] * x["contracted"])[flexible]
    beyond = np.maximum(drawn[flexible] - paid, 0)
    yield "used beyond what is paid anyway", np.abs(beyond - x["beyond"]), drawn


def _areas(s: Scenario, megawatt: Floats) -> Iterator[Finding]:
    areas = s.power_areas
    taken = np.zeros((len(areas.label), len(s.periods)))
    np.add.at(taken, areas.entry_area, areas.entry_per_mw[:, None] * megawatt[areas.entry_supply])
    yield "roof and land", np.maximum(taken - areas.area[:, None], 0), taken


def _passed_on(s: Scenario, used: Floats, hours: float) -> tuple[Floats, Floats]:
    """Return by how much more is passed on than a park can carry, and how much it is; `used` by supply."""
    parks = s.microgrids
    total = np.zeros((len(parks.label), *used.shape[1:]))
    np.add.at(total, parks.entry_park, used[parks.entry_supply])
    most = parks.capacity.reshape(-1, *([1] * (used.ndim - 1))) * hours
    return np.maximum(total - most, 0), total


def _hours(
    s: Scenario, plan: xr.Dataset, x: dict[str, Floats], met: Floats, megawatt: Floats
) -> Iterator[Finding]:
    """Each hour of the typical days, all arrays (element, hour, period)."""
    place = {label: u for u, label in enumerate(s.supplies.label)}
    members = np.array([place[label] for label in plan["hourly_supply"].to_numpy()], dtype=np.int64)
    weight, hours = plan["slice_weight"].to_numpy(), s.hours
    used = np.zeros((len(s.supplies.label), *plan["hourly_used"].shape[1:]))
    used[members] = plan["hourly_used"].to_numpy()
    charged, level = plan["hourly_charged"].to_numpy(), plan["hourly_level"].to_numpy()
    yield "hours of a year", np.abs(np.atleast_1d(weight.sum() - HOURS_A_YEAR)), weight
    yearly = np.einsum("uht,h->ut", used, weight)
    yield "hours make the year", np.abs(yearly - x["power"])[members], met
    yield "charging makes the year", np.abs(np.einsum("cht,h->ct", charged, weight) - x["charged"]), met
    load = hours.load[:, :, None] * met[:, None, :] / HOURS_A_YEAR
    at_site = np.zeros_like(load)
    np.add.at(at_site, s.supplies.site, used)
    yield "load of the hour", np.maximum(at_site - load, 0), load
    drawn = np.zeros_like(used)
    np.add.at(drawn, s.supplies.source, used)
    np.add.at(drawn, s.supplies.source[s.storages.charging_supply], charged)
    output = megawatt * s.supplies.capacity_factor
    plants = np.isin(s.supplies.kind.astype(str), ("ppa", "onsite", "storage"))
    most = hours.output[:, :, None] * output[:, None, :]
    yield "output of the hour", np.maximum(drawn - most, 0)[plants], load
    imported = s.supplies.kind == "import"
    there = hours.most[:, :, None] * s.supplies.maximum_share[:, None, :] * load[s.supplies.site]
    yield "import of the hour", np.maximum(used - there, 0)[imported], load
    yield "power passed on in a park", *_passed_on(s, used, 1.0)
    yield from _storage(s, charged, level, drawn, megawatt)


def _storage(
    s: Scenario, charged: Floats, level: Floats, drawn: Floats, megawatt: Floats
) -> Iterator[Finding]:
    storages = s.storages
    into = np.zeros_like(level)
    np.add.at(into, storages.charging_storage, charged)
    days = (len(storages.supply), level.shape[1] // 24, 24, level.shape[2])
    before = np.roll(level.reshape(days), 1, axis=2).reshape(level.shape)
    given = drawn[storages.supply]
    expected = before + storages.efficiency[:, None, None] * into - given
    yield "level of storage", np.abs(expected - level), level
    most = megawatt[storages.supply][:, None, :]
    yield "room of storage", np.maximum(level - storages.hours[:, None, None] * most, 0), level
    yield "charging of storage", np.maximum(into - most, 0), level
    yield "a level is not negative", np.maximum(-level, 0), level


def _certificates(s: Scenario, plan: xr.Dataset, x: dict[str, Floats]) -> Iterator[Finding]:
    record_of(plan)  # refuses what is retired twice or too late
    certificates, years = s.certificates, s.periods.years
    claimed, retired = (np.zeros((len(certificates.label), len(s.periods))) for _ in range(2))
    apart = np.flatnonzero(certificates.of_supply >= 0)
    np.add.at(claimed, certificates.of_supply[apart], x["power"][apart])
    np.add.at(retired, certificates.lot_option, x["certificate_retired"])
    yield "a certificate for each MWh", np.abs(claimed - retired), claimed
    of_lot = (x["certificate_retired"] * years).sum(axis=1)
    bought = (x["certificate_bought"] * years)[certificates.lot_option, certificates.lot_vintage]
    yield "certificates retired once", np.maximum(of_lot - bought, 0), bought
    yield "certificates on offer", np.maximum(x["certificate_bought"] - certificates.limit, 0), bought
