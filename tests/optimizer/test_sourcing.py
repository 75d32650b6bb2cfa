"""Each sourcing rule on a case solved by hand: the plan without it, and the plan with it."""

import numpy as np
import pytest

from optimizer import optimize, reference_plan
from optimizer.verify import verify
from optimizer.verify_sourcing import sourcing_findings
from scenarios import ConfigError, PathwaySettings, VerificationError
from scenarios.ledger import rates
from scenarios.plans import activities_of
from scenarios.settings import ChangeSettings
from tests.optimizer.ore_case import CASE, EXACT, OFFERS, TWO_PLANTS, bought, problems, rule, scenario, solved


def test_without_rules_the_cheapest_sells_all():
    assert solved() == ([100, 0, 0], pytest.approx(1000))


# ---------------------------------------------------------------- shares


@pytest.mark.parametrize(
    ("columns", "expected", "cost"),
    [
        ({"site": "near", "maximum_share": 0.6}, [60, 40, 0], 60 * 10 + 40 * 12),
        ({"region": "south", "minimum_share": 0.3}, [70, 30, 0], 70 * 10 + 30 * 12),
        ({"group": "small", "minimum_share": 0.2}, [80, 0, 20], 80 * 10 + 20 * 15),
        ({"group": "big", "maximum_share": 0.9}, [90, 0, 10], 90 * 10 + 10 * 15),
        ({"tag": "labelled", "minimum_share": 0.25}, [75, 0, 25], 75 * 10 + 25 * 15),
        ({"tag": "science_based_target", "minimum_share": 0.5}, [50, 50, 0], 50 * 10 + 50 * 12),
        ({"data_tiers": "own;supplier", "minimum_share": 0.4}, [60, 40, 0], 60 * 10 + 40 * 12),
        # x t at 12 are half of the spend: 12 x = 10 (100 - x)
        (
            {"tag": "science_based_target", "measure": "spend", "minimum_share": 0.5},
            [100 * 12 / 22, 100 * 10 / 22, 0],
            100 * 240 / 22,
        ),
    ],
)
def test_share_bounds(columns, expected, cost):
    plan, objective = solved(sourcing_rules=rule(**columns))
    assert plan == pytest.approx(expected)
    assert objective == pytest.approx(cost)


def test_a_rule_without_product_is_about_everything_bought():
    columns = {"product": "-", "site": "near", "measure": "spend", "maximum_share": 0.25}
    plan, objective = solved(sourcing_rules=rule(**columns))
    # a quarter of the spend buys near ore: 10 x = (12 (100 - x)) / 3, x = 400 / 14
    assert plan == pytest.approx([400 / 14, 100 - 400 / 14, 0])
    assert objective == pytest.approx(4000 / 14 * 4)


# ---------------------------------------------------------------- counts


def test_dual_sourcing_buys_a_real_share_from_two():
    plan, objective = solved(sourcing_rules=rule(minimum_count=2, share_if_used=0.3))
    assert plan == pytest.approx([70, 30, 0])
    assert objective == pytest.approx(700 + 360)


def test_a_share_if_used_alone_drops_small_suppliers():
    capped = OFFERS.replace("near_ore near ore 10 -", "near_ore near ore 10 85")
    assert solved(offers=capped)[0] == pytest.approx([85, 15, 0])
    plan, objective = solved(offers=capped, sourcing_rules=rule(share_if_used=0.2))
    assert plan == pytest.approx([80, 20, 0])
    assert objective == pytest.approx(800 + 240)


def test_a_share_if_used_may_be_of_spend():
    columns = {"minimum_count": 2, "share_if_used": 0.5, "measure": "spend"}
    plan, _ = solved(sourcing_rules=rule(**columns))
    assert plan == pytest.approx([1200 / 22, 1000 / 22, 0])  # 10 x = 12 y


def test_counts_see_the_filters():
    plan, objective = solved(sourcing_rules=rule(region="south", minimum_count=2, share_if_used=0.1))
    assert plan == pytest.approx([80, 10, 10])
    assert objective == pytest.approx(800 + 120 + 150)
    capped = OFFERS.replace("near_ore near ore 10 -", "near_ore near ore 10 50")
    capped = capped.replace("far_ore far ore 12 -", "far_ore far ore 12 30")
    assert solved(offers=capped)[0] == pytest.approx([50, 30, 20])
    plan, _ = solved(offers=capped, sourcing_rules=rule(group="big", maximum_count=1))
    assert plan == pytest.approx([50, 0, 50])


def test_a_maximum_count_leaves_small_purchases_alone():
    capped = OFFERS.replace("near_ore near ore 10 -", "near_ore near ore 10 99.95")
    plan, _ = solved(offers=capped, sourcing_rules=rule(maximum_count=2))
    assert plan == pytest.approx([99.95, 0.05, 0])


# ---------------------------------------------------------------- change against a given plan


def changed(tmp_path, **settings):
    given = optimize(scenario(sourcing_rules=rule(region="south", minimum_share=0.5)), EXACT)
    file = tmp_path / "plan.nc"
    given.drop_attrs().to_netcdf(file)
    change = ChangeSettings(plan=str(settings.pop("plan", file)), **settings)
    return scenario(pathway=PathwaySettings(change=change))


def test_change_is_limited_around_the_given_plan(tmp_path):
    # given 50 near, 50 far; a fifth may change
    assert bought(optimize(changed(tmp_path, largest=0.2), EXACT)) == pytest.approx([60, 40, 0])
    assert bought(optimize(changed(tmp_path, largest=1.0), EXACT)) == pytest.approx([100, 0, 0])
    assert bought(optimize(changed(tmp_path, largest=0.0), EXACT)) == pytest.approx([50, 50, 0])
    assert bought(optimize(changed(tmp_path, plan=""), EXACT)) == pytest.approx([100, 0, 0])


def test_new_suppliers_are_barred_unless_asked_for(tmp_path):
    dear = changed(tmp_path, largest=0.2)
    free = changed(tmp_path, largest=0.2, new_suppliers=True)
    assert np.isfinite(dear.purchase_limits.highest).all()
    assert np.isinf(free.purchase_limits.highest[2]).all()
    assert bought(optimize(free, EXACT)) == pytest.approx([60, 40, 0])


def test_the_reference_is_not_bound_by_the_given_plan(tmp_path):
    assert bought(reference_plan(changed(tmp_path, largest=0.0), EXACT)) == pytest.approx([100, 0, 0])


def test_a_run_folder_names_its_plan(tmp_path):
    assert bought(optimize(changed(tmp_path, plan=tmp_path, largest=0.2), EXACT)) == pytest.approx(
        [60, 40, 0]
    )


def test_a_missing_or_foreign_plan_is_said(tmp_path):
    with pytest.raises(ConfigError, match="not found"):
        changed(tmp_path, plan="nowhere.nc")
    other = tmp_path / "other.nc"
    optimize(scenario(**TWO_PLANTS, demand=CASE["demand"]), EXACT).drop_attrs().to_netcdf(other)
    with pytest.raises(ConfigError, match="shares no offer"):
        changed(tmp_path, plan=other)
    other.write_text("not a plan")
    with pytest.raises(ConfigError, match="cannot be read"):
        changed(tmp_path, plan=other)


# ---------------------------------------------------------------- checks and verification


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"sourcing_rules": rule()}, "states no bound"),
        ({"sourcing_rules": rule(minimum_share=0.6, maximum_share=0.5, site="far")}, "below the minimum"),
        ({"sourcing_rules": rule(minimum_count=3, share_if_used=0.4)}, "more than there is"),
        ({"sourcing_rules": rule(group="huge", minimum_share=0.6)}, "no site is of this group"),
        ({"sourcing_rules": rule(tag="gold", minimum_share=0.6)}, "no site or offer has this tag"),
        ({"sourcing_rules": rule(data_tiers="own;guess", minimum_share=0.6)}, "is not a data tier"),
        ({"sourcing_rules": rule(site="mill", minimum_share=0.6)}, "no offer fits the rule"),
        ({"sourcing_rules": rule(region="south", minimum_count=3)}, "more offers than fit"),
        ({"sourcing_rules": rule(maximum_share=0.6)}, "always 1"),
        ({"offers": OFFERS.replace("near ore 10 - national - 0", "near ore 10 50 national - 60")}, "ordered"),
        (
            {
                **TWO_PLANTS,
                "lanes": TWO_PLANTS["lanes"]
                .replace("cost\n", "cost capacity\n")
                .replace("ore 0", "ore 0 20")
                .replace("ore 5", "ore 5 20")
                .replace("ore 1", "ore 1 20"),
                "demand": "site product quantity single_source\ntown ore 30 yes",
            },
            "no single lane carries it",
        ),
    ],
)
def test_broken_tables_are_named(changes, complaint):
    assert any(complaint in problem for problem in problems(**changes)), problems(**changes)


@pytest.mark.parametrize(
    ("changes", "variable", "element", "value", "complaint"),
    [
        ({"offers": OFFERS.replace("national - 0", "national - 50")}, "purchase", 0, 30.0, "minimum order"),
        (
            {"offer_tiers": "offer from_quantity price\nnear_ore 60 9"},
            "purchase",
            0,
            50.0,
            "price of the tier",
        ),
        (
            {"offer_tiers": "offer from_quantity price\nnear_ore 60 9"},
            "tier_purchase",
            1,
            1.0,
            "purchase by tier",
        ),
        ({"sourcing_rules": rule(share_if_used=0.3)}, "purchase", 1, 5.0, "share if used"),
        ({"sourcing_rules": rule(maximum_count=1)}, "purchase", 1, 5.0, "sourcing rule tested"),
    ],
)
def test_verify_catches_broken_sourcing(changes, variable, element, value, complaint):
    case = scenario(**changes)
    plan = optimize(case, EXACT)
    plan[variable][element] = value
    with pytest.raises(VerificationError) as caught:
        verify(case, plan, rates(case))
    assert str(caught.value)
    worst = {
        name for name, off, _ in sourcing_findings(case, activities_of(plan)) if np.max(off, initial=0) > 1e-3
    }
    assert any(complaint in name for name in worst), worst
