"""Changes of table values: what they do, how they are written, what is refused."""

import re

import pytest

from scenarios import ConfigError, DataError, ScenarioSettings, load_scenario, read_tables
from scenarios.loading import BUNDLED
from scenarios.table_change_settings import TableChange, changes_of, short_key, spelled_change, spelled_key
from scenarios.table_changes import with_changes

PATH = BUNDLED / "tutorial"


@pytest.fixture(scope="module")
def tables():
    return read_tables(PATH)


def prices(tables):
    return dict(zip(tables["offers"]["offer"], tables["offers"]["price"], strict=True))


def changed(tables, **said):
    return with_changes(tables, {"x": TableChange(**said)}, PATH)


def test_numbers_are_scaled_then_added_to_in_the_rows_meant(tables):
    before = prices(tables)
    all_rows = prices(changed(tables, table="offers", column="price", scale=1.5, add=10.0))
    assert all_rows == {offer: 1.5 * price + 10 for offer, price in before.items()}
    ore = prices(changed(tables, table="offers", column="price", where={"product": "iron_ore"}, scale=2.0))
    assert ore == {**before, "port_ore": 2 * before["port_ore"]}
    assert prices(tables) == before  # what was read stays


def test_blank_cells_stay_blank_when_scaled_and_are_filled_when_set(tables):
    scaled = changed(tables, table="offers", column="capacity", scale=0.5)["offers"]["capacity"]
    assert scaled.tolist()[0] == 50_000
    assert scaled.isna().tolist() == [False, True]
    filled = changed(tables, table="offers", column="capacity", set=7)["offers"]["capacity"]
    assert filled.tolist() == [7, 7]


def test_text_is_set_and_checked(tables):
    where = {"site": ["yard", "port"]}
    after = changed(tables, table="sites", column="owner", where=where, set="own")["sites"]
    assert set(after["owner"][after["site"].isin(where["site"])]) == {"own"}
    with pytest.raises(DataError, match=r"role: 'plnt': is not allowed here, after scenario\.changes\.x"):
        changed(tables, table="sites", column="role", set="plnt")


def test_changes_follow_one_another(tables):
    said = {"a": TableChange("offers", "price", scale=2.0), "b": TableChange("offers", "price", add=1.0)}
    assert prices(with_changes(tables, said, PATH)) == {o: 2 * p + 1 for o, p in prices(tables).items()}


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"table": "offer", "column": "price", "scale": 2}, r"no table 'offer' \(did you mean offers\?\)"),
        ({"table": "offers", "column": "prise", "scale": 2}, r"no column 'prise' \(did you mean price\?\)"),
        (
            {"table": "offers", "column": "price", "where": {"produkt": "a"}, "scale": 2},
            r"no column 'produkt' \(did you mean product\?\)",
        ),
        ({"table": "offers", "column": "product", "scale": 2}, r"holds no numbers .* use set"),
        (
            {"table": "offers", "column": "price", "where": {"product": ["a", "b"]}, "scale": 2},
            r"no row of table offers with product=a\|b",
        ),
        ({"table": "returns", "column": "share", "scale": 2}, r"the table is empty or absent"),
    ],
)
def test_what_does_not_exist_is_refused(tables, said, complaint):
    with pytest.raises(ConfigError, match=complaint):
        changed(tables, **said)


def test_values_out_of_bounds_name_their_row(tables):
    with pytest.raises(DataError) as caught:
        changed(tables, table="offers", column="price", scale=-1.0)
    assert [problem.row for problem in caught.value.problems] == [2, 3]
    assert "offers.csv, row 2, column price: '-1600.0': is below 0" in str(caught.value)


@pytest.mark.parametrize("said", [{}, {"scale": 1.0, "set": 2}])
def test_a_change_says_one_thing(said):
    with pytest.raises(ValueError, match="needs scale or add, or else set"):
        TableChange("offers", "price", **said)


def test_the_scenario_is_built_from_changed_tables():
    plain = load_scenario(ScenarioSettings(data="tutorial"))
    changes = changes_of({"data.offers[price].scale": 1.25, "data.demand[quantity].add": 5.0})
    dearer = load_scenario(ScenarioSettings(data="tutorial", changes=changes))
    assert (dearer.offers.price == 1.25 * plain.offers.price).all()
    assert (dearer.demands.quantity == plain.demands.quantity + 5).all()


@pytest.mark.parametrize(
    ("written", "name", "rows"),
    [
        ("data.offers[price].scale", "offers_price", None),
        ("data.offers[price, product=ore|bf].add", "offers_price_product_ore_bf", "product:[ore,bf]"),
        ("data.offers[price,period=2030].set", "offers_price_period_2030", "period:['2030']"),
    ],
)
def test_short_keys_are_spelled_out_and_shortened_again(written, name, rows):
    key, words = spelled_key(written)
    what = written.rpartition(".")[2]
    assert re.fullmatch(rf"scenario\.changes\.{name}(_[0-9a-f]{{4}})?\.{what}", key)
    assert words[0].endswith(".table=offers")
    assert words[1].endswith(".column=price")
    assert [word.partition("=")[2] for word in words[2:]] == ([f"{{{rows}}}"] if rows else [])
    assert short_key(key, words) == written.replace(" ", "")
    assert spelled_change(f"{written}=1.5") == [*words, f"{key}=1.5"]


def test_names_that_could_be_one_are_kept_apart():
    keys = {spelled_key(f"data.offers[price,site={site}].scale")[0] for site in ("a-b", "a b", "a.b", "a_b")}
    assert len(keys) == 4


def test_other_words_stay():
    for word in ("carbon.cap_2030=0.5", "data=plan.xlsx", "data.offers.price=2", "-m"):
        assert spelled_change(word) == [word]


def test_a_key_of_another_form_is_no_change():
    with pytest.raises(ConfigError, match=r"carbon\.price: a change of a table is written"):
        changes_of({"carbon.price": 1.0})
