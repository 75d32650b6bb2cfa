"""Live progress of solving and simulating.

On a terminal it is a line that renews itself; otherwise, and where ``CI`` is set, it is a few plain lines,
each with the time of day. Progress goes to standard error, results to standard output.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.spinner import Spinner
from rich.text import Text

from reporting.figures import count, duration, money_scale, percent
from reporting.language import N_
from reporting.language import gettext as _
from reporting.vocabulary import retold

STEPS = {
    "levers": N_("levers: {done} of {number}"),
    "inputs": N_("inputs: {done} of {number}"),
    "frontier": N_("frontier: {done} of {number} solves"),
    "alternatives": N_("alternatives: {done} of {number} plans"),
    "sampled_futures": N_("alternatives: {done} of {number} futures"),
    "flips": N_("alternatives: {done} of {number} tipping values"),
}
QUIET_SECONDS = 5.0  # between two plain lines about the same solve


class Moment(Protocol):
    """What a running solve tells: anything not known yet is None or infinite."""

    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    nodes: int | None


def terminal_console(stderr: bool = False) -> Console:
    """Return a console that leaves numbers uncoloured and does not wrap plain output."""
    console = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return console if console.is_terminal else Console(stderr=stderr, highlight=False, width=120)


def lively(console: Console) -> bool:
    """Return whether a line may renew itself: a terminal, and not a build server."""
    return console.is_terminal and not os.environ.get("CI")


@contextmanager
def solve_progress(
    label: str, console: Console | None = None, limit: float | None = None
) -> Iterator[Callable[[Moment], None]]:
    """Show a running solve; yields the function to call with each :class:`Moment`.

    The function never raises: an exception inside a solver's callback would end the solve.

    Parameters
    ----------
    label : what is solved, e.g. the pathway.
    limit : seconds after which the search is stopped; None: not known.
    """
    console, label = console or terminal_console(stderr=True), _(label)
    began, seen = time.monotonic(), list[Moment]()
    if lively(console):
        line = _Renewed(label, limit)
        with Live(get_renderable=line.shown, console=console, refresh_per_second=8, transient=True):
            yield line.tell
        return
    last: dict[str, float | None] = {"time": -math.inf, "gap": math.inf}

    def tell(moment: Moment) -> None:
        now, gap = time.monotonic(), _finite(moment.gap)
        seen[:] = [moment]
        if now - float(last["time"] or 0.0) >= QUIET_SECONDS and gap != last["gap"]:
            last.update(time=now, gap=gap)
            _plain(console, label, describe(moment, None if limit is None else limit - moment.seconds))

    yield _quietly(tell)
    if seen:  # what took no time to tell of needs no word
        gap = _finite(seen[0].gap)
        done = _("ends after {time}").format(time=duration(time.monotonic() - began))
        _plain(console, label, done, *([_gap(gap)] if gap is not None else []))


class _Renewed:
    """A line about a solve whose clock goes on between two moments."""

    def __init__(self, label: str, limit: float | None) -> None:
        self.label, self.limit = label, limit
        self.moment: Moment | None = None
        self.began = self.searching = time.monotonic()
        self.spinner = Spinner("dots")

    def tell(self, moment: Moment) -> None:
        """Take what the solver tells; its seconds go on from there."""
        self.moment, self.searching = moment, time.monotonic() - moment.seconds

    def shown(self) -> Spinner:
        """Return the line as it is now."""
        now = time.monotonic()
        if self.moment is None:
            told = _("{time}  preparing").format(time=duration(now - self.began))
        else:
            left = None if self.limit is None else self.limit - (now - self.searching)
            told = describe(self.moment, left, now - self.began)
        self.spinner.update(text=Text(f"{self.label}  {told}"))
        return self.spinner


def _plain(console: Console, *parts: str) -> None:
    """Print one plain line with the time of day; a closed output is left alone."""
    _quietly(console.print)(Text("  ".join([f"{datetime.now().astimezone():%H:%M:%S}", *parts])))


def describe(moment: Moment, left: float | None = None, seconds: float | None = None) -> str:
    """Return a moment of a solve in words; what is not known yet is left out.

    Parameters
    ----------
    left : seconds after which the search is stopped; None: not known.
    seconds : since work began; None: as long as the search itself.
    """
    parts = [duration(moment.seconds if seconds is None else seconds)]
    incumbent, bound, gap = _finite(moment.incumbent), _finite(moment.bound), _finite(moment.gap)
    if incumbent is not None:
        parts.append(_("best {amount}").format(amount=_amount(incumbent)))
    if bound is not None:
        parts.append(_("bound {amount}").format(amount=_amount(bound)))
    unknown = _("no plan yet") if incumbent is None else _("no bound yet")
    parts.append(_gap(gap) if gap is not None else unknown)
    if moment.nodes is not None and moment.nodes > 0:
        parts.append(_("{number} nodes").format(number=f"{moment.nodes:,}"))
    if left is not None and left > 0:
        parts.append(_("at most {time} more").format(time=duration(left)))
    return "  ".join(parts)


def step_text(what: str, done: int, of: int) -> str:
    """Return how far a study of many solves is: ``levers: 3 of 12``."""
    said = _(STEPS.get(what, "{what}: {done} of {number}"))
    return said.format(what=what, done=done, number=of)


def going_on_text(termination: str, gap: float) -> str:
    """Return that a search was stopped and its best plan is taken, which may not be the cheapest."""
    said = _("{reason}: going on with the best plan, gap {gap}")
    return said.format(reason=retold(termination), gap=f"{gap:.2%}")


def _gap(gap: float) -> str:
    return _("gap {share}").format(share=percent(gap))


def _amount(value: float) -> str:
    """Return an amount of money with enough digits to see a small gap move."""
    scale = money_scale(value)
    return f"{value / scale.divisor:,.5g} {scale.unit}".rstrip()


def _finite(value: float | None) -> float | None:
    """Return `value` when it is a number that says something."""
    return value if value is not None and math.isfinite(value) else None


def _quietly(show: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return `show` made safe to call from inside a solver."""

    def safe(told: Any) -> None:
        try:
            show(told)
        except (OSError, ValueError, TypeError) as error:  # a closed terminal must not end the solve
            if sys.stderr and not sys.stderr.closed:
                sys.stderr.write(f"progress not shown: {error}\n")

    return safe


@contextmanager
def trial_progress(
    total: int | None = None, console: Console | None = None, label: str = ""
) -> Iterator[Callable[..., None]]:
    """Show running trials; yields a function to call with the trials done and how many in all, if known.

    Parameters
    ----------
    label : what is tried, e.g. the pathway.
    """
    console = console or terminal_console(stderr=True)
    doing = "  ".join(filter(None, (_(label), _("simulating"))))
    if lively(console):
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(_("futures, time left")),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(doing, total=total)
            yield lambda done, all_trials=None: bar.update(
                task, completed=done, **({} if all_trials is None else {"total": all_trials})
            )
        return
    told: set[int] = set()
    began = time.monotonic()

    def tell(done: int, all_trials: int | None = None) -> None:
        whole = all_trials or total
        if not whole:
            return
        quarter = 4 * done // whole
        if quarter > max(told, default=0):
            told.add(quarter)
            text = _("{done} of {total} futures").format(done=count(done), total=count(whole))
            left = (time.monotonic() - began) / done * (whole - done)
            more = [_("about {time} more").format(time=duration(left))] if left >= 1 else []
            _plain(console, doing, text, *more)

    yield tell
