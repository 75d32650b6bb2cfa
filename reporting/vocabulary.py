"""What the other packages write into results for people: English there, translated where it is shown.

Tables, settings and solver words arrive in Datasets as English text, some with numbers and names in it. The
lists here mark them for translators; :func:`retold` finds a text again by its fixed parts.
"""

from __future__ import annotations

import re
from functools import cache

from reporting.diagnosed import TOLD
from reporting.figures import money, tonnes
from reporting.language import N_, gettext, spoken
from reporting.settings import Language

TABLES = (
    N_("Sites"), N_("Products"), N_("Offers"), N_("Offer tiers"), N_("Factors"), N_("Exchange ids"),
    N_("Processes"), N_("Recipes"), N_("Lines"), N_("Line processes"), N_("Modes"), N_("Lanes"),
    N_("Lane rules"), N_("Demand"), N_("Indicators"), N_("Scorecard"), N_("Grades"), N_("Sourcing rules"),
    N_("Power options"), N_("Grid factors"), N_("Power profiles"), N_("Power areas"), N_("Microgrids"),
    N_("Hubs"), N_("Storage"), N_("Returns"), N_("Disposal"), N_("Ceilings"), N_("Interventions"),
    N_("Effects"), N_("Intervention counts"), N_("Budgets"), N_("Programme stages"),
    N_("Programme suppliers"), N_("Pins"), N_("Disruptions"), N_("Uncertainty"), N_("Timetables"),
    N_("Gates"), N_("Policies"), N_("Responses"), N_("Targets"), N_("Labels"), N_("Factory scores"),
    N_("Factory statuses"), N_("Water caps"), N_("Price preferences"), N_("Chain requirements"),
    N_("Accepted schemes"), N_("Footprint defaults"), N_("Carbon markets"), N_("Carbon prices"),
    N_("Allocations"), N_("Border adjustments"), N_("Border goods"), N_("Energy carriers"), N_("Vehicles"),
    N_("Hub energy"), N_("Avoided"), N_("Pools"), N_("Pool steps"), N_("Offsets"),
)  # fmt: skip

UNCERTAIN = (
    N_("Demand annual cv"), N_("Demand persistence"), N_("Demand correlation"), N_("Demand daily cv"),
    N_("Lead time cv"), N_("Supplier disruptions per year"), N_("Supplier disruption mean days"),
    N_("Lane disruptions per year"), N_("Lane disruption mean days"), N_("Site disruptions per year"),
    N_("Site disruption mean days"), N_("Breakdowns per year"), N_("Repair mean days"), N_("Renewable cv"),
    N_("Renewable daily cv"), N_("Intervention delay mean years"), N_("Purchase price cv"),
    N_("Freight price cv"), N_("Power price cv"), N_("Carbon price cv"), N_("Price persistence"),
    N_("Input need cv"), N_("Intervention effect cv"), N_("Intervention dropout"),
    N_("Departure delay mean days"), N_("Ramp up"), N_("Programmes"), N_("Supplier score sd"),
    N_("Supplier score persistence"),
)  # fmt: skip

PATHWAYS = (  # titles and descriptions of the bundled ones
    N_("As it is"),
    N_("Today's assets run on at least cost; nothing new is decided and no cap holds."),
    N_("Falling cap"),
    N_("Total emissions fall under a cap by 2035; the cheapest mix of all levers meets it."),
    N_("Carbon market"),
    N_("No cap; direct emissions beyond a falling free allocation are paid for in the national market."),
    N_("Deep cut"),
    N_("Total emissions nearly halve by 2035; every lever is open."),
    N_("Green power"),
    N_("A rising share of green electricity, with the efficiency measures that go with it."),
    N_("Least cost"),
    N_("Every lever is open and nothing limits emissions; what pays by itself is done."),
    N_("Scorecards and quotas"),
    N_(
        "Purchases stay within the quotas of the suppliers' grades; 85 % of spend has a science-based target "
        "by 2035."
    ),
    N_("Scrap first"),
    N_("Scrap bases, higher scrap shares and electric arc furnaces carry the cuts."),
    N_("Supplier programme"),
    N_(
        "Suppliers are trained, measured and helped to act; at least 18 take an inventory, 10 a target, 5 "
        "act."
    ),
)

WORDS = (
    # units, tiers and measures of tables
    N_("t"), N_("thousand"), N_("piece"), N_("unit"), N_("supplier"), N_("sector"), N_("regional"),
    N_("national"), N_("spend"), N_("tonnes"), N_("quantity"),
    # factory statuses and categories of the life cycle
    N_("green factory"), N_("zero carbon factory"), N_("Green factory"), N_("Zero carbon factory"),
    N_("Design"), N_("Operation"), N_("Recycling"), N_("Energy"), N_("Packaging"), N_("Marketing"),
    N_("Trade"),
    # what rulebooks are called and count up to
    N_("GHG Protocol (location)"), N_("GHG Protocol (market)"), N_("GHG Protocol (draft: same hour)"),
    N_("ISO 14083 (transport)"), N_("CBAM (actual data)"), N_("CBAM (default values)"),
    N_("China ETS (intensity)"), N_("IEA near-zero steel"), N_("LESS (quality steel)"),
    N_("crude steel"), N_("hot rolled steel"), N_("draft 2025"), N_("definitive 2026"),
    # what caps are called where nobody names them
    N_("total"),
    # sources of uncertainty
    N_("yearly demand"), N_("daily demand"), N_("lead times"), N_("supplier outages"), N_("lane closures"),
    N_("site outages"), N_("line breakdowns"), N_("renewable output"), N_("late interventions"),
    N_("purchase prices"), N_("freight prices"), N_("power prices"), N_("carbon price"), N_("input needs"),
    N_("effects of interventions"), N_("interventions dropped"), N_("late departures"),
    N_("queues at gates"), N_("ramp-up of interventions"), N_("supplier programmes"), N_("supplier scores"),
    N_("disruptions of the scenario"), N_("all together"),
    # reorder policies
    N_("base stock"), N_("periodic"), N_("order up to"), N_("fixed quantity"), N_("Import"),
)  # fmt: skip

FUTURES = (  # of the bundled settings
    N_("low demand"), N_("as expected"), N_("high demand"), N_("low prices"), N_("high prices"),
)  # fmt: skip

SAID = (
    # how the solver ended
    N_("solved to optimality"),
    N_("solved to gap {gap} %"),
    N_("decided over {number} futures to gap {gap} %"),
    N_("decided over {number} futures to no bound"),
    N_("no plan meets all constraints"),
    N_("the objective can improve without end"),
    N_("the solver failed ({reason})"),
    N_("stopped at the time limit of {seconds} s"),
    N_("stopped at the limit of {number} nodes"),
    N_("stopped for lack of memory"),
    N_("stopped by the user"),
    N_("stopped early ({reason})"),
    N_("the clean-up did not finish: balances hold within tolerance only"),
    N_("this one makes every decision that something uses"),
    N_("this one makes no new decision"),
    # why trials and plans were no more
    N_("fixed number of trials"),
    N_("precision reached after {number} trials"),
    N_("largest number of trials, {number}, reached before the precision: {figures}"),
    N_("trial {number} replayed alone"),
    N_("not reached after trying {number} plans"),
    N_("wider margins no longer help: what goes wrong is not a matter of a few percent"),
    N_("no plan can stay as far below the caps as the trials call for"),
    # warnings of the data
    N_("offer {offer}: nothing leaves {place} and nothing there uses it"),
    N_("pathway.levers.kinds names {kind}; the scenario has: {kinds}"),
    N_("both carbon.price and market {market} take money for {accounts}: they add up"),
    N_("{table} {rule}: year {year} lies outside the horizon, so the rule does not hold"),
    N_(
        "target {target}: baseline year {year} lies before the horizon, so its first year is taken; give the "
        "baseline to compare with the true one"
    ),
    N_("{file}: not used, its ids mean no product of the scenario; see exchange_ids"),
    N_("{file}: not used, its ids mean no supplier of the scenario; see exchange_ids"),
    N_("{file}: not used, its tocId means no mode of the scenario; see exchange_ids"),
    # warnings of the trials
    N_("the plan itself leaves {share} of the demand of {year} unmet"),
    N_("the plan itself exceeds the cap {cap} in {years}"),
    N_(
        "in trials one site orders a product by a reorder policy; the check against the plan follows the plan"
    ),
    N_(
        "in trials sites order {number} products by a reorder policy; the check against the plan follows "
        "the plan"
    ),
    # why there is no plan
    N_("no plan meets all rules."),
    N_(
        "no plan meets all rules. Even with every policy given up none is found: the data contradict "
        "each other"
    ),
    N_("Cheapest changes that make a plan possible, worth {amount}:"),
    N_(
        "Cheapest changes that make a plan possible, worth {amount} (the cheapest are worth at most {share} "
        "less):"
    ),
    N_("Alternative {number}, worth {amount}:"),
    N_("Alternative {number}, worth {amount} (the cheapest are worth at most {share} less):"),
    N_("{rule} of {when} is missed by {amount}: {old} -> {new}, worth {worth}"),
    N_("{rule} of {when} is missed by {amount}: {old} -> {new}, worth {worth} [{table}]"),
    N_("{when} is missed by {amount}: {old} -> {new}"),
    N_("cap {name}"),
    N_("demand {name}"),
    N_("budget {name}"),
    N_("target {name}"),
    N_("green share {name}"),
    N_("matched share {name}"),
    N_("intervention count {name}"),
    N_("sourcing share {name}"),
    N_("quota {name}"),
    N_("minimum use {name}"),
    N_("{rule}: at least {amount}"),
    N_("{rule}: at most {amount}"),
    N_("the plan under them was not found in the time allowed"),
    N_("the cheapest plan then costs {amount}, present value"),
    N_("the cheapest plan then costs {amount}, present value (at most {share} more than the least)"),
    N_("by settings: {settings}"),
    N_("Conflict: not isolated in the time allowed."),
    N_("Conflict: these cannot all hold together (without any one of them there is a plan):"),
    N_("Conflict: these cannot all hold together (not shown to be smallest):"),
    N_("Conflict: these data cannot all hold together:"),
    N_("given these data:"),
    N_("and {number} more, listed in diagnosis.json"),
    N_("linked by {number} balances and other rows, listed in diagnosis.json"),
)

HOLE = re.compile(r"{(\w+)}")
HELD = {
    "number": r"[\d.,]+",
    "when": "[^;]+?",
    "name": "(?:(?!: ).)+?",
}  # what some holes hold; others anything
SIZES = {"": 1.0, "million ": 1e6, "billion ": 1e9, "kt": 1e3, "Mt": 1e6}
AMOUNT = re.compile(r"(?P<value>[\d.,]+) (?:(?P<size>million |billion )?(?P<currency>[A-Z]{3})|(?P<t>kt|Mt))")
INNER = ("rule", "needed", "parts", "amount", "old", "new", "worth")  # holes that hold such texts themselves


def retold(text: str) -> str:
    """Return a text of another package in the language spoken; names and numbers in it stay as they are.

    Lines, and parts between semicolons, are looked up one by one where the whole is not known.
    """
    if spoken() is Language.ENGLISH or not text:
        return text
    if "\n" in text:
        return "\n".join(map(retold, text.split("\n")))
    said = text.strip(" -")
    before, after = text.partition(said)[::2]
    if (whole := _amount(said) or gettext(said)) != said:
        return before + whole + after
    for message, form in _forms():
        if found := form.fullmatch(said):
            parts = {
                hole: retold(part) if hole in INNER else part for hole, part in found.groupdict().items()
            }
            return before + gettext(message).format(**parts) + after
    head, semicolon, rest = text.partition("; ")
    if semicolon:
        return f"{retold(head)}\uff1b{retold(rest)}"
    head, colon, rest = said.partition(": ")  # what it is about, and names
    return f"{before}{gettext(head)}\uff1a{rest}{after}" if colon and gettext(head) != head else text


def _amount(said: str) -> str:
    """Return money or emissions of another package as they are written here; empty where it is neither."""
    if not (found := AMOUNT.fullmatch(said)):
        return ""
    value = float(found["value"].replace(",", "")) * SIZES[found["t"] or found["size"] or ""]
    return money(value, found["currency"]) if found["currency"] else tonnes(value)


@cache
def _forms() -> list[tuple[str, re.Pattern[str]]]:
    """Return the texts with holes as patterns, those with most fixed letters first."""
    with_holes = sorted((m for m in (*SAID, *TOLD) if HOLE.search(m)), key=lambda m: -len(HOLE.sub("", m)))
    forms = []
    for message in with_holes:
        parts = HOLE.split(message)  # letters and names of holes in turn
        pieces = [
            f"(?P<{part}>{HELD.get(part, '.+?')})" if i % 2 else re.escape(part)
            for i, part in enumerate(parts)
        ]
        forms.append((message, re.compile("".join(pieces))))
    return forms
