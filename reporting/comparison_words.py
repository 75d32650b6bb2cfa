"""The first words of a comparison: neutral unless the user chose, and silent on what is not separated."""

from __future__ import annotations

from reporting import findings
from reporting.charts_compare import Comparison, number_of, planned
from reporting.figures import listed, sentence_gap
from reporting.findings import Text
from reporting.language import gettext as _


def headline(comparison: Comparison) -> str:
    """Return the page's first sentence: the pathway the user chose, else how far all of them go."""
    payloads = planned(comparison)
    if comparison["chosen_by_user"] or len(comparison["pathways"]) == 1:
        return findings.headline(payloads[comparison["chosen"]])
    year = next(iter(payloads.values()))["periods"]["last"]
    low, high = _ends(comparison, "emissions")
    number = number_of(len(payloads))
    if low == high:
        return _("{pathways}: emissions {change} by {year} in each").format(
            pathways=number, change=low, year=year
        )
    said = _("{pathways}: emissions from {high} to {low} by {year}")
    return said.format(pathways=number, high=high, low=low, year=year)


def strip_title(comparison: Comparison) -> str:
    """Say what the strip shows: the cheapest, where one is clearly, else that none is."""
    names = {str(part["key"]): str(part["title"]) for part in comparison["pathways"]}
    first = comparison["order"][0]
    if len(names) == 1:
        return _("One pathway against Reference")
    if len(first) == 1:
        return _("{name} costs least of all that have a plan").format(name=names[first[0]])
    return _("No clear difference in cost between {names}").format(
        names=listed([names[key] for key in first])
    )


def summary(comparison: Comparison) -> Text:
    """Return the paragraph under the headline: price, what is not separated, and the weak points."""
    payloads = planned(comparison)
    if comparison["chosen_by_user"] or len(comparison["pathways"]) == 1:
        return findings.summary(payloads[comparison["chosen"]])
    low, high = _ends(comparison, "cost")
    price = _("Extra cost over Reference runs from {low} to {high}.").format(low=low, high=high)
    if low == high:
        price = _("Extra cost over Reference is {cost} in each.").format(cost=low)
    found: Text = [(price, False), (_("{said}.").format(said=strip_title(comparison)), True)]
    names = {str(part["key"]): str(part["title"]) for part in comparison["pathways"]}
    row = next(row for row in comparison["rows"] if row["key"] == "chance")
    capped = [key for key, cell in row["cells"].items() if cell["value"] is not None]
    if capped:
        most = max(capped, key=lambda key: row["cells"][key]["value"])
        text = _(
            "The weak point is delivery: {name} misses its cap in {share} of simulated futures ({interval})."
        )
        cell = row["cells"][most]
        found.append((text.format(name=names[most], share=cell["text"], interval=cell["more"]), False))
    without = [names[str(part["key"])] for part in comparison["pathways"] if "infeasible" in part]
    if without:
        text = _("There is no plan for {names}: what is asked contradicts itself.")
        found.append((text.format(names=listed(without)), True))
    gaps: Text = [(sentence_gap(), False)] * len(found)
    return [piece for pair in zip(found, gaps, strict=True) for piece in pair][:-1]


def _ends(comparison: Comparison, key: str) -> tuple[str, str]:
    """Return the lowest and the highest figure of a row as shown."""
    row = next(row for row in comparison["rows"] if row["key"] == key)
    cells = [cell for cell in row["cells"].values() if cell["value"] is not None]
    if not cells:
        text = next(cell["text"] for cell in row["cells"].values())
        return text, text
    ends = (min(cells, key=lambda cell: cell["value"]), max(cells, key=lambda cell: cell["value"]))
    return ends[0]["text"], ends[1]["text"]
