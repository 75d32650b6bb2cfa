"""The report: one HTML file that works offline, sends nothing and needs nothing beside it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from reporting import (
    basis,
    charts,
    charts_change,
    charts_cuts,
    charts_frontier,
    charts_map,
    charts_power,
    charts_risk,
    charts_supply,
    findings,
    titles,
)
from reporting.appearance import mode_colours
from reporting.carbon_money_tables import carbon_money_section
from reporting.decisions import timetable
from reporting.disruptions import disruption_tables
from reporting.drawing import Chart
from reporting.figures import count, emission_scale, interval, money, plain, rate, whole_percent
from reporting.footprint_tables import footprint_tables
from reporting.freight_tables import beside_table, freight_tables
from reporting.gates import gate_tables
from reporting.names import listed_names
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

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "font-src data:; img-src data: blob:"
)
FONTS = {
    "inter-400": ("Inter R", "400"),
    "inter-600": ("Inter R", "600 700"),
    "inter-display-600": ("Inter D", "600"),
}
MOST_LANES = 15


@dataclass(frozen=True)
class Fact:
    """One number with its name and a line of context."""

    name: str
    value: str
    context: str


def write_page(payload: Payload, path: Path | str) -> None:
    """Write the report of `payload` to `path` as one self-contained HTML file.

    The page carries a content security policy that forbids every request. Text of the user's data
    is escaped wherever it appears.

    Raises
    ------
    OSError
        When `path` cannot be written.
    """
    Path(path).write_text(render_page(payload), encoding="utf-8")


def render_page(payload: Payload) -> str:
    """Return the report as HTML text."""
    network = charts_map.network_map(payload)
    suppliers = charts_supply.supplier_shares(payload)
    drawn = _drawn(payload, network, suppliers)
    lane_unit, lanes = _lanes(payload)
    outlines = {"land": network.outline} if network is not None else {}
    return _template().render(
        policy=POLICY,
        fonts=[{"family": f, "weight": w, "data": _font(name)} for name, (f, w) in FONTS.items()],
        css=_ours("page.css"),
        echarts=_ours("echarts.min.js"),
        script=_ours("page.js"),
        data=embedded(
            {"charts": {key: _for_script(chart) for key, chart in drawn.items()}, "outlines": outlines}
        ),
        p=payload,
        charts=drawn,
        suppliers=suppliers,
        footprint_tables=footprint_tables(payload),
        programme_tables=programme_tables(payload),
        each_supplier=supplier_section(payload),
        power=power_section(payload),
        rulebooks=rulebook_section(payload),
        carbon_money=carbon_money_section(payload),
        freight_tables=freight_tables(payload),
        beside=beside_table(payload),
        headline=findings.headline(payload),
        summary=findings.summary(payload),
        name=findings.name_of(payload, 40),
        tiles=tiles(payload),
        tiles_note=_tiles_note(payload),
        titles=titles,
        frontier=charts_frontier,
        decisions=timetable(payload),
        lanes=lanes,
        lane_unit=lane_unit,
        facts=_facts(payload),
        risk_tables=[
            *disruption_tables(payload),
            *response_tables(payload),
            *gate_tables(payload),
            *factor_tables(payload),
            *risk_tables(payload),
        ],
        target_tables=target_tables(payload),
        target_details=folded_tables(payload),
        targets_title=section_title(payload),
        assumptions=basis.assumptions(payload),
        uncertainties=basis.uncertainties(payload),
        quality=basis.quality(payload),
        marks=basis.MARKS,
        cap_prices=basis.cap_prices(payload),
        accounts=_accounts(payload),
        limits=basis.limits(payload),
    )


def _drawn(
    payload: Payload, network: charts_map.NetworkMap | None, suppliers: list[Chart]
) -> dict[str, Chart]:
    """Return every chart there is something to draw for, by key."""
    found = [
        charts.hero(payload),
        charts_cuts.wedge(payload),
        charts_cuts.steps(payload),
        charts.capital_by_year(payload),
        charts.emissions_by_scope(payload),
        charts.cost_by_year(payload),
        charts.cost_difference(payload),
        network.chart if network is not None else None,
        charts_change.freight_by_mode(payload),
        charts_change.site_change(payload),
        *suppliers,
        charts_supply.scrap_bases(payload),
        charts_change.processes(payload),
        charts_supply.power(payload),
        charts_power.matched_hours(payload),
        charts_power.scope2_readings(payload),
        charts_power.premium_curve(payload),
        charts_risk.fan(payload),
        charts_risk.service(payload),
        charts_frontier.frontier_chart(payload),
    ]
    return {chart.key: chart for chart in found if chart is not None}


def _for_script(chart: Chart) -> dict[str, Any]:
    """Return what the page's script needs to draw a chart."""
    spoken = {"aria": {"enabled": True, "label": {"description": chart.finding}}}
    if "media" in chart.option:
        option = {**chart.option, "baseOption": {**chart.option["baseOption"], **spoken}}
    else:
        option = {**chart.option, **spoken}
    return {"option": option, "tips": chart.tips}


def embedded(data: Any) -> Markup:
    """Return `data` as JSON that is safe inside a script element: no ``<``, no line separators."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that could end the element is escaped above


@cache
def _template() -> jinja2.Template:
    """Load the page's template; every value in it is escaped unless it is ours."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _asset(name: str) -> str:
    """Read a text asset of the package."""
    return resources.files("reporting").joinpath("assets", name).read_text(encoding="utf-8")


def _ours(name: str) -> Markup:
    """Return a bundled style or script, which is not escaped."""
    return Markup(_asset(name))  # noqa: S704 - a file of this package


@cache
def _font(name: str) -> str:
    """Return a bundled typeface as base64."""
    return base64.b64encode(
        resources.files("reporting").joinpath("assets", f"{name}.woff2").read_bytes()
    ).decode()


def _tiles_note(payload: Payload) -> str:
    """Say what the tiles' changes and costs are measured against."""
    periods, scenario = payload["periods"], payload["scenario"]
    first = periods["first"]
    yearly = scenario["discount_rate"]
    at = f" at {rate(yearly)} a year" if yearly is not None else ""
    return (
        "Reference is the same case with today's assets and grid power: nothing new, no cap. "
        f"Changes against {first} are against Reference in {first}. "
        f"Costs are net present values, {first}\u2013{periods['end']}"
        f"{at}; capital is not discounted. Scope 2 is {in_words(payload['emissions']['scope2'])}."
    )


def _lanes(payload: Payload) -> tuple[str, list[dict[str, Any]]]:
    """Return the unit and the rows of the lane table."""
    lanes = payload["network"]["lanes"]
    colours = mode_colours(mode["key"] for mode in payload["network"]["modes"])
    scale = emission_scale(max((lane["last"] for lane in lanes), default=0.0))
    rows = [
        {
            **lane,
            "colour": colours[lane["mode"]],
            "carries": listed_names(lane["carries"]),
            "km_text": count(lane["km"]),
            "first_text": scale.show(lane["first"]),
            "last_text": scale.show(lane["last"]),
            "share": 100 * lane["last"] / lanes[0]["last"],
        }
        for lane in lanes[:MOST_LANES]
    ]
    return scale.unit, rows


def _facts(payload: Payload) -> list[Fact]:
    """Return what the simulation says beside the fan."""
    risk, currency = payload["risk"], payload["scenario"]["currency"]
    if risk is None:
        return []
    found = []
    chance = findings.cap_chance(payload)
    if chance is not None and main_cap(payload) is not None and len(payload["periods"]["start"]) > 1:
        ever = chance["ever"]
        count = f"{ever['missed']} of {risk['trials']}, 95% interval {interval(ever['low'], ever['high'])}"
        found.append(Fact("Misses the cap in at least one year", whole_percent(ever["chance"]), count))
    said = findings.certainty(payload)
    if said is not None:
        found.append(Fact("Cost of planning for certainty", said[0], said[1]))
    cost = risk["cost"]
    found.append(
        Fact(
            "Cost in 9 of 10 futures",
            f"{money(cost['p5'], currency)} to {money(cost['p95'], currency)}",
            f"Net present value; the plan says {money(cost['plan'], currency)}",
        )
    )
    prices = price_fact(payload)
    if prices is not None:
        found.append(Fact("Cost in 9 of 10 futures, whatever prices do", *prices))
    ends = " to ".join(money(cost["worst"][end], currency) for end in ("low", "high"))
    found.append(
        Fact("Mean cost of the worst 1 in 20", money(cost["worst"]["mean"], currency), f"95% interval {ends}")
    )
    if risk["service"] is not None:
        worst = min((v for v in risk["service"]["p5"] if v is not None), default=None)
        mean = [v for v in risk["service"]["mean"] if v is not None]
        if worst is not None and mean:
            average = plain(100 * sum(mean) / len(mean))
            found.append(
                Fact(
                    "Demand delivered",
                    f"{average}%",
                    f"In the worst year of the worst 1 in 20 futures: {plain(100 * worst)}%",
                )
            )
    return found


def _accounts(payload: Payload) -> dict[str, Any]:
    """Return the table of emission accounts, with totals by both scope 2 methods."""
    emissions, last = payload["emissions"], payload["periods"]["last"]
    named = [(a["label"] + ("" if a["counted"] else " (not in the total)"), a) for a in emissions["accounts"]]
    named += [
        (f"Total, {in_words(m)}", emissions["methods"][m])
        for m in sorted(emissions["methods"], key=lambda m: m != emissions["scope2"])
    ]
    scale = emission_scale(max(max(values["reference"] + values["plan"]) for _, values in named))
    rows = [
        [
            name,
            *(scale.show(v) for v in (values["reference"][0], values["reference"][-1], values["plan"][-1])),
        ]
        for name, values in named
    ]
    headers = ["Account", f"Reference {payload['periods']['first']}", f"Reference {last}", f"Plan {last}"]
    return {"headers": headers, "rows": rows, "unit": f"{scale.unit} CO\u2082e a year; offsets: none counted"}
