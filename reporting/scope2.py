"""Which readings of scope 2 a run has: by location, by market and, where it is known, same hour."""

from __future__ import annotations

import xarray as xr

from reporting.language import N_
from reporting.language import gettext as _
from reporting.reading import array, labels
from scenarios.settings import Scope2

WORDS = {
    Scope2.LOCATION: N_("location-based"),
    Scope2.MARKET: N_("market-based"),
    Scope2.SAME_HOUR: N_("by the same hour"),
}


def in_words(method: str) -> str:
    """Return what totals with scope 2 by a method are called, e.g. market-based."""
    return _(WORDS[Scope2(method)])


def methods_read(*datasets: xr.Dataset) -> list[Scope2]:
    """Return the scope 2 methods that `datasets` know, in the order of the accounts.

    Location and market always; same hour where any of them emits under it, or counts scope 2 by it: zero in
    all of them says that nothing is known of hours, not that nothing is emitted.
    """
    return [method for method in Scope2 if method is not Scope2.SAME_HOUR or any(map(_same_hour, datasets))]


def unread_accounts(*datasets: xr.Dataset) -> set[str]:
    """Return the scope 2 accounts of methods that `datasets` do not know."""
    return {f"scope2_{method.value}" for method in set(Scope2) - set(methods_read(*datasets))}


def _same_hour(dataset: xr.Dataset) -> bool:
    account = f"scope2_{Scope2.SAME_HOUR.value}"
    if dataset.attrs.get("scope2") == Scope2.SAME_HOUR.value:
        return True
    if account not in labels(dataset, "emission_account"):
        return False
    booked = array(dataset.sel(emission_account=[account]), "emissions", "emission_account", "period")
    return bool(booked.any())
