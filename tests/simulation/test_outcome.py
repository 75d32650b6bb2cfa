"""The outcome Dataset: what it holds, in which shape, with which intervals."""

import json

import numpy as np
import pytest
import xarray as xr

from simulation import SimulationSettings, UncertaintySettings, simulate
from simulation.statistics import wilson_interval


@pytest.fixture(scope="module")
def outcome(two_routes):
    told = []
    found = simulate(
        two_routes.scenario,
        two_routes.plan,
        SimulationSettings(trials=12, seed=5),
        lambda done, count: told.append((done, count)),
    )
    assert told == [(n, 12) for n in range(1, 13)]
    return found


def test_dimensions_and_names(outcome, two_routes):
    shapes = {
        "cost": ("trial", "cost_account", "period"),
        "cost_npv": ("trial",),
        "emissions": ("trial", "emission_account", "period"),
        "cap_emissions": ("trial", "cap", "period"),
        "cap_missed": ("trial", "cap", "period"),
        "delivered": ("trial", "demand", "period"),
        "required": ("trial", "demand", "period"),
        "fill_rate": ("trial", "period"),
        "chance_of_missing": ("cap", "period"),
        "chance_low": ("cap", "period"),
        "chance_high": ("cap", "period"),
        "chance_ever": ("cap",),
        "chance_any": (),
        "cost_quantile": ("quantile",),
        "cost_tail_mean": (),
        "emissions_mean": ("period",),
        "emissions_quantile": ("quantile", "period"),
        "emissions_quantile_high": ("quantile", "period"),
        "emissions_tail_mean_low": ("period",),
        "emissions_total_tail_mean": (),
        "customer_fill": ("demand", "period"),
        "customer_served": ("demand", "period"),
        "plan_emissions": ("period",),
        "opening_stock": ("site", "product"),
    }
    for name, dims in shapes.items():
        assert outcome[name].dims == dims, name
        assert outcome[name].attrs["units"], name
        assert outcome[name].attrs["long_name"], name
    for dim in ("period", "cap", "cost_account", "emission_account", "demand", "site"):
        assert outcome[dim].to_numpy().tolist() == two_routes.plan[dim].to_numpy().tolist()
    assert outcome.sizes["trial"] == 12


def test_attributes_tell_how_it_was_made(outcome):
    attrs = outcome.attrs
    assert (attrs["trials"], attrs["seed"]) == (12, 5)
    assert attrs["stopping_rule"] == "fixed number of trials"
    assert attrs["twin_max_relative_error"] < 1e-9
    assert attrs["mass_max_relative_error"] < 1e-9
    assert json.loads(attrs["uncertainty_json"])["lead_time_cv"] == 0.3
    assert json.loads(attrs["warnings_json"]) == []
    assert attrs["simulate_seconds"] > 0
    assert attrs["simulated_days"] == 365 + 366 + 365
    assert attrs["site_days"] == 12 * attrs["simulated_days"] * attrs["simulated_sites"]
    assert attrs["events"] > 12 * 3  # each trial opens and closes three periods at least


def test_totals_are_sums(outcome, two_routes):
    accounts = [a for a in outcome["emission_account"].to_numpy() if a != "scope2_location"]
    total = outcome["emissions"].sel(emission_account=accounts).sum("emission_account")
    assert outcome["cap_emissions"].sel(cap="total").to_numpy() == pytest.approx(total.to_numpy())
    for level in outcome["quantile"].to_numpy():
        drawn = outcome["emissions_quantile"].sel(quantile=level).to_numpy()
        assert drawn == pytest.approx(np.quantile(total.to_numpy(), level, axis=0))
    planned = two_routes.plan["emissions"].sel(emission_account=accounts).sum("emission_account")
    assert outcome["plan_emissions"].to_numpy() == pytest.approx(planned.to_numpy())


def test_chances_are_counted_and_bounded(outcome, two_routes):
    missed = outcome["cap_emissions"].to_numpy() > two_routes.plan["cap_limit"].to_numpy() * (1 + 1e-6)
    assert (outcome["cap_missed"].to_numpy() == missed).all()
    assert 0 < missed.sum() < missed.size
    low, high = wilson_interval(missed.sum(axis=0), 12)
    assert outcome["chance_of_missing"].to_numpy() == pytest.approx(missed.mean(axis=0))
    assert outcome["chance_low"].to_numpy() == pytest.approx(low)
    assert outcome["chance_high"].to_numpy() == pytest.approx(high)


def test_the_chance_of_missing_ever(outcome):
    """Of 12 trials, those that missed in any of three years; Wilson as for any chance."""
    missed = outcome["cap_missed"].to_numpy()[:, 0]
    ever = missed.any(axis=1).sum()
    assert max(missed.sum(axis=0)) <= ever <= 12
    low, high = wilson_interval(ever, 12)
    for name in ("chance_ever", "chance_any"):
        found = [float(outcome[name + end].to_numpy().squeeze()) for end in ("", "_low", "_high")]
        assert found == pytest.approx([ever / 12, float(low), float(high)])


def test_ranges_by_their_definition(outcome):
    """Of 12 trials the median lies between the 3rd and 10th at 95 % (chance 96.1 %), P95 has no upper end."""
    cost = np.sort(outcome["cost_npv"].to_numpy())
    middle = outcome.sel(quantile=0.5)
    assert float(middle["cost_quantile"]) == pytest.approx((cost[5] + cost[6]) / 2)
    assert [float(middle[f"cost_quantile{end}"]) for end in ("_low", "_high")] == [cost[2], cost[9]]
    assert float(outcome["cost_quantile_high"].sel(quantile=0.95)) == np.inf
    counted = json.loads(outcome.attrs["counted_accounts_json"])
    emitted = outcome["emissions"].sel(emission_account=counted).sum("emission_account").to_numpy()
    assert outcome["emissions_mean"].to_numpy() == pytest.approx(emitted.mean(axis=0))
    # The worst 1 in 20 of 12: P95 is 0.45 above the 11th step; beyond it 0.6 of the last trial's excess.
    last = np.sort(emitted @ outcome["years"].to_numpy())
    edge = last[-2] + 0.45 * (last[-1] - last[-2])
    worst = edge + (last[-1] - edge) / 12 / 0.05
    assert float(outcome["emissions_total_tail_mean"]) == pytest.approx(worst)


def test_service_of_each_customer(outcome):
    fill = (outcome["delivered"] / outcome["required"]).transpose("trial", "demand", "period").to_numpy()
    assert outcome["customer_fill"].to_numpy() == pytest.approx(fill.mean(axis=0))
    served = (fill >= 1 - 1e-6).sum(axis=0)
    assert outcome["customer_served"].to_numpy() == pytest.approx(served / 12)
    low, high = wilson_interval(served, 12)
    assert outcome["customer_served_low"].to_numpy() == pytest.approx(low)
    assert outcome["customer_served_high"].to_numpy() == pytest.approx(high)
    assert (outcome["customer_fill_high"] <= 1).all()
    assert (outcome["customer_fill_low"] <= outcome["customer_fill"]).all()


def test_no_chance_where_a_cap_does_not_hold_yet(tutorial):
    found = simulate(tutorial.scenario, tutorial.plan, SimulationSettings(trials=2))
    assert np.isnan(found["chance_of_missing"].to_numpy()[0, 0])
    assert np.isfinite(found["chance_of_missing"].to_numpy()[0, 1])
    assert not found["cap_missed"].to_numpy()[:, 0, 0].any()


def test_a_plan_without_caps_has_no_chances(make):
    case = make.solved(make.tutorial_tables())
    found = simulate(case.scenario, case.plan, SimulationSettings(trials=2))
    assert found.sizes["cap"] == 0
    assert found["chance_of_missing"].shape == (0, 2)


def test_certain_trials_are_all_the_plan(two_routes):
    settings = SimulationSettings(trials=2, uncertainty=UncertaintySettings.off())
    found = simulate(two_routes.scenario, two_routes.plan, settings)
    planned = float(two_routes.plan["cost_npv"].sum())
    assert found["cost_npv"].to_numpy() == pytest.approx([planned] * 2, rel=1e-12)
    assert not found["cap_missed"].to_numpy().any()  # a binding cap is not missed by rounding
    assert found["fill_rate"].to_numpy() == pytest.approx(1.0, abs=1e-12)


def test_fill_rate_never_exceeds_one(outcome):
    assert (outcome["fill_rate"].to_numpy() <= 1 + 1e-12).all()
    assert (outcome["delivered"].to_numpy() <= outcome["required"].to_numpy() * (1 + 1e-12)).all()


def test_outcome_survives_netcdf(outcome, tmp_path):
    outcome.to_netcdf(tmp_path / "outcome.nc")
    with xr.open_dataset(tmp_path / "outcome.nc") as again:
        assert set(again.data_vars) == set(outcome.data_vars)
        for name, values in outcome.data_vars.items():
            np.testing.assert_array_equal(again[name].to_numpy().astype(values.dtype), values.to_numpy())
        assert again.attrs["twin_max_relative_error"] == outcome.attrs["twin_max_relative_error"]


def test_plan_against_trial_by_account(outcome, two_routes):
    """Mean and t(11, 0.975) = 2.200985 interval of each account; sums over accounts are the totals."""
    cost = outcome["cost"].transpose("trial", "cost_account", "period").to_numpy()
    assert outcome["account_cost"].to_numpy() == pytest.approx(cost.mean(axis=0))
    half = 2.200985 * cost.std(axis=0, ddof=1) / np.sqrt(12)
    assert outcome["account_cost_high"].to_numpy() == pytest.approx(cost.mean(axis=0) + half, rel=1e-6)
    emitted = outcome["emissions"].transpose("trial", "emission_account", "period").to_numpy()
    over_all = (emitted @ outcome["years"].to_numpy()).mean(axis=0)
    assert outcome["account_emissions_total"].to_numpy() == pytest.approx(over_all)
    counted = json.loads(outcome.attrs["counted_accounts_json"])
    total = outcome["account_emissions_total"].sel(emission_account=counted).sum()
    assert float(total) == pytest.approx(float(outcome["emissions_total_mean"]))
    certain = SimulationSettings(trials=2, uncertainty=UncertaintySettings.off())
    twin = simulate(two_routes.scenario, two_routes.plan, certain)
    for name, dim in (("cost", "cost_account"), ("emissions", "emission_account")):
        planned = two_routes.plan[name].transpose(dim, "period").to_numpy()
        for end in ("", "_low", "_high"):
            assert twin[f"account_{name}{end}"].to_numpy() == pytest.approx(planned, rel=1e-9, abs=1e-3)
