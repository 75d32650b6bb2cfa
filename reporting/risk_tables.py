"""Tables of the page about the trials: by source, lost site, account and customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reporting.figures import (
    Scale,
    change,
    count,
    emission_scale,
    interval,
    money,
    money_scale,
    percent,
    plain,
    shorten,
    whole_percent,
)
from reporting.intervals import between
from reporting.payload import Payload

MOST_SITES, MOST_CUSTOMERS = 14, 12
DEAREST = 8  # of the sites shown; the rest are those that customers feel soonest
UNVALUED = "what is taken from opening stocks and not bought again costs nothing here"
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
    return RiskTable(
        ladder_title(payload),
        f"One source at a time against the plan: mean change \u00b1 95% interval, standard deviation (sd). "
        f"Cost in {_unit(of_cost, currency)}, CO\u2082e in {of_carbon.unit}, over the horizon; {UNVALUED}",
        ["Source", "Cost", "sd", "CO\u2082e", "sd", "Service, points", "Worst", "Misses a cap"],
        [
            [
                row["source"].capitalize(),
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
        return "Nothing varies in these futures"
    dearest = max(single, key=lambda row: row["cost_added"])
    short = min(single, key=lambda row: row["service_added"])
    said = []
    if dearest["cost_added_low"] > 0:
        said.append(f"most cost is added by {dearest['source']}, {money(dearest['cost_added'], currency)}")
    if short["service_added"] < -5e-5:
        points = plain(-100 * short["service_added"])
        said.append(f"most service is lost to {short['source']}, {points} points")
    text = "; ".join(said) or "no source alone clearly adds cost or takes service"
    return text[0].upper() + text[1:]


def resilience(payload: Payload) -> RiskTable | None:
    """Return how the plan bears the loss of each supplier and site; None when it was not asked for."""
    found, currency = payload["risk"]["resilience"], payload["scenario"]["currency"]
    if found is None:
        return None
    rows = _worth_showing(found["rows"])
    of_cost, of_carbon = _scales(rows, ("outage_cost",), ("outage_emissions",))
    shown = f"the dearest and the shortest survived of {count(len(found['rows']))}, all in the workbook. "
    return RiskTable(
        resilience_title(payload),
        f"One at a time stands still from the start of {found['year']:.0f}, nothing else varies"
        f"{': ' + shown if len(rows) < len(found['rows']) else '. '}"
        f"Survive: days until a customer gets less than {whole_percent(found['service'])} of what he asks "
        f"for, if it never comes back. The rest is for an outage of {count(found['days'])} days; "
        f"cost in {_unit(of_cost, currency)}, CO\u2082e in {of_carbon.unit}; {UNVALUED}",
        ["Supplier or site", "Days to survive", "Days to recover", "Cost", "CO\u2082e", "Not delivered"],
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
        return "The plan uses no supplier or site that could fail"
    dearest, days = rows[0], f"{count(found['days'])} days"
    parts = []
    if dearest["outage_cost"] > 0:
        price = money(dearest["outage_cost"], currency)
        parts.append(f"{shorten(dearest['name'], 36)} out for {days} costs most, {price}")
    known = [row for row in rows if row["days_to_survive"] is not None]
    if known:
        weak = min(known, key=lambda row: row["days_to_survive"])
        lived = count(weak["days_to_survive"])
        parts.append(f"customers are served {lived} days without {shorten(weak['name'], 36)}, the fewest")
    return "; ".join(parts) or "No single loss is felt by a customer within a year"


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
        f"{count(min(len(by_need), MOST_CUSTOMERS))} of {count(len(by_need))} stocks at customers, those "
        "that need most first; days of the largest planned use; service is the share served on its day",
        ["Customer and product", "Days kept", "Days to add", "Units to add", "Service now", "Service then"],
        [
            [
                shorten(row["name"], 60),
                plain(row["stock_now"]),
                "out of reach" if row["stock_more"] is None else plain(row["stock_more"], signed=True),
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
    few = f"{MOST_CUSTOMERS} of {count(len(rows))}, " if len(rows) > MOST_CUSTOMERS else ""
    ran_dry = sum(row["ordering_empty"] > 0 for row in rows)
    title = f"{count(ran_dry)} of {count(len(rows))} stocks ordered by a policy run dry now and then"
    return RiskTable(
        title if ran_dry else "No stock ordered by a policy runs dry",
        f"{few}those that run dry most first; means over the futures, empty: share of evenings without "
        "stock; the check against the plan follows the plan",
        ["Site and product", "Policy", "Orders a year", "Mean order", "Mean stock", "In days", "Empty"],
        [
            [
                shorten(row["name"], 60),
                row["policy"].replace("_", " "),
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
        return f"Every stock is large enough to serve {target} of demand on its day"
    return (
        f"{count(len(few))} of {count(len(found['rows']))} stocks are too small to serve {target} on the day"
    )


def plan_against_trials(payload: Payload, kind: str) -> RiskTable:
    """Return each account of `kind`, cost or emissions, as planned and as it came in the trials."""
    rows = [row for row in payload["risk"]["accounts"] if row["kind"] == kind]
    largest = max((abs(row[key]) for row in rows for key in ("plan", "mean")), default=0.0)
    rows = [row for row in rows if max(abs(row["plan"]), abs(row["mean"])) > SMALL * largest]
    scale = money_scale(largest) if kind == "cost" else emission_scale(largest)
    unit = _unit(scale, payload["scenario"]["currency"]) if kind == "cost" else f"{scale.unit} CO\u2082e"
    known = "paid over the horizon, not discounted" if kind == "cost" else "over the horizon"
    return RiskTable(
        _moved(rows, kind),
        f"{unit} {known}; mean over the futures with its 95% interval",
        ["Account", "Plan", "Futures", "95% interval", "Change"],
        [
            [
                row["label"],
                scale.show(row["plan"]),
                scale.show(row["mean"]),
                f"{scale.show(row['low'])} to {scale.show(row['high'])}",
                _change(row),
            ]
            for row in rows
        ],
        half=True,
    )


def _moved(rows: list[dict[str, Any]], kind: str) -> str:
    """Say which account ends clearly away from the plan, and furthest."""
    name = "Cost" if kind == "cost" else "Emissions"
    clear = [row for row in rows if not row["low"] <= row["plan"] <= row["high"]]
    clear = [row for row in clear if abs(row["mean"] - row["plan"]) > 1e-6 * abs(row["plan"])]
    if not clear:
        return f"{name}: every account ends where the plan has it"
    furthest = max(clear, key=lambda row: abs(row["mean"] - row["plan"]))
    moved, share = furthest["mean"] - furthest["plan"], change(furthest["mean"], furthest["plan"])
    far = f"{percent(abs(share))} " if share is not None else ""
    side = "above" if moved > 0 else "below"
    return f"{name}: {furthest['label']} ends furthest from plan, {far}{side} it on average"


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
        f"{shorten(rows[0][1]['name'], 60)} is served worst: {plain(100 * rows[0][0])}% "
        f"of what it asks for in {labels[rows[0][2]]}",
        f"{count(min(len(rows), MOST_CUSTOMERS))} of {count(len(rows))} customers and products, each in its "
        "worst year, worst first; all years are in the workbook",
        ["Customer and product", "Worst year", "Delivered", "95% interval", "Served in full", "95% interval"],
        [
            [
                shorten(row["name"], 60),
                labels[t],
                f"{plain(100 * row['fill'][t])}%",
                f"{plain(100 * row['fill_low'][t])}% to {plain(100 * row['fill_high'][t])}%",
                whole_percent(row["served"][t]),
                interval(row["served_low"][t], row["served_high"][t]),
            ]
            for _, row, t in rows[:MOST_CUSTOMERS]
        ],
        folded=True,
    )


def _scales(
    rows: list[dict[str, Any]], cost: tuple[str, ...], carbon: tuple[str, ...]
) -> tuple[Scale, Scale]:
    def largest(names: tuple[str, ...]) -> float:
        return max((abs(row[name]) for row in rows for name in names), default=0.0)

    return money_scale(largest(cost)), emission_scale(largest(carbon))


def _unit(scale: Scale, currency: str) -> str:
    return f"{currency} {scale.unit}".rstrip()


def _chance(row: dict[str, Any]) -> str:
    ends = interval(row["chance_any_low"], row["chance_any_high"])
    return f"{whole_percent(row['chance_any'])} ({ends})"


def _days(days: float | None) -> str:
    return "over a year" if days is None else count(days)


def _change(row: dict[str, Any]) -> str:
    moved = change(row["mean"], row["plan"])
    return "new" if moved is None else percent(moved, signed=True)
