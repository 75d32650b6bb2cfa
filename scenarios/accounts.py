"""The accounts of the ledger, and what they mean.

Emission accounts follow the GHG Protocol (Corporate Standard; Scope 2 Guidance; Corporate Value
Chain Standard). Freight keeps tank-to-wheel and well-to-tank apart (ISO 14083). Within one scope 2
method the accounts are exclusive: a total is their sum.
"""

from __future__ import annotations

from scenarios.settings import Scope2

COST_ACCOUNTS: dict[str, str] = {
    "purchase": "goods bought from suppliers",
    "production": "operating cost of processes beside inputs and power",
    "freight": "transport and its handling",
    "handling": "handling at hubs",
    "storage": "keeping stocks",
    "collection": "taking back what was delivered",
    "disposal": "discarding goods",
    "electricity": "power bought or contracted",
    "fixed": "yearly cost of standing capacity",
    "programme": "yearly cost of interventions",
    "capex": "investment",
    "residual_value": "value of investments left at the end of the horizon (negative)",
    "subsidy": "part of the investment that others pay (negative)",
    "loan_received": "part of the investment that is borrowed (negative)",
    "loan_repayment": "instalments of loans, interest included",
    "loan_left": "owed on loans at the end of the horizon",
    "carbon_price": "carbon price paid",
    "allowances": "allowances bought in carbon markets, less those sold",
    "border_adjustment": "paid at borders for what exported goods have emitted",
    "pool_premium": "paid on top for goods of pools that others draw on too",
    "offsets": "offsets and removals bought",
    "shortage": "price of unmet demand",
    "cap_overrun": "price of emissions above a soft cap",
    "gates": "vehicles waiting at gates and goods graded wrongly, in trials",
    "bonus_malus": "bonus received (negative) and malus paid on footprints of what is bought",
    "responses": "expediting, spot purchase, substitution and curtailment in trials",
}

EMISSION_ACCOUNTS: dict[str, str] = {
    "scope1": "direct emissions of own sites",
    "scope2_location": "electricity of own sites, grid average",
    "scope2_market": "electricity of own sites, as contracted",
    "scope2_same_hour": "electricity of own sites, as contracted for the same hour, deliverable (proposed)",
    "scope3_purchased_goods": "category 1: cradle to gate of what is bought, and partners' sites",
    "scope3_fuel_and_energy": "category 3: making the energy that own hubs use for handling",
    "scope3_upstream_transport_ttw": "category 4: inbound freight, tank to wheel",
    "scope3_upstream_transport_wtt": "category 4: inbound freight, well to tank",
    "scope3_upstream_transport_idling": "category 4: inbound vehicles idling at gates, in trials",
    "scope3_waste": "category 5: treatment of what is discarded",
    "scope3_downstream_transport_ttw": "category 9: freight to customers, tank to wheel",
    "scope3_downstream_transport_wtt": "category 9: freight to customers, well to tank",
}
BESIDE_ACCOUNTS: dict[str, tuple[str, str]] = {  # in no total: unit, meaning
    "avoided_emissions": ("tCO2e/year", "spared to others by the use of goods"),
    "displaced_emissions": ("tCO2e/year", "emitted by rivals who go without goods of a pool"),
    "avoided_coal": ("tce/year", "standard coal spared to others by the use of goods"),
    "displaced_coal": ("tce/year", "standard coal that rivals use who go without goods of a pool"),
    "offsets_retired": ("tCO2e/year", "offsets bought and retired"),
    "nature_based_removals_retired": ("tCO2e/year", "nature-based removals bought and retired"),
    "engineered_removals_retired": ("tCO2e/year", "engineered removals bought and retired"),
}
SCOPE2_ACCOUNTS = tuple(account for account in EMISSION_ACCOUNTS if account.startswith("scope2_"))


def total_accounts(scope2: Scope2) -> tuple[str, ...]:
    """Return the accounts whose sum is the total under one scope 2 method."""
    others = {f"scope2_{method.value}" for method in Scope2 if method is not scope2}
    return tuple(account for account in EMISSION_ACCOUNTS if account not in others)
