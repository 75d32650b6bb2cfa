"""What ``summary.json`` and ``manifest.json`` say about a run."""

from __future__ import annotations

import hashlib
import json
import platform
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.beside import beside_summary
from reporting.carbon_money import carbon_money_summary
from reporting.coverage import coverage, hotspots
from reporting.freight import freight_summary
from reporting.moments import period_keys
from reporting.power import claims_at_risk
from reporting.rulebooks import rulebook_summary
from reporting.run_folder import MANIFEST, SUMMARY, RunFolder, input_hashes, json_text
from reporting.run_warnings import WARNINGS, run_warnings
from reporting.targets import programme_summary
from scenarios.accounts import total_accounts
from scenarios.settings import Scope2

if TYPE_CHECKING:
    import xarray as xr

    from reporting.request import Request

PACKAGES = (
    "pyomo",
    "highspy",
    "simpy",
    "numpy",
    "pandas",
    "xarray",
    "scipy",
    "numba",
    "hydra-core",
)


def versions() -> dict[str, str]:
    """Return the versions of Python, of zerolane and of the packages that decide its numbers."""
    found = {"python": platform.python_version(), "zerolane": _own_version()}
    return found | {package: version(package) for package in PACKAGES}


def _own_version() -> str:
    """Return the installed version, or that of the checkout this file stands in."""
    try:
        return version("zerolane")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parents[1] / "pyproject.toml"
        return tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]


def total_emissions(dataset: xr.Dataset) -> dict[int, float]:
    """Return emissions of each period in tCO2e per year, scope 2 by the method of the caps."""
    kept = list(total_accounts(Scope2(dataset.attrs["scope2"])))
    total = dataset["emissions"].sel(emission_account=kept).sum("emission_account")
    return _by_period(total)


def summarise(
    plan: xr.Dataset,
    reference: xr.Dataset,
    outcome: xr.Dataset | None,
    seconds: Mapping[str, float],
    seed: int | None,
) -> dict[str, Any]:
    """Return the content of ``summary.json``.

    Money in the scenario's currency, discounted where the name says ``npv``; emissions in tCO2e
    per year. Everything but `seconds` is the same for the same configuration, data and seed;
    ``fingerprint`` is the SHA-256 of that part, so that two runs are compared at a glance.

    Parameters
    ----------
    plan, reference : the plan and the same chain without new decisions.
    outcome : what the simulation saw; None when it has not run.
    seconds : wall time of load, build, solve, simulate and report.
    seed : root seed of the simulation.
    """
    attrs = plan.attrs
    content = {
        "scenario": attrs["scenario"],
        "pathway": attrs["pathway"],
        "currency": attrs["currency"],
        "status": attrs["status"],
        "termination": attrs["termination"],
        "objective": attrs["objective"],
        "bound": attrs["bound"],
        "gap": attrs["gap"],
        "variables": attrs["variables"],
        "binaries": attrs["binaries"],
        "constraints": attrs["constraints"],
        "nonzeros": attrs["nonzeros"],
        "cost_npv": float(plan["cost_npv"].sum()),
        "cost_npv_by_account": _by_label(plan["cost_npv"], "cost_account"),
        "emissions_by_period": total_emissions(plan),
        "emissions_by_account": {
            str(account): _by_period(plan["emissions"].sel(emission_account=account))
            for account in plan["emission_account"].values
        },
        "scope2": attrs["scope2"],
        "baseline_emissions": attrs["baseline_emissions"],
        "cap_by_period": _of_main_cap(plan, "cap_limit"),
        "interventions": _adopted(plan),
        "reference": {
            "cost_npv": float(reference["cost_npv"].sum()),
            "emissions_by_period": total_emissions(reference),
        },
        "chance_of_missing_cap": {},
        "other_caps": _other_caps(plan, outcome),
        "claims_at_risk": claims_at_risk(plan),
        "freight": freight_summary(plan),
        "beside": beside_summary(plan),
        "coverage": coverage(plan),
        "hotspots": hotspots(plan, list(total_accounts(Scope2(attrs["scope2"])))),
        **programme_summary(plan, outcome),
        **rulebook_summary(plan, reference),
        **carbon_money_summary(plan, reference),
        "twin": {"max_relative_error": None},
        "trials": 0,
        "versions": versions(),
        "seed": seed,
    }
    if outcome is not None:
        content["chance_of_missing_cap"] = _chances(outcome, attrs.get("main_cap", ""))
        content["twin"] = {"max_relative_error": outcome.attrs["twin_max_relative_error"]}
        content["trials"] = outcome.attrs["trials"]
        if "certainty_json" in outcome.attrs:
            content["certainty"] = json.loads(outcome.attrs["certainty_json"])
    fingerprint = hashlib.sha256(json_text(content).encode()).hexdigest()
    return {**content, "fingerprint": fingerprint, "seconds": dict(seconds)}


def write_account(
    folder: RunFolder,
    plan: xr.Dataset,
    reference: xr.Dataset,
    outcome: xr.Dataset | None,
    data: Path,
    request: Request,
) -> None:
    """Write ``summary.json`` and ``manifest.json`` of a run whose tables are at `data`."""
    seconds, seed = request.seconds, request.settings["simulation"].seed
    folder.write_json(SUMMARY, summarise(plan, reference, outcome, seconds, seed))
    warnings = run_warnings(plan, reference, outcome, request.warnings)
    told = {**request.told, "warnings": warnings}
    folder.write_json(MANIFEST, manifest(plan, data, request.sections, told, seconds))
    if warnings:
        folder.write_text(WARNINGS, "\n".join([*warnings, ""]))


def manifest(
    plan: xr.Dataset,
    data: Path,
    settings: Mapping[str, Any],
    request: Mapping[str, Any],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """Return the content of ``manifest.json``: where the results come from, enough to make them again.

    Parameters
    ----------
    data : folder or workbook of the tables.
    settings : all settings as plain values.
    request : command, overrides, time and warnings of the run.
    """
    attrs = plan.attrs
    return {
        "format": 1,
        **request,
        "settings": settings,
        "inputs": {"path": data, "sha256": input_hashes(data, settings)},
        "seeds": {"simulation": settings["simulation"]["seed"], "solver": settings["solver"]["seed"]},
        "solver": {key: attrs[key] for key in ("status", "termination", "objective", "bound", "gap")},
        "seconds": seconds,
        "versions": versions(),
        "platform": platform.platform(),
    }


def _by_period(values: xr.DataArray) -> dict[int, float]:
    return dict(zip(period_keys(values), values.values.tolist(), strict=True))


def _by_label(values: xr.DataArray, dim: str) -> dict[str, float]:
    return dict(zip(map(str, values[dim].values), values.values.tolist(), strict=True))


def _of_main_cap(plan: xr.Dataset, variable: str) -> dict[int, float]:
    """Return one value of the main cap by period, of the periods in which it holds."""
    name = plan.attrs.get("main_cap", "")
    if not name:
        return {}
    return {p: v for p, v in _by_period(plan[variable].sel(cap=name)).items() if np.isfinite(v)}


def _chances(outcome: xr.Dataset, cap: str) -> dict[int, dict[str, float]]:
    """Return chance and 95 % interval by period in which `cap` holds."""
    if not cap:
        return {}
    rows = outcome.sel(cap=cap)
    columns = {"chance": "chance_of_missing", "low": "chance_low", "high": "chance_high"}
    found = {
        period: {key: float(rows[name].isel(period=t)) for key, name in columns.items()}
        for t, period in enumerate(period_keys(rows))
    }
    return {period: row for period, row in found.items() if np.isfinite(row["chance"])}


def _other_caps(plan: xr.Dataset, outcome: xr.Dataset | None) -> dict[str, Any]:
    """Return limits, emissions and chances of the caps beside the main one."""
    found = {}
    for name in map(str, plan["cap"].values):
        if name == plan.attrs.get("main_cap", ""):
            continue
        limits = _by_period(plan["cap_limit"].sel(cap=name))
        held = [period for period, limit in limits.items() if np.isfinite(limit)]
        booked = _by_period(plan["cap_emissions"].sel(cap=name))
        found[name] = {
            "limit_by_period": {period: limits[period] for period in held},
            "emissions_by_period": {period: booked[period] for period in held},
            "chance_of_missing": _chances(outcome, name) if outcome is not None else {},
        }
    return found


def _adopted(plan: xr.Dataset) -> dict[str, int]:
    """Return the year in which each chosen intervention is decided."""
    decided = plan["adopt"].transpose("intervention", "period").values > 0.5
    years, labels = period_keys(plan), plan["intervention"].values
    return {str(labels[i]): years[decided[i].argmax()] for i in np.flatnonzero(decided.any(axis=1))}
