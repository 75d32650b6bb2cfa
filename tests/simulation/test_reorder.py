"""Reorder policies and impatient customers in whole networks: what they leave as it was, and what not."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from benchmarks import distribution as trees
from benchmarks.tables import complete
from scenarios import scenario_from_tables
from scenarios.errors import UnplayableError
from scenarios.policies import make_policies
from simulation import SimulationSettings, UncertaintySettings, reorder, simulate
from simulation.accounting import relative_errors
from simulation.kernel import run_days
from simulation.outages import lose
from simulation.plain import plain_run_days
from simulation.settings import Engine
from simulation.trial import Trial
from simulation.trials import prepare

BASE_STOCK = {"policy": "base_stock", "order_up_to": 30, "measured_in": "days_of_planned_use"}
MIN_MAX = {
    "policy": "order_up_to",
    "reorder_point": 15,
    "order_up_to": 30,
    "measured_in": "days_of_planned_use",
}
LOTS = {
    "policy": "fixed_quantity",
    "reorder_point": 12,
    "order_quantity": 6,
    "measured_in": "days_of_recent_use",
    "recent_days": 14,
    "review_days": 2,
}
ORE = {"site": "mill", "product": "iron_ore"}
ROUGH = {
    "demand_annual_cv": 0.1,
    "demand_daily_cv": 0.3,
    "lead_time_cv": 0.3,
    "supplier_disruptions_per_year": 2.0,
    "supplier_disruption_mean_days": 10.0,
    "lane_disruptions_per_year": 2.0,
    "lane_disruption_mean_days": 4.0,
    "site_disruptions_per_year": 1.0,
    "site_disruption_mean_days": 5.0,
    "breakdowns_per_year": 4.0,
    "repair_mean_days": 1.5,
    "renewable_cv": 0.1,
}


def table(*rows):
    names = {name for row in rows for name in row}
    numbers = names & {"reorder_point", "order_up_to", "order_quantity", "review_days", "recent_days"}
    columns = {name: [row.get(name, np.nan if name in numbers else "") for row in rows] for name in names}
    if "measured_in" in columns:
        columns["measured_in"] = [value or "quantity" for value in columns["measured_in"]]
    return complete(policies=columns)["policies"]


def ordering(case, *rows, tolerance=np.inf):
    """Return the case with policies and customers who wait so long; the plan reads neither."""
    policies, problems = make_policies(table(*rows), case.scenario)
    assert not problems
    demands = case.scenario.demands
    demands = dataclasses.replace(demands, tolerance_days=np.full(len(demands.label), float(tolerance)))
    return dataclasses.replace(
        case, scenario=dataclasses.replace(case.scenario, policies=policies, demands=demands)
    )


def of(result, case, family, activity, label):
    """Return an activity a year by period of one element."""
    return result.activities[activity][list(getattr(case.scenario, f"{family}s").label).index(label)]


def place(trials, family, label):
    return list(trials.network.labels(family)).index(label)


def watched(trials, look, uncertainty=None, close=()):
    """Run trial 0 and return the result and what `look(world, day)` saw each evening."""
    seen = []

    def days(first, last, world):
        for day in range(first, last):
            run_days(day, day + 1, world)
            seen.append(look(world, day))

    uncertainty = uncertainty or trials.settings.uncertainty
    trial = Trial(trials.network, trials.opening, trials.settings, uncertainty, 0, days)
    for family, label, start, end in close:
        lose(getattr(trial.world, f"{family}_up")[:, place(trials, family, label)], start, end)
    return trial.run(), np.array(seen)


@pytest.mark.parametrize("rule", [BASE_STOCK, MIN_MAX, LOTS])
def test_the_twin_follows_the_plan_whatever_the_policies(make, two_routes, rule):
    case = ordering(two_routes, rule, tolerance=0)
    trials = make.trials(case)
    errors = relative_errors(trials.twin(), case.plan)
    assert max(errors.values()) < 1e-9
    assert max(relative_errors(trials.calm(), case.plan).values()) > 1e-6
    without = make.trials(two_routes)
    assert trials.twin().cost_npv == without.twin().cost_npv


def test_rows_that_follow_the_plan_change_nothing_to_the_bit(make, two_routes):
    rough = make.uncertain(**ROUGH)
    plain, said = (
        make.trial(make.trials(case, rough), 1)
        for case in (two_routes, ordering(two_routes, {"policy": "follow_plan"}))
    )
    for name, values in plain.activities.items():
        assert (said.activities[name] == values).all(), name


@pytest.mark.parametrize("rule", [BASE_STOCK, MIN_MAX, LOTS])
@pytest.mark.parametrize("tolerance", [0, 3])
def test_mass_balances_and_capacities_hold_in_a_rough_world(make, two_routes, rule, tolerance):
    case = ordering(two_routes, rule, {"site": "city", **MIN_MAX}, tolerance=tolerance)
    trials = make.trials(case, make.uncertain(**ROUGH), surge=0.3)
    scenario = case.scenario
    for index in range(2):
        result = make.trial(trials, index)
        assert result.mass_error < 1e-9
        assert (result.activities["purchase"] <= scenario.offers.capacity * (1 + 1e-6)).all()
        carried = np.zeros((len(scenario.lanes.label), len(scenario.periods)))
        np.add.at(
            carried, scenario.arcs.lane, result.activities["flow"] * scenario.arcs.tonnes_per_unit[:, None]
        )
        assert (carried <= scenario.lanes.capacity[:, None] * (1 + 1e-6)).all()
        filled = result.delivered.sum() / result.required.sum()
        assert 0.6 < filled <= 1


def test_compiled_and_plain_python_agree_to_the_bit(make):
    case = make.solved(make.tutorial_tables(), last_year=2025)
    case = ordering(case, LOTS, {"site": "city", **BASE_STOCK}, tolerance=2)
    trials = make.trials(case, make.uncertain(**ROUGH))
    shared = (trials.network, trials.opening, trials.settings, trials.settings.uncertainty, 3)
    fast, slow = Trial(*shared).run(), Trial(*shared, plain_run_days()).run()
    for name, values in fast.activities.items():
        assert (slow.activities[name] == values).all(), name


def test_numpy_says_that_it_cannot_play_policies_nor_impatience(make, two_routes):
    for case, named in (
        (ordering(two_routes, MIN_MAX), "reorder policies"),
        (ordering(two_routes, {"policy": "follow_plan"}, tolerance=1), "customers who do not wait"),
    ):
        trials = make.trials(case, engine=Engine.NUMPY)
        with pytest.raises(UnplayableError, match=named):
            trials.run(0)


def test_base_stock_at_the_planned_position_is_following_the_plan_with_full_gain():
    """Where the source never runs short; each tier on its own reads the same demand in another way."""
    tree = trees.distribution(1, 2, 6, 1)
    scenario = tree.scenario()
    plan = trees.planned(scenario)
    luck = dataclasses.replace(UncertaintySettings.off(), demand_daily_cv=0.4)
    settings = SimulationSettings(uncertainty=luck, gain=1.0, patience_days=1.0, safety_days=30.0)
    trials = prepare(scenario, plan, settings)
    position = trials.opening.stock + trials.opening.transit
    labels = scenario.nodes.label[trials.network.used.node]
    rows = [
        {"site": str(label).partition(":")[0], "policy": "base_stock", "order_up_to": level}
        for label, level in zip(labels, position, strict=True)
        if not str(label).startswith("source")
    ]
    policies, _ = make_policies(table(*rows), scenario)
    ordered = prepare(dataclasses.replace(scenario, policies=policies), plan, settings)
    assert len(ordered.network.ordering.node) == 9
    ours, theirs = (Trial(t.network, t.opening, settings, luck, 4).run() for t in (ordered, trials))
    assert ours.delivered == pytest.approx(theirs.delivered, rel=1e-9)
    assert ours.closing_stock == pytest.approx(theirs.closing_stock, rel=1e-9)
    assert ours.mean_stock == pytest.approx(theirs.mean_stock, rel=1e-9)
    assert ours.activities["flow"] == pytest.approx(theirs.activities["flow"], rel=1e-9)


def off_level(run, policies, days):
    """Return by how much positions miss their base-stock level at worst, over nodes and evenings.

    A small tree, often short of goods and with a lane that shuts; the formula is written out anew.
    """
    tree = trees.Distribution(
        (np.zeros(1, int), np.zeros(2, int), np.array([0, 0, 1])), np.full(3, 3650.0), 1
    )
    scenario = tree.scenario()
    scenario = dataclasses.replace(scenario, policies=make_policies(table(*policies), scenario)[0])
    luck = dataclasses.replace(UncertaintySettings.off(), demand_daily_cv=1.0)
    trials = prepare(scenario, trees.planned(scenario), SimulationSettings(uncertainty=luck))
    network, worst = trials.network, []

    def watched(first, last, world):
        for day in range(first, min(last, days)):
            run(day, day + 1, world)
            arcs, nodes, demands = world.arcs, world.nodes, world.demands
            count = len(nodes)
            position = (
                nodes["stock"] + nodes["transit"] - np.bincount(demands["node"], demands["waiting"], count)
            )
            position += np.bincount(arcs["head"], arcs["unsent"], count)
            position -= np.bincount(arcs["tail"], arcs["unsent"], count)
            at, level = network.ordering.node, world.policies["level"]
            worst.append(np.abs(position[at] / level - 1).max())

    trial = Trial(network, trials.opening, trials.settings, luck, 0, watched)
    lose(trial.world.lane_up[:, place(trials, "lane", "plant_000>depot_000:truck")], 5, 12)
    trial.run()
    return max(worst)


SHORT_OF_GOODS = (
    {"role": "plant", "policy": "base_stock", "order_up_to": 140},
    {"role": "hub", "policy": "base_stock", "order_up_to": 60},
    {"role": "customer", "policy": "base_stock", "order_up_to": 20},
)


def test_every_evening_every_position_is_at_its_level():
    assert off_level(run_days, SHORT_OF_GOODS, 365) < 1e-12


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("position += arcs[world.arriving[i]].unsent", "pass"),
        ("position -= arcs[world.leaving[i]].unsent", "pass"),
        ("position -= demands[world.customer[i]].waiting", "pass"),
        ("position = node.stock + node.transit", "position = node.stock"),
        ("arc.unsent += more", "arc.unsent = more"),
    ],
)
def test_a_forgotten_part_of_the_position_shows(monkeypatch, right, wrong):
    """Played in plain Python with one line of the policy changed."""
    text = Path(reorder.__file__).read_text()
    assert right in text
    text = text.replace("@compiled\n", "").replace("@inlined\n", "")
    changed = {}
    exec(compile(text.replace(right, wrong), "changed", "exec"), changed)
    plain = plain_run_days()
    monkeypatch.setitem(plain.__globals__["release"].__globals__, "order", changed["order"])
    assert off_level(plain, SHORT_OF_GOODS, 20) > 1e-3


def test_days_of_planned_use_are_quantities_of_the_plan(make, two_routes):
    trials = make.trials(ordering(two_routes, {**ORE, **MIN_MAX}))
    use = trials.opening.use[:, place(trials, "node", "mill:iron_ore")]
    _, seen = watched(trials, lambda world, day: (world.policies["point"][0], world.policies["level"][0]))
    first = trials.network.days.first[:-1]
    assert seen[first, 0] == pytest.approx(15 * use)
    assert seen[first, 1] == pytest.approx(30 * use)
    assert len(set(use)) == 3


def test_orders_that_cannot_be_sent_stay_on_order_and_are_not_placed_again(make):
    """The only port is shut for forty days: the position stays at its level, then the backlog is sent."""
    case = make.solved(make.tutorial_tables())
    trials = make.trials(ordering(case, {**ORE, **BASE_STOCK}))
    ore, daily = place(trials, "node", "mill:iron_ore"), 150_000 / 365
    arc = place(trials, "arc", "port>mill:truck:iron_ore")

    def look(world, day):
        return world.nodes["stock"][ore], world.arcs["unsent"][arc], world.arcs["done"][arc]

    result, seen = watched(trials, look, close=[("site", "port", 60, 100)])
    stock, unsent, sent = seen.T
    assert unsent[59] == pytest.approx(0, abs=1e-9)
    assert unsent[99] > 25 * daily
    assert (np.diff(unsent[60:100]) >= -1e-9).all()
    assert unsent[100] == 0.0
    assert sent[100] == pytest.approx(unsent[99] + daily, rel=0.05)
    assert sent[60:100].max() == 0.0
    position = stock + unsent  # a day on the way: what was sent arrives the next morning
    lead = trials.network.scenario.arcs.lead_days[trials.network.used.arc][arc]
    assert lead <= 1
    assert (position + sent)[20:360] == pytest.approx(30 * daily, rel=1e-9)
    assert result.mass_error < 1e-9


def test_what_one_way_cannot_send_goes_by_and_by_to_the_others(make, two_routes):
    planned = two_routes.plan["purchase"].sel(offer="port_2_ore", period=2027)
    bought = {}
    for patience in (2.0, 1e9):
        trials = make.trials(ordering(two_routes, {**ORE, **BASE_STOCK}), patience_days=patience, surge=1.0)
        result, _ = watched(trials, lambda world, day: 0, close=[("site", "port", 40, 100)])
        labels = list(two_routes.scenario.offers.label)
        bought[patience] = result.activities["purchase"][labels.index("port_2_ore"), 0]
    assert bought[2.0] > planned + 8_000
    assert bought[1e9] < bought[2.0] - 5_000


def test_the_more_one_orders_up_to_the_more_is_in_stock(make, two_routes):
    rough = make.uncertain(**ROUGH)
    mean = []
    for days in (10, 20, 40):
        trials = make.trials(ordering(two_routes, {**ORE, **BASE_STOCK, "order_up_to": days}), rough)
        mean.append(make.trial(trials, 0).mean_stock[place(trials, "node", "mill:iron_ore")])
    assert mean[0] < mean[1] < mean[2]


@pytest.mark.parametrize("days", [0, 1, 4])
def test_who_waits_too_long_is_lost_in_the_order_they_came(make, two_routes, days):
    """A list of those who wait, served in turn, struck off when their days are over, says the same."""
    rough = make.uncertain(**{**ROUGH, "demand_daily_cv": 0.8})
    trials = make.trials(
        ordering(two_routes, {"policy": "follow_plan"}, tolerance=days), rough, safety_days=1.0
    )
    result, seen = watched(
        trials,
        lambda world, day: (world.demands["waiting"][0], world.demands["served"][0], world.demand[day, 0]),
    )
    waiting, queue, lost = [], [], 0.0
    closes = set((trials.network.days.first[1:] - 1).tolist())
    for day, (_, served, asked) in enumerate(seen):
        queue.append([day, asked])
        left = served
        while queue and left > 1e-9:
            done = min(left, queue[0][1])
            queue[0][1] -= done
            left -= done
            if queue[0][1] <= 1e-9:
                queue.pop(0)
        lost += sum(amount for since, amount in queue if since <= day - days)
        queue = [item for item in queue if item[0] > day - days]
        waiting.append(sum(amount for _, amount in queue))
        if day in closes:
            lost += waiting[-1]
            queue = []
    assert seen[:, 0] == pytest.approx(np.array(waiting), abs=1e-5)
    assert (result.required - result.delivered).sum() == pytest.approx(lost, rel=1e-6)
    assert lost > 100


def test_less_patience_never_serves_more(make, two_routes):
    rough = make.uncertain(**{**ROUGH, "demand_daily_cv": 0.8})
    served = []
    for days in (0, 2, 10, np.inf):
        case = ordering(two_routes, {"policy": "follow_plan"}, tolerance=days)
        served.append(make.trial(make.trials(case, rough, safety_days=1.0)).delivered.sum())
    assert served[0] < served[1] < served[2] <= served[3] * (1 + 1e-9)


def test_policies_come_from_the_tables(make, two_routes):
    old = two_routes.scenario
    tables = make.two_route_tables() | {"policies": table({**ORE, **MIN_MAX})}
    scenario = scenario_from_tables(tables, old.settings, old.carbon, old.pathway)
    trials = make.trials(dataclasses.replace(two_routes, scenario=scenario))
    node = trials.network.ordering.node
    assert trials.network.labels("node")[node].tolist() == ["mill:iron_ore"]


def test_the_outcome_says_how_policies_fared(make, two_routes):
    """Of (s,S) in the twin's world: an order every (S - s) days of use, and a stock between."""
    case = ordering(two_routes, {**ORE, **MIN_MAX})
    settings = SimulationSettings(trials=2, uncertainty=UncertaintySettings.off())
    outcome = simulate(case.scenario, case.plan, settings)
    assert outcome.attrs["twin_max_relative_error"] < 1e-9
    assert outcome["ordering"].to_numpy().tolist() == ["mill:iron_ore"]
    assert outcome["ordering_policy"].item() == "order_up_to"
    use = prepare(case.scenario, case.plan, settings).opening.use[:, 0]
    assert outcome["orders_per_year"].item() == pytest.approx(365 / 15, rel=0.1)
    assert outcome["order_size"].item() > 14 * use.min()
    assert outcome["ordering_empty"].item() == 0
    assert 10 < outcome["ordering_stock_days"].item() < 30
    assert "ordering" not in simulate(two_routes.scenario, two_routes.plan, settings)


@pytest.mark.parametrize("tolerance", [0, 3, np.inf])
def test_recent_use_counts_what_was_asked_for_be_it_lost(make, two_routes, tolerance):
    """Else levels would sink with the sales, and the sales with the levels."""
    rule = {"site": "city", **LOTS, "review_days": 1, "reorder_point": 2, "order_quantity": 1}
    trials = make.trials(ordering(two_routes, rule, tolerance=tolerance), make.uncertain(**ROUGH))

    def look(world, day):
        return world.recent[day % 14, 0], world.demand[day, 0]

    result, seen = watched(trials, look)
    assert seen[:, 0] == pytest.approx(seen[:, 1], abs=1e-6)
    assert (result.delivered.sum() < 0.999 * result.required.sum()) == (tolerance < np.inf)


@pytest.mark.parametrize("rule", [BASE_STOCK, MIN_MAX, LOTS])
def test_what_the_plan_uses_from_its_second_year_on_is_ordered_from_then_on(make, tutorial, rule):
    """Scrap for the arc furnace, which the cap asks for in 2026 only."""
    planned = tutorial.plan["flow"].sel(arc="base>mill:truck:scrap").to_numpy()
    assert planned[0] == 0 < planned[1]
    case = ordering(tutorial, {"site": "mill", "product": "scrap", **rule})
    moved = of(make.trial(make.trials(case)), case, "arc", "flow", "base>mill:truck:scrap")
    assert moved[0] == 0
    assert moved[1] == pytest.approx(planned[1], rel=0.15)


def tree_of(years=1, scale=1.0):
    """Return trials of a small tree whose shops order in lots, depots by (s,S), plants by base stock."""
    need = scale * 365.0 * np.array([5.0, 8.0, 11.0])
    tree = trees.Distribution((np.zeros(1, int), np.zeros(2, int), np.array([0, 0, 1])), need, years)
    scenario = tree.scenario()
    rows = ({"role": "customer", **LOTS}, {"role": "hub", **MIN_MAX}, {"role": "plant", **BASE_STOCK})
    scenario = dataclasses.replace(scenario, policies=make_policies(table(*rows), scenario)[0])
    shut = {"lane_disruptions_per_year": 3.0, "lane_disruption_mean_days": 8.0}
    luck = dataclasses.replace(UncertaintySettings.off(), demand_daily_cv=0.6, **shut)
    return prepare(scenario, trees.planned(scenario), SimulationSettings(uncertainty=luck))


def test_twice_the_quantities_are_twice_the_orders(make):
    once, twice = make.trial(tree_of(), 2), make.trial(tree_of(scale=2.0), 2)
    for name in ("flow", "purchase", "unmet"):
        assert twice.activities[name] == pytest.approx(2 * once.activities[name], rel=1e-9, abs=1e-6), name
    assert (twice.orders[0] == once.orders[0]).all()
    assert twice.orders[1] == pytest.approx(2 * once.orders[1])
    assert once.orders[2].sum() > 10  # evenings without stock


def test_the_first_year_of_two_is_the_year_alone(make):
    alone, longer = make.trial(tree_of(), 3), make.trial(tree_of(years=2), 3)
    for name in ("flow", "purchase", "unmet"):
        assert (longer.activities[name][:, 0] == alone.activities[name][:, 0]).all(), name
