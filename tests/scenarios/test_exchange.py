"""Shared footprints come in as factors of suppliers and modes; all that is wrong is said at once."""

import json
import shutil

import numpy as np
import pytest

from scenarios import ConfigError, DataError, ScenarioSettings, load_scenario
from scenarios.declared_units import declared, per_product_unit
from scenarios.exchange_layouts import CarbonFootprint, ProductFootprint, TransportCategory, plain_decimal
from scenarios.exchange_reading import read_shared
from scenarios.loading import BUNDLED
from tests.scenarios.exchange_files import category, footprint, shipment, write


@pytest.fixture
def load(tmp_path):
    """Load the tutorial with the files of a folder beside its tables."""
    shutil.copytree(BUNDLED / "tutorial", tmp_path / "tables")

    def loaded(rows=(), **files):
        write(tmp_path / "tables" / "footprints", **files)
        if rows:
            lines = ["identifier,product,supplier,mode", *rows]
            (tmp_path / "tables" / "exchange_ids.csv").write_text("\n".join(lines), encoding="utf-8")
        settings = ScenarioSettings(name="shared", data="tables", footprints="footprints")
        return load_scenario(settings, search=[tmp_path])

    return loaded


def ore(scenario):
    return scenario.offers.label.tolist().index("port_ore")


def test_a_suppliers_footprint_replaces_what_was_known_less_well(load):
    """0.03 kg a kg is 0.03 t a t, where the table said 0.02 of the national average."""
    scenario = load(
        ore=footprint(dqi={f"{of}DQR": "2.0" for of in ("technological", "geographical", "temporal")})
    )
    o = ore(scenario)
    np.testing.assert_allclose(scenario.offers.footprint[o], 0.03)
    assert scenario.offers.data_tier[o] == "supplier"
    row = scenario.tables["factors"].iloc[0]
    assert (row["level"], row["supplier"], row["period"], row["rating"]) == ("supplier", "port", 2024, 2.0)
    assert "Ore port, PACT footprint" in row["source"]
    assert scenario.warnings == ()


def test_footprints_of_several_years_are_a_path(load):
    """0.03 from 2026 and 0.05 from 2028: 0.04 in 2027."""
    years = {"referencePeriodStart": "2028-01-01T00:00:00Z", "referencePeriodEnd": "2029-01-01T00:00:00Z"}
    first = {"referencePeriodStart": "2026-01-01T00:00:00Z", "referencePeriodEnd": "2027-01-01T00:00:00Z"}
    later = footprint(2, pcfExcludingBiogenicUptake="0.05", **years)
    scenario = load(all={"data": [footprint(1, **first), later]})
    np.testing.assert_allclose(scenario.offers.footprint[ore(scenario)][:5], [0.03, 0.03, 0.04, 0.05, 0.05])


def test_identifiers_mean_what_the_table_says(load):
    strange = footprint(productIds=["urn:gtin:4712345060507"], companyIds=["urn:duns:123456789"])
    assert "its ids mean no product" in load(ore=strange).warnings[0]
    rows = ["urn:gtin:4712345060507,iron_ore,,", "urn:duns:123456789,,port,"]
    scenario = load(rows, ore=strange)
    np.testing.assert_allclose(scenario.offers.footprint[ore(scenario)], 0.03)


def test_deprecated_footprints_are_not_used(load):
    scenario = load(old=footprint(status="Deprecated", pcfExcludingBiogenicUptake="9"), new=footprint(2))
    np.testing.assert_allclose(scenario.offers.footprint[ore(scenario)], 0.03)


def test_a_transport_category_gives_its_mode_new_factors(load):
    """0.06 driven and 0.015 for the fuel, over 200 km: 12 and 3 kg a t."""
    scenario = load(truck=category())
    arc = scenario.arcs.label.tolist().index("port>mill:truck:iron_ore")
    np.testing.assert_allclose(scenario.arcs.tank_to_wheel[arc], 0.012)
    np.testing.assert_allclose(scenario.arcs.well_to_tank[arc], 0.003)


def test_measured_shipments_give_their_mode_new_factors(load):
    """10 t x 100 km at 70 + 10 kg and 20 t x 150 km at 170 + 70 kg: 0.06 and 0.02 kg a t-km over 200 km."""
    legs = shipment((10_000, 100, 70, 80)), shipment((20_000, 150, 170, 240), number=2)
    scenario = load(one=legs[0], two=legs[1])
    arc = scenario.arcs.label.tolist().index("port>mill:truck:iron_ore")
    np.testing.assert_allclose(scenario.arcs.tank_to_wheel[arc], 0.012)
    np.testing.assert_allclose(scenario.arcs.well_to_tank[arc], 0.004)
    mode = scenario.tables["modes"].set_index("mode").loc["truck"]
    assert (mode["source"], mode["quality"]) == ("iLEAP shipments, 2 legs", "measured")


def test_a_shared_category_stands_before_shipments(load):
    scenario = load(truck=category(), went=shipment((10_000, 100, 70, 80)))
    arc = scenario.arcs.label.tolist().index("port>mill:truck:iron_ore")
    np.testing.assert_allclose(scenario.arcs.tank_to_wheel[arc], 0.012)
    assert [w for w in scenario.warnings if "its category is shared too" in w]


def test_legs_of_unknown_modes_are_named_and_wrong_ones_refused(load):
    by_ferry = load(went=shipment((10_000, 100, 70, 80, "urn:toc:ferry")))
    assert [w for w in by_ferry.warnings if "'urn:toc:ferry' means no mode" in w]
    with pytest.raises(DataError, match="tank to wheel of leg leg-2 is above well to wheel"):
        load(went=shipment((10_000, 100, 70, 80), (1000, 100, 7, 5)))


def test_a_category_inside_a_product_footprint_is_read(load):
    wrapped = footprint(productIds=["urn:x:toc"])
    wrapped["extensions"] = [
        {"specVersion": "2.0.0", "dataSchema": "https://x.example/toc.json", "data": category()}
    ]
    scenario = load(truck=wrapped)
    np.testing.assert_allclose(scenario.arcs.tank_to_wheel[0] / scenario.arcs.distance_km[0], 0.06 / 1000)


PCF = footprint()["pcf"]


@pytest.mark.parametrize(
    ("declaration", "unit", "mass", "value"),
    [
        ({}, "t", 1.0, 0.03),  # 0.03 kg a kg
        ({"declaredUnitAmount": "10", "productMassPerDeclaredUnit": "10"}, "t", 1.0, 0.003),
        ({}, "device", 0.0015, 0.000045),  # 1.5 kg a device
        ({"declaredUnitOfMeasurement": "piece", "productMassPerDeclaredUnit": "0.5"}, "device", 0.0, 0.00003),
        ({"declaredUnitOfMeasurement": "piece", "productMassPerDeclaredUnit": "0.5"}, "t", 1.0, 0.06),
        ({"declaredUnitOfMeasurement": "kilowatt hour", "productMassPerDeclaredUnit": "0"}, "MWh", 0.0, 0.03),
        ({"declaredUnitOfMeasurement": "megajoule", "productMassPerDeclaredUnit": "0"}, "MWh", 0.0, 0.108),
        ({"declaredUnitOfMeasurement": "liter", "productMassPerDeclaredUnit": "0.8"}, "m3", 0.8, 0.03),
    ],
)
def test_declared_units_are_turned_into_the_products(declaration, unit, mass, value):
    assert per_product_unit(CarbonFootprint.model_validate(PCF | declaration), unit, mass) == pytest.approx(
        value
    )


@pytest.mark.parametrize(("unit", "mass"), [("t", 1.0), ("kt", 1000.0), ("MWh", 0.0), ("device", 0.0015)])
def test_what_is_declared_reads_back(unit, mass):
    measure, kilograms, units = declared(unit, mass)
    stated = {"declaredUnitOfMeasurement": measure, "productMassPerDeclaredUnit": plain_decimal(kilograms)}
    stated["pcfExcludingBiogenicUptake"] = plain_decimal(1.7 * 1000 * units)
    assert per_product_unit(CarbonFootprint.model_validate(PCF | stated), unit, mass) == pytest.approx(
        1.7, rel=1e-14
    )


def test_everything_wrong_is_said_at_once(load):
    """Mandatory fields, declared units, ids named twice, transport categories and tables together."""
    with pytest.raises(DataError) as caught:
        load(
            ["urn:nothing:at:all,,,"],
            a_lacking=footprint(1, productIds=None, fossilGhgEmissions=None, declaredUnitAmount="0"),
            b_unit=footprint(2, declaredUnitOfMeasurement="tonne"),
            c_mass=footprint(3, productMassPerDeclaredUnit="1000"),
            d_energy=footprint(
                4,
                declaredUnitOfMeasurement="kilowatt hour",
                productMassPerDeclaredUnit="0",
                productIds=["urn:a:scrap"],
            ),
            e_first=footprint(5, productIds=["urn:p:steel"], companyIds=["urn:c:mill"]),
            f_second=footprint(6, productIds=["urn:p:steel"], companyIds=["urn:c:mill"]),
            g_numbers=footprint(7, exemptedEmissionsPercent=0.5),
            h_toc=category(co2eIntensityThroughput="TEUkm"),
            i_toc=category(tocId="other:truck", co2eIntensityWTW="0.05"),
            j_other={"hello": 1},
        )
    said = {(p.file, p.column, p.rule) for p in caught.value.problems}
    missing = "the mandatory field is missing"
    assert said >= {
        ("a_lacking.json", "productIds", missing),
        ("a_lacking.json", "pcf.fossilGhgEmissions", missing),
        ("a_lacking.json", "pcf.declaredUnitAmount", "input should be greater than 0"),
        ("c_mass.json", "pcf.declaredUnitOfMeasurement", "declares 1 kilogram whose mass is 1000 kg"),
        (
            "d_energy.json",
            "pcf.declaredUnitOfMeasurement",
            "declares per kilowatt hour, the product is counted in t, and no mass links the two",
        ),
        ("f_second.json", "productIds", "stands in e_first.json already, for the same period"),
        (
            "g_numbers.json",
            "pcf.exemptedEmissionsPercent",
            'is not a decimal written as text, such as "2.31"',
        ),
        ("h_toc.json", "transportActivityUnit", "is declared per TEUkm, modes emit per tkm"),
        ("i_toc.json", "tocId", "stands for mode truck, as h_toc.json does"),
        ("i_toc.json", "co2eIntensityTTW", "tank to wheel is above well to wheel"),
        ("j_other.json", "", "is none of the layouts read here"),
        ("exchange_ids.csv", "identifier", "stands for nothing"),
    }
    units = [p for p in caught.value.problems if p.file == "b_unit.json"]
    assert [p.column for p in units] == ["pcf.declaredUnitOfMeasurement"]
    assert "square meter" in units[0].rule
    assert "f_second.json, column productIds: 'urn:p:steel': stands in e_first.json" in str(caught.value)


def test_a_file_that_is_no_json_and_a_folder_that_is_not_there(load, tmp_path):
    write(tmp_path / "tables" / "footprints")
    (tmp_path / "tables" / "footprints" / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"broken\.json: cannot be read"):
        load()
    with pytest.raises(ConfigError, match="'elsewhere' is no folder"):
        load_scenario(ScenarioSettings(name="x", data="tutorial", footprints="elsewhere"))


def test_layouts_give_back_what_they_have_read():
    for model, plain in (
        (ProductFootprint, footprint(comment="kept", other={"a": [1]})),
        (TransportCategory, category()),
    ):
        again = model.model_validate(plain).as_json()
        expected = dict(plain)
        if "co2eIntensityThroughput" in expected:  # the newer name is written
            expected["transportActivityUnit"] = expected.pop("co2eIntensityThroughput")
        assert json.loads(json.dumps(again)) == expected


def test_a_folder_is_read_whole(tmp_path):
    write(tmp_path, one=footprint(), two=[category()])
    shared, problems = read_shared(tmp_path)
    assert (len(shared.products), len(shared.categories), problems) == (1, 1, [])
