"""The frame of every page: templates, typefaces, style, script and the policy that asks for nothing."""

from __future__ import annotations

import base64
import json
import math
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from reporting.figures import significant
from reporting.language import gettext, ngettext, spoken

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "font-src data:; img-src data: blob:"
)
FONTS = {
    "inter-400": ("Inter R", "400"),
    "inter-600": ("Inter R", "600 700"),
    "inter-display-600": ("Inter D", "600"),
}
DIGITS = 6  # of numbers that are drawn: far more than a screen shows


def framed(template: str, **values: Any) -> str:
    """Return a whole page: `template` with `values`, and all that a page needs to work alone.

    Raises
    ------
    jinja2.UndefinedError
        When the template asks for a value that is not given.
    """
    page = rendered(
        template,
        policy=POLICY,
        fonts=faces(),
        css=ours("page.css"),
        echarts=ours("echarts.min.js"),
        script=ours("axes.js") + ours("page.js"),
        **values,
    )
    return str(page)


def rendered(template: str, **values: Any) -> Markup:
    """Return `template` with `values`; every value in it is escaped unless it is ours."""
    return Markup(_templates().get_template(template).render(**values))  # noqa: S704 - escaped while rendering


def embedded(data: Any) -> Markup:
    """Return `data` as JSON that is safe inside a script element: no ``<``, no line separators."""
    text = json.dumps(rounded(data), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that could end the element is escaped above


def rounded(data: Any) -> Any:
    """Return `data` with its numbers rounded to what a drawing can show."""
    if isinstance(data, float):
        if not math.isfinite(data):
            return data  # refused by the encoder
        value = significant(data, DIGITS)
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(data, dict):
        return {key: rounded(value) for key, value in data.items()}
    return [rounded(value) for value in data] if isinstance(data, list | tuple) else data


@cache
def _templates() -> jinja2.Environment:
    """Return the package's templates, which speak the language spoken when they are rendered."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": gettext, "ngettext": ngettext, "language": lambda: spoken().value}
    return environment


def _template(name: str) -> str | None:
    """Read a template; None when the package has none of that name."""
    place = resources.files("reporting").joinpath("assets", name)
    return place.read_text(encoding="utf-8") if place.is_file() else None


def ours(name: str) -> Markup:
    """Return a bundled style or script, which is not escaped."""
    text = resources.files("reporting").joinpath("assets", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - a file of this package


def faces() -> list[dict[str, str]]:
    """Return the bundled typefaces as a style sheet takes them in."""
    return [{"family": f, "weight": w, "data": _font(name)} for name, (f, w) in FONTS.items()]


@cache
def _font(name: str) -> str:
    """Return a bundled typeface as base64."""
    return base64.b64encode(
        resources.files("reporting").joinpath("assets", f"{name}.woff2").read_bytes()
    ).decode()
