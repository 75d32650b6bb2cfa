"""What the tests of responses ask of a trial of :mod:`benchmarks.shortfalls`."""

from simulation.engines import play

EXACT = 1e-9
LACKING = 18.0
SPOT = "response kind cover_days price footprint\nspot spot_purchase 3 50 2"


def once(trials, index=0):
    """Return what happened in one trial, with the mass balance checked, and its account."""
    shared = (trials.network, trials.opening, trials.settings, trials.settings.uncertainty)
    result = play(*shared, index)
    assert result.mass_error < EXACT
    return result, trials.accounts.book(result)


def done(account):
    """Return what each response did in the whole horizon."""
    return account.responses.quantity.sum(axis=1)


def paid(trials, account, name="responses"):
    """Return what was paid in an account, by period."""
    return account.cost[trials.network.plan["cost_account"].to_numpy().tolist().index(name)]


def emitted(trials, account, name):
    """Return what was emitted in an account, a year, by period."""
    return account.emissions[trials.network.plan["emission_account"].to_numpy().tolist().index(name)]
