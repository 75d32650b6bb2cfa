"""The record of certificates: what was bought and what was retired, entry after entry, never changed.

A certificate stands for one MWh of a vintage. It can be retired once, in its validity; whoever tries to
retire it again is refused, as a registry does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from scenarios.errors import VerificationError

Floats = NDArray[np.float64]

ROUNDING = 1e-6  # of a lot, at least a millionth of a MWh: the solver works to 1e-7
COLUMNS = ("entry", "period", "event", "certificate", "vintage", "first_mwh", "last_mwh")


@dataclass(frozen=True)
class Entry:
    """One line of the record: MWh of a lot (certificate and vintage), numbered through from its first.

    Attributes
    ----------
    period, vintage : start of the periods, calendar years.
    event : bought, retired or expired.
    first, last : MWh of the lot, from and to.
    """

    period: float
    event: str
    certificate: str
    vintage: float
    first: float
    last: float


@dataclass
class CertificateRecord:
    """Purchases and retirements in the order in which they happened; entries are only ever added."""

    _entries: list[Entry] = field(default_factory=list)
    _bought: dict[tuple[str, float], float] = field(default_factory=dict)
    _retired: dict[tuple[str, float], float] = field(default_factory=dict)
    _last: dict[tuple[str, float], float] = field(default_factory=dict)

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries so far."""
        return tuple(self._entries)

    def buy(self, certificate: str, vintage: float, mwh: float, valid_to: float) -> None:
        """Add certificates of a vintage, MWh, to be retired up to the period that starts at `valid_to`."""
        key = (certificate, vintage)
        before = self._bought.get(key, 0.0)
        self._bought[key] = before + mwh
        self._last[key] = valid_to
        self._entries.append(Entry(vintage, "bought", certificate, vintage, before, before + mwh))

    def retire(self, certificate: str, vintage: float, period: float, mwh: float) -> None:
        """Retire MWh of a lot in a period.

        Raises
        ------
        VerificationError : so many are not left of the lot, none was ever bought, or it is not valid then.
        """
        key = (certificate, vintage)
        bought, before = self._bought.get(key, 0.0), self._retired.get(key, 0.0)
        if mwh > bought - before + ROUNDING * max(bought, 1.0):
            message = (
                f"certificate {certificate} of {vintage:g}: {mwh:.6g} MWh to be retired in {period:g}, of "
                f"{bought:.6g} bought {before:.6g} are retired already; none is retired twice"
            )
            raise VerificationError(message)
        last = self._last.get(key, vintage)
        if not vintage <= period <= last:
            message = (
                f"certificate {certificate} of {vintage:g} cannot be retired in {period:g}: it is valid from "
                f"{vintage:g} to {last:g}"
            )
            raise VerificationError(message)
        after = min(before + mwh, bought)
        self._retired[key] = after
        self._entries.append(Entry(period, "retired", certificate, vintage, before, after))

    def expire(self, certificate: str, vintage: float) -> None:
        """Note what of a lot is left after its last period; nothing where all of it is retired."""
        key = (certificate, vintage)
        before, bought = self._retired.get(key, 0.0), self._bought.get(key, 0.0)
        if bought - before > ROUNDING * max(bought, 1.0):
            self._retired[key] = bought
            self._entries.append(Entry(self._last[key], "expired", certificate, vintage, before, bought))

    def left(self, certificate: str, vintage: float) -> float:
        """Return MWh of a lot that are neither retired nor expired."""
        key = (certificate, vintage)
        return self._bought.get(key, 0.0) - self._retired.get(key, 0.0)

    def table(self) -> pd.DataFrame:
        """Return the record as rows, in the order of the entries."""
        rows = [
            (n, e.period, e.event, e.certificate, e.vintage, e.first, e.last)
            for n, e in enumerate(self._entries, 1)
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def record_of(plan: xr.Dataset) -> CertificateRecord:
    """Return the record of a plan, period after period: bought first, then retired, then what expires.

    Raises VerificationError where the plan retires what it does not have.
    """
    record = CertificateRecord()
    if not plan.sizes.get("certificate_lot"):
        return record
    start, years = plan["period"].to_numpy(), plan["years"].to_numpy()
    bought = plan["certificate_bought"].to_numpy() * years
    retired = plan["certificate_retired"].to_numpy() * years
    option = plan["certificate_lot_option"].to_numpy()
    vintage = plan["certificate_lot_vintage"].to_numpy()
    last = plan["certificate_lot_valid_to"].to_numpy()
    certificates = list(plan["certificate"].to_numpy())
    place = np.array([certificates.index(name) for name in option])
    when = np.searchsorted(start, vintage)
    for t, period in enumerate(start.tolist()):
        for lot in np.flatnonzero(when == t):
            if bought[place[lot], t] > 0:
                record.buy(
                    str(option[lot]), float(vintage[lot]), float(bought[place[lot], t]), float(last[lot])
                )
        for lot in np.flatnonzero(retired[:, t] > 0):
            record.retire(str(option[lot]), float(vintage[lot]), float(period), float(retired[lot, t]))
        for lot in np.flatnonzero((last == period) & (bought[place, when] > 0)):
            record.expire(str(option[lot]), float(vintage[lot]))
    return record
