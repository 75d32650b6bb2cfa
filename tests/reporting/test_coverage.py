"""How well purchases are known, and where most is emitted: by hand, and on the plan's own numbers."""

import json

import numpy as np
import pytest
import xarray as xr

from reporting.coverage import coverage, hotspots, supply_tiers
from reporting.footprint_tables import coverage_table, hotspot_table, primary_line

ACCOUNTS = ["scope1"]


@pytest.fixture
def plan():
    """A mill of one's own, two suppliers with three offers, a mine two lanes away and a customer."""
    sites = ["mill", "near", "far", "mine", "city"]
    offers = ["near:ore", "far:ore", "far:coal"]
    arcs = [("near", "mill"), ("far", "mill"), ("mine", "far"), ("mill", "city"), ("mine", "mill")]
    moved = np.array([[1.0, 1], [2, 2], [3, 3], [1, 1], [0, 0]])
    emitted = [[60.0, 60], [25, 25], [9, 9], [6, 6], [-50, -50]]
    return xr.Dataset(
        {
            "purchase": (("offer", "period"), [[10.0, 30], [30, 10], [5, 5]]),
            "offer_spend": (("offer", "period"), [[100.0, 300], [300, 100], [100, 100]]),
            "offer_emissions": (("offer", "period"), [[1.0, 6], [3, 2], [4, 2]]),
            "site_emissions": (("emission_account", "site", "period"), [emitted]),
            "flow": (("arc", "period"), moved),
        },
        coords={
            "period": [2025, 2026],
            "years": ("period", [1, 1]),
            "offer": offers,
            "offer_tier": ("offer", ["supplier", "national", "sector"]),
            "offer_product": ("offer", ["ore", "ore", "coal"]),
            "site": sites,
            "site_name": ("site", [s.capitalize() for s in sites]),
            "site_owner": ("site", ["own", *["partner"] * 4]),
            "site_role": ("site", ["plant", "supplier", "supplier", "supplier", "customer"]),
            "emission_account": ACCOUNTS,
            "arc_origin": ("arc", [a for a, _ in arcs]),
            "arc_destination": ("arc", [b for _, b in arcs]),
        },
        attrs={
            "products_json": json.dumps({"ore": {"tonnes_per_unit": 1.0}, "coal": {"tonnes_per_unit": 2.0}})
        },
    )


def test_coverage_by_hand(plan):
    """Of 500 paid 100 go to the stated footprint, later 300; coal weighs two tonnes a unit."""
    found = coverage(plan)
    assert [row["tier"] for row in found["tiers"]] == ["supplier", "sector", "national"]
    stated, average, country = found["tiers"]
    np.testing.assert_allclose(stated["spend"], [0.2, 0.6])
    np.testing.assert_allclose(stated["tonnes"], [10 / 50, 30 / 50])
    np.testing.assert_allclose(stated["emissions"], [1 / 8, 6 / 10])
    np.testing.assert_allclose(average["tonnes"], [10 / 50, 10 / 50])
    np.testing.assert_allclose(country["emissions"], [3 / 8, 2 / 10])
    assert found["primary"] == {name: stated[name] for name in ("spend", "tonnes", "emissions")}


def test_shares_add_up_where_anything_is_bought(plan):
    plan["purchase"][:, 0] = plan["offer_spend"][:, 0] = plan["offer_emissions"][:, 0] = 0.0
    for name in ("spend", "tonnes", "emissions"):
        total = np.sum([row[name] for row in coverage(plan)["tiers"]], axis=0)
        np.testing.assert_allclose(total, [0, 1])


def test_what_is_verified_counts_as_stated_by_the_supplier(plan):
    """In 2026 half of far's ore, of 100 paid in 500, moves from the country's average to the supplier."""
    chance = (("offer", "period"), [[0.0, 0], [0, 0.5], [0, 0]])
    tiers = {row["tier"]: row["spend"] for row in coverage(plan.assign(verified=chance))["tiers"]}
    np.testing.assert_allclose(tiers["supplier"], [0.2, 0.7])
    np.testing.assert_allclose(tiers["national"], [0.6, 0.1])


def test_nothing_bought_is_not_covered(plan):
    assert coverage(plan.drop_vars("offer_spend")) is None
    assert coverage(plan.assign({n: 0 * plan[n] for n in ("purchase", "offer_spend")})) is None


def test_hotspots_by_hand(plan):
    """60 and 25 of 100 a year make 85 %, the least that reaches 80; what is below zero counts as none."""
    found = hotspots(plan, ACCOUNTS)
    assert [(row["key"], row["tier"]) for row in found["sites"]] == [("mill", 0), ("near", 1)]
    assert found["sites"][1]["cumulative"] == pytest.approx(0.85)
    assert found["emissions"] == pytest.approx(200)
    assert found["count"] == 4
    shares = {row["tier"]: (row["sites"], row["share"]) for row in found["tiers"]}
    assert shares == {
        0: (1, pytest.approx(0.6)),
        1: (2, pytest.approx(0.34)),
        2: (1, pytest.approx(0.06)),
        None: (0, 0.0),
    }


def test_exactly_four_fifths_are_enough(plan):
    plan["site_emissions"][0, :, :] = np.array([[50.0], [30], [20], [0], [0]])
    assert len(hotspots(plan, ACCOUNTS)["sites"]) == 2


def test_tiers_are_counted_along_lanes_in_use(plan):
    """The mine's own lane to the mill is not used: it stands two lanes away; the customer leads nowhere."""
    assert supply_tiers(plan) == [0, 1, 1, 2, None]
    nobody = plan.assign_coords(site_owner=("site", ["partner"] * 5))
    assert supply_tiers(nobody) == [1, 2, 2, 3, 0]  # counted from the customer


def test_tables_say_what_was_found(plan):
    payload = {
        "periods": {"labels": ["2025", "2026"]},
        "coverage": coverage(plan),
        "hotspots": hotspots(plan, ACCOUNTS),
    }
    known, hot = coverage_table(payload), hotspot_table(payload)
    assert known.title == "60% of what purchases emit in 2026 is known from suppliers themselves"
    assert known.rows[0] == ["Stated by the supplier", "20.0", "60.0", "20.0", "60.0", "12.5", "60.0"]
    assert hot.title == "2 of 4 sites make up 85% of emissions"
    assert hot.rows[0][:2] == ["Mill", "own"]
    assert hot.rows[1][1:] == ["tier 1", "50.0", "25%", "85%"]
    assert primary_line(payload) == "60% of spend, 60% of tonnes, 60% of purchased emissions in 2026"
    assert coverage_table(payload | {"coverage": None}) is None
    assert hotspot_table(payload | {"hotspots": None}) is None
