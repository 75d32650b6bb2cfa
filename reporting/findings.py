"""The first words of the page: the headline and the paragraph that names the weak point.

Nothing is recommended: the headline says what the plan does and at what price. No function here
prints a number that was not computed.
"""

from __future__ import annotations

from typing import Any

from reporting.figures import (
    change,
    count,
    counted,
    interval,
    money,
    percent,
    rate,
    shorten,
    tonnes,
    whole_percent,
)
from reporting.payload import Payload, main_cap

Text = list[tuple[str, bool]]  # pieces of a paragraph, each with whether it is stressed


def name_of(payload: Payload, longest: int = 60) -> str:
    """Return the pathway's name, cut when it is long."""
    return shorten(payload["pathway"]["title"], longest)


def is_reference(payload: Payload) -> bool:
    """Return whether the plan costs and emits what the reference does."""
    pairs = zip(payload["emissions"]["plan"], payload["emissions"]["reference"], strict=True)
    return payload["cost"]["same"] and all(abs(a - b) <= 1e-9 * max(abs(b), 1.0) for a, b in pairs)


def headline(payload: Payload) -> str:
    """Return the page's first sentence: decision, number and price."""
    name = name_of(payload)
    if is_reference(payload):
        return f"{name} changes nothing against Reference"
    emissions, last = payload["emissions"], payload["periods"]["last"]
    if len(emissions["plan"]) == 1:
        against = change(emissions["plan"][0], emissions["reference"][0])
        effect = _effect(against, f"in {last}, against Reference")
    else:
        effect = _effect(change(emissions["plan"][-1], emissions["reference"][0]), f"by {last}")
    return f"{name} {effect} {_price(payload)}"


def _effect(share: float | None, when: str) -> str:
    """Say what happens to emissions."""
    if share is None:
        return f"emits what it must {when}"
    if abs(share) < 0.005:
        return f"keeps emissions level {when}"
    if share < 0:
        return f"cuts emissions {percent(-share)} {when}"
    return f"lets emissions rise {percent(share)} {when}"


def _price(payload: Payload) -> str:
    """Say what it costs against the reference, without claiming more than the solver's gap allows."""
    cost = payload["cost"]
    if cost["same"]:
        return "at the same cost"
    if not cost["clear"]:
        return "with no clear difference in cost"
    share, currency = cost["extra_share"], payload["scenario"]["currency"]
    if share is None or abs(share) < 0.0001:
        amount = money(abs(cost["extra"]), currency)
        return f"for {amount} more" if cost["extra"] > 0 else f"and saves {amount}"
    return f"for {percent(share)} more cost" if share > 0 else f"and costs {percent(-share)} less"


def summary(payload: Payload) -> Text:
    """Return the paragraph under the headline: price in money, capital, and the weak point."""
    return [*_money_sentence(payload), (" ", False), *weak_point(payload), *_stopped(payload)]


def _money_sentence(payload: Payload) -> Text:
    """Say what the plan costs and commits."""
    cost, scenario, years = payload["cost"], payload["scenario"], round(sum(payload["periods"]["years"]))
    yearly = scenario["discount_rate"]
    basis = f"net present value at {rate(yearly)} a year" if yearly is not None else "net present value"
    amount = money(abs(cost["extra"]), scenario["currency"])
    period = counted(years, "year")
    if cost["same"]:
        text = f"Over {period} it costs what Reference costs ({basis})"
    else:
        more = "more" if cost["extra"] > 0 else "less"
        text = f"Over {period} it costs {amount} {more} than Reference ({basis})"
        if cost["slack"] is None:
            text += ", but the solver's gap is unknown, so the two may not differ"
        elif not cost["clear"]:
            text += f", which is within the solver's gap of {money(cost['slack'], scenario['currency'])}"
    capital = cost["capital"]["plan"]
    text += (
        f" and commits {money(capital, scenario['currency'])} of capital."
        if capital > 0.5
        else " and commits no capital."
    )
    return [(text, False)]


def weak_point(payload: Payload) -> Text:
    """Say how likely the plan is to miss its cap, with the interval, or why that cannot be said."""
    cap, risk, last = main_cap(payload), payload["risk"], payload["periods"]["last"]
    if risk is None:
        return [
            ("Its weak point is unknown: ", False),
            ("it was not simulated", True),
            (", so all of this holds only if every forecast comes true.", False),
        ]
    futures = counted(risk["trials"], "simulated future")
    if cap is None:
        low, high = risk["quantiles"]["0.05"][-1], risk["quantiles"]["0.95"][-1]
        return [
            ("It carries no yearly cap, so there is none to miss; ", False),
            (
                f"in 9 of 10 of {futures} {last} ends between {tonnes(low)} and {tonnes(high)} CO\u2082e.",
                False,
            ),
        ]
    chance = cap_chance(payload)
    if chance is None:
        return [("Its cap was not part of the simulation, so the chance of missing it is unknown.", False)]
    year, share = chance["year"], chance["share"]
    seen = f"{count(chance['missed'])} of {count(risk['trials'])}"
    if chance["missed"] == 0:
        first = [
            (f"None of {futures} ends {year} above the cap", True),
            (
                f": the chance of missing it is likely below {whole_percent(max(chance['high'], 0.005))}",
                False,
            ),
        ]
    else:
        first = [
            ("Its weak point is the cap: in ", False),
            (whole_percent(share), True),
            (
                f" of simulated futures it ends {year} above it ({seen}, ",
                False,
            ),
            (f"95% interval {interval(chance['low'], chance['high'])})", False),
        ]
    worst = chance["worst"]
    if worst["year"] != year and worst["share"] > share + 0.02:
        return [
            *first,
            (f", and the risk is highest in {worst['year']}, at {whole_percent(worst['share'])}.", False),
        ]
    return [*first, (".", False)]


def certainty(payload: Payload) -> tuple[str, str, bool] | None:
    """Return what it cost to plan until the caps hold, how far that went, and whether it was confirmed.

    None when no certainty was asked for.
    """
    said = payload["risk"] and payload["risk"]["certainty"]
    if not said:
        return None
    cost, last = said["cost_of_certainty"], said["rounds"][-1]
    price = money(cost, payload["scenario"]["currency"], signed=True)
    if abs(cost) <= said["gap"] * abs(said["cost_after"]):
        price += " (no clear difference, within the solver's gap)"
    margins = [share for years in said["margins"].values() for share in years.values()]
    below = f"planned up to {percent(max(margins))} below the cap" if margins else "no margin needed"
    target = whole_percent(said["target_chance"])
    if not said["confirmed"]:
        return price, f"target of {target} not met: {said['reason']}; {below}", False
    seen = f"chance of missing at most {percent(last['chance_high'])} in any year, on fresh seeds"
    return price, f"{below}; {seen}, target {target}", True


def capped_risk(payload: Payload) -> dict[str, Any] | None:
    """Return the simulated chances of the main cap with its limits; None without cap or simulation."""
    cap, risk = main_cap(payload), payload["risk"]
    if cap is None or risk is None:
        return None
    row = next((row for row in risk["caps"] if row["key"] == cap["key"]), None)
    return None if row is None else {**row, "limit": cap["limit"]}


def cap_chance(payload: Payload) -> dict[str, Any] | None:
    """Return the chance of missing the main cap in its last year, its interval and the worst year.

    None without cap or simulation.
    """
    row, starts = capped_risk(payload), payload["periods"]["start"]
    if row is None:
        return None
    capped = [i for i, limit in enumerate(row["limit"]) if limit is not None and row["chance"][i] is not None]
    if not capped:
        return None
    at, worst = capped[-1], max(capped, key=lambda i: row["chance"][i])
    return {
        "year": starts[at],
        "share": row["chance"][at],
        "missed": row["missed"][at],
        "low": row["low"][at],
        "high": row["high"][at],
        "worst": {"year": starts[worst], "share": row["chance"][worst]},
        "ever": row["ever"],
    }


def _stopped(payload: Payload) -> Text:
    """Add a sentence when the solver did not finish."""
    solver = payload["solver"]
    if solver["status"] == "optimal":
        return []
    gap = f"with a gap of {percent(solver['gap'])}" if solver["gap"] is not None else "with an unknown gap"
    return [(" ", False), (f"The solver stopped early, {gap}", True), (": a cheaper plan may exist.", False)]
