"""Futures from the command line: shipped choices, files, and what does not go with them."""

import json
import re

import pytest
import xarray as xr

from reporting.payload_keys import KEYS

QUICK = ("scenario=tutorial", "pathway=capped", "carbon.cap_2035=0.6", "out=out")
LINES = """name,weight,demand,data.grid_factors[factor].scale
as expected,2,,
low demand,1,0.8,0.5
high demand,1,1.25,
"""


@pytest.fixture
def planned(zerolane, tmp_path):
    """Plan the tutorial over the futures of a file and return what it printed."""
    (tmp_path / "mine.csv").write_text(LINES, encoding="utf-8")
    done = zerolane("optimize", *QUICK, "futures.file=mine.csv", "solver.mip_gap=0")
    assert done.code == 0, done.err
    return done


def test_a_file_of_futures_is_planned_for_and_shown(planned, zerolane, tmp_path):
    plan = xr.open_dataset(tmp_path / "out" / "plan.nc")
    assert plan["future"].to_numpy().tolist() == ["as expected", "low demand", "high demand"]
    assert plan["future_chance"].to_numpy() == pytest.approx([0.5, 0.25, 0.25])
    delivered = plan["future_delivered"].sum("demand").isel(period=0).to_numpy()
    assert delivered[1:] / delivered[0] == pytest.approx([0.8, 1.25])
    adopted = plan["future_adopt"].to_numpy()
    assert (adopted == adopted[0]).all()
    assert (plan["adopt"].to_numpy() == adopted[0]).all()
    total = plan["future_cost_npv"].sum("cost_account").to_numpy()
    assert plan["future_total"].to_numpy() == pytest.approx(total)
    for future in plan["future"].to_numpy():
        mine = plan.sel(future=future)
        over = (mine["future_cap_emissions"] - mine["future_cap_limit"]).fillna(0)
        assert (over <= 1e-6 * mine["future_cap_emissions"]).all()
    found = json.loads(plan.attrs["futures_json"])
    expected = float(plan["future_chance"] @ plan["future_total"])
    assert found["objective"] == pytest.approx(expected)
    known = float(plan["future_chance"] @ plan["future_total_alone"])
    assert found["value_of_knowing"]["value"] == pytest.approx(expected - known)
    shown = re.search(r"Futures +(.*)", planned.out)
    assert shown is not None
    assert "3 futures" in shown[1]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert 'id="futures"' in page
    assert "Each future with what is decided now" in page
    payload = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["futures"]
    assert [row["cost"] for row in payload["members"]] == pytest.approx(total.tolist())
    assert payload["expected"] == pytest.approx(expected)
    bought = {row["name"]: row["values"] for row in payload["follows"] if row["family"] == "purchase"}
    last = plan["future_purchase"].isel(period=-1).sum("offer").to_numpy()
    assert bought
    assert [sum(v[f] for v in bought.values()) for f in range(3)] == pytest.approx(last.tolist(), rel=1e-6)
    named = next(line for line in KEYS if line.path == "futures.*").meaning
    assert {key for key in payload if f"`{key}`" not in named} == set()
    again = zerolane("report", "run=out")
    assert again.code == 0, again.err


def test_without_futures_nothing_of_them_is_there(zerolane, tmp_path):
    assert zerolane("optimize", *QUICK).code == 0
    plan = xr.open_dataset(tmp_path / "out" / "plan.nc")
    assert not [name for name in (*plan.variables, *plan.attrs) if name.startswith("future")]
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["futures"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("futures=demnad",), "no futures 'demnad'"),
        (("futures.file=none.csv",), "'none.csv' not found"),
        (("futures=demand", "simulation.target_chance=0.9"), "leave out futures"),
        (("futures=demand", "objective.kind=least_emissions"), "planned for at least cost"),
        (("futures.of=[{name: a}, {name: a}]",), "'a' twice"),
        (("futures.of=[{name: a, changes: {demnad: 2}}]",), "future 'a': no input 'demnad'"),
        (("futures=demand", "futures.decided_now=[]"), "names nothing"),
    ],
)
def test_what_cannot_be_is_said(words, said, zerolane):
    done = zerolane("optimize", *QUICK, *words)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_points_of_a_sweep_are_futures(tmp_path):
    from scenarios.future_files import read_futures

    key, label = "scenario.changes.demand_quantity.scale", "data.demand[quantity].scale"
    points = {
        "factors": [{"key": key, "label": label}],
        "rows": ["p1", "p2", "p1"],
        "points": {"p1": {"values": {key: 0.9}}, "p2": {"values": {key: 1.2}}},
    }
    (tmp_path / "points.json").write_text(json.dumps(points), encoding="utf-8")
    futures = read_futures(str(tmp_path / "points.json"))
    assert [(f.name, f.weight, f.changes) for f in futures] == [
        ("p1", 2.0, {label: 0.9}),
        ("p2", 1.0, {label: 1.2}),
    ]
