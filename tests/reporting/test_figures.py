"""Numbers read as people expect: true minus, few digits, fitting units."""

from __future__ import annotations

import pytest

from reporting import figures as f


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1e-9, "0"),
        (0.63, "0.63"),
        (13.84, "13.8"),
        (1018.7, "1,019"),
        (-45.2, "\u221245.2"),
        (0.0301, "0.030"),
    ],
)
def test_plain(value: float, text: str) -> None:
    assert f.plain(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.63, "+0.63"), (-0.63, "\u22120.63"), (0, "0"), (-1e-12, "0")])
def test_signed(value: float, text: str) -> None:
    assert f.plain(value, signed=True) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(999.0, "999 t"), (1_018_700, "1,019 kt"), (13.8e6, "13.8 Mt"), (0, "0 t"), (9.9996e6, "10.0 Mt")],
)
def test_tonnes(value: float, text: str) -> None:
    assert f.tonnes(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.63e9, "CNY 0.63 bn"),
        (136e6, "CNY 136 m"),
        (108, "CNY 108"),
        (-2.08e9, "CNY \u22122.08 bn"),
        (0, "CNY 0"),
    ],
)
def test_money(value: float, text: str) -> None:
    assert f.money(value, "CNY") == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.45, "45%"), (-0.45, "\u221245%"), (0.02, "2.0%"), (0.00004, "0%"), (-0.0, "0%"), (0.0004, "0.04%")],
)
def test_percent(share: float, text: str) -> None:
    assert f.percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "<1%"), (0.999, ">99%"), (1, "100%"), (0.384, "38%")]
)
def test_whole_percent_never_rounds_something_to_nothing(share: float, text: str) -> None:
    assert f.whole_percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "never"),
        (1, "always"),
        (0.004, "less than 1 in 100"),
        (0.02, "about 2 in 100"),
        (0.38, "about 2 in 5"),
        (0.999, "more than 99 in 100"),
    ],
)
def test_odds(share: float, text: str) -> None:
    assert f.odds(share) == text


def test_change_without_a_base_is_unknown() -> None:
    assert f.change(1.0, 0.0) is None
    assert f.change(float("nan"), 1.0) is None
    assert f.change(0.9, 1.0) == pytest.approx(-0.1)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.4 s"), (38, "38 s"), (125, "2 min 05 s"), (7300, "2 h 01 min"), (None, "unknown")],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert f.duration(seconds) == text


def test_words() -> None:
    assert f.listed([]) == ""
    assert f.listed(["a"]) == "a"
    assert f.listed(["a", "b", "c"]) == "a, b and c"
    assert f.counted(1, "site") == "1 site"
    assert f.counted(1200, "site") == "1,200 sites"
    assert f.shorten("a" * 30, 10) == "a" * 9 + "\u2026"
    assert f.rate(0.06) == "6%"
    assert f.rate(0.0725) == "7.25%"
