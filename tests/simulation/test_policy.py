"""What happens when things go otherwise than planned."""

import numpy as np
import pytest

from scenarios import CarbonSettings
from simulation import draws
from simulation import trial as trial_module
from simulation.draws import go_live_days
from simulation.outages import lose
from simulation.settings import UncertaintySettings
from simulation.trial import Trial


def running(trials, uncertainty=None):
    return Trial(
        trials.network, trials.opening, trials.settings, uncertainty or trials.settings.uncertainty, 0
    )


def close(trial, trials, family, label, start, end):
    """Take one site, lane or line down."""
    column = list(trials.network.labels(family)).index(label)
    lose(getattr(trial.world, f"{family}_up")[:, column], start, end)


def of(result, case, family, activity, label):
    """Return an activity a year by period of one element."""
    position = list(getattr(case.scenario, f"{family}s").label).index(label)
    return result.activities[activity][position]


def fill(result):
    return result.delivered.sum(axis=0) / result.required.sum(axis=0)


@pytest.fixture
def all_ore(make):
    """The tutorial without a cap: all ore, from one port."""
    return make.solved(make.tutorial_tables())


def test_five_percent_more_demand_is_made_and_delivered(make, all_ore, monkeypatch):
    shape = {}

    def more(network, uncertainty, streams):
        shape["factors"] = (network.days.count, len(network.used.demand))
        return np.full(shape["factors"], 1.05)

    calm = make.trial(make.trials(all_ore))
    monkeypatch.setattr(draws, "demand_factors", more)
    result = make.trial(make.trials(all_ore))
    assert shape
    assert result.required == pytest.approx(1.05 * calm.required)
    assert fill(result) == pytest.approx([1, 1], abs=1e-12)
    made = of(result, all_ore, "operation", "run", "mill_blast_furnace:ore_route")
    assert made == pytest.approx([105_000, 105_000], rel=5e-3)
    assert made.sum() < 210_000  # a part came from stock
    bought = of(result, all_ore, "offer", "purchase", "port_ore")
    assert bought == pytest.approx([157_500, 157_500], rel=8e-3)


def test_a_pull_reaches_upstream_operations_the_same_day(make, two_routes, monkeypatch):
    """Without any hot metal in stock the converter can make more only if the furnace does so that day."""
    monkeypatch.setattr(draws, "demand_factors", lambda n, u, s: np.full((n.days.count, 1), 1.05))
    result = make.trial(make.trials(two_routes, buffer_days=0.0))
    iron = of(result, two_routes, "operation", "run", "mill_blast_furnace:ore_route")
    assert iron[0] == pytest.approx(1.05 * 95_000, rel=5e-3)


def test_less_demand_makes_less(make, all_ore, monkeypatch):
    monkeypatch.setattr(draws, "demand_factors", lambda n, u, s: np.full((n.days.count, 1), 0.9))
    result = make.trial(make.trials(all_ore))
    made = of(result, all_ore, "operation", "run", "mill_blast_furnace:ore_route")
    assert made == pytest.approx([90_000, 90_000], rel=5e-3)


def test_a_long_outage_of_the_only_supplier_runs_the_chain_dry(make, all_ore):
    trials = make.trials(all_ore)
    trial = running(trials)
    close(trial, trials, "site", "port", 60, 300)
    result = trial.run()
    filled = fill(result)
    stock_days = 3 * 14  # of ore and of steel, at the mill and in the city
    served = (60 + stock_days) / 365 + 65 / 365
    assert served - 0.03 < filled[0] < served + 0.1
    assert of(result, all_ore, "demand", "unmet", "city:steel")[0] == pytest.approx(100_000 * (1 - filled[0]))
    assert filled[1] == pytest.approx(1, abs=1e-9)  # what was not delivered by the year's end is lost
    bought = of(result, all_ore, "offer", "purchase", "port_ore")
    assert bought[0] < 150_000 * 0.6
    assert bought[1] > 150_000  # stocks are filled again


def test_a_short_outage_is_made_good(make, all_ore):
    trials = make.trials(all_ore)
    trial = running(trials)
    close(trial, trials, "site", "port", 60, 67)
    result = trial.run()
    assert fill(result) == pytest.approx([1, 1], abs=1e-12)
    assert of(result, all_ore, "offer", "purchase", "port_ore") == pytest.approx([150_000, 150_000], rel=1e-9)


def test_another_supplier_steps_in_and_is_booked(make, two_routes):
    trials = make.trials(two_routes)
    trial = running(trials)
    close(trial, trials, "site", "port", 40, 160)
    result = trial.run()
    assert fill(result)[0] > 0.97
    first = of(result, two_routes, "offer", "purchase", "port_ore")[0]
    second = of(result, two_routes, "offer", "purchase", "port_2_ore")[0]
    assert first < 75_000
    assert second > 39_650 + 20_000
    assert of(result, two_routes, "arc", "flow", "port_2>mill:truck:iron_ore")[0] == pytest.approx(second)
    cost = trials.accounts.book(result).cost
    account = list(two_routes.plan["cost_account"].to_numpy()).index("purchase")
    price = two_routes.scenario.offers.price[:, 0]
    expected = float((result.activities["purchase"][:, 0] * price).sum())
    assert expected > first * 800 + second * 820
    assert cost[account, 0] == pytest.approx(expected)


def test_scarce_scrap_goes_where_it_makes_most_steel(make, two_routes):
    """With scrap three parts in ten short, the arc furnace eases off and the converter keeps running."""
    trials = make.trials(two_routes)
    filled = {}
    for rule in (True, False):
        trial = running(trials)
        yard = list(trials.network.labels("site")).index("yard")
        trial.world.site_up[trials.network.days.first[2] :, yard] = 0.7
        if not rule:
            trial.world.entries["scarce_below"] = 0.0
        result = trial.run()
        filled[rule] = fill(result)[2]
        if rule:
            arc = of(result, two_routes, "operation", "run", "mill_arc_furnace:scrap_route")[2]
            assert arc < 0.6 * float(
                two_routes.plan["run"].sel(period=2029, operation="mill_arc_furnace:scrap_route")
            )
    assert filled[True] > 0.999
    assert filled[False] < 0.95  # shared out by what each asks for, everything stops


def test_patience_decides_who_makes_good(make, two_routes):
    """A port that was closed for a week catches up itself, or leaves it to the other port."""
    planned = float(two_routes.plan["purchase"].sel(offer="port_2_ore", period=2027))
    more = {}
    for patience in (1.0, 1000.0):
        trials = make.trials(two_routes, patience_days=patience)
        trial = running(trials)
        close(trial, trials, "site", "port", 60, 67)
        result = trial.run()
        more[patience] = of(result, two_routes, "offer", "purchase", "port_2_ore")[0] - planned
        assert fill(result)[0] == pytest.approx(1, abs=1e-12)
    lost = 7 * 100_000 / 365
    assert more[1000.0] < 0.1 * lost
    assert more[1.0] > 0.5 * lost


def test_a_furnace_makes_good_itself_what_a_breakdown_cost(make, two_routes):
    """The dearer arc furnace has room too, but the converter is given time to catch up."""
    name = "mill_converter:converter_low"
    planned = float(two_routes.plan["run"].sel(operation=name, period=2028))
    made = {}
    for patience in (1.0, 1000.0):
        trials = make.trials(two_routes, patience_days=patience, surge=0.3)
        trial = running(trials)
        start = float(trials.network.days.first[1]) + 50
        close(trial, trials, "line", "mill_converter", start, start + 6)
        made[patience] = of(trial.run(), two_routes, "operation", "run", name)[1]
    assert made[1000.0] == pytest.approx(planned, rel=2e-4)
    assert made[1.0] < planned * 0.999


def test_backlog_of_a_period_is_served_within_it(make, all_ore):
    trials = make.trials(all_ore, safety_days=1.0)
    trial = running(trials)
    close(trial, trials, "site", "mill", 100, 112)
    result = trial.run()
    assert fill(result) == pytest.approx([1, 1], abs=1e-12)


def test_backlog_at_the_end_of_a_period_is_lost(make, all_ore):
    trials = make.trials(all_ore, safety_days=1.0)
    trial = running(trials)
    close(trial, trials, "site", "mill", 335, 365)
    result = trial.run()
    assert 1 - 30 / 365 - 0.005 < fill(result)[0] < 1 - 20 / 365
    assert fill(result)[1] > 0.99
    assert result.closing_stock == pytest.approx(trials.opening.stock, rel=0.02, abs=1.0)  # filled again


def test_a_full_line_catches_up_after_a_breakdown_by_surging(make):
    tables = make.tutorial_tables()
    tables["lines"].loc[tables["lines"]["line"] == "mill_blast_furnace", "capacity"] = 100_000
    case = make.solved(tables)
    made = {}
    for surge in (0.0, 0.1):
        trials = make.trials(case, surge=surge)
        trial = running(trials)
        close(trial, trials, "line", "mill_blast_furnace", 50, 55)
        made[surge] = of(trial.run(), case, "operation", "run", "mill_blast_furnace:ore_route")[0]
    lost = 5 * 100_000 / 365
    assert made[0.0] == pytest.approx(100_000 - lost, rel=1e-6)
    assert made[0.1] == pytest.approx(100_000, rel=1e-4)


def test_what_is_bought_at_the_gate_follows_its_use(make, two_routes, monkeypatch):
    """Oxygen comes by no lane: its purchases follow the converter's real runs, not the planned ones."""
    monkeypatch.setattr(draws, "demand_factors", lambda n, u, s: np.full((n.days.count, 1), 0.8))
    result = make.trial(make.trials(two_routes))
    low = of(result, two_routes, "operation", "run", "mill_converter:converter_low")
    high = of(result, two_routes, "operation", "run", "mill_converter:converter_high")
    planned = two_routes.plan["purchase"].sel(offer="mill_oxygen").to_numpy()
    bought = of(result, two_routes, "offer", "purchase", "mill_oxygen")
    assert bought == pytest.approx(0.06 * low + 0.05 * high, rel=0.01)
    assert (bought < 0.9 * planned).all()


def test_a_lane_carries_no_more_than_its_capacity(make, two_routes):
    trials = make.trials(two_routes, surge=1.0)
    trial = running(trials)
    close(trial, trials, "site", "port", 20, 365)
    result = trial.run()
    carried = of(result, two_routes, "arc", "flow", "port_2>mill:truck:iron_ore")
    assert 78_000 < carried[0] <= 80_000 * (1 + 1e-6)


def test_yearly_capacities_hold_in_a_rough_world(make, two_routes):
    rough = make.uncertain(
        demand_annual_cv=0.3, demand_daily_cv=0.4, breakdowns_per_year=15, repair_mean_days=4
    )
    trials = make.trials(two_routes, rough, surge=0.5)
    scenario = two_routes.scenario
    for index in range(3):
        result = make.trial(trials, index)
        use = np.zeros(two_routes.plan["standing"].shape)
        np.add.at(use, scenario.operations.line, result.activities["run"] * scenario.operations.use[:, None])
        assert (use <= two_routes.plan["standing"].to_numpy() * (1 + 1e-6)).all()
        assert (result.activities["purchase"] <= scenario.offers.capacity * (1 + 1e-6)).all()


def late(monkeypatch, case, days_by_name):
    """Let interventions go live so many days late."""

    def moved(network, uncertainty, streams):
        days = go_live_days(network, UncertaintySettings.off(), streams)
        for name, more in days_by_name.items():
            days[:, list(network.scenario.interventions.label).index(name)] += more
        return days

    monkeypatch.setattr(trial_module, "go_live_days", moved)


def test_a_late_recipe_is_replaced_by_the_old_one(make, two_routes, monkeypatch):
    """``more_scrap`` unlocks the converter's second recipe in 2029, half a year late."""
    late(monkeypatch, two_routes, {"more_scrap": 182.5})
    trials = make.trials(two_routes)
    result = make.trial(trials)
    high = of(result, two_routes, "operation", "run", "mill_converter:converter_high")
    low = of(result, two_routes, "operation", "run", "mill_converter:converter_low")
    planned = two_routes.plan["run"].sel(operation="mill_converter:converter_high").to_numpy()
    assert high[2] == pytest.approx(planned[2] / 2, rel=0.02)
    assert (high[:2] == 0).all()
    assert high[2] + low[2] == pytest.approx(85_000, rel=5e-3)
    assert fill(result) == pytest.approx([1, 1, 1], abs=1e-9)
    account = trials.accounts.book(result)
    assert account.cap_missed[0, 2]  # more hot metal, more carbon
    assert account.cost[list(two_routes.plan["cost_account"].to_numpy()).index("capex")] == pytest.approx(
        two_routes.plan["cost"].sel(cost_account="capex").to_numpy()
    )


def test_late_savings_count_from_the_real_start(make, two_routes, monkeypatch):
    late(monkeypatch, two_routes, {"mill_energy_management": 73.0})
    result = make.trial(make.trials(two_routes))
    covers = {
        label: result.activities["covered"][i] for i, label in enumerate(two_routes.scenario.covers.label)
    }
    freight = covers["mill_energy_management@mill>city:truck:steel"]
    assert freight == pytest.approx([100_000 * (1 - 73 / 365), 100_000, 100_000])
    ore = of(result, two_routes, "offer", "purchase", "port_2_ore")[0]
    assert ore > 39_650 + 0.5 * 0.02 * 1.5 * 95_000 * 73 / 365  # the spared ore is used after all


def test_late_capacity_is_missing_until_it_stands(make, two_routes, monkeypatch):
    late(monkeypatch, two_routes, {"base_phase_2": 366.0})
    result = make.trial(make.trials(two_routes))
    sorted_scrap = of(result, two_routes, "operation", "run", "base_yard:sorting")
    assert sorted_scrap[1] <= 20_000 * (1 + 1e-9)
    assert two_routes.plan["run"].sel(operation="base_yard:sorting").to_numpy()[1] > 24_000
    assert sorted_scrap[2] > 30_000
    assert fill(result) == pytest.approx([1, 1, 1], abs=0.01)


def test_late_onsite_power_is_replaced_by_the_grid(make, two_routes, monkeypatch):
    late(monkeypatch, two_routes, {"mill_solar": 183.0})
    result = make.trial(make.trials(two_routes))
    planned = two_routes.plan["power"].sel(supply="mill:solar").to_numpy()
    position = list(two_routes.scenario.supplies.label)
    power = result.activities["power"]
    assert power[position.index("mill:solar")] == pytest.approx(planned * [1, 0.5, 1])
    assert power[position.index("mill:grid"), 1] == pytest.approx(planned[1] / 2)


def test_replaced_capacity_stays_until_its_replacement_stands(make, monkeypatch):
    """An arc furnace replaces the blast furnace: while it is late, the old one works on."""
    tables = make.tutorial_tables()
    blank = dict.fromkeys(("site", "region", "line", "process", "mode", "product", "offer", "option"), "")
    switch = {
        "intervention": "base_phase_2",
        "effect": "retires_capacity",
        "site": "",
        "line": "mill_blast_furnace",
    }
    tables["effects"] = make.rows(tables["effects"], {**blank, **switch, "amount": 60_000})
    case = make.solved(tables, CarbonSettings(cap_2026=0.7))
    assert case.plan["standing"].sel(line="mill_blast_furnace").to_numpy().tolist() == [120_000, 60_000]
    late(monkeypatch, case, {"base_phase_2": 400.0})
    result = make.trial(make.trials(case))
    assert of(result, case, "operation", "run", "mill_blast_furnace:ore_route")[1] > 70_000
