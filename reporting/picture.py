"""One chart as a picture: title, unit, legend, drawing, note and what it is of, as on the page.

The drawing is made by the page's own ECharts in an embedded JavaScript engine, without a browser:
https://echarts.apache.org/handbook/en/how-to/cross-platform/server (renderer ``svg``, ``ssr``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import quoteattr

from markupsafe import Markup

from reporting.appearance import INK, MUTED, PAPER
from reporting.drawing import FONT, Chart
from reporting.frame import faces, ours, rendered, rounded
from reporting.typefaces import DISPLAY, FIRST_WIDE, PLAIN, STRONG, Typeface, typeface, write_files

MARGIN = 24  # px around everything
TITLE, UNIT, LEGEND, NOTE = 17.0, 13.5, 13.0, 12.5  # px, as in page.css
LEGEND_INK, SEA = "#36414f", "#edf1f3"
MARK = 20  # px that the mark of a legend takes, with the space after it
TALLEST = 760  # px of a chart that keeps its shape
CHINESE = FONT[FONT.index('"PingFang') :]  # the part of the list that has Chinese
QUOTED = FONT.replace('"', "'")  # ECharts writes it into an attribute as it is


@dataclass(frozen=True)
class Line:
    """One line of text."""

    x: float
    y: float
    size: float
    colour: str
    text: str
    strong: bool = False


@dataclass(frozen=True)
class Mark:
    """The mark of one legend entry."""

    x: float
    y: float
    shape: str
    colour: str


@dataclass
class Layout:
    """Texts set one under the other, `room` px wide; `y` is where the next one starts."""

    room: float
    y: float = MARGIN
    lines: list[Line] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def text(self, face: Typeface, text: str, size: float, colour: str) -> None:
        """Set a text, wrapped to the room there is."""
        for line in face.wrapped(text, size, self.room):
            self.y += 1.42 * size
            self.lines.append(
                Line(MARGIN, round(self.y - 0.3 * size, 1), size, colour, line, face.name == DISPLAY)
            )

    def legend(self, face: Typeface, chart: Chart) -> None:
        """Set the legend: entries beside one another, as many as fit."""
        across, high = 0.0, 1.6 * LEGEND
        for entry in chart.legend:
            wide = MARK + face.width(entry.name, LEGEND)
            if across and across + wide > self.room:
                across, self.y = 0.0, self.y + high
            middle = self.y + high / 2
            self.marks.append(Mark(round(MARGIN + across, 1), round(middle, 1), entry.shape, entry.colour))
            at = round(MARGIN + across + MARK, 1)
            self.lines.append(Line(at, round(middle + 0.36 * LEGEND, 1), LEGEND, LEGEND_INK, entry.name))
            across += wide + 16
        self.y += high if chart.legend else 0.0


class Draughtsman:
    """Draws charts in an engine that has ECharts loaded."""

    def __init__(self, engine: Any) -> None:
        """Load what the page draws with."""
        self._engine = engine
        for name in ("echarts.min.js", "axes.js", "picture.js"):
            engine.eval(str(ours(name)))
        widths = {"plain": typeface(PLAIN).widths, "strong": typeface(STRONG).widths}
        engine.eval(f"measured({json.dumps(widths)})")

    def drawing(self, chart: Chart, width: float, height: float) -> str:
        """Return the drawing alone, an SVG element of `width` by `height` px."""
        asked = {"option": chart.option, "outlines": chart.outlines, "width": width, "height": height}
        text = json.dumps(rounded(asked), allow_nan=False).replace(json.dumps(FONT), json.dumps(QUOTED))
        return str(self._engine.eval(f"picture({text})"))

    def svg(self, chart: Chart, width: int, about: str) -> str:
        """Return the picture of a chart as an SVG document of `width` px.

        Parameters
        ----------
        about : the line at the foot that says what the picture is of.
        """
        plain, inner = typeface(PLAIN), width - 2 * MARGIN
        layout = Layout(inner)
        layout.text(typeface(DISPLAY), chart.title, TITLE, INK)
        layout.text(plain, chart.unit, UNIT, MUTED)
        layout.y += 8
        layout.legend(plain, chart)
        top = layout.y = round(layout.y + 6)
        tall = chart.height if chart.ratio is None else min(round(inner / chart.ratio), TALLEST)
        layout.y += tall + 8
        for text in (chart.note, about):
            layout.text(plain, text, NOTE, MUTED)
        place = f'<svg x="{MARGIN}" y="{top}" '
        drawing = self.drawing(chart, inner, tall).replace("<svg ", place, 1)
        return str(
            rendered(
                "picture.svg.j2",
                width=width,
                height=round(layout.y + MARGIN),
                family=FONT,
                display=f'"{typeface(DISPLAY).family}", {FONT}',
                title=chart.title,
                finding=chart.finding,
                fonts=faces(),
                paper=PAPER,
                lines=layout.lines,
                marks=layout.marks,
                under="" if chart.ratio is None else SEA,
                margin=MARGIN,
                inner=inner,
                top=top,
                tall=tall,
                chart=Markup(drawing),  # noqa: S704 - ECharts escapes the texts it draws
            )
        )


@contextmanager
def draughtsman() -> Iterator[Draughtsman]:
    """Yield who draws charts; needs the packages of the extra ``pictures``."""
    from py_mini_racer import MiniRacer

    with MiniRacer() as engine:
        yield Draughtsman(engine)


class Rasteriser:
    """Makes PNG of SVG with the bundled typefaces, and with those of the machine for other signs."""

    def __init__(self, fonts: list[str]) -> None:
        self._fonts = fonts

    def png(self, svg: str, width: int) -> bytes:
        """Return a picture `width` pixels wide."""
        from resvg_py import svg_to_bytes

        return bytes(
            svg_to_bytes(
                svg_string=_named_typefaces(svg),
                width=width,
                font_files=self._fonts,
                font_family=typeface(PLAIN).family,
                skip_system_fonts=not typeface(PLAIN).lacks(svg),
            )
        )

    def unreadable(self, text: str) -> str:
        """Return the signs of `text` that no typeface of this machine has: they are drawn as empty boxes."""
        lacking = sorted({sign for sign in text if typeface(PLAIN).lacks(sign)})
        nothing = self._alone("\U000efff0")  # a sign that nothing is assigned to
        return "".join(sign for sign in lacking if self._alone(sign) == nothing)

    def _alone(self, sign: str) -> bytes:
        return self.png(_sign(sign), 40)


def _sign(sign: str) -> str:
    """Return a small picture of one sign."""
    text = Markup("<text x='8' y='30' font-size='24'>{}</text>").format(sign)
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'>{text}</svg>"


def _named_typefaces(svg: str) -> str:
    """Return a picture whose Chinese texts name their typefaces: no others are looked for by name."""
    chinese = f">([^<]*[{FIRST_WIDE}-\U0003ffff][^<]*)<"
    return re.sub(chinese, rf"><tspan font-family={quoteattr(CHINESE)}>\1</tspan><", svg)


@contextmanager
def rasteriser() -> Iterator[Rasteriser]:
    """Yield who makes PNG; needs the packages of the extra ``pictures``."""
    with TemporaryDirectory() as folder:
        yield Rasteriser(write_files(Path(folder)))
