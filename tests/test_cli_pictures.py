"""pictures on the command line: charts of a run and of a comparison as files, all or none."""

from __future__ import annotations

import csv
import json
import signal
import sys

import pytest

import cli

QUICK = ["scenario=tutorial", "simulation.trials=12", "simulation.workers=1", "compare.workers=1"]


def command(patch: pytest.MonkeyPatch, *words: str) -> int:
    patch.setenv("HYDRA_FULL_ERROR", "1")
    patch.setattr(sys, "argv", ["zerolane", *words])
    patch.setattr(signal, "signal", lambda *_: None)
    return cli.main()


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Two pathways of the tutorial side by side, in ``all``."""
    place = tmp_path_factory.mktemp("pictures")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        assert command(patch, "compare", *QUICK, "pathways=[as_is,capped]", "out=all") == 0
    return place / "all"


def rows(file):
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


def test_data_of_a_run_is_that_of_its_report(compared, monkeypatch, capsys):
    run = compared / "capped"
    assert command(monkeypatch, "pictures", str(run), "chart=hero,steps", "as=csv") == 0
    assert "2 files in" in capsys.readouterr().out
    assert sorted(file.name for file in (run / "pictures").iterdir()) == ["hero.csv", "steps.csv"]
    payload = json.loads((run / "report.json").read_text(encoding="utf-8"))
    head, *found = rows(run / "pictures" / "hero.csv")
    assert [float(row[head.index("Plan")]) * 1e3 for row in found] == payload["emissions"]["plan"]


def test_pictures_of_a_run_speak_its_language_or_the_one_asked_for(compared, monkeypatch, tmp_path):
    for name in ("py_mini_racer", "resvg_py", "fontTools", "brotli"):
        pytest.importorskip(name, reason="the extra `pictures` is not installed: nothing was drawn")
    words = ["pictures", f"run={compared / 'capped'}", "chart=hero", "width=500", "scale=1.5"]
    assert command(monkeypatch, *words, "as=svg,png", f"out={tmp_path / 'en'}") == 0
    assert command(monkeypatch, *words, "as=svg", "--language", "zh", f"out={tmp_path / 'zh'}") == 0
    english, chinese = ((tmp_path / place / "hero.svg").read_text(encoding="utf-8") for place in ("en", "zh"))
    assert "Emissions against the cap" in english
    assert "Emissions against the cap" not in chinese
    assert "demonstration data" in english
    assert int.from_bytes((tmp_path / "en" / "hero.png").read_bytes()[16:20], "big") == 750


def test_each_pathway_of_a_comparison_has_a_folder(compared, monkeypatch):
    assert command(monkeypatch, "pictures", f"run={compared}", "chart=hero,wedge", "as=csv") == 0
    files = sorted(str(file.relative_to(compared / "pictures")) for file in compared.glob("pictures/*/*"))
    assert files == ["as_is/hero.csv", "as_is/wedge.csv", "capped/hero.csv", "capped/wedge.csv"]
    head = rows(compared / "pictures" / "as_is" / "hero.csv")[0]
    assert {"As it is", "Falling cap"} <= set(head)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chart=heros"], "there is no chart 'heros' here (did you mean hero?)"),
        (["as=gif"], "pictures.formats"),
        (["width=3"], "pictures.width"),
        (["carbon.cap_2026=0.5"], "carbon.cap_2026 was settled by the former run"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_leaves_nothing(
    compared, monkeypatch, capsys, tmp_path, words, said
):
    code = command(monkeypatch, "pictures", f"run={compared / 'as_is'}", *words, f"out={tmp_path / 'x'}")
    assert code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_folder_without_a_run_is_refused(monkeypatch, capsys, tmp_path):
    assert command(monkeypatch, "pictures", f"run={tmp_path}") == 2
    assert "is not a run folder" in capsys.readouterr().err


def test_without_the_packages_it_says_what_to_install(compared, monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "py_mini_racer", None)
    code = command(monkeypatch, "pictures", f"run={compared / 'as_is'}", f"out={tmp_path / 'x'}")
    assert code == 2
    assert "pip install 'zerolane[pictures]'" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
