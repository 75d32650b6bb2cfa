"""Disruptions, uncertain emission factors and prices on the page, in the terminal and in the workbook."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xarray as xr
from rich.console import Console

from reporting.disruptions import disruption_tables
from reporting.page import render_page
from reporting.payload import Payload, build_payload
from reporting.terminal import show_summary
from reporting.uncertain_figures import factor_tables, price_fact
from reporting.workbook import write_workbook


@pytest.fixture(scope="module")
def uncertain(outcome: xr.Dataset) -> xr.Dataset:
    """Give an outcome with two disruptions, of which one never came, uncertain factors and prices."""
    trials, (caps, periods) = outcome.sizes["trial"], outcome["chance_of_missing"].shape
    found = outcome.assign_coords(disruption=["flood", "strike"])
    times = np.zeros((trials, 2))
    times[: trials // 4, 0] = 2
    found["disruption_times"] = (("trial", "disruption"), times)
    for name, value, half in (("share", 0.25, 0.05), ("cost_added", 4e6, 1e6), ("unmet_added", 0.012, 0.002)):
        for end, shift in (("", 0), ("_low", -half), ("_high", half)):
            other = 0.0 if name == "share" else np.nan
            found[f"disruption_{name}{end}"] = ("disruption", [value + shift, other])
    for end, shift in (("", 0.2), ("_low", 0.15), ("_high", 0.25)):
        known = found["chance_of_missing"].transpose("cap", "period").values
        found[f"chance_with_factors{end}"] = (("cap", "period"), np.minimum(known + shift, 1.0))
    levels = np.array([1e9, 1.1e9, 1.2e9, 1.3e9, 1.4e9])
    found["cost_with_prices_quantile"] = ("quantile", levels)
    for end, value in (("", 1.5e9), ("_low", 1.45e9), ("_high", 1.55e9)):
        found[f"cost_with_prices_tail_mean{end}"] = ((), value)
    assert (caps, periods) == (outcome.sizes["cap"], outcome.sizes["period"])
    return found


@pytest.fixture(scope="module")
def payload(plan: xr.Dataset, reference: xr.Dataset, uncertain: xr.Dataset) -> Payload:
    return build_payload(plan, reference, uncertain)


def test_the_dearest_disruption_stands_first_and_in_the_title(payload: Payload) -> None:
    (table,) = disruption_tables(payload)
    assert table.title == "Flood costs most of all disruptions: CNY 4.00 m where it happens"
    flood, strike = table.rows
    assert flood[0] == "Flood"
    assert flood[1] == "25% (20% to 30%)"
    assert float(flood[2]) == pytest.approx(0.5)
    assert flood[3] == "+4.00 \u00b1 1.00"
    assert flood[4] == "+1.20 \u00b1 0.20"
    assert strike[3:] == ["too few to tell", "too few to tell"]


def test_uncertain_factors_stand_beside_known_ones(payload: Payload, uncertain: xr.Dataset) -> None:
    (table,) = factor_tables(payload)
    known = uncertain["chance_of_missing"].isel(cap=0)
    held = int(np.isfinite(known).sum())
    assert len(table.rows) == held > 0
    assert table.title.startswith("Uncertain emission factors raise the chance of missing the cap in ")
    assert table.rows[0][0] == str(known["period"].values[np.isfinite(known)][0])


def test_the_range_over_prices_is_a_fact(payload: Payload) -> None:
    said = price_fact(payload)
    assert said is not None
    assert said[0] == "CNY 1.00 bn to CNY 1.40 bn"
    assert "worst 1 in 20 CNY 1.50 bn" in said[1]


def test_page_terminal_and_workbook_show_them(
    payload: Payload, plan: xr.Dataset, reference: xr.Dataset, uncertain: xr.Dataset, tmp_path: Path
) -> None:
    page = render_page(payload)
    for words in ("Flood costs most", "Uncertain emission factors raise", "whatever prices do"):
        assert words in page
    printed = StringIO()
    show_summary(payload, console=Console(file=printed, width=120))
    assert "Flood costs most" in printed.getvalue()
    write_workbook(plan, reference, uncertain, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx", read_only=True)
    assert {"Disruptions", "CapsUncertainFactors"} <= set(book.sheetnames)


def test_nothing_is_said_where_there_is_nothing(plan: xr.Dataset, outcome: xr.Dataset) -> None:
    for found in (outcome, None):
        bare = build_payload(plan, plan, found)
        assert disruption_tables(bare) == []
        assert factor_tables(bare) == []
        assert price_fact(bare) is None
