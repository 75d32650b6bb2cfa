"""Vehicles, hubs, stores, returns and disposal are played to the plan's figures, day by day by hand."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

from optimizer import SolverSettings, optimize
from scenarios import ScenarioSettings, load_scenario, read_tables, scenario_from_tables
from scenarios.errors import UnplayableError
from simulation import SimulationSettings, UncertaintySettings, simulate
from simulation.accounting import relative_errors
from simulation.engines import play
from simulation.journal import keep_journal
from simulation.kernel import run_days
from simulation.trial import Trial
from simulation.trials import prepare

SETTINGS = {"name": "ore", "first_year": 2025, "last_year": 2026, "discount_rate": 0.0}
CASE = {
    "sites": "site role lat lon region owner\nport supplier 40 118 north partner\n"
    "hub hub 40 118.5 north own\nmill customer 40 119 north own",
    "products": "product\nore",
    "offers": "offer site product price footprint period\n"
    "port_ore port ore 10 1 2025\nport_ore port ore 20 1 2026",
    "modes": "mode cost_per_tkm tank_to_wheel payload_t\nroad 0 100 30",
    "lanes": "origin destination mode products distance_km cost fixed_cost\n"
    "port hub road ore 100 4 250\nhub mill road ore 100 4 -",
    "demand": "site product quantity\nmill ore 365",
    "hubs": "site handling_cost handling_emissions consolidation\nhub 2 0.5 0.25",
}
BY_TRIP = {
    "lanes": "origin destination mode products distance_km cost whole_vehicles\nport mill road ore 100 4 yes"
}
HUB_OF_1000 = {"hubs": "site handling_cost capacity\nhub 2 {capacity}"}
STORE = {"storage": "site product holding_cost opening\nmill ore 1 60"}
SLAG = {
    "products": "product\nore\nslag\nsteel",
    "sites": "site role lat lon region owner\nmill plant 40 118 north own\ncity customer 40 119 north own",
    "offers": "offer site product price footprint\nmill_ore mill ore 10 1",
    "lanes": "origin destination mode products distance_km cost\nmill city road steel 100 4",
    "lines": "line site capacity\nfurnace mill 1000",
    "processes": "process operating_cost\nsmelt 5",
    "recipes": "process product quantity\nsmelt ore -1.5\nsmelt steel 1\nsmelt slag 0.4",
    "line_processes": "line process\nfurnace smelt",
    "demand": "site product quantity\ncity steel 365",
    "disposal": "product cost emissions capacity\nslag 3 0.2 {capacity}",
    "hubs": "",
}


def case(years=1, last_year=2026, **changes):
    with TemporaryDirectory() as folder:
        for name, text in (CASE | changes).items():
            if text:
                rows = [line.split() for line in text.splitlines()]
                cells = [",".join("" if cell == "-" else cell for cell in row) for row in rows]
                (Path(folder) / f"{name}.csv").write_text("\n".join(cells))
        settings = ScenarioSettings(**SETTINGS | {"years_per_period": years, "last_year": last_year})
        scenario = scenario_from_tables(read_tables(Path(folder)), settings)
    return scenario, optimize(scenario, SolverSettings(mip_gap=0.0))


def filled(template, **values):
    return {name: text.format(**values) for name, text in template.items()}


def played(scenario, plan, uncertainty=None, **policy):
    """Return trials, a trial played with a diary, and the diary's bookings, (days, n) by family."""
    uncertainty = uncertainty or UncertaintySettings.off()
    settings = SimulationSettings(uncertainty=uncertainty, **policy)
    trials = prepare(scenario, plan, settings)
    booked = {name: [] for name in ("operations", "arcs", "lanes", "demands", "takebacks", "disposals")}

    def days(first, last, world):
        for day in range(first, last):
            before = {name: getattr(world, name)["booked"].copy() for name in booked}
            run_days(day, day + 1, world)
            for name, rows in booked.items():
                rows.append(getattr(world, name)["booked"] - before[name])

    trial = Trial(trials.network, trials.opening, settings, uncertainty, 0, days)
    return trials, trial, trial.run(), {name: np.array(rows) for name, rows in booked.items()}


def assert_twin(trials, result):
    errors = relative_errors(trials.accounts.book(result), trials.network.plan)
    assert max(errors.values()) < 1e-9, errors
    assert result.mass_error < 1e-9


def disturbed(**changes):
    return UncertaintySettings(**{**dict.fromkeys(vars(UncertaintySettings.off()), 0.0), **changes})


def test_opened_lanes_and_hubs_are_played_to_the_plans_figures():
    settings = SimulationSettings(trials=2, uncertainty=UncertaintySettings.off())
    outcome = simulate(*case(), settings)
    assert outcome.attrs["twin_max_relative_error"] < 1e-9


def test_vehicles_leave_full_and_the_last_of_a_period_as_it_is():
    """1 t a day, 30 t a vehicle: one leaves every thirtieth day, and with 5 t on the last of 365."""
    trials, trial, result, booked = played(*case(**BY_TRIP, hubs=""))
    gone = np.flatnonzero(booked["lanes"][:, 0])
    expected = [*range(29, 360, 30), 364]
    assert gone.tolist() == [*expected, *(day + 365 for day in expected)]
    assert result.activities["trips"].tolist() == [[13.0, 13.0]]
    assert trial.world.arcs["loaded"].tolist() == [0.0]
    assert_twin(trials, result)


def test_trips_of_a_period_of_several_years_are_flushed_at_its_end():
    """366 + 365 + 365 days of the same rate: 1,095 t are 37 vehicles."""
    trials, _, result, booked = played(*case(years=3, last_year=2028, **BY_TRIP, hubs=""))
    assert result.activities["trips"].tolist() == [[37.0, 13.0]]
    assert booked["lanes"].sum() == 50
    assert_twin(trials, result)


def test_products_share_a_vehicle():
    """1 t of ore and 1 t of coke a day fill 30 t every fifteenth day; 730 t a year are 25 vehicles."""
    two = {
        "products": "product\nore\ncoke",
        "offers": "offer site product price footprint\nore port ore 10 1\ncoke port coke 10 1",
        "lanes": BY_TRIP["lanes"].replace("road ore", "road ore;coke"),
        "demand": "site product quantity\nmill ore 365\nmill coke 365",
    }
    trials, _, result, booked = played(*case(**two, hubs=""))
    assert np.flatnonzero(booked["lanes"][:365, 0]).tolist() == [*range(14, 360, 15), 364]
    assert result.activities["trips"].tolist() == [[25.0, 25.0]]
    assert_twin(trials, result)


def test_vehicles_wait_while_their_lane_is_shut_and_trips_are_those_that_left():
    scenario, plan = case(**BY_TRIP, hubs="")
    trials, trial, _, _ = played(scenario, plan)
    trial = Trial(trials.network, trials.opening, trials.settings, UncertaintySettings.off(), 0)
    trial.enter_outages()
    trial.world.lane_up[360:370] = 0.0  # the last vehicle of the first year cannot leave
    result = trial.run()
    assert result.activities["trips"][0, 0] == 12
    assert result.activities["trips"].sum() > 24
    assert result.mass_error < 1e-9


def test_a_plan_that_pays_for_empty_trips_pays_for_them_in_every_trial():
    scenario, plan = case(**BY_TRIP, hubs="")
    plan["trips"][:] = plan["trips"] + 2
    _, _, result, _ = played(scenario, plan)
    assert result.activities["trips"].tolist() == [[15.0, 15.0]]


def test_hub_of_limited_capacity_is_played_to_the_plans_figures():
    trials, _, result, _ = played(*case(**filled(HUB_OF_1000, capacity=365)))
    assert_twin(trials, result)


def test_hub_handles_no_more_a_day_than_its_share_and_surge_nor_than_it_could_so_far():
    """Demand varies about 1 t a day; the hub handles 1.2 t a day, and with surge 0.1 at most 1.32 t."""
    uncertain = disturbed(demand_daily_cv=0.8)
    capacity = 1.2 * 365
    scenario, plan = case(**filled(HUB_OF_1000, capacity=capacity))
    _, trial, result, booked = played(scenario, plan, uncertain, gain=1.0, surge=0.1)
    arc = int(trial.world.member[0])
    sent = booked["arcs"][:, arc]
    assert sent.max() == pytest.approx(1.32, rel=1e-6)
    so_far = sent.reshape(2, 365).cumsum(axis=1) - 1.2 * np.arange(1, 366)
    assert so_far.max() <= 1e-6
    assert result.mass_error < 1e-9
    free_scenario, free_plan = case(**filled(HUB_OF_1000, capacity=1e6))
    _, _, _, unlimited = played(free_scenario, free_plan, uncertain, gain=1.0, surge=0.1)
    assert unlimited["arcs"][:, arc].max() > 1.5


def test_what_is_thrown_away_is_the_plans():
    """365 t of steel leave 146 t of slag a year, 0.4 t a day, thrown away at 3 a tonne."""
    trials, _, result, booked = played(*case(**filled(SLAG, capacity="-")))
    assert result.activities["discard"] == pytest.approx(146.0)
    assert booked["disposals"] == pytest.approx(0.4)
    assert_twin(trials, result)


def test_more_by_product_is_thrown_away_with_the_gain_and_within_the_limit():
    """Demand up by chance: what slag is there beyond plan goes, but 1.02 x 0.4 t a day at most."""
    scenario, plan = case(**filled(SLAG, capacity=146 * 1.02))
    uncertain = disturbed(demand_daily_cv=0.5)
    _, trial, result, booked = played(scenario, plan, uncertain, gain=0.5, surge=0.0)
    thrown, made = booked["disposals"][:, 0], 0.4 * booked["operations"][:, 0]
    assert thrown.max() == pytest.approx(0.4 * 1.02, rel=1e-9)
    assert thrown.min() < 0.4
    slag = trial.world.nodes["stock"][trial.world.disposals["node"][0]]
    assert slag == pytest.approx((made - thrown).sum(), abs=1e-3)
    assert result.mass_error < 1e-9


def test_a_store_is_filled_while_goods_are_cheap_and_emptied_after():
    """Ore doubles in price: the second year's is bought in the first, less the 60 t that were there."""
    trials, _, result, _ = played(*case(**STORE, hubs="", lanes=BY_TRIP["lanes"].replace("yes", "no")))
    assert result.activities["stock"][0] == pytest.approx([365.0, 0.0], abs=1e-9)
    assert result.activities["purchase"][0] == pytest.approx([670.0, 0.0], abs=1e-9)
    assert_twin(trials, result)


def test_a_store_where_goods_are_bought_ships_what_it_holds():
    """The port buys two years' ore in the first and ships it a year at a time."""
    store = {"storage": "site product holding_cost opening\nport ore 1 0"}
    trials, _, result, _ = played(*case(**store, **BY_TRIP, hubs=""))
    assert result.activities["stock"][0] == pytest.approx([365.0, 0.0], abs=1e-9)
    assert result.activities["purchase"][0] == pytest.approx([730.0, 0.0], abs=1e-9)
    assert_twin(trials, result)


def test_stock_left_in_a_store_is_what_is_there_beyond_plan():
    """Demand varies: the store ends a year above or below plan by what the node does."""
    changes = {**STORE, "hubs": "", "lanes": BY_TRIP["lanes"].replace("yes", "no")}
    trials, trial, result, _ = played(*case(**changes), disturbed(demand_annual_cv=0.2))
    node = trials.network.kept.store_node[0]
    beyond = trial.world.nodes["stock"][node] - trials.opening.closing[-1, node]
    assert result.activities["stock"][0, 1] == pytest.approx(max(beyond, 0.0))
    assert result.mass_error < 1e-9


def test_the_numpy_engine_names_what_it_cannot_play():
    settings = SimulationSettings(trials=1, uncertainty=UncertaintySettings.off(), engine="numpy")
    with pytest.raises(UnplayableError, match="lanes paid by the whole vehicle"):
        simulate(*case(**BY_TRIP, hubs=""), settings)


RETURNS = {
    "products": "product\nore\nempties",
    "lanes": BY_TRIP["lanes"].replace("yes", "no"),
    "hubs": "",
    "returns": "demand_site product returned_product share minimum_share lag_years stream collection_cost\n"
    "mill ore empties 0.5 0.2 1 10 7",
    "disposal": "product cost\nempties 1",
}


def test_what_was_delivered_comes_back_after_the_lag():
    """The stream of 10 in the first year; then a fifth of the 365 delivered in it, and the stream."""
    trials, _, result, booked = played(*case(**RETURNS))
    assert result.activities["returned"][0] == pytest.approx([10.0, 83.0])
    assert result.activities["discard"][0] == pytest.approx([10.0, 83.0])
    assert booked["takebacks"][364:366, 0] == pytest.approx([10 / 365, 83 / 365])
    assert_twin(trials, result)


def test_a_fifth_of_what_was_delivered_beyond_plan_comes_back_beyond_plan_on_its_day():
    _, _, result, booked = played(*case(**RETURNS), disturbed(demand_daily_cv=0.5))
    planned = np.repeat([10 / 365, 83 / 365], 365)
    delivered = booked["demands"][:, 0]
    planned[365:] += 0.2 * (delivered[:365] - 1.0)
    assert booked["takebacks"][:, 0] == pytest.approx(np.maximum(planned, 0.0))
    assert result.mass_error < 1e-9


def test_batteries_that_come_back_are_played_to_the_plans_figures():
    settings = ScenarioSettings(name="batteries", data="battery_returns", first_year=2025, last_year=2038)
    scenario = load_scenario(settings)
    plan = optimize(scenario, SolverSettings(mip_gap=0.002))
    assert float(plan["returned"].sum()) > 0
    for name in ("trips", "stock", "discard"):
        assert name in plan
    trials = prepare(scenario, plan, SimulationSettings(uncertainty=UncertaintySettings.off()))
    account = trials.twin()
    errors = relative_errors(account, plan)
    assert max(errors.values()) < 1e-9, errors
    assert account.mass_error < 1e-9


EVERYTHING = {
    "products": "product\nore\nempties",
    "lanes": "origin destination mode products distance_km cost whole_vehicles\n"
    "port hub road ore 100 4 yes\nhub mill road ore 50 4 no",
    "hubs": "site handling_cost capacity\nhub 2 520",
    "storage": "site product holding_cost opening\nmill ore 1 60",
    "returns": RETURNS["returns"],
    "disposal": "product cost capacity\nempties 1 90",
}


def test_everything_together_is_played_to_the_plans_figures():
    trials, _, result, _ = played(*case(**EVERYTHING))
    activities = result.activities
    assert all(activities[name].sum() > 0 for name in ("trips", "stock", "returned", "discard"))
    assert_twin(trials, result)


def test_plain_python_plays_everything_like_the_compiled_kernel():
    rough = disturbed(
        demand_daily_cv=0.5, lead_time_cv=0.4, lane_disruptions_per_year=6, lane_disruption_mean_days=9
    )
    trials, _, compiled, _ = played(*case(**EVERYTHING), rough)
    plain = play(trials.network, trials.opening, replace(trials.settings, engine="plain"), rough, 0)
    assert compiled.mass_error < 1e-9
    assert float((compiled.required - compiled.delivered).sum()) >= 0
    for name, values in compiled.activities.items():
        assert plain.activities[name] == pytest.approx(values, rel=1e-12, abs=1e-9), name


def test_trips_stocks_returns_and_disposal_are_in_the_journal():
    """Periods of three years and one: quantities as they were, and every currency unit of the account."""
    trials, _, _, _ = played(*case(years=3, last_year=2028, **EVERYTHING), disturbed(demand_daily_cv=0.5))
    journal = keep_journal(trials, 0)
    rows = pd.concat([frame for frame in journal.frames() if len(frame)], ignore_index=True)
    paid = rows.filter(like="cost_").sum()
    accounts = [f"cost_{name}" for name in trials.network.plan["cost_account"].to_numpy()]
    expected = journal.account.cost.sum(axis=1)
    assert paid.reindex(accounts, fill_value=0.0).to_numpy() == pytest.approx(expected, rel=1e-9, abs=1e-6)
    activities, years = journal.result.activities, np.array([3, 1])
    found = rows[rows["event"] != "closing stock"].groupby("activity")["quantity"].sum()
    for name in ("returned", "discard"):
        assert found[name] == pytest.approx((activities[name] * years).sum())
    assert found["trips"] == activities["trips"].sum() == pytest.approx(round(found["trips"]))
