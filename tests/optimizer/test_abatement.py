"""What levers bring, known by hand: a mill that emits 200 t a year, a boiler, capture and an electric route.

Coal costs 100 and emits 2.0 t a tonne of steel, the electric route 200 and 0.5: a tonne cut costs 66.67 by
switching. Better boilers take 10 % off coal's emissions for 200 a year, capture 50 % for 3,000.
"""

import numpy as np
import pytest

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.abatement import abatement_curve, with_abatement
from optimizer.lever_settings import AbatementSettings
from optimizer.objective_settings import ObjectiveKind, ObjectiveSettings
from scenarios import CarbonSettings, ConfigError, ElectricitySettings
from scenarios.electricity_settings import Matching
from tests.optimizer.carbon_money_tables import carbon_case
from tests.optimizer.power_case import mill
from tests.optimizer.test_break_even import measures

EXACT = SolverSettings(mip_gap=0.0)
NO_ARC = {"pins": [{"pin": "no_arc", "decision": "run", "process": "electric", "maximum": 0}]}
ASKED = AbatementSettings(curve=True)


def cap(share):
    return {"caps": {"all": {"limit": {2025: share}}}}


def planned(*parts, share):
    scenario = carbon_case(parts, cap(share))
    reference = reference_plan(scenario, EXACT)
    return scenario, reference, optimize(scenario, EXACT, reference)


def curve(scenario, reference, plan, asked=ASKED):
    return abatement_curve(plan, scenario, asked, EXACT, reference)


@pytest.fixture(scope="module")
def both():
    """A cap of 90 t that takes both measures, without the electric route: 200 - 100 - 20 = 80."""
    return planned(measures(), NO_ARC, share=0.45)


def figure(found, name):
    values = found[name].sum("period", skipna=False) if "period" in found[name].dims else found[name]
    return dict(
        zip(
            [str(k).removeprefix("intervention:") for k in found["lever"].values],
            values.values.tolist(),
            strict=True,
        )
    )


def test_measures_that_do_not_meet_bring_the_same_alone(both):
    found = curve(*both)
    assert figure(found, "lever_cut") == pytest.approx({"capture": 100, "boiler": 20})
    assert figure(found, "lever_cost") == pytest.approx({"capture": 3000, "boiler": 200})
    assert figure(found, "lever_alone_cut") == pytest.approx(figure(found, "lever_cut"))
    assert figure(found, "lever_alone_cost") == pytest.approx(figure(found, "lever_cost"))
    assert found["lever_way"].values.tolist() == ["held", "held"]


def test_what_competes_brings_less_than_alone():
    """Under 170 t the boiler leaves 10 t to the electric route: (180 - 170) / 1.3 = 7.69 t of steel.

    The boiler then works on 92.31 t of coal steel and cuts 18.46 t; alone it works on all and cuts 20. The
    next tonne costs 100 / 1.3, so that the route stays as planned when the boiler goes, and grows no further.
    """
    case = planned(measures(), share=0.85)
    plan, found = case[2], curve(*case)
    assert float(plan["run"].sel(operation=plan["operation_process"] == "electric").sum()) == pytest.approx(
        10 / 1.3
    )
    assert figure(found, "lever_cut")["boiler"] == pytest.approx(0.2 * (100 - 10 / 1.3), rel=1e-5)
    assert figure(found, "lever_alone_cut")["boiler"] == pytest.approx(20, rel=1e-5)
    assert figure(found, "lever_cost")["boiler"] == pytest.approx(200, rel=1e-4)
    assert float(found["cap_price"].item()) == pytest.approx(100 / 1.3)
    assert found["lever_used"].sel(lever="intervention:capture") == 0
    assert np.isnan(figure(found, "lever_cut")["capture"])
    assert figure(found, "lever_alone_cut")["capture"] == pytest.approx(
        100, rel=1e-5
    )  # in whole, though unused


def test_what_needs_a_lever_goes_with_it():
    more = measures()
    more["interventions"][0]["requires"] = "boiler"
    found = curve(*planned(more, NO_ARC, share=0.45))
    assert figure(found, "lever_cut") == pytest.approx({"capture": 100, "boiler": 120})
    assert figure(found, "lever_cost") == pytest.approx({"capture": 3000, "boiler": 3200})
    assert figure(found, "lever_alone_cut") == pytest.approx({"capture": 120, "boiler": 20})


def test_a_lever_without_which_there_is_no_plan_is_said_to_be_needed():
    """A rule asks for one intervention of its kind: the pathway has no plan without it."""
    grown = {
        "interventions": [{"intervention": "growth", "kind": "line", "site": "mill", "opex": 10}],
        "effects": [{"intervention": "growth", "effect": "adds_capacity", "line": "furnace", "amount": 0}],
        "intervention_counts": [{"rule": "must", "kind": "line", "minimum": 1}],
    }
    found = curve(*planned(grown, NO_ARC, share=1.0))
    assert found["lever_way"].values.tolist() == ["needed"]
    assert np.isnan(figure(found, "lever_cut")["growth"])


def test_many_interventions_stand_by_kind_once_and_only_where_asked_for(both):
    scenario, reference, plan = both
    assert with_abatement(plan, scenario, AbatementSettings(), EXACT, reference) is plan
    found = with_abatement(plan, scenario, AbatementSettings(curve=True, most=1), EXACT, reference)
    assert figure(found, "lever_cut") == pytest.approx({"capture": 100, "efficiency": 20})
    assert with_abatement(found, scenario, ASKED, EXACT, reference) is found


def test_other_goals_price_no_tonnes(both):
    scenario, reference, plan = both
    greenest = ObjectiveSettings(kind=ObjectiveKind.LEAST_EMISSIONS)
    with pytest.raises(ConfigError, match="least_cost"):
        with_abatement(plan, scenario, ASKED, EXACT, reference, greenest)


def test_power_matched_by_the_hour_is_a_lever():
    """A cap of 80 % takes 1,752 MWh of a contract that costs 20 more than the grid and spares 0.5 t each."""
    sun = {"option": "sun", "kind": "ppa", "price": 120, "profile": "by_day", "capacity_factor": 0.5}
    hourly = ElectricitySettings(matching=Matching.HOURLY, typical_days=1)
    scenario = mill([sun | {"term_years": 1}], CarbonSettings(**cap(0.8)), electricity=hourly)
    reference = reference_plan(scenario, EXACT)
    found = curve(scenario, reference, optimize(scenario, EXACT, reference))
    for name in ("", "alone_"):
        assert figure(found, f"lever_{name}cut") == pytest.approx({"power:ppa": 876}, rel=1e-4)
        assert figure(found, f"lever_{name}cost") == pytest.approx({"power:ppa": 35_040}, rel=1e-4)
