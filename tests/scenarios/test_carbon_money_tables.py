"""Tables of carbon markets and borders: what is wrong is named with its place, all of it at once."""

import pytest

from scenarios import ConfigError, DataError
from tests.optimizer.carbon_money_tables import border, carbon_case, market

WRONG = {
    "allocations": [
        {"market": "home", "process": "coal"},
        {"market": "home", "benchmark": 1.5},
        {"market": "home", "site": "mill", "free_share": 1.2},
        {"market": "nowhere", "free_share": 1},
    ],
    "border_adjustments": [{"border": "empty", "market": "home", "factor": 1}],
}


def test_everything_wrong_is_named_at_once():
    with pytest.raises(DataError) as error:
        carbon_case((market(10, regions="mars", accounts="scope9"), WRONG))
    found = {(p.table, p.column, p.rule) for p in error.value.problems}
    assert found == {
        ("allocations", "benchmark", "a process needs a benchmark"),
        ("allocations", "benchmark", "a benchmark of what"),
        ("allocations", "free_share", "more than is emitted"),
        ("allocations", "market", "is not in carbon_markets"),
        ("border_adjustments", "regions", "lies around nothing"),
        ("border_adjustments", "border", "asks for no goods"),
        ("carbon_markets", "regions", "no site lies in this region"),
        ("carbon_markets", "accounts", "is not an emission account"),
    }


@pytest.mark.parametrize(
    ("carbon", "words"),
    [
        ({"markets": ["hom"]}, r"carbon\.markets names 'hom', .* markets: home"),
        ({"market_prices": {"x": {2025: 1}}}, r"carbon\.market_prices names 'x', .* markets: home"),
        ({"borders": ["cbm"]}, r"carbon\.borders names 'cbm', .* borders: none in this scenario"),
    ],
)
def test_names_of_the_pathway_exist(carbon, words):
    with pytest.raises(ConfigError, match=words):
        carbon_case((market(10),), carbon)


def test_prices_lie_on_lines_and_cost_nothing_before_their_first_year():
    scenario = carbon_case((market({2026: 10, 2028: 30}),), {"markets": ["home"]}, last_year=2029)
    assert scenario.markets.price[0] == pytest.approx([0, 10, 20, 30, 30])


def test_default_values_carry_their_mark_up_and_the_benchmark_is_phased_out():
    scenario = carbon_case((border(),), {"borders": ["cbam"]})
    assert scenario.borders.default.ravel() == pytest.approx([3.0])
    assert scenario.borders.free.ravel() == pytest.approx([0.7])
