"""Which swept setting matters: variance shares after Sobol, elementary effects after Morris.

Computed by SALib from points of a ``saltelli`` or ``morris`` design. One point without an answer breaks
both estimators silently, so such a sweep is refused with the names of those points.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import xarray as xr

from reporting.sweeps.points import SweepPoints
from scenarios.errors import ConfigError

CONFIDENCE = 0.95
RESAMPLES = 1000
NAMED = 5  # points without an answer that a message names
DESIGNS = ("saltelli", "morris")


def indices(points: SweepPoints, figure: str) -> xr.Dataset:
    """Return how much each swept setting moves a figure.

    Parameters
    ----------
    figure : one of :data:`reporting.sweeps.points.FIGURES`.

    Returns
    -------
    Dataset over ``factor``. Of a saltelli design ``first_order`` and ``total`` (shares of the variance) with
    ``_interval`` half widths at 95 % by bootstrap; with second order also ``second_order(factor, other)``. Of
    a morris design ``effect`` (mean size of an elementary effect over the whole range, in the figure's unit)
    with its interval and ``spread`` (interaction and curvature). Sources: Saltelli et al. 2010; Morris 1991,
    Campolongo et al. 2007.

    Raises
    ------
    ConfigError : another design, points without an answer, or SALib is not installed.
    """
    design = str(points.said["design"]["name"])
    if design not in DESIGNS:
        message = f"indices need sweep.design={' or '.join(DESIGNS)}; this sweep is {design}"
        raise ConfigError(message)
    values = points.figure(figure)
    _refuse_gaps(points, values, figure)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of SALib on pandas
            found = _sobol(points, values) if design == "saltelli" else _morris(points, values)
    except ModuleNotFoundError as error:
        message = "indices need SALib: pip install 'zerolane[sweeps]'"
        raise ConfigError(message) from error
    return found.assign_attrs(figure=figure, units=points.unit(figure), design=design, points=len(points))


def has_indices(points: SweepPoints, figure: str) -> bool:
    """Return whether :func:`indices` can tell: the design is right and every point has an answer."""
    complete = bool(np.isfinite(points.figure(figure)).all())
    return str(points.said["design"]["name"]) in DESIGNS and complete


def _refuse_gaps(points: SweepPoints, values: np.ndarray, figure: str) -> None:
    gaps = np.flatnonzero(~np.isfinite(values))
    if len(gaps):
        named = [f"{points.texts('name')[i]} ({points.texts('state')[i]})" for i in gaps[:NAMED]]
        more = f" and {len(gaps) - NAMED} more" if len(gaps) > NAMED else ""
        message = (
            f"{len(gaps)} of {len(values)} points have no {figure}: {', '.join(named)}{more}. "
            "Indices need all: resume the sweep, or narrow its ranges so that every point has a plan"
        )
        raise ConfigError(message)


def _problem(names: Sequence[str]) -> dict[str, object]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _sobol(points: SweepPoints, values: np.ndarray) -> xr.Dataset:
    from SALib.analyze import sobol

    names, second = points.labels, bool(points.said["design"]["second_order"])
    if np.ptp(values) <= 1e-12 * np.abs(values).max(initial=0.0):  # nothing moves it: no variance to share
        none = ("factor", np.zeros(len(names)))
        found = dict.fromkeys(("first_order", "first_order_interval", "total", "total_interval"), none)
        return xr.Dataset(found, {"factor": names})
    told = sobol.analyze(
        _problem(names),
        values,
        calc_second_order=second,
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        seed=int(points.said["design"]["seed"]),
    )
    variables: dict[str, object] = {
        "first_order": ("factor", told["S1"]),
        "first_order_interval": ("factor", told["S1_conf"]),
        "total": ("factor", told["ST"]),
        "total_interval": ("factor", told["ST_conf"]),
    }
    if second:
        variables["second_order"] = (("factor", "other"), told["S2"])
    return xr.Dataset(variables, {"factor": names, **({"other": names} if second else {})})


def _morris(points: SweepPoints, values: np.ndarray) -> xr.Dataset:
    from SALib.analyze import morris

    design = points.said["design"]
    told = morris.analyze(
        _problem(points.labels),
        points.dataset["unit"].values,
        values,
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        num_levels=int(design["levels"]),
        seed=int(design["seed"]),
    )
    variables = {
        "effect": ("factor", np.asarray(told["mu_star"], float)),
        "effect_interval": ("factor", np.asarray(told["mu_star_conf"], float)),
        "direction": ("factor", np.asarray(told["mu"], float)),
        "spread": ("factor", np.asarray(told["sigma"], float)),
    }
    return xr.Dataset(variables, {"factor": points.labels})
