"""compare on the command line: pathways side by side, every number of the page from the Datasets."""

from __future__ import annotations

import io
import json
import signal
import sys
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import cli
from reporting.charts_cuts import parts, steps, wedge
from reporting.figures import emission_scale, money, percent, tonnes, whole_percent
from reporting.findings import headline, is_reference
from reporting.run_folder import read_dataset
from reporting.tiles import tiles

QUICK = ["scenario=tutorial", "simulation.trials=12", "simulation.workers=1", "compare.workers=1"]
PATHWAYS = ["least_cost", "as_is", "capped"]
TIGHT = "# @package _global_\npathway: {name: tight, title: Too tight}\ncarbon: {cap_2026: 0.1}\n"
FLAGSHIP = ["as_is", "least_cost", "capped", "deep_cut"]
METHOD = {"scope2_market": "market", "scope2_location": "location", "scope2_same_hour": "same_hour"}


def read(folder: Path):
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Three pathways of the tutorial and one without a plan, side by side in ``all``; what was printed."""
    place, printed = tmp_path_factory.mktemp("compare"), io.StringIO()
    (place / "own" / "pathway").mkdir(parents=True)
    (place / "own" / "pathway" / "tight.yaml").write_text(TIGHT)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed):
        patch.setenv("HYDRA_FULL_ERROR", "1")
        patch.chdir(place)
        words = ["--config-dir", "own", *QUICK, f"pathways=[{','.join([*PATHWAYS, 'tight'])}]", "out=all"]
        patch.setattr(sys, "argv", ["zerolane", "compare", *words])
        patch.setattr(signal, "signal", lambda *_: None)
        assert cli.main() == 0
    return place / "all", printed.getvalue()


def timeless(payload: dict) -> dict:
    """Return a payload without the seconds that trials took, which a rebuilt page takes from the manifest."""
    return {**payload, "risk": payload["risk"] and {**payload["risk"], "seconds": None}}


def recomputed(folder: Path) -> dict[str, object]:
    """Return what the page says of a pathway, from plan.nc, reference.nc and outcome.nc alone."""
    plan, reference = (read_dataset(folder / f"{name}.nc") for name in ("plan", "reference"))
    outcome = read_dataset(folder / "outcome.nc") if (folder / "outcome.nc").exists() else None
    left_out = [name for name in METHOD if METHOD[name] != plan.attrs["scope2"]]

    def total(dataset: xr.Dataset) -> xr.DataArray:
        return dataset["emissions"].drop_sel(emission_account=left_out).sum("emission_account")

    years = plan["years"]
    saved = plan["intervention_savings"].drop_sel(emission_account=left_out)
    was = reference["intervention_savings"].drop_sel(emission_account=left_out)
    own = (saved.sum("emission_account") - was.sum("emission_account")).sum("intervention")
    moved = plan["flow"] * plan["arc_tonnes_per_unit"]
    cap = plan.attrs.get("main_cap", "")
    chance = None
    if cap and outcome is not None:
        missed = outcome["cap_missed"].sel(cap=cap).transpose("trial", "period")
        held = np.isfinite(plan["cap_limit"].sel(cap=cap)).to_numpy()
        chance = float(missed.to_numpy()[:, np.flatnonzero(held)[-1]].mean())
    return {
        "plan": total(plan).to_numpy(),
        "reference": total(reference).to_numpy(),
        "cumulative": float((total(plan) * years).sum()),
        "npv": float(plan["cost_npv"].sum()),
        "extra": float(plan["cost_npv"].sum() - reference["cost_npv"].sum()),
        "capital": float(plan["cost"].sel(cost_account="capex").sum()),
        "cost": plan["cost"].sum("cost_account").to_numpy(),
        "cut": (total(reference) - total(plan)).to_numpy(),
        "own": own.to_numpy(),
        "tonnes": float(moved.isel(period=-1).sum()),
        "tonne_km": (moved * plan["arc_distance_km"]).sum("arc").to_numpy(),
        "chance": chance,
        "first": float(total(reference)[0]),
    }


def check(folder: Path, comparison: dict) -> None:
    """Hold the comparison against what the Datasets say: headline, strip, wedge, waterfall and lanes."""
    rows = {row["key"]: row["cells"] for row in comparison["rows"]}
    for part in comparison["pathways"]:
        if "infeasible" in part:
            continue
        key, payload = part["key"], part["payload"]
        true = recomputed(folder / key)
        assert timeless(payload) == timeless(read(folder / key)), "as on the run's own page"
        emissions, cost = payload["emissions"], payload["cost"]
        assert emissions["plan"] == pytest.approx(true["plan"], rel=1e-9)
        assert emissions["reference"] == pytest.approx(true["reference"], rel=1e-9)
        assert cost["npv"]["plan"] == pytest.approx(true["npv"], rel=1e-9)
        assert cost["plan"] == pytest.approx(true["cost"], rel=1e-9)
        assert sum(row["npv_plan"] for row in cost["accounts"]) == pytest.approx(true["npv"], rel=1e-9)
        check_page(payload, true)
        share = true["plan"][-1] / true["first"] - 1
        assert rows["emissions"][key]["value"] == pytest.approx(share, abs=1e-9)
        assert rows["emissions"][key]["text"] == percent(share, signed=True)
        assert rows["cumulative"][key]["value"] == pytest.approx(true["cumulative"], rel=1e-9)
        assert rows["cumulative"][key]["text"] == f"{tonnes(true['cumulative'])} CO\u2082e"
        assert rows["cost"][key]["value"] == pytest.approx(true["extra"], abs=1e-6 * true["npv"])
        assert rows["capital"][key]["value"] == pytest.approx(true["capital"], rel=1e-9)
        assert rows["capital"][key]["text"] == money(true["capital"], payload["scenario"]["currency"])
        chance = rows["chance"][key]
        assert chance["value"] == (None if true["chance"] is None else pytest.approx(true["chance"]))
        if true["chance"] is not None:
            assert chance["text"] == whole_percent(true["chance"])
            assert chance["low"] <= chance["value"] <= chance["high"]
        # the wedge: its parts are the whole distance from Reference, and interventions' what they book
        cuts = [(row["family"], np.array(row["values"])) for row in payload["cuts"]["parts"]]
        size = max(abs(true["reference"]))
        assert sum(values for _, values in cuts) == pytest.approx(true["cut"], abs=1e-9 * size)
        nothing = np.zeros(len(true["plan"]))
        kinds = sum((values for family, values in cuts if family == "intervention"), nothing)
        assert kinds == pytest.approx(true["own"], abs=1e-9 * size)
        # the lanes, and the rest of them in one sum
        lanes = payload["network"]
        listed = sum(lane["last"] for lane in lanes["lanes"]) + lanes["other_lanes"]["tonnes"]
        assert listed == pytest.approx(true["tonnes"], rel=1e-6)
        by_mode = sum(np.array(mode["tonne_km"]) for mode in lanes["modes"])
        assert by_mode == pytest.approx(true["tonne_km"], rel=1e-6)


def check_page(payload: dict, true: dict) -> None:
    """Hold what is drawn and said of a pathway against the Datasets: headline, tiles, wedge and waterfall."""
    share = true["plan"][-1] / true["first"] - 1
    if not is_reference(payload):
        assert percent(abs(share)) in headline(payload)
    shown = [f"{tile.value} {tile.unit}".strip() for tile in tiles(payload)]
    money_unit = payload["scenario"]["currency"]
    assert shown[0] == percent(share, signed=True)
    assert shown[1] == f"{tonnes(true['cumulative'])} CO\u2082e"
    extra = true["extra"] if abs(true["extra"]) > 1e-9 * true["npv"] else 0.0
    assert _amount(shown[2]) == pytest.approx(extra, rel=5e-3, abs=0.5)
    assert _amount(shown[3]) == pytest.approx(true["capital"], rel=5e-3, abs=0.5)
    assert all(text.split(" ")[1] == money_unit for text in shown[2:4])
    if true["chance"] is not None and true["chance"] > 0:
        assert shown[4] == whole_percent(true["chance"])

    drawn, scale = wedge(payload), emission_scale(max([*true["plan"], *true["reference"]]))
    lines = {series["id"]: series.get("data") for series in drawn.option["series"]}
    assert lines["plan"] == pytest.approx(true["plan"] / scale.divisor, rel=1e-5)
    assert lines["reference"] == pytest.approx(true["reference"] / scale.divisor, rel=1e-5)
    stacked = sum(
        np.array(data) for key, data in lines.items() if key == "plan-area" or key.startswith("part-")
    )
    taken_back = sum(np.minimum(row["values"], 0.0) for row in parts(payload))
    assert (stacked * scale.divisor + taken_back) == pytest.approx(true["reference"], rel=1e-4)

    option = steps(payload).option
    option = option.get("baseOption", option)
    low, size = ([_number(value) for value in series["data"]] for series in option["series"][:2])
    edges = [(a, a + b) for a, b in zip(reversed(low), reversed(size), strict=True)]
    level, div = 0.0, emission_scale(max([true["first"], *true["reference"], *true["plan"]])).divisor
    for start, end in edges:  # totals begin at zero, a step where the one before it ended
        down = level == pytest.approx(end, rel=1e-6)
        assert start == 0 or down or level == pytest.approx(start, rel=1e-6)
        level = start if down and start > 0 else end
    assert edges[0][1] * div == pytest.approx(true["first"], rel=1e-6)
    assert edges[-1][1] * div == pytest.approx(true["plan"][-1], rel=1e-6)


def _number(value: object) -> float:
    return float(value["value"] if isinstance(value, dict) else value)


def _amount(text: str) -> float:
    """Return the amount of a tile: 4.20 CNY m is 4.2 million."""
    number, _, unit = [*text.split(" "), "", ""][:3]
    size = {"bn": 1e9, "m": 1e6, "": 1.0}[unit]
    return float(number.replace("\u2212", "-").replace(",", "")) * size


def test_every_number_of_a_comparison_is_that_of_the_datasets(compared):
    folder, _ = compared
    comparison = read(folder)
    assert [part["key"] for part in comparison["pathways"]] == [*PATHWAYS, "tight"]
    check(folder, comparison)
    assert comparison["same_draws"] == {"same": True, "why": "", "trials": 12}
    reference = read_dataset(folder / "as_is" / "reference.nc")
    assert comparison["reference"]["npv"] == pytest.approx(float(reference["cost_npv"].sum()))
    assert comparison["reference"]["same"]


def test_equal_plans_are_not_ranked(compared):
    """As it is and least cost are one plan here; the cap costs clearly more than both."""
    comparison = read(compared[0])
    assert [sorted(group) for group in comparison["order"]] == [["as_is", "least_cost"], ["capped"]]
    rows = {row["key"]: row["cells"] for row in comparison["rows"]}
    for key in ("emissions", "cost"):
        assert [rows[key][name]["clear"] for name in PATHWAYS] == [False, False, True]
    assert comparison["chosen"] == "capped"  # the cheapest that holds its cap
    assert not comparison["chosen_by_user"]
    assert "No clear difference in cost, so not ranked: " in compared[1]


def test_the_terminal_ends_with_table_and_place(compared):
    folder, out = compared
    assert "Falling cap" in out
    assert "\n= " in out
    assert out.rstrip().endswith("\nComparison all/compare.html\nall")
    assert sorted(f.name for f in folder.iterdir()) == sorted(
        [*PATHWAYS, "tight", "compare.html", "report.json"]
    )


def test_finished_runs_are_put_side_by_side(compared, zerolane, monkeypatch):
    folder, _ = compared
    runs = f"runs=[{folder}/as_is,{folder}/capped]"
    answer = zerolane("compare", runs, "out=two", "compare.fail_if_worse=as_is", "chosen=capped")
    assert answer.code == 7
    assert "Falling cap costs clearly more than As it is" in answer.out
    comparison = read(Path("two"))
    assert comparison["chosen_by_user"]
    assert [(row["key"], row["what"]) for row in comparison["worse"]] == [("capped", "cost")]
    rows = {row["key"]: row["cells"] for row in comparison["rows"]}
    assert rows["emissions"]["capped"]["clear"]
    assert (Path("two") / comparison["pathways"][0]["folder"]).resolve() == (folder / "as_is").resolve()
    alike = [f"runs=[{folder}/as_is,{folder}/least_cost]", "compare.fail_if_worse=least_cost"]
    same = zerolane("compare", *alike, "out=same")
    assert same.code == 0, "an equal plan is not worse"
    taken = zerolane("compare", runs, "out=two")
    assert taken.code == 2
    assert "overwrite=true" in taken.err
    assert zerolane("compare", runs, "out=two", "overwrite=true").code == 0


def test_a_pathway_without_a_plan_is_a_column(compared, zerolane):
    folder, out = compared
    assert "Too tight has no plan" in out
    comparison = read(folder)
    tight = comparison["pathways"][-1]
    assert tight["title"] == "Too tight"
    assert "carbon.cap_2026=0.57" in tight["infeasible"]["text"]
    assert all("tight" not in row["cells"] for row in comparison["rows"])
    runs = f"runs=[{folder}/least_cost,{folder}/tight]"
    assert zerolane("compare", runs, "out=again", "compare.fail_if_worse=least_cost").code == 7
    refused = zerolane("compare", runs, "out=third", "compare.fail_if_worse=tight")
    assert (refused.code, "has no plan: Too tight" in refused.err) == (2, True)
    alone = zerolane("compare", f"runs=[{folder}/tight]", "out=third")
    assert (alone.code, "no pathway has a plan" in alone.err) == (4, True)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([], 2, "compare needs pathways=[A,B,...] or runs=[DIR,DIR,...], or run=DIR against=DIR"),
        (["pathways=[as_is,capd]"], 2, "no pathway 'capd' (did you mean capped?)"),
        (["runs=[nowhere]"], 2, "nowhere is not a run folder"),
        (["pathways=[as_is]", "compare.fail_if_worse=capped"], 2, "is none of the pathways: as_is"),
        (["pathways=[as_is]", "chosen=capped"], 2, "compare.chosen=capped is none of the pathways"),
    ],
)
def test_compare_refuses(zerolane, words, code, says):
    answer = zerolane("compare", *QUICK, *words)
    assert answer.code == code
    assert says in answer.err
    assert list(Path().iterdir()) == [], "nothing is solved before that is said"


@pytest.mark.nightly
def test_two_at_a_time_find_the_same(compared, zerolane, tmp_path):
    folder, _ = compared
    words = [*QUICK, "compare.workers=2", f"pathways=[{','.join(PATHWAYS)}]", "out=all"]
    assert zerolane("compare", *words).code == 0
    one, two = read(folder), read(tmp_path / "all")
    for first, second in zip(one["pathways"][:3], two["pathways"], strict=True):
        for name in ("plan", "outcome"):
            places = [place / first["key"] / f"{name}.nc" for place in (folder, tmp_path / "all")]
            ours, theirs = map(read_dataset, places)
            for clock in ("build_seconds", "solve_seconds"):
                ours.attrs.pop(clock, None)
                theirs.attrs.pop(clock, None)
            xr.testing.assert_identical(ours, theirs)
        assert first["key"] == second["key"]


@pytest.mark.nightly
def test_every_number_of_the_flagship(zerolane, tmp_path):
    words = ["scenario=steel_north_china", f"pathways=[{','.join(FLAGSHIP)}]", "simulation.trials=40"]
    answer = zerolane("compare", *words, "solver.time_limit_seconds=60", "out=all")
    assert answer.code == 0, answer.err
    check(tmp_path / "all", read(tmp_path / "all"))
