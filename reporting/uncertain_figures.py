"""What emission factors and prices that are not known mean for caps and cost, for page and workbook."""

from __future__ import annotations

from typing import Any

import xarray as xr

from reporting.figures import between, interval, money, whole_percent
from reporting.intervals import ENDS
from reporting.language import gettext as _
from reporting.moments import moments, whole_number
from reporting.payload import Payload
from reporting.risk_tables import RiskTable
from reporting.workbook_columns import Column, Row, Table

MOST_CAPS = 3
CLEAR = 0.005  # a chance that changes by less is said to stay


def factor_tables(payload: Payload) -> list[RiskTable]:
    """Return a table of the chance of missing caps with uncertain factors; nothing when factors are known."""
    found = payload["risk"]["factor_chances"] if payload["risk"] is not None else None
    years = payload["periods"]["labels"]
    tables = []
    for cap in (found or [])[:MOST_CAPS]:
        held = [t for t, chance in enumerate(cap["chance"]) if chance is not None]
        if held:
            rows = [[years[t], _chance(cap, "known", t), _chance(cap, "chance", t)] for t in held]
            unit = _("Cap {name}: share of futures, with its 95% interval").format(name=_(cap["key"]))
            heads = [_("Year"), _("Emission factors as stated"), _("Factors uncertain too")]
            tables.append(RiskTable(_factor_title(cap, held, years), unit, heads, rows))
    return tables


def _factor_title(cap: dict[str, Any], held: list[int], years: list[str]) -> str:
    """Say where uncertain factors move the chance of missing a cap furthest."""
    furthest = max(held, key=lambda t: abs(cap["chance"][t] - cap["known"][t]))
    before, after = cap["known"][furthest], cap["chance"][furthest]
    if abs(after - before) < CLEAR:
        return _("Uncertain emission factors leave the chance of missing the cap as it is")
    said = (
        _("Uncertain emission factors raise the chance of missing the cap in {year} from {before} to {after}")
        if after > before
        else _(
            "Uncertain emission factors lower the chance of missing the cap in {year} from {before} to "
            "{after}"
        )
    )
    return said.format(year=years[furthest], before=whole_percent(before), after=whole_percent(after))


def price_fact(payload: Payload) -> tuple[str, str] | None:
    """Return the range of cost over draws of the prices and what goes with it; None when there are none."""
    found = payload["risk"] and payload["risk"]["price_range"]
    if not found:
        return None
    currency = payload["scenario"]["currency"]
    low, mean, high = (money(found["worst"][key], currency) for key in ("low", "mean", "high"))
    said = _("Net present value over draws of the prices; worst 1 in 20 {mean}, 95% interval {interval}")
    return (
        between(money(found["p5"], currency), money(found["p95"], currency)),
        said.format(mean=mean, interval=between(low, high)),
    )


def workbook_factors(payload: Payload, plan: xr.Dataset) -> Table:
    """Return the chance of missing each cap in each period, factors known and not, with intervals."""
    names = [f"{name}{end}" for name in ("known", "chance") for end in ENDS]
    rows: list[Row] = [
        [cap["key"], start, *(cap[name][t] for name in names)]
        for cap in payload["risk"]["factor_chances"]
        for t, start in enumerate(map(whole_number, moments(plan)))
        if cap["chance"][t] is not None
    ]
    heads = [
        f"{head}{end}"
        for head in ("Factors as stated", "Factors uncertain")
        for end in ("", ", 95% low", ", 95% high")
    ]
    columns = [Column("Cap", width=24), Column("Period", "year", 10)]
    columns += [Column(head, "share", 24) for head in heads]
    meaning = _("Chance of missing each cap, with emission factors as stated and uncertain.")
    return Table("CapsUncertainFactors", meaning, columns, rows)


def _chance(cap: dict[str, Any], name: str, t: int) -> str:
    ends = interval(cap[f"{name}_low"][t], cap[f"{name}_high"][t])
    return _("{share} ({interval})").format(share=whole_percent(cap[name][t]), interval=ends)
