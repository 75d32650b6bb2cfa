"""The page in a real browser: silent, complete and narrow enough. Needs Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from reporting.page import write_page
from reporting.payload import build_payload

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: the page was not opened"
)
Factory = Callable[..., xr.Dataset]
NASTY = "<img src=x onerror=alert(1)>{b}\u4e2d\u6587 " + "long" * 40


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: the page was not opened"
    )
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


def opened(browser: Any, path: Path, width: int) -> tuple[Any, list[str]]:
    """Open the page and gather everything that should not happen."""
    tab = browser.new_page(viewport={"width": width, "height": 900})
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: (complaints.append("dialog"), dialog.dismiss()))
    tab.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "data:")) else complaints.append(request.url)
        ),
    )
    tab.goto(path.as_uri())
    tab.wait_for_selector("html.drawn", timeout=20_000)
    return tab, complaints


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
    assert "A falling cap cuts emissions 41% by 2035" in text
    assert "its numbers are in the table below" in text


def test_print_takes_some_landscape_pages(browser: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    tab, _ = opened(browser, pages["ordinary"], 1440)
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True)
    after = tab.evaluate("document.documentElement.classList.contains('print')")
    tab.close()
    assert 8 <= pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") <= 15
    assert not after
