"""Rules that avoided emissions, pools and offsets must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from scenarios.errors import Problem

Tables = Mapping[str, pd.DataFrame]


def something_avoided(tables: Tables) -> Iterator[Problem]:
    """A row spares something, and a process filter is about use."""
    for _, row in tables["avoided"].iterrows():
        if row["emissions"] == 0 and row["coal"] == 0:
            fix = "fill in emissions or coal, or remove the row"
            yield Problem("avoided", "spares nothing", fix, row["row"], "emissions", row["avoided"])
        if row["counted"] == "delivery" and row["process"]:
            fix = "leave process blank, or count use"
            rule = "says nothing about what is delivered"
            yield Problem("avoided", rule, fix, row["row"], "process", row["process"])


def steps_that_rise(tables: Tables) -> Iterator[Problem]:
    """The premium of a pool does not fall as more is taken."""
    for _, steps in tables["pool_steps"].groupby("pool", sort=False):
        ordered = steps.sort_values("from_quantity")
        earlier = ordered["premium"].shift()
        falls = (ordered["premium"] < earlier).to_numpy()
        for (_, row), before in zip(ordered[falls].iterrows(), earlier[falls], strict=True):
            fix = f"write at least {before:g}, the premium of the step before"
            yield Problem("pool_steps", "falls as more is taken", fix, row["row"], "premium", row["premium"])


def displaced_something(tables: Tables) -> Iterator[Problem]:
    """What rivals go without costs them something."""
    pools = tables["pools"]
    idle = (pools["rival_share"] > 0) & (pools["displaced_emissions"] == 0) & (pools["displaced_coal"] == 0)
    for _, row in pools[idle].iterrows():
        fix = "fill in displaced_emissions or displaced_coal, or write 0 for rival_share"
        rule = "moves nothing: rivals emit nothing in its place"
        yield Problem("pools", rule, fix, row["row"], "rival_share", row["rival_share"])


CREDIT_RULES = (something_avoided, steps_that_rise, displaced_something)
