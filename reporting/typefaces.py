"""The bundled typefaces where no browser reads them: how wide signs are, and files that a rasteriser opens.

Widths are those of the figures that the page prints, all equally wide (OpenType feature ``tnum``).
Source: OpenType specification 1.9, tables cmap, hmtx and GSUB; https://www.w3.org/TR/WOFF2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from reporting.frame import FONTS

PLAIN, STRONG, DISPLAY = "inter-400", "inter-600", "inter-display-600"
WIDE, OTHER = 1.0, 0.6  # of signs that are not bundled, in ems: Chinese, others
FIRST_WIDE = "\u2e80"


@dataclass(frozen=True)
class Typeface:
    """One bundled typeface: its name as in the page's style, and the width of each sign in ems."""

    name: str
    family: str
    widths: dict[str, float]

    def width(self, text: str, size: float) -> float:
        """Return the width of `text` in px at `size` px."""
        return size * sum(self.widths.get(sign, WIDE if sign >= FIRST_WIDE else OTHER) for sign in text)

    def wrapped(self, text: str, size: float, room: float) -> list[str]:
        """Return `text` in lines of at most `room` px; a longer word is cut where the room ends."""
        lines = [""]
        for piece in _pieces(text):
            if self.width((lines[-1] + piece).rstrip(), size) > room and lines[-1]:
                lines.append("")
            for sign in piece:
                if self.width(lines[-1] + sign.rstrip(), size) > room and lines[-1]:
                    lines.append("")
                lines[-1] += sign
        return [line.strip() for line in lines if line.strip()]

    def lacks(self, text: str) -> bool:
        """Return whether some sign of `text` is not bundled."""
        return any(sign not in self.widths and not sign.isspace() for sign in text)


def _pieces(text: str) -> Iterator[str]:
    """Yield what a line may not break within: words with the space after them, single Chinese signs."""
    piece = ""
    for sign in text:
        if sign >= FIRST_WIDE and piece and sign not in "，。；：、）":
            yield piece
            piece = ""
        piece += sign
        if sign == " ":
            yield piece
            piece = ""
    yield piece


@cache
def typeface(name: str) -> Typeface:
    """Return a bundled typeface; needs the packages of the extra ``pictures``."""
    font = _opened(name)
    per_em = font["head"].unitsPerEm
    widths = {chr(code): font["hmtx"][glyph][0] / per_em for code, glyph in font.getBestCmap().items()}
    return Typeface(name, FONTS[name][0], widths)


def write_files(folder: Path) -> list[str]:
    """Write the bundled typefaces into `folder` as TrueType, named as on the page; return the files."""
    files = []
    for name, (family, _weights) in FONTS.items():
        font = _opened(name)
        for record in font["name"].names:
            if record.nameID in (1, 16):
                record.string = family
        font.flavor = None
        font.save(folder / f"{name}.ttf")
        files.append(str(folder / f"{name}.ttf"))
    return files


def _opened(name: str) -> Any:
    """Read a bundled typeface, its figures equally wide as on the page."""
    from fontTools.ttLib import TTFont

    with resources.files("reporting").joinpath("assets", f"{name}.woff2").open("rb") as file:
        font = TTFont(file, lazy=False)
    rules = font["GSUB"].table
    equal: dict[str, str] = {}
    for feature in rules.FeatureList.FeatureRecord:
        if feature.FeatureTag == "tnum":
            for place in feature.Feature.LookupListIndex:
                for part in rules.LookupList.Lookup[place].SubTable:
                    equal |= getattr(part, "ExtSubTable", part).mapping
    for table in font["cmap"].tables:
        table.cmap = {code: equal.get(glyph, glyph) for code, glyph in table.cmap.items()}
    return font
