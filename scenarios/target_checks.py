"""Rules that targets, labels, factory scores and requirements must satisfy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.chain_leader import requirement_tags
from scenarios.errors import Problem
from scenarios.footprint_schemes import schemes_in_use
from scenarios.tables_levers import LIFE_CYCLE
from scenarios.tables_targets import ASPECTS
from scenarios.targets import OF_BASELINE
from scenarios.water_caps import basins_draw_water

Tables = Mapping[str, pd.DataFrame]

SHARES = ("renewable_share", "purchase_share", "spend_share")
UPWARDS = (*SHARES, "status_count")


def target_filters(tables: Tables) -> Iterator[Problem]:
    """What a target filters by exists, and its measure can use it."""
    sites, frame = tables["sites"], tables["targets"]
    marked = [*sites["tags"], *tables["offers"]["tags"]]
    known = {
        "region": (set(sites["region"]), "no site lies in this region", "use the region of a site"),
        "park": (set(sites["park"]), "no site lies in this park", "use the park of a site"),
        "basin": (set(sites["basin"]), "no site draws from it", "use the basin of a site"),
        "tag": (
            {tag for tags in marked for tag in tags},
            "no site or offer has this tag",
            "use a tag of a site or an offer",
        ),
        "label": (set(tables["labels"]["label"]), "is not in labels", "add it to labels"),
        "status": (set(tables["factory_statuses"]["status"]), "is not in factory_statuses", "add it there"),
    }
    for _, row in frame.iterrows():
        for name, (there, rule, fix) in known.items():
            if row[name] and row[name] not in there:
                yield Problem("targets", rule, f"{fix} or leave it blank", row["row"], name, row[name])
        for name in row["accounts"]:
            if name not in EMISSION_ACCOUNTS:
                fix = f"use some of: {', '.join(EMISSION_ACCOUNTS)}"
                yield Problem("targets", "is not an emission account", fix, row["row"], "accounts", name)
        if row["measure"] in ("purchase_share", "spend_share") and not (row["tag"] or row["label"]):
            fix = "fill in tag or label: the share of what fits it"
            yield Problem("targets", "of what is not said", fix, row["row"], "measure", row["measure"])
        if row["measure"] != "steel_class" and (row["rulebook"] or row["level"]):
            fix = "write measure steel_class, or leave rulebook and level blank"
            yield Problem("targets", "is of no class", fix, row["row"], "measure", row["measure"])
        if row["measure"] == "status_count" and not row["status"]:
            fix = "name the status counted"
            yield Problem("targets", "counts no status", fix, row["row"], "status")


def target_kinds(tables: Tables) -> Iterator[Problem]:
    """A target's kind fits its measure, its value and its years."""
    for _, row in tables["targets"].iterrows():
        kind, measure, value = row["kind"], row["measure"], row["value"]
        if kind in OF_BASELINE and not 0 < value < 1:
            fix = "write a share between 0 and 1, e.g. 0.1 for 10 %"
            yield Problem("targets", f"{kind} needs a share", fix, row["row"], "value", value)
        if kind == "gain" and not measure.endswith("_intensity"):
            fix = "use energy_intensity, water_intensity or emissions_intensity, or kind reduction"
            yield Problem(
                "targets", "efficiency is gained in intensities", fix, row["row"], "measure", measure
            )
        if kind in OF_BASELINE and measure in UPWARDS:
            fix = "use kind at_least or at_most"
            yield Problem("targets", f"a {measure} has no {kind}", fix, row["row"], "kind", kind)
        if measure in SHARES and not 0 <= value <= 1:
            fix = "write a share between 0 and 1"
            yield Problem("targets", "is not a share", fix, row["row"], "value", value)
        if kind == "line_to" and np.isnan(row["year"]):
            fix = "write the year in which the line ends"
            yield Problem("targets", "the line has no end", fix, row["row"], "year")
        if kind == "line_to" and row["year"] <= row["baseline_year"]:
            fix = f"write a year after {row['baseline_year']:.0f}"
            yield Problem("targets", "the line ends before it begins", fix, row["row"], "year", row["year"])


def enforceable(tables: Tables) -> Iterator[Problem]:
    """Only what is linear in the plan's decisions can be enforced."""
    frame = tables["targets"]
    for _, row in frame[frame["enforce"]].iterrows():
        ratio = row["measure"].endswith("_intensity") or row["measure"] in SHARES
        if row["measure"] == "status_count":
            if not row["site"] or row["kind"] != "at_least" or row["value"] != 1:
                fix = "name the site and write at_least 1, a row for each site; or leave enforce blank"
                rule = "only that a named site has the status can be enforced"
                yield Problem("targets", rule, fix, row["row"], "enforce", row["target"])
        elif row["kind"] == "no_rise" and ratio:
            fix = "leave enforce blank: it is judged; or enforce what the ratio is made of"
            rule = f"{row['kind']} of {row['measure']} cannot be enforced"
            yield Problem("targets", rule, fix, row["row"], "enforce", row["target"])


def label_classes(tables: Tables) -> Iterator[Problem]:
    """The classes of a product differ in their thresholds."""
    frame = tables["labels"]
    level = frame["largest_footprint"].fillna(np.inf)
    for _, row in frame[pd.DataFrame({"p": frame["product"], "l": level}).duplicated()].iterrows():
        fix = "write another threshold, or keep one of the classes"
        rule = f"another class of {row['product']} has the same threshold"
        yield Problem("labels", rule, fix, row["row"], "largest_footprint", row["label"])


def status_scores(tables: Tables) -> Iterator[Problem]:
    """Scores in points reach their thresholds, and a factory that is scored is scored in all aspects."""
    scores, thresholds = tables["factory_scores"], tables["factory_statuses"]
    points = thresholds["criterion"].isin((*ASPECTS, "overall"))
    for _, row in thresholds[points & (thresholds["threshold"] > 100)].iterrows():
        fix = "write at most 100 points"
        yield Problem(
            "factory_statuses", "can never be reached", fix, row["row"], "threshold", row["threshold"]
        )
    green = thresholds["criterion"] == "renewable_share"
    for _, row in thresholds[green & (thresholds["threshold"] > 1)].iterrows():
        fix = "write a share of at most 1"
        yield Problem(
            "factory_statuses", "can never be reached", fix, row["row"], "threshold", row["threshold"]
        )
    for site, rows in scores.groupby("site", sort=False):
        left = [aspect for aspect in ASPECTS if aspect not in set(rows["aspect"])]
        if left:
            fix = f"add rows for {', '.join(left)}"
            rule = "is not scored in all five aspects"
            yield Problem("factory_scores", rule, fix, int(rows["row"].iloc[0]), "site", site)


def regions_of_schemes(tables: Tables) -> Iterator[Problem]:
    """Regions of schemes and defaults are those of sites."""
    regions = set(tables["sites"]["region"])
    for name in ("accepted_schemes", "footprint_defaults"):
        frame = tables[name]
        for _, row in frame[(frame["region"] != "") & ~frame["region"].isin(regions)].iterrows():
            fix = "use the region of a site or leave it blank"
            yield Problem(name, "no site lies in this region", fix, row["row"], "region", row["region"])


def life_cycle_categories(tables: Tables) -> Iterator[Problem]:
    """Interventions are tagged with categories of the full life cycle."""
    for _, row in tables["interventions"].iterrows():
        for name in row["life_cycle"]:
            if name not in LIFE_CYCLE:
                fix = f"use some of: {', '.join(LIFE_CYCLE)}"
                yield Problem(
                    "interventions", "is no life-cycle category", fix, row["row"], "life_cycle", name
                )


TARGET_RULES = (
    life_cycle_categories,
    target_filters,
    target_kinds,
    enforceable,
    label_classes,
    status_scores,
    regions_of_schemes,
    requirement_tags,
    schemes_in_use,
    basins_draw_water,
)
