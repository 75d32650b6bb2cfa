"""Rules that indicators, scorecards, grades and the effects on them must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from scenarios.errors import Problem

Tables = Mapping[str, pd.DataFrame]

SUMS = (1.0, 100.0)
SAME_SUM = 1e-6


def weights_sum(tables: Tables) -> Iterator[Problem]:
    """The weights of all indicators together are 1, or 100."""
    frame = tables["indicators"]
    if frame.empty:
        return
    total = float(frame["weight"].sum())
    if not any(abs(total - whole) <= SAME_SUM * whole for whole in SUMS):
        fix = "change weights so that they sum to 1, or to 100"
        yield Problem("indicators", f"the weights sum to {total:.6g}", fix, column="weight")


def level_ends(tables: Tables) -> Iterator[Problem]:
    """A level has two ends; the other kinds have theirs by themselves."""
    frame = tables["indicators"]
    level = frame["kind"] == "level"
    for _, row in frame[level & (frame["worst"] == frame["best"])].iterrows():
        fix = "write the value that earns no points as worst and the one that earns all as best"
        yield Problem("indicators", "worst and best are the same", fix, row["row"], "best", row["best"])
    named = ~level & ((frame["worst"] != 0) | (frame["best"] != 1))
    for _, row in frame[named].iterrows():
        fix = "leave worst and best blank, or make it a level"
        rule = f"a {row['kind']} runs from 0 to 1"
        yield Problem("indicators", rule, fix, row["row"], "best", row["best"])


def values_in_range(tables: Tables) -> Iterator[Problem]:
    """What a supplier reports lies within the range of the indicator."""
    known = {about["indicator"]: about for about in tables["indicators"].to_dict("records")}
    for row in tables["scorecard"].to_dict("records"):
        if row["indicator"] not in known:
            continue
        about, value = known[row["indicator"]], row["value"]
        low, high = sorted((about["worst"], about["best"]))
        if about["kind"] == "yes_no" and value not in (0, 1):
            fix = "write 1 for yes or 0 for no"
            yield Problem("scorecard", "is neither yes nor no", fix, row["row"], "value", value)
        elif not low <= value <= high:
            fix = f"write a value from {low:g} to {high:g}, or correct the ends in indicators"
            yield Problem(
                "scorecard",
                f"lies outside the range of {row['indicator']}",
                fix,
                row["row"],
                "value",
                value,
            )


def scored_sites_sell(tables: Tables) -> Iterator[Problem]:
    """Who is scored has an offer."""
    sells = set(tables["offers"]["site"])
    for _, row in tables["scorecard"].drop_duplicates("site").iterrows():
        if row["site"] and row["site"] not in sells:
            fix = "add an offer of the site, or remove its rows"
            yield Problem("scorecard", "the site offers nothing", fix, row["row"], "site", row["site"])


def grades_in_order(tables: Tables) -> Iterator[Problem]:
    """Every score has one grade, and its quota leaves room."""
    frame = tables["grades"]
    if frame.empty:
        return
    if frame["lowest_score"].min() > 0:
        lowest = frame.sort_values("lowest_score").iloc[0]
        fix = "let the lowest grade begin at 0"
        rule = "scores below this have no grade"
        yield Problem("grades", rule, fix, lowest["row"], "lowest_score", lowest["lowest_score"])
    for _, row in frame[frame.duplicated("lowest_score", keep="first")].iterrows():
        fix = "let each grade begin at a score of its own"
        yield Problem("grades", "two grades begin here", fix, row["row"], "lowest_score", row["lowest_score"])
    for _, row in frame[frame["maximum_share"] < frame["minimum_share"]].iterrows():
        fix = "raise maximum_share or lower minimum_share"
        yield Problem(
            "grades",
            f"the maximum is below the minimum {row['minimum_share']:g}",
            fix,
            row["row"],
            "maximum_share",
            row["maximum_share"],
        )


def rule_indicators(tables: Tables) -> Iterator[Problem]:
    """A sourcing rule by an indicator bounds shares, at a value the indicator can have."""
    known = {about["indicator"]: about for about in tables["indicators"].to_dict("records")}
    frame = tables["sourcing_rules"]
    for _, row in frame[frame["indicator"] != ""].iterrows():
        for column in ("share_if_used", "minimum_count", "maximum_count"):
            if not np.isnan(row[column]):
                fix = "bound the share, or mark the suppliers with a tag and count those"
                rule = "a rule by an indicator bounds shares only"
                yield Problem("sourcing_rules", rule, fix, row["row"], column, row[column])
        if row["indicator"] in known:
            about = known[row["indicator"]]
            low, high = sorted((about["worst"], about["best"]))
            if not low <= row["indicator_at_least"] <= high:
                fix = f"write a value from {low:g} to {high:g}"
                rule = f"lies outside the range of {row['indicator']}"
                value = row["indicator_at_least"]
                yield Problem("sourcing_rules", rule, fix, row["row"], "indicator_at_least", value)


def raises_are_positive(tables: Tables) -> Iterator[Problem]:
    """An effect that raises a score moves the indicator towards best."""
    effects = tables["effects"]
    for _, row in effects[(effects["effect"] == "raises_score") & ~(effects["amount"] > 0)].iterrows():
        if not np.isnan(row["amount"]):
            fix = "write how far the indicator moves towards best, above 0"
            yield Problem("effects", "raises nothing", fix, row["row"], "amount", row["amount"])


SCORECARD_RULES = (
    weights_sum,
    level_ends,
    values_in_range,
    scored_sites_sell,
    grades_in_order,
    rule_indicators,
    raises_are_positive,
)
