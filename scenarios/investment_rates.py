"""What interventions book: investment, who pays it, what is left of it, and what they cost to run."""

from __future__ import annotations

import numpy as np

from scenarios.rate import Rate, every_period
from scenarios.scenario import Scenario


def investment_rates(scenario: Scenario) -> list[Rate]:
    """Capex and programme costs at the start, opex while active, value of the life left, subsidy and loan.

    ``adopt`` counts modules decided, ``in_effect`` modules at work, ``indebted`` modules still being
    repaid. Capex stays whole and visible: what others pay or lend stands beside it, with its own sign.
    """
    interventions, periods, loans = scenario.interventions, scenario.periods, scenario.loans
    capex = every_period(interventions.capex, scenario)
    subsidy = every_period(interventions.capex * interventions.subsidy_share, scenario)
    ends = periods.start[None, :] + (interventions.lead_years + interventions.life_years)[:, None]
    left = (
        np.clip(ends - periods.end, 0, interventions.life_years[:, None]) / interventions.life_years[:, None]
    )
    site, borrower = interventions.site, loans.intervention
    received, owed = np.zeros_like(capex), np.zeros_like(capex)
    received[borrower], owed[borrower] = every_period(loans.amount, scenario), loans.left
    return [
        Rate("adopt", "capex", capex, site, "once"),
        Rate("adopt", "subsidy", -subsidy, site, "once"),
        Rate("adopt", "residual_value", -(capex - subsidy) * left, site, "end"),
        Rate("adopt", "programme", every_period(interventions.programme_cost, scenario), site, "once"),
        Rate("in_effect", "programme", every_period(interventions.opex, scenario), site),
        Rate("adopt", "loan_received", -received, site, "once"),
        Rate("indebted", "loan_repayment", every_period(loans.instalment, scenario), site[borrower]),
        Rate("adopt", "loan_left", owed, site, "end"),
    ]
