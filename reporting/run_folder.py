"""The run folder: written beside its place under a temporary name and moved there when complete.

A run that fails, is stopped or meets a full disk leaves nothing; a folder that exists is whole.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from scenarios.errors import ConfigError
from scenarios.exchange_reading import find_footprints

if TYPE_CHECKING:
    import xarray as xr

CONFIG, MANIFEST, SUMMARY = "config.yaml", "manifest.json", "summary.json"
PLAN, REFERENCE, OUTCOME = "plan.nc", "reference.nc", "outcome.nc"
WORKBOOK, PAGE, PAYLOAD = "plan.xlsx", "report.html", "report.json"
COMPARISON = "compare.html"  # of several runs, beside their folders
TABLE_ENDINGS = {".csv", ".parquet", ".xlsx"}


def fresh_folder(root: Path, scenario: str, pathway: str, now: datetime) -> Path:
    """Return a folder name below `root` that does not exist: ``scenario-pathway-date-time[-n]``."""
    stem = re.sub(r"[^\w.-]+", "_", f"{scenario}-{pathway}-{now:%Y%m%d-%H%M%S}")
    path, number = root / stem, 1
    while path.exists():
        number += 1
        path = root / f"{stem}-{number}"
    return path


class RunFolder:
    """A folder of results that appears at `path` only when everything is in it.

    Use as a context: files are written into ``.<name>.partial-<pid>`` beside `path`, which is
    renamed at the end and removed when the block raises, Ctrl-C included.

    Parameters
    ----------
    path : where the results shall stand.
    overwrite : whether a former run folder at `path` may be replaced.

    Raises
    ------
    ConfigError : `path` is taken by something that may not be replaced.
    OSError : the place cannot be written to, or the disk is full.
    """

    def __init__(self, path: Path, overwrite: bool = False) -> None:
        self.path = path.expanduser().absolute()
        self.overwrite = overwrite
        self.partial = self.path.with_name(f".{self.path.name}.partial-{os.getpid()}")

    def __enter__(self) -> Self:
        """Check the place and make the temporary folder."""
        self._refuse_taken()
        self._made = [parent for parent in self.path.parents if not parent.exists()]
        shutil.rmtree(self.partial, ignore_errors=True)  # of a process killed under the same number
        self.partial.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Move the folder to its place, or remove it when something went wrong."""
        try:
            if kind is None:
                self._put_in_place()
        finally:
            shutil.rmtree(self.partial, ignore_errors=True)
            for parent in self._made if not self.path.exists() else []:
                with suppress(OSError):  # somebody else has put something there
                    parent.rmdir()

    def file(self, name: str) -> Path:
        """Return where a file of this run is to be written."""
        return self.partial / name

    def write_text(self, name: str, text: str) -> None:
        """Write a text file in UTF-8."""
        self.file(name).write_text(text, encoding="utf-8")

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a mapping as JSON with sorted keys; not-a-number and infinity become null."""
        self.write_text(name, json_text(content))

    def write_dataset(self, name: str, dataset: xr.Dataset) -> None:
        """Write a Dataset as compressed netCDF-4."""
        self.file(name).write_bytes(netcdf_bytes(dataset))

    def _refuse_taken(self) -> None:
        if not os.path.lexists(self.path):
            return
        if self.path.is_dir() and not any(self.path.iterdir()):
            return
        if not is_run_folder(self.path):
            message = f"out={self.path} exists and is not a run folder: give another name"
            raise ConfigError(message)
        if not self.overwrite:
            message = (
                f"out={self.path} holds a former run: give another name, or overwrite=true to replace it"
            )
            raise ConfigError(message)

    def _put_in_place(self) -> None:
        self._refuse_taken()
        if not self.path.exists():
            self.partial.rename(self.path)
            return
        former = self.path.with_name(f".{self.path.name}.replaced-{os.getpid()}")
        self.path.rename(former)
        try:
            self.partial.rename(self.path)
        except BaseException:
            former.rename(self.path)
            raise
        shutil.rmtree(former, ignore_errors=True)


def is_run_folder(path: Path) -> bool:
    """Return whether `path` is a folder that a run has written."""
    return (path / MANIFEST).is_file() and (path / CONFIG).is_file()


def former_run(path: Path) -> Path:
    """Return `path` made absolute; raises ConfigError when no run has written it."""
    path = path.expanduser().absolute()
    if not is_run_folder(path):
        message = (
            f"run={path} is not a run folder (it has no {MANIFEST}): name a folder that `zerolane run` wrote"
        )
        raise ConfigError(message)
    return path


def former_shown(path: Path) -> Path:
    """Return `path` made absolute; raises ConfigError when it is neither a run folder nor a comparison."""
    path = path.expanduser().absolute()
    return path if (path / COMPARISON).is_file() and (path / PAYLOAD).is_file() else former_run(path)


def settled_values(
    former: Path, values: Mapping[str, Any], overrides: Sequence[str], free: Sequence[str]
) -> dict[str, Any]:
    """Return the settings of a former run, with what was overridden in the sections `free`.

    Parameters
    ----------
    values : the settings as composed now.
    overrides : what was written on the command line, ``key=value``.

    Raises ConfigError when an override is about another section, which the former run has settled.
    """
    saved = read_json(former / MANIFEST)["settings"] if is_run_folder(former) else dict(values)
    for override in overrides:
        key = override.lstrip("+").split("=")[0]
        section, *rest = key.split(".")
        if section in ("run", "out", "overwrite", "against", "why"):
            continue
        if section not in free:
            message = f"{key} was settled by the former run: use `zerolane run` to change it"
            raise ConfigError(message)
        source, target = values, saved
        for part in [section, *rest][:-1]:
            source, target = source[part], target.setdefault(part, {})  # runs from before there was one
        last = [section, *rest][-1]
        target[last] = source[last]
    return saved


def refuse_changed_tables(former: Path, data: Path) -> None:
    """Raise ConfigError when the tables are not those that the former run has read."""
    said = read_json(former / MANIFEST)
    then, now = said["inputs"]["sha256"], input_hashes(data, said["settings"])
    changed = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
    if changed:
        message = f"{', '.join(changed)} of {data} changed since {near(former)} was made: run again"
        raise ConfigError(message)


def near(path: Path) -> Path:
    """Return `path` as seen from the working directory when it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


@contextmanager
def replaced(folder: Path) -> Iterator[Callable[[str], Path]]:
    """Yield where to write files that take the place of those in a run folder when all are written."""
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder) as partial:
        yield Path(partial).joinpath
        for file in sorted(Path(partial).iterdir()):
            file.replace(folder / file.name)


def read_dataset(path: Path) -> xr.Dataset:
    """Read one Dataset of a run folder into memory.

    Raises ConfigError when the file is absent or damaged.
    """
    import xarray as xr

    if not path.exists():
        message = f"{path} is missing: the former run did not write it"
        raise ConfigError(message)
    try:
        return xr.load_dataset(path, engine="netcdf4")
    except (OSError, ValueError, RuntimeError) as error:
        message = f"{path} cannot be read ({error}): run again to make a new one"
        raise ConfigError(message) from error


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of a run folder; raises ConfigError when it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read ({error})"
        raise ConfigError(message) from error


def netcdf_bytes(dataset: xr.Dataset) -> bytes:
    """Return a Dataset as the bytes of a compressed netCDF-4 file.

    Made in memory, since the library reports a full disk as an unnamed HDF error.
    """
    plain = dataset.assign_attrs({key: _plain_attribute(value) for key, value in dataset.attrs.items()})
    numeric = {
        name: {"zlib": True, "complevel": 4}
        for name, data in plain.data_vars.items()
        if data.dtype.kind in "fiub"
    }
    encoding = {name: packing for name, packing in numeric.items() if plain[name].ndim}
    return bytes(plain.to_netcdf(None, format="NETCDF4", engine="netcdf4", encoding=encoding))


def _plain_attribute(value: object) -> Any:
    """Return an attribute as netCDF knows it: text, numbers or arrays of numbers."""
    if isinstance(value, bool | np.bool_):
        return int(value)
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return json.dumps(plain_json(value), sort_keys=True, ensure_ascii=False)
    return value


def json_text(content: Mapping[str, Any]) -> str:
    """Return a mapping as JSON text with sorted keys and a final newline."""
    return (
        json.dumps(plain_json(content), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    )


def plain_json(value: Any) -> Any:
    """Return `value` in the types of JSON; keys as text, not-a-number and infinity as None."""
    if isinstance(value, Mapping):
        return {str(key): plain_json(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain_json(item) for item in value]
    if isinstance(value, np.generic):
        return plain_json(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def table_hashes(data: Path) -> dict[str, str]:
    """Return the SHA-256 of each table file of a scenario by file name.

    `data` is the folder of tables or the one workbook.
    """
    files = (
        [data] if data.is_file() else [f for f in sorted(data.iterdir()) if f.suffix.lower() in TABLE_ENDINGS]
    )
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files if not f.name.startswith(".")}


def input_hashes(data: Path, settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of each file that a scenario is read from: its tables and shared footprints.

    Raises ConfigError when there is no folder as ``scenario.footprints`` says.
    """
    shared = settings.get("scenario", {}).get("footprints", "")
    files = sorted(find_footprints(shared, data).glob("*.json")) if shared else []
    found = {f"footprints/{f.name}": hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
    return table_hashes(data) | found


def disk_problem(error: OSError) -> str:
    """Return what a failed write or read means, in the user's words."""
    chain: list[object] = [error, error.__cause__, *getattr(error.__cause__, "args", ())]
    known = next((e for e in chain if isinstance(e, OSError) and e.errno is not None), error)
    place = f" at {known.filename}" if known.filename else ""
    if known.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the disk is full{place}: nothing was written. Free some space or use another disk with out=DIR"
        )
    if known.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR):
        return f"cannot write{place} ({known.strerror}): give a place you may write to with out=DIR"
    return f"{known.strerror or known}{place}"
