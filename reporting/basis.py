"""What the numbers rest on: data quality, assumptions, caps with their prices, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reporting.figures import (
    DASH,
    Scale,
    clauses,
    count,
    counted,
    currency_name,
    duration,
    enumerated,
    money,
    money_on,
    percent,
    phrases,
    plain,
    rate,
    shorten,
    tonnes,
    whole_percent,
)
from reporting.language import N_
from reporting.language import gettext as _
from reporting.payload import Payload, main_cap
from reporting.scope2 import in_words
from reporting.titles import quality_counts
from reporting.vocabulary import retold

EACH = Scale(1.0, "")
MARKS = ((N_("measured"), "#0b4f6c"), (N_("published"), "#5f9fbf"), (N_("estimated"), "#dcc48f"))


def assumptions(payload: Payload) -> list[tuple[str, str, str]]:
    """Return the assumptions that matter: name, value, what it means."""
    periods, scenario, solver = payload["periods"], payload["scenario"], payload["solver"]
    yearly = scenario["discount_rate"]
    lengths = set(periods["years"])
    step = _("periods of different length")
    if len(lengths) == 1:
        length = lengths.pop()
        known = counted(length, "year") if length >= 1 else counted(round(length * 12), "month")
        step = _("periods of {length}").format(length=known)
    size = counted(len(periods["start"]), "period")
    to_year = _("to {base_year}; money is {currency} in constant prices")
    rows = [
        (_("Pathway"), payload["pathway"]["title"], payload["pathway"]["description"]),
        (_("Horizon"), f"{periods['first']}{DASH}{periods['end']}", phrases([size, step])),
        (
            _("Discount rate"),
            _("{rate} a year").format(rate=rate(yearly)) if yearly is not None else _("not stated"),
            to_year.format(base_year=scenario["base_year"], currency=currency_name(scenario["currency"])),
        ),
        (
            _("Reference"),
            _("as is"),
            _("the same case with today's assets and grid power: nothing new, no cap"),
        ),
        (_("Cap"), *_cap_row(payload)),
        (_("Scope 2"), in_words(payload["emissions"]["scope2"]), _other_method(payload)),
        (_("Offsets"), _("none"), _("no offsets, removals or avoided emissions in any line")),
        (
            _("Solver"),
            solver_status(solver),
            clauses(part for part in (retold(solver["termination"]), _size(solver)) if part),
        ),
    ]
    risk = payload["risk"]
    if risk is None:
        told = _("the plan was not tried; every number is the plan's own")
        return [*rows, (_("Simulation"), _("none"), told)]
    tried = [counted(risk["trials"], "future")]
    if risk["seed"] is not None:
        tried.append(_("seed {seed}").format(seed=f"{risk['seed']:.0f}"))
    rows.append((_("Simulation"), phrases(tried), retold(risk["stopping_rule"]) or _("fixed number")))
    if risk["replans"] is not None:
        rows.append((_("Plans made again"), *_made_again(risk["replans"])))
    if risk["site_days"] is not None:
        rows.append((_("Steps"), *steps_played(risk)))
    if risk["twin_error"] is not None:
        rows.append((_("Twin check"), *_twin(risk["twin_error"])))
    return rows


def _twin(error: float) -> tuple[str, str]:
    """Say whether the simulation repeats the plan when nothing is uncertain."""
    met = _("uncertainty off: the plan is met exactly")
    if error:
        met = _("uncertainty off: the plan is met to {error} of each number")
        met = met.format(error=f"{error:.0e}".replace("e-0", "e-"))
    return _("repeats the plan") if error <= 1e-6 else _("differs"), met


def steps_played(risk: dict[str, Any]) -> tuple[str, str]:
    """Return what all futures together played, and how long that took."""
    played = _("{days} site-days, {events} events")
    played = played.format(days=count(risk["site_days"]), events=count(risk["events"]))
    return played, _("of all futures together, in {time}").format(time=duration(risk["seconds"]))


def _cap_row(payload: Payload) -> tuple[str, str]:
    """Describe the main cap."""
    cap = main_cap(payload)
    if cap is None:
        return _("none"), _("the total is not capped in this pathway")
    starts = payload["periods"]["start"]
    held = [(year, limit) for year, limit in zip(starts, cap["limit"], strict=True) if limit is not None]
    if not cap["comparable"]:
        why = _("bounds an intensity or a running total, so it is not drawn beside yearly emissions")
        return _("from {since}").format(since=held[0][0]), why
    (first, early), (last, late) = held[0], held[-1]
    if first == last:
        return tonnes(late), _("CO\u2082e in {year}").format(year=first)
    when = _("CO\u2082e a year, {years}").format(years=f"{first}{DASH}{last}")
    return f"{tonnes(early)} \u2192 {tonnes(late)}", when


def _other_method(payload: Payload) -> str:
    """Say what the total would be with the other scope 2 method."""
    other = payload["emissions"]["other_scope2"]
    value = payload["emissions"]["methods"][other]["plan"][-1]
    said = _("{method}, the plan's total in {last} is {amount}")
    return said.format(method=in_words(other), last=payload["periods"]["last"], amount=tonnes(value))


def solver_status(solver: dict[str, Any]) -> str:
    """Say whether the solver finished and with which gap."""
    words = {"optimal": _("solved"), "feasible": _("stopped early")}
    gap = solver["gap"]
    known = _("gap unknown") if gap is None else _("gap {gap}").format(gap="0" if gap == 0 else percent(gap))
    return phrases([words.get(solver["status"], solver["status"]), known])


def _size(solver: dict[str, Any]) -> str:
    """Say how large the model was and how long it took."""
    parts = [
        said.format(number=count(solver[key]))
        for key, said in (
            ("variables", _("{number} variables")),
            ("constraints", _("{number} constraints")),
            ("binaries", _("{number} yes/no choices")),
        )
        if solver[key] is not None
    ]
    if solver["solve_seconds"] is not None:
        parts.append(_("{time} to solve").format(time=duration(solver["solve_seconds"])))
    return phrases(parts)


def uncertainties(payload: Payload) -> list[tuple[str, str]]:
    """Return what the simulation varied, as names and values; nested settings are joined by a colon."""
    if payload["risk"] is None:
        return []
    rows: list[tuple[str, str]] = []

    def walk(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                inner_name = _(_words(key)) if name else _(_words(key).capitalize())
                joined = _("{name}: {part}").format(name=name, part=inner_name)
                walk(joined if name else inner_name, inner)
        elif isinstance(value, bool):
            rows.append((name, _("yes") if value else _("no")))
        elif isinstance(value, (int, float)):
            rows.append((name, plain(value)))
        elif isinstance(value, list):
            rows.append((name, enumerated(map(str, value)) or _("none")))
        elif value not in (None, ""):
            rows.append((name, str(value)))

    walk("", payload["risk"]["uncertainty"])
    return rows


def _words(key: str) -> str:
    return str(key).replace("_", " ")


def quality(payload: Payload) -> list[dict[str, Any]]:
    """Return input rows by table and mark: name, count and shares to draw, all tables first."""
    tables = {k: v for k, v in payload["scenario"]["data_quality"].items() if isinstance(v, dict)}
    rows = [_quality_row(_("All tables"), quality_counts(payload))]
    rows += [_quality_row(_(_words(name).capitalize()), marks) for name, marks in tables.items()]
    return [row for row in rows if row["count"] > 0]


def _quality_row(name: str, marks: dict[str, Any]) -> dict[str, Any]:
    """Return one table's counts as shares."""
    numbers = {mark: int(marks.get(mark, 0)) for mark, _colour in MARKS}
    total = sum(numbers.values())
    said = _("{number} {mark}")
    shown = [said.format(number=count(n), mark=_(mark)) for mark, n in numbers.items() if n]
    parts = [
        {"mark": _(mark), "colour": colour, "count": numbers[mark], "share": numbers[mark] / total}
        for mark, colour in MARKS
        if total and numbers[mark]
    ]
    return {
        "name": name,
        "count": total,
        "parts": parts,
        "text": enumerated(shown),
    }


def cap_prices(payload: Payload) -> dict[str, Any] | None:
    """Return each cap's limit, emissions and dearest tonne in its last year; None without caps."""
    currency, rows = payload["scenario"]["currency"], []
    for cap in payload["caps"]:
        held = [i for i, limit in enumerate(cap["limit"]) if limit is not None]
        at = held[-1]
        limit, own = cap["limit"][at], cap["plan"][at]
        show = tonnes if cap["comparable"] else plain
        dual = cap["dual"][at]
        tight = own is not None and limit - own <= 1e-3 * abs(limit)
        if dual is not None and abs(dual) > 5e-4:
            price = money_on(EACH, abs(dual) / payload["periods"]["years"][at], currency)
        else:
            price = _("not known") if tight or dual is None else _("0, room is left")
        rows.append(
            [
                _(_words(cap["key"])),
                str(payload["periods"]["start"][at]),
                show(limit),
                show(own or 0.0),
                price,
            ]
        )
    headers = [_("Cap"), _("Year"), _("Limit"), _("Plan"), _("Dearest tonne")]
    return {"headers": headers, "rows": rows} if rows else None


def limits(payload: Payload) -> list[str]:
    """Return what this report leaves out, in sentences."""
    emissions, risk, solver = payload["emissions"], payload["risk"], payload["solver"]
    has_scope3 = any(a["key"].startswith("scope3") for a in emissions["accounts"])
    found = []
    if payload["scenario"]["demo"]:
        found.append(_("The data is for demonstration: do not decide on it."))
    if has_scope3:
        found.append(
            _(
                "Scope 3 holds purchased goods and transport (categories 1, 4 and 9). Use of sold products, "
                "end of life and other categories are outside the model."
            )
        )
    found.append(_("No offsets, removals or avoided emissions are counted."))
    slack = payload["cost"]["slack"]
    if slack:
        amount = money(slack, payload["scenario"]["currency"])
        said = _(
            "The plan is cheapest within the solver's gap only: a plan up to {amount} cheaper may exist."
        )
        found.append(said.format(amount=amount))
    elif slack is None:
        found.append(_("The solver's gap is unknown: a cheaper plan may exist."))
    if solver["status"] != "optimal":
        found.append(_("The solver was stopped before it finished."))
    if risk is None:
        said = _(
            "The plan was not simulated: nothing here says how it holds when demand, supply or delivery vary."
        )
        found.append(said)
    else:
        error = max(round(100 * 1.96 * 0.5 / risk["trials"] ** 0.5), 1)
        said = _(
            "Simulated futures vary only what is listed under the assumptions, and with {number} of them "
            "a chance is known to about \u00b1{error} points at worst."
        )
        found.append(said.format(number=count(risk["trials"]), error=error))
    estimated = quality_counts(payload).get("estimated", 0)
    rows = sum(quality_counts(payload).values())
    if estimated:
        said = _("{estimated} of {rows} input rows ({share}) are estimates.")
        share = whole_percent(estimated / rows)
        found.append(said.format(estimated=count(estimated), rows=count(rows), share=share))
    if max(payload["periods"]["years"]) > 1:
        found.append(
            _(
                "A period longer than a year has one plan for all its years; "
                "amounts are per year unless they say otherwise."
            )
        )
    warnings = payload["scenario"]["warnings"]
    found += [
        _("Warning of the data: {warning}").format(warning=shorten(retold(w), 200)) for w in warnings[:5]
    ]
    if len(warnings) > 5:
        said = _("{number} more warnings of the data are in the manifest.")
        found.append(said.format(number=len(warnings) - 5))
    found.append(_("Demand and prices are forecasts of the input tables, not of zerolane."))
    return found


def _made_again(replans: Mapping[str, Any]) -> tuple[str, str]:
    """Return how plans were made again inside futures, and what came of it."""
    said = (
        _("quantities and decisions of the years ahead, {times} in all futures together")
        if replans["decisions"] == "free"
        else _("quantities of the years ahead, {times} in all futures together")
    ).format(times=counted(replans["asked"], "time"))
    if replans["kept"]:
        kept = _("{number} of them there was no plan, and the one there was stayed")
        said = clauses([said, kept.format(number=count(replans["kept"]))])
    return _("each year"), said
