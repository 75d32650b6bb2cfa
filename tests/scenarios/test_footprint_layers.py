"""Layers of footprints: which one holds, its path over the years, and what is wrong with a table of them."""

import numpy as np
import pandas as pd
import pytest

from scenarios import DataError, ScenarioSettings, load_scenario
from scenarios.build import scenario_from_tables
from scenarios.footprint_layers import layers, provenance
from scenarios.loading import BUNDLED, read_tables
from simulation.factors import factors_of
from simulation.settings import FactorSettings

SETTINGS = ScenarioSettings(name="layers", data="tutorial", first_year=2025, last_year=2028)
COLUMNS = ["product", "level", "supplier", "region", "value", "cv", "rating", "period", "source", "quality"]


@pytest.fixture
def tables():
    """The tutorial, its ore without a footprint."""
    found = dict(read_tables(BUNDLED / "tutorial"))
    offers = found["offers"].copy()
    offers.loc[offers["offer"] == "port_ore", "footprint"] = np.nan
    found["offers"] = offers
    return found


def with_rows(tables, *rows):
    """Return the tables with factors: product, level, supplier, region, value, cv, period."""
    frame = pd.DataFrame(
        [(*row[:6], np.nan, row[6], "", "estimated") for row in rows], columns=COLUMNS
    ).astype({"value": float, "cv": float, "rating": float, "period": float})
    frame["row"] = range(2, 2 + len(frame))
    return {**tables, "factors": frame}


def ore(tables):
    scenario = scenario_from_tables(tables, SETTINGS)
    offers = scenario.offers
    return scenario, offers, offers.label.tolist().index("port_ore")


BLANK = np.nan
NATIONAL = ("iron_ore", "national", "", "", 0.05, BLANK, BLANK)
REGIONAL = ("iron_ore", "regional", "", "north", 0.04, BLANK, BLANK)
SECTOR = ("iron_ore", "sector", "", "", 0.03, BLANK, BLANK)
SECTOR_HERE = ("iron_ore", "sector", "", "north", 0.025, BLANK, BLANK)
SUPPLIER = ("iron_ore", "supplier", "port", "", 0.02, 0.07, BLANK)
OTHER = ("iron_ore", "supplier", "yard", "", 9.0, BLANK, BLANK)
OWN = ("iron_ore", "own", "port", "", 0.01, BLANK, BLANK)


@pytest.mark.parametrize(
    ("rows", "value", "tier"),
    [
        ([NATIONAL], 0.05, "national"),
        ([NATIONAL, REGIONAL], 0.04, "regional"),
        ([REGIONAL, NATIONAL, SECTOR], 0.03, "sector"),
        ([SECTOR, SECTOR_HERE, REGIONAL], 0.025, "sector"),
        ([SECTOR_HERE, SUPPLIER, NATIONAL], 0.02, "supplier"),
        ([OTHER, SUPPLIER, OWN], 0.01, "own"),
        ([OTHER, NATIONAL], 0.05, "national"),
    ],
)
def test_the_best_known_layer_holds(tables, rows, value, tier):
    scenario, offers, o = ore(with_rows(tables, *rows))
    assert offers.footprint[o].tolist() == [value] * 4
    assert offers.data_tier[o] == tier
    assert scenario.tables["offers"].loc[o, "data_tier"] == tier  # sourcing rules read the table
    other = 1 - o
    assert (offers.footprint[other] == 0).all()
    assert offers.data_tier[other] == "sector"
    assert offers.factor[other] == ""
    assert np.isnan(offers.factor_cv[other])


def test_the_order_of_the_layers():
    assert [key[1:] for key in layers("ore", "port", "north")] == [
        ("own", "port", ""),
        ("supplier", "port", ""),
        ("sector", "", "north"),
        ("sector", "", ""),
        ("regional", "", "north"),
        ("national", "", ""),
    ]


def test_a_path_is_interpolated_and_held(tables):
    """0.08 in 2026 falls to 0.04 in 2028: 0.06 in 2027, and 0.08 before the first row."""
    path = [
        ("iron_ore", "sector", "", "", value, BLANK, year) for value, year in ((0.08, 2026), (0.04, 2028))
    ]
    _, offers, o = ore(with_rows(tables, *path))
    np.testing.assert_allclose(offers.footprint[o], [0.08, 0.08, 0.06, 0.04])


def test_a_footprint_of_its_own_goes_before_all_layers(tables):
    tables["offers"].loc[tables["offers"]["offer"] == "port_ore", "footprint"] = 0.5
    _, offers, o = ore(with_rows(tables, OWN))
    assert (offers.footprint[o] == 0.5).all()
    assert offers.data_tier[o] == "national"
    assert offers.factor[o] == ""


def test_a_factor_brings_its_own_spread_to_trials(tables):
    """The row says 0.07; without one the level of its tier holds; at level zero nothing is drawn."""
    scenario, _, _ = ore(with_rows(tables, SUPPLIER))
    drawn = factors_of(scenario, FactorSettings(supplier_cv=0.2))
    name = "footprint of iron_ore, supplier, port"
    assert dict(zip(drawn.label, drawn.cv, strict=True)) == {name: 0.07}
    assert factors_of(scenario, FactorSettings()).label == ()
    scenario, _, _ = ore(with_rows(tables, REGIONAL))
    drawn = factors_of(scenario, FactorSettings(regional_cv=0.2))
    assert dict(zip(drawn.label, drawn.cv, strict=True)) == {"footprint of iron_ore, regional, north": 0.2}


def test_provenance_says_where_a_footprint_comes_from(tables):
    found = with_rows(tables, SUPPLIER)
    found["factors"].loc[0, ["source", "quality", "rating"]] = ["the port's own audit", "measured", 2.0]
    known = provenance(found)
    assert known.loc["port_ore"].tolist() == [
        "iron_ore, supplier, port",
        "the port's own audit",
        "measured",
        2.0,
    ]
    own = known.loc["yard_scrap"]
    assert (own["factor"], own["quality"]) == ("", "estimated")
    assert np.isnan(own["rating"])


def test_what_is_wrong_is_said_all_at_once(tables):
    rows = [
        ("iron_ore", "supplier", "", "", 0.1, BLANK, BLANK),
        ("iron_ore", "national", "port", "", 0.1, BLANK, BLANK),
        ("iron_ore", "regional", "", "", 0.1, BLANK, BLANK),
        ("iron_ore", "own", "port", "north", 0.1, BLANK, BLANK),
        ("gold", "national", "", "", 0.1, BLANK, BLANK),
        ("steel", "sector", "", "atlantis", 0.1, BLANK, BLANK),
        ("steel", "national", "", "", 0.1, BLANK, BLANK),
        ("steel", "national", "", "", 0.2, BLANK, BLANK),
    ]
    with pytest.raises(DataError) as caught:
        scenario_from_tables(with_rows(tables, *rows), SETTINGS)
    said = {(p.table, p.row, p.column, p.rule) for p in caught.value.problems}
    assert said >= {
        ("factors", 2, "supplier", "level supplier names no supplier"),
        ("factors", 3, "supplier", "level national is of no single supplier"),
        ("factors", 4, "region", "level regional names no region"),
        ("factors", 5, "region", "level own is of no single region"),
        ("factors", 6, "product", "is not in products"),
        ("factors", 7, "region", "no site lies in this region"),
        ("factors", 9, "product", "the key stands twice"),
        ("offers", 3, "footprint", "the offer has no footprint, and no factor fits"),
    }


def test_the_bundled_solar_case_takes_a_layer_of_each_kind():
    """Encapsulant: a supplier's own figure, the province's for Hangzhou, the country's for the third."""
    scenario = load_scenario(ScenarioSettings(name="pv", data="pv_modules", last_year=2035))
    offers = scenario.offers
    taken = {
        str(label): (str(tier), offers.footprint[o])
        for o, (label, tier) in enumerate(zip(offers.label, offers.data_tier, strict=True))
        if offers.factor[o]
    }
    assert {name: tier for name, (tier, _) in taken.items()} == {
        "encapsulant_hangzhou": "regional",
        "encapsulant_chuzhou": "national",
        "encapsulant_changzhou": "supplier",
    }
    path = taken["encapsulant_chuzhou"][1]
    np.testing.assert_allclose(path, np.linspace(path[0], path[-1], 11))  # rows of 2025 and 2035
    assert path[0] > taken["encapsulant_hangzhou"][1][0] > taken["encapsulant_changzhou"][1][0]
