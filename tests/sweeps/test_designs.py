"""Designs: which points, how many, in which order, and what is refused."""

import itertools

import numpy as np
import pytest

from hydra_plugins.zerolane_points._designs import (
    Choice,
    Design,
    Interval,
    as_value,
    count_text,
    points_of,
)
from scenarios import ConfigError

TWO = {"a": Interval(10.0, 20.0), "b": Choice(("x", "y", "z"))}
THREE = {"a": Interval(0.0, 1.0), "b": Interval(1.0, 100.0, log=True), "c": Interval(1, 4, whole=True)}


def test_a_grid_holds_every_combination_the_last_factor_fastest():
    factors = {"pathway": Choice(("capped", "as_is")), "years": Choice((1, 2, 5))}
    points = points_of(Design("grid"), factors)
    expected = itertools.product(("capped", "as_is"), (1, 2, 5))
    assert points.rows == [{"pathway": p, "years": y} for p, y in expected]
    assert points.unit is None
    assert count_text(Design("grid"), points) == "6 points: 2 x 3"


@pytest.mark.parametrize(
    ("name", "samples", "more", "count", "said"),
    [
        ("random", 7, {}, 7, "7 points over 3 settings"),
        ("lhs", 20, {}, 20, "20 points over 3 settings"),
        ("sobol", 16, {}, 16, "16 points over 3 settings"),
        ("saltelli", 8, {}, 8 * 5, "40 points: 8 base samples of 5 points over 3 settings"),
        (
            "saltelli",
            8,
            {"second_order": True},
            8 * 8,
            "64 points: 8 base samples of 8 points over 3 settings",
        ),
        ("morris", 6, {}, 6 * 4, "24 points: 6 trajectories of 4 points over 3 settings"),
    ],
)
def test_counts_are_known_and_seeds_decide(name, samples, more, count, said):
    design = Design(name, samples, seed=1, **more)
    points = points_of(design, THREE)
    assert len(points.rows) == len(points.unit) == count
    assert count_text(design, points) == said
    assert points_of(design, THREE) == points
    assert points_of(Design(name, samples, seed=2, **more), THREE) != points
    unit = np.array(points.unit)
    assert unit.shape == (count, 3)
    assert unit.min() >= 0
    assert unit.max() <= 1


def test_a_latin_hypercube_has_one_point_a_stratum():
    points = points_of(Design("lhs", 30, seed=5), {"a": Interval(0.0, 30.0), "b": Interval(-1.0, 1.0)})
    assert sorted(int(row["a"]) for row in points.rows) == list(range(30))
    assert sorted(int((row["b"] + 1) * 15) for row in points.rows) == list(range(30))


def test_shares_of_the_way_become_values():
    assert [Interval(10.0, 20.0).at(u) for u in (0, 0.25, 1)] == [10, 12.5, 20]
    assert [Interval(1.0, 100.0, log=True).at(u) for u in (0, 0.5, 1)] == pytest.approx([1, 10, 100])
    whole = [Interval(1, 4, whole=True).at(u) for u in (0, 0.24, 0.26, 0.99, 1)]
    assert whole == [1, 1, 2, 4, 4]
    assert {type(value) for value in whole} == {int}
    assert [Choice(("x", "y", "z")).at(u) for u in (0, 0.34, 0.67, 1)] == ["x", "y", "z", "z"]


def test_a_choice_is_drawn_in_equal_parts():
    points = points_of(Design("lhs", 30), TWO)
    assert {v: sum(row["b"] == v for row in points.rows) for v in "xyz"} == {"x": 10, "y": 10, "z": 10}


def test_sobol_samples_are_a_power_of_two():
    points = points_of(Design("sobol", 200), TWO)
    assert len(points.rows) == 256
    assert points.notes == ("sobol needs a power of two: 256 samples in place of 200",)


def test_morris_changes_one_setting_at_a_time():
    unit = np.array(points_of(Design("morris", 5, seed=3), THREE).unit).reshape(5, 4, 3)
    assert (np.count_nonzero(np.diff(unit, axis=1), axis=2) == 1).all()


def test_points_of_a_file(tmp_path):
    file = tmp_path / "design.csv"
    file.write_text('\ufeffcap,"data.offers[price,product=ore].scale",title\n0.5,1,"a, b"\n\n0.25,,c\n')
    points = points_of(Design("file", file=str(file)), {})
    key = "data.offers[price,product=ore].scale"
    assert points.rows == [{"cap": 0.5, key: 1, "title": "a, b"}, {"cap": 0.25, "title": "c"}]
    assert points.factors == {"cap": Choice((0.5, 0.25)), key: Choice((1,)), "title": Choice(("a, b", "c"))}


def test_numbers_are_those_that_read_back_the_same():
    assert [as_value(text) for text in ("2030", "0.50", "1e3", "007", "capped", "nan", "-4")] == [
        *(2030, 0.5, 1000.0, 7.0, "capped", "nan", -4)
    ]


@pytest.mark.parametrize(
    ("design", "factors", "complaint"),
    [
        (Design("gird"), TWO, r"sweep\.design=gird: use one of grid, file"),
        (Design("grid"), TWO, r"a: a grid needs lists; an interval needs a sampled design"),
        (Design("grid"), {}, r"nothing varies"),
        (Design("lhs"), TWO, r"sweep\.design=lhs needs sweep\.samples=N"),
        (Design("lhs", 4), {"a": Interval(2.0, 1.0)}, r"a: the ends 2 and 1 must be in order"),
        (Design("lhs", 4), {"a": Interval(0.0, 1.0, log=True)}, r"above 0 for a logarithmic scale"),
        (Design("morris", 4, levels=3), TWO, r"sweep\.levels=3: needs an even number"),
        (Design("file", file="none.csv"), {}, r"none\.csv: no such file"),
        (Design("file", file="none.csv"), TWO, r"a: the points stand in sweep\.file"),
    ],
)
def test_what_does_not_fit_is_refused(design, factors, complaint):
    with pytest.raises(ConfigError, match=complaint):
        points_of(design, factors)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("a,b\n1\n", r"row 2: 1 cells where the header has 2"), ("a,a\n1,2\n", "once"), ("a\n", "at least one")],
)
def test_files_that_are_no_design_are_refused(tmp_path, text, complaint):
    (tmp_path / "design.csv").write_text(text)
    with pytest.raises(ConfigError, match=complaint):
        points_of(Design("file", file=str(tmp_path / "design.csv")), {})
