"""Rules that the tables must satisfy before any model exists; all problems are collected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios import checks_investment
from scenarios.carbon_money_checks import CARBON_MONEY_RULES
from scenarios.credit_checks import CREDIT_RULES
from scenarios.errors import Problem
from scenarios.flow_checks import FLOW_RULES
from scenarios.footprint_layers import FOOTPRINT_RULES
from scenarios.freight_checks import FREIGHT_RULES
from scenarios.gates import GATE_RULES
from scenarios.policies import POLICY_RULES
from scenarios.power_checks import POWER_RULES
from scenarios.programme_checks import PROGRAMME_RULES
from scenarios.responses import RESPONSE_RULES
from scenarios.risk_checks import RISK_RULES
from scenarios.schema import TABLES, Table
from scenarios.scorecard_checks import SCORECARD_RULES
from scenarios.sourcing_checks import check_sourcing
from scenarios.target_checks import TARGET_RULES
from scenarios.timetables import TIMETABLE_RULES
from scenarios.uncertainty import UNCERTAINTY_RULES

Tables = Mapping[str, pd.DataFrame]


def check_tables(tables: Tables) -> list[Problem]:
    """Return every broken rule between and inside the tables."""
    problems: list[Problem] = []
    for table in TABLES.values():
        problems += duplicate_keys(tables[table.name], table)
        problems += unknown_references(tables, table)
        problems += period_rows(tables[table.name], table)
    for rule in (
        unknown_regions,
        lane_rule_roles,
        lanes_lead_elsewhere,
        processes_with_recipes,
        check_sourcing,
        effect_amounts,
        intervention_years,
        prerequisite_cycles,
        *POWER_RULES,
        *FLOW_RULES,
        *FREIGHT_RULES,
        *CREDIT_RULES,
        *FOOTPRINT_RULES,
        *SCORECARD_RULES,
        *RISK_RULES,
        *UNCERTAINTY_RULES,
        *TIMETABLE_RULES,
        *GATE_RULES,
        *POLICY_RULES,
        *PROGRAMME_RULES,
        *RESPONSE_RULES,
        *TARGET_RULES,
        *CARBON_MONEY_RULES,
        checks_investment.intervention_counts,
        checks_investment.budget_kinds,
    ):
        problems += rule(tables)
    return problems


def duplicate_keys(frame: pd.DataFrame, table: Table) -> Iterator[Problem]:
    """Each key may stand once."""
    key = list(table.full_key)
    for _, row in frame[frame.duplicated(key, keep="first")].iterrows():
        shown = ", ".join(f"{k}={row[k]}" for k in key if str(row[k]) not in ("", "nan"))
        yield Problem(
            table.name, "the key stands twice", "keep one row or change the key", row["row"], key[0], shown
        )


def unknown_references(tables: Tables, table: Table) -> Iterator[Problem]:
    """A name that refers to another table must exist there."""
    frame = tables[table.name]
    for column in table.columns:
        if not column.refers_to:
            continue
        key = TABLES[column.refers_to].key[0]
        known = set(tables[column.refers_to][key])
        cells = frame[column.name]
        different = {c for c in cells.unique() if any(n and n not in known for n in _names_in(c))}
        if not different:
            continue
        for number, cell in zip(frame["row"], cells, strict=True):
            for name in _names_in(cell) if cell in different else ():
                if name and name not in known:
                    fix = f"add it to {column.refers_to} or correct the name"
                    yield Problem(table.name, f"is not in {column.refers_to}", fix, number, column.name, name)


def _names_in(cell: str | tuple[str, ...]) -> tuple[str, ...]:
    return cell if isinstance(cell, tuple) else (cell,)


def period_rows(frame: pd.DataFrame, table: Table) -> Iterator[Problem]:
    """Rows of one key are either one row for always, or one a year, with the same words in all."""
    if not table.by_period or frame.empty:
        return
    fixed = [c.name for c in table.columns if c.name not in (*table.key, *table.numbers_by_period)]
    for key, rows in frame[_unlike_rows(frame, table, fixed)].groupby(list(table.key), sort=False):
        shown = ", ".join(str(k) for k in key)
        first = rows.iloc[0]
        if rows["period"].isna().any():
            fix = "give every row of this key a year, or keep one row without"
            yield Problem(
                table.name, "rows with and without a year are mixed", fix, first["row"], "period", shown
            )
        for name in fixed:
            for _, row in rows[rows[name].map(str) != str(first[name])].iterrows():
                fix = f"write {first[name]!r} as in row {first['row']}"
                yield Problem(
                    table.name, "changes between the years of one key", fix, row["row"], name, row[name]
                )
        for name in table.numbers_by_period:
            if rows[name].isna().any() and rows[name].notna().any():
                yield Problem(
                    table.name,
                    "is blank in some years of a key and filled in others",
                    "fill all years or none",
                    first["row"],
                    name,
                    shown,
                )


def _unlike_rows(frame: pd.DataFrame, table: Table, fixed: Sequence[str]) -> NDArray[np.bool_]:
    """Return the rows of keys that may break the rule: a large table is not looked through key by key."""
    key = frame.groupby(list(table.key), sort=False).ngroup().to_numpy()
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    several = count[key] > 1
    if not several.any():
        return several
    leader = first[key]
    suspect = frame["period"].isna().to_numpy() & several
    for name in fixed:
        values = frame[name].to_numpy()
        blank = frame[name].isna().to_numpy()
        suspect |= (values != values[leader]) & ~(blank & blank[leader])
    for name in table.numbers_by_period:
        blank = frame[name].isna().to_numpy()
        suspect |= blank != blank[leader]
    found: NDArray[np.bool_] = several & np.isin(key, key[suspect])
    return found


def unknown_regions(tables: Tables) -> Iterator[Problem]:
    """A region named by a rule must have a site."""
    known = set(tables["sites"]["region"])
    filtered = ("effects", "power_options", "sourcing_rules", "disruptions", "uncertainty")
    for name in (*filtered, "policies", "responses", "timetables", "factors", "avoided", "pools"):
        frame = tables[name]
        for number, region in zip(frame["row"], frame["region"], strict=True):
            if region and region not in known:
                fix = "use the region of a site or leave it blank"
                yield Problem(name, "no site lies in this region", fix, number, "region", region)


def lane_rule_roles(tables: Tables) -> Iterator[Problem]:
    """A lane rule names roles that exist."""
    known = TABLES["sites"].column("role").choices
    for _, row in tables["lane_rules"].iterrows():
        for column in ("origin_role", "destination_role"):
            if row[column] and row[column] not in known:
                fix = f"use one of: {', '.join(known)}"
                yield Problem("lane_rules", "is not a role", fix, row["row"], column, row[column])


def lanes_lead_elsewhere(tables: Tables) -> Iterator[Problem]:
    """A lane leads somewhere else."""
    lanes = tables["lanes"]
    for _, row in lanes[(lanes["origin"] == lanes["destination"]) & (lanes["origin"] != "")].iterrows():
        fix = "remove it: goods at one site need no lane"
        yield Problem("lanes", "starts where it ends", fix, row["row"], "destination", row["destination"])


def processes_with_recipes(tables: Tables) -> Iterator[Problem]:
    """Each process makes something, each process on a line is described."""
    recipes = tables["recipes"]
    makes = set(recipes[recipes["quantity"] > 0]["process"])
    processes = tables["processes"]
    for _, row in processes[~processes["process"].isin(makes)].iterrows():
        fix = "give it an output: a recipes row with a positive quantity"
        yield Problem("processes", "makes nothing", fix, row["row"], "process", row["process"])
    for _, row in recipes[recipes["quantity"] == 0].iterrows():
        yield Problem(
            "recipes", "a quantity of zero does nothing", "remove the row", row["row"], "quantity", 0
        )
    used = set(tables["line_processes"]["line"])
    lines = tables["lines"].drop_duplicates("line")
    for _, row in lines[~lines["line"].isin(used)].iterrows():
        yield Problem("lines", "runs no process", "add it to line_processes", row["row"], "line", row["line"])


def effect_amounts(tables: Tables) -> Iterator[Problem]:
    """Effects carry an amount that makes sense for their kind."""
    effects = tables["effects"]
    cuts = effects["effect"].astype(str).str.startswith("cuts")
    suspect = effects["amount"].isna() | (effects["amount"] < 0) | (cuts & (effects["amount"] > 1))
    for _, row in effects[suspect].iterrows():
        effect, amount = str(row["effect"]), row["amount"]
        if effect.startswith(("unlocks", "opens", "verifies")):
            continue
        if pd.isna(amount):
            yield Problem("effects", f"{effect} needs an amount", "fill in the amount", row["row"], "amount")
        elif effect.startswith("cuts") and amount > 1:
            fix = "write a share of at most 1"
            yield Problem("effects", "cuts more than there is", fix, row["row"], "amount", amount)
        elif effect.startswith(("adds_capacity", "adds_power", "retires")) and amount < 0:
            yield Problem(
                "effects", "capacity cannot be negative", "write it positive", row["row"], "amount", amount
            )


def intervention_years(tables: Tables) -> Iterator[Problem]:
    """The window for a decision is not empty."""
    frame = tables["interventions"]
    for _, row in frame[frame["latest"] < frame["earliest"]].iterrows():
        fix = f"write a year from {row['earliest']:.0f} on"
        yield Problem(
            "interventions", "latest lies before earliest", fix, row["row"], "latest", row["latest"]
        )


def prerequisite_cycles(tables: Tables) -> Iterator[Problem]:
    """No intervention requires itself by way of others."""
    frame = tables["interventions"]
    requires = dict(zip(frame["intervention"], frame["requires"], strict=True))
    for number, start in zip(frame["row"], frame["intervention"], strict=True):
        seen: set[str] = set()
        ahead = list(requires.get(start, ()))
        while ahead:
            name = ahead.pop()
            if name == start:
                fix = "remove one of the prerequisites in the circle"
                yield Problem("interventions", "requires itself", fix, number, "requires", start)
                break
            if name not in seen:
                seen.add(name)
                ahead += requires.get(name, ())
