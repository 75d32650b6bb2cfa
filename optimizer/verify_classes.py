"""Steel classes recomputed from a plan's activities: by the exact scrap share, not by the linear row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.ledger import Ledger
from scenarios.rulebook_ledger import under_rulebook
from scenarios.rulebook_results import scrap_shares
from scenarios.scenario import Floats, Scenario
from scenarios.steel_classes import MEASURE, class_of_filters
from scenarios.steel_sites import steel_sites

Finding = tuple[str, Floats, Floats]


def class_findings(s: Scenario, x: dict[str, Floats], ledger: Ledger) -> Iterator[Finding]:
    """Yield each enforced class with the emissions, t a year, by which the mill misses its line."""
    targets = s.targets
    if not targets.judged:
        return
    for k in np.flatnonzero(targets.enforce & (targets.measure == MEASURE)).tolist():
        filters = targets.filters[k]
        book, level = class_of_filters(filters, s)
        mill = int(np.flatnonzero(s.sites.label == filters["site"])[0])
        priced = under_rulebook(book, s, ledger).of_sites.price(x)
        emitted = np.sum([priced.by_site(account)[mill] for account in EMISSION_ACCOUNTS], axis=0)
        here = s.operations.site == mill
        made = (x["run"] * (steel_sites(s, book.boundary).output * here)[:, None]).sum(axis=0)
        share = np.nan_to_num(scrap_shares(book, s, x)[mill])
        line = (level.base - level.slope * share) * made
        year = targets.year[k]
        due = np.isnan(year) | (s.periods.start + s.periods.years > year + 1e-9)
        yield f"class {targets.label[k]}", np.maximum(emitted - line, 0.0) * due, np.maximum(emitted, made)
