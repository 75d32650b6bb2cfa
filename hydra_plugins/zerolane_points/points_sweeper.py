"""The sweeper ``points``: states a design, knows what is done, and has the rest done.

Each point has a name that depends on its own settings alone, so that the same command finds what is there
and runs only what is missing.
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.sweeper import Sweeper
from omegaconf import OmegaConf

from hydra_plugins.zerolane_points import _designs as designs
from hydra_plugins.zerolane_points.point_files import (
    ANSWERED,
    NOT_ANSWERED,
    driving,
    status_of,
    write_json,
)
from hydra_plugins.zerolane_points.progress import tally_text
from reporting.sweeps.files import FORMAT, POINTS, STATUS
from scenarios.errors import ConfigError, StoppedError, UnfinishedError
from scenarios.table_change_settings import short_key, spelled_key

COMMANDS = ("run", "optimize")  # what a point may do
MOST_TRIED = 20  # choices composed before the sweep begins: a tenth of a second each
LEAN = ("report.views=false", "report.figures=true")  # a page a point is not looked at
ELSEWHERE = ("out", "overwrite")  # of the sweep, not of a point


@dataclass
class PointsConf:
    """Settings of the sweeper; on the command line of `sweep` they are called ``sweep.NAME``."""

    _target_: str = "hydra_plugins.zerolane_points.points_sweeper.PointsSweeper"
    design: str | None = None  # grid, file, random, lhs, sobol, saltelli, morris
    samples: int | None = None
    seed: int = 0
    file: str | None = None
    second_order: bool = False
    levels: int = 4
    command: str = "run"  # what each point does: run or optimize
    store: str | None = None  # results by content; none: .store beside the sweep
    retry: list[str] = field(default_factory=list)  # states that are run again, beside killed and lost
    dry_run: bool = False  # say how many points there are and stop


ConfigStore.instance().store(group="hydra/sweeper", name="points", node=PointsConf, provider="zerolane")


class PointsSweeper(Sweeper):
    """Places points and has them done by ``launcher=local`` or ``launcher=slurm``."""

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def setup(self, **context: Any) -> None:
        """Make the launcher that is to do the points."""
        from hydra_plugins.zerolane_points.local import PointsLauncher

        self.context, self.master = context["hydra_context"], context["config"]
        launcher = Plugins.instance().instantiate_launcher(**context)
        if not isinstance(launcher, PointsLauncher):
            message = "a sweep runs with launcher=local or launcher=slurm, or one of your own made from these"
            raise ConfigError(message)
        self.crew = launcher

    def sweep(self, arguments: list[str]) -> Any:
        """Place the points, run what is missing, and say what became of all of them.

        Raises ConfigError where the design cannot be made, UnfinishedError where points have no answer.
        """
        fixed, factors, kept = self._parsed(arguments)
        design = self._design()
        points = designs.points_of(design, factors)
        about, rows, named = self._named(design, points, fixed)
        for note in (designs.count_text(design, points), *points.notes):
            sys.stderr.write(f"sweep {design.name}: {note}\n")
        if self.settings["dry_run"]:
            return about
        self._try_out(points, rows, named)
        root = self._folder(f"{design.name}-{digest(rows)[:6]}", kept.get("out"), fixed)
        if root.exists() and any(root.iterdir()) and not (root / POINTS).exists():
            message = f"out={root} exists and is no sweep: give another name"
            raise ConfigError(message)
        root.mkdir(parents=True, exist_ok=True)
        with driving(root):
            content = {**about, "rows": rows, "unit": points.unit, "points": named}
            write_json(root / POINTS, content)
            self._do(root, named)
        return about

    def _parsed(self, arguments: list[str]) -> tuple[list[str], dict[str, Any], dict[str, str]]:
        """Return the words common to all points, the factors by setting, and what is said of the sweep."""
        parser = OverridesParser.create(config_loader=self.context.config_loader)
        fixed: list[str] = []
        factors: dict[str, Any] = {}
        kept: dict[str, str] = {}
        for override in parser.parse_overrides(arguments):
            key = override.get_key_element()
            if key in ELSEWHERE:
                kept[key] = str(override.value())
            elif override.is_sweep_override():
                factors[key] = _factor(override)
            else:
                fixed.append(str(override.input_line))
        given = {word.partition("=")[0] for word in fixed}
        fixed += [word for word in LEAN if word.partition("=")[0] not in given]
        return fixed, factors, kept

    def _design(self) -> designs.Design:
        said = {**self.settings}
        if said["command"] not in COMMANDS:
            message = f"sweep.command={said['command']}: a point does one of {', '.join(COMMANDS)}"
            raise ConfigError(message)
        name = said["design"] or ("file" if said["file"] else "grid")
        keys = ("samples", "seed", "second_order", "levels", "file")
        return designs.Design(name, **{key: said[key] for key in keys})

    def _named(
        self, design: designs.Design, points: designs.Points, fixed: list[str]
    ) -> tuple[Any, Any, Any]:
        """Return what the sweep is, the names of its rows in order, and each point by its name."""
        spelled = {key: spelled_key(key) for key in points.factors}
        parser, rows, named = OverridesParser.create(), [], {}
        for row in points.rows:
            words = list(fixed)
            for key, value in row.items():  # a key of a table comes with the words that say which
                words += [*spelled[key][1], _word(parser, spelled[key][0], value)]
            words = list(dict.fromkeys(words))
            name = "p" + digest([self.settings["command"], *sorted(words)])[:12]
            rows.append(name)
            values = {spelled[key][0]: value for key, value in row.items()}
            named[name] = {"values": values, "words": words}
        factors = [
            {"key": key, "label": short_key(key, [*fixed, *about]), **_described(points.factors[written])}
            for written, (key, about) in spelled.items()
        ]
        said = {
            key: getattr(design, key) for key in ("name", "samples", "seed", "second_order", "levels", "file")
        }
        about = {
            "format": FORMAT,
            "command": self.settings["command"],
            "words": [word for word in sys.argv[1:] if not word.startswith("hydra.sweep.dir=")],
            "fixed": fixed,
            "design": said,
            "factors": factors,
        }
        return about, rows, named

    def _try_out(self, points: designs.Points, rows: list[str], named: dict[str, Any]) -> None:
        """Compose a point of each choice, so that what is misspelt is said once and at once."""
        from cli import settings_types
        from scenarios.typed import typed_settings

        seen: set[tuple[str, Any]] = set()
        for name, row in zip(rows, points.rows, strict=True):
            new = {(key, v) for key, v in row.items() if isinstance(points.factors[key], designs.Choice)}
            if len(seen) < MOST_TRIED and (not seen or new - seen):
                seen |= new | {("", "")}
                made = self.context.config_loader.load_sweep_config(self.master, named[name]["words"])
                ours = OmegaConf.masked_copy(made, [str(key) for key in made if key != "hydra"])
                values: Any = OmegaConf.to_container(ours, resolve=True, throw_on_missing=True)
                typed_settings(settings_types(), values)

    def _folder(self, name: str, out: str | None, fixed: Sequence[str]) -> Path:
        """Return where the sweep stands: the same for the same points."""
        if out is not None:
            return Path(out).absolute()
        named = [word.partition("=")[2] for word in fixed if word.startswith("scenario=")]
        case = named[-1] if named else self.master.scenario.name
        return Path("runs", f"sweep-{case}-{name}").absolute()

    def _do(self, root: Path, named: dict[str, Any]) -> None:
        """Have the points done that have no answer yet."""
        again = (*NOT_ANSWERED, *self.settings["retry"])
        store = str(Path(self.settings["store"] or root.parent / ".store").absolute())
        flags, todo, known = config_flags(), list[dict[str, Any]](), Counter[str]()
        for name, point in named.items():
            folder = root / "points" / name
            status = status_of(folder)
            if status is not None and status["state"] not in again:
                known[status["state"]] += 1
                continue
            (folder / STATUS).unlink(missing_ok=True)
            words = [*point["words"], f"out={quoted(str(folder / 'run'))}", "overwrite=true"]
            task = {"name": name, "folder": str(folder), "store": store, "words": words}
            todo.append({**task, "command": self.settings["command"], "flags": flags})
        if todo:
            sys.stderr.write(
                f"{known.total()} of {len(named)} points are there, {len(todo)} to run: {root}\n"
            )
            try:
                self.crew.do(todo, known)
            except KeyboardInterrupt:
                message = f"stopped: what is done stays in {root}; the same command goes on"
                raise StoppedError(message) from None
        states = [status_of(root / "points" / name) or {"state": "missing"} for name in named]
        tally = Counter(str(status["state"]) for status in states)
        sys.stdout.write(f"{tally_text(tally)}\n{near(root)}\n")
        if open_points := sum(number for state, number in tally.items() if state not in ANSWERED):
            message = (
                f"{open_points} of {len(named)} points have no plan to show: see their {STATUS}; the same "
                "command runs again what was killed or lost, with sweep.retry=[STATE] other states too"
            )
            raise UnfinishedError(message)


def digest(words: Sequence[str]) -> str:
    """Return the SHA-256 of words in their order."""
    return hashlib.sha256(json.dumps(list(words)).encode()).hexdigest()


def near(path: Path) -> Path:
    """Return a path as seen from the working directory when it is below it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def config_flags() -> list[str]:
    """Return the flags of the command line that say where further choices are."""
    from hydra._internal.utils import get_args_parser

    said = get_args_parser().parse_args(sys.argv[1:])
    return ["--config-dir", str(Path(said.config_dir).absolute())] if said.config_dir else []


def _factor(override: Override) -> Any:
    """Return what a swept setting may be."""
    if not override.is_interval_sweep():
        return designs.Choice(tuple(designs.as_value(text) for text in override.sweep_string_iterator()))
    between: Any = override.value()
    whole = isinstance(between.start, int) and isinstance(between.end, int)
    return designs.Interval(between.start, between.end, "log" in between.tags, whole or "int" in between.tags)


def _described(factor: Any) -> dict[str, Any]:
    if isinstance(factor, designs.Choice):
        return {"kind": "choice", "values": list(factor.values)}
    return {
        "kind": "interval",
        "low": factor.low,
        "high": factor.high,
        "log": factor.log,
        "whole": factor.whole,
    }


def _word(parser: Any, key: str, value: Any) -> str:
    """Return one setting of a point as a word of the command line; text in quotes where it needs them."""
    word = f"{key}={value!r}" if isinstance(value, float) else f"{key}={value}"
    with suppress(HydraException):  # the grammar wants quotes
        if not parser.parse_override(word).is_sweep_override():
            return word
    return f"{key}={quoted(str(value))}"


def quoted(text: str) -> str:
    """Return text in the quotes of the override grammar."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
