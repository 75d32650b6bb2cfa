"""Second opinion on modules, loans, budgets and counts; see :mod:`optimizer.verify`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.scenario import Floats, Scenario

Finding = tuple[str, Floats, Floats]  # rule, violation, size of what is compared


def investment_findings(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    """Yield how far loans, budgets and counts of interventions are broken."""
    adopt, there = x["adopt"], x["in_effect"] > 0.5
    starts = np.append(s.periods.start, s.periods.end).astype(float)
    table = s.tables["interventions"].set_index("intervention")
    for b, label in enumerate(s.loans.label):
        repaid = np.zeros(len(s.periods))
        for d in np.flatnonzero(adopt[s.loans.intervention[b]]):
            last = starts[d] + float(table.loc[label, "loan_years"])
            for t in range(d, len(s.periods)):
                years = min(last, starts[t + 1]) - starts[t]
                repaid[t] += adopt[s.loans.intervention[b], d] * max(years, 0) / (starts[t + 1] - starts[t])
        yield f"loan of {label} repaid", np.abs(repaid - x["indebted"][b]), np.ones(1)
    net = s.interventions.capex * (1 - s.interventions.subsidy_share) + s.interventions.programme_cost
    paid = net[:, None] * adopt
    for b, label in enumerate(s.budgets.label):
        spent = np.atleast_1d(paid[np.ix_(s.budgets.members[b], s.budgets.periods[b])].sum())
        yield f"budget {label}", np.maximum(spent - s.budgets.amount[b], 0), spent
    counts = s.intervention_counts
    for k, label in enumerate(counts.label):
        members, period = counts.members[k], counts.period[k]
        chosen = adopt[members].any(axis=1) if period < 0 else there[members, period]
        number = np.atleast_1d((chosen * counts.weight[k]).sum()).astype(float)
        low, high = np.nan_to_num(counts.minimum[k], nan=0.0), np.nan_to_num(counts.maximum[k], nan=np.inf)
        beyond = np.maximum(low - number, 0) + np.maximum(number - high, 0)
        yield f"count of interventions {label}", beyond, np.ones(1)
