"""The command line: ``zerolane COMMAND [settings]``, or ``python cli.py`` from a checkout.

A leading word picks the command; Hydra composes the settings from ``conf/``, ``--config-dir`` and
the overrides that follow. Everything heavy is imported when it is needed, so that help is quick.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr
    from omegaconf import DictConfig

    from reporting.run_folder import RunFolder
    from scenarios import Scenario

CONF_DIR = Path(__file__).resolve().parent / "conf"  # the same in a checkout, editable and as a wheel
COMMANDS = {
    "run": "validate, optimise, simulate and report (the default)",
    "validate": "read and check tables and settings, list every problem",
    "optimize": "find the plan only, without simulation and report",
    "simulate": "try the plan of a former run again: run=DIR",
    "report": "rebuild page and workbook of a former run: run=DIR",
    "init": "write a small case of your own to start from: init DIR",
}
HELP = """\
zerolane: the cheapest supply chain plan that fits your carbon cap, and how likely it is to hold

usage: zerolane [COMMAND] [group=choice] [section.key=value] [options]

commands
{commands}
groups
{groups}
options
  section.key=value  one value of scenario, carbon, pathway, solver or simulation
  out=DIR            the run folder (default: a fresh one under runs/); overwrite=true replaces one
  run=DIR            a former run folder, for simulate and report
  --config-dir DIR   your own choices, in DIR/scenario/, DIR/pathway/ ...
  -m                 every combination of lists such as pathway=capped,deep_cut
  --cfg job          print all settings and stop
example
  zerolane run pathway=deep_cut carbon.cap_2035=0.5 simulation.trials=50"""


@dataclass
class Request:
    """What one run was asked to do: settings, where to read, where to write."""

    command: str
    config: DictConfig
    settings: dict[str, Any]
    search: list[Path]
    out: Path
    former: Path | None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Book the wall time of a step, in seconds."""
        start = perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + perf_counter() - start


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 ok, 1 other, 2 settings, 3 data, 4 infeasible or unbounded, 5 solver or limit,
    6 verification, 130 stopped by Ctrl-C.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # tidies up on the way out, as Ctrl-C does
    words = list(sys.argv[1:] if arguments is None else arguments)
    command, rest = (words[0], words[1:]) if words and words[0].isidentifier() else ("run", words)
    try:
        if {"-h", "--help"} & set(rest):
            print(help_text())
            return 0
        if command not in COMMANDS:
            return tell(unknown_command(command))
        return write_case(rest) if command == "init" else composed(command, rest)
    except KeyboardInterrupt:
        print("\nstopped: nothing was written", file=sys.stderr)
        return 130
    except Exception as error:  # noqa: BLE001 - the last stop: told, or shown with its trace
        return tell(error)


def help_text() -> str:
    """Return the help of all commands; fits a screen."""
    groups = {group.name: sorted(f.stem for f in group.glob("*.yaml")) for group in sorted(CONF_DIR.iterdir())}
    return HELP.format(
        commands="\n".join(f"  {name:<18} {what}" for name, what in COMMANDS.items()),
        groups="\n".join(f"  {group + '=':<18} {' '.join(names)}" for group, names in groups.items() if names),
    )


def unknown_command(word: str) -> Exception:
    """Return the error about a leading word that is no command."""
    from scenarios.errors import ConfigError
    from scenarios.typed import did_you_mean

    return ConfigError(f"no command {word!r}{did_you_mean(word, list(COMMANDS))}. Commands: {', '.join(COMMANDS)}")


def write_case(words: list[str]) -> int:
    """Do ``init DIR``: write a case that runs as it stands."""
    from omegaconf import OmegaConf

    from scenarios.errors import ConfigError
    from scenarios.template import case_name, write_template

    if len(words) != 1 or words[0].startswith("-") or "=" in words[0]:
        message = "init needs one folder to write to, e.g. zerolane init my_case"
        raise ConfigError(message)
    folder = Path(words[0])
    if (CONF_DIR / "scenario" / f"{case_name(folder)}.yaml").exists():
        message = f"{case_name(folder)!r} is the name of a shipped scenario: give another name"
        raise ConfigError(message)
    example = OmegaConf.to_container(OmegaConf.load(CONF_DIR / "scenario" / "tutorial.yaml"))
    name = write_template(folder, example)
    print(f"Wrote {folder}: scenario/{name}.yaml, pathway/{name}.yaml, tables/*.csv, README.md\n\nNext:")
    for command in ("validate", "run"):
        print(f"  zerolane {command} --config-dir {shlex.quote(str(folder))} scenario={name}")
    return 0


def settings_types() -> dict[str, type]:
    """Return the typed settings of each section of the configuration."""
    from optimizer.settings import SolverSettings
    from scenarios import CarbonSettings, PathwaySettings, ScenarioSettings
    from simulation.settings import SimulationSettings

    return {
        "scenario": ScenarioSettings,
        "carbon": CarbonSettings,
        "pathway": PathwaySettings,
        "solver": SolverSettings,
        "simulation": SimulationSettings,
    }


def composed(command: str, words: list[str]) -> int:
    """Let Hydra compose the settings, for one run or for each point of a sweep, and do the command."""
    import hydra
    from hydra.core.config_store import ConfigStore
    from omegaconf import OmegaConf

    from scenarios.typed import default_values

    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come back to us instead of being printed
    search = own_choices(words)
    schema = OmegaConf.create(default_values(settings_types()))
    for free in ("carbon.price", "carbon.caps", "pathway.levers.minimum_green_share"):
        OmegaConf.set_struct(OmegaConf.select(schema, free), False)  # keys of the user's choice
    ConfigStore.instance().store(name="schema", node=schema)
    sweep = bool({"-m", "--multirun"} & set(words))
    errors: list[Exception] = []

    def one_run(config: DictConfig) -> None:
        try:
            execute(asked(command, config, search))
        except Exception as error:  # noqa: BLE001 - the other points of a sweep go on
            errors.append(error)
            if sweep:
                tell(error)

    with tempfile.TemporaryDirectory(prefix="zerolane-") as scratch:  # where Hydra notes its sweep
        sys.argv = ["zerolane", *words, *([f"hydra.sweep.dir={scratch}"] if sweep else [])]
        try:
            hydra.main(version_base="1.3", config_path=str(CONF_DIR), config_name="config")(one_run)()
        except Exception as error:
            raise settings_error(error, schema) from error
    if errors and not sweep:
        raise errors[0]
    return explained(errors[0])[0] if errors else 0


def own_choices(words: list[str]) -> list[Path]:
    """Return the folders of ``--config-dir``; refuse files that a shipped choice would hide."""
    from scenarios.errors import ConfigError

    folders = [Path(w.split("=", 1)[1]) for w in words if w.startswith(("--config-dir=", "-cd="))]
    folders += [Path(b) for a, b in zip(words, words[1:], strict=False) if a in ("--config-dir", "-cd")]
    for file in (f for folder in folders for f in sorted(folder.glob("*/*.yaml"))):
        if (CONF_DIR / file.parent.name / file.name).exists():
            message = f"{file} has the name of a shipped choice, which would win: rename it"
            raise ConfigError(message)
    return [folder.absolute() for folder in folders]


def asked(command: str, config: DictConfig, search: list[Path]) -> Request:
    """Return what is to be done, with all settings typed and checked."""
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import OmegaConf

    from reporting.run_folder import CONFIG, former_run, fresh_folder
    from scenarios.errors import ConfigError
    from scenarios.typed import typed_settings

    hydra_config, former = HydraConfig.get(), None
    if command in ("simulate", "report"):
        if config.run is None:
            message = f"{command} needs run=DIR, the folder of a former run"
            raise ConfigError(message)
        former = former_run(Path(str(config.run)))
        saved = OmegaConf.load(former / CONFIG)
        for key in (override.lstrip("+~").split("=")[0] for override in hydra_config.overrides.task):
            if key.split(".")[0] == "simulation":
                OmegaConf.update(saved, key, OmegaConf.select(config, key), merge=False)
            elif key not in ("run", "out", "overwrite"):
                message = f"{key} was settled by the former run: {command} takes simulation.* and out only"
                raise ConfigError(message)
        config = OmegaConf.merge(saved, {key: config[key] for key in ("run", "out", "overwrite")})
    values = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    settings = typed_settings(settings_types(), values)
    names = settings["scenario"].name, settings["pathway"].name
    out = Path(str(config.out)) if config.out is not None else fresh_folder(Path("runs"), *names, datetime.now())
    if config.out is not None and hydra_config.mode.name == "MULTIRUN":
        out = out / "-".join([f"{hydra_config.job.num:03d}", *names])
    return Request(command, config, settings, search, out, former)


def execute(request: Request) -> None:
    """Do one command with all it needs, and print where the results are."""
    from reporting import terminal
    from reporting.run_folder import PAGE, WORKBOOK, RunFolder

    if request.command == "report":
        rebuild_report(request)
        return
    if request.command == "validate":
        terminal.show_scenario(load(request))
        return
    with RunFolder(request.out, overwrite=bool(request.config.overwrite)) as folder:
        plan_and_try(request, folder)
    for name in (PAGE, WORKBOOK):
        if (folder.path / name).exists():
            print(f"{name:<12} {shown(folder.path / name)}")
    print(shown(folder.path))
