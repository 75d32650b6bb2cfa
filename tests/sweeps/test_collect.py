"""Collecting a sweep: dimensions, units, what has no answer, other labels, speed, and the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hydra_plugins.zerolane_points._designs import Choice, Design, Interval
from reporting.sweeps.collect import collect
from reporting.sweeps.gather import gather
from reporting.sweeps.kept import read_collected, write_collected
from reporting.sweeps.point import write_figures
from reporting.sweeps.raw_results import read_raw
from scenarios.errors import ConfigError
from tests.sweeps.made_sweep import made_sweep, write_result

GRID = {"carbon.cap_2030": Choice((0.5, 0.7, 0.9)), "pathway": Choice(("capped", "deep_cut"))}


def of_grid(values: dict[str, Any]) -> dict[str, Any] | None:
    """Answer with numbers that tell which point they belong to; the tightest deep cut has no plan."""
    cap, deep = values["carbon.cap_2030"], values["pathway"] == "deep_cut"
    if cap == 0.5 and deep:
        return None
    return {
        "cost": 1000 * cap + deep,
        "reference": 100.0,
        "emissions": (3.0, cap),
        "adopted": {"furnace": 2030} if deep else {},
    }


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grid of six points, one without a plan."""
    return made_sweep(tmp_path_factory.mktemp("sweep"), Design("grid"), GRID, of_grid)


def test_a_grid_has_its_settings_as_dimensions_and_every_figure_at_its_place(grid: Path) -> None:
    found = collect(grid)
    assert dict(found.sizes) == {"carbon.cap_2030": 3, "pathway": 2, "period": 2, "intervention": 2, "cap": 1}
    assert list(found["period"].to_numpy()) == [2025, 2030]
    for cap in (0.5, 0.7, 0.9):
        for name in ("capped", "deep_cut"):
            one = found.sel({"carbon.cap_2030": cap, "pathway": name})
            expected = of_grid({"carbon.cap_2030": cap, "pathway": name})
            if expected is None:
                assert str(one["state"].to_numpy()) == "infeasible"
                assert str(one["reason"].to_numpy()) == "it is infeasible"
                assert np.isnan(one["cost_npv"])
                assert np.isnan(one["emissions"]).all()
            else:
                assert float(one["cost_npv"]) == expected["cost"]
                assert one["emissions"].to_numpy().tolist() == list(expected["emissions"])
                assert np.isfinite(one["adopted_in"].sel(intervention="furnace")) == (name == "deep_cut")
    assert found["cost_npv"].attrs["units"] == "EUR"
    assert found["emissions"].attrs["units"] == "tCO2e/year"
    assert json.loads(found.attrs["design"])["design"]["name"] == "grid"


def test_repeated_points_of_a_design_stand_in_its_order(tmp_path: Path) -> None:
    """A choice sampled by a Latin hypercube repeats: rows follow the design, not the folders."""
    factors = {"pathway": Choice(("capped", "deep_cut")), "price": Interval(1, 3, whole=True)}
    root = made_sweep(tmp_path, Design("lhs", 12, 1), factors, lambda v: {"cost": 10.0 * v["price"]})
    found = collect(root)
    assert len(set(found["name"].to_numpy())) < 12 == found.sizes["point"]
    assert (found["cost_npv"] == 10 * found["price"]).all()
    assert found["unit"].shape == (12, 2)
    assert (
        (found["unit"].sel(factor="price") * 3 + 1).astype(int).to_numpy() == found["price"].to_numpy()
    ).all()


def test_labels_that_differ_between_runs_are_united(tmp_path: Path) -> None:
    """A point whose case has other interventions leaves nan for those it lacks."""

    def answer(values: dict[str, Any]) -> dict[str, Any]:
        names = ("trucks", "kiln") if values["case"] else ("furnace", "trucks")
        return {
            "cost": 1.0,
            "interventions": names,
            "adopted": {"trucks": 2025 + values["case"], "kiln": 2030},
        }

    found = collect(made_sweep(tmp_path, Design("grid"), {"case": Choice((0, 1))}, answer))
    adopted = found["adopted_in"]
    assert list(found["intervention"].to_numpy()) == ["furnace", "trucks", "kiln"]
    assert adopted.sel(intervention="trucks").to_numpy().tolist() == [2025, 2026]
    assert np.isnan(adopted.sel(intervention="kiln", case=0))
    assert float(adopted.sel(intervention="kiln", case=1)) == 2030


def test_missing_and_damaged_points_are_rows_that_say_so(tmp_path: Path) -> None:
    factors = {"price": Choice((1, 2, 3))}
    root = made_sweep(
        tmp_path,
        Design("grid"),
        factors,
        lambda v: {"state": "missing"} if v["price"] == 2 else {"cost": 1.0},
    )
    broken = min(root.glob("points/*/run/result.nc"))
    broken.write_bytes(broken.read_bytes()[:40])
    states = collect(root)["state"].to_numpy().tolist()
    assert sorted(states) == ["damaged", "missing", "ok"]
    assert states[1] == "missing"


def test_what_is_no_sweep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not the folder of a sweep"):
        collect(tmp_path)
    (tmp_path / "points.json").write_text('{"format": 9}')
    with pytest.raises(ConfigError, match="format 9"):
        collect(tmp_path)


def test_runs_in_different_currencies_are_refused(tmp_path: Path) -> None:
    root = made_sweep(tmp_path, Design("grid"), {"price": Choice((1, 2))}, lambda _v: {"cost": 1.0})
    other = min(root.glob("points/*/run/result.nc"))
    data = other.read_bytes()
    other.write_bytes(data.replace(b"EUR", b"USD", 1))  # the attribute of the file comes first
    with pytest.raises(ConfigError, match="different currencies"):
        collect(root)


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_files_read_back_as_they_were(grid: Path, tmp_path: Path, ending: str) -> None:
    if ending == ".zarr":
        pytest.importorskip("zarr")
    found = collect(grid)
    files = write_collected(found, tmp_path / f"all{ending}")
    read = read_collected(files[0])
    for name, data in found.variables.items():
        if data.dtype.kind == "f":
            np.testing.assert_array_equal(read[name].values, data.to_numpy())
        else:
            assert read[name].to_numpy().astype(str).tolist() == data.to_numpy().astype(str).tolist()
    table = pd.read_parquet(files[1])
    assert len(table) == 6
    row = table[(table["carbon.cap_2030"] == 0.7) & (table["pathway"] == "deep_cut")].iloc[0]
    assert row["cost_npv"] == 701
    assert row["emissions_2030"] == 0.7
    assert not list(tmp_path.glob(".*"))


def test_another_ending_is_refused(grid: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\.nc or \.zarr"):
        write_collected(collect(grid), tmp_path / "all.csv")


def test_raw_reading_agrees_with_xarray(tmp_path: Path) -> None:
    """What a run writes through xarray reads back raw with the same labels, units and numbers."""
    made = xr.Dataset(
        {
            "cost_npv": ((), 12.5, {"units": "CNY"}),
            "trials": ((), 200, {"units": "1"}),
            "emissions": ("period", [1.0, 2.0], {"units": "tCO2e/year"}),
        },
        {"period": ("period", [2025, 2030]), "intervention": ("intervention", ["\u70bc\u94a2 a", "b"])},
        {"currency": "CNY"},
    )
    write_figures(tmp_path / "one.nc", made)
    raw = read_raw(tmp_path / "one.nc")
    assert raw.labels == {"period": (2025, 2030), "intervention": ("\u70bc\u94a2 a", "b")}
    assert raw.figures["emissions"][1].tolist() == [1.0, 2.0]
    assert float(raw.figures["trials"][1]) == 200
    assert raw.units["cost_npv"] == "CNY"
    assert raw.attrs["currency"] == "CNY"


def test_collect_command_leaves_dataset_table_and_page(grid: Path, tmp_path: Path) -> None:
    said = gather([str(grid), f"to={tmp_path / 'out' / 'all.nc'}", "figure=emissions"])
    assert "5 of 6 points have a plan" in said
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["all.html", "all.nc", "all.parquet"]
    first = (tmp_path / "out" / "all.html").read_text()
    (tmp_path / "out" / "all.html").unlink()
    gather([str(tmp_path / "out" / "all.nc"), "figure=emissions"])  # the Dataset alone makes the page again
    assert (tmp_path / "out" / "all.html").read_text() == first


@pytest.mark.parametrize(
    ("words", "said"),
    [([], "needs the folder"), (["a", "b"], "needs the folder"), (["a", "figur=x"], "figur: no such word")],
)
def test_other_words_are_refused(words: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        gather(words)


def test_made_results_are_what_runs_write(tmp_path: Path) -> None:
    """The made files of these tests open as those of runs do."""
    write_result(tmp_path / "one.nc", {"cost": 3.0})
    opened = xr.load_dataset(tmp_path / "one.nc", engine="scipy")
    assert float(opened["cost_npv"]) == 3.0
    assert opened["intervention"].to_numpy().astype(str).tolist() == ["furnace", "trucks"]
