"""What the tests of the command line share."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import cli
from scenarios.template import write_template

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores Ctrl-C, and so would all that the tests start and stop.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Answer:
    """What a command printed and the exit code it gave."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.out.rstrip("\n").rsplit("\n", 1)[-1]


Command = Callable[..., Answer]


@pytest.fixture
def zerolane(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Command]:
    """Run a command in this process, in an empty working folder."""
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")  # set by the command itself; restored by the fixture
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def command(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["zerolane", *map(str, words)])
        capsys.readouterr()
        code = cli.main()
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    yield command
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def my_case(tmp_path: Path) -> Path:
    """The case that ``zerolane init`` writes, to be spoilt."""
    write_template(tmp_path / "my_case")
    return tmp_path / "my_case"


@pytest.fixture
def left_behind(tmp_path: Path) -> Callable[[], list[str]]:
    """Return what results or half-written results stand in the working folder."""

    def found() -> list[str]:
        kinds = ("*.partial-*", ".partial-*", "*.nc", "*.html", "*.xlsx", "summary.json", "multirun.yaml")
        return sorted({str(f.relative_to(tmp_path)) for kind in kinds for f in tmp_path.rglob(kind)})

    return found
