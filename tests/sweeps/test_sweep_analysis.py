"""What a sweep tells: indices against published values, closed forms, thresholds, and the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hydra_plugins.zerolane_points._designs import Choice, Design, Interval
from reporting.language import speaking
from reporting.settings import Language
from reporting.sweeps.collect import collect
from reporting.sweeps.indices import indices
from reporting.sweeps.page import render_sweep_page, text_summary, write_sweep_page
from reporting.sweeps.points import SweepPoints
from reporting.sweeps.responses import responses, undominated
from reporting.sweeps.tipping import FEASIBLE, tipping_points
from scenarios.errors import ConfigError
from tests.reporting.in_browser import needs_chromium, opened, serious_problems
from tests.sweeps.made_sweep import made_sweep

PI = np.pi
# Ishigami and Homma 1990 with a = 7, b = 0.1; indices by Saltelli et al. 2008, Global Sensitivity Analysis,
# section 4.6: V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = b^2 pi^8 (1/18 - 1/50).
A, B = 7.0, 0.1
V1, V2, V13 = 0.5 * (1 + B * PI**4 / 5) ** 2, A**2 / 8, B**2 * PI**8 * (1 / 18 - 1 / 50)
FIRST = np.array([V1, V2, 0.0]) / (V1 + V2 + V13)
TOTAL = np.array([V1 + V13, V2, V13]) / (V1 + V2 + V13)


def ishigami(values: dict[str, Any]) -> dict[str, Any]:
    """Answer a point with the function, as its extra cost."""
    x, y, z = values["x"], values["y"], values["z"]
    return {"cost": np.sin(x) + A * np.sin(y) ** 2 + B * z**4 * np.sin(x)}


def test_sobol_indices_of_ishigami_match_the_published_values_within_their_intervals(tmp_path: Path) -> None:
    pytest.importorskip("SALib")
    factors = {name: Interval(-PI, PI) for name in ("x", "y", "z")}
    root = made_sweep(tmp_path, Design("saltelli", 512, 3), factors, ishigami)
    told = indices(SweepPoints(collect(root)), "extra_cost")
    assert told.attrs["points"] == 512 * 5
    assert (abs(told["first_order"] - FIRST) <= told["first_order_interval"]).all()
    assert (abs(told["total"] - TOTAL) <= told["total_interval"]).all()
    assert float(told["first_order_interval"].max()) < 0.2  # intervals that say something
    assert [round(float(v), 2) for v in FIRST] == [0.31, 0.44, 0.0]  # as printed there
    assert [round(float(v), 2) for v in TOTAL] == [0.56, 0.44, 0.24]


def test_morris_effects_of_a_plane_are_its_slopes(tmp_path: Path) -> None:
    """Over its whole range a setting moves a plane by slope times width, everywhere alike: no spread."""
    pytest.importorskip("SALib")
    factors = {"a": Interval(10, 30), "b": Interval(0, 1), "c": Interval(5, 6)}
    design = Design("morris", 8, 2)
    root = made_sweep(tmp_path, design, factors, lambda v: {"cost": 3 * v["a"] - 50 * v["b"]})
    told = indices(SweepPoints(collect(root)), "extra_cost")
    assert told["effect"].to_numpy() == pytest.approx([60, 50, 0])
    assert told["direction"].to_numpy() == pytest.approx([60, -50, 0])
    assert told["spread"].to_numpy() == pytest.approx([0, 0, 0], abs=1e-9)
    assert told.attrs["units"] == "EUR"


def test_indices_refuse_points_without_an_answer_and_other_designs(tmp_path: Path) -> None:
    pytest.importorskip("SALib")
    factors = {"x": Interval(0, 1), "y": Interval(0, 1)}
    root = made_sweep(
        tmp_path / "s", Design("saltelli", 8), factors, lambda v: None if v["x"] > 0.9 else {"cost": v["x"]}
    )
    points = SweepPoints(collect(root))
    missing = int((points.texts("state") == "infeasible").sum())
    with pytest.raises(ConfigError, match=rf"{missing} of 32 points have no extra_cost: p\w+ \(infeasible\)"):
        indices(points, "extra_cost")
    grid = made_sweep(tmp_path / "g", Design("grid"), {"x": Choice((0, 1))}, lambda v: {"cost": v["x"]})
    with pytest.raises(ConfigError, match="this sweep is grid"):
        indices(SweepPoints(collect(grid)), "extra_cost")


def test_a_threshold_is_found_where_decisions_flip(tmp_path: Path) -> None:
    """The furnace comes above a carbon price of 60, whatever demand is; no plan meets a limit below 0.4."""

    def answer(values: dict[str, Any]) -> dict[str, Any] | None:
        if values["limit"] < 0.4:
            return None
        return {"cost": 1.0, "adopted": {"furnace": 2030} if values["price"] > 60 else {}}

    factors = {
        "price": Choice((20, 40, 50, 70, 90)),
        "demand": Choice((0.9, 1.0, 1.1)),
        "limit": Choice((0.3, 0.5, 0.7, 0.9)),
    }
    found = tipping_points(SweepPoints(collect(made_sweep(tmp_path, Design("grid"), factors, answer))))
    plan, furnace = found
    assert (plan.what, plan.setting, plan.low, plan.high, plan.above) == (FEASIBLE, "limit", 0.3, 0.5, True)
    assert (plan.taken, plan.of, plan.right) == (45, 60, 1.0)
    assert (furnace.what, furnace.setting, furnace.low, furnace.high) == ("furnace", "price", 50, 70)
    assert (furnace.above, furnace.taken, furnace.of, furnace.right) == (True, 18, 45, 1.0)


def test_what_no_setting_tips_is_not_told(tmp_path: Path) -> None:
    """A decision on the parity of the point: no threshold tells four in five rightly."""
    factors = {"price": Choice(tuple(range(20)))}
    root = made_sweep(
        tmp_path,
        Design("grid"),
        factors,
        lambda v: {"cost": 1.0, "adopted": {"trucks": 2025} if v["price"] % 2 else {}},
    )
    assert tipping_points(SweepPoints(collect(root))) == []


def test_responses_are_averages_along_a_setting(tmp_path: Path) -> None:
    """Cost is 10 a + b over a grid: along a the average rises by 10 a step, along b by one."""
    factors = {"a": Choice((1, 2, 3)), "b": Choice((0, 4)), "kind": Choice(("x", "y"))}
    root = made_sweep(tmp_path, Design("grid"), factors, lambda v: {"cost": 10.0 * v["a"] + v["b"]})
    a, b, kind = responses(SweepPoints(collect(root)), "extra_cost")
    assert (a.setting, a.values, a.means, a.swing) == ("a", [1, 2, 3], [12, 22, 32], (12, 32))
    assert (b.setting, b.means, b.swing) == ("b", [20, 24], (20, 24))
    assert (kind.names, kind.means, kind.swing) == (["x", "y"], [22, 22], (22, 22))
    assert a.counts == [4, 4, 4]


def test_dominated_points_are_told_no_surer_than_their_gaps(tmp_path: Path) -> None:
    """Points (emissions, cost): B is beaten by A; C within its gap of A is not; D emits least."""
    table = {0: (5.0, 100.0, 0.0), 1: (6.0, 110.0, 0.0), 2: (6.0, 104.0, 0.05), 3: (4.0, 200.0, 0.0)}

    def answer(values: dict[str, Any]) -> dict[str, Any]:
        emitted, cost, gap = table[values["which"]]
        return {"cost": cost, "emissions": (9.0, emitted), "gap": gap}

    root = made_sweep(tmp_path, Design("grid"), {"which": Choice(tuple(table))}, answer)
    assert undominated(SweepPoints(collect(root))).tolist() == [True, False, True, True]


NASTY = "data.offers[<script>alert(1)</script>\u4e2d\u6587 {b}].scale"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a Latin hypercube of 60 points, some without a plan, one setting with an awkward name."""

    def answer(values: dict[str, Any]) -> dict[str, Any] | None:
        if values["cap"] < 0.35:
            return None
        cost = 1e8 * (1 - values["cap"]) * values[NASTY]
        adopted = {"furnace": 2030} if values["cap"] < 0.6 else {}
        return {
            "cost": cost,
            "emissions": (2e5, 2e5 * values["cap"]),
            "adopted": adopted,
            "chance": values["cap"],
        }

    folder = tmp_path_factory.mktemp("page")
    factors = {
        "cap": Interval(0.3, 0.9),
        NASTY: Interval(0.8, 1.2),
        "pathway": Choice(("capped", "deep_cut")),
    }
    dataset = collect(made_sweep(folder, Design("lhs", 60), factors, answer))
    write_sweep_page(dataset, folder / "sweep.html")
    return folder


def test_page_says_what_the_dataset_holds(page: Path) -> None:
    dataset = collect(page)
    with_plan = int((dataset["state"] == "ok").sum())
    text = render_sweep_page(dataset)
    assert f"{with_plan} of 60 points have a plan" in text
    assert "<script>alert" not in text
    assert f"{with_plan} of 60 points have a plan" in text_summary(dataset)
    with pytest.raises(ConfigError, match="no figure of a sweep"):
        render_sweep_page(dataset, "profit")


def test_page_speaks_chinese(page: Path) -> None:
    with speaking(Language.CHINESE):
        assert 'lang="zh"' in render_sweep_page(collect(page))


def test_page_of_a_sweep_without_any_plan_says_so(tmp_path: Path) -> None:
    root = made_sweep(tmp_path, Design("grid"), {"x": Choice((0, 1))}, lambda _v: None)
    text = render_sweep_page(collect(root))
    assert "0 of 2 points have a plan" in text
    assert "No point has a plan" in text


@needs_chromium
@pytest.mark.parametrize("width", [1440, 390])
def test_page_in_a_browser_is_silent_complete_and_fits(browser: Any, page: Path, width: int) -> None:
    tab, complaints = opened(browser, page / "sweep.html", width)
    drawn = tab.eval_on_selector_all(
        "[data-chart]", "all => all.map(c => [c.dataset.chart, c.querySelectorAll('svg path').length])"
    )
    wide = tab.evaluate("document.documentElement.scrollWidth")
    tab.close()
    assert complaints == []
    assert {name for name, _ in drawn} >= {"cloud", "swings", "answer-0"}
    assert all(marks > 0 for _, marks in drawn)
    assert wide <= width


@needs_chromium
def test_page_is_open_to_all(browser: Any, page: Path) -> None:
    tab, _complaints = opened(browser, page / "sweep.html", 1440)
    found = serious_problems(tab)
    tab.close()
    assert found == []
