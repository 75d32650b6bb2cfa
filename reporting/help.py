"""The help of the command line."""

from __future__ import annotations

import shlex
from pathlib import Path
from textwrap import wrap

WIDTH = 110  # of a screen

COMMANDS = {
    "run": "validate, optimise, simulate and report (the default)",
    "validate": "read and check tables and settings; every problem is listed",
    "optimize": "find and report the plan, without simulation",
    "simulate": "try the plan of a former run again: run=DIR",
    "report": "rebuild page and workbook of a former run: run=DIR",
    "pareto": "the cost-carbon frontier, with the pathway's plan on it",
    "diagnose": "say why there is no plan and what would mend it; or run=DIR why=OFFER",
    "compare": "one page of several: pathways=[A,B] or runs=[DIR,DIR]; or by account: run=DIR against=DIR",
    "sweep": "many points of a design, here or on Slurm, nothing done twice: sweep.design=lhs ...",
    "collect": "gather a sweep: one Dataset, one table, one page: collect DIR",
    "export": "write the footprints of a former run as PACT and iLEAP JSON: run=DIR",
    "pictures": "charts of a former run or comparison as SVG, PNG and CSV: run=DIR",
    "init": "write a small case of your own to start from: init DIR",
}
EXAMPLES = {
    "run": "run pathway=deep_cut carbon.cap_2035=0.5 simulation.trials=50",
    "validate": "validate --config-dir my_case scenario=my_case",
    "optimize": "optimize scenario=tutorial pathway=least_cost out=results/first",
    "simulate": "simulate run=runs/DIR simulation.trials=500 simulation.seed=7",
    "report": "report run=runs/DIR",
    "pareto": "pareto scenario=tutorial pareto.points=12",
    "diagnose": "diagnose scenario=tutorial carbon.cap_2026=0.1",
    "compare": "compare scenario=tutorial pathways=[as_is,capped,deep_cut] compare.fail_if_worse=as_is",
    "sweep": "sweep scenario=tutorial 'carbon.cap_2026=interval(0.5,0.9)' sweep.design=lhs sweep.samples=20",
    "collect": "collect runs/sweep-DIR figure=emissions",
    "export": "export run=runs/DIR",
    "pictures": "pictures run=runs/DIR chart=hero,wedge as=png,csv width=1000",
    "init": "init my_case",
}
OPTIONS = {
    "section.key=value": "a setting, e.g. of carbon or solver; data.TABLE[COLUMN].scale=1.2 changes a table",
    "out=DIR": "the run folder (default: a fresh one under runs/)",
    "data=PLAN.xlsx": "the edited workbook of a run, its settings included; or a folder of tables",
    "overwrite=true": "out may replace a former run folder",
    "run=DIR": "a former run folder, for simulate, report, pictures and export",
    "--trial N": "simulate: replay one trial alone; --journal writes its journal.csv",
    "--config-dir DIR": "your own choices, in DIR/scenario/, DIR/pathway/ ...",
    "-m": "every combination of lists such as pathway=capped,deep_cut",
    "--cfg job": "print all settings and stop",
}

SWEEP_OPTIONS = {
    "key=A,B": "a setting, a choice or data.TABLE[COLUMN].scale that takes several values",
    "key=interval(A,B)": "numbers between two ends; tag(log,interval(A,B)), int(interval(A,B))",
    "sweep.design=NAME": "grid (default), random, lhs, sobol, saltelli, morris; sweep.file=POINTS.csv",
    "sweep.samples=N": "points; saltelli: base samples; morris: trajectories. sweep.seed, sweep.levels",
    "sweep.command=NAME": "what each point does: run (default) or optimize",
    "sweep.retry=[STATE]": "states to run again, beside killed and lost: timed_out, failed, invalid ...",
    "launcher=NAME": "local (default; launcher.workers=N) or slurm (launcher.sbatch.time=60 ...)",
    "out=DIR": "the sweep's folder; the same command goes on where it stopped",
    "--resume DIR": "go on with the sweep in a folder",
    "--dry-run": "say how many points there are and stop",
    "--config-dir DIR": "your own choices, in DIR/scenario/, DIR/pathway/, DIR/hydra/launcher/ ...",
}

PICTURE_OPTIONS = {
    "run=DIR": "a former run folder, or that of a comparison",
    "chart=KEY,...": "which charts (default: all)",
    "as=svg,png,csv": "which files: pictures, or the data of each chart (default: all three)",
    "width=N scale=X": "of a picture, px; pixels of a PNG in each px",
    "out=DIR": "where they are to stand (default: pictures/ of the run folder)",
    "--language zh": "of their texts; --map schematic: sites without land",
}


def help_text(command: str, choices: Path) -> str:
    """Return the help of one command, or of all when `command` is empty; fits a screen.

    `choices` is the folder whose subfolders are the groups of shipped settings.
    """
    if command == "init":
        return f"usage: zerolane init DIR\n\n{COMMANDS['init']}\nexample\n  zerolane init my_case"
    groups = {g.name: " ".join(sorted(f.stem for f in g.glob("*.yaml"))) for g in sorted(choices.iterdir())}
    head = (
        f"zerolane {command}: {COMMANDS[command]}"
        if command
        else (
            "zerolane: the cheapest supply chain plan that fits your carbon cap, and how likely it is to hold"
        )
    )
    lines = [
        head,
        "",
        f"usage: zerolane {command or '[COMMAND]'} [group=choice] [section.key=value] [options]",
    ]
    if not command:
        lines += ["", "commands", *_rows(COMMANDS)]
    lines += ["", "groups", *_rows({f"{name}=": files for name, files in groups.items() if files})]
    lines += [
        "",
        "options",
        *_rows({"sweep": SWEEP_OPTIONS, "pictures": PICTURE_OPTIONS}.get(command, OPTIONS)),
        "",
        "example",
        f"  zerolane {EXAMPLES[command or 'run']}",
    ]
    return "\n".join(lines)


def _rows(items: dict[str, str]) -> list[str]:
    return [
        line
        for name, what in items.items()
        for line in wrap(f"  {name:<18} {what}", WIDTH, subsequent_indent=" " * 21)
    ]


def new_case_text(folder: str, name: str) -> str:
    """Return what ``init`` wrote and the commands to go on with."""
    told = f"wrote scenario/{name}.yaml, pathway/{name}.yaml, tables/ and README.md in {folder}; next:"
    words = f"--config-dir {shlex.quote(folder)} scenario={name}"
    return "\n".join([told, *(f"  zerolane {command} {words}" for command in ("validate", "run"))])
