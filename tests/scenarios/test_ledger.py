"""The ledger books everything once, and prices any plan the way the objective does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import CarbonSettings, ConfigError, ScenarioSettings, load_scenario
from scenarios.accounts import COST_ACCOUNTS, EMISSION_ACCOUNTS, total_accounts
from scenarios.ledger import rates
from scenarios.plans import ACTIVITY_DIMS
from scenarios.settings import Scope2

STEEL = load_scenario(
    ScenarioSettings(name="steel", data="steel_north_china", years_per_period=4),
    CarbonSettings(price={2025: 75.0, 2035: 200.0}),
)
LEDGER = rates(STEEL)


def random_activities(seed):
    sizes = {
        "purchase": STEEL.offers,
        "flow": STEEL.arcs,
        "run": STEEL.operations,
        "covered": STEEL.covers,
        "standing": STEEL.lines,
        "power": STEEL.supplies,
        "contracted": STEEL.supplies,
        "unmet": STEEL.demands,
        "adopt": STEEL.interventions,
        "in_effect": STEEL.interventions,
    }
    random = np.random.default_rng(seed)
    return {
        name: random.uniform(0, 1e6, (len(family.label), len(STEEL.periods)))
        for name, family in sizes.items()
    }


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_present_cost_is_the_objective_of_the_same_activities(seed):
    activities = random_activities(seed)
    objective = sum((cost * activities[name]).sum() for name, cost in LEDGER.cost_coefficients().items())
    assert LEDGER.price(activities).cost_npv == pytest.approx(objective, rel=1e-12)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_sites_add_up_to_every_account(seed):
    priced = LEDGER.price(random_activities(seed))
    for account in EMISSION_ACCOUNTS:
        assert priced.by_site(account).sum(axis=0) == pytest.approx(priced.emitted(account), rel=1e-12)
    for account in COST_ACCOUNTS:
        assert priced.by_site(account).sum(axis=0) == pytest.approx(priced.paid(account), rel=1e-12)


def test_trials_are_priced_like_single_plans():
    one, two = random_activities(1), random_activities(2)
    both = LEDGER.price({name: np.stack([one[name], two[name]]) for name in one})
    for account in EMISSION_ACCOUNTS:
        assert both.emitted(account)[1] == pytest.approx(LEDGER.price(two).emitted(account), rel=1e-12)
    assert both.cost_npv == pytest.approx([LEDGER.price(one).cost_npv, LEDGER.price(two).cost_npv], rel=1e-12)


def test_each_rate_belongs_to_a_known_account_and_activity():
    for rate in LEDGER.rates:
        assert rate.account in {**COST_ACCOUNTS, **EMISSION_ACCOUNTS}
        assert rate.activity in ACTIVITY_DIMS


def test_totals_hold_one_scope_2_method():
    assert "scope2_location" not in total_accounts(Scope2.MARKET)
    assert "scope2_market" not in total_accounts(Scope2.LOCATION)
    assert len(total_accounts(Scope2.MARKET)) == len(EMISSION_ACCOUNTS) - 2


def test_partner_sites_book_to_scope_3():
    partner = STEEL.sites.owner[STEEL.operations.site] == "partner"
    own = ~partner
    scope1 = sum(r.per_unit for r in LEDGER.rates if r.activity == "run" and r.account == "scope1")
    assert scope1[own, 0] == pytest.approx(STEEL.operations.direct[own])
    if partner.any():
        assert not scope1[partner].any()


def test_carbon_price_is_price_times_priced_emissions():
    activities = random_activities(3)
    priced = LEDGER.price(activities)
    price = np.interp(STEEL.periods.start, [2025, 2035], [75.0, 200.0])
    expected = price * priced.emitted("scope1") * STEEL.periods.years
    assert priced.paid("carbon_price") == pytest.approx(expected, rel=1e-12)


def test_unknown_priced_account_is_a_configuration_error():
    scenario = load_scenario(
        ScenarioSettings(data="tutorial"), CarbonSettings(price={2025: 1.0}, priced_accounts=["scope9"])
    )
    with pytest.raises(ConfigError, match="scope9"):
        rates(scenario)
