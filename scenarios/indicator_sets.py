"""Ready-made sets of scorecard indicators, one file each in ``scenarios/presets/indicators``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from scenarios.errors import ConfigError
from scenarios.loading import typed_table
from scenarios.schema import TABLES
from scenarios.typed import did_you_mean

Tables = Mapping[str, pd.DataFrame]
FOLDER = Path(__file__).resolve().parent / "presets" / "indicators"


def set_names() -> list[str]:
    """Return the names of the sets there are."""
    return sorted(file.stem for file in FOLDER.glob("*.csv"))


@cache
def indicator_set(name: str) -> pd.DataFrame:
    """Return the indicators of a set, typed as if read from a case."""
    rows = pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)
    return typed_table(rows, TABLES["indicators"])


def with_indicators(tables: Tables, name: str) -> Tables:
    """Return the tables with the indicators of a set after those of the case; the same when given again.

    An indicator of the case with the name of one of the set stands instead of it. Raises ConfigError for
    a set that there is not.
    """
    if not name:
        return tables
    known = set_names()
    if name not in known:
        message = f"scenario.indicators: no set {name!r}{did_you_mean(name, known)}. Use: {', '.join(known)}"
        raise ConfigError(message)
    own, rows = tables["indicators"], indicator_set(name)
    rows = rows[~rows["indicator"].isin(own["indicator"])]
    found = pd.concat([own, rows], ignore_index=True) if len(own) else rows.reset_index(drop=True)
    return {**tables, "indicators": found}
