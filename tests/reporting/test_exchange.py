"""What a plan shares is in the layouts' mandatory fields and reads back to the plan's own numbers."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from optimizer import optimize, reference_plan
from optimizer.settings import SolverSettings
from reporting.exchange import (
    PRODUCTS,
    SHIPMENTS,
    export_run,
    product_footprints,
    shipment_footprints,
    write_exchange,
)
from scenarios import ConfigError, ScenarioSettings, load_scenario
from scenarios.declared_units import per_product_unit
from scenarios.exchange_reading import read_shared

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan():
    """The tutorial by today's route: 1.5 t of ore a t of steel over 200 km, then 100 km to the city."""
    settings = ScenarioSettings(name="tutorial", company="Example steel", data="tutorial", last_year=2026)
    return optimize(load_scenario(settings), SolverSettings())


def test_a_product_footprint_by_hand(plan):
    """2.0 burnt, 1.5 x 0.02 for ore and 1.5 x 200 km x 0.1 kg for its way; 100 km x 0.1 kg on."""
    first = product_footprints(plan, NOW)[0].as_json()
    assert float(first["pcf"]["pcfExcludingBiogenicUptake"]) == pytest.approx(2.06)
    assert float(first["pcf"]["outboundLogisticsGhgEmissions"]) == pytest.approx(0.01)
    assert (first["companyName"], first["productIds"]) == (
        "Example steel",
        ["urn:product:example-steel:steel"],
    )
    assert (first["pcf"]["referencePeriodStart"], first["pcf"]["referencePeriodEnd"]) == (
        "2025-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
    )
    again = product_footprints(plan, NOW)[0]
    assert str(again.id) == first["id"]
    assert len(product_footprints(plan, NOW)) == 2


def test_primary_data_are_what_one_burns_oneself_and_suppliers_state(plan):
    """2.0 of 2.06 is burnt at the own mill; ore, 0.03, is a national average until its port states it."""
    pcf = product_footprints(plan, NOW)[0].as_json()["pcf"]
    assert float(pcf["primaryDataShare"]) == pytest.approx(100 * 2.0 / 2.06)
    assert "dqi" not in pcf  # nothing is rated
    tiers = [
        "supplier" if name == "port_ore" else str(tier)
        for name, tier in plan["offer_tier"].to_series().items()
    ]
    known = plan.assign_coords(offer_tier=("offer", tiers), offer_rating=("offer", [np.nan, 2.0]))
    pcf = product_footprints(known, NOW)[0].as_json()["pcf"]
    assert float(pcf["primaryDataShare"]) == pytest.approx(100 * 2.03 / 2.06)
    assert pcf["dqi"] == {"technologicalDQR": "2.0", "geographicalDQR": "2.0", "temporalDQR": "2.0"}


def test_shipments_by_hand(plan):
    """150,000 t of ore over 200 km are 30 Mtkm, at 0.08 kg driven and 0.1 kg in all."""
    shipment = next(s for s in shipment_footprints(plan) if s.shipment_id == "port>mill:truck@2025-01")
    leg = shipment.as_json()["tces"][0]
    assert float(shipment.mass) == pytest.approx(150e6)
    assert float(leg["transportActivity"]) == pytest.approx(30e6)
    assert float(leg["co2eTTW"]) == pytest.approx(2.4e6)
    assert float(leg["co2eWTW"]) == pytest.approx(3.0e6)
    assert (leg["tocId"], leg["distance"]) == ("truck", {"actual": "200.0"})


def test_what_is_written_reads_back_to_the_same_numbers(plan, tmp_path):
    """Products: emissions to serve all customers; shipments: freight by lane, and its sum."""
    write_exchange(plan, tmp_path.joinpath, NOW)
    shared, problems = read_shared(tmp_path)
    assert problems == []
    assert len(shared.products) == 2
    upstream = [
        str(a) for a in plan.emission_account.values if "downstream" not in str(a) and a != "scope2_location"
    ]
    served = plan["serve_emissions"].sel(emission_account=upstream).sum(["emission_account", "demand"])
    expected = (served / plan["delivered"].sum("demand")).to_numpy()
    read = [per_product_unit(footprint.pcf, "t", 1.0) for _, footprint in shared.products]
    np.testing.assert_allclose(read, expected, rtol=1e-14)
    kilograms = {}
    for _, shipment in shared.shipments:
        for leg in shipment.tces:
            kilograms[leg.tce_id] = float(leg.co2e_wtw)
    total = (plan["freight_ttw"] + plan["freight_wtt"]).to_numpy()
    for i, arc in enumerate(plan["arc"].values):
        for t, year in enumerate((2025, 2026)):
            found = kilograms.get(f"{arc}@{year}-01", 0.0)
            np.testing.assert_allclose(found, total[i, t] * 1000, rtol=1e-14, atol=1e-3)
    transport = [str(a) for a in plan.emission_account.values if "_transport_" in str(a)]
    booked = float(plan["emissions"].sel(emission_account=transport).sum())
    assert sum(kilograms.values()) == pytest.approx(1000 * booked, rel=1e-12)


def test_the_command_writes_both_files_into_the_run(zerolane, tmp_path):
    assert zerolane("optimize", "scenario=tutorial", "pathway=as_is", "out=run").code == 0
    answer = zerolane("export", "run=run")
    assert answer.code == 0, answer.err
    assert "2 product footprints" in answer.out
    assert "shipment_footprints.json" in answer.out
    for name in (PRODUCTS, SHIPMENTS):
        assert json.loads((tmp_path / "run" / name).read_text(encoding="utf-8"))["data"]
    assert "export needs run=DIR" in zerolane("export").err


def test_a_run_that_does_not_say_what_lanes_emit_is_refused(plan, monkeypatch, tmp_path):
    monkeypatch.setattr("reporting.exchange.read_plan", lambda folder: (plan.drop_vars("freight_ttw"), None))
    with pytest.raises(ConfigError, match="run again"):
        export_run(tmp_path)


def test_the_bundled_solar_case_shares_modules_by_the_piece(tmp_path):
    """Modules are counted in MW: a piece is one of them, of 64 t."""
    settings = ScenarioSettings(name="pv_modules", data="pv_modules", last_year=2026)
    scenario = load_scenario(settings)
    plan = reference_plan(scenario)
    write_exchange(plan, tmp_path.joinpath, NOW)
    shared, problems = read_shared(tmp_path)
    assert problems == []
    assert {footprint.product_name_company for _, footprint in shared.products} <= set(scenario.products.name)
    of = {str(name): p for p, name in enumerate(scenario.products.name)}
    upstream = [
        str(a) for a in plan.emission_account.values if "downstream" not in str(a) and a != "scope2_location"
    ]
    served = plan["serve_emissions"].sel(emission_account=upstream).sum("emission_account")
    for _, footprint in shared.products:
        p = of[footprint.product_name_company]
        rows = plan["demand_product"] == scenario.products.label[p]
        t = footprint.pcf.reference_period_start.year - 2025
        expected = float(served.where(rows, 0)[:, t].sum() / plan["delivered"].where(rows, 0)[:, t].sum())
        read = per_product_unit(
            footprint.pcf, str(scenario.products.unit[p]), float(scenario.products.tonnes_per_unit[p])
        )
        assert read == pytest.approx(expected, rel=1e-12)
    assert {footprint.pcf.declared_unit_of_measurement for _, footprint in shared.products} == {"piece"}
