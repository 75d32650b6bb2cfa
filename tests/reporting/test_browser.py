"""The page in a real browser: silent, complete, narrow enough and open to all. Needs Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from reporting.page import write_page
from reporting.payload import build_payload
from tests.reporting.in_browser import needs_chromium, opened, pages_of, serious_problems

pytestmark = needs_chromium
Factory = Callable[..., xr.Dataset]
ENDS = """[...document.querySelectorAll('.lanes tbody tr')]
    .map(row => [row.cells[0].innerText, row.cells[1].childNodes[0].data])"""
FADED = """echarts.getInstanceByDom(document.querySelector('[data-chart=map]')).getOption().series
    .find(series => series.id === 'lanes').data.filter(lane => lane.lineStyle.opacity === 0.07).length"""
NASTY = "<img src=x onerror=alert(1)>{b}\u4e2d\u6587 " + "long" * 40


@pytest.fixture(scope="module")
def pages(
    make_plan: Factory,
    make_outcome: Factory,
    with_studies: Factory,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    """The ordinary page and the awkward ones."""
    folder = tmp_path_factory.mktemp("pages")
    plan, reference = make_plan(), make_plan(last=1.06, cap=False, adopt=False, cost_factor=1.0)
    one, one_reference = make_plan(periods=1), make_plan(periods=1, cap=False, adopt=False)
    bare = make_plan(arcs=[], adopt=False, cap=False)
    nasty = make_plan(titles={"title": NASTY, "company": NASTY, "pathway_title": NASTY})
    nasty["site_name"] = ("site", [f"{NASTY}{i}" for i in range(nasty.sizes["site"])])
    payloads = {
        "ordinary": build_payload(plan, reference, with_studies(make_outcome(plan))),
        "one year": build_payload(one, one_reference, make_outcome(one)),
        "bare": build_payload(bare, bare),
        "nasty": build_payload(nasty, reference, make_outcome(nasty)),
    }
    for name, payload in payloads.items():
        write_page(payload, folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in payloads}


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", ["ordinary", "one year", "bare", "nasty"])
def test_page_is_silent_complete_and_fits(
    browser: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    tab, complaints = opened(browser, pages[name], width)
    drawn = tab.eval_on_selector_all(
        "[data-chart]",
        "all => all.map(c => [c.dataset.chart, c.querySelectorAll('svg path').length, c.clientHeight])",
    )
    wide = tab.evaluate("document.documentElement.scrollWidth")
    tab.close()
    assert complaints == []
    assert drawn
    assert all(marks > 0 and height > 20 for _, marks, height in drawn), drawn
    assert wide <= width


def test_hover_shows_text_and_never_markup(browser: Any, pages: dict[str, Path]) -> None:
    tab, complaints = opened(browser, pages["nasty"], 1440)
    for chart in ("supplier-0", "steps", "sites", "map", "hero"):
        place = tab.locator(f"[data-chart={chart}]")
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        for across in (0.3, 0.45, 0.6, 0.8):
            for down in (0.2, 0.5, 0.7):
                tab.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
                tab.wait_for_timeout(30)
    shown = " ".join(tab.locator(".tip").all_inner_texts())
    images = tab.locator("img").count()
    tab.close()
    assert "2025" in shown or "2035" in shown
    assert images == 0
    assert complaints == []


def test_without_javascript_the_page_still_answers(browser: Any, pages: dict[str, Path]) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(pages["ordinary"].as_uri())
    text = tab.inner_text("body")
    context.close()
    assert "A falling cap: emissions \u221241% by 2035" in text
    assert "its numbers are in the table below" in text


def test_print_takes_some_landscape_pages(browser: Any, pages: dict[str, Path]) -> None:
    tab, _ = opened(browser, pages["ordinary"], 1440)
    sheets = pages_of(tab)
    after = tab.evaluate("document.documentElement.classList.contains('print')")
    tab.close()
    assert 6 <= sheets <= 10
    assert not after


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_no_serious_problem(browser: Any, pages: dict[str, Path], width: int) -> None:
    tab, _ = opened(browser, pages["ordinary"], width)
    found = serious_problems(tab)
    tab.close()
    assert found == []


def test_a_site_or_a_kind_chosen_filters_table_and_map(browser: Any, pages: dict[str, Path]) -> None:
    tab, complaints = opened(browser, pages["ordinary"], 1440)
    before = tab.evaluate(ENDS)
    tab.select_option("[data-filter] select", label="Benxi mill")
    chosen = tab.evaluate(ENDS)
    hidden = tab.evaluate(FADED)
    tab.select_option("[data-filter] select", value="")
    tab.check("[data-filter] input[value='2']", force=True)  # deliveries
    delivered, again = tab.evaluate(ENDS), tab.evaluate(FADED)
    tab.check("[data-filter] input[value='']", force=True)
    after = tab.evaluate(ENDS)
    tab.close()
    expected = [row for row in before if "Benxi mill" in row]
    assert 0 < len(chosen) < len(before)
    assert chosen == expected
    assert hidden == len(before) - len(chosen)
    assert delivered == [row for row in before if row[1] == "Shenyang market"]
    assert again == len(before) - len(delivered)
    assert after == before
    assert complaints == []


def test_a_click_on_the_map_filters_by_that_site(browser: Any, pages: dict[str, Path]) -> None:
    tab, _ = opened(browser, pages["ordinary"], 1440)
    tab.locator("[data-chart=map]").scroll_into_view_if_needed()
    at = tab.evaluate(
        """() => {
        const place = document.querySelector('[data-chart=map]'), chart = echarts.getInstanceByDom(place);
        const series = chart.getOption().series.find(s => s.id === 'sites-customer');
        const [x, y] = chart.convertToPixel('geo', series.data[0].value), box = place.getBoundingClientRect();
        return [box.x + x, box.y + y];
        }"""
    )
    tab.mouse.click(*at)
    ends = tab.evaluate(
        "[...document.querySelectorAll('.lanes tbody tr')].map(r => r.cells[1].childNodes[0].data)"
    )
    tab.close()
    assert set(ends) == {"Shenyang market"}
