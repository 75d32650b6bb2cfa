"""The frontier and the objectives from the command line."""

import json

import pytest
import xarray as xr

TUTORIAL = ["scenario=tutorial", "solver.mip_gap=0"]


def test_pareto_writes_the_frontier_and_a_plan_a_point(zerolane, tmp_path):
    answer = zerolane("pareto", *TUTORIAL, "carbon.cap_2026=0.8", "pareto.points=4", "out=found")
    assert answer.code == 0, answer.err
    folder = tmp_path / "found"
    listed = json.loads((folder / "frontier.json").read_text())
    assert len(listed["cost"]) == 4
    for cost, name in zip(listed["cost"], listed["plan_file"], strict=True):
        with xr.open_dataset(folder / name) as plan:
            assert float(plan["cost_npv"].sum()) == pytest.approx(cost)
    page = (folder / "report.html").read_text()
    assert '<section id="frontier">' in page
    rebuilt = zerolane("report", "run=found")
    assert rebuilt.code == 0, rebuilt.err
    assert '<section id="frontier">' in (folder / "report.html").read_text()


def test_an_objective_from_the_command_line(zerolane, tmp_path):
    words = ["pathway=least_cost", "objective.kind=least_emissions", "objective.budget=0.05"]
    answer = zerolane("optimize", *TUTORIAL, *words, "out=found")
    assert answer.code == 0, answer.err
    with xr.open_dataset(tmp_path / "found" / "plan.nc") as plan:
        assert plan.attrs["objective_kind"] == "least_emissions"
        assert float(plan["cost_npv"].sum()) == pytest.approx(1.05 * 352e6, rel=1e-6)


def test_a_setting_of_another_objective_is_refused(zerolane):
    answer = zerolane("optimize", *TUTORIAL, "objective.carbon_weight=5")
    assert answer.code == 2
    assert "objective.carbon_weight belongs to objective.kind=weighted" in answer.err
