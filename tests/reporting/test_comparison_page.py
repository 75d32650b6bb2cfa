"""The page of several pathways: all of them are there, on one scale, and only one is shown."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from reporting.all_charts import alike, all_charts
from reporting.charts_compare import bar, looks, planned
from reporting.comparison_page import render_comparison
from reporting.comparison_words import headline, summary
from reporting.drawing import round_axis
from reporting.figures import emission_scale
from reporting.repeats import with_repeats, without_repeats
from reporting.settings import MapKind
from reporting.shared_scales import drawn_alike
from tests.reporting import several

Factory = Callable[..., xr.Dataset]
NASTY = "</script><b>x</b>\"'&{a}\u4e2d\u6587" + "x" * 200


@pytest.fixture(scope="module")
def comparison(make_plan: Factory, make_outcome: Factory) -> dict[str, Any]:
    """Three pathways with a plan and one without."""
    return several.four(make_plan, make_outcome)


@pytest.fixture(scope="module")
def page(comparison: dict[str, Any]) -> str:
    """The page of all four."""
    return render_comparison(comparison)


def script(page: str, key: str) -> Any:
    """The numbers of one pathway as the page's script reads them."""
    found = re.search(
        rf'<script type="application/json" data-pathway="{key}">(.*?)</script>', page, re.DOTALL
    )
    common = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert common is not None
    return with_repeats(json.loads(common[1])["same"], json.loads(found[1]))


def in_sight(page: str) -> str:
    """The document without what waits."""
    return re.sub(r"<(template|script|style).*?</\1>", "", page, flags=re.DOTALL)


def words(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def test_every_pathway_has_a_radio_button_and_all_but_one_wait(page: str) -> None:
    assert re.findall(r'name="pathway" value="([^"]*)"( checked)?', page) == [
        ("as is", ""),
        ("capped", " checked"),
        ("deep cut", ""),
        ("too much", ""),
    ]
    assert re.findall(r'<template data-pathway="([^"]*)"', page) == ["as is", "deep cut", "too much"]
    ids = re.findall(r' id="([^"]*)"', in_sight(page))
    assert len(ids) == len(set(ids))
    for template in re.findall(r"<template.*?</template>", page, re.DOTALL):
        assert re.findall(r'data-part="(\w+)"', template) == ["links", "lead", "sections"]


def test_every_chart_of_a_pathway_is_in_its_numbers(page: str, comparison: dict[str, Any]) -> None:
    for key, payload in planned(comparison).items():
        assert set(script(page, key)["charts"]) == set(all_charts(payload))
    assert list(script(page, "too much")["charts"]) == ["hero"]


def test_the_same_chart_has_the_same_scale_in_all_pathways(comparison: dict[str, Any]) -> None:
    payloads = list(planned(comparison).values())
    alone, together = [all_charts(payload) for payload in payloads], alike(payloads)
    for key in ("scopes", "cost", "wedge", "scrap-bases", "power", "cost-difference"):
        value = "xAxis" if key == "cost-difference" else "yAxis"
        found = [charts[key] for charts in together if key in charts]
        axes = [(chart.option[value]["min"], chart.option[value]["max"]) for chart in found]
        assert len(set(axes)) == 1, key
        assert len({chart.unit.split(";")[0] for chart in found}) == 1, key
        like = [charts[key] for charts in alone if key in charts and charts[key].unit == found[0].unit]
        for axis in (chart.option[value] for chart in like):
            assert axes[0][0] <= axis["min"] <= axis["max"] <= axes[0][1]
    units = {charts["cost-difference"].unit.split(" against")[0] for charts in alone}
    assert units == {"CNY m", "CNY bn"}  # alone, each has the unit that fits it


def test_units_settle_before_axes() -> None:
    def drawer(value: float) -> tuple[str, float, float]:
        scale = emission_scale(value)
        axis = round_axis([value / scale.divisor])
        return scale.unit, axis.low, axis.high

    assert [drawer(v) for v in (500.0, 20_000.0)] == [("t", 0, 500), ("kt", 0, 20)]
    assert drawn_alike(drawer, [500.0, 20_000.0]) == [("kt", 0, 20), ("kt", 0, 20)]
    assert drawer(500.0)[0] == "t"


def test_bars_start_at_zero_and_share_a_scale() -> None:
    row = {"cells": {"a": {"value": -2.0}, "b": {"value": 6.0}, "c": {"value": None}}}
    assert bar(row, "a") == (0, 25)
    assert bar(row, "b") == (25, 75)
    assert bar(row, "c") is None


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(-9, 9)
    | st.sampled_from(["", "x", "long " * 9]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(["one", "two"]), json_values, min_size=1))
def test_what_repeats_is_said_once_and_comes_back_whole(values: dict[str, Any]) -> None:
    table, short = without_repeats(values)
    sent = json.loads(json.dumps([table, short]))
    assert {key: with_repeats(sent[0], value) for key, value in sent[1].items()} == values


def test_a_long_part_of_two_pathways_is_written_once() -> None:
    part = {"sites": ["a name that is long enough", "another that is long"], "at": [1, 2]}
    table, short = without_repeats({"one": {"map": part, "n": 1}, "two": {"map": part, "n": 2}})
    assert table == [part]
    assert short == {"one": {"map": {"$": 0}, "n": 1}, "two": {"map": {"$": 0}, "n": 2}}


def test_six_pathways_with_two_thousand_lanes_stay_below_three_megabytes(make_plan: Factory) -> None:
    large = render_comparison(several.large(make_plan))
    assert len(large.encode()) < 3_000_000
    assert len(script(large, "p5")["lanes"]["rows"]) <= 400
    assert "1,700 smaller lanes" in words(large)


def test_the_headline_is_neutral_until_somebody_chooses(comparison: dict[str, Any]) -> None:
    rows = {row["key"]: row["cells"] for row in comparison["rows"]}
    low, high = rows["emissions"]["deep cut"]["text"], rows["emissions"]["as is"]["text"]
    assert headline(comparison) == f"Three pathways: emissions from {high} to {low} by 2035"
    chosen = headline({**comparison, "chosen": "deep cut", "chosen_by_user": True})
    assert chosen.startswith(f"deep cut: emissions {low} by 2035")
    said = "".join(text for text, _ in summary(comparison))
    assert "capped misses its cap in" in said
    assert "There is no plan for too much" in said


def test_an_infeasible_pathway_is_a_column_with_its_diagnosis(page: str) -> None:
    card = re.search(r'<article class="card" data-card="too much".*?</article>', page, re.DOTALL)
    assert card is not None
    assert "The cap of 2030 is missed by 41 kt." in words(card[0])
    waiting = re.search(r'<template data-pathway="too much">.*?</template>', page, re.DOTALL)
    assert waiting is not None
    assert "too much: no plan" in words(waiting[0])
    assert "raise it by 41 kt" in words(waiting[0])


def test_each_pathway_keeps_its_colour_and_no_two_of_four_share_one(comparison: dict[str, Any]) -> None:
    drawn = looks(comparison)
    assert drawn["capped"].colour == "#034b8f"
    assert len({look.colour for look in drawn.values()}) == 4


def test_users_text_is_only_ever_text(comparison: dict[str, Any]) -> None:
    named = several.many({"payload": planned(comparison)["capped"]}, 2)
    for part in named["pathways"]:
        part["title"] = part["payload"]["pathway"]["title"] = NASTY + part["key"]
        part["payload"]["network"]["sites"][0]["name"] = NASTY
        part["payload"]["network"]["lanes"][0]["from_name"] = NASTY
    large = render_comparison(named)
    assert large.count("<script") == large.count("</script") == 5  # numbers of two, data, library, script
    assert "<b>x</b>" not in large
    assert NASTY[:30] in words(in_sight(large))
    assert script(large, "p0")["lanes"]["sites"].count(NASTY) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cap": False}, "no cap"),
        ({"periods": 1}, "Emissions in 2025"),
        ({"status": "feasible", "gap": 0.07}, "the solver stopped at a limit with a gap of 7.0%"),
        (
            {"sites": [(f"s{i}", f"S{i}", "plant", "own", 0.0, 0.0) for i in range(3)], "arcs": []},
            "All sites have the same coordinates, so there is no map",
        ),
        ({}, "it was not simulated"),
    ],
)
def test_what_is_missing_is_said(make_plan: Factory, changes: dict[str, Any], sentence: str) -> None:
    plan = make_plan(**changes)
    assert sentence in words(render_comparison(several.many(several.pathway(plan, plan, "x"), 2)))


def test_one_pathway_is_no_ranking(make_plan: Factory) -> None:
    plan, reference = make_plan(), make_plan(last=1.06, cap=False, adopt=False, cost_factor=1.0)
    text = words(render_comparison(several.many(several.pathway(plan, reference, "x"), 1)))
    assert "One pathway against Reference" in text
    assert "costs least" not in text


def test_a_schematic_map_has_no_land(comparison: dict[str, Any]) -> None:
    payload = planned(comparison)["capped"]
    for kind, features, said in (
        (MapKind.LAND, ["land", "frame"], "no national or provincial boundaries"),
        (MapKind.SCHEMATIC, ["frame"], "without land, as asked for"),
    ):
        chart = all_charts({**payload, "shown": {"map": kind.value}})["map"]
        assert chart.note in words(render_comparison(several.many({"payload": payload}, 1), kind))
        (outline,) = chart.outlines.values()
        assert [feature["properties"]["name"] for feature in outline["features"]] == features
        assert said in chart.note
