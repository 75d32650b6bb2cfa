"""A second opinion on every plan: each rule recomputed from the Dataset alone, without the model.

Written apart from ``models/`` on purpose: what it checks is the scenario's meaning, not the rows
that were sent to the solver.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from optimizer.verify_carbon_money import carbon_money_findings
from optimizer.verify_claims import claim_findings
from optimizer.verify_classes import class_findings
from optimizer.verify_credits import credit_findings
from optimizer.verify_flows import flow_findings, put_into_nodes
from optimizer.verify_investment import investment_findings
from optimizer.verify_objective import objective_findings
from optimizer.verify_power import power_findings
from optimizer.verify_programmes import programme_findings
from optimizer.verify_rules import planner_rules
from optimizer.verify_sourcing import sourcing_findings
from scenarios.accounts import COST_ACCOUNTS, EMISSION_ACCOUNTS
from scenarios.errors import VerificationError
from scenarios.ledger import Ledger
from scenarios.periods import SAME_MOMENT
from scenarios.plans import activities_of
from scenarios.scenario import Floats, Scenario
from scenarios.settings import CapKind

TOLERANCE = 1e-6  # of the largest quantity in the rule; the solver works to 1e-7
SHOWN = 5

Finding = tuple[str, Floats, Floats]  # rule, violation, size of what is compared


def verify(scenario: Scenario, plan: xr.Dataset, ledger: Ledger) -> float:
    """Return the largest relative violation of any rule; raise VerificationError if one is real.

    Checks balances, capacities, shares, decisions, power, caps, and that cost and emissions in the
    Dataset are what the ledger says of its activities.
    """
    x = activities_of(plan)
    worst, messages = 0.0, []
    findings = [*_goods(scenario, x), *_lines(scenario, x), *_decisions(scenario, x), *_covers(scenario, x)]
    findings += investment_findings(s=scenario, x=x)
    findings += programme_findings(scenario, x)
    findings += carbon_money_findings(scenario, ledger, x)
    findings += credit_findings(scenario, ledger, plan, x)
    findings += planner_rules(scenario, x)
    findings += flow_findings(scenario, x)
    findings += class_findings(scenario, x, ledger)
    findings += [
        *power_findings(scenario, plan, x),
        *claim_findings(scenario, plan, x),
        *sourcing_findings(scenario, x),
        *_caps(scenario, plan),
        *_booked(plan, ledger, x),
    ]
    for rule, violation, size in findings:
        if not violation.size:
            continue
        relative = np.max(violation) / max(float(np.max(np.abs(size), initial=0.0)), 1.0)
        worst = max(worst, float(relative))
        if not relative <= TOLERANCE:  # also catches NaN
            messages.append(f"{rule}: off by {np.max(violation):.6g}, {relative:.2g} of its size")
    if messages:
        more = f" and {len(messages) - SHOWN} more" if len(messages) > SHOWN else ""
        message = "the plan breaks its own rules when recomputed: " + "; ".join(messages[:SHOWN]) + more
        raise VerificationError(message)
    return worst


def _goods(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    balance = np.zeros((len(s.nodes.label), len(s.periods)))
    np.add.at(balance, s.offers.node, x["purchase"])
    np.add.at(balance, s.arcs.head, x["flow"])
    np.subtract.at(balance, s.arcs.tail, x["flow"])
    np.add.at(balance, s.recipe.node, s.recipe.quantity[:, None] * x["run"][s.recipe.operation])
    np.add.at(
        balance, s.covers.input_node, s.covers.input_quantity[:, None] * x["covered"][s.covers.input_cover]
    )
    balance += put_into_nodes(s, x)
    np.subtract.at(balance, s.demands.node, x["delivered"])
    yield "node balance", np.abs(balance), x["flow"]
    yield "demand", np.abs(x["delivered"] + x["unmet"] - s.demands.quantity), s.demands.quantity
    must = ~np.isfinite(s.demands.shortage_cost)
    yield "demand that must be met", x["unmet"][must], s.demands.quantity
    yield "offer capacity", np.maximum(x["purchase"] - s.offers.capacity, 0), x["purchase"]
    tonnes = np.zeros((len(s.lanes.label), len(s.periods)))
    np.add.at(tonnes, s.arcs.lane, x["flow"] * s.arcs.tonnes_per_unit[:, None])
    yield "lane capacity", np.maximum(tonnes - s.lanes.capacity[:, None], 0), tonnes
    beyond = s.arcs.great_circle_km > s.sites.service_radius_km[s.arcs.origin]
    yield "service radius", x["flow"][beyond], x["flow"]
    for name in ("purchase", "flow", "run", "power", "covered", "unmet", "delivered"):
        yield f"{name} is not negative", np.maximum(-x[name], 0), x[name]


def _lines(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    used = np.zeros_like(x["standing"])
    np.add.at(used, s.operations.line, s.operations.use[:, None] * x["run"])
    yield "line capacity", np.maximum(used - x["standing"], 0), x["standing"]
    yield "minimum use", np.maximum(s.lines.minimum_use * x["standing"] - used, 0), x["standing"]
    own = s.operations.use[:, None] * x["run"]
    share = s.operations.maximum_share[:, None] * used[s.operations.line]
    yield "recipe share", np.maximum(own - share, 0), x["standing"]
    standing = s.lines.capacity.copy()
    for i, line, amount in zip(
        s.capacity_changes.intervention, s.capacity_changes.line, s.capacity_changes.amount, strict=True
    ):
        standing[line] += amount * x["in_effect"][i]
    yield "capacity in place", np.abs(standing - x["standing"]), x["standing"]


def _decisions(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    adopt, start = x["adopt"], s.periods.start
    yield "decisions are whole", np.abs(adopt - np.round(adopt)), np.ones(1)
    yield "decided once", np.maximum(adopt.sum(axis=1) - s.interventions.maximum_modules, 0), np.ones(1)
    yield "only allowed interventions", adopt[~s.interventions.allowed], np.ones(1)
    for i, needed in enumerate(s.interventions.requires):
        for j in needed.tolist():
            yield (
                f"{s.interventions.label[i]} needs {s.interventions.label[j]}",
                adopt[i] * (x["in_effect"][j] < 0.5),
                np.ones(1),
            )
    for group in {g for g in s.interventions.exclusive_group if g}:
        chosen = adopt[s.interventions.exclusive_group == group].any(axis=1).sum()
        yield f"one of {group}", np.maximum(np.atleast_1d(chosen) - 1, 0), np.ones(1)
    active = np.zeros_like(adopt)
    for i, d in zip(*np.nonzero(adopt > 0.5), strict=True):
        begins = start[d] + s.interventions.lead_years[i]
        now = start + SAME_MOMENT
        working = (now >= begins) & (now < begins + s.interventions.life_years[i])
        active[i] += adopt[i, d] * working
    yield "in effect as decided", np.abs(active - x["in_effect"]), np.ones(1)
    outside = (start < s.interventions.earliest[:, None]) | (start >= s.interventions.latest[:, None] + 1)
    yield "decided in its window", adopt * outside, np.ones(1)
    for family, activity, locked in (
        ("operation", x["run"], s.operations.locked),
        ("arc", x["flow"], s.arcs.locked),
        ("offer", x["purchase"], s.offers.locked),
    ):
        opened = np.zeros_like(activity)
        mine = s.unlocks.family == family
        np.add.at(opened, s.unlocks.element[mine], x["in_effect"][s.unlocks.intervention[mine]])
        yield f"locked {family}", activity * (locked[:, None] & (opened < 0.5)), activity


def _covers(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    for family, activity in (("operation", x["run"]), ("arc", x["flow"]), ("offer", x["purchase"])):
        members = s.covers.of(family)
        there = np.minimum(x["in_effect"][s.covers.intervention[members]], 1)
        exact = activity[s.covers.element[members]] * there
        yield f"what interventions improve ({family})", np.abs(x["covered"][members] - exact), activity


def _caps(s: Scenario, plan: xr.Dataset) -> Iterator[Finding]:
    for label in plan["cap"].to_numpy():
        names = ("cap_limit", "cap_margin", "cap_emissions")
        limit, margin, value = (plan[name].sel(cap=label).to_numpy() for name in names)
        limit = limit * (1 - margin)
        overrun = plan["overrun"].sel(cap=label).to_numpy()
        if s.carbon.all_caps[label].kind is CapKind.INTENSITY:
            overrun = overrun / np.maximum(plan["delivered"].sum("demand").to_numpy(), 1.0)
        excess = np.maximum(np.nan_to_num(value - limit) - overrun, 0)
        yield f"cap {label}", excess / max(float(np.nanmax(limit, initial=0)), 1e-9), np.ones(1)


def _booked(plan: xr.Dataset, ledger: Ledger, x: dict[str, Floats]) -> Iterator[Finding]:
    priced = ledger.price(x)
    for a, account in enumerate(COST_ACCOUNTS):
        yield (
            f"cost account {account}",
            np.abs(plan["cost"].to_numpy()[a] - priced.paid(account)),
            plan["cost"].to_numpy(),
        )
    for a, account in enumerate(EMISSION_ACCOUNTS):
        booked = plan["emissions"].to_numpy()[a]
        yield f"emission account {account}", np.abs(booked - priced.emitted(account)), booked
        by_site = plan["site_emissions"].to_numpy()[a].sum(axis=0)
        yield f"emissions by site, {account}", np.abs(booked - by_site), booked
    for name, dim in (("cost", "cost_account"), ("emissions", "emission_account")):
        booked = plan[name].to_numpy()
        by_customer = plan[f"serve_{name}"].transpose(dim, "demand", "period").to_numpy().sum(axis=1)
        rest = by_customer + plan[f"serve_{name}_remainder"].to_numpy() - booked
        yield f"{name} to serve and its remainder", np.abs(rest), booked
    if "objective" in plan.attrs:
        yield from objective_findings(plan, float(priced.cost_npv) + ledger.preferred(x))
