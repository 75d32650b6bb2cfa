"""The run folder of a run that has no plan: what was asked, and why it cannot be had."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.run_folder import CONFIG, MANIFEST, RunFolder, table_hashes
from reporting.summary import versions

DIAGNOSIS, WORDS = "diagnosis.json", "diagnosis.txt"


def write_diagnosis(
    folder: RunFolder,
    diagnosis: Mapping[str, Any],
    config: str,
    data: Path,
    settings: Mapping[str, Any],
    request: Mapping[str, Any],
) -> None:
    """Write the diagnosis as data and as text, with the settings and a manifest that tell what it is about.

    Parameters
    ----------
    diagnosis : plain values, with ``text``.
    config : the settings as YAML. settings : the same as plain values.
    data : folder or workbook of the tables.
    request : command, overrides and time of the run.
    """
    folder.write_text(CONFIG, config)
    folder.write_json(DIAGNOSIS, diagnosis)
    folder.write_text(WORDS, f"{diagnosis['text']}\n")
    folder.write_json(
        MANIFEST,
        {
            "format": 1,
            **request,
            "status": "infeasible",
            "settings": settings,
            "inputs": {"path": data, "sha256": table_hashes(data)},
            "versions": versions(),
        },
    )
