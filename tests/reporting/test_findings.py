"""Every sentence of the page, in the ordinary case and in each case that breaks sentences."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from reporting import basis, findings, titles
from reporting.payload import build_payload
from reporting.tiles import tiles

Factory = Callable[..., xr.Dataset]
TITLES = [getattr(titles, name) for name in dir(titles) if name.endswith(("_title", "_sub"))]


def as_is(make_plan: Factory, **changes: Any) -> xr.Dataset:
    return make_plan(
        **{"last": 1.06, "cap": False, "adopt": False, "cost_factor": 1.0, "gap": 0.0, **changes}
    )


def told(payload: dict[str, Any]) -> str:
    return "".join(text for text, _ in findings.summary(payload))


@pytest.fixture(scope="module")
def cases(make_plan: Factory, make_outcome: Factory) -> dict[str, dict[str, Any]]:
    """Payloads of all the awkward cases."""
    plan, reference = make_plan(), as_is(make_plan)
    sure = make_outcome(plan, trials=40, spread=0.0)
    sure = sure.assign(
        cap_missed=sure["cap_missed"] & False,
        chance_of_missing=sure["chance_of_missing"] * 0,
        chance_low=sure["chance_low"] * 0,
        chance_high=sure["chance_high"] * 0 + 0.088,
    )
    uncapped = make_plan(cap=False)
    lonely = make_plan(arcs=[], adopt=False)
    single, single_reference = make_plan(periods=1), as_is(make_plan, periods=1)
    return {
        "ordinary": build_payload(plan, reference, make_outcome(plan)),
        "not simulated": build_payload(plan, reference),
        "no cap": build_payload(uncapped, reference, make_outcome(uncapped)),
        "no cap, not simulated": build_payload(uncapped, reference),
        "never missed": build_payload(plan, reference, sure),
        "same": build_payload(reference, reference),
        "no lanes": build_payload(lonely, as_is(make_plan, arcs=[])),
        "no sites": build_payload(
            make_plan(sites=[], arcs=[], adopt=False), as_is(make_plan, sites=[], arcs=[])
        ),
        "one year": build_payload(single, single_reference, make_outcome(single)),
        "long periods": build_payload(make_plan(periods=3, years=5), as_is(make_plan, periods=3, years=5)),
        "emits more": build_payload(make_plan(last=1.4, cap=False), reference),
        "cheaper": build_payload(make_plan(cost_factor=0.9), reference),
        "within the gap": build_payload(make_plan(adopt=False, cost_factor=1.002, gap=0.01), reference),
        "gap unknown": build_payload(make_plan(gap=float("nan")), reference),
        "stopped": build_payload(make_plan(status="feasible", gap=0.06), reference),
        "long name": build_payload(make_plan(pathway_title="\u94a2\u94c1 <b>" + "x" * 200), reference),
    }


CASES = """ordinary; not simulated; no cap; no cap, not simulated; never missed; same; no lanes; no sites;
one year; long periods; emits more; cheaper; within the gap; gap unknown; stopped; long name""".replace(
    "\n", " "
).split("; ")


@pytest.mark.parametrize("case", CASES)
def test_every_sentence_reads_well_in_every_case(cases: dict[str, dict[str, Any]], case: str) -> None:
    payload = cases[case]
    before = copy.deepcopy(payload)
    sentences = [
        findings.headline(payload),
        told(payload),
        *(title(payload) for title in TITLES),
        *basis.limits(payload),
    ]
    sentences += [
        " ".join(part for part in (t.name, t.value, t.unit, t.context) if part) for t in tiles(payload)
    ]
    for text in (s for s in sentences if s):
        assert not re.search(r"\b(nan|inf|None(?! of)|unknown unknown)\b", text), text
        assert "-" not in re.findall(r"(?<![\w\u2013])-(?=\d)", text), text
        assert "  " not in text.strip(), text
        assert not re.search(r"[+\u2212]0(?![.\d])", text), text
        assert text.strip()[0].upper() == text.strip()[0], text
    assert payload == before


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("ordinary", "A falling cap: emissions \u221241% by 2035 for 3.5% more cost"),
        ("same", "As is: nothing changes against Reference"),
        ("emits more", "emissions +41% by 2035"),
        ("cheaper", "for 8.5% less cost"),
        ("within the gap", "with no clear difference in cost"),
        ("gap unknown", "with no clear difference in cost"),
        ("one year", "in 2025, against Reference"),
    ],
)
def test_headline(cases: dict[str, dict[str, Any]], case: str, text: str) -> None:
    if case == "same":
        cases[case]["pathway"]["title"] = "As is"
    assert text in findings.headline(cases[case])


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("ordinary", "Its weak point is the cap: in "),
        ("ordinary", "95% interval "),
        ("not simulated", "it was not simulated"),
        ("no cap", "It carries no yearly cap"),
        (
            "never missed",
            "above the cap: the chance of missing it is likely below 9%",
        ),
        ("stopped", "The solver stopped early, with a gap of 6.0%"),
        ("gap unknown", "gap is unknown"),
    ],
)
def test_weak_point_comes_first(cases: dict[str, dict[str, Any]], case: str, text: str) -> None:
    assert text in told(cases[case])


@pytest.mark.parametrize(
    ("title", "case", "text"),
    [
        ("cuts_title", "ordinary", "Process and input mix and purchased materials make 83% of the cut"),
        ("cuts_title", "same", "emits what Reference emits"),
        ("cuts_title", "emits more", "more than Reference"),
        ("build_title", "ordinary", "4 of 5 decisions fall by 2027"),
        ("build_title", "same", "The plan builds nothing new"),
        ("cost_title", "same", "The plan costs what Reference costs"),
        ("cost_title", "within the gap", "No clear difference in cost"),
        ("network_title", "no lanes", "Nothing is moved between sites"),
        ("network_title", "ordinary", "Road diesel falls from 52% to 22% of tonne-km by 2035"),
        ("network_title", "same", "The modes of transport hardly change"),
        ("sourcing_title", "ordinary", "The supplier mix hardly changes"),
        ("sourcing_title", "no sites", "Nothing is bought in this case"),
        ("risk_title", "not simulated", "Not simulated"),
        ("risk_title", "no cap", "No yearly cap"),
        ("risk_title", "never missed", "No simulated future misses the 2035 cap"),
        ("emissions_sub", "no cap", "No yearly cap on the total"),
        ("basis_title", "ordinary", "31% of the input rows are estimates"),
    ],
)
def test_titles_are_findings_with_fallbacks(
    cases: dict[str, dict[str, Any]], title: str, case: str, text: str
) -> None:
    assert text in getattr(titles, title)(cases[case])


def test_a_supplier_that_grows_is_named(make_plan: Factory) -> None:
    plan = make_plan()
    grown = plan["purchase"].copy()
    grown.loc[{"offer": "cc_base:scrap"}] = np.linspace(0, 4e7, plan.sizes["period"])
    title = titles.sourcing_title(build_payload(plan.assign(purchase=grown), as_is(make_plan)))
    assert title == "Changchun base supplies 80% of scrap by 2035, up from 0%"


def test_a_part_that_exceeds_the_cut_says_so(make_plan: Factory) -> None:
    plan, reference = make_plan(), as_is(make_plan)
    emissions = plan["emissions"].copy()
    emissions.loc[{"emission_account": "scope3_purchased_goods"}] = 2.5e7
    title = titles.cuts_title(build_payload(plan.assign(emissions=emissions), reference))
    assert "more than Reference" in title or "whole cut" in title


def test_all_data_measured_is_said(make_plan: Factory) -> None:
    payload = build_payload(make_plan(data_quality_json='{"sites": {"measured": 4}}'), as_is(make_plan))
    assert titles.basis_title(payload) == "All 4 input rows are measured or published"
    assert (
        titles.basis_title(build_payload(make_plan(data_quality_json=""), as_is(make_plan)))
        == "What the numbers rest on"
    )


def test_tiles_carry_their_base_and_doubt(cases: dict[str, dict[str, Any]]) -> None:
    chance = tiles(cases["ordinary"])[-1]
    assert re.fullmatch(r"\d+%", chance.value)
    assert re.search(
        r"In 2035, about .*: \d+ of 200 simulated futures, 95% interval \d+% to \d+%", chance.context
    )
    assert tiles(cases["never missed"])[-1].value.startswith("<")
    assert tiles(cases["no cap"])[-1].value == "no cap"
    assert tiles(cases["not simulated"])[-1].value == "unknown"
    assert "No clear difference" in tiles(cases["within the gap"])[2].context


def test_assumptions_name_gap_both_scope_2_methods_and_offsets(cases: dict[str, dict[str, Any]]) -> None:
    rows = {name: f"{value}; {meaning}" for name, value, meaning in basis.assumptions(cases["ordinary"])}
    assert "gap 0.4%" in rows["Solver"]
    assert "market-based; location-based" in rows["Scope 2"]
    assert rows["Offsets"].startswith("none")
    assert "demonstration" in " ".join(basis.limits(cases["ordinary"]))


def test_plans_made_again_are_said(make_plan, make_outcome) -> None:
    plan, outcome = make_plan(), make_outcome(make_plan())
    count = outcome.sizes["trial"]
    again = outcome.assign(replans=("trial", [10] * count), replans_kept=("trial", [1] + [0] * (count - 1)))
    again.attrs["replan_decisions"] = "kept"
    for tried, said in ((outcome, None), (again, f"quantities of the years ahead, {10 * count:,} times")):
        rows = {row[0]: row for row in basis.assumptions(build_payload(plan, as_is(make_plan), tried))}
        assert ("Plans made again" in rows) is (said is not None)
        if said is not None:
            assert rows["Plans made again"][1] == "each year"
            assert rows["Plans made again"][2].startswith(said)
            assert "1 of them there was no plan" in rows["Plans made again"][2]


def test_uncertainties_are_listed_flat(cases: dict[str, dict[str, Any]]) -> None:
    assert basis.uncertainties(cases["ordinary"]) == [("Demand: yearly sd", "0.030"), ("Breakdowns", "yes")]
    assert basis.uncertainties(cases["not simulated"]) == []


def test_the_sum_of_small_suppliers_is_never_the_news(cases: dict[str, dict[str, Any]]) -> None:
    payload = cases["ordinary"]
    rows = [
        {"name": "Port", "plan": [50.0, 10.0], "reference": [50.0, 50.0], "rest": False},
        {"name": "14 others", "plan": [50.0, 90.0], "reference": [50.0, 50.0], "rest": True},
    ]
    mixes = payload["mixes"] | {"suppliers": [{"product": "ore", "name": "Ore", "rows": rows}]}
    title = titles.sourcing_title(payload | {"mixes": mixes})
    assert title.startswith("Port supplies 10% of ore")
