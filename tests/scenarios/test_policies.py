"""The table of reorder policies: every wrong row is found with its place and its fix."""

import shutil

import numpy as np
import pandas as pd
import pytest

from scenarios import DataError, ScenarioSettings, load_scenario
from scenarios.loading import BUNDLED

SETTINGS = ScenarioSettings(name="case", data="tables", first_year=2025, last_year=2026)
MIN_MAX = {"role": "plant", "policy": "order_up_to", "reorder_point": "10", "order_up_to": "20"}
LOTS = {"policy": "fixed_quantity", "reorder_point": "10", "order_quantity": "5"}
EACH_WEEK = {"policy": "periodic", "order_up_to": "20", "review_days": "7"}


@pytest.fixture
def loaded(tmp_path):
    shutil.copytree(BUNDLED / "tutorial", tmp_path / "tables")

    def load(*rows, demand=None):
        pd.DataFrame(rows).fillna("").to_csv(tmp_path / "tables" / "policies.csv", index=False)
        if demand is not None:
            path = tmp_path / "tables" / "demand.csv"
            pd.read_csv(path, dtype=str).fillna("").assign(tolerance_days=demand).to_csv(path, index=False)
        return load_scenario(SETTINGS, search=[tmp_path])

    return load


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ({**MIN_MAX, "policy": "guess"}, "policy", "is not allowed here"),
        ({**MIN_MAX, "site": "moon"}, "site", "is not in sites"),
        ({**MIN_MAX, "product": "gold"}, "product", "is not in products"),
        ({**MIN_MAX, "region": "south"}, "region", "no site lies in this region"),
        ({**MIN_MAX, "measured_in": "weeks"}, "measured_in", "is not allowed here"),
        ({**MIN_MAX, "reorder_point": ""}, "reorder_point", "order_up_to needs it"),
        ({**MIN_MAX, "reorder_point": "-1"}, "reorder_point", "is below 0"),
        ({**MIN_MAX, "reorder_point": "30"}, "order_up_to", "lies below the reorder point"),
        ({**MIN_MAX, "order_quantity": "5"}, "order_quantity", "is no figure of order_up_to"),
        ({**LOTS, "order_quantity": ""}, "order_quantity", "fixed_quantity needs it"),
        ({**LOTS, "order_quantity": "0"}, "order_quantity", "a lot of nothing"),
        ({**LOTS, "order_up_to": "50"}, "order_up_to", "is no figure of fixed_quantity"),
        ({**EACH_WEEK, "review_days": ""}, "review_days", "periodic needs it"),
        ({**EACH_WEEK, "review_days": "0"}, "review_days", "is below 1"),
        ({**EACH_WEEK, "review_days": "1.5"}, "review_days", "is not a whole number"),
        ({**EACH_WEEK, "policy": "base_stock"}, "review_days", "is no figure of base_stock"),
        ({"policy": "follow_plan", "order_up_to": "5"}, "order_up_to", "is no figure of follow_plan"),
        ({**MIN_MAX, "measured_in": "days_of_recent_use"}, "recent_days", "days_of_recent_use needs it"),
        ({**MIN_MAX, "recent_days": "7"}, "recent_days", "nothing is measured by it"),
        ({**MIN_MAX, "product": "steel"}, "policy", "nothing of it is ordered"),
        ({**MIN_MAX, "role": "supplier"}, "policy", "nothing of it is ordered"),
    ],
)
def test_a_wrong_row_is_found(loaded, row, column, rule):
    with pytest.raises(DataError) as caught:
        loaded({**LOTS, "role": "customer"}, row)
    found = [p for p in caught.value.problems if rule in p.rule]
    assert found, caught.value
    assert (found[0].file, found[0].row, found[0].column) == ("policies.csv", 3, column)
    assert found[0].fix


def test_all_wrong_figures_are_found_at_once(loaded):
    city = {"site": "city", "policy": "periodic"}
    with pytest.raises(DataError) as caught:
        loaded({**MIN_MAX, "reorder_point": ""}, {**LOTS, "order_quantity": "0"}, city)
    assert [p.row for p in caught.value.problems] == [2, 4, 4, 3]


def test_a_row_stands_once(loaded):
    with pytest.raises(DataError, match="the key stands twice"):
        loaded(MIN_MAX, {**MIN_MAX, "order_up_to": "30"})


def test_the_row_with_most_filters_holds_and_suppliers_and_makers_have_none(loaded):
    scenario = loaded(
        LOTS,
        MIN_MAX,
        {"role": "plant", "product": "scrap", "policy": "follow_plan"},
        {**EACH_WEEK, "site": "city"},
    )
    policies = scenario.policies
    kinds = dict(zip(scenario.nodes.label[policies.node], policies.kind, strict=True))
    assert kinds.pop("city:steel") == "periodic"
    assert kinds.pop("mill:iron_ore") == "order_up_to"
    assert "mill:scrap" not in kinds
    assert "mill:steel" not in kinds
    assert set(kinds.values()) <= {"fixed_quantity"}
    assert not any(label.startswith(("port", "yard")) for label in kinds)
    ore = policies.node.tolist().index(scenario.nodes.label.tolist().index("mill:iron_ore"))
    assert (policies.reorder_point[ore], policies.order_up_to[ore], policies.review_days[ore]) == (10, 20, 1)
    assert np.isnan(policies.order_quantity[ore])


def test_a_customer_waits_to_the_end_of_the_period_unless_told(loaded):
    assert loaded(LOTS).demands.tolerance_days.tolist() == [np.inf]
    assert loaded(LOTS, demand="0").demands.tolerance_days.tolist() == [0]
    with pytest.raises(DataError, match="is not a whole number"):
        loaded(LOTS, demand="1.5")
