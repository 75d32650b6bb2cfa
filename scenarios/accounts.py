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
    "scope3_purchased_goods": "category 1: cradle to gate of what is bought, and partners' sites",
    "scope3_upstream_transport_ttw": "category 4: inbound freight, tank to wheel",
    "scope3_upstream_transport_wtt": "category 4: inbound freight, well to tank",
    "scope3_upstream_transport_idling": "category 4: inbound vehicles idling at gates, in trials",
    "scope3_waste": "category 5: treatment of what is discarded",
    "scope3_downstream_transport_ttw": "category 9: freight to customers, tank to wheel",
    "scope3_downstream_transport_wtt": "category 9: freight to customers, well to tank",
}


def total_accounts(scope2: Scope2) -> tuple[str, ...]:
    """Return the accounts whose sum is the total under one scope 2 method."""
    other = "scope2_market" if scope2 is Scope2.LOCATION else "scope2_location"
    return tuple(account for account in EMISSION_ACCOUNTS if account != other)
