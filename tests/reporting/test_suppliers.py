"""What page and workbook say of each supplier, from figures set by hand."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from reporting.page import render_page
from reporting.payload import build_payload
from reporting.reading import moved_tonnes
from reporting.supplier_pages import supplier_section
from reporting.supplier_scores import asked_shares
from reporting.suppliers import suppliers
from reporting.workbook_suppliers import supplier_tables

Factory = Callable[..., xr.Dataset]


@pytest.fixture
def plan(make_plan: Factory) -> xr.Dataset:
    """Three years: ore is bought and emits 0.05 t a t, scrap from Beijing costs more, HBI is never bought."""
    plan = make_plan(periods=3)
    labels = [str(name) for name in plan["offer"].values]
    bought = {"qianan_ore:ore": [10e6, 9e6, 8e6], "beijing:scrap": [1e6, 2e6, 3e6]}
    each = {"qianan_ore:ore": (900.0, 0.05), "beijing:scrap": (2400.0, 0.02)}
    none = [0.0, 0.0, 0.0]
    quantity = np.array([bought.get(name, none) for name in labels])
    price, footprint = np.array([each.get(name, (1000.0, 0.8)) for name in labels]).T
    by_offer = ("offer", "period")
    plan["purchase"] = (by_offer, quantity)
    plan["offer_spend"] = (by_offer, quantity * price[:, None] * plan["years"].values)
    plan["offer_emissions"] = (by_offer, quantity * footprint[:, None])
    plan["offer_footprint"] = (by_offer, np.repeat(footprint[:, None], 3, axis=1))
    names = ("ore", "hbi", "scrap", "steel")
    products = {name: {"name": name, "unit": "t", "tonnes_per_unit": 1.0} for name in names}
    return plan.assign_attrs(products_json=json.dumps(products))


def with_scores(plan: xr.Dataset) -> xr.Dataset:
    """Return the plan with one scored supplier that rises from C to B."""
    by = ("supplier", "period")
    return plan.assign(
        score=(by, [[48.0, 52.0, 61.0]]),
        supplier_grade=(by, np.array([["C", "C", "B"]])),
        quota_minimum=(by, [[np.nan] * 3]),
        quota_maximum=(by, [[0.4, 0.4, 0.4]]),
        improvement=(("supplier", "indicator", "period"), [[[0, 0, 1], [0, 0, 0], [1, 1, 1]]]),
        improvement_cost=(by, [[5e5, 5e5, 7e5]]),
        improvement_grade=(by, np.array([["B", "B", "A"]])),
        rule_share=(("sourcing_rule", "period"), [[0.3, 0.4, 0.5], [0.4, 0.4, 0.4]]),
        rule_minimum=(("sourcing_rule", "period"), [[0.2, 0.4, 0.5], [np.nan] * 3]),
        rule_maximum=(("sourcing_rule", "period"), [[np.nan] * 3, [0.4, 0.4, 0.4]]),
        rule_point_price=(("sourcing_rule", "period"), [[0.0, 1e6, 3e6], [0.0, 0.0, 0.0]]),
    ).assign_coords(
        supplier=["beijing"],
        indicator_name=("indicator", ["Audit on site", "Signed", "Verified inventory"]),
        sourcing_rule=["target_spend", "quota of beijing for scrap"],
        rule_kind=("sourcing_rule", ["indicator", "quota"]),
        rule_measure=("sourcing_rule", ["spend", "quantity"]),
        rule_kept=("sourcing_rule", [True, True]),
    )


def test_suppliers_stand_by_what_is_paid_and_their_figures_add_up(plan: xr.Dataset) -> None:
    found = suppliers(plan)
    assert [row["key"] for row in found[:2]] == ["qianan_ore", "beijing"]  # 24.3 bn and 14.4 bn paid
    assert found[0]["spend"] == pytest.approx([9e9, 8.1e9, 7.2e9])
    assert found[0]["offers"][0]["footprint"] == pytest.approx([0.05] * 3)
    assert found[1]["emissions"] == pytest.approx([2e4, 4e4, 6e4])
    assert {row["key"] for row in found if not row["used"]} == {"hbi_port", "cc_base"}
    emitted = sum(row["emissions"][-1] for row in found)
    assert emitted == pytest.approx(float(plan["offer_emissions"].isel(period=-1).sum()))


def test_cuts_lower_the_footprint_as_bought_and_not_as_offered(plan: xr.Dataset) -> None:
    plan["offer_emissions"] = plan["offer_emissions"] * 0.75
    found = {row["key"]: row["offers"][0]["footprint"] for row in suppliers(plan)}
    assert found["qianan_ore"] == pytest.approx([0.0375] * 3)
    assert found["hbi_port"] == pytest.approx([0.8] * 3)


def test_runs_that_do_not_say_what_is_paid_have_no_supplier_pages(make_plan: Factory) -> None:
    plain = make_plan(periods=3)
    bare = plain.drop_vars([v for v in ("offer_spend", "offer_emissions") if v in plain])
    assert suppliers(bare) == []
    payload = build_payload(bare, bare)
    assert supplier_section(payload) is None
    assert 'id="suppliers"' not in render_page(payload)
    assert supplier_tables([("Plan", bare)], "CNY per year") == []


def test_the_page_says_who_makes_most_of_the_emissions_bought(plan: xr.Dataset) -> None:
    section = supplier_section(build_payload(plan, plan))
    assert section is not None
    # ore 400 kt of 460 kt in the last year: one supplier, 87 %
    assert section.title == "1 of 4 suppliers makes 87% of the emissions bought in 2027"
    assert section.table.headers == [
        *("Supplier", "Supplies", "Footprint known", "Spend 2025", "2027", "Share"),
        *("CO\u2082e 2025", "2027"),
    ]
    assert section.table.rows[0] == ["Qian'an ore", "Ore", "supplier", "9.00", "7.20", "50%", "500", "400"]
    ore = section.pages[0].numbers
    assert ore.headers == ["A year", "2025", "2026", "2027"]
    assert ore.rows[0] == ["Ore, t", "10,000,000", "9,000,000", "8,000,000"]
    assert ore.rows[-1] == ["Emissions, kt CO\u2082e", "500", "450", "400"]
    unused = next(page for page in section.pages if page.name == "Caofeidian HBI")
    assert unused.sentences == ["The plan buys nothing here."]


def test_scores_grades_quotas_and_the_way_to_the_next_grade(plan: xr.Dataset) -> None:
    payload = build_payload(with_scores(plan), plan)
    section = supplier_section(payload)
    assert section is not None
    beijing = next(page for page in section.pages if page.name == "Beijing collection")
    assert ["Score, of 100", "48.0", "52.0", "61.0"] in beijing.numbers.rows
    assert ["Grade", "C", "C", "B"] in beijing.numbers.rows
    assert ["Quota, most of a product", "40%", "40%", "40%"] in beijing.numbers.rows
    assert not [row for row in beijing.numbers.rows if row[0].startswith("Quota, least")]
    names, cost = "Audit on site; Verified inventory", "CNY 0.70 m"
    said = f"To grade A with the fewest improvements after 2027: {names}, for about {cost}."
    assert beijing.sentences == [said]
    assert section.shares is not None
    assert section.shares.rows == [
        ["Target spend, share of spend", "30%", "50%", "at least 50%", "CNY 3.00 m"]
    ]
    assert "Each supplier by year" in render_page(payload)


def test_scores_that_drift_in_trials_stand_beside_those_of_the_plan(plan: xr.Dataset) -> None:
    by, coords = ("supplier", "period"), {"supplier": ["beijing"], "period": plan["period"].values}
    ends = {"": 52.5, "_low": 51.0, "_high": 54.0}
    figures = {f"simulated_score_mean{end}": (by, [[mean] * 3]) for end, mean in ends.items()}
    outcome = xr.Dataset({**figures, "chance_below_grade": (by, [[0.0, 0.12, 0.4]])}, coords)
    scored = with_scores(plan)
    payload = build_payload(scored, plan) | {"suppliers": suppliers(scored, outcome)}
    section = supplier_section(payload)
    assert section is not None
    rows = next(page for page in section.pages if page.name == "Beijing collection").numbers.rows
    assert rows[-3:] == [
        ["Score in trials, mean", "52.5", "52.5", "52.5"],
        ["Interval of that mean", "51.0 to 54.0", "51.0 to 54.0", "51.0 to 54.0"],
        ["Chance of a lower grade than planned", "0%", "12%", "40%"],
    ]
    without = supplier_section(build_payload(scored, plan))
    assert without is not None
    assert not [row for page in without.pages for row in page.numbers.rows if "trials" in row[0]]


def test_a_rule_that_is_only_reported_has_no_price(plan: xr.Dataset) -> None:
    scored = with_scores(plan)
    scored["rule_kept"] = ("sourcing_rule", [False, True])
    section = supplier_section(build_payload(scored, plan))
    assert section is not None
    assert section.shares is not None
    assert section.shares.rows[0][3:] == ["at least 50%, reported only", "\u2013"]
    assert [row["rule"] for row in asked_shares(scored)] == ["target_spend"]


def test_seats_of_a_programme_are_told_with_their_chance(plan: xr.Dataset) -> None:
    count = plan.sizes["intervention"]
    stage, programme, site = [""] * count, [""] * count, list(plan["intervention_site"].values)
    stage[0], programme[0], site[0] = "inventory", "partners", "beijing"
    adopted = np.zeros((count, 3))
    adopted[0, 0] = 1
    works = np.zeros((count, 3))
    works[0, 1:] = 1
    enrolled = plan.assign(
        adopt=(("intervention", "period"), adopted), in_effect=(("intervention", "period"), works)
    ).assign_coords(
        intervention_stage=("intervention", stage),
        intervention_programme=("intervention", programme),
        intervention_site=("intervention", site),
        intervention_chance=("intervention", np.where(np.arange(count) == 0, 0.76, 1.0)),
    )
    section = supplier_section(build_payload(enrolled, plan))
    assert section is not None
    beijing = next(page for page in section.pages if page.name == "Beijing collection")
    assert beijing.sentences == ["Partners: inventory from 2025, reached 2026 with a chance of 76%."]
    row = next(row for row in section.table.rows if row[0] == "Beijing collection")
    assert row[-1] == "inventory 2025"


def test_the_workbook_holds_every_purchase_with_its_spend_and_emissions(plan: xr.Dataset) -> None:
    bought, scored = supplier_tables([("Plan", with_scores(plan))], "CNY per year")
    assert len(bought.rows) == 6  # two offers, three years
    headers = [column.header for column in bought.columns]
    paid, emitted = headers.index("CNY per year"), headers.index("t CO2e per year")
    assert sum(row[paid] for row in bought.rows) == pytest.approx(float(plan["offer_spend"].sum()))
    assert sum(row[emitted] for row in bought.rows) == pytest.approx(float(plan["offer_emissions"].sum()))
    assert [row[3] for row in scored.rows] == [48.0, 52.0, 61.0]
    assert scored.rows[-1][-1] == "A: Audit on site, Verified inventory"


def test_products_counted_in_other_units_weigh_what_a_unit_weighs(plan: xr.Dataset) -> None:
    heavy = plan.assign_coords(arc_tonnes_per_unit=("arc", np.full(plan.sizes["arc"], 64.0)))
    assert moved_tonnes(heavy) == pytest.approx(64 * moved_tonnes(plan))
    units = ["MW" if product == "ore" else "t" for product in plan["offer_product"].values]
    payload = build_payload(plan.assign_coords(offer_unit=("offer", units)), plan)
    mixes = {mix["product"]: mix["unit"] for mix in payload["mixes"]["suppliers"]}
    assert mixes["ore"] == "MW"
    assert "10,000,000 MW" in render_page(payload)
