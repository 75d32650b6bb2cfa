"""The page is one file that asks for nothing, escapes everything and says what is missing."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from reporting.page import POLICY, embedded, render_page, write_page
from reporting.payload import build_payload

Factory = Callable[..., xr.Dataset]
NASTY = "</script><script>alert(1)</script>\"'&{a}\u4e2d\u6587" + "x" * 200


class Reader(HTMLParser):
    """Collects elements, resource links and the text that people read."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "link", "img", "input"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.stack):
            self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def page(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset) -> str:
    """The ordinary page."""
    return render_page(build_payload(plan, reference, outcome))


def test_one_file_below_two_megabytes(plan: xr.Dataset, reference: xr.Dataset, tmp_path: Path) -> None:
    write_page(build_payload(plan, reference), tmp_path / "report.html")
    assert [f.name for f in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").stat().st_size < 2_000_000


def test_no_resource_is_fetched_from_anywhere(page: str) -> None:
    for tag, attributes in read(page).elements:
        assert tag not in ("link", "iframe", "img", "object", "embed", "base", "form")
        for name in ("src", "href", "data-src", "action", "srcset", "poster"):
            value = attributes.get(name)
            assert value is None or value.startswith("#"), (tag, value)
        assert not [name for name in attributes if name.startswith("on")]
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert all(
        url.startswith("data:font/woff2") for style in styles for url in re.findall(r"url\(([^)]*)\)", style)
    )
    assert "@import" not in page


def test_policy_forbids_every_request(page: str) -> None:
    assert POLICY == (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        "font-src data:; img-src data: blob:"
    )
    policies = [
        a["content"] for t, a in read(page).elements if a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == [POLICY]


def test_headings_landmarks_and_language(page: str) -> None:
    elements = read(page).elements
    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert {"header", "main", "nav", "footer"} <= {tag for tag, _ in elements}
    assert dict(elements)["html"]["lang"] == "en"
    for _, attributes in elements:
        if "data-chart" in attributes:
            assert attributes["role"] == "img"
            assert attributes["aria-label"]


def test_every_chart_has_its_numbers_in_a_table(page: str) -> None:
    figures = [f for f in page.split("<figure")[1:] if 'data-chart="' in f]
    assert len(figures) >= 14
    assert all("Show the numbers" in figure for figure in figures)


def test_ids_are_unique_and_links_lead_somewhere(page: str) -> None:
    elements = read(page).elements
    ids = [a["id"] for _, a in elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"] for _, a in elements if "href" in a} <= {f"#{i}" for i in ids}


def test_users_text_is_escaped_everywhere(make_plan: Factory, make_outcome: Factory) -> None:
    plan = make_plan(titles={"title": NASTY, "company": NASTY, "pathway_title": NASTY, "currency": "<i>"})
    plan = plan.assign_attrs(warnings_json=json.dumps([NASTY]))
    for name in ("site_name", "intervention_name", "intervention_kind", "operation_process"):
        plan[name] = (plan[name].dims, [f"{NASTY}{i}" for i in range(plan.sizes[plan[name].dims[0]])])
    plan = plan.assign_coords(arc_mode=("arc", [f"{NASTY}{i % 3}" for i in range(plan.sizes["arc"])]))
    result = render_page(build_payload(plan, plan, make_outcome(plan)))
    ordinary = render_page(build_payload(make_plan(), make_plan(), make_outcome(make_plan())))
    assert result.count("<script") == ordinary.count("<script") == 4
    assert result.count("</script") == 4
    assert "alert(1)" in "".join(read(result).text)
    data = re.search(r'data-pathway="">(.*?)</script>', result, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["charts"]["hero"]


def test_embedded_json_cannot_end_its_element() -> None:
    text = str(embedded({"a": "</script><!--\u2028&"}))
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"a": "</script><!--\u2028&"}


@pytest.mark.parametrize(("demo", "shown"), [(0, False), (1, True)])
def test_demonstration_data_wears_a_tag(make_plan: Factory, demo: int, shown: bool) -> None:
    plan = make_plan(demo_data=demo)
    assert ("Demonstration data</span>" in render_page(build_payload(plan, plan))) is shown


def test_a_stopped_solve_wears_a_tag(make_plan: Factory) -> None:
    plan = make_plan(status="feasible", gap=0.07)
    page = render_page(build_payload(plan, plan))
    assert "Solver stopped early</span>" in page
    assert "gap 7.0%" in page


def test_disclaimer_stands_under_the_map(page: str) -> None:
    text = html.unescape("".join(read(page).text))
    assert "no national or provincial boundaries are drawn, and none are implied" in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arcs": []}, "No goods move between sites in 2035."),
        ({"sites": [], "arcs": []}, "The case has no sites to draw."),
        ({"adopt": False}, "No decision is taken"),
        ({"cap": False}, "no cap"),
        (
            {"sites": [("x", "Lisbon", "plant", "own", 38.7, -9.1)], "arcs": []},
            "some sites lie outside the bundled coastline",
        ),
        ({"periods": 1}, "Against Reference"),
        ({"periods": 3, "years": 5}, "2025\u201329"),
    ],
)
def test_what_is_missing_is_said(make_plan: Factory, changes: dict[str, Any], sentence: str) -> None:
    plan = make_plan(**changes)
    assert sentence in html.unescape("".join(read(render_page(build_payload(plan, plan))).text))


def test_many_decisions_are_shown_by_kind(make_plan: Factory) -> None:
    plan = make_plan()
    many = xr.concat(
        [plan.assign_coords(intervention=[f"{i}{n}" for i in plan["intervention"].values]) for n in range(8)],
        "intervention",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
    )
    text = "".join(read(render_page(build_payload(many, plan))).text)
    assert "At work, by kind and year" in text
    assert f"Show all {int((many['adopt'].values.sum(axis=1) > 0).sum())} decisions" in text


def test_the_headline_is_the_golden_one(page: str) -> None:
    heading = re.search(r"<h1>(.*?)</h1>", page)
    assert heading is not None
    assert heading[1] == "A falling cap: emissions \u221241% by 2035 for 3.5% more cost"


def test_chart_options_hold_only_numbers_json_knows(page: str) -> None:
    data = re.search(r'data-pathway="">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    charts = json.loads(data[1], parse_constant=lambda c: pytest.fail(f"not JSON: {c}"))["charts"]
    option = charts["hero"]["option"]
    plan = next(s for s in option["series"] if s["id"] == "plan")
    assert plan["data"][0] == pytest.approx(32.22)
    assert np.isfinite(plan["data"]).all()
