"""Words that people write where the command line expects ``key=value``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reporting.sweep_words import sweep_words
from scenarios.table_change_settings import spelled_change

FORMER = (
    "simulate",
    "report",
    "compare",
    "pictures",
)  # commands about the run folder that their first word names


WITH_VALUE = (
    "--config-dir",
    "-cd",
    "--config-path",
    "-cp",
    "--config-name",
    "-cn",
    "--cfg",
    "-c",
    "--package",
    "-p",
)
SHORT = {"--map": "report.map", "--language": "report.language"}
PICTURES = {"chart": "charts", "as": "formats", "width": "width", "scale": "scale"}
LISTS = ("chart", "as")  # words that take several, written A,B


def spelled_out(command: str, words: Sequence[str]) -> list[str]:
    """Return the words of a command line as settings.

    ``simulate RUN --trial 17 --journal`` is ``run=RUN simulation.trial=17 simulation.journal=true``; a run
    folder may come first after ``report`` and ``compare`` too. ``data.offers[price].scale=1.2`` is a change
    of a table, ``--map`` and ``--language`` are settings of the report, and ``compare pathways=[A,B]``
    composes the settings once a pathway. Other words stay as they are.
    """
    words = sweep_words(words) if command == "sweep" else words
    return _flags_first(_settings(command, list(words)))


def _flags_first(words: Iterable[str]) -> list[str]:
    """Return words with Hydra's own flags before the settings: it takes settings in one go."""
    flags: list[str] = []
    rest: list[str] = []
    for word in words:
        of_flag = bool(flags) and flags[-1] in WITH_VALUE and "=" not in word
        (flags if word.startswith("-") or of_flag else rest).append(word)
    return [*flags, *rest]


def _settings(command: str, words: list[str]) -> Iterator[str]:
    if command == "compare":
        if any(word.startswith("pathways=") for word in words):
            yield "-m"  # one composition a pathway
        words = [f"compare.{word}" if word.startswith("chosen=") else word for word in words]
    if command in FORMER and words and "=" not in words[0] and not words[0].startswith("-"):
        yield f"run={words.pop(0)}"
    while words:
        word = words.pop(0)
        name, is_given, value = word.partition("=")
        if command == "simulate" and name == "--trial" and (is_given or words):
            yield f"simulation.trial={value if is_given else words.pop(0)}"
        elif command == "pictures" and name in PICTURES and is_given:
            several = f"[{value.strip('[]')}]" if name in LISTS else value
            yield f"pictures.{PICTURES[name]}={several}"
        elif name == "data":  # also in sweeps, where several are named
            yield f"scenario.data={value}"
        elif command == "simulate" and word == "--journal":
            yield "simulation.journal=true"
        elif name in SHORT and (is_given or words):
            yield f"{SHORT[name]}={value if is_given else words.pop(0)}"
        elif command == "compare" and name == "pathways":
            yield f"pathway={value.strip().removeprefix('[').removesuffix(']').replace(' ', '')}"
        else:
            yield from spelled_change(word)
