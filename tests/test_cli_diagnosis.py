"""diagnose and compare on the command line, and what an infeasible run leaves behind."""

from __future__ import annotations

import json

import pytest

QUICK = ["scenario=tutorial", "simulation=quick", "solver=quick"]
TIGHT = [*QUICK, "carbon.cap_2026=0.1"]
LEFT = ["config.yaml", "diagnosis.json", "diagnosis.txt", "manifest.json"]


@pytest.mark.parametrize("command", ["run", "optimize", "diagnose"])
def test_an_infeasible_run_leaves_its_diagnosis(zerolane, tmp_path, command):
    answer = zerolane(command, *TIGHT, "out=tight")
    assert answer.code == 4
    assert "cheapest changes" in answer.err.lower()
    assert "carbon.cap_2026=0.57" in answer.err
    assert sorted(file.name for file in (tmp_path / "tight").iterdir()) == LEFT
    told = json.loads((tmp_path / "tight" / "diagnosis.json").read_text(encoding="utf-8"))
    assert told["fixes"][0]["changes"][0]["name"] == "total"
    text = (tmp_path / "tight" / "diagnosis.txt").read_text(encoding="utf-8")
    assert text.strip() == told["text"]


def test_the_fix_it_names_runs(zerolane):
    told = zerolane("diagnose", *TIGHT, "out=tight").err
    fix = next(word for word in told.split() if word.startswith("carbon.cap_2026="))
    assert zerolane("optimize", *QUICK, fix, "out=mended").code == 0


def test_diagnose_says_when_nothing_is_wrong(zerolane, left_behind):
    answer = zerolane("diagnose", *QUICK, "carbon.cap_2026=0.7")
    assert answer.code == 0
    assert "a plan exists" in answer.out
    assert left_behind() == []


def test_why_an_offer_is_not_bought(zerolane):
    assert zerolane("optimize", *QUICK, "pathway=least_cost", "out=first").code == 0
    answer = zerolane("diagnose", "run=first", "why=yard_scrap")
    assert answer.code == 0, answer.err
    assert "it would pay at a price below 645.09" in answer.out
    assert zerolane("diagnose", *QUICK, "why=yard_scrap").code == 2
    wrong = zerolane("diagnose", "run=first", "why=yard_scrp")
    assert wrong.code == 2
    assert "did you mean yard_scrap" in wrong.err


def test_compare_two_runs(zerolane):
    assert zerolane("optimize", *QUICK, "pathway=least_cost", "out=first").code == 0
    assert zerolane("optimize", *QUICK, "pathway=least_cost", "carbon.cap_2026=0.7", "out=second").code == 0
    answer = zerolane("compare", "run=second", "against=first")
    assert answer.code == 0, answer.err
    assert "-62.10" in answer.out
    assert zerolane("compare", "run=second").code == 2


def test_rules_and_pins_are_checked_before_solving(zerolane):
    rule = "{name: mine, unit: t, limit: 1, terms: [{decision: run, where: {process: scrap_rote}}]}"
    answer = zerolane("validate", *QUICK, f"scenario.rules=[{rule}]")
    assert answer.code == 2
    assert "did you mean scrap_route" in answer.err
