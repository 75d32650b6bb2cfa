"""Plants bugs into the simulation, one at a time, and tells which identities catch each.

Run in a process of its own with ``NUMBA_DISABLE_JIT=1``: for each mutant the package ``simulation`` is
imported anew from sources in which one line is changed. Prints JSON: mutant -> identities that fail.
The first one, ``none``, is the code as it stands.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import sys

import numpy as np

from benchmarks.distribution import distribution, planned
from benchmarks.tables import Problem, complete
from scenarios import ScenarioSettings, read_tables, scenario_from_tables
from scenarios.loading import BUNDLED

MUTANTS = {
    "none": ("kernel", "", ""),
    # a unit that comes late, early, twice or never
    "lead time a day short": (
        "setting_off",
        "slot = today + lead[week, a]",
        "slot = today + lead[week, a] - 1",
    ),
    "lead time a day long": (
        "setting_off",
        "slot = today + lead[week, a]",
        "slot = today + lead[week, a] + 1",
    ),
    "a unit arrives twice": ("kernel", "            arriving[n] = 0.0\n", ""),
    "goods arrive without leaving the way": ("kernel", "nodes[n].transit -= arriving[n]", "pass"),
    "dispatch leaves the stock": ("dispatch", "        stock -= done\n", ""),
    # a wrong sign
    "served goods go back on the shelf": ("kernel", "node.stock -= served", "node.stock += served"),
    "who waits is forgotten": (
        "kernel",
        "demand.waiting = owed - served",
        "demand.waiting = served - owed",
    ),
    "corrections go the wrong way": ("dispatch", "wanted = gain * (", "wanted = -gain * ("),
    "inputs are made": ("production", "node.stock += quantity", "node.stock += abs(quantity)"),
    # a capacity
    "a day's line capacity too much": ("trial", 'ROUNDING_DAYS * family["capacity"]', 'family["capacity"]'),
    "a line's use is not counted": (
        "production",
        "line.room -= done * operation.use",
        "pass",
    ),
    "an outage stops nothing": ("production", "up = line_up[i] * site_up[line.site]", "up = 1.0"),
    # the books
    "delivery booked by demand": ("kernel", "demand.booked += served", "demand.booked += asked[d]"),
    "a year is divided by days": ("trial", "period_totals / years", "period_totals / 365.0"),
    # from one year to the next
    "who waits is carried over": ("trial", 'world.demands["waiting"] = 0.0', "pass"),
    "a year is booked again": ("trial", 'getattr(world, name)["booked"] = 0.0', "pass"),
    "a year's capacity is carried over": (
        "trial",
        'family["room"] = ROUNDING_DAYS * family["capacity"]',
        'family["room"] += ROUNDING_DAYS * family["capacity"]',
    ),
    # what is short
    "rivals for an input all get it": (
        "production",
        "done = min(done, operation.want * stock / wanted)",
        "done = min(done, stock / -entry.quantity)",
    ),
}
QUICK = "--quick"  # leaves out the case of two years, which few of the mutants need
EXACT = 1e-9
BUSY = 5  # a trial with a year of high demand
HUNGRY = 0  # a trial in which customers of the starving case wait when the first year ends


class Patched(importlib.abc.MetaPathFinder):
    """Finds the modules of ``simulation``, one of them with a line changed."""

    def __init__(self, module: str, old: str, new: str) -> None:
        self.module, self.old, self.new = module, old, new

    def find_spec(self, name, path, target=None):
        """Return the spec of the changed module."""
        if name != f"simulation.{self.module}":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        mutant = self

        class Loader(importlib.machinery.SourceFileLoader):
            def get_code(self, fullname):
                text = self.get_source(fullname)
                if mutant.old:
                    assert text.count(mutant.old) == 1, (mutant.old, text.count(mutant.old))
                    text = text.replace(mutant.old, mutant.new)
                return compile(text, self.path, "exec")

        spec.loader = Loader(name, spec.origin)
        return spec


def imported(mutant):
    """Import the simulation anew with a mutant in it."""
    for name in [n for n in sys.modules if n.partition(".")[0] == "simulation"]:
        del sys.modules[name]
    finder = Patched(*mutant)
    sys.meta_path.insert(0, finder)
    try:
        names = ("trial", "trials", "settings", "accounting", "numpy_twin", "journal")
        return {name: importlib.import_module(f"simulation.{name}") for name in names}
    finally:
        sys.meta_path.remove(finder)


class Checks:
    """The identities, checked on one imported simulation; `failed` names those that do not hold."""

    def __init__(self, modules):
        self.modules, self.failed = modules, set()

    def settings(self, luck, **changes):
        """Return settings in which only `luck` varies."""
        module = self.modules["settings"]
        varying = {**vars(module.UncertaintySettings.off()), **luck}
        return module.SimulationSettings(uncertainty=module.UncertaintySettings(**varying), **changes)

    def prepared(self, case, **changes):
        """Return the trials of a scenario and plan."""
        return self.modules["trials"].prepare(*case, self.settings(changes.pop("luck", {}), **changes))

    def hold(self, name, true):
        """Note that an identity does not hold."""
        if not true:
            self.failed.add(name)

    def mass(self, result):
        """Check that nothing is lost or made from nothing."""
        self.hold("mass balance", result.mass_error <= EXACT and result.closing_stock.min() >= -1e-6)

    def plan(self, trials):
        """Check that the twin of a plan is the plan, and that goods on the way follow Little's law."""
        journal, network = self.modules["journal"].keep_journal(trials, 0), trials.network
        self.mass(journal.result)
        errors = self.modules["accounting"].relative_errors(journal.account, network.plan)
        self.hold("twin", max(errors.values()) <= EXACT)
        template, days = network.template, network.days
        rate = (network.planned.flow * days.in_period[:, None]).sum(axis=0) / days.count
        lead = np.maximum(np.rint(network.scenario.arcs.lead_days[network.used.arc]), 1)
        expected = np.bincount(template.arcs["head"], rate * lead, len(template.nodes))
        error = np.abs(journal.result.mean_transit - expected).max()
        self.hold("Little's law", error <= EXACT * expected.max())

    def rough(self, trials, index):
        """Check capacities of days and years, and the ledger against the journal, when much is wanted."""
        journal, network = self.modules["journal"].keep_journal(trials, index), trials.network
        result, account, template = journal.result, journal.account, network.template
        self.mass(result)
        operations = network.scenario.operations
        load = np.zeros_like(result.activities["standing"])
        np.add.at(load, operations.line, result.activities["run"] * operations.use[:, None])
        self.hold("capacity of a year", (load <= result.activities["standing"] * (1 + 1e-8)).all())
        per_day = network.planned.line_capacity[network.days.period]
        by_line = np.zeros_like(per_day)
        booked = np.array(journal.diary.booked["operations"]) * template.operations["use"]
        np.add.at(by_line.T, template.operations["line"], booked.T)
        up = journal.world.line_up * journal.world.site_up[:, template.lines["site"]]
        most = (1 + trials.settings.surge) * up * per_day
        self.hold("capacity of a day", (by_line <= most * (1 + 1e-6) + 1e-9 * per_day).all())
        paid = sum(float(frame.filter(like="cost_").sum().sum()) for frame in journal.frames())
        self.hold("journal", abs(paid - account.cost.sum()) <= EXACT * np.abs(account.cost).sum())
        self.hold("no more than asked for", (result.delivered <= result.required * (1 + EXACT)).all())

    def engine(self, trials, index=0):
        """Check the path against another engine's."""
        shared = (trials.network, trials.opening, trials.settings, trials.settings.uncertainty, index)
        trial = self.modules["trial"].Trial
        one, other = (
            trial(*shared).run(),
            self.modules["numpy_twin"].play_all([trial(*shared)], trials.network)[0],
        )
        self.mass(one)
        for name in ("delivered", "closing_stock", "mean_stock", "mean_transit"):
            error = np.abs(getattr(one, name) - getattr(other, name)).max()
            self.hold("numpy's twin", error <= EXACT * one.required.max())


def starving():
    """Return two years of a mill that rolls two products from one ore, of which there is often too little."""
    one = {"lat": 40.0, "lon": 116.0, "region": "here"}
    lane = {"mode": "truck", "distance_km": 100.0}
    tables = complete(
        sites={"site": ["quarry", "mill", "town"], "role": ["supplier", "plant", "customer"], **one},
        products={"product": ["ore", "rail", "beam"]},
        modes={"mode": ["truck"], "cost_per_tkm": 0.4, "tank_to_wheel": 0.1, "well_to_tank": 0.0},
        offers={"offer": ["quarry_ore"], "site": "quarry", "product": "ore", "price": 10.0, "footprint": 0.1},
        processes={"process": ["roll_rail", "roll_beam"]},
        recipes={
            "process": ["roll_rail", "roll_rail", "roll_beam", "roll_beam"],
            "product": ["ore", "rail", "ore", "beam"],
            "quantity": [-1.2, 1.0, -1.5, 1.0],
        },
        lines={"line": ["rails", "beams"], "site": "mill", "capacity": [5_000.0, 4_500.0]},
        line_processes={"line": ["rails", "beams"], "process": ["roll_rail", "roll_beam"]},
        lanes={
            "origin": ["quarry", "mill"],
            "destination": ["mill", "town"],
            "products": [("ore",), ("rail", "beam")],
            "lead_days": [3, 2],
            **lane,
        },
        demand={
            "site": "town",
            "product": ["rail", "rail", "beam", "beam"],
            "period": [2025, 2026, 2025, 2026],
            "quantity": [4_000.0, 5_000.0, 4_500.0, 3_500.0],
            "shortage_cost": 5_000.0,
        },
    )
    return Problem(tables, periods=2)


def failures(modules, cases):
    """Return the identities that fail, by name."""
    furnace, tree, *hungry = cases
    checks = Checks(modules)
    trials = checks.prepared(furnace, safety_days=14.0, surge=0.5)
    checks.plan(trials)
    luck = {"demand_annual_cv": 0.3, "breakdowns_per_year": 4.0, "repair_mean_days": 2.0}
    checks.rough(
        dataclasses.replace(trials, settings=checks.settings(luck, safety_days=14.0, surge=0.5)), BUSY
    )
    luck = {"demand_daily_cv": 0.6, "site_disruptions_per_year": 3.0, "site_disruption_mean_days": 9.0}
    checks.engine(checks.prepared(tree, luck=luck, safety_days=0.5))
    luck = {"supplier_disruptions_per_year": 9.0, "supplier_disruption_mean_days": 20.0}
    luck |= {"demand_annual_cv": 0.3, "demand_daily_cv": 0.3}
    for rivals in hungry:
        checks.engine(checks.prepared(rivals, luck=luck, safety_days=1.0), HUNGRY)
    return sorted(checks.failed)


def main():
    """Print which identities catch which mutant."""
    from optimizer import SolverSettings, optimize

    tables = {name: frame.copy() for name, frame in read_tables(BUNDLED / "tutorial").items()}
    tables["demand"]["shortage_cost"] = 9000.0
    tables["lines"].loc[tables["lines"]["line"] == "mill_blast_furnace", "capacity"] = 60_000
    settings = ScenarioSettings(name="full", data="tutorial", first_year=2025, last_year=2025)
    scenario = scenario_from_tables(tables, settings)
    tree = distribution(1, 1, 2, 1).scenario()
    cases = [(scenario, optimize(scenario, SolverSettings(mip_gap=0.0))), (tree, planned(tree))]
    names = [name for name in sys.argv[1:] if name != QUICK]
    if QUICK not in sys.argv:
        rivals = starving().scenario("starving")
        cases.append((rivals, planned(rivals)))
    found = {}
    for name in names or MUTANTS:
        try:
            found[name] = failures(imported(MUTANTS[name]), cases)
            sys.stderr.write(f"{name}: {found[name]}\n")
        except (ArithmeticError, IndexError) as error:
            found[name] = [f"stops: {type(error).__name__}"]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
