"""Words that people write where the command line expects ``key=value``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

FORMER = ("simulate", "report", "compare")  # commands about the run folder that their first word names


def spelled_out(command: str, words: Sequence[str]) -> list[str]:
    """Return the words of a command line as settings.

    ``simulate RUN --trial 17 --journal`` is ``run=RUN simulation.trial=17 simulation.journal=true``; a run
    folder may come first after ``report`` and ``compare`` too. Other words stay as they are.
    """
    return list(_settings(command, list(words)))


def _settings(command: str, words: list[str]) -> Iterator[str]:
    if command in FORMER and words and "=" not in words[0] and not words[0].startswith("-"):
        yield f"run={words.pop(0)}"
    while words:
        word = words.pop(0)
        name, is_given, value = word.partition("=")
        if command == "simulate" and name == "--trial" and (is_given or words):
            yield f"simulation.trial={value if is_given else words.pop(0)}"
        elif command == "simulate" and word == "--journal":
            yield "simulation.journal=true"
        else:
            yield word
