"""Futures as scenarios, and the mean of all."""

import pytest

from scenarios import CarbonSettings, ConfigError, DataError, ScenarioSettings, load_scenario
from scenarios.future_files import read_futures
from scenarios.future_settings import FutureSettings
from scenarios.futures import make_futures


@pytest.fixture(scope="module")
def scenario():
    settings = ScenarioSettings(name="tutorial", data="tutorial", first_year=2025, last_year=2026)
    return load_scenario(settings, CarbonSettings(cap_2026=0.9))


def test_chances_sum_to_one_and_the_mean_takes_every_amount(scenario):
    low, asis = FutureSettings("low", 1, {"demand": 0.6, "carbon.cap_2026": 0.5}), FutureSettings("as is", 3)
    futures = make_futures([low, asis], scenario)
    assert [future.chance for future in futures.members] == [0.25, 0.75]
    assert [future.as_given for future in futures.members] == [False, True]
    assert futures.members[1].scenario is scenario
    before = scenario.demands.quantity
    assert futures.members[0].scenario.demands.quantity == pytest.approx(0.6 * before)
    assert futures.mean is not None
    assert futures.mean.demands.quantity == pytest.approx((0.25 * 0.6 + 0.75) * before)
    assert futures.mean.carbon.cap_2026 == pytest.approx(0.25 * 0.5 + 0.75 * 0.9)


def test_what_is_set_in_some_futures_only_has_no_mean(scenario):
    key = "data.offers[price].set"
    futures = make_futures([FutureSettings("a", 1, {key: 100}), FutureSettings("b")], scenario)
    assert futures.mean is None
    assert key in futures.no_mean
    futures = make_futures([FutureSettings("a", 1, {key: 100}), FutureSettings("b", 1, {key: 300})], scenario)
    assert futures.mean is not None
    assert futures.mean.offers.price == pytest.approx(200.0 + 0 * scenario.offers.price)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"demnad": 1.0}, ConfigError),
        ({"data.offers[prize].scale": 1.0}, ConfigError),
        ({"data.offers[price].set": -1e30}, DataError),
    ],
)
def test_a_future_that_cannot_be_is_named(changes, error, scenario):
    with pytest.raises(error, match="future 'odd'"):
        make_futures([FutureSettings("odd", 1, changes)], scenario)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,demand\na,much\n", "'much', not a number"),
        ("name,demand\na,1\na,2\n", "names 'a' twice"),
        ("name,weight\na,0\n", "above 0"),
        ("name,weight\n", "holds no future"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(text, said, tmp_path):
    (tmp_path / "futures.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_futures("futures.csv", [tmp_path])
