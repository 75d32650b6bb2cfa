"""Events that change footprints and grid factors: tonnes, caps and the carbon price, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from scenarios import CarbonSettings
from simulation.factors import cap_parts, factors_of
from simulation.journal import keep_journal
from simulation.settings import FactorSettings
from tests.simulation.extra_tables import table, with_tables

EXACT = 1e-9
CARBON = CarbonSettings(
    price={2025: 50.0}, priced_accounts=["scope3_purchased_goods", "scope2_market"], cap_2026=0.7
)
ORE = {"event": "ore", "kind": "raises_footprint", "product": "iron_ore", "amount": 0.2}
GRID = {"event": "drought", "kind": "raises_grid_factor", "option": "grid", "amount": 0.5}


@pytest.fixture(scope="module")
def tried(make):
    case = make.solved(make.tutorial_tables(), CARBON)

    def trials(*records):
        tables = make.tutorial_tables() | {"disruptions": table("disruptions", *records)}
        return make.trials(with_tables(case, tables), make.uncertain(disruptions=1.0))

    return trials


def added(trials):
    """Return what a trial emits and pays more than the twin, by account, and what its caps count more."""
    plan, twin, account = trials.network.plan, trials.twin(), trials.run(0)
    emitted = dict(zip(plan["emission_account"].to_numpy(), account.emissions - twin.emissions, strict=True))
    paid = dict(zip(plan["cost_account"].to_numpy(), account.cost - twin.cost, strict=True))
    return emitted, paid, account.cap_emissions - twin.cap_emissions


def test_a_footprint_is_a_fifth_higher_for_a_fifth_of_a_year(tried):
    """0.2 x 73 / 365 of the footprint of the ore bought in 2026; so does the cap, and the carbon price."""
    trials = tried({**ORE, "earliest": "2026-05-01", "mean_days": 73})
    offers, plan = trials.network.scenario.offers, trials.network.plan
    ore = offers.label.tolist().index("port_ore")
    tonnes = plan["purchase"].transpose("offer", "period").to_numpy()[ore]
    more = np.array([0.0, 0.2 * 0.2 * tonnes[1] * offers.footprint[ore, 1]])
    assert more[1] > 50
    emitted, paid, capped = added(trials)
    assert emitted.pop("scope3_purchased_goods") == pytest.approx(more, rel=1e-6)
    assert max(np.abs(values).max() for values in emitted.values()) <= EXACT * more[1]
    assert capped[0] == pytest.approx(more, rel=1e-6)
    assert paid["carbon_price"] == pytest.approx(50 * more, rel=1e-6)


def test_what_is_saved_of_a_footprint_grows_with_it(make, two_routes):
    """An offer whose footprint is cut emits (1 - cut) times what it does, also when that is higher."""
    tables = make.two_route_tables()
    blank = dict.fromkeys(("site", "region", "line", "process", "mode", "product", "offer", "option"), "")
    cut = {"intervention": "more_scrap", "effect": "cuts_offer_footprint", "offer": "port_2_ore"}
    tables["effects"] = make.rows(tables["effects"], {**blank, **cut, "amount": 0.4})
    tables["disruptions"] = table("disruptions", {**ORE, "offer": "port_2_ore", "earliest": "2027-01-01"})
    case = make.solved(tables, two_routes.scenario.carbon, first_year=2027, last_year=2029)
    trials = make.trials(case, make.uncertain(disruptions=1.0))
    emitted, _, _ = added(trials)
    offers, plan = case.scenario.offers, case.plan
    ore = offers.label.tolist().index("port_2_ore")
    tonnes = plan["purchase"].transpose("offer", "period").to_numpy()[ore]
    members = case.scenario.covers.of("offer")
    saved = plan["covered"].transpose("cover", "period").to_numpy()[members].sum(axis=0)
    more = 0.2 * offers.footprint[ore] * (tonnes - 0.4 * saved)
    assert more.max() > 100
    assert emitted["scope3_purchased_goods"] == pytest.approx(more, rel=1e-6, abs=1e-6)


def test_a_drought_makes_the_grid_dirtier(make, tried):
    """Half as much again on both scope 2 methods for what the grid gives; certificates stay as they are."""
    trials = tried({**GRID, "earliest": "2025-01-01"}, {**ORE, "probability": 0, "earliest": "2025-01-01"})
    supplies, plan = trials.network.scenario.supplies, trials.network.plan
    grid = supplies.option == "grid"
    power = plan["power"].transpose("supply", "period").to_numpy()
    emitted, paid, _ = added(trials)
    for account, factor in (
        ("scope2_market", supplies.market_factor),
        ("scope2_location", supplies.location_factor),
    ):
        more = 0.5 * (power * factor)[grid].sum(axis=0)
        assert emitted[account] == pytest.approx(more, rel=1e-6, abs=1e-6)
    assert paid["carbon_price"] == pytest.approx(50 * emitted["scope2_market"], rel=1e-6, abs=1e-6)


def test_uncertain_factors_carry_what_events_add(tried):
    trials = tried({**ORE, "earliest": "2026-01-01"})
    factors = factors_of(trials.network.scenario, FactorSettings(national_cv=0.3))
    result = trials.accounts
    from simulation.trial import Trial

    settings = trials.settings
    played = Trial(trials.network, trials.opening, settings, settings.uncertainty, 0).run()
    counted = result._counted(played)
    parts = cap_parts(result.caps[0], factors, counted, trials.network.scenario.periods.years)
    offers = trials.network.scenario.offers
    ore = offers.label.tolist().index("port_ore")
    carried = counted["purchase"][ore] * offers.footprint[ore] * np.array([1.0, 1.2])
    assert parts[0] == pytest.approx(carried, rel=1e-6)


def test_the_journal_adds_up_when_factors_jump(tried):
    trials = tried({**ORE, "earliest": "2026-03-01", "mean_days": 100}, {**GRID, "earliest": "2026-01-01"})
    rows = pd.concat([f for f in keep_journal(trials, 0).frames() if len(f)], ignore_index=True).fillna(0.0)
    account, years = trials.run(0), trials.network.scenario.periods.years
    for name, values in zip(
        trials.network.plan["emission_account"].to_numpy(), account.emissions, strict=True
    ):
        column = f"emissions_{name}"
        booked = rows[column].sum() if column in rows else 0.0
        assert booked == pytest.approx((values * years).sum(), rel=EXACT, abs=1e-6), name
    assert "footprint_jump" in set(rows["activity"])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**ORE, "amount": -2}, "takes more than there is"),
        ({**GRID, "amount": ""}, "raises_grid_factor needs an amount"),
        ({**GRID, "product": "steel"}, "is no filter of raises_grid_factor"),
        ({**ORE, "product": "steel"}, "hits nothing"),
    ],
)
def test_wrong_rows(make, row, words):
    tables = make.tutorial_tables() | {"disruptions": table("disruptions", {**row, "earliest": "2025-01-01"})}
    with pytest.raises(Exception, match=words):
        make.solved(tables)
