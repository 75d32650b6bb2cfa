"""What is counted under each account and each rulebook: ``python -m scenarios.accounting_page``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from scenarios.accounts import BESIDE_ACCOUNTS, EMISSION_ACCOUNTS
from scenarios.rulebook_files import FOOTPRINT, Rulebook, rulebooks_asked

PAGE = Path(__file__).resolve().parent.parent / "docs" / "accounting.md"
HEAD = """# What is counted

Generated from the accounts and from the files in `scenarios/rulebooks` by
`python -m scenarios.accounting_page`; a test fails when this page is stale.

A plan says what is done: t bought, moved and made, MWh drawn. The ledger books every such quantity once, to
the accounts below. A rulebook reads the same quantities: of each entry of the ledger it counts, replaces by a
factor of its own, or leaves out, so that

    ledger = counted + replaced + left out        (for every account, whatever is done)
    rulebook = counted + by its own factors

which a property test proves for every rulebook. Reports show each plan under each rulebook that applies
(`carbon.rulebooks`), with Reference beside it; a cap may be counted by one (`carbon.caps.NAME.rulebook`).

"""
MECHANISM = """## How rulebooks of steel count

Products say in column `material` what rulebooks know them as. A mill is a site that makes the boundary's
product; within the boundary are the processes that make it and what they use there.

    E = direct + electricity + arrivals + freight
    direct       sum of run x direct emissions within the boundary, less cuts
    electricity  sum of MWh of the mill x factor, less what processes beyond the boundary draw x grid factor
    arrivals     sum of t that arrive at the mill x factor of the material; the supplier's own footprint
                 where it is primary data (tier own or supplier), or where the file says footprint
    freight      the last leg of the materials named, to the mill

Green power and contracts are thus counted for what lies within the boundary first. Of goods mixed on their
way the highest footprint on offer counts. What an intervention cuts of a supplier's footprint changes no
default factor. Goods of one mill that another takes in stand in both mills' figures and once in the total.

A class holds where E / Q is at most b - m s: Q is what the mill makes, s the share of scrap in the metal
charged, S / M, both in t of metal. As a target (`carbon.classes`, or measure `steel_class` in table
`targets`) it is the linear row

    E + m y S <= b Q

with y the largest yield, t made per t of metal, of the mill's recipes: what keeps the row is in the class by
its exact share too, and the verification recomputes the exact one.

    zerolane run '+carbon.classes.Benxi={scheme: ResponsibleSteel, level: 2, by: 2030}'

names the mill by its short name, its name or a word of it. Its price is the dual of `target_kept`;
`carbon.cost_of_classes=true` solves again without the classes and tells the difference.

A file of the same layout in a folder `rulebooks` beside a case's tables stands instead of the shipped one of
its name, or is a further rulebook: figures that are not public, such as benchmarks, go there.
"""
CORPORATE = "GHG Protocol Corporate Standard"
CHAIN = "GHG Protocol Corporate Value Chain Standard"
SCOPE2 = "GHG Protocol Scope 2 Guidance"
FREIGHT = "ISO 14083, GLEC Framework v3"
OWN = "own; on a line of its own, in no total"
# Account: formula, source. Every account has its line; a test says so.
FORMULAS: dict[str, tuple[str, str]] = {
    "scope1": ("sum of run x direct emissions, less what interventions cut; handling at own hubs", CORPORATE),
    "scope2_location": ("sum of MWh x factor of the region's grid; 0 behind the meter", SCOPE2),
    "scope2_market": ("sum of MWh x factor of the contract: 0 green, else of the grid", SCOPE2),
    "scope2_same_hour": (
        "as by market for MWh of the same hour and deliverable, else of the grid",
        "GHG Protocol scope 2 revision, draft",
    ),
    "scope3_purchased_goods": (
        "sum of bought x footprint x (1 + default mark-up), less cuts; what partners' sites emit",
        CHAIN,
    ),
    "scope3_fuel_and_energy": ("sum of handled x energy carriers x factor of making them", CHAIN),
    "scope3_upstream_transport_ttw": ("sum of t x km x factor, tank to wheel", FREIGHT),
    "scope3_upstream_transport_wtt": ("sum of t x km x factor, well to tank; grid where charged", FREIGHT),
    "scope3_upstream_transport_idling": ("hours of waiting x factor of idling", FREIGHT),
    "scope3_waste": ("sum of t discarded x factor of treatment", CHAIN),
    "scope3_downstream_transport_ttw": ("as upstream, on the way to customers", FREIGHT),
    "scope3_downstream_transport_wtt": ("as upstream, on the way to customers", FREIGHT),
    "avoided_emissions": ("sum of t used x t spared to others", OWN),
    "displaced_emissions": ("share of what a pool gives that rivals go without x t they emit", OWN),
    "avoided_coal": ("sum of t used x tce spared to others", OWN),
    "displaced_coal": ("share of what a pool gives that rivals go without x tce they use", OWN),
    "offsets_retired": ("t bought; against a cap only with includes_offsets", OWN),
    "nature_based_removals_retired": ("t bought; against a cap only with includes_offsets", OWN),
    "engineered_removals_retired": ("t bought; against a cap only with includes_offsets", OWN),
}


def page() -> str:
    """Return the page as Markdown; raises KeyError for an account without a formula."""
    lines = [
        "## Accounts of the ledger",
        "",
        "| account | what | formula, per year | source |",
        "|---|---|---|---|",
    ]
    for account, meaning in EMISSION_ACCOUNTS.items():
        formula, source = FORMULAS[account]
        lines.append(f"| `{account}` | {meaning} | {formula} | {source} |")
    for account, (unit, meaning) in BESIDE_ACCOUNTS.items():
        formula, source = FORMULAS[account]
        lines.append(f"| `{account}` ({unit}) | {meaning} | {formula} | {source} |")
    lines += ["", MECHANISM, "## Rulebooks", ""]
    books = rulebooks_asked(["all"], None)
    lines += ["| rulebook | version | counts up to | electricity | classes |", "|---|---|---|---|---|"]
    for book in books:
        classes = ", ".join(each.label for each in book.classes) or "-"
        power = "-" if book.of_chain else book.electricity
        upto = _boundary(book)
        lines.append(f"| [{book.name}](#{_anchor(book)}) | {book.version} | {upto} | {power} | {classes} |")
    for book in books:
        lines += ["", *_book(book)]
    return HEAD + "\n".join(lines) + "\n"


def _boundary(book: Rulebook) -> str:
    return "whole chain" if book.of_chain else book.boundary.replace("_", " ")


def _anchor(book: Rulebook) -> str:
    return "".join(c for c in book.name.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _book(book: Rulebook) -> list[str]:
    rows = book.rows[book.rows["part"] != "about"]
    lines = [f"### {book.name}", "", f"`{book.label}`, version {book.version}. {book.says}", ""]
    lines += ["| part | of | counts | from | quality |", "|---|---|---|---|---|"]
    sources = list(dict.fromkeys(rows["source"]))
    for _, row in rows.iterrows():
        note = f"; {row['note']}" if row["note"] else ""
        mark = sources.index(row["source"]) + 1
        lines.append(f"| {row['part']} | {row['what']} | {_value(row)}{note} | [{mark}] | {row['quality']} |")
    lines.append("")
    return lines + list(_sources(sources))


def _value(row: pd.Series) -> str:
    since = "" if pd.isna(row["year"]) else f" from {row['year']:.0f} on"
    if row["part"] == "class":
        slope = round(float(row["value"]) - row["full_scrap"], 6)
        return f"{row['value']} - {slope:g} s {row['unit']}"
    if row["value"] == FOOTPRINT:
        return "the supplier's footprint"
    unit = f" {row['unit']}" if row["unit"] else ""
    return f"{row['value']}{unit}{since}"


def _sources(sources: list[str]) -> Iterator[str]:
    for number, source in enumerate(sources, 1):
        yield f"[{number}] {source}" + ("  " if number < len(sources) else "")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")


if __name__ == "__main__":
    main()
