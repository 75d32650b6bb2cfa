"""Chinese as Chinese reports write it: units of ten thousand, no space before a unit, its own punctuation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
import xarray as xr

from reporting import basis, findings, tiles, titles
from reporting.all_charts import all_charts
from reporting.figures import (
    Scale,
    between,
    clauses,
    coal_unit,
    counted,
    duration,
    emission_scale,
    energy_scale,
    interval,
    large_scale,
    listed,
    money,
    money_scale,
    money_unit,
    odds,
    percent,
    phrases,
    quantity,
    sentences,
    shorten,
    tonnes,
)
from reporting.language import speaking
from reporting.page import render_page
from reporting.payload import build_payload
from reporting.settings import Language
from reporting.vocabulary import retold

Factory = Callable[..., xr.Dataset]


@pytest.fixture(autouse=True)
def spoken() -> Iterator[None]:
    with speaking(Language.CHINESE):
        yield


def test_numbers() -> None:
    shown = [
        (tonnes(3.0), "3.00吨"),
        (tonnes(9_999.4), "9,999吨"),
        (tonnes(9_999.5), "1.00万吨"),
        (tonnes(1.019e6), "102万吨"),
        (tonnes(-2.34e8, signed=True), "\u22122.34亿吨"),
        (money(9.63e8, "CNY"), "9.63亿元"),
        (money(4.5518e12, "CNY"), "4.55万亿元"),
        (money(3.1e6, "CNY"), "310万元"),
        (money(108, "CNY"), "108元"),
        (money(0.0, "CNY"), "0元"),
        (money(2.5e8, "USD"), "2.50亿美元"),
        (money(2.5e8, "EUR", signed=True), "+2.50亿欧元"),
        (money(2.5e8, "QQQ"), "2.50亿QQQ"),
        (money_unit(money_scale(9.63e8), "CNY"), "亿元"),
        (coal_unit(emission_scale(2e6)), "万吨标准煤"),
        (quantity(340.0, "MW"), "340MW"),
        (quantity(2e6, "t"), "200万吨"),
        (energy_scale(2e4).amount(2e4), "20.0GWh"),
        (large_scale(4.2e9).amount(4.2e9), "42.0亿"),
        (percent(-0.453, signed=True), "\u221245%"),
        (odds(0.41), "约五分之二"),
        (odds(0.02), "约百分之二"),
        (odds(0.001), "不到百分之一"),
        (interval(0.34, 0.42), "34%～42%"),
        (between("1", "2"), "1～2"),
        (counted(12, "site"), "12个地点"),
        (counted(1, "year"), "1年"),
        (duration(0.4), "0.4秒"),
        (duration(125), "2分05秒"),
        (duration(9_000), "2小时30分"),
        (listed(["甲", "乙", "丙"]), "甲、乙和丙"),
        (clauses(["甲", "乙"]), "甲；乙"),
        (phrases(["甲", "乙"]), "甲，乙"),
        (sentences(["甲。", "", "乙。"]), "甲。乙。"),
        (Scale(1e3, "GWh").amount(5e3), "5.00GWh"),
    ]
    assert [said for said, _expected in shown] == [expected for _said, expected in shown]


def english_words(text: str, payload: dict[str, Any]) -> list[str]:
    """Return Latin words that are neither names of the tables nor symbols."""
    for name in names_of(payload):
        text = text.replace(name, "")
    return re.findall(r"[A-Za-z]{3,}", re.sub(r"CO\u2082e|MWh|GWh|zerolane|simulation\.trials", "", text))


def names_of(payload: dict[str, Any]) -> list[str]:
    found = [payload["pathway"]["title"], payload["pathway"]["description"], *payload["scenario"]["warnings"]]
    found += [row[key] for row in payload["interventions"] for key in ("name", "site", "kind")]
    found += [mode["name"] for mode in payload["network"]["modes"]]
    for mix in payload["mixes"]["suppliers"]:
        found += [mix["name"], mix["name"].lower(), *(row["name"] for row in mix["rows"])]
    return sorted((name for name in found if name), key=len, reverse=True)


@pytest.mark.parametrize("simulated", [True, False])
def test_headline_tiles_titles_and_basis_have_no_english(
    plan: xr.Dataset, reference: xr.Dataset, make_outcome: Factory, simulated: bool
) -> None:
    plan = plan.assign_attrs(termination="solved to gap 0.50 %")
    outcome = make_outcome(plan).assign_attrs(stopping_rule="precision reached after 200 trials")
    payload = build_payload(plan, reference, outcome if simulated else None)
    said = [findings.headline(payload), "".join(text for text, _stress in findings.summary(payload))]
    said += [
        word for tile in tiles.tiles(payload) for word in (tile.name, tile.value, tile.unit, tile.context)
    ]
    pieces = (
        "cuts_title cuts_sub build_title build_sub emissions_title emissions_sub cost_title cost_sub "
        "network_title network_sub sourcing_title risk_title risk_sub basis_title"
    )
    said += [getattr(titles, piece)(payload) for piece in pieces.split()]
    said += [word for row in basis.assumptions(payload) for word in row] + basis.limits(payload)
    assert [text for text in said if english_words(text, payload)] == []
    assert "参考情景" in findings.headline(payload) + said[1]


def test_no_half_width_stop_between_chinese(plan: xr.Dataset, reference: xr.Dataset) -> None:
    payload = build_payload(plan, reference)
    for text in basis.limits(payload):
        assert not re.search(r"[\u4e00-\u9fff] ?[,;:.?!]", text), text


def test_texts_of_other_packages_are_found_again_by_their_fixed_parts() -> None:
    assert retold("solved to gap 0.50 %") == "求解至间隙0.50%"
    said = "stopped at the time limit of 60 s; this one makes no new decision"

    assert retold(said) == "达到60秒的时间限制而停止；此方案不作新的决策"
    warning = "offer Baotou HBI: nothing leaves Baotou; old port and nothing there uses it"
    assert retold(warning) == "供货方案Baotou HBI：没有任何线路从Baotou; old port运出，当地也不使用"
    assert retold("given these data:\n  - own words") == "给定以下数据：\n  - own words"
    assert retold("own words") == "own words"


class Shown(HTMLParser):
    """The words of a page: of its text, of what screen readers say, and of its charts."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.words += [given[name] or "" for name in ("title", "aria-label", "placeholder") if name in given]
        if tag in ("style", "script", "code"):
            self._inside.append("json" if given.get("type") == "application/json" else tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "code"):
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.words.append(data)
        elif self._inside[-1] == "json":
            self.words += list(spoken_in(json.loads(data)))


def spoken_in(value: Any, key: str = "") -> Iterator[str]:
    """Yield what a chart says: names, texts of labels and of hover texts."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from spoken_in(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from spoken_in(inner, key)
    elif isinstance(value, str) and key in ("name", "text", "formatter", "head", "rows", "data"):
        yield value


def texts(value: Any, key: str = "") -> Iterator[str]:
    """Yield the texts of a payload that come from tables and settings: all but what accounts are called."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, key)
    elif isinstance(value, str) and key not in ("label", "group", "termination", "stopping_rule"):
        yield value


OURS = "CO\u2082e|GHG Protocol|ISO|CBAM|Apache ECharts|Apache|Inter|SIL OFL|Natural Earth|JavaScript|zerolane"
SYMBOLS = r"[kMGT]?Wh?|km|P\d+|sd|[a-z_]+\.[a-z_]+(=\S+)?|[a-z]+(_[a-z]+)+|frame"


def test_a_page_in_chinese_says_nothing_in_english_but_names(
    plan: xr.Dataset, reference: xr.Dataset, make_outcome: Factory
) -> None:
    plan = plan.assign_attrs(termination="solved to gap 0.50 %")
    outcome = make_outcome(plan).assign_attrs(stopping_rule="precision reached after 200 trials")
    payload = build_payload(plan, reference, outcome)
    page = Shown()
    page.feed(render_page(payload))
    own = [*texts(payload), str(payload["risk"]["uncertainty"]), *all_charts(payload)]
    names = {word.lower() for text in own for word in re.findall(r"[A-Za-z]{2,}", text)}
    found = set()
    for text in page.words:
        plain = re.sub(rf"(?<![A-Za-z])({OURS}|{SYMBOLS})(?![A-Za-z])", " ", text)
        if {word.lower() for word in re.findall(r"[A-Za-z]{2,}", plain)} - names:
            found.add(" ".join(text.split()))
    assert sorted(found) == []


def test_a_diagnosis_is_retold_with_its_names_and_numbers() -> None:
    line = "- cap 'total' of 2026 is missed by 56.3 kt: 62.1 kt -> 118.5 kt, worth 56.31 million CNY"
    assert retold(line) == "- 上限'total'在2026年差5.63万吨：6.21万吨 → 11.8万吨，价值5,631万元"
    line = (
        "cap 'total' of 2026 is missed by 1 kt: 2 kt -> 3 kt; 2027 is missed by 4 kt: 5 kt -> 9 kt, worth 6"
    )
    expected = "上限'total'在2026年差1,000吨：2,000吨 → 3,000吨；2027年差4,000吨：5,000吨 → 9,000吨，价值6"
    assert retold(line) == expected


def test_wide_characters_take_the_room_of_two() -> None:
    assert [shorten("逐年收紧上限", 12), shorten("逐年收紧上限", 9)] == ["逐年收紧上限", "逐年收\u2026"]
    assert [shorten("Falling cap", 11), shorten("Falling cap", 9)] == ["Falling cap", "Falling\u2026"]
