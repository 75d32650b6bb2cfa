"""Opening pages in a headless Chromium that is already on the machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: the page was not opened"
)
SERIOUS = ("serious", "critical")


def opened(browser: Any, path: Path, width: int, anchor: str = "") -> tuple[Any, list[str]]:
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
    tab.goto(path.as_uri() + anchor)
    tab.wait_for_selector("html.drawn", timeout=20_000)
    return tab, complaints


def pages_of(tab: Any) -> int:
    """Print the page and count its sheets."""
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True)
    return int(pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page "))


def serious_problems(tab: Any) -> list[tuple[str, str]]:
    """Return what axe finds serious or worse; skips where axe-core is not on the machine.

    It is looked for in ``ZEROLANE_AXE`` (the path of ``axe.min.js``) and in ``node_modules`` of the checkout.
    """
    places = [Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"]
    if os.environ.get("ZEROLANE_AXE"):
        places.insert(0, Path(os.environ["ZEROLANE_AXE"]))
    script = next((place for place in places if place.is_file()), None)
    if script is None:
        pytest.skip("axe-core is not on this machine: set ZEROLANE_AXE to its axe.min.js")
    tab.evaluate(script.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run()")["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]
