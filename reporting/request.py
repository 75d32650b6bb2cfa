"""What one command was asked to do: typed settings, the former run it is about, where results go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from reporting.language import gettext as _
from reporting.run_folder import MANIFEST, former_run, former_shown, fresh_folder, settled_values
from scenarios.carried_settings import with_carried_settings
from scenarios.change import find_plan
from scenarios.edits import edits
from scenarios.errors import ConfigError
from scenarios.loading import BUNDLED, find_data, is_workbook
from scenarios.scenario import Scenario
from scenarios.typed import Composed, typed_settings

ABOUT_A_RUN = ("simulate", "report", "compare", "export", "pictures")  # commands that start from a former run
ABOUT_VIEWS = ("compare", "pictures")  # sections that no run is made by
MOST_EDITS = 20  # said; the manifest has all
FREE = {
    "simulate": ("simulation", "report"),
    "report": ("report",),
    "pictures": ("report", "pictures"),
}  # what they may settle anew


@dataclass
class Request:
    """What one run was asked to do: settings, where to read, where to write."""

    command: str
    settings: dict[str, Any]  # typed and checked, by section
    values: dict[str, Any]  # the same as plain values, and what stands outside the sections
    overrides: list[str]
    search: list[Path]
    out: Path
    former: Path | None
    started: datetime
    seconds: dict[str, float] = field(default_factory=dict)
    named: str = ""  # of a pathway that is made for a comparison, which shows it
    warnings: list[str] = field(default_factory=list)  # of the command itself
    edits: list[str] = field(default_factory=list)  # of the workbook that the tables come from

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Book the wall time of a step, in seconds."""
        start = perf_counter()
        yield
        self.seconds[step] = perf_counter() - start

    @property
    def sections(self) -> dict[str, Any]:
        """The plain values of all sections: what a run folder remembers of the settings."""
        return {section: self.values[section] for section in self.settings if section not in ABOUT_VIEWS}

    @property
    def other(self) -> Path:
        """The former run that ``against`` names; raises ConfigError where it names none."""
        if self.values["against"] is None:
            message = "compare needs against=DIR, the run folder to compare with"
            raise ConfigError(message)
        return former_run(Path(str(self.values["against"])))

    def step(self, name: str) -> str:
        """Return what a step is called in lines of progress: with the pathway where several are made."""
        return f"{self.named}: {_(name)}" if self.named else _(name)

    @property
    def told(self) -> dict[str, Any]:
        """What a run folder remembers of the command itself."""
        return {
            "command": self.command,
            "overrides": self.overrides,
            "started": self.started.isoformat(),
            **({"edits": self.edits} if self.edits else {}),
        }

    def note_inputs(self, scenario: Scenario) -> None:
        """Note where the inputs of a scenario were found: its run folder finds them again from anywhere."""
        if not scenario.path.is_relative_to(BUNDLED):
            self.values["scenario"]["data"] = str(scenario.path)
        self.values["scenario"]["footprints"] = scenario.settings.footprints
        if (change := self.settings["pathway"].change).plan:
            self.values["pathway"]["change"]["plan"] = str(find_plan(change, self.search))

    def edited(self, data: Path) -> list[str]:
        """Note what was edited in the workbook `data` since its run; return it in lines, the first ones."""
        anew = self.former is None and is_workbook(data)
        self.edits = [str(edit) for edit in edits(data)] if anew else []
        left = len(self.edits) - MOST_EDITS
        more = [_("and {number} more, see {file}").format(number=left, file=MANIFEST)] if left > 0 else []
        return [*self.edits[:MOST_EDITS], *more]


def requested(command: str, types: Mapping[str, type], composed: Composed) -> Request:
    """Return what is to be done, with all settings typed and checked.

    Parameters
    ----------
    types : the typed settings of each section.

    Raises
    ------
    ConfigError : a setting cannot be used, or the former run is missing or has settled it.
    """
    values, former = composed.values, None
    several = command == "compare" and values["run"] is None
    if several and not values["runs"] and composed.number is None:
        message = "compare needs pathways=[A,B,...] or runs=[DIR,DIR,...], or run=DIR against=DIR"
        raise ConfigError(message)
    if (command in ABOUT_A_RUN and not several) or (command == "diagnose" and values["run"]):
        if values["run"] is None:
            message = f"{command} needs run=DIR, the folder of a former run"
            raise ConfigError(message)
        former = (former_shown if command == "pictures" else former_run)(Path(str(values["run"])))
        values = values | settled_values(former, values, composed.overrides, FREE.get(command, ()))
    elif is_workbook(Path(str(values["scenario"]["data"]))):
        workbook = find_data(str(values["scenario"]["data"]), composed.search)
        values = with_carried_settings(values, workbook, composed.overrides, types)
    settings = typed_settings(types, values)
    scenario, pathway = settings["scenario"].name, settings["pathway"].name
    now, last = datetime.now().astimezone(), "compare" if several else pathway
    out = (
        fresh_folder(Path("runs"), scenario, last, now) if values["out"] is None else Path(str(values["out"]))
    )
    if values["out"] is not None and composed.number is not None and not several:
        out /= "-".join([f"{composed.number:03d}", scenario, pathway])
    return Request(command, settings, values, composed.overrides, composed.search, out, former, now)
