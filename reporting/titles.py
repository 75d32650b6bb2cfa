"""Section titles as findings: each says what its section shows, plainly when nothing changed."""

from __future__ import annotations

from reporting.figures import (
    change,
    count,
    counted,
    interval,
    listed,
    money,
    odds,
    percent,
    plain,
    shorten,
    tonnes,
    whole_percent,
)
from reporting.findings import cap_chance
from reporting.names import in_sentence
from reporting.payload import Payload, main_cap
from reporting.scope2 import in_words


def cuts_title(payload: Payload) -> str:
    """Name the parts that make most of the cut in the last year."""
    total = payload["cuts"]["total"][-1]
    scale = max(abs(payload["emissions"]["reference"][-1]), 1.0)
    last = payload["periods"]["last"]
    if abs(total) < 0.0005 * scale:
        return f"By {last} the plan emits what Reference emits"
    if total < 0:
        return f"In {last} the plan emits {tonnes(-total)} more than Reference"
    parts = sorted(payload["cuts"]["parts"], key=lambda part: -part["values"][-1])
    chosen, reached = [], 0.0
    for part in parts[:3]:
        if part["values"][-1] <= 0 or reached >= 0.7 * total:
            break
        chosen.append(shorten(part["label"], 32))
        reached += part["values"][-1]
    words = [chosen[0][:1].upper() + chosen[0][1:], *(_lower(word) for word in chosen[1:])]
    share = reached / total
    verb = "makes" if len(chosen) == 1 else "make"
    if share > 1.005:
        return f"{listed(words)} {verb} the whole cut; increases elsewhere take some back"
    return f"{listed(words)} {verb} {whole_percent(share)} of the cut"


def _lower(text: str) -> str:
    """Return `text` with a small first letter unless it looks like an abbreviation."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]


def cuts_sub(payload: Payload) -> str:
    """Say how large the cut is and against what."""
    total, periods = payload["cuts"]["total"][-1], payload["periods"]
    emissions = payload["emissions"]
    if abs(total) < 0.0005 * max(abs(emissions["reference"][-1]), 1.0):
        return "There is no difference to split into parts."
    where = "below" if total > 0 else "above"
    text = f"In {periods['last']} the plan is {tonnes(abs(total))} CO\u2082e a year {where} Reference."
    if len(periods["start"]) > 1:
        fall = emissions["reference"][0] - emissions["plan"][-1]
        drift = emissions["reference"][-1] - emissions["reference"][0]
        text += f" Against {periods['first']} that is {tonnes(abs(fall))} {'less' if fall >= 0 else 'more'}"
        if abs(drift) > 0.002 * abs(emissions["reference"][0]):
            doing = "rises" if drift > 0 else "falls"
            text += (
                f", because Reference itself {doing} by {tonnes(abs(drift))} with demand, grid and suppliers"
            )
        text += "."
    return text


def build_title(payload: Payload) -> str:
    """Say how many decisions the plan takes and how many fall early."""
    chosen = [row for row in payload["interventions"] if row["chosen"]]
    if not payload["interventions"]:
        return "There was nothing to decide in this case"
    if not chosen:
        return "The plan builds nothing new"
    first = min(row["decided"] for row in chosen)
    early = sum(row["decided"] <= first + 2 for row in chosen)
    if len(chosen) == 1:
        return f"One decision, to be taken in {chosen[0]['decided']}"
    if early == len(chosen):
        span = f"by {max(row['decided'] for row in chosen)}"
        return f"All {len(chosen)} decisions fall {span}"
    return f"{early} of {len(chosen)} decisions fall by {first + 2}"


def build_sub(payload: Payload) -> str:
    """Say what was left undone."""
    offered = len(payload["interventions"])
    left = sum(not row["chosen"] for row in payload["interventions"])
    if not offered:
        return "The tables list no intervention."
    if left == 0:
        return f"Every one of {counted(offered, 'intervention')} on offer is used."
    verb = "is" if left == 1 else "are"
    return f"Of {counted(offered, 'intervention')} on offer, {count(left)} {verb} not used."


def emissions_title(payload: Payload) -> str:
    """Say which group of accounts is the largest and how it moves."""
    groups: dict[str, list[float]] = {}
    for account in payload["emissions"]["accounts"]:
        if account["counted"]:
            first, last = groups.get(account["group"], [0.0, 0.0])
            groups[account["group"]] = [first + account["plan"][0], last + account["plan"][-1]]
    total = payload["emissions"]["plan"][-1]
    if not groups or total <= 0:
        return f"The plan emits nothing in {payload['periods']['last']}"
    name, (first, last) = max(groups.items(), key=lambda item: item[1][1])
    text = (
        f"{name.split(',')[0]}: {whole_percent(last / total)} of what is left in {payload['periods']['last']}"
    )
    moved = change(last, first)
    if moved is None or abs(moved) < 0.005 or len(payload["emissions"]["plan"]) == 1:
        return text
    return f"{text}, {percent(moved, signed=True)} on {payload['periods']['first']}"


def emissions_sub(payload: Payload) -> str:
    """Say how close to the cap the plan stays and which scope 2 method counts."""
    cap = main_cap(payload)
    method = payload["emissions"]["scope2"]
    basis = f"Scope 2 is {in_words(method)}."
    if cap is None:
        return f"No yearly cap on the total. {basis}"
    margins = [
        (limit - own) / limit
        for limit, own in zip(cap["limit"], cap["plan"], strict=True)
        if limit is not None and own is not None and limit > 0
    ]
    tight = sum(margin < 0.001 for margin in margins)
    if tight == 0:
        room = (
            f"The plan stays below its cap in every year, by {percent(min(margins))} or more."
            if margins
            else ""
        )
    else:
        capped = counted(len(margins), "year")
        room = f"The plan uses its cap in full in {tight} of {capped}: no margin is left there."
    return f"{room} {basis}".strip()


def cost_title(payload: Payload) -> str:
    """Say where the extra cost comes from."""
    cost, currency = payload["cost"], payload["scenario"]["currency"]
    if cost["same"]:
        return "The plan costs what Reference costs"
    size = money(abs(cost["extra"]), currency)
    if not cost["clear"]:
        return f"No clear difference in cost: {size} lies within the solver's gap"
    deltas = [(a["label"], a["npv_plan"] - a["npv_reference"]) for a in cost["accounts"]]
    name, value = max(deltas, key=lambda pair: pair[1] * (1 if cost["extra"] > 0 else -1))
    if cost["extra"] > 0:
        return f"{size} more than Reference; {_lower(name)} adds most, {money(value, currency)}"
    return f"{size} less than Reference; {_lower(name)} saves most, {money(-value, currency)}"


def cost_sub(payload: Payload) -> str:
    """Say what a tonne costs and how far the numbers can be trusted."""
    cost, currency = payload["cost"], payload["scenario"]["currency"]
    text = []
    if cost["per_tonne_cut"] is not None and cost["clear"]:
        verb = "costs" if cost["extra"] > 0 else "saves"
        amount = money(abs(cost["per_tonne_cut"]), currency)
        text.append(f"Each tonne cut {verb} {amount} on average, net present value.")
    if cost["slack"] is not None and cost["slack"] > 0:
        text.append(
            f"A plan up to {money(cost['slack'], currency)} cheaper may exist: that is the solver's gap."
        )
    return " ".join(text) or "Costs are net present values unless a chart says otherwise."


def network_title(payload: Payload) -> str:
    """Say which mode gains or loses most of the tonne-km."""
    modes = payload["network"]["modes"]
    if not payload["network"]["lanes"]:
        return "Nothing is moved between sites"
    first, last = (sum(mode["tonne_km"][at] for mode in modes) for at in (0, -1))
    if first <= 0 or last <= 0:
        return f"{counted(payload['network']['lane_count'], 'lane')} in use in {payload['periods']['last']}"
    moved = [(m["name"], m["tonne_km"][0] / first, m["tonne_km"][-1] / last) for m in modes]
    name, before, after = max(moved, key=lambda row: abs(row[2] - row[1]))
    if abs(after - before) < 0.02:
        return "The modes of transport hardly change"
    verb = "grows" if after > before else "falls"
    year = payload["periods"]["last"]
    return f"{name} {verb} from {whole_percent(before)} to {whole_percent(after)} of tonne-km by {year}"


def network_sub(payload: Payload) -> str:
    """Say how many lanes carry how much."""
    network = payload["network"]
    if not network["lanes"]:
        return ""
    work = sum(mode["tonne_km"][-1] for mode in network["modes"])
    scale, unit = (1e9, "bn") if work >= 1e9 else (1e6, "m")
    lanes, year = counted(network["lane_count"], "lane"), payload["periods"]["last"]
    verb = "carries" if network["lane_count"] == 1 else "carry"
    moved = f"{lanes} {verb} {plain(work / scale)} {unit} tonne-km in {year}."
    return f"{moved} A lane is an origin, a destination and a mode."


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
                direction = "up" if after > before else "down"
                text = (
                    f"{shorten(row['name'], 40)} supplies {whole_percent(after)} of {product} "
                    f"by {payload['periods']['last']}, {direction} from {whole_percent(before)}"
                )
                best = (abs(after - before), text)
    if best[0] >= 0.02:
        return best[1]
    return (
        "The supplier mix hardly changes"
        if payload["mixes"]["suppliers"]
        else "Nothing is bought in this case"
    )


def risk_title(payload: Payload) -> str:
    """Say how likely it is that the plan misses its cap."""
    risk, last = payload["risk"], payload["periods"]["last"]
    if risk is None:
        return "Not simulated: the chance of missing the cap is unknown"
    chance = cap_chance(payload)
    if chance is None:
        low, high = risk["quantiles"]["0.05"][-1], risk["quantiles"]["0.95"][-1]
        return f"No yearly cap: {last} emissions end between {tonnes(low)} and {tonnes(high)}, 9 times in 10"
    if chance["missed"] == 0:
        return f"No simulated future misses the {chance['year']} cap"
    return f"{whole_percent(chance['share'])} chance of missing the {chance['year']} cap"


def risk_sub(payload: Payload) -> str:
    """Say how the chance was counted and how it moves over the years."""
    risk, chance = payload["risk"], cap_chance(payload)
    if risk is None:
        return "Simulate it (simulation.trials above zero) to see how it holds when demand and supply vary."
    futures = counted(risk["trials"], "simulated future")
    if chance is None:
        return f"{futures}, all with the same plan."
    between = interval(chance["low"], chance["high"])
    seen = f"{count(chance['missed'])} of {futures}, 95% interval {between}"
    parts = [f"{odds(chance['share']).capitalize()}: {seen}."]
    ever = chance["ever"]
    if len(payload["periods"]["start"]) > 1:
        parts.append(
            f"The cap is missed in at least one year in {whole_percent(ever['chance'])} of them "
            f"({interval(ever['low'], ever['high'])})."
        )
    return " ".join(parts)


def basis_title(payload: Payload) -> str:
    """Say how much of the input is measured, published or estimated."""
    totals = quality_counts(payload)
    rows = sum(totals.values())
    if rows == 0:
        return "What the numbers rest on"
    weakest = totals.get("estimated", 0) / rows
    if weakest > 0:
        return f"{whole_percent(weakest)} of the input rows are estimates"
    return f"All {count(rows)} input rows are measured or published"


def quality_counts(payload: Payload) -> dict[str, int]:
    """Return how many input rows are measured, published or estimated, over all tables."""
    totals: dict[str, int] = {}
    for value in payload["scenario"]["data_quality"].items():
        marks = value[1] if isinstance(value[1], dict) else {value[0]: value[1]}
        for mark, number in marks.items():
            if isinstance(number, (int, float)):
                totals[mark] = totals.get(mark, 0) + int(number)
    return totals
