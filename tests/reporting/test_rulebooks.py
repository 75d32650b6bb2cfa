"""Plans under rulebooks on the page and in tables: classes, flips of the ranking, what classes cost."""

import numpy as np
import pytest
import xarray as xr

from reporting.rulebook_tables import rulebook_line, rulebook_section
from reporting.rulebooks import flips, rulebook_summary, rulebooks
from reporting.workbook_rulebooks import rulebook_sheets


def _plan(less, market, **attributes):
    """Return a plan of one mill and two years under LESS and the market method; figures in t a year."""
    mill = np.array([[less, less / 2], [market, market / 2]])
    plan = xr.Dataset(
        {
            "rulebook_emissions": (("rulebook", "period"), mill),
            "rulebook_accounts": (
                ("rulebook", "treatment", "emission_account", "period"),
                np.stack([np.stack([b, 0 * b, 0 * b, 0 * b])[:, None] for b in mill]),
            ),
            "rulebook_site_emissions": (("rulebook", "site", "period"), mill[:, None]),
            "rulebook_site_output": (
                ("rulebook", "site", "period"),
                np.array([[[100.0, 100.0]], [[0.0, 0.0]]]),
            ),
            "rulebook_product_emissions": (("rulebook", "product", "period"), mill[:, None]),
            "rulebook_product_output": (("rulebook", "product", "period"), np.full((2, 1, 2), 100.0)),
            "rulebook_scrap_share": (
                ("rulebook", "site", "period"),
                np.array([[[0.5, 0.5]], [[np.nan, np.nan]]]),
            ),
            "class_line": (("steel_class", "site", "period"), np.array([[[0.5, 0.5]], [[1.0, 1.0]]])),
        },
        coords={
            "rulebook": ["less", "ghg_protocol_market"],
            "rulebook_name": ("rulebook", ["LESS", "GHG Protocol, by market"]),
            "rulebook_version": ("rulebook", ["2024", "2015"]),
            "rulebook_boundary": ("rulebook", ["hot_rolled_steel", "chain"]),
            "rulebook_says": ("rulebook", ["", ""]),
            "treatment": ["counted", "replaced", "left_out", "instead"],
            "emission_account": ["scope1"],
            "period": [2025, 2026],
            "years": ("period", [1.0, 1.0]),
            "site": ["mill"],
            "site_name": ("site", ["The mill"]),
            "product": ["steel"],
            "steel_class": ["less A", "less B"],
            "steel_class_rulebook": ("steel_class", ["less", "less"]),
            "steel_class_level": ("steel_class", ["A", "B"]),
        },
    )
    return plan.assign_attrs(attributes)


def _payload(plan, reference):
    return {
        "rulebooks": rulebooks(plan, reference),
        "periods": {"start": [2025, 2026], "labels": ["2025", "2026"], "last": 2026},
        "scenario": {"currency": "CNY"},
        "programme": {"targets": []},
    }


def test_the_best_class_whose_line_holds_is_told_by_year():
    mill = rulebooks(_plan(90, 10), _plan(120, 10))["mills"]
    assert [m["rulebook"] for m in mill] == ["less"]  # the market method counts no mill
    assert mill[0]["intensity"] == pytest.approx([0.9, 0.45])
    assert mill[0]["class"] == ["B", "A"]
    assert mill[0]["reference_class"] == ["", "B"]


def test_where_two_plans_change_places_is_told():
    assert flips({"plan": _plan(90, 10), "reference": _plan(120, 12)}) == []
    assert flips({"plan": _plan(90, 10), "reference": _plan(90, 12)}) == []  # as good as each other
    flipped = flips({"plan": _plan(90, 13), "reference": _plan(120, 12)})
    assert flipped[0]["lower"] == {"plan": ["less"], "reference": ["ghg_protocol_market"]}
    section = rulebook_section(_payload(_plan(90, 13), _plan(120, 12)))
    assert section.title.startswith("The ranking flips: ")


def test_section_line_and_sheets_show_the_same_figures():
    payload = _payload(_plan(90, 10), _plan(120, 12))
    section = rulebook_section(payload)
    less = next(row for row in section.tables[0].rows if row[0] == "LESS, 2024")
    assert less[1:6] == ["60.0", "45.0", "\u221225%", "0.60", "0.45"]
    assert "same ranking" in rulebook_line(payload)
    books, mills = rulebook_sheets(payload)
    assert [row[4] for row in books.rows] == [90, 45, 10, 5]
    assert [row[-1] for row in mills.rows] == ["B", "A"]
    summary = rulebook_summary(_plan(90, 10), _plan(120, 12))
    assert summary["steel_classes"] == {"less": {"mill": {"2025": "B", "2026": "A"}}}


def test_plans_of_before_rulebooks_show_nothing():
    old = xr.Dataset()
    assert rulebooks(old, old)["books"] == []
    assert rulebook_summary(old, old) == {}
    assert rulebook_section({"rulebooks": rulebooks(old, old)}) is None
