"""The page's section on decisions that hold whatever happens, and on what flips the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from reporting.charts_tornado import input_name
from reporting.figures import (
    clauses,
    counted,
    enumerated,
    money,
    percent,
    plain,
    rate,
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
FEW = 14  # names of a list
MOST = 24  # rows of a table
EXTRA_PRICE, RATE = "extra_carbon_price", "discount_rate"
EXTRA_PRICE_NAME = N_("Carbon price on top")
LISTS = (
    ("always", N_("In nearly all plans"), N_("No decision is in nearly all plans.")),
    ("mixed", N_("In some plans"), N_("No decision is contested.")),
    ("never", N_("In none"), N_("Every decision is in some plan.")),
)


@dataclass(frozen=True)
class NameList:
    """Names of decisions under one verdict; `more` says how many are left out."""

    title: str
    names: list[str]
    more: str
    empty: str


@dataclass(frozen=True)
class NoRegretSection:
    """Title, lists of decisions by verdict, tables and notes of the section."""

    title: str
    sub: str
    lists: list[NameList] = field(default_factory=list)
    tables: list[RiskTable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def no_regret_section(payload: Payload) -> NoRegretSection | None:
    """Return the section; None where it was not asked for."""
    shown = payload["no_regret"]
    if shown is None:
        return None
    tables = [table for table in (_flip_table(payload), _plan_table(payload)) if table is not None]
    return NoRegretSection(no_regret_title(payload), _sub(payload), _lists(shown), tables, _notes(payload))


def no_regret_title(payload: Payload) -> str:
    """Say how many decisions nearly all plans share."""
    shown = payload["no_regret"]
    judged = [row for row in shown["decisions"] if row["verdict"] is not None]
    if not judged:
        return _("From which values on decisions flip")
    always = sum(row["verdict"] == "always" for row in judged)
    share = whole_percent(shown["asked"]["present"])
    if not always:
        return _("No decision stands in {share} of the plans or more").format(share=share)
    if shown["asked"]["unproven"]:
        return ngettext(
            "{number} of {all} decisions stands in {share} of the plans found so far or more",
            "{number} of {all} decisions stand in {share} of the plans found so far or more",
            always,
        ).format(number=always, all=len(judged), share=share)
    return ngettext(
        "{number} of {all} decisions stands in {share} of the plans or more",
        "{number} of {all} decisions stand in {share} of the plans or more",
        always,
    ).format(number=always, all=len(judged), share=share)


def _sub(payload: Payload) -> str:
    """Say which plans were compared."""
    shown = payload["no_regret"]
    asked, others = shown["asked"], len(shown["alternatives"]) - 1
    said = []
    if asked["plans"]:
        within = percent(asked["within"])
        said.append(
            ngettext(
                "{number} other plan costs at most {within} more and keeps every cap; it was made to decide "
                "as differently as can be.",
                "{number} other plans cost at most {within} more and keep every cap; they were made to "
                "decide as differently as can be.",
                others,
            ).format(number=others, within=within)
            if others
            else _("No other plan was found that costs at most {within} more.").format(within=within)
        )
        if asked["unproven"]:
            said.append(
                ngettext(
                    "For {number} of them the time was up (alternatives.seconds) before it was proven as "
                    "different as can be: what all share may be less.",
                    "For {number} of them the time was up (alternatives.seconds) before they were proven as "
                    "different as can be: what all share may be less.",
                    asked["unproven"],
                ).format(number=asked["unproven"])
            )
        if asked["ended"] == "no_more":
            said.append(_("There are no further ones."))
        if asked["ended"] == "time":
            said.append(_("No further one was found in the time given (alternatives.seconds)."))
    if shown["futures"]:
        said.append(
            ngettext(
                "{number} other future was planned by itself.",
                "{number} other futures were each planned by themselves.",
                len(shown["futures"]),
            ).format(number=len(shown["futures"]))
        )
    missing = shown["missing"].items()
    for proven, words in (
        (True, N_("No plan keeps all rules in: {names}.")),
        (False, N_("No plan was found in the time given in: {names}.")),
    ):
        names = [future_name(name, payload) for name, is_proven in missing if is_proven == proven]
        if names:
            said.append(_(words).format(names=enumerated(names)))
    return sentences(said)


def _lists(shown: dict[str, Any]) -> list[NameList]:
    found = []
    called = decision_names(shown)
    if all(row["verdict"] is None for row in shown["decisions"]):
        return []
    for verdict, title, empty in LISTS:
        names = [called[row["key"]] for row in shown["decisions"] if row["verdict"] == verdict]
        left = len(names) - FEW
        more = _("and {number} more, in the workbook").format(number=left) if left > 0 else ""
        heading = _("{title}: {number}").format(title=_(title), number=len(names))
        found.append(NameList(heading, names[:FEW], more, "" if names else _(empty)))
    return found


def decision_names(shown: dict[str, Any]) -> dict[str, str]:
    """Return what each decision is called, with its site where several have one name."""
    alike = Counter(row["name"] for row in shown["decisions"])
    return {
        row["key"]: _("{name} ({site})").format(name=shorten(row["name"], 60), site=shorten(row["site"], 40))
        if alike[row["name"]] > 1 and row["site"]
        else shorten(row["name"], 70)
        for row in shown["decisions"]
    }


def swung_name(key: str) -> str:
    """Return what an input is called."""
    return _(EXTRA_PRICE_NAME) if key == EXTRA_PRICE else input_name(key)


def amount(key: str, value: float, currency: str) -> str:
    """Return a value of an input: a rate, currency per t, or a share of what the tables say."""
    if key == RATE:
        return rate(round(value, 4))
    if key == EXTRA_PRICE:
        return _("{amount} a t").format(amount=money(value, currency))
    return plain(value) if key.endswith(".add") else percent(value)


def future_name(name: str, payload: Payload) -> str:
    """Return what a future is called: one input and its value, or as the user named it."""
    key, _sign, value = name.rpartition("=")
    try:
        shown = amount(key, float(value), payload["scenario"]["currency"])
        return _("{input} {value}").format(input=swung_name(key), value=shown) if key else name
    except ValueError:
        return name


def _flip_table(payload: Payload) -> RiskTable | None:
    """Return where decisions flip: a row a decision, a column an input."""
    shown, currency = payload["no_regret"], payload["scenario"]["currency"]
    if not shown["inputs"]:
        return None
    found, called = {(row["decision"], row["input"]): row for row in shown["flips"]}, decision_names(shown)
    asked = [row for row in shown["decisions"] if any(row["key"] == key for key, _input in found)]
    rows = [
        [
            called[row["key"]],
            _("yes") if row["chosen"] else _("no"),
            *(
                flip_text(found.get((row["key"], each["key"])), each["key"], currency)
                for each in shown["inputs"]
            ),
        ]
        for row in asked[:MOST]
    ]
    headers = [_("Decision"), _("In the plan"), *(swung_name(each["key"]) for each in shown["inputs"])]
    return RiskTable(
        _("What flips a decision"),
        _(
            "The value of one input from which the plan with it and the plan without it change places; all "
            "else as it is, every other decision free. Percentages are of what the tables say."
        ),
        headers,
        rows or [[_("no decision was asked about"), *[DASH] * (len(headers) - 1)]],
    )


def flip_text(row: dict[str, Any] | None, key: str, currency: str) -> str:
    """Say where a decision flips, or that it does not."""
    if row is None:
        return DASH
    if row["open"]:
        return _("open, by the gap of the solves")
    said = []
    for side, words, unclear in (
        ("below", N_("below {value}"), N_("below {value}, by the gap not clearly")),
        ("above", N_("from {value}"), N_("from {value}, by the gap not clearly")),
    ):
        tip = row[side]
        if tip["value"] is not None:
            clear = tip["near"] is not None and tip["far"] is not None
            said.append(_(words if clear else unclear).format(value=amount(key, tip["value"], currency)))
    if said:
        return clauses(said)
    low, high = row["below"]["reach"], row["above"]["reach"]
    if low is None or high is None:
        return _("not answered in time")
    return _("not from {low} to {high}").format(
        low=amount(key, low, currency), high=amount(key, high, currency)
    )


def _plan_table(payload: Payload) -> RiskTable | None:
    """Return cost, emissions and number of other decisions of each plan."""
    shown, currency = payload["no_regret"], payload["scenario"]["currency"]
    plans = [*shown["alternatives"], *shown["futures"]]
    if len(plans) < 2:
        return None
    rows = [
        [
            plan_name(p, row, payload),
            money(row["cost"], currency),
            tonnes(row["emissions"]),
            DASH if p == 0 else counted(row["other"], "decision"),
        ]
        for p, row in enumerate(plans)
    ]
    left = len(rows) - MOST
    unit = _("Net present value and emissions over the horizon; each plan is the cheapest with its decisions")
    if left > 0:
        unit = clauses([unit, _("{number} more are in the workbook").format(number=left)])
    headers = [_("Plan"), _("Present cost"), _("Emissions"), _("Decides otherwise")]
    return RiskTable(_("The plans compared"), unit, headers, rows[:MOST], folded=True)


def plan_name(position: int, row: dict[str, Any], payload: Payload) -> str:
    """Return what a plan is called: this plan, an alternative by number, or its future."""
    if row["name"]:
        return future_name(row["name"], payload)
    if position == 0:
        return _("This plan")
    return _("Alternative {number}").format(number=position)


def _notes(payload: Payload) -> list[str]:
    shown = payload["no_regret"]
    found = [_("A decision is an intervention, counted if it is ever taken; this plan is one of the plans.")]
    if shown["futures"] or shown["inputs"]:
        found.append(_("Caps that are shares of a baseline stay at the same tonnes, whatever input changes."))
    if shown["inputs"]:
        found.append(
            _(
                "Each range is looked at in its middle and at its ends: a decision that flips and flips back "
                "in between is not seen."
            )
        )
    if any(row["open"] for row in shown["flips"]):
        found.append(_("Where the gap of the solves leaves it open, a smaller solver.mip_gap tells more."))
    return found
