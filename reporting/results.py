"""The result files of a run: Datasets, page and workbook, written and read together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import xarray as xr

from reporting.frontier import FRONTIER
from reporting.page import write_page
from reporting.payload import Payload, build_payload, payload_text
from reporting.run_folder import (
    MANIFEST,
    OUTCOME,
    PAGE,
    PAYLOAD,
    PLAN,
    REFERENCE,
    WORKBOOK,
    RunFolder,
    read_dataset,
    read_json,
    replaced,
)
from reporting.settings import ReportSettings
from reporting.sweeps.point import RESULT, point_figures, write_figures
from reporting.workbook import write_workbook
from reporting.workbook_inputs import Inputs, inputs_as_run
from scenarios.certificates import record_of
from scenarios.edits import saved_since
from scenarios.errors import ConfigError
from scenarios.plans import with_every_account

CERTIFICATES = "certificates.csv"  # the record of purchases and retirements, where there are any
CLOCK = "simulate_seconds"  # of trials: told by the manifest


def write_results(
    folder: RunFolder,
    plan: xr.Dataset,
    reference: xr.Dataset,
    outcome: xr.Dataset | None,
    frontier: xr.Dataset | None = None,
    inputs: Inputs | None = None,
    shown: ReportSettings | None = None,
) -> Payload:
    """Write the Datasets, the page and the workbook; return what the views show.

    `outcome` is None when the plan was not simulated, `frontier` when none was asked for; `inputs` are what
    the workbook carries of tables and settings. Where `shown` asks for no views, page and workbook are left
    out and the answer is empty. Raises OSError when the disk is full.
    """
    for name, dataset in ((PLAN, plan), (REFERENCE, reference), (OUTCOME, outcome)):
        if dataset is not None:
            folder.write_dataset(name, without_clock(dataset))
    if plan.sizes.get("certificate_lot"):
        folder.write_text(CERTIFICATES, record_of(plan).table().to_csv(index=False))
    if shown is not None and shown.figures:
        write_figures(folder.file(RESULT), point_figures(plan, reference, outcome))
    if shown is not None and not shown.views:
        return {}
    return _write_report(folder.file, plan, reference, outcome, frontier, inputs, shown)


def read_plan(folder: Path) -> tuple[xr.Dataset, xr.Dataset]:
    """Return plan and reference of a former run; raises ConfigError when a file is absent or damaged."""
    plan, reference = (with_every_account(read_dataset(folder / name)) for name in (PLAN, REFERENCE))
    return plan, reference


def read_outcome(folder: Path) -> xr.Dataset | None:
    """Return the trials of a former run; None when it was not simulated."""
    if not (folder / OUTCOME).exists():
        return None
    outcome = read_dataset(folder / OUTCOME)
    taken = read_json(folder / MANIFEST).get("seconds", {}).get("simulate")
    return outcome if taken is None else outcome.assign_attrs({CLOCK: taken})


def without_clock(dataset: xr.Dataset) -> xr.Dataset:
    """Return trials that do not tell how long they took: the same trials are the same to the bit."""
    plain = dataset.copy()
    plain.attrs.pop(CLOCK, None)
    return plain


def read_payload(folder: Path, shown: ReportSettings | None = None) -> Payload:
    """Return what the views of a former run show; raises ConfigError when a file is absent or damaged."""
    frontier = read_dataset(folder / FRONTIER) if (folder / FRONTIER).exists() else None
    return build_payload(*read_plan(folder), read_outcome(folder), frontier, shown)


def rebuild_report(folder: Path, shown: ReportSettings | None = None) -> Payload:
    """Write page, payload and workbook of a former run anew, all or none; return what they show.

    Raises ConfigError when somebody has saved the workbook since, whose edits would be lost.
    """
    if (folder / WORKBOOK).exists() and saved_since(folder / WORKBOOK):
        message = (
            f"{folder / WORKBOOK} was saved again since its run: move it, or run it with data={WORKBOOK}"
        )
        raise ConfigError(message)
    inputs = inputs_as_run(folder / WORKBOOK)
    plan, reference = read_plan(folder)
    outcome = read_outcome(folder)
    frontier = read_dataset(folder / FRONTIER) if (folder / FRONTIER).exists() else None
    with replaced(folder) as place:
        return _write_report(place, plan, reference, outcome, frontier, inputs, shown)


def _write_report(
    place: Callable[[str], Path],
    plan: xr.Dataset,
    reference: xr.Dataset,
    outcome: xr.Dataset | None,
    frontier: xr.Dataset | None,
    inputs: Inputs | None,
    shown: ReportSettings | None,
) -> Payload:
    payload = build_payload(plan, reference, outcome, frontier, shown)
    write_page(payload, place(PAGE))
    place(PAYLOAD).write_text(payload_text(payload), encoding="utf-8")
    write_workbook(plan, reference, outcome, place(WORKBOOK), frontier, inputs)
    return payload
