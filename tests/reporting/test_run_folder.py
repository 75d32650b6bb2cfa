"""The run folder: whole or absent, and readable again."""

import json
import math
from datetime import UTC, datetime

import numpy as np
import pytest
import xarray as xr

from reporting.run_folder import (
    CONFIG,
    MANIFEST,
    RunFolder,
    fresh_folder,
    input_hashes,
    is_run_folder,
    json_text,
    read_dataset,
    refuse_changed_tables,
    replaced,
    settled_values,
    table_hashes,
)
from scenarios.errors import ConfigError


def finish(path, note="first", overwrite=False):
    with RunFolder(path, overwrite) as folder:
        folder.write_text(CONFIG, "a: 1\n")
        folder.write_json(MANIFEST, {"note": note})
    return folder.path


def test_appears_only_when_complete(tmp_path):
    path = tmp_path / "a" / "b" / "run"
    with RunFolder(path) as folder:
        folder.write_text(CONFIG, "a: 1\n")
        assert not path.exists()
        assert folder.partial.parent == path.parent
    assert [f.name for f in path.parent.iterdir()] == ["run"]
    assert (path / CONFIG).read_text() == "a: 1\n"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_leaves_nothing_when_stopped(tmp_path, error):
    def stopped():
        with RunFolder(tmp_path / "a" / "b" / "run") as folder:
            folder.write_text(CONFIG, "a: 1\n")
            raise error

    with pytest.raises(error):
        stopped()
    assert list(tmp_path.iterdir()) == []


def test_leaves_the_folders_of_others(tmp_path):
    (tmp_path / "runs").mkdir()
    with pytest.raises(RuntimeError), RunFolder(tmp_path / "runs" / "new" / "run"):
        raise RuntimeError
    assert [f.name for f in tmp_path.iterdir()] == ["runs"]


def test_what_a_killed_process_left_does_not_matter(tmp_path):
    stale = RunFolder(tmp_path / "run").partial
    stale.mkdir()
    (stale / "plan.nc").write_text("half")
    assert {f.name for f in finish(tmp_path / "run").iterdir()} == {CONFIG, MANIFEST}


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "run").mkdir()
    assert is_run_folder(finish(tmp_path / "run"))


def test_refuses_a_former_run_unless_told(tmp_path):
    finish(tmp_path / "run")
    with pytest.raises(ConfigError, match="holds a former run"):
        finish(tmp_path / "run", "second")
    finish(tmp_path / "run", "second", overwrite=True)
    assert json.loads((tmp_path / "run" / MANIFEST).read_text())["note"] == "second"
    assert [f.name for f in tmp_path.iterdir()] == ["run"]


def test_a_failed_replacement_keeps_the_former_run(tmp_path):
    finish(tmp_path / "run")
    with pytest.raises(RuntimeError), RunFolder(tmp_path / "run", overwrite=True):
        raise RuntimeError
    assert json.loads((tmp_path / "run" / MANIFEST).read_text())["note"] == "first"
    assert [f.name for f in tmp_path.iterdir()] == ["run"]


def test_refuses_what_appeared_meanwhile(tmp_path):
    other = finish(tmp_path / "other", "the other's")
    with pytest.raises(ConfigError), RunFolder(tmp_path / "run"):
        other.rename(tmp_path / "run")
    assert json.loads((tmp_path / "run" / MANIFEST).read_text())["note"] == "the other's"


@pytest.mark.parametrize("kind", ["file", "folder", "dead link"])
def test_never_replaces_what_is_no_run(tmp_path, kind):
    path = tmp_path / "run"
    if kind == "file":
        path.write_text("mine")
    elif kind == "folder":
        path.mkdir()
        (path / "mine.txt").write_text("mine")
    else:
        path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="not a run folder"):
        finish(path, overwrite=True)
    assert [f.name for f in tmp_path.iterdir()] == ["run"]


def test_fresh_names_do_not_collide(tmp_path):
    now = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    first = fresh_folder(tmp_path, "steel / north", "capped", now)
    assert first.name == "steel_north-capped-20260304-050607"
    first.mkdir()
    second = fresh_folder(tmp_path, "steel / north", "capped", now)
    second.mkdir()
    assert second.name == f"{first.name}-2"
    assert fresh_folder(tmp_path, "steel / north", "capped", now).name == f"{first.name}-3"


def test_datasets_survive(tmp_path):
    dataset = xr.Dataset(
        {
            "flow": (("arc", "period"), np.arange(6.0).reshape(3, 2), {"units": "t/year"}),
            "missed": (("arc",), np.array([True, False, True])),
            "name": (("arc",), np.array(["Qian'an", "唐山", ""])),
            "total": ((), 1.5),
            "nothing": (("cap", "period"), np.empty((0, 2))),
        },
        coords={"arc": ["a→b", "b", "c"], "period": [2025, 2026], "cap": np.array([], dtype=str)},
        attrs={"demo_data": True, "gap": 0.01, "main_cap": None, "notes": {"b": [1, 2]}, "title": "Läuft"},
    )
    with RunFolder(tmp_path / "run") as folder:
        folder.write_dataset("plan.nc", dataset)
    found = read_dataset(tmp_path / "run" / "plan.nc")
    xr.testing.assert_equal(found, dataset)
    assert found["flow"].attrs["units"] == "t/year"
    assert found["missed"].dtype == bool
    assert found.attrs == {
        "demo_data": 1,
        "gap": 0.01,
        "main_cap": "",
        "notes": '{"b": [1, 2]}',
        "title": "Läuft",
    }


@pytest.mark.parametrize("content", [None, b"", b"not netCDF"])
def test_damaged_datasets_are_told(tmp_path, content):
    if content is not None:
        (tmp_path / "plan.nc").write_bytes(content)
    with pytest.raises(ConfigError, match=r"plan\.nc"):
        read_dataset(tmp_path / "plan.nc")


def test_json_is_sorted_plain_and_without_nan():
    content = {
        "b": np.float64(1.5),
        "a": {2026: math.nan, 2025: np.int64(3)},
        "c": np.array([math.inf, 1.0]),
        "d": (True, None),
    }
    text = json_text(content)
    assert json.loads(text) == {"a": {"2025": 3, "2026": None}, "b": 1.5, "c": [None, 1.0], "d": [True, None]}
    assert list(json.loads(text)) == ["a", "b", "c", "d"]
    assert text.endswith("}\n")


def test_replaced_files_change_together(tmp_path):
    (tmp_path / "report.html").write_text("old")

    def failed():
        with replaced(tmp_path) as place:
            place("report.html").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failed()
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("report.html", "old")]
    with replaced(tmp_path) as place:
        place("report.html").write_text("new")
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("report.html", "new")]


def former(tmp_path, **content):
    with RunFolder(tmp_path / "former") as folder:
        folder.write_text(CONFIG, "")
        folder.write_json(MANIFEST, content)
    return folder.path


def test_settled_values_take_only_the_free_section(tmp_path):
    settings = {
        "carbon": {"cap_2030": 0.8},
        "simulation": {"trials": 100, "seed": 1, "uncertainty": {"x": 0.1, "y": 0.2}},
    }
    path = former(tmp_path, settings=settings)
    now = {
        "carbon": {"cap_2030": 0.5},
        "simulation": {"trials": 9, "seed": 2, "uncertainty": {"x": 0.0, "y": 0.0}},
    }
    found = settled_values(
        path, now, ["run=former", "simulation.trials=9", "++simulation.uncertainty.x=0"], "simulation"
    )
    assert found == {
        "carbon": {"cap_2030": 0.8},
        "simulation": {"trials": 9, "seed": 1, "uncertainty": {"x": 0.0, "y": 0.2}},
    }
    with pytest.raises(ConfigError, match=r"carbon\.cap_2030 was settled"):
        settled_values(path, now, ["carbon.cap_2030=0.5"], "simulation")


def test_changed_tables_are_noticed(tmp_path):
    data = tmp_path / "tables"
    data.mkdir()
    (data / "sites.csv").write_text("site\na\n")
    (data / "notes.md").write_text("not a table")
    path = former(tmp_path, inputs={"sha256": table_hashes(data)}, settings={})
    (data / "notes.md").write_text("changed")
    refuse_changed_tables(path, data)
    (data / "sites.csv").write_text("site\nb\n")
    (data / "lanes.csv").write_text("origin\n")
    with pytest.raises(ConfigError, match=r"lanes\.csv, sites\.csv of .* changed"):
        refuse_changed_tables(path, data)


def test_changed_footprints_are_noticed(tmp_path):
    shared = tmp_path / "tables" / "shared"
    shared.mkdir(parents=True)
    (shared / "ore.json").write_text("{}")
    settings = {"scenario": {"footprints": "shared"}}
    hashes = input_hashes(tmp_path / "tables", settings)
    assert list(hashes) == ["footprints/ore.json"]
    path = former(tmp_path, inputs={"sha256": hashes}, settings=settings)
    refuse_changed_tables(path, tmp_path / "tables")
    (shared / "ore.json").write_text("[]")
    with pytest.raises(ConfigError, match=r"footprints/ore\.json of .* changed"):
        refuse_changed_tables(path, tmp_path / "tables")
