"""What interventions really save, whether they ever go live, and what processes need of their inputs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from scenarios.errors import UnplayableError
from simulation.draws import go_live_days
from simulation.engines import play, play_many
from simulation.journal import keep_journal
from simulation.performance import draw_performance
from simulation.power import site_loads
from simulation.settings import Engine, UncertaintySettings
from simulation.streams import Streams, mean_one_lognormal
from simulation.trial import Trial
from tests.simulation.extra_tables import table, with_tables

EXACT = 1e-9


@pytest.fixture(scope="module")
def tried(make, two_routes):
    """Return trials of one plan with a table of uncertainty, which the plan does not read."""

    def trials(*records, **level):
        tables = make.two_route_tables() | {"uncertainty": table("uncertainty", *records)}
        return make.trials(with_tables(two_routes, tables), make.uncertain(**level))

    return trials


def played(trials, index=0):
    settings = trials.settings
    trial = Trial(trials.network, trials.opening, settings, settings.uncertainty, index)
    return trial.run(), trial.world


# ---------------------------------------------------------------- effects


def test_savings_are_scaled_by_the_draw_of_their_intervention(tried, make):
    """All that is saved, by the same factor: electricity and inputs of the same runs, too."""
    trials = tried(intervention_effect_cv=0.3)
    result, twin = played(trials)[0], make.trial(tried())
    covers, labels = trials.network.scenario.covers, trials.network.scenario.interventions.label
    names = [f"intervention {label}" for label in labels]
    normals = np.array([Streams(trials.settings.seed, 0).normals(name, "effect", 1)[0] for name in names])
    factor = mean_one_lognormal(normals, 0.3)[covers.intervention]
    run = result.activities["run"]
    assert run == pytest.approx(twin.activities["run"], rel=1e-6)  # nothing was short
    planned = twin.activities["covered"]
    of_runs = covers.of("operation")
    assert planned[of_runs].max() > 1_000
    covered = result.activities["covered"]
    assert covered[of_runs] == pytest.approx((factor[:, None] * planned)[of_runs], rel=1e-6)
    loads = site_loads(trials.network.scenario, run.T, covered.T).sum(axis=1)
    assert result.activities["power"].sum(axis=0) == pytest.approx(loads, rel=1e-9)
    assert result.mass_error <= EXACT


def test_nothing_is_saved_twice(tried):
    """A draw of ten times what a half saves is all there is, once."""
    trials = tried(intervention_effect_cv=2.0)
    covers = trials.network.scenario.covers
    effects = np.array(
        [
            draw_performance(trials.network, trials.settings.uncertainty, Streams(1, i)).effect
            for i in range(300)
        ]
    )
    for name in ("electricity_cut", "direct_cut", "footprint_cut", "freight_cut"):
        saved = effects[:, covers.intervention] * getattr(covers, name)
        assert saved.max() <= 1 + EXACT
    half = covers.intervention[covers.freight_cut == 0.5][0]
    assert effects[:, half].max() == pytest.approx(2.0)


def test_one_intervention_is_uncertain_and_the_rest_work_as_they_should(tried):
    row = {"kind": "intervention_effect", "intervention": "mill_energy_management", "cv": 0.2}
    trials = tried(
        {"kind": "intervention_effect", "cv": 0},
        {**row, "distribution": "uniform"},
        intervention_effect_cv=0.1,
    )
    effect = draw_performance(trials.network, trials.settings.uncertainty, Streams(1, 0)).effect
    varying = trials.network.scenario.interventions.label[effect != 1]
    assert varying.tolist() == ["mill_energy_management"]


# ---------------------------------------------------------------- drop-out


def test_what_is_dropped_never_goes_live_and_is_paid_all_the_same(tried):
    """All of them: what they unlock is not used, what they would have spared is spent."""
    trials = tried(intervention_dropout=1.0)
    network, plan = trials.network, trials.network.plan
    adopted = plan["adopt"].transpose("period", ...).to_numpy() > 0.5
    assert adopted.any()
    days = go_live_days(network, trials.settings.uncertainty, Streams(1, 0))
    began = np.maximum.accumulate(adopted, axis=0) & network.active
    assert np.isinf(days[began]).all()
    assert np.isfinite(days[network.active & ~began]).all()
    result, account, twin = played(trials)[0], trials.run(0), trials.twin()
    names = plan["cost_account"].to_numpy().tolist()
    for name in ("capex", "programme"):
        assert account.cost[names.index(name)] == pytest.approx(twin.cost[names.index(name)])
    covers = network.scenario.covers
    gone = adopted.any(axis=0)[covers.intervention]
    assert result.activities["covered"][gone].max(initial=0.0) == 0
    assert result.mass_error <= EXACT


def test_so_many_are_dropped(tried):
    """A third of them over 400 trials, each by luck of its own, within four standard errors."""
    trials = tried(intervention_dropout=1 / 3)
    network = trials.network
    adopted = network.plan["adopt"].transpose("period", ...).to_numpy() > 0.5
    members = np.flatnonzero(adopted.any(axis=0))
    dropped = np.array(
        [
            np.isinf(go_live_days(network, trials.settings.uncertainty, Streams(1, i)))[-1, members]
            for i in range(400)
        ]
    )
    assert len(members) >= 2
    assert dropped.mean(axis=0) == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / 400))
    assert abs(np.corrcoef(dropped[:, :2].T)[0, 1]) < 4 / np.sqrt(400)


def test_one_programme_may_be_dropped(tried):
    row = {"kind": "drop_out", "intervention": "more_scrap", "probability": 1}
    trials = tried({"kind": "drop_out", "probability": 0}, row, intervention_dropout=0.1)
    days = go_live_days(trials.network, trials.settings.uncertainty, Streams(1, 0))
    lost = np.isinf(days) & trials.network.active
    labels = trials.network.scenario.interventions.label
    assert labels[lost.any(axis=0)].tolist() == ["more_scrap"]
    rows = pd.concat([frame for frame in keep_journal(trials, 0).frames() if len(frame)])
    assert set(rows.loc[rows["activity"] == "never live", "element"]) == {"more_scrap"}


# ---------------------------------------------------------------- inputs


def test_a_poorer_grade_takes_more_of_the_input(tried):
    """Ore used at the mill is runs times recipe times the year's draw; other inputs are as planned."""
    row = {"kind": "input_need", "site": "mill", "product": "iron_ore", "cv": 0.1, "distribution": "uniform"}
    trials = tried({"kind": "input_need", "cv": 0}, row, input_need_cv=0.05)
    network = trials.network
    need = draw_performance(network, trials.settings.uncertainty, Streams(trials.settings.seed, 0)).need
    labels = network.labels("node").tolist()
    ore = labels.index("mill:iron_ore")
    assert (np.delete(need, ore, axis=1) == 1).all()
    assert (need[:, ore] != 1).all()
    result, world = played(trials)
    entries, operations = network.template.entries, network.template.operations
    owner = np.repeat(np.arange(len(operations)), operations["end_entry"] - operations["first_entry"])
    run = result.activities["run"][network.used.operation] * network.scenario.periods.years
    used = np.zeros(len(labels))
    for t in range(len(need)):
        quantity = np.minimum(network.recipe(t, network.active[t]), 0.0)
        spent = -quantity * need[t, entries["node"]] * run[owner, t]
        np.add.at(used, entries["node"], spent)
    assert world.nodes["used"] == pytest.approx(used, rel=1e-9)
    assert result.mass_error <= EXACT
    bought = network.scenario.offers.product == network.scenario.products.label.tolist().index("iron_ore")
    twin = played(tried())[0]
    more = (result.activities["purchase"] - twin.activities["purchase"])[bought].sum()
    assert np.sign(more) == np.sign((need[:, ore] - 1).sum())  # what is used is bought again


# ---------------------------------------------------------------- off, and the engines


def test_nothing_varies_by_default(tried):
    trials = tried({"kind": "input_need", "cv": 2}, {"kind": "drop_out", "probability": 1})
    assert draw_performance(trials.network, UncertaintySettings(), Streams(1, 0)) is None
    assert trials.run(0).cost_npv == tried().run(0).cost_npv


def test_plain_python_plays_the_same_and_numpy_says_it_cannot(make, tutorial):
    level = make.uncertain(intervention_effect_cv=0.2, input_need_cv=0.05, intervention_dropout=0.3)
    trials = make.trials(tutorial, level)
    shared = (trials.network, trials.opening)
    plain = replace(trials.settings, engine=Engine.PLAIN)
    one = play(*shared, trials.settings, level, 1)
    other = play(*shared, plain, level, 1)
    for name, values in one.activities.items():
        assert values == pytest.approx(other.activities[name], rel=EXACT, abs=1e-6)
    numpy = replace(trials, settings=replace(trials.settings, engine=Engine.NUMPY))
    with pytest.raises(UnplayableError, match=r"intervention_effect_cv.*intervention_dropout.*input_need_cv"):
        play_many(numpy, [0])
