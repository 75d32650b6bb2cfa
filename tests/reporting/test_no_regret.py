"""The no-regret view from the plan to payload, page and workbook."""

import numpy as np
import openpyxl
import pytest
import xarray as xr

from reporting.all_charts import all_charts
from reporting.no_regret import no_regret
from reporting.no_regret_page import flip_text, no_regret_section
from reporting.payload import build_payload
from reporting.workbook import write_workbook

ASKED = (
    '{"plans": 3, "within": 0.02, "present": 0.75, "ended": "no_more", "unproven": 1, '
    '"missing": {"flood": true}}'
)
DIMS = ("tipping_side", "tipping_input", "intervention")


def decided(*rows):
    return np.array([[int(sign) for sign in row] for row in rows], dtype=float)


def asked_for(plan, alternatives, futures):
    """Return a plan with the no-regret view of plans written as rows of 0 and 1."""
    n = plan.sizes["intervention"]
    value = np.full((2, 1, n), np.nan)
    value[1, 0, 0] = 1.5
    near, far, reach = value - 0.05, value + 0.05, np.full((2, 1, n), np.nan)
    reach[:, 0, :2] = [[0.5], [2.0]]
    tables = {"value": value, "near": near, "far": far, "reach": reach, "open": np.zeros((2, 1, n))}
    asked = np.zeros((1, n))
    asked[0, :2] = 1
    data = {
        "alternative_decided": (("alternative", "intervention"), decided(*alternatives)),
        "sampled_future_decided": (("sampled_future", "intervention"), decided(*futures)),
        "decision_known": (("intervention",), np.ones(n)),
        "tipping_asked": (("tipping_input", "intervention"), asked),
        **{f"tipping_{name}": (DIMS, values) for name, values in tables.items()},
        **{
            f"tipping_{name}": (("tipping_input",), [v])
            for name, v in (("low", 0.5), ("high", 2), ("usual", 1))
        },
    }
    for family, rows in (("alternative", alternatives), ("sampled_future", futures)):
        for figure in ("cost", "cost_low", "emissions"):
            data[f"{family}_{figure}"] = ((family,), 1e9 + np.arange(len(rows)))
    coords = {
        "sampled_future": [f"demand={v}" for v in (0.9, 1.1)][: len(futures)],
        "tipping_input": ["capex"],
        "tipping_side": ["below", "above"],
    }
    found = plan.merge(xr.Dataset(data, coords=coords), combine_attrs="override")
    return found.assign_attrs(alternatives_json=ASKED)


@pytest.fixture
def asked(plan):
    ours = "".join("1" if taken else "0" for taken in plan["adopt"].sum("period").values > 0.5)
    assert ours == "111110"
    others = ["111110", "110110", "100110", "011010"]
    return asked_for(plan, others, ["111110", "111010"])


def test_shares_and_verdicts_are_those_counted_by_hand(asked):
    shown = no_regret(asked)
    rows = {row["key"]: row for row in shown["decisions"]}
    told = {key: (row["alternatives"], row["futures"], row["verdict"]) for key, row in rows.items()}
    assert told == {
        "tj_phase2": (0.75, 1.0, "always"),
        "cc_phase1": (0.75, 1.0, "always"),
        "eaf_ts": (0.5, 1.0, "mixed"),
        "one_percent": (0.75, pytest.approx(2 / 3), "mixed"),
        "etrucks": (1.0, 1.0, "always"),
        "ccus": (0.0, 0.0, "never"),
    }
    assert [row["other"] for row in shown["alternatives"]] == [0, 1, 2, 2]
    assert [row["other"] for row in shown["futures"]] == [0, 1]


def test_what_is_not_asked_for_is_absent(plan, reference):
    payload = build_payload(plan, reference)
    assert payload["no_regret"] is None
    assert no_regret_section(payload) is None
    assert "no-regret" not in all_charts(payload)


def test_the_section_says_what_was_found(asked, reference):
    payload = build_payload(asked, reference)
    section = no_regret_section(payload)
    assert section.title == "3 of 6 decisions stand in 75% of the plans found so far or more"
    assert section.sub == (
        "3 other plans cost at most 2.0% more and keep every cap; they were made to decide as differently as "
        "can be. For 1 of them the time was up (alternatives.seconds) before it was proven as different as "
        "can be: what all share may be less. There are no further ones. 2 other futures were each planned by "
        "themselves. No plan keeps all rules in: flood."
    )
    assert [len(each.names) for each in section.lists] == [3, 2, 1]
    flips, plans = section.tables
    assert sorted(row[1:] for row in flips.rows) == [["yes", "from 150%"], ["yes", "not from 50% to 200%"]]
    assert [row[0] for row in plans.rows][-2:] == ["Demand 90%", "Demand 110%"]
    chart = all_charts(payload)["no-regret"]
    dots = {s["id"]: [d["value"] for d in s["data"]] for s in chart.option["baseOption"]["series"][:2]}
    assert dots == {
        "alternatives": [[50.0, 0], [75.0, 1]],
        "futures": [[100.0, 0], [pytest.approx(200 / 3), 1]],
    }


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (None, "\u2013"),
        ({"open": True}, "open, by the gap of the solves"),
        ({"below": {"value": 0.8}}, "below 80%"),
        ({"below": {"value": 0.8, "far": None}}, "below 80%, by the gap not clearly"),
        ({"below": {"value": 0.8}, "above": {"value": 1.3}}, "below 80%; from 130%"),
        ({"below": {"reach": None}}, "not answered in time"),
    ],
)
def test_flips_in_words(row, said):
    blank = {"value": None, "near": 1.0, "far": 1.0, "reach": 1.0}
    if row is not None:
        row = {"open": False, **row, **{side: {**blank, **row.get(side, {})} for side in ("below", "above")}}
    assert flip_text(row, "capex", "CNY") == said


@pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")
def test_the_workbook_has_the_same(asked, reference, tmp_path):
    write_workbook(asked, reference, None, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    rows = {name: list(book[name].values) for name in ("NoRegret", "Alternatives", "Flips")}
    assert sum(row[-1] == "in nearly all" for row in rows["NoRegret"]) == 3
    assert [row[1] for row in rows["Alternatives"]][-2:] == [1e9, 1e9 + 1]
    assert 1.5 in [row[7] for row in rows["Flips"]]


def test_asked_for_on_the_command_line(zerolane, tmp_path):
    words = ["scenario=tutorial", "pathway=capped", "solver.mip_gap=0", "alternatives.plans=3"]
    words += ["alternatives.within=0.5", "alternatives.ranges.capex=[0.5,2]", "alternatives.swings=[demand]"]
    words += ["alternatives.futures={dear:{purchase_prices:1.2,carbon.cap_2026:0.9}}", "alternatives.most=1"]
    answer = zerolane("optimize", *words, "out=found")
    assert answer.code == 0, answer.err
    page = (tmp_path / "found" / "report.html").read_text(encoding="utf-8")
    assert '<section id="no-regret">' in page
    with xr.open_dataset(tmp_path / "found" / "plan.nc") as plan:
        least = float(plan["cost_npv"].sum())
        assert (plan["alternative_cost"] <= 1.5 * least * (1 + 1e-6)).all()
        assert plan["sampled_future"].values.tolist() == ["dear", "demand=0.9", "demand=1.1"]
        apart = np.unique(plan["alternative_decided"].values, axis=0)
        assert len(apart) == plan.sizes["alternative"] > 1
    assert zerolane("report", "run=found").code == 0
    assert '<section id="no-regret">' in (tmp_path / "found" / "report.html").read_text(encoding="utf-8")
