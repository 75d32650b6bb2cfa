"""Tables of the page about the trials: by source, lost site, account and customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reporting.figures import (
    Scale,
    change,
    clauses,
    count,
    emission_scale,
    interval,
    money,
    money_scale,
    money_unit,
    percent,
    plain,
    sentences,
    shorten,
    whole_percent,
)
from reporting.figures import between as from_to
from reporting.intervals import between
from reporting.language import N_
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.vocabulary import retold

MOST_SITES, MOST_CUSTOMERS = 14, 12
DEAREST = 8  # of the sites shown; the rest are those that customers feel soonest
UNVALUED = N_("what is taken from opening stocks and not bought again costs nothing here")
SMALL = 1e-9  # of the largest account: less is shown as nothing


@dataclass(frozen=True)
class RiskTable:
    """A table with a finding for a title; `half` tables stand in pairs, `folded` ones wait for a click."""

    title: str
    unit: str
    headers: list[str]
    rows: list[list[str]]
    half: bool = False
    folded: bool = False


def risk_tables(payload: Payload) -> list[RiskTable]:
    """Return the tables there is something to say in; none when nothing was simulated."""
    if payload["risk"] is None:
        return []
    found = studies(payload) + [plan_against_trials(payload, kind) for kind in ("cost", "emissions")]
    served = customers(payload)
    return [table for table in (*found, *([served] if served else [])) if table.rows]


def studies(payload: Payload) -> list[RiskTable]:
    """Return the tables of what was asked for besides: ladder, resilience, stocks and reorder policies."""
    if payload["risk"] is None:
        return []
    found = (ladder(payload), resilience(payload), stocks(payload), ordering(payload))
    return [table for table in found if table is not None]


def ladder(payload: Payload) -> RiskTable | None:
    """Return what each source of uncertainty adds on its own; None when it was not asked for."""
    rows, currency = payload["risk"]["ladder"], payload["scenario"]["currency"]
    if rows is None:
        return None
    of_cost, of_carbon = _scales(rows, ("cost_added", "cost_sd"), ("emissions_added", "emissions_sd"))
    units = _("Cost in {money}, CO\u2082e in {carbon}, over the horizon")
    units = units.format(money=money_unit(of_cost, currency), carbon=of_carbon.unit)
    told = _(
        "One source at a time against the plan: mean change \u00b1 95% interval, standard deviation (sd)."
    )
    heads = (_("Source"), _("Cost"), _("sd"), "CO\u2082e", _("sd"), _("Service, points"), _("Worst"))
    return RiskTable(
        ladder_title(payload),
        sentences([told, clauses([units, _(UNVALUED)])]),
        [*heads, _("Misses a cap")],
        [
            [
                retold(row["source"]).capitalize(),
                between(row, "cost_added", of_cost.divisor, signed=True),
                of_cost.show(row["cost_sd"]),
                between(row, "emissions_added", of_carbon.divisor, signed=True),
                of_carbon.show(row["emissions_sd"]),
                f"{plain(100 * row['service_added'], signed=True)}",
                f"{plain(100 * row['service_worst'])}%",
                _chance(row),
            ]
            for row in rows
        ],
    )


def ladder_title(payload: Payload) -> str:
    """Say which source adds most to cost and which takes most service."""
    single, currency = payload["risk"]["ladder"][:-1], payload["scenario"]["currency"]
    if not single:
        return _("Nothing varies in these futures")
    dearest = max(single, key=lambda row: row["cost_added"])
    short = min(single, key=lambda row: row["service_added"])
    said = []
    if dearest["cost_added_low"] > 0:
        amount = money(dearest["cost_added"], currency)
        most = _("most cost is added by {source}, {amount}")
        said.append(most.format(source=retold(dearest["source"]), amount=amount))
    if short["service_added"] < -5e-5:
        points = plain(-100 * short["service_added"])
        most = _("most service is lost to {source}, {points} points")
        said.append(most.format(source=retold(short["source"]), points=points))
    text = clauses(said) or _("no source alone clearly adds cost or takes service")
    return text[0].upper() + text[1:]


def resilience(payload: Payload) -> RiskTable | None:
    """Return how the plan bears the loss of each supplier and site; None when it was not asked for."""
    found, currency = payload["risk"]["resilience"], payload["scenario"]["currency"]
    if found is None:
        return None
    rows = _worth_showing(found["rows"])
    of_cost, of_carbon = _scales(rows, ("outage_cost",), ("outage_emissions",))
    still = _("One at a time stands still from the start of {year}, nothing else varies.")
    if len(rows) < len(found["rows"]):
        still = _(
            "One at a time stands still from the start of {year}, nothing else varies: the dearest and the "
            "shortest survived of {number}, all in the workbook."
        )
    survive = _(
        "Survive: days until a customer gets less than {share} of what he asks for, if it never comes back."
    )
    rest = _("The rest is for an outage of {days} days; cost in {money}, CO\u2082e in {carbon}")
    rest = rest.format(days=count(found["days"]), money=money_unit(of_cost, currency), carbon=of_carbon.unit)
    return RiskTable(
        resilience_title(payload),
        sentences(
            [
                still.format(year=f"{found['year']:.0f}", number=count(len(found["rows"]))),
                survive.format(share=whole_percent(found["service"])),
                clauses([rest, _(UNVALUED)]),
            ]
        ),
        [
            *(_("Supplier or site"), _("Days to survive"), _("Days to recover"), _("Cost"), "CO\u2082e"),
            _("Not delivered"),
        ],
        [
            [
                shorten(row["name"], 36),
                _days(row["days_to_survive"]),
                _days(row["days_to_recover"]),
                plain(row["outage_cost"] / of_cost.divisor, signed=True),
                plain(row["outage_emissions"] / of_carbon.divisor, signed=True),
                count(row["outage_undelivered"]),
            ]
            for row in rows
        ],
    )


def _worth_showing(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the dearest losses, then those that customers feel soonest; all when they are few."""
    if len(rows) <= MOST_SITES:
        return rows
    soonest = sorted(
        (row for row in rows[DEAREST:] if row["days_to_survive"] is not None),
        key=lambda row: row["days_to_survive"],
    )
    return rows[:DEAREST] + soonest[: MOST_SITES - DEAREST]


def resilience_title(payload: Payload) -> str:
    """Say which loss costs most and which the plan survives the shortest time."""
    found, currency = payload["risk"]["resilience"], payload["scenario"]["currency"]
    rows = found["rows"]
    if not rows:
        return _("The plan uses no supplier or site that could fail")
    dearest, parts = rows[0], []
    if dearest["outage_cost"] > 0:
        price = money(dearest["outage_cost"], currency)
        said = _("{name} out for {days} days costs most, {price}")
        name = shorten(dearest["name"], 36)
        parts.append(said.format(name=name, days=count(found["days"]), price=price))
    known = [row for row in rows if row["days_to_survive"] is not None]
    if known:
        weak = min(known, key=lambda row: row["days_to_survive"])
        said = _("customers are served {days} days without {name}, the fewest")
        name = shorten(weak["name"], 36)
        parts.append(said.format(days=count(weak["days_to_survive"]), name=name))
    return clauses(parts) or _("No single loss is felt by a customer within a year")


def stocks(payload: Payload) -> RiskTable | None:
    """Return the stock that each customer needs for the service target; None when it was not asked for."""
    found = payload["risk"]["stocks"]
    if found is None:
        return None
    # Those who need most stand first; out of reach is most of all.
    by_need = sorted(
        found["rows"], key=lambda row: (row["stock_more"] is not None, -(row["stock_more"] or 0.0))
    )
    return RiskTable(
        stocks_title(payload),
        _(
            "{shown} of {number} stocks at customers, those that need most first; days of the largest "
            "planned use; service is the share served on its day"
        ).format(shown=count(min(len(by_need), MOST_CUSTOMERS)), number=count(len(by_need))),
        [
            *(_("Customer and product"), _("Days kept"), _("Days to add"), _("Units to add")),
            *(_("Service now"), _("Service then")),
        ],
        [
            [
                shorten(row["name"], 60),
                plain(row["stock_now"]),
                _("out of reach") if row["stock_more"] is None else plain(row["stock_more"], signed=True),
                "" if row["stock_more_units"] is None else plain(row["stock_more_units"], signed=True),
                f"{plain(100 * row['served_now'])}%",
                f"{plain(100 * row['served_then'])}%",
            ]
            for row in by_need[:MOST_CUSTOMERS]
        ],
    )


def ordering(payload: Payload) -> RiskTable | None:
    """Return how sites with a reorder policy fared; None where all follow the plan."""
    rows = payload["risk"]["ordering"]
    if rows is None:
        return None
    by_need = sorted(rows, key=lambda row: -row["ordering_empty"])
    ran_dry = sum(row["ordering_empty"] > 0 for row in rows)
    title = _("{number} of {all} stocks ordered by a policy run dry now and then")
    told = _(
        "those that run dry most first; means over the futures, empty: share of evenings without stock; the "
        "check against the plan follows the plan"
    )
    if len(rows) > MOST_CUSTOMERS:
        told = _(
            "{shown} of {all}, those that run dry most first; means over the futures, empty: share of "
            "evenings without stock; the check against the plan follows the plan"
        ).format(shown=MOST_CUSTOMERS, all=count(len(rows)))
    heads = (_("Site and product"), _("Policy"), _("Orders a year"), _("Mean order"), _("Mean stock"))
    return RiskTable(
        title.format(number=count(ran_dry), all=count(len(rows)))
        if ran_dry
        else _("No stock ordered by a policy runs dry"),
        told,
        [*heads, _("In days"), _("Empty")],
        [
            [
                shorten(row["name"], 60),
                _(row["policy"].replace("_", " ")),
                plain(row["orders_per_year"]),
                plain(row["order_size"]),
                plain(row["ordering_stock"]),
                plain(row["ordering_stock_days"]),
                percent(row["ordering_empty"]),
            ]
            for row in by_need[:MOST_CUSTOMERS]
        ],
    )


def stocks_title(payload: Payload) -> str:
    """Say how many stocks are too small for the service target."""
    found = payload["risk"]["stocks"]
    few = [row for row in found["rows"] if row["stock_more"] is None or row["stock_more"] > 0]
    target = f"{plain(100 * found['target'])}%"
    if not few:
        return _("Every stock is large enough to serve {target} of demand on its day").format(target=target)
    said = _("{number} of {all} stocks are too small to serve {target} on the day")
    return said.format(number=count(len(few)), all=count(len(found["rows"])), target=target)


def plan_against_trials(payload: Payload, kind: str) -> RiskTable:
    """Return each account of `kind`, cost or emissions, as planned and as it came in the trials."""
    rows = [row for row in payload["risk"]["accounts"] if row["kind"] == kind]
    largest = max((abs(row[key]) for row in rows for key in ("plan", "mean")), default=0.0)
    rows = [row for row in rows if max(abs(row["plan"]), abs(row["mean"])) > SMALL * largest]
    scale = money_scale(largest) if kind == "cost" else emission_scale(largest)
    told = (
        _("{unit} paid over the horizon, not discounted; mean over the futures with its 95% interval").format(
            unit=money_unit(scale, payload["scenario"]["currency"])
        )
        if kind == "cost"
        else _("{unit} CO\u2082e over the horizon; mean over the futures with its 95% interval").format(
            unit=scale.unit
        )
    )
    return RiskTable(
        _moved(rows, kind),
        told,
        [_("Account"), _("Plan"), _("Futures"), _("95% interval"), _("Change")],
        [
            [
                _(row["label"]),
                scale.show(row["plan"]),
                scale.show(row["mean"]),
                from_to(scale.show(row["low"]), scale.show(row["high"])),
                _change(row),
            ]
            for row in rows
        ],
        half=True,
    )


def _moved(rows: list[dict[str, Any]], kind: str) -> str:
    """Say which account ends clearly away from the plan, and furthest."""
    clear = [row for row in rows if not row["low"] <= row["plan"] <= row["high"]]
    clear = [row for row in clear if abs(row["mean"] - row["plan"]) > 1e-6 * abs(row["plan"])]
    name = _("Cost") if kind == "cost" else _("Emissions")
    if not clear:
        return _("{name}: every account ends where the plan has it").format(name=name)
    furthest = max(clear, key=lambda row: abs(row["mean"] - row["plan"]))
    moved, share = furthest["mean"] - furthest["plan"], change(furthest["mean"], furthest["plan"])
    if share is None:
        said = (
            _("{name}: {account} ends furthest from plan, above it on average")
            if moved > 0
            else _("{name}: {account} ends furthest from plan, below it on average")
        )
        return said.format(name=name, account=_(furthest["label"]))
    said = (
        _("{name}: {account} ends furthest from plan, {share} above it on average")
        if moved > 0
        else _("{name}: {account} ends furthest from plan, {share} below it on average")
    )
    return said.format(name=name, account=_(furthest["label"]), share=percent(abs(share)))


def customers(payload: Payload) -> RiskTable | None:
    """Return the worst served customers in their worst year; None without customers."""
    labels, rows = payload["periods"]["labels"], []
    for customer in payload["risk"]["customers"]:
        held = [t for t, share in enumerate(customer["fill"]) if share is not None]
        if held:
            worst = min(held, key=lambda t: customer["fill"][t])
            rows.append((customer["fill"][worst], customer, worst))
    if not rows:
        return None
    rows.sort(key=lambda row: (row[0], row[1]["key"]))
    return RiskTable(
        _("{name} is served worst: {share}% of what it asks for in {year}").format(
            name=shorten(rows[0][1]["name"], 60), share=plain(100 * rows[0][0]), year=labels[rows[0][2]]
        ),
        _(
            "{shown} of {number} customers and products, each in its worst year, worst first; all years are "
            "in the workbook"
        ).format(shown=count(min(len(rows), MOST_CUSTOMERS)), number=count(len(rows))),
        [
            *(_("Customer and product"), _("Worst year"), _("Delivered"), _("95% interval")),
            *(_("Served in full"), _("95% interval")),
        ],
        [
            [
                shorten(row["name"], 60),
                labels[t],
                f"{plain(100 * row['fill'][t])}%",
                from_to(f"{plain(100 * row['fill_low'][t])}%", f"{plain(100 * row['fill_high'][t])}%"),
                whole_percent(row["served"][t]),
                interval(row["served_low"][t], row["served_high"][t]),
            ]
            for _share, row, t in rows[:MOST_CUSTOMERS]
        ],
        folded=True,
    )


def _scales(
    rows: list[dict[str, Any]], cost: tuple[str, ...], carbon: tuple[str, ...]
) -> tuple[Scale, Scale]:
    def largest(names: tuple[str, ...]) -> float:
        return max((abs(row[name]) for row in rows for name in names), default=0.0)

    return money_scale(largest(cost)), emission_scale(largest(carbon))


def _chance(row: dict[str, Any]) -> str:
    ends = interval(row["chance_any_low"], row["chance_any_high"])
    return _("{share} ({interval})").format(share=whole_percent(row["chance_any"]), interval=ends)


def _days(days: float | None) -> str:
    return _("over a year") if days is None else count(days)


def _change(row: dict[str, Any]) -> str:
    moved = change(row["mean"], row["plan"])
    return _("new") if moved is None else percent(moved, signed=True)
