"""Rulebooks as data: what each counts, by which factors, and the classes it gives.

A rulebook is a file in the layout of :data:`scenarios.tables_rulebooks.RULEBOOK`: nothing about a single
rulebook stands in code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from scenarios.errors import ConfigError, DataError, Problem
from scenarios.tables_rulebooks import BOUNDARIES, CHAIN, ELECTRICITY, MATERIALS, RULEBOOK
from scenarios.typed import did_you_mean

FOLDER = Path(__file__).resolve().parent / "rulebooks"
OTHER = "other"
FOOTPRINT = "footprint"
WORDS: Mapping[str, tuple[str, ...]] = {
    "account": ("counted",),
    "direct": ("counted", "replaced"),
    "freight": ("wtw", "ttw"),
}
ABOUT = ("name", "version", "boundary", "says")


@dataclass(frozen=True)
class SteelClass:
    """A class of steel: its line falls with the scrap share of the metal charged.

    Attributes
    ----------
    base : tCO2e/t without scrap. slope : what a scrap share of one takes off it.
    """

    label: str
    base: float
    slope: float


@dataclass(frozen=True)
class Rulebook:
    """One rulebook, as its file says.

    Attributes
    ----------
    boundary : ``chain``, or the material up to which a site's processes count.
    accounts : patterns of the accounts counted where they are booked.
    direct : ``counted``, ``replaced`` by a factor of the output, or "".
    electricity : location, market, fixed or none. fixed_factor : tCO2e/MWh.
    materials : factor by material, tCO2e/t, or ``footprint``. freight : ``wtw`` or ``ttw`` by material.
    output : (first year, tCO2e/t) by material, in order. metal : share of metal by material.
    classes : the best first.
    rows : the file.
    """

    label: str
    name: str
    version: str
    boundary: str
    says: str
    rows: pd.DataFrame
    accounts: tuple[str, ...] = ()
    direct: str = ""
    electricity: str = "none"
    fixed_factor: float = 0.0
    materials: Mapping[str, float | str] = field(default_factory=dict)
    freight: Mapping[str, str] = field(default_factory=dict)
    output: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    metal: Mapping[str, float] = field(default_factory=dict)
    classes: tuple[SteelClass, ...] = ()

    @property
    def of_chain(self) -> bool:
        """Whether accounts are counted where they are booked, over the whole chain."""
        return self.boundary == CHAIN

    def material(self, name: str) -> float | str | None:
        """Return the factor of a material, or of what is not named; none: it is not counted."""
        return self.materials.get(name, self.materials.get(OTHER)) if name else self.materials.get(OTHER)

    def level(self, name: str) -> SteelClass:
        """Return a class; raises KeyError when there is none of this name."""
        return {_plain(each.label): each for each in self.classes}[_plain(name)]


def folder_of(path: Path) -> Path | None:
    """Return the folder of rulebooks beside a case's tables, which stand instead of shipped ones."""
    if path == Path():
        return None
    return (path if path.is_dir() else path.parent) / "rulebooks"


def rulebook_names(folder: Path | None = None) -> list[str]:
    """Return the names of the rulebooks there are, shipped and in `folder`."""
    folders = [FOLDER, *([folder] if folder is not None and folder.is_dir() else [])]
    return sorted({file.stem for each in folders for file in each.glob("*.csv")})


def find_rulebook(name: str, folder: Path | None, said: str) -> Rulebook:
    """Return a rulebook by its label or its name, spelled as people do.

    `folder` : of rulebooks beside the tables of a case, which stand instead of shipped ones. `said` : where
    the name was read. Raises ConfigError when there is none, DataError when its file breaks rules.
    """
    books = {label: _read(label, folder) for label in rulebook_names(folder)}
    for label, book in books.items():
        if _plain(name) in (_plain(label), _plain(book.name)):
            return book
    message = f"{said}: no rulebook {name!r}{did_you_mean(name, list(books))}. Use: {', '.join(books)}"
    raise ConfigError(message)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def _read(label: str, folder: Path | None) -> Rulebook:
    own = folder / f"{label}.csv" if folder is not None else None
    file = own if own is not None and own.is_file() else FOLDER / f"{label}.csv"
    return _read_file(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read_file(file: Path, _written: int) -> Rulebook:
    from scenarios.loading import typed_table

    raw = pd.read_csv(file, dtype=str, keep_default_na=False)
    raw.index = pd.RangeIndex(2, 2 + len(raw))
    try:
        frame = typed_table(raw, RULEBOOK)
    except DataError as error:
        raise DataError([replace(problem, file=file.name) for problem in error.problems]) from error
    problems = [replace(problem, file=file.name) for problem in (*_of_book(frame), *_of_rows(frame))]
    if problems:
        raise DataError(problems)
    return _rulebook(file.stem, frame)


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return np.nan


def _is_factor(part: str, what: str, value: str) -> bool:
    return (
        part in ("output", "metal", "class")
        or (part, what) == ("electricity", "factor")
        or (part == "material" and value != FOOTPRINT)
    )


def _wrong(row: pd.Series, rule: str, fix: str, column: str = "value") -> Problem:
    return Problem("rulebook", rule, fix, int(row["row"]), column, row[column])


def _of_book(frame: pd.DataFrame) -> Iterator[Problem]:
    """Yield what a rulebook does not say, or says twice."""
    named = frame[frame["part"] == "about"]
    about: dict[str, str] = dict(zip(named["what"], named["value"], strict=True))
    for name in ABOUT:
        if name not in about:
            yield Problem("rulebook", f"does not say its {name}", f"add a row about, {name}")
    if about.get("boundary", CHAIN) not in BOUNDARIES:
        row = frame[(frame["part"] == "about") & (frame["what"] == "boundary")].iloc[0]
        yield _wrong(row, "is no boundary", f"use one of: {', '.join(BOUNDARIES)}")
    for _, row in frame[frame.duplicated(["part", "what", "year"])].iterrows():
        yield _wrong(row, "stands twice", "keep one of the rows", "what")


def _of_rows(frame: pd.DataFrame) -> Iterator[Problem]:
    """Yield what single rows of a rulebook must not say."""
    for _, row in frame.iterrows():
        part, what, value = row["part"], row["what"], row["value"]
        if part in WORDS and value not in WORDS[part]:
            yield _wrong(row, "is not allowed here", f"use one of: {', '.join(WORDS[part])}")
        if part in ("material", "freight", "output", "metal") and what not in (*MATERIALS, OTHER):
            yield _wrong(row, "is no material", f"use one of: {', '.join((*MATERIALS, OTHER))}", "what")
        if _is_factor(part, what, value) and not _number(value) >= 0:
            yield _wrong(row, "is no factor", "write a number of at least 0")
        if (part, what) == ("electricity", "purchased") and value not in ELECTRICITY:
            yield _wrong(row, "is not allowed here", f"use one of: {', '.join(ELECTRICITY)}")
        if part == "class" and not 0 <= row["full_scrap"] <= _number(value):
            fix = "write the line at full scrap, at most the one at no scrap"
            yield _wrong(row, "is no line of a class", fix, "full_scrap")


def _rulebook(label: str, frame: pd.DataFrame) -> Rulebook:
    def words(part: str) -> dict[str, str]:
        mine = frame[frame["part"] == part]
        return dict(zip(mine["what"], mine["value"], strict=True))

    about, power = words("about"), words("electricity")
    lines = frame[frame["part"] == "class"]
    classes = [
        SteelClass(row["what"], float(row["value"]), float(row["value"]) - row["full_scrap"])
        for _, row in lines.iterrows()
    ]
    output: dict[str, tuple[tuple[float, float], ...]] = {}
    for what, rows in frame[frame["part"] == "output"].groupby("what", sort=False):
        years = rows["year"].fillna(-np.inf)
        output[str(what)] = tuple(sorted(zip(years, rows["value"].astype(float), strict=True)))
    return Rulebook(
        label=label,
        name=about["name"],
        version=about["version"],
        boundary=about["boundary"],
        says=about["says"],
        rows=frame,
        accounts=tuple(words("account")),
        direct=words("direct").get("processes", ""),
        electricity=power.get("purchased", "none"),
        fixed_factor=float(power.get("factor", 0.0)),
        materials={k: v if v == FOOTPRINT else float(v) for k, v in words("material").items()},
        freight=words("freight"),
        output=output,
        metal={k: float(v) for k, v in words("metal").items()},
        classes=tuple(sorted(classes, key=lambda each: each.base)),
    )


def rulebooks_asked(names: Sequence[str], folder: Path | None) -> list[Rulebook]:
    """Return the rulebooks of `carbon.rulebooks`; ``all`` stands for every one there is."""
    said = "carbon.rulebooks"
    every = rulebook_names(folder)
    asked = [label for name in names for label in (every if name == "all" else [name])]
    found = [find_rulebook(name, folder, said) for name in asked]
    return list({book.label: book for book in found}.values())
