"""Gates: the stages at which vehicles queue when they come to a site, and what waiting there costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats, no_integers
from scenarios.errors import Problem
from scenarios.tables_traffic import STAGES

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

Tables = Mapping[str, pd.DataFrame]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.object_]

OF_THE_SITE = ("products", "payload_t", "hours", "waiting_cost", "idling_emissions")
OF_GRADING = ("grade_error", "misgrade_cost")
MINUTES, KILOGRAMS = 60.0, 1000.0  # an hour, a tonne


@dataclass(frozen=True)
class Gates:
    """Gates of sites, (G,), and the rows of their stages, (R,).

    Attributes
    ----------
    site, payload, hours, waiting_cost, idling, misgrade_cost : by gate; t, h a day, currency/h, tCO2e/h,
        currency/t.
    nodes : what comes in through each gate, in the order of their labels.
    gate, stage, intervention : by row, in the order in which a vehicle passes them; of one stage the row
        without intervention (-1) first, then as the table has them.
    servers, service_hours, cv, grade_error : by row.
    """

    site: Integers = field(default_factory=no_integers)
    payload: Floats = field(default_factory=no_floats)
    hours: Floats = field(default_factory=no_floats)
    waiting_cost: Floats = field(default_factory=no_floats)
    idling: Floats = field(default_factory=no_floats)
    misgrade_cost: Floats = field(default_factory=no_floats)
    nodes: tuple[Integers, ...] = ()
    gate: Integers = field(default_factory=no_integers)
    stage: Integers = field(default_factory=no_integers)
    intervention: Integers = field(default_factory=no_integers)
    servers: Integers = field(default_factory=no_integers)
    service_hours: Floats = field(default_factory=no_floats)
    cv: Floats = field(default_factory=no_floats)
    grade_error: Floats = field(default_factory=no_floats)


def make_gates(frame: pd.DataFrame, scenario: Scenario) -> tuple[Gates, list[Problem]]:
    """Return the gates of a checked table, and those that nothing can pass."""
    if frame.empty:
        return Gates(), []
    sites = {label: i for i, label in enumerate(scenario.sites.label)}
    interventions = {label: i for i, label in enumerate(scenario.interventions.label)}
    frame = frame.assign(
        at=[sites[name] for name in frame["site"]],
        turn=[STAGES.index(stage) for stage in frame["stage"]],
        by=[interventions.get(name, -1) for name in frame["intervention"]],
    )
    frame = frame.assign(changed=frame["by"] >= 0).sort_values(["site", "turn", "changed"], kind="stable")
    first = frame.drop_duplicates("site")
    nodes = tuple(_entering(row, scenario) for _, row in first.iterrows())
    problems = [
        Problem("gates", "no lane brings anything through it", fix, row["row"], "site", row["site"])
        for (_, row), found in zip(first.iterrows(), nodes, strict=True)
        if not len(found)
        for fix in ("correct site or products, or add a lane",)
    ]
    grading = frame[frame["stage"] == "grading"].drop_duplicates("site").set_index("site")["misgrade_cost"]
    at = {site: g for g, site in enumerate(first["site"])}
    found = Gates(
        site=first["at"].to_numpy(np.int64),
        payload=first["payload_t"].to_numpy(float),
        hours=first["hours"].to_numpy(float),
        waiting_cost=first["waiting_cost"].to_numpy(float),
        idling=first["idling_emissions"].to_numpy(float) / KILOGRAMS,
        misgrade_cost=np.array([float(grading.get(site, 0.0)) for site in first["site"]]),
        nodes=nodes,
        gate=np.array([at[site] for site in frame["site"]], dtype=np.int64),
        stage=frame["turn"].to_numpy(np.int64),
        intervention=frame["by"].to_numpy(np.int64),
        servers=frame["servers"].to_numpy(np.int64),
        service_hours=frame["minutes"].to_numpy(float) / MINUTES,
        cv=frame["cv"].to_numpy(float),
        grade_error=frame["grade_error"].to_numpy(float),
    )
    return found, problems


def _entering(row: pd.Series, scenario: Scenario) -> Integers:
    """Return the nodes of a site that lanes lead to, of the products that pass the gate."""
    arcs = scenario.arcs
    into = arcs.destination == row["at"]
    if row["products"]:
        into &= np.isin(scenario.products.label[arcs.product].astype(str), row["products"])
    heads = {int(head) for head in arcs.head[into]}
    return np.array(sorted(heads, key=lambda n: str(scenario.nodes.label[n])), dtype=np.int64)


# ---------------------------------------------------------------- rules


def gate_sites(tables: Tables) -> Iterator[Problem]:
    """What is true of the whole site stands the same in all its rows."""
    frame = tables["gates"]
    for site, rows in frame.groupby("site", sort=False):
        first = rows.iloc[0]
        for name in OF_THE_SITE:
            for _, row in rows[rows[name].map(str) != str(first[name])].iterrows():
                fix = f"write {_shown(first[name])} as in row {first['row']}"
                yield Problem(
                    "gates", f"differs between the rows of {site}", fix, row["row"], name, _shown(row[name])
                )
        costs = rows[rows["stage"] == "grading"]
        for _, row in costs[costs["misgrade_cost"] != costs["misgrade_cost"].head(1).sum()].iterrows():
            fix = f"write {costs['misgrade_cost'].iloc[0]:g} as in row {costs['row'].iloc[0]}"
            yield Problem(
                "gates",
                f"differs between the rows of {site}",
                fix,
                row["row"],
                "misgrade_cost",
                row["misgrade_cost"],
            )


def gate_stages(tables: Tables) -> Iterator[Problem]:
    """An intervention changes a stage that is there, and only grading errs."""
    frame = tables["gates"]
    today = set(zip(*(frame[frame["intervention"] == ""][name] for name in ("site", "stage")), strict=True))
    for _, row in frame.iterrows():
        if row["intervention"] and (row["site"], row["stage"]) not in today:
            fix = "add the row without intervention that it changes"
            yield Problem(
                "gates", "changes a stage that is not there", fix, row["row"], "stage", row["stage"]
            )
        for name in OF_GRADING:
            if row["stage"] != "grading" and row[name] > 0:
                fix = "leave it blank, or write it into the row of grading"
                yield Problem("gates", "belongs to grading", fix, row["row"], name, row[name])


def _shown(value: object) -> str:
    return "; ".join(value) if isinstance(value, tuple) else str(value)


GATE_RULES = (gate_sites, gate_stages)
