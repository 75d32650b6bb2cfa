"""Freight factors from energy, load and empty running, and energy of hubs: each computed by hand.

A port sends 100 t of ore a year over 100 km of road to a mill, 10,000 tkm. A truck of 20 t payload, half
full while loaded and empty on a fifth of its kilometres, takes 0.4 l of diesel a km full and 0.2 empty: per
loaded km 0.2 + 0.2 x 0.5 + 0.2 x 0.2 / 0.8 = 0.35 l, per tkm 0.35 / 10 = 0.035 l, so 350 l a year.
"""

import numpy as np
import pytest

from scenarios import DataError, ScenarioSettings
from scenarios.exchange_input import with_shared
from tests.optimizer.ore_case import scenario as ore
from tests.optimizer.ore_case import tables
from tests.scenarios.exchange_files import category, write

DIESEL = "carrier unit tank_to_wheel well_to_tank from_grid period"
CARRIERS = f"{DIESEL}\ndiesel l 2.6 0.6 no -\ngrid kWh 0 0.02 yes -"
TRUCK = "mode carrier consumption_full consumption_empty"
CASE = {
    "sites": "site role lat lon region owner\nport supplier 40 118 north partner\n"
    "hub hub 40 118.5 middle own\nmill customer 40 119 south own",
    "offers": "offer site product price footprint\nport_ore port ore 10 0",
    "modes": "mode cost_per_tkm handling_cost payload_t load_factor empty_share\nroad 0.2 4 20 0.5 0.2",
    "lanes": "origin destination mode products distance_km\nport mill road ore 100",
    "demand": "site product quantity\nmill ore 100",
    "energy_carriers": CARRIERS,
    "vehicles": f"{TRUCK}\nroad diesel 0.4 0.2",
    "grid_factors": "region factor period\nnorth 0.8 -\nmiddle 0.6 -\nsouth 0.4 -",
}
BY_HUB = "origin destination mode products distance_km\nport hub road ore 50\nhub mill road ore 50"


def scenario(**changes):
    return ore(**(CASE | changes))


def per_year(case, part, arc=0):
    """Return tCO2e a year of 100 t on one arc."""
    return float(getattr(case.arcs, part)[arc, 0] * 100)


def test_energy_follows_from_load_and_empty_running():
    case = scenario()
    assert per_year(case, "tank_to_wheel") == pytest.approx(350 * 2.6 / 1000)
    assert per_year(case, "well_to_tank") == pytest.approx(350 * 0.6 / 1000)
    assert case.arcs.load_factor[0, 0] == 0.5


def test_a_vehicle_of_one_consumption_uses_it_full_or_not():
    case = scenario(vehicles="mode carrier consumption_full\nroad diesel 0.4")
    assert per_year(case, "tank_to_wheel") == pytest.approx(0.4 * 1.25 * 1000 * 2.6 / 1000)


def test_carriers_of_a_mode_share_its_kilometres_year_by_year():
    # From all diesel in 2025 to half electric in 2027: a quarter in 2026.
    rows = [("diesel", 2025, 0.4, 0.2, 1), ("diesel", 2027, 0.4, 0.2, 0.5)]
    rows += [("grid", 2025, 2, 1, 0), ("grid", 2027, 2, 1, 0.5)]
    lines = [f"road {name} {full} {empty} {share} {year}" for name, year, full, empty, share in rows]
    case = scenario(
        settings=ScenarioSettings(name="ore", first_year=2025, last_year=2027, discount_rate=0.0),
        vehicles="\n".join([f"{TRUCK} share period", *lines]),
    )
    litres, kilowatt_hours = 350 * np.array([1, 0.75, 0.5]), 1750 * np.array([0, 0.25, 0.5])
    assert case.arcs.tank_to_wheel[0] * 100 == pytest.approx(litres * 2.6 / 1000)
    made = litres * 0.6 / 1000 + kilowatt_hours * (0.8 + 0.02) / 1000
    assert case.arcs.well_to_tank[0] * 100 == pytest.approx(made)


@pytest.mark.parametrize(("charged_at", "factor"), [("origin", 0.8), ("destination", 0.4), ("both", 0.6)])
def test_electric_trucks_emit_what_the_grid_they_charge_on_does(charged_at, factor):
    case = scenario(vehicles=f"{TRUCK} charged_at\nroad grid 2 1 {charged_at}")
    assert per_year(case, "tank_to_wheel") == 0
    assert per_year(case, "well_to_tank") == pytest.approx(1750 * (factor + 0.02) / 1000)


def test_a_hub_that_fills_vehicles_cuts_energy_and_line_haul():
    plain, filled = (
        scenario(lanes=BY_HUB, hubs="site\nhub"),
        scenario(lanes=BY_HUB, hubs="site load_factor\nhub 1"),
    )
    leaving = [label.startswith("hub>") for label in filled.arcs.label].index(True)
    # 0.4 + 0.05 l a loaded km over 20 t, 50 km: half of 100 t x 100 km
    assert per_year(filled, "tank_to_wheel", leaving) == pytest.approx(0.45 / 20 * 5000 * 2.6 / 1000)
    assert per_year(filled, "tank_to_wheel", 1 - leaving) == per_year(plain, "tank_to_wheel", 1 - leaving)
    # line haul 50 x 0.2 = 10 of the 14 a tonne, halved as vehicles are twice as full
    assert filled.arcs.haul_left[leaving, 0] == pytest.approx((5 + 4) / 14)
    assert filled.arcs.haul_left[1 - leaving, 0] == 1


def test_a_stated_freight_price_is_not_changed_by_load():
    lanes = (
        "origin destination mode products distance_km cost\nport hub road ore 50 -\nhub mill road ore 50 14"
    )
    case = scenario(lanes=lanes, hubs="site load_factor\nhub 1")
    assert (case.arcs.haul_left == 1).all()


def test_the_row_of_one_product_holds_before_that_of_all():
    case = scenario(lanes=BY_HUB, hubs="site product load_factor\nhub ore 1\nhub - 0.8")
    leaving = [label.startswith("hub>") for label in case.arcs.label].index(True)
    assert case.arcs.load_factor[leaving, 0] == 1


def test_trips_of_whole_vehicles_emit_what_full_ones_do():
    from optimizer import optimize

    lanes = "origin destination mode products distance_km whole_vehicles\nport mill road ore 100 yes"
    plan = optimize(scenario(lanes=lanes, demand="site product quantity\nmill ore 90"))
    assert float(plan["trips"].sum()) == 5  # of 20 t
    emitted = plan["emissions"].sel(emission_account="scope3_downstream_transport_ttw")
    assert float(emitted.sum()) == pytest.approx(5 * 100 * 0.45 * 2.6 / 1000)


@pytest.mark.parametrize("owner", ["own", "partner"])
def test_energy_of_handling_is_booked_by_whose_hub_it_is(owner):
    from optimizer import optimize

    case = scenario(
        sites=CASE["sites"].replace("middle own", f"middle {owner}"),
        lanes=BY_HUB,
        hubs="site handling_emissions\nhub 0.001",
        hub_energy="site carrier consumption\nhub diesel 0.5\nhub grid 3",
    )
    plan = optimize(case)
    used, made, grid = 0.1 + 50 * 2.6 / 1000, 50 * 0.6 / 1000 + 300 * 0.02 / 1000, 300 * 0.6 / 1000
    assert float(plan["hub_ttw"].sel(hub="hub").sum()) == pytest.approx(used)
    assert float(plan["hub_wtt"].sel(hub="hub").sum()) == pytest.approx(made + grid)
    emitted = plan["emissions"].sum("period").to_series()
    road = 0.035 * 5000 / 1000
    assert emitted["scope3_upstream_transport_ttw"] == pytest.approx(road * 2.6)  # to the hub
    theirs = 0 if owner == "own" else 1
    assert emitted["scope3_downstream_transport_ttw"] == pytest.approx(road * 2.6 + theirs * used)
    assert emitted["scope3_downstream_transport_wtt"] == pytest.approx(road * 0.6 + theirs * (made + grid))
    ours = 1 - theirs
    assert emitted["scope1"] == pytest.approx(ours * used)
    assert emitted["scope2_location"] == emitted["scope2_market"] == pytest.approx(ours * grid)
    assert emitted["scope3_fuel_and_energy"] == pytest.approx(ours * made)


def test_a_factor_shared_by_the_carrier_holds_in_place_of_vehicles(tmp_path):
    write(tmp_path / "shared", road=category(tocId="road", co2eIntensityWTW="0.09", co2eIntensityTTW="0.07"))
    shared = with_shared(tables(**CASE), tmp_path / "shared").tables
    assert shared["vehicles"].empty
    road = shared["modes"].set_index("mode").loc["road"]
    assert road["tank_to_wheel"] == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"modes": "mode cost_per_tkm payload_t\nroad 0.2 20"}, "has vehicles and needs it"),
        (
            {"modes": "mode cost_per_tkm load_factor tank_to_wheel\nroad 0.2 0.5 0.07"},
            "stands beside vehicles, whose factors hold",
        ),
        ({"vehicles": f"{TRUCK}\nroad diesel 0.2 0.4"}, "is above that of a full vehicle"),
        ({"vehicles": f"{TRUCK} share\nroad diesel 0.4 0.2 0.7"}, "its shares add up to 0.7"),
        (
            {"vehicles": f"{TRUCK} share period\nroad diesel 0.4 0.2 1 2025\nroad diesel 0.4 0.2 0.5 2030"},
            "its shares add up to 0.5 in 2030",
        ),
        ({"vehicles": f"{TRUCK}\nroad steam 0.4 0.2"}, "is not in energy_carriers"),
        (
            {"vehicles": TRUCK, "hubs": "site load_factor\nhub 1"},
            "no mode has vehicles whose load it could raise",
        ),
        ({"hubs": "site load_factor consolidation\nhub 1 0.2"}, "says a second time what consolidation says"),
        ({"hub_energy": "site carrier consumption\nhub diesel 1"}, "handles nothing by the table hubs"),
        (
            {"vehicles": f"{TRUCK}\nroad grid 2 1", "grid_factors": "region factor\nnorth 0.8\nmiddle 0.6"},
            "region south draws electricity but has no factor",
        ),
    ],
)
def test_bad_tables_are_named(changes, said):
    with pytest.raises(DataError, match=said):
        scenario(**changes)
