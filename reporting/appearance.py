"""What the accounts, modes and power kinds of a plan are called and which colour they carry.

Colours were chosen for at least 3 : 1 contrast on the page's paper and for staying apart in the
three common kinds of colour blindness; nothing on the page relies on colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reporting.language import N_

PAPER, INK, MUTED, RULE, GRID = "#fbfaf7", "#16202c", "#566170", "#dedad1", "#e9e6df"
PLAN, REFERENCE, REFERENCE_TEXT, CAP = "#034b8f", "#6e7175", "#5c6066", "#b3261e"
CHEAPER, DEARER = "#2a9d8f", "#b9564f"

# For things that have no colour of their own: suppliers, scrap bases, processes.
SERIES = (
    "#034b8f",
    "#e0a100",
    "#2a9d8f",
    "#a8521a",
    "#7f98c2",
    "#551b39",
    "#8fbf9f",
    "#c98a9b",
    "#4d6a2f",
    "#8a7fc0",
)
OTHERS = "#b9b6ad"


@dataclass(frozen=True)
class Account:
    """One account of the ledger as shown: its name, the group it is drawn in, its colour."""

    label: str
    group: str
    colour: str


EMISSIONS: dict[str, Account] = {
    "scope1": Account(N_("Scope 1, own sites"), N_("Own sites, scope 1"), "#1d3557"),
    "scope2_location": Account(
        N_("Scope 2, location-based"), N_("Purchased electricity, scope 2"), "#e0a100"
    ),
    "scope2_market": Account(N_("Scope 2, market-based"), N_("Purchased electricity, scope 2"), "#e0a100"),
    "scope2_same_hour": Account(N_("Scope 2, same hour"), N_("Purchased electricity, scope 2"), "#e0a100"),
    "scope3_purchased_goods": Account(
        N_("Scope 3.1, purchased goods"), N_("Purchased goods, scope 3.1"), "#7f98c2"
    ),
    "scope3_fuel_and_energy": Account(N_("Scope 3.3, fuel supply"), N_("Fuel supply, scope 3.3"), "#b8894a"),
    "scope3_upstream_transport_ttw": Account(
        N_("Scope 3.4, vehicles inbound"), N_("Inbound transport, scope 3.4"), "#2a9d8f"
    ),
    "scope3_upstream_transport_wtt": Account(
        N_("Scope 3.4, fuel supply inbound"), N_("Inbound transport, scope 3.4"), "#2a9d8f"
    ),
    "scope3_upstream_transport_idling": Account(
        N_("Scope 3.4, idling at gates"), N_("Inbound transport, scope 3.4"), "#2a9d8f"
    ),
    "scope3_waste": Account(N_("Scope 3.5, waste"), N_("Waste, scope 3.5"), "#7a4a1e"),
    "scope3_downstream_transport_ttw": Account(
        N_("Scope 3.9, vehicles outbound"), N_("Outbound transport, scope 3.9"), "#a7d8cf"
    ),
    "scope3_downstream_transport_wtt": Account(
        N_("Scope 3.9, fuel supply outbound"), N_("Outbound transport, scope 3.9"), "#a7d8cf"
    ),
}

COSTS: dict[str, Account] = {
    "purchase": Account(N_("Purchased materials"), "", "#3b5b92"),
    "production": Account(N_("Production"), "", "#9fb3d4"),
    "freight": Account(N_("Freight"), "", "#2a9d8f"),
    "handling": Account(N_("Handling at hubs"), "", "#6fb7a9"),
    "storage": Account(N_("Storage"), "", "#7d8f69"),
    "collection": Account(N_("Taking back"), "", "#8a7fc0"),
    "disposal": Account(N_("Disposal"), "", "#7a4a1e"),
    "electricity": Account(N_("Electricity"), "", "#e0a100"),
    "fixed": Account(N_("Fixed cost of lines"), "", "#8a93a0"),
    "capex": Account(N_("Capital"), "", "#034b8f"),
    "residual_value": Account(N_("Residual value"), "", "#86a9c9"),
    "subsidy": Account(N_("Subsidies"), "", "#a7d8cf"),
    "loan_received": Account(N_("Borrowed"), "", "#c98a9b"),
    "loan_repayment": Account(N_("Loan instalments"), "", "#8a7fc0"),
    "loan_left": Account(N_("Owed on loans at the end"), "", "#cfc3e6"),
    "programme": Account(N_("Running cost of measures"), "", "#551b39"),
    "carbon_price": Account(N_("Carbon price"), "", "#af4e04"),
    "allowances": Account(N_("Allowances bought, less sold"), "", "#d0743c"),
    "border_adjustment": Account(N_("Border adjustment"), "", "#8c5a2b"),
    "pool_premium": Account(N_("Premium on contested goods"), "", "#6a8f3c"),
    "offsets": Account(N_("Offsets and removals"), "", "#4f9d69"),
    "shortage": Account(N_("Unmet demand"), "", "#b9b6ad"),
    "cap_overrun": Account(N_("Paid for missing a cap"), "", "#b3261e"),
    "bonus_malus": Account(N_("Bonus and malus on footprints"), "", "#7d6f96"),
    "gates": Account(N_("Waiting at gates and wrong grades"), "", "#a8763e"),
    "responses": Account(N_("Expediting and other responses"), "", "#6b4226"),
}

# What is left of a cut once interventions' own savings are taken out, by emission account.
REMAINDERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (N_("Process and input mix"), "#3b5b92", ("scope1",)),
    (N_("Electricity supply"), "#e0a100", ("scope2_market", "scope2_location", "scope2_same_hour")),
    (N_("Purchased materials"), "#8fa6cc", ("scope3_purchased_goods",)),
    (N_("Waste"), "#7a4a1e", ("scope3_waste",)),
    (
        N_("Transport"),
        "#2a9d8f",
        (
            "scope3_upstream_transport_ttw",
            "scope3_upstream_transport_wtt",
            "scope3_upstream_transport_idling",
            "scope3_fuel_and_energy",
            "scope3_downstream_transport_ttw",
            "scope3_downstream_transport_wtt",
        ),
    ),
)
KIND_COLOURS = ("#c77f00", "#551b39", "#1f7a6f", "#7a4a1e", "#6d7fb3", "#a8746a", "#5f8f3f")

POWER_KINDS: dict[str, tuple[str, str]] = {
    "grid": (N_("Grid"), "#8a93a0"),
    "certificate": (N_("Grid with certificates"), "#8fbf9f"),
    "ppa": (N_("Wind and solar contracts"), "#2a9d8f"),
    "onsite": (N_("Own solar and wind"), "#e0a100"),
}

ROLES: dict[str, tuple[str, str]] = {
    "plant": (N_("Plant"), "rect"),
    "scrap_base": (N_("Scrap base"), "diamond"),
    "supplier": (N_("Supplier"), "triangle"),
    "collection": (N_("Collection point"), "circle"),
    "hub": (N_("Hub"), "roundRect"),
    "customer": (N_("Customer"), "circle"),
}

_MODE_COLOURS = (
    (("barge", "ship", "sea", "water", "vessel", "port"), "#2a9caf"),
    (("rail", "train"), "#0b4f96"),
    (("electric", "ev", "etruck", "battery", "bev"), "#c77f00"),
    (("hydrogen", "fuel", "h2"), "#7d4f9e"),
    (("road", "truck", "diesel"), "#756c63"),
    (("pipeline", "conveyor"), "#4d6a2f"),
)


ABBREVIATIONS = frozenset({"bof", "eaf", "hbi", "dri", "ccus", "ppa", "pv", "lng"})


def humanise(code: str) -> str:
    """Return a short name such as ``road_diesel`` as words: ``Road diesel``."""
    words = [
        word.upper() if word.lower() in ABBREVIATIONS else word for word in code.replace("_", " ").split()
    ]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def mode_colours(modes: Iterable[str]) -> dict[str, str]:
    """Return a colour for each transport mode by the words of its name; none is shared while colours last."""
    spare = [colour for colour in SERIES if colour not in {"#034b8f", "#e0a100", "#2a9d8f"}]
    found: dict[str, str] = {}
    for mode in dict.fromkeys(modes):
        words = mode.lower().replace("-", "_").replace(" ", "_").split("_")
        wanted = next(
            (
                colour
                for keys, colour in _MODE_COLOURS
                if any(word == key or (len(key) > 3 and key in word) for word in words for key in keys)
            ),
            spare[0],
        )
        free = [colour for colour in (wanted, *spare) if colour not in found.values()]
        found[mode] = free[0] if free else OTHERS
    return found


def emission_account(key: str) -> Account:
    """Return how emission account `key` is shown; an unknown one keeps its own name."""
    return EMISSIONS.get(key, Account(humanise(key), humanise(key), OTHERS))


def cost_account(key: str) -> Account:
    """Return how cost account `key` is shown; an unknown one keeps its own name."""
    return COSTS.get(key, Account(humanise(key), "", OTHERS))
