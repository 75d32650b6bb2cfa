"""Electricity as a decision: each option against figures worked out by hand."""

import threading

import numpy as np
import pytest

from optimizer import reference_plan
from optimizer.premium import premium_curve
from optimizer.verify import verify
from scenarios import (
    DataError,
    ElectricitySettings,
    InfeasibleError,
    ScenarioSettings,
    VerificationError,
    scenario_from_tables,
)
from scenarios.certificates import CertificateRecord, record_of
from scenarios.ledger import rates
from simulation import SimulationSettings
from simulation.warm import warm_up
from tests.optimizer.electricity_case import (
    BATTERY,
    DAY,
    EXACT,
    GRID,
    LOAD,
    WIND,
    paid,
    plan_of,
    profile,
    scenario,
    site,
    tables,
)

HOURLY = {"matching": "hourly"}
HALF = LOAD / 2


def used(plan, option):
    return plan["power"].sel(supply=f"mill:{option}").to_numpy()


def emitted(plan, account):
    return plan["emissions"].sel(emission_account=account).to_numpy()


def test_a_contract_by_the_year_may_put_out_at_any_hour():
    _, plan = plan_of([GRID, WIND])
    assert plan["contract"].sel(supply="mill:wind").to_numpy() == pytest.approx([2.0])  # mean output 0.5
    assert paid(plan) == pytest.approx([60 * LOAD])
    assert plan["matched_share"].to_numpy() == pytest.approx([1.0])


def test_a_contract_by_the_hour_meets_the_load_of_its_hours():
    _, plan = plan_of([GRID, WIND], electricity=HOURLY)
    assert plan["contract"].sel(supply="mill:wind").to_numpy() == pytest.approx([1.0])
    assert used(plan, "wind") == pytest.approx([HALF])
    assert paid(plan) == pytest.approx([60 * HALF + 100 * HALF])
    assert plan["matched_share"].to_numpy() == pytest.approx([0.5])
    hours = plan["hourly_used"].sel(hourly_supply="mill:wind", period=2025).to_numpy()
    assert hours == pytest.approx(np.array(DAY))
    assert plan["slice_weight"].sum() == 8760
    assert float(plan["hour_load"].sum()) == pytest.approx(LOAD)
    assert float(plan["hour_matched"].sum()) == pytest.approx(HALF)


def test_storage_brings_the_day_into_the_night():
    """Nights need 12 MWh, 15 charged at 80 %: 2.25 MW of wind, 1.25 MW of battery to take 15 MWh in 12 h."""
    target = HOURLY | {"matched_share": 1.0}
    _, plan = plan_of([GRID, WIND, BATTERY], electricity=target)
    assert plan["contract"].sel(supply="mill:wind").to_numpy() == pytest.approx([2.25])
    assert plan["contract"].sel(supply="mill:battery").to_numpy() == pytest.approx([1.25])
    assert paid(plan) == pytest.approx([60 * 2.25 * HALF + 200_000 * 1.25])
    assert plan["charged"].to_numpy().sum() == pytest.approx(365 * 15)
    assert used(plan, "battery") == pytest.approx([HALF])
    level = plan["hourly_level"].to_numpy()
    assert level.max() == pytest.approx(12.0)
    assert emitted(plan, "scope2_market") == pytest.approx([0.0])
    assert emitted(plan, "scope2_location") == pytest.approx([0.5 * (HALF + 365 * 15)])


def test_storage_is_of_no_use_by_the_year():
    _, plan = plan_of([GRID, WIND, BATTERY], electricity={"matched_share": 1.0})
    assert used(plan, "battery") == pytest.approx([0.0])
    assert plan["contract"].sel(supply="mill:battery").to_numpy() == pytest.approx([0.0])


@pytest.mark.parametrize(("part", "mwh_a_day"), [(1.0, 18), (0.5, 12), (0.8, 14.4)])
def test_what_is_not_taken_is_paid_as_far_as_agreed(part, mwh_a_day):
    """6 h of full and 6 of half output: 2 MW fill 12 h, put out 18 MWh a day, of which 12 are used."""
    sloping = profile("day", [1.0] * 6 + [0.5] * 6 + [0.0] * 12)
    wind = WIND | {"take_or_pay": part}
    _, plan = plan_of([GRID, wind], profiles=sloping, electricity=HOURLY | {"matched_share": 0.5})
    assert paid(plan) == pytest.approx([365 * (60 * mwh_a_day + 100 * 12)])


def test_a_contract_runs_for_its_term():
    wind = WIND | {"term_years": 2}
    _, plan = plan_of([GRID, wind], last_year=2027)
    contracted = plan["contracted"].sel(supply="mill:wind").to_numpy()
    assert contracted == pytest.approx([LOAD] * 3)
    assert plan["contract"].sum().item() == pytest.approx(4.0)  # signed twice: 2 MW each time


CERTIFICATES = [
    {**GRID, "option": "green", "kind": "certificate", "certificate_price": price, "valid_years": 1}
    | {"period": year}
    for year, price in ((2025, 10), (2026, 30), (2027, 25))
]


def certified(**limit):
    grid = [GRID | {"period": year} for year in (2025, 2026, 2027)]
    options = grid + [row | limit for row in CERTIFICATES]
    return plan_of(options, last_year=2027, electricity={"matched_share": 1.0})


def test_certificates_are_bought_when_cheap_and_kept_while_valid():
    _, plan = certified()
    assert plan["certificate_bought"].to_numpy()[0] == pytest.approx([2 * LOAD, 0, LOAD])
    assert paid(plan) == pytest.approx([LOAD * 100 + 2 * LOAD * 10, LOAD * 100, LOAD * 100 + LOAD * 25])
    record = record_of(plan).table()
    assert record["event"].tolist() == ["bought", "retired", "retired", "bought", "retired"]
    assert record["vintage"].tolist() == [2025, 2025, 2025, 2027, 2027]
    assert record["last_mwh"].tolist() == pytest.approx([2 * LOAD, LOAD, 2 * LOAD, LOAD, LOAD])


def test_no_more_certificates_than_are_on_offer():
    _, plan = certified(certificate_limit=10_000)
    assert plan["certificate_bought"].to_numpy()[0] == pytest.approx([10_000, 2 * LOAD - 10_000, LOAD])


def test_a_certificate_retires_once():
    found, plan = certified()
    ledger = rates(found)
    verify(found, plan, ledger)
    twice = plan.copy(deep=True)
    lot = twice["certificate_retired"].sel(certificate_lot="green 2025")
    lot[:] = [LOAD, 2 * LOAD, 0]
    with pytest.raises(VerificationError, match="none is retired twice"):
        verify(found, twice, ledger)
    record = CertificateRecord()
    record.buy("green", 2025, 100, valid_to=2026)
    record.retire("green", 2025, 2025, 60)
    with pytest.raises(VerificationError, match="none is retired twice"):
        record.retire("green", 2025, 2026, 60)
    with pytest.raises(VerificationError, match="valid from 2025 to 2026"):
        record.retire("green", 2025, 2027, 10)
    record.expire("green", 2025)
    assert record.table()["event"].tolist() == ["bought", "retired", "expired"]
    assert record.left("green", 2025) == 0


SUN = {"option": "sun", "kind": "onsite", "price": 0, "capacity_factor": 0.2, "capacity_price": 10_000}
ROOF = {"surface": "roof", "area_per_mw": 1.0}


def test_own_plants_stand_on_roofs_as_far_as_there_is_room():
    areas = [{"site": "mill", "surface": "roof", "area": 2.0}]
    _, plan = plan_of([GRID, SUN | ROOF], power_areas=areas)
    assert plan["contract"].sel(supply="mill:sun").to_numpy() == pytest.approx([2.0])
    assert used(plan, "sun") == pytest.approx([2 * 1752])
    assert paid(plan) == pytest.approx([20_000 + 100 * (LOAD - 2 * 1752)])
    assert emitted(plan, "scope2_location") == pytest.approx([0.5 * (LOAD - 2 * 1752)])


def test_an_intervention_builds_a_plant_that_puts_out_by_the_hour():
    build = [{"intervention": "roof", "kind": "solar", "site": "mill", "capex": 1.0, "life_years": 30}]
    adds = [{"intervention": "roof", "effect": "adds_power_capacity", "option": "sun", "amount": 0.5}]
    sun = {"option": "sun", "kind": "onsite", "price": 0, "profile": "day"}
    _, plan = plan_of([GRID, sun], electricity=HOURLY, interventions=build, effects=adds)
    assert used(plan, "sun") == pytest.approx([0.5 * HALF])


@pytest.mark.parametrize(("capacity", "passed"), [(None, LOAD), (0.5, HALF)])
@pytest.mark.parametrize("electricity", [{}, HOURLY])
def test_sites_of_a_park_share_a_plant(capacity, passed, electricity):
    """One roof carries all; its neighbour draws on it at a fee of 5, as far as the microgrid carries."""
    places = [site("mill", park="p"), site("shop", park="p")]
    areas = [{"site": "mill", "surface": "roof", "area": 100.0}]
    sun = SUN | ROOF | {"profile": "flat"}
    parks = [{"park": "p", "price": 5, "capacity": capacity}]
    _, plan = plan_of(
        [GRID, sun],
        sites=places,
        profiles=profile("flat", [1.0] * 24),
        power_areas=areas,
        microgrids=parks,
        electricity=electricity,
    )
    assert plan["power"].sel(supply="shop:sun<mill").to_numpy() == pytest.approx([passed])
    assert plan["contract"].sel(supply="mill:sun").to_numpy() == pytest.approx([(LOAD + passed) / 1752])
    cost = 10_000 * (LOAD + passed) / 1752 + 5 * passed + 100 * (LOAD - passed)
    assert paid(plan) == pytest.approx([cost])


@pytest.mark.parametrize(
    ("cells", "electricity", "mwh"),
    [({}, {}, 0.3 * LOAD), ({}, HOURLY, 0.3 * LOAD), ({"profile": "day"}, HOURLY, 0.3 * HALF)],
)
def test_imports_keep_to_their_share(cells, electricity, mwh):
    hydro = {"option": "hydro", "kind": "import", "price": 80, "maximum_share": 0.3} | cells
    _, plan = plan_of([GRID, hydro], electricity=electricity)
    assert used(plan, "hydro") == pytest.approx([mwh])
    assert emitted(plan, "scope2_market") == pytest.approx([0.5 * (LOAD - mwh)])


def test_a_share_out_of_reach_is_named_with_what_can_be_reached():
    with pytest.raises(InfeasibleError, match="matched share") as error:
        plan_of([GRID, WIND], electricity=HOURLY | {"matched_share": 0.9})
    assert "90.0% -> 50.0%" in str(error.value)  # nights have no wind


def test_todays_chain_is_seen_by_the_year(monkeypatch):
    """Hours are asked for; the reference has none, and getting ready with it is no mistake."""
    found = scenario([GRID, WIND], electricity=HOURLY | {"matched_share": 0.5})
    reference = reference_plan(found, EXACT)
    assert used(reference, "grid") == pytest.approx([LOAD])
    assert "hourly_used" not in reference
    failed = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    warm_up(found, reference, SimulationSettings(trials=1)).join()
    assert not failed


def test_a_load_of_the_day_needs_no_night():
    places = [site(load_profile="day")]
    _, plan = plan_of([GRID, WIND], sites=places, electricity=HOURLY)
    assert plan["contract"].sel(supply="mill:wind").to_numpy() == pytest.approx([2.0])
    assert used(plan, "wind") == pytest.approx([LOAD])


def weather(day):
    """Return the hours of a day whose wind comes and goes with the weeks."""
    hours = np.arange(24) + 24 * day
    return np.round(np.clip(0.5 + 0.5 * np.sin(hours / 17) + 0.2 * np.sin(hours / 3), 0, 1), 4).tolist()


def test_more_matching_never_costs_less_and_the_last_percents_cost_most():
    """The shape of 24/7 procurement: rising, convex, steep at the end; a wider choice never costs more."""
    options = [GRID, WIND | {"price": 105}, BATTERY | {"capacity_price": 60_000}]
    weeks = profile("day", weather)
    shares = [0.0, 0.3, 0.6, 0.8, 0.9, 1.0]
    by_hour = scenario(options, profiles=weeks, electricity=HOURLY | {"typical_days": 3})
    curve = premium_curve(by_hour, shares)
    cost = curve["premium_cost_npv"].to_numpy()
    assert (np.diff(cost) >= -1e-6 * cost[0]).all()
    slope = np.diff(cost) / np.diff(shares)
    assert (np.diff(slope) >= -1e-6 * slope[-1]).all()
    assert slope[-1] > 2 * slope[1]
    assert (curve["premium_matched_share"].to_numpy() >= np.array(shares) - 1e-7).all()
    market = curve["premium_scope2_market"].to_numpy()
    assert (np.diff(market) <= 1e-6 * market[0]).all()
    assert market[-1] == pytest.approx(0, abs=1e-3)
    by_year = premium_curve(scenario(options, profiles=weeks), shares)["premium_cost_npv"].to_numpy()
    assert (by_year <= cost * (1 + 1e-9)).all()
    import_too = [*options, {"option": "hydro", "kind": "import", "price": 200, "maximum_share": 0.5}]
    wider = scenario(import_too, profiles=weeks, electricity=HOURLY | {"typical_days": 3})
    assert premium_curve(wider, [1.0])["premium_cost_npv"].item() <= cost[-1] * (1 + 1e-9)


BAD = [
    ([GRID, {**WIND, "profile": ""}], {}, "capacity_factor", "ppa needs it"),
    ([GRID, {**BATTERY, "efficiency": None}], {}, "efficiency", "storage needs it"),
    ([GRID | {"storage_hours": 4}], {}, "storage_hours", "says nothing about grid"),
    ([GRID, SUN | {"take_or_pay": 0.5}], {}, "take_or_pay", "says nothing about onsite"),
    ([GRID, SUN | {"surface": "roof"}], {}, "area_per_mw", "a surface needs it"),
    ([GRID, SUN | {"area_per_mw": 1}], {}, "surface", "an area needs it"),
    ([GRID], {"microgrids": [{"park": "nowhere"}]}, "park", "no site lies in this park"),
    ([GRID], {"profiles": profile("day", DAY, range(1, 365))}, "day", "has no row for 1 days of the year"),
    ([GRID], {"profiles": profile("day", [0.0] * 24)}, "h00", "is zero in every hour"),
    (
        [GRID, {"option": "hydro", "kind": "import", "price": 1, "profile": "day"}],
        {"profiles": profile("day", [2.0] * 24)},
        "h00",
        "is above 1",
    ),
]


@pytest.mark.parametrize(("options", "more", "column", "rule"), BAD, ids=lambda value: str(value)[:20])
def test_bad_tables_are_named(options, more, column, rule):
    with pytest.raises(DataError) as error:
        scenario_from_tables(tables(options, **more), ScenarioSettings())
    assert any(problem.column == column and rule in problem.rule for problem in error.value.problems)


def test_hourly_matching_asks_for_profiles():
    wind = {"option": "wind", "kind": "ppa", "price": 60, "capacity_factor": 0.3}
    hourly = ElectricitySettings(matching="hourly")
    with pytest.raises(DataError) as error:
        scenario_from_tables(tables([GRID, wind]), ScenarioSettings(), electricity=hourly)
    (problem,) = error.value.problems
    assert (problem.column, problem.value) == ("profile", "wind")
