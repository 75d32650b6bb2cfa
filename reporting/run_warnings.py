"""Warnings of a run: what its data, its plans and its trials say to beware of, in a file of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from reporting.figures import percent
from reporting.language import gettext as _
from reporting.vocabulary import retold

WARNINGS = "warnings.txt"


def run_warnings(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset | None, said: Sequence[str] = ()
) -> list[str]:
    """Return all warnings of a run, each once: of the data, of solves that were stopped, of the trials.

    Parameters
    ----------
    said : what the command itself has warned of.
    """
    found = json.loads(plan.attrs.get("warnings_json", "[]"))
    for dataset, name in ((plan, _("Plan")), (reference, _("Reference"))):
        if dataset.attrs.get("status", "optimal") != "optimal":
            told = _("{name}: the search was stopped ({reason}), gap {gap}: a cheaper plan may exist")
            gap = percent(float(dataset.attrs["gap"]))
            found.append(told.format(name=name, reason=retold(str(dataset.attrs["termination"])), gap=gap))
    found += json.loads(outcome.attrs.get("warnings_json", "[]")) if outcome is not None else []
    return list(dict.fromkeys(" ".join(str(text).split()) for text in [*found, *said]))


def warnings_file(folder: Path) -> Path | None:
    """Return the file of warnings of a run folder; None where there was nothing to warn of."""
    return folder / WARNINGS if (folder / WARNINGS).exists() else None
