"""The page of a sweep, made from its collected Dataset alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from reporting.drawing import Chart, Numbers
from reporting.figures import (
    count,
    counted,
    enumerated,
    money,
    percent,
    plain,
    sentence_gap,
    sentences,
    shorten,
    tonnes,
    whole_percent,
)
from reporting.frame import embedded, framed
from reporting.language import N_
from reporting.language import gettext as _
from reporting.page import COMMON, for_script
from reporting.sweeps.charts import cloud, cloud_title, swing_title, swings
from reporting.sweeps.charts_answers import answers, index_chart
from reporting.sweeps.indices import has_indices, indices
from reporting.sweeps.points import FIGURES, SweepPoints
from reporting.sweeps.responses import responses
from reporting.sweeps.tipping import FEASIBLE, TippingPoint, tipping_points
from reporting.vocabulary import retold

SCHEMA = 1
MOST_TIPS = 30
STATES = {
    "ok": N_("a plan"),
    "infeasible": N_("no plan meets all rules"),
    "unbounded": N_("unbounded"),
    "no_plan": N_("stopped at a limit without a plan"),
    "invalid": N_("settings or data refused"),
    "failed": N_("failed"),
    "timed_out": N_("out of time"),
    "killed": N_("killed"),
    "lost": N_("lost"),
    "missing": N_("not run yet"),
    "damaged": N_("result damaged"),
}
DESIGN_NAMES = {
    "grid": N_("every combination"),
    "file": N_("points of a file"),
    "random": N_("random"),
    "lhs": N_("Latin hypercube"),
    "sobol": N_("Sobol sequence"),
    "saltelli": N_("Saltelli design for Sobol indices"),
    "morris": N_("Morris trajectories"),
}


def write_sweep_page(dataset: xr.Dataset, path: Path | str, figure: str = "extra_cost") -> None:
    """Write the page of a sweep as one self-contained HTML file.

    Parameters
    ----------
    dataset : as of :func:`reporting.sweeps.collect.collect`.
    figure : what settings are judged by, one of :data:`reporting.sweeps.points.FIGURES`.

    Raises
    ------
    ConfigError : there is no such figure. OSError : `path` cannot be written.
    """
    Path(path).write_text(render_sweep_page(dataset, figure), encoding="utf-8")


def render_sweep_page(dataset: xr.Dataset, figure: str = "extra_cost") -> str:
    """Return the page of a sweep as HTML text."""
    points = SweepPoints(dataset)
    found = responses(points, figure)
    told = indices(points, figure) if has_indices(points, figure) else None
    drawn: list[Chart | None] = [
        cloud(points),
        swings(points, found, figure),
        *answers(points, found, figure),
    ]
    drawn.append(index_chart(points, told) if told is not None else None)
    charts = {chart.key: chart for chart in drawn if chart is not None}
    title = str(dataset.attrs.get("title", "")) or str(dataset.attrs["sweep"])
    years = [int(year) for year in dataset["period"].values] if "period" in dataset else []
    return framed(
        "sweep.html.j2",
        p={
            "scenario": {"title": title, "company": "", "demo": False},
            "periods": {"first": years[0] if years else "", "end": years[-1] if years else ""},
            "schema": SCHEMA,
        },
        tab_title=_("{title}: sweep of {number}").format(title=title, number=counted(len(points), "point")),
        stopped=False,
        headline=_headline(points),
        summary=_summary(points),
        charts=charts,
        titles={"cloud": cloud_title(points), "swings": swing_title(points, found, figure)},
        figure=_(FIGURES[figure]),
        answers=[chart for key, chart in charts.items() if key.startswith("answer-")],
        design=_design(points),
        design_title=_design_title(points),
        states=_states(points),
        tips=_tips(tipping_points(points)),
        no_indices=_no_indices(points),
        sweep=str(dataset.attrs["sweep"]),
        data=embedded({"outlines": {}, "common": COMMON, "shown": ""}),
        numbers=embedded(for_script(charts, None)),
    )


def _headline(points: SweepPoints) -> str:
    """Say how many points there are and how many have a plan."""
    whole, answered = len(points), int(points.answered.sum())
    if answered == whole:
        return _("{number}, each with a plan").format(number=counted(whole, "point"))
    said = _("{answered} of {number} have a plan")
    return said.format(answered=count(answered), number=counted(whole, "point"))


def _summary(points: SweepPoints) -> list[tuple[str, bool]]:
    """Say what cost and emissions range over, and how often the cap is missed."""
    currency = str(points.dataset.attrs.get("currency", ""))
    extra, chance = points.figure("extra_cost"), points.figure("chance")
    if not np.isfinite(extra).any():
        return [(_("No point has a plan: the table below says why."), False)]
    low, high = float(np.nanmin(extra)), float(np.nanmax(extra))
    said = _("Extra cost over Reference runs from {low} to {high}.").format(
        low=money(low, currency, signed=True), high=money(high, currency, signed=True)
    )
    reach = _("{said}.").format(said=cloud_title(points))
    text: list[tuple[str, bool]] = [(sentences([said, reach]), False)]
    if np.isfinite(chance).any():
        likely = int((chance[np.isfinite(chance)] > 0.5).sum())
        told = _("{likely} of {number} plans are more likely to miss the cap than to hold it.")
        often = told.format(likely=count(likely), number=count(int(np.isfinite(chance).sum())))
        text.append((sentence_gap() + often, True))
    return text


def _design_title(points: SweepPoints) -> str:
    """Say how points were placed."""
    design = points.said["design"]
    said = _("{number} over {settings}: {design}")
    return said.format(
        number=counted(len(points), "point"),
        settings=counted(len(points.labels), "setting"),
        design=_(DESIGN_NAMES.get(str(design["name"]), str(design["name"]))),
    )


def _design(points: SweepPoints) -> Numbers:
    """Return what was varied, and over which range."""
    rows = []
    for factor in points.said["factors"]:
        if factor["kind"] == "interval":
            text = f"{plain(factor['low'])} \u2013 {plain(factor['high'])}"
            even = _("even in logarithms") if factor["log"] else _("even")
            rows.append([factor["label"], text, even])
        else:
            values = [str(value) for value in factor["values"]]
            rows.append([factor["label"], shorten(enumerated(values), 90), counted(len(values), "value")])
    return Numbers([_("Setting"), _("Range"), _("Spread")], rows)


def _states(points: SweepPoints) -> Numbers:
    """Return how many points ended in each way, with the most frequent reason of each."""
    rows = []
    states, reasons = points.texts("state"), points.texts("reason")
    for state, many in Counter(states).most_common():
        told = Counter(str(reason).split("\n")[0] for reason in reasons[states == state] if reason)
        first = retold(told.most_common(1)[0][0]) if told and state != "ok" else ""
        logs = points.texts("log")[states == state]
        where = str(logs[0]) if state not in ("ok", "missing") else ""
        rows.append([_(STATES.get(str(state), str(state))), count(many), shorten(first, 160), where])
    return Numbers([_("Ended with"), _("Points"), _("Most frequent reason"), _("A log")], rows)


def _tips(found: list[TippingPoint]) -> Numbers | None:
    """Return the table of tipping points; None where nothing flips on one setting."""
    if not found:
        return None
    above, below = _("above {low} \u2013 {high}"), _("below {low} \u2013 {high}")
    rows = [
        [
            _("There is a plan") if tip.what == FEASIBLE else tip.what,
            tip.setting,
            (above if tip.above else below).format(low=plain(tip.low), high=plain(tip.high)),
            _("{taken} of {of}").format(taken=count(tip.taken), of=count(tip.of)),
            whole_percent(tip.right),
        ]
        for tip in found[:MOST_TIPS]
    ]
    return Numbers([_("What"), _("Setting"), _("Happens"), _("Points"), _("Told rightly")], rows)


def _no_indices(points: SweepPoints) -> str:
    """Say why there are no indices of sensitivity and how to have them."""
    if str(points.said["design"]["name"]) in ("saltelli", "morris"):
        gaps = len(points) - int(points.answered.sum())
        said = _(
            "{number} without a plan: indices need an answer at every point. Narrow the ranges or resume."
        )
        return said.format(number=counted(gaps, "point"))
    return _(
        "Not computed: indices of sensitivity need sweep.design=saltelli (Sobol) or sweep.design=morris."
    )


def text_summary(dataset: xr.Dataset) -> str:
    """Return what a terminal shows of a collected sweep."""
    points = SweepPoints(dataset)
    lines = [_headline(points)]
    lines += [
        f"  {many:>6}  {_(STATES.get(str(s), str(s)))}"
        for s, many in Counter(points.texts("state")).most_common()
    ]
    figures = [(key, points.figure(key)) for key in FIGURES]
    lines += [f"  {_reach(points, key, v)}" for key, v in figures if np.isfinite(v).any()]
    return "\n".join(lines)


def _reach(points: SweepPoints, key: str, values: Any) -> str:
    """Return the lowest and highest of a figure, as far as it is known."""
    low, high = (_shown(points, key, end) for end in (np.nanmin(values), np.nanmax(values)))
    return _("{name}: {low} \u2013 {high}").format(name=_(FIGURES[key]), low=low, high=high)


def _shown(points: SweepPoints, key: str, value: Any) -> str:
    if key == "chance":
        return percent(float(value))
    unit = points.unit(key)
    return tonnes(float(value)) if unit.startswith("tCO2e") else money(float(value), unit)
