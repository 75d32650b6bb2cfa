"""Programme targets: what each measures, its limit by period, and whether a plan or a trial meets it.

The plan's figures, the rows that hold an enforced target, and the trials' figures all come from
:func:`target_terms`, so a target cannot mean two things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.empty_arrays import no_floats, no_labels
from scenarios.sourcing import offers_with_sites, tagged
from scenarios.target_measures import Terms, measured_terms

if TYPE_CHECKING:
    from scenarios.ledger import Ledger
    from scenarios.periods import Periods
    from scenarios.scenario import Scenario

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]
Tables = Mapping[str, pd.DataFrame]

OF_BASELINE = ("reduction", "gain", "yearly_reduction", "line_to")
SAME = 1e-6  # relative, the solver's tolerance
UNITS = {
    "emissions": "tCO2e/year",
    "emissions_intensity": "tCO2e/unit",
    "energy": "MWh/year",
    "energy_intensity": "MWh/unit",
    "water": "m3/year",
    "water_intensity": "m3/unit",
    "production": "unit/year",
    "renewable_share": "share",
    "purchase_share": "share",
    "spend_share": "share",
    "status_count": "count",
    "steel_class": "tCO2e/unit",
}


@dataclass(frozen=True)
class ProgrammeTargets:
    """Targets of a scenario, (K,); what their columns mean stands in the table ``targets``.

    Attributes
    ----------
    value, year, baseline_year, baseline : nan where the table is blank.
    filters : a row of filters each: site, region, park, basin, owner, product, tag, label, status, accounts,
        and ``tagged``, which offers carry the tag, (O,).
    enforce : whether the plan must keep it.
    moved : limits, (K, T), that stand instead of the target's own; nan: none.
    judged : whether there are limits at all; today's chain has none.
    """

    label: Labels = field(default_factory=no_labels)
    name: Labels = field(default_factory=no_labels)
    programme: Labels = field(default_factory=no_labels)
    measure: Labels = field(default_factory=no_labels)
    kind: Labels = field(default_factory=no_labels)
    value: Floats = field(default_factory=no_floats)
    year: Floats = field(default_factory=no_floats)
    baseline_year: Floats = field(default_factory=no_floats)
    baseline: Floats = field(default_factory=no_floats)
    enforce: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    filters: tuple[Mapping[str, object], ...] = ()
    moved: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    judged: bool = True

    @property
    def unit(self) -> list[str]:
        """Unit of each target's figures."""
        return [UNITS[str(measure)] for measure in self.measure]

    @property
    def at_least(self) -> Flags:
        """Whether more is better, (K,)."""
        return np.array([kind == "at_least" for kind in self.kind], dtype=bool)

    @property
    def needs_reference(self) -> bool:
        """Whether a baseline is to be taken from today's chain."""
        of_baseline = np.isin(self.kind.astype(str), OF_BASELINE)
        return self.judged and bool((of_baseline & np.isnan(self.baseline)).any())

    def unbound(self) -> ProgrammeTargets:
        """Return the same targets without limits: their figures are still told."""
        return replace(self, judged=False)

    def as_planned(self, limits: Floats) -> ProgrammeTargets:
        """Return the same targets by the limits of a plan, (K, T), so that no baseline is needed any more.

        Targets that may not rise keep following their own figures.
        """
        follows, of_baseline = self.kind == "no_rise", np.isin(self.kind.astype(str), OF_BASELINE)
        return replace(
            self,
            kind=np.where(of_baseline, "at_most", self.kind),
            value=np.where(of_baseline, np.nan, self.value),
            moved=np.where(follows[:, None], self.moved, limits),
        )


FILTERS = (
    *("site", "region", "park", "basin", "owner", "product", "tag", "label", "status", "accounts"),
    *("rulebook", "level"),
)


def make_targets(tables: Tables, periods: Periods) -> tuple[ProgrammeTargets, list[str]]:
    """Return the targets, and a warning for each that the horizon cannot tell of."""
    frame, offers = tables["targets"], offers_with_sites(tables)
    targets = ProgrammeTargets(
        programme=frame["programme"].to_numpy(object),
        measure=frame["measure"].to_numpy(object),
        kind=frame["kind"].to_numpy(object),
        label=frame["target"].to_numpy(object),
        name=np.array(
            [name or label for name, label in zip(frame["name"], frame["target"], strict=True)], dtype=object
        ),
        value=frame["value"].to_numpy(float),
        year=frame["year"].to_numpy(float),
        baseline_year=frame["baseline_year"].to_numpy(float),
        baseline=frame["baseline"].to_numpy(float),
        enforce=frame["enforce"].to_numpy(bool),
        filters=tuple(
            {name: row[name] for name in FILTERS} | {"tagged": tagged(offers, row["tag"])}
            for row in frame.to_dict("records")
        ),
        moved=np.full((len(frame), len(periods)), np.nan),
    )
    warnings = []
    for k, label in enumerate(targets.label):
        since = targets.baseline_year[k]
        taken = targets.kind[k] in OF_BASELINE and np.isnan(targets.baseline[k])
        if taken and since < float(periods.start[0]):
            warnings.append(
                f"target {label}: baseline year {since:.0f} lies before the horizon, so its first year is "
                "taken; give the baseline to compare with the true one"
            )
    return targets, warnings


def target_terms(scenario: Scenario, ledger: Ledger) -> list[Terms]:
    """Return what each target sums, and what it divides by."""
    targets = scenario.targets
    return [
        measured_terms(str(measure), filters, scenario, ledger)
        for measure, filters in zip(targets.measure, targets.filters, strict=True)
    ]


def target_values(terms: Sequence[Terms], activities: Mapping[str, Floats], periods: int) -> Floats:
    """Return what each target measures, (..., K, T); nan where there is nothing to measure.

    `activities` as for the ledger, and ``delivered``.
    """
    shape = next(iter(activities.values())).shape[:-2]
    found = np.full((*shape, len(terms), periods), np.nan)
    for k, each in enumerate(terms):
        found[..., k, :] = each.value(activities, periods)
    return found


def baselines(targets: ProgrammeTargets, of_today: Floats | None, periods: Periods) -> Floats:
    """Return each target's baseline, (K,); nan: it needs none, or there is none in its year or the horizon.

    `of_today` : figures of today's chain, (K, T). Raises KeyError when they are needed and not given.
    """
    found = targets.baseline.copy()
    for k, kind in enumerate(targets.kind):
        if kind not in OF_BASELINE or not np.isnan(found[k]):
            continue
        if of_today is None:
            message = f"target {targets.label[k]} needs the figures of today's chain"
            raise KeyError(message)
        year = since(targets, periods)[k]
        if year < periods.end:
            found[k] = of_today[k, periods.position(int(year))]
    return np.where(found == 0, np.nan, found)  # of nothing there is no share


def since(targets: ProgrammeTargets, periods: Periods) -> Floats:
    """Return each target's baseline year, (K,), the first of the horizon where none is named."""
    first = float(periods.start[0])
    named = np.nan_to_num(targets.baseline_year, nan=first)
    return np.where(np.isnan(targets.baseline), np.maximum(named, first), named)


def target_limits(targets: ProgrammeTargets, baseline: Floats, periods: Periods) -> Floats:
    """Return the limits, (K, T): at most or at least; nan where there is none.

    The limit of ``no_rise`` is the figure of the period before, which only values tell: nan here.
    """
    limits = np.full((len(targets.label), len(periods)), np.nan)
    if not targets.judged:
        return limits
    start, years = periods.start.astype(float), periods.years.astype(float)
    begun = since(targets, periods)
    for k, kind in enumerate(targets.kind):
        value, year = targets.value[k], targets.year[k]
        if np.isnan(year):
            year = start[-1] if kind in ("reduction", "gain") else -np.inf
        due = start + years > year + 1e-9
        if kind in ("at_most", "at_least"):
            limit = np.full(len(periods), value)
        elif kind == "reduction":
            limit = np.full(len(periods), baseline[k] * (1 - value))
        elif kind == "gain":
            limit = np.full(len(periods), baseline[k] / (1 + value))
        elif kind == "yearly_reduction":
            limit = baseline[k] * (1 - value) ** (start - begun[k])
            due &= start > begun[k]
        elif kind == "line_to":
            whole = max(year - begun[k], 1e-9)
            limit = baseline[k] * (1 - value * np.clip((start - begun[k]) / whole, 0.0, 1.0))
            due = start > begun[k]
        else:
            continue
        limits[k, due] = limit[due]
    return np.where(np.isnan(targets.moved), limits, targets.moved)


def held_limits(targets: ProgrammeTargets, limits: Floats, values: Floats, periods: Periods) -> Floats:
    """Return the limits beside figures `values` (..., K, T): those of ``no_rise`` follow from the figures."""
    found = np.broadcast_to(limits, values.shape).copy()
    start = periods.start.astype(float)
    for k in np.flatnonzero(targets.kind == "no_rise").tolist() if targets.judged else ():
        peak = targets.year[k]
        due = np.arange(len(start)) > 0
        if not np.isnan(peak):
            due &= start > peak
        before = np.concatenate([values[..., k, :1], values[..., k, :-1]], axis=-1)
        allowed = np.nan_to_num(targets.moved[k], nan=0.0)
        found[..., k, :] = np.where(due, before + allowed, np.nan)
    return found


def missed(targets: ProgrammeTargets, limits: Floats, values: Floats) -> Flags:
    """Return where figures (..., K, T) miss their limits; never where there is no limit or no figure."""
    slack = SAME * np.maximum(np.abs(limits), 1e-9)
    beyond = np.where(targets.at_least[:, None], limits - values, values - limits)
    found: Flags = np.nan_to_num(beyond - slack, nan=-1.0) > 0
    return found
