"""Charts say what the payload says: the reference is in each, parts sum, tables repeat the picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from reporting import charts, charts_change, charts_cuts, charts_map, charts_risk, charts_supply
from reporting.decisions import timetable
from reporting.drawing import Axis, Chart, value_axis
from reporting.lanes import lane_records, lane_table
from reporting.payload import build_payload

Factory = Callable[..., xr.Dataset]


@pytest.fixture(scope="module")
def payload(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset) -> dict[str, Any]:
    """The ordinary payload."""
    return build_payload(plan, reference, outcome)


def series(chart: Chart) -> dict[str, dict[str, Any]]:
    option = chart.option.get("baseOption", chart.option)
    return {s["id"]: s for s in option["series"]}


def test_yearly_charts_carry_the_reference_and_the_cap(payload: dict[str, Any]) -> None:
    for chart in (charts.hero(payload), charts.emissions_by_scope(payload), charts_cuts.wedge(payload)):
        drawn = series(chart)
        assert drawn["reference"]["data"] == pytest.approx(
            [v / 1e6 for v in payload["emissions"]["reference"]], rel=1e-5
        )
        assert drawn["cap"]["data"] == pytest.approx([v / 1e6 for v in payload["caps"][0]["limit"]], rel=1e-5)
    assert series(charts.cost_by_year(payload))["reference"]["data"][0] == pytest.approx(53.1)


def test_scope_columns_stack_to_the_total(payload: dict[str, Any]) -> None:
    stacks = [s["data"] for s in charts.emissions_by_scope(payload).option["series"] if s["type"] == "bar"]
    total = np.sum([[v or 0 for v in column] for column in stacks], axis=0)
    assert total == pytest.approx([v / 1e6 for v in payload["emissions"]["plan"]], rel=1e-4)


def test_wedge_and_steps_end_where_the_plan_does(payload: dict[str, Any]) -> None:
    parts = charts_cuts.parts(payload)
    reached = payload["emissions"]["reference"][-1] - sum(part["values"][-1] for part in parts)
    assert reached == pytest.approx(payload["emissions"]["plan"][-1])
    table = charts_cuts.steps(payload).numbers
    assert table is not None
    assert table.rows[0][0] == "Reference 2025"
    assert table.rows[-1] == ["Plan 2035", "18.9"]


def test_many_kinds_are_joined_without_losing_a_tonne(make_plan: Factory, reference: xr.Dataset) -> None:
    plan = make_plan()
    kinds = [f"kind {i}" for i in range(plan.sizes["intervention"])]
    savings = plan["intervention_savings"] * 0 + 1000.0
    busy = plan.assign(intervention_savings=savings).assign_coords(intervention_kind=("intervention", kinds))
    parts = charts_cuts.parts(build_payload(busy, reference))
    assert len(parts) <= charts_cuts.MOST_PARTS
    assert any("other kinds" in part["label"] for part in parts)
    total = build_payload(busy, reference)["cuts"]["total"]
    assert np.sum([part["values"] for part in parts], axis=0) == pytest.approx(total)


def test_cost_bars_sum_to_the_extra_cost(payload: dict[str, Any]) -> None:
    table = charts.cost_difference(payload).numbers
    assert table is not None
    values = {name: float(text.replace("\u2212", "-")) for name, text in table.rows}
    assert values.pop("In all") == pytest.approx(payload["cost"]["extra"] / 1e9, rel=0.01)
    assert sum(values.values()) == pytest.approx(payload["cost"]["extra"] / 1e9, rel=0.02)


def test_shares_of_suppliers_sum_to_one(payload: dict[str, Any]) -> None:
    for chart in charts_supply.supplier_shares(payload):
        for year in zip(*(s["data"] for s in chart.option["series"]), strict=True):
            assert sum(part["value"] for part in year) == pytest.approx(1.0)


def test_map_draws_the_widest_lane_widest_and_its_sites_inside(payload: dict[str, Any]) -> None:
    found = charts_map.network_map(payload)
    assert found is not None
    drawn = series(found)
    lanes = drawn["lanes"]["data"]
    widths = [lane["lineStyle"]["width"] for lane in lanes]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] == charts_map.WIDEST
    first = lane_table(payload).rows[0]
    assert (first["from_name"], first["to_name"]) == ("Qian'an ore", "Tangshan mill")
    assert len(lanes) == len(lane_records(payload)["rows"])
    (west, north), (east, south) = found.option["baseOption"]["geo"]["boundingCoords"]
    for name, site_series in drawn.items():
        for site in site_series["data"] if name.startswith("sites-") else []:
            assert west < site["value"][0] < east
            assert south < site["value"][1] < north
    assert [
        f["properties"]["name"] for f in found.outlines[found.option["baseOption"]["geo"]["map"]]["features"]
    ] == ["land", "frame"]


def test_short_names_stay_apart() -> None:
    names = [
        "Angang Steel works, Anshan",
        "Angang Steel works, Bayuquan",
        "Baotou Steel Union (Baogang)",
        "A, B",
    ]
    assert charts_map.place_names(names, 30) == [names[0], names[1], "Baotou Steel Union", "A, B"]


def test_fan_shows_count_interval_and_truncated_axis(payload: dict[str, Any]) -> None:
    chart = charts_risk.fan(payload)
    assert chart is not None
    assert "200 simulated futures" in chart.unit
    assert "does not start at zero" in chart.unit
    rows = dict(chart.tips[-1]["rows"])
    assert rows["Missed"].startswith(f"{payload['risk']['caps'][0]['missed'][-1]} of 200, ")
    drawn = series(chart)
    chances = payload["risk"]["caps"][0]["chance"]
    assert [v or 0 for v in drawn["chance"]["data"]] == pytest.approx([c * 100 for c in chances], abs=1e-3)
    low = [box[0] for box in drawn["chance-interval"]["data"]]
    assert low == pytest.approx([v * 100 for v in payload["risk"]["caps"][0]["low"]])


def test_nothing_to_draw_is_none(make_plan: Factory) -> None:
    bare = build_payload(make_plan(arcs=[], sites=[], adopt=False), make_plan(arcs=[], sites=[], adopt=False))
    empty = [
        charts_change.freight_by_mode,
        charts_supply.scrap_bases,
        charts.capital_by_year,
        charts_risk.fan,
    ]
    assert [draw(bare) for draw in (*empty, charts_risk.service, charts_map.network_map)] == [None] * 6


def test_options_are_plain_json(payload: dict[str, Any]) -> None:
    for chart in (charts.hero(payload), charts_risk.fan(payload), charts_change.site_change(payload)):
        assert chart is not None
        assert json.loads(json.dumps(chart.option, allow_nan=False))


def test_an_almost_empty_step_below_zero_is_closed() -> None:
    axis = Axis(-200, 800, 200).closed_below(-30)
    assert axis.low == pytest.approx(-34.5)
    assert value_axis(axis)["axisLabel"]["customValues"] == [0, 200, 400, 600, 800]
    assert Axis(-200, 800, 200).closed_below(-150).low == -200


def test_timetable_places_bars_and_counts(payload: dict[str, Any]) -> None:
    table = timetable(payload)
    assert not table.many
    assert table.unused == "Carbon capture, Benxi."
    phases = next(kind for kind in table.kinds if kind.name == "Scrap base phase")
    assert phases.used == "2 of 2"
    assert [cell.text for cell in phases.cells[:3]] == ["", "1", "2"]
    assert phases.cells[0].building
    bar = phases.bars[0]
    assert (bar.name, bar.words) == ("Changchun base, phase I", "decided 2025, works from 2026")
    assert bar.start + bar.lead + bar.works == pytest.approx(100)


def test_a_product_bought_in_no_shown_year_gets_no_empty_chart(payload: dict[str, Any]) -> None:
    count = len(payload["mixes"]["suppliers"][0]["rows"][0]["plan"])
    never = {"name": "Port", "plan": [0.0] * count, "reference": [5.0] * count, "rest": False}
    mixes = payload["mixes"]["suppliers"]
    more = payload | {
        "mixes": payload["mixes"] | {"suppliers": [*mixes, {"product": "hbi", "rows": [never]}]}
    }
    assert len(charts_supply.supplier_shares(more)) == len(charts_supply.supplier_shares(payload))
