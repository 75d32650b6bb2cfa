"""The command line: ``zerolane COMMAND [settings]``, or ``python cli.py`` from a checkout.

A leading word picks the command; Hydra composes the settings from ``conf/``, ``--config-dir`` and
the overrides that follow. Everything heavy is imported when it is needed, so that help is quick.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reporting.help import COMMANDS, help_text, new_case_text

if TYPE_CHECKING:
    from xarray import Dataset

    from reporting.payload import Payload
    from reporting.request import Request
    from reporting.run_folder import RunFolder
    from scenarios import Scenario
    from scenarios.typed import Composed

CONF_DIR = Path(__file__).resolve().parent / "conf"  # the same in a checkout, editable and as a wheel


def main() -> int:
    """Run one command and return its exit code.

    0 ok, 1 other, 2 settings, 3 data, 4 infeasible or unbounded, 5 solver or limit,
    6 verification, 7 a run is worse than the one that ``compare`` holds it against, 130 stopped by Ctrl-C.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # tidies up on the way out, as Ctrl-C does
    words = sys.argv[1:]
    named = bool(words) and words[0].isidentifier()
    command, rest = (words[0], words[1:]) if named else ("run", words)
    try:
        return obey(command, rest, command if named else "")
    except KeyboardInterrupt:
        kept = "only what had ended is written" if command in ("compare", "sweep") else "nothing was written"
        say(f"\nstopped: {kept}")
        return 130
    except Exception as error:  # noqa: BLE001 - the last stop
        return tell(error)


def obey(command: str, rest: list[str], named: str) -> int:
    """Do what the words after `command` ask for; `named` is the command where it was written out."""
    if command not in COMMANDS:
        from scenarios.typed import did_you_mean

        say(f"error: no command {command!r}{did_you_mean(command, COMMANDS)}. See zerolane --help")
        return 2
    if {"-h", "--help"} & set(rest):
        print(help_text(named, CONF_DIR))
        return 0
    if command == "init":
        return write_case(rest)
    if command == "collect":
        from reporting.sweeps.gather import gather

        print(gather(rest))
        return 0
    from reporting.request import requested
    from reporting.words import spelled_out
    from scenarios.composition import compose

    words, types = spelled_out(command, rest), settings_types()
    if command == "compare":
        made: list[Composed] = []
        code = compose(words, CONF_DIR, types, made.append, tell)
        return compare([requested(command, types, one) for one in made]) if made else code
    return compose(words, CONF_DIR, types, lambda made: attempt(requested(command, types, made)), tell)


def say(message: str) -> None:
    """Print to standard error."""
    print(message, file=sys.stderr)


def warn(request: Request, message: str) -> None:
    """Say what is to be beware of, and keep it with the results."""
    request.warnings.append(message)
    say(f"warning: {message}")


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
    from scenarios.template import named_folder, write_template

    folder = named_folder(words)
    name = write_template(folder, taken=[file.stem for file in CONF_DIR.glob("*/*.yaml")])
    print(new_case_text(words[0], name))
    return 0


def settings_types() -> dict[str, type]:
    """Return the typed settings of each section of the configuration."""
    from optimizer.sections import SECTIONS
    from reporting.settings import CompareSettings, PictureSettings, ReportSettings
    from scenarios import CarbonSettings, ElectricitySettings, PathwaySettings, ScenarioSettings
    from simulation.settings import SimulationSettings

    return {
        "scenario": ScenarioSettings,
        "carbon": CarbonSettings,
        "electricity": ElectricitySettings,
        "pathway": PathwaySettings,
        **SECTIONS,
        "simulation": SimulationSettings,
        "report": ReportSettings,
        "compare": CompareSettings,
        "pictures": PictureSettings,
    }


def attempt(request: Request) -> None:
    """Do one command in the language asked for; when there is no plan, leave a run folder that says why."""
    from reporting.diagnosis import leave_diagnosis
    from reporting.language import speaking
    from scenarios import InfeasibleError
    from scenarios.composition import as_yaml

    try:
        with speaking(request.settings["report"].language):
            execute(request)
    except InfeasibleError as error:
        if error.diagnosis is not None:
            place = leave_diagnosis(request, error.diagnosis.as_data(), as_yaml(request.sections))
            say(f"diagnosis: {place}")
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
    from reporting.run_folder import RunFolder, near
    from reporting.terminal import places_text, show_summary

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
    if request.command in ("export", "pictures") and request.former is not None:
        export = request.command == "export"
        print(export_run(request.former) if export else draw(request, request.former))
        return
    if request.command == "report" and request.former is not None:
        place, payload = request.former, rebuild_report(request.former, request.settings["report"])
    else:
        with RunFolder(request.out, bool(request.values["overwrite"])) as folder:
            payload = plan_and_try(request, folder)
        place = folder.path
    if request.named:  # the comparison it is made for shows it
        return
    if not payload:  # page and workbook were not asked for
        print(near(place))
        return
    show_summary(payload, folder=place)
    print(f"\n{places_text(place)}")


def compare(asked: list[Request]) -> int:
    """Do ``compare``: two former runs account by account, or pathways or former runs side by side."""
    from reporting.comparison_table import show_comparison
    from reporting.language import speaking
    from reporting.side_by_side import at_a_time, pathway_runs, read_runs, refuse_taken, write_side_by_side
    from simulation.comparison import paired_among
    from simulation.workers import cores

    first, settings = asked[0], asked[0].settings
    if first.former is not None:
        for request in asked:
            attempt(request)
        return 0
    refuse_taken(first.out, bool(first.values["overwrite"]))
    folders = [Path(str(run)) for run in first.values["runs"] or []]
    if not folders:
        runs = pathway_runs(asked)
        workers = settings["compare"].workers or min(2, cores(), len(runs))
        if code := at_a_time(plan_one, runs, workers, cores()):
            return code
        folders = [run.out for run in runs]
    with speaking(settings["report"].language):
        found = read_runs(folders, first.out)
        paired = paired_among({key: (run.outcome, run.main_cap) for key, run in found.items() if run.planned})
        comparison = write_side_by_side(found, paired, first.out, settings["compare"], settings["report"])
        show_comparison(comparison, first.out)
    return 7 if comparison["worse"] else 0


def plan_one(request: Request) -> int:
    """Plan and try one pathway of a comparison; where there is no plan, its diagnosis is the answer."""
    from scenarios import InfeasibleError

    try:
        attempt(request)
    except InfeasibleError as error:
        return 0 if error.diagnosis is not None else tell(error)
    except Exception as error:  # noqa: BLE001 - said where it happens: it may be a process of its own
        return tell(error)
    return 0


def draw(request: Request, former: Path) -> str:
    """Do ``pictures``: write charts as files and return where they are."""
    from reporting.pictures import write_pictures

    out = None if request.values["out"] is None else request.out
    return write_pictures(former, request.settings, out, lambda message: warn(request, message))


def tell_apart(request: Request, former: Path) -> None:
    """Do ``compare run=DIR against=DIR``: how plans differ, and their trials where both were tried alike."""
    from reporting.difference import difference_text
    from reporting.results import read_outcome, read_plan
    from simulation.comparison import comparison_text

    other = request.other
    before, after = read_plan(other)[0], read_plan(former)[0]
    print(difference_text(before, after))
    print(comparison_text(read_outcome(other), read_outcome(former), before.attrs["currency"]))


def load(request: Request) -> Scenario:
    """Read and check the scenario."""
    from scenarios import load_scenario

    s = request.settings
    scenario = load_scenario(s["scenario"], s["carbon"], s["pathway"], request.search, s["electricity"])
    request.note_inputs(scenario)
    for line in request.edited(scenario.path):
        say(f"edited: {line}")
    return scenario


def plan_and_try(request: Request, folder: RunFolder) -> Payload:
    """Plan, or take the former plan; try it; put all results into the folder."""
    from optimizer.further_solves import refuse_unknown, with_further_solves
    from reporting.results import read_plan, write_results
    from reporting.run_folder import CONFIG, refuse_changed_tables
    from reporting.summary import write_account
    from reporting.workbook_inputs import inputs_of
    from scenarios.composition import as_yaml

    settings, seconds, outcome = request.settings, request.seconds, None
    with request.timed("load"):
        scenario = load(request)
    folder.write_text(CONFIG, as_yaml(request.sections))
    if request.former is not None:
        refuse_changed_tables(request.former, scenario.path)
        plan, reference = read_plan(request.former)
    else:
        refuse_unknown(scenario, settings, request.command)
        plan, reference = make_plans(request, scenario)
    for step in ("build", "solve"):
        seconds[step] = sum(float(solved.attrs[f"{step}_seconds"]) for solved in (reference, plan))
    frontier = draw_frontier(request, scenario, folder, reference) if request.command == "pareto" else None
    if request.command not in ("optimize", "pareto"):
        with request.timed("simulate"):
            plan, outcome = try_plan(request, scenario, plan, reference)
    if (trials := settings["simulation"]).journal and outcome is not None:
        from optimizer.replanning import replanner_for
        from simulation.journal import journal_of, write_journal

        again = replanner_for(scenario, settings["solver"], trials.replan, trials.replan_decisions)
        write_journal(folder.file("journal.csv"), journal_of(scenario, plan, trials, again))
    plan = with_further_solves(plan, scenario, settings, reference, told_of)
    with request.timed("report"):
        inputs = inputs_of(scenario.path, request.sections) if settings["report"].views else None
        payload = write_results(folder, plan, reference, outcome, frontier, inputs, settings["report"])
    write_account(folder, plan, reference, outcome, scenario.path, request)
    return payload


def make_plans(request: Request, scenario: Scenario) -> tuple[Dataset, Dataset]:
    """Solve for the plan, and for the reference it is held against."""
    from optimizer import reference_plan
    from optimizer.futures import plan_as_asked
    from reporting.progress import going_on_text, solve_progress

    settings = request.settings
    progress: Any
    limit = settings["solver"].time_limit_seconds
    with solve_progress(request.step("Reference"), limit=limit) as progress:
        reference = reference_plan(scenario, settings["solver"], progress)
    if request.command == "run":
        from simulation.warm import warm_up

        warm_up(scenario, reference, settings["simulation"])
    with solve_progress(request.named or settings["pathway"].title, limit=limit) as progress:
        plan = plan_as_asked(scenario, settings, request.search, reference, progress)
    if plan.attrs["status"] != "optimal":
        say(going_on_text(plan.attrs["termination"], plan.attrs["gap"]))
    return plan, reference


def try_plan(
    request: Request, scenario: Scenario, plan: Dataset, reference: Dataset
) -> tuple[Dataset, Dataset | None]:
    """Simulate the plan; where certainty is asked for, plan again until its caps hold that surely."""
    from optimizer.again import plan_again
    from optimizer.replanning import replanner_for
    from reporting.progress import trial_progress
    from scenarios.errors import UnplayableError
    from simulation import simulate
    from simulation.margins import hold_caps
    from simulation.studies import with_studies

    trials, solver = request.settings["simulation"], replace(request.settings["solver"])
    solver.diagnosis = replace(solver.diagnosis, automatic=False)  # the loop says itself how far it got
    inside = replanner_for(scenario, solver, trials.replan, trials.replan_decisions)
    replan = plan_again(solver, reference, request.settings["objective"])
    with trial_progress(trials.trials, label=request.named or request.settings["pathway"].title) as progress:
        try:
            if trials.target_chance is None or trials.trial is not None or request.command == "simulate":
                outcome = simulate(scenario, plan, trials, progress, inside)
            else:
                plan, outcome = hold_caps(scenario, plan, trials, replan, progress, say, inside)
        except UnplayableError as error:
            if request.command == "simulate":
                raise
            warn(request, f"not simulated: {error}")
            return plan, None
    return plan, with_studies(scenario, plan, outcome, trials, say, inside)


def told_of(what: str, done: int, of: int) -> None:
    """Say how far a study of many solves is."""
    from reporting.progress import step_text

    say(step_text(what, done, of))


def draw_frontier(request: Request, scenario: Scenario, folder: RunFolder, reference: Dataset) -> Dataset:
    """Do the frontier of ``zerolane pareto``: solve it, write it and its plans, and return it."""
    from optimizer.pareto import pareto_frontier
    from reporting.frontier import write_frontier

    with request.timed("pareto"):
        s = request.settings
        frontier, plans = pareto_frontier(
            scenario, s["solver"], s["pareto"], lambda k, n: told_of("frontier", k, n), reference
        )
    write_frontier(folder, frontier, plans)
    return frontier


if __name__ == "__main__":
    sys.exit(main())
