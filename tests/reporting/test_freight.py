"""Freight by mode and the lines beside the emissions, on page, in workbook, summary and terminal."""

import numpy as np
import openpyxl
import pytest

from optimizer import optimize
from reporting.beside import beside_summary
from reporting.freight import freight_summary
from reporting.freight_tables import beside_line, beside_table, freight_tables
from reporting.payload import build_payload
from reporting.workbook_freight import freight_sheets
from tests.optimizer import test_credits as credits_case
from tests.optimizer import test_freight_energy as freight_case

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


@pytest.fixture(scope="module")
def by_energy():
    """The port's trucks by way of a hub that fills them, against the same without filling."""
    handling = {"hub_energy": "site carrier consumption\nhub diesel 0.5", "lanes": freight_case.BY_HUB}
    hubs = ("site load_factor\nhub 1", "site\nhub")
    plan, reference = (optimize(freight_case.scenario(hubs=hub, **handling)) for hub in hubs)
    return plan, reference, build_payload(plan, reference)


@pytest.fixture(scope="module")
def apart():
    """Scrap that spares others, of which rivals lack a part, and an offset that a cap counts."""
    plan = credits_case.solved(
        credits_case.capped(120.0, includes_offsets=True),
        avoided="avoided product emissions coal\nby_scrap scrap 1.6 0.35",
        pools=f"{credits_case.POOL}\nregion scrap 10 0.5 1.6 0 -",
        offsets=credits_case.OFFSETS,
        **credits_case.MINED,
    )
    return plan, build_payload(plan, plan)


def test_both_parts_of_freight_stand_side_by_side(by_energy):
    plan, _, payload = by_energy
    table, hubs = freight_tables(payload)
    first, filled = 0.035 * 5000, 0.45 / 20 * 5000  # l, to the hub and from it
    ttw, wtt = (first + filled) * 2.6 / 1000, (first + filled) * 0.6 / 1000
    assert freight_summary(plan)["road"]["ttw"] == pytest.approx(ttw)
    assert freight_summary(plan)["road"]["wtt"] == pytest.approx(wtt)
    row = dict(zip(table.headers, table.rows[0], strict=True))
    assert row["g per t-km"] == "92.0"  # 0.92 t over 10,000 t-km
    assert row["g, Reference"] == "112"
    assert row["Load factor"] == "67%"  # twice 5,000 t-km, at 0.5 and at 1: 15,000 t-km of payload driven
    assert hubs.rows[0][1:] == ["100", "0.13", "0.030", "0.16", "1.60"]


def test_modes_without_vehicles_have_no_load(apart):
    table = freight_tables(apart[1])[0]
    assert "Load factor" not in table.headers
    assert len(freight_tables(apart[1])) == 1


def test_lines_beside_the_emissions_say_what_rivals_emit_and_what_counts(apart):
    plan, payload = apart
    table = beside_table(payload)
    shown = {row[0]: row[-1] for row in table.rows}
    assert shown["Avoided by the use of goods"] == "32.0"  # 20 t of scrap at 1.6
    assert shown["Emitted by rivals instead"] == "8.00"  # half of 10 t
    assert shown["Offsets bought and retired"] == "40.0"
    assert table.title == "32.0 t avoided elsewhere in 2025; rivals for the same goods emit 25% of it again"
    assert "offsets count under the cap 'ours' alone" in table.unit
    assert beside_summary(plan)["avoided_coal"] == {2025: pytest.approx(7)}
    assert beside_line(payload).startswith("2025: avoided by the use of goods 32.0 t; emitted by rivals")


def test_trials_give_the_lines_a_range(apart):
    plan, _ = apart
    trials = np.linspace(0.5, 1.5, 21)[:, None, None] * plan["beside"].to_numpy()[None]
    outcome = (
        plan[["beside"]].drop_vars("beside").assign(beside=(("trial", "beside_account", "period"), trials))
    )
    outcome = outcome.assign_coords(beside_account=plan["beside_account"])
    from reporting.beside import beside

    line = beside(plan, plan, outcome)["lines"][0]
    assert (line["trials"]["low"][0], line["trials"]["high"][0]) == pytest.approx((0.55 * 32, 1.45 * 32))


def test_nothing_beside_says_nothing(by_energy):
    payload = by_energy[2]
    assert payload["beside"] is None
    assert beside_table(payload) is None
    assert beside_line(payload) is None


def test_the_workbook_has_a_sheet_for_each(by_energy, apart):
    sheets = {table.name: table for table in freight_sheets(by_energy[2])}
    assert set(sheets) == {"Freight", "Hubs"}
    names = [column.header for column in sheets["Freight"].columns]
    rows = [dict(zip(names, row, strict=True)) for row in sheets["Freight"].rows]
    assert [row["Pathway"] for row in rows] == ["Plan", "Reference"]
    assert rows[1]["kg per tonne-km"] == pytest.approx(0.112)
    assert {table.name for table in freight_sheets(apart[1])} == {"Freight", "Beside"}


def test_page_and_workbook_carry_them(by_energy, apart, tmp_path):
    from reporting.page import render_page
    from reporting.workbook import write_workbook

    said = "Freight emits 0.92 t in 2025, 92.0 g per t-km; 81% leaves the vehicles"
    assert said in render_page(by_energy[2])
    page = render_page(apart[1])
    assert "never netted, in no total" in page
    write_workbook(apart[0], apart[0], None, tmp_path / "plan.xlsx")
    assert {"Freight", "Beside"} <= set(openpyxl.load_workbook(tmp_path / "plan.xlsx").sheetnames)
