"""The difference between two plans, account by account, with nothing left over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reporting.figures import currency_name
from reporting.language import gettext as _
from reporting.rulebooks import flips
from scenarios.accounts import total_accounts
from scenarios.errors import ConfigError
from scenarios.settings import Scope2

if TYPE_CHECKING:
    import xarray as xr

TOLERANCE = 1e-9  # of the larger total


def plan_difference(before: xr.Dataset, after: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return how `after` differs from `before`: tables ``cost``, ``emissions`` and ``decisions``.

    ``cost`` has one row an account: present value before, after and their difference, currency;
    ``emissions`` one row an account: tCO2e over the horizon; both end in a row ``total``, which is the
    sum of the rows above and the difference of the totals. An account that one plan lacks is zero
    there. ``decisions`` lists interventions decided in another year, or in one plan only.

    Raises
    ------
    ConfigError : the plans are of different years or currencies, or count scope 2 differently.
    """
    for name in ("currency", "scope2"):
        if before.attrs[name] != after.attrs[name]:
            message = f"plans differ in {name}: {before.attrs[name]} and {after.attrs[name]}"
            raise ConfigError(message)
    if before["period"].to_numpy().tolist() != after["period"].to_numpy().tolist() or (
        before["years"].to_numpy().tolist() != after["years"].to_numpy().tolist()
    ):
        message = "plans are of different years: only plans of the same periods can be compared"
        raise ConfigError(message)
    cost = [plan["cost_npv"].to_series() for plan in (before, after)]
    kept = list(total_accounts(Scope2(before.attrs["scope2"])))
    tonnes = [(plan["emissions"] * plan["years"]).sum("period").to_series() for plan in (before, after)]
    emissions = [series[series.index.isin(kept)] for series in tonnes]
    return {
        "cost": _side_by_side(cost[0], cost[1], "cost_account"),
        "emissions": _side_by_side(emissions[0], emissions[1], "emission_account"),
        "decisions": _decisions(before, after),
    }


def _side_by_side(before: pd.Series, after: pd.Series, name: str) -> pd.DataFrame:
    accounts = list(dict.fromkeys([*before.index, *after.index]))
    frame = pd.DataFrame(
        {
            "before": before.reindex(accounts, fill_value=0.0),
            "after": after.reindex(accounts, fill_value=0.0),
        }
    )
    frame["difference"] = frame["after"] - frame["before"]
    total = frame.sum()
    whole = float(after.sum() - before.sum())
    size = max(abs(float(before.sum())), abs(float(after.sum())), 1.0)
    if not np.isclose(total["difference"], whole, rtol=0.0, atol=TOLERANCE * size):
        message = f"differences by {name} sum to {total['difference']:.9g}, not {whole:.9g}"
        raise ArithmeticError(message)
    frame = frame[(frame != 0).any(axis=1)]
    frame.loc["total"] = total
    frame.index.name = name
    return frame


def _under_rulebooks(before: xr.Dataset, after: xr.Dataset) -> pd.DataFrame | None:
    """Return what each rulebook that both plans were told under counts; None where there is none."""
    if "rulebook_emissions" not in before or "rulebook_emissions" not in after:
        return None
    frame = pd.DataFrame(
        {
            name: (plan["rulebook_emissions"] * plan["years"]).sum("period").to_series()
            for name, plan in (("before", before), ("after", after))
        }
    ).dropna()
    frame["difference"] = frame["after"] - frame["before"]
    return frame


def _decisions(before: xr.Dataset, after: xr.Dataset) -> pd.DataFrame:
    years = [_decided(before), _decided(after)]
    rows = [
        {"intervention": name, "before": years[0].get(name, ""), "after": years[1].get(name, "")}
        for name in sorted({*years[0], *years[1]})
        if years[0].get(name) != years[1].get(name)
    ]
    return pd.DataFrame(rows, columns=["intervention", "before", "after"])


def _decided(plan: xr.Dataset) -> Mapping[str, str]:
    """Return the years in which each intervention is decided."""
    adopt = plan["adopt"].transpose("intervention", "period").to_numpy() > 0.5
    names, start = plan["intervention"].to_numpy(), plan["period"].to_numpy()
    return {
        str(names[i]): ", ".join(str(year) for year in start[adopt[i]])
        for i in np.flatnonzero(adopt.any(axis=1))
    }


def difference_text(before: xr.Dataset, after: xr.Dataset) -> str:
    """Return the difference of two plans as text."""
    tables, currency = plan_difference(before, after), before.attrs["currency"]

    def shown(value: Any) -> str:
        return f"{value:,.2f}" if isinstance(value, float) else str(value)

    parts = [
        _("cost, present value, million {currency}").format(currency=currency_name(currency)),
        (tables["cost"] / 1e6).to_string(float_format=shown),
        "\n" + _("emissions over the horizon, kt CO2e"),
        (tables["emissions"] / 1e3).to_string(float_format=shown),
    ]
    under = _under_rulebooks(before, after)
    if under is not None:
        flipped = flips({"before": before, "after": after})
        said = (
            _("under each rulebook, over the horizon, kt CO2e: their ranking of the plans flips")
            if flipped
            else _("under each rulebook, over the horizon, kt CO2e: all rank the plans alike")
        )
        parts += [
            f"\n{said}",
            (under / 1e3).to_string(float_format=shown),
        ]
    if len(tables["decisions"]):
        parts += ["\n" + _("interventions decided otherwise"), tables["decisions"].to_string(index=False)]
    return "\n".join(parts)
