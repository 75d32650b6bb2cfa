"""Presets of programme targets, one file each in ``scenarios/presets``, in the layout of ``targets``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from scenarios.errors import ConfigError
from scenarios.typed import did_you_mean

Tables = Mapping[str, pd.DataFrame]
FOLDER = Path(__file__).resolve().parent / "presets"


def preset_names() -> list[str]:
    """Return the names of the presets there are."""
    return sorted(file.stem for file in FOLDER.glob("*.csv"))


@cache
def preset(name: str) -> pd.DataFrame:
    """Return the targets of a preset, typed as if read from a case."""
    from scenarios.loading import typed_table
    from scenarios.schema import TABLES

    return typed_table(
        pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False), TABLES["targets"]
    )


def with_presets(tables: Tables, names: Sequence[str]) -> Tables:
    """Return the tables with the targets of presets after those of the case; the same when given again.

    A target of the case with the name of a preset's stands instead of it. Raises ConfigError for a preset
    that there is not.
    """
    found = tables["targets"]
    for name in names:
        if name not in preset_names():
            known = preset_names()
            message = (
                f"scenario.targets: no preset {name!r}{did_you_mean(name, known)}. Use: {', '.join(known)}"
            )
            raise ConfigError(message)
        rows = preset(name)
        rows = rows[~rows["target"].isin(found["target"])]
        found = pd.concat([found, rows], ignore_index=True) if len(found) else rows.reset_index(drop=True)
    return {**tables, "targets": found} if names else tables
