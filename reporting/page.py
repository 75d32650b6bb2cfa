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

from reporting import basis, charts, charts_cuts, charts_map, charts_risk, charts_supply, findings, titles
from reporting.drawing import Chart
from reporting.numbers import interval, money, plain, shorten, tonnes, whole_percent
from reporting.payload import Payload, main_cap
from reporting.tiles import tiles

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; font-src data:; img-src data: blob:"
)
FONTS = {"inter-400": ("Inter R", "400"), "inter-600": ("Inter R", "600 700"), "inter-display-600": ("Inter D", "600")}
MOST_DECISIONS, MOST_LANES = 60, 15


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
    outlines = {"land": network.outline} if network is not None else {}
    return _template().render(
        policy=POLICY,
        fonts=[{"family": f, "weight": w, "data": _font(name)} for name, (f, w) in FONTS.items()],
        css=Markup(_asset("page.css")),
        echarts=Markup(_asset("echarts.min.js")),
        script=Markup(_asset("page.js")),
        data=embedded({"charts": {key: _for_script(chart) for key, chart in drawn.items()}, "outlines": outlines}),
        p=payload,
        charts=drawn,
        suppliers=suppliers,
        headline=findings.headline(payload),
        summary=findings.summary(payload),
        name=findings.name_of(payload, 40),
        tiles=tiles(payload),
        tiles_note=_tiles_note(payload),
        titles=titles,
        decisions=_decisions(payload),
        lanes=_lanes(payload),
        facts=_facts(payload),
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
        charts_supply.freight_by_mode(payload),
        charts_supply.site_change(payload),
        *suppliers,
        charts_supply.scrap_bases(payload),
        charts_supply.processes(payload),
        charts_supply.power(payload),
        charts_risk.fan(payload),
        charts_risk.service(payload),
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
    return Markup(text)


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


@cache
def _font(name: str) -> str:
    """Return a bundled typeface as base64."""
    return base64.b64encode(resources.files("reporting").joinpath("assets", f"{name}.woff2").read_bytes()).decode()


def _tiles_note(payload: Payload) -> str:
    """Say what the tiles' changes and costs are measured against."""
    periods, scenario = payload["periods"], payload["scenario"]
    rate = scenario["discount_rate"]
    at = f" at {plain(rate * 100)}% a year" if rate is not None else ""
    return (
        f"Reference is the same case with nothing new decided and no cap. Changes against {periods['first']} are "
        f"against Reference in {periods['first']}. Costs are net present values, {periods['first']}\u2013{periods['end']},"
        f"{at}; capital is not discounted. Scope 2 is {payload['emissions']['scope2']}-based."
    )


def _decisions(payload: Payload) -> dict[str, Any]:
    """Return the timetable of decisions: rows by kind with where their bars lie, in percent."""
    start, end = payload["periods"]["first"], payload["periods"]["end"] + 1
    chosen = [row for row in payload["interventions"] if row["chosen"]]
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(chosen, key=lambda r: (r["decided"], r["name"]))[:MOST_DECISIONS]:
        since = row["works_from"] if row["works_from"] is not None else end
        until = row["works_to"] + 1 if row["works_to"] is not None else end
        scale = 100 / (end - start)
        kinds.setdefault(row["kind"], []).append(
            {
                **row,
                "from": (row["decided"] - start) * scale,
                "lead": max(since - row["decided"], 0) * scale,
                "works": max(min(until, end) - since, 0) * scale,
                "when": _when(row, payload["periods"]["end"]),
            }
        )
    unused = [row["name"] for row in payload["interventions"] if not row["chosen"]]
    years = list(range(start, end, max(1, (end - start) // 5)))
    return {
        "kinds": kinds,
        "hidden": max(len(chosen) - MOST_DECISIONS, 0),
        "unused": [shorten(name, 60) for name in unused[:12]],
        "unused_more": max(len(unused) - 12, 0),
        "ticks": [(year, (year - start) * 100 / (end - start)) for year in years],
        "axis": f"{start} \u2192 {end - 1}",
    }


def _when(row: dict[str, Any], end: int) -> str:
    """Say in words when something is decided and works."""
    if row["works_from"] is None:
        return f"decided {row['decided']}, works after {end}"
    ended = f", until {row['works_to']}" if row["works_to"] < end else ""
    if row["works_from"] == row["decided"]:
        return f"from {row['decided']}{ended}"
    return f"decided {row['decided']}, works from {row['works_from']}{ended}"


def _lanes(payload: Payload) -> list[dict[str, Any]]:
    """Return the rows of the lane table."""
    from reporting.appearance import humanise, mode_colour

    modes = list(dict.fromkeys(lane["mode"] for lane in payload["network"]["lanes"]))
    return [
        {
            **lane,
            "mode_name": humanise(lane["mode"]),
            "colour": mode_colour(lane["mode"], modes.index(lane["mode"])),
            "carries": ", ".join(p.replace("_", " ") for p in lane["products"]),
            "km_text": plain(lane["km"]),
            "first_text": tonnes(lane["first"]),
            "last_text": tonnes(lane["last"]),
            "share": 100 * lane["last"] / payload["network"]["lanes"][0]["last"],
        }
        for lane in payload["network"]["lanes"][:MOST_LANES]
    ]


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
    cost = risk["cost"]
    found.append(
        Fact(
            "Cost in 9 of 10 futures",
            f"{money(cost['p5'], currency)} to {money(cost['p95'], currency)}",
            f"Net present value; the plan says {money(cost['plan'], currency)}",
        )
    )
    if risk["service"] is not None:
        worst = min((v for v in risk["service"]["p5"] if v is not None), default=None)
        mean = [v for v in risk["service"]["mean"] if v is not None]
        if worst is not None and mean:
            average = plain(100 * sum(mean) / len(mean))
            found.append(Fact("Demand delivered", f"{average}%", f"In the worst year of the worst 1 in 20 futures: {plain(100 * worst)}%"))
    return found


def _accounts(payload: Payload) -> dict[str, Any]:
    """Return the table of emission accounts: first and last year of plan and reference, both scope 2 methods."""
    emissions, last = payload["emissions"], payload["periods"]["last"]
    rows = []
    for account in emissions["accounts"]:
        mark = "" if account["counted"] else " (not in the total)"
        values = (account["reference"][0], account["reference"][-1], account["plan"][-1])
        rows.append([account["label"] + mark, *(tonnes(v) for v in values)])
    for method in (emissions["scope2"], emissions["other_scope2"]):
        both = emissions["methods"][method]
        values = (both["reference"][0], both["reference"][-1], both["plan"][-1])
        rows.append([f"Total, {method}-based", *(tonnes(v) for v in values)])
    headers = ["Account", f"Reference {payload['periods']['first']}", f"Reference {last}", f"Plan {last}"]
    return {"headers": headers, "rows": rows}
