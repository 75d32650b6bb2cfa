"""The workbook's tables of electricity: what is used, claims that count by the same hour, matched hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from reporting.language import gettext as _
from reporting.moments import moments, whole_number
from reporting.reading import array, labels, site_names
from reporting.workbook_columns import PATHWAY, PERIOD, SITE, Column, Row, Table, number_columns

Both = Sequence[tuple[str, xr.Dataset]]
SMALLEST = 1e-6
SUPPLY = [PATHWAY, SITE, Column("Option", width=24), Column("Kind", width=14), PERIOD]


def power_table(both: Both) -> Table:
    """Return electricity used by site, option and period."""
    rows = []
    for pathway, dataset in both:
        names, starts = site_names(dataset), list(map(whole_number, moments(dataset)))
        values = array(dataset, "power", "supply", "period")
        site, option, kind = (labels(dataset, f"supply_{name}") for name in ("site", "option", "kind"))
        rows += [
            [pathway, names.get(site[i], site[i]), option[i], kind[i], starts[t], values[i, t]]
            for i, t in np.argwhere(np.abs(values) > SMALLEST).tolist()
        ]
    columns = [
        *SUPPLY,
        Column("MWh per year", "whole", 16),
    ]
    return Table("Power", _("Electricity used, by way of getting it."), columns, rows, "MWh per year")


def claim_sheets(both: Both, money: str) -> list[Table]:
    """Return the table of claims at risk and that of matched hours; none where nothing is known of hours.

    Parameters
    ----------
    both : name and Dataset of plan and reference.
    money : header of what is paid, currency per year.
    """
    if not any("stranded" in dataset for _, dataset in both):
        return []
    columns = [
        *SUPPLY,
        *number_columns("whole", 16, "MWh claimed", "MWh that count", "t CO2e at risk"),
        Column(money, "money", 20),
    ]
    meaning = _("Claims to green power, what of them would count by the same hour, and what is at risk.")
    found = [Table("Claims", meaning, columns, list(_claims(both)), "t CO2e at risk")]
    hours = list(_hours(both))
    if hours:
        columns = [
            PATHWAY,
            Column("Day of the year", "whole", 16),
            Column("Hour", "whole", 10),
            Column("Hours a year", "whole", 14),
            PERIOD,
            *number_columns("whole", 16, "MWh of load", "MWh matched"),
            Column("Matched", "share", 12),
        ]
        meaning = _("How much of the own sites' load is met in the hour itself by green power that counts.")
        found.append(Table("Hours", meaning, columns, hours, "Matched"))
    return found


def _claims(both: Both) -> Iterator[Row]:
    """Yield one row for each claim and period in which it is made."""
    for pathway, dataset in both:
        if "stranded" not in dataset:
            continue
        starts, names = list(map(whole_number, moments(dataset))), site_names(dataset)
        site, option, kind = (labels(dataset, f"supply_{name}") for name in ("site", "option", "kind"))
        claims = np.array([word != "grid" for word in kind])
        power, lost, carbon, money = (
            array(dataset, name, "supply", "period")
            for name in ("power", "stranded", "stranded_emissions", "stranded_premium")
        )
        for i, t in np.argwhere((power > SMALLEST) & claims[:, None]).tolist():
            where = [pathway, names.get(site[i], site[i]), option[i], kind[i], starts[t]]
            yield [*where, power[i, t], power[i, t] - lost[i, t], carbon[i, t], money[i, t]]


def _hours(both: Both) -> Iterator[Row]:
    """Yield one row for each typical hour of the first and the last period."""
    for pathway, dataset in both:
        if "hour_load" not in dataset:
            continue
        starts = list(map(whole_number, moments(dataset)))
        load, matched = (array(dataset, name, "slice", "period") for name in ("hour_load", "hour_matched"))
        place = [np.asarray(dataset[f"slice_{name}"].values) for name in ("day", "hour", "weight")]
        for t in sorted({0, len(starts) - 1}):
            for k in range(len(load)):
                share = matched[k, t] / load[k, t] if load[k, t] > SMALLEST else 0.0
                figures = [float(load[k, t]), float(matched[k, t]), float(share)]
                yield [pathway, *(float(values[k]) for values in place), starts[t], *figures]
