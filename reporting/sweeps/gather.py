"""``zerolane collect``: the Dataset, the table and the page of a sweep, or the page of a Dataset."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from reporting.language import speaking
from reporting.run_folder import near
from reporting.settings import Language
from reporting.sweeps.collect import collect
from reporting.sweeps.kept import DATASET, read_collected, write_collected
from reporting.sweeps.page import text_summary, write_sweep_page
from scenarios.errors import ConfigError

WORDS = ("to", "figure", "language")
USAGE = (
    "collect needs the folder of a sweep or a collected Dataset, e.g. zerolane collect runs/sweep-X "
    "[to=FILE.nc|FILE.zarr] [figure=extra_cost] [--language zh]"
)


def gather(words: Sequence[str]) -> str:
    """Do ``collect SWEEP [to=FILE] [figure=NAME] [--language zh]``; return what the terminal shows.

    Raises
    ------
    ConfigError : other words, no sweep, or a file that cannot be written.
    """
    place, asked = _asked(words)
    spoken = Language(asked.get("language", Language.ENGLISH.value))
    ready = place.suffix in (".nc", ".zarr")
    dataset = read_collected(place) if ready else collect(place)
    to = Path(asked["to"]) if "to" in asked else place if ready else place / DATASET
    page = to.with_suffix(".html")
    made = [] if ready and to == place else write_collected(dataset, to)
    with speaking(spoken), tempfile.TemporaryDirectory(prefix=".partial-", dir=to.parent) as partial:
        write_sweep_page(dataset, Path(partial) / page.name, asked.get("figure", "extra_cost"))
        (Path(partial) / page.name).replace(page)
        said = text_summary(dataset)
    return "\n".join([said, "", *(str(near(file)) for file in (*made, page))])


def _asked(words: Sequence[str]) -> tuple[Path, dict[str, str]]:
    """Return what is collected, and the other words by name."""
    rest = list(words)
    if "--language" in rest[:-1]:
        at = rest.index("--language")
        rest[at : at + 2] = [f"language={rest[at + 1]}"]
    places = [word for word in rest if "=" not in word and not word.startswith("-")]
    named = dict(word.lstrip("-").split("=", 1) for word in rest if "=" in word)
    unknown = [word for word in named if word not in WORDS]
    if len(places) != 1 or unknown or len(places) + len(named) < len(rest):
        wrong = f"{unknown[0]}: no such word. " if unknown else ""
        raise ConfigError(wrong + USAGE)
    if named.get("language", "en") not in list(Language):
        message = f"language={named['language']}: use one of {', '.join(Language)}"
        raise ConfigError(message)
    return Path(places[0]), named
