"""The few large numbers under the headline, each with its base and its doubt."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.figures import (
    DASH,
    change,
    count,
    counted,
    emission_scale,
    interval,
    money,
    money_scale,
    odds,
    percent,
    plain,
    tonnes,
    whole_percent,
)
from reporting.findings import cap_chance
from reporting.payload import Payload, main_cap


@dataclass(frozen=True)
class Tile:
    """One large number: what it is, the number, its unit and a line of context."""

    name: str
    value: str
    unit: str
    context: str


def tiles(payload: Payload) -> list[Tile]:
    """Return the tiles in reading order."""
    return [_last_year(payload), _in_all(payload), _extra_cost(payload), _capital(payload), _chance(payload)]


def _last_year(payload: Payload) -> Tile:
    """Say where emissions end, against the first year and against the reference."""
    emissions, periods = payload["emissions"], payload["periods"]
    ours = emissions["plan"][-1]
    on_reference = change(ours, emissions["reference"][-1])
    against = (
        f"{percent(on_reference, signed=True)} against Reference"
        if on_reference is not None
        else "Reference emits nothing"
    )
    if len(periods["start"]) == 1:
        value = percent(on_reference, signed=True) if on_reference is not None else tonnes(ours)
        return Tile(
            f"Emissions in {periods['last']}", value, "", f"Against Reference. {tonnes(ours)} CO\u2082e"
        )
    on_first = change(ours, emissions["reference"][0])
    value = percent(on_first, signed=True) if on_first is not None else tonnes(ours)
    return Tile(
        f"Emissions by {periods['last']}",
        value,
        "",
        f"Against {periods['first']}. {tonnes(ours)} CO\u2082e a year, {against}",
    )


def _in_all(payload: Payload) -> Tile:
    """Say what is emitted over the horizon."""
    ours, theirs = payload["emissions"]["cumulative"]["plan"], payload["emissions"]["cumulative"]["reference"]
    scale, periods = emission_scale(ours), payload["periods"]
    less = theirs - ours
    share = change(ours, theirs)
    if abs(less) < 5e-4 * max(abs(theirs), 1.0):
        context = "As much as Reference"
    else:
        context = f"{tonnes(abs(less))} {'less' if less > 0 else 'more'} than Reference"
        context += f", {percent(share, signed=True)}" if share is not None else ""
    return Tile(
        f"Total, {periods['first']}{DASH}{periods['end']}",
        scale.show(ours),
        f"{scale.unit} CO\u2082e",
        context,
    )


def _extra_cost(payload: Payload) -> Tile:
    """Say what the plan costs more than the reference, and when that cannot be told."""
    cost, currency = payload["cost"], payload["scenario"]["currency"]
    extra, share = cost["extra"], cost["extra_share"]
    scale = money_scale(extra)
    value, unit = plain(extra / scale.divisor, signed=True), f"{currency} {scale.unit}".strip()
    of_cost = (
        f"{percent(share, signed=True)} of supply-chain cost"
        if share is not None
        else "Reference costs nothing"
    )
    if cost["same"]:
        return Tile("Extra cost over Reference", "0", unit, "The same cost as Reference")
    if not cost["clear"]:
        known = "within the solver's gap" if cost["slack"] is not None else "the solver's gap is unknown"
        return Tile("Extra cost over Reference", value, unit, f"No clear difference: {known}. {of_cost}")
    if cost["per_tonne_cut"] is not None:
        amount = money(abs(cost["per_tonne_cut"]), currency)
        of_cost += f"; {amount} per t cut" if extra > 0 else f"; saves {amount} per t cut"
    return Tile("Extra cost over Reference", value, unit, of_cost)


def _capital(payload: Payload) -> Tile:
    """Say how much capital is committed."""
    cost, currency, periods = payload["cost"], payload["scenario"]["currency"], payload["periods"]
    capital = cost["capital"]["plan"]
    scale = money_scale(capital)
    chosen = sum(row["chosen"] for row in payload["interventions"])
    context = (
        f"For {counted(chosen, 'decision')}; already in the extra cost"
        if capital > 0.5
        else "Nothing is built"
    )
    return Tile(
        f"Capital to commit by {periods['end']}",
        plain(capital / scale.divisor),
        f"{currency} {scale.unit}".strip(),
        context,
    )


def _chance(payload: Payload) -> Tile:
    """Say how likely the plan misses its cap, as a percentage, in words and as a count."""
    if main_cap(payload) is None:
        return Tile("Chance of missing the cap", "no cap", "", "This pathway sets no cap on the total")
    chance = cap_chance(payload)
    if payload["risk"] is None or chance is None:
        return Tile("Chance of missing the cap", "unknown", "", "The plan was not simulated against it")
    seen = f"{count(chance['missed'])} of {counted(payload['risk']['trials'], 'simulated future')}"
    name, when = "Chance of missing the cap", f"In {chance['year']}"
    if chance["missed"] == 0:
        return Tile(name, f"<{max(round(chance['high'] * 100), 1)}%", "", f"{when}: missed in {seen}")
    words = odds(chance["share"])
    context = f"{when}, {words}: {seen}, 95% interval {interval(chance['low'], chance['high'])}"
    return Tile(name, whole_percent(chance["share"]), "", context)
