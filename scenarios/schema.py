"""The one description of every scenario table: columns, units, rules and meaning.

Validation, the templates of ``zerolane init``, the data page of the docs and the attributes of
result Datasets all read this module, so a column is described once.

Units: quantities are in the product's own unit per year (tonnes unless the product says
otherwise), money in the scenario's currency, emissions in t CO2e, electricity in MWh, power in
MW, distance in km. A table marked ``by_period`` may carry a ``period`` column (a calendar year);
rows without a period hold always, given years are interpolated linearly in between.
"""

from __future__ import annotations

from scenarios.columns import QUALITY_MARKS, Column, Table
from scenarios.tables_carbon_money import CARBON_MONEY_TABLES
from scenarios.tables_chain import (
    DEMAND,
    LANE_RULES,
    LANES,
    LINE_PROCESSES,
    LINES,
    MODES,
    OFFER_TIERS,
    OFFERS,
    PROCESSES,
    PRODUCTS,
    RECIPES,
    SITES,
    SOURCING_RULES,
)
from scenarios.tables_credits import CREDIT_TABLES
from scenarios.tables_flows import (
    CEILINGS,
    DISPOSAL,
    HUBS,
    RETURNS,
    STORAGE,
)
from scenarios.tables_footprints import EXCHANGE_IDS, FACTORS
from scenarios.tables_freight import FREIGHT_TABLES
from scenarios.tables_levers import (
    BUDGETS,
    EFFECT_KINDS,
    EFFECTS,
    INTERVENTION_COUNTS,
    INTERVENTIONS,
    PINS,
)
from scenarios.tables_policies import POLICIES
from scenarios.tables_power import GRID_FACTORS, MICROGRIDS, POWER_AREAS, POWER_OPTIONS, POWER_PROFILES
from scenarios.tables_programmes import PROGRAMME_STAGES, PROGRAMME_SUPPLIERS
from scenarios.tables_responses import RESPONSES
from scenarios.tables_risk import DISRUPTIONS
from scenarios.tables_scorecards import GRADES, INDICATORS, SCORECARD
from scenarios.tables_targets import TARGET_TABLES
from scenarios.tables_traffic import GATES, TIMETABLES
from scenarios.tables_uncertainty import UNCERTAINTY

__all__ = ["EFFECT_KINDS", "QUALITY_MARKS", "TABLES", "Column", "Table"]

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        SITES,
        PRODUCTS,
        OFFERS,
        OFFER_TIERS,
        FACTORS,
        EXCHANGE_IDS,
        PROCESSES,
        RECIPES,
        LINES,
        LINE_PROCESSES,
        MODES,
        LANES,
        LANE_RULES,
        DEMAND,
        INDICATORS,
        SCORECARD,
        GRADES,
        SOURCING_RULES,
        POWER_OPTIONS,
        GRID_FACTORS,
        POWER_PROFILES,
        POWER_AREAS,
        MICROGRIDS,
        HUBS,
        STORAGE,
        RETURNS,
        DISPOSAL,
        CEILINGS,
        INTERVENTIONS,
        EFFECTS,
        INTERVENTION_COUNTS,
        BUDGETS,
        PROGRAMME_STAGES,
        PROGRAMME_SUPPLIERS,
        PINS,
        DISRUPTIONS,
        UNCERTAINTY,
        TIMETABLES,
        GATES,
        POLICIES,
        RESPONSES,
        *TARGET_TABLES,
        *CARBON_MONEY_TABLES,
        *FREIGHT_TABLES,
        *CREDIT_TABLES,
    )
}
