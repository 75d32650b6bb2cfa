"""The run folder of a run that has no plan: what was asked, and why it cannot be had."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.request import Request
from reporting.run_folder import CONFIG, MANIFEST, RunFolder, near, table_hashes
from reporting.summary import versions
from scenarios.loading import find_data

DIAGNOSIS, WORDS = "diagnosis.json", "diagnosis.txt"


def leave_diagnosis(request: Request, diagnosis: Mapping[str, Any], config: str) -> Path:
    """Make the run folder of a request that has no plan; return where it stands, see `write_diagnosis`."""
    data = find_data(request.settings["scenario"].data, request.search)
    with RunFolder(request.out, bool(request.values["overwrite"])) as folder:
        write_diagnosis(folder, diagnosis, config, data, request)
    return near(folder.path)


def write_diagnosis(
    folder: RunFolder,
    diagnosis: Mapping[str, Any],
    config: str,
    data: Path,
    request: Request,
) -> None:
    """Write the diagnosis as data and as text, with the settings and a manifest that tell what it is about.

    Parameters
    ----------
    diagnosis : plain values, with ``text``.
    config : the settings as YAML.
    data : folder or workbook of the tables.
    request : command, settings and time of the run.
    """
    folder.write_text(CONFIG, config)
    folder.write_json(DIAGNOSIS, diagnosis)
    folder.write_text(WORDS, f"{diagnosis['text']}\n")
    folder.write_json(
        MANIFEST,
        {
            "format": 1,
            **request.told,
            "status": "infeasible",
            "settings": request.sections,
            "inputs": {"path": data, "sha256": table_hashes(data)},
            "versions": versions(),
        },
    )
