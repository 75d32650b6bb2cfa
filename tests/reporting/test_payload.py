"""The payload reconciles with the Datasets it was made from."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from reporting.measures import cuts
from reporting.payload import SCHEMA, build_payload, cap_line, main_cap

Factory = Callable[..., xr.Dataset]


def test_totals_are_the_sums_of_the_datasets(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    payload = build_payload(plan, reference, outcome)
    market = [a for a in plan["emission_account"].values if a != "scope2_location"]
    assert payload["schema"] == SCHEMA == 1
    for name, dataset in (("plan", plan), ("reference", reference)):
        total = dataset["emissions"].sel(emission_account=market).sum("emission_account")
        assert payload["emissions"][name] == pytest.approx(total.values, rel=1e-12)
        assert payload["emissions"]["cumulative"][name] == pytest.approx(
            float((total * dataset["years"]).sum())
        )
        assert payload["cost"][name] == pytest.approx(dataset["cost"].sum("cost_account").values, rel=1e-12)
        assert payload["cost"]["npv"][name] == pytest.approx(float(dataset["cost_npv"].sum()), rel=1e-12)
        counted = [a for a in payload["emissions"]["accounts"] if a["counted"]]
        assert np.sum([a[name] for a in counted], axis=0) == pytest.approx(total.values, rel=1e-12)
    assert payload["cost"]["extra"] == pytest.approx(
        float(plan["cost_npv"].sum() - reference["cost_npv"].sum())
    )


@pytest.mark.parametrize("years", [1, 3])
def test_parts_of_the_cut_sum_to_it_exactly(make_plan: Factory, years: int) -> None:
    plan, reference = (
        make_plan(years=years, periods=4),
        make_plan(last=1.1, cap=False, adopt=False, years=years, periods=4),
    )
    cuts = build_payload(plan, reference)["cuts"]
    parts = np.array([part["values"] for part in cuts["parts"]])
    assert parts.sum(axis=0) == pytest.approx(cuts["total"], abs=1e-6)
    assert {"Process and input mix", "Electricity supply", "Purchased materials", "Transport"} <= {
        p["label"] for p in cuts["parts"]
    }


def test_an_account_without_a_group_still_counts_in_the_cut(plan: xr.Dataset, reference: xr.Dataset) -> None:
    names = [
        "scope3_new" if a == "scope3_purchased_goods" else str(a) for a in plan["emission_account"].values
    ]
    ours, theirs = (d.assign_coords(emission_account=names) for d in (plan, reference))
    found = cuts(ours, theirs, [name for name in names if name != "scope2_location"])
    assert "Other" in [part["label"] for part in found["parts"]]
    assert np.sum([part["values"] for part in found["parts"]], axis=0) == pytest.approx(
        found["total"], abs=1e-6
    )


def test_the_payload_is_plain_json_and_leaves_the_datasets_alone(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    before = copy.deepcopy(plan)
    first, second = (
        json.dumps(build_payload(plan, reference, outcome), allow_nan=False, sort_keys=True) for _ in range(2)
    )
    assert first == second
    assert plan.identical(before)


def test_gaps_decide_whether_a_difference_is_clear(make_plan: Factory) -> None:
    reference = make_plan(cap=False, adopt=False, cost_factor=1.0, gap=0.0)
    close, far = (
        build_payload(make_plan(adopt=False, cost_factor=f, gap=0.01), reference) for f in (1.005, 1.05)
    )
    unknown = build_payload(make_plan(adopt=False, cost_factor=1.05, gap=float("nan")), reference)
    assert not close["cost"]["clear"]
    assert far["cost"]["clear"]
    assert unknown["cost"]["slack"] is None
    assert not unknown["cost"]["clear"]


def test_caps_are_comparable_only_when_they_bound_the_yearly_total(
    plan: xr.Dataset, reference: xr.Dataset
) -> None:
    intensity = plan.assign(cap_emissions=plan["cap_emissions"] / 1e7, cap_limit=plan["cap_limit"] / 1e7)
    payload = build_payload(intensity, reference)
    assert main_cap(payload) is not None
    assert cap_line(payload) is None
    assert cap_line(build_payload(plan, reference)) is not None


def test_a_cap_that_does_not_hold_yet_is_blank(plan: xr.Dataset, reference: xr.Dataset) -> None:
    limit = plan["cap_limit"].copy()
    limit[0, :2] = np.nan
    line = cap_line(build_payload(plan.assign(cap_limit=limit), reference))
    assert line is not None
    assert line[:2] == [None, None]
    assert line[2] is not None


def test_results_of_different_scenarios_are_refused(make_plan: Factory) -> None:
    with pytest.raises(ValueError, match="different periods"):
        build_payload(make_plan(periods=3), make_plan(periods=4))


def test_only_the_largest_lanes_are_listed_and_the_rest_is_one_sum(make_plan: Factory) -> None:
    places = [(f"s{i}", f"Site {i}", "plant", "own", 35 + i / 20, 110 + i / 10) for i in range(40)]
    arcs = [
        (f"s{i}", f"s{j}", "rail", "ore", 1.0, float(1 + i * 40 + j), 100)
        for i in range(40)
        for j in range(10)
        if i != j
    ]
    plan = make_plan(sites=places, arcs=arcs, cap=False)
    network = build_payload(plan, plan)["network"]
    assert len(network["lanes"]) == 300
    assert network["lane_count"] == len(arcs)
    drawn = sum(lane["last"] for lane in network["lanes"])
    assert drawn + network["other_lanes"]["tonnes"] == pytest.approx(float(plan["flow"][:, -1].sum()))


def test_lanes_of_the_same_ends_and_mode_are_one(make_plan: Factory) -> None:
    arcs = [("tangshan", "benxi", "rail", p, 1e5, 2e5, 500) for p in ("ore", "steel")]
    plan = make_plan(arcs=arcs)
    (lane,) = build_payload(plan, plan)["network"]["lanes"]
    assert lane["last"] == pytest.approx(4e5)
    assert lane["products"] == ["ore", "steel"]


def test_mixes_keep_their_sum_when_small_names_are_joined(make_plan: Factory) -> None:
    plan = make_plan()
    payload = build_payload(plan, plan)
    scrap = next(m for m in payload["mixes"]["suppliers"] if m["product"] == "scrap")
    bought = plan["purchase"].where(plan["offer_product"] == "scrap", 0).sum("offer")
    assert np.sum([row["plan"] for row in scrap["rows"]], axis=0) == pytest.approx(bought.values)


def test_chance_of_missing_ever_is_the_outcomes_own(
    plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset
) -> None:
    risk = build_payload(plan, reference, outcome)["risk"]
    ever = int(outcome["cap_missed"].any("period").sum())
    assert risk["caps"][0]["ever"]["missed"] == risk["any"]["missed"] == ever
    assert risk["any"]["low"] == float(outcome["chance_any_low"])


def test_plan_against_trials_by_account(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset) -> None:
    """The plan's side sums to the plan's totals, the trials' side to their mean."""
    rows = build_payload(plan, reference, outcome)["risk"]["accounts"]
    for kind, name in (("cost", "cost"), ("emissions", "emissions")):
        of_kind = [row for row in rows if row["kind"] == kind]
        weights = 1.0 if kind == "cost" else plan["years"].values
        assert sum(row["plan"] for row in of_kind) == pytest.approx(float((plan[name] * weights).sum()))
        drawn = (outcome[name] * weights).sum() / outcome.sizes["trial"]
        assert sum(row["mean"] for row in of_kind) == pytest.approx(float(drawn))
        assert all(row["low"] <= row["mean"] <= row["high"] for row in of_kind)


def test_no_trials_is_no_risk(plan: xr.Dataset, reference: xr.Dataset, outcome: xr.Dataset) -> None:
    empty = outcome.isel(trial=slice(0, 0)).assign_attrs(trials=0)
    assert build_payload(plan, reference, empty)["risk"] is None


def test_broken_json_attribute_is_named(plan: xr.Dataset, reference: xr.Dataset) -> None:
    with pytest.raises(ValueError, match="data_quality_json"):
        build_payload(plan.assign_attrs(data_quality_json="{oops"), reference)
