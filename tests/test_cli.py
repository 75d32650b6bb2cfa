"""The command line: what it composes, runs, writes and prints."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

import cli
from scenarios.template import HORIZON

LEFT_BY_NO_PLAN = ["config.yaml", "diagnosis.json", "diagnosis.txt", "manifest.json"]
QUICK = ["scenario=tutorial", "simulation.trials=5"]
FILES = [
    "config.yaml",
    "manifest.json",
    "outcome.nc",
    "plan.nc",
    "plan.xlsx",
    "reference.nc",
    "report.html",
    "report.json",
    "summary.json",
]
SUMMARY = {
    *("scenario", "pathway", "status", "objective", "bound", "gap", "cost_npv", "emissions_by_period"),
    *("cap_by_period", "chance_of_missing_cap", "twin", "seconds", "variables", "constraints", "nonzeros"),
    *("versions", "seed"),
}


def read(folder: Path, name: str):
    return json.loads((folder / name).read_text())


def files(folder: Path) -> list[str]:
    return sorted(f.name for f in folder.iterdir())


@pytest.fixture
def first_run(zerolane, tmp_path):
    """A finished run of the tutorial under a cap, in ``first``."""
    answer = zerolane("run", *QUICK, "carbon.cap_2026=0.7", "out=first")
    assert answer.code == 0, answer.err
    return tmp_path / "first"


def test_a_run_writes_everything(zerolane, tmp_path):
    answer = zerolane("run", *QUICK)
    assert answer.code == 0, answer.err
    folder = tmp_path / answer.last_line
    assert re.fullmatch(r"runs/tutorial-capped-\d{8}-\d{6}", answer.last_line)
    assert files(folder) == FILES
    assert f"{answer.last_line}/report.html" in answer.out
    assert f"{answer.last_line}/plan.xlsx" in answer.out
    assert files(tmp_path) == ["runs"]
    assert files(tmp_path / "runs") == [folder.name]


def test_the_summary_of_a_run(first_run):
    summary = read(first_run, "summary.json")
    assert set(summary) >= SUMMARY
    assert (summary["scenario"], summary["pathway"], summary["status"]) == ("tutorial", "capped", "optimal")
    assert set(summary["seconds"]) == {"load", "build", "solve", "simulate", "report"}
    assert summary["twin"]["max_relative_error"] <= 1e-6
    assert summary["cap_by_period"] == {"2026": pytest.approx(0.7 * summary["baseline_emissions"])}
    assert summary["emissions_by_period"]["2026"] <= summary["cap_by_period"]["2026"] * (1 + 1e-6)
    chance = summary["chance_of_missing_cap"]["2026"]
    assert 0 <= chance["low"] <= chance["chance"] <= chance["high"] <= 1
    assert summary["cost_npv"] == pytest.approx(sum(summary["cost_npv_by_account"].values()))
    assert summary["seed"] == read(first_run, "manifest.json")["seeds"]["simulation"]
    text = (first_run / "summary.json").read_text()
    assert text == json.dumps(summary, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def test_the_datasets_of_a_run(first_run):
    with xr.open_dataset(first_run / "plan.nc", engine="netcdf4") as plan:
        assert plan.attrs["scenario"] == "tutorial"
        assert {v.attrs.get("units") is not None for v in plan.data_vars.values()} == {True}
        assert not any(
            np.isnan(plan[name]).any() for name in ("purchase", "flow", "run", "cost", "emissions")
        )


def test_the_same_run_gives_the_same_summary(zerolane, first_run, tmp_path):
    zerolane("run", *QUICK, "carbon.cap_2026=0.7", "out=second")
    one, two = read(first_run, "summary.json"), read(tmp_path / "second", "summary.json")
    assert one["fingerprint"] == two["fingerprint"]
    assert {k: v for k, v in one.items() if k != "seconds"} == {
        k: v for k, v in two.items() if k != "seconds"
    }
    other = zerolane("run", *QUICK, "carbon.cap_2026=0.7", "simulation.seed=1", "out=third")
    assert other.code == 0
    assert read(tmp_path / "third", "summary.json")["fingerprint"] != one["fingerprint"]


def test_the_same_trials_are_the_same_outcome_to_the_bit(zerolane, first_run, tmp_path):
    for words in (["simulation.workers=1", "out=one"], ["simulation.workers=2", "out=two"]):
        answer = zerolane("simulate", "run=first", "simulation.trials=7", *words)
        assert answer.code == 0, answer.err
    one, two = (xr.load_dataset(tmp_path / name / "outcome.nc") for name in ("one", "two"))
    xr.testing.assert_identical(one, two)  # all but the second at which HDF5 says the file was made
    answer = zerolane("report", "run=two")
    assert answer.code == 0, answer.err
    assert "of all futures together, in" in answer.out  # the time comes from the manifest


def test_optimize_does_not_simulate(zerolane, tmp_path):
    answer = zerolane("optimize", "scenario=tutorial", "pathway=as_is", "out=plan")
    assert answer.code == 0, answer.err
    assert files(tmp_path / "plan") == [f for f in FILES if f != "outcome.nc"]
    summary = read(tmp_path / "plan", "summary.json")
    assert summary["interventions"] == {}
    assert summary["chance_of_missing_cap"] == {}


def test_simulate_takes_a_former_plan(zerolane, first_run, tmp_path):
    before = (first_run / "summary.json").read_bytes()
    answer = zerolane("simulate", "run=first", "simulation.trials=7", "simulation.seed=3", "out=again")
    assert answer.code == 0, answer.err
    again, first = read(tmp_path / "again", "summary.json"), read(first_run, "summary.json")
    assert (again["trials"], again["seed"], first["trials"]) == (7, 3, 5)
    assert again["objective"] == first["objective"]
    assert again["cap_by_period"] == first["cap_by_period"]
    assert (first_run / "summary.json").read_bytes() == before


def test_a_plan_made_before_an_account_was_there_can_be_tried_and_shown(zerolane, first_run):
    for name in ("plan.nc", "reference.nc"):
        plan = xr.load_dataset(first_run / name)
        older = plan.drop_sel(
            cost_account=["gates", "responses"], emission_account=["scope3_upstream_transport_idling"]
        )
        older.to_netcdf(first_run / name)
    for command in ("simulate", "report"):
        answer = zerolane(command, "run=first", *(["out=again"] if command == "simulate" else []))
        assert answer.code == 0, answer.err


def test_report_rebuilds_in_place(zerolane, first_run):
    (first_run / "report.html").write_text("old")
    (first_run / "plan.xlsx").unlink()
    answer = zerolane("report", "run=first")
    assert answer.code == 0, answer.err
    assert answer.last_line == "first"
    assert files(first_run) == FILES
    assert (first_run / "report.html").stat().st_size > 100_000


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["simulate"], "simulate needs run=DIR"),
        (["report", "run=nowhere"], "nowhere is not a run folder"),
        (["simulate", "run=first", "carbon.cap_2026=0.9"], "carbon.cap_2026 was settled by the former run"),
        (["report", "run=first", "simulation.trials=9"], "simulation.trials was settled by the former run"),
        (["run", *QUICK, "out=first"], "holds a former run"),
    ],
)
def test_former_runs_are_guarded(zerolane, first_run, words, says):
    before = {name: (first_run / name).read_bytes() for name in FILES}
    answer = zerolane(*words)
    assert answer.code == 2
    assert says in answer.err
    assert {name: (first_run / name).read_bytes() for name in FILES} == before


def test_simulate_refuses_changed_tables(zerolane, my_case):
    assert zerolane("optimize", "--config-dir", my_case, "scenario=my_case", "out=first").code == 0
    with (my_case / "tables" / "demand.csv").open("a") as stream:
        stream.write("\n")
    answer = zerolane("simulate", "run=first")
    assert answer.code == 2
    assert "demand.csv" in answer.err


def test_overwrite_replaces_a_former_run(zerolane, first_run, tmp_path):
    (first_run / "stray.txt").write_text("x")
    assert zerolane("run", *QUICK, "pathway=as_is", "out=first", "overwrite=true").code == 0
    assert files(first_run) == FILES
    assert read(first_run, "summary.json")["pathway"] == "as_is"
    assert files(tmp_path) == ["first"]


def test_a_sweep_gives_each_point_its_folder(zerolane, tmp_path):
    answer = zerolane("run", "-m", *QUICK, "pathway=as_is,capped", "out=sweep")
    assert answer.code == 0, answer.err
    assert files(tmp_path) == ["sweep"]
    assert files(tmp_path / "sweep") == ["000-tutorial-as_is", "001-tutorial-capped"]
    assert answer.last_line == "sweep/001-tutorial-capped"


def test_a_failed_point_does_not_stop_a_sweep(zerolane, tmp_path):
    answer = zerolane("run", "-m", *QUICK, "carbon.cap_2026=0.1,0.9", "out=sweep")
    assert answer.code == 4
    assert "cap 'total'" in answer.err
    assert files(tmp_path / "sweep") == ["000-tutorial-capped", "001-tutorial-capped"]
    assert files(tmp_path / "sweep" / "000-tutorial-capped") == LEFT_BY_NO_PLAN


@pytest.mark.parametrize("words", [[], ["run"], ["pathway=capped"]])
def test_the_main_job_is_the_flagship_under_the_falling_cap(zerolane, words):
    answer = zerolane(*words, "--cfg", "job")
    config = yaml.safe_load(answer.out)
    assert answer.code == 0
    assert (config["scenario"]["name"], config["pathway"]["name"]) == ("steel_north_china", "capped")


@pytest.mark.parametrize("pathway", [f.stem for f in sorted((cli.CONF_DIR / "pathway").glob("*.yaml"))])
@pytest.mark.parametrize("scenario", [f.stem for f in sorted((cli.CONF_DIR / "scenario").glob("*.yaml"))])
def test_every_shipped_choice_validates(zerolane, scenario, pathway):
    answer = zerolane(
        "validate", f"scenario={scenario}", f"pathway={pathway}", "simulation=quick", "solver=quick"
    )
    if pathway == "supplier_programme" and scenario != "pv_modules":  # the only case with a programme
        assert answer.code == 2
        assert "in_effect has no kind 'green_partner inventory'" in answer.err
    elif pathway == "carbon_market" and scenario != "steel_north_china":  # the only case with a market
        assert answer.code == 2
        assert "carbon.markets names 'china_ets', which is not in table carbon_markets" in answer.err
    else:
        assert answer.code == 0, answer.err


def test_certain_means_nothing_varies(zerolane):
    from simulation.settings import UncertaintySettings

    config = yaml.safe_load(zerolane("--cfg", "job", "simulation=certain").out)
    assert UncertaintySettings(**config["simulation"]["uncertainty"]) == UncertaintySettings.off()


@pytest.mark.parametrize("words", [["--help"], ["-h"], *([c, "--help"] for c in cli.COMMANDS)])
def test_help_fits_a_screen(zerolane, words):
    answer = zerolane(*words)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 110
    assert words[0] in (*lines[0].replace(":", " ").split(), "--help", "-h") or words[0] == "init"


def test_help_loads_nothing_heavy():
    """Start-up time is that of imports: help needs none of the scientific libraries, nor Hydra."""
    code = "import sys; sys.argv[1:] = ['--help']; import cli; cli.main(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cli.CONF_DIR.parent, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {
        "numpy",
        "pandas",
        "xarray",
        "pyomo",
        "highspy",
        "hydra",
        "pydantic",
        "numba",
        "simpy",
    }


def test_the_script_runs_from_anywhere(tmp_path):
    script = [sys.executable, str(Path(cli.__file__)), "validate", "scenario=tutorial"]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert files(tmp_path) == []


def test_debug_shows_the_trace():
    script = [sys.executable, str(Path(cli.__file__)), "simulate"]
    environment = {**os.environ, "ZEROLANE_DEBUG": "1"}
    done = subprocess.run(script, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert done.stderr.rstrip().endswith("error: simulate needs run=DIR, the folder of a former run")


def test_a_case_of_ones_own_runs_as_written(zerolane, tmp_path, monkeypatch):
    answer = zerolane("init", "my case")
    assert answer.code == 0, answer.err
    assert "zerolane run --config-dir 'my case' scenario=my_case" in answer.out
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    own = ["--config-dir", "../my case", "scenario=my_case"]
    assert zerolane("validate", *own).code == 0
    done = zerolane("run", *own, "pathway=my_case", "simulation.trials=3", "out=result")
    assert done.code == 0, done.err
    summary = read(tmp_path / "elsewhere" / "result", "summary.json")
    assert summary["cap_by_period"] == {"2026": pytest.approx(0.7 * summary["baseline_emissions"])}
    monkeypatch.chdir(tmp_path)
    assert zerolane("simulate", "run=elsewhere/result", "simulation.trials=2", "out=again").code == 0


def test_the_template_is_the_tutorial(my_case):
    shipped = yaml.safe_load((cli.CONF_DIR / "scenario" / "tutorial.yaml").read_text())
    own = yaml.safe_load((my_case / "scenario" / "my_case.yaml").read_text())
    assert {key: shipped[key] for key in HORIZON} == {key: own[key] for key in HORIZON} == HORIZON


def test_the_template_explains_every_column(my_case):
    from scenarios.schema import TABLES

    text = (my_case / "README.md").read_text()
    for table in TABLES.values():
        section = text.split(f"\n## {table.name}")[1].split("\n## ")[0]
        header = (my_case / "tables" / f"{table.name}.csv").read_text().splitlines()[0].split(",")
        assert header == [c.name for c in table.all_columns]
        assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == header


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "init needs one folder"),
        (["a", "b"], "init needs one folder"),
        (["tutorial"], "name of a shipped choice"),
        (["capped"], "name of a shipped choice"),
        (["taken"], "not an empty folder"),
        (["..."], "gives no name for a case"),
    ],
)
def test_init_refuses(zerolane, tmp_path, words, says):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("x")
    answer = zerolane("init", *words)
    assert answer.code == 2
    assert says in answer.err
    assert files(tmp_path) == ["taken"]


def test_tables_may_be_one_workbook(zerolane, my_case):
    import pandas as pd

    with pd.ExcelWriter(my_case / "tables.xlsx") as book:
        for file in sorted((my_case / "tables").glob("*.csv")):
            pd.read_csv(file).to_excel(book, sheet_name=file.stem, index=False)
    answer = zerolane("validate", "--config-dir", my_case, "scenario=my_case", "scenario.data=tables.xlsx")
    assert answer.code == 0, answer.err


def test_a_trial_is_replayed_alone_with_its_journal(zerolane, first_run, tmp_path):
    """The short spelling and the settings are the same command; the trial is that of the former run."""
    answer = zerolane("simulate", "first", "--trial", "3", "--journal", "out=alone")
    assert answer.code == 0, answer.err
    assert files(tmp_path / "alone") == sorted([*FILES, "journal.csv"])
    with (
        xr.open_dataset(first_run / "outcome.nc", engine="netcdf4") as many,
        xr.open_dataset(tmp_path / "alone" / "outcome.nc", engine="netcdf4") as alone,
    ):
        assert list(alone["trial"]) == [3]
        assert alone.attrs["stopping_rule"] == "trial 3 replayed alone"
        assert float(alone["cost_npv"][0]) == float(many["cost_npv"].sel(trial=3))
        paid = alone["cost"].isel(trial=0).sum().item()
    journal = pd.read_csv(tmp_path / "alone" / "journal.csv")
    booked = journal[[c for c in journal if c.startswith("cost_")]].sum().sum()
    assert booked == pytest.approx(paid, rel=1e-9)
    same = zerolane("simulate", "run=first", "simulation.trial=3", "simulation.journal=true", "out=same")
    assert same.code == 0, same.err
    assert (tmp_path / "same" / "journal.csv").read_bytes() == (
        tmp_path / "alone" / "journal.csv"
    ).read_bytes()
    refused = zerolane("simulate", "run=first", "simulation.journal=true", "out=none")
    assert refused.code == 2
    assert "simulation.journal=true needs simulation.trial=N" in refused.err
