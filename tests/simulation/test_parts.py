"""Calendar, orders of walking through a network, settings, and the code's cache."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from omegaconf.errors import ConfigKeyError
from pydantic import ValidationError

from simulation import SimulationSettings, UncertaintySettings, compiled
from simulation.calendar_days import days_of
from simulation.order import by_group, upstream_first


def test_years_have_their_real_days():
    days = days_of(np.array([2027, 2029, 2031]), np.array([2, 2, 1]))
    assert days.in_period.tolist() == [365 + 366, 365 + 365, 365]
    assert days.count == 1826
    assert days.years == 5
    assert days.year[[0, 364, 365, 730, 731]].tolist() == [0, 0, 1, 1, 2]
    assert days.period[[0, 730, 731, 1825]].tolist() == [0, 0, 1, 2]


def test_century_years_are_not_leap():
    assert days_of(np.array([2100]), np.array([1])).count == 365


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30))
def test_starts_come_before_ends_unless_there_is_a_cycle(edges):
    order = upstream_first(12, edges).tolist()
    assert sorted(order) == list(range(12))
    assert order == upstream_first(12, edges[::-1]).tolist()
    forward = [(a, b) for a, b in edges if a < b]  # no cycle
    place = {n: i for i, n in enumerate(upstream_first(12, forward).tolist())}
    assert all(place[a] < place[b] for a, b in forward)


def test_a_cycle_is_broken_at_its_lowest_member():
    assert upstream_first(4, [(3, 1), (1, 2), (2, 3), (0, 3)]).tolist() == [0, 1, 2, 3]


def test_members_are_listed_group_by_group():
    start, members = by_group(np.array([2, 0, 2, 1]), 4)
    assert start.tolist() == [0, 1, 2, 4, 4]
    assert members.tolist() == [1, 3, 0, 2]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"trials": 0}, "trials"),
        ({"workers": 0}, "workers"),
        ({"confidence": 1.0}, "confidence"),
        ({"gain": 0.0}, "gain"),
        ({"trails": 5}, "trails"),
        ({"uncertainty": {"demand_annual_cv": -0.1}}, "demand_annual_cv"),
        ({"uncertainty": {"demand_persistence": 1.5}}, "demand_persistence"),
    ],
)
def test_settings_say_what_is_wrong(changes, field):
    with pytest.raises(ValidationError, match=field):
        SimulationSettings(**changes)


def test_settings_are_hydra_structured_configs():
    schema = OmegaConf.structured(SimulationSettings)
    merged = OmegaConf.merge(schema, {"trials": 5, "uncertainty": {"renewable_cv": 0.2}})
    values = OmegaConf.to_container(merged)
    assert SimulationSettings(**values) == SimulationSettings(
        trials=5, uncertainty=UncertaintySettings(renewable_cv=0.2)
    )
    with pytest.raises(ConfigKeyError):
        OmegaConf.merge(schema, {"trails": 5})


def test_machine_code_is_kept_by_the_text_of_all_its_sources(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled.NUMBA, "CACHE_DIR", str(tmp_path))
    folder = compiled.cache_folder.__wrapped__()
    assert folder is not None
    assert folder.parent == tmp_path
    kernel = {"kernel.py", "production.py", "dispatch.py", "layout.py"}
    assert kernel <= set(compiled.SOURCES)
    monkeypatch.setattr(compiled, "SOURCES", compiled.SOURCES[:-1])
    assert compiled.cache_folder.__wrapped__() != folder


def test_no_place_to_keep_machine_code_is_no_error(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setattr(compiled, "_places", lambda here: [blocked, blocked])
    assert compiled.cache_folder.__wrapped__() is None
