"""The first words of the page: the headline and the paragraph that names the weak point.

Nothing is recommended: the headline says what the plan does and at what price. No function here
prints a number that was not computed.
"""

from __future__ import annotations

from typing import Any

from reporting.figures import (
    change,
    clauses,
    count,
    counted,
    interval,
    money,
    percent,
    phrases,
    rate,
    sentence_gap,
    shorten,
    tonnes,
    whole_percent,
)
from reporting.language import gettext as _
from reporting.payload import Payload, main_cap
from reporting.vocabulary import retold

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
        return _("{name}: nothing changes against Reference").format(name=name)
    emissions, last = payload["emissions"], payload["periods"]["last"]
    if len(emissions["plan"]) == 1:
        when = _("in {last}, against Reference").format(last=last)
        share = change(emissions["plan"][0], emissions["reference"][0])
    else:
        when = _("by {last}").format(last=last)
        share = change(emissions["plan"][-1], emissions["reference"][0])
    said = _("{name}: {effect} {price}")
    return said.format(name=name, effect=_effect(share, when), price=_price(payload))


def _effect(share: float | None, when: str) -> str:
    """Say what happens to emissions."""
    if share is None:
        return _("emissions as they must be {when}").format(when=when)
    if abs(share) < 0.005:
        return _("emissions level {when}").format(when=when)
    return _("emissions {change} {when}").format(change=percent(share, signed=True), when=when)


def _price(payload: Payload) -> str:
    """Say what it costs against the reference, without claiming more than the solver's gap allows."""
    cost = payload["cost"]
    if cost["same"]:
        return _("at the same cost")
    if not cost["clear"]:
        return _("with no clear difference in cost")
    share, currency = cost["extra_share"], payload["scenario"]["currency"]
    if share is None or abs(share) < 0.0001:
        said = _("for {amount} more") if cost["extra"] > 0 else _("for {amount} less")
        return said.format(amount=money(abs(cost["extra"]), currency))
    said = _("for {share} more cost") if share > 0 else _("for {share} less cost")
    return said.format(share=percent(abs(share)))


def summary(payload: Payload) -> Text:
    """Return the paragraph under the headline: price in money, capital, and the weak point."""
    found: Text = []
    for part in (_money_sentence(payload), weak_point(payload), _stopped(payload)):
        found += [(sentence_gap(), False), *part] if found and part else part
    return found


def _money_sentence(payload: Payload) -> Text:
    """Say what the plan costs and commits."""
    cost, scenario, years = payload["cost"], payload["scenario"], round(sum(payload["periods"]["years"]))
    yearly = scenario["discount_rate"]
    basis = _("net present value")
    if yearly is not None:
        basis = _("net present value at {rate} a year").format(rate=rate(yearly))
    period, currency = counted(years, "year"), scenario["currency"]
    if cost["same"]:
        text = _("Over {period} it costs what Reference costs ({basis})").format(period=period, basis=basis)
    else:
        said = (
            _("Over {period} it costs {amount} more than Reference ({basis})")
            if cost["extra"] > 0
            else _("Over {period} it costs {amount} less than Reference ({basis})")
        )
        text = said.format(period=period, amount=money(abs(cost["extra"]), currency), basis=basis)
        if cost["slack"] is None:
            text = _("{said}, but the solver's gap is unknown, so the two may not differ").format(said=text)
        elif not cost["clear"]:
            said = _("{said}, which is within the solver's gap of {gap}")
            text = said.format(said=text, gap=money(cost["slack"], currency))
    capital = cost["capital"]["plan"]
    said = (
        _("{said} and commits {amount} of capital.") if capital > 0.5 else _("{said} and commits no capital.")
    )
    return [(said.format(said=text, amount=money(capital, currency)), False)]


def weak_point(payload: Payload) -> Text:
    """Say how likely the plan is to miss its cap, with the interval, or why that cannot be said."""
    cap, risk, last = main_cap(payload), payload["risk"], payload["periods"]["last"]
    if risk is None:
        return stressed(
            _(
                "Its weak point is unknown: *it was not simulated*, so all of this holds only if every "
                "forecast comes true."
            )
        )
    futures = counted(risk["trials"], "simulated future")
    if cap is None:
        low, high = risk["quantiles"]["0.05"][-1], risk["quantiles"]["0.95"][-1]
        said = _(
            "It carries no yearly cap, so there is none to miss; in 9 of 10 of {futures} {last} ends between "
            "{low} and {high} CO\u2082e."
        )
        return stressed(said, futures=futures, last=last, low=tonnes(low), high=tonnes(high))
    chance = cap_chance(payload)
    if chance is None:
        return stressed(_("Its cap was not part of the simulation, so the chance of missing it is unknown."))
    year, share, worst = chance["year"], chance["share"], chance["worst"]
    rises = worst["year"] != year and worst["share"] > share + 0.02
    words = {"year": year, "worst": worst["year"], "worst_share": whole_percent(worst["share"])}
    if chance["missed"] == 0:
        said = _(
            "*None of {futures} ends {year} above the cap*: the chance of missing it is likely below {most}"
        )
        words |= {"futures": futures, "most": whole_percent(max(chance["high"], 0.005))}
    else:
        said = _(
            "Its weak point is the cap: in *{share}* of simulated futures it ends {year} above it "
            "({missed} of {trials}, 95% interval {interval})"
        )
        words |= {"share": whole_percent(share), "interval": interval(chance["low"], chance["high"])}
        words |= {"missed": count(chance["missed"]), "trials": count(risk["trials"])}
    ended = _("{said}, and the risk is highest in {worst}, at {worst_share}.") if rises else _("{said}.")
    return stressed(ended.replace("{said}", said), **words)


def stressed(message: str, **words: Any) -> Text:
    """Return a text as pieces: what stands between stars is stressed; `words` are filled in as they are."""
    pieces = [piece.format(**words) for piece in message.split("*")]
    return [(piece, bool(i % 2)) for i, piece in enumerate(pieces) if piece]


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
        price = _("{price} (no clear difference, within the solver's gap)").format(price=price)
    margins = [share for years in said["margins"].values() for share in years.values()]
    below = _("no margin needed")
    if margins:
        below = _("planned up to {margin} below the cap").format(margin=percent(max(margins)))
    target = whole_percent(said["target_chance"])
    if not said["confirmed"]:
        missed = _("target of {target} not met: {reason}").format(
            target=target, reason=retold(said["reason"])
        )
        return price, clauses([missed, below]), False
    seen = _("chance of missing at most {most} in any year, on fresh seeds")
    seen, asked = seen.format(most=percent(last["chance_high"])), _("target {target}").format(target=target)
    return price, clauses([below, phrases([seen, asked])]), True


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
    if solver["gap"] is None:
        return stressed(_("*The solver stopped early, with an unknown gap*: a cheaper plan may exist."))
    said = _("*The solver stopped early, with a gap of {gap}*: a cheaper plan may exist.")
    return stressed(said, gap=percent(solver["gap"]))
