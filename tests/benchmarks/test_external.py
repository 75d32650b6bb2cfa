"""The command, on a folder of its own and on the published cases where they are at hand."""

import json
from pathlib import Path

import pytest

from benchmarks.external import main
from benchmarks.judge import Answer, judged

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
published = pytest.mark.skipif(
    not (CASES / "cases.json").is_file(), reason=f"the published cases are not at {CASES}"
)

CASE = {"id": "tiny", "family": "Tiny", "kind": "optimal", "tol": 0.01, "published": 100.0}


@pytest.mark.parametrize(
    ("answer", "changes", "earlier", "word"),
    [
        (Answer("optimal", 100.001, 100.001), {}, {}, "match"),
        (Answer("optimal", 100.1, 100.1), {}, {}, "DIFFERENT"),
        (Answer("optimal", 99.9, 99.9), {}, {}, "BETTER THAN PROVEN"),
        (Answer("optimal", 99.9, 99.9), {"kind": "best-known"}, {}, "better"),
        (Answer("feasible", 103, 98), {}, {}, "bracketed"),
        (Answer("feasible", 103, 101), {}, {}, "DIFFERENT"),
        (Answer("feasible", 99, 98), {}, {}, "BETTER THAN PROVEN"),
        (Answer("no plan"), {}, {}, "open"),
        (Answer("no plan", bound=99), {}, {}, "bounded"),
        (Answer("no plan", bound=101), {}, {}, "DIFFERENT"),
        (Answer("no plan", bound=99, sign=-1), {}, {}, "DIFFERENT"),
        (Answer("optimal", 100, 100, sign=-1), {}, {}, "match"),
        (Answer("optimal", 101, 101, sign=-1), {}, {}, "BETTER THAN PROVEN"),
        (Answer("feasible", 97, 102, sign=-1), {}, {}, "bracketed"),
        (Answer("infeasible"), {"published": None}, {"verdict": "infeasible"}, "match"),
        (Answer("infeasible"), {}, {}, "DIFFERENT"),
        (Answer("optimal", 9, 9), {"published": None}, {"verdict": "infeasible"}, "DIFFERENT"),
        (Answer("optimal", 9, 9), {"published": None}, {"verdict": "computed", "objective": 9.0}, "match"),
        (Answer("optimal", 9, 9), {"published": None}, {}, "computed"),
        (
            Answer("feasible", 9, 5),
            {"published": None},
            OPEN := {"verdict": "open", "objective": 8, "bound": 4},
            "open",
        ),
        (Answer("feasible", 9, 8.5), {"published": None}, OPEN, "DIFFERENT"),
        (Answer("optimal", 3, 3), {"published": None}, OPEN, "DIFFERENT"),
        (Answer("not covered", reason="later"), {}, {}, "not covered"),
    ],
)
def test_verdicts(answer, changes, earlier, word):
    assert judged(answer, CASE | changes, earlier).word == word


def run(capsys, *words):
    code = main([str(word) for word in words])
    printed = capsys.readouterr()
    return code, [json.loads(line) for line in printed.out.splitlines()], printed.err


def test_an_absent_folder_is_said_plainly(tmp_path, capsys):
    code, lines, error = run(capsys, tmp_path / "nothing")
    assert (code, lines) == (2, [])
    assert "does not exist" in error


def test_a_filter_that_matches_nothing_is_said_plainly(tmp_path, capsys):
    (tmp_path / "cases.json").write_text("[]")
    code, _, error = run(capsys, tmp_path, "--family", "Tiny")
    assert code == 2
    assert "matches" in error


def folder_with(tmp_path, **changes):
    (tmp_path / "tiny.txt").write_text("1 1\n9 70.\n5\n30\n")
    case = {**CASE, "file": "tiny.txt", "reader": "orlib_cap", "model": "cflp", **changes}
    (tmp_path / "cases.json").write_text(json.dumps([case]))
    return tmp_path


def test_one_line_an_instance_and_a_summary(tmp_path, capsys):
    code, (line, summary), _ = run(capsys, folder_with(tmp_path))
    assert code == 0
    expected = "id family status value bound published kind relative_error seconds gap verdict reason"
    assert list(line) == expected.split()
    assert (line["status"], line["value"], line["gap"], line["verdict"]) == ("optimal", 100, 0, "match")
    assert summary["families"] == {"Tiny": {"match": 1}}


def test_a_value_at_odds_with_the_published_one_fails(tmp_path, capsys):
    code, (line, _), _ = run(capsys, folder_with(tmp_path, published=99.0))
    assert (code, line["verdict"]) == (1, "DIFFERENT")


def test_what_is_not_covered_is_listed_with_the_reason(tmp_path, capsys):
    code, (line, summary), _ = run(capsys, folder_with(tmp_path, model="crew_pairing"))
    assert (code, line["status"], line["value"]) == (0, "not covered", None)
    assert "no adapter for model 'crew_pairing'" in line["reason"]
    assert summary["uncovered"] == {"tiny": line["reason"]}


def test_a_damaged_file_fails_alone(tmp_path, capsys):
    folder = folder_with(tmp_path)
    (folder / "tiny.txt").write_text("1 1\n9\n")
    code, (line, _), _ = run(capsys, folder)
    assert (code, line["verdict"]) == (1, "failed")
    assert "ends after" in line["reason"]


QUICK = [
    "cap41",
    "cap71_uncap",
    "holmberg_p1",
    "pmed1",
    "kstar_nI10_nJ10_nK30_nL3_tI2_tJ2_s1",
    "canad_r01.1",
    "canad_r01.7",
    "fcnet_sp50x100",
    "fctp_gr4x6",
    "clsp_X11117A",
    "williams_distribution_2",
    "ampl_multmip3",
    "xpress_e2mode",
    "xpress_purchase",
    "xpress_coco",
    "gams_mexss",
    "birge_louveaux_farmer",
    "williams_factory_planning_1",
    "williams_food_manufacture_2",
]


@published
@pytest.mark.parametrize("name", QUICK)
def test_published_instances_match(name, capsys):
    code, (line, _), _ = run(capsys, CASES, "--id", name, "--limit", 30)
    assert code == 0, line
    assert line["verdict"] in ("match", "bracketed"), line  # a slow machine may stop, it may not differ
