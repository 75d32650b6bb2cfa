"""The terminal's words, live and plain."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import xarray as xr
from rich.console import Console

from reporting import progress, terminal
from reporting.payload import build_payload
from reporting.run_warnings import WARNINGS, run_warnings

Factory = Callable[..., xr.Dataset]


@dataclass
class Moment:
    seconds: float = 1.0
    incumbent: float | None = None
    bound: float | None = None
    gap: float | None = None
    nodes: int | None = None


def plain_console() -> Console:
    return Console(file=io.StringIO(), width=120, highlight=False)


def written(console: Console) -> str:
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_summary_tells_plan_reference_cap_and_chance(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    console = plain_console()
    terminal.show_summary(build_payload(plan, reference, outcome), console)
    text = written(console)
    for part in (
        "A falling cap: emissions \u221241% by 2035",
        "Reference",
        "CNY 460 bn",
        "of 200 futures, 95% interval",
        "gap 0.4%",
        "demonstration data",
    ):
        assert part in text
    assert "\x1b" not in text


@pytest.mark.parametrize(("cap", "trials", "part"), [(False, 0, "no cap"), (True, 0, "not simulated")])
def test_summary_says_what_is_missing(make_plan: Factory, cap: bool, trials: int, part: str) -> None:
    console = plain_console()
    plan = make_plan(cap=cap, titles={"pathway_title": "[bold]not markup[/bold]"})
    terminal.show_summary(build_payload(plan, make_plan(cap=False)), console)
    assert part in written(console)
    assert "[bold]not markup" in written(console)


def test_warnings_are_counted_and_their_file_is_named(
    make_plan: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = make_plan(status="feasible", gap=0.0618)
    plan.attrs["warnings_json"] = '["pins: idle", "pins: idle", "line\\nbreak"]'
    found = run_warnings(plan, make_plan(), None, ["not simulated: why"])
    assert found == [
        "pins: idle",
        "line break",
        f"Plan: the search was stopped ({plan.attrs['termination']}), gap 6.2%: a cheaper plan may exist",
        "not simulated: why",
    ]
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / WARNINGS).write_text("\n".join([*found, ""]))
    console = plain_console()
    terminal.show_summary(build_payload(plan, plan), console, folder)
    lines = [line.split(None, 1) for line in written(console).splitlines()]
    at = next(i for i, words in enumerate(lines) if words and words[0] == "Warnings")
    assert lines[at][1].rstrip() == "4, in run/warnings.txt"
    assert [" ".join(words).rstrip() for words in lines[at + 1 : at + 3]] == found[:2]


def test_a_stopped_solve_is_never_a_plain_done(make_plan: Factory) -> None:
    console = plain_console()
    plan = make_plan(status="feasible", gap=0.0618)
    terminal.show_summary(build_payload(plan, plan), console)
    assert "stopped early, gap 6.2%" in written(console)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (Moment(), "1.0 s  no plan yet"),
        (Moment(1, 5e9, None, None, 0), "1.0 s  best 5 bn  no bound yet"),
        (Moment(2, float("inf"), float("-inf"), float("inf"), 0), "2.0 s  no plan yet"),
        (
            Moment(42, 4.5e12, 4.41e12, 0.02, 1234),
            "42 s  best 4,500 bn  bound 4,410 bn  gap 2.0%  1,234 nodes",
        ),
    ],
)
def test_a_moment_of_a_solve_in_words(moment: Moment, text: str) -> None:
    assert progress.describe(moment) == text


def test_a_moment_tells_how_long_the_search_may_go_on() -> None:
    assert progress.describe(Moment(60), left=240) == "60 s  no plan yet  at most 4 min 00 s more"
    assert progress.describe(Moment(301), left=-1) == "5 min 01 s  no plan yet"
    assert progress.describe(Moment(60), seconds=75) == "75 s  no plan yet"


def test_plain_progress_is_a_few_lines() -> None:
    console = plain_console()
    with progress.solve_progress("Capped", console) as tell:
        for i in range(1000):
            tell(Moment(i / 100, 100.0, 90.0, 1 / (i + 1), i))
    with progress.trial_progress(200, console) as step:
        for done in range(201):
            step(done)
    lines = written(console).splitlines()
    assert all(re.match(r"\d\d:\d\d:\d\d  ", line) for line in lines)
    assert [re.sub(r"after [\d.]+ s", "after a moment", line[10:]) for line in lines] == [
        "Capped  0.0 s  best 100  bound 90  gap 100%",  # and then nothing for five seconds
        "Capped  ends after a moment  gap 0.1%",
        *(f"simulating  {n} of 200 futures" for n in (50, 100, 150, 200)),
    ]
    assert "\x1b" not in written(console)


def test_total_of_trials_may_come_later() -> None:
    console = plain_console()
    with progress.trial_progress(console=console) as step:
        step(1)
        step(10, 10)
    assert "10 of 10" in written(console)


def test_live_progress_renews_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    console = Console(file=io.StringIO(), force_terminal=True, width=100, highlight=False)
    with progress.solve_progress("Capped", console) as tell:
        tell(Moment(3, 10.0, 9.0, 0.1, 5))
    with progress.trial_progress(20, console) as step:
        step(7)
        step(8, 40)
    text = written(console)
    assert "gap 10%" in text
    assert "\x1b" in text


def test_ci_is_plain_even_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert not progress.lively(Console(file=io.StringIO(), force_terminal=True))


def test_a_closed_terminal_does_not_end_the_solve() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.file.close()
    with progress.solve_progress("Capped", console) as tell:
        tell(Moment(1, 1.0, 1.0, 0.0, 1))


def test_sparklines_share_a_scale_from_zero() -> None:
    assert terminal.sparkline([0.0, 5.0, 10.0], 10.0) == "\u2581\u2585\u2588"
    assert terminal.sparkline([96.0, 100.0], 100.0)[0] == "\u2588"
    assert terminal.sparkline([None, 1.0], 1.0) == " \u2588"
    assert terminal.sparkline([0.0], 0.0) == "\u2581"
