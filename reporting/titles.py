"""Section titles as findings: each says what its section shows, plainly when nothing changed."""

from __future__ import annotations

from reporting.figures import (
    change,
    count,
    counted,
    interval,
    large_scale,
    listed,
    money,
    odds,
    percent,
    sentences,
    shorten,
    tonnes,
    whole_percent,
)
from reporting.findings import cap_chance
from reporting.language import gettext as _
from reporting.language import ngettext
from reporting.names import in_sentence
from reporting.payload import Payload, main_cap
from reporting.scope2 import in_words


def cuts_title(payload: Payload) -> str:
    """Name the parts that make most of the cut in the last year."""
    total = payload["cuts"]["total"][-1]
    scale = max(abs(payload["emissions"]["reference"][-1]), 1.0)
    last = payload["periods"]["last"]
    if abs(total) < 0.0005 * scale:
        return _("By {last} the plan emits what Reference emits").format(last=last)
    if total < 0:
        said = _("In {last} the plan emits {amount} more than Reference")
        return said.format(last=last, amount=tonnes(-total))
    parts = sorted(payload["cuts"]["parts"], key=lambda part: -part["values"][-1])
    chosen, reached = [], 0.0
    for part in parts[:3]:
        if part["values"][-1] <= 0 or reached >= 0.7 * total:
            break
        chosen.append(shorten(_(part["label"]), 32))
        reached += part["values"][-1]
    words = [chosen[0][:1].upper() + chosen[0][1:], *(_lower(word) for word in chosen[1:])]
    share, names, many = reached / total, listed(words), len(chosen)
    if share > 1.005:
        return ngettext(
            "{names} makes the whole cut; increases elsewhere take some back",
            "{names} make the whole cut; increases elsewhere take some back",
            many,
        ).format(names=names)
    said = ngettext("{names} makes {share} of the cut", "{names} make {share} of the cut", many)
    return said.format(names=names, share=whole_percent(share))


def _lower(text: str) -> str:
    """Return `text` with a small first letter unless it looks like an abbreviation."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]


def cuts_sub(payload: Payload) -> str:
    """Say how large the cut is and against what."""
    total, periods = payload["cuts"]["total"][-1], payload["periods"]
    emissions = payload["emissions"]
    if abs(total) < 0.0005 * max(abs(emissions["reference"][-1]), 1.0):
        return _("There is no difference to split into parts.")
    said = (
        _("In {last} the plan is {amount} CO\u2082e a year below Reference.")
        if total > 0
        else _("In {last} the plan is {amount} CO\u2082e a year above Reference.")
    )
    text = said.format(last=periods["last"], amount=tonnes(abs(total)))
    return text if len(periods["start"]) == 1 else sentences([text, _against_the_first(payload)])


def _against_the_first(payload: Payload) -> str:
    """Say how far the last year is from the first, and what the reference does meanwhile by itself."""
    emissions, first = payload["emissions"], payload["periods"]["first"]
    fall = emissions["reference"][0] - emissions["plan"][-1]
    drift = emissions["reference"][-1] - emissions["reference"][0]
    said = (
        _("Against {first} that is {amount} less")
        if fall >= 0
        else _("Against {first} that is {amount} more")
    ).format(first=first, amount=tonnes(abs(fall)))
    if abs(drift) <= 0.002 * abs(emissions["reference"][0]):
        return _("{said}.").format(said=said)
    because = (
        _("{said}, because Reference itself rises by {amount} with demand, grid and suppliers.")
        if drift > 0
        else _("{said}, because Reference itself falls by {amount} with demand, grid and suppliers.")
    )
    return because.format(said=said, amount=tonnes(abs(drift)))


def build_title(payload: Payload) -> str:
    """Say how many decisions the plan takes and how many fall early."""
    chosen = [row for row in payload["interventions"] if row["chosen"]]
    if not payload["interventions"]:
        return _("There was nothing to decide in this case")
    if not chosen:
        return _("The plan builds nothing new")
    first = min(row["decided"] for row in chosen)
    early = sum(row["decided"] <= first + 2 for row in chosen)
    if len(chosen) == 1:
        return _("One decision, to be taken in {year}").format(year=chosen[0]["decided"])
    if early == len(chosen):
        end = max(row["decided"] for row in chosen)
        return _("All {number} decisions fall by {year}").format(number=len(chosen), year=end)
    said = _("{early} of {number} decisions fall by {year}")
    return said.format(early=early, number=len(chosen), year=first + 2)


def build_sub(payload: Payload) -> str:
    """Say what was left undone."""
    offered = len(payload["interventions"])
    left = sum(not row["chosen"] for row in payload["interventions"])
    if not offered:
        return _("The tables list no intervention.")
    offers = counted(offered, "intervention")
    if left == 0:
        return _("Every one of {offers} on offer is used.").format(offers=offers)
    said = ngettext(
        "Of {offers} on offer, {left} is not used.", "Of {offers} on offer, {left} are not used.", left
    )
    return said.format(offers=offers, left=count(left))


def emissions_title(payload: Payload) -> str:
    """Say which group of accounts is the largest and how it moves."""
    groups: dict[str, list[float]] = {}
    for account in payload["emissions"]["accounts"]:
        if account["counted"]:
            first, last = groups.get(account["group"], [0.0, 0.0])
            groups[account["group"]] = [first + account["plan"][0], last + account["plan"][-1]]
    total = payload["emissions"]["plan"][-1]
    if not groups or total <= 0:
        return _("The plan emits nothing in {last}").format(last=payload["periods"]["last"])
    name, (first, last) = max(groups.items(), key=lambda item: item[1][1])
    group = _(name).replace("\uff0c", ",").split(",")[0]
    share, periods = whole_percent(last / total), payload["periods"]
    moved = change(last, first)
    if moved is None or abs(moved) < 0.005 or len(payload["emissions"]["plan"]) == 1:
        said = _("{group}: {share} of what is left in {last}")
        return said.format(group=group, share=share, last=periods["last"])
    return _("{group}: {share} of what is left in {last}, {change} on {first}").format(
        group=group,
        share=share,
        last=periods["last"],
        change=percent(moved, signed=True),
        first=periods["first"],
    )


def emissions_sub(payload: Payload) -> str:
    """Say how close to the cap the plan stays and which scope 2 method counts."""
    cap = main_cap(payload)
    method = payload["emissions"]["scope2"]
    basis = _("Scope 2 is {method}.").format(method=in_words(method))
    if cap is None:
        return sentences([_("No yearly cap on the total."), basis])
    margins = [
        (limit - own) / limit
        for limit, own in zip(cap["limit"], cap["plan"], strict=True)
        if limit is not None and own is not None and limit > 0
    ]
    tight = sum(margin < 0.001 for margin in margins)
    room = ""
    if tight:
        said = _("The plan uses its cap in full in {tight} of {capped}: no margin is left there.")
        room = said.format(tight=tight, capped=counted(len(margins), "year"))
    elif margins:
        said = _("The plan stays below its cap in every year, by {margin} or more.")
        room = said.format(margin=percent(min(margins)))
    return sentences([room, basis])


def cost_title(payload: Payload) -> str:
    """Say where the extra cost comes from."""
    cost, currency = payload["cost"], payload["scenario"]["currency"]
    if cost["same"]:
        return _("The plan costs what Reference costs")
    size = money(abs(cost["extra"]), currency)
    if not cost["clear"]:
        return _("No clear difference in cost: {size} lies within the solver's gap").format(size=size)
    deltas = [(_(a["label"]), a["npv_plan"] - a["npv_reference"]) for a in cost["accounts"]]
    name, value = max(deltas, key=lambda pair: pair[1] * (1 if cost["extra"] > 0 else -1))
    if cost["extra"] > 0:
        said = _("{size} more than Reference; {account} adds most, {amount}")
        return said.format(size=size, account=_lower(name), amount=money(value, currency))
    said = _("{size} less than Reference; {account} saves most, {amount}")
    return said.format(size=size, account=_lower(name), amount=money(-value, currency))


def cost_sub(payload: Payload) -> str:
    """Say what a tonne costs and how far the numbers can be trusted."""
    cost, currency = payload["cost"], payload["scenario"]["currency"]
    text = []
    if cost["per_tonne_cut"] is not None and cost["clear"]:
        said = (
            _("Each tonne cut costs {amount} on average, net present value.")
            if cost["extra"] > 0
            else _("Each tonne cut saves {amount} on average, net present value.")
        )
        text.append(said.format(amount=money(abs(cost["per_tonne_cut"]), currency)))
    if cost["slack"] is not None and cost["slack"] > 0:
        said = _("A plan up to {amount} cheaper may exist: that is the solver's gap.")
        text.append(said.format(amount=money(cost["slack"], currency)))
    return sentences(text) or _("Costs are net present values unless a chart says otherwise.")


def network_title(payload: Payload) -> str:
    """Say which mode gains or loses most of the tonne-km."""
    modes = payload["network"]["modes"]
    if not payload["network"]["lanes"]:
        return _("Nothing is moved between sites")
    first, last = (sum(mode["tonne_km"][at] for mode in modes) for at in (0, -1))
    if first <= 0 or last <= 0:
        lanes = counted(payload["network"]["lane_count"], "lane")
        return _("{lanes} in use in {last}").format(lanes=lanes, last=payload["periods"]["last"])
    moved = [(m["name"], m["tonne_km"][0] / first, m["tonne_km"][-1] / last) for m in modes]
    name, before, after = max(moved, key=lambda row: abs(row[2] - row[1]))
    if abs(after - before) < 0.02:
        return _("The modes of transport hardly change")
    said = (
        _("{mode} grows from {before} to {after} of tonne-km by {year}")
        if after > before
        else _("{mode} falls from {before} to {after} of tonne-km by {year}")
    )
    shares = {"before": whole_percent(before), "after": whole_percent(after)}
    return said.format(mode=name, year=payload["periods"]["last"], **shares)


def network_sub(payload: Payload) -> str:
    """Say how many lanes carry how much."""
    network = payload["network"]
    if not network["lanes"]:
        return ""
    work = sum(mode["tonne_km"][-1] for mode in network["modes"])
    moved = ngettext(
        "{lanes} carries {amount} tonne-km in {year}.",
        "{lanes} carry {amount} tonne-km in {year}.",
        network["lane_count"],
    ).format(
        lanes=counted(network["lane_count"], "lane"),
        amount=large_scale(work).amount(work),
        year=payload["periods"]["last"],
    )
    return sentences([moved, _("A lane is an origin, a destination and a mode.")])


def sourcing_title(payload: Payload) -> str:
    """Say whose share of a product changes most."""
    best: tuple[float, str] = (0.0, "")
    for mix in payload["mixes"]["suppliers"]:
        first, last = (sum(row["plan"][at] for row in mix["rows"]) for at in (0, -1))
        if first <= 0 or last <= 0:
            continue
        product = in_sentence(mix["name"])
        for row in (row for row in mix["rows"] if not row["rest"]):
            before, after = row["plan"][0] / first, row["plan"][-1] / last
            if abs(after - before) > best[0]:
                said = (
                    _("{supplier} supplies {after} of {product} by {last}, up from {before}")
                    if after > before
                    else _("{supplier} supplies {after} of {product} by {last}, down from {before}")
                )
                text = said.format(
                    supplier=shorten(row["name"], 40),
                    after=whole_percent(after),
                    before=whole_percent(before),
                    product=product,
                    last=payload["periods"]["last"],
                )
                best = (abs(after - before), text)
    if best[0] >= 0.02:
        return best[1]
    if payload["mixes"]["suppliers"]:
        return _("The supplier mix hardly changes")
    return _("Nothing is bought in this case")


def risk_title(payload: Payload) -> str:
    """Say how likely it is that the plan misses its cap."""
    risk, last = payload["risk"], payload["periods"]["last"]
    if risk is None:
        return _("Not simulated: the chance of missing the cap is unknown")
    chance = cap_chance(payload)
    if chance is None:
        low, high = risk["quantiles"]["0.05"][-1], risk["quantiles"]["0.95"][-1]
        said = _("No yearly cap: {last} emissions end between {low} and {high}, 9 times in 10")
        return said.format(last=last, low=tonnes(low), high=tonnes(high))
    if chance["missed"] == 0:
        return _("No simulated future misses the {year} cap").format(year=chance["year"])
    said = _("{share} chance of missing the {year} cap")
    return said.format(share=whole_percent(chance["share"]), year=chance["year"])


def risk_sub(payload: Payload) -> str:
    """Say how the chance was counted and how it moves over the years."""
    risk, chance = payload["risk"], cap_chance(payload)
    if risk is None:
        return _(
            "Simulate it (simulation.trials above zero) to see how it holds when demand and supply vary."
        )
    futures = counted(risk["trials"], "simulated future")
    if chance is None:
        return _("{futures}, all with the same plan.").format(futures=futures)
    said = _("{odds}: {missed} of {futures}, 95% interval {interval}.")
    parts = [
        said.format(
            odds=odds(chance["share"]).capitalize(),
            missed=count(chance["missed"]),
            futures=futures,
            interval=interval(chance["low"], chance["high"]),
        )
    ]
    ever = chance["ever"]
    if len(payload["periods"]["start"]) > 1:
        said = _("The cap is missed in at least one year in {share} of them ({interval}).")
        share, range_ = whole_percent(ever["chance"]), interval(ever["low"], ever["high"])
        parts.append(said.format(share=share, interval=range_))
    return sentences(parts)


def basis_title(payload: Payload) -> str:
    """Say how much of the input is measured, published or estimated."""
    totals = quality_counts(payload)
    rows = sum(totals.values())
    if rows == 0:
        return _("What the numbers rest on")
    weakest = totals.get("estimated", 0) / rows
    if weakest > 0:
        return _("{share} of the input rows are estimates").format(share=whole_percent(weakest))
    return _("All {number} input rows are measured or published").format(number=count(rows))


def quality_counts(payload: Payload) -> dict[str, int]:
    """Return how many input rows are measured, published or estimated, over all tables."""
    totals: dict[str, int] = {}
    for value in payload["scenario"]["data_quality"].items():
        marks = value[1] if isinstance(value[1], dict) else {value[0]: value[1]}
        for mark, number in marks.items():
            if isinstance(number, (int, float)):
                totals[mark] = totals.get(mark, 0) + int(number)
    return totals
