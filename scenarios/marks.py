"""What settings and tables imply for other tables: presets, accepted footprints, tags for what is earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from scenarios.errors import Problem
from scenarios.factory_status import make_factory_scores, tagged_with_statuses
from scenarios.footprint_schemes import with_accepted_footprints
from scenarios.labels import make_labels, tagged_with_labels
from scenarios.price_preferences import make_preferences
from scenarios.scenario import Scenario
from scenarios.target_presets import with_presets
from scenarios.targets import make_targets
from scenarios.water_caps import make_basin_rules

Tables = Mapping[str, pd.DataFrame]


def with_marks(tables: Tables, presets: Sequence[str]) -> tuple[Tables, list[Problem]]:
    """Return the tables with preset targets, accepted footprints and tags for labels and statuses.

    Works on tables not checked yet, as rules about tags read what it fills in; the same when given again.
    Raises ConfigError for a preset that there is not.
    """
    tables, problems = with_accepted_footprints(with_presets(tables, presets))
    return tagged_with_statuses(tagged_with_labels(tables)), problems


def with_targets(scenario: Scenario, tables: Tables) -> Scenario:
    """Return the scenario with its targets, labels, factory scores, preferences and water caps."""
    targets, warnings = make_targets(tables, scenario.periods)
    return replace(
        scenario,
        labels=make_labels(tables["labels"]),
        factory_scores=make_factory_scores(tables, list(scenario.sites.label), scenario.periods),
        preferences=make_preferences(tables["price_preferences"], scenario.offers, scenario.products),
        basin_rules=make_basin_rules(tables["water_caps"], scenario),
        targets=targets,
        warnings=(*scenario.warnings, *warnings),
    )
