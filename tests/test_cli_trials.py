"""The command line with everything that trials can be asked for: studies, pairs, prices, disruptions."""

import json

import openpyxl
import pytest
import xarray as xr

STUDIES = ["simulation.ladder=true", "simulation.resilience=true", "simulation.service_target=0.9"]


def test_a_run_of_the_tutorial_with_every_study(zerolane, tmp_path):
    """Ladder, resilience and safety stocks stand in outcome, terminal, page and workbook."""
    answer = zerolane(
        "run", "scenario=tutorial", "carbon.cap_2026=0.7", "simulation.trials=4", *STUDIES, "out=studied"
    )
    assert answer.code == 0, answer.err
    outcome = xr.load_dataset(tmp_path / "studied" / "outcome.nc")
    sources = outcome["source"].to_numpy().astype(str).tolist()
    assert sources[-1] == "all together"
    assert {"yearly demand", "line breakdowns", "late interventions"} <= set(sources)
    assert "purchase prices" not in sources  # known unless said otherwise
    assert set(outcome["disrupted"].to_numpy().astype(str)) >= {"port", "mill"}
    assert float(outcome.attrs["service_target"]) == 0.9
    assert outcome.sizes["kept"] == 1
    for words in ("One source at a time", "Days to survive", "Service now"):
        assert words in answer.out
    page = (tmp_path / "studied" / "report.html").read_text(encoding="utf-8")
    assert "One source at a time" in page
    book = openpyxl.load_workbook(tmp_path / "studied" / "plan.xlsx", read_only=True)
    assert {"Ladder", "Resilience", "SafetyStocks", "PlanAgainstTrials", "CustomerService"} <= set(
        book.sheetnames
    )


def test_a_finished_run_is_tried_again_in_pairs_and_compared(zerolane, tmp_path):
    few = ["scenario=tutorial", "simulation.trials=6"]
    assert zerolane("run", *few, "carbon.cap_2026=0.7", "simulation.antithetic=true", "out=one").code == 0
    assert zerolane("run", *few, "carbon.cap_2026=0.9", "simulation.antithetic=true", "out=other").code == 0
    said = zerolane("compare", "one", "against=other")
    assert said.code == 0, said.err
    assert "in 6 futures that both plans share" in said.out
    again = zerolane("simulate", "one", "simulation.antithetic=false", "out=plain")
    assert again.code == 0, again.err
    refused = zerolane("compare", "one", "against=plain")
    assert refused.code != 0
    assert "antithetic pairs" in refused.err
    odd = zerolane("simulate", "one", "simulation.trials=5", "out=odd")
    assert odd.code != 0
    assert "give simulation.trials an even number" in odd.err
    assert not (tmp_path / "odd").exists()


@pytest.fixture
def battery(zerolane, tmp_path):
    """A run of the case with disruptions, under wide uncertainty, and what it printed."""
    answer = zerolane(
        "run",
        "scenario=battery_returns",
        "scenario.last_year=2029",
        "simulation=wide",
        "simulation.trials=10",
        "simulation.price_draws=20",
        "out=batteries",
    )
    assert answer.code == 0, answer.err
    return answer, tmp_path / "batteries"


def test_the_case_with_disruptions_under_wide_uncertainty(zerolane, battery):
    answer, folder = battery
    outcome = xr.load_dataset(folder / "outcome.nc")
    assert "lithium_plant_stops" in outcome["disruption"].to_numpy().astype(str)
    assert outcome.attrs["antithetic"] == 1
    assert outcome.attrs["twin_max_relative_error"] <= 1e-9
    assert float(outcome["cost_with_prices_quantile"].sel(quantile=0.95)) > 0
    assert "chance_with_factors" in outcome
    assert "Futures with it" in answer.out
    book = openpyxl.load_workbook(folder / "plan.xlsx", read_only=True)
    assert {"Disruptions", "CapsUncertainFactors"} <= set(book.sheetnames)
    page = (folder / "report.html").read_text(encoding="utf-8")
    for words in ("Futures with it", "Uncertain emission factors", "whatever prices do"):
        assert words in page
    told = json.loads(outcome.attrs["uncertainty_json"])
    assert told["purchase_price_cv"] > 0
    replayed = zerolane("simulate", "batteries", "--trial", "3", "--journal", "out=third")
    assert replayed.code == 0, replayed.err
    header = (folder.parent / "third" / "journal.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert header.startswith("day,period,event,activity,element,quantity,cost_")
    alone = xr.load_dataset(folder.parent / "third" / "outcome.nc")
    assert float(alone["cost_npv"][0]) == float(outcome["cost_npv"].sel(trial=3))
