"""The files of a collected sweep: the Dataset, and one row a point for tools that read tables."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from reporting.run_folder import netcdf_bytes, read_dataset
from scenarios.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

DATASET, TABLE = "sweep.nc", "sweep.parquet"
LAST = ("emissions", "reference_emissions")  # of which the table has the last year, beside the scalars


def write_collected(dataset: xr.Dataset, path: Path) -> list[Path]:
    """Write a collected sweep, and its table beside it; return the files.

    Parameters
    ----------
    path : ``.nc`` for netCDF-4, ``.zarr`` for a Zarr store. Each file is written beside its place and moved.

    Raises
    ------
    ConfigError : another ending, or a library of the extra ``sweeps`` is not there.
    """
    table = path.with_suffix(".parquet")
    if path.suffix not in (".nc", ".zarr"):
        message = f"to={path}: use a name that ends in .nc or .zarr"
        raise ConfigError(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=path.parent) as partial:
        made = Path(partial) / path.name
        if path.suffix == ".nc":
            made.write_bytes(netcdf_bytes(dataset))
        else:
            _write_zarr(dataset, made)
        rows = Path(partial) / table.name
        try:
            sweep_table(dataset).to_parquet(rows)
        except ImportError as error:
            message = "the table of a sweep needs pyarrow: pip install 'zerolane[sweeps]'"
            raise ConfigError(message) from error
        if path.is_dir():
            shutil.rmtree(path)
        made.replace(path)
        rows.replace(table)
    return [path, table]


def read_collected(path: Path) -> xr.Dataset:
    """Return a collected sweep; raises ConfigError when it is absent or damaged."""
    import xarray as xr

    if path.suffix != ".zarr":
        return read_dataset(path)
    try:
        found = xr.load_dataset(path, engine="zarr")
    except (OSError, ValueError, KeyError) as error:  # zarr that is not there is a ValueError: no such engine
        message = f"{path} cannot be read ({error})"
        raise ConfigError(message) from error
    texts = {name: data.astype(object) for name, data in found.variables.items() if data.dtype.kind == "T"}
    return found.assign({name: (data.dims, data.to_numpy()) for name, data in texts.items()})


def sweep_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return one row a point: settings, what became of it, scalar figures, emissions of the last year."""
    import pandas as pd

    lead = lead_dims(dataset)
    flat = dataset[[name for name, data in dataset.data_vars.items() if set(data.dims) <= set(lead)]]
    for name in LAST:
        if name in dataset and dataset.sizes.get("period"):
            year = int(dataset["period"][-1])
            flat[f"{name}_{year}"] = dataset[name].isel(period=-1, drop=True)
    for cap in dataset["cap"].to_numpy() if "chance_of_missing" in dataset else ():
        flat[f"chance_of_missing_{cap}"] = dataset["chance_of_missing"].sel(cap=cap, drop=True).max("period")
    table: pd.DataFrame = flat.to_dataframe().reset_index()
    return table if isinstance(table, pd.DataFrame) else pd.DataFrame(table)


def lead_dims(dataset: xr.Dataset) -> tuple[str, ...]:
    """Return the dimensions that number the points: the swept settings of a grid, else ``point``."""
    return tuple(str(dim) for dim in dataset["state"].dims)


def _write_zarr(dataset: xr.Dataset, path: Path) -> None:
    try:
        import zarr  # noqa: F401
    except ImportError as error:
        message = f"{path.name} needs zarr: pip install 'zerolane[sweeps]', or write a .nc"
        raise ConfigError(message) from error
    texts = {name: dataset[name].astype(str) for name in dataset.variables if dataset[name].dtype.kind == "O"}
    dataset.assign(texts).to_zarr(path, mode="w", zarr_format=2)
