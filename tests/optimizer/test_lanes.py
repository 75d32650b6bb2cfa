"""Fixed cost, minimum and whole vehicles of lanes, and hubs: each solved by hand, with and without.

A port sells ore at 10; a mill needs 100 t a year and can be reached by road at 4 a tonne, by rail at 1.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from optimizer import SolverSettings, optimize, reference_plan
from optimizer.highs import HighsModel
from optimizer.models.build import build_model
from optimizer.models.instance import make_instance
from optimizer.verify import verify
from scenarios import (
    DataError,
    ScenarioSettings,
    VerificationError,
    read_tables,
    scenario_from_tables,
)
from scenarios.ledger import rates

SETTINGS = ScenarioSettings(name="ore", first_year=2025, last_year=2026, discount_rate=0.0)
EXACT = SolverSettings(mip_gap=0.0)
MODES = "mode cost_per_tkm payload_t tank_to_wheel\nroad 0 30 100\nrail 0 60 20"
LANE_HEAD = "origin destination mode products distance_km cost fixed_cost minimum whole_vehicles capacity"
CASE = {
    "sites": "site role lat lon region owner\nport supplier 40 118 north partner\n"
    "hub hub 40 118.5 north own\nmill customer 40 119 north own",
    "products": "product\nore",
    "offers": "offer site product price footprint\nport_ore port ore 10 0",
    "modes": MODES,
    "lanes": f"{LANE_HEAD}\nport mill road ore 100 4 - - - -\nport mill rail ore 100 1 - - - -",
    "demand": "site product quantity\nmill ore 100",
}


def tables(**changes):
    """Return the case with tables replaced: text in columns split by blanks, ``-`` for a blank cell."""
    with TemporaryDirectory() as folder:
        for name, text in (CASE | changes).items():
            rows = [line.split() for line in text.splitlines()]
            cells = [",".join("" if cell == "-" else cell for cell in row) for row in rows]
            (Path(folder) / f"{name}.csv").write_text("\n".join(cells))
        return read_tables(Path(folder))


def scenario(settings=SETTINGS, **changes):
    return scenario_from_tables(tables(**changes), settings)


def solved(**changes):
    return optimize(scenario(**changes), EXACT)


def lanes(road="4 - - - -", rail="1 - - - -", more=""):
    return f"{LANE_HEAD}\nport mill road ore 100 {road}\nport mill rail ore 100 {rail}{more}"


def value(plan, variable, label, year=2025):
    return float(plan[variable].sel({plan[variable].dims[0]: label, "period": year}))


def test_without_rules_all_goes_by_rail():
    plan = solved()
    assert plan.attrs["objective"] == pytest.approx(2 * 100 * 11)
    assert plan.sizes["opened_lane"] == plan.sizes["trip_lane"] == 0


def test_a_fixed_cost_is_paid_in_each_year_of_use():
    plan = solved(lanes=lanes(rail="1 250 - - -"))
    assert plan.attrs["objective"] == pytest.approx(2 * (100 * 11 + 250))  # 250 a year saves 300
    assert value(plan, "use_lane", "port>mill:rail") == 1
    assert float(plan["cost"].sel(cost_account="freight", period=2025)) == pytest.approx(100 + 250)
    plan = solved(lanes=lanes(rail="1 350 - - -"))
    assert plan.attrs["objective"] == pytest.approx(2 * 100 * 14)
    assert plan["use_lane"].sum() == 0


def test_a_fixed_cost_is_paid_once_for_each_year_of_a_long_period():
    settings = replace(SETTINGS, years_per_period=2)
    plan = optimize(scenario(settings, lanes=lanes(rail="1 250 - - -")), EXACT)
    assert plan.attrs["objective"] == pytest.approx(2 * (100 * 11 + 250))


def test_a_lane_below_its_minimum_is_not_used():
    demand = "site product quantity period\nmill ore 100 2025\nmill ore 200 2026"
    plan = solved(lanes=lanes(rail="1 - 150 - -"), demand=demand)
    assert plan.attrs["objective"] == pytest.approx(100 * 14 + 200 * 11)
    assert plan["use_lane"].to_numpy()[0].tolist() == [0, 1]


def test_a_minimum_can_be_worth_moving_more_than_is_cheapest():
    # Rail is dearer here but road only has room for 60: without the minimum rail would carry 40.
    road, rail = "1 - - - 60", "4 - 50 - -"
    plan = solved(lanes=lanes(road, rail))
    assert value(plan, "flow", "port>mill:rail:ore") == pytest.approx(50)
    assert solved(lanes=lanes(road, "4 - - - -"))["flow"].sel(
        arc="port>mill:rail:ore", period=2025
    ) == pytest.approx(40)


def test_whole_vehicles_are_paid_full_or_not():
    # 100 t need two trains of 60 t at 60 each; a truck carries 30 t at 120.
    plan = solved(lanes=lanes("4 - - yes -", "1 - - yes -"))
    assert value(plan, "trips", "port>mill:rail") == 2
    assert value(plan, "trips", "port>mill:road") == 0
    assert plan.attrs["objective"] == pytest.approx(2 * (1000 + 120))
    emitted = plan["emissions"].sel(emission_account="scope3_downstream_transport_ttw", period=2025)
    assert float(emitted) == pytest.approx(2 * 60 * 100 * 20 / 1e6 * 1e3)  # kg/tkm, 100 km, full trains


def test_the_last_few_tonnes_take_the_smaller_vehicle():
    demand = "site product quantity\nmill ore 130"  # two trains and a 10 t rest: 120 by truck is not less
    plan = solved(lanes=lanes("1.5 - - yes -", "1 - - yes -"), demand=demand)
    assert value(plan, "trips", "port>mill:rail") == 2
    assert value(plan, "trips", "port>mill:road") == 1  # 45 against 60 for a third train
    assert plan.attrs["objective"] == pytest.approx(2 * (1300 + 2 * 60 + 45))


def test_trips_are_counted_over_the_whole_period():
    settings = replace(SETTINGS, years_per_period=2)
    plan = optimize(scenario(settings, lanes=lanes(rail="1 - - yes -")), EXACT)
    assert value(plan, "trips", "port>mill:rail") == 4  # 200 t in trains of 60 t
    assert plan.attrs["objective"] == pytest.approx(2000 + 4 * 60)


def test_verify_notices_broken_lanes():
    case = scenario(lanes=lanes("4 - - yes -", "1 250 90 - -"))
    plan, ledger = optimize(case, EXACT), rates(case)
    for variable, label, change, complaint in (
        ("use_lane", "port>mill:rail", -1.0, "lane used unopened"),
        ("use_lane", "port>mill:rail", 0.5, "use of a lane is whole"),
        ("trips", "port>mill:road", 0.5, "trips are whole"),
    ):
        broken = plan.copy(deep=True)
        broken[variable].loc[{plan[variable].dims[0]: label, "period": 2025}] += change
        with pytest.raises(VerificationError, match=complaint):
            verify(case, broken, ledger)


def test_lanes_that_cannot_be_are_refused():
    with pytest.raises(DataError, match="is above the capacity"):
        scenario(lanes=lanes(rail="1 - 150 - 100"))
    with pytest.raises(DataError, match="goods without weight"):
        scenario(products="product tonnes_per_unit\nore 0", lanes=lanes(rail="1 - - yes -"))


# ---------------------------------------------------------------- opening the origin

TWO_PLANTS = {
    "sites": "site role lat lon region owner\na plant 40 118 n own\nb plant 41 118 n own\n"
    "x customer 40 119 n own\ny customer 41 119 n own\nz customer 42 119 n own",
    "offers": "offer site product price footprint locked\na_ore a ore 0 0 yes\nb_ore b ore 0 0 yes",
    "lanes": "origin destination mode products distance_km cost\n"
    + "\n".join(
        f"{o} {d} road ore 1 {c}"
        for o, d, c in (
            ("a", "x", 1),
            ("a", "y", 3),
            ("a", "z", 9),
            ("b", "x", 9),
            ("b", "y", 3),
            ("b", "z", 1),
        )
    ),
    "demand": "site product quantity\nx ore 10\ny ore 10\nz ore 10",
    "interventions": "intervention kind capex life_years lead_years latest\nbuild_a plant 100 2 0 2025\n"
    "build_b plant 90 2 0 2025",
    "effects": "intervention effect offer\nbuild_a unlocks_offer a_ore\nbuild_b unlocks_offer b_ore",
}


def relaxed_bound(case, without=""):
    model = build_model(make_instance(case, rates(case), [], []))
    if without:
        getattr(model, without).deactivate()
    return HighsModel(model, EXACT, relax_integrality=True).run().objective


def test_the_relaxation_of_facility_location_is_the_strong_one():
    case = scenario(**TWO_PLANTS)
    plan = optimize(case, EXACT)
    # Both cost 190 and 2 years x (10 + 30 + 10) of freight: 290; b alone 90 + 2 x 130 = 350.
    assert plan.attrs["objective"] == pytest.approx(290)
    assert relaxed_bound(case) == pytest.approx(290)
    # Without the rule a third of each plant would do: its largest supply is all that is used.
    assert relaxed_bound(case, "arc_open_with_origin") < 260


def test_the_strengthening_changes_no_plan():
    case = scenario(**TWO_PLANTS)
    model = build_model(make_instance(case, rates(case), [], []))
    model.arc_open_with_origin.deactivate()
    assert HighsModel(model, EXACT).run().objective == pytest.approx(290)


# ---------------------------------------------------------------- hubs

HUB_LANES = (
    "origin destination mode products distance_km cost\nport mill road ore 100 4\n"
    "port hub rail ore 50 1\nhub mill road ore 50 2"
)


def hub(columns, row):
    return f"site {columns}\nhub {row}"


def test_a_hub_is_worth_its_handling_or_not():
    plan = solved(lanes=HUB_LANES)
    assert plan.attrs["objective"] == pytest.approx(2 * 100 * 13)
    plan = solved(lanes=HUB_LANES, hubs=hub("handling_cost handling_emissions", "0.5 0.01"))
    assert plan.attrs["objective"] == pytest.approx(2 * 100 * 13.5)
    assert float(plan["cost"].sel(cost_account="handling", period=2025)) == pytest.approx(50)
    assert float(plan["emissions"].sel(emission_account="scope1", period=2025)) == pytest.approx(1)
    plan = solved(lanes=HUB_LANES, hubs=hub("handling_cost", "1.5"))
    assert plan.attrs["objective"] == pytest.approx(2 * 100 * 14)  # direct


def test_a_hub_passes_on_no_more_than_it_can():
    plan = solved(lanes=HUB_LANES, hubs=hub("capacity", "60"))
    assert value(plan, "flow", "hub>mill:road:ore") == pytest.approx(60)
    assert plan.attrs["objective"] == pytest.approx(2 * (60 * 13 + 40 * 14))


def test_consolidation_cuts_cost_and_emissions_of_what_leaves():
    plain, plan = solved(lanes=HUB_LANES), solved(lanes=HUB_LANES, hubs=hub("consolidation", "0.25"))
    assert plan.attrs["objective"] == pytest.approx(2 * 100 * (10 + 1 + 1.5))
    account = "scope3_downstream_transport_ttw"
    emitted = [float(p["emissions"].sel(emission_account=account, period=2025)) for p in (plain, plan)]
    assert emitted[1] == pytest.approx(0.75 * emitted[0])
    inbound = "scope3_upstream_transport_ttw"
    assert (plan["emissions"] == plain["emissions"]).sel(emission_account=inbound).all()


@pytest.mark.parametrize(("capex", "opened"), [(150, 1), (250, 0)])
def test_a_locked_hub_opens_when_it_pays(capex, opened):
    case = scenario(
        lanes=HUB_LANES,
        hubs=hub("capacity locked", "100 yes"),
        interventions=f"intervention kind capex life_years latest\nopen_hub hub {capex} 2 2025",
        effects="intervention effect site\nopen_hub opens_hub hub",
    )
    plan = optimize(case, EXACT)
    assert plan["adopt"].sum() == opened  # saves 100 a year for two years
    assert plan.attrs["objective"] == pytest.approx(min(2 * 100 * 13 + capex, 2 * 100 * 14))
    reference = reference_plan(case, EXACT)
    assert value(reference, "flow", "hub>mill:road:ore") == 0
    broken = plan.copy(deep=True)
    broken["in_effect"][:] = 0
    broken["adopt"][:] = 0
    if opened:
        with pytest.raises(VerificationError, match="locked arc"):
            verify(case, broken, rates(case))


def test_hubs_that_cannot_be_are_refused():
    with pytest.raises(DataError, match="is not a hub"):
        scenario(hubs="site\nport")
    with pytest.raises(DataError, match="nothing opens it"):
        scenario(lanes=HUB_LANES, hubs=hub("locked", "yes"))
