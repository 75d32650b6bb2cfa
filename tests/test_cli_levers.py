"""Levers and swung inputs from the command line to the page."""

import json
import re

import xarray as xr


def test_a_run_tells_what_levers_bring_and_how_inputs_swing_it(zerolane, tmp_path):
    """Suppliers bring 6,210 t, what the cap of 97 % asks for; certificates green what that scrap draws."""
    words = ["abatement.curve=true", "tornado.inputs=[demand]", "+tornado.ranges.capex=[0.5,2]"]
    answer = zerolane("optimize", "scenario=tutorial", *words, "out=run")
    assert answer.code == 0, answer.err
    assert "levers: 5 of 5" in answer.err
    assert "inputs: 4 of 4" in answer.err
    plan = xr.load_dataset(tmp_path / "run" / "plan.nc")
    cut = plan["lever_cut"].sum("period").sel(lever=["suppliers", "power:certificate"]).values
    capped = float((plan["cap_limit"].isel(period=1) / 0.97 * 0.03).item())
    assert abs(cut[0] - capped) < 1e-3 * capped
    assert 0 < cut[1] < cut[0]
    assert float(plan["tornado_cost"].sel(tornado_input="capex").std()) == 0.0  # nothing is built
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert 'id="levers"' in page
    report = json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))
    assert {row["key"] for row in report["tornado"]["inputs"]} == {"demand", "capex"}


def test_what_cannot_be_asked_for_is_refused(zerolane):
    answer = zerolane("optimize", "scenario=tutorial", "tornado.inputs=[demnd]", "out=run")
    assert answer.code == 2
    assert re.search(r"no input 'demnd'.*demand", answer.err)
    answer = zerolane("optimize", "scenario=tutorial", "+tornado.ranges.demand=[2,1]", "out=run")
    assert answer.code == 2
    assert "lowest and the highest" in answer.err
