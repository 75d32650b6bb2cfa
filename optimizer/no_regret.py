"""The no-regret view of a plan: which decisions nearly all good plans share, and what flips the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from optimizer.alternative_settings import AlternativesSettings
from optimizer.alternatives import (
    Found,
    decided_in,
    find_alternatives,
    future_scenario,
    nothing_to_decide,
    plan_futures,
    with_margins_of,
)
from optimizer.lever_settings import TornadoSettings
from optimizer.models.variables import decision_window
from optimizer.settings import SolverSettings
from optimizer.tipping import Tip, Tipping, contested
from scenarios.altered import EXTRA_CARBON_PRICE, existing, usual_amount, usual_swing, wide_range
from scenarios.caps import main_accounts
from scenarios.scenario import Floats, Scenario
from scenarios.typed import did_you_mean, problem_of, refuse

ALL = "all"
SIDES = ("below", "above")
Tell = Callable[[str, int, int], object]


@dataclass(frozen=True)
class _Flips:
    """Where decisions flip: interventions asked about, inputs with their ranges, tips by both and side."""

    chosen: list[int]
    ranges: dict[str, tuple[float, float]]
    tips: dict[tuple[int, str], tuple[Tip, Tip]]
    solves: int


def with_no_regret(
    plan: xr.Dataset,
    scenario: Scenario,
    asked: AlternativesSettings,
    swings: TornadoSettings,
    settings: SolverSettings | None = None,
    reference: xr.Dataset | None = None,
    tell: Tell | None = None,
) -> xr.Dataset:
    """Return the plan with what ``alternatives`` asks for, once; the plan itself where nothing is asked.

    Parameters
    ----------
    plan, reference : of the scenario, and of its chain today. swings : ranges of the tornado, for futures at
        its ends. tell : called with what is looked for, how much of it is done and how much there is.

    Returns
    -------
    The plan with, over ``alternative`` (the plan first) and ``sampled_future``: ``alternative_cost`` and
    ``sampled_future_cost``, currency, present value; ``..._cost_low``, that no such plan can cost less than;
    ``..._emissions``, tCO2e over the horizon; ``..._decided`` (intervention), 1 where it is ever taken; and
    over ``tipping_side`` (below, above), ``tipping_input``, ``intervention``: ``tipping_value``,
    ``tipping_near``, ``tipping_far``, ``tipping_reach``, ``tipping_open``, nan where it was not asked, see
    :class:`optimizer.tipping.Tip`. Attribute ``alternatives_json`` says what was asked and how it ended.

    Raises
    ------
    ConfigError : an input, an intervention or a change does not exist, or there is nothing to decide.
    VerificationError : a plan breaks the rules when recomputed.
    """
    if not asked.asked_for or "alternative" in plan.dims:
        return plan
    refuse(no_regret_problems(scenario, asked, swings))
    said = tell or (lambda *_: None)
    settings = settings or SolverSettings()
    known = decision_window(scenario).any(axis=1)
    futures = _futures(scenario, asked, swings)
    others = Found()
    if asked.plans:
        others = find_alternatives(plan, scenario, asked, settings, reference, partial(said, "alternatives"))
    sampled = Found()
    if futures:
        sampled = plan_futures(
            *(plan, scenario, futures, settings, reference, asked.seconds),
            partial(said, "sampled_futures"),
        )
    now = decided_in(plan)
    families = [np.array([now, *found.decided]) for found in (others, sampled)]
    flips = _flips(plan, scenario, asked, families, known.astype(float), settings, reference, said)
    data = _plans(plan, scenario, others, sampled) | _tips(scenario, flips)
    data["decision_known"] = (
        ("intervention",),
        known.astype(float),
        {"units": "0 or 1", "long_name": "the pathway can decide it"},
    )
    coords = {
        "sampled_future": np.array(sampled.names, dtype=str),
        "tipping_input": np.array(list(flips.ranges), dtype=str),
        "tipping_side": np.array(SIDES, dtype=str),
    }
    found = xr.Dataset(data, coords=coords)
    told = {
        "plans": asked.plans,
        "within": asked.within,
        "present": asked.present,
        "ended": others.ended,
        "unproven": others.unproven,
        "missing": sampled.missing,
        "flips_asked": bool(flips.ranges),
        "flip_solves": flips.solves,
    }
    return plan.merge(found, combine_attrs="override").assign_attrs(alternatives_json=json.dumps(told))


def _futures(
    scenario: Scenario, asked: AlternativesSettings, swings: TornadoSettings
) -> dict[str, Mapping[str, float]]:
    """Return the futures asked for by name: those given, then both ends of inputs that swing."""
    futures: dict[str, Mapping[str, float]] = dict(asked.futures)
    names = [name for name in existing(scenario) if name != EXTRA_CARBON_PRICE]
    for name in names if ALL in asked.swings else asked.swings:
        for end in _swung(scenario, name, swings):
            futures[f"{name}={end:g}"] = {name: end}
    return futures


def _swung(scenario: Scenario, name: str, swings: TornadoSettings) -> list[float]:
    """Return the ends of an input that swings, as far as they are not what it is anyway."""
    usual = usual_amount(scenario, name)  # says what inputs there are
    return [end for end in swings.ranges.get(name) or usual_swing(scenario, name) if end != usual]


def _range(scenario: Scenario, name: str, asked: AlternativesSettings) -> tuple[float, float]:
    """Return between which values of an input flips are looked for."""
    usual_amount(scenario, name)
    low, high = asked.ranges.get(name) or wide_range(scenario, name)
    return low, high


def no_regret_problems(scenario: Scenario, asked: AlternativesSettings, swings: TornadoSettings) -> list[str]:
    """Return why what ``alternatives`` asks for cannot be had: inputs, interventions and changes.

    Every change is made once for that, tables read again where it is one of a table.
    """
    found = nothing_to_decide(scenario, asked)
    for name, changes in asked.futures.items():
        found += problem_of(partial(future_scenario, scenario, changes), f"alternatives.futures.{name}")

    def at_ends(name: str, ends: Callable[[], Sequence[float]], key: str) -> list[str]:
        return problem_of(lambda: [future_scenario(scenario, {name: end}) for end in ends()], key)

    for name in dict.fromkeys(asked.swings):
        if name != ALL:
            found += at_ends(name, partial(_swung, scenario, name, swings), "alternatives.swings")
    for name in dict.fromkeys([*asked.inputs, *asked.ranges]):
        if name != ALL:
            key = f"alternatives.ranges.{name}" if name in asked.ranges else "alternatives.inputs"
            found += at_ends(name, partial(_range, scenario, name, asked), key)
    labels = [str(label) for label in scenario.interventions.label]
    return found + [
        f"alternatives.decisions: no intervention {name!r}{did_you_mean(name, labels)}"
        for name in dict.fromkeys(asked.decisions)
        if name not in labels
    ]


def _flips(
    plan: xr.Dataset,
    scenario: Scenario,
    asked: AlternativesSettings,
    families: list[Floats],
    known: Floats,
    settings: SolverSettings,
    reference: xr.Dataset | None,
    tell: Tell,
) -> _Flips:
    """Return where the decisions asked about flip."""
    names = existing(scenario) if ALL in asked.inputs else asked.inputs
    names = list(dict.fromkeys([*names, *asked.ranges]))
    ranges = {name: _range(scenario, name, asked) for name in names}
    if not ranges:
        return _Flips([], {}, {}, 0)
    labels = [str(label) for label in scenario.interventions.label]
    chosen = [labels.index(name) for name in asked.decisions]
    if not chosen and (asked.plans or asked.futures or asked.swings):
        chosen = contested([family.mean(axis=0) for family in families], known, asked.most)
    elif not chosen:  # no plans to compare: all that can be decided
        chosen = np.flatnonzero(known)[: asked.most].tolist()
    search = Tipping(with_margins_of(plan, scenario), asked, settings, reference)
    now, tips = decided_in(plan), {}
    for name, (low, high) in ranges.items():
        for i in chosen:
            tips[i, name] = search.between(i, name, low, high, bool(now[i]))
            tell("flips", len(tips), len(ranges) * len(chosen))
    return _Flips(chosen, ranges, tips, search.solves)


def _plans(plan: xr.Dataset, scenario: Scenario, others: Found, sampled: Found) -> dict[str, object]:
    """Return the variables over plans: the plan and its alternatives, and those of futures."""
    accounts = list(main_accounts(scenario))
    yearly = plan["emissions"].sel(emission_account=accounts).sum("emission_account")
    cost = float(plan["cost_npv"].sum())
    bound = float(plan.attrs.get("bound", np.nan))
    objective = float(plan.attrs.get("objective", np.nan))
    low = cost - max(objective - bound, 0.0) if plan.attrs.get("objective_goal") == "cost" else np.nan
    decided = {
        "alternative": np.array([decided_in(plan), *others.decided]),
        "sampled_future": np.array(sampled.decided, dtype=float).reshape(
            -1, len(scenario.interventions.label)
        ),
    }
    figures = {
        "alternative": (
            [cost, *others.cost],
            [low, *others.low],
            [float(yearly.to_numpy() @ scenario.periods.years), *others.emitted],
        ),
        "sampled_future": (sampled.cost, sampled.low, sampled.emitted),
    }
    data: dict[str, object] = {}
    for dim, (costs, lows, emitted) in figures.items():
        columns = {
            "cost": (costs, scenario.currency, "present cost"),
            "cost_low": (lows, scenario.currency, "no plan with these decisions can cost less"),
            "emissions": (emitted, "tCO2e", "emitted over the horizon"),
        }
        for name, (values, unit, said) in columns.items():
            words = {"units": unit, "long_name": said}
            data[f"{dim}_{name}"] = ((dim,), np.array(values, dtype=float), words)
        words = {"units": "0 or 1", "long_name": "ever decided in this plan"}
        data[f"{dim}_decided"] = ((dim, "intervention"), decided[dim], words)
    return data


def _tips(scenario: Scenario, flips: _Flips) -> dict[str, object]:
    """Return the variables over inputs, sides and interventions."""
    shape = (len(SIDES), len(flips.ranges), len(scenario.interventions.label))
    meanings = {
        "value": "from which on the decision is otherwise; NaN: it does not flip up to the reach",
        "near": "last value looked at at which the decision clearly stays",
        "far": "first value looked at at which it has clearly flipped",
        "reach": "how far was looked; NaN: not asked, or not answered in time",
        "open": "1: with and without it cost the same by the gap at the input's own value",
    }
    tables = {name: np.full(shape, np.nan) for name in meanings}
    asked = np.zeros(shape[1:])
    for (i, name), both in flips.tips.items():
        place = list(flips.ranges).index(name)
        asked[place, i] = 1.0
        for side, tip in enumerate(both):
            for figure, table in tables.items():
                table[side, place, i] = float(getattr(tip, figure))
    dims = ("tipping_side", "tipping_input", "intervention")
    units = "factor, rate or currency per t"
    data: dict[str, object] = {
        f"tipping_{name}": (dims, table, {"units": units, "long_name": meanings[name]})
        for name, table in tables.items()
    }
    ends = np.array(list(flips.ranges.values()), dtype=float).reshape(-1, 2)
    own = [usual_amount(scenario, name) for name in flips.ranges]
    for name, values, said in (
        ("low", ends[:, 0], "lowest value looked at"),
        ("high", ends[:, 1], "highest value looked at"),
        ("usual", np.array(own, dtype=float), "value in the scenario"),
    ):
        data[f"tipping_{name}"] = (("tipping_input",), values, {"units": units, "long_name": said})
    words = {"units": "0 or 1", "long_name": "asked about"}
    data["tipping_asked"] = (dims[1:], asked, words)
    return data
