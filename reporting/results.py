"""The result files of a run: Datasets, page and workbook, written and read together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import xarray as xr

from reporting.frontier import FRONTIER
from reporting.page import write_page
from reporting.payload import Payload, build_payload
from reporting.run_folder import (
    MANIFEST,
    OUTCOME,
    PAGE,
    PLAN,
    REFERENCE,
    WORKBOOK,
    RunFolder,
    read_dataset,
    read_json,
    replaced,
)
from reporting.workbook import write_workbook
from scenarios.certificates import record_of
from scenarios.plans import with_every_account

CERTIFICATES = "certificates.csv"  # the record of purchases and retirements, where there are any
CLOCK = "simulate_seconds"  # of trials: told by the manifest


def write_results(
    folder: RunFolder,
    plan: xr.Dataset,
    reference: xr.Dataset,
    outcome: xr.Dataset | None,
    frontier: xr.Dataset | None = None,
) -> Payload:
    """Write the Datasets, the page and the workbook; return what the views show.

    `outcome` is None when the plan was not simulated, `frontier` when none was asked for. Raises OSError
    when the disk is full.
    """
    for name, dataset in ((PLAN, plan), (REFERENCE, reference), (OUTCOME, outcome)):
        if dataset is not None:
            folder.write_dataset(name, without_clock(dataset))
    if plan.sizes.get("certificate_lot"):
        folder.write_text(CERTIFICATES, record_of(plan).table().to_csv(index=False))
    return _write_report(folder.file, plan, reference, outcome, frontier)


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


def rebuild_report(folder: Path) -> Payload:
    """Write page and workbook of a former run anew, both or neither; return what they show."""
    plan, reference = read_plan(folder)
    outcome = read_outcome(folder)
    frontier = read_dataset(folder / FRONTIER) if (folder / FRONTIER).exists() else None
    with replaced(folder) as place:
        return _write_report(place, plan, reference, outcome, frontier)


def _write_report(
    place: Callable[[str], Path],
    plan: xr.Dataset,
    reference: xr.Dataset,
    outcome: xr.Dataset | None,
    frontier: xr.Dataset | None,
) -> Payload:
    payload = build_payload(plan, reference, outcome, frontier)
    write_page(payload, place(PAGE))
    write_workbook(plan, reference, outcome, place(WORKBOOK), frontier)
    return payload
