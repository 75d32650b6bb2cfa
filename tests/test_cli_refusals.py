"""What the studies of a run cannot do is said at once, before anything is solved."""

import pytest

import optimizer
import optimizer.futures
import optimizer.tornado

FUTURES = "futures.of=[{name: low, changes: {demand: 0.9}}, {name: high, changes: {demand: 1.1}}]"
ALONE = "plans again for the scenario alone: leave out futures, or"


@pytest.fixture
def nothing_is_solved(monkeypatch):
    def solved(*_, **__):
        pytest.fail("something was solved")

    monkeypatch.setattr(optimizer, "reference_plan", solved)
    for name in ("optimize", "optimize_futures"):
        monkeypatch.setattr(optimizer.futures, name, solved)


@pytest.mark.usefixtures("nothing_is_solved")
def test_every_typo_of_every_study_is_told_at_once(zerolane, tmp_path):
    answer = zerolane(
        "optimize",
        "scenario=tutorial",
        "break_even.interventions=[captur]",
        "abatement.curve=true",
        "objective.kind=weighted",
        "objective.carbon_weight=10",
        "tornado.inputs=[demnd,capx,all]",
        r"+tornado.ranges={data.offers\[prise\].scale: [0.8, 1.2]}",
        "pathway.levers.interventions=false",
        "alternatives.plans=2",
        "alternatives.swings=[freight]",
        "alternatives.inputs=[grid_factor]",
        r"+alternatives.ranges={footprnts: [0.5, 2], data.nothing\[price\].scale: [0.5, 2]}",
        "alternatives.decisions=[boiler]",
        "+alternatives.futures={dear: {purchase_price: 1.2}, now: {carbon.cap_now: 1}, fine: {demand: 1.1}}",
        "out=run",
    )
    assert answer.code == 2
    told = answer.err.splitlines()
    expected = [
        "break_even.interventions names ['captur']",
        "abatement.curve needs objective.kind=least_cost",
        "tornado.inputs: no input 'demnd' (did you mean demand?)",
        "tornado.inputs: no input 'capx' (did you mean capex?)",
        "tornado.inputs needs objective.kind=least_cost",
        "tornado.ranges.data.offers[prise].scale: ",
        "alternatives.plans: the pathway has no interventions to decide on",
        "alternatives.futures.dear: no input 'purchase_price' to change",
        "alternatives.futures.now: carbon.cap_now: 1 changes no milestone",
        "alternatives.swings: no input 'freight' to change",
        "alternatives.inputs: no input 'grid_factor' to change",
        "alternatives.ranges.footprnts: no input 'footprnts' to change",
        "alternatives.ranges.data.nothing[price].scale: ",
        "alternatives.decisions: no intervention 'boiler'",
    ]
    for said in expected:
        assert any(line.strip().startswith(said) for line in told), (said, answer.err)
    assert "'nothing'" in answer.err
    assert f"{len(expected)} settings cannot be used:" in answer.err
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("nothing_is_solved")
def test_what_plans_for_the_scenario_alone_does_not_go_with_futures(zerolane):
    words = ["electricity.premium_curve=[0.5]", "alternatives.plans=1", "tornado.inputs=[demand]"]
    answer = zerolane("pareto", "scenario=tutorial", FUTURES, *words, "out=run")
    assert answer.code == 2
    for key in ("zerolane pareto", "electricity.premium_curve", "tornado", "alternatives"):
        assert f"{key} {ALONE} {key}" in answer.err
    answer = zerolane(
        "optimize", "scenario=tutorial", FUTURES, "futures.committed_offers=[irn]", words[0], "out=run"
    )
    assert answer.code == 2
    assert f"electricity.premium_curve {ALONE}" in answer.err
    assert "futures.committed_offers: no offer 'irn'" in answer.err
    assert "pareto" not in answer.err


def test_a_single_problem_is_one_line_and_what_is_fine_is_not_refused(zerolane, nothing_is_solved):
    answer = zerolane("pareto", "scenario=tutorial", FUTURES, "out=run")
    assert answer.code == 2
    assert answer.err.strip() == f"error: zerolane pareto {ALONE} zerolane pareto"
    with pytest.raises(pytest.fail.Exception, match="something was solved"):
        zerolane("optimize", "scenario=tutorial", FUTURES, "out=run")


def test_progress_of_alternatives_is_seen(zerolane):
    words = ["alternatives.swings=[demand]", "alternatives.inputs=[demand]"]
    answer = zerolane("optimize", "scenario=tutorial", *words, "out=run")
    assert answer.code == 0, answer.err
    assert "alternatives: 2 of 2 futures" in answer.err
