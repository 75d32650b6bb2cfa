"""Rules by data tier in which verified footprints count, by hand on the ore case.

Near sells at 10, far at 12, green at 15; only green's footprint is its own, the others are national averages.
Asking near for its data costs 30 in all.
"""

import numpy as np
import pytest

from optimizer import optimize
from optimizer.verify_sourcing import sourcing_findings
from scenarios import DataError, ScenarioSettings
from scenarios.plans import activities_of
from scenarios.quotas import with_drift
from tests.optimizer.ore_case import EXACT, OFFERS, bought, scenario
from tests.optimizer.score_case import QUOTAS, RAISES

YEARS = ScenarioSettings(name="ore", first_year=2025, last_year=2026, discount_rate=0.0)
RULE = "rule product data_tiers minimum_share\nknown ore own;supplier 0.5"
ASKED = {
    "offers": OFFERS.replace("far ore 12 - supplier", "far ore 12 - national"),
    "interventions": "intervention kind programme_cost lead_years\nask_near data 30 1",
    "effects": "intervention effect site\nask_near verifies_footprint near",
    "sourcing_rules": RULE,
}


def planned(settings=YEARS, **changes):
    return optimize(scenario(settings=settings, **ASKED | changes), EXACT)


def test_what_is_verified_counts_from_the_year_it_is_known():
    """Asked in 2025, near's data are there in 2026: until then half is bought of green."""
    plan = planned()
    assert bought(plan, 2025) == pytest.approx([50, 0, 50])
    assert bought(plan, 2026) == pytest.approx([100, 0, 0])
    assert plan.attrs["objective"] == pytest.approx(500 + 750 + 1000 + 30)
    assert plan["rule_share"].sel(sourcing_rule="known").values == pytest.approx([0.5, 1])
    assert str(plan["rule_kind"].sel(sourcing_rule="known").values) == "data"


def test_data_too_dear_are_not_bought():
    dear = ASKED["interventions"].replace("30", "300")
    plan = planned(interventions=dear)
    assert bought(plan, 2026) == pytest.approx([50, 0, 50])
    assert plan.attrs["objective"] == pytest.approx(2 * 1250)


def test_a_stage_that_may_not_be_reached_counts_by_its_chance():
    """A seat that leads to near's data with a chance of 0.4, at once: 0.4 near + green = 50."""
    programme = {
        "programme_stages": "programme stage after seat_cost chance verifies_footprint\n"
        "partners data - 30 0.4 yes",
        "programme_suppliers": "programme site\npartners near",
        "offers": ASKED["offers"],
        "sourcing_rules": RULE,
    }
    plan = optimize(scenario(settings=YEARS, **programme), EXACT)
    near = 50 / 0.6  # with green: 100
    assert bought(plan, 2025) == pytest.approx([near, 0, 100 - near])
    assert plan["rule_share"].values == pytest.approx(np.full((1, 2), 0.5))


def test_a_rule_on_averages_stops_counting_what_is_verified():
    """At most 40 % may be known as an average only; far is left out by its price."""
    plan = planned(sourcing_rules="rule product data_tiers maximum_share\nguessed ore national 0.4")
    assert bought(plan, 2025) == pytest.approx([40, 0, 60])
    assert bought(plan, 2026) == pytest.approx([100, 0, 0])
    assert plan["rule_share"].values == pytest.approx(np.array([[0.4, 0.0]]))


def test_verify_sees_what_is_not_known():
    made = scenario(settings=YEARS, **ASKED)
    plan = optimize(made, EXACT)
    x = {name: np.array(values, dtype=float) for name, values in activities_of(plan).items()}
    short = {rule: beyond for rule, beyond, _ in sourcing_findings(made, x)}
    assert short["sourcing rule known"].max() == pytest.approx(0, abs=1e-6)
    x["in_effect"] = np.zeros_like(x["in_effect"])
    short = {rule: beyond for rule, beyond, _ in sourcing_findings(made, x)}
    assert short["sourcing rule known"] == pytest.approx([0, 50])


def test_what_is_owned_and_what_counts_suppliers_stays():
    own = {"offers": ASKED["offers"].replace("near ore 10 - national", "near ore 10 - own")}
    rule = "rule product data_tiers minimum_share\nknown ore supplier;national 0.0"
    assert scenario(
        settings=YEARS, **ASKED | own | {"sourcing_rules": rule}
    ).sourcing_rules.kind.tolist() == ["rule"]
    counts = "rule product data_tiers minimum_count\ntwo ore own;supplier 1"
    assert scenario(settings=YEARS, **ASKED | {"sourcing_rules": counts}).sourcing_rules.kind.tolist() == [
        "rule"
    ]


def test_a_rule_that_only_verified_offers_can_fit_is_no_mistake():
    averages = {"offers": ASKED["offers"].replace(" own ", " national ")}
    assert len(scenario(settings=YEARS, **ASKED | averages).sourcing_rules.lift_rule) == 1
    with pytest.raises(DataError, match="no offer fits the rule"):
        scenario(settings=YEARS, **averages, sourcing_rules=RULE)


def test_drifted_scores_leave_verified_offers_where_they_are():
    """Thresholds of quotas are asked for anew; those of verified data stay at the end."""
    both = {
        "interventions": "intervention kind capex life_years lead_years programme_cost\n"
        "help programme 30 20 0 0\nask_near data 0 20 1 30"
    }
    effects = f"{RAISES}\nask_near verifies_footprint near - -"
    made = scenario(settings=YEARS, **ASKED | QUOTAS | both | {"effects": effects})
    lifted = made.scorecards.thresholds
    assert lifted.indicator.tolist()[-1] == -2
    drift = np.zeros((3, 2))
    drift[0] = 31.0  # near is a B as it is, and an A with help: another threshold than before
    again = with_drift(made, drift)
    rules, thresholds = again.sourcing_rules, again.scorecards.thresholds
    assert thresholds.indicator.tolist().count(-2) == 1
    assert thresholds.indicator[rules.lift_threshold].tolist() == [-2]
    label = made.interventions.label[thresholds.supplier[rules.lift_threshold[0]]]
    assert label == "ask_near"
    assert {each.threshold for each in thresholds.enough} == set(range(len(thresholds.supplier)))
