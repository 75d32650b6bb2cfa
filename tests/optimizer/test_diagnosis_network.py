"""Diagnosis of what is asked of lanes, orders, hubs, returns and single sourcing: named, priced, mended."""

import pytest

from optimizer import SolverSettings, optimize
from optimizer.settings import DiagnosisSettings
from scenarios import InfeasibleError
from tests.optimizer.ore_case import EXACT, TWO_PLANTS, bought, rule, scenario

ORE_LANES = "near mill road ore - -\nfar mill road ore - -\ngreen mill road ore - -"
LANES = f"origin destination mode products minimum capacity\n{ORE_LANES}\nmill town road ore"
OFFER = "offer site product price capacity minimum_order tier_pricing\nnear_ore near ore 10 -"
THREE = "offer site product price capacity\nnear_ore near ore 10 20\nfar_ore far ore 12 20\n"
THREE += "green_ore green ore 15 -"
HUB = {
    "sites": "site role lat lon region\nport supplier 40 118 north\nhub hub 40 118.5 north\n"
    "town customer 40 119 north",
    "offers": "offer site product price\nport_ore port ore 10",
    "lanes": "origin destination mode products\nport hub road ore\nhub town road ore",
}
LOCKED_HUB = HUB | {
    "interventions": "intervention kind capex life_years\nopen_hub hub 100 2",
    "effects": "intervention effect site\nopen_hub opens_hub hub",
}
RETURNS = {
    "products": "product\nore\nslag",
    "returns": "demand_site product returned_product site share minimum_share stream\n"
    "town ore slag mill 0.8 0.5 10",
    "disposal": "site product capacity\nmill slag 30",
}
SINGLE = TWO_PLANTS | {
    "offers": "offer site product price capacity\nwest_ore west ore 10 50\neast_ore east ore 11 65",
    "demand": "site product quantity single_source\ntown ore 110 yes",
}


def diagnosed(case, **prices):
    settings = SolverSettings(mip_gap=0.0, diagnosis=DiagnosisSettings(alternatives=0, **prices))
    with pytest.raises(InfeasibleError) as caught:
        optimize(case, settings)
    return caught.value.diagnosis


@pytest.mark.parametrize(
    ("changes", "prices", "kind", "name", "missed", "new"),
    [
        ({"lanes": f"{LANES} 150 -"}, {}, "lane minimum", "mill>town:road", [50], 100),
        ({"offers": f"{OFFER} 130 all_unit"}, {}, "minimum order", "near_ore", [30], 100),
        (
            {"offers": f"{OFFER} 130 all_unit", "offer_tiers": "offer from_quantity price\nnear_ore 60 9"},
            {},
            "minimum order",
            "near_ore",
            [30],
            100,
        ),
        (
            {"offers": THREE, "sourcing_rules": rule(share_if_used=0.3, minimum_count=3)},
            {},
            "share if used",
            "tested",
            [10, 10],
            0.2,
        ),
        (SINGLE, {"count_price": 10.0}, "single source", "town:ore", [1], 2),
        (HUB | {"hubs": "site capacity\nhub 60"}, {}, "hub capacity", "hub", [40], 100),
        (LOCKED_HUB | {"hubs": "site capacity locked\nhub 60 yes"}, {}, "hub capacity", "hub", [40], 100),
        # 60 t come back, 30 t may be discarded: the share falls from 0.5 to 0.2; the stream comes anyway.
        (RETURNS, {}, "minimum return", None, [30], 0.2),
    ],
)
def test_the_rule_is_named_and_its_fix_solves(changes, prices, kind, name, missed, new):
    case = scenario(**changes)
    if kind == "minimum return":
        prices = {"goods_price": 15.0} | prices
    diagnosis = diagnosed(case, **prices)
    found = diagnosis.fixes[0].changes
    assert {change.kind for change in found} <= {kind, "disposal limit"}
    if kind != "minimum return":  # there a higher disposal limit is worth as much
        assert {change.name for change in found} == {name}
        assert [change.missed for change in found] == pytest.approx(missed)
        assert found[0].new == pytest.approx(new, rel=2e-3)
        assert kind in {limit.split(" '")[0] for part in diagnosis.conflict.parts for limit in part.limits}
    assert diagnosis.conflict.smallest
    plan = optimize(diagnosis.fixed(case), EXACT)
    assert float(plan["unmet"].sum()) == 0


def test_a_return_that_nothing_can_take():
    outlet = {name: table for name, table in RETURNS.items() if name != "disposal"}
    outlet["returns"] = outlet["returns"].replace("0.5 10", "0.5 0")
    case = scenario(**outlet)
    diagnosis = diagnosed(case)
    (change,) = diagnosis.fixes[0].changes
    assert (change.kind, change.missed, change.new) == ("minimum return", pytest.approx(50), 0)
    assert sum(bought(optimize(diagnosis.fixed(case), EXACT))) == pytest.approx(100)


def test_a_conflict_of_whole_decisions_is_named_and_shown_to_be_smallest():
    offers = "near_ore near ore 10 80 60\nfar_ore far ore 12 80 60"  # one is too little, both are too much
    diagnosis = diagnosed(scenario(offers=f"offer site product price capacity minimum_order\n{offers}"))
    assert diagnosis.conflict.whole
    asked = [limit for part in diagnosis.conflict.parts for limit in part.limits]
    assert sorted(asked) == [
        "demand 'town:ore' 2025: at least 100 t/year",
        "minimum order 'far_ore' 2025: at least 60 t/year",
        "minimum order 'near_ore' 2025: at least 60 t/year",
    ]
    assert "because decisions are whole (without any one of them there is a plan)" in diagnosis.text


def test_policies_that_have_no_part_in_it_are_left_out():
    offers = THREE.replace("green ore 15 -", "green ore 15 50")  # 90 t for a demand of 100 t
    rules = rule(region="north", maximum_share=0.9)
    diagnosis = diagnosed(scenario(offers=offers, sourcing_rules=rules))
    asked = [limit for part in diagnosis.conflict.parts for limit in part.limits]
    assert asked == ["demand 'town:ore' 2025: at least 100 t/year"]
    assert not diagnosis.conflict.whole
    data = {part.rule: set(part.members) for part in diagnosis.conflict.parts if not part.policy}
    assert data["flow"] == {f"{site}>mill:road:ore 2025" for site in ("near", "far", "green")}
