"""The power section: readings of scope 2 side by side, claims at risk, matched hours, the premium."""

import numpy as np
import pytest

from reporting.charts_power import matched_hours, premium_curve, scope2_readings
from reporting.page import render_page
from reporting.payload import build_payload
from reporting.power_page import power_line, power_section
from reporting.workbook_power import claim_sheets
from tests.reporting.conftest import build_outcome, build_plan


def with_claims(plan):
    """Return a plan of which half of every claim counts, on two typical days, all load met at noon."""
    claims = (plan["supply_kind"] != "grid").astype(float)
    lost = plan["power"] * 0.5 * claims
    emissions = plan["emissions"].copy()
    market = emissions.sel(emission_account="scope2_market")
    emissions.loc[{"emission_account": "scope2_same_hour"}] = market + lost.sum("supply") * 0.5
    hour = np.tile(np.arange(24), 2)
    weight = np.repeat([300.0, 65.0], 24)
    load = weight[:, None] * np.ones(plan.sizes["period"]) * 10.0
    return plan.assign(
        emissions=emissions,
        claimed=plan["power"] * claims - lost,
        stranded=lost,
        stranded_emissions=lost * 0.5,
        stranded_premium=lost * 2.0,
        hour_load=(("slice", "period"), load),
        hour_matched=(("slice", "period"), load * (hour == 12)[:, None]),
    ).assign_coords(
        slice=np.arange(48),
        slice_day=("slice", np.repeat([32, 200], 24)),
        slice_hour=("slice", hour),
        slice_weight=("slice", weight),
    )


@pytest.fixture
def payload():
    return build_payload(with_claims(build_plan()), build_plan(adopt=False))


def test_what_does_not_count_is_told_in_energy_carbon_and_money(payload):
    power = payload["power"]
    claimed = sum(values[-1] for kind, values in power["kinds"].items() if kind != "grid")
    assert power["stranded"]["energy"][-1] == pytest.approx(claimed / 2)
    assert power["stranded"]["emissions"][-1] == pytest.approx(claimed / 4)
    assert power["stranded"]["premium"][-1] == pytest.approx(claimed)
    section = power_section(payload)
    assert "by the same hour 50% of that would count" in section.title
    assert [table.title.split(":")[0] for table in section.tables][-1] == "Claims at risk"


def test_three_readings_stand_side_by_side(payload):
    readings = payload["power"]["scope2"]
    assert list(readings) == ["location", "market", "same_hour"]
    assert readings["same_hour"]["plan"][-1] > readings["market"]["plan"][-1]
    assert scope2_readings(payload).title == "Scope 2, read in three ways"
    assert set(payload["emissions"]["methods"]) == set(readings)


def test_only_two_readings_where_nothing_is_known_of_hours():
    payload = build_payload(build_plan(), build_plan(adopt=False))
    assert list(payload["power"]["scope2"]) == ["location", "market"]
    assert "scope2_same_hour" not in [row["key"] for row in payload["emissions"]["accounts"]]
    assert matched_hours(payload) is None
    notes = " ".join(power_section(payload).notes)
    assert "No hourly profiles" in notes
    assert "electricity.premium_curve" in notes


def test_the_heat_map_has_a_cell_for_each_hour_of_each_typical_day(payload):
    chart = matched_hours(payload)
    cells = {tuple(cell["value"][:2]): cell["value"][2] for cell in chart.option["series"][0]["data"]}
    assert len(cells) == 48
    assert {at for at, share in cells.items() if share == 1.0} == {(12, 0), (12, 1)}
    assert chart.option["yAxis"]["data"] == ["19 Jul (65)", "1 Feb (300)"]
    assert payload["power"]["hours"]["matched"][-1] == pytest.approx(1 / 24)


def test_what_is_bought_is_told_beyond_the_price_of_the_grid():
    plan = with_claims(build_plan())
    price = np.where(plan["supply_kind"].to_numpy()[:, None] == "ppa", -12.5, np.nan)
    plan["price_beyond_grid"] = (("supply", "period"), price * np.ones(plan.sizes["period"]))
    options = power_section(build_payload(plan, build_plan(adopt=False))).tables[1]
    told = {row[0]: row[options.headers.index("CNY/MWh beyond grid")] for row in options.rows}
    assert sorted(told.values()) == ["\u2013", "\u2013", "\u221212.5"]


def test_the_premium_is_drawn_where_it_was_asked_for(payload):
    assert premium_curve(payload) is None
    plan = with_claims(build_plan()).assign(
        premium_share=("premium_point", [0.9, 0.5, 1.0]),
        premium_cost_npv=("premium_point", [2e9, 1e9, np.nan]),
        premium_per_mwh=("premium_point", [20.0, 5.0, np.nan]),
    )
    asked = build_payload(plan, build_plan(adopt=False))
    assert [point["share"] for point in asked["power"]["premium"]] == [
        0.5,
        0.9,
    ]  # what no plan reaches is left out
    chart = premium_curve(asked)
    assert chart.finding == "Matching 90% of the load costs CNY 20.0 more a MWh"


def test_page_and_workbook_and_terminal_show_it(payload):
    page = render_page(payload)
    for text in ('id="power"', "Claims at risk", "Scope 2, read in three ways", "Load met in its own hour"):
        assert text in page
    both = [("Plan", with_claims(build_plan()))]
    claims, hours = claim_sheets(both, "CNY per year")
    row = dict(zip([column.header for column in claims.columns], claims.rows[0], strict=True))
    assert row["MWh that count"] == pytest.approx(row["MWh claimed"] / 2)
    assert len(hours.rows) == 2 * 48
    assert "by the same hour" in power_line(payload)


def test_futures_tell_what_of_the_load_claims_that_count_meet():
    plan = with_claims(build_plan())
    outcome = build_outcome(plan, trials=40)
    share = np.linspace(0.2, 0.4, 40)[:, None] * np.ones(plan.sizes["period"])
    outcome = outcome.assign(power_counts=(("trial", "period"), share))
    payload = build_payload(plan, build_plan(adopt=False), outcome)
    assert payload["power"]["trials"]["counts"]["mean"][-1] == pytest.approx(0.3)
    assert any("meet 21% to 39% of the load of 2035" in note for note in power_section(payload).notes)
    assert power_section(payload).tables[0].headers[-1] == "9 of 10 futures, 2035"
