"""Facts that must hold in the bundled cases ``pv_modules`` and ``electronics``."""

from __future__ import annotations

import pandas as pd
import pytest

from scenarios import load_scenario
from scenarios.loading import BUNDLED, read_tables
from scenarios.schema import QUALITY_MARKS, TABLES
from scenarios.settings import ScenarioSettings
from scenarios.tables_scorecards import FAMILIES

CASES = ("pv_modules", "electronics")
# PV ICE 0.4.3, 2024, kg a kW (t a MW) of a module with one pane, a backsheet and an aluminium frame
PV_ICE = {"glass": 46.3819, "frame": 5.5683, "encapsulant": 3.4649, "backsheet": 1.798, "copper": 0.0426}


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, pd.DataFrame]]:
    """The typed tables of both cases."""
    return {case: read_tables(BUNDLED / case) for case in CASES}


@pytest.mark.parametrize("case", CASES)
def test_the_case_loads_without_warnings(case: str) -> None:
    assert load_scenario(ScenarioSettings(name=case, data=case)).warnings == ()


@pytest.mark.parametrize("case", CASES)
def test_every_row_has_source_and_quality(case: str) -> None:
    for table in TABLES:
        file = BUNDLED / case / f"{table}.csv"
        if not file.exists():
            continue
        raw = pd.read_csv(file, dtype=str, keep_default_na=False)
        assert (raw["source"].str.strip() != "").all(), table
        assert raw["quality"].isin(QUALITY_MARKS).all(), table
        assert not (raw["quality"] == "measured").any(), table
        estimated = raw["source"].str.contains("ESTIMATE")
        assert not (estimated & (raw["quality"] == "published")).any(), table
        assert not raw["source"].str.contains(r"\bMPP\b|[Bb]oavizta|BOAVIZT|Lenovo").any(), table


@pytest.mark.parametrize(("case", "least"), [("pv_modules", 20), ("electronics", 40)])
def test_there_are_suppliers_enough_and_each_offers_something(
    tables: dict[str, dict[str, pd.DataFrame]], case: str, least: int
) -> None:
    sites = tables[case]["sites"]
    suppliers = set(sites[sites["role"] == "supplier"]["site"])
    assert len(suppliers) >= least
    assert set(tables[case]["offers"]["site"]) == suppliers


@pytest.mark.parametrize("case", CASES)
def test_every_bought_product_has_more_than_one_supplier_or_a_rival(
    tables: dict[str, dict[str, pd.DataFrame]], case: str
) -> None:
    suppliers = tables[case]["offers"].groupby("product")["site"].nunique()
    assert set(suppliers[suppliers < 2].index) <= {"steel_frame"}  # which rivals frames of aluminium


def test_modules_hold_the_materials_of_the_baseline(tables: dict[str, dict[str, pd.DataFrame]]) -> None:
    recipes = tables["pv_modules"]["recipes"].set_index(["process", "product"])["quantity"]
    for product, tonnes in PV_ICE.items():
        assert -recipes["module_backsheet", product] == pytest.approx(tonnes)
    # two panes of 2.0 mm in place of one of 3.2 mm
    assert recipes["module_dual_glass", "glass"] / recipes["module_backsheet", "glass"] == pytest.approx(
        4.0 / 3.2, rel=2e-3
    )
    assert recipes["wafering_thin", "polysilicon"] == pytest.approx(0.9 * recipes["wafering", "polysilicon"])


def test_aluminium_is_not_created(tables: dict[str, dict[str, pd.DataFrame]]) -> None:
    recipes = tables["pv_modules"]["recipes"]
    metal = recipes[recipes["process"].isin(["frame_primary", "frame_recycled"])]
    assert (metal.groupby("process")["quantity"].sum() < 0).all()


def test_a_supplier_and_level_know_a_footprint_better(tables: dict[str, dict[str, pd.DataFrame]]) -> None:
    scenario = load_scenario(ScenarioSettings(name="pv", data="pv_modules"))
    tier = dict(zip(scenario.offers.label, scenario.offers.data_tier, strict=True))
    assert tier["encapsulant_changzhou"] == "supplier"
    assert tier["encapsulant_hangzhou"] == "regional"
    assert tier["encapsulant_chuzhou"] == "national"


def test_stages_follow_the_programme_and_only_action_cuts(tables: dict[str, dict[str, pd.DataFrame]]) -> None:
    stages = tables["pv_modules"]["programme_stages"].set_index("stage")
    assert list(stages["after"]) == ["", "trained", "inventory", "target"]
    assert list(stages.index[stages["footprint_cut"] > 0]) == ["action"]
    assert list(stages.index[stages["verifies_footprint"]]) == ["inventory"]


def test_scorecards_are_whole(tables: dict[str, dict[str, pd.DataFrame]]) -> None:
    indicators, card = tables["electronics"]["indicators"], tables["electronics"]["scorecard"]
    assert len(indicators) >= 30
    assert set(indicators["family"]) == set(FAMILIES)
    assert indicators["weight"].sum() == pytest.approx(100)
    assert len(card) == len(indicators) * 46
    assert not card.duplicated(["site", "indicator"]).any()


def test_tags_say_what_the_scorecard_says(tables: dict[str, dict[str, pd.DataFrame]]) -> None:
    sites = tables["electronics"]["sites"].set_index("site")
    card = tables["electronics"]["scorecard"].set_index(["site", "indicator"])["value"]
    for site in sites.index[sites["role"] == "supplier"]:
        for tag in ("science_based_target", "renewable_target", "renewables_tracked"):
            assert (tag in sites.loc[site, "tags"]) == bool(card[site, tag]), (site, tag)


def test_crates_come_back_only_where_devices_come_in_crates(
    tables: dict[str, dict[str, pd.DataFrame]],
) -> None:
    returns, recipes = tables["electronics"]["returns"], tables["electronics"]["recipes"]
    crates = -recipes[recipes["product"] == "crate"].set_index("process")["quantity"]
    for row in returns.itertuples():
        assert row.share == pytest.approx(0.92 * crates[f"assemble_{row.product}"])
        assert row.minimum_share < row.share


def test_schemes_marks_and_preferences_are_in_use(tables: dict[str, dict[str, pd.DataFrame]]) -> None:
    """One statement is under no accepted scheme, some averages are marked up, bids are ranked and paid."""
    modules = load_scenario(ScenarioSettings(name="pv_modules", data="pv_modules"))
    offers = dict(zip(modules.offers.label, range(len(modules.offers.label)), strict=True))
    stated, replaced = offers["glass_chuzhou_low_carbon"], offers["glass_beihai_low_carbon"]
    assert modules.offers.data_tier[[stated, replaced]].tolist() == ["supplier", "national"]
    assert modules.offers.booked_footprint[replaced] == pytest.approx(1.42 * 1.1)
    marked = modules.offers.label[(modules.offers.markup > 0).any(axis=1)]
    assert set(marked) == {"rod_shihezi", "glass_bengbu", "glass_xianyang", "aluminium_urumqi", "silver_wuxi"}
    devices = load_scenario(ScenarioSettings(name="electronics", data="electronics"))
    product = devices.products.label[devices.offers.product]
    for kind, names in (("ranking", {"mainboard", "memory"}), ("paid", {"display"})):
        moved = (getattr(devices.preferences, kind) != 0).any(axis=1)
        assert set(product[moved]) == names
        assert (abs(getattr(devices.preferences, kind)) <= 0.01 * devices.offers.price + 1e-9).all()
    for case in CASES:
        assert len(tables[case]["exchange_ids"]) > 0
