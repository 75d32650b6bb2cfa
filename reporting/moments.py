"""When periods start: whole years, or months that people read as 2025-03."""

from __future__ import annotations

from typing import Any

import xarray as xr

MONTHS = 12


class Month(float):
    """A month as a year with decimals, to reckon with; as text it is 2025-03."""

    def __str__(self) -> str:
        month = round(self * MONTHS)
        return f"{month // MONTHS}-{month % MONTHS + 1:02d}"

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else str(self)


def moments(dataset: xr.Dataset | xr.DataArray) -> list[Any]:
    """Return the start of each period: whole years, or months where the plan is made by months."""
    starts = dataset["period"].values
    return [Month(v) if starts.dtype.kind == "f" else int(v) for v in starts.tolist()]


def lengths(dataset: xr.Dataset) -> list[Any]:
    """Return the length of each period in years: whole, or parts of one."""
    whole = dataset["period"].values.dtype.kind != "f"
    return [int(v) if whole else float(v) for v in dataset["years"].values.tolist()]


def last_moment(start: Any, length: Any) -> Any:
    """Return the last year of a period, or its month."""
    return start if isinstance(start, Month) else start + length - 1


def after(moment: Any, length: Any) -> Any:
    """Return the moment at which a last year, or a last month of `length` years, is over."""
    return float(moment) + length if isinstance(moment, Month) else moment + 1


def whole_number(moment: Any) -> Any:
    """Return a year, or a month as 202503, for sheets that sum by period; None stays None."""
    if moment is None:
        return None
    return int(str(moment).replace("-", "")) if isinstance(moment, Month) else int(moment)


def period_keys(values: xr.Dataset | xr.DataArray) -> list[Any]:
    """Return each period as a key of JSON: a year, or a month as text."""
    return [str(m) if isinstance(m, Month) else m for m in moments(values)]
