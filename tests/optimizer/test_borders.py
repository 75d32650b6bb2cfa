"""Border adjustments by hand: what is declared, default values, free allocation and prices paid at home."""

import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import VerificationError
from scenarios.ledger import rates
from tests.optimizer.carbon_money_tables import border, carbon_case, market

EXACT = SolverSettings(mip_gap=0.0)
CBAM = {"borders": ["cbam"]}
HALVED = {  # carbon capture for nothing: all coal steel emits half
    "interventions": [{"intervention": "capture", "kind": "capture", "site": "mill", "capex": 1}],
    "effects": [
        {
            "intervention": "capture",
            "effect": "cuts_direct_emissions",
            "site": "mill",
            "process": "coal",
            "amount": 0.5,
        }
    ],
}


def planned(*parts, carbon=CBAM):
    return optimize(carbon_case(parts, carbon), EXACT)


def due(plan):
    return float(plan["border_due"].sum())


def test_the_cleaner_route_is_declared_for_what_is_exported():
    """1.5 t at 100 are worth more than 100: 40 t go electric until nothing is due: 80 - 1.5 x - 28 = 0."""
    plan = planned(border())
    electric = 52 / 1.5
    assert due(plan) == pytest.approx(0, abs=1e-6)
    assert float(plan["run"].sel(operation="arc:electric").sum()) == pytest.approx(electric)
    assert plan.attrs["objective"] == pytest.approx(10_000 + electric * 100)


def test_what_the_cleaner_route_cannot_make_is_declared_as_it_was_made():
    """30 t electric at 0.5, 10 t coal at 2.0, less 40 x 1.4 x 0.5 free: 7 t at 100."""
    narrow = {"pins": [{"pin": "narrow", "decision": "run", "process": "electric", "maximum": 30}]}
    plan = planned(border(), narrow)
    assert due(plan) == pytest.approx(7)
    assert float(plan["cost_npv"].sel(cost_account="border_adjustment")) == pytest.approx(700)
    assert plan.attrs["objective"] == pytest.approx(70 * 100 + 30 * 200 + 700)
    assert plan["border_exported"].values.ravel() == pytest.approx([40])
    assert plan["site_cost"].sel(cost_account="border_adjustment", site="mill").values == pytest.approx([700])


def test_default_values_with_their_mark_up_count_where_actual_data_are_missing():
    """40 x 2.5 x 1.2 - 28 = 92 t at 100; no route is worth its while."""
    plan = planned(border(basis="default"))
    assert due(plan) == pytest.approx(92)
    assert plan["at_default"].values.ravel() == pytest.approx([40])
    assert plan.attrs["objective"] == pytest.approx(10_000 + 9_200)


def test_a_price_paid_at_home_is_deducted():
    """At home 40 a t is paid, 0.4 of the price at the border: coal counts 1.2 t there, electric 0.3.

    A tonne of electric steel spares 1.5 x 40 at home and 0.9 x 100 at the border, until nothing is due.
    """
    plan = planned(border(), market(40), carbon={**CBAM, "markets": ["home"]})
    electric = (40 * 1.2 - 28) / 0.9
    emitted = 200 - 1.5 * electric
    assert due(plan) == pytest.approx(0, abs=1e-6)
    assert plan.attrs["objective"] == pytest.approx(10_000 + 100 * electric + 40 * emitted)


def test_only_what_is_paid_beyond_free_allocation_is_deducted():
    """1.5 of 2.0 t are free at home: 0.5 x 40 / 100 = 0.2 t is deducted of coal, nothing of electric."""
    free = {"allocations": [{"market": "home", "process": "coal", "benchmark": 1.5}]}
    no_arc = {"pins": [{"pin": "no_arc", "decision": "run", "process": "electric", "maximum": 0}]}
    plan = planned(border(), market(40), free, no_arc, carbon={**CBAM, "markets": ["home"]})
    assert due(plan) == pytest.approx(40 * 1.8 - 28)


def test_what_an_intervention_cuts_is_declared():
    no_arc = {"pins": [{"pin": "no_arc", "decision": "run", "process": "electric", "maximum": 0}]}
    plan = planned(border(), HALVED, no_arc)
    assert float(plan["adopt"].sum()) == 1
    assert due(plan) == pytest.approx(40 * 1.0 - 28)
    assert plan["declared_cut"].values.ravel() == pytest.approx([40])


@pytest.mark.parametrize(("listed", "embedded"), [(False, 0.5), (True, 2.0)])
def test_what_the_site_makes_before_counts_where_it_is_listed(listed, embedded):
    """Steel of 0.5 t from iron of 1.5 t."""
    chain = {
        "products": [{"product": "iron"}],
        "processes": [
            {"process": "furnace", "direct_emissions": 1.5},
            {"process": "caster", "direct_emissions": 0.5},
        ],
        "recipes": [
            {"process": "furnace", "product": "ore", "quantity": -1},
            {"process": "furnace", "product": "iron", "quantity": 1},
            {"process": "caster", "product": "iron", "quantity": -1},
            {"process": "caster", "product": "steel", "quantity": 1},
        ],
        "line_processes": [
            {"line": "furnace", "process": "furnace"},
            {"line": "furnace", "process": "caster"},
        ],
        "pins": [
            {"pin": process, "decision": "run", "process": process, "maximum": 0}
            for process in ("coal", "electric")
        ],
        "border_goods": [{"border": "cbam", "product": "iron", "default_value": 1.9}] if listed else [],
    }
    plan = planned(border(), chain)
    assert due(plan) == pytest.approx(max(40 * embedded - 28, 0), abs=1e-6)


def test_what_comes_from_elsewhere_counts_at_the_default_value():
    """A yard that makes nothing itself exports 40 t of the mill's steel."""
    place = {"lat": 40, "lon": 118, "region": "home"}
    lane = {"mode": "truck", "products": "steel", "distance_km": 1}
    yard = {
        "sites": [{"site": "yard", "role": "hub", "owner": "own", **place}],
        "lanes": [
            {"origin": "mill", "destination": "yard", **lane},
            {"origin": "yard", "destination": "harbour", **lane},
        ],
        "pins": [
            {"pin": "by_yard", "decision": "flow", "site": "mill", "destination": "harbour", "maximum": 0}
        ],
    }
    assert due(planned(border(), yard)) == pytest.approx(40 * 3.0 - 28)


def test_without_its_name_a_border_costs_nothing():
    assert planned(border(), carbon={}).attrs["objective"] == pytest.approx(10_000)


@pytest.mark.parametrize(
    ("name", "rule"), [("border_due", "paid for at borders"), ("declared", "declared as run")]
)
def test_verify_finds_declarations_that_do_not_add_up(name, rule):
    scenario = carbon_case((border(),), CBAM)
    plan = optimize(scenario, EXACT)
    plan[name] = plan[name] + 100.0
    with pytest.raises(VerificationError, match=rule):
        verify(scenario, plan, rates(scenario))
