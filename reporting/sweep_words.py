"""Words of ``zerolane sweep`` as Hydra knows them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from reporting.sweeps.files import POINTS
from scenarios.errors import ConfigError


def sweep_words(words: Sequence[str]) -> list[str]:
    """Return the words of a sweep with Hydra's own names for its design and for what runs it.

    ``sweep.design=lhs`` is ``hydra.sweeper.design=lhs``, ``launcher=slurm`` is ``hydra/launcher=slurm``,
    ``launcher.chunk=8`` is ``hydra.launcher.chunk=8``, ``--dry-run`` says how many points there are and
    stops, and ``--resume DIR`` is the command that made the sweep in that folder.

    Raises
    ------
    ConfigError : there is no sweep to resume.
    """
    folder = _resumed(words)
    if folder is not None:
        rest = [w for w in words if w not in ("--resume", folder) and not w.startswith("--resume=")]
        return [*_former(Path(folder)), *_named(rest), f"out={folder}"]
    launcher = "local" if not any(w.startswith(("launcher=", "hydra/launcher=")) for w in words) else None
    engine = ["-m", "hydra/sweeper=points", *([f"hydra/launcher={launcher}"] if launcher else [])]
    return [*engine, *_named(words)]


def _named(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word == "--dry-run":
            yield "hydra.sweeper.dry_run=true"
        elif word.startswith("sweep."):
            yield f"hydra.sweeper.{word.removeprefix('sweep.')}"
        elif word.startswith("launcher="):
            yield f"hydra/{word}"
        elif word.startswith("launcher.sbatch."):  # any option of sbatch, listed or not
            yield f"++hydra.{word}"
        elif word.startswith("launcher."):
            yield f"hydra.{word}"
        elif word not in ("-m", "--multirun"):
            yield word


def _resumed(words: Sequence[str]) -> str | None:
    """Return the folder that ``--resume`` names, if any."""
    given = [w.partition("=")[2] for w in words if w.startswith("--resume=")]
    given += [folder for flag, folder in pairwise(words) if flag == "--resume"]
    if not given and "--resume" in words:
        message = "--resume needs the folder of a sweep"
        raise ConfigError(message)
    return given[0] if given else None


def _former(folder: Path) -> list[str]:
    """Return the words of the command that made a sweep."""
    try:
        said = json.loads((folder / POINTS).read_text(encoding="utf-8"))
        words: list[str] = said["words"]
    except (OSError, ValueError, KeyError) as error:
        message = f"--resume {folder}: no sweep there ({error})"
        raise ConfigError(message) from error
    return [word for word in words if not word.startswith("out=")]
