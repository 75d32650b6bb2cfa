"""The few large numbers under the headline, each with its base and its doubt."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.figures import (
    DASH,
    change,
    clauses,
    count,
    counted,
    emission_scale,
    interval,
    money,
    money_scale,
    money_unit,
    odds,
    percent,
    phrases,
    plain,
    sentences,
    tonnes,
    whole_percent,
)
from reporting.findings import cap_chance
from reporting.language import gettext as _
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
        _("{change} against Reference").format(change=percent(on_reference, signed=True))
        if on_reference is not None
        else _("Reference emits nothing")
    )
    if len(periods["start"]) == 1:
        value = percent(on_reference, signed=True) if on_reference is not None else tonnes(ours)
        context = _("Against Reference. {amount} CO\u2082e").format(amount=tonnes(ours))
        return Tile(_("Emissions in {last}").format(last=periods["last"]), value, "", context)
    on_first = change(ours, emissions["reference"][0])
    value = percent(on_first, signed=True) if on_first is not None else tonnes(ours)
    context = _("Against {first}. {amount} CO\u2082e a year, {against}")
    return Tile(
        _("Emissions by {last}").format(last=periods["last"]),
        value,
        "",
        context.format(first=periods["first"], amount=tonnes(ours), against=against),
    )


def _in_all(payload: Payload) -> Tile:
    """Say what is emitted over the horizon."""
    ours, theirs = payload["emissions"]["cumulative"]["plan"], payload["emissions"]["cumulative"]["reference"]
    scale, periods = emission_scale(ours), payload["periods"]
    less = theirs - ours
    share = change(ours, theirs)
    if abs(less) < 5e-4 * max(abs(theirs), 1.0):
        context = _("As much as Reference")
    else:
        said = _("{amount} less than Reference") if less > 0 else _("{amount} more than Reference")
        context = said.format(amount=tonnes(abs(less)))
        if share is not None:
            context = phrases([context, percent(share, signed=True)])
    return Tile(
        _("Total, {years}").format(years=f"{periods['first']}{DASH}{periods['end']}"),
        scale.show(ours),
        _("{unit} CO\u2082e").format(unit=scale.unit),
        context,
    )


def _extra_cost(payload: Payload) -> Tile:
    """Say what the plan costs more than the reference, and when that cannot be told."""
    cost, currency = payload["cost"], payload["scenario"]["currency"]
    extra, share = cost["extra"], cost["extra_share"]
    scale = money_scale(extra)
    value, unit = plain(extra / scale.divisor, signed=True), money_unit(scale, currency)
    name = _("Extra cost over Reference")
    of_cost = (
        _("{change} of supply-chain cost").format(change=percent(share, signed=True))
        if share is not None
        else _("Reference costs nothing")
    )
    if cost["same"]:
        return Tile(name, "0", unit, _("The same cost as Reference"))
    if not cost["clear"]:
        known = (
            _("No clear difference: within the solver's gap.")
            if cost["slack"] is not None
            else _("No clear difference: the solver's gap is unknown.")
        )
        return Tile(name, value, unit, sentences([known, of_cost]))
    if cost["per_tonne_cut"] is not None:
        each = _("{amount} per t cut") if extra > 0 else _("saves {amount} per t cut")
        of_cost = clauses([of_cost, each.format(amount=money(abs(cost["per_tonne_cut"]), currency))])
    return Tile(name, value, unit, of_cost)


def _capital(payload: Payload) -> Tile:
    """Say how much capital is committed."""
    cost, currency, periods = payload["cost"], payload["scenario"]["currency"], payload["periods"]
    capital = cost["capital"]["plan"]
    scale = money_scale(capital)
    chosen = sum(row["chosen"] for row in payload["interventions"])
    context = (
        _("For {decisions}; already in the extra cost").format(decisions=counted(chosen, "decision"))
        if capital > 0.5
        else _("Nothing is built")
    )
    return Tile(
        _("Capital to commit by {end}").format(end=periods["end"]),
        plain(capital / scale.divisor),
        money_unit(scale, currency),
        context,
    )


def _chance(payload: Payload) -> Tile:
    """Say how likely the plan misses its cap, as a percentage, in words and as a count."""
    name = _("Chance of missing the cap")
    if main_cap(payload) is None:
        return Tile(name, _("no cap"), "", _("This pathway sets no cap on the total"))
    chance = cap_chance(payload)
    if payload["risk"] is None or chance is None:
        return Tile(name, _("unknown"), "", _("The plan was not simulated against it"))
    missed, futures = count(chance["missed"]), counted(payload["risk"]["trials"], "simulated future")
    if chance["missed"] == 0:
        context = _("In {year}: missed in {missed} of {futures}")
        context = context.format(year=chance["year"], missed=missed, futures=futures)
        return Tile(name, f"<{max(round(chance['high'] * 100), 1)}%", "", context)
    context = _("In {year}, {odds}: {missed} of {futures}, 95% interval {interval}").format(
        year=chance["year"],
        odds=odds(chance["share"]),
        missed=missed,
        futures=futures,
        interval=interval(chance["low"], chance["high"]),
    )
    return Tile(name, whole_percent(chance["share"]), "", context)
