"""One pathway as it stands on a page: tiles, sections and the links that lead to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from reporting import basis, charts_frontier, charts_map, findings, titles
from reporting.carbon_money_tables import carbon_money_section
from reporting.decisions import timetable
from reporting.disruptions import disruption_tables
from reporting.drawing import Chart
from reporting.figures import (
    between,
    emission_scale,
    enumerated,
    interval,
    money,
    plain,
    rate,
    sentences,
    whole_percent,
)
from reporting.footprint_tables import footprint_tables
from reporting.frame import rendered
from reporting.freight_tables import beside_table, freight_tables
from reporting.futures_page import futures_section
from reporting.gates import gate_tables
from reporting.lanes import lane_table
from reporting.language import gettext as _
from reporting.lever_tables import decide_by, levers_section
from reporting.no_regret_page import no_regret_section
from reporting.payload import Payload, main_cap
from reporting.power_page import power_section
from reporting.programme_tables import programme_tables
from reporting.responses import response_tables
from reporting.risk_tables import risk_tables
from reporting.rulebook_tables import rulebook_section
from reporting.scope2 import in_words
from reporting.supplier_pages import supplier_section
from reporting.target_tables import folded_tables, section_title, target_tables
from reporting.tiles import tiles
from reporting.uncertain_figures import factor_tables, price_fact

ON_SCREEN = ("suppliers", "power", "rulebooks", "carbon-money", "targets")  # left out of the print


@dataclass(frozen=True)
class Fact:
    """One number with its name and a line of context."""

    name: str
    value: str
    context: str


@dataclass(frozen=True)
class Body:
    """One pathway's part of a page: rendered tiles and sections, and (anchor, name) of each section."""

    tiles: Markup
    sections: Markup
    links: list[tuple[str, str]]


def body(
    payload: Payload, drawn: Mapping[str, Chart], strips: Sequence[Markup] = (), *, whole: bool = True
) -> Body:
    """Render one pathway.

    Parameters
    ----------
    drawn : its charts by key.
    strips : what stands under each tile, where several pathways are compared.
    whole : False leaves out the long lists that are folded up, for pages of several pathways.
    """
    values = _values(payload, drawn, whole)
    values["unprinted"] = _unprinted(values)
    return Body(
        rendered("tiles.html.j2", tiles=tiles(payload), tiles_note=_tiles_note(payload), strips=strips),
        rendered("body.html.j2", **values),
        _links(values),
    )


def _unprinted(values: Mapping[str, Any]) -> str:
    """Name the sections that paper leaves out."""
    names = [name for anchor, name in _links(values) if anchor in ON_SCREEN]
    return _("Not printed: {sections}. All of it stands in this file and in the workbook.").format(
        sections=enumerated([*names, _("long tables and the numbers of each chart")])
    )


def _values(payload: Payload, drawn: Mapping[str, Chart], whole: bool) -> dict[str, Any]:
    """Return what the template of the sections asks for."""
    return {
        "p": payload,
        "charts": drawn,
        "whole": whole,
        "suppliers": [chart for key, chart in drawn.items() if key.startswith("supplier-")],
        "footprint_tables": footprint_tables(payload),
        "programme_tables": programme_tables(payload),
        "each_supplier": supplier_section(payload),
        "power": power_section(payload),
        "rulebooks": rulebook_section(payload),
        "carbon_money": carbon_money_section(payload),
        "freight_tables": freight_tables(payload),
        "beside": beside_table(payload),
        "titles": titles,
        "frontier": charts_frontier,
        "decisions": timetable(payload),
        "decide_by": decide_by(payload),
        "levers": levers_section(payload),
        "no_regret": no_regret_section(payload),
        "futures": futures_section(payload),
        "lanes": lane_table(payload),
        "no_map": charts_map.no_map(payload),
        "facts": _facts(payload),
        "risk_tables": [
            *disruption_tables(payload),
            *response_tables(payload),
            *gate_tables(payload),
            *factor_tables(payload),
            *risk_tables(payload),
        ],
        "target_tables": target_tables(payload),
        "target_details": folded_tables(payload),
        "targets_title": section_title(payload),
        "assumptions": basis.assumptions(payload),
        "uncertainties": basis.uncertainties(payload),
        "quality": basis.quality(payload),
        "marks": basis.MARKS,
        "cap_prices": basis.cap_prices(payload),
        "accounts": _accounts(payload),
        "limits": basis.limits(payload),
    }


def _links(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return anchor and name of each section that is there."""
    found = [
        ("cuts", _("Cuts"), True),
        ("build", _("Decisions"), True),
        ("scopes", _("Emissions"), True),
        ("cost", _("Cost"), True),
        ("frontier", _("Frontier"), "frontier" in values["charts"]),
        ("levers", _("Levers"), values["levers"]),
        ("network", _("Network"), True),
        ("sourcing", _("Sourcing"), True),
        ("suppliers", _("Suppliers"), values["each_supplier"]),
        ("power", _("Power"), values["power"]),
        ("rulebooks", _("Rulebooks"), values["rulebooks"]),
        ("carbon-money", _("Carbon money"), values["carbon_money"]),
        ("no-regret", _("No regret"), values["no_regret"]),
        ("risk", _("Risk"), True),
        ("futures", _("Futures"), values["futures"]),
        ("targets", _("Targets"), values["target_tables"] or values["target_details"]),
        ("basis", _("Basis"), True),
    ]
    return [(anchor, name) for anchor, name, there in found if there]


def _tiles_note(payload: Payload) -> str:
    """Say what the tiles' changes and costs are measured against."""
    periods, scenario = payload["periods"], payload["scenario"]
    first = periods["first"]
    yearly = scenario["discount_rate"]
    costs = (
        _("Costs are net present values, {years}; capital is not discounted.")
        if yearly is None
        else _("Costs are net present values, {years} at {rate} a year; capital is not discounted.")
    )
    return sentences(
        [
            _("Reference is the same case with today's assets and grid power: nothing new, no cap."),
            _("Changes against {first} are against Reference in {first}.").format(first=first),
            costs.format(years=f"{first}\u2013{periods['end']}", rate=rate(yearly or 0.0)),
            _("Scope 2 is {method}.").format(method=in_words(payload["emissions"]["scope2"])),
        ]
    )


def _facts(payload: Payload) -> list[Fact]:
    """Return what the simulation says beside the fan."""
    risk, currency = payload["risk"], payload["scenario"]["currency"]
    if risk is None:
        return []
    found = []
    chance = findings.cap_chance(payload)
    if chance is not None and main_cap(payload) is not None and len(payload["periods"]["start"]) > 1:
        ever = chance["ever"]
        count = _("{missed} of {trials}, 95% interval {interval}").format(
            missed=ever["missed"], trials=risk["trials"], interval=interval(ever["low"], ever["high"])
        )
        found.append(Fact(_("Misses the cap in at least one year"), whole_percent(ever["chance"]), count))
    said = findings.certainty(payload)
    if said is not None:
        found.append(Fact(_("Cost of planning for certainty"), said[0], said[1]))
    cost = risk["cost"]
    found.append(
        Fact(
            _("Cost in 9 of 10 futures"),
            between(money(cost["p5"], currency), money(cost["p95"], currency)),
            _("Net present value; the plan says {amount}").format(amount=money(cost["plan"], currency)),
        )
    )
    prices = price_fact(payload)
    if prices is not None:
        found.append(Fact(_("Cost in 9 of 10 futures, whatever prices do"), *prices))
    low, mean_cost, high = (money(cost["worst"][key], currency) for key in ("low", "mean", "high"))
    ends = _("95% interval {interval}").format(interval=between(low, high))
    found.append(Fact(_("Mean cost of the worst 1 in 20"), mean_cost, ends))
    if risk["service"] is not None:
        worst = min((v for v in risk["service"]["p5"] if v is not None), default=None)
        mean = [v for v in risk["service"]["mean"] if v is not None]
        if worst is not None and mean:
            average = plain(100 * sum(mean) / len(mean))
            found.append(
                Fact(
                    _("Demand delivered"),
                    f"{average}%",
                    _("In the worst year of the worst 1 in 20 futures: {share}%").format(
                        share=plain(100 * worst)
                    ),
                )
            )
    return found


def _accounts(payload: Payload) -> dict[str, Any]:
    """Return the table of emission accounts, with totals by both scope 2 methods."""
    emissions, last = payload["emissions"], payload["periods"]["last"]
    beside = _("{account} (not in the total)")
    named = [
        (_(a["label"]) if a["counted"] else beside.format(account=_(a["label"])), a)
        for a in emissions["accounts"]
    ]
    named += [
        (_("Total, {method}").format(method=in_words(m)), emissions["methods"][m])
        for m in sorted(emissions["methods"], key=lambda m: m != emissions["scope2"])
    ]
    scale = emission_scale(max(max(values["reference"] + values["plan"]) for _name, values in named))
    rows = [
        [
            name,
            *(scale.show(v) for v in (values["reference"][0], values["reference"][-1], values["plan"][-1])),
        ]
        for name, values in named
    ]
    reference = _("Reference {year}")
    headers = [_("Account"), reference.format(year=payload["periods"]["first"]), reference.format(year=last)]
    headers.append(_("Plan {year}").format(year=last))
    unit = _("{unit} CO\u2082e a year; offsets: none counted").format(unit=scale.unit)
    return {"headers": headers, "rows": rows, "unit": unit}
