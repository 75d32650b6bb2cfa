"""Compile with numba and keep the machine code for later processes."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite.binding
import numba

NUMBA: Any = numba.config  # its settings have no types

Function = TypeVar("Function", bound=Callable[..., object])
SOURCES = (
    "compiled.py", "kernel.py", "production.py", "dispatch.py", "takeback.py", "vehicles.py", "timetables.py",
    "gates.py", "responses.py", "layout.py", "outages.py", "raw_streams.py", "reorder.py", "lost_sales.py",
    "possible.py", "room.py", "setting_off.py", "work.py", "lead_steps.py",
)  # fmt: skip
# Compiled code owns no memory, it works on arrays of its callers: counting references to them would only
# take time, a fifth of the kernel's.
OPTIONS: Any = {"error_model": "numpy", "_nrt": False}
# Most loops are over the two or three ways into a node: unrolled for many turns, a trial takes 5 % longer.
llvmlite.binding.set_option("zerolane", "-unroll-runtime=false")


def compiled(function: Function) -> Function:
    """Return `function` compiled; plain when ``NUMBA_DISABLE_JIT=1`` is set.

    Floating-point operations keep their order (no fast-math), so compiled and plain Python agree,
    but for a division by zero, which plain Python refuses.
    Where no folder can be written to, every process compiles for itself.
    """
    with _kept_in(cache_folder()) as keep:
        return cast("Function", numba.njit(function, cache=keep, **OPTIONS))


def phase(function: Function) -> Function:
    """Return a phase of a day, compiled as :func:`compiled` does, and put into the function that calls it.

    All of the world is handed to a function one array after the other: a call a day would take as long as
    dozens of operations.
    """
    with _kept_in(cache_folder()) as keep:
        return cast("Function", numba.njit(function, cache=keep, forceinline=True, **OPTIONS))


def inlined(function: Function) -> Function:
    """Return a small part of compiled functions, compiled into each place that calls it."""
    return cast("Function", numba.njit(function, inline="always", **OPTIONS))


@cache
def cache_folder() -> Path | None:
    """Return a folder for the machine code of these very sources, or None when none can be written.

    numba looks at the file of the outermost function alone; a name made from all files keeps code
    compiled from former versions of the others out.
    """
    here = Path(__file__).resolve().parent
    text = b"".join((here / name).read_bytes() for name in SOURCES)
    name = f"zerolane-{hashlib.blake2b(text, digest_size=8).hexdigest()}"
    for parent in _places(here):
        with contextlib.suppress(OSError):
            folder = parent / name
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
    return None


def _places(here: Path) -> Iterator[Path]:
    if NUMBA.CACHE_DIR:
        yield Path(NUMBA.CACHE_DIR)
    yield here / "__pycache__"
    with contextlib.suppress(RuntimeError):  # nobody is at home
        yield Path.home() / ".cache"


@contextlib.contextmanager
def _kept_in(folder: Path | None) -> Iterator[bool]:
    before = NUMBA.CACHE_DIR
    NUMBA.CACHE_DIR = str(folder or before)
    try:
        yield folder is not None
    finally:
        NUMBA.CACHE_DIR = before
