"""Keep the catalogues of translations: ``python -m reporting.catalog [--from FILE ...]``.

Collects every text marked ``_``, ``N_``, ``ngettext`` or ``counted`` in this package, brings the catalogues
in ``reporting/languages/`` up to date, takes over translations of other catalogues named after ``--from``,
and lists what is missing or wrong; it ends with 1 when anything is.
"""

from __future__ import annotations

import argparse
import ast
import csv
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reporting.settings import Language
from scenarios.schema import TABLES

if TYPE_CHECKING:
    from babel.messages import Catalog

PACKAGE = Path(__file__).parent
LANGUAGES = PACKAGE / "languages"
TASKS = PACKAGE.parent / "scenarios" / "tasks"
DESCRIPTION = "scenarios/schema.py"  # of the input tables
IN_WORDS = ("title", "short", "aspect", "task")  # columns of the tables of tasks
MARKS = ("_", "gettext", "N_", "ngettext", "counted")
CHANGING = (  # headers that change by themselves
    r'^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator'
    r"|Language-Team|Generated-By): .*\n"
)
Texts = dict[str | tuple[str, str], list[str]]  # message, or its two forms: files that say it


def main(words: Sequence[str] | None = None) -> int:
    """Bring the catalogues up to date and say what is missing; 1 when something is."""
    parser = argparse.ArgumentParser(prog="python -m reporting.catalog", description=__doc__)
    parser.add_argument("--from", dest="files", nargs="+", type=Path, default=[], metavar="FILE")
    files, texts, found = parser.parse_args(words).files, messages(), []
    for language in Language:
        if language is not Language.ENGLISH:
            place = LANGUAGES / f"{language.value}.po"
            catalog = updated(read(place), texts, [read(file) for file in files])
            _write(place, catalog)
            found += [f"{place.name}: {fault}" for fault in faults(catalog)]
    sys.stdout.write("".join(f"{line}\n" for line in [*found, f"{len(texts)} messages, {len(found)} faults"]))
    return 1 if found else 0


def messages() -> Texts:
    """Return every text to be translated with the files that say it, in the order of the files.

    They are the marked texts of this package, and what the bundled tables of public tasks and the
    description of the input tables say in words.
    """
    texts: Texts = {text: [DESCRIPTION] for text in described()}
    for file in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.j2"), *TASKS.glob("*.csv")]):
        for text in _written(file) if file.suffix == ".csv" else marked(file):
            places = texts.setdefault(text, [])
            place = file.relative_to(PACKAGE.parent).as_posix()
            if place not in places:
                places.append(place)
    return texts


def described() -> Iterator[str]:
    """Yield what input tables and their columns mean, and their units."""
    for table in TABLES.values():
        yield table.meaning
        for column in table.all_columns:
            yield from (text for text in (column.meaning, column.unit) if text)


def _written(file: Path) -> Iterator[str]:
    """Yield what a table of tasks says in words."""
    with file.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            yield from (row[column] for column in IN_WORDS)


def marked(file: Path) -> Iterator[str | tuple[str, str]]:
    """Yield the marked texts of a Python file or a template; of two forms both."""
    from jinja2.ext import babel_extract

    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        calls.sort(key=lambda call: (call.lineno, call.col_offset))
        said = [(getattr(call.func, "id", ""), [_constant(word) for word in call.args]) for call in calls]
    else:
        with file.open("rb") as source:
            found = list(babel_extract(source, MARKS, (), {"encoding": "utf-8"}))
        said = [
            (mark, [word or "" for word in (words if isinstance(words, tuple) else (words,))])
            for _line, mark, words, _comments in found
        ]
    for mark, words in said:
        given = [word for word in words if word]
        if mark == "counted" and given:  # a number and its noun, as reporting.figures.counted asks for it
            yield f"{{number}} {given[0]}"
        elif mark == "ngettext" and len(given) > 1:
            yield given[0], given[1]
        elif mark in MARKS and given:
            yield given[0]


def _constant(node: ast.AST) -> str:
    """Return the text that stands in the code; empty where it is computed."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def updated(catalog: Catalog, texts: Texts, others: Sequence[Catalog] = ()) -> Catalog:
    """Return a catalogue of `texts` with the translations of `catalog`, overruled by those of `others`."""
    from babel.messages import Catalog

    fresh = Catalog(
        locale=catalog.locale,
        header_comment=catalog.header_comment,
        charset="utf-8",
        fuzzy=False,
    )
    for text, places in texts.items():
        key, translation = text if isinstance(text, str) else text[0], ""
        for source in (catalog, *others):
            known = source.get(key)
            if known is not None and any(forms(known.string)):
                translation = forms(known.string)[0]
        string = translation if isinstance(text, str) else (translation,) * fresh.num_plurals
        fresh.add(text, string, locations=[(place, 0) for place in places])
    return fresh


def forms(string: Any) -> tuple[str, ...]:
    """Return the forms of a translation, of which most have one."""
    return (string,) if isinstance(string, str) else tuple(string or ())


def faults(catalog: Catalog) -> list[str]:
    """Say which texts have no translation, and which translations name other placeholders than the text."""
    found = []
    for message in catalog:
        texts = forms(message.id)
        if not texts or not texts[0]:
            continue  # the header
        for string in forms(message.string):
            wanted, given = placeholders(texts[-1]), placeholders(string)
            if not string:
                found.append(f"no translation: {texts[0]!r}")
            elif wanted != given:
                found.append(f"placeholders {wanted} became {given}: {texts[0]!r}")
    return found


def placeholders(text: str) -> list[str]:
    """Return the names in braces that ``str.format`` fills in, sorted, each once."""
    return sorted(set(re.findall(r"{([a-z_][a-z0-9_]*)[^{}]*}", text)))


def read(place: Path) -> Catalog:
    """Read a catalogue."""
    from babel.messages.pofile import read_po

    with place.open("rb") as file:
        return read_po(file)


def _write(place: Path, catalog: Catalog) -> None:
    """Write a catalogue whole or not at all, without dates and line numbers, which change by themselves."""
    from babel.messages.pofile import write_po

    beside = place.with_suffix(".part")
    with beside.open("wb") as file:
        write_po(file, catalog, width=0, include_lineno=False, omit_header=False)
    text = re.sub(CHANGING, "", beside.read_text(encoding="utf-8"), flags=re.MULTILINE)
    beside.write_text(text, encoding="utf-8")
    beside.replace(place)


if __name__ == "__main__":
    sys.exit(main())
