"""What is done about shortfalls: expedite, spot purchase, substitute, curtail, worked out by hand.

Most cases are the customer of :mod:`benchmarks.shortfalls`. With a cover of 3 days his stock of 5 is two
days' use above it: what lacks from the evening of day 62 on, 1 t each evening to that of day 79, is 18 t.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.shortfalls import CUSTOMER, FURNACES, LANE, ONLY_EVENTS, OVEN, PORT, THROUGH_HUB, tried
from simulation import UncertaintySettings
from simulation.accounting import relative_errors
from simulation.journal import keep_journal
from simulation.kernel import run_days
from simulation.trial import Trial
from tests.simulation.shortfalls import EXACT, LACKING, SPOT, done, emitted, once, paid

NEARLY = 1e-5  # the opening stock is a millionth of a day above what the plan needs


# ---------------------------------------------------------------- one by one


def test_spot_purchase_brings_what_lacks_once():
    """What is bought outside is not made good again: the port sells so much less."""
    trials = tried(SPOT)
    result, account = once(trials)
    assert done(account) == pytest.approx([LACKING], rel=NEARLY)
    assert result.delivered[0] == pytest.approx([365, 365], rel=EXACT)
    bought = result.activities["purchase"].sum()
    assert bought == pytest.approx(730 - LACKING, rel=NEARLY)
    assert paid(trials, account) == pytest.approx([50 * LACKING, 0], rel=NEARLY)
    twin = trials.twin()
    goods = emitted(trials, account, "scope3_purchased_goods") - emitted(
        trials, twin, "scope3_purchased_goods"
    )
    assert goods == pytest.approx([(2 - 1) * LACKING, 0], rel=1e-4)


def test_the_days_on_which_it_is_bought():
    """Evenings 62 to 79, 1 t each; it arrives the next morning and the stock falls no further."""
    trials = tried(SPOT)
    diary = keep_journal(trials, 0).diary
    bought = np.array(diary.booked["answers"])[:, 0]
    assert np.flatnonzero(bought > 0.01).tolist() == list(range(62, 80))
    assert bought[62:80] == pytest.approx(1, rel=NEARLY)


def test_a_longer_lead_time_orders_no_more():
    """What is under way counts: the same 18 t, 5 days later."""
    slow = "response kind cover_days price lead_days most_share\nspot spot_purchase 3 50 5 9"
    trials = tried(slow)
    result, account = once(trials)
    # Nothing more is ordered for what is under way; the port is back while the last of it comes.
    assert done(account) == pytest.approx([LACKING], rel=NEARLY)
    assert result.delivered[0] == pytest.approx([365, 365], rel=EXACT)


def test_a_premium_is_on_the_mean_price_of_the_offers():
    offers = CUSTOMER["offers"] + "\ndear_ore port ore 30 3"  # never bought as planned
    row = "response kind cover_days premium footprint_factor\nspot spot_purchase 3 0.5 2"
    trials = tried(row, offers=offers)
    _, account = once(trials)
    assert done(account) == pytest.approx([LACKING], rel=NEARLY)
    assert paid(trials, account)[0] == pytest.approx(1.5 * 20 * LACKING, rel=NEARLY)
    rates = [r for r in trials.accounts.ledger.rates if r.activity == "response"]
    footprint = {r.account: r.per_unit for r in rates}["scope3_purchased_goods"]
    assert footprint == pytest.approx(np.full((2, 2), 2 * 2.0))


@pytest.mark.parametrize(("base", "bought"), [({}, 730.0), (THROUGH_HUB, 730.0)])
def test_expedite_passes_a_closed_lane(base, bought):
    """18 t come past the closed lane, from the port or the hub, which the port fills up again."""
    row = "response kind product site cover_days premium footprint_factor\nfast expedite ore mill 3 4 3"
    trials = tried(row, event=LANE, base=base)
    result, account = once(trials)
    assert done(account) == pytest.approx([LACKING], rel=NEARLY)
    assert result.activities["purchase"].sum() == pytest.approx(bought, rel=1e-6)
    flow, origin = result.activities["flow"].sum(axis=1), trials.network.scenario.arcs.origin
    last = trials.network.scenario.arcs.label.tolist().index(("hub" if base else "port") + ">mill:road:ore")
    assert flow[last] == pytest.approx(730 - LACKING, rel=NEARLY)
    assert np.delete(flow, last) == pytest.approx(730, rel=1e-6)
    assert paid(trials, account) == pytest.approx([5 * 4 * LACKING, 0], rel=NEARLY)
    arcs, scenario = trials.network.scenario.arcs, trials.network.scenario
    assert origin[last] >= 0
    for part, factor in (("ttw", arcs.tank_to_wheel[last, 0]), ("wtt", arcs.well_to_tank[last, 0])):
        name = f"scope3_downstream_transport_{part}"  # the mill is a customer
        twin = emitted(trials, trials.twin(), name)
        added = emitted(trials, account, name) - twin
        assert factor > 0
        assert added == pytest.approx([(3 - 1) * factor * LACKING, 0], rel=1e-4), scenario.name


@pytest.mark.parametrize(("event", "base"), [(PORT, None), (PORT.replace("port", "hub"), THROUGH_HUB)])
def test_nothing_leaves_a_closed_site(event, base):
    """It waits till the port, or the hub with its stock, opens on day 79, and then brings what it may."""
    row = "response kind site cover_days premium\nfast expedite mill 3 4"
    trials = tried(row, event=event, base=base)
    sent = np.array(keep_journal(trials, 0).diary.booked["answers"])[:, 0]
    assert not sent[:79].any()
    assert sent[79] == pytest.approx(1, rel=1e-6)


def test_a_substitute_is_taken_from_stock_at_its_ratio():
    """Ore lacks at the mill; 1.2 t of pellets do for 1 t, and the mill buys so many more of them."""
    row = (
        "response kind site product substitute ratio cover_days price footprint\n"
        "pellets_for_ore substitute mill ore pellets 1.2 3 7 0.25"
    )
    trials = tried(row, base=FURNACES, safety=12.0, days=25)
    plain, _ = once(tried(base=FURNACES, safety=12.0, days=25))
    result, account = once(trials)
    replaced = done(account)[0]
    assert replaced > 5
    assert result.delivered[0] == pytest.approx([730, 730], rel=EXACT)
    offers = trials.network.scenario.offers.label.tolist()
    bought = {name: result.activities["purchase"][offers.index(name)].sum() for name in offers}
    runs = result.activities["run"].sum(axis=1)
    operations = trials.network.scenario.operations.label.tolist()
    of_ore = runs[[("ore_route" in o) for o in operations]].sum()
    of_pellets = runs[[("pellet_route" in o) for o in operations]].sum()
    # Stocks are where they were: what was used was bought.
    assert bought["mill_pellets"] == pytest.approx(of_pellets + 1.2 * replaced, rel=1e-6)
    assert bought["port_ore"] == pytest.approx(of_ore - replaced, rel=1e-6)
    assert of_ore >= plain.activities["run"].sum(axis=1)[["ore_route" in o for o in operations]].sum() - 1e-6
    assert paid(trials, account) == pytest.approx([7 * replaced, 0], rel=EXACT)
    assert emitted(trials, account, "scope1") == pytest.approx([0.25 * replaced, 0], rel=EXACT)


def test_curtailed_demand_is_not_unmet():
    """The stock of 5 lasts for days 60 to 64; who waits on days 65 to 79 does without, at a price."""
    trials = tried("response kind price\nagreed curtail_demand 7")
    result, account = once(trials)
    assert done(account) == pytest.approx([15], rel=NEARLY)
    assert result.delivered[0] == pytest.approx([350, 365], rel=NEARLY)
    assert result.activities["unmet"] == pytest.approx(np.zeros((1, 2)), abs=1e-9)
    assert paid(trials, account) == pytest.approx([7 * 15, 0], rel=NEARLY)
    assert paid(trials, account, "shortage") == pytest.approx([0, 0], abs=1e-6)
    assert result.activities["purchase"].sum() == pytest.approx(730 - 15, rel=NEARLY)


def test_curtailed_production_is_not_made_up_for():
    """A furnace of 1 t a day stands for 10 days: made up for later, or by agreement never."""
    row = "response kind product price\nagreed curtail_production steel 3"
    few, caught_up = tried(row, OVEN, 10, FURNACES), tried("", OVEN, 10, FURNACES)
    result, account = once(few)
    ran = result.activities["run"].sum()
    assert done(account) == pytest.approx([10], rel=1e-6)
    assert ran == pytest.approx(1460 - 10, rel=1e-6)
    assert once(caught_up)[0].activities["run"].sum() == pytest.approx(1460, rel=1e-6)
    assert paid(few, account) == pytest.approx([30, 0], rel=1e-6)


# ---------------------------------------------------------------- the chain


def test_the_next_in_the_chain_does_the_rest():
    """A quarter of a day's use at most is expedited, and the rest bought."""
    chain = (
        "response kind cover_days price most_share rank\nspot spot_purchase 3 50 - 2\n"
        "fast expedite 3 9 0.25 1\nagreed curtail_demand - 7 - 3"
    )
    trials = tried(chain, event=LANE)
    _, account = once(trials)
    names = trials.network.scenario.responses.name.tolist()
    assert names == ["fast", "spot", "agreed"]
    assert done(account) == pytest.approx([0.25 * LACKING, 0.75 * LACKING, 0], rel=NEARLY)
    assert paid(trials, account)[0] == pytest.approx((0.25 * 9 + 0.75 * 50) * LACKING, rel=NEARLY)


def test_what_is_replaced_at_once_is_not_bought_as_well():
    """Pellets do for 0.4 of a day's use, the rest is bought: as much in all as by buying alone."""
    chain = (
        "response kind site product substitute ratio cover_days price most_share\n"
        "other substitute mill ore pellets 1.2 3 7 0.4\nspot spot_purchase mill ore - - 3 50 -"
    )
    alone = "response kind site product cover_days price\nspot spot_purchase mill ore 3 50"
    both, one = (done(once(tried(rows, base=FURNACES))[1]) for rows in (chain, alone))
    assert one[0] > 5
    assert both.sum() == pytest.approx(one[0], rel=1e-6)
    assert both[0] == pytest.approx(0.4 * one[0], rel=1e-6)


def test_it_answers_after_so_many_days():
    """Short on evenings 62 to 65, it buys on the fifth, 5 t if it may: as much in the end."""
    late = "response kind cover_days price after_days most_share\nspot spot_purchase 3 50 4 9"
    trials = tried(late)
    diary = keep_journal(trials, 0).diary
    bought = np.array(diary.booked["answers"])[:, 0]
    assert np.flatnonzero(bought > 0.01).tolist() == list(range(66, 80))
    assert bought[66] == pytest.approx(5, rel=NEARLY)
    assert bought.sum() == pytest.approx(LACKING, rel=NEARLY)


def test_a_most_share_bounds_a_day():
    trials = tried("response kind cover_days price most_share\nspot spot_purchase 3 50 0.5")
    bought = np.array(keep_journal(trials, 0).diary.booked["answers"])[:, 0]
    assert bought.max() == pytest.approx(0.5, rel=1e-6)


def test_a_most_share_bounds_all_ways_together_the_cheapest_first():
    """Half a day's use past two closed lanes: all of it on the short one, as the port there has enough."""
    offers = "offer site product price footprint capacity\nport_ore port ore 10 1 300\nfar_ore far ore 5 1 -"
    two = {
        "sites": CUSTOMER["sites"] + "\nfar supplier 40 117 north partner",
        "offers": offers,
        "lanes": CUSTOMER["lanes"] + "\nfar mill road ore 300 12 1",
    }
    trials = tried("response kind cover_days price most_share\nfast expedite 3 9 0.5", event=LANE, base=two)
    assert trials.network.labels("arc").tolist() == ["far>mill:road:ore", "port>mill:road:ore"]
    sent = np.array(keep_journal(trials, 0).diary.booked["answers"])[62:79]
    short = trials.network.scenario.responses.label[trials.network.used.answer].tolist()
    assert short == ["fast port>mill:road:ore", "fast far>mill:road:ore"]
    assert sent == pytest.approx(np.tile([0.5, 0.0], (17, 1)), rel=1e-6)


def test_goods_arrive_after_the_lead_time():
    """Ordered on evening 62, it is there on day 67: till then 1 t a day more lacks, then no more."""
    trials = tried("response kind cover_days price lead_days most_share\nspot spot_purchase 3 50 5 9")
    net = []

    def days(first, last, world):
        for day in range(first, last):
            run_days(day, day + 1, world)
            net.append(world.nodes[world.demands["node"][0]].stock - world.demands["waiting"][0])

    settings = trials.settings
    Trial(trials.network, trials.opening, settings, settings.uncertainty, 0, days).run()
    assert net[60:70] == pytest.approx([4, 3, 2, 1, 0, -1, -2, -2, -2, -2], abs=1e-4)


# ---------------------------------------------------------------- nothing, to the bit

ALL_KINDS = (
    "response kind product cover_days price substitute most_share\n"
    "fast expedite - 30 9 - {most}\nspot spot_purchase - 30 50 - {most}\n"
    "other substitute ore 30 - pellets {most}\nless curtail_demand - - 7 - {most}\n"
    "never curtail_production - - 7 - {most}"
)
ROUGH = {**ONLY_EVENTS, "breakdowns_per_year": 20.0, "repair_mean_days": 1.5} | {
    "supplier_disruptions_per_year": 3.0,
    "supplier_disruption_mean_days": 14.0,
    "demand_annual_cv": 0.05,
    "demand_daily_cv": 0.15,
    "lead_time_cv": 0.3,
}


@pytest.mark.parametrize("safety", [0.0, 5.0])
def test_nothing_lacks_in_the_twin(safety):
    trials = tried(ALL_KINDS.format(most=2), base=FURNACES, safety=safety)
    twin = trials.twin()
    assert max(relative_errors(twin, trials.network.plan).values()) < EXACT
    assert not twin.responses.quantity.any()
    assert not paid(trials, twin).any()


def test_what_may_do_nothing_changes_nothing_to_the_bit():
    with_it = tried(ALL_KINDS.format(most=0), base=FURNACES, uncertainty=ROUGH)
    without = tried("", base=FURNACES, uncertainty=ROUGH)
    one, other = with_it.run(3), without.run(3)
    assert one.cost_npv == other.cost_npv
    for name in ("cost", "emissions", "delivered", "closing_stock"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_compensation_at_the_shortage_price_costs_the_same():
    """A port closed to the end of the year: what is agreed upon would have been unmet anyway."""
    last = "event kind site earliest mean_days\nclosed closes_site port 2026-12-02 -"
    agreed = tried("response kind price\nagreed curtail_demand 1000", event=last)
    (one, with_it), (two, without) = once(agreed), once(tried("", event=last))
    assert one.delivered == pytest.approx(two.delivered, rel=1e-6)
    assert one.activities["unmet"].sum() == pytest.approx(0, abs=1e-6)
    assert two.activities["unmet"].sum() > 20
    assert with_it.cost_npv == pytest.approx(without.cost_npv, rel=1e-9)


def test_doubling_all_quantities_doubles_it():
    double = {"demand": "site product quantity shortage_cost\nmill ore 730 1000"}
    one, two = (once(tried(SPOT, **change))[1] for change in ({}, double))
    assert done(two) == pytest.approx(2 * done(one), rel=1e-9)


# ---------------------------------------------------------------- with other parts


def test_what_a_policy_has_on_order_is_expedited_once():
    """A base stock of 6 days: what comes past the closed lane is no longer on order, nor ordered again."""
    base_stock = {"policies": "policy site product order_up_to\nbase_stock mill ore 6"}
    row = "response kind cover_days price\nfast expedite 3 9"
    for base in (base_stock, THROUGH_HUB | base_stock):
        trials = tried(row, event=LANE, base=base)
        off = replace(trials.settings, uncertainty=UncertaintySettings.off())
        (result, account), (calm, _) = once(trials), once(replace(trials, settings=off))
        assert done(account) == pytest.approx([LACKING], rel=NEARLY)
        assert result.delivered[0] == pytest.approx([365, 365], rel=EXACT)
        flow, scenario = result.activities["flow"].sum(axis=1), trials.network.scenario
        past = scenario.arcs.destination == scenario.sites.label.tolist().index("mill")
        assert flow == pytest.approx(730 - LACKING * past, rel=NEARLY)
        assert result.closing_stock == pytest.approx(calm.closing_stock, abs=1e-4)
        assert result.closing_transit == pytest.approx(calm.closing_transit, abs=1e-4)


def test_who_can_always_buy_is_always_served():
    """In any luck: a customer who may buy what he likes overnight lacks nothing, and pays for it."""
    rough = ONLY_EVENTS | {"demand_daily_cv": 0.3, "lead_time_cv": 0.5, "breakdowns_per_year": 20.0}
    rough |= {"repair_mean_days": 5.0, "supplier_disruptions_per_year": 3.0}
    row = "response kind site cover_days price most_share\nspot spot_purchase city 4 50 99"
    with_it, without = (tried(rows, base=FURNACES, uncertainty=rough, safety=4.0) for rows in (row, ""))
    lost = 0.0
    for index in range(3):
        (result, account), (plain, _) = once(with_it, index), once(without, index)
        assert result.delivered == pytest.approx(result.required, rel=1e-9)
        assert result.required == pytest.approx(plain.required, rel=EXACT)
        assert paid(with_it, account).sum() == pytest.approx(50 * done(account).sum(), rel=EXACT)
        lost += (plain.required - plain.delivered).sum()
    assert lost > 1
