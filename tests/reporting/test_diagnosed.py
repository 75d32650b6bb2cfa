"""What a diagnosis says, in Chinese: amounts as they are written there, and every policy by name."""

from __future__ import annotations

import pytest

from optimizer.conflict import BOUND_MEANINGS
from optimizer.diagnosis import BRIEFLY
from optimizer.fixes import TABLE
from reporting.language import gettext, speaking
from reporting.settings import Language
from reporting.vocabulary import retold

COSTS_THEN = (
    "the cheapest plan then costs 4,613 billion CNY, present value (at most 0.8% more than the least), "
    "and leaves 9,276 units of demand unserved at its shortage cost"
)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("615.4 billion CNY", "6,154亿元"),
        ("97.71 million CNY", "9,771万元"),
        ("9,000 CNY", "9,000元"),
        ("322.7 Mt", "3.23亿吨"),
        ("20.7 kt", "2.07万吨"),
        (
            "  - cap 'total' of 2026 is missed by 97.7 kt: 20.7 kt -> 118.5 kt, worth 97.71 million CNY",
            "  - 上限'total'在2026年差9.77万吨：2.07万吨 → 11.8万吨，价值9,771万元",
        ),
        (
            "minimum use of 51: a_bof, b and others, together missed by 9 t/year, worth 1,120 billion CNY",
            "最低使用率共51项：a_bof, b等，合计差9吨/年，价值1.12万亿元",
        ),
        (
            COSTS_THEN,
            "此时最便宜的方案成本为4.61万亿元，现值（最多比最低值高0.8%），并有9,276单位需求未满足，按缺货成本计",
        ),
        ("  - minimum use 'a_bof' 2026: at least 60.0%", "  - 最低使用率'a_bof' 2026：不少于60.0%"),
        (
            "  - capacity of lines, with what interventions add to it: a_bof 2026",
            "  - 产线产能，含措施所增：a_bof 2026",
        ),
        ("Baotou: old port", "Baotou: old port"),
    ],
)
def test_lines_of_a_diagnosis(said: str, shown: str) -> None:
    with speaking(Language.CHINESE):
        assert retold(said) == shown
    assert retold(said) == said


def test_every_policy_and_kind_of_data_has_a_name() -> None:
    with speaking(Language.CHINESE):
        for kind in (*TABLE, "cap"):
            assert gettext(kind) != kind
            assert gettext(f"{kind} {{name}}") != f"{kind} {{name}}"
        for meaning in (*BOUND_MEANINGS.values(), *BRIEFLY.values()):
            assert gettext(meaning) != meaning
