"""Every broken rule of the tables is found, with its place and its fix, all at once."""

import shutil

import pandas as pd
import pytest

from scenarios import DataError, ScenarioSettings, load_scenario
from scenarios.loading import BUNDLED

SETTINGS = ScenarioSettings(name="broken", data="tables")


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(BUNDLED / "tutorial", tmp_path / "tables")
    return tmp_path


def edit(folder, table, change):
    file = folder / "tables" / f"{table}.csv"
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    changed = change(frame)
    (frame if changed is None else changed).to_csv(file, index=False)


def put(row, column, value):
    def change(frame):
        frame.loc[row, column] = value

    return change


def problems(folder):
    with pytest.raises(DataError) as caught:
        load_scenario(SETTINGS, search=[folder])
    return caught.value.problems


@pytest.mark.parametrize(
    ("table", "change", "row", "column", "rule"),
    [
        ("offers", put(0, "price", "cheap"), 2, "price", "is not a number"),
        ("offers", put(1, "price", "-5"), 3, "price", "is below 0"),
        ("lines", put(0, "capacity", "-20000"), 2, "capacity", "is below 0"),
        ("lanes", put(2, "origin", "harbour"), 4, "origin", "is not in sites"),
        ("lanes", put(0, "mode", "zeppelin"), 2, "mode", "is not in modes"),
        ("lanes", put(0, "products", "raw_scrap;gold"), 2, "products", "is not in products"),
        ("sites", put(0, "role", "colection"), 2, "role", "is not allowed here"),
        ("sites", put(1, "lat", "123"), 3, "lat", "is above 90"),
        ("sites", put(4, "site", ""), 6, "site", "the cell is empty"),
        ("effects", put(0, "amount", ""), 2, "amount", "adds_capacity needs an amount"),
        ("effects", put(2, "amount", "1.5"), 4, "amount", "cuts more than there is"),
        ("effects", put(2, "process", "ore_route"), None, "", ""),
        ("interventions", put(0, "requires", "base_phase_2"), 2, "requires", "requires itself"),
        ("power_options", put(2, "capacity_factor", ""), 4, "capacity_factor", "onsite needs it"),
        ("offers", lambda f: f.drop(columns="price"), None, "price", "the column is missing"),
        ("offers", lambda f: f.rename(columns={"price": "prize"}), None, "prize", "unknown column"),
        ("demand", lambda f: pd.concat([f, f]), 3, "site", "the key stands twice"),
        ("lanes", lambda f: f.drop(index=3), 2, "site", "no supplier or plant can reach it with steel"),
        ("grid_factors", put(0, "region", "south"), None, "region", "draws electricity but has no factor"),
        ("power_options", lambda f: f.drop(index=0), None, "", "draws electricity but has no grid option"),
        ("sites", put(2, "service_radius_km", "10"), 3, "destination", "beyond the 10 km service radius"),
        (
            "processes",
            lambda f: pd.concat([f, f.iloc[:1].assign(process="idle")]),
            5,
            "process",
            "makes nothing",
        ),
    ],
)
def test_each_broken_rule_is_found(folder, table, change, row, column, rule):
    edit(folder, table, change)
    if not rule:  # a legal change: an electricity cut on a process that draws none
        load_scenario(SETTINGS, search=[folder])
        return
    found = [p for p in problems(folder) if rule in p.rule]
    assert found, problems(folder)
    assert found[0].row == row
    assert found[0].column == column
    assert found[0].fix
    assert found[0].file.endswith(".csv")


def test_all_problems_come_at_once(folder):
    edit(folder, "offers", put(0, "price", "cheap"))
    edit(folder, "lines", put(0, "capacity", "-1"))
    edit(folder, "demand", lambda frame: frame.rename(columns={"quantity": "amount"}))
    files = {p.file for p in problems(folder)}
    assert files == {"offers.csv", "lines.csv", "demand.csv"}


def test_the_message_reads_like_a_to_do_list(folder):
    edit(folder, "lanes", put(2, "origin", "harbour"))
    with pytest.raises(DataError) as caught:
        load_scenario(SETTINGS, search=[folder])
    assert "lanes.csv, row 4, column origin: 'harbour': is not in sites. Fix: add it to sites" in str(
        caught.value
    )


def test_a_typo_gets_a_suggestion(folder):
    edit(folder, "sites", put(0, "role", "colection"))
    assert "collection" in problems(folder)[0].fix


def test_one_workbook_is_as_good_as_a_folder(folder):
    with pd.ExcelWriter(folder / "tables.xlsx") as writer:
        for file in sorted((folder / "tables").glob("*.csv")):
            pd.read_csv(file).to_excel(writer, sheet_name=file.stem, index=False)
    shutil.rmtree(folder / "tables")
    workbook = load_scenario(ScenarioSettings(data="tables.xlsx"), search=[folder])
    plain = load_scenario(ScenarioSettings(data="tutorial"))
    assert workbook.offers.price.tolist() == plain.offers.price.tolist()
    assert workbook.arcs.label.tolist() == plain.arcs.label.tolist()
    assert workbook.arcs.cost == pytest.approx(plain.arcs.cost)


def test_a_broken_workbook_says_so(tmp_path):
    (tmp_path / "tables.xlsx").write_bytes(b"this is not a workbook")
    with pytest.raises(DataError, match="cannot be read"):
        load_scenario(ScenarioSettings(data="tables.xlsx"), search=[tmp_path])


def test_rows_by_year_are_interpolated(folder):
    def years(frame):
        early, late = frame.assign(period="2025"), frame.assign(period="2027", quantity="80000")
        return pd.concat([early, late])

    edit(folder, "demand", years)
    settings = ScenarioSettings(data="tables", first_year=2025, last_year=2028)
    scenario = load_scenario(settings, search=[folder])
    assert scenario.demands.quantity[0].tolist() == [100_000, 90_000, 80_000, 80_000]


def test_mixing_rows_with_and_without_a_year_is_refused(folder):
    edit(folder, "demand", lambda f: pd.concat([f.assign(period=""), f.assign(period="2027")]))
    assert any("mixed" in p.rule for p in problems(folder))


def test_the_page_of_tables_is_fresh():
    from scenarios.tables_page import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scenarios.tables_page"


def test_kinds_that_the_scenario_lacks_are_said_and_allow_nothing():
    from scenarios import LeverSettings, PathwaySettings

    pathway = PathwaySettings(levers=LeverSettings(kinds=["zeppelin fleet"]))
    scenario = load_scenario(ScenarioSettings(data="tutorial"), pathway=pathway)
    assert not scenario.interventions.allowed.any()
    assert any("zeppelin fleet" in warning for warning in scenario.warnings)
