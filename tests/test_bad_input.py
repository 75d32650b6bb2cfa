"""Every kind of bad input: a message that says where and how to mend it, the exit code, nothing left."""

import csv
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cli

QUICK = ["scenario=tutorial", "simulation.trials=2"]


def edit(table: Path, change) -> None:
    """Rewrite a CSV table: `change` gets and returns header and rows."""
    with table.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    header, rows = change(header, rows)
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def put(row: int, column: str, value: str):
    """Return a change that writes one cell; `row` counts data rows from 0."""

    def change(header, rows):
        rows[row][header.index(column)] = value
        return header, rows

    return change


def without(column: str):
    def change(header, rows):
        at = header.index(column)
        return [h for i, h in enumerate(header) if i != at], [
            [c for i, c in enumerate(r) if i != at] for r in rows
        ]

    return change


BAD_TABLES = {
    # table, change, what the message must say: file, row, column, value, rule, fix
    "missing column": (
        "offers",
        without("price"),
        r"offers\.csv, column price: the column is missing\. Fix: add",
    ),
    "text for a number": (
        "lines",
        put(1, "capacity", "a lot"),
        r"lines\.csv, row 3, column capacity: 'a lot': is not a number\. Fix: write .* in unit/year",
    ),
    "unknown site in a lane": (
        "lanes",
        put(0, "origin", "yrad"),
        r"lanes\.csv, row 2, column origin: 'yrad': is not in sites\. Fix: add it to sites or correct",
    ),
    "duplicate key": (
        "sites",
        lambda header, rows: (header, [*rows, rows[0]]),
        r"sites\.csv, row 7, column site: 'site=yard': the key stands twice\. Fix: keep one row",
    ),
    "negative capacity": (
        "lines",
        put(0, "capacity", "-5"),
        r"lines\.csv, row 2, column capacity: '-5': is below 0\. Fix: write a value of at least 0",
    ),
    "unreachable demand": (
        "lanes",
        lambda header, rows: (header, [r for r in rows if r[header.index("destination")] != "city"]),
        r"demand\.csv, row 2.*city.*Fix: ",
    ),
    "unknown column": (
        "sites",
        lambda header, rows: ([h.replace("service_radius_km", "radius_km") for h in header], rows),
        r"sites\.csv, column radius_km: unknown column\. Fix: remove it .*did you mean 'service_radius_km'\?",
    ),
}


@pytest.mark.parametrize("case", BAD_TABLES)
@pytest.mark.parametrize("command", ["validate", "run"])
def test_bad_tables(zerolane, my_case, left_behind, case, command):
    table, change, says = BAD_TABLES[case]
    edit(my_case / "tables" / f"{table}.csv", change)
    answer = zerolane(command, "--config-dir", my_case, "scenario=my_case")
    assert answer.code == 3
    assert re.search(says, answer.err), answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""
    assert left_behind() == []


def test_all_problems_are_told_at_once(zerolane, my_case):
    edit(my_case / "tables" / "lines.csv", put(0, "capacity", "-5"))
    edit(my_case / "tables" / "offers.csv", put(0, "price", "cheap"))
    edit(my_case / "tables" / "sites.csv", put(2, "role", "scrapbase"))
    answer = zerolane("validate", "--config-dir", my_case, "scenario=my_case")
    assert "3 problems in the scenario data" in answer.err
    assert "did you mean 'scrap_base'?" in answer.err


def test_a_missing_table(zerolane, my_case):
    (my_case / "tables" / "demand.csv").unlink()
    answer = zerolane("validate", "--config-dir", my_case, "scenario=my_case")
    assert answer.code == 3
    assert "demand: the table is missing" in answer.err


@pytest.mark.parametrize("content", [b"not a workbook", b"PK\x03\x04 cut short", b""])
def test_unreadable_workbook(zerolane, my_case, left_behind, content):
    (my_case / "tables.xlsx").write_bytes(content)
    answer = zerolane("run", "--config-dir", my_case, "scenario=my_case", "scenario.data=tables.xlsx")
    (my_case / "tables.xlsx").unlink()
    assert answer.code == 3
    assert re.search(r"tables\.xlsx.*cannot be read.*Fix: ", answer.err), answer.err
    assert left_behind() == []


def test_a_cap_nobody_can_meet(zerolane, left_behind):
    answer = zerolane("run", "scenario=tutorial", "carbon.cap_2026=0.1")
    assert answer.code == 4
    assert re.search(r"cap 'total'.* 2026 is missed by", answer.err), answer.err
    assert left_behind() == []


WRONG_SETTINGS = {
    "no such key": (["carbon.cap_3035=1"], r"unknown setting \(did you mean carbon\.cap_2035\?\)"),
    "no such section": (
        ["carbn.cap_2035=1"],
        r"unknown setting carbn\.cap_2035 \(did you mean carbon\.cap_2035\?\)",
    ),
    "section forgotten": (["trials=3"], r"unknown setting trials \(did you mean simulation\.trials\?\)"),
    "no such choice": (
        ["pathway=deepcut"],
        r"no pathway 'deepcut' \(did you mean deep_cut\?\)\. Choices: as_is, .*capped",
    ),
    "no such group": (["pathways=capped"], r"unknown setting pathways \(did you mean pathway\?\)"),
    "text for a number": (["simulation.trials=many"], r"simulation\.trials='many': .*valid integer"),
    "out of range": (["simulation.trials=0"], r"simulation\.trials=0: .*greater than or equal to 1"),
    "not among the choices": (
        ["carbon.scope2=both"],
        r"carbon\.scope2='both': .*'location', 'market' or 'same_hour'",
    ),
    "years in the wrong order": (["scenario.last_year=2020"], r"scenario\.last_year 2020 lies before"),
    "no equals sign": (["capped"], r"cannot read 'capped': write key=value"),
    "a list without -m": (["pathway=capped,as_is"], r"Ambiguous value .*--multirun"),
    "no such data": (["scenario.data=nowhere"], r"'nowhere' not found.*Bundled cases: .*tutorial"),
    "no such folder": (["--config-dir", "nowhere"], r"nowhere' not found"),
    "several": (
        ["simulation.trials=0", "solver.mip_gap=x"],
        r"2 settings cannot be used:\n  solver.*\n  simulation",
    ),
}


@pytest.mark.parametrize("case", WRONG_SETTINGS)
def test_wrong_settings(zerolane, left_behind, case):
    words, says = WRONG_SETTINGS[case]
    answer = zerolane("run", "scenario=tutorial", *words)
    assert answer.code == 2
    assert re.search(says, answer.err), answer.err
    assert "Traceback" not in answer.err
    assert answer.err.startswith("error: ")
    assert left_behind() == []


def test_no_such_command(zerolane):
    answer = zerolane("optimise")
    assert answer.code == 2
    assert "did you mean optimize?" in answer.err


def test_own_choice_hidden_by_a_shipped_one(zerolane, my_case):
    shutil.copy(my_case / "scenario" / "my_case.yaml", my_case / "scenario" / "tutorial.yaml")
    answer = zerolane("validate", "--config-dir", my_case, "scenario=tutorial")
    assert answer.code == 2
    assert re.search(r"scenario/tutorial\.yaml has the name of a shipped choice", answer.err)


def test_unknown_key_in_an_own_scenario(zerolane, my_case):
    with (my_case / "scenario" / "my_case.yaml").open("a") as stream:
        stream.write("frist_year: 2025\n")
    answer = zerolane("validate", "--config-dir", my_case, "scenario=my_case")
    assert answer.code == 2
    assert "scenario.frist_year: unknown setting (did you mean scenario.first_year?)" in answer.err


def test_unwritable_place(zerolane, left_behind):
    answer = zerolane("run", *QUICK, "out=/dev/null/results")
    assert answer.code == 1
    assert "cannot write at" in answer.err
    assert "out=DIR" in answer.err
    assert left_behind() == []


@pytest.mark.parametrize("content", ["", "some notes"])
def test_out_is_not_a_run_folder(zerolane, tmp_path, content):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "notes.txt").write_text(content)
    answer = zerolane("run", *QUICK, "out=results", "overwrite=true")
    assert answer.code == 2
    assert "is not a run folder" in answer.err
    assert (tmp_path / "results" / "notes.txt").read_text() == content


@pytest.mark.parametrize("name", ["plan.nc", "outcome.nc", "report.html", "summary.json"])
def test_full_disk(zerolane, left_behind, monkeypatch, name):
    def full(write):
        def write_or_fail(self, *content, **options):
            if self.name == name:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
            return write(self, *content, **options)

        return write_or_fail

    for method in ("write_bytes", "write_text"):
        monkeypatch.setattr(Path, method, full(getattr(Path, method)))
    answer = zerolane("run", *QUICK)
    assert answer.code == 1
    assert "the disk is full" in answer.err
    assert "Traceback" not in answer.err
    assert left_behind() == []


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounting a small disk takes root on Linux"
)
@pytest.mark.parametrize("last_file_with_space", ["none", "plan.nc", "outcome.nc", "report.html"])
def test_a_disk_that_really_is_full(zerolane, tmp_path, last_file_with_space):
    small, page = tmp_path / "small", 4096
    small.mkdir()
    assert zerolane("run", *QUICK, "out=whole").code == 0
    room = 2 * page
    for name in (
        ("plan.nc", "reference.nc", "outcome.nc", "report.html") if last_file_with_space != "none" else ()
    ):
        room += -(-(tmp_path / "whole" / name).stat().st_size // page) * page
        if name == last_file_with_space:
            break
    mount = ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not allow mounting")
    try:
        answer = zerolane("run", *QUICK, f"out={small / 'results'}")
        left = list(small.iterdir())
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)
    assert answer.code == 1
    assert "the disk is full" in answer.err, answer.err
    assert left == []


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_in_the_middle(tmp_path, left_behind, sent, code):
    words = ["run", "scenario=tutorial", "simulation.trials=1000000", "out=results"]
    running = subprocess.Popen(
        [sys.executable, str(Path(cli.__file__)), *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    planned = list
    for _ in range(600):
        planned = list(tmp_path.glob(".results.partial-*/config.yaml"))
        if planned or running.poll() is not None:
            break
        time.sleep(0.1)
    assert planned, running.communicate()
    time.sleep(3.0)  # into the trials
    running.send_signal(sent)
    out, err = running.communicate(timeout=60)
    assert running.returncode == code
    assert "Traceback" not in err
    assert out == ""
    if sent == signal.SIGINT:
        assert "stopped: nothing was written" in err
    assert left_behind() == []
    assert not (tmp_path / "results").exists()
