"""Customers served by one lane, solved by hand: the plan without the rule, and the plan with it."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer import optimize
from optimizer.highs import solve
from optimizer.models.build import build_model
from optimizer.models.instance import make_instance
from scenarios import InfeasibleError
from scenarios.ledger import rates
from tests.optimizer.ore_case import EXACT, SETTINGS, TWO_PLANTS, bought, scenario


@pytest.mark.parametrize("shortage", ["-", "1000"])
def test_single_sourced_customers_are_served_by_one_lane(shortage):
    head = "site product quantity shortage_cost single_source"
    split = f"{head}\ntown ore 80 {shortage} no\nport ore 60 {shortage} no"
    plan = optimize(scenario(**TWO_PLANTS, demand=split), EXACT)
    # port from east 60 (12), town from west 80 (10): nobody is split, so the rule changes nothing
    assert plan.attrs["objective"] == pytest.approx(60 * 12 + 80 * 10)
    split = f"{head}\ntown ore 110 {shortage} no\nport ore 60 {shortage} no"
    plan = optimize(scenario(**TWO_PLANTS, demand=split), EXACT)
    assert plan.attrs["objective"] == pytest.approx(100 * 10 + 10 * 11 + 60 * 12)
    single = split.replace("60 - no", "60 - yes").replace("60 1000 no", "60 1000 yes")
    assert optimize(scenario(**TWO_PLANTS, demand=single), EXACT).attrs["objective"] == pytest.approx(1830)


def test_a_single_sourced_customer_moves_whole():
    head = "site product quantity single_source"
    free = f"{head}\ntown ore 70 no\nport ore 60 no"
    smaller = TWO_PLANTS | {"offers": TWO_PLANTS["offers"].replace("ore 11 100", "ore 11 65")}
    # 65 t of east: 60 to the port, 5 to the town would cost more than west's 10: town from west
    assert optimize(scenario(**smaller, demand=free), EXACT).attrs["objective"] == pytest.approx(1420)
    tight = smaller | {"offers": smaller["offers"].replace("ore 10 100", "ore 10 66")}
    plan = optimize(scenario(**tight, demand=free.replace("ore 70", "ore 65")), EXACT)
    assert plan.attrs["objective"] == pytest.approx(650 + 720)
    # 68 t for the town: 66 from west and 2 from east, if it may be split
    split = optimize(scenario(**tight, demand=free.replace("ore 70", "ore 68")), EXACT)
    assert split.attrs["objective"] == pytest.approx(660 + 22 + 720)
    single = free.replace("ore 70 no", "ore 68 yes")
    with pytest.raises(InfeasibleError):
        optimize(scenario(**tight, demand=single), EXACT)
    # with a price of shortage, the town is served by west alone and 2 t stay unmet
    head = "site product quantity shortage_cost single_source"
    plan = optimize(scenario(**tight, demand=f"{head}\ntown ore 68 50 yes\nport ore 60 50 no"), EXACT)
    assert plan.attrs["objective"] == pytest.approx(660 + 100 + 720)


def test_what_a_single_sourced_customer_has_itself_needs_no_lane():
    own = TWO_PLANTS | {"offers": TWO_PLANTS["offers"] + "\ntown_ore town ore 9 30"}
    demand = "site product quantity single_source\ntown ore 110 yes"
    # 30 t of its own and 80 t from west; without them no lane could bring 110 t
    plan = optimize(scenario(**own, demand=demand), EXACT)
    assert bought(plan) == pytest.approx([80, 0, 30])


def test_modes_of_one_way_are_lanes_of_their_own():
    modes = "mode cost_per_tkm\nroad 0\nrail 0"
    lanes = "origin destination mode products cost capacity\n"
    lanes += "west town road ore 2 -\nwest town rail ore 0 50"
    case = {**TWO_PLANTS, "modes": modes, "lanes": lanes}
    demand = "site product quantity single_source\ntown ore 80"
    split = optimize(scenario(**case, demand=demand + " no"), EXACT)
    assert split.attrs["objective"] == pytest.approx(800 + 30 * 2)
    single = optimize(scenario(**case, demand=demand + " yes"), EXACT)
    assert single.attrs["objective"] == pytest.approx(800 + 80 * 2)


def test_the_lane_may_change_between_years():
    settings = replace(SETTINGS, last_year=2026)
    offers = "offer site product price period\nwest_ore west ore 10 2025\nwest_ore west ore 20 2026\n"
    offers += "east_ore east ore 11 2025\neast_ore east ore 11 2026"
    demand = "site product quantity single_source\ntown ore 50 yes"
    plan = optimize(scenario(settings=settings, **(TWO_PLANTS | {"offers": offers}), demand=demand), EXACT)
    assert bought(plan, 2025) == [50, 0]
    assert bought(plan, 2026) == [0, 50]


def test_single_sourcing_has_an_integral_relaxation_without_capacities():
    demand = "site product quantity single_source\ntown ore 50 yes\nport ore 60 yes"
    case = scenario(**TWO_PLANTS, demand=demand)
    model = build_model(make_instance(case, rates(case), [], np.zeros((0, 1))))
    solution = solve(model, EXACT, relax_integrality=True)
    serve = solution.value(model.serve)
    assert set(np.round(serve, 9)) == {0.0, 1.0}
    assert solution.objective == pytest.approx(50 * 10 + 60 * 12)
