"""Gates in whole trials: what they book, whom they delay, and that the plan's twin passes them at once."""

import pickle

import pandas as pd
import pytest

from scenarios import CarbonSettings
from scenarios.errors import UnplayableError
from simulation.engines import play
from simulation.journal import keep_journal
from simulation.plain import plain_run_days
from simulation.settings import Engine, SimulationSettings
from simulation.trial import Trial
from simulation.trials import _portable

BASE = {"site": "base", "payload_t": 30.0, "hours": 10.0, "waiting_cost": 80.0, "idling_emissions": 5.0}
STAGES = (
    {**BASE, "stage": "weighbridge", "minutes": 5.0, "cv": 0.3},
    {**BASE, "stage": "unloading", "minutes": 20.0, "cv": 0.6},
    {**BASE, "stage": "grading", "minutes": 45.0, "cv": 1.0, "grade_error": 0.1, "misgrade_cost": 200.0},
)
SMART = {**STAGES[2], "intervention": "base_phase_2", "minutes": 2.0, "grade_error": 0.01}


def gated_tables(make, *rows):
    tables = make.tutorial_tables()
    empty = tables["gates"]
    blank = {"intervention": "", "servers": 1.0, "cv": 0.0, "products": ("raw_scrap",), "grade_error": 0.0}
    filled = [
        {"source": "", "quality": "estimated", "misgrade_cost": 0.0, "row": 2 + i, **blank, **row}
        for i, row in enumerate(rows)
    ]
    tables["gates"] = pd.DataFrame(filled)[list(empty.columns)]
    return tables


@pytest.fixture(scope="module")
def gated(make):
    return make.solved(gated_tables(make, *STAGES), CarbonSettings(cap_2026=0.7))


@pytest.fixture(scope="module")
def trials(make, gated):
    return make.trials(gated, make.uncertain(gates=1.0))


def test_the_plan_is_the_same_and_its_twin_passes_gates_at_once(gated, tutorial, trials):
    assert float(gated.plan["cost_npv"].sum()) == float(tutorial.plan["cost_npv"].sum())
    twin = trials.twin()
    assert twin.cost_npv == pytest.approx(float(gated.plan["cost_npv"].sum()), rel=1e-9)
    assert all((booked == 0).all() for booked in twin.gates.values())


def test_waiting_and_wrong_grades_are_paid_in_accounts_of_their_own(gated, trials):
    account, twin = trials.run(0), trials.twin()
    booked = {name: values[0] for name, values in account.gates.items()}
    expected = 80.0 * booked["waited"] + 200.0 * booked["misgraded"]
    names = gated.plan["cost_account"].to_numpy().tolist()
    assert account.cost[names.index("gates")] == pytest.approx(expected, rel=1e-12)
    assert expected.sum() > 0  # the base opens in the second year
    emissions = gated.plan["emission_account"].to_numpy().tolist()
    idling = account.emissions[emissions.index("scope3_upstream_transport_idling")]
    assert idling == pytest.approx(0.005 * booked["waited"], rel=1e-12)
    rest = [i for i, name in enumerate(names) if name != "gates"]
    assert account.cost[rest].sum() == pytest.approx(twin.cost[rest].sum(), rel=0.02)
    assert account.mass_error < 1e-9


def test_vehicles_are_whole_and_a_tenth_of_them_is_graded_wrongly(trials):
    booked = {name: values[0] for name, values in trials.run(0).gates.items()}
    into_base = [label.startswith("yard>base") for label in trials.network.labels("arc")]
    assert sum(into_base) == 1
    came = trials.network.planned.flow[:, into_base][:, 0] * trials.network.days.in_period
    assert (booked["arrived"] >= came / 30).all()
    assert (booked["arrived"] <= came / 30 + trials.network.days.in_period + 30).all()
    assert booked["misgraded"].sum() == pytest.approx(0.1 * came.sum(), rel=0.1)


def test_compiled_and_plain_gates_agree(make):
    case = make.solved(gated_tables(make, *STAGES), CarbonSettings(cap_2026=0.95), first_year=2026)
    trials = make.trials(case, make.uncertain(gates=1.0))
    shared = (trials.network, trials.opening, trials.settings, trials.settings.uncertainty)
    compiled, plain = (Trial(*shared, 3, *days).run() for days in ((), (plain_run_days(),)))
    for name, values in compiled.activities.items():
        assert plain.activities[name] == pytest.approx(values, rel=1e-9, abs=1e-9), name
    assert plain.gates["waited"] == pytest.approx(compiled.gates["waited"], rel=1e-9)
    assert compiled.gates["waited"].sum() > 0


def test_an_intervention_that_grades_faster_shortens_the_wait(make, trials):
    case = make.solved(gated_tables(make, *STAGES, SMART), CarbonSettings(cap_2026=0.7))
    other = make.trials(case, make.uncertain(gates=1.0))
    active = case.plan["in_effect"].sel(intervention="base_phase_2").to_numpy() > 0.5
    assert active.any()
    before, after = trials.run(0).gates, other.run(0).gates
    assert (after["waited"][0][active] < 0.8 * before["waited"][0][active]).all()
    assert (after["misgraded"][0][active] < 0.3 * before["misgraded"][0][active]).all()
    assert after["waited"][0][~active] == pytest.approx(before["waited"][0][~active], rel=1e-12)


def test_a_gate_too_slow_starves_the_base_and_says_so(make):
    slow = {**STAGES[1], "minutes": 200.0}
    case = make.solved(gated_tables(make, slow), CarbonSettings(cap_2026=0.7))
    trials = make.trials(case, make.uncertain(gates=1.0), safety_days=1.0)
    account = trials.run(0)
    assert account.gates["stayed"].sum() > 365
    assert account.mass_error < 1e-9
    assert account.gates["passed"].sum() <= 731 * 10 / (200 / 60) + 1  # vehicles that one server can serve


def test_the_journal_holds_what_gates_book(trials):
    journal = keep_journal(trials, 0)
    rows = pd.concat([frame for frame in journal.frames() if len(frame)])
    names = trials.network.plan["cost_account"].to_numpy().tolist()
    paid = journal.account.cost[names.index("gates")].sum()
    assert rows["cost_gates"].sum() == pytest.approx(paid, rel=1e-12)
    assert set(rows[rows["activity"] == "gate_waiting"]["element"]) == {"base"}


def test_the_outcome_tells_of_the_gates(gated):
    from simulation import simulate

    outcome = simulate(gated.scenario, gated.plan, SimulationSettings(trials=3))
    wait = outcome["gate_wait_minutes"].sel(gate_site="base")
    assert float(wait.sel(period=2026)) > 0 == float(wait.sel(period=2025))  # the base is not open yet
    assert (outcome["gate_wait_minutes_low"].sel(gate_site="base") <= wait).all()
    assert outcome["gate_vehicles"].dims == ("trial", "gate_site", "period")
    assert float(outcome["gate_overnight"].max()) < 1


def test_the_numpy_engine_refuses_gates_by_name(make, gated, trials):
    settings = SimulationSettings(engine=Engine.NUMPY, uncertainty=make.uncertain(gates=1.0))
    with pytest.raises(UnplayableError, match="gates where vehicles queue"):
        play(trials.network, trials.opening, settings, settings.uncertainty, 0)


def test_a_gate_elsewhere_changes_no_luck(make, trials):
    """Streams are keyed by the site: vehicles at the base wait as before, to the bit."""
    elsewhere = {**STAGES[0], "site": "mill", "servers": 3.0, "products": ("iron_ore",)}
    case = make.solved(gated_tables(make, *STAGES, elsewhere), CarbonSettings(cap_2026=0.7))
    both = make.trials(case, make.uncertain(gates=1.0)).run(2).gates
    alone = trials.run(2).gates
    place = case.scenario.sites.label[case.scenario.gates.site].tolist().index("base")
    assert both["arrived"][1 - place].sum() > 5000
    for name in alone:
        assert (both[name][place] == alone[name][0]).all(), name


def test_trials_with_gates_are_the_same_in_another_process(trials):
    there = pickle.loads(pickle.dumps(_portable(trials)))
    assert there.run(4).cost_npv == trials.run(4).cost_npv
    assert (there.run(4).gates["waited"] == trials.run(4).gates["waited"]).all()
