"""Rules that the tables of supplier programmes must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from scenarios.errors import Problem
from scenarios.programmes import NO_FILE, Row, enrolments, path_to, seat_of, stages_in_order

Tables = Mapping[str, pd.DataFrame]

IN_PART = ("cuts", "adds_operating_cost", "verifies", "raises_score")  # kinds that a chance can be put on


def stage_predecessors(tables: Tables) -> Iterator[Problem]:
    """Each stage comes after one of its own programme, and not by way of itself."""
    stages = tables["programme_stages"]
    placed = stages_in_order(stages)
    known = stages.groupby("programme")["stage"].agg(list)
    for _, row in stages.iterrows():
        others = [name for name in known[row["programme"]] if name != row["stage"]]
        if row["after"] and row["after"] not in others:
            fix = f"add the stage, or use one of: {', '.join(others)}" if others else "add the stage"
            rule = f"is no other stage of {row['programme']}"
            yield Problem("programme_stages", rule, fix, row["row"], "after", row["after"])
        elif row["stage"] not in placed[row["programme"]] and _in_a_circle(row, stages):
            fix = "leave it blank for the first stage of the circle"
            yield Problem("programme_stages", "comes after itself", fix, row["row"], "after", row["after"])


def _in_a_circle(row: pd.Series, stages: pd.DataFrame) -> bool:
    mine = stages[stages["programme"] == row["programme"]]
    before = dict(zip(mine["stage"], mine["after"], strict=True))
    at = row["after"]
    for _ in before:
        if at == row["stage"]:
            return True
        at = before.get(at, "")
    return False


def programmes_have_suppliers(tables: Tables) -> Iterator[Problem]:
    """Somebody may take part in a programme."""
    able = set(tables["programme_suppliers"]["programme"])
    for _, row in tables["programme_stages"].drop_duplicates("programme").iterrows():
        if row["programme"] not in able:
            fix = "add who may take part to programme_suppliers"
            yield Problem(
                "programme_stages",
                "no supplier may take part",
                fix,
                row["row"],
                "programme",
                row["programme"],
            )


def suppliers_that_may(tables: Tables) -> Iterator[Problem]:
    """A supplier goes through stages that there are, in a window that is not empty, and sells something."""
    selling = set(tables["offers"]["site"])
    for supplier, stages, path in enrolments(tables):

        def problem(rule: str, fix: str, column: str, row: Row = supplier) -> Problem:
            return Problem("programme_suppliers", rule, fix, row["row"], column, row[column])

        if supplier["last_stage"] and stages and supplier["last_stage"] not in stages:
            fix = f"leave it blank, or use one of: {', '.join(stages)}"
            yield problem(f"is no stage of {supplier['programme']}", fix, "last_stage")
        if supplier["latest"] < supplier["earliest"]:
            fix = f"write a year from {supplier['earliest']:.0f} on"
            yield problem("latest lies before earliest", fix, "latest")
        cutting = [name for name in path if stages[name]["footprint_cut"]]
        if supplier["footprint_cut"] >= 0 and stages and len(cutting) != 1:
            said = f"{len(cutting)} stages cut footprints" if cutting else "no stage cuts footprints"
            fix = "leave it blank, or write a footprint_cut at exactly one stage"
            yield problem(f"{said} on its way", fix, "footprint_cut")
        changed = cutting or any(stages[name]["verifies_footprint"] for name in path)
        if changed and supplier["site"] not in selling:
            fix = "add an offer of it, or remove the row"
            yield problem("sells nothing whose footprint could change", fix, "site")


def effects_in_part(tables: Tables) -> Iterator[Problem]:
    """What hangs on a stage that may not be reached can be had in part, as plans reckon with its chance."""
    unsure = {
        seat_of(supplier["programme"], name, supplier["site"])
        for supplier, stages, path in enrolments(tables)
        for name in path
        if any(stages[before]["chance"] < 1 for before in path_to(stages, name))
    }
    effects = tables["effects"]
    for _, row in effects[(effects["row"] != NO_FILE) & effects["intervention"].isin(unsure)].iterrows():
        if not str(row["effect"]).startswith(IN_PART):
            fix = "give it to an intervention of its own, or write a chance of 1 for its stages"
            rule = "hangs on a stage that may not be reached, and cannot be had in part"
            yield Problem("effects", rule, fix, row["row"], "effect", row["effect"])


PROGRAMME_RULES = (stage_predecessors, programmes_have_suppliers, suppliers_that_may, effects_in_part)
