"""Compile with numba and keep the machine code, where there is a place to keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Return `function` compiled; the code is cached beside the file or in the user's cache folder.

    Floating-point operations keep their order (no fast-math), so compiled and plain Python agree.
    """
    try:
        return cast("Function", njit(function, cache=True))
    except RuntimeError:  # numba finds no folder it may write to: compile in every process
        return cast("Function", njit(function))
