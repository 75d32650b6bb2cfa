"""The page's section on a plan that has to suit several futures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reporting.figures import (
    between,
    enumerated,
    money,
    money_scale,
    money_unit,
    percent,
    plain,
    quantity,
    sentences,
    shorten,
    tonnes,
    whole_percent,
)
from reporting.language import N_, ngettext
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.risk_tables import RiskTable

DASH = "\u2013"
FAMILIES = {
    "adopt": N_("interventions"),
    "contract": N_("power contracts"),
    "use_offer": N_("suppliers"),
    "use_lane": N_("lanes"),
    "purchase": N_("committed purchases"),
}
PROVEN = 5e-7  # gap below which there is none to speak of
COSTS = ("cost", "alone", "of_mean")
MOST_COLUMNS = 6  # futures that a table has room for, one a column


@dataclass(frozen=True)
class FuturesSection:
    """Title, tables and notes of the section."""

    title: str
    sub: str
    tables: list[RiskTable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def futures_section(payload: Payload) -> FuturesSection | None:
    """Return the section; None where the plan is for the scenario alone."""
    shown = payload["futures"]
    if shown is None:
        return None
    tables = [_each_future(payload), *_follows(payload)]
    return FuturesSection(futures_title(payload), _sub(payload), tables, _notes(payload))


def futures_line(payload: Payload) -> str | None:
    """Return the section's finding for the terminal; None where the plan is for the scenario alone."""
    return None if payload["futures"] is None else futures_title(payload)


def futures_title(payload: Payload) -> str:
    """Say what it is worth to plan for all futures."""
    shown, currency = payload["futures"], payload["scenario"]["currency"]
    count = len(shown["members"])
    if shown["mean_fails_in"]:
        return _(
            "Decisions for the mean future leave no plan in {number} of {all} futures; these suit all"
        ).format(number=len(shown["mean_fails_in"]), all=count)
    planning = shown["planning"]
    if planning is not None and _is_more(planning["low"] or 0.0, shown["objective"]):
        return _("Deciding for all {number} futures saves {saved} against deciding for their mean").format(
            number=count, saved=money(planning["value"], currency)
        )
    if planning is not None:
        return _("One set of decisions suits all {number} futures, and so do those for their mean").format(
            number=count
        )
    return _("One set of decisions suits all {number} futures").format(number=count)


def told_apart(payload: Payload) -> bool:
    """Return whether costs with different decisions differ by more than the solver's gaps."""
    shown = payload["futures"]
    known = [figures["low"] for figures in (shown["planning"], shown["knowing"]) if figures is not None]
    return any(_is_more(low or 0.0, shown["objective"]) for low in known)


def _is_more(value: float, of: float) -> bool:
    """Return whether an amount is more than rounding of what it is a part of."""
    return abs(value) > 1e-7 * abs(of)


def _sub(payload: Payload) -> str:
    """Say what was decided now, for which futures, and for what."""
    shown, currency = payload["futures"], payload["scenario"]["currency"]
    asked = shown["asked"]
    families = enumerated([_(FAMILIES[name]) for name in asked["decided_now"]])
    if asked["until"] is None:
        said = [
            _("Decided before the future is known: {families}. All else follows it.").format(
                families=families
            )
        ]
    else:
        said = [
            _(
                "Decided before the future is known: {families}, as far as they are due before {year}. "
                "All else follows it."
            ).format(families=families, year=asked["until"])
        ]
    said.append(_("Expected present cost: {cost}.").format(cost=money(shown["expected"], currency)))
    if asked["risk_weight"]:
        said.append(
            _(
                "The costliest {share} of chance counts for {weight} of what is minimised; its mean cost is "
                "{cost}."
            ).format(
                share=whole_percent(1 - asked["risk_share"]),
                weight=whole_percent(asked["risk_weight"]),
                cost=money(shown["tail"], currency),
            )
        )
    return sentences(said)


def _each_future(payload: Payload) -> RiskTable:
    """Return one row a future: chance, cost, cost were it known, emissions."""
    shown, currency = payload["futures"], payload["scenario"]["currency"]
    known = any(row["alone"] is not None for row in shown["members"])
    of_mean = any(row["of_mean"] is not None for row in shown["members"])
    short = any(row["unmet"] for row in shown["members"])
    smallest = min(abs(row[key]) for row in shown["members"] for key in COSTS if row[key] is not None)
    scale = money_scale(smallest)  # so that the futures can be told apart
    headers = [_("Future"), _("Chance"), _("Present cost")]
    headers += [_("If it were known")] if known else []
    headers += [_("Decided for the mean")] if of_mean else []
    headers += [_("Emissions in {year}").format(year=payload["periods"]["last"])]
    headers += [_("Demand unserved")] if short else []
    rows = []
    for row in shown["members"]:
        cells = [shorten(_(row["name"]), 40), whole_percent(row["chance"]), scale.show(row["cost"])]
        cells += [scale.show(row["alone"])] if known else []
        if of_mean:
            cells.append(_("no plan") if row["of_mean"] is None else scale.show(row["of_mean"]))
        cells.append(tonnes(row["emissions"]))
        cells += [percent(row["unmet"] or 0.0)] if short else []
        rows.append(cells)
    unit = _("{unit} of net present value over the horizon; emissions of CO\u2082e a year").format(
        unit=money_unit(scale, currency)
    )
    return RiskTable(_("Each future with what is decided now"), unit, headers, rows)


def _follows(payload: Payload) -> list[RiskTable]:
    """Return what follows the future most: purchases, and what is made."""
    shown = payload["futures"]
    names = [_(row["name"]) for row in shown["members"]]
    titles = {
        "purchase": _("Purchases that follow the future"),
        "run": _("Production that follows the future"),
    }
    found = []
    for family, title in titles.items():
        rows = [row for row in shown["follows"] if row["family"] == family]
        if not rows:
            continue
        many = len(names) > MOST_COLUMNS
        heads = [_("Lowest"), _("Highest")] if many else [shorten(name, 24) for name in names]
        cells = [
            [shorten(row["name"], 46), *(_amount(v, row["unit"]) for v in _shown(row["values"], many))]
            for row in rows
        ]
        unit = _("A year, in {year}").format(year=payload["periods"]["last"])
        found.append(RiskTable(title, unit, ["", *heads], cells, half=True))
    return found


def _shown(values: list[float], many: bool) -> list[float]:
    return [min(values), max(values)] if many else values


def _amount(value: float, unit: str) -> str:
    return quantity(value, unit) if unit else plain(value)


def _notes(payload: Payload) -> list[str]:
    """Say what knowing the future would save, how far all of it is proven, and what is missing."""
    shown, currency = payload["futures"], payload["scenario"]["currency"]
    said = []
    for figures, words in (
        (shown["planning"], _("Deciding for all futures rather than for their mean is worth {amount}.")),
        (shown["knowing"], _("Knowing which future comes could save {amount} at most.")),
    ):
        if figures is not None:
            said.append(words.format(amount=_range(figures, currency)))
    if shown["knowing"] is not None and not told_apart(payload):
        said.append(
            _("What other decisions would cost differs by less than the solver's gap: it is not drawn.")
        )
    if shown["mean_fails_in"]:
        said.append(
            _("With the decisions that are best for the mean there is no plan in: {names}.").format(
                names=enumerated(_(name) for name in shown["mean_fails_in"])
            )
        )
    if shown["no_mean"]:
        said.append(_("The futures have no mean: {reason}.").format(reason=shown["no_mean"]))
    elif shown["planning"] is None and shown["knowing"] is None and not shown["mean_fails_in"]:
        said.append(_("What planning for all futures is worth is told with futures.worth=true."))
    if shown["gap"] is None:
        said.append(_("How far the decisions are from the best ones is not proven."))
    elif shown["gap"] < PROVEN:
        said.append(_("Over all futures, no decisions can be better: that is proven."))
    else:
        said.append(
            _("No decisions can be better by more than {gap}, over all futures.").format(
                gap=percent(shown["gap"])
            )
        )
    if shown["hedging"] is not None:
        said.append(_hedging(shown["hedging"]))
    return said


def _hedging(told: dict[str, Any]) -> str:
    agreed = (
        ngettext(
            "Found by progressive hedging: the futures agreed after {number} iteration.",
            "Found by progressive hedging: the futures agreed after {number} iterations.",
            told["iterations"],
        )
        if told["agreed"]
        else ngettext(
            "Found by progressive hedging, stopped after {number} iteration before the futures agreed; the "
            "best decisions met on the way were taken.",
            "Found by progressive hedging, stopped after {number} iterations before the futures agreed; the "
            "best decisions met on the way were taken.",
            told["iterations"],
        )
    )
    return agreed.format(number=told["iterations"])


def _range(figures: dict[str, float | None], currency: str) -> str:
    """Return an amount, or the range that gaps leave open."""
    low, high, value = figures["low"], figures["high"], figures["value"]
    if value is None:
        return _("an amount that is not known")
    if low is None or high is None:
        return money(value, currency)
    texts = money(low, currency), money(high, currency)
    return texts[0] if texts[0] == texts[1] else between(*texts)
