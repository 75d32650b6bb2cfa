"""Second opinion on allowances and border adjustments, without the model; see :mod:`optimizer.verify`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from scenarios.ledger import Ledger
from scenarios.scenario import Floats, Scenario

Finding = tuple[str, Floats, Floats]  # rule, violation, size of what is compared


def carbon_money_findings(s: Scenario, ledger: Ledger, x: Mapping[str, Floats]) -> Iterator[Finding]:
    """Yield what breaks a rule of carbon markets or borders, with how much and the size compared."""
    if len(s.markets.label):
        yield from _markets(s, ledger, x)
    if len(s.borders.site_label):
        yield from _borders(s, x)


def _markets(s: Scenario, ledger: Ledger, x: Mapping[str, Floats]) -> Iterator[Finding]:
    markets, years, sites = s.markets, s.periods.years, len(s.sites.label)
    priced = ledger.price(x)
    for m, label in enumerate(markets.label):
        here = np.append(markets.covered[m], False)  # the last row is of no single site
        by_site = sum(priced.by_site(account) for account in markets.accounts[m])
        emitted = by_site[here].sum(axis=0)  # type: ignore[index]
        given = (markets.free_run[m] * x["run"]).sum(axis=0)
        given = given + (markets.free_emitted[m] * by_site[:sites]).sum(axis=0)  # type: ignore[index]
        bank = x["bank"][m]
        before = np.append(markets.opening_bank[m], bank[:-1])
        at_hand = before + years * (given - emitted + x["allowance_bought"][m] - x["allowance_sold"][m])
        yield f"allowances of {label}", np.maximum(bank - at_hand, 0), emitted * years
        yield f"bank of {label}", np.maximum(bank - markets.bank_limit[m], 0), emitted * years
        yield f"sales of {label}", np.maximum(x["allowance_sold"][m] - _to_spare(s, ledger, x, m), 0), emitted
    for name in ("allowance_bought", "allowance_sold", "bank"):
        yield f"{name} is not negative", np.maximum(-x[name], 0), x["allowance_bought"]


def _to_spare(s: Scenario, ledger: Ledger, x: Mapping[str, Floats], market: int) -> Floats:
    """Return what activities are given beyond what they emit in a market, t a year, (T,)."""
    markets, net = s.markets, {"run": s.markets.free_run[market].copy()}
    for rate in ledger.rates:
        if rate.account in markets.accounts[market]:
            here = (markets.covered[market][rate.site] & (rate.site >= 0))[:, None]
            charged = rate.per_unit * here * (1 - markets.free_emitted[market][rate.site])
            net[rate.activity] = net.get(rate.activity, 0.0) - charged
    spare = [(np.maximum(each, 0) * x[name]).sum(axis=0) for name, each in net.items() if name in x]
    return np.sum(spare, axis=0)


def _borders(s: Scenario, x: Mapping[str, Floats]) -> Iterator[Finding]:
    b = s.borders
    exported = b.exported(x["flow"])
    attributed = x["at_default"].copy()
    np.add.at(attributed, b.entry_good, b.entry_quantity[:, None] * x["declared"][b.entry_declared])
    yield "exports declared", np.maximum(exported - attributed, 0), exported
    declared = np.zeros_like(x["run"])
    np.add.at(declared, b.declared_operation, x["declared"])
    yield "declared as run", np.maximum(declared - x["run"], 0), x["run"]
    improved = np.zeros_like(x["covered"])
    np.add.at(improved, b.cut_cover, x["declared_cut"])
    yield "cuts declared as made", np.maximum(improved - x["covered"], 0), x["run"]
    beyond = np.maximum(x["declared_cut"] - x["declared"][b.cut_declared], 0)
    yield "cuts within what is declared", beyond, x["run"]
    yield "paid for at borders", np.abs(b.due(x) - x["border_due"]), x["border_due"]
    for name in ("declared", "declared_cut", "at_default"):
        yield f"{name} is not negative", np.maximum(-x[name], 0), x["run"]
