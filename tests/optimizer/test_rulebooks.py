"""One plan under each rulebook, reckoned by hand; steel classes as targets; caps by rulebook."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import CarbonSettings
from scenarios.accounts import EMISSION_ACCOUNTS
from scenarios.errors import ConfigError, DataError, VerificationError
from scenarios.ledger import rates
from scenarios.rulebook_files import find_rulebook, rulebooks_asked
from scenarios.rulebook_ledger import under_rulebook
from scenarios.settings import CapSettings, ClassTarget, LimitUnit
from tests.optimizer.small_tables import scenario_of
from tests.optimizer.steel_tables import DEARER, steel_tables

EXACT = SolverSettings(mip_gap=0.0)
BOOKS = rulebooks_asked(["all"], None)

# 90 t of hot metal and 100 t of steel emit 180 + 10 directly, rolling 5; ironmaking draws 9 MWh, rolling 10.
# Bought: 135 t of ore, 54 t of coal, 20 t of scrap; their way is 209 t x 100 km, that of steel 100 t x 10 km.
BOUGHT, WAY_IN, WAY_OUT = 135 * 0.04 + 54 * 0.2 + 20 * 0.01, 209 * 0.006, 100 * 0.0006
BY_HAND = {
    "ghg_protocol_location": 195 + 19 * 0.3 + BOUGHT + WAY_IN + WAY_OUT,
    "ghg_protocol_market": 195 + 19 * 0.3 + BOUGHT + WAY_IN + WAY_OUT,
    "iso_14083": WAY_IN + WAY_OUT,
    "iea_near_zero": 190 + 9 * 0.3 + 135 * 0.04 + 54 * 0.2,
    "responsible_steel": 190 + 9 * 0.3 + 135 * 0.025 + 54 * 0.2 + 20 * 0.006,
    "less": 195 + 19 * 0.3 + 20 * 0.006,
    "c2f": 190 + 9 * 0.3 + 135 * 0.04 + 54 * 0.2,
    "worldsteel": 190 + 9 * 0.504,
    "cbam": 195,
    "cbam_defaults": 100 * 3.51,
    "china_ets": 190,
}
SCRAP = 0.2 * 0.98  # of the metal charged a tonne of steel
METAL = SCRAP + 0.9 * 0.94


@pytest.fixture(scope="module")
def plan():
    return optimize(scenario_of(steel_tables(), first_year=2026, last_year=2026), EXACT)


@pytest.mark.parametrize(("book", "emitted"), BY_HAND.items())
def test_totals_by_hand(plan, book, emitted):
    row = plan.sel(rulebook=book).isel(period=0)
    assert row["rulebook_emissions"].item() == pytest.approx(emitted)
    of_products = row["rulebook_product_emissions"].sum().item()
    assert of_products == pytest.approx(emitted)
    assert row["rulebook_product_output"].sum().item() == pytest.approx(100)
    if row["rulebook_boundary"].item() != "chain":
        assert row["rulebook_site_emissions"].sel(site="mill_benxi").item() == pytest.approx(emitted)
        assert row["rulebook_site_output"].sel(site="mill_benxi").item() == pytest.approx(100)


def test_the_class_of_a_mill_follows_its_scrap_share(plan):
    share = plan["rulebook_scrap_share"].sel(rulebook="responsible_steel", site="mill_benxi").item()
    assert share == pytest.approx(SCRAP / METAL)
    line = plan["class_line"].sel(steel_class="responsible_steel 2", site="mill_benxi").item()
    assert line == pytest.approx(2.0 - 1.65 * SCRAP / METAL)
    c2f = plan["class_line"].sel(steel_class="c2f D", site="mill_benxi").item()
    assert c2f == pytest.approx(1.78 + (0.35 - 1.78) * SCRAP / METAL)


def test_primary_data_of_a_supplier_stand_before_a_default():
    for tier, factor in (("sector", 0.025), ("supplier", 0.04)):
        rows = steel_tables()
        rows["offers"][0]["data_tier"] = tier
        scenario = scenario_of(rows)
        book = find_rulebook("ResponsibleSteel", None, "test")
        rate = under_rulebook(book, scenario, rates(scenario)).instead.rates[0]
        arc = scenario.arcs.label.tolist().index("mine>mill_benxi:truck:ore")
        assert rate.per_unit[arc, 0] == pytest.approx(factor)
        assert scenario.sites.label[rate.site[arc]] == "mill_benxi"


def test_goods_passed_on_between_mills_stand_in_both_and_once_in_the_total():
    place = {"lat": 40, "lon": 118, "region": "north"}
    rows = steel_tables()
    rows["sites"].append({"site": "mill_two", "role": "plant", "owner": "own", **place})
    rows["lines"] += [{"line": n, "site": "mill_two", "capacity": 1000} for n in ("bof_two", "rolling_two")]
    rows["lines"][2]["capacity"] = 0  # the first mill rolls nothing
    rows["lines"][1]["capacity"] = 1  # and hardly makes steel: it sends hot metal
    rows["line_processes"] += [
        {"line": "bof_two", "process": "converter"},
        {"line": "rolling_two", "process": "roll"},
    ]
    way = {"mode": "truck", "distance_km": 10}
    rows["lanes"] += [
        {"origin": "mill_benxi", "destination": "mill_two", "products": "hot_metal", **way},
        {"origin": "yard", "destination": "mill_two", "products": "scrap", **way},
        {"origin": "mill_two", "destination": "city", "products": "finished", **way},
    ]
    row = optimize(scenario_of(rows), EXACT).sel(rulebook="responsible_steel").isel(period=0)
    passed = row["rulebook_passed_on"].item()
    assert passed == pytest.approx(90 * 2.623)
    at = row["rulebook_site_emissions"].to_series()
    assert at["mill_two"] == pytest.approx(100 * 0.1 + passed + 20 * 0.0006)
    assert row["rulebook_emissions"].item() == pytest.approx(
        at.sum() - passed + row["rulebook_no_site"].item()
    )


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_no_tonne_is_lost_or_counted_twice(seed):
    """Every account of the ledger is what is counted, replaced and left out, whatever is done."""
    scenario = _with_all_accounts()
    ledger, random = rates(scenario), np.random.default_rng(seed)
    x: dict[str, np.ndarray] = {}
    for rate in ledger.rates:
        x.setdefault(rate.activity, random.random(rate.per_unit.shape))
    in_all = ledger.price(x)
    for book in BOOKS:
        under = under_rulebook(book, scenario, ledger)
        for rate in under.of_sites.rates:
            x.setdefault(rate.activity, random.random(rate.per_unit.shape))
        parts = [under.counted.price(x), under.replaced.price(x), under.left_out.price(x)]
        for account in EMISSION_ACCOUNTS:
            split = [np.broadcast_to(part.emitted(account), (1,)) for part in parts]
            assert sum(split) == pytest.approx(in_all.emitted(account), abs=1e-9), (book.label, account)
            placed = under.total.price(x).by_site(account).sum(axis=0)
            told = under.counted.price(x).emitted(account) + under.instead.price(x).emitted(account)
            assert placed == pytest.approx(np.broadcast_to(told, placed.shape), abs=1e-9)


@cache
def _with_all_accounts():
    """Return a scenario with a partner's mill, green power and interventions on furnaces, goods and lanes."""
    rows = steel_tables(arc_furnace=True)
    rows["power_options"] += [
        {"option": "certificate", "kind": "certificate", "price": 5},
        {"option": "roof", "kind": "onsite", "price": 0, "capacity_factor": 0.2},
    ]
    place = {"lat": 40, "lon": 118, "region": "north"}
    rows["sites"].append({"site": "other_mill", "role": "plant", "owner": "partner", **place})
    rows["lines"].append({"line": "other_eaf", "site": "other_mill", "capacity": 10})
    rows["line_processes"].append({"line": "other_eaf", "process": "arc"})
    lane = {"origin": "yard", "destination": "other_mill", "mode": "truck", "products": "scrap"}
    rows["lanes"] += [
        lane,
        {**lane, "origin": "other_mill", "destination": "mill_benxi", "products": "crude"},
    ]
    rows["interventions"] = [
        {"intervention": "cut", "kind": "any", "capex": 1, "life_years": 10, "site": "mill_benxi"}
    ]
    cut = {"intervention": "cut", "amount": 0.1}
    rows["effects"] = [
        {**cut, "effect": "cuts_electricity", "process": "roll"},
        {**cut, "effect": "cuts_direct_emissions", "process": "iron"},
        {**cut, "effect": "cuts_offer_footprint", "offer": "coal"},
        {**cut, "effect": "cuts_freight_emissions", "mode": "truck"},
    ]
    return scenario_of(rows)


def _class(level="2", by=2025, name="Benxi", scheme="ResponsibleSteel", **more):
    return CarbonSettings(classes={name: ClassTarget(scheme=scheme, level=level, by=by)}, **more)


def test_a_class_is_reached_at_the_cost_it_must_have():
    plan = optimize(
        scenario_of(steel_tables(arc_furnace=True), _class(cost_of_classes=True)),
        EXACT,
    )
    converter = BY_HAND["responsible_steel"] / 100
    arc = 0.1 + 0.5 * 0.3 + 1.1 * 0.006
    largest_yield = max(1 / METAL, 1 / (1.1 * 0.98))
    bounded = [
        emitted + 1.65 * largest_yield * scrap for emitted, scrap in ((converter, SCRAP), (arc, 1.1 * 0.98))
    ]
    share = (bounded[0] - 2.0) / (bounded[0] - bounded[1])
    assert plan["run"].sel(operation="eaf:arc").item() == pytest.approx(100 * share)
    assert float(plan["cost_npv"].sum()) == pytest.approx(100 * share * DEARER)
    assert plan.attrs["classes_cost_npv"] == pytest.approx(100 * share * DEARER)
    price = DEARER / (bounded[0] - bounded[1])
    assert plan["dual_target_kept"].max().item() == pytest.approx(price)
    assert plan["target_missed"].sum().item() == 0
    # by its exact scrap share too
    mill = plan.sel(rulebook="responsible_steel", site="mill_benxi").isel(period=0)
    reached = mill["rulebook_site_emissions"] / mill["rulebook_site_output"]
    line = plan["class_line"].sel(steel_class="responsible_steel 2", site="mill_benxi").item()
    assert reached.item() <= line + 1e-9


def test_a_class_of_the_table_is_judged_and_not_kept():
    row = {"target": "t", "measure": "steel_class", "kind": "at_most", "site": "mill_benxi"}
    rows = steel_tables(arc_furnace=True, targets=[{**row, "rulebook": "responsible_steel", "level": 2}])
    plan = optimize(scenario_of(rows), EXACT)
    assert float(plan["cost_npv"].sum()) == 0
    assert plan["target_limit"].item() == 2.0
    assert plan["target_missed"].item() == 1


def test_verification_knows_a_class_that_is_missed():
    free = optimize(scenario_of(steel_tables(arc_furnace=True)), EXACT)
    asked = scenario_of(steel_tables(arc_furnace=True), _class())
    with pytest.raises(VerificationError, match="class mill_benxi responsible_steel 2"):
        verify(asked, free, rates(asked))


def test_a_cap_counts_by_a_rulebook():
    cap = CapSettings(limit={2025: 150}, unit=LimitUnit.TONNES, rulebook="worldsteel", site="mill_benxi")
    plan = optimize(scenario_of(steel_tables(arc_furnace=True), CarbonSettings(caps={"ws": cap})), EXACT)
    converter, arc = BY_HAND["worldsteel"], 100 * (0.1 + 0.5 * 0.504)
    share = (converter - 150) / (converter - arc)
    assert plan["cap_emissions"].item() == pytest.approx(150)
    assert float(plan["cost_npv"].sum()) == pytest.approx(100 * share * DEARER)


@pytest.mark.parametrize(
    ("carbon", "said"),
    [
        (_class(scheme="ResponsibleStel"), "no rulebook 'ResponsibleStel'"),
        (_class(level="5"), "ResponsibleSteel has no class '5'"),
        (_class(scheme="cbam"), "has no classes"),
        (_class(name="Anshan"), "no mill 'Anshan'"),
        (_class(name="city"), "site 'city' makes no steel"),
    ],
)
def test_a_class_that_cannot_be_is_named(carbon, said):
    with pytest.raises(ConfigError, match=said):
        scenario_of(steel_tables(), carbon)


def test_a_cap_names_a_rulebook_that_applies_or_accounts():
    cap = CapSettings(limit={2025: 1}, rulebook="less", accounts=["scope1"])
    with pytest.raises(ConfigError, match="not both"):
        optimize(scenario_of(steel_tables(), CarbonSettings(caps={"c": cap})), EXACT)
    rows = steel_tables()
    rows["products"] = [{"product": row["product"]} for row in rows["products"]]
    with pytest.raises(ConfigError, match="marked as hot_rolled_steel"):
        optimize(
            scenario_of(rows, CarbonSettings(caps={"c": CapSettings(limit={2025: 1}, rulebook="less")})),
            EXACT,
        )


def test_wrong_rows_of_a_rulebook_are_all_named(tmp_path):
    (tmp_path / "mine.csv").write_text(
        "part,what,year,value,full_scrap\nabout,name,,Mine,\nabout,version,,1,\nabout,boundary,,moon,\n"
        "about,says,,so,\ndirect,processes,,maybe,\nmaterial,butter,,1,\nclass,A,,1,2\nmetal,scrap,,much,\n"
    )
    with pytest.raises(DataError) as error:
        find_rulebook("mine", tmp_path, "test")
    rules = [(p.row, p.column) for p in error.value.problems]
    assert rules == [(4, "value"), (6, "value"), (7, "what"), (8, "full_scrap"), (9, "value")]
    assert error.value.problems[0].file == "mine.csv"


def test_a_rulebook_beside_the_tables_stands_instead_of_the_shipped(tmp_path):
    (tmp_path / "less.csv").write_text(
        "part,what,value\nabout,name,Ours\nabout,version,2\nabout,boundary,chain\nabout,says,so\n"
        "account,scope1,counted\n"
    )
    book = find_rulebook("less", tmp_path, "test")
    assert (book.name, book.accounts) == ("Ours", ("scope1",))


def test_trials_judge_the_same_class():
    from simulation.settings import SimulationSettings
    from simulation.trials import prepare

    scenario = scenario_of(steel_tables(arc_furnace=True), _class())
    plan = optimize(scenario, EXACT)
    twin = prepare(scenario, plan, SimulationSettings(trials=1, workers=1)).twin()
    assert twin.targets.value == pytest.approx(plan["target_value"].to_numpy(), rel=1e-6)
    assert not twin.targets.missed.any()
