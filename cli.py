"""The command line: ``zerolane COMMAND [settings]``, or ``python cli.py`` from a checkout.

A leading word picks the command; Hydra composes the settings from ``conf/``, ``--config-dir`` and
the overrides that follow. Everything heavy is imported when it is needed, so that help is quick.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from reporting.help import COMMANDS, help_text, new_case_text

if TYPE_CHECKING:
    from omegaconf import DictConfig
    from xarray import Dataset

    from reporting.payload import Payload
    from reporting.run_folder import RunFolder
    from scenarios import Scenario

CONF_DIR = Path(__file__).resolve().parent / "conf"  # the same in a checkout, editable and as a wheel


@dataclass
class Request:
    """What one run was asked to do: settings, where to read, where to write."""

    command: str
    settings: dict[str, Any]  # typed and checked, by section
    values: dict[str, Any]  # the same as plain values
    overrides: list[str]
    search: list[Path]
    out: Path
    former: Path | None
    started: datetime
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Book the wall time of a step, in seconds."""
        start = perf_counter()
        yield
        self.seconds[step] = perf_counter() - start


def main() -> int:
    """Run one command and return its exit code.

    0 ok, 1 other, 2 settings, 3 data, 4 infeasible or unbounded, 5 solver or limit,
    6 verification, 130 stopped by Ctrl-C.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # tidies up on the way out, as Ctrl-C does
    words = sys.argv[1:]
    named = bool(words) and words[0].isidentifier()
    command, rest = (words[0], words[1:]) if named else ("run", words)
    try:
        if command not in COMMANDS:
            from scenarios.typed import did_you_mean

            say(f"error: no command {command!r}{did_you_mean(command, COMMANDS)}. See zerolane --help")
            return 2
        if {"-h", "--help"} & set(rest):
            print(help_text(command if named else "", CONF_DIR))
            return 0
        if command == "init":
            return write_case(rest)
        from reporting.words import spelled_out
        from scenarios.composition import compose

        rest = spelled_out(command, rest)
        return compose(
            rest, CONF_DIR, settings_types(), lambda *composed: attempt(asked(command, *composed)), tell
        )
    except KeyboardInterrupt:
        say("\nstopped: nothing was written")
        return 130
    except Exception as error:  # noqa: BLE001 - the last stop
        return tell(error)


def say(message: str) -> None:
    """Print to standard error."""
    print(message, file=sys.stderr)


def tell(error: Exception) -> int:
    """Say what went wrong and return the exit code; a trace only where the mistake is ours."""
    from reporting.run_folder import disk_problem
    from scenarios import ZerolaneError

    expected = isinstance(error, ZerolaneError | OSError)
    if not expected or os.environ.get("ZEROLANE_DEBUG") == "1":
        traceback.print_exception(error)
    if not expected:
        say("error: this is a mistake in zerolane: please report it with the lines above")
        return 1
    say(f"error: {disk_problem(error) if isinstance(error, OSError) else error}")
    return getattr(error, "exit_code", 1)


def write_case(words: list[str]) -> int:
    """Do ``init DIR``: write a case that runs as it stands."""
    from scenarios import ConfigError
    from scenarios.template import write_template

    if len(words) != 1 or words[0].startswith("-") or "=" in words[0]:
        message = "init needs one folder to write to, e.g. zerolane init my_case"
        raise ConfigError(message)
    name = write_template(Path(words[0]), taken=[file.stem for file in CONF_DIR.glob("*/*.yaml")])
    print(new_case_text(words[0], name))
    return 0


def settings_types() -> dict[str, type]:
    """Return the typed settings of each section of the configuration."""
    from optimizer.objective_settings import BreakEvenSettings, ObjectiveSettings, ParetoSettings
    from optimizer.settings import SolverSettings
    from reporting.settings import ReportSettings
    from scenarios import CarbonSettings, ElectricitySettings, PathwaySettings, ScenarioSettings
    from simulation.settings import SimulationSettings

    return {
        "scenario": ScenarioSettings,
        "carbon": CarbonSettings,
        "electricity": ElectricitySettings,
        "pathway": PathwaySettings,
        "objective": ObjectiveSettings,
        "solver": SolverSettings,
        "simulation": SimulationSettings,
        "pareto": ParetoSettings,
        "break_even": BreakEvenSettings,
        "report": ReportSettings,
    }


def asked(command: str, config: DictConfig, search: list[Path]) -> Request:
    """Return what is to be done, with all settings typed and checked."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode
    from omegaconf import OmegaConf

    from reporting.run_folder import former_run, fresh_folder, settled_values
    from scenarios import ConfigError
    from scenarios.typed import typed_settings

    values: dict[str, Any] = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)  # type: ignore[assignment]
    hydra_config, former = HydraConfig.get(), None
    overrides = list(hydra_config.overrides.task)
    if command in ("simulate", "report", "compare", "export") or (command == "diagnose" and values["run"]):
        if values["run"] is None:
            message = f"{command} needs run=DIR, the folder of a former run"
            raise ConfigError(message)
        former = former_run(Path(str(values["run"])))
        free = "simulation" if command == "simulate" else ""
        values |= settled_values(former, values, overrides, free)
    settings = typed_settings(settings_types(), values)
    names, now = (settings["scenario"].name, settings["pathway"].name), datetime.now().astimezone()
    out = fresh_folder(Path("runs"), *names, now) if values["out"] is None else Path(str(values["out"]))
    if values["out"] is not None and hydra_config.mode == RunMode.MULTIRUN:
        out /= "-".join([f"{hydra_config.job.num:03d}", *names])
    return Request(command, settings, values, overrides, search, out, former, now)


def attempt(request: Request) -> None:
    """Do one command; when there is no plan, leave a run folder that says why."""
    from omegaconf import OmegaConf

    from reporting.diagnosis import write_diagnosis
    from reporting.run_folder import RunFolder, near
    from scenarios import InfeasibleError
    from scenarios.loading import find_data

    try:
        execute(request)
    except InfeasibleError as error:
        if error.diagnosis is not None:
            values = {section: request.values[section] for section in request.settings}
            told = {"command": request.command, "overrides": request.overrides, "started": request.started}
            data = find_data(request.settings["scenario"].data, request.search)
            config = OmegaConf.to_yaml(OmegaConf.create(values))
            with RunFolder(request.out, bool(request.values["overwrite"])) as folder:
                write_diagnosis(folder, error.diagnosis.as_data(), config, data, values, told)
            say(f"diagnosis: {near(folder.path)}")
        raise


def explain(request: Request) -> None:
    """Do ``diagnose``: say why an offer is not in a former plan, or whether there is a plan at all."""
    from optimizer import optimize
    from optimizer.why import why_not
    from reporting.results import read_plan
    from reporting.run_folder import refuse_changed_tables
    from scenarios import ConfigError

    scenario, offer, solver = load(request), request.values["why"], request.settings["solver"]
    if bool(offer) != (request.former is not None):
        message = "why=OFFER and run=DIR go together: why an offer is not in the plan of a former run"
        raise ConfigError(message)
    if request.former is not None:
        refuse_changed_tables(request.former, scenario.path)
        print(why_not(scenario, read_plan(request.former)[0], str(offer), solver).text)
        return
    solver = request.settings["solver"]
    solver.diagnosis.automatic = True
    print(f"a plan exists ({optimize(scenario, solver).attrs['termination']}): nothing stands in the way")


def execute(request: Request) -> None:
    """Do one command, show the result and say where it is."""
    from reporting.exchange import export_run
    from reporting.results import rebuild_report
    from reporting.run_folder import PAGE, WORKBOOK, RunFolder, near
    from reporting.terminal import show_summary

    if request.command == "validate":
        found = load(request)
        for warning in found.warnings:
            say(f"warning: {warning}")
        sizes = [len(part.label) for part in (found.sites, found.arcs, found.interventions)]
        print("{}: in order ({} sites, {} lanes, {} interventions)".format(found.name, *sizes))
        return
    if request.command == "diagnose":
        explain(request)
        return
    if request.command == "compare" and request.former is not None:
        tell_apart(request, request.former)
        return
    if request.command == "export" and request.former is not None:
        print(export_run(request.former))
        return
    if request.command == "report" and request.former is not None:
        place, payload = request.former, rebuild_report(request.former)
    else:
        with RunFolder(request.out, bool(request.values["overwrite"])) as folder:
            payload = plan_and_try(request, folder)
        place = folder.path
    show_summary(payload)
    print(f"\n{'Report':<10} {near(place / PAGE)}\n{'Workbook':<10} {near(place / WORKBOOK)}\n{near(place)}")


def tell_apart(request: Request, former: Path) -> None:
    """Do ``compare``: how two plans differ, and how their trials do where both were tried alike."""
    from reporting.difference import difference_text
    from reporting.results import read_outcome, read_plan
    from reporting.run_folder import former_run
    from scenarios import ConfigError
    from simulation.comparison import comparison_text

    if request.values["against"] is None:
        message = "compare needs against=DIR, the run folder to compare with"
        raise ConfigError(message)
    other = former_run(Path(str(request.values["against"])))
    before, after = read_plan(other)[0], read_plan(former)[0]
    print(difference_text(before, after))
    tried = [read_outcome(folder) for folder in (other, former)]
    if tried[0] is None or tried[1] is None:
        print("\nnot both plans were simulated: no comparison of their futures")
    else:
        print(comparison_text(tried[0], tried[1], before.attrs["currency"]))


def load(request: Request) -> Scenario:
    """Read and check the scenario."""
    from scenarios import load_scenario
    from scenarios.change import find_plan
    from scenarios.loading import BUNDLED

    s = request.settings
    scenario = load_scenario(s["scenario"], s["carbon"], s["pathway"], request.search, s["electricity"])
    if not scenario.path.is_relative_to(BUNDLED):
        request.values["scenario"]["data"] = str(scenario.path)  # found again from anywhere
    request.values["scenario"]["footprints"] = scenario.settings.footprints
    if (change := s["pathway"].change).plan:
        request.values["pathway"]["change"]["plan"] = str(find_plan(change, request.search))
    return scenario


def plan_and_try(request: Request, folder: RunFolder) -> Payload:
    """Plan, or take the former plan; try it; put all results into the folder."""
    from omegaconf import OmegaConf

    from optimizer.further_solves import with_further_solves
    from reporting.results import read_plan, write_results
    from reporting.run_folder import CONFIG, MANIFEST, SUMMARY, refuse_changed_tables
    from reporting.summary import manifest, summarise

    settings, seconds, outcome = request.settings, request.seconds, None
    with request.timed("load"):
        scenario = load(request)
    values = {section: request.values[section] for section in settings}
    folder.write_text(CONFIG, OmegaConf.to_yaml(OmegaConf.create(values)))
    if request.former is not None:
        refuse_changed_tables(request.former, scenario.path)
        plan, reference = read_plan(request.former)
    else:
        plan, reference = make_plans(request, scenario)
    for step in ("build", "solve"):
        seconds[step] = sum(float(solved.attrs[f"{step}_seconds"]) for solved in (reference, plan))
    frontier = draw_frontier(request, scenario, folder, reference) if request.command == "pareto" else None
    if request.command not in ("optimize", "pareto"):
        with request.timed("simulate"):
            plan, outcome = try_plan(request, scenario, plan, reference)
    if settings["simulation"].journal and outcome is not None:
        from optimizer.replanning import replanner_for
        from simulation.journal import journal_of, write_journal

        trials, solver = settings["simulation"], settings["solver"]
        again = replanner_for(scenario, solver, trials.replan, trials.replan_decisions)
        write_journal(folder.file("journal.csv"), journal_of(scenario, plan, trials, again))
    plan = with_further_solves(plan, scenario, settings, reference)
    with request.timed("report"):
        payload = write_results(folder, plan, reference, outcome, frontier)
    folder.write_json(SUMMARY, summarise(plan, reference, outcome, seconds, settings["simulation"].seed))
    asked_for = {"command": request.command, "overrides": request.overrides}
    asked_for["started"] = request.started.isoformat()
    folder.write_json(MANIFEST, manifest(plan, outcome, scenario.path, values, asked_for, seconds))
    return payload


def make_plans(request: Request, scenario: Scenario) -> tuple[Dataset, Dataset]:
    """Solve for the plan, and for the reference it is held against."""
    from optimizer import optimize, reference_plan
    from reporting.terminal import solve_progress

    settings = request.settings
    progress: Any
    with solve_progress("Reference") as progress:
        reference = reference_plan(scenario, settings["solver"], progress)
    if request.command == "run":
        from simulation.warm import warm_up

        warm_up(scenario, reference, settings["simulation"])
    with solve_progress("Plan") as progress:
        plan = optimize(scenario, settings["solver"], reference, progress, settings["objective"])
    if plan.attrs["status"] != "optimal":
        say(f"{plan.attrs['termination']}: going on with the best plan, gap {plan.attrs['gap']:.2%}")
    return plan, reference


def try_plan(
    request: Request, scenario: Scenario, plan: Dataset, reference: Dataset
) -> tuple[Dataset, Dataset | None]:
    """Simulate the plan; where certainty is asked for, plan again until its caps hold that surely."""
    from optimizer import optimize
    from optimizer.replanning import replanner_for
    from optimizer.session import PlanSession
    from reporting.terminal import trial_progress
    from scenarios.errors import UnplayableError
    from simulation import simulate
    from simulation.margins import hold_caps
    from simulation.studies import with_studies

    trials, solver = request.settings["simulation"], replace(request.settings["solver"])
    solver.diagnosis = replace(solver.diagnosis, automatic=False)  # the loop says itself how far it got
    inside = replanner_for(scenario, solver, trials.replan, trials.replan_decisions)
    sessions: list[PlanSession] = []  # one model for all plans, made when the first is asked for

    def replan(below: Scenario) -> Dataset:
        if not sessions:
            sessions.append(PlanSession(below, solver, reference))
        return optimize(below, solver, reference, None, request.settings["objective"], sessions[0])

    with trial_progress(trials.trials) as progress:
        try:
            if trials.target_chance is None or trials.trial is not None or request.command == "simulate":
                outcome = simulate(scenario, plan, trials, progress, inside)
            else:
                plan, outcome = hold_caps(scenario, plan, trials, replan, progress, say, inside)
        except UnplayableError as error:
            if request.command == "simulate":
                raise
            say(f"not simulated: {error}")
            return plan, None
    return plan, with_studies(scenario, plan, outcome, trials, say, inside)


def draw_frontier(request: Request, scenario: Scenario, folder: RunFolder, reference: Dataset) -> Dataset:
    """Do the frontier of ``zerolane pareto``: solve it, write it and its plans, and return it."""
    from optimizer.pareto import pareto_frontier
    from reporting.frontier import write_frontier

    with request.timed("pareto"):
        s = request.settings
        frontier, plans = pareto_frontier(
            scenario, s["solver"], s["pareto"], lambda k, n: say(f"frontier: {k} of {n} solves"), reference
        )
    write_frontier(folder, frontier, plans)
    return frontier


if __name__ == "__main__":
    sys.exit(main())
