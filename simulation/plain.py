"""The kernel as plain Python beside the compiled one, in the same process."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any, cast

from simulation.kernel import run_days
from simulation.trial import RunDays


@cache
def plain_run_days() -> RunDays:
    """Return :func:`simulation.kernel.run_days` with nothing compiled in it.

    A debugger can follow it, and a mistake of the compiler would show as a difference.
    """
    return cast("RunDays", _plain(run_days, {}))


def _plain(function: Any, done: dict[Any, Callable[..., Any]]) -> Callable[..., Any]:
    """Return a compiled function as it was written, calling others as they were written."""
    if function in done:
        return done[function]
    source: FunctionType = getattr(function, "py_func", function)
    names = dict(source.__globals__)
    done[function] = plain = FunctionType(source.__code__, names, source.__name__, source.__defaults__)
    for name in source.__code__.co_names:
        if hasattr(names.get(name), "py_func"):
            names[name] = _plain(names[name], done)
    return plain
