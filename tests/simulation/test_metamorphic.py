"""What must not matter does not, and what must scale does: under common random numbers, to the bit.

Sums of the ledger run in the order of a table's rows, so money and CO2e of permuted rows are compared
to 1e-12 and everything physical to the bit.
"""

import dataclasses

import numpy as np
import pytest

from scenarios import CarbonSettings, PathwaySettings, ScenarioSettings, scenario_from_tables
from scenarios.plans import ACTIVITY_DIMS
from simulation import SimulationSettings, UncertaintySettings, streams
from simulation.trial import Trial
from simulation.trials import prepare

FAMILIES = {
    name: f"{name}s"
    for name in ("offer", "arc", "operation", "intervention", "cover", "demand", "line", "site")
} | {"supply": "supplies"}
MARK = "q_"  # before every name alike, so that the order of names stays
ROUGH = UncertaintySettings(
    demand_annual_cv=0.15,
    demand_daily_cv=0.4,
    lead_time_cv=0.8,
    supplier_disruptions_per_year=2.0,
    supplier_disruption_mean_days=30.0,
    site_disruptions_per_year=3.0,
    site_disruption_mean_days=20.0,
    lane_disruptions_per_year=4.0,
    breakdowns_per_year=12.0,
    intervention_delay_mean_years=0.5,
)
CAPS = CarbonSettings(cap_2027=1.0, cap_2028=0.85, cap_2029=0.74)


def scenario_of(tables, last_year=2029):
    settings = ScenarioSettings(
        name="case", data="tutorial", discount_rate=0.05, first_year=2027, last_year=last_year
    )
    return scenario_from_tables(tables, settings, CAPS, PathwaySettings())


def trials_of(scenario, plan):
    return prepare(scenario, plan, SimulationSettings(uncertainty=ROUGH, safety_days=4.0))


def tried(trials, index=0):
    return Trial(trials.network, trials.opening, trials.settings, trials.settings.uncertainty, index).run()


def assert_same_path(one, other, order=None):
    """Compare to the bit what happened; `order` places the members of `other` by family."""
    for name, values in one.activities.items():
        theirs = other.activities[name]
        dim = ACTIVITY_DIMS.get(name, name)  # plans know no responses
        if order and dim in order:
            theirs = theirs[order[dim]]
        assert np.array_equal(values, theirs), name
    demands = order["demand"] if order else slice(None)
    assert np.array_equal(one.delivered, other.delivered[demands])
    assert np.array_equal(one.closing_stock, other.closing_stock)
    assert np.array_equal(one.mean_transit, other.mean_transit)
    assert one.events == other.events


@pytest.fixture(scope="module")
def base(two_routes):
    trials = trials_of(two_routes.scenario, two_routes.plan)
    result = tried(trials)
    assert (result.delivered < result.required).any()  # rough enough that every rule is at work
    return trials, result


def moved_to(plan, scenario):
    """Return the plan on another scenario's labels: zero for what is new."""
    labels = {name: getattr(scenario, plural).label.astype(str) for name, plural in FAMILIES.items()}
    numbers = plan.drop_vars([c for c in plan.coords if c not in plan.dims])
    return numbers.reindex(labels, fill_value=0.0)


def test_an_unused_lane_between_used_sites_changes_nothing(make, two_routes, base):
    tables = make.two_route_tables()
    modes, lanes = tables["modes"], tables["lanes"]
    tables["modes"] = make.rows(modes, {"mode": "airship", "cost_per_tkm": 99.0})
    ways = lanes.drop_duplicates(["origin", "destination"]).assign(mode="airship", lead_days=55.0)
    tables["lanes"] = make.rows(lanes, *ways.to_dict("records"))
    scenario = scenario_of(tables)
    assert len(scenario.lanes.label) == len(two_routes.scenario.lanes.label) + len(ways)
    trials = trials_of(scenario, moved_to(two_routes.plan, scenario))
    account, mine = trials.run(0), base[0].run(0)
    for name in ("cost", "emissions", "delivered", "closing_stock"):
        assert np.array_equal(getattr(account, name), getattr(mine, name)), name


def test_renaming_every_site_changes_nothing(make, two_routes, base, monkeypatch):
    """Luck belongs to names: with the luck of the old names, new ones change not a bit."""
    tables = make.two_route_tables()
    names = {name: MARK + name for name in tables["sites"]["site"]}
    tables = {
        table: frame.map(lambda cell: names.get(cell, cell) if isinstance(cell, str) else cell)
        for table, frame in tables.items()
    }
    scenario = scenario_of(tables)
    assert all(label.startswith(MARK) for label in scenario.sites.label)
    labels = {name: getattr(scenario, plural).label.astype(str) for name, plural in FAMILIES.items()}
    numbers = two_routes.plan.drop_vars([c for c in two_routes.plan.coords if c not in two_routes.plan.dims])
    trials = trials_of(scenario, numbers.assign_coords(labels))
    unlike = tried(trials)
    assert (unlike.required != base[1].required).any()
    words = streams._words
    monkeypatch.setattr(streams, "_words", lambda text: words(text.replace(MARK, "")))
    streams._keys.cache_clear()
    try:
        result, account = tried(trials), trials.run(0)
    finally:
        streams._keys.cache_clear()
    assert_same_path(base[1], result)
    mine = base[0].run(0)
    assert np.array_equal(mine.cost, account.cost)
    assert np.array_equal(mine.emissions, account.emissions)


@pytest.mark.parametrize("seed", [0, 1])
def test_permuted_rows_go_the_same_path(make, two_routes, base, seed):
    luck = np.random.default_rng(seed)
    tables = {
        name: frame.iloc[luck.permutation(len(frame))].reset_index(drop=True)
        for name, frame in make.two_route_tables().items()
    }
    scenario = scenario_of(tables)
    assert list(scenario.sites.label) != list(two_routes.scenario.sites.label)
    trials = trials_of(scenario, moved_to(two_routes.plan, scenario))
    order = {}
    for name, plural in FAMILIES.items():
        place = {label: i for i, label in enumerate(getattr(scenario, plural).label)}
        order[name] = np.array(
            [place[label] for label in getattr(two_routes.scenario, plural).label], dtype=int
        )
    assert_same_path(base[1], tried(trials), order)
    account, mine = trials.run(0), base[0].run(0)
    assert account.cost_npv == pytest.approx(mine.cost_npv, rel=1e-12)
    assert account.emissions == pytest.approx(mine.emissions, rel=1e-12)


def test_the_first_three_of_ten_years_are_a_trial_of_three_years(make):
    """From the same opening stock: the longer plan's own stock also covers what only later years need."""
    tables = make.two_route_tables()
    ten = make.solved(tables, CAPS, first_year=2027, last_year=2036)
    assert float(ten.plan["adopt"].sum()) > 0
    long = trials_of(ten.scenario, ten.plan)
    short = trials_of(scenario_of(tables), ten.plan.isel(period=slice(3)))
    assert len(short.network.used.operation) == len(long.network.used.operation)
    opening = dataclasses.replace(long.opening, closing=long.opening.closing[:3])
    short = dataclasses.replace(short, opening=opening)
    for index in range(2):
        whole, part = tried(long, index), tried(short, index)
        assert np.array_equal(part.required, whole.required[:, :3])
        assert np.array_equal(part.delivered, whole.delivered[:, :3])
        for name, values in part.activities.items():
            assert np.array_equal(values, whole.activities[name][:, :3]), name


def test_twice_of_everything_costs_and_emits_twice(two_routes, base):
    """Twice the demand, capacities, modules and plan: a power of two, so to the bit."""
    scenario, plan = two_routes.scenario, two_routes.plan.copy(deep=True)
    for name in (*ACTIVITY_DIMS, "required"):
        if name in plan:
            plan[name] = 2.0 * plan[name]
    families = ("offers", "lanes", "lines")
    doubled = {
        name: dataclasses.replace(part, capacity=2.0 * part.capacity)
        for name in families
        for part in [getattr(scenario, name)]
    }
    trials = trials_of(dataclasses.replace(scenario, **doubled), plan)
    account, mine = trials.run(0), base[0].run(0)
    for name in ("cost", "emissions", "required", "delivered", "closing_stock"):
        assert np.array_equal(getattr(account, name), 2.0 * getattr(mine, name)), name
    assert account.cost_npv == 2.0 * mine.cost_npv


def test_disruptions_of_probability_zero_are_none(two_routes):
    """However long they would last, what never starts leaves every other stream alone."""
    none = dataclasses.replace(
        ROUGH,
        supplier_disruptions_per_year=0.0,
        site_disruptions_per_year=0.0,
        lane_disruptions_per_year=0.0,
        breakdowns_per_year=0.0,
    )
    long = dataclasses.replace(
        none,
        supplier_disruption_mean_days=300.0,
        site_disruption_mean_days=300.0,
        lane_disruption_mean_days=300.0,
        repair_mean_days=300.0,
    )
    results = []
    for uncertainty in (none, long):
        settings = SimulationSettings(uncertainty=uncertainty, safety_days=4.0)
        results.append(tried(prepare(two_routes.scenario, two_routes.plan, settings)))
    assert_same_path(*results)
