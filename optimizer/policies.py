"""Which rules are policy: caps, demand, shares and counts, money, pins and custom rules.

Each entry knows the rows of its rule, the limit as the planner wrote it, and how a miss in the row's
unit becomes a new limit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyomo.environ as pyo

from optimizer.models import purchases, sourcing
from optimizer.models.instance import Instance
from optimizer.policies_network import network_policies
from optimizer.policy import (
    AT_LEAST,
    AT_MOST,
    Policy,
    Prices,
    evaluated,
    goods_unit,
    grid,
    ones,
    present_values,
    weight,
)
from scenarios.linear_rules import LinearRules
from scenarios.scenario import Floats, Integers
from scenarios.settings import CapKind


def policies(model: pyo.ConcreteModel, instance: Instance, price: Prices) -> list[Policy]:
    """Return every policy that the instance has, with at least one row."""
    found = [
        *_caps(model, instance, price),
        *_demands(instance, price),
        *_minimum_use(model, instance, price),
        *_shares(model, instance, price),
        *_counts(instance, price),
        *_change(instance, price),
        *_green(model, instance, price),
        *_flows(instance, price),
        *network_policies(model, instance, price),
        *_investment(instance, price),
        *_rows("pin_kept", "pin", instance.scenario.pins, model, instance, price),
        *_rows("custom_rule_kept", "custom rule", instance.scenario.custom_rules, model, instance, price),
        *_rows("target_kept", "target", instance.scenario.target_rules, model, instance, price),
        *_rows("basin_water", "water cap", instance.scenario.basin_rules, model, instance, price),
    ]
    return [policy for policy in found if len(policy.row)]


def _caps(model: pyo.ConcreteModel, instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, periods = instance.scenario, len(instance.scenario.periods)
    for c, cap in enumerate(instance.caps):
        if cap.settings.overrun_price is not None:
            continue
        when = np.flatnonzero(np.isfinite(instance.limits[c]))
        kind, counted = cap.settings.kind, cap.counted_output

        def output(when: Integers = when, counted: np.ndarray = counted) -> Floats:
            unmet = model.unmet.value_array.reshape(-1, periods)
            total: Floats = (scenario.demands.quantity - unmet)[counted].sum(axis=0)[when]
            return np.maximum(total, 1e-9)

        intensity, cumulative = kind is CapKind.INTENSITY, kind is CapKind.CUMULATIVE
        yield Policy(
            "overrun",
            "cap",
            AT_MOST,
            c * periods + when,
            np.full(len(when), cap.label, dtype=object),
            np.full(len(when), c),
            when,
            instance.limits[c, when],
            "tCO2e/unit" if intensity else "tCO2e" if cumulative else "tCO2e/year",
            "tCO2e" if cumulative else "tCO2e/year",
            price.carbon * (np.ones(len(when)) if cumulative else weight(scenario, when)),
            output if intensity else ones(len(when)),
        )


def _demands(instance: Instance, price: Prices) -> Iterator[Policy]:
    demands = instance.scenario.demands
    element, period = np.nonzero(~np.isfinite(demands.shortage_cost) & (demands.quantity > 0))
    yield Policy(
        "unmet",
        "demand",
        AT_LEAST,
        element * len(instance.scenario.periods) + period,
        demands.label[element],
        element,
        period,
        demands.quantity[element, period],
        goods_unit(instance.scenario),
        goods_unit(instance.scenario),
        price.demand * weight(instance.scenario, period),
        ones(len(element)),
    )


def _minimum_use(model: pyo.ConcreteModel, instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, lines = instance.scenario, instance.scenario.lines
    element, period = grid(np.flatnonzero((lines.minimum_use > 0).any(axis=1)), len(scenario.periods))
    column = element * len(scenario.periods) + period
    yield Policy(
        "minimum_use",
        "minimum use",
        AT_LEAST,
        np.arange(len(element)),
        lines.label[element],
        element,
        period,
        lines.minimum_use[element, period],
        "share",
        goods_unit(scenario),
        price.goods * weight(scenario, period),
        lambda: np.maximum(model.standing.value_array[column], 1e-9),
    )


def _shares(model: pyo.ConcreteModel, instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, rules = instance.scenario, instance.scenario.sourcing_rules
    periods = len(scenario.periods)
    least = ("least_share", AT_LEAST, rules.minimum_share, rules.with_least)
    largest = ("largest_share", AT_MOST, rules.maximum_share, rules.with_largest)
    quota = rules.kind == "quota"
    for (rule, side, share, bound), kind, asked in (
        (least, "sourcing share", ~quota),
        (largest, "sourcing share", ~quota),
        (least, "quota", quota),
        (largest, "quota", quota),
    ):
        element, period = grid(bound, periods)
        row = np.flatnonzero(~np.isnan(share[element, period]) & asked[element])
        element, period = element[row], period[row]
        spend = rules.by_spend[element]

        def whole(bound: Integers = bound, row: Integers = row) -> Floats:
            terms = [
                part
                for row, rule in enumerate(bound.tolist())
                for part in purchases.measured(
                    model, instance, rules.among[rule], bool(rules.by_spend[rule]), row, 1.0
                )
            ]
            return np.maximum(evaluated(terms, len(bound) * periods)[row], 1e-9)

        yield Policy(
            rule,
            kind,
            side,
            row,
            rules.label[element],
            element,
            period,
            share[element, period],
            "share",
            goods_unit(scenario) if not spend.any() else "units or currency a year",
            np.where(spend, price.money, price.goods) * weight(scenario, period),
            whole,
        )


def _counts(instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, rules = instance.scenario, instance.scenario.sourcing_rules
    bound = np.union1d(sourcing.counted_rules(scenario), sourcing.floored_rules(scenario))
    element, period = grid(bound, len(scenario.periods))
    for side, count in ((AT_LEAST, rules.minimum_count), (AT_MOST, rules.maximum_count)):
        keep = np.flatnonzero(~np.isnan(count[element]))
        yield Policy(
            "supplier_count",
            "supplier count",
            side,
            keep,
            rules.label[element[keep]],
            element[keep],
            period[keep],
            count[element[keep]],
            "offers",
            "offers",
            price.count * weight(scenario, period[keep]),
            ones(len(keep)),
        )


def _change(instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, limits = instance.scenario, instance.scenario.purchase_limits
    element, period = np.nonzero(limits.limited)
    for side, bound in ((AT_LEAST, limits.lowest), (AT_MOST, limits.highest)):
        limit = bound[element, period]
        keep = np.flatnonzero(np.isfinite(limit))
        yield Policy(
            "change_limited",
            "limit on change",
            side,
            keep,
            scenario.offers.label[element[keep]],
            element[keep],
            period[keep],
            limit[keep],
            goods_unit(scenario),
            goods_unit(scenario),
            price.goods * weight(scenario, period[keep]),
            ones(len(keep)),
        )


def _green(model: pyo.ConcreteModel, instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario = instance.scenario
    target = scenario.pathway.levers.minimum_green_share
    wanted = (
        ("green_share", "green share", scenario.periods.interpolate(target or {0: 0.0}, before_first=0.0)),
        ("matched_share", "matched share", scenario.electricity.share_by_period(scenario.periods)),
    )
    own = scenario.sites.owner[scenario.supplies.site] == "own"
    for rule, kind, share in wanted:
        when = np.flatnonzero(share > 0)
        if not len(when):
            continue

        def load(when: Integers = when) -> Floats:
            power = model.power.value_array.reshape(-1, len(scenario.periods))
            return np.maximum(power[own].sum(axis=0)[when], 1e-9)

        yield Policy(
            rule,
            kind,
            AT_LEAST,
            np.arange(len(when)),
            np.full(len(when), "own sites", dtype=object),
            np.zeros(len(when), dtype=np.int64),
            when,
            share[when],
            "share",
            "MWh/year",
            price.power * weight(scenario, when),
            load,
        )


def _flows(instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, periods, unit = instance.scenario, len(instance.scenario.periods), goods_unit(instance.scenario)
    ceilings, disposals = scenario.ceilings, scenario.disposals
    for rule, kind, label, limit in (
        ("production_ceiling", "ceiling", ceilings.label, ceilings.maximum.ravel()),
        ("disposal_limit", "disposal limit", disposals.limit_label, np.repeat(disposals.limit, periods)),
    ):
        element, period = grid(np.arange(len(label)), periods)
        worth = price.goods * weight(scenario, period)
        yield Policy(
            *(rule, kind, AT_MOST, np.arange(len(element)), label[element], element, period, limit),
            *(unit, unit, worth, ones(len(element))),
        )


def _investment(instance: Instance, price: Prices) -> Iterator[Policy]:
    scenario, budgets, counts = (
        instance.scenario,
        instance.scenario.budgets,
        instance.scenario.intervention_counts,
    )
    everything = np.arange(len(budgets.label))
    worth, currency = np.full(len(everything), price.money), scenario.currency
    yield Policy(
        *("budget_kept", "budget", AT_MOST, everything, budgets.label, everything, budgets.period),
        *(budgets.amount, currency, currency, worth, ones(len(everything))),
    )
    for side, count in ((AT_LEAST, counts.minimum), (AT_MOST, counts.maximum)):
        keep = np.flatnonzero(~np.isnan(count))
        worth = np.full(len(keep), price.count)
        yield Policy(
            *("intervention_count", "intervention count", side, keep, counts.label[keep], keep),
            *(counts.period[keep], count[keep], "interventions", "interventions", worth, ones(len(keep))),
        )
    seats = scenario.programmes.seats
    everything = np.arange(len(seats.label))
    yield Policy(
        *("seats_given", "seats of a programme", AT_MOST, everything, seats.label, everything),
        *(np.array([when[0] for when in seats.periods], dtype=np.int64), seats.most, "seats", "seats"),
        *(np.full(len(everything), price.count), ones(len(everything))),
    )


def _rows(
    rule: str, kind: str, rules: LinearRules, model: pyo.ConcreteModel, instance: Instance, price: Prices
) -> Iterator[Policy]:
    scenario = instance.scenario
    for side, limit in ((AT_LEAST, rules.lower), (AT_MOST, rules.upper)):
        finite = np.isfinite(limit)
        for unit in sorted({str(u) for u in rules.unit[finite]}):
            for share in (False, True):
                keep = np.flatnonzero(finite & (rules.unit == unit) & (rules.is_share == share))

                def base(keep: Integers = keep) -> Floats:
                    return np.maximum(rules.sums(present_values(model, scenario))[1][keep], 1e-9)

                # Of an intensity is missed what its sum is too much, a year.
                missed = unit.replace("/unit", "/year") if share else unit
                yearly = "/year" in missed
                worth = weight(scenario, rules.period[keep]) if yearly else np.ones(len(keep))
                yield Policy(
                    *(rule, kind, side, keep, rules.label[keep], keep, rules.period[keep], limit[keep]),
                    *("share" if share and missed == unit else unit, missed),
                    *(price.of(missed, scenario.currency) * worth, base),
                )
