"""The table of disruptions: every wrong row is found with its place and fix, right ones find their marks."""

import shutil

import pandas as pd
import pytest

from scenarios import DataError, ScenarioSettings, load_scenario
from scenarios.loading import BUNDLED

SETTINGS = ScenarioSettings(name="case", data="tables", first_year=2025, last_year=2027)
GOOD = {"event": "a", "kind": "closes_site", "site": "port", "earliest": "2026-03-01", "mean_days": "30"}


@pytest.fixture
def loaded(tmp_path):
    shutil.copytree(BUNDLED / "tutorial", tmp_path / "tables")

    def load(*rows):
        pd.DataFrame(rows).fillna("").to_csv(tmp_path / "tables" / "disruptions.csv", index=False)
        return load_scenario(SETTINGS, search=[tmp_path])

    return load


@pytest.mark.parametrize(
    ("change", "column", "rule"),
    [
        ({"kind": "closes_siet"}, "kind", "is not allowed here"),
        ({"site": "harbour"}, "site", "is not in sites"),
        ({"region": "south"}, "region", "no site lies in this region"),
        ({"role": "plant"}, "event", "hits nothing"),
        ({"site": "city"}, "event", "hits nothing"),
        ({"mode": "truck"}, "mode", "is no filter of closes_site"),
        ({"earliest": "1 March"}, "earliest", "is not a day"),
        ({"latest": "2026-02-28"}, "latest", "lies before the earliest day"),
        ({"earliest": ""}, "earliest", "nothing says when it starts"),
        ({"delay_days": "3"}, "delay_days", "no event comes before it"),
        ({"after": "b"}, "after", "is not in disruptions"),
        ({"after": "a", "earliest": ""}, "after", "sets itself off"),
        ({"probability": "25"}, "probability", "is above 1"),
        ({"severity": "-0.5"}, "severity", "is below 0"),
        ({"amount": "0.5"}, "amount", "closes_site has none"),
        ({"kind": "raises_price"}, "amount", "raises_price needs an amount"),
        ({"kind": "changes_demand", "site": "city", "amount": "-2"}, "amount", "takes more than there is"),
        ({"duration": "exponential", "mean_days": ""}, "mean_days", "a length that is exponential needs it"),
        ({"duration": "lognormal"}, "duration_cv", "belongs to a lognormal duration"),
        ({"duration_cv": "0.3"}, "duration_cv", "belongs to a lognormal duration"),
        ({"every_years": "0.5"}, "every_years", "is not a whole number"),
    ],
)
def test_a_wrong_row_is_found(loaded, change, column, rule):
    with pytest.raises(DataError) as caught:
        loaded({**GOOD, "event": "fine"}, {**GOOD, **change})
    found = [p for p in caught.value.problems if rule in p.rule]
    assert found, caught.value
    assert (found[0].file, found[0].row, found[0].column) == ("disruptions.csv", 3, column)
    assert found[0].fix


def test_a_date_beside_a_trigger_is_refused(loaded):
    with pytest.raises(DataError, match="although another event sets it off"):
        loaded(GOOD, {**GOOD, "event": "b", "after": "a"})


@pytest.mark.parametrize(
    ("row", "family", "hit"),
    [
        ({"kind": "closes_site", "role": "supplier"}, "sites", {"port"}),
        ({"kind": "closes_site", "region": "north"}, "sites", {"yard", "port", "base", "mill"}),
        ({"kind": "closes_line", "site": "mill"}, "lines", {"mill_blast_furnace", "mill_arc_furnace"}),
        ({"kind": "closes_lane", "mode": "truck", "destination": "city"}, "lanes", {"mill>city:truck"}),
        ({"kind": "raises_price", "product": "iron_ore", "amount": "1"}, "offers", {"port_ore"}),
        ({"kind": "changes_demand", "product": "steel", "amount": "1"}, "demands", {"city:steel"}),
        ({"kind": "raises_carbon_price", "amount": "80"}, None, set()),
        ({"kind": "cuts_power", "option": "certificate", "site": "mill"}, "supplies", {"mill:certificate"}),
    ],
)
def test_filters_find_their_marks(loaded, row, family, hit):
    scenario = loaded({"event": "a", "earliest": "2026-03-01", **row})
    hits = scenario.disruptions.hits[0]
    assert set(getattr(scenario, family).label[hits] if family else hits) == hit


def test_windows_are_days_of_the_horizon(loaded):
    """Leap days move later years, and what starts after the horizon does not come."""
    again = {"latest": "2026-03-11", "every_years": "1"}
    assert loaded(GOOD).disruptions.windows[0].tolist() == [[365 + 59, 365 + 59]]
    assert loaded({**GOOD, **again}).disruptions.windows[0].tolist() == [[424, 434], [789, 799]]
    assert loaded({**GOOD, "earliest": "2028-01-01"}).disruptions.windows[0].tolist() == []
    leap = {**GOOD, "earliest": "2024-02-29", "every_years": "1"}
    assert loaded(leap).disruptions.windows[0][:2, 0].tolist() == [-307, 59]


def test_no_table_no_disruptions(tmp_path):
    scenario = load_scenario(ScenarioSettings(name="t", data="tutorial"), search=[tmp_path])
    assert len(scenario.disruptions.label) == 0
    assert scenario.disruptions.hits == ()
