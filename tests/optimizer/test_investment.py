"""Modules, ladders, counts, budgets, subsidies and loans, by hand on the tutorial case.

The tutorial with a cap of 70 % in 2026 needs 31,862 t of scrap steel, hence 35,049 t of scrap: 15,049 t
more than the yard sorts (docs/tutorial.md).
"""

import numpy as np
import pandas as pd
import pytest

from optimizer import SolverSettings, optimize
from optimizer.verify import verify
from scenarios import (
    CarbonSettings,
    InfeasibleError,
    ScenarioSettings,
    VerificationError,
    read_tables,
    scenario_from_tables,
)
from scenarios.ledger import rates
from scenarios.loading import BUNDLED
from scenarios.schema import TABLES

EXACT = SolverSettings(mip_gap=0.0)
SCRAP_STEEL = 62_100 / 1.949
CAPPED = CarbonSettings(cap_2026=0.7)
ORE_ONLY = 352e6
PHASE, SOLAR, MANAGEMENT = "base_phase_2", "mill_solar", "mill_energy_management"


@pytest.fixture
def tables():
    return {name: frame.copy() for name, frame in read_tables(BUNDLED / "tutorial").items()}


def change(tables, intervention, **values):
    frame = tables["interventions"]
    for column, value in values.items():
        where = frame["intervention"] == intervention
        given = pd.Series([value] * int(where.sum()), index=frame.index[where])
        frame[column] = given.reindex(frame.index).where(where, frame[column])


def add(tables, table, **values):
    """Append a row, blank where nothing is given."""
    described = TABLES[table]
    row = {column.name: column.default for column in described.all_columns}
    row = {
        name: ("" if value is None and described.column(name).kind == "text" else value)
        for name, value in row.items()
    }
    frame = tables[table]
    new = pd.DataFrame([{**row, "row": len(frame) + 2, **values}])
    tables[table] = new if frame.empty else pd.concat([frame, new], ignore_index=True)
    for column in described.all_columns:
        if column.kind in ("number", "integer"):
            tables[table][column.name] = tables[table][column.name].astype(float)


def scenario_of(tables, carbon=CAPPED, **settings):
    given = {"first_year": 2025, "last_year": 2026, "discount_rate": 0.0, **settings}
    return scenario_from_tables(tables, ScenarioSettings(name="case", data="tutorial", **given), carbon)


def solved(tables, carbon=CAPPED, **settings):
    return optimize(scenario_of(tables, carbon, **settings), EXACT)


def decided(plan, intervention):
    return plan["adopt"].sel(intervention=intervention).to_numpy().tolist()


def small_modules(tables, most):
    """Phase II in modules of 10,000 t at 9 million."""
    change(tables, PHASE, capex=9e6, maximum_modules=most)
    effects = tables["effects"]
    effects.loc[effects["intervention"] == PHASE, "amount"] = 10_000.0


def test_as_many_modules_as_needed(tables):
    small_modules(tables, 3)
    plan = solved(tables)
    assert decided(plan, PHASE) == [2, 0]
    assert plan["in_effect"].sel(intervention=PHASE).to_numpy().tolist() == [0, 2]
    assert float(plan["standing"].sel(line="base_yard", period=2026)) == 40_000
    # Two modules cost 18 million, a twentieth of it used up by the end of 2026.
    assert plan.attrs["objective"] == pytest.approx(ORE_ONLY + SCRAP_STEEL * 1287.5 + 0.9e6 + 0.5e6, rel=1e-9)


def test_one_module_is_not_enough(tables):
    small_modules(tables, 1)
    with pytest.raises(InfeasibleError):
        solved(tables)


def test_a_cut_is_had_once_however_many_modules(tables):
    small_modules(tables, 3)
    change(tables, MANAGEMENT, latest=2000)  # gone: the phase now saves the power
    add(tables, "effects", intervention=PHASE, effect="cuts_electricity", process="scrap_route", amount=0.1)
    plan = solved(tables)
    assert decided(plan, PHASE) == [2, 0]
    assert float(plan["power"].sel(period=2026).sum()) == pytest.approx(0.45 * SCRAP_STEEL)
    assert plan.attrs["objective"] == pytest.approx(ORE_ONLY + SCRAP_STEEL * 1287.5 + 0.9e6, rel=1e-9)


def test_power_modules_add_up(tables):
    # A module of 1 MW gives 0.15 x 8,760 = 1,314 MWh; a fifth of the load is 2,868 MWh, worth 610 each.
    change(tables, SOLAR, capex=2.5e6, opex=0.0, maximum_modules=5)  # 0.1 million for one year's use
    effects = tables["effects"]
    effects.loc[effects["intervention"] == SOLAR, "amount"] = 1.0
    plan = solved(tables)
    assert decided(plan, SOLAR) == [3, 0]  # the third still saves (2,868 - 2,628) x 610 = 0.146 million
    assert float(plan["power"].sel(supply="mill:solar", period=2026)) == pytest.approx(
        0.2 * 0.45 * SCRAP_STEEL
    )
    change(tables, SOLAR, capex=4e6)  # 0.16 million: the third does not pay
    assert decided(solved(tables), SOLAR) == [2, 0]


def test_rivals_exclude_all_modules(tables):
    small_modules(tables, 3)
    for name in (PHASE, MANAGEMENT):
        change(tables, name, exclusive_group="rivals")
    plan = solved(tables)
    assert decided(plan, MANAGEMENT) == [0, 0]
    assert plan.attrs["objective"] == pytest.approx(ORE_ONLY + SCRAP_STEEL * 1318.0 + 0.9e6, rel=1e-9)


def test_a_modular_prerequisite_needs_one_module(tables):
    small_modules(tables, 3)
    change(tables, MANAGEMENT, requires=(PHASE,))
    plan = solved(tables)  # in effect in 2026, when management is wanted
    assert decided(plan, MANAGEMENT) == [0, 1]
    change(tables, PHASE, requires=(SOLAR,))
    change(tables, SOLAR, lead_years=0, capex=0.0, opex=0.0)
    plan = solved(tables)
    assert decided(plan, PHASE) == [2, 0]
    assert decided(plan, SOLAR)[0] == 1


def test_a_ladder_is_climbed_stage_by_stage(tables):
    small_modules(tables, 1)
    frame = tables["interventions"]
    second = frame[frame["intervention"] == PHASE].assign(intervention="base_phase_3")
    tables["interventions"] = pd.concat([frame, second], ignore_index=True)
    add(
        tables,
        "effects",
        intervention="base_phase_3",
        effect="adds_capacity",
        line="base_yard",
        amount=10_000.0,
    )
    later = CarbonSettings(cap_2026=1.0, cap_2027=0.7)
    free = solved(tables, later, last_year=2027)
    # Without a ladder both are built as late as possible, when more of their life is left.
    assert decided(free, PHASE) == decided(free, "base_phase_3") == [0, 1, 0]
    change(tables, "base_phase_3", requires=(PHASE,))
    ladder = solved(tables, later, last_year=2027)
    assert decided(ladder, PHASE) == [1, 0, 0]
    assert decided(ladder, "base_phase_3") == [0, 1, 0]
    assert ladder.attrs["objective"] == pytest.approx(free.attrs["objective"] + 9e6 / 20, rel=1e-9)


def test_retired_capacity_is_gone(tables):
    add(
        tables,
        "effects",
        intervention=MANAGEMENT,
        effect="retires_capacity",
        line="mill_blast_furnace",
        amount=50e3,
    )
    add(tables, "intervention_counts", rule="close", kind="energy management", by_year=2026.0, minimum=1.0)
    plan = solved(tables, CarbonSettings())
    assert float(plan["standing"].sel(line="mill_blast_furnace", period=2026)) == 70_000
    # 30,000 t from scrap on grid power: 2,773 + 0.45 x 600 - 1,760 = 1,283 more each.
    assert plan.attrs["objective"] == pytest.approx(ORE_ONLY + 30_000 * 1283 + 1.35e6 + 0.5e6, rel=1e-9)


def test_a_least_count_by_a_year(tables):
    assert solved(tables, CarbonSettings()).attrs["objective"] == pytest.approx(ORE_ONLY)
    add(tables, "intervention_counts", rule="sun", kind="onsite solar", by_year=2026.0, minimum=1.0)
    plan = solved(tables, CarbonSettings())
    assert decided(plan, SOLAR) == [1, 0]
    assert plan.attrs["objective"] == pytest.approx(ORE_ONLY + 60e6 / 25 + 0.4e6)


def test_a_largest_count_of_a_list_ever_decided(tables):
    add(tables, "intervention_counts", rule="few", interventions=(PHASE, MANAGEMENT), maximum=1.0)
    plan = solved(tables)
    assert decided(plan, MANAGEMENT) == [0, 0]
    assert plan.attrs["objective"] == pytest.approx(ORE_ONLY + SCRAP_STEEL * 1318.0 + 1.35e6, rel=1e-9)


def test_modules_count_as_one_intervention(tables):
    small_modules(tables, 3)
    add(tables, "intervention_counts", rule="few", interventions=(PHASE, MANAGEMENT), maximum=2.0)
    add(tables, "intervention_counts", rule="one", interventions=(PHASE,), by_year=2026.0, maximum=1.0)
    assert decided(solved(tables), PHASE) == [2, 0]
    add(tables, "intervention_counts", rule="all", interventions=(PHASE, SOLAR, MANAGEMENT), minimum=3.0)
    assert decided(solved(tables), SOLAR) == [1, 0]  # a second module of the phase would not do


def test_a_rule_beyond_the_horizon_is_named_and_does_not_hold(tables):
    add(tables, "intervention_counts", rule="late", kind="onsite solar", by_year=2040.0, minimum=1.0)
    add(tables, "budgets", budget="later", year=2041.0, amount=0.0)
    scenario = scenario_of(tables)
    assert [w for w in scenario.warnings if "late" in w and "2040" in w]
    assert [w for w in scenario.warnings if "later" in w and "2041" in w]
    assert decided(optimize(scenario, EXACT), SOLAR) == [0, 0]


def test_a_budget_of_the_horizon(tables):
    add(tables, "budgets", budget="all", amount=26e6)
    with pytest.raises(InfeasibleError):
        solved(tables)
    change(tables, PHASE, subsidy_share=0.1)  # 24.3 million are left to pay
    assert decided(solved(tables), PHASE) == [1, 0]


def test_a_yearly_budget_spreads_modules(tables):
    small_modules(tables, 3)
    later = CarbonSettings(cap_2026=1.0, cap_2027=0.7)
    assert decided(solved(tables, later, last_year=2027), PHASE) == [0, 2, 0]
    add(tables, "budgets", budget="a year", kind="scrap base phase", year=2026.0, amount=10e6)
    assert decided(solved(tables, later, last_year=2027), PHASE) == [1, 1, 0]


def test_a_budget_of_another_kind_does_not_bind(tables):
    add(tables, "budgets", budget="sun", kind="onsite solar", amount=0.0)
    assert decided(solved(tables), PHASE) == [1, 0]


def test_a_subsidy_is_shown_beside_the_capex_and_lowers_what_is_left(tables):
    change(tables, PHASE, subsidy_share=0.3)
    plan = solved(tables)
    paid = plan["cost_npv"].to_pandas()
    assert paid["capex"] == pytest.approx(27e6)
    assert paid["subsidy"] == pytest.approx(-8.1e6)
    assert paid["residual_value"] == pytest.approx(-0.7 * 27e6 * 19 / 20)
    assert plan.attrs["objective"] == pytest.approx(
        ORE_ONLY + SCRAP_STEEL * 1287.5 + 0.7 * 1.35e6 + 0.5e6, rel=1e-9
    )


def test_a_fully_subsidised_investment_earns_nothing_by_itself(tables):
    change(tables, SOLAR, subsidy_share=1.0)
    plan = solved(tables, CarbonSettings())
    assert decided(plan, SOLAR) == [0, 0]  # nothing to run on sun: only its opex would be left


def test_a_loan_without_interest_moves_money_only(tables):
    change(tables, PHASE, loan_share=0.5, loan_rate=0.0, loan_years=10)
    plan = solved(tables)
    cost = plan["cost"].to_pandas()
    assert cost.loc["capex"].tolist() == pytest.approx([27e6, 0])
    assert cost.loc["loan_received"].tolist() == pytest.approx([-13.5e6, 0])
    assert cost.loc["loan_repayment"].tolist() == pytest.approx([1.35e6, 1.35e6])
    assert cost.loc["loan_left"].tolist() == pytest.approx([0, 10.8e6])
    assert plan.attrs["objective"] == pytest.approx(solved_without_loan(tables), rel=1e-12)


def solved_without_loan(tables, **settings):
    change(tables, PHASE, loan_share=0.0)
    return solved(tables, **settings).attrs["objective"]


def test_a_loan_at_the_discount_rate_changes_no_present_value(tables):
    change(tables, PHASE, subsidy_share=0.2, loan_share=1.0, loan_rate=0.08, loan_years=7)
    horizon = {"discount_rate": 0.08, "last_year": 2028}
    plan = solved(tables, **horizon)
    assert float(plan["cost_npv"].sel(cost_account="loan_repayment")) > 1e6
    assert plan.attrs["objective"] == pytest.approx(solved_without_loan(tables, **horizon), rel=1e-9)


def test_a_loan_with_interest_by_its_balance_year_by_year(tables):
    change(tables, PHASE, loan_share=1.0, loan_rate=0.1, loan_years=3)
    plan = solved(tables)
    instalment = float(plan["cost"].sel(cost_account="loan_repayment", period=2025))
    balance = 27e6
    for year in range(3):  # interest for half a year, the instalment, interest for the other half
        balance = (balance * 1.1**0.5 - instalment) * 1.1**0.5
        if year == 1:
            left = float(plan["cost"].sel(cost_account="loan_left").sum())
            assert left == pytest.approx(balance, rel=1e-9)
    assert balance == pytest.approx(0, abs=1e-3)


def test_a_loan_that_ends_within_a_period_of_several_years(tables):
    change(tables, PHASE, loan_share=1.0, loan_rate=0.0, loan_years=5)
    later = CarbonSettings(cap_2028=0.7, cap_2025=1.0)
    plan = solved(tables, later, last_year=2033, years_per_period=3)
    assert decided(plan, PHASE) == [1, 0, 0]
    assert plan["indebted"].to_numpy().tolist() == [pytest.approx([1, 2 / 3, 0])]
    assert plan["cost"].sel(cost_account="loan_repayment").to_numpy() == pytest.approx([16.2e6, 10.8e6, 0])


@pytest.mark.parametrize(
    ("variable", "label", "amount", "complaint"),
    [
        ("indebted", PHASE, 0.5, "loan of base_phase_2 repaid"),
        ("adopt", PHASE, 3.0, "decided once"),
        ("adopt", SOLAR, 1.0, "budget all"),
    ],
)
def test_verify_notices(tables, variable, label, amount, complaint):
    change(tables, PHASE, loan_share=0.5)
    add(tables, "budgets", budget="all", amount=30e6)
    scenario = scenario_of(tables)
    plan = optimize(scenario, EXACT)
    broken = plan.copy(deep=True)
    broken[variable].loc[{plan[variable].dims[0]: label, "period": 2025}] += amount
    with pytest.raises(VerificationError, match=complaint):
        verify(scenario, broken, rates(scenario))


def test_without_modules_nothing_new_is_in_the_model(tables):
    from optimizer import build

    model = build(scenario_of(tables, CarbonSettings()))
    assert len(model.present) == len(model.chosen) == len(model.indebted) == 0
    assert model.adopt.binary
    assert np.array_equal(model.in_effect.upper, np.ones(6))


def test_a_yearly_budget_holds_for_all_months_of_the_year(tables):
    add(tables, "budgets", budget="a year", year=2026.0, amount=10e6)
    add(tables, "intervention_counts", rule="by the end", kind="onsite solar", by_year=2026.0, minimum=1.0)
    scenario = scenario_of(tables, CarbonSettings(), months_per_period=3)
    assert scenario.budgets.periods[0].tolist() == [4, 5, 6, 7]
    assert scenario.intervention_counts.period.tolist() == [7]
