"""The funnel of a supplier programme, and whose data to get first, in report and workbook."""

import numpy as np
import pytest
import xarray as xr

from reporting.programme_tables import programme_sheets, programme_tables
from reporting.supplier_programmes import data_worth, funnel

YEARS = [2025, 2028]


@pytest.fixture
def plan():
    dims = ("verification", "period")
    return xr.Dataset(
        {
            "stage_seats": (("programme_stage", "period"), [[4.0, 4.0], [0.0, 4.0]]),
            "stage_expected": (("programme_stage", "period"), [[4.0, 4.0], [0.0, 2.0]]),
            "adopt": (("intervention", "period"), [[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]),
            "verification_cost": (("verification",), [3000.0, 600.0, 50.0]),
            "verification_chance": (("verification",), [1.0, 0.5, 1.0]),
            "verification_markup": (dims, [[100.0, 100.0], [0.0, 0.0], [0.0, 0.0]]),
            "verification_emissions": (dims, [[1000.0, 1000.0], [500.0, 500.0], [0.0, 0.0]]),
        },
        coords={
            "period": YEARS,
            "years": ("period", [3, 2]),
            "programme_stage": ["partners trained", "partners action"],
            "verification": ["big", "small", "none"],
            "intervention": ["big", "small", "none"],
            "intervention_name": ("intervention", ["Big smelter", "Small mill", "Nobody"]),
        },
    )


@pytest.fixture
def outcome():
    stages = {
        f"stage_reached_{end}": (("programme_stage", "period"), np.array([[4.0, 4.0], [0.0, value]]))
        for end, value in (("mean", 1.9), ("low", 1.6), ("high", 2.2))
    }
    return xr.Dataset({**stages, "verification_uncertainty": (("verification",), [500.0, 300.0, 0.0])})


def payload_of(plan, outcome):
    return {
        "scenario": {"currency": "CNY"},
        "periods": {"labels": ["2025", "2028"], "start": YEARS},
        "funnel": funnel(plan, outcome),
        "data_worth": data_worth(plan, outcome),
    }


def test_data_are_ranked_by_money_per_tonne(plan, outcome):
    rows = data_worth(plan, outcome)
    # big: 5 years x 100 t of mark-up and 500 t of uncertainty for 3000; small: 300 t for 600
    assert [(row["key"], row["price"]) for row in rows] == [("small", 2.0), ("big", 3.0), ("none", None)]
    assert [row["markup"] for row in rows] == [0, 500, 0]
    assert [row["bought"] for row in rows] == [False, True, False]
    alone = data_worth(plan, None)  # without trials only mark-ups are known
    assert [(row["key"], row["price"], row["uncertainty"]) for row in alone[:1]] == [("big", 6.0, None)]


def test_the_funnel_stands_beside_what_trials_show(plan, outcome):
    table, data = programme_tables(payload_of(plan, outcome))
    assert table.rows[-3:] == [
        ["partners action, seats", "0", "4"],
        ["partners action, expected", "0", "2.00"],
        ["partners action, in the futures", "0 \u00b1 0", "1.90 \u00b1 0.30"],
    ]
    assert table.title == (
        "4 seats in partners action bear fruit by 2028: 2.00 suppliers are expected to have got there"
    )
    assert data.title == "Small mill is the data to get first: CNY 2.00 per t removed"
    assert [row[0] for row in data.rows] == [
        "Small mill",
        "Big smelter",
    ]  # there is nothing to know about nobody
    without = programme_tables(payload_of(plan, None))
    assert len(without[0].rows) == 4


def test_the_workbook_has_both(plan, outcome):
    programmes, data = programme_sheets(payload_of(plan, outcome))
    assert programmes.rows[-1] == ["partners action", 2028, 4.0, 2.0, 1.9, 1.6, 2.2]
    assert data.rows[0] == ["Small mill", 5 * 500.0, 0.0, 300.0, 600.0, 2.0, 0.5, "no"]
    assert all(len(row) == len(sheet.columns) for sheet in (programmes, data) for row in sheet.rows)


def test_a_plan_without_either_says_nothing(plan):
    bare = plan.drop_vars([name for name in plan if name.startswith(("stage", "verification"))])
    assert programme_tables(payload_of(bare, None)) == []
    assert programme_sheets(payload_of(bare, None)) == []
