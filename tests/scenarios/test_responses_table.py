"""The table of responses: every wrong row is found with its place and fix, right ones find their places."""

import pandas as pd
import pytest

from scenarios import DataError, ScenarioSettings, load_scenario, read_tables, scenario_from_tables
from scenarios.loading import BUNDLED, FIRST_DATA_ROW, _typed
from scenarios.schema import TABLES

SETTINGS = ScenarioSettings(name="case", data="tables", first_year=2025, last_year=2026)
GOOD = {"response": "a", "kind": "spot_purchase", "site": "mill", "product": "iron_ore", "price": "900"}
SWAP = {"kind": "substitute", "substitute": "scrap", "price": ""}


@pytest.fixture(scope="module")
def loaded():
    """Return the tutorial with a table of responses."""
    tables = read_tables(BUNDLED / "tutorial")

    def load(*rows):
        raw = pd.DataFrame(rows, dtype=str).fillna("")
        raw.index = pd.RangeIndex(FIRST_DATA_ROW, FIRST_DATA_ROW + len(raw))
        problems = []
        frame = _typed(raw, TABLES["responses"], problems)
        if problems:
            raise DataError(problems)
        return scenario_from_tables(tables | {"responses": frame}, SETTINGS)

    return load


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"kind": "spot"}, "kind", "is not allowed here"),
        ({"response": "fine"}, "response", "the key stands twice"),
        ({"site": "harbour"}, "site", "is not in sites"),
        ({"region": "south"}, "region", "no site lies in this region"),
        ({"role": "factory"}, "role", "is not allowed here"),
        ({"product": "ore"}, "product", "is not in products"),
        ({"site": "city"}, "response", "can do nothing"),
        ({"kind": "curtail_demand"}, "response", "can do nothing"),
        ({"kind": "curtail_production"}, "response", "can do nothing"),
        ({"kind": "expedite", "site": "port"}, "response", "can do nothing"),
        ({**SWAP, "site": "port"}, "response", "can do nothing"),
        ({"price": ""}, "price", "spot_purchase needs it, or a premium"),
        ({"kind": "expedite", "price": ""}, "price", "expedite needs it, or a premium"),
        ({"kind": "curtail_demand", "site": "city", "price": ""}, "price", "curtail_demand needs it"),
        ({"price": "-1"}, "price", "is below 0"),
        ({"premium": "0.2"}, "premium", "stands beside a price"),
        ({"footprint": "1", "footprint_factor": "2"}, "footprint_factor", "stands beside a footprint"),
        ({"product": "scrap", "price": "", "premium": "1"}, "premium", "a share of nothing"),
        ({"kind": "curtail_demand", "premium": "1"}, "premium", "is no figure of curtail_demand"),
        ({"kind": "curtail_production", "cover_days": "1"}, "cover_days", "is no figure of"),
        ({**SWAP, "lead_days": "2"}, "lead_days", "is no figure of substitute"),
        ({"substitute": "scrap"}, "substitute", "is no figure of spot_purchase"),
        ({"ratio": "2"}, "ratio", "is no figure of spot_purchase"),
        ({**SWAP, "substitute": ""}, "substitute", "substitute needs it"),
        ({**SWAP, "product": ""}, "product", "substitute needs it"),
        ({**SWAP, "substitute": "iron_ore"}, "substitute", "replaces itself"),
        ({**SWAP, "substitute": "wood"}, "substitute", "is not in products"),
        ({**SWAP, "ratio": "0"}, "ratio", "replaces something by nothing"),
        ({"lead_days": "0"}, "lead_days", "is below 1"),
        ({"rank": "first"}, "rank", "is not a number"),
        ({"after_days": "-2"}, "after_days", "is below 0"),
        ({"most_share": "lots"}, "most_share", "is not a number"),
    ],
)
def test_a_wrong_row_is_found(loaded, change, column, rule):
    with pytest.raises(DataError) as caught:
        loaded({**GOOD, "response": "fine"}, {**GOOD, **change})
    found = [p for p in caught.value.problems if rule in p.rule]
    assert found, caught.value
    assert (found[0].table, found[0].row, found[0].column) == ("responses", 3, column)
    assert found[0].fix


def test_all_wrong_rows_are_found_at_once(loaded):
    with pytest.raises(DataError) as caught:
        loaded(
            {**GOOD, "price": ""}, {**GOOD, "response": "b", "premium": "1"}, {**GOOD, **SWAP, "ratio": "0"}
        )
    assert len({(p.row, p.column) for p in caught.value.problems}) >= 4


def test_a_folder_names_the_file(tmp_path):
    folder = BUNDLED / "tutorial"
    for file in folder.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    pd.DataFrame([GOOD, {**GOOD, "price": ""}]).to_csv(tmp_path / "responses.csv", index=False)
    settings = ScenarioSettings(name="case", data=str(tmp_path), first_year=2025, last_year=2026)
    with pytest.raises(DataError, match=r"responses\.csv, row 3, column price"):
        load_scenario(settings)


@pytest.mark.parametrize(
    ("row", "labels"),
    [
        ({"kind": "expedite", "price": "5", "site": "base"}, {"yard>base:truck:raw_scrap"}),
        ({"kind": "expedite", "price": "5", "role": "plant", "product": "scrap"}, {"base>mill:truck:scrap"}),
        ({"kind": "spot_purchase", "price": "5", "site": "base"}, {"base:raw_scrap", "base:scrap"}),
        ({"kind": "spot_purchase", "premium": "1", "site": "base"}, {"base:raw_scrap"}),  # scrap has no price
        ({"kind": "substitute", "product": "iron_ore", "substitute": "scrap"}, {"mill:iron_ore"}),
        ({"kind": "curtail_demand", "price": "5", "region": "north"}, {"city:steel"}),
        ({"kind": "curtail_production", "price": "5"}, {"mill:steel", "base:scrap"}),
    ],
)
def test_filters_find_their_places(loaded, row, labels):
    found = loaded({"response": "a", **row}).responses
    assert set(found.label) == {f"a {label}" for label in labels}


def test_the_chain_goes_by_rank_then_by_row(loaded):
    rows = [
        {**GOOD, "response": name, "rank": rank}
        for name, rank in zip("abcd", ("2", "1", "", "1"), strict=True)
    ]
    assert loaded(*rows).responses.name.tolist() == ["b", "c", "d", "a"]
