"""Rules that the tables of electricity must satisfy; all problems are collected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from scenarios.electricity_settings import ElectricitySettings
from scenarios.errors import Problem
from scenarios.tables_power import HOURS

Tables = Mapping[str, pd.DataFrame]

DAYS = 365
ONLY_FOR = {
    "capacity_price": ("ppa", "onsite", "storage"),
    "storage_hours": ("storage",),
    "efficiency": ("storage",),
    "certificate_price": ("certificate",),
    "certificate_limit": ("certificate",),
    "area_per_mw": ("onsite",),
}


def power_output_known(tables: Tables) -> Iterator[Problem]:
    """Contracted and onsite power states its mean output, or its profile does."""
    frame = tables["power_options"]
    silent = frame["capacity_factor"].isna() & (frame["profile"] == "")
    for _, row in frame[frame["kind"].isin(["ppa", "onsite"]) & silent].iterrows():
        fix = "fill in mean output over capacity, between 0 and 1, or name a profile"
        yield Problem(
            "power_options", f"{row['kind']} needs it", fix, row["row"], "capacity_factor", row["option"]
        )


def option_columns(tables: Tables) -> Iterator[Problem]:
    """A column that is about some kinds of option is filled for these alone."""
    frame = tables["power_options"]
    for column, kinds in ONLY_FOR.items():
        for _, row in frame[frame[column].notna() & ~frame["kind"].isin(kinds)].iterrows():
            fix = f"leave it blank: it is about options of kind {' or '.join(kinds)}"
            rule = f"says nothing about {row['kind']}"
            yield Problem("power_options", rule, fix, row["row"], column, row[column])
    for _, row in frame[(frame["take_or_pay"] < 1) & (frame["kind"] != "ppa")].iterrows():
        fix = "leave it blank: it is about options of kind ppa"
        rule = f"says nothing about {row['kind']}"
        yield Problem("power_options", rule, fix, row["row"], "take_or_pay", row["take_or_pay"])


def storage_described(tables: Tables) -> Iterator[Problem]:
    """Storage says how long it lasts and how much comes back."""
    frame = tables["power_options"]
    for _, row in frame[frame["kind"] == "storage"].iterrows():
        for column in ("storage_hours", "efficiency"):
            if pd.isna(row[column]):
                yield Problem(
                    "power_options", "storage needs it", "fill it in", row["row"], column, row["option"]
                )


def surfaces_measured(tables: Tables) -> Iterator[Problem]:
    """A plant that stands on a surface says how much of it a MW takes, and the other way round."""
    frame = tables["power_options"]
    placed, measured = frame["surface"] != "", frame["area_per_mw"].notna()
    for _, row in frame[placed & ~measured].iterrows():
        fix = "fill in area_per_mw, or leave surface blank"
        yield Problem("power_options", "a surface needs it", fix, row["row"], "area_per_mw", row["option"])
    for _, row in frame[measured & ~placed].iterrows():
        fix = "write roof or land, or leave area_per_mw blank"
        yield Problem("power_options", "an area needs it", fix, row["row"], "surface", row["option"])


def whole_years(tables: Tables) -> Iterator[Problem]:
    """A profile has every day of the year, and something in it."""
    frame = tables["power_profiles"]
    for name, rows in frame.groupby("profile", sort=False):
        first = int(rows["row"].iloc[0])
        missing = sorted(set(range(1, DAYS + 1)) - set(rows["day"].dropna().astype(int)))
        if missing:
            shown = ", ".join(str(day) for day in missing[:5]) + (" ..." if len(missing) > 5 else "")
            fix = f"add one row for each day from 1 to {DAYS}; missing: {shown}"
            rule = f"has no row for {len(missing)} days of the year"
            yield Problem("power_profiles", rule, fix, first, "day", name)
        elif not rows[list(HOURS)].to_numpy(float).any():
            yield Problem(
                "power_profiles", "is zero in every hour", "fill in its hours", first, HOURS[0], name
            )


def imports_within_one(tables: Tables) -> Iterator[Problem]:
    """An import's profile is a share of its largest share."""
    options, frame = tables["power_options"], tables["power_profiles"]
    imported = set(options[options["kind"] == "import"]["profile"]) - {""}
    high = frame[frame["profile"].isin(imported) & (frame[list(HOURS)].max(axis=1) > 1)]
    for _, row in high.iterrows():
        column = next(name for name in HOURS if row[name] > 1)
        rule = f"is above 1, and an import goes by profile {row['profile']}"
        fix = "write a share of its largest import, between 0 and 1"
        yield Problem("power_profiles", rule, fix, row["row"], column, row[column])


def parks_with_sites(tables: Tables) -> Iterator[Problem]:
    """A microgrid is of a park in which sites lie."""
    known = set(tables["sites"]["park"]) - {""}
    frame = tables["microgrids"]
    for _, row in frame[~frame["park"].isin(known)].iterrows():
        fix = "write the park of its sites into sites.park, or remove the row"
        yield Problem("microgrids", "no site lies in this park", fix, row["row"], "park", row["park"])


POWER_RULES = (
    power_output_known,
    option_columns,
    storage_described,
    surfaces_measured,
    whole_years,
    imports_within_one,
    parks_with_sites,
)


def hours_known(tables: Tables, electricity: ElectricitySettings) -> list[Problem]:
    """Return a problem for each contract and own plant whose hours are not known where they matter."""
    if not electricity.hourly:
        return []
    frame = tables["power_options"].drop_duplicates("option")
    blank = frame[frame["kind"].isin(["ppa", "onsite"]) & (frame["profile"] == "")]
    rule = "electricity.matching=hourly needs the profile of an option of kind {}"
    fix = "name a profile of table power_profiles, or match by the year (electricity.matching=annual)"
    return [
        Problem("power_options", rule.format(row["kind"]), fix, row["row"], "profile", row["option"])
        for _, row in blank.iterrows()
    ]
