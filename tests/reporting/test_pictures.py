"""Charts as files: the same drawing as on the page, and the payload's numbers in full."""

from __future__ import annotations

import csv
import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xarray as xr

from reporting.all_charts import all_charts
from reporting.appearance import CAP, PLAN
from reporting.drawing import Chart, Figure, Key, Numbers, in_full, in_percent
from reporting.figures import plain, whole_percent
from reporting.page import write_page
from reporting.payload import Payload, build_payload, cap_line
from reporting.pictures import write_csv
from tests.reporting.in_browser import needs_chromium, opened

Factory = Callable[..., xr.Dataset]
SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?[\d.]+")
NASTY = "<script>alert(1)</script>\"'&{b}\u4e2d\u6587 " + "long" * 50


@pytest.fixture(scope="module")
def payload(make_plan: Factory, make_outcome: Factory) -> Payload:
    """A plan with a cap and its trials."""
    plan = make_plan()
    return build_payload(plan, make_plan(last=1.06, cap=False, adopt=False), make_outcome(plan))


@pytest.fixture(scope="module")
def charts(payload: Payload) -> dict[str, Chart]:
    """All its charts."""
    return all_charts(payload)


@pytest.fixture(scope="module")
def pen() -> Iterator[Any]:
    """What draws."""
    for name in ("py_mini_racer", "fontTools", "brotli"):
        pytest.importorskip(name, reason="the extra `pictures` is not installed: nothing was drawn")
    from reporting.picture import draughtsman

    with draughtsman() as found:
        yield found


@pytest.fixture(scope="module")
def raster() -> Iterator[Any]:
    """What makes PNG."""
    for name in ("resvg_py", "fontTools", "brotli"):
        pytest.importorskip(name, reason="the extra `pictures` is not installed: nothing was drawn")
    from reporting.picture import rasteriser

    with rasteriser() as found:
        yield found


def rows_of(chart: Chart, folder: Path) -> list[list[str]]:
    write_csv(chart, folder / "x.csv")
    return list(csv.reader(io.StringIO((folder / "x.csv").read_text(encoding="utf-8-sig"))))


def texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]


def pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of a PNG of eight bits without interlacing, unfiltered by hand."""
    width, height, _depth, kind = struct.unpack(">IIBB", png[16:26])
    size, data, at = {2: 3, 6: 4}[kind], b"", 8
    while at < len(png):
        long, name = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + long] if name == b"IDAT" else b""
        at += 12 + long
    raw, rows, above = zlib.decompress(data), [], bytes(width * size)
    for y in range(height):
        start = y * (width * size + 1)
        how, row = raw[start], bytearray(raw[start + 1 : start + 1 + width * size])
        for x in range(width * size):
            left = row[x - size] if x >= size else 0
            up, corner = above[x], above[x - size] if x >= size else 0
            guess = min((left, up, corner), key=lambda v: abs(left + up - corner - v))
            row[x] = (row[x] + (0, left, up, (left + up) // 2, guess)[how]) % 256
        above = bytes(row)
        rows.append(above)
    return width, height, [row[i : i + 3] for row in rows for i in range(0, len(row), size)]


def test_csv_has_the_numbers_of_the_payload_in_full(
    payload: Payload, charts: dict[str, Chart], tmp_path: Path
) -> None:
    head, *rows = rows_of(charts["hero"], tmp_path)
    assert head[0] == "Year"
    assert [row[0] for row in rows] == payload["periods"]["labels"]
    divisor = {"t": 1.0, "kt": 1e3, "Mt": 1e6}[rows[0][-1].split()[0]]
    for name, values in (
        ("Reference", payload["emissions"]["reference"]),
        ("Plan", payload["emissions"]["plan"]),
        ("Cap", cap_line(payload)),
    ):
        told = [row[head.index(name)] for row in rows]
        assert [text == "" for text in told] == [value is None for value in values]
        found = [float(text) * divisor for text in told if text]
        assert found == pytest.approx([value for value in values if value is not None], rel=1e-9)


def test_steps_in_full_lead_from_reference_to_plan(
    payload: Payload, charts: dict[str, Chart], tmp_path: Path
) -> None:
    _head, *rows = rows_of(charts["steps"], tmp_path)
    level, divisor = 0.0, {"t": 1.0, "kt": 1e3, "Mt": 1e6}[rows[0][-1].split()[0]]
    for name, value, _shown in rows:
        whole = name.startswith(("Reference", "Plan"))
        assert not whole or level in (0.0, pytest.approx(float(value), rel=1e-8))
        level = float(value) if whole else level + float(value)
    assert level == pytest.approx(payload["emissions"]["plan"][-1] / divisor, rel=1e-8)


def test_every_table_of_numbers_is_a_file_of_as_many_cells(charts: dict[str, Chart], tmp_path: Path) -> None:
    for chart in charts.values():
        if chart.numbers is not None:
            found = rows_of(chart, tmp_path)
            assert [row[0] for row in found[1:]] == [str(row[0]) for row in chart.numbers.rows]
            assert {len(row) for row in found} == {len(chart.numbers.headers) + 1}
            assert any(isinstance(cell, Figure) for row in chart.numbers.rows for cell in row), chart.key


def test_units_stand_in_the_head_and_formulas_are_text(tmp_path: Path) -> None:
    numbers = Numbers(
        ["Name", "Share", "Amount"],
        [
            ["=HYPERLINK(1)", in_percent(whole_percent, 1 / 3), in_full(plain, 123456.789, 1e3)],
            ["-", in_percent(whole_percent, None), in_full(plain, None)],
        ],
    )
    chart = Chart("x", "Title", "kt", "", {}, numbers=numbers)
    assert numbers.rows[0][1:] == ["33%", "123"]
    assert rows_of(chart, tmp_path) == [
        ["Name", "Share, %", "Amount", "Shown as"],
        ["'=HYPERLINK(1)", "33.33333333", "123.456789", "kt"],
        ["'-", "", "", "kt"],
    ]


def test_svg_of_the_hero_has_series_and_labels(pen: Any, charts: dict[str, Chart]) -> None:
    svg = pen.svg(charts["hero"], 900, "Case, 2025")
    root = ET.fromstring(svg)
    found = texts(svg)
    assert root.get("width") == "900"
    assert root.find(f"{SVG}desc").text == charts["hero"].finding
    for text in (charts["hero"].title, charts["hero"].unit, "Case, 2025", "2025", "2035"):
        assert text in found
    assert any(text.startswith("Cap") for text in found)
    strokes = [path.get("stroke") for path in root.iter(f"{SVG}path") if path.get("fill") == "none"]
    assert {PLAN, CAP} <= set(strokes)
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", svg)


def test_every_chart_is_drawn_as_sound_xml(pen: Any, charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        root = ET.fromstring(pen.svg(chart, 700, "x"))
        assert len(list(root.iter(f"{SVG}path"))) > 0, chart.key


def test_names_are_text_and_never_markup(make_plan: Factory, pen: Any, raster: Any) -> None:
    plan = make_plan(titles={"title": NASTY, "company": NASTY, "pathway_title": NASTY})
    plan["site_name"] = ("site", [f"{NASTY}{i}" for i in range(plan.sizes["site"])])
    for key, chart in all_charts(build_payload(plan, plan)).items():
        svg = pen.svg(chart, 500, NASTY)
        root = ET.fromstring(svg)
        assert {part.tag for part in root.iter()}.isdisjoint({f"{SVG}script", f"{SVG}img"}), key
        if key in ("hero", "map"):
            assert raster.png(svg, 200)[:4] == b"\x89PNG"


def test_texts_wrap_within_the_picture(pen: Any) -> None:
    from reporting.typefaces import PLAIN, typeface

    face = typeface(PLAIN)
    lines = face.wrapped("one two three " * 20 + "x" * 300 + "\u4e2d" * 60, 13.0, 200.0)
    assert all(face.width(line, 13.0) <= 200 for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == "onetwothree" * 20 + "x" * 300 + "\u4e2d" * 60
    assert face.width("1", 10) == face.width("8", 10)  # figures are equally wide
    chart = Chart(
        "x", "T", "u", "f", {"series": []}, 80, legend=[Key("#123456", f"entry {i}") for i in range(30)]
    )
    marks = [
        part
        for part in ET.fromstring(pen.svg(chart, 400, "x")).iter(f"{SVG}rect")
        if part.get("fill") == "#123456"
    ]
    assert len(marks) == 30


def test_png_has_the_size_asked_for_and_the_colours_drawn(
    pen: Any, raster: Any, charts: dict[str, Chart]
) -> None:
    svg = pen.svg(charts["hero"], 400, "x")
    root = ET.fromstring(svg)
    width, height, colours = pixels(raster.png(svg, 600))
    assert (width, height) == (600, round(600 * int(root.get("height")) / 400))
    assert bytes.fromhex(PLAN[1:]) in colours
    assert colours[0] == bytes.fromhex("fbfaf7")
    assert 0.005 < sum(colour != colours[0] for colour in colours) / len(colours) < 0.5


def test_signs_without_a_typeface_are_told(raster: Any) -> None:
    assert raster.unreadable("Abc 123 \u2212 CO\u2082") == ""
    assert raster.unreadable("a\U000f1234") == "\U000f1234"


@needs_chromium
def test_the_drawing_is_that_of_the_page(
    browser: Any, pen: Any, payload: Payload, charts: dict[str, Chart], tmp_path: Path
) -> None:
    write_page(payload, tmp_path / "page.html")
    tab, complaints = opened(browser, tmp_path / "page.html", 1440)
    for key in ("hero", "wedge", "scopes", "fan"):
        on_page = tab.eval_on_selector(
            f"[data-chart={key}]",
            """place => [place.clientWidth, place.clientHeight,
                [...place.querySelectorAll('text')].map(text => text.textContent),
                [...place.querySelectorAll('path')].map(path => path.getAttribute('d'))]""",
        )
        width, height, words, paths = on_page
        root = ET.fromstring(pen.drawing(charts[key], width, height))
        own_words = texts(ET.tostring(root, encoding="unicode"))  # lines may break elsewhere
        assert "".join("".join(own_words).split()) == "".join("".join(words).split()), key
        drawn = [str(path.get("d")) for path in root.iter(f"{SVG}path")]
        assert len(drawn) == len(paths) > 5, key
        starts = [[float(number) for number in NUMBER.findall(path)[:2]] for path in [*drawn, *paths]]
        for own, other in zip(starts[: len(drawn)], starts[len(drawn) :], strict=True):
            assert own == pytest.approx(other, abs=0.06), key  # one decimal where there is no page
    tab.close()
    assert complaints == []
