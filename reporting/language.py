"""The language of what people read: English as written in the code, others from a catalogue of messages.

Texts are marked ``_("Cuts {share} by {year}").format(...)`` with ``gettext`` imported as ``_``; the
catalogues in ``reporting/languages/`` are plain gettext files that translators edit. A message without
a translation is shown in English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from reporting.settings import Language

if TYPE_CHECKING:
    from babel.messages import Catalog

_spoken: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Say everything inside the block in `language`."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> Language:
    """Return the language that is spoken now."""
    return _spoken.get()


def N_(message: str) -> str:  # noqa: N802 - the name that tools for translators look for
    """Mark a message of a constant, which is translated where it is shown."""
    return message


def gettext(message: str) -> str:
    """Return `message`, written in English, in the language spoken now."""
    if _spoken.get() is Language.ENGLISH or not message:
        return message
    found = _catalog(_spoken.get()).get(message)
    return str(found.string) if found is not None and found.string else message


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a message that fits `number`; the Chinese catalogue has one form."""
    if _spoken.get() is Language.ENGLISH:
        return one if number == 1 else many
    found = _catalog(_spoken.get()).get(one)
    string = found.string if found is not None else None
    forms = (string,) if isinstance(string, str) else tuple(string or ())
    return forms[-1] if forms and forms[-1] else (one if number == 1 else many)


@cache
def _catalog(language: Language) -> Catalog:
    """Read the catalogue of a language."""
    from babel.messages.pofile import read_po

    place = resources.files("reporting").joinpath("languages", f"{language.value}.po")
    with place.open("rb") as file:
        return read_po(file, locale=language.value)
