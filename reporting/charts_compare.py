"""What compares pathways at a glance: one chart of all, small multiples, strips of dots, bars.

Each pathway keeps its colour whichever is shown; the one shown is drawn thicker, the others stay in sight.
Colours: the smallest CIEDE2000 distance among the first five is 18 in the common kinds of colour blindness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from reporting.appearance import CAP, PLAN, REFERENCE, REFERENCE_TEXT
from reporting.charts import DASHED, DOTTED, known
from reporting.drawing import (
    Chart,
    Option,
    base,
    end_labels,
    extent,
    line,
    literal,
    number_rows,
    responsive,
    round_axis,
    tip,
    value_axis,
    year_axis,
)
from reporting.figures import change, emission_scale, percent, shorten, tonnes
from reporting.frame import rendered
from reporting.language import gettext as _
from reporting.payload import Payload, cap_line

Comparison = Mapping[str, Any]
TINTS = {PLAN: 0.0, "#9db8d4": 0.55}  # of the shown pathway's colour, as shares of white
SHOWN = {"wedge", "steps", "capital", "sites", "processes", "fan", "service", "frontier"}  # draw the plan


@dataclass(frozen=True)
class Look:
    """How a pathway is drawn: colour of lines and dots, and colour of text on the page's paper."""

    colour: str
    text: str


FIRST = Look(PLAN, PLAN)
OTHERS = (Look("#af4e04", "#9c4503"), Look("#169fba", "#0d7489"), Look("#551b39", "#551b39"))
REST = Look("#8b8880", "#5c6066")  # beyond four, grey: only the one shown stands out


def looks(comparison: Comparison) -> dict[str, Look]:
    """Return how each pathway is drawn, by key; the one the page opens with has the colour of plans."""
    others = [part["key"] for part in comparison["pathways"] if part["key"] != comparison["chosen"]]
    found = {key: OTHERS[i] if i < len(OTHERS) else REST for i, key in enumerate(others)}
    return {comparison["chosen"]: FIRST, **found}


def planned(comparison: Comparison) -> dict[str, Payload]:
    """Return the payload of each pathway that has a plan, by key."""
    return {part["key"]: part["payload"] for part in comparison["pathways"] if "payload" in part}


def hero(comparison: Comparison, shown: str) -> Chart:
    """Draw yearly emissions of all pathways and the reference, the one `shown` thicker and with its cap."""
    payloads, drawn = planned(comparison), looks(comparison)
    first = next(iter(payloads.values()))
    labels, start = first["periods"]["labels"], first["emissions"]["reference"][0]
    reference = comparison["reference"]["emissions"]
    cap = cap_line(payloads[shown]) if shown in payloads else None
    every = [known(payload["emissions"]["plan"]) for payload in payloads.values()]
    caps = [known(cap_line(payload)) for payload in payloads.values()]
    scale = emission_scale(max(v for values in [*every, *caps, known(reference)] for v in values))
    axis = round_axis(
        scale.values([v for values in [*every, *caps, known(reference)] for v in values]), ticks=4
    )
    height, top, bottom, last = 330, 16, 30, len(labels) - 1

    def said(name: str, end: float | None, longest: int) -> str:
        share = change(end, start) if end is not None and last > 0 else None
        name = shorten(name, longest)
        return name if share is None else f"{name} {percent(share, signed=True)}"

    def ends(key: str, name: str, values: Sequence[float | None], text: str) -> tuple[Any, ...]:
        end = values[-1]
        names[key] = said(name, end, 15), said(name, end, 11)
        return key, None if end is None else end / scale.divisor, names[key][0], text, key == shown

    names: dict[str, tuple[str, str]] = {}
    lines: list[Option] = [line("reference", scale.values(reference), REFERENCE, 2, DOTTED)]
    entries = [ends("reference", _("Reference"), reference, REFERENCE_TEXT)]
    if cap:
        lines.append(line("cap", scale.values(cap), CAP, 1.8, DASHED))
        entries.append(ends("cap", _("Cap"), cap, CAP))
    for key in sorted(payloads, key=lambda key: key == shown):  # the one shown lies on top
        values, look = payloads[key]["emissions"]["plan"], drawn[key]
        lines.append(line(f"pathway-{key}", scale.values(values), look.colour, 3.6 if key == shown else 1.8))
        entries.append(ends(key, payloads[key]["pathway"]["title"], values, look.text))
    named = [
        (_("Reference"), reference),
        *([(_("Cap"), cap)] if cap else []),
        *((payload["pathway"]["title"], payload["emissions"]["plan"]) for payload in payloads.values()),
    ]
    option = {
        **base(),
        "grid": {"left": 46, "right": 168, "top": top, "bottom": bottom},
        "xAxis": year_axis(labels, lines=True),
        "yAxis": value_axis(axis),
        "series": [*lines, *end_labels(entries, last, axis, top, height - top - bottom)],
    }
    longer, shorter = (
        [
            {"id": f"end-{key}", "label": {"formatter": literal(texts[at]), "fontSize": 12.5 - at}}
            for key, texts in names.items()
        ]
        for at in (0, 1)
    )
    narrow = {"grid": {"left": 38, "right": 112}, "series": shorter}
    wide = {"grid": {"left": 46, "right": 168}, "series": longer}
    return Chart(
        "hero",
        _("{pathways} to {year}").format(pathways=number_of(len(payloads)), year=first["periods"]["end"]),
        _("{unit} CO\u2082e a year; changes are on Reference {year}").format(unit=scale.unit, year=labels[0])
        if last
        else _("{unit} CO\u2082e a year").format(unit=scale.unit),
        _("Emissions by year of {pathways} and of Reference").format(pathways=number_of(len(payloads))),
        responsive(option, narrow, wide),
        height,
        tips=[
            tip(label, [(name, tonnes(values[i])) for name, values in named if values[i] is not None])
            for i, label in enumerate(labels)
        ],
        numbers=number_rows(labels, named, scale.divisor),
    )


def number_of(count: int) -> str:
    """Return how many pathways, in words while they are few: ``Four pathways``."""
    words = {
        1: _("One pathway"),
        2: _("Two pathways"),
        3: _("Three pathways"),
        4: _("Four pathways"),
        5: _("Five pathways"),
        6: _("Six pathways"),
    }
    return words.get(count) or _("{count} pathways").format(count=count)


def recoloured(charts: Mapping[str, Chart], look: Look) -> dict[str, Chart]:
    """Return charts with the plan in the colour of its pathway; categories keep theirs."""
    turned = {old: _lighter(look.colour, share) for old, share in TINTS.items()}
    return {key: _turned(chart, turned) if key in SHOWN else chart for key, chart in charts.items()}


def _turned(chart: Chart, colours: Mapping[str, str]) -> Chart:
    legend = [replace(entry, colour=colours.get(entry.colour, entry.colour)) for entry in chart.legend]
    return replace(chart, option=_in(chart.option, colours), legend=legend)


def _in(option: Any, colours: Mapping[str, str]) -> Any:
    """Return an option with every colour of `colours` replaced."""
    if isinstance(option, str):
        return colours.get(option, option)
    if isinstance(option, dict):
        return {key: _in(value, colours) for key, value in option.items()}
    return [_in(value, colours) for value in option] if isinstance(option, list) else option


def _lighter(colour: str, share: float) -> str:
    """Return `colour` mixed with a share of white."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(c + (255 - c) * share):02x}" for c in channels)


def small_multiple(comparison: Comparison, shown: str) -> Markup:
    """Return a small picture of one pathway's emissions on the scale of all, the others grey."""
    payloads, look = planned(comparison), looks(comparison)[shown]
    width, height, left, right, top, bottom = 220, 118, 4, 6, 16, 16
    reference = comparison["reference"]["emissions"]
    own, cap = payloads[shown]["emissions"]["plan"], cap_line(payloads[shown])
    lines = [payload["emissions"]["plan"] for key, payload in payloads.items() if key != shown]
    most = max(v for values in (*lines, own, reference, known(cap)) for v in values) or 1.0

    def at(i: int, value: float) -> str:
        across = left + (width - left - right) * (i / (len(own) - 1) if len(own) > 1 else 0.5)
        return f"{across:.1f},{top + (height - top - bottom) * (1 - value / most):.1f}"

    def path(values: Sequence[float | None]) -> str:
        return " ".join(at(i, value) for i, value in enumerate(values) if value is not None)

    scale, labels = emission_scale(most), payloads[shown]["periods"]["labels"]
    end = path(own).rsplit(" ", maxsplit=1)[-1].split(",")
    floor = height - bottom
    return rendered(
        "small_multiple.svg.j2",
        size=(width, height),
        floor=floor,
        area=f"{path(own)} {width - right},{floor} {left},{floor}",
        others=[path(values) for values in lines],
        reference=path(reference),
        own=path(own),
        cap=path(cap) if cap else "",
        end=end,
        above=float(end[1]) > top + 14,
        text=scale.amount(own[-1]),
        look=look,
        years=(labels[0], labels[-1]) if len(labels) > 1 else ("", labels[0]),
        label=_("Emissions of {name} by year, on the scale of all pathways").format(
            name=payloads[shown]["pathway"]["title"]
        ),
    )


def dot_strip(comparison: Comparison, row: Mapping[str, Any], shown: str) -> Markup:
    """Return one dot a pathway along a line, from the lowest to the highest figure of a row."""
    cells = {key: cell for key, cell in row["cells"].items() if cell["value"] is not None}
    if len(cells) < 2:
        return Markup()
    drawn = looks(comparison)
    values = {key: cell["value"] for key, cell in cells.items()}
    low, high = min(values.values()), max(values.values())
    span = (high - low) or 1.0
    dots = [
        (100 * (value - low) / span if high > low else 50.0, drawn[key].colour, key == shown)
        for key, value in sorted(values.items(), key=lambda pair: pair[0] == shown)
    ]
    ends = [next(cells[key]["text"] for key, value in values.items() if value == end) for end in (low, high)]
    return rendered("dot_strip.html.j2", dots=dots, ends=ends if high > low else [])


def bar(row: Mapping[str, Any], key: str) -> tuple[float, float] | None:
    """Return where the bar of a pathway starts and how long it is, percent; None without a figure."""
    values = [cell["value"] for cell in row["cells"].values() if cell["value"] is not None]
    value = row["cells"][key]["value"]
    if value is None:
        return None
    low, high = extent(*values)
    span = (high - low) or 1.0
    return 100 * (min(value, 0.0) - low) / span, 100 * abs(value) / span
