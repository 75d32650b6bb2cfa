"""Hydra composes the settings, once or for each point of a sweep."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from scenarios.typed import Composed, composition_error, default_values, own_choices

FREE_KEYS = (  # by year or of the user's choice
    "carbon",
    "electricity",
    "pathway.levers.minimum_green_share",
    "scenario.changes",
    "alternatives.futures",
    "alternatives.ranges",
)
Do = Callable[[Composed], None]


def compose(
    words: Sequence[str],
    shipped: Path,
    types: Mapping[str, type],
    do: Do,
    tell: Callable[[Exception], object],
) -> int:
    """Compose the settings that `words` ask for and `do` what is to be done with them.

    Parameters
    ----------
    words : the command line without the command.
    shipped : the folder of the shipped choices.
    types : typed settings by section; a section may also hold what no choice states.
    do : called with the composed settings, once a point of a sweep.
    tell : called with the error of a point; the other points of the sweep go on.

    Returns
    -------
    0, or the exit code of the first point that failed.

    Raises
    ------
    ConfigError : the settings cannot be composed. Without a sweep, whatever `do` raises.
    """
    defaults = default_values(types)
    stated = {
        key: value for key, value in defaults["carbon"].items() if value is not None
    }  # not 40 empty years
    schema = OmegaConf.create({**defaults, "carbon": stated})
    for key in FREE_KEYS:
        OmegaConf.set_struct(OmegaConf.select(schema, key), value=False)
    ConfigStore.instance().store(name="schema", node=schema)
    search, sweep = own_choices(words, shipped), bool({"-m", "--multirun"} & set(words))
    errors: list[Exception] = []

    def one_run(config: DictConfig) -> None:
        try:
            do(_composed(config, search))
        except Exception as error:  # noqa: BLE001 - the other points of a sweep go on
            errors.append(error)
            if sweep:
                tell(error)

    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come back to us, untold
    with tempfile.TemporaryDirectory(prefix="zerolane-") as scratch:  # where Hydra notes its sweep
        sys.argv = ["zerolane", *words, *([f"hydra.sweep.dir={scratch}"] if sweep else [])]
        try:
            hydra.main(version_base="1.3", config_path=str(shipped), config_name="config")(one_run)()
        except (HydraException, OmegaConfBaseException) as error:
            groups = dict.fromkeys(group.name for group in shipped.iterdir())
            raise composition_error(error, {**groups, "out": None, "run": None, **defaults}) from error
    if errors and not sweep:
        raise errors[0]
    return getattr(errors[0], "exit_code", 1) if errors else 0


def _composed(config: DictConfig, search: list[Path]) -> Composed:
    """Return the settings of the job that Hydra runs now as plain values."""
    values: dict[str, Any] = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)  # type: ignore[assignment]
    job = HydraConfig.get()
    number = int(job.job.num) if job.mode == RunMode.MULTIRUN else None
    return Composed(values, list(job.overrides.task), search, number)


def as_yaml(values: Mapping[str, Any]) -> str:
    """Return plain values as YAML, in the order in which they stand."""
    return str(OmegaConf.to_yaml(OmegaConf.create(dict(values))))
