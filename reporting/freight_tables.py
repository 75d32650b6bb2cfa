"""Tables of the page about freight by mode, hub operations, and what stands beside the emissions."""

from __future__ import annotations

from typing import Any

from reporting.beside import DISPLACED, SPARED
from reporting.figures import (
    Scale,
    between,
    clauses,
    coal_unit,
    emission_scale,
    listed,
    percent,
    plain,
    tonnes,
    with_unit,
)
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.risk_tables import RiskTable

NOTHING = "\u2013"
GRAMS = 1e6  # a t
LITTLE = 1e-3  # of what is avoided: less is not worth a title


def freight_tables(payload: Payload) -> list[RiskTable]:
    """Return freight by mode with both parts of its emissions, and hub operations where they are known."""
    shown, last = payload["freight"], payload["periods"]["last"]
    if not shown["modes"]:
        return []
    scale = emission_scale(max(_whole(mode) for mode in shown["modes"]))
    known = any(_load(mode) is not None for mode in shown["modes"])
    headers = [_("Mode"), _("t-km by route"), _("by great circle"), _("Tank to wheel"), _("Well to tank")]
    headers += [
        _("Well to wheel"),
        _("g per t-km"),
        _("g, Reference"),
        *([_("Load factor")] if known else []),
    ]
    rows = []
    for mode in shown["modes"]:
        load = _load(mode)
        rows.append(
            [
                mode["name"],
                *(plain(mode[name][-1] / 1e6) for name in ("tonne_km", "great_circle_tonne_km")),
                *(scale.show(mode[part][-1]) for part in ("ttw", "wtt")),
                scale.show(_whole(mode)),
                _intensity(mode),
                NOTHING if mode["reference"] is None else _intensity(mode["reference"]),
                *([NOTHING if load is None else percent(load)] if known else []),
            ]
        )
    unit = _("Million t-km, and {unit} CO\u2082e a year with handling at partners' hubs")
    title = _freight_title(shown["modes"], last)
    found = [RiskTable(title, unit.format(unit=scale.unit), headers, rows)]
    return [*found, *([_hubs(shown["hubs"], last)] if shown["hubs"] else [])]


def _freight_title(modes: list[dict[str, Any]], last: int | str) -> str:
    """Say what freight emits, how much of it leaves the vehicles, and how much that is per t-km."""
    total, moved = sum(map(_whole, modes)), sum(mode["tonne_km"][-1] for mode in modes)
    if not total or not moved:
        return _("Freight emits nothing in {last}").format(last=last)
    driven = sum(mode["ttw"][-1] for mode in modes) / total
    each = plain(total / moved * GRAMS)
    said = _("Freight emits {amount} in {last}, {grams} g per t-km; {share} leaves the vehicles")
    return said.format(amount=tonnes(total), last=last, grams=each, share=percent(driven))


def _whole(figures: dict[str, Any]) -> float:
    return float(figures["ttw"][-1] + figures["wtt"][-1])


def _intensity(figures: dict[str, Any]) -> str:
    moved = figures["tonne_km"][-1]
    return plain(_whole(figures) / moved * GRAMS) if moved else NOTHING


def _load(mode: dict[str, Any]) -> float | None:
    loads = mode.get("load_factor")
    return None if loads is None else loads[-1]


def _hubs(hubs: list[dict[str, Any]], last: int | str) -> RiskTable:
    rows = []
    for hub in hubs:
        handled, used, made = (hub[name][-1] for name in ("handled", "ttw", "wtt"))
        each = plain((used + made) / handled * 1000) if handled else NOTHING
        rows.append([hub["name"], plain(handled), plain(used), plain(made), plain(used + made), each])
    return RiskTable(
        _("Hub operations in {last}").format(last=last),
        _(
            "Units handled, t CO\u2082e a year, and kg per unit; booked with the freight that leaves, or by "
            "scope at own hubs"
        ),
        [
            *(_("Hub"), _("Handled"), _("Tank to wheel"), _("Well to tank"), _("Well to wheel")),
            _("kg per unit"),
        ],
        rows,
    )


def beside_table(payload: Payload) -> RiskTable | None:
    """Return what stands beside the emissions and in no total; None where there is nothing."""
    shown, last = payload["beside"], payload["periods"]["last"]
    if shown is None or not shown["lines"]:
        return None
    tried = any(line["trials"] for line in shown["lines"])
    rows = []
    for line in shown["lines"]:
        scale = emission_scale(max(abs(v) for v in [*line["plan"], *(line["reference"] or [])]))
        carbon = _("{unit} CO\u2082e").format(unit=scale.unit)
        counted = coal_unit(scale) if line["unit"] == "tce" else carbon
        before = line["reference"]
        rows.append(
            [
                _(line["name"]),
                counted,
                NOTHING if before is None else scale.show(before[-1]),
                scale.show(line["plan"][0]),
                scale.show(line["plan"][-1]),
                *([_spread(line, scale)] if tried else []),
            ]
        )
    plan = _("Plan {year}")
    headers = [_("Line"), _("A year in"), _("Reference {year}").format(year=last)]
    headers += [plan.format(year=payload["periods"]["first"]), plan.format(year=last)]
    return RiskTable(
        _beside_title(payload),
        clauses([_("Lines of their own: never netted, in no total"), *_under_caps(payload)]),
        [*headers, *([_("Trials {year}, 5th to 95th").format(year=last)] if tried else [])],
        rows,
    )


def _spread(line: dict[str, Any], scale: Scale) -> str:
    ends = line["trials"]
    return NOTHING if ends is None else between(scale.show(ends["low"][-1]), scale.show(ends["high"][-1]))


def _last_of(payload: Payload, account: str) -> float:
    lines = payload["beside"]["lines"]
    return float(next((line["plan"][-1] for line in lines if line["account"] == account), 0.0))


def _beside_title(payload: Payload) -> str:
    spared, displaced = _last_of(payload, SPARED), _last_of(payload, DISPLACED)
    if displaced > LITTLE * spared > 0:
        said = _("{amount} avoided elsewhere in {last}; rivals for the same goods emit {share} of it again")
    elif spared:
        said = _("{amount} avoided elsewhere in {last}, beside the emissions")
    else:
        return _("Beside the emissions")
    share = percent(displaced / spared)
    return said.format(amount=tonnes(spared), last=payload["periods"]["last"], share=share)


def _under_caps(payload: Payload) -> list[str]:
    """Say under which caps alone offsets count; nothing where there are none."""
    names = [_("the cap {name!r}").format(name=name) for name in payload["beside"]["counted_under"]]
    return [_("offsets count under {names} alone").format(names=listed(names))] if names else []


def beside_line(payload: Payload) -> str | None:
    """Return one line for the terminal; None where nothing stands beside the emissions."""
    shown = payload["beside"]
    if shown is None or not shown["lines"]:
        return None
    said = []
    for line in shown["lines"]:
        scale = emission_scale(abs(line["plan"][-1]))
        unit = coal_unit(scale) if line["unit"] == "tce" else scale.unit
        amount = with_unit(scale.show(line["plan"][-1]), unit)
        said.append(_("{name} {amount}").format(name=_(line["name"]).lower(), amount=amount))
    told = _("{year}: {said}")
    return told.format(year=payload["periods"]["last"], said=clauses(said[:3]))
