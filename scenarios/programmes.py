"""Supplier programmes: each stage of each supplier as an intervention that needs the stage before it.

The tables say what a programme's stages cost, how likely and how late they are reached, and who may take
part. From them come rows of `interventions` and `effects`, so that a seat is decided, counted, budgeted,
pinned and booked as any intervention is. A plan reckons with what is to be expected of many suppliers: the
effects of a stage hold at its chance, from the first whole year on by which the mean delays have passed.
Whether a supplier comes that far, and when, is drawn in trials.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats, no_integers, no_labels
from scenarios.periods import SAME_MOMENT, Periods
from scenarios.schema import TABLES

if TYPE_CHECKING:
    from scenarios.scenario import Covers, Floats, Integers, Labels

Tables = Mapping[str, pd.DataFrame]
Row = dict[Any, Any]

NO_FILE = -1  # row number of what stands in no file
FOR_GOOD = 100  # years: a stage once reached stays reached
MONTHS = 12
ROUNDING = 1e-9  # years


@dataclass(frozen=True)
class SeatLimits:
    """How many seats of a stage are given, one per rule, (L,): of a period, or of a calendar year of months.

    Attributes
    ----------
    members : interventions that are seats of the stage.
    periods : the periods whose seats are summed.
    most : seats.
    """

    label: NDArray[np.object_] = field(default_factory=no_labels)
    members: tuple[NDArray[np.int64], ...] = ()
    periods: tuple[NDArray[np.int64], ...] = ()
    most: NDArray[np.float64] = field(default_factory=no_floats)


@dataclass(frozen=True)
class ProgrammeStages:
    """Stages of suppliers, (G,), each after the one that it needs.

    Attributes
    ----------
    intervention, site : positions of the seat and of the supplier.
    programme, stage, stage_name : what people call them.
    before : position among these of the stage that has to be reached before, -1: none.
    chance : of reaching it once the stage before is reached.
    delay_months, delay_cv : time from the seat, or from the stage before if that comes later.
    seats : how many seats may be given.
    """

    intervention: Integers = field(default_factory=no_integers)
    site: Integers = field(default_factory=no_integers)
    programme: Labels = field(default_factory=no_labels)
    stage: Labels = field(default_factory=no_labels)
    stage_name: Labels = field(default_factory=no_labels)
    before: Integers = field(default_factory=no_integers)
    chance: Floats = field(default_factory=no_floats)
    delay_months: Floats = field(default_factory=no_floats)
    delay_cv: Floats = field(default_factory=no_floats)
    seats: SeatLimits = field(default_factory=SeatLimits)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.intervention)

    @property
    def overall(self) -> Floats:
        """Chance of reaching each stage and all before it, (G,)."""
        return self.through(self.chance)

    def through(self, chance: Floats) -> Floats:
        """Return the chance of reaching each stage and all before it, given that of each step, (G,)."""
        found = chance.copy()
        for g, before in enumerate(self.before.tolist()):  # a stage stands after the one it needs
            if before >= 0:
                found[g] *= found[before]
        return found

    @property
    def entities(self) -> tuple[str, ...]:
        """Names under which they have their random streams: no plan changes a supplier's luck."""
        return tuple(f"stage {label}" for label in self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Programme and stage of each, as the kind of its intervention says them."""
        return tuple(kind_of(p, s) for p, s in zip(self.programme, self.stage, strict=True))

    def chance_of(self, interventions: int) -> Floats:
        """Return the chance that each of so many interventions comes about, (I,): 1 but for stages."""
        chance = np.ones(interventions)
        chance[self.intervention] = self.overall
        return chance


def seat_of(programme: str, stage: str, site: str) -> str:
    """Return the label of the intervention that is a supplier's seat in a stage."""
    return f"{programme}:{stage}:{site}"


def kind_of(programme: str, stage: str) -> str:
    """Return the intervention kind of a stage's seats."""
    return f"{programme} {stage}"


def stages_in_order(stages: pd.DataFrame) -> dict[str, dict[str, Row]]:
    """Return by programme the rows of its stages by name, each after the one before it.

    Stages without their predecessor, or in a circle, are left out; rules say so.
    """
    found: dict[str, dict[str, Row]] = {}
    for programme, rows in stages.groupby("programme", sort=False):
        waiting, placed = rows.to_dict("records"), found.setdefault(str(programme), {})
        while ready := [row for row in waiting if not row["after"] or row["after"] in placed]:
            placed |= {str(row["stage"]): row for row in ready}
            waiting = [row for row in waiting if row not in ready]
    return found


def path_to(stages: Mapping[str, Row], last: str) -> list[str]:
    """Return the stages up to `last`, in order; all where it is blank or unknown."""
    if last not in stages:
        return list(stages)
    path = [last]
    while before := stages[path[-1]]["after"]:
        path.append(before)
    return path[::-1]


def enrolments(tables: Tables) -> Iterator[tuple[Row, Mapping[str, Row], list[str]]]:
    """Yield who may take part: its row, the stages of its programme, and those it may go through."""
    programmes = stages_in_order(tables["programme_stages"])
    for supplier in tables["programme_suppliers"].to_dict("records"):
        stages = programmes.get(supplier["programme"], {})
        yield supplier, stages, path_to(stages, supplier["last_stage"])


def with_programmes(tables: Tables) -> Tables:
    """Return the tables with the interventions and effects of their programmes; the same when given again."""
    if not len(tables["programme_stages"]):
        return tables
    name_of = {row["site"]: row["name"] or row["site"] for row in tables["sites"].to_dict("records")}
    interventions: list[Row] = []
    effects: list[Row] = []
    for supplier, stages, path in enrolments(tables):
        passed = 0.0  # years of mean delay up to the stage before
        for stage in (stages[name] for name in path if supplier["site"] in name_of):
            site, until = supplier["site"], passed + stage["delay_months"] / MONTHS
            seat = seat_of(supplier["programme"], stage["stage"], site)
            first = not stage["after"]
            interventions.append(
                {
                    "intervention": seat,
                    "name": f"{stage['name'] or stage['stage']}, {name_of.get(site, site)}",
                    "kind": kind_of(supplier["programme"], stage["stage"]),
                    "site": site,
                    "programme_cost": stage["seat_cost"],
                    "opex": stage["yearly_cost"],
                    "lead_years": float(_whole_years(until) - _whole_years(passed)),
                    "life_years": float(FOR_GOOD),
                    "requires": () if first else (seat_of(supplier["programme"], stage["after"], site),),
                    "source": stage["source"],
                    "quality": stage["quality"],
                }
                | (_window(supplier) if first else {})
            )
            cut = cut_of(supplier, stage)
            common = {"intervention": seat, "site": site, "source": stage["source"]}
            common["quality"] = stage["quality"]
            if cut > 0:
                effects.append({**common, "effect": "cuts_offer_footprint", "amount": cut})
            if stage["verifies_footprint"]:
                effects.append({**common, "effect": "verifies_footprint"})
            passed = until
    found = dict(tables)
    found["interventions"] = _with_rows(tables, "interventions", interventions)
    found["effects"] = _with_rows(tables, "effects", effects)
    return found


def _window(supplier: Row) -> Row:
    """Return the years in which a supplier may begin; none where they are the wrong way round."""
    window = {name: supplier[name] for name in ("earliest", "latest")}
    return {} if window["latest"] < window["earliest"] else window


def cut_of(supplier: Mapping[Hashable, Any], stage: Mapping[Hashable, Any]) -> float:
    """Return the share of its footprint that a supplier cuts at a stage."""
    own = supplier["footprint_cut"]
    return float(stage["footprint_cut"] if pd.isna(own) or not stage["footprint_cut"] else own)


def _whole_years(years: float) -> int:
    return int(np.ceil(years - ROUNDING))


def _with_rows(tables: Tables, name: str, rows: list[Row]) -> pd.DataFrame:
    """Return a table with further rows that stand in no file, in place of those it had."""
    frame, columns = tables[name], TABLES[name].all_columns
    given = frame[frame["row"] != NO_FILE]
    blank: Row = {"row": NO_FILE}
    for column in columns:
        usual = {"list": (), "flag": False, "text": column.default or ""}
        default = np.nan if column.default is None else column.default
        blank[column.name] = usual.get(column.kind, default)
    new = pd.DataFrame([{**blank, **row} for row in rows], columns=list(given.columns))
    numbers = [c.name for c in columns if c.kind in ("number", "integer", "period")]
    new = new.astype(dict.fromkeys(numbers, float))
    return new if given.empty else pd.concat([given, new], ignore_index=True) if len(new) else given


STAGE_FIGURES: dict[str, Any] = {
    "intervention": np.int64,
    "site": np.int64,
    "programme": object,
    "stage": object,
    "stage_name": object,
    "before": np.int64,
    "chance": float,
    "delay_months": float,
    "delay_cv": float,
}


def make_programmes(tables: Tables, seats: Labels, sites: Labels, periods: Periods) -> ProgrammeStages:
    """Return the stages of all suppliers; `seats` and `sites` are labels of interventions and sites."""
    if not len(tables["programme_stages"]):
        return ProgrammeStages()
    seat_at = {label: i for i, label in enumerate(seats)}
    site_at = {label: s for s, label in enumerate(sites)}
    rows: list[tuple[Any, ...]] = []
    for supplier, stages, path in enrolments(tables):
        programme = supplier["programme"]
        place: dict[str, int] = {}
        for name in path:
            stage = stages[name]
            before = place.get(stage["after"], -1)
            place[name] = len(rows)
            seat = seat_at[seat_of(programme, name, supplier["site"])]
            shown = stage["name"] or name
            given = (stage["chance"], stage["delay_months"], stage["delay_cv"])
            rows.append((seat, site_at[supplier["site"]], programme, name, shown, before, *given))
    columns = zip(*rows, strict=True) if rows else [()] * len(STAGE_FIGURES)
    figures: dict[str, Any] = {
        name: np.array(column, dtype=kind)
        for (name, kind), column in zip(STAGE_FIGURES.items(), columns, strict=True)
    }
    found = ProgrammeStages(**figures)
    return replace(found, seats=_seat_limits(tables, found, periods))


def _seat_limits(tables: Tables, stages: ProgrammeStages, periods: Periods) -> SeatLimits:
    """Return a limit for each stage that has one and each period, or calendar year of months."""
    year = np.floor(periods.start + SAME_MOMENT) if periods.monthly else np.asarray(periods.start, float)
    labels, members, when, most = [], [], [], []
    for row in tables["programme_stages"].to_dict("records"):
        if pd.isna(row["most_seats_a_year"]):
            continue
        mine = (stages.programme == row["programme"]) & (stages.stage == row["stage"])
        for y in np.unique(year):
            those = np.flatnonzero(year == y)
            labels.append(f"{kind_of(row['programme'], row['stage'])} {y:.0f}")
            members.append(stages.intervention[mine])
            when.append(those)
            years = 1.0 if periods.monthly else float(periods.years[those].sum())
            most.append(row["most_seats_a_year"] * years)
    return SeatLimits(np.array(labels, dtype=object), tuple(members), tuple(when), np.array(most, float))


def planned_at_chance(covers: Covers, chance: Floats) -> Covers:
    """Return the covers with what is to be expected of each intervention, by its `chance`, (I,)."""
    if (chance == 1).all():
        return covers
    of_cover = chance[covers.intervention]
    scaled = ("electricity_cut", "direct_cut", "footprint_cut", "markup_cut", "freight_cut", "operating_cost")
    quantity = covers.input_quantity * of_cover[covers.input_cover]
    changes = {name: getattr(covers, name) * of_cover for name in scaled}
    return replace(covers, **changes, input_quantity=quantity)
