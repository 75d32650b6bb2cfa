"""Months as periods: the same money, lives and lead times as in years, and seasons besides.

A port sells ore at 10 a tonne, at 20 from July to September; a mill needs 120 t a year.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from optimizer import SolverSettings, optimize
from scenarios import (
    CarbonSettings,
    ConfigError,
    DataError,
    ScenarioSettings,
    load_scenario,
    read_tables,
    scenario_from_tables,
)
from scenarios.periods import make_periods
from scenarios.typed import typed_settings
from simulation.calendar_days import days_of

YEARS = ScenarioSettings(name="ore", first_year=2025, last_year=2026, discount_rate=0.0)
QUARTERS = replace(YEARS, months_per_period=3)
EXACT = SolverSettings(mip_gap=0.0)
CASE = {
    "sites": "site role lat lon region\nport supplier 40 118 north\nmill customer 40 119 north",
    "products": "product\nore",
    "offers": "offer site product price footprint period\nport_ore port ore 10 0 2025-01\n"
    "port_ore port ore 10 0 2025-04\nport_ore port ore 20 0 2025-07\nport_ore port ore 10 0 2025-10",
    "modes": "mode cost_per_tkm payload_t\nroad 0 30",
    "lanes": "origin destination mode products\nport mill road ore",
    "demand": "site product quantity\nmill ore 120",
}


def scenario(settings, carbon=None, **changes):
    with TemporaryDirectory() as folder:
        for name, text in (CASE | changes).items():
            rows = [line.split() for line in text.splitlines()]
            cells = [",".join("" if cell == "-" else cell for cell in row) for row in rows]
            (Path(folder) / f"{name}.csv").write_text("\n".join(cells))
        return scenario_from_tables(read_tables(Path(folder)), settings, carbon)


def test_quarters_have_names_lengths_and_the_same_horizon():
    periods = make_periods(QUARTERS)
    assert periods.label[:5] == ["2025-01", "2025-04", "2025-07", "2025-10", "2026-01"]
    assert periods.years.sum() == pytest.approx(2)
    assert (periods.end, periods.monthly, make_periods(YEARS).monthly) == (2027, True, False)
    months = make_periods(replace(YEARS, months_per_period=1))
    assert months.label[13] == "2026-02"
    assert len(months) == 24


def test_money_of_months_is_worth_that_of_their_year():
    discounted = replace(YEARS, discount_rate=0.06)
    months = make_periods(replace(discounted, months_per_period=1))
    years = make_periods(discounted)
    assert months.discount_yearly.sum() == pytest.approx(years.discount_yearly.sum(), rel=1e-3)
    assert months.discount_end == years.discount_end
    assert months.discount_once[[0, 12]] == pytest.approx(years.discount_once)


def test_a_case_without_seasons_costs_the_same_in_months():
    settings = ScenarioSettings(name="tutorial", data="tutorial", last_year=2026, discount_rate=0.0)
    months = replace(settings, months_per_period=6)
    carbon = CarbonSettings(price={2025: 100.0})
    one, other = (optimize(load_scenario(s, carbon), EXACT) for s in (settings, months))
    assert other.attrs["objective"] == pytest.approx(one.attrs["objective"])
    assert float(other["cost"].sum()) == pytest.approx(float(one["cost"].sum()))
    assert other["emissions"].to_numpy()[:, 0] == pytest.approx(one["emissions"].to_numpy()[:, 0])
    assert other["period_label"].values.tolist() == ["2025-01", "2025-07", "2026-01", "2026-07"]
    assert "period_label" not in one.coords


def test_stock_bridges_a_dear_season():
    settings = replace(QUARTERS, last_year=2025)
    plain = optimize(scenario(settings), EXACT)
    assert plain.attrs["objective"] == pytest.approx(90 * 10 + 30 * 20)
    plan = optimize(scenario(settings, storage="site product holding_cost\nmill ore 8"), EXACT)
    # A quarter's need is 30 t; kept for the last quarter of a year before use, 8 x 1/4 a tonne.
    assert plan["stock"].to_numpy()[0] == pytest.approx([0, 30, 0, 0])
    assert plan["purchase"].to_numpy()[0] == pytest.approx([120, 240, 0, 120])
    assert plan.attrs["objective"] == pytest.approx(120 * 10 + 30 * 8 / 4)


def test_interventions_take_their_lead_time_and_life_to_the_month():
    interventions = (
        "intervention kind capex lead_years life_years earliest latest\nnew_lane lane 1 1 1 2025 2025"
    )
    case = scenario(
        QUARTERS,
        lanes="origin destination mode products cost locked\nport mill road ore 5 -\n",
        modes="mode cost_per_tkm locked\nroad 0 -\nrail 0 yes",
        lane_rules="origin_role destination_role product mode\nsupplier customer ore rail",
        interventions=interventions,
        effects="intervention effect mode\nnew_lane unlocks_mode rail",
    )
    plan = optimize(case, EXACT)
    decided, works = plan["adopt"].to_numpy()[0], plan["in_effect"].to_numpy()[0]
    assert decided.tolist() == [
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ]  # a year before it works, and the year is over at once
    assert works.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_whole_vehicles_are_counted_by_the_month():
    lanes = "origin destination mode products cost whole_vehicles\nport mill road ore 1 yes"
    plan = optimize(scenario(replace(YEARS, months_per_period=1), lanes=lanes), EXACT)
    assert (plan["trips"] == 1).all()  # 10 t a month
    assert float(plan["cost"].sel(cost_account="freight").sum()) == pytest.approx(24 * 30)


def test_days_follow_the_calendar():
    months = make_periods(replace(YEARS, first_year=2024, months_per_period=1))
    days = days_of(months.start, months.years)
    assert days.in_period[:4].tolist() == [31, 29, 31, 30]
    assert (days.count, days.years) == (366 + 365 + 365, 3)
    whole = make_periods(replace(YEARS, first_year=2024))
    by_year = days_of(whole.start, whole.years)
    assert np.array_equal(by_year.year, days.year)
    assert by_year.in_period.tolist() == [366, 365, 365]


def test_wrong_months_are_refused():
    for changes in ({"months_per_period": 5}, {"months_per_period": 3, "years_per_period": 2}):
        with pytest.raises(ConfigError, match="months_per_period"):
            typed_settings({"scenario": ScenarioSettings}, {"scenario": changes})
    wrong = "site product quantity period\nmill ore 120 2025-13"
    with pytest.raises(DataError, match="is not a number"):
        scenario(QUARTERS, demand=wrong)
