"""The cost-carbon frontier in the run folder and in the payload of the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from reporting.reading import array, number, numbers
from reporting.run_folder import RunFolder
from scenarios.accounts import total_accounts
from scenarios.settings import Scope2

FRONTIER, FRONTIER_JSON, POINTS = "frontier.nc", "frontier.json", "points"
VARIABLES = (
    "emissions",
    "emissions_cumulative",
    "emissions_last_year",
    "cost",
    "target",
    "gap",
    "bound",
    "price_by_dual",
    "price_by_difference",
)


def write_frontier(folder: RunFolder, frontier: xr.Dataset, plans: list[xr.Dataset]) -> None:
    """Write ``frontier.nc``, ``frontier.json`` and the plan of each point under ``points/``."""
    folder.file(POINTS).mkdir()
    for name, plan in zip(frontier["plan_file"].to_numpy(), plans, strict=True):
        folder.write_dataset(f"{POINTS}/{name}", plan)
    folder.write_dataset(FRONTIER, frontier)
    listed = {name: frontier[name].to_numpy() for name in VARIABLES}
    files = [f"{POINTS}/{name}" for name in frontier["plan_file"].to_numpy()]
    units = {name: frontier[name].attrs["units"] for name in VARIABLES}
    folder.write_json(FRONTIER_JSON, {**frontier.attrs, **listed, "plan_file": files, "units": units})


def frontier_payload(frontier: xr.Dataset, plan: xr.Dataset, reference: xr.Dataset) -> dict[str, Any]:
    """Return the frontier with the plan and the reference measured as it measures.

    Cost is present value without what is paid for missing a cap, since no cap holds on the frontier.
    """
    measure = str(frontier.attrs["measure"])
    return {
        "measure": measure,
        **{name: numbers(frontier[name].to_numpy()) for name in VARIABLES},
        "plan_file": [str(name) for name in frontier["plan_file"].to_numpy()],
        "chosen": _placed(plan, measure),
        "reference": _placed(reference, measure),
        "mip_gap": number(frontier.attrs.get("mip_gap")),
    }


def _placed(plan: xr.Dataset, measure: str) -> dict[str, float]:
    """Return emissions and cost of a plan as the frontier counts them."""
    accounts = list(total_accounts(Scope2(plan.attrs["scope2"])))
    known = [a for a in accounts if a in plan["emission_account"].to_numpy()]
    yearly = array(plan.sel(emission_account=known), "emissions", "emission_account", "period").sum(axis=0)
    years = np.asarray(plan["years"].values, dtype=float)
    emissions = float(yearly @ years) if measure == "cumulative" else float(yearly[-1])
    cost = plan["cost_npv"].to_series()
    return {"emissions": emissions, "cost": float(cost.drop("cap_overrun", errors="ignore").sum())}
