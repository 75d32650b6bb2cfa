"""Changes of table values as they are written: in a scenario's settings, or short on the command line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from pydantic import ConfigDict, model_validator
from pydantic.dataclasses import dataclass

from scenarios.errors import ConfigError

STRICT = ConfigDict(extra="forbid")
SHORT = re.compile(r"data\.(\w+)\[([^\[\]]+)\]\.(\w+)")  # data.TABLE[COLUMN,FILTER=VALUE|VALUE].scale
CHANGES = "scenario.changes"


@dataclass(config=STRICT)
class TableChange:
    """What is done to one column of a table after it is read: ``value * scale + add``, or `set`.

    Attributes
    ----------
    table, column : of the scenario's tables.
    where : rows, by column: a value or a list of values; empty: all rows.
    scale : factor on the numbers that stand there; blank cells stay blank.
    add : added after scaling, in the column's unit.
    set : put in place of what stands there, blank cells too.
    """

    table: str
    column: str
    where: dict[str, str | float | list[str | float]] = field(default_factory=dict)
    scale: float | None = None
    add: float | None = None
    set: float | str | None = None

    @model_validator(mode="after")
    def says_one_thing(self) -> TableChange:
        """Refuse a change that changes nothing, or sets and scales at once."""
        reckons = self.scale is not None or self.add is not None
        if reckons == (self.set is not None):
            message = f"a change of {self.table}[{self.column}] needs scale or add, or else set"
            raise ValueError(message)
        return self


def changes_of(values: Mapping[str, float | str]) -> dict[str, TableChange]:
    """Return changes written short, ``{"data.offers[price].scale": 1.2}``, as those of a scenario's settings.

    Raises ConfigError for a key of another form. Keys about the same cells make one change.
    """
    made: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        short = SHORT.fullmatch(key)
        if short is None:
            message = f"{key}: a change of a table is written data.TABLE[COLUMN].scale, .add or .set"
            raise ConfigError(message)
        about = _about(short)
        made.setdefault(about.name, {**about.said})[about.what] = value
    return {name: TableChange(**said) for name, said in made.items()}


def spelled_key(key: str) -> tuple[str, list[str]]:
    """Return a key of the command line as Hydra knows it, and the words that say what it is about.

    ``data.offers[price,product=ore].scale`` becomes ``scenario.changes.offers_price_product_ore.scale``
    with words for its table, column and rows; several values of a filter stand between bars,
    ``site=tangshan|tianjin``. Other keys stay as they are, without words.
    """
    short = SHORT.fullmatch(key)
    if short is None:
        return key, []
    about = _about(short)
    place = f"{CHANGES}.{about.name}"
    words = [f"{place}.{name}={about.said[name]}" for name in ("table", "column")]
    rows = [f"{_quoted(k)}:[{','.join(map(_quoted, values))}]" for k, values in about.said["where"].items()]
    return f"{place}.{about.what}", [*words, *([f"{place}.where={{{','.join(rows)}}}"] if rows else [])]


def spelled_change(word: str) -> list[str]:
    """Return a word ``data.TABLE[COLUMN].scale=1.2`` as settings; any other word as it is."""
    short = SHORT.match(word)
    if short is None or not word[short.end() :].startswith("="):
        return [word]
    key, about = spelled_key(short[0])
    return [*about, key + word[short.end() :]]


def short_key(key: str, words: Sequence[str]) -> str:
    """Return a key of a changed table as people write it; `words` say what it is about. Others stay."""
    place, _, what = key.rpartition(".")
    if not place.startswith(f"{CHANGES}."):
        return key
    said = {name: value for name, _, value in (word.lstrip("+").partition("=") for word in words)}
    table, column = said.get(f"{place}.table"), said.get(f"{place}.column")
    if table is None or column is None:  # told in a file of choices
        return key
    rows = re.findall(r"('[^']*'|[^\s,:{}\[\]]+):\[([^\]]*)\]", said.get(f"{place}.where", ""))
    filters = [f"{name}={'|'.join(values.split(','))}".replace("'", "") for name, values in rows]
    return f"data.{table}[{','.join([column, *filters])}].{what}"


@dataclass(config=STRICT)
class _About:
    """What a short key says: the name of the change, its table, column and rows, and what is done."""

    name: str
    said: dict[str, Any]
    what: str


def _about(short: re.Match[str]) -> _About:
    table, inside, what = short.groups()
    column, *filters = (part.strip() for part in inside.split(","))
    pairs = [text.partition("=")[::2] for text in filters]
    where = {name.strip(): [value.strip() for value in values.split("|")] for name, values in pairs}
    plain = ",".join([column, *(f"{rows}={'|'.join(values)}" for rows, values in where.items())])
    name = re.sub(r"[^A-Za-z0-9]+", "_", f"{table} {plain}").strip("_")
    if re.search(r"[^\w,=]|__", plain, re.ASCII):  # others could become the same name
        name += "_" + hashlib.sha256(plain.encode()).hexdigest()[:4]
    return _About(name, {"table": table, "column": column, "where": where}, what)


def _quoted(text: str) -> str:
    """Return text as a quoted string of the override grammar; a plain word stays one."""
    if re.fullmatch(r"[A-Za-z_]\w*", text, re.ASCII):
        return text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
