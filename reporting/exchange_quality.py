"""How well a plan's product footprints are known: share of primary data and data quality rating.

Primary are what own sites emit and what suppliers state or have had verified; rated are the factors that
carry a data quality rating. As goods mix on their way, what is bought is as well known in every product of a
period.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from reporting.reading import FloatArray, array, labels
from scenarios.tables_footprints import OF_SUPPLIERS

OWN, BOUGHT = "scope1", "scope3_purchased_goods"


def primary_shares(plan: xr.Dataset, demands: list[int], inside: FloatArray) -> FloatArray:
    """Return the share of a product's emissions up to the gate that is primary data, (T,), 0 to 1.

    Parameters
    ----------
    demands : positions of the product's demands. inside : tCO2e a year up to the gate, (T,).
    """
    served = array(
        plan.sel(emission_account=[OWN, BOUGHT]), "serve_emissions", "emission_account", "demand", "period"
    )[:, demands].sum(axis=1)
    bought = array(plan.sel(emission_account=BOUGHT), "emissions", "period")
    stated = np.maximum(array(plan, "offer_emissions", "offer", "period"), 0.0)
    known = (stated * _known(plan)).sum(axis=0)
    part = np.divide(known, bought, out=np.zeros_like(bought), where=bought > 0)
    primary = served[0] + np.minimum(part, 1.0) * served[1]
    share = np.divide(primary, inside, out=np.zeros_like(primary), where=inside > 0)
    return np.asarray(np.clip(share, 0.0, 1.0))


def mean_ratings(plan: xr.Dataset) -> FloatArray:
    """Return the mean rating of the rated footprints that are bought, by what they emit, (T,); nan: none."""
    emitted = np.maximum(array(plan, "offer_emissions", "offer", "period"), 0.0)
    if "offer_rating" not in plan.coords:
        return np.full(emitted.shape[1], np.nan)
    rating = array(plan, "offer_rating", "offer")
    rated = emitted[~np.isnan(rating)]
    total = rated.sum(axis=0)
    summed = (rated * rating[~np.isnan(rating), None]).sum(axis=0)
    return np.divide(summed, total, out=np.full_like(total, np.nan), where=total > 0)


def _known(plan: xr.Dataset) -> FloatArray:
    """Return the chance that each offer's footprint is its supplier's own figure, (O, T)."""
    stated = np.isin(labels(plan, "offer_tier"), OF_SUPPLIERS).astype(float)[:, None]
    verified = array(plan, "verified", "offer", "period") if "verified" in plan else 0.0
    return np.maximum(stated, verified) * np.ones((1, plan.sizes["period"]))
