"""Pathways side by side: what is ranked and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.comparison import build_comparison
from reporting.payload import build_payload
from scenarios.errors import ConfigError, InfeasibleError

Part = dict[str, Any]


def part(key: str, npv: float = 100.0, gap: float | None = 0.0, **more: Any) -> Part:
    """A pathway with what the comparison reads of a payload, and no more."""
    cap = more.get("cap")
    last = more.get("last", 90.0)
    chance = more.get("chance")
    caps = (
        [] if cap is None else [{"key": "total", "main": True, "limit": [None, cap], "plan": [100.0, last]}]
    )
    risk = None
    if chance is not None:
        ends = {"chance": [None, chance[0]], "low": [None, chance[1]], "high": [None, chance[2]]}
        ever = {"missed": 1, "chance": chance[0], "low": chance[1], "high": chance[2]}
        risk = {"trials": 40, "caps": [{"key": "total", "missed": [0, 1], **ends, "ever": ever}]}
    totals = {"plan": 100.0 + last, "reference": 200.0}
    payload = {
        "scenario": {"currency": more.get("currency", "CNY")},
        "periods": {"start": [2025, 2026], "years": [1.0, 1.0], "labels": ["2025", "2026"], "last": 2026},
        "solver": {"status": more.get("status", "optimal"), "gap": gap},
        "emissions": {
            "scope2": "market",
            "plan": [100.0, last],
            "reference": [100.0, more.get("reference", 100.0)],
            "cumulative": totals,
        },
        "cost": {
            "npv": {"plan": npv, "reference": 100.0},
            "extra": npv - 100.0,
            "extra_share": npv / 100.0 - 1,
            "same": npv == 100.0,
            "clear": gap is not None and abs(npv - 100.0) > gap * npv,
            "capital": {"plan": more.get("capital", 0.0), "reference": 0.0},
        },
        "caps": caps,
        "cuts": {"parts": more.get("cuts", [])},
        "interventions": [],
        "risk": risk,
    }
    return {"key": key, "title": key.title(), "folder": key, "payload": payload}


def paired(names: list[str], differs_in: str = "", **ends: dict[tuple[str, str], tuple[float, float]]):
    """Intervals of differences by measure and pair; of the other direction their mirror image."""
    measures = ["cost", "emissions", "emissions_last", "missed"]
    found = np.full((2, len(names), len(names), len(measures)), np.nan)
    for measure, pairs in ends.items():
        for (one, other), (low, high) in pairs.items():
            i, j, m = names.index(one), names.index(other), measures.index(measure)
            found[:, i, j, m], found[:, j, i, m] = (low, high), (-high, -low)
    dims = ("plan", "other", "measure")
    return xr.Dataset(
        {"low": (dims, found[0]), "high": (dims, found[1])},
        coords={"plan": names, "other": names, "measure": measures},
        attrs={"trials": 40, "differs_in": differs_in},
    )


def cells(found: dict[str, Any], row: str) -> dict[str, Any]:
    return next(one["cells"] for one in found["rows"] if one["key"] == row)


def test_gaps_that_reach_over_the_difference_tie_plans():
    """99 and 100 with gaps of 1 % each may both be 99; 110 is clear of both: 110 - 100 > 1.1 + 1."""
    parts = [part("dear", 110.0, 0.01), part("b", 100.0, 0.01), part("a", 99.0, 0.01)]
    found = build_comparison(parts)
    assert found["order"] == [["a", "b"], ["dear"]]
    clear = {key: cell["clear"] for key, cell in cells(found, "cost").items()}
    assert clear == {"dear": True, "b": False, "a": False}
    exact = build_comparison([part("b", 100.0), part("a", 99.0)])
    assert exact["order"] == [["a"], ["b"]]
    unknown = build_comparison([part("b", 100.0, None), part("a", 9.0)])
    assert unknown["order"] == [["a", "b"]]


def test_futures_that_disagree_tie_plans_too():
    """The cheaper plan on paper is not ranked first where the same futures do not show it cheaper."""
    parts = [part("a", 99.0, chance=(0.1, 0, 0.2)), part("b", 101.0, chance=(0.1, 0, 0.2))]
    names = ["a", "b"]
    unclear = paired(names, cost={("a", "b"): (-5.0, 1.0)})
    assert build_comparison(parts, paired=unclear)["order"] == [["a", "b"]]
    other_way = paired(names, cost={("a", "b"): (1.0, 2.0)})
    assert build_comparison(parts, paired=other_way)["order"] == [["a", "b"]]
    clear = paired(names, cost={("a", "b"): (-3.0, -1.0)})
    assert build_comparison(parts, paired=clear)["order"] == [["a"], ["b"]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(1, 1e3), st.sampled_from([0.0, 1e-4, 0.02, 0.3])), min_size=1, max_size=5)
)
def test_every_plan_of_a_group_is_clear_of_every_plan_of_the_next(plans):
    found = build_comparison([part(str(i), npv, gap) for i, (npv, gap) in enumerate(plans)])
    order = [[int(key) for key in group] for group in found["order"]]
    assert sorted(key for group in order for key in group) == list(range(len(plans)))
    for k, group in enumerate(order):
        for one in group:
            for other in (key for later in order[k + 1 :] for key in later):
                slack = plans[one][0] * plans[one][1] + plans[other][0] * plans[other][1]
                assert plans[other][0] - plans[one][0] > slack


def test_the_order_given_does_not_matter():
    parts = [part("a", 90.0, 0.01), part("b", 90.5, 0.01), part("c", 120.0), part("d", 121.0, 0.02)]
    orders = {
        json.dumps(sorted(map(sorted, build_comparison(list(p))["order"]))) for p in permutations(parts)
    }
    assert orders == {json.dumps([["a", "b"], ["c", "d"]])}


@pytest.mark.parametrize(
    ("ours", "theirs", "pairs", "worse"),
    [
        ((0.6, 0.5, 0.7), (0.2, 0.1, 0.3), None, True),
        ((0.4, 0.25, 0.55), (0.2, 0.1, 0.3), None, False),  # intervals overlap: not told apart
        ((0.4, 0.25, 0.55), (0.2, 0.1, 0.3), (0.05, 0.35), True),  # but they are in the same futures
        ((0.6, 0.5, 0.7), (0.2, 0.1, 0.3), (-0.1, 0.9), False),
    ],
)
def test_a_chance_is_worse_only_beyond_its_interval(ours, theirs, pairs, worse):
    parts = [part("base", cap=95.0, chance=theirs), part("new", cap=95.0, chance=ours)]
    drawn = None if pairs is None else paired(["base", "new"], missed={("new", "base"): pairs})
    found = build_comparison(parts, baseline="base", paired=drawn)
    assert [row["what"] for row in found["worse"]] == (["chance"] if worse else [])


def test_what_is_worse_than_the_baseline_is_said():
    dirty = part("dirty", 90.0, last=120.0)
    found = build_comparison([part("base"), dirty, part("dear", 130.0)], baseline="base")
    told = {(row["key"], row["what"]): row["text"] for row in found["worse"]}
    assert set(told) == {("dirty", "emissions"), ("dear", "cost")}
    assert told["dear", "cost"] == "Dear costs clearly more than Base: CNY 130 against CNY 100"
    assert build_comparison([part("base"), dirty])["worse"] is None


def test_what_is_shown_first_is_chosen_neutrally():
    """The cheapest that holds its cap, else the first; what the user names is the user's choice."""
    free, cheap, dear = part("free", 90.0), part("cheap", 100.0, cap=95.0), part("dear", 120.0, cap=95.0)
    broken = part("broken", 80.0, cap=80.0)
    found = build_comparison([dear, free, cheap, broken])
    assert (found["chosen"], found["chosen_by_user"]) == ("cheap", False)
    assert build_comparison([free, broken])["chosen"] == "free"
    mine = build_comparison([dear, free], chosen="free")
    assert (mine["chosen"], mine["chosen_by_user"]) == ("free", True)


def test_one_pathway_has_nothing_to_be_clear_of():
    found = build_comparison([part("only", cap=95.0, chance=(0.5, 0.4, 0.6))])
    assert {cell["clear"] for row in found["rows"] for cell in row["cells"].values()} == {None}
    assert cells(found, "chance")["only"] | {"clear": None} == {
        "value": 0.5,
        "text": "50%",
        "more": "95% interval 40% to 60%",
        "low": 0.4,
        "high": 0.6,
        "clear": None,
    }
    assert found["notes"] == []


def test_what_is_absent_is_said():
    levers = [{"label": "Transport", "values": [0.0, 4000.0]}, {"label": "Other", "values": [0.0, 900.0]}]
    found = build_comparison([part("no_cap", cuts=levers), part("capped", cap=95.0)])
    assert cells(found, "chance")["no_cap"]["text"] == "no cap"
    assert cells(found, "chance")["capped"]["text"] == "not simulated"
    assert cells(found, "lever")["capped"]["text"] == "no cut"
    lever = cells(found, "lever")["no_cap"]
    assert (lever["text"], lever["value"], lever["clear"]) == ("Transport", 4000.0, None)
    assert found["same_draws"] == {"same": False, "why": "none was simulated", "trials": None}


def test_a_stop_other_draws_and_another_reference_are_noted():
    chance = (0.1, 0.0, 0.2)
    parts = [part("a", 99.0, 0.2, status="limit", chance=chance), part("b", reference=80.0, chance=chance)]
    found = build_comparison(parts, paired=paired(["a", "b"], "seed"))
    assert found["same_draws"]["why"] == "the seeds differ"
    assert not found["reference"]["same"]
    text = "\n".join(found["notes"])
    assert "A: the solver stopped at a limit with a gap of 20%" in text
    assert "Reference differs between pathways" in text
    assert "since the seeds differ" in text


def test_a_pathway_without_a_plan_is_no_error():
    none = {"key": "tight", "title": "Tight", "folder": "tight", "infeasible": {"text": "no plan"}}
    found = build_comparison([none, part("base")], baseline="base")
    assert found["chosen"] == "base"
    assert found["notes"][0] == "Tight has no plan: its rules contradict each other"
    assert found["worse"] == [{"key": "tight", "what": "plan", "text": "Tight has no plan"}]
    with pytest.raises(InfeasibleError, match="nothing to compare"):
        build_comparison([none])
    with pytest.raises(ConfigError, match="has no plan"):
        build_comparison([none, part("base")], chosen="tight")


def test_unlike_plans_and_unknown_names_are_refused():
    with pytest.raises(ConfigError, match="differ in currency"):
        build_comparison([part("a"), part("b", currency="EUR")])
    with pytest.raises(ConfigError, match=r"none of the pathways: capped, b \(did you mean capped"):
        build_comparison([part("capped"), part("b")], chosen="caped")


def test_a_comparison_is_plain_json(make_plan: Callable[..., xr.Dataset], reference: xr.Dataset) -> None:
    payload = build_payload(make_plan(), reference)
    parts = [{"key": "one", "title": "One", "folder": "one", "payload": payload}]
    assert json.loads(json.dumps(build_comparison(parts), allow_nan=False))["order"] == [["one"]]
